/* list: newest documents. */
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/doc.h"
#include "base/banned.h"

#define LIST_PEOPLE 50	/* rows on a terminal when no limit is given */

static int
print_json(const struct store_doc *d, const char *snippet, void *arg)
{
	struct cli *cli = arg;

	out_json(&cli->out, store_doc_json(d, true));
	return 0;
}

static int
add_row(const struct store_doc *d, const char *snippet, void *arg)
{
	struct table *t = arg;

	doc_row(t, d);
	return 0;
}

int
cmd_list(struct cli *cli, int argc, char **argv)
{
	CLEANUP(table_freep) struct table *t = doc_table();
	CLEANUP(freep) char *query = argc > 0 ? cli_query(argc, argv) : NULL;
	struct store_filter f;
	struct err err = { 0 };
	int n;

	if (cli_filter(cli, LIST_PEOPLE, &f, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	f.query = query;
	if (cli->opts.json) {
		n = store_list(cli->store, &f, true, print_json, cli, &err);
	} else {
		n = store_list(cli->store, &f, false, add_row, t, &err);
		table_print(t, &cli->out);
	}
	if (n < 0)
		return cli_query_failed(query, &err);
	return cli_found(cli, n, f.limit, "document fits");
}
