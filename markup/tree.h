#ifndef MARKUP_TREE_H
#define MARKUP_TREE_H
/* tree: walks over a libxml2 tree, iterative, so that depth costs no stack. */
#include <stdbool.h>
#include <stddef.h>
#include <libxml/tree.h>
#include "base/buf.h"

/* Next node in document order within root (root itself excluded at the end); skip: do not descend. */
xmlNodePtr tree_next(xmlNodePtr node, xmlNodePtr root, bool skip_children);
bool tree_is(const xmlNode *node, const char *name);		/* element of that name, any case */
bool tree_is_any(const xmlNode *node, const char *const *names);	/* names ends in NULL */
/* Borrowed value of an attribute without a copy where libxml2 allows, else NULL. */
const char *tree_attr(const xmlNode *node, const char *name);
bool tree_has_class(const xmlNode *node, const char *cls);
/* Text below node; script, style, template and noscript left out; blanks between blocks. */
void tree_text(xmlNodePtr node, struct buf *out);
/* The same as one clean line; caller frees; "" when empty. */
char *tree_line(xmlNodePtr node);
bool tree_is_block(const xmlNode *node);	/* p, div, li, td, h1 ... by HTML's default display */
bool tree_is_hidden(const xmlNode *node);	/* hidden, aria-hidden=true, style display:none */

#endif
