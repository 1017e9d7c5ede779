/* check: the configuration, every mistake of it. */
#include "base/json.h"
#include "cli/cli.h"
#include "markup/select.h"
#include "notify/template.h"
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

int
cmd_check(struct cli *cli, int argc, char **argv)
{
	CLEANUP(config_freep) struct config *config = NULL;
	struct config_mistakes list = { 0 };
	struct check c = { cli, 0 };
	const char *path = argc > 0 ? argv[0] : cli->config_path;

	config_judge_with(select_check, store_query_check, template_judge);
	if (config_load(path, &config, &list) < 0)
		for (size_t i = 0; i < list.count; i++)
			mistake(&c, list.list[i].file, list.list[i].line, list.list[i].column,
			    list.list[i].text);
	config_mistakes_done(&list);
	if (c.count > 0)
		return EXIT_NOTHING;
	if (!cli->opts.json)
		out_printf(&cli->out, STYLE_PLAIN,
		    "%s: %zu sources and %zu channels in %zu files, no mistakes", path,
		    config->sources_count, config->channels_count, config->files_count);
	return EXIT_FOUND;
}
