/* try: fetch a source and print what would be found and extracted; keeps nothing. */
#include <stdlib.h>
#include <string.h>
#include "base/url.h"
#include "cli/cli.h"
#include "cli/probe.h"
#include "base/banned.h"

/* Options on the command line stand above what the configuration says. */
static int
override(const struct cli *cli, struct cfg_source *s)
{
	const struct cli_opts *o = &cli->opts;
	enum source_kind kind;

	if (o->kind != NULL) {
		if (source_kind_parse(o->kind, &kind) < 0)
			return -1;
		s->kind = (enum cfg_kind)kind;
	}
	if (o->select_links != NULL)
		s->select.links = (char *)o->select_links;
	if (o->select_title != NULL)
		s->select.title = (char *)o->select_title;
	if (o->select_date != NULL)
		s->select.date = (char *)o->select_date;
	if (o->select_body != NULL)
		s->select.body = (char *)o->select_body;
	return 0;
}

static int
look(struct cli *cli, const struct config *config, const struct cfg_source *src)
{
	CLEANUP(probe_freep) struct probe *p = NULL;
	struct probe_found found = { 0 };
	struct err err = { 0 };
	int rc;

	if (probe_new(config, &p, &err) < 0)
		return cli_failed(&err);
	if (probe_look(p, src, cli->now_ms, &found, &err) < 0) {
		rc = probe_failed(cli, &found, &err);
		probe_found_done(&found);
		return rc;
	}
	probe_print(cli, &found, src);
	rc = found.candidates->count > 0 || found.document != NULL ? EXIT_FOUND : EXIT_NOTHING;
	probe_found_done(&found);
	return rc;
}

int
cmd_try(struct cli *cli, int argc, char **argv)
{
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(url_freep) struct url *url = NULL;
	struct cfg_source src = { 0 };
	struct err err = { 0 };
	bool address = strstr(argv[0], "://") != NULL;
	unsigned flags = CONFIG_SKIP_SECRETS | (address ? CONFIG_MAIN_ONLY : 0);
	int rc;

	if (!address || cli->opts.config != NULL || access(cli->config_path, F_OK) == 0)
		if ((rc = cli_load_config(cli, flags, &config)) != 0)
			return rc;
	if (address) {
		if (url_parse(argv[0], strlen(argv[0]), NULL, &url, &err) < 0 ||
		    !url_is_http(url->href))
			return cli_usage(cli, "'%s' is no http or https address", argv[0]);
		src.url = url->href;
	} else {
		const struct cfg_source *found = config_source(config, argv[0]);

		if (found == NULL)
			return cli_usage(cli, "there is no source '%s' in %s", argv[0],
			    cli->config_path);
		if (config_source_secrets(&config->sources[found - config->sources], &err) < 0)
			return cli_failed(&err);
		src = *found;
	}
	if (override(cli, &src) < 0)
		return cli_usage(cli, "there is no kind '%s' (auto, listing, feed, sitemap, page)",
		    cli->opts.kind);
	return look(cli, config, &src);
}
