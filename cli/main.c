/* main: the table of commands, and what each row asks for before it runs. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "net/http.h"
#include "worker/pool.h"
#include "base/banned.h"

#define WATCH_S 2
#define FILTER "source lang label since until at limit"

const struct command cli_commands[] = {
	{ GROUP_READ, "list", cmd_list, 0, ARGS_ANY, NEED_ARCHIVE, "[QUERY]", FILTER " format", "newest documents", true },
	{ GROUP_READ, "search", cmd_search, 1, ARGS_ANY, NEED_ARCHIVE, "QUERY", FILTER " format", "find documents by their words", true },
	{ GROUP_READ, "show", cmd_show, 1, 1, NEED_ARCHIVE, "ID", "revision at format", "print one document, or one revision of it", true },
	{ GROUP_READ, "history", cmd_history, 1, 1, NEED_ARCHIVE, "ID", "at format", "revisions of a document", true },
	{ GROUP_READ, "diff", cmd_diff, 1, 3, NEED_ARCHIVE, "ID [A [B]]", "full", "compare two revisions, word by word", true },
	{ GROUP_READ, "similar", cmd_similar, 1, 1, NEED_ARCHIVE, "ID", "limit format", "near-duplicates and carriers of the same release", true },
	{ GROUP_WATCH, "tail", cmd_tail, 0, 0, NEED_ARCHIVE, "", "since follow source limit format", "the stream of events", false },
	{ GROUP_WATCH, "sources", cmd_sources, 0, ARGS_ANY, NEED_ARCHIVE, "[NAME...]", "watch format", "health of each source", false },
	{ GROUP_WATCH, "visits", cmd_visits, 1, 1, NEED_ARCHIVE, "SOURCE", "documents since until limit format", "the log of looking at a source", true },
	{ GROUP_WATCH, "audit", cmd_audit, 1, 1, NEED_ARCHIVE, "SOURCE", "", "what the source lists and the archive does not have", true },
	{ GROUP_WATCH, "status", cmd_status, 0, 0, NEED_DAEMON, "", "watch", "health of the daemon", false },
	{ GROUP_WATCH, "metrics", cmd_metrics, 0, 0, NEED_ARCHIVE, "", "http", "numbers for a monitoring system (Prometheus)", false },
	{ GROUP_WATCH, "poll", cmd_poll, 0, 1, NEED_DAEMON, "SOURCE|--all", "all", "visit a source now", false },
	{ GROUP_TELL, "match", cmd_match, 0, ARGS_ANY, NEED_ARCHIVE, "[QUERY]", "channel since until source lang label limit format", "what a channel, or this match, would have told", true },
	{ GROUP_TELL, "channels", cmd_channels, 0, 0, NEED_ARCHIVE, "", "dead watch format", "who is told, what waits, the last error", false },
	{ GROUP_TELL, "notify", cmd_notify, 1, 1, NEED_DAEMON, "CHANNEL", "test", "send a test notice to a channel (--test)", false },
	{ GROUP_TELL, "redeliver", cmd_redeliver, 0, 1, NEED_DAEMON, "EVENT|--dead", "dead channel", "send notices once more", false },
	{ GROUP_TELL, "pause", cmd_pause, 0, 1, NEED_DAEMON, "SOURCE|CHANNEL", "source channel", "visit a source no more, or keep a channel's notices", false },
	{ GROUP_TELL, "resume", cmd_pause, 0, 1, NEED_DAEMON, "SOURCE|CHANNEL", "source channel", "go on with it", false },
	{ GROUP_TELL, "release", cmd_release, 0, 1, NEED_DAEMON, "SOURCE|CHANNEL", "source channel all", "tell what was held", false },
	{ GROUP_CONFIG, "try", cmd_try, 1, 1, NEED_NOTHING, "URL|SOURCE", "kind select-links select-title select-date select-body",
	  "fetch and print what would be found; keeps nothing", true },
	{ GROUP_CONFIG, "add", cmd_add, 0, 1, NEED_NOTHING, "[URL]", "name kind yes from", "try an address and add its best entrance", false },
	{ GROUP_CONFIG, "plan", cmd_plan, 0, 0, NEED_ARCHIVE, "", "format", "what a reload of the configuration would do", true },
	{ GROUP_CONFIG, "check", cmd_check, 0, 1, NEED_NOTHING, "[FILE]", "", "read the configuration and print every mistake", false },
	{ GROUP_PAGES, "extract", cmd_extract, 0, ARGS_ANY, NEED_NOTHING, "FILE...",
	  "url content-type manifest workers select-body select-title select-date", "documents from saved pages", false },
	{ GROUP_PAGES, "links", cmd_links, 1, 1, NEED_NOTHING, "FILE", "url content-type kind select-links select-title select-date "
	  "explain", "candidates from a saved listing, feed or sitemap", false },
	{ GROUP_WHOLE, "export", cmd_export, 0, ARGS_ANY, NEED_ARCHIVE, "[QUERY]", "format output " FILTER, "write documents in a form that others read", false },
	{ GROUP_WHOLE, "import", cmd_import, 0, ARGS_ANY, NEED_NOTHING, "FILE...", "manifest source workers",
	  "take in an export, WARC files, or saved pages", false },
	{ GROUP_WHOLE, "prune", cmd_prune, 1, 1, NEED_NOTHING, "raw|revisions|documents", "before keep source dry-run",
	  "take out what is old; stubs and hashes stay", false },
	{ GROUP_WHOLE, "verify", cmd_verify, 0, 0, NEED_ARCHIVE, "", "", "check every hash and the chain of events", false },
	{ GROUP_WHOLE, "backup", cmd_backup, 1, 1, NEED_ARCHIVE, "FILE", "", "copy the archive while it is in use", false },
	{ GROUP_WHOLE, "reextract", cmd_reextract, 0, 0, NEED_NOTHING, "", "dry-run source", "derive texts anew from the stored responses", false },
	{ GROUP_OTHER, "help", cmd_help, 0, 1, NEED_NOTHING, "[COMMAND|TOPIC]", "", "explain a command or a topic", false },
	{ GROUP_OTHER, "completion", cmd_completion, 1, 1, NEED_NOTHING, "SHELL", "", "script for bash, zsh or fish", false },
	{ GROUP_OTHER, "version", cmd_version, 0, 0, NEED_NOTHING, "", "", "print the version", false },
	{ GROUP_OTHER, NULL, NULL, 0, 0, NEED_NOTHING, NULL, NULL, NULL, false }
};

static const char *const group_names[GROUP_COUNT] = {
	[GROUP_READ] = "Read the archive", [GROUP_WATCH] = "Watch the daemon at work", [GROUP_TELL] = "Tell people",
	[GROUP_CONFIG] = "Sources and configuration", [GROUP_PAGES] = "Saved pages", [GROUP_WHOLE] = "The archive as a whole",
	[GROUP_OTHER] = "Other",
};

static const struct command *
find_command(const char *name)
{
	for (const struct command *c = cli_commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static const char *
command_name(size_t i)
{
	return cli_commands[i].name;
}

void
cli_print_usage(FILE *f)
{
	fprintf(f, "usage: presswatch [--config FILE | --archive FILE] COMMAND\n");
	for (enum group g = 0; g < GROUP_COUNT; g++) {
		bool any = false;

		for (const struct command *c = cli_commands; c->name != NULL; c++) {
			char left[64];

			if (c->group != g)
				continue;
			if (!any)
				fprintf(f, "\n%s\n", group_names[g]);
			any = true;
			snprintf(left, sizeof(left), "%s %s", c->name, c->operands);
			fprintf(f, "  %-22s %s\n", left, c->help);
		}
	}
	fprintf(f, "\nExit: 0 found, 1 nothing found, 2 usage, 3 failed.\n"
	    "presswatch COMMAND --help says more; presswatch(1) says all.\n");
}

static void
print_command(FILE *f, const struct command *c)
{
	fprintf(f, "usage: presswatch %s%s%s%s\n%s\n\n", c->name,
	    c->options[0] != '\0' ? " [options]" : "", c->operands[0] != '\0' ? " " : "",
	    c->operands, c->help);
	options_help(f, c->options);
}

bool
cli_print_command(FILE *f, const char *name)
{
	const struct command *c = find_command(name);

	if (c != NULL)
		print_command(f, c);
	return c != NULL;
}

int
cmd_version(struct cli *cli, int argc, char **argv)
{
	out_printf(&cli->out, STYLE_PLAIN, "presswatch %s", PRESSWATCH_VERSION);
	return EXIT_FOUND;
}

/* The main file for where things are. Only a file that was asked for must exist. */
static int
load_main(struct cli *cli)
{
	if (cli->opts.config == NULL && access(cli->config_path, F_OK) != 0)
		return 0;
	return cli_load_config(cli, CONFIG_MAIN_ONLY | CONFIG_SKIP_SECRETS, &cli->config);
}

int
cli_archive_path(struct cli *cli, char **ret)
{
	int rc;

	if (cli->opts.archive != NULL) {
		*ret = xstrdup(cli->opts.archive);
		return 0;
	}
	if ((rc = load_main(cli)) != 0)
		return rc;
	*ret = cli->config != NULL ? xstrdup(cli->config->archive) : config_default_archive();
	return 0;
}

static int
open_archive(struct cli *cli)
{
	CLEANUP(freep) char *path = NULL;
	struct err err = { 0 };
	int rc;

	if ((rc = cli_archive_path(cli, &path)) != 0)
		return rc;
	if (store_open(path, STORE_READ, NULL, &cli->store, &err) < 0)
		return cli_failed(&err);
	if (cli->config != NULL)
		store_set_spellings(cli->store, (char *const *const *)cli->config->spellings);
	return 0;
}

/* Again and again on a cleared screen; an answer that cannot be had is shown and asked for again. */
static void
watch(struct cli *cli, int argc, char **argv)
{
	const struct timespec pause = { .tv_sec = WATCH_S };

	for (;;) {
		fputs("\033[H\033[2J\033[3J", stdout);
		cli->now_ms = clock_wall_ms();
		out_init(&cli->out, stdout);	/* the window may have another width by now */
		(void)cli->command->run(cli, argc, argv);
		if (fflush(stdout) != 0)
			return;
		nanosleep(&pause, NULL);
	}
}

static int
run_command(struct cli *cli, int argc, char **argv)
{
	const struct command *c = cli->command;
	bool paged = false;
	int rc = 0;

	if (c->need == NEED_ARCHIVE)
		rc = open_archive(cli);
	else if (c->need == NEED_DAEMON)
		rc = load_main(cli);
	if (rc == 0 && c->pager && !cli->opts.json)
		paged = pager_start(&cli->out);
	if (rc == 0 && cli->opts.watch && cli->out.tty)
		watch(cli, argc, argv);
	else if (rc == 0)
		rc = c->run(cli, argc, argv);
	store_close(cli->store);
	config_free(cli->config);
	if (paged) {
		pager_end();	/* whoever leaves it early has seen enough: no failure */
	} else if (fflush(stdout) != 0 || ferror(stdout)) {
		cli_say("cannot write: %s", strerror(errno));
		rc = EXIT_FAILED;
	}
	return rc;
}

/* Which command it is and whether it may have these options and operands. 0, or the exit code in *ret_exit and -1. */
static int
choose(struct cli *cli, int argc, char **argv, int *ret_exit)
{
	const char *stranger;

	if (argc == 0) {
		cli_print_usage(cli->opts.help ? stdout : stderr);
		*ret_exit = cli->opts.help ? EXIT_FOUND : EXIT_USAGE;
		return -1;
	}
	*ret_exit = EXIT_USAGE;
	if ((cli->command = find_command(argv[0])) == NULL) {
		const char *guess = cli_guess(argv[0], command_name);

		if (guess != NULL)
			cli_say("there is no command '%s'; did you mean %s?", argv[0], guess);
		else
			cli_say("there is no command '%s'; presswatch help lists them", argv[0]);
		return -1;
	}
	if (cli->opts.help) {
		print_command(stdout, cli->command);
		*ret_exit = EXIT_FOUND;
		return -1;
	}
	if ((stranger = options_stranger(&cli->opts, cli->command->options)) != NULL) {
		cli_usage(cli, "%s takes no --%s", argv[0], stranger);
		return -1;
	}
	if (argc - 1 < cli->command->min || argc - 1 > cli->command->max) {
		if (argc - 1 < cli->command->min)
			cli_usage(cli, "%s wants %s", argv[0], cli->command->operands);
		else if (cli->command->max == 0)
			cli_usage(cli, "%s takes no operand, and '%s' is one", argv[0], argv[1]);
		else
			cli_usage(cli, "too many operands: %s wants %s", argv[0], cli->command->operands);
		return -1;
	}
	return 0;
}

/* Tables as CSV or Markdown are whole and plain, as in a pipe; show and export have formats of their own. */
static int
choose_format(struct cli *cli)
{
	static const char *const names[] = { [OUT_TEXT] = "text", [OUT_CSV] = "csv", [OUT_MARKDOWN] = "markdown" };
	const char *name = cli->opts.format;

	if (name == NULL || cli->command->run == cmd_show || cli->command->run == cmd_export)
		return 0;
	if (strcmp(name, "json") == 0) {
		cli->opts.json = true;
		return 0;
	}
	for (int i = OUT_TEXT; i <= OUT_MARKDOWN; i++)
		if (strcmp(names[i], name) == 0) {
			cli->out.format = (enum out_format)i;
			if (i != OUT_TEXT)
				cli->out = (struct out){ .f = cli->out.f, .format = (enum out_format)i };
			return 0;
		}
	cli_usage(cli, "there is no format '%s' (text, json, csv, markdown)", name);
	return -1;
}

int
main(int argc, char **argv)
{
	struct cli cli = { .now_ms = clock_wall_ms() };
	CLEANUP(freep) char **operands = xcalloc((size_t)argc + 1, sizeof(*operands));
	struct err err = { 0 };
	int count = 0, rc;

	worker_main(argc, argv);
	signal(SIGPIPE, SIG_DFL);
	setlocale(LC_TIME, "");
	log_init(LOG_P_WARNING, 0);
	out_init(&cli.out, stdout);
	if (!cli.out.tty)
		setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (options_read(argc, argv, &cli.opts, operands, &count, &err) < 0) {
		cli_say("%s", err.text);
		return EXIT_USAGE;
	}
	if (cli.opts.utc)
		setenv("TZ", "UTC0", 1);
	cli.config_path = cli.opts.config != NULL ? cli.opts.config : CONFIG_DEFAULT_PATH;
	if (choose(&cli, count, operands, &rc) < 0)
		return rc;
	if (choose_format(&cli) < 0)
		return EXIT_USAGE;
	http_global_init();
	return run_command(&cli, count - 1, operands + 1);
}
