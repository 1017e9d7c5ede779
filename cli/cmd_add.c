/* add: try an address, write it as a file of sources.d, and ask the daemon to read it. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/cli.h"
#include "cli/control.h"
#include "cli/probe.h"
#include "base/banned.h"

#define NAME_MAX_LEN 60
#define RELOAD_MS 15000

/* A name from the address: host without www., then the path's words, in what a name may have. */
static char *
name_of(const char *href)
{
	CLEANUP(freep) char *host = url_host(href);
	CLEANUP(freep) char *path = url_path_query(href);
	struct buf b = BUF_INIT(NAME_MAX_LEN);
	const char *parts[] = { host, path };
	bool gap = false;

	for (size_t i = 0; i < 2; i++) {
		const char *p = parts[i] != NULL ? parts[i] : "";

		if (i == 0 && strncmp(p, "www.", 4) == 0)
			p += 4;
		for (; *p != '\0'; p++) {
			if (!isalnum((unsigned char)*p)) {
				gap = true;
				continue;
			}
			if (gap && b.len > 0)
				buf_addc(&b, '-');
			gap = false;
			buf_addc(&b, (char)tolower((unsigned char)*p));
		}
		gap = true;
	}
	while (b.len > 0 && b.data[b.len - 1] == '-')
		buf_cut(&b, b.len - 1);
	if (b.len == 0)
		buf_adds(&b, "source");
	return buf_take(&b, NULL);
}

/* YAML in the double-quoted form, in which every address can be said. */
static char *
source_yaml(const char *name, const char *url, enum source_kind kind)
{
	struct buf b = BUF_INIT(64 << 10);

	buf_addf(&b, "name: %s\nurl: \"", name);
	for (const char *p = url; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(&b, '\\');
		buf_addc(&b, *p);
	}
	buf_addf(&b, "\"\nkind: %s\n", source_kind_name(kind));
	return buf_take(&b, NULL);
}

static void
reload(struct cli *cli, const struct config *config)
{
	json_t *request = json_pack("{s:s}", "cmd", "reload"), *answer = NULL;
	struct err err = { 0 };

	if (control_ask(config->control, request, RELOAD_MS, &answer, &err) < 0)
		cli_say("written, but not yet read: %s", err.text);
	else if (!cli->opts.json)
		out_printf(&cli->out, STYLE_GREEN, "the daemon has read it");
	json_decref(answer);
	json_decref(request);
}

/* Writes the file and reads the whole configuration again; a file that makes a mistake is taken away. */
static int
write_source(struct cli *cli, const struct config *config, const char *name, const char *url,
    enum source_kind kind)
{
	CLEANUP(freep) char *folder = file_beside(cli->config_path, "sources.d");
	CLEANUP(freep) char *path = xasprintf("%s/%s.yaml", folder, name);
	CLEANUP(freep) char *yaml = source_yaml(name, url, kind);
	CLEANUP(config_freep) struct config *again = NULL;
	struct err err = { 0 };
	int rc;

	if (mkdir(folder, 0755) < 0 && errno != EEXIST) {
		cli_say("cannot make %s: %s", folder, strerror(errno));
		return EXIT_FAILED;
	}
	if (access(path, F_OK) == 0) {
		cli_say("%s is there already; --name gives the source another name", path);
		return EXIT_FAILED;
	}
	if (file_write_atomic(path, yaml, strlen(yaml), 0644, &err) < 0)
		return cli_failed(&err);
	if ((rc = cli_load_config(cli, CONFIG_SKIP_SECRETS, &again)) != 0) {
		unlink(path);
		return rc;
	}
	if (!cli->opts.json)
		out_printf(&cli->out, STYLE_GREEN, "written: %s", path);
	reload(cli, config);
	return EXIT_FOUND;
}

static int
add(struct cli *cli, const struct config *config, const char *href, const char *name)
{
	CLEANUP(probe_freep) struct probe *p = NULL;
	struct cfg_source src = { .name = (char *)name, .url = (char *)href };
	struct probe_found found = { 0 };
	enum source_kind kind = KIND_AUTO;
	struct err err = { 0 };
	int rc;

	if (cli->opts.kind != NULL && source_kind_parse(cli->opts.kind, &kind) < 0)
		return cli_usage(cli, "there is no kind '%s' (auto, listing, feed, sitemap, page)",
		    cli->opts.kind);
	src.kind = (enum cfg_kind)kind;
	if (probe_new(config, &p, &err) < 0 || probe_look(p, &src, cli->now_ms, &found, &err) < 0)
		return cli_failed(&err);
	probe_print(cli, &found, name);
	if (found.candidates->count == 0 && found.document == NULL) {
		cli_say("nothing was found there: not added");
		rc = EXIT_NOTHING;
	} else {
		rc = write_source(cli, config, name, href, kind);
	}
	probe_found_done(&found);
	return rc;
}

int
cmd_add(struct cli *cli, int argc, char **argv)
{
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(url_freep) struct url *url = NULL;
	CLEANUP(freep) char *made = NULL;
	const char *name = cli->opts.name;
	const struct cfg_source *other;
	struct err err = { 0 };
	int rc;

	if (url_parse(argv[0], strlen(argv[0]), NULL, &url, &err) < 0 || !url_is_http(url->href))
		return cli_usage(cli, "'%s' is no http or https address", argv[0]);
	if (name == NULL)
		name = made = name_of(url->href);
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(name) ||
	    !isalnum((unsigned char)name[0]) || strlen(name) > 64)
		return cli_usage(cli,
		    "'%s' is no name for a source (a-z, 0-9, '.', '_', '-'; at most 64)", name);
	if ((rc = cli_load_config(cli, CONFIG_SKIP_SECRETS | CONFIG_MAY_BE_EMPTY, &config)) != 0)
		return rc;
	if ((other = config_source(config, name)) != NULL) {
		cli_say("there is a source '%s' already, at %s:%d; --name gives another name", name,
		    other->file, other->line);
		return EXIT_FAILED;
	}
	return add(cli, config, url->href, name);
}
