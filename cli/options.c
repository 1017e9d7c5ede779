/* options: one table of all options; a command's row names those it takes. */
#include <string.h>
#include "cli/cli.h"
#include "base/banned.h"

#define AT_TEXT(field) .at = offsetof(struct cli_opts, field)

/* value NULL: a switch (bool), else a text whose placeholder it is. The first five go with every command. */
static const struct option_row rows[] = {
	{ "config", "FILE", AT_TEXT(config), "configuration to read" },
	{ "archive", "FILE", AT_TEXT(archive), "archive to open, whatever the configuration says" },
	{ "json", NULL, AT_TEXT(json), "JSON lines" },
	{ "utc", NULL, AT_TEXT(utc), "times in UTC instead of the zone of this machine" },
	{ "help", NULL, AT_TEXT(help), "this text" },
	{ "source", "NAME", AT_TEXT(source), "documents of this source alone" },
	{ "lang", "TAG", AT_TEXT(lang), "documents in this language (en, ja, pt-BR)" },
	{ "label", "LABEL", AT_TEXT(label), "documents of sources with this label" },
	{ "since", "T", AT_TEXT(since), "not before T: a date, RFC 3339, or an age such as 7d; tail: an event" },
	{ "until", "T", AT_TEXT(until), "not after T" },
	{ "at", "T", AT_TEXT(at), "the archive as it was at T" },
	{ "limit", "N", AT_TEXT(limit), "at most N" },
	{ "revision", "N", AT_TEXT(revision), "this revision instead of the current one" },
	{ "format", "FORMAT", AT_TEXT(format), "lists: text, json, csv or markdown; show: text, json, markdown or raw; export: jsonl, csv, markdown, atom or warc" },
	{ "http", NULL, AT_TEXT(http), "answer the HTTP request on standard input (for socket activation)" },
	{ "before", "T", AT_TEXT(before), "what was seen before T: a date, RFC 3339, or an age such as 365d" },
	{ "keep", "N", AT_TEXT(keep), "the newest N revisions of each document stay" },
	{ "dry-run", NULL, AT_TEXT(dry_run), "say what would happen, and do nothing" },
	{ "output", "FILE", AT_TEXT(output), "write to FILE" },
	{ "follow", NULL, AT_TEXT(follow), "wait for more" },
	{ "watch", NULL, AT_TEXT(watch), "show it again every two seconds" },
	{ "all", NULL, AT_TEXT(all), "every source" },
	{ "documents", NULL, AT_TEXT(documents), "the looks at each of its documents" },
	{ "dead", NULL, AT_TEXT(dead), "notices that were given up" },
	{ "test", NULL, AT_TEXT(test), "send a test notice" },
	{ "channel", "NAME", AT_TEXT(channel), "this channel alone" },
	{ "full", NULL, AT_TEXT(full), "paragraphs that did not change, too" },
	{ "explain", NULL, AT_TEXT(explain), "say in which structure each link was found" },
	{ "url", "URL", AT_TEXT(url), "address that the file came from" },
	{ "content-type", "TYPE", AT_TEXT(content_type), "Content-Type that it came with" },
	{ "manifest", "FILE", AT_TEXT(manifest), "JSON lines with id, file, url and content_type" },
	{ "workers", "N", AT_TEXT(workers), "processes that parse; default: one for each processor" },
	{ "kind", "KIND", AT_TEXT(kind), "auto, listing, feed, sitemap or page" },
	{ "select-links", "SELECTOR", AT_TEXT(select_links), "the links, as CSS or XPath" },
	{ "select-title", "SELECTOR", AT_TEXT(select_title), "the title" },
	{ "select-date", "SELECTOR", AT_TEXT(select_date), "the date" },
	{ "select-body", "SELECTOR", AT_TEXT(select_body), "the element that holds the text" },
	{ "name", "NAME", AT_TEXT(name), "name of the new source" },
	{ "from", "FILE", AT_TEXT(from), "addresses, one a line, or OPML: each is tried and added" },
	{ "yes", NULL, AT_TEXT(yes), "do not ask" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct option_row *
options_row(const char *name, size_t n)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strlen(rows[i].name) == n && strncmp(rows[i].name, name, n) == 0)
			return &rows[i];
	return NULL;
}

const char *
options_name(size_t i)
{
	return i < ROWS ? rows[i].name : NULL;
}

static const struct { char letter; const char *name; } letters[] = { { 'h', "help" }, { 'n', "limit" }, { 'f', "follow" } };

/* The row of "--name", "--name=value" or "-n"; *ret_value is behind the sign. */
static const struct option_row *
row_of(const char *arg, const char **ret_value)
{
	size_t n = strcspn(arg + 2, "=");

	if (arg[1] != '-') {
		for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
			if (arg[1] == letters[i].letter && arg[2] == '\0')
				return options_row(letters[i].name, strlen(letters[i].name));
		return NULL;
	}
	if (arg[2 + n] == '=')
		*ret_value = arg + 3 + n;
	return options_row(arg + 2, n);
}

static int
unknown(const char *arg, struct err *reterr)
{
	const char *guess = strncmp(arg, "--", 2) == 0 ? cli_guess(arg + 2, options_name) : NULL;

	if (guess != NULL)
		return err_set(reterr, ERR_INPUT, "unknown option %s; did you mean --%s?", arg, guess);
	return err_set(reterr, ERR_INPUT, "unknown option %s", arg);
}

int
options_read(int argc, char **argv, struct cli_opts *ret, char **operands, int *ret_count,
    struct err *reterr)
{
	int count = 0;
	bool ended = false;

	for (int i = 1; i < argc; i++) {
		const struct option_row *row;
		const char *value = NULL;

		if (ended || argv[i][0] != '-' || argv[i][1] == '\0') {
			operands[count++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			ended = true;
			continue;
		}
		if (strcmp(argv[i], "--version") == 0) {
			operands[count++] = (char *)"version";
			continue;
		}
		if ((row = row_of(argv[i], &value)) == NULL)
			return unknown(argv[i], reterr);
		if (row->value == NULL) {
			if (value != NULL)
				return err_set(reterr, ERR_INPUT, "option --%s takes no value",
				    row->name);
			*(bool *)((char *)ret + row->at) = true;
			continue;
		}
		if (value == NULL && i + 1 < argc)
			value = argv[++i];
		if (value == NULL)
			return err_set(reterr, ERR_INPUT, "option --%s wants %s", row->name,
			    row->value);
		*(const char **)((char *)ret + row->at) = value;
	}
	*ret_count = count;
	return 0;
}

static bool
listed(const char *allowed, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = allowed; p != NULL && *p != '\0'; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		if (len == n && strncmp(p, name, n) == 0)
			return true;
		p += len;
	}
	return false;
}

const char *
options_stranger(const struct cli_opts *opts, const char *allowed)
{
	for (size_t i = OPTIONS_OF_ALL; i < ROWS; i++) {
		const char *field = (const char *)opts + rows[i].at;
		bool given = rows[i].value != NULL ? *(const char *const *)field != NULL :
						     *(const bool *)field;

		if (given && !listed(allowed, rows[i].name))
			return rows[i].name;
	}
	return NULL;
}

void
options_help(FILE *f, const char *allowed)
{
	for (size_t i = 0; i < ROWS; i++) {
		char left[64];

		if (i >= OPTIONS_OF_ALL && !listed(allowed, rows[i].name))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
		    rows[i].value ? rows[i].value : "");
		fprintf(f, "  %-24s %s\n", left, rows[i].help);
	}
}
