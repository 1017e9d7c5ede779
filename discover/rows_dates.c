/* rows_dates: the dates of a page and where they stand. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/rows_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define LINE_LOOK 320		/* characters of a line in which dates are looked for */
#define LINE_DATES 3
#define YEARLESS_LINE 40	/* longest line that may be a date without a year */

static bool
has_digit(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (isdigit((unsigned char)s[i]) || (unsigned char)s[i] >= 0xd9)
			return true;
	}
	return false;
}

/* Reads d/d/dddd at s[i]; first and second number. */
static bool
numeric_date(const char *s, size_t n, size_t i, int *first, int *second)
{
	int v[2] = { 0, 0 };

	for (int k = 0; k < 2; k++) {
		size_t digits = 0;

		for (; i < n && isdigit((unsigned char)s[i]) && digits < 3; i++, digits++)
			v[k] = v[k] * 10 + (s[i] - '0');
		if (digits == 0 || digits > 2 || i >= n || (s[i] != '/' && s[i] != '-' && s[i] != '.'))
			return false;
		i++;
	}
	if (i + 1 >= n || !isdigit((unsigned char)s[i]) || !isdigit((unsigned char)s[i + 1]))
		return false;
	*first = v[0];
	*second = v[1];
	return true;
}

/*
 * 03/04/2023 alone says nothing, but a page writes all its dates one way: a number over 12 tells which is the
 * day. When none tells, hosts below .gov and .mil write the month first.
 */
void
rows_date_habit(struct rows *r, const char *page_language, const struct discover_opts *opts)
{
	const char *s = buf_str(&r->text), *lang = page_language;
	size_t n = r->text.len, day_first = 0, month_first = 0, len;
	CLEANUP(freep) char *host = url_host(opts->url);
	int a, b;

	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]) || (i > 0 && (isdigit((unsigned char)s[i - 1]) ||
		    s[i - 1] == '/' || s[i - 1] == '-')) || !numeric_date(s, n, i, &a, &b))
			continue;
		day_first += a > 12 && a <= 31 && b <= 12;
		month_first += b > 12 && b <= 31 && a <= 12;
	}
	if (opts->language != NULL && *opts->language != '\0')
		lang = opts->language;
	len = host != NULL ? strlen(host) : 0;
	if (day_first == 0 && month_first == 0 && (len > 4 && (strcmp(host + len - 4, ".gov") == 0 ||
	    strcmp(host + len - 4, ".mil") == 0 || strcmp(host + len - 3, ".us") == 0)))
		month_first = 1;
	if (lang != NULL && *lang != '\0' && strncasecmp(lang, "en", 2) != 0)
		;	/* the language itself knows */
	else if (month_first > day_first)
		lang = "en-US";
	else if (day_first > month_first)
		lang = "en-GB";
	if (lang == NULL || strlen(lang) >= sizeof(r->language))
		lang = "";
	memcpy(r->language, lang, strlen(lang) + 1);
}

static struct rows_date *
add_date(struct rows *r, uint32_t start, uint32_t end, int line)
{
	struct rows_date *d;

	if (r->dates_count >= ROWS_MAX_DATES)
		return NULL;
	r->dates = xgrow(r->dates, &r->dates_cap, r->dates_count + 1, sizeof(*r->dates));
	d = &r->dates[r->dates_count++];
	*d = (struct rows_date){ .start = start, .end = end, .line = line };
	return d;
}

/* Does the line say little beside the date? Labels ("Posted:"), weekdays and times are little. */
static bool
is_alone(const struct rows_line *line, size_t date_len)
{
	size_t len = line->end - line->start;

	return len <= date_len + 24 && (date_len * 3 >= len || len < 24);
}

static bool
full_dates(struct rows *r, int index, const char *language)
{
	const struct rows_line *line = &r->lines[index];
	const char *s = buf_str(&r->text) + line->start;
	size_t n = line->end - line->start, at = 0, begin, len;
	struct doc_date date;
	bool any = false;

	if (n > LINE_LOOK)
		n = utf8_cut(s, n, LINE_LOOK);
	for (int i = 0; i < LINE_DATES && at < n; i++, at += begin + len) {
		struct rows_date *d;

		if (!has_digit(s + at, n - at) ||
		    date_find(s + at, n - at, language, &date, &begin, &len) < 0 || len == 0)
			break;
		d = add_date(r, (uint32_t)(line->start + at + begin),
		    (uint32_t)(line->start + at + begin + len), index);
		if (d == NULL)
			return true;
		d->date = date;
		d->alone = is_alone(line, len);
		any = true;
	}
	return any;
}

/* Year named by a short line ("2023", "February 2023"), or 0. */
static int
year_of(const char *s, size_t n)
{
	for (size_t i = 0; i + 4 <= n && n <= 60; i++) {
		if ((s[i] == '1' || s[i] == '2') && (i == 0 || !isdigit((unsigned char)s[i - 1])) &&
		    isdigit((unsigned char)s[i + 1]) && isdigit((unsigned char)s[i + 2]) &&
		    isdigit((unsigned char)s[i + 3]) && (i + 4 == n || !isdigit((unsigned char)s[i + 4]))) {
			int year = (s[i] - '0') * 1000 + (s[i + 1] - '0') * 100 + (s[i + 2] - '0') * 10 +
			    (s[i + 3] - '0');

			return year >= 1900 && year <= 2100 ? year : 0;
		}
	}
	return 0;
}

static void
yearless_date(struct rows *r, int index, const char *language, int year, int64_t now_ms)
{
	const struct rows_line *line = &r->lines[index];
	const char *s = buf_str(&r->text) + line->start;
	size_t n = line->end - line->start, begin, len;
	struct doc_date date;
	struct rows_date *d;
	uint64_t h;

	/* a month has a name here: bare numbers are pages and dockets */
	if (n > YEARLESS_LINE || rows_words(s, n, &h) < 3 ||
	    date_find_yearless(s, n, language, year, now_ms, &date, &begin, &len) < 0 || len * 2 < n)
		return;
	d = add_date(r, (uint32_t)(line->start + begin), (uint32_t)(line->start + begin + len), index);
	if (d != NULL) {
		d->date = date;
		d->alone = true;
	}
}

/* <time datetime> says it best, unless the words beside it name another day (a zone forgotten). */
static void
time_elements(struct rows *r, const char *language)
{
	for (size_t i = 0; i < r->elems_count; i++) {
		const struct rows_elem *e = &r->elems[i];
		const char *value;
		struct doc_date date;
		size_t begin, len, k;

		if (!tree_is(e->node, "time") || (value = tree_attr(e->node, "datetime")) == NULL ||
		    *value == '\0' || date_find(value, strlen(value), language, &date, &begin, &len) < 0)
			continue;
		for (k = rows_date_from(r, e->start); k < r->dates_count && r->dates[k].start < e->end; k++) {
			struct rows_date *d = &r->dates[k];

			if (d->date.precision < DATE_DAY || date_compare_day(&d->date, &date) == 0) {
				d->date = date;
				d->date.source = DATE_FROM_TIME_ELEMENT;
				d->alone = true;
			}
		}
	}
}

/* A date of an element whose words were not read as one ("2 days ago"): put in its place by start. */
static void
silent_time_elements(struct rows *r, const char *language)
{
	size_t known = r->dates_count;
	bool added = false;

	for (size_t i = 0; i < r->elems_count; i++) {
		const struct rows_elem *e = &r->elems[i];
		const char *value;
		struct doc_date date;
		struct rows_date *d;
		size_t begin, len, lo = 0, hi = known;

		if (!tree_is(e->node, "time") || (value = tree_attr(e->node, "datetime")) == NULL ||
		    *value == '\0')
			continue;
		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (r->dates[mid].start < e->start)
				lo = mid + 1;
			else
				hi = mid;
		}
		if ((lo < known && r->dates[lo].start < e->end) ||
		    date_find(value, strlen(value), language, &date, &begin, &len) < 0)
			continue;
		if ((d = add_date(r, e->start, e->end, -1)) == NULL)
			break;
		d->date = date;
		d->date.source = DATE_FROM_TIME_ELEMENT;
		d->alone = true;
		added = true;
	}
	if (!added)
		return;
	/* both halves are in order: one merge */
	struct rows_date *all = xcalloc(r->dates_count, sizeof(*all));
	size_t a = 0, b = known, n = 0;

	while (a < known || b < r->dates_count) {
		bool first = b >= r->dates_count ||
		    (a < known && r->dates[a].start <= r->dates[b].start);

		all[n++] = first ? r->dates[a++] : r->dates[b++];
	}
	free(r->dates);
	r->dates = all;
	r->dates_cap = r->dates_count;
}

void
rows_find_dates(struct rows *r, const struct discover_opts *opts)
{
	const char *language = r->language[0] != '\0' ? r->language : NULL;
	int year = 0, named;

	for (size_t i = 0; i < r->lines_count; i++) {
		const struct rows_line *line = &r->lines[i];
		const char *s = buf_str(&r->text) + line->start;
		size_t n = line->end - line->start;

		if (!has_digit(s, n < LINE_LOOK ? n : LINE_LOOK))
			continue;
		if (full_dates(r, (int)i, language) || n > YEARLESS_LINE) {
			if ((named = year_of(s, n)) != 0 && n <= YEARLESS_LINE)
				year = named;
			continue;
		}
		if ((named = year_of(s, n)) != 0)
			year = named;
		else
			yearless_date(r, (int)i, language, year, opts->now_ms);
	}
	time_elements(r, language);
	silent_time_elements(r, language);
}
