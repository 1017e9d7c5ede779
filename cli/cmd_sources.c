/* sources: the health of each source. */
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "discover/candidate.h"
#include "base/banned.h"

#define DAY_MS INT64_C(86400000)
#define WIDE 100		/* columns of a terminal that hold all of the table */

struct sources {
	struct cli *cli;
	struct table *table;
	bool wide;		/* there is room for all columns */
	char **names;		/* wanted ones, or NULL: all */
	int names_count, count, states[STATE_COUNT + 2];	/* the last two: paused, not configured */
	json_t *entrances;	/* by source: hub, moved_to, moved_since, learned */
};

static bool
is_wanted(const struct sources *all, const struct store_source *s)
{
	for (int i = 0; i < all->names_count; i++)
		if (strcmp(all->names[i], s->name) == 0)
			return true;
	return all->names_count == 0;
}

static void
put_time(json_t *j, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms > 0)
		json_put_str(j, key, clock_rfc3339(ms, true, text));
}

static int
keep_entrance(const struct store_entrance *e, void *arg)
{
	json_t *j = json_object();

	json_put_str(j, "hub", e->hub);
	json_put_str(j, "moved_to", e->moved_to);
	if (e->moved_to != NULL) {
		put_time(j, "moved_since", e->moved_ms);
		json_object_set_new(j, "moved_learned", json_boolean(e->moved_seen >= STORE_MOVED_LEARNED));
	}
	json_object_set_new(arg, e->source, j);
	return 0;
}

static const json_t *
entrance_of(const struct sources *all, const struct store_source *s)
{
	return json_object_get(all->entrances, s->name);
}

/* Where it moved for good, once that is believed; NULL otherwise. */
static const char *
moved_to(const struct sources *all, const struct store_source *s)
{
	const json_t *e = entrance_of(all, s);

	return json_is_true(json_object_get(e, "moved_learned")) ? json_get_str(e, "moved_to") : NULL;
}

static int
print_json(const struct store_source *s, void *arg)
{
	struct sources *all = arg;
	json_t *j, *labels = NULL;

	if (!is_wanted(all, s))
		return 0;
	j = json_object();
	all->count++;
	json_put_str(j, "name", s->name);
	json_put_str(j, "url", s->url);
	json_put_str(j, "kind", source_kind_name((enum source_kind)s->kind));
	json_put_str(j, "state", store_state_name(s->state));
	put_time(j, "since", s->state_since_ms);
	json_put_str(j, "cause", s->cause);
	json_put_int(j, "documents", s->documents);
	json_put_int(j, "visits", s->visits);
	json_put_int(j, "failures", s->failures);
	put_time(j, "last_visit", s->last_visit_ms);
	put_time(j, "last_good", s->last_good_ms);
	put_time(j, "last_new", s->last_new_ms);
	put_time(j, "next_visit", s->next_visit_ms);
	if (s->rhythm_ms > 0) {
		json_put_int(j, "rhythm_s", s->rhythm_ms / 1000);
		json_put_int(j, "quiet_after_s", s->quiet_after_ms / 1000);
	}
	json_put_str(j, "guids", store_guids_name(s->guids));
	json_object_set_new(j, "validators_lie", json_boolean(s->lies));
	json_put_int(j, "hints_right", s->hints_right);
	json_put_int(j, "hints_wrong", s->hints_wrong);
	json_object_set_new(j, "configured", json_boolean(s->configured));
	json_object_set_new(j, "paused", json_boolean(s->paused));
	json_object_update(j, (json_t *)entrance_of(all, s));
	if (s->labels != NULL && json_read(s->labels, strlen(s->labels), &labels, NULL) == 0)
		json_object_set_new(j, "labels", labels);
	out_json(&all->cli->out, j);
	return 0;
}

static enum style
style_of(const struct store_source *s)
{
	static const enum style styles[STATE_COUNT] = { [STATE_NEW] = STYLE_DIM, [STATE_OK] = STYLE_GREEN,
		[STATE_FAILING] = STYLE_RED, [STATE_BLOCKED] = STYLE_RED, [STATE_EMPTY] = STYLE_RED,
		[STATE_QUIET] = STYLE_YELLOW, [STATE_ENDED] = STYLE_DIM };

	return !s->configured ? STYLE_DIM : s->paused ? STYLE_YELLOW : s->cause != NULL && styles[s->state] != STYLE_RED ? STYLE_YELLOW :
	    styles[s->state];
}

static const char *
state_of(const struct store_source *s)
{
	return !s->configured ? "dropped" : s->paused ? "paused" : store_state_name(s->state);
}

/* Why it is not well: the cause, how often in a row, and since when. */
static void
trouble(const struct store_source *s, int64_t now, struct buf *b)
{
	char ago[64];

	if (s->cause == NULL)
		return;
	buf_adds(b, s->cause);
	if (s->failures > 1)
		buf_addf(b, "; %u visits in a row", s->failures);
	if (s->last_good_ms > 0)
		buf_addf(b, "; last good visit %s", out_ago(s->last_good_ms, now, ago));
}

static const char *
guids_in_words(enum store_guids g)
{
	return g == GUIDS_ROTATING ? "others at each visit: not taken for names" :
	    "empty or repeated: not taken for names";
}

static int
add_row(const struct store_source *s, void *arg)
{
	struct sources *all = arg;
	struct buf why = BUF_INIT(4096);
	char ago[64];
	int64_t now = all->cli->now_ms;

	if (!is_wanted(all, s))
		return 0;
	all->count++;
	all->states[!s->configured ? STATE_COUNT + 1 : s->paused ? STATE_COUNT : s->state]++;
	trouble(s, now, &why);
	if (moved_to(all, s) != NULL)
		buf_addf(&why, "%smoved for good to %s: change its `url`", why.len > 0 ? "; " : "", moved_to(all, s));
	table_add(all->table, STYLE_PLAIN, s->name);
	table_add(all->table, style_of(s), state_of(s));
	if (all->wide)
		table_add(all->table, STYLE_PLAIN, s->state_since_ms == 0 ? "-" : out_ago(s->state_since_ms, now, ago));
	table_addf(all->table, STYLE_PLAIN, "%lld", (long long)s->documents);
	table_add(all->table, STYLE_PLAIN, s->last_visit_ms == 0 ? "never" : out_ago(s->last_visit_ms, now, ago));
	table_add(all->table, STYLE_PLAIN, out_ago(s->last_new_ms, now, ago));
	if (all->wide && s->rhythm_ms > 0)
		table_addf(all->table, STYLE_PLAIN, "%lld d", (long long)(s->rhythm_ms / DAY_MS));
	else if (all->wide)
		table_add(all->table, STYLE_DIM, "-");
	table_add(all->table, STYLE_PLAIN, !s->configured || s->paused ? "-" :
	    s->next_visit_ms > 0 && s->next_visit_ms <= now ? "due" : out_ago(s->next_visit_ms, now, ago));
	if (!all->cli->out.tty)
		table_add(all->table, STYLE_PLAIN, why.len > 0 ? buf_str(&why) : "-");
	else if (why.len > 0 && s->configured)
		table_note(all->table, STYLE_YELLOW, buf_str(&why));
	buf_done(&why);
	return 0;
}

/* "9 sources: 4 ok, 1 failing": for a person, who may have scrolled past the bad ones. */
static void
print_sum(struct sources *all)
{
	struct buf b = BUF_INIT(4096);

	buf_addf(&b, "%d source%s:", all->count, all->count == 1 ? "" : "s");
	for (int i = 0, n = 0; i < STATE_COUNT + 2; i++)
		if (all->states[i] > 0)
			buf_addf(&b, "%s %d %s", n++ > 0 ? "," : "", all->states[i], i < STATE_COUNT ?
			    store_state_name((enum store_state)i) : i == STATE_COUNT ? "paused" : "dropped");
	out_nl(&all->cli->out);
	out_printf(&all->cli->out, STYLE_DIM, "%s", buf_str(&b));
	buf_done(&b);
}

static void
line(struct table *t, const char *name, enum style style, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	table_add(t, STYLE_PLAIN, name);
	table_add(t, style, value);
}

static void
line_time(struct table *t, const char *name, int64_t ms, int64_t now)
{
	char when[OUT_TIME_MAX], ago[64];
	struct buf b = BUF_INIT(256);

	if (ms > 0) {
		buf_addf(&b, "%s (%s)", out_time(ms, when), out_ago(ms, now, ago));
		line(t, name, STYLE_PLAIN, buf_str(&b));
	}
	buf_done(&b);
}

/* One source alone: everything that is known. */
static int
print_page(const struct store_source *s, void *arg)
{
	static const struct table_column columns[] = { { .style = STYLE_DIM }, { .style = STYLE_PLAIN } };
	struct sources *all = arg;
	struct out *o = &all->cli->out;
	CLEANUP(table_freep) struct table *t = NULL;
	int64_t now = all->cli->now_ms;
	struct buf why = BUF_INIT(4096), counts = BUF_INIT(256);

	if (!is_wanted(all, s))
		return 0;
	if (all->count++ > 0)
		out_nl(o);
	t = table_new(columns, 2);
	trouble(s, now, &why);
	out_printf(o, STYLE_BOLD, "%s", s->name);
	buf_addf(&counts, "%lld", (long long)s->documents);
	line(t, "  address", STYLE_CYAN, s->url);
	line(t, "  moved to", STYLE_YELLOW, moved_to(all, s));
	line(t, "  WebSub hub", STYLE_PLAIN, json_get_str(entrance_of(all, s), "hub"));
	line(t, "  kind", STYLE_PLAIN, source_kind_name((enum source_kind)s->kind));
	line(t, "  labels", STYLE_PLAIN, s->labels != NULL && strcmp(s->labels, "[]") != 0 ? s->labels : NULL);
	line(t, "  state", style_of(s), s->configured ? state_of(s) : "dropped from the configuration");
	line(t, "  cause", STYLE_YELLOW, buf_str(&why));
	line_time(t, "  since", s->state_since_ms, now);
	line(t, "  documents", STYLE_PLAIN, buf_str(&counts));
	buf_clear(&counts);
	buf_addf(&counts, "%lld", (long long)s->visits);
	line(t, "  visits", STYLE_PLAIN, buf_str(&counts));
	if (s->rhythm_ms > 0) {
		buf_clear(&counts);
		buf_addf(&counts, "usually every %lld days; %lld without news would be unusual",
		    (long long)(s->rhythm_ms / DAY_MS), (long long)(s->quiet_after_ms / DAY_MS));
		line(t, "  rhythm", STYLE_PLAIN, buf_str(&counts));
	}
	line(t, "  GUIDs", STYLE_PLAIN, s->guids >= GUIDS_DOUBTFUL ? guids_in_words(s->guids) : NULL);
	line(t, "  validators", STYLE_YELLOW, s->lies ? "say unchanged of what has changed: everything is read whole" : NULL);
	line_time(t, "  last visit", s->last_visit_ms, now);
	line_time(t, "  last good", s->last_good_ms, now);
	line_time(t, "  last new", s->last_new_ms, now);
	if (!s->paused)
		line_time(t, "  next visit", s->next_visit_ms, now);
	table_print(t, o);
	buf_done(&why);
	buf_done(&counts);
	return 0;
}

static void
drop_json(json_t **j)
{
	json_decref(*j);
}

int
cmd_sources(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .head = "SOURCE", .flexible = true, .style = STYLE_CYAN }, { .head = "STATE" }, { .head = "SINCE" },
		{ .head = "DOCUMENTS", .right = true }, { .head = "LAST VISIT" }, { .head = "LAST NEW" },
		{ .head = "RHYTHM", .right = true }, { .head = "NEXT VISIT" }, { .head = "CAUSE" },
	}, narrow[] = {
		{ .head = "SOURCE", .flexible = true, .style = STYLE_CYAN }, { .head = "STATE" },
		{ .head = "DOCUMENTS", .right = true }, { .head = "LAST VISIT" }, { .head = "LAST NEW" },
		{ .head = "NEXT VISIT" },
	};
	bool wide = !cli->out.tty || cli->out.width >= WIDE;
	CLEANUP(table_freep) struct table *t = wide ? table_new(columns, cli->out.tty ? 8 : 9) : table_new(narrow, 6);
	CLEANUP(drop_json) json_t *entrances = json_object();
	struct sources all = { .cli = cli, .table = t, .wide = wide, .names = argv, .names_count = argc,
		.entrances = entrances };
	struct err err = { 0 };

	table_always_head(t);
	if (store_entrances(cli->store, keep_entrance, entrances, &err) < 0 ||
	    store_sources(cli->store, cli->opts.json ? print_json : argc > 0 ? print_page : add_row, &all, &err) < 0)
		return cli_failed(&err);
	table_print(t, &cli->out);
	if (argc > 0 && all.count == 0)
		cli_say("the archive has no source '%s'", argv[0]);
	else if (cli->out.tty && !cli->opts.json && argc == 0 && all.count > 0)
		print_sum(&all);
	else if (argc == 0)
		return cli_found(cli, all.count, 0, "source is known yet");
	return all.count > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
