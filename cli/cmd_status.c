/* status and poll: what is asked of the running daemon. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "base/banned.h"

#define STATUS_MS 10000
#define POLL_MS 30000
#define TROUBLE_MAX 8	/* bad sources that are named */

/*
 * What the daemon answers, in the order a person asks: the first number stands large, the others beside it in words.
 * A key that no row names is printed at the end as it is, so a newer daemon hides nothing.
 */
static const struct {
	const char *label, *key;
	const char *parts;	/* "key=words" with commas, or a key of an object: all its parts */
} rows[] = {
	{ "sources", "sources", "states" },
	{ "visits", "visits", "visiting=under way,visits_failed=failed" },
	{ "requests", "in_flight", "waiting=wait for their host" },
	{ "documents", "documents", "revisions=revisions,candidates=found and not yet read,unindexed=not yet in the index" },
	{ "events", "events", "deliveries=notices wait,dead_deliveries=given up" },
	{ "workers", "workers.running", "workers.busy=busy,workers.waiting=wait,workers.jobs=pages read,workers.restarts=restarts" },
	{ "longest", "loop.longest_ms", "loop.stalls=steps of the loop over 50 ms" },
};

/* "workers.busy" is the part of an object. */
static const json_t *
value_at(const json_t *answer, const char *key, size_t n)
{
	char name[64];
	const char *dot;

	snprintf(name, sizeof(name), "%.*s", (int)n, key);
	if ((dot = strchr(name, '.')) == NULL)
		return json_object_get(answer, name);
	name[dot - name] = '\0';
	return json_object_get(json_object_get(answer, name), dot + 1);
}

static enum style
style_of(const char *key, size_t n, int64_t value)
{
	if (value == 0)
		return STYLE_DIM;
	return n == strlen("dead_deliveries") && strncmp(key, "dead_deliveries", n) == 0 ? STYLE_RED : STYLE_PLAIN;
}

/* "18 under way, 0 failed" */
static void
add_parts(struct buf *b, const json_t *answer, const char *parts)
{
	const json_t *object = json_object_get(answer, parts), *value;
	const char *key, *sep = "";
	char text[64];

	if (json_is_object(object)) {
		json_object_foreach((json_t *)object, key, value) if (json_is_integer(value)) {
			bool bad = strcmp(key, "failing") == 0 || strcmp(key, "blocked") == 0 ||
			    strcmp(key, "empty") == 0;

			rich_add(b, STYLE_PLAIN, sep);
			snprintf(text, sizeof(text), "%lld ", (long long)json_integer_value(value));
			rich_add(b, bad ? STYLE_RED : STYLE_PLAIN, text);
			rich_add(b, bad ? STYLE_RED : STYLE_PLAIN, key);
			sep = ", ";
		}
		return;
	}
	for (const char *p = parts; *p != '\0'; p += *p == ',') {
		size_t n = strcspn(p, "="), all = strcspn(p, ",");

		value = value_at(answer, p, n);
		if (json_is_integer(value)) {
			int64_t i = json_integer_value(value);

			rich_add(b, STYLE_PLAIN, sep);
			snprintf(text, sizeof(text), "%lld %.*s", (long long)i, (int)(all - n - 1), p + n + 1);
			rich_add(b, style_of(p, n, i), text);
			sep = ", ";
		}
		p += all;
	}
}

/* Label and number in columns of their own, then whatever explains them, wrapped behind. */
static void
print_line(struct out *o, const char *label, const char *number, const struct buf *rest)
{
	out_begin(o, STYLE_DIM);
	fprintf(o->f, "%-10s", label);
	out_end(o, STYLE_DIM);
	fprintf(o->f, "%9s", number);
	if (rest->len > 0) {
		fputs("   ", o->f);
		rich_print(o, rest, 22, 22);
	} else {
		out_nl(o);
	}
}

static void
print_rows(struct out *o, const json_t *answer)
{
	char number[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const json_t *value = value_at(answer, rows[i].key, strlen(rows[i].key));
		struct buf rest = BUF_INIT(8192);

		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		add_parts(&rest, answer, rows[i].parts);
		print_line(o, rows[i].label, json_is_integer(value) ? number : "-", &rest);
		buf_done(&rest);
	}
}

static bool
is_known(const char *key)
{
	static const char *const others[] = { "version", "pid", "since", "archive_bytes", "states", "workers", "visits_ms", "loop" };
	size_t n = strlen(key);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i], key) == 0)
			return true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].key, key) == 0)
			return true;
		for (const char *p = rows[i].parts; *p != '\0'; p += strcspn(p, ","), p += *p == ',')
			if (strncmp(p, key, n) == 0 && p[n] == '=')
				return true;
	}
	return false;
}

static void
print_others(struct out *o, const json_t *answer)
{
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)answer, key, value) if (!is_known(key)) {
		CLEANUP(freep) char *text = json_is_string(value) ? xstrdup(json_string_value(value)) :
		    json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
		struct buf b = BUF_INIT(64 << 10);

		rich_add(&b, STYLE_DIM, key);
		rich_add(&b, STYLE_PLAIN, "  ");
		rich_add(&b, STYLE_PLAIN, text);
		rich_print(o, &b, 0, 4);
		buf_done(&b);
	}
}

/* ---- what wants a person ---------------------------------------------------------------------------------- */

struct trouble { struct cli *cli; int count; };

static void
say_trouble(struct trouble *t, const char *name, const char *state, const char *text)
{
	struct out *o = &t->cli->out;
	struct buf b = BUF_INIT(8192);

	if (t->count++ == 0) {
		out_nl(o);
		out_printf(o, STYLE_BOLD, "Needs a look");
	}
	if (t->count <= TROUBLE_MAX) {
		rich_add(&b, STYLE_CYAN, name);
		rich_add(&b, STYLE_PLAIN, " ");
		rich_add(&b, STYLE_RED, state);
		rich_add(&b, STYLE_PLAIN, ": ");
		rich_add(&b, STYLE_PLAIN, text);
		fputs("  ", o->f);
		rich_print(o, &b, 2, 4);
	}
	buf_done(&b);
}

static int
look_at_source(const struct store_source *s, void *arg)
{
	if (s->configured && s->state != STATE_OK && s->state != STATE_NEW && s->state != STATE_ENDED)
		say_trouble(arg, s->name, store_state_name(s->state), s->cause != NULL ? s->cause : "no cause is known");
	return 0;
}

static int
look_at_channel(const struct store_channel *c, void *arg)
{
	struct trouble *t = arg;
	char text[512], ago[64];

	if (c->error == NULL || c->waiting + c->dead == 0)
		return 0;
	snprintf(text, sizeof(text), "%lld waiting (oldest from %s), %lld given up; %s", (long long)c->waiting,
	    c->oldest_ms > 0 ? out_ago(c->oldest_ms, t->cli->now_ms, ago) : "-", (long long)c->dead, c->error);
	say_trouble(t, c->name, "channel", text);
	return 0;
}

/* The archive tells what is wrong where; without it, or without the right to read it, the numbers must do. */
static void
print_trouble(struct cli *cli)
{
	CLEANUP(store_closep) struct store *s = NULL;
	struct trouble t = { cli, 0 };
	struct err err = { 0 };

	if (cli->config == NULL || store_open(cli->config->archive, STORE_READ, NULL, &s, &err) < 0)
		return;
	store_sources_state(s, look_at_source, &t, &err);
	store_channels_open(s, look_at_channel, &t, &err);
	if (t.count > TROUBLE_MAX)
		out_printf(&cli->out, STYLE_DIM, "  and %d more: presswatch sources, presswatch channels",
		    t.count - TROUBLE_MAX);
}

static void
print_status(struct cli *cli, const json_t *answer)
{
	struct out *o = &cli->out;
	char when[OUT_TIME_MAX], ago[64], size[OUT_TIME_MAX];
	const char *since = json_get_str(answer, "since");
	struct buf none = BUF_INIT(1);
	int64_t ms = 0;

	if (since != NULL)
		clock_parse_rfc3339(since, &ms, NULL, NULL);
	out_printf(o, STYLE_BOLD, "presswatchd %s, pid %lld, started %s (%s)",
	    json_get_str(answer, "version") != NULL ? json_get_str(answer, "version") : "",
	    (long long)json_get_int(answer, "pid", 0), out_time(ms, when), out_ago(ms, cli->now_ms, ago));
	out_nl(o);
	print_rows(o, answer);
	print_line(o, "archive", out_bytes(json_get_int(answer, "archive_bytes", 0), size), &none);
	print_others(o, answer);
	print_trouble(cli);
}

int
cmd_status(struct cli *cli, int argc, char **argv)
{
	json_t *answer = NULL;
	int rc = cli_ask(cli, json_pack("{s:s}", "cmd", "status"), STATUS_MS, &answer);

	if (rc != EXIT_FOUND)
		return rc;
	json_object_del(answer, "ok");
	if (cli->opts.json)
		out_json(&cli->out, json_incref(answer));
	else
		print_status(cli, answer);
	json_decref(answer);
	return EXIT_FOUND;
}

int
cmd_poll(struct cli *cli, int argc, char **argv)
{
	json_t *answer = NULL, *request;
	long long n;
	int rc;

	if (cli->opts.all == (argc == 1))
		return cli_usage(cli, "poll wants the name of a source, or --all");
	if (cli->opts.all)
		request = json_pack("{s:s, s:b}", "cmd", "poll", "all", 1);
	else
		request = json_pack("{s:s, s:s}", "cmd", "poll", "source", argv[0]);
	if (request == NULL)
		return cli_usage(cli, "the name of the source is no UTF-8");
	if ((rc = cli_ask(cli, request, POLL_MS, &answer)) != EXIT_FOUND)
		return rc;
	n = json_get_int(answer, "sources", 0);
	if (cli->opts.json)
		out_json(&cli->out, json_incref(answer));
	else if (cli->out.tty)
		out_printf(&cli->out, STYLE_PLAIN, "%lld source%s being visited; presswatch tail --follow "
		    "shows what comes", n, n == 1 ? " is" : "s are");
	json_decref(answer);
	return rc;
}
