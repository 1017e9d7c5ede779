#ifndef MARKUP_XML_H
#define MARKUP_XML_H
/*
 * xml: feeds and sitemaps as a libxml2 tree or as a stream. Strict first; with RECOVER when that fails
 * (undeclared entities are replaced by their HTML meaning before the parser sees them, control characters
 * dropped). No DTD is loaded, no external entity, no XInclude; entity expansion stays bounded.
 */
#include <stdbool.h>
#include <stddef.h>
#include <libxml/tree.h>
#include <libxml/xmlreader.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "markup/charset.h"

#define XML_MAX_BYTES (64u << 20)
#define XML_MAX_ATTRS 500	/* libxml2 2.9.14 is quadratic in them, as in HTML */
#define XML_MAX_TAGS 500000	/* of a tree: start and end tags */

struct xml {
	xmlDocPtr doc;
	struct arena *arena;	/* where doc lies; NULL: doc is freed by itself */
	struct charset_result charset;
	bool recovered;		/* it was not well-formed */
	bool truncated;		/* the root element was not closed */
	bool cut;		/* more than XML_MAX_TAGS elements: the rest was not read */
};

int xml_parse(const char *p, size_t n, const char *content_type, struct xml **ret, struct err *reterr);
void xml_free(struct xml *x);
CLEANUP_DEFINE(struct xml, xml_free);

/*
 * Make text safe and readable for the parser: no DOCTYPE (its plain entities are put in), every entity a
 * character or an escaped "&", no XML declaration, nothing before the first "<". utf8 as charset_to_utf8()
 * left it. aside: of a longer CDATA section, which the parser would read letter by letter, an instruction <?XML_ASIDE
 * OFFSET LENGTH?> says where in utf8 it stands. *ret_changed: a strict reader would have failed. ERR_LIMIT when out is
 * full or an element has too many attributes.
 */
int xml_prepare(const char *utf8, size_t n, bool aside, struct buf *out, bool *ret_changed, struct err *reterr);
#define XML_ASIDE "aside"

/* A reader over UTF-8 bytes (already through charset_to_utf8), for files too large for a tree. Caller
 * frees with xmlFreeTextReader(). NULL with *reterr. */
xmlTextReaderPtr xml_reader(const char *utf8, size_t n, struct err *reterr);

#endif
