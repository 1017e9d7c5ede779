/*
 * charset_habits: what the statistics of ICU do not know, or what a declared ISO-8859-1 hides. Encodings of Thai,
 * Vietnamese, Turkish, the Baltic languages and those between, the Cyrillic of DOS and of Ukraine and old Macs, by which
 * letters a text has and how they stand beside each other; and text that is no Latin one.
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
	size_t inner[256];	/* between two small ASCII letters */
	size_t behind[256];	/* behind one, whatever follows */
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

static bool
is_small(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static void
count_high(struct habits *h, unsigned char before, unsigned char c, unsigned char after)
{
	h->high++;
	h->inner[c] += is_small(before) && is_small(after);
	h->behind[c] += is_small(before);
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

/* Of all bytes beyond ASCII, are so many percent among these? */
static bool
makes_up(const struct habits *h, const char *bytes, unsigned percent)
{
	return sum(h, bytes) * 100 >= h->high * percent;
}

/* Dotless i, s with cedilla and soft g stand where Icelandic has its y, thorn and eth, and that has accents besides. */
static bool
is_turkish(const struct habits *h)
{
	return h->high * 3 < h->ascii && makes_up(h, "\xfd\xfe\xf0\xdd\xde\xd0", 30) && makes_up(h, "\xfd", 12) &&
	    makes_up(h, "\xfe\xde", 4) && makes_up(h, "\xfd\xfe\xf0\xdd\xde\xd0\xfc\xf6\xe7\xdc\xd6\xc7\xe2\xee", 90);
}

/*
 * Languages of central Europe whose letters are letters in windows-1252 too, but never these together: Czech, Slovak,
 * Polish, Croatian and its kin, Hungarian, Romanian. NULL: none of them.
 */
static const char *
central_european(const struct habits *h)
{
	static const char vowels[] = "\xe1\xe9\xed\xf3\xf6\xf5\xfa\xfc\xfb\xc1\xc9\xcd\xd3\xd6\xd5\xda\xdc\xdb";
	bool soft = makes_up(h, "\x9a\x9e\x8a\x8e", 5), soft_iso = makes_up(h, "\xb9\xbe\xa9\xae", 5);
	bool czech = makes_up(h, "\xec", 5) && makes_up(h, "\xe8\xc8", 3) && makes_up(h, "\xf8\xd8", 3) &&
	    makes_up(h, "\xe1\xed\xe9", 30);

	if (h->high * 3 > h->ascii)
		return NULL;
	if (czech && (soft || soft_iso))
		return soft ? "windows-1250" : "ISO-8859-2";
	if (soft && makes_up(h, "\xbe", 3) && makes_up(h, "\xe8", 3) && makes_up(h, "\xe1\xed\xe9\xfd", 30))
		return "windows-1250";	/* Slovak */
	if (makes_up(h, "\xb3\xa3", 8) && makes_up(h, "\xea", 8) && makes_up(h, "\xb9", 5))
		return "windows-1250";	/* Polish */
	if (makes_up(h, "\x9a\x9e\x8a\x8e", 20) && makes_up(h, "\xe8\xc8", 15) &&
	    makes_up(h, "\x9a\x9e\xe8\xe6\xf0\x8a\x8e\xc8\xc6\xd0", 80))
		return "windows-1250";	/* Croatian, Slovene */
	if (makes_up(h, "\xe3", 20) && makes_up(h, "\xfe", 8) && makes_up(h, "\xba\xaa", 4) &&
	    makes_up(h, "\xe3\xfe\xba\xee\xe2\xaa\xde\xce\xc2\xc3", 85))
		return "windows-1250";	/* Romanian */
	return makes_up(h, "\xf5\xd5\xfb\xdb", 4) && makes_up(h, "\xe1", 12) && makes_up(h, "\xe9", 12) &&
	    makes_up(h, vowels, 85) ? "windows-1250" : NULL;	/* Hungarian */
}

static size_t
sum_of(const size_t counts[256], const char *bytes)
{
	size_t n = 0;

	for (; *bytes != '\0'; bytes++)
		n += counts[(unsigned char)*bytes];
	return n;
}

/* Old Macs wrote accents and quotes where windows-1252 has capitals and signs, which do not stand inside words. */
static bool
is_macintosh(const struct habits *h)
{
	bool nordic = h->inner[0x8c] >= 4 && h->inner[0xbf] >= 4;
	size_t mac = sum_of(h->behind, "\x8a\x9f\x8e\x8f\x88\x8d\x90\x9d\x98") +
	    sum_of(h->inner, nordic ? "\x96\x97\x87\x89\x8b\x8c\x95\x99\x9b\xd5\xbe\xbf" :
	    "\x96\x97\x87\x89\x8b\x8c\x95\x99\x9b\xd5");
	size_t dos = sum_of(h->inner, "\x81\x82\x84\x85\x94\xa0\xa1\xa2\xa3\xa4");	/* codepages 437 and 850 */

	return h->high * 4 < h->ascii && mac >= ENOUGH / 3 && mac * 4 >= h->high && dos * 3 < mac &&
	    sum_range(h, 0xe0, 0xff) * 5 < h->high;
}

const char *
charset_by_habit(const char *p, size_t n)
{
	const char *central;
	struct habits h;

	count(p, n, &h);
	if (h.high < ENOUGH)
		return NULL;
	if (is_thai(&h))
		return "windows-874";
	if (is_vietnamese(&h))
		return "windows-1258";
	if (is_dos_cyrillic(&h))
		return "IBM866";
	if (is_baltic(&h))
		return "windows-1257";
	if (is_turkish(&h))
		return "windows-1254";
	if ((central = central_european(&h)) != NULL)
		return central;
	return is_macintosh(&h) ? "macintosh" : NULL;
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
