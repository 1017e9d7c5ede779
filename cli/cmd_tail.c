/* tail: the stream of events, from any point on, as bytes or as lines for people. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/event.h"
#include "base/banned.h"

#define TAIL_PEOPLE 20		/* events on a terminal when no start is given */
#define TAIL_BATCH 500
#define LAST_MAX 1000000
#define TAIL_PAUSE_MS 300	/* between two looks when following */

struct tail {
	struct cli *cli;
	int64_t last_seq;
	unsigned printed, limit;
	struct event_rows rows;
};

static int
print_event(const struct store_event *e, void *arg)
{
	struct tail *t = arg;
	const char *source = t->cli->opts.source;

	t->last_seq = e->seq;
	if (source != NULL && (e->source == NULL || strcmp(e->source, source) != 0))
		return 0;
	event_print(&t->rows, e);
	t->printed++;
	return t->limit > 0 && t->printed >= t->limit;
}

/* Everything after last_seq that is there now. */
static int
print_waiting(struct tail *t, struct err *err)
{
	int64_t before;

	do {
		before = t->last_seq;
		if (store_events(t->cli->store, t->last_seq, TAIL_BATCH, print_event, t, err) < 0)
			return -1;
	} while (t->last_seq > before && (t->limit == 0 || t->printed < t->limit));
	return 0;
}

struct last { const char *source; int64_t *seqs; unsigned n, seen; int64_t at; };

static int
note_seq(const struct store_event *e, void *arg)
{
	struct last *l = arg;

	l->at = e->seq;
	if (l->source == NULL || (e->source != NULL && strcmp(e->source, l->source) == 0))
		l->seqs[l->seen++ % l->n] = e->seq;
	return 0;
}

/* Where the last n events begin. */
static int
start_of_last(struct tail *t, unsigned n, struct err *err)
{
	struct last l = { .source = t->cli->opts.source, .n = n };
	int64_t before;

	if (l.source == NULL) {
		t->last_seq = store_last_seq(t->cli->store) - n;
		t->last_seq = t->last_seq < 0 ? 0 : t->last_seq;
		return 0;
	}
	l.seqs = xcalloc(n, sizeof(*l.seqs));
	do {
		before = l.at;
		if (store_events(t->cli->store, l.at, TAIL_BATCH, note_seq, &l, err) < 0) {
			free(l.seqs);
			return -1;
		}
	} while (l.at > before);
	t->last_seq = l.seen > n ? l.seqs[l.seen % n] - 1 : 0;
	free(l.seqs);
	return 0;
}

/* After an event; or the last few; or all. */
static int
find_start(struct tail *t, struct err *err)
{
	const struct cli *cli = t->cli;
	unsigned n = t->limit;

	if (cli->opts.since != NULL)
		return strcmp(cli->opts.since, "0") == 0 ? 0 :
		    store_event_seq_of(cli->store, cli->opts.since, &t->last_seq, err);
	if (n == 0 && cli->out.tty && !cli->opts.json)
		n = TAIL_PEOPLE;
	if (cli->opts.follow)
		t->limit = 0;	/* it said how far back; the stream has no end */
	return n > 0 ? start_of_last(t, n < LAST_MAX ? n : LAST_MAX, err) : 0;
}

int
cmd_tail(struct cli *cli, int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = TAIL_PAUSE_MS * 1000000 };
	struct tail t = { .cli = cli, .rows = { .out = &cli->out, .json = cli->opts.json } };
	struct err err = { 0 };

	if (cli->opts.limit != NULL && cli_number("limit", cli->opts.limit, &t.limit, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if (find_start(&t, &err) < 0)
		return err.class == ERR_INPUT ? cli_usage(cli, "%s", err.text) : cli_failed(&err);
	for (;;) {
		if (print_waiting(&t, &err) < 0)
			return cli_failed(&err);
		if (fflush(cli->out.f) != 0)
			return EXIT_FAILED;
		if (!cli->opts.follow || (t.limit > 0 && t.printed >= t.limit))
			break;
		nanosleep(&pause, NULL);
	}
	return cli_found(cli, (int)t.printed, 0, "event");
}
