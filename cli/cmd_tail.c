/* tail: the stream of events, from any point on, as bytes or as lines for people. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "base/banned.h"

#define TAIL_PEOPLE 20		/* events on a terminal when no start is given */
#define TAIL_BATCH 500
#define LAST_MAX 1000000
#define TAIL_PAUSE_MS 300	/* between two looks when following */

struct tail {
	struct cli *cli;
	int64_t last_seq;
	unsigned printed, limit;
	char day[OUT_TIME_MAX];		/* the last one printed: on a terminal a line of its own */
};

static enum style
style_of(const char *type)
{
	static const struct { const char *end; enum style style; } table[] = {
		{ ".new", STYLE_GREEN }, { ".edited", STYLE_YELLOW }, { ".removed", STYLE_RED }, { ".restored", STYLE_GREEN },
		{ ".failing", STYLE_RED }, { ".recovered", STYLE_GREEN }, { ".gap", STYLE_RED }, { ".quiet", STYLE_YELLOW },
	};
	size_t n = strlen(type);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t len = strlen(table[i].end);

		if (n > len && strcmp(type + n - len, table[i].end) == 0)
			return table[i].style;
	}
	return STYLE_PLAIN;
}

/* The words of an edit: "+8 -1 "; nothing for other events. */
static void
add_counts(struct buf *b, const json_t *data)
{
	const json_t *diff = json_object_get(data, "diff");

	if (json_is_object(diff))
		buf_addf(b, "+%lld -%lld ", (long long)json_get_int(diff, "inserted", 0),
		    (long long)json_get_int(diff, "deleted", 0));
}

/* What it is about: the title, or the cause where it is about a source. */
static void
add_what(struct buf *b, const struct store_event *e)
{
	struct err err = { 0 };
	const char *what;
	json_t *j = NULL;
	const json_t *data;

	if (json_read(e->json, strlen(e->json), &j, &err) < 0)
		return;
	data = json_object_get(j, "data");
	if ((what = json_get_str(data, "title")) == NULL &&
	    (what = json_get_str(data, "cause")) == NULL)
		what = json_get_str(data, "url");
	add_counts(b, data);
	buf_adds(b, what != NULL ? what : "");
	json_decref(j);
}

/* A row of a pipe: all facts, whole. */
static void
print_whole(struct out *o, const struct store_event *e, const char *what)
{
	char when[OUT_TIME_MAX];

	out_printf(o, STYLE_PLAIN, "%6lld  %s  %-17s  %s  %s", (long long)e->seq,
	    out_time(e->time_ms, when), e->type, e->source != NULL ? e->source : "-", what);
}

/* A row of a live wire: one line of the terminal; the day stands above its first event. */
static void
print_row(struct tail *t, const struct store_event *e, const char *what)
{
	static const struct table_column columns[] = {
		{ .right = true, .style = STYLE_DIM }, { .style = STYLE_DIM }, { .style = STYLE_PLAIN },
		{ .flexible = true, .style = STYLE_CYAN }, { .flexible = true },
	};
	CLEANUP(table_freep) struct table *row = table_new(columns, 5);
	struct out *o = &t->cli->out;
	char when[OUT_TIME_MAX], name[32];
	int source = o->width >= 110 ? 26 : 18;

	out_time(e->time_ms, when);
	if (strncmp(when, t->day, 10) != 0)
		out_printf(o, STYLE_DIM, "%.10s", when);
	snprintf(t->day, sizeof(t->day), "%.10s", when);
	/* All documents' events but "new" say what happened to a document; a source's say so by their names. */
	snprintf(name, sizeof(name), "%s", strchr(e->type, '.') != NULL ? strchr(e->type, '.') + 1 : e->type);
	table_addf(row, STYLE_PLAIN, "%lld", (long long)e->seq);
	table_add(row, STYLE_PLAIN, when + (strlen(when) > 11 ? 11 : 0));
	table_add(row, style_of(e->type), name);
	table_add(row, STYLE_PLAIN, e->source != NULL ? e->source : "-");
	table_add(row, STYLE_PLAIN, what);
	table_width(row, 0, 5, 5);
	table_width(row, 2, 9, 9);
	table_width(row, 3, source, source);
	table_print(row, o);
}

static void
print_people(struct tail *t, const struct store_event *e)
{
	struct buf what = BUF_INIT(64 << 10);

	add_what(&what, e);
	if (t->cli->out.tty)
		print_row(t, e, buf_str(&what));
	else
		print_whole(&t->cli->out, e, buf_str(&what));
	buf_done(&what);
}

static int
print_event(const struct store_event *e, void *arg)
{
	struct tail *t = arg;
	const char *source = t->cli->opts.source;

	t->last_seq = e->seq;
	if (source != NULL && (e->source == NULL || strcmp(e->source, source) != 0))
		return 0;
	if (t->cli->opts.json)
		out_json_text(&t->cli->out, e->json);
	else
		print_people(t, e);
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
	struct tail t = { .cli = cli };
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
