#include <string.h>
#include "base/json.h"
#include "cli/event.h"
#include "base/banned.h"

static enum style
style_of(const char *type)
{
	static const struct { const char *end; enum style style; } table[] = {
		{ ".new", STYLE_GREEN }, { ".edited", STYLE_YELLOW }, { ".removed", STYLE_RED }, { ".restored", STYLE_GREEN },
		{ ".failing", STYLE_RED }, { ".recovered", STYLE_GREEN }, { ".gap", STYLE_RED }, { ".quiet", STYLE_YELLOW },
	};
	size_t n = strlen(type);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t len = strlen(table[i].end);

		if (n > len && strcmp(type + n - len, table[i].end) == 0)
			return table[i].style;
	}
	return STYLE_PLAIN;
}

/* The words of an edit: "+8 -1 "; nothing for other events. */
static void
add_counts(struct buf *b, const json_t *data)
{
	const json_t *diff = json_object_get(data, "diff");

	if (json_is_object(diff))
		buf_addf(b, "+%lld -%lld ", (long long)json_get_int(diff, "inserted", 0),
		    (long long)json_get_int(diff, "deleted", 0));
}

/* What it is about: the title, or the cause where it is about a source. */
static void
add_what(struct buf *b, const struct store_event *e)
{
	struct err err = { 0 };
	const char *what;
	json_t *j = NULL;
	const json_t *data;

	if (json_read(e->json, strlen(e->json), &j, &err) < 0)
		return;
	data = json_object_get(j, "data");
	if ((what = json_get_str(data, "title")) == NULL &&
	    (what = json_get_str(data, "cause")) == NULL)
		what = json_get_str(data, "url");
	add_counts(b, data);
	buf_adds(b, what != NULL ? what : "");
	json_decref(j);
}

/* A row of a pipe: all facts, whole. */
static void
print_whole(struct out *o, const struct store_event *e, const char *what)
{
	char when[OUT_TIME_MAX];

	out_printf(o, STYLE_PLAIN, "%6lld  %s  %-17s  %s  %s", (long long)e->seq,
	    out_time(e->time_ms, when), e->type, e->source != NULL ? e->source : "-", what);
}

/* A row of a live wire: one line of the terminal; the day stands above its first event. */
static void
print_row(struct event_rows *rows, const struct store_event *e, const char *what)
{
	static const struct table_column columns[] = {
		{ .right = true, .style = STYLE_DIM }, { .style = STYLE_DIM }, { .style = STYLE_PLAIN },
		{ .flexible = true, .style = STYLE_CYAN }, { .flexible = true },
	};
	CLEANUP(table_freep) struct table *row = table_new(columns, 5);
	struct out *o = rows->out;
	char when[OUT_TIME_MAX], name[32];
	int source = o->width >= 110 ? 26 : 18;

	out_time(e->time_ms, when);
	if (strncmp(when, rows->day, 10) != 0)
		out_printf(o, STYLE_DIM, "%.10s", when);
	snprintf(rows->day, sizeof(rows->day), "%.10s", when);
	/* All documents' events but "new" say what happened to a document; a source's say so by their names. */
	snprintf(name, sizeof(name), "%s", strchr(e->type, '.') != NULL ? strchr(e->type, '.') + 1 : e->type);
	table_addf(row, STYLE_PLAIN, "%lld", (long long)e->seq);
	table_add(row, STYLE_PLAIN, when + (strlen(when) > 11 ? 11 : 0));
	table_add(row, style_of(e->type), name);
	table_add(row, STYLE_PLAIN, e->source != NULL ? e->source : "-");
	table_add(row, STYLE_PLAIN, what);
	table_width(row, 0, 5, 5);
	table_width(row, 2, 9, 9);
	table_width(row, 3, source, source);
	table_print(row, o);
}

void
event_print(struct event_rows *rows, const struct store_event *e)
{
	struct buf what = BUF_INIT(64 << 10);

	add_what(&what, e);
	if (rows->out->tty)
		print_row(rows, e, buf_str(&what));
	else
		print_whole(rows->out, e, buf_str(&what));
	buf_done(&what);
}
