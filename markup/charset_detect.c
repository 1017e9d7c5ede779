/* charset_detect: what the bytes themselves say: counts as UTF-8, and the statistics of ICU. */
#include <stdint.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include "base/unicode.h"
#include "markup/charset.h"
#include "markup/charset_int.h"
#include "base/banned.h"

#define GUESS_BYTES (64u << 10)		/* more does not make ICU surer */
#define GUESS_CONFIDENCE 25		/* of 100; below it windows-1252 is right more often */

/* Length of the well-formed sequence at p[0..n), 0 when malformed, -1 when cut by the end. Unicode 3.9, D92. */
static int
sequence(const unsigned char *p, size_t n)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	for (size_t i = 1; i < len; i++) {
		if (i >= n)
			return -1;
		if (p[i] < lo || p[i] > hi)
			return 0;
		lo = 0x80, hi = 0xbf;
	}
	return (int)len;
}

void
charset_count_utf8(const char *p, size_t n, struct charset_count *ret)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t i = 0;

	ret->good = ret->bad = 0;
	while (i < n) {
		uint64_t eight;

		/* ASCII passes by eights */
		while (n - i >= 8 && (memcpy(&eight, s + i, 8), (eight & 0x8080808080808080u) == 0))
			i += 8;
		if (i < n && s[i] < 0x80) {
			i++;
			continue;
		}
		if (i >= n)
			return;
		for (size_t k; i < n && (signed char)s[i] < 0 && (k = utf8_length(p + i, n - i)) > 0; i += k)
			ret->good++;
		if (i >= n || s[i] < 0x80)
			continue;
		int len = sequence(s + i, n - i);

		if (len < 0)
			return;
		if (len == 0) {
			ret->bad++;
			i++;
		} else {
			ret->good++;
			i += (size_t)len;
		}
	}
}

size_t
charset_errors(const char *name, const char *p, size_t n, size_t max)
{
	UErrorCode e = U_ZERO_ERROR;
	UConverter *conv = ucnv_open(charset_icu_name(name), &e);
	const char *src = p, *end = p + (n < max ? n : max);
	UChar out[2048], *to;
	size_t bad = 0;

	if (U_FAILURE(e))
		return SIZE_MAX;
	do {
		to = out;
		e = U_ZERO_ERROR;
		ucnv_toUnicode(conv, &to, out + 2048, &src, end, NULL, false, &e);
		for (const UChar *u = out; u < to; u++)
			bad += *u == 0xfffd || (*u >= 0xe000 && *u < 0xf900);
	} while (e == U_BUFFER_OVERFLOW_ERROR);
	ucnv_close(conv);
	return bad;
}

const char *
charset_guess(const char *p, size_t n)
{
	UErrorCode e = U_ZERO_ERROR;
	UCharsetDetector *det = ucsdet_open(&e);
	const UCharsetMatch *match;
	const char *name, *found = charset_by_habit(p, n < GUESS_BYTES ? n : GUESS_BYTES);

	if (U_FAILURE(e) || found != NULL) {
		ucsdet_close(det);
		return found;
	}
	ucsdet_enableInputFilter(det, true);
	ucsdet_setText(det, p, (int32_t)(n < GUESS_BYTES ? n : GUESS_BYTES), &e);
	match = ucsdet_detect(det, &e);
	if (U_SUCCESS(e) && match != NULL && ucsdet_getConfidence(match, &e) >= GUESS_CONFIDENCE) {
		name = ucsdet_getName(match, &e);
		if (name != NULL)
			found = charset_by_label(name, strlen(name));
	}
	if (found != NULL && strcmp(found, "KOI8-R") == 0 && charset_is_ukrainian(p, n < GUESS_BYTES ? n : GUESS_BYTES))
		found = "KOI8-U";
	ucsdet_close(det);
	return found;
}
