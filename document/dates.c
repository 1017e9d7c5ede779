/* dates: the search for a date, and what can be asked of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/dates_int.h"
#include "base/banned.h"

#define DAY_MS INT64_C(86400000)

/* Is a number so near that a word at i may begin a date? */
static bool
number_near(const struct date_scan *sc, size_t i)
{
	for (size_t k = i + 1; k <= i + 4; k++) {
		const struct date_token *t = date_at(sc, k);

		if (t->kind == TOKEN_NUMBER)
			return true;
		if (t->kind == TOKEN_END || (t->kind == TOKEN_MARK && t->mark >= 0x80 &&
		    t->mark != 0x2019 && t->mark != 0x60c && t->mark != 0x2013))
			return false;
	}
	/* 平成元年 holds no digit before the month. */
	return date_at(sc, i)->mark >= 0x2e80;
}

static bool
match_at(const struct date_scan *sc, size_t i, struct date_match *m)
{
	switch (date_at(sc, i)->kind) {
	case TOKEN_NUMBER:
		return date_match_cjk(sc, i, m) || date_match_numeric(sc, i, m) ||
		    date_match_words(sc, i, m);
	case TOKEN_WORD:
		if (!number_near(sc, i))
			return false;
		return date_match_cjk(sc, i, m) || date_match_numeric(sc, i, m) ||
		    date_match_words(sc, i, m);
	default:
		return false;
	}
}

/* The weekday before a date belongs to it: "Thursday, 9 February 2023", "ngày 9/2/2023". */
static size_t
with_weekday(const struct date_scan *sc, size_t first)
{
	static const char *const day_words[] = { "ngày", "den", "the", "dne", "am", NULL };
	size_t at = first, next;

	if (at > 0 && date_is_any(sc, at - 1, day_words))
		at--;
	for (size_t back = 1; back <= 3 && back <= at; back++) {
		if (date_at(sc, at - back)->kind != TOKEN_WORD ||
		    !date_is_weekday(sc, at - back, &next) || next > at)
			continue;
		while (next < at && date_is_mark(sc, next, ",.;-|"))
			next++;
		if (next == at)
			return at - back;
	}
	return at < first && date_is_word(sc, at, "ngày") ? at : first;
}

static void
keep(const struct date_scan *sc, struct date_match *m, struct date_match *best, size_t *ret_begin,
    size_t *ret_len)
{
	size_t first, end, cut;

	if (m->date.precision == DATE_DAY) {
		end = date_time_after(sc, m->end, &m->date);
		if (end > 0)
			m->end = end;
		else
			m->first = date_time_before(sc, m->first, &m->date);
	}
	first = with_weekday(sc, m->first);
	*ret_begin = date_at(sc, first)->begin;
	end = date_at(sc, m->end - 1)->begin + date_at(sc, m->end - 1)->len;
	*ret_len = end - *ret_begin;
	cut = utf8_cut(sc->s + *ret_begin, *ret_len, DATE_STATED_MAX - 1);
	memcpy(m->date.stated, sc->s + *ret_begin, cut);
	m->date.stated[cut] = '\0';
	*best = *m;
}

/* The first date to the day; failing that the first to the month or year. */
static bool
find(const char *s, size_t n, const char *language, bool yearless, struct date_match *ret,
    size_t *ret_begin, size_t *ret_len)
{
	struct date_scan *sc;
	struct date_match best = { 0 }, m = { 0 };
	size_t from = 0, first = 0;

	if (!date_has_digit(s, n))
		return false;
	sc = xmalloc(sizeof(*sc));
	sc->s = s;
	sc->n = n;
	sc->yearless = yearless;
	date_scan_language(sc, language);
	while (from < n) {
		size_t next = date_scan_part(sc, from);
		size_t end = next < n ? sc->count - DATE_AHEAD : sc->count;

		for (size_t i = first; i < end; i++) {
			if (!match_at(sc, i, &m) ||
			    (best.date.precision != DATE_NONE && m.date.precision < DATE_DAY))
				continue;
			keep(sc, &m, &best, ret_begin, ret_len);
			if (best.date.precision >= DATE_DAY)
				goto out;
			i = m.end - 1;
		}
		first = DATE_BACK;
		from = next;
	}
out:
	free(sc);
	*ret = best;
	return best.date.precision != DATE_NONE;
}

/* Unix time in seconds or milliseconds, as some metadata has it; the whole string. */
static bool
parse_epoch(const char *s, size_t n, struct doc_date *ret)
{
	struct doc_date d = { .precision = DATE_TIME, .has_offset = true };
	int64_t v = 0, secs;

	if (n != 10 && n != 13)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	secs = n == 13 ? v / 1000 : v;
	if (secs < 500000000 || secs > 4000000000)
		return false;
	clock_civil_from_days(secs / 86400, &d.year, &d.month, &d.day);
	d.hour = (int)(secs % 86400 / 3600);
	d.minute = (int)(secs % 3600 / 60);
	d.second = (int)(secs % 60);
	memcpy(d.stated, s, n);
	*ret = d;
	return true;
}

int
date_find(const char *s, size_t n, const char *language, struct doc_date *ret, size_t *ret_begin,
    size_t *ret_len)
{
	struct date_match m;
	size_t begin, len;

	if (!find(s, n, language, false, &m, &begin, &len))
		return -1;
	*ret = m.date;
	*ret_begin = begin;
	*ret_len = len;
	return 0;
}

int
date_parse(const char *s, size_t n, const char *language, struct doc_date *ret, struct err *reterr)
{
	size_t begin, len;

	if (date_find(s, n, language, ret, &begin, &len) == 0 || parse_epoch(s, n, ret))
		return 0;
	return err_set(reterr, ERR_INPUT, "no date in \"%.*s\"", (int)utf8_cut(s, n, 60), s);
}

int
date_find_yearless(const char *s, size_t n, const char *language, int year_hint, int64_t now_ms,
    struct doc_date *ret, size_t *ret_begin, size_t *ret_len)
{
	struct date_match m;
	size_t begin, len;
	int year, month, day;

	if (!find(s, n, language, true, &m, &begin, &len))
		return -1;
	if (m.no_year) {
		int64_t today = now_ms / DAY_MS;

		clock_civil_from_days(today + 1, &year, &month, &day);
		if (year_hint != 0)
			year = year_hint;
		/* 29 February may be eight years back. */
		for (int i = 0; i < 9; i++, year--) {
			if (date_valid(year, m.date.month, m.date.day) &&
			    clock_days_from_civil(year, m.date.month, m.date.day) <= today + 1)
				break;
		}
		if (!date_valid(year, m.date.month, m.date.day))
			return -1;
		m.date.year = year;
	}
	*ret = m.date;
	*ret_begin = begin;
	*ret_len = len;
	return 0;
}

char *
date_iso(const struct doc_date *d, char out[DATE_ISO_MAX])
{
	char zone[16] = "";
	int offset = d->offset_min;

	switch (d->precision) {
	case DATE_YEAR:
		snprintf(out, DATE_ISO_MAX, "%04d", d->year);
		return out;
	case DATE_MONTH:
		snprintf(out, DATE_ISO_MAX, "%04d-%02d", d->year, d->month);
		return out;
	case DATE_DAY:
		snprintf(out, DATE_ISO_MAX, "%04d-%02d-%02d", d->year, d->month, d->day);
		return out;
	case DATE_TIME:
		if (d->has_offset && offset == 0)
			snprintf(zone, sizeof(zone), "Z");
		else if (d->has_offset)
			snprintf(zone, sizeof(zone), "%c%02d:%02d", offset < 0 ? '-' : '+',
			    abs(offset) / 60 % 100, abs(offset) % 60);
		snprintf(out, DATE_ISO_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s", d->year, d->month,
		    d->day, d->hour, d->minute, d->second, zone);
		return out;
	default:
		out[0] = '\0';
		return out;
	}
}

int
date_from_iso(const char *iso, struct doc_date *ret)
{
	struct doc_date d = { 0 };
	size_t begin, len, n = strlen(iso);

	if (n < 4 || strspn(iso, "0123456789-:+TZ") != n || (n > 4 && iso[4] != '-') ||
	    date_find(iso, n, NULL, &d, &begin, &len) < 0 || begin != 0 || len != n)
		return -1;
	*ret = d;
	return 0;
}

int64_t
date_sort_ms(const struct doc_date *d, int zone_offset_min)
{
	int offset = d->has_offset ? d->offset_min : zone_offset_min;
	int64_t ms;

	if (d->precision == DATE_NONE)
		return 0;
	ms = clock_days_from_civil(d->year, d->month > 0 ? d->month : 1, d->day > 0 ? d->day : 1) *
	    DAY_MS;
	if (d->precision == DATE_TIME)
		ms += ((int64_t)d->hour * 3600 + d->minute * 60 + d->second) * 1000;
	else
		ms += DAY_MS / 2;
	return ms - (int64_t)offset * 60000;
}

int
date_compare_day(const struct doc_date *a, const struct doc_date *b)
{
	if (a->precision == DATE_NONE || b->precision == DATE_NONE)
		return 0;
	if (a->year != b->year)
		return a->year < b->year ? -1 : 1;
	if (a->month != b->month && a->month != 0 && b->month != 0)
		return a->month < b->month ? -1 : 1;
	if (a->month == b->month && a->day != b->day && a->day != 0 && b->day != 0)
		return a->day < b->day ? -1 : 1;
	return 0;
}

bool
date_contradicts(const struct doc_date *a, const struct doc_date *b)
{
	int64_t apart;

	if (a->precision < DATE_DAY || b->precision < DATE_DAY)
		return false;
	apart = clock_days_from_civil(a->year, a->month, a->day) -
	    clock_days_from_civil(b->year, b->month, b->day);
	return apart > 1 || apart < -1;
}

static const char *const source_names[DATE_SOURCE_COUNT] = {
	[DATE_FROM_NOWHERE] = "nowhere", [DATE_FROM_FEED] = "feed", [DATE_FROM_JSONLD] = "jsonld",
	[DATE_FROM_META] = "meta", [DATE_FROM_TIME_ELEMENT] = "time", [DATE_FROM_SELECTOR] = "selector",
	[DATE_FROM_VISIBLE] = "visible", [DATE_FROM_ROW] = "row", [DATE_FROM_SITEMAP] = "sitemap",
	[DATE_FROM_URL] = "url",
};

const char *
date_source_name(enum date_source s)
{
	return source_names[(size_t)s < DATE_SOURCE_COUNT ? s : DATE_FROM_NOWHERE];
}

int
date_zone_offset(const char *zone, int64_t at_ms, int *ret_offset_min)
{
	UChar id[64], canonical[64];
	UErrorCode e = U_ZERO_ERROR;
	UBool system = 0;
	UCalendar *cal;
	int32_t ms;

	if (zone == NULL || strlen(zone) >= 64)
		return -1;
	for (size_t i = 0; i <= strlen(zone); i++)
		id[i] = (unsigned char)zone[i];
	ucal_getCanonicalTimeZoneID(id, -1, canonical, 64, &system, &e);
	if (U_FAILURE(e) || !system)
		return -1;
	e = U_ZERO_ERROR;
	cal = ucal_open(id, -1, "en", UCAL_GREGORIAN, &e);
	if (U_FAILURE(e))
		return -1;
	ucal_setMillis(cal, (UDate)at_ms, &e);
	ms = ucal_get(cal, UCAL_ZONE_OFFSET, &e) + ucal_get(cal, UCAL_DST_OFFSET, &e);
	ucal_close(cal);
	if (U_FAILURE(e))
		return -1;
	*ret_offset_min = ms / 60000;
	return 0;
}
