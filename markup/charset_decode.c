/* charset_decode: bytes of a known encoding as UTF-8, all at once or a piece at a time. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "markup/charset.h"
#include "markup/charset_int.h"
#include "base/banned.h"

#define CHUNK 4096	/* UTF-16 units converted at once */

#define PIECE (32u << 10)	/* bytes read at once */
#define BOM_MAX 4		/* bytes of the longest byte order mark */
#define UTF8_GROWTH 3		/* bytes of UTF-8 that one of another encoding becomes at most */

struct decoder {
	struct charset_result *result;
	UConverter *conv;	/* NULL: UTF-8 */
	UChar high;		/* first half of a pair that stood at the end of a piece */
	bool begun;
};

struct charset_stream {
	struct decoder decoder;
	struct pull from;
	size_t max, total;
	char in[PIECE];
	size_t in_len;		/* the start of a character that the next bytes complete */
	struct buf out;		/* from out_at on not asked for yet */
	size_t out_at;
	bool ended;
};

/* Characters that no document means: C0 but blanks, DEL, the two non-characters. */
static bool
unwanted(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f ||
	    c == 0xfffe || c == 0xffff;
}

static void
put(struct buf *out, uint32_t c)
{
	char s[4];

	if (unwanted(c))
		return;
	if (c < 0x80) {
		buf_addc(out, (char)c);
	} else if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6), s[1] = (char)(0x80 | (c & 0x3f));
		buf_add(out, s, 2);
	} else if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12), s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
		buf_add(out, s, 3);
	} else {
		s[0] = (char)(0xf0 | c >> 18), s[1] = (char)(0x80 | (c >> 12 & 0x3f));
		s[2] = (char)(0x80 | (c >> 6 & 0x3f)), s[3] = (char)(0x80 | (c & 0x3f));
		buf_add(out, s, 4);
	}
}

/* Units of one chunk; *high keeps a first half of a pair that stands at the end. */
static void
put_units(const UChar *u, const UChar *end, UChar *high, struct buf *out, size_t *replaced)
{
	for (; u < end; u++) {
		if (*high != 0 && *u >= 0xdc00 && *u <= 0xdfff) {
			put(out, 0x10000 + ((uint32_t)(*high - 0xd800) << 10) + (uint32_t)(*u - 0xdc00));
			*high = 0;
			continue;
		}
		if (*high != 0) {
			put(out, 0xfffd);
			(*replaced)++;
			*high = 0;
		}
		if (*u >= 0xd800 && *u <= 0xdbff) {
			*high = *u;
			continue;
		}
		if (*u == 0xfffd || (*u >= 0xdc00 && *u <= 0xdfff))
			(*replaced)++;
		put(out, *u >= 0xdc00 && *u <= 0xdfff ? 0xfffd : *u);
	}
}

/* All of p: what is cut at its end stays in the converter. */
static int
from_legacy(struct decoder *s, const char *p, size_t n, bool last, struct buf *out, struct err *reterr)
{
	const char *src = p, *end = p + n;
	UErrorCode e = U_ZERO_ERROR;
	UChar units[CHUNK], *to;

	do {
		to = units;
		e = U_ZERO_ERROR;
		ucnv_toUnicode(s->conv, &to, units + CHUNK, &src, end, NULL, last, &e);
		put_units(units, to, &s->high, out, &s->result->replaced);
	} while (e == U_BUFFER_OVERFLOW_ERROR && !out->full);
	if (U_FAILURE(e) && e != U_BUFFER_OVERFLOW_ERROR)
		return err_set(reterr, ERR_INPUT, "the text is not in %s: %s", s->result->name, u_errorName(e));
	return 0;
}

/* Bytes that go into a malformed sequence's single U+FFFD (Unicode 3.9, maximal subparts). */
static size_t
malformed(const unsigned char *p, size_t n)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t len, i;

	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 1;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0 || p[0] == 0xf0)
		lo = p[0] == 0xe0 ? 0xa0 : 0x90;
	if (p[0] == 0xed || p[0] == 0xf4)
		hi = p[0] == 0xed ? 0x9f : 0x8f;
	for (i = 1; i < len && i < n && p[i] >= lo && p[i] <= hi; i++)
		lo = 0x80, hi = 0xbf;
	return i;
}

/* Eight bytes, each from 0x20 to 0x7e? */
static bool
is_plain(const unsigned char *s)
{
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	uint64_t v;

	memcpy(&v, s, 8);
	/* the high bit of a byte is set when it has one itself, is below 0x20, or is 0x7f */
	return ((v | (v - ones * 0x20) | (v + ones)) & high) == 0;
}

/* A sequence of which more may come? */
static bool
is_cut(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	return p[0] >= 0xc2 && p[0] <= 0xf4 && len > n && malformed(p, n) == n;
}

/* Returns the bytes read: all of them, or up to a sequence that the next piece completes. */
static size_t
from_utf8(const char *p, size_t n, bool last, struct charset_result *ret, struct buf *out)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t i = 0, run, len;

	while (i < n && !out->full) {
		for (run = i; i < n; i += len) {
			while (n - i >= 8 && is_plain(s + i))
				i += 8;
			if (i >= n)
				break;
			if (s[i] >= 0x20 && s[i] < 0x7f) {
				len = 1;
			} else if (s[i] < 0x80) {
				len = 1;
				if (unwanted(s[i]))
					break;
			} else if ((len = utf8_length(p + i, n - i)) == 0 || (s[i] == 0xef &&
			    s[i + 1] == 0xbf && s[i + 2] >= 0xbe)) {
				break;
			}
		}
		if (i > run)
			buf_add(out, p + run, i - run);
		if (i >= n)
			break;
		if (s[i] < 0x80) {
			i++;
		} else if ((len = utf8_length(p + i, n - i)) > 0) {
			i += len;	/* a non-character */
		} else if (!last && is_cut(s + i, n - i)) {
			break;
		} else {
			put(out, 0xfffd);
			ret->replaced++;
			i += malformed(s + i, n - i);
		}
	}
	return i;
}

/* Length of the byte order mark of that encoding at p, 0: none stands there. */
static size_t
bom_of(const char *name, const char *p, size_t n)
{
	static const struct { const char *name, *bom; size_t len; } boms[] = {
		{ "UTF-8", "\xef\xbb\xbf", 3 },
		{ "UTF-16BE", "\xfe\xff", 2 }, { "UTF-16LE", "\xff\xfe", 2 },
		{ "UTF-32BE", "\0\0\xfe\xff", 4 }, { "UTF-32LE", "\xff\xfe\0\0", 4 },
	};

	for (size_t i = 0; i < sizeof(boms) / sizeof(boms[0]); i++)
		if (strcmp(name, boms[i].name) == 0 && n >= boms[i].len && memcmp(p, boms[i].bom, boms[i].len) == 0)
			return boms[i].len;
	return 0;
}

static int
open_decoder(struct decoder *s, struct charset_result *result, struct err *reterr)
{
	UErrorCode e = U_ZERO_ERROR;

	*s = (struct decoder){ .result = result };
	result->replaced = 0;
	if (strcmp(result->name, "UTF-8") == 0 || result->name[0] == '\0')
		return 0;
	s->conv = ucnv_open(charset_icu_name(result->name), &e);
	if (U_FAILURE(e))
		return err_set(reterr, ERR_INPUT, "no decoder for the charset \"%s\"", result->name);
	return 0;
}

static void
close_decoder(struct decoder *s)
{
	if (s->conv != NULL)
		ucnv_close(s->conv);
}

/* *ret_read: all of p, or, unless last, up to a character that is cut. */
static int
decode(struct decoder *s, const char *p, size_t n, bool last, struct buf *out, size_t *ret_read, struct err *reterr)
{
	size_t skipped = s->begun ? 0 : bom_of(s->result->name, p, n), got = n - skipped;

	s->begun = true;
	if (s->conv == NULL)
		got = from_utf8(p + skipped, n - skipped, last, s->result, out);
	else if (from_legacy(s, p + skipped, n - skipped, last, out, reterr) < 0)
		return -1;
	if (out->full)
		return err_set(reterr, ERR_LIMIT, "over %zu bytes as UTF-8", out->max);
	*ret_read = skipped + got;
	return 0;
}

int
charset_to_utf8(const char *p, size_t n, struct charset_result *ret, struct buf *out,
    struct err *reterr)
{
	struct decoder s;
	size_t got;
	int rc;

	if (open_decoder(&s, ret, reterr) < 0)
		return -1;
	rc = decode(&s, p, n, true, out, &got, reterr);
	close_decoder(&s);
	return rc;
}

struct charset_stream *
charset_stream_new(struct charset_result *result, struct pull from, size_t max_bytes, struct err *reterr)
{
	struct decoder decoder;
	struct charset_stream *s;

	if (open_decoder(&decoder, result, reterr) < 0)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->decoder = decoder;
	s->from = from;
	s->max = max_bytes;
	buf_init(&s->out, 2 * UTF8_GROWTH * PIECE);
	return s;
}

void
charset_stream_free(struct charset_stream *s)
{
	if (s == NULL)
		return;
	close_decoder(&s->decoder);
	buf_done(&s->out);
	free(s);
}

/* Another piece into s->out, which may stay empty. */
static int
decode_piece(struct charset_stream *s, struct err *reterr)
{
	ssize_t n = s->from.read(s->from.arg, s->in + s->in_len, sizeof(s->in) - s->in_len, reterr);
	size_t got;

	if (n < 0)
		return -1;
	s->ended = n == 0;
	s->in_len += (size_t)n;
	s->out_at = 0;
	buf_clear(&s->out);
	if (!s->decoder.begun && s->in_len < BOM_MAX && !s->ended)
		return 0;
	if (decode(&s->decoder, s->in, s->in_len, s->ended, &s->out, &got, reterr) < 0)
		return -1;
	s->in_len -= got;
	memmove(s->in, s->in + got, s->in_len);
	s->total += s->out.len;
	return s->total <= s->max ? 0 : err_set(reterr, ERR_LIMIT, "over %zu bytes as UTF-8", s->max);
}

static ssize_t
stream_read(void *arg, char *p, size_t n, struct err *reterr)
{
	struct charset_stream *s = arg;

	while (s->out_at == s->out.len && !s->ended)
		if (decode_piece(s, reterr) < 0)
			return -1;
	if (n > s->out.len - s->out_at)
		n = s->out.len - s->out_at;
	if (n > 0)
		memcpy(p, s->out.data + s->out_at, n);
	s->out_at += n;
	return (ssize_t)n;
}

struct pull
pull_of_charset(struct charset_stream *s)
{
	return (struct pull){ stream_read, s };
}
