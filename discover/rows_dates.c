/* rows_dates: the dates of a page and where they stand. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/rows_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define LINE_LOOK 320		/* characters of a line in which dates are looked for */
#define LINE_DATES 3
#define LINE_TAIL 60		/* of a long line's end, where dates stand too */
#define DAY_MS 86400000

static bool
has_digit(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (isdigit((unsigned char)s[i]) || (unsigned char)s[i] >= 0xd9)
			return true;
	}
	return false;
}

struct numeric {
	int a, b, year;
};

/* Reads d/d/dddd, d/d/dd or ddddyyyy at s[i]. */
static bool
numeric_date(const char *s, size_t n, size_t i, struct numeric *ret)
{
	int v[3] = { 0, 0, 0 };
	size_t run = 0;

	while (i + run < n && run < 9 && isdigit((unsigned char)s[i + run]))
		run++;
	if (run == 8 && (memcmp(s + i + 4, "19", 2) == 0 || memcmp(s + i + 4, "20", 2) == 0)) {
		*ret = (struct numeric){ (s[i] - '0') * 10 + s[i + 1] - '0',
		    (s[i + 2] - '0') * 10 + s[i + 3] - '0',
		    1000 * (s[i + 4] - '0') + 100 * (s[i + 5] - '0') + 10 * (s[i + 6] - '0') + s[i + 7] - '0' };
		return true;
	}
	for (int k = 0; k < 3; k++) {
		size_t digits = 0;

		for (; i < n && isdigit((unsigned char)s[i]) && digits < 5; i++, digits++)
			v[k] = v[k] * 10 + (s[i] - '0');
		if (digits == 0 || digits > (k < 2 ? 2 : 4) || (k == 2 && digits == 3))
			return false;
		if (k < 2 && (i >= n || (s[i] != '/' && s[i] != '-' && s[i] != '.')))
			return false;
		i += k < 2;
	}
	*ret = (struct numeric){ v[0], v[1], v[2] < 100 ? v[2] + 2000 : v[2] };
	return true;
}

/* What the numeric dates of a page say of their order. */
struct habit {
	size_t day_first, month_first;	/* proved by a number over 12 */
	int64_t last[2];		/* day number of the one before, read either way */
	int64_t jumps[2];		/* days between neighbours, summed */
	size_t pairs, future[2];
};

static void
learn(struct habit *h, const struct numeric *d, int64_t today)
{
	int64_t day[2];

	if (d->a > 12 && d->a <= 31 && d->b <= 12)
		h->day_first++;
	else if (d->b > 12 && d->b <= 31 && d->a <= 12)
		h->month_first++;
	if (d->a < 1 || d->b < 1 || d->a > 12 || d->b > 12)
		return;
	day[0] = clock_days_from_civil(d->year, d->b, d->a);
	day[1] = clock_days_from_civil(d->year, d->a, d->b);
	for (int k = 0; k < 2; k++) {
		h->future[k] += today > 0 && day[k] > today + 1;
		if (h->pairs > 0)
			h->jumps[k] += day[k] > h->last[k] ? day[k] - h->last[k] : h->last[k] - day[k];
		h->last[k] = day[k];
	}
	h->pairs++;
}

static bool
is_american(const char *url)
{
	CLEANUP(freep) char *host = url_host(url);
	size_t n = host != NULL ? strlen(host) : 0;

	return n > 4 && (strcmp(host + n - 4, ".gov") == 0 || strcmp(host + n - 4, ".mil") == 0 ||
	    strcmp(host + n - 3, ".us") == 0);
}

/* -1: the day comes first, 1: the month, 0: the page does not say. */
static int
habit_of(const struct habit *h)
{
	if (h->day_first != h->month_first)
		return h->month_first > h->day_first ? 1 : -1;
	if (h->future[0] != h->future[1])
		return h->future[0] > h->future[1] ? 1 : -1;
	/* neighbours in a list are near in time: the reading with the smaller steps is right */
	if (h->pairs >= 3 && h->jumps[0] * 2 < h->jumps[1])
		return -1;
	if (h->pairs >= 3 && h->jumps[1] * 2 < h->jumps[0])
		return 1;
	return 0;
}

/*
 * 03/04/2023 alone says nothing, but a page writes all its dates one way: a number over 12 tells which is the
 * day, else dates to come, else the steps between neighbours. When none tells, the language's region does, then
 * the host: .gov, .mil and .us write the month first.
 */
void
rows_date_habit(struct rows *r, const char *page_language, const struct discover_opts *opts)
{
	const char *s = buf_str(&r->text), *lang = page_language;
	size_t n = r->text.len;
	struct habit h = { 0 };
	struct numeric d;
	int order;

	for (size_t i = 0; i < n; i++) {
		if (isdigit((unsigned char)s[i]) && (i == 0 || (!isalnum((unsigned char)s[i - 1]) &&
		    s[i - 1] != '/' && s[i - 1] != '-')) && numeric_date(s, n, i, &d))
			learn(&h, &d, opts->now_ms / DAY_MS);
	}
	if (opts->language != NULL && *opts->language != '\0')
		lang = opts->language;
	if (lang == NULL || *lang == '\0' || strlen(lang) >= sizeof(r->language))
		lang = "";
	order = habit_of(&h);
	if (order == 0 && is_american(opts->url))
		order = 1;
	if (*lang == '\0' || strncasecmp(lang, "en", 2) == 0) {
		/* en without a region is written everywhere; most of the world begins with the day */
		if (order != 0)
			lang = order > 0 ? "en-US" : "en-GB";
		else if (strcasecmp(lang, "en") == 0)
			lang = "en-GB";
	}
	memcpy(r->language, lang, strlen(lang) + 1);
}

struct rows_date *
rows_add_date(struct rows *r, uint32_t start, uint32_t end, int line)
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

/*
 * A look before the search: a date with its year has a year of four digits, three short numbers (113-03-20), a run of eight,
 * or letters and digits beyond ASCII.
 */
static bool
may_be_dated(const char *s, size_t n)
{
	size_t run = 0, numbers = 0, gap = 0;

	for (size_t i = 0; i <= n; i++) {
		unsigned char c = i < n ? (unsigned char)s[i] : 0;

		if (isdigit(c)) {
			run++;
			continue;
		}
		if (c >= 0xd8)
			return true;
		if (run == 4 || run == 8 || run == 14)
			return true;
		if (run > 0) {
			numbers = run <= 3 ? (gap <= 2 ? numbers + 1 : 1) : 0;
			if (numbers >= 3)
				return true;
			gap = 0;
		}
		run = 0;
		gap++;
	}
	return false;
}

/* Dates of s[at..n), a part of a line; false when there is no room for more. */
static bool
part_dates(struct rows *r, int index, size_t at, size_t n, const char *language)
{
	const struct rows_line *line = &r->lines[index];
	const char *s = buf_str(&r->text) + line->start;
	size_t begin, len;
	struct doc_date date;

	for (int i = 0; i < LINE_DATES && at < n; i++, at += begin + len) {
		struct rows_date *d;

		if (!may_be_dated(s + at, n - at) ||
		    date_find(s + at, n - at, language, &date, &begin, &len) < 0 || len == 0)
			break;
		d = rows_add_date(r, (uint32_t)(line->start + at + begin),
		    (uint32_t)(line->start + at + begin + len), index);
		if (d == NULL)
			return false;
		d->date = date;
		d->alone = is_alone(line, len);
	}
	return true;
}

/* Dates of a line: near its start and, where it is long, at its end. */
static bool
full_dates(struct rows *r, int index, const char *language)
{
	const struct rows_line *line = &r->lines[index];
	const char *s = buf_str(&r->text) + line->start, *blank;
	size_t n = line->end - line->start, head = n, before = r->dates_count;

	if (n > LINE_LOOK)
		head = utf8_cut(s, n, LINE_LOOK);
	if (!part_dates(r, index, 0, head, language))
		return true;
	if (n >= head + LINE_TAIL && (blank = memchr(s + n - LINE_TAIL, ' ', LINE_TAIL)) != NULL)
		(void)part_dates(r, index, (size_t)(blank - s), n, language);
	return r->dates_count > before;
}

void
rows_find_dates(struct rows *r, const struct discover_opts *opts)
{
	const char *language = r->language[0] != '\0' ? r->language : NULL;
	struct rows_bare bare = { .language = language, .now_ms = opts->now_ms };
	size_t before;

	for (size_t i = 0; i < r->lines_count; i++) {
		const struct rows_line *line = &r->lines[i];
		const char *s = buf_str(&r->text) + line->start;
		size_t n = line->end - line->start;

		before = r->dates_count;
		rows_bare_line(r, &bare, (int)i, has_digit(s, n < LINE_LOOK ? n : LINE_LOOK) &&
		    full_dates(r, (int)i, language));
		if (r->dates_count == before)
			rows_relative_line(r, (int)i, language, opts->now_ms);
	}
	rows_bare_end(r, &bare);
	rows_attribute_dates(r, language);
}
