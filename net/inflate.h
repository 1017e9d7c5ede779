#ifndef NET_INFLATE_H
#define NET_INFLATE_H
/*
 * inflate: content codings undone as the bytes come. The end mark of the format is demanded (gzip with
 * its checksum), so a cut body is an error and never half a page.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

enum inflate_kind { INFLATE_NONE = 0, INFLATE_GZIP, INFLATE_DEFLATE };

#define INFLATE_STEP (32u << 10)

struct inflate;

/*
 * What Content-Encoding asks for: "gzip", "x-gzip", "deflate", "identity" or nothing, in any case.
 * -1: unknown coding (ERR_TEMPORARY) or more than one (ERR_LIMIT).
 */
int inflate_kind_of(const char *content_encoding, enum inflate_kind *ret, struct err *reterr);

struct inflate *inflate_new(enum inflate_kind kind, size_t max_ratio, size_t ratio_from);
void inflate_free(struct inflate *z);
/*
 * Decode p[0..n) onto the end of out until all of it is used up, or until at least piece bytes came out (and at most
 * INFLATE_STEP more). *ret_used says how much of p was taken. 0: all was used and nothing more comes of it. 1: there is
 * more; call again with the rest of p, even when that is empty. -1: ERR_TEMPORARY corrupt, ERR_LIMIT out's ceiling was hit
 * (out->full, what fits is there) or more than ratio_from bytes came out at over max_ratio to one.
 */
int inflate_feed(struct inflate *z, const void *p, size_t n, size_t piece, struct buf *out, size_t *ret_used,
    struct err *reterr);
/* -1, ERR_TEMPORARY: bytes came but the format's end did not. */
int inflate_finish(struct inflate *z, struct err *reterr);

#endif
