/* plan: what the configuration as it stands now would do, before a reload or a start does it. */
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "extract/extract.h"
#include "markup/select.h"
#include "notify/template.h"
#include "base/banned.h"

struct plan {
	struct cli *cli;
	const struct config *config;
	struct table *table;
	int count;
	bool *seen;		/* by number of channel: the archive knows it */
};

static void
say(struct plan *p, const char *what, const char *name, const char *change, enum style style, const char *text)
{
	json_t *j;

	p->count++;
	if (p->cli->opts.json) {
		j = json_object();
		json_put_str(j, what, name);
		json_put_str(j, "change", change);
		json_put_str(j, "text", text);
		out_json(&p->cli->out, j);
		return;
	}
	table_add(p->table, STYLE_PLAIN, what);
	table_add(p->table, STYLE_PLAIN, name);
	table_add(p->table, style, change);
	if (p->cli->out.tty)
		table_note(p->table, STYLE_PLAIN, text);
	else
		table_add(p->table, STYLE_PLAIN, text);
}

static const char *
first_visit(const struct plan *p, const char *name)
{
	const struct cfg_source *src = config_source(p->config, name);

	return src != NULL && src->announce ? "every document of its first visit is told" :
	    "its first visit is silent: what stands there is kept and not told";
}

static int
take_source(const struct store_sync *s, void *arg)
{
	struct plan *p = arg;
	CLEANUP(freep) char *text = NULL;

	if (s->what & SYNC_ADD)
		say(p, "source", s->name, "added", STYLE_GREEN, first_visit(p, s->name));
	if (s->what & SYNC_RENAME) {
		text = xasprintf("was %s; its %lld documents and its history go with it", s->was, (long long)s->documents);
		say(p, "source", s->name, "renamed", STYLE_YELLOW, text);
	}
	if (s->what & SYNC_MOVE) {
		free(text);
		text = xasprintf("from %s; its history stays, and the next visit reads all of %s: %s", s->url, s->def->url,
		    s->baseline ? "what is not known yet is told" : first_visit(p, s->name));
		say(p, "source", s->name, "moved", STYLE_YELLOW, text);
	}
	if (s->what & SYNC_BACK)
		say(p, "source", s->name, "back", STYLE_GREEN, s->baseline ? "it was dropped once: what came meanwhile is told, and its "
		    "documents are looked at again" : first_visit(p, s->name));
	if (s->what & SYNC_LABELS)
		say(p, "source", s->name, "labels", STYLE_PLAIN, "the new ones hold for its old documents too");
	if (s->what & SYNC_DROP) {
		text = xasprintf("it is visited no more; its %lld documents stay and are not looked at again", (long long)s->documents);
		say(p, "source", s->name, "dropped", STYLE_RED, text);
	}
	return 0;
}

static void
take_rules(const char *source, void *arg)
{
	say(arg, "source", source, "rules", STYLE_YELLOW, "kind, select, include or exclude changed: the next visit reads its list anew");
}

static int
take_channel(const struct store_channel *c, void *arg)
{
	struct plan *p = arg;
	CLEANUP(freep) char *text = NULL;

	for (size_t i = 0; i < p->config->channels_count; i++)
		if (strcmp(p->config->channels[i].name, c->name) == 0) {
			p->seen[i] = true;
			return 0;
		}
	if (c->waiting == 0)
		return 0;
	text = xasprintf("%lld notices wait for it, and go on waiting for a channel of that name", (long long)c->waiting);
	say(p, "channel", c->name, "dropped", STYLE_RED, text);
	return 0;
}

static int
walk(struct plan *p, struct err *err)
{
	const struct config *c = p->config;
	struct store *s = p->cli->store;
	CLEANUP(freep) struct store_source_def *defs = xcalloc(c->sources_count + 1, sizeof(*defs));
	CLEANUP(freep) struct store_rule *rules = xcalloc(c->sources_count + 1, sizeof(*rules));

	for (size_t i = 0; i < c->sources_count; i++) {
		const struct cfg_source *src = &c->sources[i];
		size_t labels = 0;

		while (src->labels != NULL && src->labels[labels] != NULL)
			labels++;
		defs[i] = (struct store_source_def){ .name = src->name, .was = src->was, .url = src->url,
			.labels = (const char *const *)src->labels, .labels_count = labels };
		rules[i] = (struct store_rule){ src->name, config_rules_hash(src) };
	}
	if (store_sources_plan(s, defs, c->sources_count, take_source, p, err) < 0)
		return -1;
	store_rules_changed(s, rules, c->sources_count, take_rules, p);
	if (store_channels(s, take_channel, p, err) < 0)
		return -1;
	for (size_t i = 0; i < c->channels_count; i++)
		if (!p->seen[i])
			say(p, "channel", c->channels[i].name, "added", STYLE_GREEN, "it was told nothing yet: it hears of what comes from now on");
	return 0;
}

int
cmd_plan(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .style = STYLE_DIM }, { .flexible = true, .style = STYLE_CYAN }, { .style = STYLE_PLAIN }, { .flexible = true },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, cli->out.tty ? 3 : 4);
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(freep) bool *seen = NULL;
	struct plan p = { .cli = cli, .table = t };
	struct err err = { 0 };
	int rc;

	config_judge_with(select_check, store_query_check, template_judge);
	if ((rc = cli_load_config(cli, 0, &config)) != 0) {
		cli_say("a reload would refuse this and keep the running configuration");
		return rc;
	}
	p.config = config;
	p.seen = seen = xcalloc(config->channels_count + 1, sizeof(*seen));
	if (walk(&p, &err) < 0)
		return cli_failed(&err);
	table_print(t, &cli->out);
	return cli_found(cli, p.count, 0, "source or channel would change");
}
