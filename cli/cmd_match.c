/* match: what a channel with this query would have told. */
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/event.h"
#include "base/banned.h"

#define BATCH 500
#define SINCE_DEFAULT "30d"

struct match {
	struct cli *cli;
	int64_t *ids;		/* documents that fit, falling */
	size_t count, cap;
	int64_t last_seq, since_ms;
	unsigned printed, limit;
	struct event_rows rows;
};

static int
keep_id(const struct store_doc *d, const char *snippet, void *arg)
{
	struct match *m = arg;

	m->ids = xgrow(m->ids, &m->cap, m->count + 1, sizeof(*m->ids));
	m->ids[m->count++] = d->doc_id;
	return 0;
}

static int
falling(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* Events about sources have no document: a query does not hold them back, so they say nothing about it. */
static int
print_if_fits(const struct store_event *e, void *arg)
{
	struct match *m = arg;
	json_t *j = NULL;
	const char *id;
	int64_t doc_id = 0;

	m->last_seq = e->seq;
	if (e->time_ms < m->since_ms || json_read(e->json, strlen(e->json), &j, NULL) < 0)
		return 0;
	if ((id = json_get_str(json_object_get(j, "data"), "id")) != NULL)
		doc_id = strtoll(id, NULL, 10);
	json_decref(j);
	if (doc_id == 0 || bsearch(&doc_id, m->ids, m->count, sizeof(doc_id), falling) == NULL)
		return 0;
	if (m->cli->opts.json)
		out_json_text(&m->cli->out, e->json);
	else
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
find_start(struct match *m, struct err *err)
{
	int64_t low = 0, high = store_last_seq(m->cli->store), middle, at;

	while (low < high) {
		middle = low + (high - low) / 2;
		at = INT64_MAX;
		if (store_events(m->cli->store, middle, 1, note_time, &at, err) < 0)
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
walk(struct match *m, struct err *err)
{
	int64_t before;

	if (find_start(m, err) < 0)
		return -1;
	do {
		before = m->last_seq;
		if (store_events(m->cli->store, m->last_seq, BATCH, print_if_fits, m, err) < 0)
			return -1;
	} while (m->last_seq > before && (m->limit == 0 || m->printed < m->limit));
	return 0;
}

int
cmd_match(struct cli *cli, int argc, char **argv)
{
	CLEANUP(freep) char *query = cli_query(argc, argv);
	struct match m = { .cli = cli, .rows.out = &cli->out };
	const char *since = cli->opts.since != NULL ? cli->opts.since : SINCE_DEFAULT;
	struct store_filter f = { .query = query, .source = cli->opts.source, .lang = cli->opts.lang,
		.label = cli->opts.label };
	struct err err = { 0 };
	int rc;

	if (cli_time(since, cli->now_ms, false, &m.since_ms, &err) < 0 ||
	    (cli->opts.limit != NULL && cli_number("limit", cli->opts.limit, &m.limit, &err) < 0))
		return cli_usage(cli, "%s", err.text);
	if (store_list(cli->store, &f, false, keep_id, &m, &err) < 0)
		return cli_query_failed(query, &err);
	qsort(m.ids, m.count, sizeof(*m.ids), falling);
	rc = walk(&m, &err);
	free(m.ids);
	if (rc < 0)
		return cli_failed(&err);
	if (cli->out.tty && !cli->opts.json && m.printed > 0)
		out_printf(&cli->out, STYLE_DIM, "%u notice%s since %s", m.printed, m.printed == 1 ? "" : "s", since);
	return cli_found(cli, (int)m.printed, 0, "event fits");
}
