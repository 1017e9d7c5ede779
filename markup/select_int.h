#ifndef MARKUP_SELECT_INT_H
#define MARKUP_SELECT_INT_H
/* select_int: from the CSS parser to the evaluation. */
#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"

/* XPath of a CSS selector list, relative to the context node ("descendant::..."). ERR_CONFIG. */
int select_css_to_xpath(const char *css, struct buf *out, struct err *reterr);

#define SELECT_NAME_MAX 256	/* bytes of a name or string, with NUL */

void select_put_literal(struct buf *out, const char *s);
void select_lower(char *s);	/* ASCII, in place */
/* value (an XPath expression) holds word among its blanks-parted words. */
void select_put_word(struct buf *out, const char *value, const char *word);
/* @name op value, op one of = ~ | ^ $ *; fold: whatever the case (value is lowered). */
void select_put_attr(struct buf *out, const char *name, char op, char *value, bool fold);

#endif
