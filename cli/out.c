/* out: lines, blocks, JSON and times. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/unicode.h"
#include "cli/out_int.h"
#include "base/banned.h"

#define BLOCK_MAX ((size_t)64 << 20)

int
out_line(struct out *o, enum style style, const char *s)
{
	struct buf b = BUF_INIT(BLOCK_MAX);
	int width;

	if (s == NULL)
		return 0;
	out_filter_line(&b, s, strlen(s));
	out_begin(o, style);
	fputs(buf_str(&b), o->f);
	out_end(o, style);
	width = utf8_width(buf_str(&b), b.len);
	buf_done(&b);
	return width;
}

void
out_printf(struct out *o, enum style style, const char *fmt, ...)
{
	struct buf b = BUF_INIT(BLOCK_MAX);
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	out_line(o, style, buf_str(&b));
	out_nl(o);
	buf_done(&b);
}

/* Bytes of s[0..n) that fit in width columns: up to the last blank, else up to the last character. */
static size_t
fits(const char *s, size_t n, int width, size_t *ret_next)
{
	size_t i = 0, blank = 0, last = 0;
	int used = 0;

	while (i < n) {
		size_t at = i;
		uint32_t c = utf8_next(s, n, &i);
		int w = utf8_width(s + at, i - at);

		if (c == ' ')
			blank = at;
		if (used + w > width) {
			if (blank > 0) {
				*ret_next = blank + 1;
				return blank;
			}
			*ret_next = last > 0 ? last : i;
			return *ret_next;
		}
		used += w;
		last = i;
		if (unicode_is_unspaced(c))
			blank = 0;	/* may break here: no earlier blank is wanted */
	}
	*ret_next = n;
	return n;
}

int
out_hang(const char *s, size_t n)
{
	size_t i = 0, mark;

	while (i < n && s[i] == ' ')
		i++;
	if (i < 2 || i == n)
		return 0;
	mark = i;
	while (i < n && s[i] != ' ' && i - mark < 6)
		i++;
	return i < n && s[i] == ' ' ? utf8_width(s, i + 1) : 0;
}

static void
wrapped(struct out *o, const char *s, size_t n)
{
	int width = o->width > OUT_READING_WIDTH ? OUT_READING_WIDTH : o->width, indent = out_hang(s, n),
	    left = 0;

	while (n > 0) {
		size_t next, len = fits(s, n, width - left, &next);

		fprintf(o->f, "%*s%.*s\n", left, "", (int)len, s);
		s += next;
		n -= next;
		left = indent < width / 2 ? indent : 0;
	}
}

void
out_block(struct out *o, const char *s)
{
	struct buf b = BUF_INIT(BLOCK_MAX);
	const char *p, *end;

	if (s == NULL)
		return;
	out_filter_block(&b, s, strlen(s));
	for (p = buf_str(&b); *p != '\0'; p = *end != '\0' ? end + 1 : end) {
		end = strchrnul(p, '\n');
		if (o->width > 0 && end > p)
			wrapped(o, p, (size_t)(end - p));
		else
			fprintf(o->f, "%.*s\n", (int)(end - p), p);
	}
	buf_done(&b);
}

/* C2 80 .. C2 9F and 7F become \u escapes, which mean the same to a reader of JSON and nothing to a terminal. */
void
out_json_text(struct out *o, const char *line)
{
	const unsigned char *s = (const unsigned char *)line, *from = s;

	for (; *s != '\0'; s++) {
		bool c1 = s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0;

		if (*s != 0x7f && !c1)
			continue;
		fwrite(from, 1, (size_t)(s - from), o->f);
		fprintf(o->f, "\\u%04X", c1 ? s[1] : s[0]);
		s += c1;
		from = s + 1;
	}
	fwrite(from, 1, (size_t)(s - from), o->f);
	putc('\n', o->f);
}

void
out_json(struct out *o, json_t *j)
{
	char *line = json_line(j);

	out_json_text(o, line);
	free(line);
	json_decref(j);
}

char *
out_time(int64_t ms, char out[OUT_TIME_MAX])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (ms == 0 || localtime_r(&t, &tm) == NULL ||
	    strftime(out, OUT_TIME_MAX, "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(out, OUT_TIME_MAX, "-");
	return out;
}

/* One unit is enough: "in 9 min 17 s" says no more to a reader than "in 9 min". */
static void
span(int64_t ms, char out[40])
{
	static const struct { int64_t ms; const char *name; } units[] = {
		{ INT64_C(86400000), "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" },
	};
	size_t i = 0;

	while (i < 3 && ms < units[i].ms * 2 - units[i].ms / 2)
		i++;
	snprintf(out, 40, "%lld %s", (long long)((ms + units[i].ms / 2) / units[i].ms), units[i].name);
}

char *
out_span(int64_t ms, char out[64])
{
	span(ms, out);
	return out;
}

char *
out_ago(int64_t ms, int64_t now_ms, char out[64])
{
	char text[40];
	int64_t gap = now_ms - ms;

	span(gap < 0 ? -gap : gap, text);
	if (ms == 0)
		snprintf(out, 64, "-");
	else if (gap > -1000 && gap < 1000)
		snprintf(out, 64, "now");
	else if (gap > 0)
		snprintf(out, 64, "%s ago", text);
	else
		snprintf(out, 64, "in %s", text);
	return out;
}

char *
out_bytes(int64_t bytes, char out[OUT_TIME_MAX])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	double n = (double)bytes;
	size_t i = 0;

	while (n >= 1000 && i < 4) {
		n /= 1024;
		i++;
	}
	snprintf(out, OUT_TIME_MAX, n < 10 && i > 0 ? "%.1f %s" : "%.0f %s", n, units[i]);
	return out;
}

void
out_csv_cell(const struct out *o, const char *s)
{
	putc('"', o->f);
	if (s != NULL && *s != '\0' && strchr("=+-@\t\r", *s) != NULL && !(*s == '-' && s[1] == '\0'))
		putc('\'', o->f);
	for (; s != NULL && *s != '\0'; s++) {
		if (*s == '"')
			putc('"', o->f);
		putc(*s, o->f);
	}
	putc('"', o->f);
}
