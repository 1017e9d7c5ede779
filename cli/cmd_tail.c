/* tail: the stream of events, from any point on, as bytes or as lines for people. */
#include <string.h>
#include <time.h>
#include "base/json.h"
#include "cli/cli.h"
#include "base/banned.h"

#define TAIL_PEOPLE 20		/* events on a terminal when no start is given */
#define TAIL_BATCH 500
#define TAIL_PAUSE_MS 300	/* between two looks when following */

struct tail { struct cli *cli; int64_t last_seq; unsigned printed, limit; };

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

/* Sequence, time, kind, source, and the title, or the cause where it is about a source. */
static void
print_people(struct out *o, const struct store_event *e)
{
	struct err err = { 0 };
	json_t *j = NULL;
	const json_t *data;
	const char *what = NULL;
	char when[OUT_TIME_MAX];

	if (json_read(e->json, strlen(e->json), &j, &err) == 0) {
		data = json_object_get(j, "data");
		if ((what = json_get_str(data, "title")) == NULL &&
		    (what = json_get_str(data, "cause")) == NULL)
			what = json_get_str(data, "url");
	}
	fprintf(o->f, "%6lld  ", (long long)e->seq);
	out_line(o, STYLE_DIM, out_time(e->time_ms, when));
	fprintf(o->f, "  ");
	fprintf(o->f, "%*s", 17 - out_line(o, style_of(e->type), e->type), "");
	fprintf(o->f, "  ");
	out_line(o, STYLE_CYAN, e->source);
	fprintf(o->f, "  ");
	out_line(o, STYLE_PLAIN, what);
	out_nl(o);
	json_decref(j);
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
		print_people(&t->cli->out, e);
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

int
cmd_tail(struct cli *cli, int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = TAIL_PAUSE_MS * 1000000 };
	struct tail t = { .cli = cli };
	struct err err = { 0 };

	if (cli->opts.limit != NULL && cli_number("limit", cli->opts.limit, &t.limit, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if (cli->opts.since != NULL && strcmp(cli->opts.since, "0") != 0) {
		if (store_event_seq_of(cli->store, cli->opts.since, &t.last_seq, &err) < 0)
			return err.class == ERR_INPUT ? cli_usage(cli, "%s", err.text) :
							cli_failed(&err);
	} else if (cli->opts.since == NULL && cli->out.tty && !cli->opts.json) {
		t.last_seq = store_last_seq(cli->store) - TAIL_PEOPLE;
		if (t.last_seq < 0)
			t.last_seq = 0;
	}
	for (;;) {
		if (print_waiting(&t, &err) < 0)
			return cli_failed(&err);
		if (fflush(cli->out.f) != 0)
			return EXIT_FAILED;
		if (!cli->opts.follow || (t.limit > 0 && t.printed >= t.limit))
			break;
		nanosleep(&pause, NULL);
	}
	return t.printed > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
