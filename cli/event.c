#include <stdlib.h>
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
static const char *
what_of(const json_t *data)
{
	const char *what = json_get_str(data, "title");

	if (what == NULL)
		what = json_get_str(data, "cause");
	if (what == NULL)
		what = json_get_str(data, "url");
	return what != NULL ? what : "";
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

static void
add_count(struct table *t, const json_t *diff, const char *key)
{
	if (json_is_object(diff))
		table_addf(t, STYLE_PLAIN, "%lld", (long long)json_get_int(diff, key, 0));
	else
		table_add(t, STYLE_PLAIN, NULL);
}

/* A row of a table that may have no end: its heading stands above the first. */
static void
print_cells(struct event_rows *rows, const struct store_event *e, const json_t *data)
{
	static const struct table_column columns[] = {
		{ .head = "EVENT", .right = true }, { .head = "TIME" }, { .head = "TYPE" }, { .head = "SOURCE" },
		{ .head = "DOCUMENT", .right = true }, { .head = "INSERTED", .right = true },
		{ .head = "DELETED", .right = true }, { .head = "TITLE" }, { .head = "ADDRESS" },
	};
	CLEANUP(table_freep) struct table *row = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	const json_t *diff = json_object_get(data, "diff");
	char when[OUT_TIME_MAX];

	table_addf(row, STYLE_PLAIN, "%lld", (long long)e->seq);
	table_add(row, STYLE_PLAIN, out_time(e->time_ms, when));
	table_add(row, STYLE_PLAIN, e->type);
	table_add(row, STYLE_PLAIN, e->source);
	table_add(row, STYLE_PLAIN, json_get_str(data, "id"));
	add_count(row, diff, "inserted");
	add_count(row, diff, "deleted");
	table_add(row, STYLE_PLAIN, what_of(data));
	table_add(row, STYLE_PLAIN, json_get_str(data, "url"));
	if (rows->begun)
		table_goes_on(row);
	rows->begun = true;
	table_print(row, rows->out);
}

void
event_print(struct event_rows *rows, const struct store_event *e)
{
	CLEANUP(json_decrefp) json_t *j = NULL;
	struct buf what = BUF_INIT(64 << 10);
	const json_t *data;

	if (rows->json) {
		out_json_text(rows->out, e->json);
		return;
	}
	json_read(e->json, strlen(e->json), &j, NULL);
	data = json_object_get(j, "data");
	add_counts(&what, data);
	buf_adds(&what, what_of(data));
	if (rows->out->format != OUT_TEXT)
		print_cells(rows, e, data);
	else if (rows->out->tty)
		print_row(rows, e, buf_str(&what));
	else
		print_whole(rows->out, e, buf_str(&what));
	buf_done(&what);
}
