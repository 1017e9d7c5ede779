/* render_digest: a message about many events in words: by source, what belongs to one document or story together. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "notify/render.h"
#include "base/banned.h"

static const char *
str(const json_t *o, const char *key)
{
	const char *s = json_get_str(o, key);

	return s != NULL ? s : "";
}

static const char *
heading_of(const json_t *item)
{
	const char *heading = render_heading(str(item, "type"));

	return heading != NULL ? heading : "";
}

/* "3 documents", "1 source" */
static void
add_count(struct buf *b, int64_t n, const char *what)
{
	buf_addf(b, "%lld %s%s", (long long)n, what, n == 1 ? "" : "s");
}

static void
make_subject(struct buf *b, const json_t *data)
{
	const char *kind = str(data, "kind");
	int64_t n = json_get_int(data, "count", 0);

	buf_addf(b, "[%s] ", str(data, "channel"));
	if (strcmp(kind, "storm") == 0)
		buf_adds(b, "Many at once: ");
	else if (strcmp(kind, "quiet") == 0)
		buf_adds(b, "Held over quiet hours: ");
	add_count(b, n, "notice");
	buf_adds(b, " from ");
	add_count(b, (int64_t)json_array_size(json_object_get(data, "sources")), "source");
}

/* "2026-11-22 08:00" of an RFC 3339 time. */
static void
add_minute(struct buf *b, const char *time)
{
	if (strlen(time) >= 16)
		buf_addf(b, "%.10s %.5s", time, time + 11);
}

static void
add_head(struct buf *b, const json_t *data, size_t listed)
{
	const char *from = str(data, "from"), *until = str(data, "until");
	int64_t n = json_get_int(data, "count", 0), first = json_get_int(data, "first_sequence", 1);

	add_count(b, n, "notice");
	buf_adds(b, ", ");
	add_minute(b, from);
	if (strncmp(from, until, 16) != 0) {
		buf_adds(b, " to ");
		add_minute(b, until);
	}
	buf_addf(b, " (%s)\n", strlen(until) > 19 ? until + 19 : "Z");
	if (strcmp(str(data, "kind"), "storm") == 0)
		buf_adds(b, "More came within an hour than this channel is told one by one.\n");
	if ((size_t)n > listed)
		buf_addf(b, "%zu of them are listed here; all of them:\n", listed);
	else if (strcmp(str(data, "kind"), "storm") == 0)
		buf_adds(b, "All of them:\n");
	else
		return;
	buf_addf(b, "    presswatch tail --since %lld\n", (long long)(first - 1));
}

/* What two events have in common when they belong together: the story, or the document. "" for a source's. */
static const char *
group_of(const json_t *item)
{
	const char *story = str(item, "story");

	return story[0] != '\0' ? story : str(item, "document");
}

static void
add_details(struct buf *b, const json_t *item)
{
	if (str(item, "change")[0] != '\0')
		buf_addf(b, "  %s\n", str(item, "change"));
	if (str(item, "excerpt")[0] != '\0')
		buf_addf(b, "  %s\n", str(item, "excerpt"));
	if (strncmp(str(item, "type"), "document.", 9) != 0 && str(item, "advice")[0] != '\0')
		buf_addf(b, "  %s\n", str(item, "advice"));
	else if (strcmp(str(item, "type"), "document.removed") == 0 && str(item, "cause")[0] != '\0')
		buf_addf(b, "  %s\n", str(item, "cause"));
}

static void
add_first(struct buf *b, const json_t *item)
{
	bool document = strncmp(str(item, "type"), "document.", 9) == 0;
	const char *title = str(item, document ? "title" : "cause");

	buf_addf(b, "\n* %s%s\n", heading_of(item), title[0] != '\0' ? title : str(item, "url"));
	if (str(item, "published")[0] != '\0')
		buf_addf(b, "  %.10s\n", str(item, "published"));
	if (str(item, "url")[0] != '\0')
		buf_addf(b, "  %s\n", str(item, "url"));
	add_details(b, item);
}

/* Another event of the same document, or another carrier of the same story. */
static void
add_further(struct buf *b, const json_t *first, const json_t *item)
{
	const char *heading = heading_of(item);

	if (strcmp(str(first, "document"), str(item, "document")) == 0) {
		buf_addf(b, "  Then %s%s\n", heading[0] != '\0' ? heading : "New: ", str(item, "title"));
		add_details(b, item);
		return;
	}
	buf_addf(b, "  also %s%s: %s\n", heading, str(item, "source"), str(item, "url"));
}

/* The items of one source that were not said with an earlier one; each with those that belong to it. */
static void
add_source(struct buf *b, const json_t *source, const json_t *items, bool *said)
{
	size_t n = json_array_size(items), head = 0;
	const char *name = str(source, "name");

	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(items, i);

		if (said[i] || strcmp(str(item, "source"), name) != 0)
			continue;
		if (head++ == 0) {
			buf_addf(b, "\n%s: %lld\n", name, (long long)json_get_int(source, "count", 0));
			for (size_t k = 0; k < strlen(name); k++)
				buf_addc(b, '-');
			buf_addc(b, '\n');
		}
		said[i] = true;
		add_first(b, item);
		for (size_t k = i + 1; k < n && group_of(item)[0] != '\0'; k++)
			if (!said[k] && strcmp(group_of(item), group_of(json_array_get(items, k))) == 0) {
				said[k] = true;
				add_further(b, item, json_array_get(items, k));
			}
	}
	if (head == 0)
		buf_addf(b, "\n%s: %lld, %s\n", name, (long long)json_get_int(source, "count", 0),
		    json_array_size(items) > 0 ? "see above" : "not listed");
}

void
render_digest(const struct summary *s, struct buf *subject, struct buf *text)
{
	const json_t *data = json_object_get(s->event, "data"), *items = json_object_get(data, "items");
	const json_t *sources = json_object_get(data, "sources");
	bool *said = xcalloc(json_array_size(items) + 1, sizeof(*said));

	make_subject(subject, data);
	add_head(text, data, json_array_size(items));
	for (size_t i = 0; i < json_array_size(sources); i++)
		add_source(text, json_array_get(sources, i), items, said);
	free(said);
}
