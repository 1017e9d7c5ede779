/* summary: the parts of an event that a command's environment and a mail show. */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "notify/notify_int.h"
#include "base/banned.h"

static const char *
str(const json_t *o, const char *key)
{
	const char *s = json_get_str(o, key);

	return s != NULL ? s : "";
}

void
summary_read(const char *body, size_t len, struct summary *ret)
{
	const json_t *data;
	const char *source;
	struct err err;

	*ret = (struct summary){ 0 };
	if (json_read(body, len, &ret->event, &err) < 0)
		ret->event = json_object();
	data = json_object_get(ret->event, "data");
	source = json_get_str(data, "source");
	ret->source = source != NULL ? source : str(ret->event, "source");
	ret->subject = str(ret->event, "subject");
	ret->time = str(ret->event, "time");
	ret->url = str(data, "url");
	ret->title = str(data, "title");
	ret->language = str(data, "language");
	ret->published = str(data, "published");
	ret->text = str(data, "text");
	ret->section = str(data, "section");
	ret->author = str(data, "author");
	ret->diff = json_object_get(data, "diff");
	ret->state = str(data, "state");
	ret->cause = str(data, "cause");
	ret->since = str(data, "since");
	ret->advice = str(data, "advice");
	ret->revision = json_get_int(data, "revision", 0);
	ret->returns_to = json_get_int(data, "returns_to", 0);
}

void
summary_done(struct summary *s)
{
	json_decref(s->event);
	*s = (struct summary){ 0 };
}

char *
summary_change(const struct summary *s)
{
	int64_t in = json_get_int(s->diff, "inserted", 0), gone = json_get_int(s->diff, "deleted", 0);
	const json_t *kinds = json_object_get(json_object_get(s->event, "data"), "kinds");
	struct buf b = BUF_INIT(4096);

	buf_addf(&b, "revision %lld: %lld word%s new, %lld gone", (long long)s->revision, (long long)in,
	    in == 1 ? "" : "s", (long long)gone);
	for (size_t i = 0; i < json_array_size(kinds); i++)
		buf_addf(&b, "%s%s", i == 0 ? ": " : ", ", json_string_value(json_array_get(kinds, i)));
	if (s->returns_to > 0)
		buf_addf(&b, "; the text of revision %lld again", (long long)s->returns_to);
	return buf_take(&b, NULL);
}
