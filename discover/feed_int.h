#ifndef DISCOVER_FEED_INT_H
#define DISCOVER_FEED_INT_H
/* feed_int: what the readers of RSS, Atom and JSON Feed share. */
#include <libxml/tree.h>
#include "discover/discover_int.h"

#define FEED_SUMMARY_MAX 2048	/* bytes */
#define FEED_TEXT_MAX (32u << 10)	/* of an item without an address, which is all there is of its document */
#define FEED_TITLE_MAX 1024

/* Vocabulary of an element, by its namespace or, where that is undeclared, by its prefix. */
enum feed_ns { NS_CORE, NS_ATOM, NS_DC, NS_CONTENT, NS_MEDIA, NS_OTHER };

enum feed_ns feed_ns(const xmlNode *node);
const char *feed_local(const xmlNode *node);	/* name without an undeclared prefix */
bool feed_is(const xmlNode *node, enum feed_ns ns, const char *local);

/* Address against which links below node resolve: url with each xml:base on the way. Caller frees. */
char *feed_base(const xmlNode *node, const char *url);
/* Text of an element as one line, markup as it stands; NULL when empty. Caller frees. */
char *feed_text(xmlNodePtr node);
/* Plain text of a string that may hold HTML; NULL when empty. At most max bytes. Caller frees. */
char *feed_plain(const char *s, size_t max);
/* Absolute address of ref, or NULL. Caller frees. */
char *feed_link(const xmlNode *node, const char *url, const char *ref);
/* Keep the longer of two summaries short: sets *field when it is NULL. Takes value. */
void feed_set(char **field, char *value);

/*
 * Put one, which is handed over, at the end of c. content is its full text as plain text or NULL, handed over too.
 * Without an address it gets that of its list with a name of its own (URL_ITEM_MARK) and keeps content; what says
 * nothing at all is left out.
 */
void feed_add(struct candidates *c, struct candidate *one, char *content, const char *why,
    const struct discover_opts *opts);
/*
 * Are the texts of an item wanted, now that its address is known or is none? They are most of a feed's bytes, and markup in each:
 * where nobody reads them they are not read.
 */
bool feed_wants_texts(const struct candidate *one, const struct discover_opts *opts);
/*
 * Title and description of the media of an item (Media RSS), however deep in groups: for items without their own. NULL: not
 * wanted.
 */
void feed_media(xmlNodePtr node, char **title, char **summary);
/* xml:lang of node or the nearest element above; "": none, expressly; NULL: nothing said. Borrowed. */
const char *feed_lang(const xmlNode *node);
/* A tag as BCP 47 writes it, or NULL where it is empty or none. Caller frees. */
char *feed_lang_copy(const char *lang);

void feed_read_rss(xmlNodePtr root, const struct discover_opts *opts, struct candidates *c);
void feed_read_atom(xmlNodePtr root, const struct discover_opts *opts, struct candidates *c);
int feed_read_json(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr);
/* <atom:link> of a feed: next page, older archive and hub. */
void feed_read_atom_link(xmlNodePtr link, const struct discover_opts *opts, struct candidates *c);

#endif
