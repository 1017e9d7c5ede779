#ifndef BASE_UNICODE_INT_H
#define BASE_UNICODE_INT_H
/* unicode_int: what the unicode files share. */
#include <stddef.h>
#include <stdint.h>
#include <unicode/unorm2.h>
#include <unicode/utypes.h>
#include "base/unicode.h"

/* ICU counts in int32_t; a UTF-16 unit becomes at most 3 bytes and a fold at most 18 characters. */
#define UNICODE_MAX ((size_t)32 << 20)

/* Bytes at the front of s that are ASCII. */
size_t utf8_ascii_run(const char *s, size_t n);

/* utf8_next(), with the two lengths that nearly all of our text has decoded in place. */
static inline uint32_t
utf8_step(const char *s, size_t n, size_t *i)
{
	const unsigned char *p = (const unsigned char *)s + *i;

	if (p[0] < 0x80) {
		++*i;
		return p[0];
	}
	if (p[0] >= 0xc2 && p[0] < 0xe0 && n - *i >= 2 && (p[1] & 0xc0) == 0x80) {
		*i += 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if (p[0] > 0xe0 && p[0] < 0xf0 && p[0] != 0xed && n - *i >= 3 && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80) {
		*i += 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	return utf8_next(s, n, i);
}

/*
 * Takes s through UTF-16: step sets *out (freed here even when it fails) and returns its length, or
 * -1. Caller frees; a copy of s when s is over UNICODE_MAX or the step failed.
 */
char *unicode_by_utf16(const char *s, size_t n,
    int32_t (*step)(const UChar *in, int32_t n, UChar **out));
/* A step of the above. */
int32_t unicode_normalize16(const UNormalizer2 *form, const UChar *in, int32_t n, UChar **out);

#endif
