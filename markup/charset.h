#ifndef MARKUP_CHARSET_H
#define MARKUP_CHARSET_H
/*
 * charset: bytes to UTF-8, decided before anything is parsed: BOM, then (unless refuted by the bytes) the
 * charset of Content-Type, then meta prescan as in the WHATWG Encoding and HTML standards (labels and
 * all), then valid UTF-8, then ICU's statistical detection. Decoded with the superset that the
 * Encoding standard names (gb2312 as GB18030, shift_jis as windows-31j, iso-8859-1 as windows-1252).
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/pull.h"

enum charset_from { CHARSET_BOM, CHARSET_HTTP, CHARSET_META, CHARSET_XML, CHARSET_VALID, CHARSET_DETECTED, CHARSET_DEFAULT };

struct charset_result {
	char name[32];			/* WHATWG name, "UTF-8", "Shift_JIS" ... */
	enum charset_from from;
	bool refuted;			/* the declared one was contradicted by the bytes */
	size_t replaced;		/* malformed sequences replaced by U+FFFD */
};

/* The WHATWG name of a label ("latin1" to "windows-1252"), or NULL. Static. */
const char *charset_by_label(const char *label, size_t n);
/* HTML prescan of at most the first 1024 bytes as the HTML standard has it; NULL when none. Static. */
const char *charset_prescan(const char *p, size_t n);
/* Encoding of an HTML page: Content-Type's charset (or NULL) and bytes. */
void charset_decide_html(const char *p, size_t n, const char *http_charset, struct charset_result *ret);
/* Of an XML document (RFC 7303, XML 1.0 appendix F). */
void charset_decide_xml(const char *p, size_t n, const char *http_charset, struct charset_result *ret);
/* Convert p[0..n) from ret->name into UTF-8 (BOM dropped, malformed replaced, NUL and most C0 dropped).
 * ERR_LIMIT when out's ceiling is hit. */
int charset_to_utf8(const char *p, size_t n, struct charset_result *ret, struct buf *out, struct err *reterr);

/*
 * The same a piece at a time: a stage that reads bytes from below and gives UTF-8. result is borrowed, its replaced counted
 * on. new: NULL with ERR_INPUT for an encoding without a decoder. Reading: ERR_LIMIT over max_bytes, and what from says.
 */
struct charset_stream;
struct charset_stream *charset_stream_new(struct charset_result *result, struct pull from, size_t max_bytes,
    struct err *reterr);
void charset_stream_free(struct charset_stream *s);
struct pull pull_of_charset(struct charset_stream *s);

/* "charset" parameter of a Content-Type value into out, or NULL. */
char *charset_of_content_type(const char *content_type, char out[64]);

#endif
