#ifndef MARKUP_SELECT_INT_H
#define MARKUP_SELECT_INT_H
/* select_int: from the CSS parser to the evaluation. */
#include "base/buf.h"
#include "base/err.h"

/* XPath of a CSS selector list, relative to the context node ("descendant::..."). ERR_CONFIG. */
int select_css_to_xpath(const char *css, struct buf *out, struct err *reterr);

#endif
