/* similar: near-duplicates of a document and the sites that carry the same release. */
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/doc.h"
#include "base/banned.h"

struct similar { struct cli *cli; struct table *table; unsigned limit, count; };

static const char *
in_words(const struct store_similarity *how)
{
	static const char *const ties[][2] = {
		{ "exact", "same text" }, { "near", "near copy" }, { "event", "same event?" }, { "form", "same form" },
	};

	for (size_t i = 0; i < sizeof(ties) / sizeof(ties[0]); i++)
		if (strcmp(how->tie, ties[i][0]) == 0)
			return ties[i][1];
	return how->story ? "same story" : "";
}

static int
print_one(const struct store_doc *d, const struct store_similarity *how, void *arg)
{
	struct similar *s = arg;
	char day[40], share[16];
	json_t *j;

	s->count++;
	if (s->cli->opts.json) {
		j = store_doc_json(d, false);
		json_object_set_new(j, "similarity", json_real((double)(int)(how->share * 1000 + 0.5) / 1000));
		json_object_set_new(j, "relation", json_string(how->tie));
		json_object_set_new(j, "same_story", json_boolean(how->story));
		out_json(&s->cli->out, j);
	} else {
		doc_day(d, day);
		snprintf(share, sizeof(share), "%.2f", how->share);
		table_add(s->table, STYLE_PLAIN, share);
		table_add(s->table, STYLE_PLAIN, in_words(how));
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
		{ .head = "ALIKE", .style = STYLE_YELLOW }, { .head = "AS" }, { .head = "ID", .right = true, .style = STYLE_CYAN },
		{ .head = "DATE", .style = STYLE_DIM }, { .head = "SOURCE", .flexible = true, .style = STYLE_GREEN },
		{ .head = "TITLE", .flexible = true },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, 6);
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
