/* help: the list of commands, one command, or one of a few topics that several commands share. */
#include <string.h>
#include "cli/cli.h"
#include "base/banned.h"

static const struct { const char *name, *help, *text; } topics[] = {
	{ "queries", "the language of search, list, match and export",
	  "  harbour treaty           both words, anywhere in title or text\n"
	  "  \"mekong region\"          a phrase\n"
	  "  sanction*                words that begin so\n"
	  "  a OR b, a NOT b, -b      operators in capitals; ( ) group\n"
	  "  title:word               in the title; title:\"some words\"\n"
	  "  in:revisions             search earlier texts too\n"
	  "  removed:word             words that an edit took out; removed:\"some words\"\n"
	  "  changed:2023-02          edited then; changed:2023-02-01..2023-02-09\n"
	  "  story:42                 document 42 and the other carriers of its text\n"
	  "  source:name              of this source; source:mofa-* of all that begin so\n"
	  "  label:word, lang:ja      of sources with this label; in this language\n"
	  "  url:part                 with this part in the address\n"
	  "  after:2023-02            published (or first seen) then or later\n"
	  "  before:2023-02-09        published before that day\n\n"
	  "Case and diacritics do not matter, nor which spelling of a name:\n"
	  "Viet Nam, Vietnam. In a shell put the query in single quotes:\n"
	  "  presswatch search '\"mekong region\" lang:en after:2023'\n" },
	{ "times", "what --since takes, and how times are shown",
	  "  2023-02-09               a day; --until and --at take all of it in\n"
	  "  today, yesterday, now\n"
	  "  '2023-02-09 16:45'       a time as it is shown\n"
	  "  2023-02-09T07:45:00Z     an instant (RFC 3339)\n"
	  "  90m, 12h, 7d, 2w         an age: so long ago\n\n"
	  "Times are shown, and read where they name no zone, in the zone of this\n"
	  "machine (TZ), with --utc in UTC;\n"
	  "--json has RFC 3339 in UTC.\n" },
	{ "past", "revisions, what edits took out, the archive as it was",
	  "  presswatch history 42                    the revisions of a document\n"
	  "  presswatch diff 42 1 3                   what changed between two of them\n"
	  "  presswatch show 42 --revision 1          an earlier text\n"
	  "  presswatch show 42 --at 2023-03-31       the text as it was on that day\n"
	  "  presswatch list --at 2023-03-31          all documents as they were\n"
	  "  presswatch search 'words in:revisions'   in earlier texts too\n"
	  "  presswatch search 'removed:not'          what edits took out\n"
	  "  presswatch list changed:2023-03          what was edited in a month\n" },
	{ "templates", "what a webhook or a program gets in place of the event",
	  "  template: slack          one that comes with the program: slack, mattermost,\n"
	  "                           discord, teams, matrix, ntfy, telegram\n"
	  "  template: ./own.txt      a file; or the text itself, in quotes\n\n"
	  "  {title}                  a field, escaped for the content type\n"
	  "  {title:200}              cut to 200 characters\n"
	  "  {title|markdown:200}     with the marks of that target escaped: slack,\n"
	  "                           markdown, html, url, json, plain\n"
	  "  {?author}by {author}{/author}    left out when the field is empty\n"
	  "  {!author}unsigned{/author}       left out when it is not\n\n"
	  "Fields: title heading subject summary message text url source channel published\n"
	  "language section author revision id type time state cause advice since webhook.\n"
	  "First lines may be `method: PUT`, `url: ...` and `content-type: ...`, then an\n"
	  "empty line. `check` judges a template, `notify --test CHANNEL` sends it.\n" },
	{ "formats", "what lists, documents and exports look like",
	  "  lists      --format text, json (or --json), csv, markdown\n"
	  "  show       --format text, json, markdown, raw (the bytes that the server sent)\n"
	  "  export     --format jsonl, csv, markdown, atom, warc\n"
	  "  import     jsonl, warc, or saved pages with a manifest\n\n"
	  "On a terminal text is cut to its width and coloured (not with NO_COLOR); in a\n"
	  "pipe it is whole and plain. import of jsonl or warc gives an equal archive.\n" },
	{ "exit", "what the exit code says",
	  "  0  found, or done\n  1  nothing found\n  2  usage: the command line is wrong\n"
	  "  3  failed: no archive, no daemon, no network\n" },
};

#define TOPICS (sizeof(topics) / sizeof(topics[0]))

static bool
print_topic(FILE *f, const char *name)
{
	for (size_t i = 0; i < TOPICS; i++)
		if (strcmp(topics[i].name, name) == 0) {
			fprintf(f, "%s: %s\n\n%s", topics[i].name, topics[i].help, topics[i].text);
			return true;
		}
	return false;
}

int
cmd_help(struct cli *cli, int argc, char **argv)
{
	if (argc == 0) {
		cli_print_usage(stdout);
		fputs("\nTopics (presswatch help TOPIC)\n", stdout);
		for (size_t i = 0; i < TOPICS; i++)
			fprintf(stdout, "  %-22s %s\n", topics[i].name, topics[i].help);
		return EXIT_FOUND;
	}
	if (cli_print_command(stdout, argv[0]) || print_topic(stdout, argv[0]))
		return EXIT_FOUND;
	return cli_usage(cli, "there is no command or topic '%s'", argv[0]);
}
