#ifndef MARKUP_MARKUP_INT_H
#define MARKUP_MARKUP_INT_H
/* markup_int: the look at a text before libxml2 sees it, in one linear pass. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "markup/html.h"

/* A start tag as it stands in the text. */
struct markup_tag {
	size_t name, name_len;	/* where */
	size_t attrs;
	bool empty;		/* ends in "/>" */
};

/* Reads a start tag from its name on; returns where it ends: at '>', at the next '<', or at n. */
size_t markup_scan_tag(const char *p, size_t name, size_t n, struct markup_tag *ret);
bool markup_is_letter(char c);	/* that a name may begin with */
/* ERR_LIMIT when the tag has more than max_attrs attributes. */
int markup_refuse_tag(const char *p, const struct markup_tag *tag, size_t max_attrs, struct err *reterr);
/*
 * The tags of a piece of XML text: ERR_LIMIT when one has more than max_attrs attributes. *ret_whole: bytes that hold
 * no tag cut by the end of the piece; the next one begins with the rest. st is zero before the first.
 */
struct markup_check {
	bool in_cdata;
};
int markup_check_piece(struct markup_check *st, const char *p, size_t n, bool last, size_t max_attrs,
    size_t *ret_whole, struct err *reterr);

/*
 * The page without the contents of its comments and of style and script elements, which make half of a page's
 * bytes and of libxml2's time; where a script's stood, stands its number. The tree has the same nodes as without
 * this. Limits of tags and attributes are looked after in the same pass: ERR_LIMIT. *ret_shape: see html_parse_new().
 */
int markup_strip(const char *p, size_t n, size_t max_attrs, size_t max_tags, struct buf *out,
    struct html_scripts *scripts, uint64_t *ret_shape, struct err *reterr);
/* How libxml2 reads XML here: no network, no entities but the five. */
#define XML_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | \
	XML_PARSE_COMPACT | XML_PARSE_NOCDATA)

/* What binary format the bytes are, in words ("a PDF file"), or NULL when they may be text. */
const char *markup_binary_kind(const char *p, size_t n);
/* True when nothing but blanks stands there. */
bool markup_is_blank(const char *p, size_t n);

#endif
