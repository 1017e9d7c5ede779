#ifndef DISCOVER_DISCOVER_H
#define DISCOVER_DISCOVER_H
/*
 * discover: bytes of a source to candidates, in page order. Pure: no I/O, no clock, no globals.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/pull.h"
#include "discover/candidate.h"

#define DISCOVER_MAX_LINKS 4000		/* candidates of a listing or feed */
#define DISCOVER_MAX_SITEMAP 100000	/* entries of one sitemap file; sitemaps.org allows half of it */

struct discover_opts {			/* all pointers borrowed for the call */
	const char *url;		/* final URL; base of relative links */
	const char *content_type;	/* header value, or NULL */
	enum source_kind kind;		/* KIND_AUTO: sniff */
	const char *select_links;	/* CSS or XPath, or NULL: find the list */
	const char *select_title;	/* within the row of a link */
	const char *select_date;
	const char *language;		/* of the source when known, for dates */
	int64_t now_ms;			/* for dates without a year */
	uint64_t known_shape;		/* candidates.shape of the listing as it was read last; 0: none */
	size_t max;			/* candidates; 0: the constants above */
	bool summaries;			/* of items with an address too, whose text is read from their page */
	char *const *include;		/* expressions: when there are any, one must match the address of a candidate */
	char *const *exclude;		/* none of these may; nor the address of a sitemap index's file */
	size_t include_count, exclude_count;
};

/*
 * Returns 0 and sets *ret (free with candidates_free); an empty list is a valid answer.
 * -1: ERR_INPUT (not what kind says: an HTML page at a feed's address, an empty body; the sentence says what it
 * is), ERR_CONFIG (a selector matched nothing, names it), ERR_LIMIT.
 */
int discover(const char *p, size_t n, const struct discover_opts *opts, struct candidates **ret,
    struct err *reterr);

/*
 * The same of size bytes that come a piece at a time. A sitemap is read as it comes, and where part is not NULL its entries go
 * there some at a time: part takes them out of c, which it leaves empty; -1 with *reterr ends the reading. *ret has the
 * others. All else is read into memory first: afterwards head holds it, of a sitemap its first bytes. The max of head is a limit.
 */
struct discover_parts {
	int (*part)(void *arg, struct candidates *c, struct err *reterr);
	void *arg;
};
#define DISCOVER_PART 256	/* candidates of a part */
int discover_pull(struct pull_head *head, size_t size, const struct discover_opts *opts, const struct discover_parts *parts,
    struct candidates **ret, struct err *reterr);

/* What the bytes are, without reading them all; never KIND_AUTO. */
enum source_kind discover_sniff(const char *p, size_t n, const char *content_type);

#endif
