/* common: what several commands say and ask in the same way. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "cli/cli.h"
#include "cli/control.h"
#include "base/banned.h"

static bool progress_shown;

void
cli_say(const char *fmt, ...)
{
	struct buf text = BUF_INIT(64 << 10), line = BUF_INIT(128 << 10);
	va_list ap;

	cli_progress_end();
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	out_filter_line(&line, buf_str(&text), text.len);
	fflush(stdout);
	fprintf(stderr, "presswatch: %s\n", buf_str(&line));
	buf_done(&text);
	buf_done(&line);
}

int
cli_failed(const struct err *err)
{
	cli_say("%s", err->text);
	return EXIT_FAILED;
}

int
cli_usage(const struct cli *cli, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cli_say("%s; see presswatch %s%s--help", text,
	    cli->command != NULL ? cli->command->name : "", cli->command != NULL ? " " : "");
	return EXIT_USAGE;
}

char *
cli_query(int argc, char **argv)
{
	struct buf query = BUF_INIT(64 << 10);

	for (int i = 0; i < argc; i++)
		buf_addf(&query, "%s%s", i > 0 ? " " : "", argv[i]);
	return buf_take(&query, NULL);
}

#define QUERY_POINTS "query, character "	/* so begins the sentence of a query that is at fault */

int
cli_query_failed(const char *query, const struct err *err)
{
	struct buf line = BUF_INIT(64 << 10);
	size_t at, i = 0;
	char *end;

	cli_say("%s", err->text);
	if (query == NULL || err->class != ERR_INPUT)
		return err->class == ERR_INPUT ? EXIT_USAGE : EXIT_FAILED;
	out_filter_line(&line, query, strlen(query));
	if (strncmp(err->text, QUERY_POINTS, strlen(QUERY_POINTS)) == 0 && line.len < 200) {
		at = strtoul(err->text + strlen(QUERY_POINTS), &end, 10);
		for (size_t n = 1; n < at && i < line.len; n++)
			utf8_next(buf_str(&line), line.len, &i);
		fprintf(stderr, "  %s\n  %*s^\n", buf_str(&line), utf8_width(buf_str(&line), i), "");
	}
	buf_done(&line);
	return EXIT_USAGE;
}

int
cli_found(const struct cli *cli, int n, unsigned limit, const char *what)
{
	bool person = cli->out.tty && !cli->opts.json;

	if (person && n == 0)
		cli_say("no %s", what);
	else if (person && limit > 0 && (unsigned)n >= limit && cli->opts.limit == NULL)
		out_printf((struct out *)&cli->out, STYLE_DIM, "(the first %u; --limit N shows more)", limit);
	return n > 0 ? EXIT_FOUND : EXIT_NOTHING;
}

/* Steps that make one word of the other; long words are as far apart as can be. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[33], n = strlen(a), m = strlen(b);

	if (n > 32 || m > 32)
		return 33;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t above = row[j], best = corner + (a[i - 1] != b[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			corner = above;
			row[j] = best;
		}
	}
	return row[m];
}

const char *
cli_guess(const char *typed, const char *(*name)(size_t i))
{
	size_t best = strlen(typed) / 3 + 1, steps;
	const char *found = NULL, *candidate;

	for (size_t i = 0; (candidate = name(i)) != NULL; i++)
		if ((steps = distance(typed, candidate)) <= best && steps < strlen(candidate)) {
			best = steps - (steps > 0);	/* the next must be nearer */
			found = candidate;
		}
	return found;
}

/* Where the daemon listens: the configuration's socket, else the default one. */
static char *
socket_path(const struct cli *cli)
{
	const char *dir = getenv("RUNTIME_DIRECTORY");

	if (cli->config != NULL)
		return xstrdup(cli->config->control);
	if (dir != NULL && dir[0] == '/')
		return xasprintf("%.*s/control.sock", (int)strcspn(dir, ":"), dir);
	return xstrdup("/run/presswatch/control.sock");
}

int
cli_ask(const struct cli *cli, json_t *request, int timeout_ms, json_t **ret)
{
	CLEANUP(freep) char *path = socket_path(cli);
	struct err err = { 0 };
	int rc = control_ask(path, request, timeout_ms, ret, &err);

	json_decref(request);
	return rc < 0 ? cli_failed(&err) : EXIT_FOUND;
}

json_t *
cli_ask_quietly(const struct cli *cli, const char *cmd, int timeout_ms)
{
	CLEANUP(freep) char *path = socket_path(cli);
	json_t *request = json_pack("{s:s}", "cmd", cmd), *answer = NULL;
	struct err err = { 0 };

	if (control_ask(path, request, timeout_ms, &answer, &err) < 0)
		answer = NULL;
	json_decref(request);
	return answer;
}

/* An age: the configuration's durations, and weeks. */
static int
age_ms(const char *s, int64_t *ret_ms)
{
	size_t n = strlen(s);
	char *end;
	long weeks;

	if (n > 1 && n < 8 && s[n - 1] == 'w' && s[0] >= '0' && s[0] <= '9') {
		weeks = strtol(s, &end, 10);
		if (end == s + n - 1) {
			*ret_ms = weeks * INT64_C(604800000);
			return 0;
		}
	}
	return config_duration_ms(s, ret_ms);
}

/* What the clock on the wall shows at ms, read as if it were UTC, to the instant in the zone of this machine (TZ). */
static int64_t
local_ms(int64_t ms)
{
	int64_t s = ms / 1000 - (ms % 1000 < 0);
	time_t t = (time_t)s;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		return ms;
	tm.tm_isdst = -1;
	t = mktime(&tm);
	return (int64_t)t * 1000 + (ms - s * 1000);
}

/* A date or an instant as the screens show it, or RFC 3339; *ret_end: the last ms of the day, minute or second that it names. */
static int
written_ms(const char *s, int64_t *ret_ms, int64_t *ret_end)
{
	const char *clock = strlen(s) > 11 ? s + 11 : "", *zone = clock + strcspn(clock, "Zz+-");
	const char *first = strchr(clock, ':'), *second = first != NULL ? strchr(first + 1, ':') : NULL;
	bool has_time;
	int64_t ms;

	if (clock_parse_rfc3339(s, &ms, &has_time, NULL) < 0)
		return -1;
	if (!has_time) {
		*ret_ms = local_ms(ms);
		*ret_end = local_ms(ms + 86400000) - 1;
		return 0;
	}
	*ret_ms = *zone != '\0' ? ms : local_ms(ms);
	*ret_end = *ret_ms + (second == NULL || second > zone ? 59999 : strchr(second, '.') == NULL ? 999 : 0);
	return 0;
}

/* "now", "today", "yesterday": the days begin and end at midnight in the zone of this machine. */
static int
named_ms(const char *s, int64_t now_ms, int64_t *ret_ms, int64_t *ret_end)
{
	bool yesterday = strcmp(s, "yesterday") == 0;
	time_t t = (time_t)(now_ms / 1000);
	struct tm tm, next;

	if (strcmp(s, "now") == 0) {
		*ret_ms = *ret_end = now_ms;
		return 0;
	}
	if ((!yesterday && strcmp(s, "today") != 0) || localtime_r(&t, &tm) == NULL)
		return -1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday -= yesterday;
	tm.tm_isdst = -1;
	next = tm;
	next.tm_mday++;
	*ret_ms = (int64_t)mktime(&tm) * 1000;
	*ret_end = (int64_t)mktime(&next) * 1000 - 1;
	return 0;
}

int
cli_time(const char *s, int64_t now_ms, bool end, int64_t *ret_ms, struct err *reterr)
{
	size_t n = strlen(s);
	CLEANUP(freep) char *age = n > 4 && strcmp(s + n - 4, " ago") == 0 ? xstrndup(s, n - 4) : xstrdup(s);
	int64_t ms, last;

	if (age_ms(age, &ms) == 0) {
		*ret_ms = now_ms > ms ? now_ms - ms : 1;
		return 0;
	}
	if (named_ms(s, now_ms, &ms, &last) < 0 && written_ms(s, &ms, &last) < 0)
		return err_set(reterr, ERR_INPUT,
		    "'%s' is no time (wanted: 2023-02-09, '2023-02-09 16:45', 2023-02-09T07:45:00Z, yesterday or 7d)", s);
	*ret_ms = end ? last : ms;
	return 0;
}

int
cli_number(const char *option, const char *s, unsigned *ret, struct err *reterr)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*s < '0' || *s > '9' || *end != '\0' || n < 1 || n > 1000000000)
		return err_set(reterr, ERR_INPUT, "--%s: '%s' is no number of 1 and more", option,
		    s);
	*ret = (unsigned)n;
	return 0;
}

int
cli_filter(const struct cli *cli, unsigned people, struct store_filter *ret, struct err *reterr)
{
	const struct cli_opts *o = &cli->opts;
	struct store_filter f = { .source = o->source, .lang = o->lang, .label = o->label };

	if (o->since != NULL && cli_time(o->since, cli->now_ms, false, &f.since_ms, reterr) < 0)
		return -1;
	if (o->until != NULL && cli_time(o->until, cli->now_ms, true, &f.until_ms, reterr) < 0)
		return -1;
	if (o->at != NULL && cli_time(o->at, cli->now_ms, true, &f.at_ms, reterr) < 0)
		return -1;
	if (o->limit != NULL && cli_number("limit", o->limit, &f.limit, reterr) < 0)
		return -1;
	if (o->limit == NULL && cli->out.tty && !o->json)
		f.limit = people;
	*ret = f;
	return 0;
}

void
cli_progress(int64_t done, int64_t all, void *arg)
{
	static int64_t last, begun;
	static const void *of;
	char rate[64], left[96] = "", now_at[OUT_TIME_MAX], span[64];
	bool bytes = arg != NULL && strcmp(arg, "import") == 0;
	const char *what = arg;
	int width = 30, filled = all > 0 ? (int)(done * width / all) : 0;
	int64_t now = clock_mono_ms();

	if (of != arg) {
		of = arg;
		begun = now;
	}
	if (!isatty(STDERR_FILENO) || (now - last < 100 && done < all))
		return;
	last = now;
	progress_shown = true;
	if (now - begun < 500) {	/* too early to tell */
		snprintf(rate, sizeof(rate), "%s", "");
	} else if (bytes) {
		snprintf(rate, sizeof(rate), ", %s/s", out_bytes(done * 1000 / (now - begun), now_at));
	} else {
		snprintf(rate, sizeof(rate), ", %lld/s", (long long)(done * 1000 / (now - begun)));
	}
	if (now - begun >= 500 && all > done && done > 0)
		snprintf(left, sizeof(left), ", %s left", out_span((now - begun) * (all - done) / done, span));
	filled = filled < 0 ? 0 : filled > width ? width : filled;
	fprintf(stderr, "\r%s [%.*s%*s] ", what != NULL ? what : "", filled, "##############################", width - filled, "");
	if (bytes)
		fputs(out_bytes(done, now_at), stderr);
	else
		fprintf(stderr, "%lld%s%.0lld", (long long)done, all > 0 ? "/" : "", (long long)all);
	fprintf(stderr, "%s%s\033[K", rate, left);
}

void
cli_progress_end(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

char *
cli_mistake(const struct config_mistake *m)
{
	if (m->line > 0 && m->column > 0)
		return xasprintf("%s:%d:%d: %s", m->file, m->line, m->column, m->text);
	if (m->line > 0)
		return xasprintf("%s:%d: %s", m->file, m->line, m->text);
	if (strncmp(m->text, m->file, strlen(m->file)) == 0)
		return xstrdup(m->text);	/* the sentence of a file that cannot be read names it */
	return xasprintf("%s: %s", m->file, m->text);
}

int
cli_load_config(const struct cli *cli, unsigned flags, struct config **ret)
{
	struct config_mistakes mistakes = { 0 };
	int rc = config_load_flags(cli->config_path, flags, ret, &mistakes);

	for (size_t i = 0; i < mistakes.count; i++) {
		CLEANUP(freep) char *line = cli_mistake(&mistakes.list[i]);

		cli_say("%s", line);
	}
	config_mistakes_done(&mistakes);
	return rc < 0 ? EXIT_FAILED : 0;
}
