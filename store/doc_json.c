/* doc_json: the exported document as JSON, and back. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

void
store_strings_free(char **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void
store_doc_free(struct store_doc *d)
{
	if (d == NULL)
		return;
	free(d->id);
	free(d->source);
	free(d->url);
	free(d->title);
	free(d->published);
	free(d->modified);
	free(d->language);
	free(d->section);
	free(d->author);
	free(d->dateline);
	free(d->text);
	free(d->state);
	free(d->story);
	store_strings_free(d->aliases, d->aliases_count);
	store_strings_free(d->captions, d->captions_count);
	store_strings_free(d->labels, d->labels_count);
	free(d);
}

json_t *
store_doc_json(const struct store_doc *d, bool with_text)
{
	json_t *j = json_object();
	char time[CLOCK_TEXT_MAX];

	json_put_str(j, "id", d->id);
	json_put_str(j, "source", d->source);
	json_put_str(j, "url", d->url);
	json_put_strs(j, "aliases", d->aliases, d->aliases_count);
	json_put_str(j, "title", d->title);
	json_put_str(j, "published", d->published);
	json_put_str(j, "modified", d->modified);
	json_put_str(j, "language", d->language);
	json_put_str(j, "section", d->section);
	json_put_str(j, "author", d->author);
	json_put_str(j, "dateline", d->dateline);
	json_put_strs(j, "captions", d->captions, d->captions_count);
	if (with_text)
		json_put_str(j, "text", d->text);
	json_put_str(j, "text_state", text_state_name(d->text_state));
	json_put_int(j, "words", d->words);
	json_put_int(j, "revision", d->revision);
	json_put_str(j, "first_seen", clock_rfc3339(d->first_seen_ms, true, time));
	json_put_str(j, "last_changed", clock_rfc3339(d->last_changed_ms, true, time));
	json_put_str(j, "state", d->state);
	json_put_strs(j, "labels", d->labels, d->labels_count);
	json_put_str(j, "story", d->story);
	return j;
}

/* The strings of a JSON array; NULL is the empty one. */
void
store_strings_of(const json_t *list, char ***ret, size_t *ret_count)
{
	size_t i, n = json_array_size(list);

	if (n == 0)
		return;
	*ret = xcalloc(n, sizeof(**ret));
	for (i = 0; i < n; i++)
		if (json_is_string(json_array_get(list, i)))
			(*ret)[(*ret_count)++] = xstrdup(json_string_value(json_array_get(list, i)));
}

static int64_t
time_of(const json_t *j, const char *key, int64_t def)
{
	const char *text = json_get_str(j, key);
	int64_t ms;

	return text != NULL && clock_parse_rfc3339(text, &ms, NULL, NULL) == 0 ? ms : def;
}

static enum text_state
text_state_of(const json_t *j)
{
	const char *name = json_get_str(j, "text_state");

	for (int i = 0; name != NULL && i <= TEXT_CUT; i++)
		if (strcmp(text_state_name((enum text_state)i), name) == 0)
			return (enum text_state)i;
	return json_get_str(j, "text") != NULL ? TEXT_FULL : TEXT_NONE;
}

struct store_doc *
store_doc_of_json(const json_t *j, int64_t now_ms)
{
	struct store_doc *d = xcalloc(1, sizeof(*d));
	const struct { char **at; const char *key; } texts[] = { { &d->id, "id" }, { &d->source, "source" },
		{ &d->url, "url" }, { &d->title, "title" }, { &d->published, "published" },
		{ &d->modified, "modified" }, { &d->language, "language" }, { &d->section, "section" },
		{ &d->author, "author" }, { &d->dateline, "dateline" }, { &d->text, "text" },
		{ &d->state, "state" }, { &d->story, "story" } };
	struct doc_date published;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i].at = xstrdup(json_get_str(j, texts[i].key));
	store_strings_of(json_object_get(j, "aliases"), &d->aliases, &d->aliases_count);
	store_strings_of(json_object_get(j, "captions"), &d->captions, &d->captions_count);
	store_strings_of(json_object_get(j, "labels"), &d->labels, &d->labels_count);
	d->doc_id = d->id != NULL ? strtoll(d->id, NULL, 10) : 0;
	d->text_state = text_state_of(j);
	d->words = (unsigned)json_get_int(j, "words", 0);
	d->revision = (unsigned)json_get_int(j, "revision", 1);
	d->first_seen_ms = time_of(j, "first_seen", now_ms);
	d->last_changed_ms = time_of(j, "last_changed", d->first_seen_ms);
	if (d->published != NULL && date_from_iso(d->published, &published) == 0)
		d->published_ms = date_sort_ms(&published, 0);
	return d;
}
