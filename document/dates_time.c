/* dates_time: times of day and zones beside a date. */
#include <string.h>
#include "base/clock.h"
#include "document/dates_int.h"
#include "base/banned.h"

#define PARTING_MAX 5	/* marks and words between a date and its time */

/* RFC 822 section 5.1 and the names that press offices use; zone: daylight saving decides. */
static const struct {
	const char *name;
	int minutes;
	const char *zone;
} zones[] = {
	{ "Z", 0, NULL }, { "UTC", 0, NULL }, { "GMT", 0, NULL }, { "UT", 0, NULL },
	{ "EST", -300, NULL }, { "EDT", -240, NULL }, { "CST", -360, NULL }, { "CDT", -300, NULL },
	{ "MST", -420, NULL }, { "MDT", -360, NULL }, { "PST", -480, NULL }, { "PDT", -420, NULL },
	{ "ET", 0, "America/New_York" }, { "CT", 0, "America/Chicago" },
	{ "MT", 0, "America/Denver" }, { "PT", 0, "America/Los_Angeles" },
	{ "AKST", -540, NULL }, { "AKDT", -480, NULL }, { "HST", -600, NULL },
	{ "AST", -240, NULL }, { "NST", -210, NULL },
	{ "WET", 0, NULL }, { "WEST", 60, NULL }, { "BST", 60, NULL }, { "CET", 60, NULL },
	{ "CEST", 120, NULL }, { "MEZ", 60, NULL }, { "MESZ", 120, NULL }, { "EET", 120, NULL },
	{ "EEST", 180, NULL }, { "MSK", 180, NULL }, { "TRT", 180, NULL }, { "IST", 330, NULL },
	{ "PKT", 300, NULL }, { "NPT", 345, NULL }, { "ICT", 420, NULL }, { "WIB", 420, NULL },
	{ "WITA", 480, NULL }, { "WIT", 540, NULL }, { "HKT", 480, NULL }, { "SGT", 480, NULL },
	{ "MYT", 480, NULL }, { "PHT", 480, NULL }, { "JST", 540, NULL }, { "KST", 540, NULL },
	{ "AWST", 480, NULL }, { "ACST", 570, NULL }, { "AEST", 600, NULL }, { "AEDT", 660, NULL },
	{ "NZST", 720, NULL }, { "NZDT", 780, NULL }, { "EAT", 180, NULL }, { "CAT", 120, NULL },
	{ "SAST", 120, NULL }, { "WAT", 60, NULL }, { "BRT", -180, NULL }, { "ART", -180, NULL },
	{ "GST", 240, NULL },
};

static const char *const parting_words[] = {
	"at", "um", "à", "às", "as", "las", "la", "a", "kl", "klo", "kello", "klockan", "lúc", "vào",
	"в", "о", "у", "om", "ob", "o", "ore", "alle", "le", "saat", "saati", "pukul", "jam", "г", "р",
	"ve", "u", "Uhr", "heure", "hora", "horas", "hs", "time", "Time", "godz", "v", "та", "在",
	"ngày", "on", "el", "am", "den", "dne", "dnia", "ja", "الساعة", "·", NULL,
};

/* Words after which "16.45" is a time and not a number. */
static const char *const clock_words[] = {
	"kl", "klo", "kello", "klockan", "um", "alle", "ore", "pukul", "jam", "at", "godz", "om", NULL,
};

static const char *const noon_words[] = { "午後", "下午", "오후", "晚上", "中午", NULL };
static const char *const morning_words[] = { "午前", "上午", "오전", "凌晨", "早上", NULL };

/* Does the text at token i begin with one of the words? Tokens taken (a Han character is one). */
static size_t
text_at(const struct date_scan *sc, size_t i, const char *const *list)
{
	const struct date_token *t = date_at(sc, i);

	for (; t->kind == TOKEN_WORD && *list != NULL; list++) {
		size_t n = strlen(*list), end = t->begin, took = 0;

		if (t->begin + n > sc->n || memcmp(sc->s + t->begin, *list, n) != 0)
			continue;
		while (end < t->begin + n && date_at(sc, i + took)->kind != TOKEN_END) {
			end = date_at(sc, i + took)->begin + date_at(sc, i + took)->len;
			took++;
		}
		return took;
	}
	return 0;
}

static bool
is_colon(const struct date_scan *sc, size_t i)
{
	const struct date_token *t = date_at(sc, i);

	return t->kind == TOKEN_MARK && (t->mark == ':' || t->mark == 0xff1a);
}

/* "p.m.", "PM", "p. m.", "م": 12 hours; token behind, or 0. */
static size_t
half_day_at(const struct date_scan *sc, size_t i, bool *ret_pm)
{
	static const char *const pm[] = { "pm", "μμ", "مساء", "مساءً", "م", "CH", NULL };
	static const char *const am[] = { "am", "πμ", "صباحا", "صباحًا", "صباحاً", "ص", "SA", NULL };

	if (date_is_any(sc, i, pm) || date_is_any(sc, i, am)) {
		*ret_pm = date_is_any(sc, i, pm);
		return i + 1;
	}
	if ((date_is_word(sc, i, "p") || date_is_word(sc, i, "a") || date_is_word(sc, i, "μ") ||
	    date_is_word(sc, i, "π")) && date_is_mark(sc, i + 1, ".") &&
	    (date_is_word(sc, i + 2, "m") || date_is_word(sc, i + 2, "μ"))) {
		*ret_pm = date_is_word(sc, i, "p") || date_is_word(sc, i, "μ");
		return i + 3 + date_is_mark(sc, i + 3, ".");
	}
	return 0;
}

static bool
set_clock(struct doc_date *d, uint64_t hour, uint64_t minute, uint64_t second)
{
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	d->hour = (int)hour;
	d->minute = (int)minute;
	d->second = (int)(second == 60 ? 59 : second);
	d->precision = DATE_TIME;
	return true;
}

static bool
set_offset(struct doc_date *d, int sign, uint64_t hours, uint64_t minutes)
{
	if (hours > 14 || minutes > 59)
		return false;
	d->has_offset = true;
	d->offset_min = sign * (int)(hours * 60 + minutes);
	return true;
}

/* "+0900", "+09:00", "+9" at i, unspaced; exact: "-05:00" cannot be the end of a span of time. */
static size_t
offset_at(const struct date_scan *sc, size_t i, bool exact, struct doc_date *d)
{
	const struct date_token *t = date_at(sc, i), *h = date_at(sc, i + 1);
	int sign = 1;

	if (t->kind != TOKEN_MARK || (t->mark != '+' && t->mark != '-' && t->mark != 0x2212) ||
	    h->kind != TOKEN_NUMBER || h->spaced)
		return 0;
	if (t->mark != '+')
		sign = -1;
	if (h->digits == 4 && set_offset(d, sign, h->value / 100, h->value % 100))
		return i + 2;
	if (h->digits > 2 || (!exact && sign < 0))
		return 0;
	if (is_colon(sc, i + 2) && date_is_number(sc, i + 3, 2, 2)) {
		if (set_offset(d, sign, h->value, date_at(sc, i + 3)->value))
			return i + 4;
		return 0;
	}
	return set_offset(d, sign, h->value, 0) ? i + 2 : 0;
}

/* Row of zones[] for the word at token i, or -1. */
static int
zone_row(const struct date_scan *sc, size_t i)
{
	const struct date_token *t = date_at(sc, i);

	if (t->kind != TOKEN_WORD || t->len > 4)
		return -1;
	for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++)
		if (strlen(zones[z].name) == t->len &&
		    memcmp(zones[z].name, sc->s + t->begin, t->len) == 0)
			return (int)z;
	return -1;
}

static size_t
zone_at(const struct date_scan *sc, size_t i, bool exact, struct doc_date *d)
{
	bool bracket = date_is_mark(sc, i, "([");
	size_t end = offset_at(sc, i, exact, d);
	int minutes, z;

	if (end > 0)
		return end;
	i += bracket;
	z = zone_row(sc, i);
	if (z < 0)
		return 0;
	minutes = zones[z].minutes;
	if (zones[z].zone != NULL &&
	    date_zone_offset(zones[z].zone, date_sort_ms(d, -360), &minutes) < 0)
		return 0;
	if (strcmp(zones[z].name, "CST") == 0 && strcmp(sc->language, "zh") == 0)
		minutes = 480;
	d->has_offset = true;
	d->offset_min = minutes;
	end = i + 1;
	if (z < 4)	/* GMT+7 */
		end = (end = offset_at(sc, i + 1, true, d)) > 0 ? end : i + 1;
	return end + (bracket && date_is_mark(sc, end, ")]"));
}

/* Clock with colons at i. *ret_exact: with seconds, so that an offset may follow. */
static size_t
colon_clock(const struct date_scan *sc, size_t i, struct doc_date *d, bool *ret_exact)
{
	const struct date_token *h = date_at(sc, i), *m = date_at(sc, i + 2);
	uint64_t second = 0;
	size_t end = i + 3;

	if (!date_is_number(sc, i, 1, 2) || !is_colon(sc, i + 1) || !date_is_number(sc, i + 2, 2, 2) ||
	    m->spaced)
		return 0;
	if (is_colon(sc, end) && date_is_number(sc, end + 1, 2, 2)) {
		second = date_at(sc, end + 1)->value;
		end += 2;
		*ret_exact = true;
		if (date_is_mark(sc, end, ".,") && date_is_number(sc, end + 1, 1, 9) &&
		    !date_at(sc, end + 1)->spaced)
			end += 2;	/* parts of a second */
	}
	return set_clock(d, h->value, m->value, second) ? end : 0;
}

/* "16h45", "16 Uhr", "16時45分", "오후 4시 45분". */
static size_t
sign_clock(const struct date_scan *sc, size_t i, struct doc_date *d)
{
	static const char *const hours[] = { "h", "Uhr", "時", "时", "点", "點", "시", "giờ", "год",
	    "ч", NULL };
	static const char *const minutes[] = { "分", "분", "min", "m", "phút", "мин", NULL };
	const struct date_token *h = date_at(sc, i);
	size_t end;

	if (!date_is_number(sc, i, 1, 2) || !date_is_any(sc, i + 1, hours))
		return 0;
	end = i + 2;
	if (date_is_word(sc, end, "半"))
		return set_clock(d, h->value, 30, 0) ? end + 1 : 0;
	if (!date_is_number(sc, end, 2, 2) &&
	    !(date_is_number(sc, end, 1, 2) && date_is_any(sc, end + 1, minutes)))
		return set_clock(d, h->value, 0, 0) ? end : 0;
	if (!set_clock(d, h->value, date_at(sc, end)->value, 0))
		return 0;
	end++;
	end += date_is_any(sc, end, minutes);
	if (date_is_number(sc, end, 1, 2) &&
	    (date_is_word(sc, end + 1, "秒") || date_is_word(sc, end + 1, "초"))) {
		d->second = date_at(sc, end)->value < 60 ? (int)date_at(sc, end)->value : 0;
		end += 2;
	}
	return end;
}

/* "16.45": dotted: a word before or the language's habit says that it is a time. */
static size_t
dot_clock(const struct date_scan *sc, size_t i, bool dotted, struct doc_date *d)
{
	const struct date_token *h = date_at(sc, i), *m = date_at(sc, i + 2);
	static const char *const after[] = { "Uhr", "WIB", "WITA", "WIT", "am", "pm", "a", "p", NULL };

	if (!date_is_number(sc, i, 1, 2) || !date_is_mark(sc, i + 1, ".") ||
	    date_at(sc, i + 1)->spaced || m->spaced || !date_is_number(sc, i + 2, 2, 2))
		return 0;
	if (!dotted && !date_is_any(sc, i + 3, after) && zone_row(sc, i + 3) < 0)
		return 0;
	if (date_is_mark(sc, i + 3, ".-/") && !date_at(sc, i + 3)->spaced &&
	    date_is_number(sc, i + 4, 1, 18) && !date_at(sc, i + 4)->spaced)
		return 0;	/* three parts: a date or a version */
	return set_clock(d, h->value, m->value, 0) ? i + 3 : 0;
}

/* Any clock at i with half day and zone. */
static size_t
full_clock(const struct date_scan *sc, size_t i, bool dotted, bool exact, struct doc_date *d)
{
	size_t end, next, took;
	bool pm = false, half = false;

	took = text_at(sc, i, noon_words);
	if (took > 0)
		pm = half = true;
	else if ((took = text_at(sc, i, morning_words)) > 0)
		half = true;
	i += took;
	end = colon_clock(sc, i, d, &exact);
	if (end == 0)
		end = sign_clock(sc, i, d);
	if (end == 0)
		end = dot_clock(sc, i, dotted, d);
	if (end == 0) {
		if (!date_is_number(sc, i, 1, 2) || (next = half_day_at(sc, i + 1, &pm)) == 0 ||
		    date_at(sc, i)->value < 1 || date_at(sc, i)->value > 12 ||
		    !set_clock(d, date_at(sc, i)->value, 0, 0))
			return 0;
		half = true;
		end = next;
	} else if ((next = half_day_at(sc, end, &pm)) > 0) {
		half = true;
		end = next;
	}
	if (half && d->hour <= 12)
		d->hour = d->hour % 12 + (pm ? 12 : 0);
	end += date_is_word(sc, end, "Uhr") || date_is_word(sc, end, "uur");
	next = zone_at(sc, end, exact, d);
	if (next == 0 && date_is_mark(sc, end, ","))
		next = zone_at(sc, end + 1, exact, d);
	return next > 0 ? next : end;
}

static bool
language_dots(const struct date_scan *sc)
{
	static const char *const list[] = { "fi", "da", "id", "it", "no", "nb", "de", "sv", "is", NULL };

	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(sc->language, list[i]) == 0)
			return true;
	return false;
}

static bool
is_parting_mark(const struct date_scan *sc, size_t i)
{
	const struct date_token *t = date_at(sc, i);

	return t->kind == TOKEN_MARK && (date_is_mark(sc, i, ",.-|/@(;'_") || t->mark == 0x2013 ||
	    t->mark == 0x2014 || t->mark == 0x2022 || t->mark == 0xb7 || t->mark == 0xff0c ||
	    t->mark == 0x3001 || t->mark == 0x60c);
}

size_t
date_time_after(const struct date_scan *sc, size_t i, struct doc_date *d)
{
	bool dotted;
	size_t at = i;

	if (date_at(sc, at)->kind == TOKEN_END)
		return 0;
	dotted = language_dots(sc);
	if (date_is_word(sc, at, "T") && !date_at(sc, at)->spaced && !date_at(sc, at + 1)->spaced) {
		struct doc_date t = *d;
		size_t end = full_clock(sc, at + 1, false, true, &t);

		if (end > 0)
			*d = t;
		return end;
	}
	for (int part = 0; part < PARTING_MAX; part++) {
		struct doc_date t = *d;
		size_t end = full_clock(sc, at, dotted, false, &t), next;

		if (end > 0) {
			*d = t;
			return end;
		}
		if (date_is_weekday(sc, at, &next)) {
			at = next;
		} else if (is_colon(sc, at) || is_parting_mark(sc, at) ||
		    date_is_any(sc, at, parting_words)) {
			dotted |= date_is_any(sc, at, clock_words);
			at++;
		} else {
			return 0;
		}
	}
	return 0;
}

size_t
date_time_before(const struct date_scan *sc, size_t i, struct doc_date *d)
{
	for (size_t back = 2; back <= 9 && back <= i; back++) {
		size_t start = i - back, at, next;
		struct doc_date t = *d;

		if (date_at(sc, start)->kind != TOKEN_NUMBER ||
		    (start > 0 && !date_at(sc, start)->spaced && !date_is_mark(sc, start - 1, "(|,-") &&
		    date_at(sc, start - 1)->kind != TOKEN_WORD))
			continue;
		at = full_clock(sc, start, false, false, &t);
		if (at == 0 || at > i)
			continue;
		while (at < i && (is_parting_mark(sc, at) || date_is_any(sc, at, parting_words) ||
		    date_is_mark(sc, at, ")")))
			at++;
		if (at < i && date_is_weekday(sc, at, &next) && next <= i)
			for (at = next; at < i && (is_parting_mark(sc, at) ||
			    date_is_any(sc, at, parting_words));)
				at++;
		if (at == i) {
			*d = t;
			return start;
		}
	}
	return i;
}

size_t
date_clock_at(const struct date_scan *sc, size_t i, struct doc_date *d)
{
	bool exact = false;
	size_t end = colon_clock(sc, i, d, &exact), zone;

	if (end == 0)
		return 0;
	zone = zone_at(sc, end, true, d);
	return zone > 0 ? zone : end;
}
