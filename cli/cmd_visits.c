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

/* ---- documents ---- */

static void
put_time(json_t *j, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms > 0)
		json_put_str(j, key, clock_rfc3339(ms, true, text));
}

static json_t *
document_json(const struct store_document_look *l)
{
	json_t *j = json_object();

	json_object_set_new(j, "id", json_sprintf("%lld", (long long)l->doc_id));
	json_put_str(j, "url", l->url);
	json_put_str(j, "title", l->title);
	put_time(j, "first_seen", l->first_seen_ms);
	put_time(j, "last_changed", l->last_changed_ms);
	json_put_int(j, "looks", l->looks);
	put_time(j, "last_look", l->last_ms);
	put_time(j, "next_look", l->next_ms);
	json_put_int(j, "failures", l->failures);
	json_put_str(j, "error", l->error);
	return j;
}

/* Since when its text is what it is, and that somebody looked. */
static int
take_document(const struct store_document_look *l, void *arg)
{
	struct visits *v = arg;
	struct table *t = v->table;
	char first[OUT_TIME_MAX], changed[OUT_TIME_MAX], last[OUT_TIME_MAX];

	if (v->until_ms > 0 && l->first_seen_ms > v->until_ms)
		return 0;
	v->rows++;
	v->looks += l->looks;
	v->failed += l->failures > 0;
	if (v->cli->opts.json) {
		out_json(&v->cli->out, document_json(l));
		return v->limit > 0 && v->rows >= v->limit;
	}
	table_addf(t, STYLE_PLAIN, "%lld", (long long)l->doc_id);
	table_add(t, STYLE_PLAIN, out_time(l->first_seen_ms, first));
	table_add(t, STYLE_PLAIN, l->last_changed_ms > l->first_seen_ms ? out_time(l->last_changed_ms, changed) : "-");
	table_addf(t, STYLE_PLAIN, "%lld", (long long)l->looks);
	table_add(t, STYLE_PLAIN, out_time(l->last_ms, last));
	table_add(t, STYLE_PLAIN, l->title != NULL ? l->title : l->url);
	if (!v->cli->out.tty)
		table_add(t, STYLE_PLAIN, l->failures > 0 && l->error != NULL ? l->error : "-");
	else if (l->failures > 0 && l->error != NULL)
		table_note(t, STYLE_YELLOW, l->error);
	return v->limit > 0 && v->rows >= v->limit;
}

static int
documents(struct visits *v, const char *source, int64_t since_ms)
{
	static const struct table_column columns[] = {
		{ .head = "ID", .right = true, .style = STYLE_CYAN }, { .head = "FIRST SEEN", .style = STYLE_DIM }, { .head = "CHANGED" },
		{ .head = "LOOKS", .right = true }, { .head = "LAST LOOK" }, { .head = "TITLE", .flexible = true }, { .head = "ERROR" },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, v->cli->out.tty ? 6 : 7);
	struct err err = { 0 };

	v->table = t;
	if (store_document_looks(v->cli->store, source, since_ms, take_document, v, &err) < 0) {
		cli_say("%s", err.text);
		return err.class == ERR_INPUT ? EXIT_NOTHING : EXIT_FAILED;
	}
	table_always_head(t);
	table_print(t, &v->cli->out);
	if (v->cli->out.tty && !v->cli->opts.json && v->rows > 0) {
		out_nl(&v->cli->out);
		out_printf(&v->cli->out, STYLE_DIM, "%lld looks at %u document%s, %lld of them not found at the last one", (long long)v->looks,
		    v->rows, v->rows == 1 ? "" : "s", (long long)v->failed);
	}
	return cli_found(v->cli, (int)v->rows, 0, "look at a document is on record");
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
	if (cli->opts.documents)
		return documents(&v, argv[0], f.since_ms);
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
