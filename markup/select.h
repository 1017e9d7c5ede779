#ifndef MARKUP_SELECT_H
#define MARKUP_SELECT_H
/*
 * select: CSS selectors (level 3: type, *, #id, .class, [attr] with all operators and the i flag, :not,
 * :first-child, :last-child, :nth-child, :first-of-type, :last-of-type, :nth-of-type, :only-child, :empty,
 * :contains("x"), the four combinators, groups) translated to XPath; XPath where it begins with / or (.
 */
#include <stddef.h>
#include <libxml/tree.h>
#include "base/cleanup.h"
#include "base/err.h"

struct select;

/* ERR_CONFIG: names the character where the selector stops making sense. */
int select_compile(const char *selector, struct select **ret, struct err *reterr);
void select_free(struct select *s);
/* Is it one? 0, or -1 as select_compile(). */
int select_check(const char *selector, struct err *reterr);
CLEANUP_DEFINE(struct select, select_free);
const char *select_xpath(const struct select *s);	/* what it became; borrowed */

/* Nodes below root (or of the document when root is NULL) in document order; caller frees *ret_nodes (the
 * array alone). Returns the count, or -1 (ERR_LIMIT: over max nodes, ERR_INPUT). */
int select_all(const struct select *s, xmlDocPtr doc, xmlNodePtr root, size_t max,
    xmlNodePtr **ret_nodes, struct err *reterr);
xmlNodePtr select_first(const struct select *s, xmlDocPtr doc, xmlNodePtr root);

#endif
