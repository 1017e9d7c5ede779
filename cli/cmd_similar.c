/* similar: near-duplicates of a document and the sites that carry the same release. */
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/doc.h"
#include "base/banned.h"

struct similar { struct cli *cli; struct table *table; unsigned limit, count; };

static int
print_one(const struct store_doc *d, const char *likeness, void *arg)
{
	struct similar *s = arg;
	char day[40];
	json_t *j;

	s->count++;
	if (s->cli->opts.json) {
		j = store_doc_json(d, false);
		json_object_set_new(j, "similarity",
		    json_real(likeness != NULL ? strtod(likeness, NULL) : 0));
		out_json(&s->cli->out, j);
	} else {
		doc_day(d, day);
		table_add(s->table, STYLE_PLAIN, likeness);
		table_add(s->table, STYLE_PLAIN, d->id);
		table_add(s->table, STYLE_PLAIN, day);
		table_add(s->table, STYLE_PLAIN, d->source);
		table_add(s->table, STYLE_PLAIN, d->title);
	}
	return s->limit > 0 && s->count >= s->limit;
}

int
cmd_similar(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .head = "ALIKE", .style = STYLE_YELLOW }, { .head = "ID", .right = true, .style = STYLE_CYAN },
		{ .head = "DATE", .style = STYLE_DIM }, { .head = "SOURCE", .flexible = true, .style = STYLE_GREEN },
		{ .head = "TITLE", .flexible = true },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, 5);
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	struct similar s = { .cli = cli, .table = t };
	struct err err = { 0 };
	int rc;

	if (cli->opts.limit != NULL && cli_number("limit", cli->opts.limit, &s.limit, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if ((rc = doc_find(cli, argv[0], 0, &d)) != 0)
		return rc;
	if (store_similar(cli->store, d->doc_id, print_one, &s, &err) < 0)
		return cli_failed(&err);
	table_print(t, &cli->out);
	return s.count > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
