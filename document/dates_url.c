/* dates_url: the date that a path states: /2023/02/09/, /2023/feb/09, t20230209_1.html, 2023-02-09. */
#include <string.h>
#include "base/unicode.h"
#include "document/dates_int.h"
#include "base/banned.h"

#define YEAR_MIN 1990	/* before the web an address states no date of publication */
#define YEAR_MAX 2100

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits at s, with no digit behind when closed. -1: not so. */
static int
digits(const char *s, size_t n, bool closed)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return closed && is_digit(s[n]) ? -1 : v;
}

/* One or two digits; *s moves behind them. */
static int
part(const char **s)
{
	size_t n = is_digit(**s) && is_digit((*s)[1]) ? 2 : 1;
	int v = digits(*s, n, true);

	if (v >= 0)
		*s += n;
	return v;
}

static int
english_month(const char **s)
{
	static const char names[12][10] = { "january", "february", "march", "april", "may", "june",
	    "july", "august", "september", "october", "november", "december" };
	char word[10] = "";
	size_t n = 0;

	while (n < 9 && ((*s)[n] | 0x20) >= 'a' && ((*s)[n] | 0x20) <= 'z') {
		word[n] = (char)((*s)[n] | 0x20);
		n++;
	}
	for (int m = 0; n >= 3 && m < 12; m++) {
		if ((n == 3 && memcmp(word, names[m], 3) == 0) || strcmp(word, names[m]) == 0 ||
		    (m == 8 && strcmp(word, "sept") == 0)) {
			*s += n;
			return m + 1;
		}
	}
	return -1;
}

static bool
set(struct doc_date *d, int year, int month, int day, const char *begin, const char *end)
{
	size_t n = (size_t)(end - begin);

	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || !date_valid(year, month, day))
		return false;
	memset(d, 0, sizeof(*d));
	d->precision = day > 0 ? DATE_DAY : DATE_MONTH;
	d->year = year;
	d->month = month;
	d->day = day;
	n = utf8_cut(begin, n, DATE_STATED_MAX - 1);
	memcpy(d->stated, begin, n);
	d->stated[n] = '\0';
	return true;
}

/* A date whose year begins at s. */
static bool
at(const char *s, struct doc_date *d)
{
	const char *p = s + 4;
	int year = digits(s, 4, false), month, day;
	char mark;

	if (year < YEAR_MIN || year > YEAR_MAX)
		return false;	/* the path may end before p */
	mark = *p;
	if (is_digit(mark)) {		/* 20230209 */
		month = digits(p, 2, false);
		day = digits(p + (month >= 0 ? 2 : 0), 2, true);
		return month > 0 && day > 0 && set(d, year, month, day, s, s + 8);
	}
	if (mark != '/' && mark != '-' && mark != '_' && mark != '.')
		return false;
	p++;
	month = english_month(&p);
	if (month < 0 && mark == '/' && digits(p, 4, true) > 0 && p[4] == '/' &&
	    set(d, year, digits(p, 2, false), digits(p + 2, 2, false), s, p + 4))
		return d->day > 0;	/* /2023/0209/ */
	if (month < 0)
		month = part(&p);
	if (month < 1 || month > 12)
		return false;
	if (*p == mark && is_digit(p[1])) {
		const char *q = p + 1;

		day = part(&q);
		/* In /2023/02/09-title and /2023/02/9/ the day ends; /2023/02/3-reasons is a title. */
		if (day > 0 && (mark != '/' || q - p == 3 || *q == '/' || *q == '\0') &&
		    set(d, year, month, day, s, q))
			return true;
	}
	if (mark != '/' && (mark != '-' || (*p != '/' && *p != '\0')))
		return false;
	return (*p == '/' || *p == '\0' || *p == '?') && set(d, year, month, 0, s, p);
}

int
date_from_url(const char *url, struct doc_date *ret)
{
	const char *p = strstr(url, "://"), *end;
	struct doc_date best = { 0 }, d;

	p = strchr(p != NULL ? p + 3 : url, '/');
	if (p == NULL)
		return -1;
	end = p + strcspn(p, "?#");
	for (; p < end; p++) {
		if (!is_digit(*p) || is_digit(p[-(p > url)]))
			continue;
		if (!at(p, &d) || (d.precision == DATE_MONTH && p[-1] != '/'))
			continue;
		if (d.precision > best.precision)
			best = d;
		if (best.precision == DATE_DAY)
			break;
	}
	if (best.precision == DATE_NONE)
		return -1;
	*ret = best;
	return 0;
}
