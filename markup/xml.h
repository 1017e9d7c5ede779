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
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/pull.h"
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

/* The same a piece at a time: out gets what is settled, which may end within a tag. Attributes are not counted. */
struct xml_prepare;
struct xml_prepare *xml_prepare_new(void);
void xml_prepare_free(struct xml_prepare *x);
int xml_prepare_feed(struct xml_prepare *x, const char *utf8, size_t n, bool last, struct buf *out,
    struct err *reterr);

/*
 * A text too long for a tree, read as it comes: utf8 as charset_stream_feed() leaves it, prepared as above. The sink is told
 * of each element in order; text in parts. Name without its prefix; prefix and uri may be NULL, each without the other.
 */
struct xml_sink {
	void (*open)(void *arg, const char *name, const char *prefix, const char *uri);
	void (*close)(void *arg, const char *name, const char *prefix, const char *uri);
	void (*text)(void *arg, const char *s, size_t n);
	void *arg;
};

#define XML_TAIL 200

/* tail: the last bytes of the prepared text. Malformed text gives what is readable. ERR_LIMIT as above; errors of utf8. */
int xml_stream(const struct pull *utf8, const struct xml_sink *sink, char tail[XML_TAIL + 1], struct err *reterr);

#endif
