/* dates_calendar: years of eras and of calendars other than the Gregorian. */
#include <string.h>
#include <unicode/ucal.h>
#include "base/clock.h"
#include "document/dates_int.h"
#include "base/banned.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2100
#define BUDDHIST DATE_BUDDHIST

static const struct {
	const char *locale;
	int year_min, year_max;
} calendars[CALENDAR_COUNT] = {
	[CALENDAR_GREGORIAN] = { "en", YEAR_MIN, YEAR_MAX },
	[CALENDAR_ISLAMIC] = { "en@calendar=islamic-umalqura", 1318, 1500 },
	[CALENDAR_PERSIAN] = { "en@calendar=persian", 1279, 1478 },
	[CALENDAR_HEBREW] = { "en@calendar=hebrew", 5660, 5860 },
};

/* Year 1 of an era is base + 1. One letter eras count only before dots: R5.2.9. */
static const struct {
	const char *name;
	int base;
	bool dotted;
} eras[] = {
	{ "令和", 2018, false }, { "平成", 1988, false }, { "昭和", 1925, false },
	{ "大正", 1911, false }, { "民國", 1911, false }, { "民国", 1911, false },
	{ "R", 2018, true }, { "H", 1988, true }, { "S", 1925, true },
	{ "พ.ศ.", -BUDDHIST, false }, { "พ.ศ", -BUDDHIST, false }, { "พศ", -BUDDHIST, false },
	{ "ค.ศ.", 0, false }, { "B.E.", -BUDDHIST, false },
};

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool
date_valid(int year, int month, int day)
{
	if (year < YEAR_MIN || year > YEAR_MAX || month < 0 || month > 12 || day < 0)
		return false;
	if (month == 0)
		return day == 0;
	return day <= month_days(year, month);
}

static bool
set_gregorian(struct doc_date *d, int year, int month, int day)
{
	if (!date_valid(year, month, day))
		return false;
	d->year = year;
	d->month = month;
	d->day = day;
	d->precision = month == 0 ? DATE_YEAR : day == 0 ? DATE_MONTH : DATE_DAY;
	return true;
}

bool
date_convert(struct doc_date *d, enum date_calendar calendar, int year, int month, int day)
{
	UErrorCode e = U_ZERO_ERROR;
	static const UChar utc[] = { 'U', 'T', 'C', 0 };
	UCalendar *cal;
	UDate ms;
	int y, m, dd;

	if (calendar == CALENDAR_GREGORIAN)
		return set_gregorian(d, year, month, day);
	if (calendar >= CALENDAR_COUNT || year < calendars[calendar].year_min ||
	    year > calendars[calendar].year_max || month < 1 || month > 13 || day < 1 || day > 31)
		return false;
	cal = ucal_open(utc, 3, calendars[calendar].locale, UCAL_DEFAULT, &e);
	if (U_FAILURE(e))
		return false;
	ucal_clear(cal);
	ucal_setAttribute(cal, UCAL_LENIENT, 0);
	ucal_set(cal, UCAL_EXTENDED_YEAR, year);
	ucal_set(cal, UCAL_MONTH, month - 1);
	ucal_set(cal, UCAL_DATE, day);
	ms = ucal_getMillis(cal, &e);
	ucal_close(cal);
	if (U_FAILURE(e))
		return false;
	clock_civil_from_days((int64_t)(ms / 86400000.0), &y, &m, &dd);
	return set_gregorian(d, y, m, dd);
}

int
date_year(const struct date_scan *sc, size_t i)
{
	const struct date_token *t = date_at(sc, i);
	int year;

	if (t->kind != TOKEN_NUMBER || t->digits != 4)
		return 0;
	year = (int)t->value;
	if (year > YEAR_MAX && strcmp(sc->language, "th") == 0)
		year -= BUDDHIST;
	return year >= YEAR_MIN && year <= YEAR_MAX ? year : 0;
}

size_t
date_era_at(const struct date_scan *sc, size_t i, int *ret_base)
{
	const struct date_token *t = date_at(sc, i);

	if (t->kind != TOKEN_WORD)
		return 0;
	for (size_t e = 0; e < sizeof(eras) / sizeof(eras[0]); e++) {
		size_t n, took = 0, end = t->begin;

		if (eras[e].name[0] != sc->s[t->begin])
			continue;
		n = strlen(eras[e].name);
		if (t->begin + n > sc->n || memcmp(sc->s + t->begin, eras[e].name, n) != 0)
			continue;
		while (end < t->begin + n && date_at(sc, i + took)->kind != TOKEN_END) {
			end = date_at(sc, i + took)->begin + date_at(sc, i + took)->len;
			took++;
		}
		if (end != t->begin + n)
			continue;	/* the name goes on: "Results" */
		if (eras[e].dotted && (!date_is_number(sc, i + took, 1, 2) ||
		    date_at(sc, i + took)->spaced || !date_is_mark(sc, i + took + 1, ".") ||
		    date_at(sc, i + took + 1)->spaced))
			continue;
		*ret_base = eras[e].base;
		return took;
	}
	return 0;
}

size_t
date_era_year(const struct date_scan *sc, size_t i, int *ret_year)
{
	if (date_is_word(sc, i, "元")) {
		*ret_year = 1;
		return 1;
	}
	if (date_is_number(sc, i, 1, 3)) {
		*ret_year = (int)date_at(sc, i)->value;
		return 1;
	}
	return 0;
}
