#ifndef CLI_OUT_INT_H
#define CLI_OUT_INT_H
/* out_int: what the printer's files share. */
#include "cli/out.h"

/* Text of several lines without what must not reach a terminal. */
void out_filter_block(struct buf *b, const char *s, size_t n);

#endif
