/* prune: takes old responses, earlier texts or old documents' texts out of the archive. */
#include <string.h>
#include "base/json.h"
#include "cli/cli.h"
#include "base/banned.h"

static const struct { const char *name; enum store_prune_what what; const char *done; } kinds[] = {
	{ "raw", PRUNE_RAW, "responses" },
	{ "revisions", PRUNE_REVISIONS, "earlier texts, with their responses" },
	{ "documents", PRUNE_DOCUMENTS, "texts, with their responses" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int
read_options(struct cli *cli, const char *name, struct store_prune *ret)
{
	const struct cli_opts *o = &cli->opts;
	struct err err = { 0 };
	size_t k;

	for (k = 0; k < KINDS && strcmp(kinds[k].name, name) != 0; k++)
		;
	if (k == KINDS)
		return cli_usage(cli, "there is nothing called '%s' to prune (raw, revisions, documents)", name);
	*ret = (struct store_prune){ .what = kinds[k].what, .source = o->source, .before_ms = INT64_MAX,
		.now_ms = cli->now_ms, .dry_run = o->dry_run };
	if (o->before != NULL && cli_time(o->before, cli->now_ms, false, &ret->before_ms, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if (o->keep != NULL && cli_number("keep", o->keep, &ret->keep, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if (o->before == NULL && (o->keep == NULL || ret->what == PRUNE_DOCUMENTS))
		return cli_usage(cli, "say what goes: --before T%s", ret->what == PRUNE_DOCUMENTS ? "" : ", or --keep N");
	if (o->keep != NULL && ret->what == PRUNE_DOCUMENTS)
		return cli_usage(cli, "--keep counts revisions: prune revisions, or raw");
	return 0;
}

static void
print(struct cli *cli, const struct store_prune *what, const struct store_pruned *n)
{
	char size[OUT_TIME_MAX];

	if (cli->opts.json) {
		out_json(&cli->out, json_pack("{s:s, s:b, s:I, s:I, s:I, s:I}", "what", kinds[what->what].name, "dry_run",
		    what->dry_run, "documents", (json_int_t)n->documents, "revisions", (json_int_t)n->revisions,
		    "responses", (json_int_t)n->responses, "bytes", (json_int_t)n->bytes));
		return;
	}
	out_printf(&cli->out, STYLE_PLAIN, "%s%lld %s of %lld document%s: %lld response%s, %s%s",
	    what->dry_run ? "would go: " : "gone: ", (long long)(what->what == PRUNE_RAW ? n->responses : n->revisions),
	    kinds[what->what].done, (long long)n->documents, n->documents == 1 ? "" : "s", (long long)n->responses,
	    n->responses == 1 ? "" : "s", out_bytes(n->bytes, size),
	    what->dry_run ? "" : ", which the archive fills again before it grows");
}

int
cmd_prune(struct cli *cli, int argc, char **argv)
{
	CLEANUP(store_closep) struct store *s = NULL;
	CLEANUP(freep) char *path = NULL;
	struct store_prune what;
	struct store_pruned n;
	struct err err = { 0 };
	int rc;

	if ((rc = read_options(cli, argv[0], &what)) != 0 || (rc = cli_archive_path(cli, &path)) != 0)
		return rc;
	if (store_open(path, what.dry_run ? STORE_READ : STORE_WRITE, NULL, &s, &err) < 0 ||
	    store_prune(s, &what, &n, &err) < 0)
		return err.class == ERR_INPUT ? (cli_say("%s", err.text), EXIT_NOTHING) : cli_failed(&err);
	while (!what.dry_run && (rc = store_index_step(s, 200, &err)) > 0)
		;
	if (rc < 0)
		return cli_failed(&err);
	print(cli, &what, &n);
	return n.revisions > 0 || n.bytes > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
