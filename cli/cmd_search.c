/* search: ranked full-text search with snippets. */
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "base/banned.h"

#define SEARCH_PEOPLE 20
#define INDENT 6		/* of what stands under the title */

struct search { struct cli *cli; struct table *table; unsigned count; };

/* The snippet, hits between the archive's marks emphasised: by colour, or by nothing in a pipe. */
static void
print_snippet(struct out *o, const char *snippet)
{
	struct buf b = BUF_INIT(256 << 10);
	enum style style = STYLE_PLAIN;

	for (const char *p = snippet; *p != '\0';) {
		size_t n = strcspn(p, "\002\003");

		rich_addn(&b, style, p, n);
		p += n;
		style = *p == '\002' ? STYLE_YELLOW : STYLE_PLAIN;
		if (*p != '\0')
			p++;
	}
	fprintf(o->f, "%*s", INDENT, "");
	rich_print(o, &b, INDENT, INDENT);
	buf_done(&b);
}

/* On a terminal the title has the first line, in a pipe all facts are on it, each in its place. */
static int
print_hit(const struct store_doc *d, const char *snippet, void *arg)
{
	struct search *s = arg;
	struct out *o = &s->cli->out;
	const char *title = d->title != NULL ? d->title : "(no title)", *gap = "  ";
	struct buf b = BUF_INIT(64 << 10);
	char day[40];

	doc_day(d, day);
	if (o->tty && s->count > 0)
		out_nl(o);
	s->count++;
	if (o->tty) {
		out_begin(o, STYLE_CYAN);
		fprintf(o->f, "%-*s", INDENT - 2, d->id);
		out_end(o, STYLE_CYAN);
		fputs(gap, o->f);
		rich_add(&b, STYLE_BOLD, title);
		rich_print(o, &b, strlen(d->id) > INDENT - 2 ? (int)strlen(d->id) + 2 : INDENT, INDENT);
		fprintf(o->f, "%*s", INDENT, "");
		out_line(o, STYLE_DIM, day);
		fputs(gap, o->f);
		out_line(o, STYLE_GREEN, d->source);
		if (d->found_in > 0) {
			out_begin(o, STYLE_YELLOW);
			fprintf(o->f, "%sin revision %u of %u", gap, d->found_in, d->revision);
			out_end(o, STYLE_YELLOW);
		} else if (d->revision > 1) {
			fputs(gap, o->f);
			out_line(o, STYLE_DIM, "edited");
		}
		out_nl(o);
	} else {
		out_printf(o, STYLE_PLAIN, "%s  %s  %s  %s", d->id, day, d->source, title);
		if (d->found_in > 0)
			fprintf(o->f, "%*sin revision %u of %u\n", INDENT, "", d->found_in, d->revision);
	}
	if (snippet != NULL && snippet[0] != '\0')
		print_snippet(o, snippet);
	buf_done(&b);
	return 0;
}

/* The exported document with its snippet; the marks become « and ». */
static int
print_json(const struct store_doc *d, const char *snippet, void *arg)
{
	struct cli *cli = ((struct search *)arg)->cli;
	json_t *j = store_doc_json(d, true);
	struct buf b = BUF_INIT(64 << 10);

	for (const char *p = snippet; p != NULL && *p != '\0'; p++) {
		if (*p == '\002')
			buf_adds(&b, "«");
		else if (*p == '\003')
			buf_adds(&b, "»");
		else
			buf_addc(&b, *p);
	}
	if (d->found_in > 0)
		json_put_int(j, "found_in", d->found_in);
	json_put_str(j, "snippet", b.len > 0 ? buf_str(&b) : NULL);
	buf_done(&b);
	out_json(&cli->out, j);
	return 0;
}

/* For CSV and Markdown: one row, the snippet without marks. */
static int
add_row(const struct store_doc *d, const char *snippet, void *arg)
{
	struct search *s = arg;
	char day[40];

	doc_day(d, day);
	table_add(s->table, STYLE_PLAIN, d->id);
	table_add(s->table, STYLE_PLAIN, day);
	table_add(s->table, STYLE_PLAIN, d->source);
	table_add(s->table, STYLE_PLAIN, d->title);
	table_addf(s->table, STYLE_PLAIN, "%u", d->found_in > 0 ? d->found_in : d->revision);
	table_add(s->table, STYLE_PLAIN, snippet);
	return 0;
}

int
cmd_search(struct cli *cli, int argc, char **argv)
{
	CLEANUP(freep) char *query = cli_query(argc, argv);
	static const struct table_column columns[] = {
		{ .head = "ID", .right = true }, { .head = "DATE" }, { .head = "SOURCE" }, { .head = "TITLE" },
		{ .head = "REVISION", .right = true }, { .head = "TEXT" },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, 6);
	struct search s = { cli, t, 0 };
	struct store_filter f;
	struct err err = { 0 };
	int n;

	if (cli_filter(cli, SEARCH_PEOPLE, &f, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	n = store_search(cli->store, query, &f, cli->opts.json ? print_json :
	    cli->out.format != OUT_TEXT ? add_row : print_hit, &s, &err);
	table_print(t, &cli->out);
	if (n < 0)
		return cli_query_failed(query, &err);
	if (store_search_bound(cli->store) > 0)
		cli_say("ranked the newest %lld hits; there are older ones (before: or a rarer word reaches them)",
		    (long long)store_search_bound(cli->store));
	return cli_found(cli, n, f.limit, "document fits");
}
