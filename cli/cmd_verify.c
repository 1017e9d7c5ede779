/* verify and backup: the archive as a whole. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "cli/cli.h"
#include "base/banned.h"

int
cmd_verify(struct cli *cli, int argc, char **argv)
{
	struct store_counts counts = { 0 };
	struct err err = { 0 };
	json_t *j;

	if (store_verify(cli->store, cli_progress, (void *)"verify", &err) < 0) {
		cli_progress_end();
		return cli_failed(&err);
	}
	cli_progress_end();
	if (store_get_counts(cli->store, &counts, &err) < 0)
		return cli_failed(&err);
	if (cli->opts.json) {
		j = json_pack("{s:b, s:I, s:I, s:I}", "ok", 1, "documents", (json_int_t)counts.documents, "revisions",
		    (json_int_t)counts.revisions, "events", (json_int_t)counts.events);
		out_json(&cli->out, j);
	} else {
		out_printf(&cli->out, STYLE_GREEN,
		    "%lld documents, %lld revisions and %lld events are as they were written",
		    (long long)counts.documents, (long long)counts.revisions,
		    (long long)counts.events);
	}
	return EXIT_FOUND;
}

int
cmd_backup(struct cli *cli, int argc, char **argv)
{
	struct err err = { 0 };
	struct stat st;

	if (stat(argv[0], &st) == 0) {
		cli_say("%s is there already; a backup replaces nothing", argv[0]);
		return EXIT_FAILED;
	}
	if (store_backup(cli->store, argv[0], cli_progress, (void *)"backup", &err) < 0) {
		cli_progress_end();
		return cli_failed(&err);
	}
	cli_progress_end();
	if (cli->out.tty && stat(argv[0], &st) == 0)
		out_printf(&cli->out, STYLE_PLAIN, "%s: %.1f MiB", argv[0],
		    (double)st.st_size / (1 << 20));
	return EXIT_FOUND;
}
