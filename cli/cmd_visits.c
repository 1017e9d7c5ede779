/* visits: the log of looking at a source: when we looked, what came, and that there was nothing. */
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "base/banned.h"

struct visits {
	struct cli *cli;
	struct table *table;
	int64_t until_ms, looks, fresh, failed, pause_ms, first_ms, last_ms;
	unsigned rows, limit;
};

json_t *
visits_json(const struct store_look *l)
{
	char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];
	json_t *j = json_object();

	json_put_str(j, "first", clock_rfc3339(l->first_ms, true, first));
	json_put_str(j, "last", clock_rfc3339(l->last_ms, true, last));
	json_put_int(j, "count", l->count);
	json_put_str(j, "outcome", store_look_kind_name(l->kind));
	if (l->status > 0)
		json_put_int(j, "status", l->status);
	json_put_str(j, "state", store_state_name(l->state));
	json_put_int(j, "bytes", l->bytes);
	json_put_int(j, "new", l->fresh);
	json_put_int(j, "longest_pause_s", l->pause_ms / 1000);
	json_put_str(j, "reason", l->reason);
	if (l->merged)
		json_object_set_new(j, "merged", json_true());
	return j;
}

static void
add_row(struct visits *v, const struct store_look *l)
{
	static const enum style styles[] = { [LOOK_SAME] = STYLE_DIM, [LOOK_READ] = STYLE_PLAIN, [LOOK_FAILED] = STYLE_RED };
	char first[OUT_TIME_MAX], last[OUT_TIME_MAX], bytes[OUT_TIME_MAX];
	struct table *t = v->table;

	out_time(l->first_ms, first);
	out_time(l->last_ms, last);
	table_add(t, STYLE_PLAIN, first);
	/* On a terminal the day of the end is left out where it is that of the beginning. */
	table_add(t, STYLE_PLAIN, l->count == 1 ? "" : v->cli->out.tty && strncmp(first, last, 10) == 0 &&
	    strlen(last) > 11 ? last + 11 : last);
	table_addf(t, STYLE_PLAIN, "%lld", (long long)l->count);
	table_add(t, styles[l->kind], store_look_kind_name(l->kind));
	if (l->status > 0)
		table_addf(t, STYLE_PLAIN, "%ld", l->status);
	else
		table_add(t, STYLE_PLAIN, "-");
	table_add(t, STYLE_PLAIN, l->bytes > 0 ? out_bytes(l->bytes, bytes) : "-");
	if (l->fresh > 0)
		table_addf(t, STYLE_GREEN, "%u", l->fresh);
	else
		table_add(t, STYLE_PLAIN, "-");
	if (!v->cli->out.tty)
		table_add(t, STYLE_PLAIN, l->reason != NULL ? l->reason : "-");
	else if (l->reason != NULL)
		table_note(t, STYLE_YELLOW, l->reason);
}

static int
take(const struct store_look *l, void *arg)
{
	struct visits *v = arg;

	if (v->until_ms > 0 && l->first_ms > v->until_ms)
		return 0;
	v->rows++;
	v->first_ms = v->first_ms == 0 ? l->first_ms : v->first_ms;
	v->last_ms = l->last_ms > v->last_ms ? l->last_ms : v->last_ms;
	v->looks += l->count;
	v->fresh += l->fresh;
	v->failed += l->kind == LOOK_FAILED ? l->count : 0;
	v->pause_ms = l->pause_ms > v->pause_ms ? l->pause_ms : v->pause_ms;
	if (v->cli->opts.json)
		out_json(&v->cli->out, visits_json(l));
	else
		add_row(v, l);
	return v->limit > 0 && v->rows >= v->limit;
}

static void
print_sum(const struct visits *v)
{
	struct out *o = &v->cli->out;
	char first[OUT_TIME_MAX], last[OUT_TIME_MAX], pause[64];
	struct buf b = BUF_INIT(1024);

	out_nl(o);
	buf_addf(&b, "%lld look%s from %s to %s, %lld failed, %lld new; longest pause in a row %s",
	    (long long)v->looks, v->looks == 1 ? "" : "s", out_time(v->first_ms, first), out_time(v->last_ms, last),
	    (long long)v->failed, (long long)v->fresh, v->pause_ms > 0 ? out_span(v->pause_ms, pause) : "-");
	rich_line(o, STYLE_DIM, buf_str(&b), 0);
	buf_done(&b);
}

int
cmd_visits(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .head = "FROM" }, { .head = "TO", .style = STYLE_DIM }, { .head = "LOOKS", .right = true },
		{ .head = "OUTCOME" }, { .head = "STATUS", .right = true }, { .head = "BYTES", .right = true },
		{ .head = "NEW", .right = true }, { .head = "REASON" },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, cli->out.tty ? 7 : 8);
	struct visits v = { .cli = cli, .table = t };
	struct store_filter f;
	struct err err = { 0 };

	if (cli_filter(cli, 0, &f, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	v.until_ms = f.until_ms;
	v.limit = f.limit;
	if (store_looks(cli->store, argv[0], f.since_ms, take, &v, &err) < 0) {
		cli_say("%s", err.text);
		return err.class == ERR_INPUT ? EXIT_NOTHING : EXIT_FAILED;
	}
	table_always_head(t);
	table_print(t, &cli->out);
	if (cli->out.tty && !cli->opts.json && v.rows > 0)
		print_sum(&v);
	return cli_found(cli, (int)v.rows, 0, "look is on record");
}
