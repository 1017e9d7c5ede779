/*
 * rows_bare: dates of which a heading says the rest: "9 February" below "2023", "9" below "February 2023". Where nothing
 * stands above, the year is the one that makes the date no date to come.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "discover/rows_int.h"
#include "base/banned.h"

#define BARE_LINE 40		/* longest text that may be a date without a year */
#define BARE_DAY 16		/* longest text that may be a day without a month */
#define MONTH_LINE 24		/* longest heading that may be a month's name alone */

static const char *const month_names[] = { "January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December" };

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

static bool
has_digit(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isdigit((unsigned char)s[i]))
			return true;
	return false;
}

/* "11 Jan 23": the year of two digits behind a date; -1: none stands there, 0: other digits do. */
static int
two_digits_after(const char *s, size_t n, size_t i)
{
	int v = 0;
	size_t digits = 0;

	while (i < n && strchr(" ,.-/'", s[i]) != NULL)
		i++;
	for (; i < n && isdigit((unsigned char)s[i]); i++, digits++)
		v = v * 10 + (s[i] - '0');
	if (digits == 0)
		return has_digit(s + i, n - i) && memchr(s + i, ':', n - i) == NULL ? 0 : -1;
	if (digits != 2)
		return i < n && s[i] == ':' ? -1 : 0;
	return i < n && s[i] == ':' ? -1 : v < 70 ? 2000 + v : 1900 + v;
}

static struct rows_date *
add(struct rows *r, int index, uint32_t start, size_t len, const struct doc_date *date)
{
	struct rows_date *d = rows_add_date(r, start, start + (uint32_t)len, index);

	if (d != NULL) {
		d->date = *date;
		d->alone = true;
	}
	return d;
}

/* A day and a month, as most of a piece of a line. */
static bool
yearless(struct rows *r, const struct rows_bare *b, int index, uint32_t start, uint32_t end)
{
	const char *s = buf_str(&r->text) + start;
	size_t n = end - start, begin, len;
	struct doc_date date;
	uint64_t h;
	int short_year;

	/* a month has a name here: bare numbers are pages and dockets */
	if (n > BARE_LINE || rows_words(s, n, &h) < 3 ||
	    date_find_yearless(s, n, b->language, b->year, b->now_ms, &date, &begin, &len) < 0 || len * 2 < n)
		return false;
	short_year = two_digits_after(s, n, begin + len);
	if (short_year == 0 || short_year > 2100)
		return false;
	if (short_year > 0)
		date.year = short_year;
	return add(r, index, start + (uint32_t)begin, len, &date) != NULL;
}

/* Reads one or two digits at s[*i]; the number, or 0. */
static int
short_number(const char *s, size_t n, size_t *i, bool *ret_two)
{
	int v = 0;
	size_t digits = 0;

	for (; *i < n && isdigit((unsigned char)s[*i]) && digits < 3; (*i)++, digits++)
		v = v * 10 + (s[*i] - '0');
	*ret_two = digits == 2;
	return digits < 3 ? v : 0;
}

/* Is what follows a short date a weekday in brackets ("3/9(土)"), or a dot, or nothing? */
static bool
ends_numbers(const char *s, size_t n, size_t i, bool *ret_weekday)
{
	static const char *const brackets[][2] = { { "(", ")" }, { "\xef\xbc\x88", "\xef\xbc\x89" } };

	*ret_weekday = false;
	for (size_t k = 0; k < 2; k++) {
		size_t len = strlen(brackets[k][0]);

		if (n - i > 2 * len && n - i <= 2 * len + 6 && memcmp(s + i, brackets[k][0], len) == 0 &&
		    memcmp(s + n - len, brackets[k][1], len) == 0)
			return *ret_weekday = !has_digit(s + i, n - i);
	}
	return i == n;
}

/*
 * "09.03.", "09/03", "3/9(土)" as a whole piece: below a heading that names the year, or with a last dot or weekday that no
 * other number has. Numbers of one digit count chapters, unless a weekday follows.
 */
static bool
numbers_alone(struct rows *r, const struct rows_bare *b, int index, uint32_t start, uint32_t end)
{
	const char *s = buf_str(&r->text), *lang = b->language != NULL ? b->language : "";
	struct doc_date date;
	bool two[2], dotted, weekday, month_first;
	size_t n, i = 0, begin, len;
	int v[2];
	char text[32];

	while (start < end && strchr(" |-:,", s[start]) != NULL)
		start++;
	while (end > start && strchr(" |-:,", s[end - 1]) != NULL)
		end--;
	s += start;
	n = end - start;
	if ((v[0] = short_number(s, n, &i, &two[0])) == 0 || i >= n || (s[i] != '.' && s[i] != '/'))
		return false;
	dotted = s[i++] == '.';
	if ((v[1] = short_number(s, n, &i, &two[1])) == 0)
		return false;
	if (dotted && i < n && s[i] == '.')
		i++;
	else if (dotted && b->year == 0)
		return false;
	if (!ends_numbers(s, n, i, &weekday) || (!weekday && !(two[0] && two[1]) && v[0] <= 12 && v[1] <= 12) ||
	    (!dotted && b->year == 0 && !weekday))
		return false;
	month_first = !dotted && (strcasecmp(lang, "en-US") == 0 || strncasecmp(lang, "ja", 2) == 0 ||
	    strncasecmp(lang, "zh", 2) == 0 || strncasecmp(lang, "ko", 2) == 0);
	if (v[month_first ? 0 : 1] > 12)
		month_first = !month_first;
	if (v[month_first ? 0 : 1] > 12 || v[month_first ? 1 : 0] > 31)
		return false;
	snprintf(text, sizeof(text), "%d %s", v[month_first], month_names[v[!month_first] - 1]);
	if (date_find_yearless(text, strlen(text), "en", b->year, b->now_ms, &date, &begin, &len) < 0)
		return false;
	snprintf(date.stated, sizeof(date.stated), "%.*s", (int)(n < 32 ? n : 32), s);
	return add(r, index, start, n, &date) != NULL;
}

/* "9", "9.", "9th", "Thu 9", "9日": the day that a short text is, or 0. */
static int
day_of(const char *s, size_t n)
{
	static const char *const words[] = { "st", "nd", "rd", "th", "mon", "tue", "wed", "thu", "fri", "sat",
		"sun", NULL };
	int day = 0;
	size_t i = 0, len;
	bool known;

	if (n == 0 || n > BARE_DAY)
		return 0;
	while (i < n) {
		if (isdigit((unsigned char)s[i])) {
			if (day != 0)
				return 0;
			for (len = 0; i < n && isdigit((unsigned char)s[i]) && len < 3; i++, len++)
				day = day * 10 + (s[i] - '0');
			if (day == 0 || day > 31 || len > 2)
				return 0;
		} else if (isalpha((unsigned char)s[i])) {
			known = false;
			for (size_t k = 0; words[k] != NULL; k++)
				known |= n - i >= strlen(words[k]) && strncasecmp(s + i, words[k], strlen(words[k])) == 0;
			if (!known)
				return 0;
			while (i < n && isalpha((unsigned char)s[i]))
				i++;
		} else if (n - i >= 3 && memcmp(s + i, "\xe6\x97\xa5", 3) == 0) {
			i += 3;
		} else if (strchr(" .,:-|", s[i]) != NULL || (n - i >= 3 && memcmp(s + i, "\xe2\x80", 2) == 0)) {
			i += s[i] == '\xe2' ? 3 : 1;	/* dashes and their kin */
		} else {
			return 0;
		}
	}
	return day;
}

static bool
bare_day(struct rows *r, struct rows_bare *b, int index, uint32_t start, uint32_t end)
{
	struct doc_date date = { .precision = DATE_DAY, .year = b->year, .month = b->month };

	if (b->month == 0 || (date.day = day_of(buf_str(&r->text) + start, end - start)) == 0)
		return false;
	snprintf(date.stated, sizeof(date.stated), "%04d-%02d-%02d", date.year, date.month, date.day);
	if (add(r, index, start, end - start, &date) == NULL)
		return false;
	b->days = xgrow(b->days, &b->days_cap, b->days_count + 1, sizeof(*b->days));
	b->days[b->days_count++] = r->dates_count - 1;
	return true;
}

/* Below a month 1, 2, 3 count its items: what stood at the head of each was no day. */
static void
close_month(struct rows *r, struct rows_bare *b)
{
	bool counted = b->days_count >= 2;

	for (size_t i = 0; i < b->days_count; i++)
		counted &= r->dates[b->days[i]].date.day == (int)i + 1;
	for (size_t i = 0; counted && i < b->days_count; i++)
		r->dates[b->days[i]].date.precision = DATE_NONE;
	b->days_count = 0;
}

/* "25/03", "signed 25.3.": the month that the heading names tells it from other numbers. */
static bool
numbers_below_month(struct rows *r, const struct rows_bare *b, int index, uint32_t start, uint32_t end)
{
	const char *s = buf_str(&r->text) + start;
	size_t n = end - start, at = n, len = 0;
	struct doc_date date = { .precision = DATE_DAY, .year = b->year, .month = b->month };

	for (size_t i = 0; b->month != 0 && i < n; i++) {
		int first = 0, second = 0;
		size_t k = i;

		if (!isdigit((unsigned char)s[i]) || (i > 0 && (isdigit((unsigned char)s[i - 1]) || strchr("/.-", s[i - 1]) != NULL)))
			continue;
		for (; k < n && isdigit((unsigned char)s[k]) && k < i + 2; k++)
			first = first * 10 + (s[k] - '0');
		if (k + 1 >= n || strchr("/.-", s[k]) == NULL || !isdigit((unsigned char)s[k + 1]))
			continue;
		for (len = ++k; k < n && isdigit((unsigned char)s[k]) && k < len + 2; k++)
			second = second * 10 + (s[k] - '0');
		if ((k < n && (isdigit((unsigned char)s[k]) || (s[k] != '.' && strchr("/-", s[k]) != NULL))) || at < n)
			return false;	/* a longer number, or a second one */
		if (second != b->month && first != b->month)
			return false;
		date.day = second == b->month ? first : second;
		at = i;
		len = k - i;
	}
	if (at == n || date.day < 1 || date.day > 31)
		return false;
	snprintf(date.stated, sizeof(date.stated), "%.*s", (int)len, s + at);
	return add(r, index, start + (uint32_t)at, len, &date) != NULL;
}

/* A heading that names a month, with its year or below it. */
static bool
is_month(struct rows *r, struct rows_bare *b, const struct rows_line *line, bool dated)
{
	size_t n = line->end - line->start, begin, len;
	const struct rows_date *last = dated ? &r->dates[r->dates_count - 1] : NULL;
	struct doc_date date;
	char text[MONTH_LINE + 8];

	if (last != NULL) {
		if (last->date.precision != DATE_MONTH || n > BARE_LINE)
			return false;
		date = last->date;
	} else {
		if (!line->heading || n > MONTH_LINE || b->year == 0 || has_digit(buf_str(&r->text) + line->start, n))
			return false;
		snprintf(text, sizeof(text), "%.*s %d", (int)n, buf_str(&r->text) + line->start, b->year);
		if (date_find(text, strlen(text), b->language, &date, &begin, &len) < 0 ||
		    date.precision != DATE_MONTH || begin > 0)
			return false;
	}
	close_month(r, b);
	b->year = date.year;
	b->month = date.month;
	return true;
}

/* The pieces of a line before its first link and behind its last one, where lists put their dates. */
static void
around_links(struct rows *r, struct rows_bare *b, int index)
{
	const struct rows_line *line = &r->lines[index];
	size_t first, last;

	while (b->anchor < r->anchors_count && r->anchors[b->anchor].end <= line->start)
		b->anchor++;
	first = b->anchor;
	if (first == r->anchors_count || r->anchors[first].start < line->start || r->anchors[first].start >= line->end)
		return;
	for (last = first; last + 1 < r->anchors_count && r->anchors[last + 1].start < line->end; last++)
		;
	if (yearless(r, b, index, line->start, r->anchors[first].start) ||
	    bare_day(r, b, index, line->start, r->anchors[first].start) ||
	    numbers_alone(r, b, index, line->start, r->anchors[first].start))
		return;
	if (r->anchors[last].end < line->end && !yearless(r, b, index, r->anchors[last].end, line->end))
		(void)numbers_alone(r, b, index, r->anchors[last].end, line->end);
}

void
rows_bare_line(struct rows *r, struct rows_bare *b, int index, bool dated)
{
	const struct rows_line *line = &r->lines[index];
	const char *s = buf_str(&r->text) + line->start;
	size_t n = line->end - line->start;
	int named;

	if (is_month(r, b, line, dated))
		return;
	if (n <= BARE_LINE && (named = year_of(s, n)) != 0) {
		if (b->month != 0 && named != b->year) {
			close_month(r, b);
			b->month = 0;
		}
		b->year = named;
		return;
	}
	if (dated)
		return;
	if (n <= BARE_LINE && (yearless(r, b, index, line->start, line->end) ||
	    bare_day(r, b, index, line->start, line->end) ||
	    numbers_below_month(r, b, index, line->start, line->end) || numbers_alone(r, b, index, line->start, line->end)))
		return;
	around_links(r, b, index);
}

void
rows_bare_end(struct rows *r, struct rows_bare *b)
{
	close_month(r, b);
	free(b->days);
	b->days = NULL;
}
