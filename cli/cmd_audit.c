/*
 * audit: what a source lists now against the archive: its list with the pages behind it, or all files of its sitemap. Names
 * every address that the archive never heard of; exit 1 when there is one, for cron.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/probe.h"
#include "base/banned.h"

#define PAGES_MAX 50

struct audit {
	struct cli *cli;
	struct probe *probe;
	const struct cfg_source *src;
	char *pages[PAGES_MAX];		/* still to read, from `read` on */
	size_t count, read;
	size_t listed, missing;
	struct candidates *all;
};

static void
add_page(struct audit *a, const char *url)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->pages[i], url) == 0)
			return;
	if (a->count < PAGES_MAX)
		a->pages[a->count++] = xstrdup(url);
}

static int
by_url(const void *va, const void *vb)
{
	const struct candidate *a = va, *b = vb;

	return strcmp(a->url, b->url);
}

static void
take_page(struct audit *a, struct candidates *found)
{
	for (size_t i = 0; i < found->count; i++) {
		struct candidate *c = candidates_add(a->all);

		*c = found->list[i];
		found->list[i] = (struct candidate){ 0 };
	}
	for (size_t i = 0; i < found->more_count; i++)
		add_page(a, found->more[i]);
}

static void
name_missing(struct audit *a, const struct candidate *c)
{
	struct out *o = &a->cli->out;
	char iso[DATE_ISO_MAX] = "";

	a->missing++;
	if (a->cli->opts.json) {
		out_json(o, candidate_to_line(c, false));
		return;
	}
	date_iso(&c->published, iso);
	out_printf(o, STYLE_PLAIN, "%-10.10s  %s  %s", iso, c->url, c->title != NULL ? c->title : "");
}

static int
compare(struct audit *a, struct err *reterr)
{
	const struct candidates *all = a->all;
	bool known;

	if (all->count > 1)
		qsort(all->list, all->count, sizeof(*all->list), by_url);
	for (size_t i = 0; i < all->count; i++) {
		if (i > 0 && strcmp(all->list[i].url, all->list[i - 1].url) == 0)
			continue;
		a->listed++;
		if (store_url_known(a->cli->store, all->list[i].url, &known, reterr) < 0)
			return -1;
		if (!known)
			name_missing(a, &all->list[i]);
	}
	return 0;
}

static int
audit(struct audit *a, struct err *reterr)
{
	add_page(a, a->src->url);
	while (a->read < a->count) {
		CLEANUP(candidates_freep) struct candidates *found = NULL;
		struct err err = { 0 };

		if (probe_list(a->probe, a->src, a->pages[a->read++], a->cli->now_ms, &found, &err) == 0) {
			take_page(a, found);
		} else if (a->read == 1) {
			*reterr = err;
			return -1;
		} else {
			cli_say("%s", err.text);	/* a further page: say so and go on */
		}
	}
	return compare(a, reterr);
}

int
cmd_audit(struct cli *cli, int argc, char **argv)
{
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(probe_freep) struct probe *probe = NULL;
	CLEANUP(candidates_freep) struct candidates *all = candidates_new();
	struct audit a = { .cli = cli, .all = all };
	struct err err = { 0 };
	int rc;

	if ((rc = cli_load_config(cli, CONFIG_SKIP_SECRETS, &config)) != 0)
		return rc;
	a.src = config_source(config, argv[0]);
	if (a.src == NULL)
		return cli_usage(cli, "there is no source '%s' in %s", argv[0], cli->config_path);
	if (probe_new(config, &probe, &err) < 0)
		return cli_failed(&err);
	a.probe = probe;
	rc = audit(&a, &err);
	for (size_t i = 0; i < a.count; i++)
		free(a.pages[i]);
	if (rc < 0)
		return cli_failed(&err);
	cli_say("%s: %zu address%s on %zu page%s, %zu missing in the archive", a.src->name, a.listed,
	    a.listed == 1 ? "" : "es", a.read, a.read == 1 ? "" : "s", a.missing);
	return a.missing > 0 ? EXIT_NOTHING : EXIT_FOUND;
}
