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
#include "cli/add.h"
#include "cli/control.h"
#include "cli/probe.h"
#include "base/banned.h"

#define NAME_MAX_LEN 60
#define RELOAD_MS 15000

/* A name from the address: host without www., then the path's words, in what a name may have. */
char *
add_name(const char *href)
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

void
add_reload(struct cli *cli, const struct config *config)
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

int
add_write(struct cli *cli, const char *name, const char *url, enum source_kind kind)
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
	if (!cli->opts.json && cli->opts.from == NULL)
		out_printf(&cli->out, STYLE_GREEN, "written: %s", path);
	return EXIT_FOUND;
}

/* Only a person at a terminal is asked. */
static bool
agrees(const struct cli *cli, const char *name, enum source_kind kind, const char *url)
{
	char answer[8] = "";

	if (cli->opts.yes || cli->opts.json || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return true;
	fprintf(stderr, "\nAdd it as source '%s' (%s %s)? [Y/n] ", name, source_kind_name(kind), url);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		return false;
	return answer[0] == '\n' || answer[0] == 'y' || answer[0] == 'Y';
}

static int
add(struct cli *cli, const struct config *config, const char *href, const char *name)
{
	CLEANUP(probe_freep) struct probe *p = NULL;
	CLEANUP(freep) char *other = NULL;
	struct cfg_source src = { .name = (char *)name, .url = (char *)href };
	struct probe_found found = { 0 };
	enum source_kind kind = KIND_AUTO;
	struct err err = { 0 };
	int rc;

	if (cli->opts.kind != NULL && source_kind_parse(cli->opts.kind, &kind) < 0)
		return cli_usage(cli, "there is no kind '%s' (auto, listing, feed, sitemap, page)",
		    cli->opts.kind);
	src.kind = (enum cfg_kind)kind;
	if (probe_new(config, &p, &err) < 0)
		return cli_failed(&err);
	/* a kind that was asked for is not chosen anew */
	if ((kind == KIND_AUTO ? probe_best(p, &src, cli->now_ms, &found, &other, &err) :
	    probe_look(p, &src, cli->now_ms, &found, &err)) < 0) {
		rc = probe_failed(cli, &found, &err);
		probe_found_done(&found);
		return rc;
	}
	if (other != NULL)
		cli_say("%s is the better entrance: a %s with %zu documents, where the page lists %zu (--kind listing keeps the page)",
		    other, source_kind_name(found.candidates->kind), found.candidates->count, found.beside);
	if (kind == KIND_AUTO)
		probe_document(p, &src, cli->now_ms, &found);
	probe_print(cli, &found, &src);
	if (found.candidates->count == 0 && found.document == NULL) {
		cli_say("nothing was found there: not added (--kind page watches the page itself)");
		rc = EXIT_NOTHING;
	} else if (!agrees(cli, name, found.candidates->kind, other != NULL ? other : href)) {
		cli_say("not added");
		rc = EXIT_NOTHING;
	} else if ((rc = add_write(cli, name, other != NULL ? other : href, found.candidates->kind)) == EXIT_FOUND) {
		add_reload(cli, config);
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

	if ((argc == 0) == (cli->opts.from == NULL))
		return cli_usage(cli, "add wants an address, or --from FILE");
	if (cli->opts.from != NULL) {
		if (cli->opts.name != NULL || cli->opts.kind != NULL)
			return cli_usage(cli, "--name and --kind are for one address");
		if ((rc = cli_load_config(cli, CONFIG_SKIP_SECRETS | CONFIG_MAY_BE_EMPTY, &config)) != 0)
			return rc;
		return add_from(cli, config, cli->opts.from);
	}
	if (url_parse(argv[0], strlen(argv[0]), NULL, &url, &err) < 0 || !url_is_http(url->href))
		return cli_usage(cli, "'%s' is no http or https address", argv[0]);
	if (name == NULL)
		name = made = add_name(url->href);
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
