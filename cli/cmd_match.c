/* match: what a channel would have told: one of the configuration, or any with this query. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/event.h"
#include "base/banned.h"

#define BATCH 500
#define SINCE_DEFAULT "30d"

struct match {
	struct cli *cli;
	const struct config *config;		/* with --channel */
	const struct cfg_channel *channel;	/* or NULL: any, of documents alone */
	struct store_route route;
	struct store_replay *replay;
	int64_t last_seq, since_ms, until_ms;
	unsigned printed, limit, asked, by_kind[EV_COUNT];
	struct event_rows rows;
	struct err *err;
	bool failed;
};

/* By the keys that name sources and channels, and by the options that narrow; a source's trouble has no language and no label. */
static bool
is_asked(const struct match *m, const struct store_event *e)
{
	const struct cli_opts *o = &m->cli->opts;
	const struct cfg_source *src;

	if (e->time_ms < m->since_ms || (m->until_ms > 0 && e->time_ms > m->until_ms) ||
	    (o->source != NULL && (e->source == NULL || strcmp(e->source, o->source) != 0)) ||
	    ((o->lang != NULL || o->label != NULL) && strncmp(e->type, "document.", 9) != 0))
		return false;
	if (m->channel == NULL || e->source == NULL || (src = config_source(m->config, e->source)) == NULL)
		return true;
	return config_hears(src, m->channel);
}

static int
print_if_told(const struct store_event *e, void *arg)
{
	struct match *m = arg;
	bool told;

	m->last_seq = e->seq;
	if (!is_asked(m, e))
		return 0;
	m->asked++;
	if (store_replay_event(m->cli->store, m->replay, &m->route, e, &told, m->err) < 0) {
		m->failed = true;
		return 1;
	}
	if (!told)
		return 0;
	for (int k = 0; k < EV_COUNT; k++)
		m->by_kind[k] += strcmp(store_event_type((enum store_event_kind)k), e->type) == 0;
	event_print(&m->rows, e);
	m->printed++;
	return m->limit > 0 && m->printed >= m->limit;
}

static int
note_time(const struct store_event *e, void *arg)
{
	*(int64_t *)arg = e->time_ms;
	return 1;
}

/* Events are in order of time, near enough: the last one before since, by halving. */
static int
find_start(struct match *m)
{
	int64_t low = 0, high = store_last_seq(m->cli->store), middle, at;

	while (low < high) {
		middle = low + (high - low) / 2;
		at = INT64_MAX;
		if (store_events(m->cli->store, middle, 1, note_time, &at, m->err) < 0)
			return -1;
		if (at < m->since_ms)
			low = middle + 1;
		else
			high = middle;
	}
	m->last_seq = low;
	return 0;
}

static int
walk(struct match *m)
{
	int64_t before;

	if (find_start(m) < 0)
		return -1;
	do {
		before = m->last_seq;
		if (store_events(m->cli->store, m->last_seq, BATCH, print_if_told, m, m->err) < 0 || m->failed)
			return -1;
	} while (m->last_seq > before && (m->limit == 0 || m->printed < m->limit));
	return 0;
}

/* The query, and what the options say, as one query. NULL: all. Caller frees. */
static char *
whole_query(const struct cli *cli, const char *query)
{
	const struct { const char *field, *value; } narrow[] = { { "lang", cli->opts.lang }, { "label", cli->opts.label } };
	struct buf b = BUF_INIT(1 << 16);

	if (query != NULL && query[0] != '\0')
		buf_addf(&b, "(%s)", query);
	for (size_t i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++)
		if (narrow[i].value != NULL)
			buf_addf(&b, "%s%s:\"%s\"", b.len > 0 ? " " : "", narrow[i].field, narrow[i].value);
	if (b.len > 0)
		return buf_take(&b, NULL);
	buf_done(&b);
	return NULL;
}

/* "12 notices of 340 events since 30d: 9 new, 2 edited, 1 source.failing" */
static void
print_sum(const struct match *m, const char *since)
{
	struct buf b = BUF_INIT(4096);
	unsigned kinds = 0;

	buf_addf(&b, "%u notice%s of %u event%s since %s:", m->printed, m->printed == 1 ? "" : "s", m->asked,
	    m->asked == 1 ? "" : "s", since);
	for (int k = 0; k < EV_COUNT; k++) {
		const char *type = store_event_type((enum store_event_kind)k);

		if (m->by_kind[k] > 0)
			buf_addf(&b, "%s %u %s", kinds++ > 0 ? "," : "", m->by_kind[k],
			    strncmp(type, "document.", 9) == 0 ? type + 9 : type);
	}
	out_nl(&m->cli->out);
	rich_line(&m->cli->out, STYLE_DIM, buf_str(&b), 0);
	buf_done(&b);
}

/* The channel that is asked for, with its keys; a query in the operands stands for its match. 0 or an exit code. */
static int
take_channel(struct match *m, struct config **config, const char **query)
{
	const struct cfg_channel *ch;
	const char *name = m->cli->opts.channel;
	int rc;

	if ((rc = cli_load_config(m->cli, CONFIG_SKIP_SECRETS, config)) != 0)
		return rc;
	m->config = *config;
	if ((ch = m->channel = config_channel(*config, name)) == NULL) {
		cli_say("%s has no channel '%s'", m->cli->config_path, name);
		return EXIT_NOTHING;
	}
	m->route.channel = ch->name;
	m->route.kinds = store_kinds_of(ch->events & CFG_EVENT_NEW, ch->events & CFG_EVENT_EDITED,
	    ch->events & CFG_EVENT_REMOVED, ch->events & CFG_EVENT_SOURCE);
	m->route.when = ch->when;
	m->route.once_per_story = ch->once_per_story;
	if ((*query)[0] == '\0' && ch->match != NULL)
		*query = ch->match;
	return 0;
}

int
cmd_match(struct cli *cli, int argc, char **argv)
{
	CLEANUP(freep) char *typed = cli_query(argc, argv), *whole = NULL;
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(store_replay_freep) struct store_replay *replay = store_replay_new();
	struct err err = { 0 };
	struct match m = { .cli = cli, .replay = replay, .rows = { .out = &cli->out, .json = cli->opts.json }, .err = &err,
		.route.kinds = store_kinds_of(true, true, true, false) };
	const char *query = typed, *since = cli->opts.since != NULL ? cli->opts.since : SINCE_DEFAULT;
	int rc;

	if (argc == 0 && cli->opts.channel == NULL)
		return cli_usage(cli, "match wants a query, or --channel NAME");
	if (cli_time(since, cli->now_ms, false, &m.since_ms, &err) < 0 ||
	    (cli->opts.until != NULL && cli_time(cli->opts.until, cli->now_ms, true, &m.until_ms, &err) < 0) ||
	    (cli->opts.limit != NULL && cli_number("limit", cli->opts.limit, &m.limit, &err) < 0))
		return cli_usage(cli, "%s", err.text);
	if (cli->opts.channel != NULL && (rc = take_channel(&m, &config, &query)) != 0)
		return rc;
	if (query[0] != '\0' && store_query_check(query, &err) < 0)
		return cli_query_failed(query, &err);
	m.route.match = whole = whole_query(cli, query);
	if (walk(&m) < 0)
		return cli_query_failed(NULL, &err);
	if (cli->out.tty && !cli->opts.json && m.printed > 0)
		print_sum(&m, since);
	return cli_found(cli, (int)m.printed, 0, "event fits");
}
