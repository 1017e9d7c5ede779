/*
 * unicode_fold: case, width, compatibility and diacritics away. Marks that only decorate a letter of
 * Latin, Greek or Cyrillic go; marks that make another letter stay (Japanese voicing, Indic and
 * Thai vowel signs), because without them other words come out.
 */
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/unicode_int.h"
#include "base/banned.h"

/* Letters whose stroke or hook is no mark of its own in Unicode. In order of from. */
static const struct {
	UChar from;
	char to[3];
} stroke[] = {
	{ 0xe6, "ae" }, { 0xf0, "d" }, { 0xf8, "o" }, { 0x111, "d" }, { 0x127, "h" }, { 0x131, "i" },
	{ 0x142, "l" }, { 0x153, "oe" }, { 0x167, "t" }, { 0x180, "b" }, { 0x19a, "l" },
	{ 0x1b6, "z" }, { 0x1e5, "g" }, { 0x268, "i" },
};

static const char *
unstroked(UChar c)
{
	size_t i;

	if (c < 0xe6 || c > 0x268)
		return NULL;
	for (i = 0; i < sizeof(stroke) / sizeof(stroke[0]); i++)
		if (stroke[i].from == c)
			return stroke[i].to;
	return NULL;
}

static bool
is_decorated_script(UChar32 c)
{
	UErrorCode status = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript(c, &status);

	return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC ||
	    script == USCRIPT_COMMON;
}

/* Vowel points of Arabic and Hebrew, which most texts leave out, and the Arabic stretching line. */
static bool
is_optional_point(UChar32 c)
{
	return (c >= 0x64b && c <= 0x652) || c == 0x670 || c == 0x640 || (c >= 0x591 && c <= 0x5bd) ||
	    c == 0x5bf || c == 0x5c1 || c == 0x5c2;
}

/* in is NFD; the result is in place, never longer but for the two-letter rows of stroke[]. */
static int32_t
drop_marks(const UChar *in, int32_t n, UChar *out)
{
	bool decorated = true;	/* the letter before takes its marks with it */
	const char *plain;
	int32_t i = 0, start, len = 0;
	UChar32 c;

	while (i < n) {
		start = i;
		U16_NEXT(in, i, n, c);
		if (c < 0x80) {
			decorated = true;
		} else if (u_charType(c) == U_NON_SPACING_MARK) {
			if (is_optional_point(c) ||
			    (decorated && c != 0x3099 && c != 0x309a))
				continue;
		} else if (is_optional_point(c)) {
			continue;
		} else {
			decorated = is_decorated_script(c);
			plain = c < 0x10000 ? unstroked((UChar)c) : NULL;
			for (; plain != NULL && *plain != '\0'; plain++)
				out[len++] = (UChar)*plain;
			if (plain != NULL)
				continue;
		}
		for (; start < i; start++)
			out[len++] = in[start];
	}
	return len;
}

static int32_t
fold16(const UChar *in, int32_t n, UChar **ret)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *casefold = unorm2_getNFKCCasefoldInstance(&status);
	const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	CLEANUP(freep) UChar *folded = NULL;
	CLEANUP(freep) UChar *apart = NULL;
	CLEANUP(freep) UChar *bare = NULL;

	if (U_FAILURE(status))
		return -1;
	if ((n = unicode_normalize16(casefold, in, n, &folded)) < 0 ||
	    (n = unicode_normalize16(nfd, folded, n, &apart)) < 0)
		return -1;
	bare = xreallocarray(NULL, (size_t)n * 2 + 1, sizeof(*bare));
	n = drop_marks(apart, n, bare);
	return unicode_normalize16(nfc, bare, n, ret);
}

char *
unicode_fold(const char *s, size_t n)
{
	size_t i;
	char *text;

	if (utf8_ascii_run(s, n) < n)
		return unicode_by_utf16(s, n, fold16);
	text = xmemdup(s, n);
	for (i = 0; i < n; i++)
		text[i] = (char)(text[i] | (text[i] >= 'A' && text[i] <= 'Z' ? 0x20 : 0));
	return text;
}
