/* check: the configuration, with what only other rooms can judge: selectors and search queries. */
#include <string.h>
#include "base/json.h"
#include "cli/cli.h"
#include "markup/select.h"
#include "store/store.h"
#include "base/banned.h"

struct check { struct cli *cli; int count; };

static void
mistake(struct check *c, const char *file, int line, int column, const char *text)
{
	struct out *o = &c->cli->out;
	CLEANUP(freep) char *said = NULL;
	json_t *j;

	c->count++;
	if (c->cli->opts.json) {
		j = json_object();
		json_put_str(j, "file", file);
		if (line > 0)
			json_put_int(j, "line", line);
		if (column > 0)
			json_put_int(j, "column", column);
		json_put_str(j, "text", text);
		out_json(o, j);
		return;
	}
	said = cli_mistake(&(struct config_mistake){ (char *)file, line, column, (char *)text });
	out_printf(o, STYLE_PLAIN, "%s", said);
}

static void
check_selector(struct check *c, const struct cfg_source *s, const char *key, const char *selector)
{
	CLEANUP(select_freep) struct select *compiled = NULL;
	struct err err = { 0 };
	char text[800];

	if (selector == NULL || select_compile(selector, &compiled, &err) == 0)
		return;
	snprintf(text, sizeof(text), "source %s: select %s: %s", s->name, key, err.text);
	mistake(c, s->file, s->line, 0, text);
}

static void
check_whole(struct check *c, const struct config *config)
{
	for (size_t i = 0; i < config->sources_count; i++) {
		const struct cfg_source *s = &config->sources[i];

		check_selector(c, s, "links", s->select.links);
		check_selector(c, s, "title", s->select.title);
		check_selector(c, s, "date", s->select.date);
		check_selector(c, s, "body", s->select.body);
		for (char **r = s->select.remove; r != NULL && *r != NULL; r++)
			check_selector(c, s, "remove", *r);
	}
	for (size_t i = 0; i < config->channels_count; i++) {
		const struct cfg_channel *ch = &config->channels[i];
		struct err err = { 0 };
		char text[800];

		if (ch->match == NULL || store_query_check(ch->match, &err) == 0)
			continue;
		snprintf(text, sizeof(text), "channel %s: match: %s", ch->name, err.text);
		mistake(c, ch->config_file, ch->line, 0, text);
	}
}

int
cmd_check(struct cli *cli, int argc, char **argv)
{
	CLEANUP(config_freep) struct config *config = NULL;
	struct config_mistakes list = { 0 };
	struct check c = { cli, 0 };
	const char *path = argc > 0 ? argv[0] : cli->config_path;

	if (config_load(path, &config, &list) < 0)
		for (size_t i = 0; i < list.count; i++)
			mistake(&c, list.list[i].file, list.list[i].line, list.list[i].column,
			    list.list[i].text);
	else
		check_whole(&c, config);
	config_mistakes_done(&list);
	if (c.count > 0)
		return EXIT_NOTHING;
	if (!cli->opts.json)
		out_printf(&cli->out, STYLE_PLAIN,
		    "%s: %zu sources and %zu channels in %zu files, no mistakes", path,
		    config->sources_count, config->channels_count, config->files_count);
	return EXIT_FOUND;
}
