/* plan: what the configuration as it stands now would do, before a reload or a start does it. */
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/probe.h"
#include "extract/extract.h"
#include "markup/select.h"
#include "notify/template.h"
#include "base/banned.h"

struct plan {
	struct cli *cli;
	const struct config *config;
	struct table *table;
	int count;
	json_t *waiting;	/* by name of channel that ever had a notice: how many wait */
	json_t *held;		/* and how many of them for the end of a digest, of quiet hours or of a storm */
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
take_rules(const struct store_rule *now, uint64_t old_parts, void *arg)
{
	char names[64];
	CLEANUP(freep) char *text = NULL;

	config_rules_differing(old_parts, now->parts, names);
	text = xasprintf("%s changed: the next visit reads its list anew",
	    old_parts == 0 || names[0] == '\0' ? "kind, select, language, include or exclude" : names);
	say(arg, "source", now->source, "rules", STYLE_YELLOW, text);
}

/* By name of config_source_facts(): what a change of it does. */
static const struct { const char *name, *effect; } source_effects[] = {
	{ "every", "holds from its next visit on" },
	{ "adaptive", "holds from its next visit on" },
	{ "recheck", "holds for each document from its next look on" },
	{ "confirm", "holds for differences that are met from now on" },
	{ "robots", "holds for what is asked from now on" },
	{ "timezone", "holds for dates that are read from now on" },
	{ "channels", "holds for what comes from now on; what waits is told as it was chosen" },
};

/* The value of one fact; caller frees. NULL: it is not among them. */
static char *
fact(const char *facts, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = facts; p != NULL && *p != '\0'; p += strspn(p, "; ")) {
		size_t len = strcspn(p, ";");

		if (len > n && strncmp(p, name, n) == 0 && p[n] == ' ')
			return xstrndup(p + n + 1, len - n - 1);
		p += len;
	}
	return NULL;
}

static void
take_facts(const char *source, const char *facts, void *arg)
{
	struct plan *p = arg;
	const struct cfg_source *src = config_source(p->config, source);
	CLEANUP(freep) char *now = NULL, *defaults = NULL;

	if (src == NULL)
		return;
	now = config_source_facts(src, p->config->defaults);
	if (strcmp(facts, now != NULL ? now : "") == 0)
		return;
	defaults = config_source_facts(p->config->defaults, NULL);
	for (size_t i = 0; i < sizeof(source_effects) / sizeof(source_effects[0]); i++) {
		const char *name = source_effects[i].name;
		CLEANUP(freep) char *std = fact(defaults, name), *a = fact(facts, name), *b = fact(now, name), *text = NULL;
		const char *was = a != NULL ? a : std, *is = b != NULL ? b : std;

		if (was == NULL || is == NULL || strcmp(was, is) == 0)
			continue;
		text = xasprintf("was %s, is %s: %s", was, is, source_effects[i].effect);
		say(p, "source", source, name, STYLE_YELLOW, text);
	}
}

/* The part of an extractor's name that says which rules of the source it followed. */
static const char *
rules_in(const char *extractor, size_t *ret_len)
{
	const char *colon = strchr(extractor, ':');

	*ret_len = colon != NULL ? strcspn(colon, ";") : 0;
	return colon;
}

static int
take_texts(const struct store_source *src, void *arg)
{
	struct plan *p = arg;
	const struct cfg_source *cfg = src->configured ? config_source(p->config, src->name) : NULL;
	CLEANUP(freep) char *was = cfg != NULL ? store_source_extractor(p->cli->store, src->name) : NULL, *is = NULL, *text = NULL;
	struct extract_opts opts;
	const char *a, *b;
	size_t a_len, b_len;

	if (was == NULL || was[0] < '0' || was[0] > '9')
		return 0;	/* nothing was read from a page, or all of it was imported */
	probe_extract_opts(cfg, &opts);
	is = extract_identity(&opts);
	a = rules_in(was, &a_len);
	b = rules_in(is, &b_len);
	if (a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0))
		return 0;
	text = xasprintf("select changed: its %lld documents are read anew from what is kept, each when it is looked at again, and nobody "
	    "is told; presswatch reextract does it at once", (long long)src->documents);
	say(p, "source", src->name, "texts", STYLE_YELLOW, text);
	return 0;
}

/* ---- channels ---- */

/* By key of config_channels_facts(): what a change of it does, and what it does to notices that wait. quote: values worth reading. */
static const struct { const char *key, *effect, *waiting; bool quote, of_held; } effects[] = {
	{ "match", "chooses what comes from now on", "told as they were chosen", true, false },
	{ "events", "chooses what comes from now on", "told as they were chosen", true, false },
	{ "when", "chooses what comes from now on", "told as they were chosen", true, false },
	{ "once-per", "chooses what comes from now on", "told as they were chosen", true, false },
	{ "pace", "holds for what is held, too", "told by the new hours", true, true },
	{ "urgent", "holds for what comes from now on", "told as they would have been", true, true },
	{ "storm", "holds for what comes from now on", "told as they would have been", true, true },
	{ "kind", "it is told in this way from now on", "told so, too", true, false },
	{ "receiver", "another one is told from now on", "told there, too", false, false },
	{ "template", "notices are written in another form from now on", "told in it, too", false, false },
};

static char *
value_text(const json_t *value)
{
	return value == NULL ? xstrdup("not given") : json_is_integer(value) ? xasprintf("%lld", (long long)json_integer_value(value)) :
	    xasprintf("'%s'", json_string_value(value));
}

static void
compare_channel(struct plan *p, const char *name, const json_t *was, const json_t *is)
{
	int64_t waiting = json_get_int(p->waiting, name, 0), held = json_get_int(p->held, name, 0);
	bool other_kind = !json_equal(json_object_get(was, "kind"), json_object_get(is, "kind"));

	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		const char *key = effects[i].key;
		json_t *a = json_object_get(was, key), *b = json_object_get(is, key);
		CLEANUP(freep) char *before = value_text(a), *now = value_text(b), *rest = NULL, *text = NULL;
		int64_t n = effects[i].of_held ? held : waiting;

		if (a == b || json_equal(a, b) || (other_kind && strcmp(key, "receiver") == 0))
			continue;
		rest = n > 0 ? xasprintf("; the %lld that %s are %s", (long long)n, effects[i].of_held ? "are held" : "wait",
		    effects[i].waiting) : xstrdup("");
		text = effects[i].quote ? xasprintf("was %s, is %s: %s%s", before, now, effects[i].effect, rest) :
		    xasprintf("%s%s", effects[i].effect, rest);
		say(p, "channel", name, key, STYLE_YELLOW, text);
	}
}

static void
drop_channel(struct plan *p, const char *name)
{
	int64_t waiting = json_get_int(p->waiting, name, 0);
	CLEANUP(freep) char *text = waiting > 0 ? xasprintf("%lld notices wait for it, and go on waiting for a channel of that name",
	    (long long)waiting) : xstrdup("it is told nothing more");

	say(p, "channel", name, "dropped", STYLE_RED, text);
}

static int
take_channel(const struct store_channel *c, void *arg)
{
	struct plan *p = arg;

	json_put_int(p->waiting, c->name, c->waiting);
	json_put_int(p->held, c->name, c->held);
	return 0;
}

/* What the archive remembers of the configuration in force; an archive of an earlier program knows only who was ever told. */
static int
take_channels(struct plan *p, struct err *err)
{
	CLEANUP(freep) char *line = store_meta_get(p->cli->store, STORE_META_CHANNELS);
	CLEANUP(json_decrefp) json_t *now = config_channels_facts(p->config), *before = NULL;
	const char *name;
	json_t *value;

	if (store_channels(p->cli->store, take_channel, p, err) < 0)
		return -1;
	if (line != NULL)
		json_read(line, strlen(line), &before, NULL);
	json_object_foreach(now, name, value) {
		const json_t *was = json_object_get(before, name);

		if (was != NULL)
			compare_channel(p, name, was, value);
		else if (before != NULL || json_object_get(p->waiting, name) == NULL)
			say(p, "channel", name, "added", STYLE_GREEN, json_get_int(p->waiting, name, 0) == 0 ?
			    "it hears of what comes from now on" : "what waits for a channel of that name is told, and what comes from now on");
	}
	json_object_foreach(before, name, value)
		if (json_object_get(now, name) == NULL)
			drop_channel(p, name);
	json_object_foreach(p->waiting, name, value)
		if (json_integer_value(value) > 0 && json_object_get(now, name) == NULL && json_object_get(before, name) == NULL)
			drop_channel(p, name);
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
		rules[i] = (struct store_rule){ src->name, config_rules_hash(src), config_rules_parts(src), NULL };
	}
	if (store_sources_plan(s, defs, c->sources_count, take_source, p, err) < 0)
		return -1;
	store_rules_changed(s, rules, c->sources_count, take_rules, p);
	store_rules_facts(s, take_facts, p);
	if (store_sources(s, take_texts, p, err) < 0)
		return -1;
	return take_channels(p, err);
}

int
cmd_plan(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .style = STYLE_DIM }, { .flexible = true, .style = STYLE_CYAN }, { .style = STYLE_PLAIN }, { .flexible = true },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, cli->out.tty ? 3 : 4);
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(json_decrefp) json_t *waiting = json_object(), *held = json_object();
	struct plan p = { .cli = cli, .table = t, .waiting = waiting, .held = held };
	struct err err = { 0 };
	int rc;

	config_judge_with(select_check, store_query_check, template_judge);
	if ((rc = cli_load_config(cli, 0, &config)) != 0) {
		cli_say("a reload would refuse this and keep the running configuration");
		return rc;
	}
	p.config = config;
	if (walk(&p, &err) < 0)
		return cli_failed(&err);
	table_print(t, &cli->out);
	return cli_found(cli, p.count, 0, "source or channel would change");
}
