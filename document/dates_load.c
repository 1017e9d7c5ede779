/*
 * dates_load: names of months and weekdays as ICU knows them, folded, in one hash table. The 60 languages that press offices
 * write in take 77 million instructions, so tools/month_names.c does it once, when the program is built.
 */
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

/* Locales that write their own months; regions where their names differ from the language's. */
static const char *const major_locales[] = {
	"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "is", "pl", "cs", "sk",
	"hu", "ro", "bg", "ru", "uk", "be", "sr", "sr_Latn", "hr", "bs", "sl", "mk", "sq", "el", "tr",
	"et", "lv", "lt", "ga", "mt", "ca", "gl", "eu", "cy", "ar", "ar_DZ", "ar_MA", "ar_LB", "ar_IQ",
	"ar_SY", "fa", "he", "hi", "bn", "ta", "ur", "th", "lo", "km", "my", "id", "ms", "fil", "sw",
	"af", "ka", "hy", "az", "kk", "uz", "mn", "ne", "si", "de_AT", "lb", "nn",
	"uz_Cyrl", "gu", "kn", "ml", "mr", "pa", "te", "or", "as", "ky", "ps", "am", "ug",
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
	{ "bn", 0, 1, "জানুয়ারি" }, { "bn", 0, 2, "ফেব্রুয়ারি" }, { "bn", 0, 8, "আগষ্ট,অগাস্ট" },
	{ "ne", 0, 1, "जनवरी" }, { "ne", 0, 2, "फेब्रुवरी,फेब्रुअरी" }, { "ne", 0, 8, "अगस्त" },
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

/* Bytes of a full stop of Hindi or Hebrew, or of a joiner, which some write and some do not. */
static size_t
without_meaning(const char *s, size_t n)
{
	static const char *const marks[] = { "॰", "׳", "\xe2\x80\x8c", "\xe2\x80\x8d" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t k = strlen(marks[i]);

		if (n >= k && memcmp(s, marks[i], k) == 0)
			return k;
	}
	return 0;
}

size_t
date_name_fold(const char *s, size_t n, char out[DATE_NAME_BYTES])
{
	CLEANUP(freep) char *folded = NULL;
	size_t len = 0, folded_len, skipped;
	bool ascii = true;

	if (n >= DATE_NAME_BYTES)
		return 0;
	for (size_t i = 0; i < n; i++)
		ascii &= (unsigned char)s[i] < 0x80;
	if (!ascii) {
		folded = unicode_fold(s, n);
		s = folded;
		n = strlen(folded);
	}
	folded_len = n;
	for (size_t i = 0; i < folded_len && len < DATE_NAME_BYTES - 1; i++) {
		char c = s[i];

		if (c == '.')
			continue;
		if (!ascii && (skipped = without_meaning(s + i, folded_len - i)) > 0) {
			i += skipped - 1;
			continue;
		}
		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		out[len++] = c;
	}
	out[len] = '\0';
	return len;
}

static void
table_grow(struct date_table *t)
{
	struct date_entry *old = t->names;
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

uint64_t
date_name_hash(const char *name, size_t n)
{
	uint64_t h = digest_xxh64(name, n, 0);

	return h != 0 ? h : 1;
}

static void
table_add(struct date_table *t, const char *name, size_t n, const char *language, int calendar, int month)
{
	char folded[DATE_NAME_BYTES];
	size_t len = date_name_fold(name, n, folded), at;
	struct date_entry *e;
	uint64_t hash;

	if (len == 0 || (len == 1 && (unsigned char)folded[0] < 0x80) || strpbrk(folded, "0123456789"))
		return;
	if (t->used * 2 >= t->cap)
		table_grow(t);
	hash = date_name_hash(folded, len);
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
	for (size_t i = 0; i < DATE_NAME_LANGUAGES; i++) {
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
add_symbols(struct date_table *t, UDateFormat *f, UDateFormatSymbolType type, const char *language,
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
add_locale(struct date_table *t, const char *locale, int calendar)
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

bool
date_is_major(const char *language)
{
	for (size_t i = 0; i < sizeof(major_locales) / sizeof(major_locales[0]); i++) {
		const char *m = major_locales[i];

		/* asked for each line that may be a date */
		if (m[0] == language[0] && m[1] == language[1] && strncmp(m, language, strcspn(m, "_")) == 0 &&
		    language[strcspn(m, "_")] == '\0')
			return true;
	}
	return false;
}

void
date_load_major(struct date_table *t)
{
	for (size_t i = 0; i < sizeof(major_locales) / sizeof(major_locales[0]); i++)
		add_locale(t, major_locales[i], CALENDAR_GREGORIAN);
	for (size_t i = 0; i < sizeof(calendar_locales) / sizeof(calendar_locales[0]); i++)
		add_locale(t, calendar_locales[i][0], calendar_locales[i][1][0] - '0');
	for (size_t i = 0; i < sizeof(additions) / sizeof(additions[0]); i++) {
		for (const char *p = additions[i].names; *p != '\0';) {
			size_t n = strcspn(p, ",");

			table_add(t, p, n, additions[i].language, additions[i].calendar,
			    additions[i].month);
			p += n + (p[n] == ',');
		}
	}
}

void
date_load_rare(struct date_table *t)
{
	for (int32_t i = 0; i < uloc_countAvailable(); i++) {
		const char *locale = uloc_getAvailable(i);
		UErrorCode e = U_ZERO_ERROR;
		char country[8];

		if (uloc_getCountry(locale, country, sizeof(country), &e) == 0)
			add_locale(t, locale, CALENDAR_GREGORIAN);
	}
	if (t->cap == 0)
		table_grow(t);
}

