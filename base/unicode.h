#ifndef BASE_UNICODE_H
#define BASE_UNICODE_H
/*
 * unicode: UTF-8 text, over ICU. Everything that enters the archive passes unicode_clean() once, at
 * the border; inside, text is valid UTF-8 in NFC without control characters.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

bool utf8_valid(const char *s, size_t n);
/* Length of the well-formed character at s, 0 when malformed or cut (table 3-7 of the Unicode Standard); n > 0. */
size_t utf8_length_any(const char *s, size_t n);
/* The same; what most texts consist of is told by two or three comparisons. */
static inline size_t
utf8_length(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] >= 0xe1 && p[0] <= 0xec && n >= 3 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80)
		return 3;
	if (p[0] >= 0xc2 && p[0] <= 0xdf && n >= 2 && (p[1] & 0xc0) == 0x80)
		return 2;
	return utf8_length_any(s, n);
}
/* Decode one character of s[*i..n), advance *i. Malformed bytes give U+FFFD, one each. */
uint32_t utf8_next(const char *s, size_t n, size_t *i);
void utf8_put(struct buf *b, uint32_t c);
size_t utf8_count(const char *s, size_t n);
/* Longest prefix of at most max bytes (or max_chars characters) that ends at a character. */
size_t utf8_cut(const char *s, size_t n, size_t max);
size_t utf8_cut_chars(const char *s, size_t n, size_t max_chars);
/* Columns of a terminal: East Asian wide 2, combining 0. */
int utf8_width(const char *s, size_t n);

/* 128 to 159 are meant as windows-1252 wherever text of the web holds them (HTML standard, 13.2.5.80). */
uint32_t unicode_repair(uint32_t c);
/*
 * Valid UTF-8, NFC, no C0/C1 but newline and tab (C1 read as windows-1252), no U+FFFE/FFFF; malformed bytes
 * become U+FFFD. Caller frees. Idempotent.
 */
char *unicode_clean(const char *s, size_t n);
/* NFC alone; s must be valid UTF-8. Caller frees. */
char *unicode_nfc(const char *s, size_t n);
/* One line: runs of white space (all Unicode kinds) become one blank, ends trimmed, zero-width and
 * soft hyphen dropped, bidi controls dropped. Caller frees. */
char *unicode_line(const char *s, size_t n);
/* Case folded, diacritics removed (Vietnamese d with stroke too), compatibility forms folded, for
 * search and comparison. Caller frees. */
char *unicode_fold(const char *s, size_t n);

bool unicode_is_space(uint32_t c);	/* White_Space, no-break and zero-width included */
bool unicode_is_word(uint32_t c);	/* letter, digit or mark */
bool unicode_is_digit(uint32_t c);
bool unicode_is_upper(uint32_t c);
/* Scripts written without blanks between words: Han, kana, Thai, Lao, Khmer, Myanmar. */
bool unicode_is_unspaced(uint32_t c);

/*
 * Words of a text by UAX 29 (dictionary based where ICU has one); each unspaced character a word of its
 * own. Calls fn(word, len, offset, arg) with the original bytes; stops when fn returns non-zero.
 */
int unicode_words(const char *s, size_t n,
    int (*fn)(const char *word, size_t len, size_t offset, void *arg), void *arg);
size_t unicode_word_count(const char *s, size_t n);

#endif
