#ifndef BASE_PULL_H
#define BASE_PULL_H
/*
 * pull: bytes that come a piece at a time from whoever has them, so that what is long never stands in memory
 * whole. Stages are chained: each reads from the one below it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"

struct pull {
	/* Puts at most n bytes at p: how many; 0 at the end, and again after it; -1 with *reterr. */
	ssize_t (*read)(void *arg, char *p, size_t n, struct err *reterr);
	void *arg;
};

/* Bytes in memory, borrowed. */
struct pull_mem {
	const char *p;
	size_t n;
};
struct pull pull_of_mem(struct pull_mem *m);

/* All there are, onto the end of out. ERR_LIMIT: over its ceiling. out is as it was when it fails. */
int pull_all(struct pull from, struct buf *out, struct err *reterr);

/* The first bytes looked at before they are read: head holds those that pull_head_fill() asked for. */
struct pull_head {
	struct pull from;
	struct buf head;
	size_t at;	/* of head: read already */
	bool ended;
};
void pull_head_init(struct pull_head *h, struct pull from, size_t max);
void pull_head_done(struct pull_head *h);
/* Until head holds want bytes or all there are. ERR_LIMIT: want is over the max of head. */
int pull_head_fill(struct pull_head *h, size_t want, struct err *reterr);
struct pull pull_of_head(struct pull_head *h);

/*
 * gunzip: gzip inflated as it is asked for, members in a row as one content; what follows the last one is padding.
 * Its end mark is demanded: ERR_INPUT cut or malformed; ERR_LIMIT more than max_bytes.
 */
struct gunzip;
struct gunzip *gunzip_new(struct pull from, size_t max_bytes);
void gunzip_free(struct gunzip *z);
struct pull pull_of_gunzip(struct gunzip *z);

#endif
