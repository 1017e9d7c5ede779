/* status and poll: what is asked of the running daemon. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/control.h"
#include "base/banned.h"

#define STATUS_MS 10000
#define POLL_MS 30000

/* Where the daemon listens: the configuration's socket, else the default one. */
static char *
socket_path(const struct cli *cli)
{
	const char *dir = getenv("RUNTIME_DIRECTORY");

	if (cli->config != NULL)
		return strdup(cli->config->control);
	if (dir != NULL && dir[0] == '/') {
		struct buf b = BUF_INIT(4096);

		buf_add(&b, dir, strcspn(dir, ":"));
		buf_adds(&b, "/control.sock");
		return buf_take(&b, NULL);
	}
	return strdup("/run/presswatch/control.sock");
}

static int
ask(const struct cli *cli, json_t *request, int timeout_ms, json_t **ret)
{
	CLEANUP(freep) char *path = socket_path(cli);
	struct err err = { 0 };
	int rc = control_ask(path, request, timeout_ms, ret, &err);

	json_decref(request);
	return rc < 0 ? cli_failed(&err) : EXIT_FOUND;
}

/* "running 2, busy 1" of an object of numbers. */
static void
add_parts(struct table *t, const json_t *parts)
{
	struct buf b = BUF_INIT(4096);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)parts, key, value) if (json_is_integer(value)) buf_addf(&b,
	    "%s%s %lld", b.len > 0 ? ", " : "", key, (long long)json_integer_value(value));
	table_add(t, STYLE_PLAIN, buf_str(&b));
	buf_done(&b);
}

/* A value of the daemon's answer as a cell: times in local time, anything unforeseen as JSON. */
static void
add_value(struct table *t, const char *key, const json_t *value)
{
	char when[OUT_TIME_MAX];
	int64_t ms;

	table_add(t, STYLE_PLAIN, key);
	if (json_is_string(value) && clock_parse_rfc3339(json_string_value(value), &ms, NULL, NULL) == 0) {
		table_add(t, STYLE_PLAIN, out_time(ms, when));
	} else if (json_is_string(value)) {
		table_add(t, STYLE_PLAIN, json_string_value(value));
	} else if (json_is_object(value)) {
		add_parts(t, value);
	} else {
		CLEANUP(freep) char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));

		table_add(t, STYLE_PLAIN, text);
	}
}

int
cmd_status(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = { { .style = STYLE_DIM }, { .flexible = true } };
	json_t *answer = NULL, *value;
	const char *key;
	int rc = ask(cli, json_pack("{s:s}", "cmd", "status"), STATUS_MS, &answer);

	if (rc != EXIT_FOUND)
		return rc;
	json_object_del(answer, "ok");
	if (cli->opts.json) {
		out_json(&cli->out, answer);
	} else {
		CLEANUP(table_freep) struct table *t = table_new(columns, 2);

		json_object_foreach(answer, key, value)
			add_value(t, key, value);
		table_print(t, &cli->out);
		json_decref(answer);
	}
	return EXIT_FOUND;
}

int
cmd_poll(struct cli *cli, int argc, char **argv)
{
	json_t *answer = NULL, *request;
	int rc;

	if (cli->opts.all == (argc == 1))
		return cli_usage(cli, "poll wants the name of a source, or --all");
	if (cli->opts.all)
		request = json_pack("{s:s, s:b}", "cmd", "poll", "all", 1);
	else
		request = json_pack("{s:s, s:s}", "cmd", "poll", "source", argv[0]);
	if (request == NULL)
		return cli_usage(cli, "the name of the source is no UTF-8");
	rc = ask(cli, request, POLL_MS, &answer);
	if (rc == EXIT_FOUND && cli->opts.json)
		out_json(&cli->out, json_incref(answer));
	json_decref(answer);
	return rc;
}
