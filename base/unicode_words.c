/*
 * Words by the rules of UAX 29 (WB1 to WB13b), written out over ICU's Word_Break property: a break
 * iterator of ICU costs a millisecond to open, is not shared between threads, and its dictionaries
 * would only be undone here, where each character of an unspaced script is a word.
 */
#include <pthread.h>
#include <unicode/uchar.h>

#include "base/unicode.h"
#include "base/unicode_int.h"
#include "base/banned.h"

enum kind {
	K_OTHER,
	K_LETTER,	/* ALetter */
	K_HEBREW,	/* Hebrew_Letter, a letter that a double quote may follow (an acronym) */
	K_DIGIT,	/* Numeric */
	K_JOIN,		/* ExtendNumLet: the underscore */
	K_MID_LETTER,	/* between two letters: the middle dot and kin */
	K_MID_DIGIT,	/* between two digits: , ; and kin */
	K_MID_BOTH,	/* between either: . ' */
	K_MID_HEBREW,	/* the double quote */
	K_MARK,		/* Extend, Format, ZWJ: belongs to what stands before */
	K_UNSPACED,
};

#define TABLE_END 0x3000	/* the scripts with an alphabet; ICU is asked once about each */

static unsigned char kind_table[TABLE_END];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static enum kind
kind_of_ascii(uint32_t c)
{
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return K_LETTER;
	if (c >= '0' && c <= '9')
		return K_DIGIT;
	if (c == '_')
		return K_JOIN;
	if (c == '.' || c == '\'')
		return K_MID_BOTH;
	if (c == ',' || c == ';')
		return K_MID_DIGIT;
	return c == '"' ? K_MID_HEBREW : K_OTHER;
}

static enum kind
kind_by_icu(uint32_t c)
{
	switch (u_getIntPropertyValue((UChar32)c, UCHAR_WORD_BREAK)) {
	case U_WB_EXTEND:
	case U_WB_FORMAT:
	case U_WB_ZWJ:
		return K_MARK;
	case U_WB_ALETTER:
		return K_LETTER;
	case U_WB_HEBREW_LETTER:
		return K_HEBREW;
	case U_WB_NUMERIC:
		return K_DIGIT;
	case U_WB_EXTENDNUMLET:
		return K_JOIN;
	case U_WB_MIDLETTER:	/* the colon joins words in Swedish and Finnish alone (CLDR) */
		return c == 0xfe55 || c == 0xff1a ? K_OTHER : K_MID_LETTER;
	case U_WB_MIDNUM:
		return K_MID_DIGIT;
	case U_WB_MIDNUMLET:
	case U_WB_SINGLE_QUOTE:
		return K_MID_BOTH;
	default:
		return unicode_is_unspaced(c) ? K_UNSPACED :
		    unicode_is_word(c) ? K_LETTER : K_OTHER;
	}
}

static void
fill_table(void)
{
	uint32_t c;

	for (c = 0; c < TABLE_END; c++)
		kind_table[c] = (unsigned char)(c < 0x80 ? kind_of_ascii(c) : kind_by_icu(c));
}

/* fill_table() has run. */
static inline enum kind
kind_of(uint32_t c)
{
	if (c < TABLE_END)
		return (enum kind)kind_table[c];
	if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) ||
	    (c >= 0x30a1 && c <= 0x30fa))
		return K_UNSPACED;
	if (c >= 0xac00 && c <= 0xd7a3)
		return K_LETTER;
	return kind_by_icu(c);
}

/* The kind at s[*i..n) and its end, marks behind it included. */
static enum kind
next_kind(const char *s, size_t n, size_t *i)
{
	enum kind kind = kind_of(utf8_step(s, n, i));
	size_t end = *i;

	while (end < n && (unsigned char)s[end] >= 0x80) {
		if (kind_of(utf8_step(s, n, &end)) != K_MARK)
			break;
		*i = end;
	}
	return kind;
}

static bool
is_letter(enum kind k)
{
	return k == K_LETTER || k == K_HEBREW;
}

static bool
joins(enum kind left, enum kind mid, enum kind right)
{
	if (mid == K_MID_HEBREW)
		return left == K_HEBREW && right == K_HEBREW;
	if (is_letter(left) && is_letter(right))
		return mid == K_MID_LETTER || mid == K_MID_BOTH;
	if (left == K_DIGIT && right == K_DIGIT)
		return mid == K_MID_DIGIT || mid == K_MID_BOTH;
	return false;
}

static bool
is_core(enum kind k)
{
	return is_letter(k) || k == K_DIGIT || k == K_JOIN;
}

/* The end of the word whose first character, of kind last, ends at i; spoken: with letter or digit. */
static size_t
word_end(const char *s, size_t n, size_t i, enum kind last, bool *spoken)
{
	enum kind k, right;
	size_t end;

	*spoken = last != K_JOIN;
	while (i < n) {
		if (last == K_LETTER && (unsigned char)s[i] < 0x80 &&
		    kind_of((unsigned char)s[i]) == K_LETTER &&
		    (i + 1 == n || (unsigned char)s[i + 1] < 0x80)) {	/* no mark can follow */
			i++;
			continue;
		}
		end = i;
		k = next_kind(s, n, &end);
		if (is_core(k)) {
			*spoken = *spoken || k != K_JOIN;
			last = k;
			i = end;
			continue;
		}
		if (last == K_HEBREW && k == K_MID_BOTH && s[i] == '\'') {	/* WB7a */
			i = end;
			continue;
		}
		if (k < K_MID_LETTER || k > K_MID_HEBREW || end >= n)
			break;
		right = next_kind(s, n, &end);
		if (!joins(last, k, right))
			break;
		last = right;
		i = end;
	}
	return i;
}

int
unicode_words(const char *s, size_t n,
    int (*fn)(const char *word, size_t len, size_t offset, void *arg), void *arg)
{
	size_t i = 0, start;
	enum kind k;
	bool spoken;
	int rc;

	pthread_once(&table_once, fill_table);
	while (i < n) {
		start = i;
		k = next_kind(s, n, &i);
		spoken = k == K_UNSPACED;
		if (is_core(k))
			i = word_end(s, n, i, k, &spoken);
		if (spoken && (rc = fn(s + start, i - start, start, arg)) != 0)
			return rc;
	}
	return 0;
}

static int
count_one(const char *word, size_t len, size_t offset, void *arg)
{
	++*(size_t *)arg;
	return 0;
}

size_t
unicode_word_count(const char *s, size_t n)
{
	size_t count = 0;

	unicode_words(s, n, count_one, &count);
	return count;
}
