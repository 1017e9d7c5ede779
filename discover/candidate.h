#ifndef DISCOVER_CANDIDATE_H
#define DISCOVER_CANDIDATE_H
/*
 * candidate: an address at which a document may stand, with what its row, item or entry says of it.
 * Strings are owned and clean; NULL when unknown.
 */
#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fields.h"
#include "document/dates.h"

struct candidate {
	char *url;		/* absolute, http(s), no fragment */
	char *guid;		/* feeds: id of the item, within its source only */
	char *title;
	struct doc_date published;
	struct doc_date updated;	/* Atom updated, sitemap lastmod: a hint to look again */
	char *language;
	char *summary;		/* plain text, at most 2 KB: of an item without an address, else when asked for */
	char *content;		/* plain text of an item without an address: all there is of its document */
	char *why;		/* which structure it was found in, for --explain */
};

/* What a visit's bytes turned out to be. */
enum source_kind { KIND_AUTO = 0, KIND_LISTING, KIND_FEED, KIND_SITEMAP, KIND_PAGE, KIND_COUNT };

struct candidates {
	enum source_kind kind;
	struct candidate *list;
	size_t count, cap;
	size_t refused;		/* by include and exclude: they are not in list */
	char *title;		/* of the feed or page */
	char *language;
	char **more;		/* sitemap index: further files; listing or feed: next page */
	size_t more_count;
	char **feeds;		/* rel=alternate feeds that the page names */
	size_t feeds_count;
	char *hub;		/* WebSub */
	char *charset;		/* in which the bytes were read */
	bool guids_doubtful;	/* empty or repeated GUIDs: not to be trusted as names */
	bool cut;		/* more than max candidates stood there */
	bool truncated;		/* the bytes end in the middle: a doubtful end */
	uint64_t shape;		/* of a listing: equal shapes give equal lists; 0: not known */
	bool same;		/* it has the shape that is known: the list is left out */
	int ttl_min;		/* RSS ttl, 0 when not stated */
};

const char *source_kind_name(enum source_kind k);
int source_kind_parse(const char *name, enum source_kind *ret);

struct candidates *candidates_new(void);
void candidates_free(struct candidates *c);
CLEANUP_DEFINE(struct candidates, candidates_free);
/* A fresh, zeroed candidate at the end; valid until the next add. */
struct candidate *candidates_add(struct candidates *c);
void candidate_clear(struct candidate *c);
/* The candidates of from go to the end of to; from is left without any. */
void candidates_append(struct candidates *to, struct candidates *from);
/* Exchanges the candidates alone, not what is said of the list. */
void candidates_swap(struct candidates *a, struct candidates *b);

/* All of a list, for the pipe between a worker and the program. Appends to b, which may become full. */
void candidates_encode(const struct candidates *c, struct buf *b);
/* Reads what candidates_encode() wrote, from wherever f stands. ERR_INPUT. */
int candidates_decode(struct fields *f, struct candidates **ret, struct err *reterr);
/* One line of `presswatch links`: url, title, published (and why). New reference. */
json_t *candidate_to_line(const struct candidate *c, bool explain);

#endif
