#ifndef DISCOVER_DISCOVER_INT_H
#define DISCOVER_DISCOVER_INT_H
/* discover_int: the readers behind discover(). Each fills *c in page order; -1 with *reterr. */
#include "discover/candidate.h"
#include "discover/discover.h"

int feed_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr);
/* Takes out of c what include and exclude refuse, and counts it. The server chose the addresses: that work is a worker's. */
void discover_refuse(struct candidates *c, const struct discover_opts *opts);

int sitemap_read(struct pull from, const struct discover_opts *opts, const struct discover_parts *parts,
    struct candidates *c, struct err *reterr);
int listing_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr);
int page_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr);

/* Add a copy of url to a list of addresses unless it stands there. */
void candidates_add_more(struct candidates *c, const char *url);
void candidates_add_feed(struct candidates *c, const char *url);
/* First date of s, with its source set; leaves *ret alone and returns -1 when there is none. */
int candidate_date(const char *s, const char *language, enum date_source source,
    const struct discover_opts *opts, struct doc_date *ret);

#endif
