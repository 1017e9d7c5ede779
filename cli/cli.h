#ifndef CLI_CLI_H
#define CLI_CLI_H
/*
 * cli: the presswatch command. main.c has one table of commands: it reads the options, opens what the row
 * asks for, and runs it. Results go to stdout, chatter and errors to stderr.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "cli/out.h"
#include "config/config.h"
#include "store/query.h"

/* Exit codes, the same for every command. */
enum cli_exit { EXIT_FOUND = 0, EXIT_NOTHING = 1, EXIT_USAGE = 2, EXIT_FAILED = 3 };

struct cli_opts {			/* as given on the command line; NULL, 0 or false: not given */
	const char *config, *archive;
	bool json, utc, help;
	const char *source, *lang, *label, *since, *until, *at, *limit;
	const char *revision, *format, *output;
	const char *before, *keep;
	bool http;
	bool follow, all, explain, full, watch, dead, test, dry_run, documents;
	const char *channel;
	const char *url, *content_type, *manifest, *workers;
	const char *kind, *select_links, *select_title, *select_date, *select_body;
	const char *name, *from;
	bool yes;
};

struct cli {
	struct cli_opts opts;
	const struct command *command;
	const char *config_path;	/* --config, or the packaged one */
	struct config *config;		/* NEED_CONFIG: whole; NEED_ARCHIVE and NEED_DAEMON: main file, or NULL */
	struct store *store;		/* NEED_ARCHIVE */
	struct out out;
	int64_t now_ms;
};

enum group { GROUP_READ, GROUP_WATCH, GROUP_TELL, GROUP_CONFIG, GROUP_PAGES, GROUP_WHOLE, GROUP_OTHER, GROUP_COUNT };
enum need { NEED_NOTHING, NEED_ARCHIVE, NEED_CONFIG, NEED_DAEMON };

#define ARGS_ANY 1000000

struct command {
	enum group group;		/* under which help lists it */
	const char *name;
	int (*run)(struct cli *cli, int argc, char **argv);	/* operands alone; returns enum cli_exit */
	int min, max;			/* operands */
	enum need need;
	const char *operands;		/* for the usage line */
	const char *options;		/* names from the table in options.c, with blanks between */
	const char *help;
	bool pager;			/* on a terminal a long answer goes through the pager */
};

/* pager.c: stdout through a pager from now on, when it is a terminal with lines and there is one. */
bool pager_start(struct out *o);
/* Waits for the reader to be done. */
void pager_end(void);

/* options.c: reads argv[1..), takes options out, leaves command and operands. -1 with *reterr. */
struct option_row { const char *name, *value; size_t at; const char *help; };
int options_read(int argc, char **argv, struct cli_opts *ret, char **operands, int *ret_count, struct err *reterr);
/* Is option name of the list? NULL-safe on the opts that were given: names the first that the command does not know. */
const char *options_stranger(const struct cli_opts *opts, const char *allowed);
/* The i-th name, or NULL behind the last. */
const char *options_name(size_t i);
#define OPTIONS_OF_ALL 5	/* the first so many go with every command */
const struct option_row *options_row(const char *name, size_t n);
void options_help(FILE *f, const char *allowed);

/*
 * "2023-02-09", "2023-02-09 16:45", RFC 3339, "now", "today", "yesterday", or an age ("7d", "2w", "2w ago"): ms. What names no zone
 * is meant in that of this machine, in which times are shown. end: the last ms of the day, minute or second that s names. ERR_INPUT.
 */
int cli_time(const char *s, int64_t now_ms, bool end, int64_t *ret_ms, struct err *reterr);
/* A number of 1 and more. ERR_INPUT names the option. */
int cli_number(const char *option, const char *s, unsigned *ret, struct err *reterr);
/* The options that list, search and export share. people: the limit on a terminal when none is given. */
int cli_filter(const struct cli *cli, unsigned people, struct store_filter *ret, struct err *reterr);
/* The operands of a query with blanks between: words are ANDed. Caller frees. */
char *cli_query(int argc, char **argv);
/* The exit code; when the query was at fault, it is shown with a mark under the character. query may be NULL. */
int cli_query_failed(const char *query, const struct err *err);
/* The exit code for n; tells a person of nothing ("no document fits") and of a limit that was reached. */
int cli_found(const struct cli *cli, int n, unsigned limit, const char *what);
/* Asks the daemon; takes the reference. 0 and *ret, or an exit code, said on stderr. */
int cli_ask(const struct cli *cli, json_t *request, int timeout_ms, json_t **ret);
/* The same without a word: the answer, or NULL. */
json_t *cli_ask_quietly(const struct cli *cli, const char *cmd, int timeout_ms);
/* Where the archive is: --archive, the configuration, the default. 0 or an exit code; caller frees. */
int cli_archive_path(struct cli *cli, char **ret);
/* The name of the list that looks most like what was typed, or NULL; name(i) is NULL behind the last. */
const char *cli_guess(const char *typed, const char *(*name)(size_t i));
/* Says what is wrong on stderr: "presswatch: ...". Returns the exit code. */
int cli_failed(const struct err *err);
int cli_usage(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line for the person on stderr, filtered. */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A bar on stderr for a terminal; cli_progress_end clears it. */
void cli_progress(int64_t done, int64_t all, void *arg);
void cli_progress_end(void);
/* "file:line:column: text", without what is not known. Caller frees. */
char *cli_mistake(const struct config_mistake *m);
/* The whole configuration without secrets; its mistakes on stderr. 0 or an exit code. */
int cli_load_config(const struct cli *cli, unsigned flags, struct config **ret);

/* commands */
int cmd_list(struct cli *cli, int argc, char **argv);
int cmd_search(struct cli *cli, int argc, char **argv);
int cmd_show(struct cli *cli, int argc, char **argv);
int cmd_history(struct cli *cli, int argc, char **argv);
int cmd_diff(struct cli *cli, int argc, char **argv);
int cmd_similar(struct cli *cli, int argc, char **argv);
int cmd_tail(struct cli *cli, int argc, char **argv);
int cmd_sources(struct cli *cli, int argc, char **argv);
int cmd_status(struct cli *cli, int argc, char **argv);
int cmd_plan(struct cli *cli, int argc, char **argv);
int cmd_check(struct cli *cli, int argc, char **argv);
int cmd_poll(struct cli *cli, int argc, char **argv);
int cmd_visits(struct cli *cli, int argc, char **argv);
json_t *visits_json(const struct store_look *l);	/* a row of the log of looking */
int cmd_extract(struct cli *cli, int argc, char **argv);
int cmd_links(struct cli *cli, int argc, char **argv);
int cmd_try(struct cli *cli, int argc, char **argv);
int cmd_audit(struct cli *cli, int argc, char **argv);
int cmd_add(struct cli *cli, int argc, char **argv);
int cmd_export(struct cli *cli, int argc, char **argv);
int cmd_import(struct cli *cli, int argc, char **argv);
int cmd_prune(struct cli *cli, int argc, char **argv);
int cmd_verify(struct cli *cli, int argc, char **argv);
int cmd_backup(struct cli *cli, int argc, char **argv);
int cmd_reextract(struct cli *cli, int argc, char **argv);
int cmd_match(struct cli *cli, int argc, char **argv);
int cmd_channels(struct cli *cli, int argc, char **argv);
int cmd_notify(struct cli *cli, int argc, char **argv);
int cmd_redeliver(struct cli *cli, int argc, char **argv);
int cmd_pause(struct cli *cli, int argc, char **argv);	/* and resume */
int cmd_release(struct cli *cli, int argc, char **argv);
int cmd_completion(struct cli *cli, int argc, char **argv);
int cmd_metrics(struct cli *cli, int argc, char **argv);
int cmd_version(struct cli *cli, int argc, char **argv);
/* main.c: the table for people. False when there is no such command. */
void cli_print_usage(FILE *f);
bool cli_print_command(FILE *f, const char *name);
int cmd_help(struct cli *cli, int argc, char **argv);

extern const struct command cli_commands[];

#endif
