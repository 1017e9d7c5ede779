/* search: ranked full-text search with snippets. */
#include <string.h>
#include "base/json.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "base/banned.h"

#define SEARCH_PEOPLE 20

/* The snippet on one line, hits between the archive's marks emphasised: by colour, or by nothing in a pipe. */
static void
print_snippet(struct out *o, const char *snippet)
{
	const char *p = snippet;

	fputs("    ", o->f);
	while (*p != '\0') {
		size_t n = strcspn(p, "\002\003");
		struct buf b = BUF_INIT(64 << 10);

		out_filter_line(&b, p, n);
		fputs(buf_str(&b), o->f);
		buf_done(&b);
		p += n;
		if (*p == '\002')
			out_begin(o, STYLE_YELLOW);
		else if (*p == '\003')
			out_end(o, STYLE_YELLOW);
		if (*p != '\0')
			p++;
	}
	out_end(o, STYLE_YELLOW);
	out_nl(o);
}

static int
print_hit(const struct store_doc *d, const char *snippet, void *arg)
{
	struct out *o = &((struct cli *)arg)->out;
	char day[40];

	doc_day(d, day);
	out_line(o, STYLE_CYAN, d->id);
	fputs("  ", o->f);
	out_line(o, STYLE_DIM, day);
	fputs("  ", o->f);
	out_line(o, STYLE_GREEN, d->source);
	fputs("  ", o->f);
	out_line(o, STYLE_BOLD, d->title != NULL ? d->title : "(no title)");
	out_nl(o);
	if (snippet != NULL && snippet[0] != '\0')
		print_snippet(o, snippet);
	return 0;
}

/* The exported document with its snippet; the marks become « and ». */
static int
print_json(const struct store_doc *d, const char *snippet, void *arg)
{
	struct cli *cli = arg;
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
	json_put_str(j, "snippet", b.len > 0 ? buf_str(&b) : NULL);
	buf_done(&b);
	out_json(&cli->out, j);
	return 0;
}

int
cmd_search(struct cli *cli, int argc, char **argv)
{
	struct buf query = BUF_INIT(64 << 10);
	struct store_filter f;
	struct err err = { 0 };
	int n;

	if (cli_filter(cli, SEARCH_PEOPLE, &f, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	for (int i = 0; i < argc; i++) {	/* search press release = search "press release": words are ANDed */
		if (i > 0)
			buf_addc(&query, ' ');
		buf_adds(&query, argv[i]);
	}
	n = store_search(cli->store, buf_str(&query), &f, cli->opts.json ? print_json : print_hit,
	    cli, &err);
	buf_done(&query);
	if (n < 0 && err.class == ERR_INPUT)
		return cli_usage(cli, "%s", err.text);
	if (n < 0)
		return cli_failed(&err);
	return n > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
