/* presets: templates for chat services whose webhooks want a shape of their own. */
#include <string.h>

#include "notify/template.h"
#include "base/banned.h"

static const struct { const char *name, *text; } presets[] = {
	{ "slack",
	  "{\"text\": \"{heading|slack}<{url}|{title|slack:250}>\\n_{source|slack}{?published} {published:10}{/published}_\\n{summary|slack:2500}\", "
	  "\"unfurl_links\": false}\n" },
	{ "mattermost",
	  "{\"username\": \"presswatch\", \"text\": \"{heading|markdown}**{title|markdown:250}**\\n{url}\\n"
	  "{source|markdown}{?published} {published:10}{/published}\\n\\n{summary|markdown:3000}\"}\n" },
	{ "discord",	/* 2,000 characters */
	  "{\"username\": \"presswatch\", \"allowed_mentions\": {\"parse\": []}, \"content\": "
	  "\"{heading|markdown}**{title|markdown:250}**\\n{url:300}\\n{source|markdown:70}{?published} {published:10}{/published}\\n"
	  "{summary|markdown:1200}\"}\n" },
	{ "matrix",	/* webhook: .../_matrix/client/v3/rooms/ROOM/send/m.room.message */
	  "method: PUT\n"
	  "url: {webhook}/{id}\n"
	  "\n"
	  "{\"msgtype\": \"m.notice\", \"body\": \"{heading}{title:250}\\n{url}\\n{source}{?published} {published:10}{/published}\\n{summary:3000}\", "
	  "\"format\": \"org.matrix.custom.html\", \"formatted_body\": \"<b>{heading|html}{title|html:250}</b><br>"
	  "<a href=\\\"{url|html}\\\">{url|html}</a><br>{source|html}{?published} {published|html:10}{/published}<br>{summary|html:3000}\"}\n" },
	{ "ntfy",
	  "url: {webhook}?title={subject:200}&click={url}\n"
	  "content-type: text/plain; charset=utf-8\n"
	  "\n"
	  "{heading}{title:250}\n{source}{?published} {published:10}{/published}\n{summary:3000}\n" },
	{ "teams",
	  "{\"type\": \"message\", \"attachments\": [{\"contentType\": \"application/vnd.microsoft.card.adaptive\", \"content\": "
	  "{\"$schema\": \"http://adaptivecards.io/schemas/adaptive-card.json\", \"type\": \"AdaptiveCard\", \"version\": \"1.4\", "
	  "\"body\": [{\"type\": \"TextBlock\", \"weight\": \"Bolder\", \"wrap\": true, \"text\": "
	  "\"{heading|markdown}{title|markdown:250}\"}, {\"type\": \"TextBlock\", \"wrap\": true, \"text\": "
	  "\"{source|markdown}{?published} {published:10}{/published} {url}\"}, {\"type\": \"TextBlock\", \"wrap\": true, \"text\": "
	  "\"{summary|markdown:3000} \"}]}}]}\n" },
	{ "telegram",	/* webhook: https://api.telegram.org/botTOKEN/sendMessage?chat_id=ID */
	  "content-type: application/x-www-form-urlencoded\n"
	  "\n"
	  "parse_mode=HTML&text={heading|html}%3Cb%3E{title|html:250}%3C%2Fb%3E%0A{url|html}%0A{source|html}{?published}%20{published|html:10}{/published}"
	  "%0A{summary|html:3000}" },
};

#define PRESETS (sizeof(presets) / sizeof(presets[0]))

const char *
template_preset(const char *name)
{
	for (size_t i = 0; i < PRESETS; i++)
		if (strcmp(presets[i].name, name) == 0)
			return presets[i].text;
	return NULL;
}

const char *
template_preset_name(size_t i)
{
	return i < PRESETS ? presets[i].name : NULL;
}
