#ifndef BASE_UNICODE_INT_H
#define BASE_UNICODE_INT_H
/* unicode_int: what the unicode files share. */
#include <stddef.h>
#include <stdint.h>
#include <unicode/unorm2.h>
#include <unicode/utypes.h>

/* ICU counts in int32_t; a UTF-16 unit becomes at most 3 bytes and a fold at most 18 characters. */
#define UNICODE_MAX ((size_t)32 << 20)

/* Bytes at the front of s that are ASCII. */
size_t utf8_ascii_run(const char *s, size_t n);

/*
 * Takes s through UTF-16: step sets *out (freed here even when it fails) and returns its length, or
 * -1. Caller frees; a copy of s when s is over UNICODE_MAX or the step failed.
 */
char *unicode_by_utf16(const char *s, size_t n,
    int32_t (*step)(const UChar *in, int32_t n, UChar **out));
/* A step of the above. */
int32_t unicode_normalize16(const UNormalizer2 *form, const UChar *in, int32_t n, UChar **out);

#endif
