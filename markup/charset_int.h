#ifndef MARKUP_CHARSET_INT_H
#define MARKUP_CHARSET_INT_H
/* charset_int: what the files of charset share among themselves. */
#include <stdbool.h>
#include <stddef.h>

/* Bytes of a page counted as UTF-8: malformed sequences and well-formed ones of two bytes and more. A
 * sequence cut by the end of the data counts as neither. */
struct charset_count {
	size_t good, bad;
};

void charset_count_utf8(const char *p, size_t n, struct charset_count *ret);
/* The name under which ICU has the decoder of a WHATWG encoding; name itself when it is none of those. */
const char *charset_icu_name(const char *name);
/* True for Big5, GBK, EUC-JP and their kin. */
bool charset_is_multibyte(const char *name);
/* Malformed sequences when the first max bytes are read as name; SIZE_MAX for an unknown converter. */
size_t charset_errors(const char *name, const char *p, size_t n, size_t max);
/* Name by the statistics of ICU, or NULL when it is not sure. Static. */
const char *charset_guess(const char *p, size_t n);
/* charset_habits.c: encodings that ICU does not detect, by the habits of their languages; NULL: none of them. */
const char *charset_by_habit(const char *p, size_t n);
bool charset_is_ukrainian(const char *p, size_t n);	/* of what ICU takes for KOI8-R */
/* Is this hardly text of windows-1252: more letters beyond ASCII than it needs, or signs inside words? */
bool charset_is_not_latin(const char *p, size_t n);
/* The prescan over all of p[0..n): for declarations that stand too late for the standard. */
const char *charset_prescan_all(const char *p, size_t n);

#endif
