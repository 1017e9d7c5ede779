/*
 * charset_habits: what the statistics of ICU do not know. Encodings of Thai, Vietnamese and the Baltic languages, the
 * Cyrillic of DOS and of Ukraine, by how their letters stand beside each other; and text that is no Latin one.
 */
#include <string.h>
#include <strings.h>
#include "markup/charset.h"
#include "markup/charset_int.h"
#include "base/banned.h"

#define ENOUGH 24		/* bytes beyond ASCII; of fewer nothing is said */
#define SIGNS_ENOUGH 5		/* signs inside words */

/* Counts over the text of a page, its tags, scripts and styles left out. */
struct habits {
	size_t ascii, high;	/* letters; bytes from 0x80 on */
	size_t of[256];
	size_t signs;		/* bytes that are no letter in windows-1252, between two ASCII letters */
	size_t tones, tones_placed;	/* windows-1258: combining marks, and those behind a vowel */
	size_t marks, marks_placed;	/* Thai: vowels and tones above and below, and those behind a consonant */
	size_t ukrainian;	/* KOI8-U: its own letters beside others */
};

static bool
is_letter(unsigned char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool
is_vowel(unsigned char c)
{
	return c != '\0' && strchr("aeiouyAEIOUY\xc2\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd\xc3", c) != NULL;
}

static bool
is_thai_base(unsigned char c)
{
	return (c >= 0xa1 && c <= 0xce) || c == 0xd1 || (c >= 0xd4 && c <= 0xd9) || c == 0xe7;
}

static void
count_high(struct habits *h, unsigned char before, unsigned char c, unsigned char after)
{
	h->high++;
	if (c == 0xcc || c == 0xd2 || c == 0xde || c == 0xec || c == 0xf2) {
		h->tones++;
		h->tones_placed += is_vowel(before);
	}
	if (c == 0xd1 || (c >= 0xd4 && c <= 0xda) || (c >= 0xe7 && c <= 0xec)) {
		h->marks++;
		h->marks_placed += is_thai_base(before);
	}
	if (c >= 0xa1 && c <= 0xbf && strchr("\xaa\xad\xb4\xb5\xb7\xba", c) == NULL)
		h->signs += is_letter(before) && is_letter(after);
	if ((c == 0xa4 || c == 0xa6 || c == 0xa7 || c == 0xad || c == 0xb4 || c == 0xb6 || c == 0xb7) &&
	    (before >= 0xc0 || after >= 0xc0))
		h->ukrainian++;
}

static void
count(const char *p, size_t n, struct habits *h)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t i = 0;

	memset(h, 0, sizeof(*h));
	while (i < n) {
		unsigned char c = s[i];

		if (c == '<') {
			const char *end = memchr(p + i, '>', n - i);
			bool dumb = n - i > 7 && (strncasecmp(p + i, "<script", 7) == 0 || strncasecmp(p + i, "<style", 6) == 0);

			if (end == NULL)
				return;
			i = (size_t)(end - p) + 1;
			while (dumb && i + 1 < n && !(s[i] == '<' && s[i + 1] == '/'))
				i++;
			continue;
		}
		h->ascii += is_letter(c);
		h->of[c]++;
		if (c >= 0x80)
			count_high(h, i > 0 ? s[i - 1] : 0, c, i + 1 < n ? s[i + 1] : 0);
		i++;
	}
}

static size_t
sum(const struct habits *h, const char *bytes)
{
	size_t n = 0;

	for (; *bytes != '\0'; bytes++)
		n += h->of[(unsigned char)*bytes];
	return n;
}

static size_t
sum_range(const struct habits *h, unsigned from, unsigned to)
{
	size_t n = 0;

	for (unsigned c = from; c <= to; c++)
		n += h->of[c];
	return n;
}

static bool
is_thai(const struct habits *h)
{
	size_t thai = sum_range(h, 0xa1, 0xda) + sum_range(h, 0xdf, 0xfb);

	return thai * 50 >= h->high * 48 && h->marks * 8 >= h->high && h->marks_placed * 100 >= h->marks * 95;
}

/* Five tones, each behind its vowel, and the d with a stroke: no other language writes so. */
static bool
is_vietnamese(const struct habits *h)
{
	return h->tones >= 10 && h->tones * 5 >= h->high && h->tones_placed * 10 >= h->tones * 9 &&
	    h->of[0xf0] + h->of[0xd0] > 0 && h->of[0xd2] + h->of[0xf2] > 0 && h->high < h->ascii;
}

/* Lithuanian or Latvian: their own letters, and next to none of those of the west. */
static bool
is_baltic(const struct habits *h)
{
	size_t lithuanian = sum(h, "\xe0\xe6\xe8\xeb\xe1\xf0\xf8\xfb\xfe\xd0\xde");
	size_t latvian = sum(h, "\xe2\xe7\xee\xef\xed\xf2\xec\xf0\xfe\xe8\xfb\xd0\xde");

	if (h->high * 4 > h->ascii)
		return false;
	return (lithuanian * 20 >= h->high * 17 && sum(h, "\xf0\xfe") * 5 >= h->high && h->of[0xeb] * 10 >= h->high) ||
	    (latvian * 20 >= h->high * 17 && sum(h, "\xe2\xe7\xee") * 5 >= h->high * 2 && sum(h, "\xf0\xfe") * 20 >= h->high);
}

/* Letters of codepage 866 fill 0x80 to 0xaf and 0xe0 to 0xef; other Cyrillic ones leave the first to signs. */
static bool
is_dos_cyrillic(const struct habits *h)
{
	size_t letters = sum_range(h, 0x80, 0xaf) + sum_range(h, 0xe0, 0xf7);

	return h->high > h->ascii && letters * 50 >= h->high * 49 && sum_range(h, 0xa0, 0xaf) * 10 >= h->high * 4 &&
	    sum(h, "\xa0\xa5\xa8\xae") * 4 >= h->high;
}

const char *
charset_by_habit(const char *p, size_t n)
{
	struct habits h;

	count(p, n, &h);
	if (h.high < ENOUGH)
		return NULL;
	return is_thai(&h) ? "windows-874" : is_vietnamese(&h) ? "windows-1258" : is_dos_cyrillic(&h) ? "IBM866" :
	    is_baltic(&h) ? "windows-1257" : NULL;
}

bool
charset_is_ukrainian(const char *p, size_t n)
{
	struct habits h;

	count(p, n, &h);
	return h.ukrainian > 2;
}

bool
charset_is_not_latin(const char *p, size_t n)
{
	struct habits h;

	count(p, n, &h);
	if (h.signs >= SIGNS_ENOUGH && h.signs * 4 >= h.high)
		return true;	/* "og\xb3osi\xb3": letters of another table */
	return h.high >= ENOUGH && h.high * 2 > h.ascii;
}
