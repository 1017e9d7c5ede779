/* common: what several commands say and ask in the same way. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "cli/cli.h"
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
	cli_say("%s; see presswatch %s --help", text,
	    cli->command != NULL ? cli->command->name : "");
	return EXIT_USAGE;
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

int
cli_time(const char *s, int64_t now_ms, bool end, int64_t *ret_ms, struct err *reterr)
{
	bool has_time = true;
	int64_t ms;

	if (age_ms(s, &ms) == 0) {
		*ret_ms = now_ms > ms ? now_ms - ms : 1;
		return 0;
	}
	if (clock_parse_rfc3339(s, &ms, &has_time, NULL) < 0)
		return err_set(reterr, ERR_INPUT,
		    "'%s' is no time (wanted: 2023-02-09, 2023-02-09T07:45:00Z or 7d)", s);
	*ret_ms = has_time || !end ? ms : ms + 86400000 - 1;
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
	static int64_t last;
	const char *what = arg;
	int width = 30, filled = all > 0 ? (int)(done * width / all) : 0;
	int64_t now = clock_mono_ms();

	if (!isatty(STDERR_FILENO) || (now - last < 100 && done < all))
		return;
	last = now;
	progress_shown = true;
	filled = filled < 0 ? 0 : filled > width ? width : filled;
	fprintf(stderr, "\r%s [%.*s%*s] %lld", what != NULL ? what : "", filled,
	    "##############################", width - filled, "", (long long)done);
	if (all > 0)
		fprintf(stderr, "/%lld", (long long)all);
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
