/*
 * dates_names: names of months and weekdays of all languages that ICU knows, folded, in one hash table.
 * The table of the 60 languages that press offices write in is made at first need (about 10 ms), the
 * one of all others only when a name was not found where a month must stand.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/udat.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/dates_int.h"
#include "base/banned.h"

#define NAME_BYTES_MAX 80	/* of a folded name; longer words are none */
#define NAME_SURE_BYTES 4

struct name {
	uint64_t hash;		/* 0: free */
	uint8_t month;
	uint8_t calendar;
	uint16_t votes;		/* in how many languages it means this */
	char language[3][4];	/* the first ones; "*" for our own additions */
};

struct table {
	struct name *names;
	size_t cap, used;	/* cap is a power of 2 */
};

static struct table major, rare;
static pthread_once_t major_once = PTHREAD_ONCE_INIT, rare_once = PTHREAD_ONCE_INIT;

/* Locales that write their own months; regions where their names differ from the language's. */
static const char *const major_locales[] = {
	"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "is", "pl", "cs", "sk",
	"hu", "ro", "bg", "ru", "uk", "be", "sr", "sr_Latn", "hr", "bs", "sl", "mk", "sq", "el", "tr",
	"et", "lv", "lt", "ga", "mt", "ca", "gl", "eu", "cy", "ar", "ar_DZ", "ar_MA", "ar_LB", "ar_IQ",
	"ar_SY", "fa", "he", "hi", "bn", "ta", "ur", "th", "lo", "km", "my", "id", "ms", "fil", "sw",
	"af", "ka", "hy", "az", "kk", "uz", "mn", "ne", "si", "de_AT", "lb", "nn",
};

/* What ICU lacks: spellings met on pages. Language, calendar, month, names parted by commas. */
static const struct {
	const char *language;
	uint8_t calendar, month;
	const char *names;
} additions[] = {
	{ "en", 0, 6, "june" }, { "en", 0, 9, "sept" }, { "de", 0, 3, "mrz,maerz" },
	{ "de", 0, 1, "jaenner,jänner" }, { "de", 0, 2, "feber" },
	{ "es", 0, 9, "setiembre,set,sept" }, { "es", 0, 1, "ene" }, { "pt", 0, 2, "fev" },
	{ "it", 0, 1, "genn" }, { "it", 0, 2, "febb" }, { "it", 0, 9, "sett" },
	{ "fr", 0, 1, "janv" }, { "fr", 0, 2, "fevr,fév,fev" }, { "fr", 0, 7, "juil" },
	{ "ru", 0, 1, "янв" }, { "ru", 0, 2, "фев" }, { "ru", 0, 3, "мар" }, { "ru", 0, 6, "июн" },
	{ "ru", 0, 7, "июл" }, { "ru", 0, 9, "сен,сент" }, { "ru", 0, 11, "ноя" },
	{ "uk", 0, 2, "лютого" }, { "uk", 0, 11, "листопада" }, { "id", 0, 2, "pebruari,peb" },
	{ "id", 0, 8, "agu,agt,ags" }, { "id", 0, 11, "nopember,nop" }, { "ms", 0, 8, "ogos" },
	{ "tr", 0, 2, "şub" }, { "tr", 0, 8, "ağu" }, { "sv", 0, 10, "okt" },
	{ "hi", 0, 2, "फरवरी" }, { "hi", 0, 10, "अक्तूबर,अक्टूबर" }, { "hi", 0, 9, "सितंबर,सितम्बर" },
	{ "hi", 0, 11, "नवंबर,नवम्बर" }, { "hi", 0, 12, "दिसंबर,दिसम्बर" }, { "ar", 0, 1, "كانون ثاني" },
	{ "ar", 0, 12, "كانون اول" }, { "ar", 0, 10, "تشرين اول" }, { "ar", 0, 11, "تشرين ثاني" },
	{ "ar", 0, 8, "أوت,اغسطس,غشت" }, { "ar", 0, 7, "جويلية,يوليوز" }, { "ar", 0, 6, "جوان" },
	{ "ar", 0, 1, "جانفي" }, { "ar", 0, 2, "فيفري,فبراير" }, { "ar", 0, 4, "افريل" },
	{ "lv", 0, 1, "janvārī" }, { "lv", 0, 2, "februārī" }, { "lv", 0, 3, "martā" },
	{ "lv", 0, 4, "aprīlī" }, { "lv", 0, 5, "maijā" }, { "lv", 0, 6, "jūnijā" },
	{ "lv", 0, 7, "jūlijā" }, { "lv", 0, 8, "augustā" }, { "lv", 0, 9, "septembrī" },
	{ "lv", 0, 10, "oktobrī" }, { "lv", 0, 11, "novembrī" }, { "lv", 0, 12, "decembrī" },
	{ "el", 0, 5, "μάϊος,μαϊου" }, { "ro", 0, 1, "ian" }, { "ro", 0, 11, "noi" },
	{ "ar", CALENDAR_ISLAMIC, 3, "ربيع اول" }, { "ar", CALENDAR_ISLAMIC, 4, "ربيع الثاني,ربيع ثاني" },
	{ "ar", CALENDAR_ISLAMIC, 5, "جمادى الاولى,جمادي الاولى,جمادى الاول" },
	{ "ar", CALENDAR_ISLAMIC, 6, "جمادى الثانية,جمادى الآخرة,جمادي الثانية" },
	{ "ar", CALENDAR_ISLAMIC, 11, "ذي القعدة,ذو القعدة" },
	{ "ar", CALENDAR_ISLAMIC, 12, "ذي الحجة,ذو الحجة" },
	{ "en", CALENDAR_ISLAMIC, 9, "ramadan,ramadhan" },
};

static const char *const calendar_locales[][2] = {
	{ "ar@calendar=islamic-umalqura", "1" }, { "fa@calendar=islamic-umalqura", "1" },
	{ "ur@calendar=islamic-umalqura", "1" }, { "tr@calendar=islamic-umalqura", "1" },
	{ "fa@calendar=persian", "2" }, { "ps@calendar=persian", "2" },
	{ "he@calendar=hebrew", "3" }, { "en@calendar=hebrew", "3" },
};

/* Own words that abbreviations of other languages look like: never months but in their language. */
static const char *const common_words[] = {
	"out", "set", "ago", "mag", "gen", "lip", "lis", "sen", "tem", "eki", "avg", "mart", NULL,
};

static size_t
fold_name(const char *s, size_t n, char out[NAME_BYTES_MAX])
{
	CLEANUP(freep) char *folded = NULL;
	size_t len = 0, folded_len;
	bool ascii = true;

	if (n >= NAME_BYTES_MAX)
		return 0;
	for (size_t i = 0; i < n; i++)
		ascii &= (unsigned char)s[i] < 0x80;
	if (!ascii) {
		folded = unicode_fold(s, n);
		s = folded;
		n = strlen(folded);
	}
	folded_len = n;
	for (size_t i = 0; i < folded_len && len < NAME_BYTES_MAX - 1; i++) {
		char c = s[i];

		if (c == '.')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		out[len++] = c;
	}
	out[len] = '\0';
	return len;
}

static void
table_grow(struct table *t)
{
	struct name *old = t->names;
	size_t cap = t->cap;

	t->cap = cap == 0 ? 4096 : cap * 2;
	t->names = xcalloc(t->cap, sizeof(*t->names));
	for (size_t i = 0; i < cap; i++) {
		size_t at = old[i].hash & (t->cap - 1);

		if (old[i].hash == 0)
			continue;
		while (t->names[at].hash != 0)
			at = (at + 1) & (t->cap - 1);
		t->names[at] = old[i];
	}
	free(old);
}

static uint64_t
name_hash(const char *name, size_t n)
{
	uint64_t h = digest_xxh64(name, n, 0);

	return h != 0 ? h : 1;
}

static void
table_add(struct table *t, const char *name, size_t n, const char *language, int calendar, int month)
{
	char folded[NAME_BYTES_MAX];
	size_t len = fold_name(name, n, folded), at;
	struct name *e;
	uint64_t hash;

	if (len == 0 || (len == 1 && (unsigned char)folded[0] < 0x80) || strpbrk(folded, "0123456789"))
		return;
	if (t->used * 2 >= t->cap)
		table_grow(t);
	hash = name_hash(folded, len);
	for (at = hash & (t->cap - 1);; at = (at + 1) & (t->cap - 1)) {
		e = &t->names[at];
		if (e->hash == 0 ||
		    (e->hash == hash && e->month == month && e->calendar == calendar))
			break;
	}
	t->used += e->hash == 0;
	e->hash = hash;
	e->month = (uint8_t)month;
	e->calendar = (uint8_t)calendar;
	for (size_t i = 0; i < 3; i++) {
		if (strncmp(e->language[i], language, 3) == 0)
			return;
		if (e->language[i][0] == '\0') {
			memcpy(e->language[i], language, strnlen(language, 3));
			break;
		}
	}
	e->votes++;
}

/* Names of one kind; first: what ICU leaves empty before the first one. */
static void
add_symbols(struct table *t, UDateFormat *f, UDateFormatSymbolType type, const char *language,
    int calendar, int first)
{
	UErrorCode e = U_ZERO_ERROR;
	int count = udat_countSymbols(f, type);

	for (int i = first; i < count; i++) {
		UChar u[64];
		char name[256];
		int32_t len = 0;

		e = U_ZERO_ERROR;
		udat_getSymbols(f, type, i, u, 64, &e);
		if (U_FAILURE(e))
			continue;
		u_strToUTF8(name, sizeof(name), &len, u, -1, &e);
		if (U_SUCCESS(e) && len > 0 && len < (int32_t)sizeof(name))
			table_add(t, name, (size_t)len, language, calendar, i - first + 1);
	}
}

static void
add_locale(struct table *t, const char *locale, int calendar)
{
	static const UDateFormatSymbolType months[] = { UDAT_MONTHS, UDAT_SHORT_MONTHS,
	    UDAT_STANDALONE_MONTHS, UDAT_STANDALONE_SHORT_MONTHS };
	static const UDateFormatSymbolType days[] = { UDAT_WEEKDAYS, UDAT_SHORT_WEEKDAYS,
	    UDAT_STANDALONE_WEEKDAYS, UDAT_STANDALONE_SHORT_WEEKDAYS };
	static const UChar pattern[] = { 'd', 0 };
	UErrorCode e = U_ZERO_ERROR;
	char language[4] = "", id[64];
	UDateFormat *f;

	/* Persian and Thai locales have calendars of their own as default. */
	snprintf(id, sizeof(id), "%s%s", locale, strchr(locale, '@') == NULL ?
	    "@calendar=gregorian" : "");
	f = udat_open(UDAT_PATTERN, UDAT_PATTERN, id, NULL, 0, pattern, 1, &e);
	if (U_FAILURE(e))
		return;
	memcpy(language, locale, strspn(locale, "abcdefghijklmnopqrstuvwxyz") > 2 ? 3 : 2);
	if (strcmp(language, "nb") == 0 || strcmp(language, "nn") == 0)
		memcpy(language, "no", 3);
	for (size_t i = 0; i < 4; i++) {
		add_symbols(t, f, months[i], language, calendar, 0);
		if (calendar == CALENDAR_GREGORIAN)
			add_symbols(t, f, days[i], language, CALENDAR_WEEKDAY, 1);
	}
	udat_close(f);
}

static void
load_major(void)
{
	for (size_t i = 0; i < sizeof(major_locales) / sizeof(major_locales[0]); i++)
		add_locale(&major, major_locales[i], CALENDAR_GREGORIAN);
	for (size_t i = 0; i < sizeof(calendar_locales) / sizeof(calendar_locales[0]); i++)
		add_locale(&major, calendar_locales[i][0], calendar_locales[i][1][0] - '0');
	for (size_t i = 0; i < sizeof(additions) / sizeof(additions[0]); i++) {
		for (const char *p = additions[i].names; *p != '\0';) {
			size_t n = strcspn(p, ",");

			table_add(&major, p, n, additions[i].language, additions[i].calendar,
			    additions[i].month);
			p += n + (p[n] == ',');
		}
	}
}

static void
load_rare(void)
{
	for (int32_t i = 0; i < uloc_countAvailable(); i++) {
		const char *locale = uloc_getAvailable(i);
		UErrorCode e = U_ZERO_ERROR;
		char country[8];

		if (uloc_getCountry(locale, country, sizeof(country), &e) == 0)
			add_locale(&rare, locale, CALENDAR_GREGORIAN);
	}
	if (rare.cap == 0)
		table_grow(&rare);
}

/* The best meaning of a folded name: the page's language, then English, then most languages. */
static const struct name *
table_find(const struct table *t, const char *name, size_t n, const char *language, bool *ret_own)
{
	uint64_t hash = name_hash(name, n);
	const struct name *best = NULL;
	int best_rank = -1;

	*ret_own = false;
	for (size_t at = hash & (t->cap - 1); t->names[at].hash != 0; at = (at + 1) & (t->cap - 1)) {
		const struct name *e = &t->names[at];
		bool own = false;
		int rank = e->votes;

		if (e->hash != hash)
			continue;
		for (size_t i = 0; i < 3; i++) {
			if (language[0] != '\0' && strcmp(e->language[i], language) == 0) {
				rank += 10000;
				own = true;
			} else if (strcmp(e->language[i], "en") == 0) {
				rank += 5000;
				own = true;
			}
		}
		if (e->calendar == CALENDAR_GREGORIAN)
			rank += 2;	/* before a weekday and other calendars */
		if (rank > best_rank) {
			best = e;
			best_rank = rank;
			*ret_own = own;
		}
	}
	return best;
}

static bool
find_name(const struct date_scan *sc, const char *folded, size_t n, bool deep, struct date_name *ret)
{
	const char *language = sc->language;
	const struct name *e;
	bool own;

	if (strcmp(language, "nb") == 0 || strcmp(language, "nn") == 0)
		language = "no";
	pthread_once(&major_once, load_major);
	e = table_find(&major, folded, n, language, &own);
	if (e == NULL && deep && n >= 3) {
		pthread_once(&rare_once, load_rare);
		e = table_find(&rare, folded, n, language, &own);
	}
	if (e == NULL)
		return false;
	if (!own && language[0] != '\0') {
		for (size_t i = 0; common_words[i] != NULL; i++)
			if (strcmp(folded, common_words[i]) == 0)
				return false;
	}
	ret->calendar = (enum date_calendar)e->calendar;
	ret->month = e->month;
	ret->own = own;
	ret->sure = own || n >= NAME_SURE_BYTES;
	ret->common = own || (ret->sure && (n > NAME_SURE_BYTES + 1 || e->votes > 1));
	return true;
}

/* Does a number stand where a day or year would, so that an unknown word may be a rare month? */
static bool
between_numbers(const struct date_scan *sc, size_t i)
{
	return i > 0 && date_is_number(sc, i - 1, 1, 2) && date_is_number(sc, i + 1, 4, 4);
}

/* Languages whose month names take more endings than ICU lists: "otsailaren", "helmikuussa". */
static bool
inflects(const char *language)
{
	static const char list[][3] = { "eu", "fi", "et", "hu", "lv", "lt", "tr" };

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (strcmp(list[i], language) == 0)
			return true;
	return false;
}

size_t
date_name_at(const struct date_scan *sc, size_t i, struct date_name *ret)
{
	const struct date_token *t = date_at(sc, i), *u = date_at(sc, i + 1);
	char folded[NAME_BYTES_MAX];
	size_t n;

	if (t->kind != TOKEN_WORD || t->len >= NAME_BYTES_MAX)
		return 0;
	if (t->mark >= 0x500 && u->kind == TOKEN_WORD && u->begin + u->len - t->begin < NAME_BYTES_MAX) {
		n = fold_name(sc->s + t->begin, u->begin + u->len - t->begin, folded);
		if (n > 0 && find_name(sc, folded, n, false, ret))
			return 2;
	}
	n = fold_name(sc->s + t->begin, t->len, folded);
	if (n == 0)
		return 0;
	if (find_name(sc, folded, n, between_numbers(sc, i), ret))
		return 1;
	if (n > 6 && inflects(sc->language)) {
		for (size_t cut = 1; cut <= 3; cut++)
			if (find_name(sc, folded, n - cut, false, ret) && ret->own)
				return 1;
	}
	/* Hebrew: "in February" is one word with the letter bet before it. */
	if (t->mark == 0x5d1 && n > 4 && find_name(sc, folded + 2, n - 2, false, ret))
		return 1;
	return 0;
}

/* Weekday at token i, alone or in brackets, with the marks that follow: "Thu,", "(木)", "週四". */
bool
date_is_weekday(const struct date_scan *sc, size_t i, size_t *ret_next)
{
	struct date_name name;
	size_t at = i, took;
	bool bracket = date_is_mark(sc, at, "([") ||
	    (date_at(sc, at)->kind == TOKEN_MARK && date_at(sc, at)->mark == 0xff08);

	at += bracket;
	took = date_name_at(sc, at, &name);
	if (took == 0 || name.calendar != CALENDAR_WEEKDAY || !name.sure) {
		static const char *const signs[] = { "日", "月", "火", "水", "木", "金", "土", NULL };
		static const char *const before[] = { "星", "周", "週", NULL };

		if (bracket && date_is_any(sc, at, signs))
			took = 1;
		else if (date_is_any(sc, at, before))
			took = date_is_word(sc, at + 1, "期") ? 3 : 2;
		else
			return false;
		if (date_is_word(sc, at + took, "曜"))
			took += 1 + date_is_word(sc, at + took + 1, "日");
		if (date_at(sc, at + took)->kind == TOKEN_WORD && bracket)
			took += date_is_word(sc, at + took, "・");
	}
	at += took;
	at += date_is_mark(sc, at, ".");
	if (bracket)
		at += date_is_mark(sc, at, ")]") ||
		    (date_at(sc, at)->kind == TOKEN_MARK && date_at(sc, at)->mark == 0xff09);
	*ret_next = at;
	return true;
}
