/*
 * dates_names: which month or weekday a word names. The names of the languages that press offices write in are a table that is
 * made when the program is built (dates_load.c); that of all others is made only when a name was not found where a month
 * must stand.
 */
#include <pthread.h>
#include <string.h>
#include "document/dates_int.h"
#include "base/banned.h"

#define NAME_SURE_BYTES 4

static struct date_table rare;
static pthread_once_t rare_once = PTHREAD_ONCE_INIT;

/* Own words that abbreviations of other languages look like: never months but in their language. */
static const char *const common_words[] = {
	"out", "set", "ago", "mag", "gen", "lip", "lis", "sen", "tem", "eki", "avg", "mart", NULL,
};

static void
load_rare(void)
{
	date_load_rare(&rare);
}

/* The best meaning of a folded name: the page's language, then English, then most languages. */
static const struct date_entry *
table_find(const struct date_table *t, const char *name, size_t n, const char *language, bool *ret_own)
{
	uint64_t hash = date_name_hash(name, n);
	const struct date_entry *best = NULL;
	int best_rank = -1;

	*ret_own = false;
	for (size_t at = hash & (t->cap - 1); t->names[at].hash != 0; at = (at + 1) & (t->cap - 1)) {
		const struct date_entry *e = &t->names[at];
		bool own = false;
		int rank = e->votes;

		if (e->hash != hash)
			continue;
		for (size_t i = 0; i < DATE_NAME_LANGUAGES; i++) {
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
	const struct date_entry *e;
	bool own;

	if (strcmp(language, "nb") == 0 || strcmp(language, "nn") == 0)
		language = "no";
	e = table_find(&date_major, folded, n, language, &own);
	if (e == NULL && n >= 3 && (deep || sc->rare)) {
		pthread_once(&rare_once, load_rare);
		e = table_find(&rare, folded, n, language, &own);
		if (!deep && !own)
			return false;
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
	char folded[DATE_NAME_BYTES];
	size_t n;

	if (t->kind != TOKEN_WORD || t->len >= DATE_NAME_BYTES)
		return 0;
	if (t->mark >= 0x500 && u->kind == TOKEN_WORD && u->begin + u->len - t->begin < DATE_NAME_BYTES) {
		n = date_name_fold(sc->s + t->begin, u->begin + u->len - t->begin, folded);
		if (n > 0 && find_name(sc, folded, n, false, ret))
			return 2;
	}
	n = date_name_fold(sc->s + t->begin, t->len, folded);
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
