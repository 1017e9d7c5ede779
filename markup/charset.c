/* charset: which encoding a page is in, and its bytes as UTF-8. */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "markup/charset.h"
#include "markup/charset_int.h"
#include "base/banned.h"

#define LATE_META_BYTES (256u << 10)	/* browsers too take a declaration that stands late */
#define CHUNK 4096			/* UTF-16 units converted at once */
#define HABIT_BYTES (64u << 10)	/* of text that is declared as Latin-1 */
#define REFUTE_SEQUENCES 3		/* well-formed UTF-8 sequences that are no accident in legacy text */
#define ERRORS_BYTES (256u << 10)

static void
set(struct charset_result *ret, const char *name, enum charset_from from)
{
	size_t n = strlen(name);

	if (n >= sizeof(ret->name))
		n = sizeof(ret->name) - 1;
	memcpy(ret->name, name, n);
	ret->name[n] = '\0';
	ret->from = from;
}

static bool
by_bom(const char *p, size_t n, struct charset_result *ret)
{
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		set(ret, "UTF-8", CHARSET_BOM);
	else if (n >= 4 && memcmp(p, "\x00\x00\xfe\xff", 4) == 0)
		set(ret, "UTF-32BE", CHARSET_BOM);
	else if (n >= 4 && memcmp(p, "\xff\xfe\x00\x00", 4) == 0)
		set(ret, "UTF-32LE", CHARSET_BOM);
	else if (n >= 2 && memcmp(p, "\xfe\xff", 2) == 0)
		set(ret, "UTF-16BE", CHARSET_BOM);
	else if (n >= 2 && memcmp(p, "\xff\xfe", 2) == 0)
		set(ret, "UTF-16LE", CHARSET_BOM);
	else
		return false;
	return true;
}

static bool
is_utf16(const char *name)
{
	return strncmp(name, "UTF-16", 6) == 0;
}

/* Servers and templates say ISO-8859-1 of everything: believed unless the bytes say what they are instead. */
static bool
latin_is_refuted(const char *p, size_t n)
{
	const char *name;

	if (charset_by_habit(p, n) != NULL)
		return true;
	if (!charset_is_not_latin(p, n))
		return false;
	name = charset_guess(p, n);
	return name != NULL && strcmp(name, "windows-1252") != 0;
}

/* Do the bytes contradict a declared encoding? */
static bool
refutes(const char *name, const struct charset_count *utf8, const char *p, size_t n)
{
	if (strcmp(name, "UTF-8") == 0)
		return utf8->bad > 0 && utf8->bad * 10 > utf8->good;
	if (is_utf16(name))
		return memchr(p, '\0', n < 512 ? n : 512) == NULL;
	if (strcmp(name, "ISO-2022-JP") == 0)
		return utf8->bad == 0 && utf8->good > 0;
	if (strcmp(name, "windows-1252") == 0 && utf8->bad > 0)
		return latin_is_refuted(p, n < HABIT_BYTES ? n : HABIT_BYTES);
	if (utf8->bad > 0 || utf8->good == 0)
		return false;
	/* Valid UTF-8 beyond ASCII: in single-byte text an accident of one sequence is rare already. */
	return !charset_is_multibyte(name) || utf8->good >= REFUTE_SEQUENCES ||
	    charset_errors(name, p, n, ERRORS_BYTES) > 0;
}

/*
 * Servers say ISO-8859-1 of everything. When the page itself names an encoding of two bytes and reads well
 * in it, the page is right.
 */
static bool
page_knows_better(const char *http, const char *meta, const struct charset_count *utf8,
    const char *p, size_t n)
{
	return strcmp(http, "windows-1252") == 0 && utf8->bad > 0 && charset_is_multibyte(meta) &&
	    charset_errors(meta, p, n, ERRORS_BYTES) * 50 <= utf8->bad;
}

/* Undeclared, or declared wrongly: the bytes alone decide. */
static void
by_bytes(const char *p, size_t n, const struct charset_count *utf8, const char *fallback,
    struct charset_result *ret)
{
	const char *name;

	if (utf8->good > 0 && utf8->bad * 10 <= utf8->good) {
		set(ret, "UTF-8", CHARSET_VALID);
		return;
	}
	if (utf8->bad > 0 || memchr(p, 0x1b, n) != NULL) {
		name = charset_guess(p, n);
		if (name != NULL && !(utf8->bad > 0 && strcmp(name, "UTF-8") == 0)) {
			set(ret, name, CHARSET_DETECTED);
			return;
		}
	}
	set(ret, fallback, CHARSET_DEFAULT);
}

void
charset_decide_html(const char *p, size_t n, const char *http_charset, struct charset_result *ret)
{
	const char *http = NULL, *meta;
	struct charset_count utf8;

	*ret = (struct charset_result){ 0 };
	if (by_bom(p, n, ret))
		return;
	if (http_charset != NULL)
		http = charset_by_label(http_charset, strlen(http_charset));
	charset_count_utf8(p, n, &utf8);
	meta = charset_prescan(p, n);
	if (http != NULL) {
		if (meta != NULL && page_knows_better(http, meta, &utf8, p, n)) {
			set(ret, meta, CHARSET_META);
			ret->refuted = true;
			return;
		}
		if (!refutes(http, &utf8, p, n)) {
			set(ret, http, CHARSET_HTTP);
			return;
		}
		ret->refuted = true;
	}
	if (meta == NULL)
		meta = charset_prescan_all(p, n < LATE_META_BYTES ? n : LATE_META_BYTES);
	if (meta != NULL) {
		if (!refutes(meta, &utf8, p, n)) {
			set(ret, meta, CHARSET_META);
			return;
		}
		ret->refuted = true;
	}
	by_bytes(p, n, &utf8, "windows-1252", ret);
}

/* Encoding of the XML declaration into out; false when there is none. XML 1.0, 2.8 and appendix F. */
static bool
xml_declared(const char *p, size_t n, char out[32])
{
	char head[257];
	const char *s, *end;
	size_t len = n < 256 ? n : 256, at = 0;

	memcpy(head, p, len);
	head[len] = '\0';
	at = strspn(head, " \t\r\n");
	if (strncmp(head + at, "<?xml", 5) != 0 || (end = strstr(head + at, "?>")) == NULL)
		return false;
	if ((s = strstr(head + at, "encoding")) == NULL || s > end)
		return false;
	s += strlen("encoding");
	s += strspn(s, " \t\r\n");
	if (*s++ != '=')
		return false;
	s += strspn(s, " \t\r\n\"'");
	len = strcspn(s, "\"' \t\r\n?");
	if (len == 0 || len >= 32)
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

/* The declaration written in EBCDIC ("<?xm" is 4c 6f a7 94): decode its start to read it. */
static bool
ebcdic_declared(const char *p, size_t n, char out[32])
{
	UErrorCode e = U_ZERO_ERROR;
	char head[257];
	UConverter *conv;
	int32_t len;

	if (n < 4 || memcmp(p, "\x4c\x6f\xa7\x94", 4) != 0)
		return false;
	conv = ucnv_open("ibm-37", &e);
	if (U_FAILURE(e))
		return false;
	ucnv_close(conv);
	len = ucnv_convert("UTF-8", "ibm-37", head, 256, p, n < 200 ? (int32_t)n : 200, &e);
	if (U_FAILURE(e) || len <= 0)
		return false;
	if (!xml_declared(head, (size_t)len, out))
		memcpy(out, "ibm-37", 7);
	return true;
}

/* Wide encodings without a byte order mark show by the zeros around "<" (appendix F). */
static bool
by_zeros(const char *p, size_t n, struct charset_result *ret)
{
	static const struct { const char *bytes, *name; } rows[] = {
		{ "\0\0\0<", "UTF-32BE" }, { "<\0\0\0", "UTF-32LE" },
		{ "\0<\0?", "UTF-16BE" }, { "<\0?\0", "UTF-16LE" },
		{ "\0<\0r", "UTF-16BE" }, { "<\0r\0", "UTF-16LE" },
	};

	for (size_t i = 0; n >= 4 && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (memcmp(p, rows[i].bytes, 4) == 0) {
			set(ret, rows[i].name, CHARSET_XML);
			return true;
		}
	}
	return false;
}

/* A label of the Web, else a name that ICU knows (XML may be in any of them). */
static const char *
xml_name(const char *label)
{
	const char *name = charset_by_label(label, strlen(label));
	UErrorCode e = U_ZERO_ERROR;
	UConverter *conv;

	if (name != NULL)
		return name;
	conv = ucnv_open(label, &e);
	if (U_FAILURE(e))
		return NULL;
	ucnv_close(conv);
	return label;
}

void
charset_decide_xml(const char *p, size_t n, const char *http_charset, struct charset_result *ret)
{
	const char *name = NULL;
	char declared[32];
	struct charset_count utf8;

	*ret = (struct charset_result){ 0 };
	if (by_bom(p, n, ret) || by_zeros(p, n, ret))
		return;
	if (ebcdic_declared(p, n, declared) && xml_name(declared) != NULL) {
		set(ret, declared, CHARSET_XML);
		return;
	}
	charset_count_utf8(p, n, &utf8);
	if (http_charset != NULL && (name = xml_name(http_charset)) != NULL) {
		if (!refutes(name, &utf8, p, n)) {
			set(ret, name, CHARSET_HTTP);
			return;
		}
		ret->refuted = true;
	}
	if (xml_declared(p, n, declared) && (name = xml_name(declared)) != NULL) {
		if (!refutes(name, &utf8, p, n)) {
			set(ret, name, CHARSET_XML);
			return;
		}
		ret->refuted = true;
	}
	by_bytes(p, n, &utf8, "UTF-8", ret);
}

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

static int
from_legacy(const char *p, size_t n, struct charset_result *ret, struct buf *out,
    struct err *reterr)
{
	UErrorCode e = U_ZERO_ERROR;
	UConverter *conv = ucnv_open(charset_icu_name(ret->name), &e);
	const char *src = p, *end = p + n;
	UChar units[CHUNK], *to, high = 0;

	if (U_FAILURE(e))
		return err_set(reterr, ERR_INPUT, "no decoder for the charset \"%s\"", ret->name);
	do {
		to = units;
		e = U_ZERO_ERROR;
		ucnv_toUnicode(conv, &to, units + CHUNK, &src, end, NULL, true, &e);
		put_units(units, to, &high, out, &ret->replaced);
	} while (e == U_BUFFER_OVERFLOW_ERROR && !out->full);
	ucnv_close(conv);
	if (U_FAILURE(e) && e != U_BUFFER_OVERFLOW_ERROR)
		return err_set(reterr, ERR_INPUT, "the text is not in %s: %s", ret->name, u_errorName(e));
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

static void
from_utf8(const char *p, size_t n, struct charset_result *ret, struct buf *out)
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
		} else {
			put(out, 0xfffd);
			ret->replaced++;
			i += malformed(s + i, n - i);
		}
	}
}

int
charset_to_utf8(const char *p, size_t n, struct charset_result *ret, struct buf *out,
    struct err *reterr)
{
	static const struct { const char *name, *bom; size_t len; } boms[] = {
		{ "UTF-8", "\xef\xbb\xbf", 3 },
		{ "UTF-16BE", "\xfe\xff", 2 }, { "UTF-16LE", "\xff\xfe", 2 },
		{ "UTF-32BE", "\0\0\xfe\xff", 4 }, { "UTF-32LE", "\xff\xfe\0\0", 4 },
	};

	for (size_t i = 0; i < sizeof(boms) / sizeof(boms[0]); i++) {
		if (strcmp(ret->name, boms[i].name) == 0 && n >= boms[i].len &&
		    memcmp(p, boms[i].bom, boms[i].len) == 0) {
			p += boms[i].len;
			n -= boms[i].len;
			break;
		}
	}
	ret->replaced = 0;
	if (strcmp(ret->name, "UTF-8") == 0 || ret->name[0] == '\0')
		from_utf8(p, n, ret, out);
	else if (from_legacy(p, n, ret, out, reterr) < 0)
		return -1;
	if (out->full)
		return err_set(reterr, ERR_LIMIT, "over %zu bytes as UTF-8", out->max);
	return 0;
}
