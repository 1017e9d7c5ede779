/*
 * metrics: what a monitoring system asks, in the text format of Prometheus (version 0.0.4). The archive answers for itself;
 * what only the daemon knows is left out, and presswatch_up is 0, when it does not answer.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/control.h"
#include "base/banned.h"

#define STATUS_MS 10000

/* A label's value: backslash, quote and newline are escaped, nothing else (exposition format). */
static void
put_label(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == '"')
			buf_addc(b, '\\');
		if (*s == '\n')
			buf_adds(b, "\\n");
		else
			buf_addc(b, *s);
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

/* Seconds, the unit of the format. */
static void
single_ms(FILE *f, const char *name, const char *type, const char *help, int64_t ms)
{
	head(f, name, type, help);
	fprintf(f, "presswatch_%s %lld.%03d\n", name, (long long)(ms / 1000), (int)(ms % 1000));
}

/* ---- the daemon --------------------------------------------------------------------------------------------- */

static void
put_daemon(struct cli *cli, FILE *f)
{
	static const struct { const char *name, *type, *object, *key, *help; bool ms; } rows[] = {
		{ "visits_total", "counter", NULL, "visits", "Visits since the daemon started.", false },
		{ "visits_seconds_total", "counter", NULL, "visits_ms", "Time that these visits took together.", true },
		{ "visits_failed_total", "counter", NULL, "visits_failed", "Visits that failed since then.", false },
		{ "requests_in_flight", "gauge", NULL, "in_flight", "Requests under way.", false },
		{ "requests_waiting", "gauge", NULL, "waiting", "Requests that wait for their host.", false },
		{ "workers", "gauge", "workers", "running", "Worker processes.", false },
		{ "worker_jobs_total", "counter", "workers", "jobs", "Pages parsed.", false },
		{ "loop_longest_step_seconds", "gauge", "loop", "longest_ms", "CPU time of the longest step of the event loop.", true },
		{ "loop_stalls_total", "counter", "loop", "stalls", "Steps of the event loop over 50 ms.", false },
		{ "worker_restarts_total", "counter", "workers", "restarts", "Workers replaced.", false },
	};
	json_t *answer = cli_ask_quietly(cli, "status", STATUS_MS);

	single(f, "up", "gauge", "Does the daemon answer?", answer != NULL);
	for (size_t i = 0; answer != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		const json_t *from = rows[i].object != NULL ? json_object_get(answer, rows[i].object) : answer;

		if (json_is_integer(json_object_get(from, rows[i].key)))
			(rows[i].ms ? single_ms : single)(f, rows[i].name, rows[i].type, rows[i].help,
			    json_get_int(from, rows[i].key, 0));
	}
	json_decref(answer);
}

/* ---- the archive ---------------------------------------------------------------------------------------------- */

/* All samples of one name stand together, and the sources are asked once: each name has a buffer of its own. */
#define FAMILY_MAX (64u << 20)

static int64_t one(const struct store_source *s) { return 1; }
static int64_t documents(const struct store_source *s) { return s->documents; }
static int64_t failures(const struct store_source *s) { return s->failures; }
static int64_t last_visit(const struct store_source *s) { return s->last_visit_ms / 1000; }
static int64_t last_good(const struct store_source *s) { return s->last_good_ms / 1000; }
static int64_t last_new(const struct store_source *s) { return s->last_new_ms / 1000; }
static int64_t visits(const struct store_source *s) { return s->visits; }
static int64_t paused(const struct store_source *s) { return s->paused; }

static const struct { const char *name, *type, *help; int64_t (*value)(const struct store_source *s); bool states; } of_source[] = {
	{ "source_state", "gauge", "The state of each source; the series of its state is 1.", one, true },
	{ "source_documents", "gauge", "Documents of each source.", documents, false },
	{ "source_visits_total", "counter", "Visits of each source.", visits, false },
	{ "source_failures", "gauge", "Failed visits in a row.", failures, false },
	{ "source_last_visit_timestamp_seconds", "gauge", "When it was visited.", last_visit, false },
	{ "source_last_good_visit_timestamp_seconds", "gauge", "When a visit last went well.", last_good, false },
	{ "source_last_new_timestamp_seconds", "gauge", "When it last had something new.", last_new, false },
	{ "source_paused", "gauge", "Did somebody pause it?", paused, false },
};
#define OF_SOURCE (sizeof(of_source) / sizeof(of_source[0]))

static int
put_source(const struct store_source *s, void *arg)
{
	struct buf *families = arg;

	for (size_t i = 0; s->configured && i < OF_SOURCE; i++) {
		buf_addf(&families[i], "presswatch_%s{source=\"", of_source[i].name);
		put_label(&families[i], s->name);
		if (of_source[i].states)
			buf_addf(&families[i], "\",state=\"%s", store_state_name(s->state));
		buf_addf(&families[i], "\"} %lld\n", (long long)of_source[i].value(s));
	}
	return 0;
}

#define DELAYS_MAX 100	/* of the newest documents */

static int
rising(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

struct delays { struct buf *b; struct store *s; };

static int
put_delays(const struct store_source *s, void *arg)
{
	static const struct { const char *name; int percent; } quantiles[] = { { "0.5", 50 }, { "0.9", 90 }, { "0.99", 99 } };
	struct delays *d = arg;
	int64_t ms[DELAYS_MAX];
	size_t n = s->configured ? store_source_delays(d->s, s->id, ms, DELAYS_MAX) : 0;

	if (n == 0)
		return 0;
	qsort(ms, n, sizeof(*ms), rising);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		buf_adds(d->b, "presswatch_source_detection_delay_seconds{source=\"");
		put_label(d->b, s->name);
		buf_addf(d->b, "\",quantile=\"%s\"} %lld\n", quantiles[i].name,
		    (long long)(ms[(n * (size_t)quantiles[i].percent + 99) / 100 - 1] / 1000));
	}
	return 0;
}

static int
put_sources(struct cli *cli, FILE *f, struct err *err)
{
	struct buf families[OF_SOURCE], delays = BUF_INIT(FAMILY_MAX);
	int rc;

	for (size_t i = 0; i < OF_SOURCE; i++)
		buf_init(&families[i], FAMILY_MAX);
	rc = store_sources(cli->store, put_source, families, err);
	for (size_t i = 0; i < OF_SOURCE; i++) {
		head(f, of_source[i].name, of_source[i].type, of_source[i].help);
		fputs(buf_str(&families[i]), f);
		buf_done(&families[i]);
	}
	if (rc == 0)
		rc = store_sources_state(cli->store, put_delays, &(struct delays){ &delays, cli->store }, err);
	head(f, "source_detection_delay_seconds", "summary", "From the time of publication to the discovery, of the newest documents.");
	fputs(buf_str(&delays), f);
	buf_done(&delays);
	return rc;
}

static const struct { const char *name, *type, *help; } of_channel[] = {
	{ "channel_waiting", "gauge", "Notices that wait." },
	{ "channel_held", "gauge", "Those of them that a digest, quiet hours or the storm guard hold." },
	{ "channel_given_up", "gauge", "Notices that were given up." },
	{ "channel_delivered_total", "counter", "Notices that were taken." },
	{ "channel_oldest_waiting_seconds", "gauge", "Age of the oldest notice that waits." },
	{ "channel_paused", "gauge", "Is the channel paused?" },
};
#define OF_CHANNEL (sizeof(of_channel) / sizeof(of_channel[0]))

struct channels { struct buf families[OF_CHANNEL]; int64_t now_ms; };

static int
put_channel(const struct store_channel *c, void *arg)
{
	struct channels *all = arg;
	const int64_t values[OF_CHANNEL] = { c->waiting, c->held, c->dead, c->told,
		c->oldest_ms > 0 ? (all->now_ms - c->oldest_ms) / 1000 : 0, c->paused };

	for (size_t i = 0; i < OF_CHANNEL; i++) {
		buf_addf(&all->families[i], "presswatch_%s{channel=\"", of_channel[i].name);
		put_label(&all->families[i], c->name);
		buf_addf(&all->families[i], "\"} %lld\n", (long long)values[i]);
	}
	return 0;
}

static int
put_channels(struct cli *cli, FILE *f, struct err *err)
{
	struct channels all = { .now_ms = cli->now_ms };
	int rc;

	for (size_t i = 0; i < OF_CHANNEL; i++)
		buf_init(&all.families[i], FAMILY_MAX);
	rc = store_channels(cli->store, put_channel, &all, err);
	for (size_t i = 0; i < OF_CHANNEL; i++) {
		head(f, of_channel[i].name, of_channel[i].type, of_channel[i].help);
		fputs(buf_str(&all.families[i]), f);
		buf_done(&all.families[i]);
	}
	return rc;
}

static int
print_metrics(struct cli *cli, FILE *f)
{
	struct store_counts n = { 0 };
	struct err err = { 0 };
	int64_t oldest, raw_bytes;

	if (store_get_counts(cli->store, &n, &err) < 0 || store_raw_bytes(cli->store, &raw_bytes, &err) < 0)
		return cli_failed(&err);
	put_daemon(cli, f);
	single(f, "documents", "gauge", "Documents in the archive.", n.documents);
	single(f, "revisions", "gauge", "Revisions of documents.", n.revisions);
	single(f, "edits_total", "counter", "Edits of documents.", n.revisions - n.documents);
	single(f, "events_total", "counter", "Events written.", n.events);
	single(f, "candidates", "gauge", "Addresses found and not yet read.", n.candidates);
	oldest = store_oldest_candidate_ms(cli->store);
	single(f, "oldest_candidate_seconds", "gauge", "Age of the one that waits longest.",
	    oldest > 0 && oldest < cli->now_ms ? (cli->now_ms - oldest) / 1000 : 0);
	single(f, "raw_bytes", "gauge", "Responses kept, as they are packed.", raw_bytes);
	single(f, "unindexed_documents", "gauge", "Documents that search does not find yet.", n.unindexed);
	single(f, "archive_bytes", "gauge", "Size of the archive.", n.file_bytes);
	return put_sources(cli, f, &err) < 0 || put_channels(cli, f, &err) < 0 ? cli_failed(&err) : EXIT_FOUND;
}

/* ---- one request over a socket that systemd accepted ------------------------------------------------------------- */

#define REQUEST_MAX 8192
#define REQUEST_MS 5000

/* The request's first line; false when none came whole within the limits. */
static bool
read_request(char line[REQUEST_MAX])
{
	int64_t until = clock_mono_ms() + REQUEST_MS;
	size_t n = 0;

	for (;;) {
		struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
		int64_t left = until - clock_mono_ms();
		ssize_t got;

		if (left <= 0 || n + 1 >= REQUEST_MAX || poll(&p, 1, (int)left) <= 0 ||
		    (got = read(STDIN_FILENO, line + n, REQUEST_MAX - 1 - n)) <= 0)
			return false;
		n += (size_t)got;
		line[n] = '\0';
		if (strstr(line, "\r\n\r\n") != NULL || strstr(line, "\n\n") != NULL)
			break;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

static int
answer(FILE *f, const char *status, const char *type, const char *body, size_t n, bool with_body)
{
	fprintf(f, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status, type, n);
	if (with_body)
		fwrite(body, 1, n, f);
	return status[0] == '2' ? EXIT_FOUND : EXIT_FAILED;
}

static int
refuse(FILE *f, const char *status)
{
	return answer(f, status, "text/plain; charset=utf-8", status, strlen(status), true);
}

static int
serve(struct cli *cli)
{
	char line[REQUEST_MAX], *body = NULL;
	bool get, is_head;
	size_t n = 0;
	FILE *f;
	int rc;

	if (!read_request(line))
		return refuse(cli->out.f, "400 Bad Request");
	get = strncmp(line, "GET ", 4) == 0;
	is_head = strncmp(line, "HEAD ", 5) == 0;
	if (!get && !is_head)
		return refuse(cli->out.f, "405 Method Not Allowed");
	if (strncmp(strchr(line, ' ') + 1, "/metrics", 8) != 0 || strchr(" ?", strchr(line, ' ')[9]) == NULL)
		return refuse(cli->out.f, "404 Not Found");
	if ((f = open_memstream(&body, &n)) == NULL)
		return refuse(cli->out.f, "500 Internal Server Error");
	rc = print_metrics(cli, f);
	fclose(f);
	rc = rc == EXIT_FOUND ? answer(cli->out.f, "200 OK", "text/plain; version=0.0.4; charset=utf-8", body, n, get) :
	    refuse(cli->out.f, "500 Internal Server Error");
	free(body);
	return rc;
}

int
cmd_metrics(struct cli *cli, int argc, char **argv)
{
	return cli->opts.http ? serve(cli) : print_metrics(cli, cli->out.f);
}
