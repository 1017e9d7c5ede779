/* charset: which encoding a page is in. */
#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include "base/mem.h"
#include "markup/charset.h"
#include "markup/charset_int.h"
#include "base/banned.h"

#define LATE_META_BYTES (256u << 10)	/* browsers too take a declaration that stands late */
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
