/*
 * Cleaning, NFC, lines and kinds of characters. The character loops know the common blocks by
 * range and ask ICU only about the rest; ICU itself works in UTF-16, so a text goes there whole and
 * only when something in it can change.
 */
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uclean.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/unicode_int.h"
#include "base/banned.h"

static void *
icu_alloc(const void *context, size_t n)
{
	return xmalloc(n);
}

static void *
icu_realloc(const void *context, void *p, size_t n)
{
	return xrealloc(p, n);
}

static void
icu_free(const void *context, void *p)
{
	free(p);
}

/*
 * A failed allocation inside ICU reaches its callers as "no such character", "no boundary", a text left as it was: an index or a
 * hash made of that would stay wrong. Before main(), because ICU allows no change once it has anything.
 */
__attribute__((constructor)) static void
use_our_memory(void)
{
	UErrorCode status = U_ZERO_ERROR;

	u_setMemoryFunctions(NULL, icu_alloc, icu_realloc, icu_free, &status);
}

char *
unicode_by_utf16(const char *s, size_t n, int32_t (*step)(const UChar *in, int32_t n, UChar **out))
{
	CLEANUP(freep) UChar *in = NULL;
	CLEANUP(freep) UChar *out = NULL;
	UErrorCode status = U_ZERO_ERROR;
	int32_t n16, out16, n8;
	char *text;

	if (n > UNICODE_MAX)	/* far over every limit of a document */
		return xmemdup(s, n);
	in = xreallocarray(NULL, n + 1, sizeof(*in));
	u_strFromUTF8WithSub(in, (int32_t)n + 1, &n16, s, (int32_t)n, 0xfffd, NULL, &status);
	if (U_FAILURE(status) || (out16 = step(in, n16, &out)) < 0)
		return xmemdup(s, n);
	text = xmalloc((size_t)out16 * 3 + 1);
	u_strToUTF8WithSub(text, out16 * 3 + 1, &n8, out, out16, 0xfffd, NULL, &status);
	text[U_FAILURE(status) ? 0 : n8] = '\0';
	return text;
}

int32_t
unicode_normalize16(const UNormalizer2 *form, const UChar *in, int32_t n, UChar **out)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t cap = n + n / 4 + 32, got;

	*out = xreallocarray(NULL, (size_t)cap, sizeof(**out));
	got = unorm2_normalize(form, in, n, *out, cap, &status);
	if (status == U_BUFFER_OVERFLOW_ERROR) {
		status = U_ZERO_ERROR;
		cap = got + 1;
		*out = xreallocarray(*out, (size_t)cap, sizeof(**out));
		got = unorm2_normalize(form, in, n, *out, cap, &status);
	}
	return U_FAILURE(status) ? -1 : got;
}

static int32_t
to_nfc(const UChar *in, int32_t n, UChar **out)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);

	return U_FAILURE(status) ? -1 : unicode_normalize16(nfc, in, n, out);
}

/*
 * True when c can stand in an NFC text whatever its neighbours are: it is its own NFC and has
 * combining class 0. The ranges are those of the scripts that we meet most.
 */
static bool
is_plain_nfc(uint32_t c)
{
	if (c < 0x300)
		return true;
	if (c < 0x700 ? (c >= 0x400 && c <= 0x482) || (c >= 0x608 && c <= 0x60f) ||
	    (c >= 0x61b && c <= 0x64a) || (c >= 0x660 && c <= 0x66f) || (c >= 0x671 && c <= 0x6d5) :
	    (c >= 0x1e00 && c <= 0x1eff) || (c >= 0x2010 && c <= 0x2027) ||
	    (c >= 0x3001 && c <= 0x3029) || (c >= 0x3041 && c <= 0x3096) ||
	    (c >= 0x30a1 && c <= 0x30fe) || (c >= 0x4e00 && c <= 0x9fff) ||
	    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xff01 && c <= 0xff60) ||
	    (c >= 0xe01 && c <= 0xe37) || (c >= 0xe3f && c <= 0xe47) ||
	    (c >= 0xe4c && c <= 0xe4e))
		return true;
	return u_getIntPropertyValue((UChar32)c, UCHAR_NFC_QUICK_CHECK) == UNORM_YES &&
	    u_getCombiningClass((UChar32)c) == 0;
}

static bool
is_plain_text(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		if ((unsigned char)s[i] < 0x80)
			i += utf8_ascii_run(s + i, n - i);
		else if (!is_plain_nfc(utf8_step(s, n, &i)))
			return false;
	}
	return true;
}

char *
unicode_nfc(const char *s, size_t n)
{
	if (is_plain_text(s, n))
		return xmemdup(s, n);
	return unicode_by_utf16(s, n, to_nfc);
}

/* Printable ASCII, newline and tab at the front of s: what cleaning leaves as it is. */
static size_t
clean_run(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i, k;

	for (i = 0; n - i >= 32; i += 32) {
		unsigned char bad = 0;

		for (k = 0; k < 32; k++) {
			unsigned char c = p[i + k];

			bad |= (unsigned char)((c < 0x20) & (c != '\n') & (c != '\t')) |
			    (unsigned char)(c >= 0x7f);
		}
		if (bad)
			break;
	}
	while (i < n && ((p[i] >= 0x20 && p[i] < 0x7f) || p[i] == '\n' || p[i] == '\t'))
		i++;
	return i;
}

uint32_t
unicode_repair(uint32_t c)
{
	static const uint16_t c1[32] = {
		0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160,
		0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
		0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178
	};

	return c >= 0x80 && c <= 0x9f ? c1[c - 0x80] : c;
}

/* What unicode_clean() puts for a character that may not stay as it is. rest is what follows it. */
static void
put_clean(struct buf *b, uint32_t c, const char *rest, size_t n)
{
	if (c == '\r') {	/* CRLF is one end of line */
		if (n == 0 || *rest != '\n')
			buf_addc(b, '\n');
	} else if (c == 0x0b || c == 0x0c) {
		buf_addc(b, '\n');
	} else if (unicode_repair(c) >= 0xa0 && (c < 0xa0 || c == 0xfffd || (c == 0xfeff && b->len > 0))) {
		utf8_put(b, unicode_repair(c));
	}
	/* Nothing for other controls, for U+FFFE and U+FFFF, and for a byte order mark. */
}

/*
 * Characters at the front of s that cleaning leaves as they are. *plain becomes false when one of
 * them may change in NFC.
 */
static size_t
kept_run(const char *s, size_t n, bool *plain)
{
	size_t i = 0, next;
	uint32_t c;

	while (i < n) {
		if ((unsigned char)s[i] < 0x80) {
			next = i + clean_run(s + i, n - i);
			if (next == i)
				break;
			i = next;
			continue;
		}
		next = i;
		c = utf8_step(s, n, &next);
		if (c < 0xa0 || (c >= 0xfeff && (c == 0xfeff || (c >= 0xfffd && c <= 0xffff))))
			break;
		if (*plain && !is_plain_nfc(c))
			*plain = false;
		i = next;
	}
	return i;
}

char *
unicode_clean(const char *s, size_t n)
{
	struct buf b = BUF_INIT(SIZE_MAX - 1);
	bool plain = true;
	size_t i, run;
	uint32_t c;
	char *text;

	i = kept_run(s, n, &plain);
	if (i == n && plain)
		return xmemdup(s, n);
	buf_reserve(&b, n + n / 8);
	buf_add(&b, s, i);
	while (i < n) {
		c = utf8_next(s, n, &i);
		put_clean(&b, c, s + i, n - i);
		run = kept_run(s + i, n - i, &plain);
		buf_add(&b, s + i, run);
		i += run;
	}
	if (plain)
		return buf_take(&b, NULL);
	text = unicode_by_utf16(buf_str(&b), b.len, to_nfc);
	buf_done(&b);
	return text;
}

/* Characters without a look of their own that only disturb comparison and search. */
static bool
is_dropped_from_line(uint32_t c)
{
	if (c < 0x20)
		return c != '\t' && c != '\n' && c != '\r' && c != '\v' && c != '\f';
	if (c < 0xad)
		return c == 0x7f || (c >= 0x80 && c < 0xa0);
	return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    c == 0x180e;
}

/*
 * The zero-width joiner and non-joiner spell words in Persian and Indic scripts and hold emoji
 * together; elsewhere they are noise.
 */
static bool
is_joiner_of(uint32_t joiner, uint32_t before)
{
	if (joiner != 0x200c && joiner != 0x200d)
		return false;
	return (before >= 0x620 && before < 0x1d00 && !(before >= 0x10a0 && before < 0x1200)) ||
	    (joiner == 0x200d && (before == 0xfe0f || (before >= 0x2190 && before < 0x2c00) ||
	    before >= 0x1f000));
}

/* Letters beyond ASCII, in the blocks where neither spaces nor invisible characters are. */
static bool
is_line_letter(uint32_t c)
{
	return (c >= 0xae && c < 0x600) || (c >= 0x620 && c < 0x1680) ||
	    (c >= 0x1e00 && c < 0x2000) || (c >= 0x2010 && c < 0x2028) ||
	    (c >= 0x3001 && c < 0xfe00) || (c >= 0xff01 && c < 0xfff0);
}

static bool
is_graph(char c)
{
	return c > ' ' && c < 0x7f;
}

/* Characters at the front of s that a line keeps as they are; a single blank between two is one. */
static size_t
line_run(const char *s, size_t n)
{
	size_t i = 0, next;

	for (;;) {
		while (i < n && is_graph(s[i]))
			i++;
		if (i >= n)
			return i;
		next = i;
		if (s[i] == ' ') {
			if (i == 0 || n - i < 2 || (!is_graph(s[i + 1]) && (s[i + 1] & 0x80) == 0))
				return i;
			next++;
		} else if ((s[i] & 0x80) == 0) {
			return i;
		}
		if ((s[next] & 0x80) != 0 && !is_line_letter(utf8_step(s, n, &next)))
			return i;
		i = next;
	}
}

/* The part of unicode_line() for one character that is no letter of a run. */
struct line {
	struct buf b;
	bool space;		/* a blank is due before the next character */
	bool dropped;		/* neighbours came together that may compose */
	uint32_t joiner;	/* one that waits for its right side, or 0 */
	uint32_t before;	/* the last character kept */
};

static void
line_add(struct line *l, uint32_t c)
{
	c = unicode_repair(c);
	if (is_dropped_from_line(c)) {
		if (!l->space && is_joiner_of(c, l->before))
			l->joiner = c;
		l->dropped = true;
		return;
	}
	if (unicode_is_space(c)) {
		l->space = l->b.len > 0;
		l->joiner = 0;
		return;
	}
	if (l->space)
		buf_addc(&l->b, ' ');
	else if (l->joiner > 0 && c >= 0x620)
		utf8_put(&l->b, l->joiner);
	l->space = false;
	l->joiner = 0;
	utf8_put(&l->b, c);
	l->before = c;
}

char *
unicode_line(const char *s, size_t n)
{
	struct line l = { .b = BUF_INIT(SIZE_MAX - 1) };
	size_t i = 0, run, last;
	char *text;

	buf_reserve(&l.b, n);
	while (i < n) {
		line_add(&l, utf8_next(s, n, &i));
		if (l.space || l.joiner > 0 || l.b.len == 0)
			continue;
		run = line_run(s + i, n - i);
		if (run == 0)
			continue;
		buf_add(&l.b, s + i, run);
		i += run;
		for (last = i - 1; (s[last] & 0xc0) == 0x80; last--)
			;
		l.before = utf8_next(s, n, &last);
	}
	if (!l.dropped || is_plain_text(buf_str(&l.b), l.b.len))
		return buf_take(&l.b, NULL);
	text = unicode_by_utf16(buf_str(&l.b), l.b.len, to_nfc);
	buf_done(&l.b);
	return text;
}

bool
unicode_is_space(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= 9 && c <= 13);
	return u_isUWhiteSpace((UChar32)c) || c == 0x200b || c == 0x2060 || c == 0xfeff;
}

bool
unicode_is_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
	return (U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

bool
unicode_is_digit(uint32_t c)
{
	if (c < 0x80)
		return c >= '0' && c <= '9';
	return u_isdigit((UChar32)c);
}

bool
unicode_is_upper(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z';
	return u_isUUppercase((UChar32)c);
}

bool
unicode_is_unspaced(uint32_t c)
{
	if (c < 0xe01)
		return false;
	if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) ||
	    (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc || c == 0xff70)
		return true;
	if (!unicode_is_word(c))
		return false;
	UErrorCode status = U_ZERO_ERROR;
	switch (uscript_getScript((UChar32)c, &status)) {
	case USCRIPT_HAN:
	case USCRIPT_HIRAGANA:
	case USCRIPT_KATAKANA:
	case USCRIPT_THAI:
	case USCRIPT_LAO:
	case USCRIPT_KHMER:
	case USCRIPT_MYANMAR:
		return true;
	default:
		return false;
	}
}

static int
char_width(uint32_t c)
{
	if (c < 0x300)
		return c >= 0x20 && c != 0xad && !(c >= 0x7f && c < 0xa0);
	if ((c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30ff) ||
	    (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3))
		return 2;
	if ((c >= 0x1160 && c <= 0x11ff) ||	/* Hangul vowels and finals join the initial */
	    (U_GET_GC_MASK((UChar32)c) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) != 0)
		return 0;
	switch (u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH)) {
	case U_EA_WIDE:
	case U_EA_FULLWIDTH:
		return 2;
	default:
		return 1;
	}
}

int
utf8_width(const char *s, size_t n)
{
	size_t i = 0;
	int width = 0;

	while (i < n)
		width += char_width(utf8_next(s, n, &i));
	return width;
}
