#ifndef MARKUP_HTML_H
#define MARKUP_HTML_H
/*
 * html: a page as a libxml2 tree, with limits set once: bytes, nodes, depth 256, attributes of an element
 * (500; libxml2 2.9.14 is quadratic in them, so they are counted before it sees the page). NONET, no
 * entities from outside, never HUGE.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libxml/tree.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "markup/charset.h"

#define HTML_MAX_BYTES (32u << 20)
#define HTML_MAX_ATTRS 500
#define HTML_MAX_DEPTH 256

/* Contents of script elements, in order, kept beside the tree: see html_script(). */
struct html_scripts {
	struct buf text;		/* each followed by NUL */
	size_t *off;			/* where each begins */
	size_t count, cap;
};

struct html {
	xmlDocPtr doc;			/* UTF-8; comments, scripts and style sheets are without their contents */
	struct html_scripts scripts;
	struct arena *arena;		/* where doc lies; NULL: doc is freed by itself */
	struct charset_result charset;
	char *base_href;		/* of <base href>, resolved against url; else url; "" when none */
	bool too_deep;			/* nesting was cut at HTML_MAX_DEPTH */
	bool complete;			/* </html> or </body> was seen: not obviously cut */
};

/*
 * Parse bytes of a page. content_type may be NULL. ERR_LIMIT: too many attributes or bytes; ERR_INPUT: nothing
 * that is a document. The tree never holds malformed UTF-8.
 */
int html_parse(const char *p, size_t n, const char *content_type, const char *url,
    struct html **ret, struct err *reterr);
/*
 * The same, unless the page has the shape *shape: then *ret is NULL. *shape becomes the page's: a hash, never 0, of all of it but
 * comments, style sheets, the attributes of meta and input elements and of scripts all but JSON-LD and those that write a part
 * of the page. Pages of one shape hold the same lists, however often their tokens change.
 */
int html_parse_new(const char *p, size_t n, const char *content_type, const char *url, uint64_t *shape,
    struct html **ret, struct err *reterr);
void html_free(struct html *h);
/* What a script element of the tree holds; "" when nothing. Lives as long as h. */
const char *html_script(const struct html *h, const xmlNode *script);
CLEANUP_DEFINE(struct html, html_free);

#endif
