#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "cli/doc.h"
#include "document/diff.h"
#include "base/banned.h"

struct table *
doc_table(void)
{
	static const struct table_column columns[] = {
		{ .head = "ID", .right = true, .style = STYLE_CYAN },
		{ .head = "DATE", .style = STYLE_DIM },
		{ .head = "SOURCE", .flexible = true, .cap = 20, .style = STYLE_GREEN },
		{ .head = "TITLE", .flexible = true },
	};

	return table_new(columns, 4);
}

void
doc_day(const struct store_doc *d, char out[40])
{
	char day[OUT_TIME_MAX];

	if (d->published != NULL)
		snprintf(out, 40, "%.10s", d->published);
	else
		snprintf(out, 40, "(%.10s)", out_time(d->first_seen_ms, day));
}

void
doc_row(struct table *t, const struct store_doc *d)
{
	char day[40];

	doc_day(d, day);
	table_add(t, STYLE_PLAIN, d->id);
	table_add(t, STYLE_PLAIN, day);
	table_add(t, STYLE_PLAIN, d->source);
	table_add(t, d->title == NULL ? STYLE_DIM : STYLE_PLAIN, d->title != NULL ? d->title : "(no title)");
}

void
doc_kinds(unsigned kinds, struct buf *b)
{
	json_t *list = diff_kinds_json(kinds), *name;
	size_t i;

	json_array_foreach(list, i, name)
		buf_addf(b, "%s%s", i > 0 ? ", " : "", json_string_value(name));
	json_decref(list);
}

/* One fact after another, parted by " · "; NULL values are left out. */
static void
fact(struct buf *b, const char *fmt, const char *value)
{
	if (value == NULL)
		return;
	if (b->len > 0)
		buf_adds(b, " · ");
	buf_adds(b, fmt);
	buf_adds(b, value);
}

static void
print_body(struct out *o, const char *dateline, char *const *captions, size_t n, const char *text,
    const char *trouble)
{
	if (dateline != NULL || n > 0)
		out_nl(o);
	if (dateline != NULL)
		rich_line(o, STYLE_PLAIN, dateline, 0);
	for (size_t i = 0; i < n; i++)
		rich_line(o, STYLE_DIM, captions[i], 0);
	out_nl(o);
	if (text != NULL)
		out_block(o, text);
	else
		out_printf(o, STYLE_YELLOW, "(no text%s%s)", trouble != NULL ? ": " : "", trouble != NULL ? trouble : "");
}

void
doc_print(struct out *o, const struct store_doc *d)
{
	struct buf facts = BUF_INIT(4096);
	char revision[64], seen[OUT_TIME_MAX];

	snprintf(revision, sizeof(revision), "revision %u", d->revision);
	rich_line(o, STYLE_BOLD, d->title != NULL ? d->title : "(no title)", 0);
	fact(&facts, "document ", d->id);
	fact(&facts, "", d->published);
	fact(&facts, "modified ", d->modified);
	fact(&facts, "seen ", out_time(d->first_seen_ms, seen));
	fact(&facts, "", d->source);
	fact(&facts, "", d->language);
	fact(&facts, "", d->section);
	fact(&facts, "by ", d->author);
	if (d->revision > 1)
		fact(&facts, "", revision);
	if (d->state != NULL && strcmp(d->state, "live") != 0)
		fact(&facts, "", d->state);
	rich_line(o, STYLE_DIM, buf_str(&facts), 0);
	out_printf(o, STYLE_CYAN, "%s", d->url != NULL ? d->url : "");
	print_body(o, d->dateline != NULL && d->published != NULL &&
	    strcmp(d->dateline, d->published) == 0 ? NULL : d->dateline, d->captions,
	    d->captions_count, d->text, NULL);
	buf_done(&facts);
}

void
doc_print_page(struct out *o, const struct document *doc, const char *source)
{
	struct buf facts = BUF_INIT(4096);
	char iso[DATE_ISO_MAX];

	rich_line(o, STYLE_BOLD, doc->title != NULL ? doc->title : "(no title)", 0);
	if (doc->published.precision != DATE_NONE)
		fact(&facts, "", date_iso(&doc->published, iso));
	fact(&facts, "", source);
	fact(&facts, "", doc->language);
	fact(&facts, "", doc->section);
	fact(&facts, "by ", doc->author);
	if (facts.len > 0)
		out_printf(o, STYLE_DIM, "%s", buf_str(&facts));
	out_printf(o, STYLE_CYAN, "%s", doc->url != NULL ? doc->url : "");
	print_body(o, doc->dateline, doc->captions, doc->captions_count, doc->text, doc->trouble);
	buf_done(&facts);
}

struct document
doc_view(const struct store_doc *d)
{
	struct document doc = {.url = d->url,
	    .title = d->title,
	    .language = d->language,
	    .author = d->author,
	    .section = d->section,
	    .dateline = d->dateline,
	    .captions = d->captions,
	    .captions_count = d->captions_count,
	    .text = d->text,
	    .text_state = d->text_state,
	    .words = d->words};

	if (d->published != NULL)
		date_from_iso(d->published, &doc.published);
	if (d->modified != NULL)
		date_from_iso(d->modified, &doc.modified);
	return doc;
}

static int
not_found(const struct err *err)
{
	cli_say("%s", err->text);
	return err->class == ERR_INPUT ? EXIT_NOTHING : EXIT_FAILED;
}

int
doc_find_at(struct cli *cli, const char *id_or_url, int64_t at_ms, struct store_doc **ret)
{
	struct err err = { 0 };

	return store_get_at(cli->store, id_or_url, at_ms, ret, &err) == 0 ? 0 : not_found(&err);
}

int
doc_find(struct cli *cli, const char *id_or_url, unsigned revision, struct store_doc **ret)
{
	struct err err = { 0 };

	return store_get(cli->store, id_or_url, revision, ret, &err) == 0 ? 0 : not_found(&err);
}
