#include "notify/digest.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/local.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "notify/notify_int.h"
#include "base/banned.h"

#define TITLE_CHARS 300
#define EXCERPT_CHANGES 2	/* of an edit */
#define EXCERPT_CHARS 120	/* of the words of one run */
#define CONTEXT_CHARS 40	/* of the words around it */

struct digest {
	json_t *data, *sources, *items;
	char *id, *kind, *zone;
	int64_t made_ms, count, first_ms, last_ms, first_seq;
};

const char *
digest_type(const char *kind)
{
	return strcmp(kind, "storm") == 0 ? "channel.storm" : "channel.digest";
}

struct digest *
digest_new(const struct digest_opts *o)
{
	struct digest *d = xcalloc(1, sizeof(*d));

	d->data = json_object();
	d->sources = json_array();
	d->items = json_array();
	d->id = xstrdup(o->id);
	d->kind = xstrdup(o->kind);
	d->zone = xstrdup(o->zone);
	d->made_ms = o->made_ms;
	json_put_str(d->data, "channel", o->channel);
	json_put_str(d->data, "kind", o->kind);
	return d;
}

void
digest_source(struct digest *d, const char *name, int64_t count, int64_t first_ms, int64_t last_ms,
    int64_t first_seq)
{
	json_t *src = json_object();

	json_put_str(src, "name", name);
	json_put_int(src, "count", count);
	json_array_append_new(d->sources, src);
	if (d->count == 0 || first_ms < d->first_ms)
		d->first_ms = first_ms;
	if (d->count == 0 || first_seq < d->first_seq)
		d->first_seq = first_seq;
	if (last_ms > d->last_ms)
		d->last_ms = last_ms;
	d->count += count;
}

static void
put_cut(json_t *item, const char *key, const char *text, size_t chars)
{
	CLEANUP(freep) char *line = unicode_line(text, strlen(text));

	line[utf8_cut_chars(line, strlen(line), chars)] = '\0';
	json_put_str(item, key, line[0] != '\0' ? line : NULL);
}

/* A run of a diff, cut in the middle (what comes and goes) or at its far end (the words around it). */
static void
add_run(struct buf *b, const char *op, const char *text, bool last)
{
	size_t n = strlen(text), cut;

	if (op[0] == '=' && utf8_cut_chars(text, n, CONTEXT_CHARS) < n) {
		cut = utf8_cut_chars(text, n, CONTEXT_CHARS);
		if (last) {
			buf_addf(b, "%.*s…", (int)cut, text);
		} else {
			cut = n - cut;
			while (((unsigned char)text[cut] & 0xc0) == 0x80)
				cut++;
			buf_addf(b, "…%s", text + cut);
		}
		return;
	}
	cut = utf8_cut_chars(text, n, EXCERPT_CHARS);
	buf_addf(b, "%s%.*s%s%s", op[0] == '-' ? "[-" : op[0] == '+' ? "{+" : "", (int)cut, text, cut < n ? "…" : "",
	    op[0] == '-' ? "-]" : op[0] == '+' ? "+}" : "");
}

/* The first changes of an edit in a line: "…the [-old-]{+new+} words…" */
static void
put_excerpt(json_t *item, const json_t *diff)
{
	const json_t *changes = json_object_get(diff, "changes");
	struct buf b = BUF_INIT(16384);

	for (size_t i = 0; i < json_array_size(changes) && i < EXCERPT_CHANGES; i++) {
		const json_t *runs = json_object_get(json_array_get(changes, i), "runs");
		size_t n = json_array_size(runs);

		if (i > 0)
			buf_adds(&b, " / ");
		for (size_t k = 0; k < n && k < 8; k++) {
			const json_t *run = json_array_get(runs, k);
			const char *op = json_string_value(json_array_get(run, 0));
			const char *text = json_string_value(json_array_get(run, 1));

			if (op != NULL && text != NULL)
				add_run(&b, op, text, k + 1 == n);
		}
	}
	put_cut(item, "excerpt", buf_str(&b), 1000);
	buf_done(&b);
}

void
digest_event(struct digest *d, const char *source, const char *json)
{
	struct summary s;
	json_t *item = json_object();
	const json_t *data;

	summary_read(json, strlen(json), &s);
	data = json_object_get(s.event, "data");
	json_put_str(item, "source", source);
	json_put_str(item, "type", json_get_str(s.event, "type"));
	put_cut(item, "title", s.title, TITLE_CHARS);
	put_cut(item, "url", s.url, 2048);
	put_cut(item, "published", s.published, 64);
	json_put_str(item, "document", json_get_str(data, "id"));
	json_put_str(item, "story", json_get_str(data, "story"));
	put_cut(item, "cause", s.cause, TITLE_CHARS);
	put_cut(item, "advice", s.advice, TITLE_CHARS);
	if (s.diff != NULL) {
		CLEANUP(freep) char *change = summary_change(&s);

		json_put_int(item, "revision", s.revision);
		json_put_str(item, "change", change);
		put_excerpt(item, s.diff);
	}
	json_array_append_new(d->items, item);
	summary_done(&s);
}

char *
digest_finish(struct digest *d)
{
	json_t *all = json_object();
	char text[CLOCK_TEXT_MAX], *line;

	json_put_str(all, "specversion", "1.0");
	json_put_str(all, "id", d->id);
	json_put_str(all, "source", "presswatch/channel");
	json_put_str(all, "type", digest_type(d->kind));
	json_put_str(all, "subject", json_get_str(d->data, "channel"));
	json_put_str(all, "time", clock_rfc3339(d->made_ms, true, text));
	json_put_int(d->data, "count", d->count);
	json_put_int(d->data, "first_sequence", d->first_seq);
	json_put_str(d->data, "from", local_rfc3339(d->zone, d->first_ms, text));
	json_put_str(d->data, "until", local_rfc3339(d->zone, d->last_ms, text));
	json_object_set_new(d->data, "sources", d->sources);
	json_object_set_new(d->data, "items", d->items);
	json_object_set_new(all, "data", d->data);
	line = json_line(all);
	json_decref(all);
	free(d->id);
	free(d->kind);
	free(d->zone);
	free(d);
	return line;
}
