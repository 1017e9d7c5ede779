/* dates_match: dates with the name of a month, in any order of day, month and year. */
#include <string.h>
#include "document/dates_int.h"
#include "base/banned.h"

static const char *const ordinals[] = {
	"st", "nd", "rd", "th", "er", "re", "ère", "eme", "ème", "e", "º", "ª", "o", "a", "de", "ste",
	"én", "án", "ik", "ni", "η", "го", "й", "ое", "ого", "ra", "da", "d", NULL,
};

/* Between day and month. */
static const char *const of_words[] = {
	"of", "de", "den", "del", "di", "do", "da", "d", "day", "the", "ta", "tal", "a", "ngày",
	"เดือน", "من", "dia", "ning", NULL,
};

/* Between month and year, or between year and what follows it. */
static const char *const year_words[] = {
	"of", "de", "del", "do", "din", "dels", "năm", "NĂM", "من", "عام", "لعام", "سنة", "لسنة", "ปี",
	"του", "m", "metų", "gada", "g", "г", "года", "року", "р", "оны", "ko", "eko", "жылғы", "yil",
	"yilning", "թ", "an", "v", "l", "anul", "in", "ning", "ж", "ш", "year", "y", NULL,
};

static const char *const month_signs[] = { "tháng", "THÁNG", "thg", "thang", NULL };
static const char *const day_signs[] = { "ngày", "NGÀY", "ngay", NULL };

/* Behind at most one mark and one word of a list, or two of either. */
static size_t
skip(const struct date_scan *sc, size_t i, const char *marks, const char *const *words)
{
	for (int n = 0; n < 4; n++) {
		const struct date_token *t = date_at(sc, i);

		if (date_is_mark(sc, i, marks) || (words != NULL && date_is_any(sc, i, words)) ||
		    (t->kind == TOKEN_MARK && (t->mark == 0x2019 || t->mark == 0x60c ||
		    t->mark == 0x104a || t->mark == 0x970 || t->mark == 0x5f3 ||
		    t->mark == 0x2011 || t->mark == 0x2010 || t->mark == 0x2013)))
			i++;
		else
			break;
	}
	return i;
}

/* "9th", "1er", "9.", "1º", "9-én": the day's own tail. */
static size_t
skip_ordinal(const struct date_scan *sc, size_t i)
{
	if (!date_at(sc, i)->spaced && date_is_any(sc, i, ordinals))
		i++;
	else if (date_is_mark(sc, i, "-") && !date_at(sc, i + 1)->spaced &&
	    date_is_any(sc, i + 1, ordinals))
		i += 2;
	return i;
}

static bool
joined_to_number(const struct date_scan *sc, size_t i)
{
	if (i == 0 || date_at(sc, i)->spaced)
		return false;
	if (date_at(sc, i - 1)->kind == TOKEN_NUMBER || date_is_mark(sc, i - 1, "$#%+&_"))
		return true;
	return date_is_mark(sc, i - 1, ".:/") && i >= 2 && date_at(sc, i - 2)->kind == TOKEN_NUMBER &&
	    !date_at(sc, i - 1)->spaced;
}

static bool
day_at(const struct date_scan *sc, size_t i)
{
	return date_is_number(sc, i, 1, 2) && date_at(sc, i)->value >= 1 && date_at(sc, i)->value <= 31;
}

static bool
set(struct date_match *m, size_t i, size_t end, enum date_calendar calendar, int year, int month,
    int day)
{
	struct doc_date d = { 0 };

	if (!date_convert(&d, calendar, year, month, day))
		return false;
	m->date = d;
	m->first = i;
	m->end = end;
	m->no_year = false;
	return true;
}

/* Year at i as the calendar counts, with its era before it; token behind in *ret_end. 0: none. */
static int
year_at(const struct date_scan *sc, size_t i, enum date_calendar calendar, size_t *ret_end)
{
	const struct date_token *t;
	int base = 0, year;
	size_t era = date_era_at(sc, i, &base);

	i += era;
	t = date_at(sc, i);
	if (!date_is_number(sc, i, 4, 4) || (date_at(sc, i + 1)->kind == TOKEN_NUMBER &&
	    !date_at(sc, i + 1)->spaced))
		return 0;
	*ret_end = i + 1;
	if (calendar != CALENDAR_GREGORIAN)
		return (int)t->value;
	year = era > 0 && base < 0 ? (int)t->value + base : date_year(sc, i);
	/* A Thai month says which years are meant where the page does not. */
	if (year == 0 && i > 0 && date_at(sc, i - 1)->mark >= 0xe00 && date_at(sc, i - 1)->mark < 0xe80)
		year = (int)t->value - DATE_BUDDHIST;
	return year;
}

/* "11 Jan 23" with nothing behind it that could be counted: the end, or a mark that parts what follows. */
static bool
ends_bare(const struct date_scan *sc, size_t i, size_t month)
{
	const struct date_token *e = date_at(sc, i + 1);

	if (i != month + 1 || (date_at(sc, i)->value >= 50 && date_at(sc, i)->value < 90))
		return false;
	return e->kind == TOKEN_END || (e->spaced && date_is_mark(sc, i + 1, "|-")) ||
	    date_is_mark(sc, i + 1, ")]") || (e->kind == TOKEN_MARK && e->spaced && e->mark > 0x7f);
}

/*
 * Years of two digits: behind an apostrophe, in 09-Feb-23, before a clock as in RFC 822, or at the end of the
 * line. Behind a Thai month they are years of the Buddhist era.
 */
static int
short_year_at(const struct date_scan *sc, size_t i, size_t month, size_t *ret_end)
{
	const struct date_token *t = date_at(sc, i);
	bool thai = i > 0 && ((date_at(sc, i - 1)->mark >= 0xe00 && date_at(sc, i - 1)->mark < 0xe80) ||
	    (i == month + 2 && date_at(sc, month)->mark >= 0xe00 && date_at(sc, month)->mark < 0xe80));
	bool apostrophe = i > 0 && (date_is_mark(sc, i - 1, "'") || date_at(sc, i - 1)->mark == 0x2019);
	bool dashed = i > 1 && month + 1 == i - 1 && date_is_mark(sc, i - 1, "-/") && !t->spaced &&
	    date_is_mark(sc, month - 1, "-/");
	bool clock = date_is_number(sc, i + 1, 2, 2) && date_at(sc, i + 2)->mark == ':';

	if (!date_is_number(sc, i, 2, 2) || !(apostrophe || dashed || clock || thai || ends_bare(sc, i, month)))
		return 0;
	*ret_end = i + 1;
	if (thai && t->value >= 40)
		return (int)t->value + 2500 - DATE_BUDDHIST;
	return (int)t->value + (t->value < 70 ? 2000 : 1900);
}

/* Arabic papers give both names: "9 تشرين الأول/أكتوبر 2023". Tokens of the second one. */
static size_t
second_name(const struct date_scan *sc, size_t i, const struct date_name *first)
{
	struct date_name name;
	bool bracket = date_is_mark(sc, i, "(");
	size_t took;

	if (!bracket && !date_is_mark(sc, i, "/-"))
		return 0;
	took = date_name_at(sc, i + 1, &name);
	if (took == 0 || name.calendar != first->calendar || name.month != first->month)
		return 0;
	return 1 + took + (bracket && date_is_mark(sc, i + 1 + took, ")"));
}

/* D MONTH YEAR: 9 February 2023, 9. Februar 2023, 9 de febrero de 2023, 09-Feb-2023. */
static bool
match_day_month(const struct date_scan *sc, size_t i, struct date_match *m)
{
	struct date_name name = { 0 };
	size_t at, month, took, end;
	int year, day = (int)date_at(sc, i)->value;

	at = skip(sc, skip_ordinal(sc, i + 1), ".,-/'", of_words);
	month = at;
	took = date_name_at(sc, at, &name);
	if (took == 0 || name.calendar >= CALENDAR_COUNT)
		return false;
	took += second_name(sc, at + took, &name);
	at = skip(sc, at + took, ".,-/'", year_words);
	year = year_at(sc, at, name.calendar, &end);
	if (year == 0 && name.calendar == CALENDAR_GREGORIAN) {
		year = short_year_at(sc, at, month + took - 1, &end);
		if (year == 0) {	/* 9 Feb 16:45 2023 */
			struct doc_date clock = { 0 };
			size_t next = date_clock_at(sc, at, &clock);

			if (next > 0 && (year = year_at(sc, next, name.calendar, &end)) != 0 &&
			    set(m, i, end, name.calendar, year, name.month, day)) {
				clock.year = m->date.year;
				clock.month = m->date.month;
				clock.day = m->date.day;
				m->date = clock;
				return true;
			}
		}
	}
	if (year != 0)
		return set(m, i, end, name.calendar, year, name.month, day);
	if (!sc->yearless || name.calendar != CALENDAR_GREGORIAN || !name.sure ||
	    !set(m, i, month + took, CALENDAR_GREGORIAN, 2000, name.month, day))
		return false;
	m->no_year = true;
	return true;
}

/* MONTH D, YEAR with the clock of ctime(3) between, or MONTH YEAR. */
static bool
match_month_first(const struct date_scan *sc, size_t i, struct date_match *m)
{
	struct date_name name = { 0 };
	struct doc_date clock = { 0 };
	size_t at, took, end, next, day;
	int year;

	took = date_name_at(sc, i, &name);
	if (took == 0 || name.calendar >= CALENDAR_COUNT)
		return false;
	at = skip(sc, i + took, ".,-/'", year_words);
	if (name.common && (year = year_at(sc, at, name.calendar, &end)) != 0)
		return name.calendar == CALENDAR_GREGORIAN && !joined_to_number(sc, i) &&
		    (i == 0 || date_at(sc, i - 1)->kind != TOKEN_NUMBER) &&
		    set(m, i, end, name.calendar, year, name.month, 0);
	at = skip(sc, i + took, ".,-/", of_words);
	if (!day_at(sc, at))
		return false;
	day = at;
	at = skip_ordinal(sc, at + 1);
	next = date_clock_at(sc, at, &clock);
	if (next > 0 && (year = year_at(sc, next, name.calendar, &end)) != 0) {
		if (!set(m, i, end, name.calendar, year, name.month, (int)date_at(sc, day)->value))
			return false;
		clock.year = m->date.year;
		clock.month = m->date.month;
		clock.day = m->date.day;
		m->date = clock;
		return true;
	}
	next = skip(sc, at, ".,-/'", year_words);
	year = year_at(sc, next, name.calendar, &end);
	if (year == 0 && name.calendar == CALENDAR_GREGORIAN)
		year = short_year_at(sc, next, i, &end);
	if (year != 0)
		return set(m, i, end, name.calendar, year, name.month,
		    (int)date_at(sc, day)->value);
	if (!sc->yearless || name.calendar != CALENDAR_GREGORIAN || !name.sure ||
	    date_at(sc, at)->mark == ':' || date_is_mark(sc, at, "%") ||
	    !set(m, i, at, CALENDAR_GREGORIAN, 2000, name.month, (int)date_at(sc, day)->value))
		return false;
	m->no_year = true;
	return true;
}

/* YEAR MONTH D: 2023. február 9., 2023 m. vasario 9 d.; YEAR D MONTH: 2023. gada 9. februāris. */
static bool
match_year_month(const struct date_scan *sc, size_t i, struct date_match *m)
{
	struct date_name name = { 0 };
	size_t at = i + 1, took, end;
	int year;

	if (date_is_mark(sc, at, "(") && date_is_mark(sc, at + 2, ")"))
		at += 3;	/* Basque: 2022(e)ko abenduaren 14(a) */
	at = skip(sc, at, ".,-/", year_words);

	if (day_at(sc, at) && at > i + 1 && date_at(sc, at)->spaced) {
		size_t month = skip(sc, skip_ordinal(sc, at + 1), ".-", of_words);

		took = date_name_at(sc, month, &name);
		year = year_at(sc, i, name.calendar, &end);
		return took > 0 && name.calendar < CALENDAR_COUNT && name.sure && year != 0 &&
		    set(m, i, month + took, name.calendar, year, name.month,
		    (int)date_at(sc, at)->value);
	}
	took = date_name_at(sc, at, &name);
	if (took == 0 || name.calendar >= CALENDAR_COUNT)
		return false;
	year = year_at(sc, i, name.calendar, &end);
	at = skip(sc, at + took, ".,-/", of_words);
	if (year == 0 || !day_at(sc, at) || date_is_mark(sc, at + 1, ":") ||
	    (date_at(sc, at + 1)->kind == TOKEN_NUMBER && !date_at(sc, at + 1)->spaced))
		return false;
	end = skip_ordinal(sc, at + 1);
	if (year_at(sc, skip(sc, end, ",", NULL), name.calendar, &took) != 0)
		return false;	/* "In 2022, May 5, 2023": the second year is the date's */
	return set(m, i, end, name.calendar, year, name.month, (int)date_at(sc, at)->value);
}

/* Vietnamese: [ngày] 9 tháng 2[,] năm 2023; tháng 2 năm 2023; tháng 2/2023. */
static bool
match_numbered_month(const struct date_scan *sc, size_t i, struct date_match *m)
{
	size_t at = i, end;
	int day = 0, month, year;

	at += date_is_any(sc, at, day_signs);
	if (day_at(sc, at)) {
		day = (int)date_at(sc, at)->value;
		at = skip(sc, at + 1, ",-", NULL);
	}
	if (!date_is_any(sc, at, month_signs))
		return false;
	at += 1 + date_is_mark(sc, at + 1, ".");
	if (!date_is_number(sc, at, 1, 2) || date_at(sc, at)->value < 1 || date_at(sc, at)->value > 12)
		return false;
	month = (int)date_at(sc, at++)->value;
	year = year_at(sc, skip(sc, at, ".,-/", year_words), CALENDAR_GREGORIAN, &end);
	if (year != 0)
		return set(m, i, end, CALENDAR_GREGORIAN, year, month, day);
	if (!sc->yearless || day == 0 || !set(m, i, at, CALENDAR_GREGORIAN, 2000, month, day))
		return false;
	m->no_year = true;
	return true;
}

/* Mongolian: 2023 оны 2-р сарын 9, 2023 оны 2 дугаар сарын 9. */
static bool
match_mongolian(const struct date_scan *sc, size_t i, struct date_match *m)
{
	static const char *const tails[] = { "р", "дугаар", "дүгээр", NULL };
	size_t at = i + 2, end;
	int month, year;

	if (!date_is_word(sc, i + 1, "оны") || !date_is_number(sc, at, 1, 2))
		return false;
	month = (int)date_at(sc, at++)->value;
	at += date_is_mark(sc, at, "-");
	at += date_is_any(sc, at, tails);
	if (!date_is_word(sc, at, "сарын") || !day_at(sc, at + 1))
		return false;
	year = year_at(sc, i, CALENDAR_GREGORIAN, &end);
	return year != 0 && set(m, i, at + 2, CALENDAR_GREGORIAN, year, month, (int)date_at(sc, at + 1)->value);
}

bool
date_match_words(const struct date_scan *sc, size_t i, struct date_match *m)
{
	if (date_at(sc, i)->kind == TOKEN_WORD)
		return match_numbered_month(sc, i, m) || match_month_first(sc, i, m);
	if (joined_to_number(sc, i))
		return false;
	if (date_is_number(sc, i, 4, 4))
		return match_year_month(sc, i, m) || match_mongolian(sc, i, m);
	return day_at(sc, i) && (match_numbered_month(sc, i, m) || match_day_month(sc, i, m));
}
