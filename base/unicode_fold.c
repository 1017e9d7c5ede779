/*
 * unicode_fold: case, width, compatibility and diacritics away. Marks that only decorate a letter
 * of Latin, Greek or Cyrillic go; marks that make another letter stay (Japanese voicing, Indic and
 * Thai vowel signs), because without them other words come out.
 */
#include <assert.h>
#include <pthread.h>
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
	{ 0xe6, "ae" }, { 0xf0, "d" }, { 0xf8, "o" }, { 0x111, "d" }, { 0x127, "h" },
	{ 0x131, "i" }, { 0x142, "l" }, { 0x153, "oe" }, { 0x167, "t" }, { 0x180, "b" }, { 0x19a, "l" },
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

/* The blocks of marks that decorate; those of a script of its own spell its words. */
static bool
is_decoration(UChar32 c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x483 && c <= 0x487) ||
	    (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
	    (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe20 && c <= 0xfe2f);
}

/* Vowel points of Arabic and Hebrew, which most texts leave out, and the Arabic stretching line. */
static bool
is_optional_point(UChar32 c)
{
	return (c >= 0x64b && c <= 0x652) || c == 0x670 || c == 0x640 ||
	    (c >= 0x591 && c <= 0x5bd) || c == 0x5bf || c == 0x5c1 || c == 0x5c2;
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
			if (is_optional_point(c) || (decorated && is_decoration(c)))
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

/*
 * Characters of alphabets, each with its fold, worked out once. A text of these and of characters
 * that fold to themselves is folded one by one; none of them acts on its neighbours.
 */
static const struct {
	uint32_t from, to;
} table_range[] = {
	{ 0x80, 0x24f }, { 0x370, 0x482 }, { 0x48a, 0x52f }, { 0xe33, 0xe33 },
	{ 0x1e00, 0x1eff }, { 0xff01, 0xff5e },
};
#define TABLE_SIZE 0x5b0	/* of all ranges together, at least */
#define NO_FOLD 0xff		/* the fold is longer than a row: the slow way */

static struct {
	unsigned char len;
	char text[7];
} table[TABLE_SIZE];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void
fill_table(void)
{
	struct buf b = BUF_INIT(8);
	size_t r, at = 0, n;
	uint32_t c;

	for (r = 0; r < sizeof(table_range) / sizeof(table_range[0]); r++)
		for (c = table_range[r].from; c <= table_range[r].to; c++, at++) {
			CLEANUP(freep) char *fold = NULL;

			assert(at < TABLE_SIZE);
			buf_clear(&b);
			utf8_put(&b, c);
			fold = unicode_by_utf16(b.data, b.len, fold16);
			n = strlen(fold);
			table[at].len = n < sizeof(table[at].text) ? (unsigned char)n : NO_FOLD;
			if (table[at].len != NO_FOLD)
				memcpy(table[at].text, fold, n);
		}
	buf_done(&b);
}

/* Index into table[], or -1. */
static inline int
table_index(uint32_t c)
{
	int at = 0;
	size_t r;

	for (r = 0; r < sizeof(table_range) / sizeof(table_range[0]); r++) {
		if (c < table_range[r].from)
			return -1;
		if (c <= table_range[r].to)
			return at + (int)(c - table_range[r].from);
		at += (int)(table_range[r].to - table_range[r].from) + 1;
	}
	return -1;
}

/* Letters without case, marks that stand in their order, and the punctuation of running text. */
static bool
folds_to_itself(uint32_t c)
{
	if (c < 0x3000)
		return (c >= 0x621 && c <= 0x63a) || (c >= 0x641 && c <= 0x64a) ||
		    (c >= 0xe01 && c <= 0xe3a && c != 0xe33) || (c >= 0xe40 && c <= 0xe4e) ||
		    (c >= 0x2013 && c <= 0x2014) ||
		    (c >= 0x2018 && c <= 0x201e) || c == 0x60c || (c >= 0x5d0 && c <= 0x5ea);
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) ||
	    (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc || (c >= 0xac00 && c <= 0xd7a3) ||
	    (c >= 0x3001 && c <= 0x3003) || (c >= 0x3008 && c <= 0x3011);
}

/* Folds s[0..n) into *b by the table; false when a character wants the slow way. */
static bool
fold_by_table(struct buf *b, const char *s, size_t n)
{
	size_t i = 0, start;
	uint32_t c = 0, before;
	int at;

	while (i < n) {
		buf_reserve(b, 16);	/* so that the lines below need no check */
		start = i;
		before = c;
		c = utf8_step(s, n, &i);
		if (c < 0x80) {
			b->data[b->len++] = (char)(c | (c >= 'A' && c <= 'Z' ? 0x20 : 0));
		} else if ((at = table_index(c)) >= 0) {
			if (table[at].len == NO_FOLD)
				return false;
			memcpy(b->data + b->len, table[at].text, sizeof(table[at].text));
			b->len += table[at].len;
		} else if (c >= 0xe38 && c <= 0xe3a && before >= 0xe48 && before <= 0xe4b) {
			return false;	/* a Thai vowel sign goes before its tone mark */
		} else if (folds_to_itself(c)) {
			memcpy(b->data + b->len, s + start, i - start);
			b->len += i - start;
		} else {
			return false;
		}
	}
	buf_add(b, "", 0);	/* the NUL */
	return true;
}

char *
unicode_fold(const char *s, size_t n)
{
	struct buf b = BUF_INIT(SIZE_MAX - 1);
	size_t i;
	char *text;

	if (utf8_ascii_run(s, n) == n) {
		text = xmemdup(s, n);
		for (i = 0; i < n; i++)
			text[i] = (char)(text[i] | (text[i] >= 'A' && text[i] <= 'Z' ? 0x20 : 0));
		return text;
	}
	pthread_once(&table_once, fill_table);
	buf_reserve(&b, n + 16);
	if (fold_by_table(&b, s, n))
		return buf_take(&b, NULL);
	buf_done(&b);
	return unicode_by_utf16(s, n, fold16);
}
