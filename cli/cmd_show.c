/* show: one document, as text, JSON, Markdown, or the bytes that came. */
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/doc.h"
#include "document/text.h"
#include "base/banned.h"

static int
show_raw(struct cli *cli, const struct store_doc *d, unsigned revision)
{
	CLEANUP(freep) char *raw = NULL, *type = NULL;
	struct err err = { 0 };
	size_t len;

	if (cli->out.tty)
		return cli_usage(cli, "raw bytes may hold anything: send them to a file or a pipe");
	if (store_raw_of(cli->store, d->doc_id, revision, &raw, &len, &type, &err) < 0) {
		cli_say("%s", err.text);
		return err.class == ERR_INPUT ? EXIT_NOTHING : EXIT_FAILED;
	}
	fwrite(raw, 1, len, stdout);
	return EXIT_FOUND;
}

int
cmd_show(struct cli *cli, int argc, char **argv)
{
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	CLEANUP(freep) char *markdown = NULL;
	const char *format = cli->opts.json ? "json" : cli->opts.format != NULL ? cli->opts.format : "text";
	struct document view;
	struct err err = { 0 };
	unsigned revision = 0;
	int64_t at_ms = 0;
	int rc;

	if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0 &&
	    strcmp(format, "markdown") != 0 && strcmp(format, "raw") != 0)
		return cli_usage(cli, "there is no format '%s'", format);
	if (cli->opts.revision != NULL &&
	    cli_number("revision", cli->opts.revision, &revision, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if (cli->opts.at != NULL && cli->opts.revision != NULL)
		return cli_usage(cli, "--at says which revision: --revision says another one");
	if (cli->opts.at != NULL && cli_time(cli->opts.at, cli->now_ms, true, &at_ms, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if ((rc = at_ms > 0 ? doc_find_at(cli, argv[0], at_ms, &d) : doc_find(cli, argv[0], revision, &d)) != 0)
		return rc;
	if (strcmp(format, "raw") == 0)
		return show_raw(cli, d, d->revision);
	if (strcmp(format, "json") == 0) {
		out_json(&cli->out, store_doc_json(d, true));
	} else if (strcmp(format, "markdown") == 0) {
		view = doc_view(d);
		markdown = text_write_markdown(&view);
		cli->out.width = 0;	/* what goes into a file must not be wrapped */
		out_block(&cli->out, markdown);
	} else {
		doc_print(&cli->out, d);
	}
	return EXIT_FOUND;
}
