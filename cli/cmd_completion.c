/* completion: scripts for bash, zsh and fish, made from the table of commands, so that they never lag behind it. */
#include <string.h>
#include "cli/cli.h"
#include "base/banned.h"

/* Options of every command, then its own, with "--" before each. */
static void
put_options(FILE *f, const struct command *c, const char *before)
{
	for (size_t i = 0; i < OPTIONS_OF_ALL; i++)
		fprintf(f, "%s--%s", before, options_name(i));
	for (const char *p = c->options; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		fprintf(f, "%s--%.*s", before, (int)n, p);
		p += n;
	}
}

/*
 * Names of sources and channels are asked of the archive when the key is pressed. cut(1) takes the JSON apart: a name
 * has no character that JSON would write otherwise.
 */
#define NAMES(what) "presswatch " what " --json 2>/dev/null | sed -n 's/^{\"name\":\"\\([^\"]*\\)\".*/\\1/p'"

static bool
wants(const struct command *c, const char *word)
{
	return strstr(c->operands, word) != NULL;
}

static void
print_bash(FILE *f)
{
	fputs("# presswatch(1) for bash: eval \"$(presswatch completion bash)\"\n_presswatch()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd= words= i\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tcase ${COMP_WORDS[i]} in\n"
	    "\t\t--config|--archive) ((i++)) ;;\n\t\t-*) ;;\n\t\t*) cmd=${COMP_WORDS[i]}; break ;;\n\t\tesac\n\tdone\n"
	    "\tcase $prev in\n\t--config|--archive|--output|--manifest) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
	    "\t--source) COMPREPLY=($(compgen -W \"$(" NAMES("sources") ")\" -- \"$cur\")); return ;;\n"
	    "\t--channel) COMPREPLY=($(compgen -W \"$(" NAMES("channels") ")\" -- \"$cur\")); return ;;\n"
	    "\t--format) COMPREPLY=($(compgen -W 'text json markdown raw jsonl csv atom warc' -- \"$cur\")); return ;;\n"
	    "\t--kind) COMPREPLY=($(compgen -W 'auto listing feed sitemap page' -- \"$cur\")); return ;;\n\tesac\n"
	    "\tcase $cmd in\n\t'') words='", f);
	for (const struct command *c = cli_commands; c->name != NULL; c++)
		fprintf(f, "%s ", c->name);
	fputs("--config --archive --help' ;;\n", f);
	for (const struct command *c = cli_commands; c->name != NULL; c++) {
		fprintf(f, "\t%s) words='", c->name);
		put_options(f, c, " ");
		fputs("'", f);
		if (wants(c, "SOURCE") && wants(c, "CHANNEL"))
			fputs("; [[ $cur == -* ]] || words=$(" NAMES("sources") "; " NAMES("channels") ")", f);
		else if (wants(c, "SOURCE") || wants(c, "NAME"))
			fputs("; [[ $cur == -* ]] || words=$(" NAMES("sources") ")", f);
		else if (wants(c, "CHANNEL"))
			fputs("; [[ $cur == -* ]] || words=$(" NAMES("channels") ")", f);
		else if (wants(c, "FILE"))
			fputs("; [[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- \"$cur\")); return; }", f);
		fputs(" ;;\n", f);
	}
	fputs("\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -F _presswatch presswatch\n", f);
}

/* zsh reads bash's completion; what its own adds is little. */
static void
print_zsh(FILE *f)
{
	fputs("#compdef presswatch\n# presswatch(1) for zsh: eval \"$(presswatch completion zsh)\"\n"
	    "autoload -U +X bashcompinit && bashcompinit\n", f);
	print_bash(f);
}

/* In single quotes of fish only these two mean something. */
static void
fish_quoted(FILE *f, const char *s)
{
	putc('\'', f);
	for (; *s != '\0'; s++) {
		if (*s == '\'' || *s == '\\')
			putc('\\', f);
		putc(*s, f);
	}
	putc('\'', f);
}

static void
fish_option(FILE *f, const char *condition, const char *name, size_t n)
{
	const struct option_row *row = options_row(name, n);

	fprintf(f, "complete -c presswatch -n '%s' -l %.*s%s -d ", condition, (int)n, name,
	    row->value != NULL ? " -r" : "");
	fish_quoted(f, row->help);
	putc('\n', f);
}

static void
print_fish(FILE *f)
{
	char condition[128];

	fputs("# presswatch(1) for fish: presswatch completion fish | source\ncomplete -c presswatch -f\n", f);
	for (size_t i = 0; i < OPTIONS_OF_ALL; i++)
		fish_option(f, "true", options_name(i), strlen(options_name(i)));
	for (const struct command *c = cli_commands; c->name != NULL; c++) {
		fprintf(f, "complete -c presswatch -n __fish_use_subcommand -a %s -d ", c->name);
		fish_quoted(f, c->help);
		putc('\n', f);
		snprintf(condition, sizeof(condition), "__fish_seen_subcommand_from %s", c->name);
		for (const char *p = c->options; *p != '\0'; p += strspn(p, " ")) {
			size_t n = strcspn(p, " ");

			fish_option(f, condition, p, n);
			p += n;
		}
		if (wants(c, "SOURCE") || wants(c, "NAME"))
			fprintf(f, "complete -c presswatch -n '%s' -a '(%s)'\n", condition,
			    "presswatch sources --json 2>/dev/null | string replace -rf \"^{.name.:.([^,]*).,.*\" \"\\$1\"");
		if (wants(c, "FILE"))
			fprintf(f, "complete -c presswatch -n '%s' -F\n", condition);
	}
}

int
cmd_completion(struct cli *cli, int argc, char **argv)
{
	if (strcmp(argv[0], "bash") == 0)
		print_bash(stdout);
	else if (strcmp(argv[0], "zsh") == 0)
		print_zsh(stdout);
	else if (strcmp(argv[0], "fish") == 0)
		print_fish(stdout);
	else
		return cli_usage(cli, "there is no completion for '%s' (bash, zsh, fish)", argv[0]);
	return EXIT_FOUND;
}
