#ifndef CLI_WARC_H
#define CLI_WARC_H
/*
 * warc: records of a WARC file (ISO 28500), versions 1.0 and 1.1, plain or gzip, one after another. Whatever the file holds, a
 * record costs at most WARC_BLOCK_MAX of memory; a longer one is stepped over.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"

#define WARC_BLOCK_MAX ((size_t)64 << 20)

struct warc;
struct warc_record {			/* of the reader, until the next call */
	const char *type, *url, *date, *content_type, *profile, *digest;	/* header fields, or NULL */
	const struct buf *block;
	bool cut;			/* longer than WARC_BLOCK_MAX: block is empty */
	int64_t at;			/* bytes of the file read so far, as they are packed */
};

int warc_open(const char *path, struct warc **ret, struct err *reterr);
void warc_close(struct warc *w);
CLEANUP_DEFINE(struct warc, warc_close);
/* 1: *ret, 0: the end, -1: ERR_INPUT no WARC, or it ends within a record. */
int warc_next(struct warc *w, struct warc_record *ret, struct err *reterr);
/*
 * The page in a response or resource record: transfer and content codings undone. 1: *ret_body, *ret_type (caller frees, may be
 * NULL); 0: it is no page: another kind of record, or a status other than 200; -1: ERR_INPUT.
 */
int warc_page(const struct warc_record *r, struct buf *ret_body, char **ret_type, struct err *reterr);

#endif
