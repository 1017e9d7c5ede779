/* rows_relative: dates that count back from now: "2 days ago", "vor 3 Stunden", "3日前", "gestern". */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "discover/rows_int.h"
#include "base/banned.h"

#define RELATIVE_BYTES 64	/* longest line that may say when */
#define PHRASE_SHARE 3		/* the phrase is at least a third of the line */
#define MOST 400		/* units back */
#define HOUR_MS 3600000LL

struct unit {
	const char *stem;	/* how words for it begin, in small letters */
	int hours;		/* 0: minutes and less */
};

static const struct unit units[] = {
	{ "sec", 0 }, { "sek", 0 }, { "seg", 0 }, { "min", 0 }, { "\xd0\xbc\xd0\xb8\xd0\xbd", 0 }, { "\xd1\x85\xd0\xb2", 0 },
	{ "ph\xc3\xbat", 0 }, { "\xe5\x88\x86", 0 }, { "\xeb\xb6\x84", 0 }, { "dakika", 0 }, { "dk", 0 },
	{ "\xd8\xaf\xd9\x82\xd9\x8a\xd9\x82", 0 }, { "\xd8\xaf\xd9\x82\xd8\xa7\xd8\xa6\xd9\x82", 0 }, { "\xce\xbb\xce\xb5\xcf\x80\xcf\x84", 0 },
	{ "menit", 0 }, { "perc", 0 },
	{ "hour", 1 }, { "hr", 1 }, { "stund", 1 }, { "std", 1 }, { "heure", 1 }, { "hora", 1 }, { "ora", 1 }, { "ore", 1 }, { "uur", 1 },
	{ "tim", 1 }, { "time", 1 }, { "\xd1\x87\xd0\xb0\xd1\x81", 1 }, { "\xd0\xb3\xd0\xbe\xd0\xb4\xd0\xb8\xd0\xbd", 1 }, { "gi\xe1\xbb\x9d", 1 },
	{ "\xe5\xb0\x8f\xe6\x97\xb6", 1 }, { "\xe5\xb0\x8f\xe6\x99\x82", 1 }, { "\xe6\x99\x82\xe9\x96\x93", 1 }, { "\xec\x8b\x9c\xea\xb0\x84", 1 },
	{ "saat", 1 }, { "\xd8\xb3\xd8\xa7\xd8\xb9", 1 }, { "\xcf\x8e\xcf\x81", 1 }, { "godz", 1 }, { "hod", 1 }, { "jam", 1 },
	{ "\xe0\xb8\x8a\xe0\xb8\xb1\xe0\xb9\x88\xe0\xb8\xa7\xe0\xb9\x82\xe0\xb8\xa1\xe0\xb8\x87", 1 },
	{ "day", 24 }, { "tag", 24 }, { "jour", 24 }, { "d\xc3\xad" "a", 24 }, { "dia", 24 }, { "giorn", 24 }, { "dag", 24 }, { "d\xc3\xb8gn", 24 },
	{ "\xd0\xb4\xd0\xbd", 24 }, { "\xd0\xb4\xd0\xb5\xd0\xbd", 24 }, { "ng\xc3\xa0y", 24 }, { "\xe5\xa4\xa9", 24 }, { "\xe6\x97\xa5", 24 },
	{ "\xec\x9d\xbc", 24 }, { "g\xc3\xbcn", 24 }, { "\xd9\x8a\xd9\x88\xd9\x85", 24 }, { "\xd8\xa3\xd9\x8a\xd8\xa7\xd9\x85", 24 },
	{ "\xce\xb7\xce\xbc\xce\xad\xcf\x81", 24 }, { "\xce\xbc\xce\xad\xcf\x81", 24 }, { "dni", 24 }, { "dn", 24 }, { "hari", 24 },
	{ "\xe0\xb8\xa7\xe0\xb8\xb1\xe0\xb8\x99", 24 }, { "nap", 24 }, { "p\xc3\xa4iv", 24 }, { "zi", 24 },
	{ "week", 168 }, { "woche", 168 }, { "semaine", 168 }, { "semana", 168 }, { "settiman", 168 }, { "veck", 168 }, { "uke", 168 },
	{ "uge", 168 }, { "weken", 168 }, { "\xd0\xbd\xd0\xb5\xd0\xb4\xd0\xb5\xd0\xbb", 168 }, { "\xd1\x82\xd0\xb8\xd0\xb6", 168 },
	{ "tu\xe1\xba\xa7n", 168 }, { "\xe5\x91\xa8", 168 }, { "\xe9\x80\xb1", 168 }, { "\xec\xa3\xbc", 168 }, { "hafta", 168 },
	{ "tygod", 168 }, { "t\xc3\xbd" "d", 168 }, { "minggu", 168 }, { "viikk", 168 },
};

/* Words before the number and behind the unit, one of which must be there. */
static const char *const before[] = { "vor", "il y a", "hace", "h\xc3\xa1", "\xd9\x85\xd9\x86\xd8\xb0", "\xd9\x82\xd8\xa8\xd9\x84",
	"\xcf\x80\xcf\x81\xce\xb9\xce\xbd", "acum", "f\xc3\xb6r", "for", "p\xc5\x99" "ed", "pred", "\xd0\xbf\xd1\x80\xd0\xb5\xd0\xb4\xd0\xb8", "prije", "pre", NULL };
static const char *const behind[] = { "ago", "fa", "tr\xc6\xb0\xe1\xbb\x9b" "c", "sedan", "siden", "geleden", "atr\xc3\xa1s",
	"\xd0\xbd\xd0\xb0\xd0\xb7\xd0\xb0\xd0\xb4", "\xd1\x82\xd0\xbe\xd0\xbc\xd1\x83", "\xc3\xb6nce", "\xec\xa0\x84", "\xe5\x89\x8d",
	"temu", "zp\xc4\x9bt", "lalu", "yang lalu", "sitten", "ezel\xc5\x91tt", "\xe0\xb8\x97\xe0\xb8\xb5\xe0\xb9\x88\xe0\xb9\x81\xe0\xb8\xa5\xe0\xb9\x89\xe0\xb8\xa7", NULL };

static const struct {
	const char *word;
	int days;
} names[] = {
	{ "today", 0 }, { "yesterday", 1 }, { "heute", 0 }, { "gestern", 1 }, { "aujourd'hui", 0 }, { "aujourd\xe2\x80\x99hui", 0 },
	{ "hoy", 0 }, { "ayer", 1 }, { "hoje", 0 }, { "ontem", 1 }, { "oggi", 0 }, { "ieri", 1 }, { "idag", 0 }, { "i dag", 0 },
	{ "ig\xc3\xa5r", 1 }, { "i g\xc3\xa5r", 1 }, { "vandaag", 0 }, { "gisteren", 1 }, { "\xd0\xa1\xd0\xb5\xd0\xb3\xd0\xbe\xd0\xb4\xd0\xbd\xd1\x8f", 0 },
	{ "\xd1\x81\xd0\xb5\xd0\xb3\xd0\xbe\xd0\xb4\xd0\xbd\xd1\x8f", 0 }, { "\xd0\x92\xd1\x87\xd0\xb5\xd1\x80\xd0\xb0", 1 },
	{ "\xd0\xb2\xd1\x87\xd0\xb5\xd1\x80\xd0\xb0", 1 }, { "h\xc3\xb4m nay", 0 }, { "h\xc3\xb4m qua", 1 }, { "\xe4\xbb\x8a\xe6\x97\xa5", 0 },
	{ "\xe6\x98\xa8\xe6\x97\xa5", 1 }, { "\xe4\xbb\x8a\xe5\xa4\xa9", 0 }, { "\xe6\x98\xa8\xe5\xa4\xa9", 1 }, { "\xec\x98\xa4\xeb\x8a\x98", 0 },
	{ "\xec\x96\xb4\xec\xa0\x9c", 1 }, { "bug\xc3\xbcn", 0 }, { "d\xc3\xbcn", 1 }, { "dzi\xc5\x9b", 0 }, { "dzisiaj", 0 }, { "wczoraj", 1 },
	{ "hari ini", 0 }, { "kemarin", 1 },
};

static bool
is_letter(char c)
{
	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Does one of the words end (or, with first, begin) s[0..n), parted from what else is there? */
static bool
has_word(const char *s, size_t n, const char *const *words, bool first, size_t *ret_len)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		size_t len = strlen(words[i]);

		if (len > n || strncasecmp(first ? s : s + n - len, words[i], len) != 0)
			continue;
		if (first ? len == n || !isalpha((unsigned char)s[len]) : len == n || !isalpha((unsigned char)s[n - len - 1])) {
			*ret_len = len;
			return true;
		}
	}
	return false;
}

/* "2 days" at s[i]: hours back; -1: none. *ret_end: behind the unit's word. */
static int64_t
amount(const char *s, size_t n, size_t i, size_t *ret_end)
{
	int64_t count = 0;
	size_t k = i;

	while (k < n && isdigit((unsigned char)s[k]) && count <= MOST)
		count = count * 10 + (s[k++] - '0');
	while (k < n && (s[k] == ' ' || s[k] == '+'))
		k++;
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t len = strlen(units[u].stem);

		if (n - k < len || strncasecmp(s + k, units[u].stem, len) != 0 || count > MOST)
			continue;
		for (k += len; k < n && isalpha((unsigned char)s[k]) && isalpha((unsigned char)units[u].stem[0]); k++)
			;
		/* letters of other scripts go on to the next blank, but the word for "ago" may follow at once */
		while (k < n && (unsigned char)units[u].stem[0] >= 0xc3 && (unsigned char)units[u].stem[0] < 0xe0 && s[k] != ' ')
			k++;
		*ret_end = k;
		return count * units[u].hours;
	}
	return -1;
}

static bool
put(struct rows *r, int index, size_t begin, size_t end, int64_t at_ms)
{
	uint32_t start = r->lines[index].start;
	struct rows_date *d = rows_add_date(r, start + (uint32_t)begin, start + (uint32_t)end, index);

	if (d == NULL)
		return false;
	d->date = (struct doc_date){ .precision = DATE_DAY };
	clock_civil_from_days(at_ms / (24 * HOUR_MS), &d->date.year, &d->date.month, &d->date.day);
	snprintf(d->date.stated, sizeof(d->date.stated), "%.*s", (int)(end - begin), buf_str(&r->text) + start + begin);
	d->alone = d->relative = true;
	return true;
}

/* "Yesterday", "Today, 10:15": the word, and at most a time behind it. */
static bool
named_day(struct rows *r, int index, const char *s, size_t n, int64_t now_ms)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i].word), k = len;

		if (n < len || strncasecmp(s, names[i].word, len) != 0)
			continue;
		while (k < n && (isdigit((unsigned char)s[k]) || strchr(" ,.:|-", s[k]) != NULL))
			k++;
		if (k == n)
			return put(r, index, 0, len, now_ms - names[i].days * 24 * HOUR_MS);
	}
	return false;
}

void
rows_relative_line(struct rows *r, int index, const char *language, int64_t now_ms)
{
	const struct rows_line *line = &r->lines[index];
	const char *s = buf_str(&r->text) + line->start;
	size_t n = line->end - line->start, end = 0, at, begin, len;

	if (n > RELATIVE_BYTES || n < 3 || now_ms <= 0)
		return;
	if (named_day(r, index, s, n, now_ms))
		return;
	if (language != NULL && strncasecmp(language, "fr", 2) == 0 && n == 4 && strncasecmp(s, "hier", 4) == 0) {
		(void)put(r, index, 0, n, now_ms - 24 * HOUR_MS);	/* elsewhere it is "here" */
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t hours;
		bool led;

		if (!isdigit((unsigned char)s[i]) || (i > 0 && (isdigit((unsigned char)s[i - 1]) || is_letter(s[i - 1]))))
			continue;
		if ((hours = amount(s, n, i, &end)) < 0)
			continue;
		for (begin = i; begin > 0 && s[begin - 1] == ' '; begin--)
			;
		led = has_word(s, begin, before, false, &len);
		begin = led ? begin - len : i;
		for (at = end; at < n && s[at] == ' '; at++)
			;
		if (has_word(s + at, n - at, behind, true, &len))
			end = at + len;
		else if (!led)
			continue;
		if ((end - begin) * PHRASE_SHARE >= n)
			(void)put(r, index, begin, end, now_ms - hours * HOUR_MS);
		return;
	}
}
