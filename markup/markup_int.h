#ifndef MARKUP_MARKUP_INT_H
#define MARKUP_MARKUP_INT_H
/* markup_int: the look at a text before libxml2 sees it, in one linear pass. */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/*
 * ERR_LIMIT when one tag has more than max_attrs attributes or the text more than max_tags tags. raw_text: the
 * contents of script and style are no tags (HTML).
 */
int markup_check_tags(const char *p, size_t n, size_t max_attrs, size_t max_tags, bool raw_text,
    struct err *reterr);
/* What binary format the bytes are, in words ("a PDF file"), or NULL when they may be text. */
const char *markup_binary_kind(const char *p, size_t n);
/* True when nothing but blanks stands there. */
bool markup_is_blank(const char *p, size_t n);

#endif
