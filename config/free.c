/* free: the end of a configuration and of the mistakes found in one; secrets are wiped. */
#include <string.h>
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

static void
free_strings(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

static void
source_done(struct cfg_source *s, const struct cfg_source *defaults)
{
	char *const owned[] = { s->name, s->was, s->url, s->timezone, s->language, s->select.links, s->select.title,
		s->select.date, s->select.body, s->user_agent, s->proxy };

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	if (s->recheck_s != defaults->recheck_s)
		free(s->recheck_s);
	free_strings(s->labels);
	free_strings(s->include);
	free_strings(s->exclude);
	free_strings(s->select.remove);
	free_strings(s->channels);
	free_strings(s->headers);
	free_strings(s->fetch_with);
	if (s->secrets != NULL) {
		free(s->secrets->headers_file);
		free(s->secrets->cookies_file);
		free(s->secrets->proxy_file);
		if (s->secrets->cookies != NULL)
			explicit_bzero(s->secrets->cookies, strlen(s->secrets->cookies));
		free(s->secrets->cookies);
		free(s->secrets);
	}
}

static void
channel_done(struct cfg_channel *c)
{
	char *const owned[] = { c->name, c->webhook, c->file, c->feed, c->mail_server, c->mail_from, c->mail_user,
		c->mail_password_file, c->secret_file, c->match, c->timezone, c->urgent, c->template };

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	if (c->secret != NULL)
		explicit_bzero(c->secret, c->secret_len);
	free(c->secret);
	if (c->mail_password != NULL)
		explicit_bzero(c->mail_password, strlen(c->mail_password));
	free(c->mail_password);
	free(c->retry_s);
	free_strings(c->exec);
	free_strings(c->mail_to);
	free_strings(c->headers);
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->sources_count; i++)
		source_done(&c->sources[i], c->defaults);
	if (c->defaults != NULL)
		free(c->defaults->recheck_s);
	free(c->defaults);
	for (size_t i = 0; i < c->channels_count; i++)
		channel_done(&c->channels[i]);
	for (size_t i = 0; i < c->files_count; i++)
		free(c->files[i]);
	free(c->files);
	free(c->by_name);
	free(c->sources);
	free(c->channels);
	free(c->path);
	free(c->archive);
	free(c->control);
	free(c->contact);
	free(c->proxy);
	free_strings(c->allow);
	for (size_t i = 0; i < c->spellings_count; i++)
		free_strings(c->spellings[i]);
	free(c->spellings);
	free(c);
}

void
config_mistakes_done(struct config_mistakes *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->list[i].file);
		free(m->list[i].text);
	}
	free(m->list);
	*m = (struct config_mistakes){ 0 };
}
