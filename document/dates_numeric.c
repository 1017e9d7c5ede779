/* dates_numeric: dates of digits and marks, and those of East Asia with a sign behind each number. */
#include <string.h>
#include "document/dates_int.h"
#include "base/banned.h"

#define SIGN_YEAR 0x5e74
#define SIGN_MONTH 0x6708
#define SIGN_DAY 0x65e5

static bool
is_wordlike_ascii(const struct date_token *t)
{
	return t->kind == TOKEN_WORD && t->mark < 0x250;
}

/* Could the number at i begin something, or is it the tail of a version, an amount, an address? */
static bool
free_before(const struct date_scan *sc, size_t i)
{
	const struct date_token *t = date_at(sc, i), *p;

	if (i == 0 || t->spaced)
		return true;
	p = date_at(sc, i - 1);
	if (p->kind == TOKEN_NUMBER || is_wordlike_ascii(p))
		return false;
	if (date_is_mark(sc, i - 1, "$#%+=&_\\~"))
		return false;
	if (date_is_mark(sc, i - 1, ":,"))
		return i < 2 || date_at(sc, i - 2)->kind != TOKEN_NUMBER;
	if (date_is_mark(sc, i - 1, ".-/"))
		return p->spaced && !date_is_mark(sc, i - 1, "/");
	return p->kind != TOKEN_MARK || (p->mark != 0x20ac && p->mark != 0xa3 && p->mark != 0xa5);
}

/* Does the date end at token e, or do its digits go on? */
static bool
free_after(const struct date_scan *sc, size_t e)
{
	const struct date_token *t = date_at(sc, e), *u = date_at(sc, e + 1);

	if (t->kind == TOKEN_END || t->spaced)
		return true;
	if (t->kind == TOKEN_NUMBER || date_is_mark(sc, e, "%_=&"))
		return false;
	if (is_wordlike_ascii(t))
		return (date_is_word(sc, e, "T") || date_is_word(sc, e, "Z") || t->len > 3);
	if (date_is_mark(sc, e, ".-/:") && u->kind == TOKEN_NUMBER && !u->spaced)
		return false;
	return true;
}

/* The mark at i parts a numeric date: ASCII and fullwidth ones as ASCII; 0: none. */
static char
part_mark(const struct date_scan *sc, size_t i)
{
	const struct date_token *t = date_at(sc, i);

	if (t->kind != TOKEN_MARK)
		return 0;
	if (t->mark == '.' || t->mark == '/' || t->mark == '-')
		return (char)t->mark;
	if (t->mark == 0xff0f || t->mark == 0x2044 || t->mark == 0x2215)
		return '/';
	if (t->mark == 0xff0e)
		return '.';
	if (t->mark == 0x2010 || t->mark == 0x2011 || t->mark == 0x2212 || t->mark == 0xff0d)
		return '-';
	return 0;
}

/* Three numbers at i with one kind of mark between; blanks only behind full stops ("9. 2. 2023"). */
static char
three_parts(const struct date_scan *sc, size_t i)
{
	char mark = part_mark(sc, i + 1);

	if (mark == 0 || part_mark(sc, i + 3) != mark || date_at(sc, i + 1)->spaced ||
	    date_at(sc, i + 3)->spaced || date_at(sc, i + 2)->kind != TOKEN_NUMBER ||
	    date_at(sc, i + 4)->kind != TOKEN_NUMBER)
		return 0;
	if ((date_at(sc, i + 2)->spaced || date_at(sc, i + 4)->spaced) && mark != '.')
		return 0;
	if (date_at(sc, i + 2)->spaced != date_at(sc, i + 4)->spaced)
		return 0;
	return mark;
}

static bool
month_first(const struct date_scan *sc, char mark)
{
	if (strcmp(sc->region, "US") == 0 || strcmp(sc->region, "PH") == 0)
		return strcmp(sc->language, "en") == 0;
	return strcmp(sc->language, "en") == 0 && sc->region[0] == '\0' && mark == '/';
}

static bool
year_first(const struct date_scan *sc)
{
	static const char *const list[] = { "ja", "zh", "ko", "hu", "lt", "mn", NULL };

	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(sc->language, list[i]) == 0)
			return true;
	return false;
}

/* Languages in which 8.5.12 is a day; elsewhere it is a version. */
static bool
day_dotted(const struct date_scan *sc)
{
	static const char *const list[] = { "de", "fi", "nb", "no", "nn", "da", "is", "cs", "sk", "pl", "sl", "hr", "sr",
	    "bs", "mk", "bg", "ro", "ru", "uk", "be", "et", "lv", "tr", "el", "it", NULL };

	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(sc->language, list[i]) == 0)
			return true;
	return false;
}

static int
full_year(uint64_t two)
{
	return (int)two + (two < 70 ? 2000 : 1900);
}

static bool
set(struct date_match *m, size_t i, size_t end, enum date_calendar calendar, int year,
    uint64_t month, uint64_t day)
{
	struct doc_date d = { 0 };

	if (month > 13 || day > 31 || !date_convert(&d, calendar, year, (int)month, (int)day))
		return false;
	m->date = d;
	m->first = i;
	m->end = end;
	m->no_year = false;
	return true;
}

/* Four-digit years of calendars in the language's own numbers: 1401/11/20, 1444/07/18. */
static bool
set_four(const struct date_scan *sc, struct date_match *m, size_t i, size_t end, size_t y,
    uint64_t month, uint64_t day)
{
	int year = date_year(sc, y), raw = (int)date_at(sc, y)->value;

	if (month == 0 || day == 0)
		return false;
	if (year != 0)
		return set(m, i, end, CALENDAR_GREGORIAN, year, month, day);
	if (strcmp(sc->language, "fa") == 0 || strcmp(sc->language, "ps") == 0)
		return set(m, i, end, CALENDAR_PERSIAN, raw, month, day);
	if (strcmp(sc->language, "ar") == 0)
		return set(m, i, end, CALENDAR_ISLAMIC, raw, month, day);
	return false;
}

static bool
match_year_first(const struct date_scan *sc, size_t i, struct date_match *m)
{
	const struct date_token *t = date_at(sc, i);

	if (!three_parts(sc, i) || !date_is_number(sc, i + 2, 1, 2) || !free_after(sc, i + 5))
		return false;
	if (t->digits == 4 && date_is_number(sc, i + 4, 1, 2))
		return set_four(sc, m, i, i + 5, i, date_at(sc, i + 2)->value,
		    date_at(sc, i + 4)->value);
	/* Years of the Republic of China: 112/02/09. */
	if (t->digits == 3 && t->value >= 90 && t->value < 150 && date_is_number(sc, i + 4, 1, 2) &&
	    strcmp(sc->language, "zh") == 0 && (strcmp(sc->region, "TW") == 0 || sc->whole))
		return set(m, i, i + 5, CALENDAR_GREGORIAN, (int)t->value + 1911,
		    date_at(sc, i + 2)->value, date_at(sc, i + 4)->value);
	return false;
}

/* Is NN.NN.NN a date? Only where nothing else is likely: see the header's "with care". */
static bool
two_digit_year(const struct date_scan *sc, size_t i, char mark)
{
	const struct date_token *e = date_at(sc, i + 5);
	bool full = date_at(sc, i)->digits == 2 && date_at(sc, i + 2)->digits == 2;
	bool last = e->kind == TOKEN_END && (i == 0 || date_is_mark(sc, i - 1, ",|(")) && day_dotted(sc) &&
	    date_at(sc, i + 4)->value < 50;

	if (!(i == 0 || date_at(sc, i)->spaced || date_is_mark(sc, i - 1, "(:|[")) ||
	    !(e->kind == TOKEN_END || e->spaced || date_is_mark(sc, i + 5, "),;:|].")))
		return false;
	if (date_at(sc, i + 2)->spaced)
		return false;
	if (mark == '/')
		return true;
	return ((full || last) && mark == '.') || (full && sc->whole && sc->count <= 16);
}

static bool
match_day_first(const struct date_scan *sc, size_t i, struct date_match *m)
{
	char mark = three_parts(sc, i);
	uint64_t a = date_at(sc, i)->value, b = date_at(sc, i + 2)->value;
	uint64_t c = date_at(sc, i + 4)->value, swap;
	bool us;

	if (mark == 0 || !date_is_number(sc, i, 1, 2) || !date_is_number(sc, i + 2, 1, 2) ||
	    !free_after(sc, i + 5))
		return false;
	us = month_first(sc, mark);
	if (date_is_number(sc, i + 4, 2, 2)) {
		if (!two_digit_year(sc, i, mark))
			return false;
		if ((year_first(sc) && b <= 12 && c <= 31) || a > 31)
			return date_at(sc, i)->digits == 2 &&
			    set(m, i, i + 5, CALENDAR_GREGORIAN, full_year(a), b, c);
	} else if (!date_is_number(sc, i + 4, 4, 4)) {
		return false;
	}
	if (us ? a <= 12 : b > 12) {		/* month first */
		swap = a;
		a = b;
		b = swap;
	}
	if (a == 0 || b == 0)
		return false;
	if (date_at(sc, i + 4)->digits == 2)
		return set(m, i, i + 5, CALENDAR_GREGORIAN, full_year(c), b, a);
	return set_four(sc, m, i, i + 5, i + 4, b, a);
}

/* 20230209, 20230209T164500, 20230209164500: whole string, or the T proves it. */
static bool
match_compact(const struct date_scan *sc, size_t i, struct date_match *m)
{
	const struct date_token *t = date_at(sc, i), *u = date_at(sc, i + 2);
	bool alone = sc->whole && i == 0 && sc->count == 1;
	uint64_t day = t->value, time = 0;

	if (t->digits == 14 && alone) {
		time = day % 1000000;
		day /= 1000000;
		if (time / 10000 > 23 || time / 100 % 100 > 59 || time % 100 > 59)
			return false;
	} else if (t->digits != 8) {
		return false;
	}
	if (t->digits == 8 && !alone) {
		if (!date_is_word(sc, i + 1, "T") || date_at(sc, i + 1)->spaced ||
		    u->kind != TOKEN_NUMBER || u->spaced || (u->digits != 6 && u->digits != 4))
			return false;
		time = u->digits == 4 ? u->value * 100 : u->value;
	}
	if (!set(m, i, alone ? 1 : i + 3, CALENDAR_GREGORIAN, (int)(day / 10000), day / 100 % 100,
	    day % 100) || m->date.precision != DATE_DAY)
		return false;
	if (t->digits == 8 && alone)
		return true;
	if (time / 10000 > 23 || time / 100 % 100 > 59 || time % 100 > 59)
		return false;
	m->date.precision = DATE_TIME;
	m->date.hour = (int)(time / 10000);
	m->date.minute = (int)(time / 100 % 100);
	m->date.second = (int)(time % 100);
	if (date_is_word(sc, m->end, "Z")) {
		m->date.has_offset = true;
		m->end++;
	}
	return true;
}

/* "2023", "2023-02", "02/2023": only when nothing else is there. */
static bool
match_short(const struct date_scan *sc, size_t i, struct date_match *m)
{
	char mark = part_mark(sc, 1);

	if (!sc->whole || i != 0)
		return false;
	if (sc->count == 1 && date_year(sc, 0) != 0)
		return set(m, 0, 1, CALENDAR_GREGORIAN, date_year(sc, 0), 0, 0);
	if (sc->count != 3 || (mark != '-' && mark != '/') || date_at(sc, 1)->spaced ||
	    date_at(sc, 2)->spaced)
		return false;
	if (date_year(sc, 0) != 0 && date_is_number(sc, 2, 2, 2) && date_at(sc, 2)->value > 0)
		return set(m, 0, 3, CALENDAR_GREGORIAN, date_year(sc, 0), date_at(sc, 2)->value, 0);
	if (date_year(sc, 2) != 0 && date_is_number(sc, 0, 2, 2) && date_at(sc, 0)->value > 0)
		return set(m, 0, 3, CALENDAR_GREGORIAN, date_year(sc, 2), date_at(sc, 0)->value, 0);
	return false;
}

bool
date_match_numeric(const struct date_scan *sc, size_t i, struct date_match *m)
{
	int base, year = 0;
	size_t took;

	if (date_at(sc, i)->kind == TOKEN_WORD) {	/* R5.2.9, 令和5.2.9 */
		took = date_era_at(sc, i, &base);
		if (took == 0 || base <= 0 || !date_is_number(sc, i + took, 1, 3) ||
		    three_parts(sc, i + took) == 0 || !date_is_number(sc, i + took + 4, 1, 2))
			return false;
		year = base + (int)date_at(sc, i + took)->value;
		return set(m, i, i + took + 5, CALENDAR_GREGORIAN, year,
		    date_at(sc, i + took + 2)->value, date_at(sc, i + took + 4)->value) &&
		    m->date.precision == DATE_DAY;
	}
	if (date_at(sc, i)->kind != TOKEN_NUMBER || !free_before(sc, i))
		return false;
	return match_year_first(sc, i, m) || match_day_first(sc, i, m) ||
	    match_compact(sc, i, m) || match_short(sc, i, m);
}

/* Is token i the sign of year, month or day in Han or Hangul ("9일자" too)? */
static bool
is_sign(const struct date_scan *sc, size_t i, uint32_t sign)
{
	const struct date_token *t = date_at(sc, i);

	if (t->kind != TOKEN_WORD)
		return false;
	switch (sign) {
	case SIGN_YEAR:
		return t->mark == 0x5e74 || (t->mark == 0xb144 && t->len <= 6);
	case SIGN_MONTH:
		return t->mark == 0x6708 || (t->mark == 0xc6d4 && t->len <= 6);
	default:
		return t->mark == 0x65e5 || t->mark == 0x53f7 || t->mark == 0x865f ||
		    (t->mark == 0xc77c && t->len <= 12);
	}
}

bool
date_match_cjk(const struct date_scan *sc, size_t i, struct date_match *m)
{
	size_t at = i, took;
	int base = 0, year;

	took = date_era_at(sc, at, &base);
	if (took > 0 && base > 0) {
		at += took;
		took = date_era_year(sc, at, &year);
		if (took == 0)
			return false;
		year += base;
		at += took;
	} else if (date_is_number(sc, at, 4, 4)) {
		year = date_year(sc, at++);
	} else if (date_is_number(sc, at, 2, 2) && is_sign(sc, at + 1, SIGN_YEAR)) {
		year = full_year(date_at(sc, at++)->value);
	} else if (date_is_number(sc, at, 3, 3) && date_at(sc, at)->value >= 90 && date_at(sc, at)->value < 150) {
		year = (int)date_at(sc, at++)->value + 1911;	/* of the Republic of China */
	} else if (sc->yearless && date_is_number(sc, at, 1, 2) && is_sign(sc, at + 1, SIGN_MONTH) &&
	    date_is_number(sc, at + 2, 1, 2) && is_sign(sc, at + 3, SIGN_DAY)) {
		if (!set(m, i, at + 4, CALENDAR_GREGORIAN, 2000, date_at(sc, at)->value,
		    date_at(sc, at + 2)->value))
			return false;
		m->no_year = true;
		return m->date.precision == DATE_DAY;
	} else {
		return false;
	}
	if (!is_sign(sc, at, SIGN_YEAR) || !date_is_number(sc, at + 1, 1, 2) ||
	    !is_sign(sc, at + 2, SIGN_MONTH))
		return false;
	if (date_is_number(sc, at + 3, 1, 2) && is_sign(sc, at + 4, SIGN_DAY))
		return set(m, i, at + 5, CALENDAR_GREGORIAN, year, date_at(sc, at + 1)->value,
		    date_at(sc, at + 3)->value);
	return set(m, i, at + 3, CALENDAR_GREGORIAN, year, date_at(sc, at + 1)->value, 0) &&
	    m->date.precision == DATE_MONTH;
}
