/*
 * metrics: what a monitoring system asks, in the text format of Prometheus (version 0.0.4). The archive answers for itself;
 * what only the daemon knows is left out, and presswatch_up is 0, when it does not answer.
 */
#include <string.h>
#include "base/json.h"
#include "cli/cli.h"
#include "cli/control.h"
#include "base/banned.h"

#define STATUS_MS 10000

/* A label's value: backslash, quote and newline are escaped, nothing else (exposition format). */
static void
put_label(FILE *f, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == '"')
			putc('\\', f);
		if (*s == '\n')
			fputs("\\n", f);
		else
			putc(*s, f);
	}
}

static void
head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP presswatch_%s %s\n# TYPE presswatch_%s %s\n", name, help, name, type);
}

static void
single(FILE *f, const char *name, const char *type, const char *help, int64_t value)
{
	head(f, name, type, help);
	fprintf(f, "presswatch_%s %lld\n", name, (long long)value);
}

/* ---- the daemon --------------------------------------------------------------------------------------------- */

static void
put_daemon(struct cli *cli, FILE *f)
{
	static const struct { const char *name, *type, *object, *key, *help; } rows[] = {
		{ "visits_total", "counter", NULL, "visits", "Visits since the daemon started." },
		{ "visits_failed_total", "counter", NULL, "visits_failed", "Visits that failed since then." },
		{ "requests_in_flight", "gauge", NULL, "in_flight", "Requests under way." },
		{ "requests_waiting", "gauge", NULL, "waiting", "Requests that wait for their host." },
		{ "workers", "gauge", "workers", "running", "Worker processes." },
		{ "worker_jobs_total", "counter", "workers", "jobs", "Pages parsed." },
		{ "loop_longest_step_milliseconds", "gauge", "loop", "longest_ms", "CPU time of the longest step of the event loop." },
		{ "loop_stalls_total", "counter", "loop", "stalls", "Steps of the event loop over 50 ms." },
		{ "worker_restarts_total", "counter", "workers", "restarts", "Workers replaced." },
	};
	json_t *answer = cli_ask_quietly(cli, "status", STATUS_MS);

	single(f, "up", "gauge", "Does the daemon answer?", answer != NULL);
	for (size_t i = 0; answer != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		const json_t *from = rows[i].object != NULL ? json_object_get(answer, rows[i].object) : answer;

		if (json_is_integer(json_object_get(from, rows[i].key)))
			single(f, rows[i].name, rows[i].type, rows[i].help, json_get_int(from, rows[i].key, 0));
	}
	json_decref(answer);
}

/* ---- the archive ---------------------------------------------------------------------------------------------- */

struct column { FILE *f; const char *name; int64_t (*value)(const struct store_source *s); bool states; };

static int
put_source(const struct store_source *s, void *arg)
{
	struct column *c = arg;

	if (!s->configured)
		return 0;
	fprintf(c->f, "presswatch_%s{source=\"", c->name);
	put_label(c->f, s->name);
	if (c->states)
		fprintf(c->f, "\",state=\"%s", store_state_name(s->state));
	fprintf(c->f, "\"} %lld\n", (long long)c->value(s));
	return 0;
}

static int64_t one(const struct store_source *s) { return 1; }
static int64_t documents(const struct store_source *s) { return s->documents; }
static int64_t failures(const struct store_source *s) { return s->failures; }
static int64_t last_visit(const struct store_source *s) { return s->last_visit_ms / 1000; }
static int64_t last_good(const struct store_source *s) { return s->last_good_ms / 1000; }
static int64_t last_new(const struct store_source *s) { return s->last_new_ms / 1000; }

static int
put_sources(struct cli *cli, FILE *f, struct err *err)
{
	static const struct { const char *name, *type, *help; int64_t (*value)(const struct store_source *s); bool states; } rows[] = {
		{ "source_state", "gauge", "The state of each source; the series of its state is 1.", one, true },
		{ "source_documents", "gauge", "Documents of each source.", documents, false },
		{ "source_failures", "gauge", "Failed visits in a row.", failures, false },
		{ "source_last_visit_timestamp_seconds", "gauge", "When it was visited.", last_visit, false },
		{ "source_last_good_visit_timestamp_seconds", "gauge", "When a visit last went well.", last_good, false },
		{ "source_last_new_timestamp_seconds", "gauge", "When it last had something new.", last_new, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct column c = { f, rows[i].name, rows[i].value, rows[i].states };

		head(f, rows[i].name, rows[i].type, rows[i].help);
		if (store_sources(cli->store, put_source, &c, err) < 0)
			return -1;
	}
	return 0;
}

struct channel_column { FILE *f; const char *name; int which; int64_t now_ms; };

static int
put_channel(const struct store_channel *c, void *arg)
{
	struct channel_column *col = arg;
	const int64_t values[] = { c->waiting, c->dead, c->told,
		c->oldest_ms > 0 ? (col->now_ms - c->oldest_ms) / 1000 : 0, c->paused };

	fprintf(col->f, "presswatch_%s{channel=\"", col->name);
	put_label(col->f, c->name);
	fprintf(col->f, "\"} %lld\n", (long long)values[col->which]);
	return 0;
}

static int
put_channels(struct cli *cli, FILE *f, struct err *err)
{
	static const struct { const char *name, *type, *help; } rows[] = {
		{ "channel_waiting", "gauge", "Notices that wait." },
		{ "channel_given_up", "gauge", "Notices that were given up." },
		{ "channel_delivered_total", "counter", "Notices that were taken." },
		{ "channel_oldest_waiting_seconds", "gauge", "Age of the oldest notice that waits." },
		{ "channel_paused", "gauge", "Is the channel paused?" },
	};

	for (int i = 0; i < (int)(sizeof(rows) / sizeof(rows[0])); i++) {
		struct channel_column c = { f, rows[i].name, i, cli->now_ms };

		head(f, rows[i].name, rows[i].type, rows[i].help);
		if (store_channels(cli->store, put_channel, &c, err) < 0)
			return -1;
	}
	return 0;
}

int
cmd_metrics(struct cli *cli, int argc, char **argv)
{
	struct store_counts n = { 0 };
	struct err err = { 0 };
	FILE *f = cli->out.f;

	if (store_get_counts(cli->store, &n, &err) < 0)
		return cli_failed(&err);
	put_daemon(cli, f);
	single(f, "documents", "gauge", "Documents in the archive.", n.documents);
	single(f, "revisions", "gauge", "Revisions of documents.", n.revisions);
	single(f, "events_total", "counter", "Events written.", n.events);
	single(f, "candidates", "gauge", "Addresses found and not yet read.", n.candidates);
	single(f, "unindexed_documents", "gauge", "Documents that search does not find yet.", n.unindexed);
	single(f, "archive_bytes", "gauge", "Size of the archive.", n.file_bytes);
	if (put_sources(cli, f, &err) < 0 || put_channels(cli, f, &err) < 0)
		return cli_failed(&err);
	return EXIT_FOUND;
}
