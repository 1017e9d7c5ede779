/* tree: walks over a libxml2 tree. */
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "markup/tree.h"
#include "base/banned.h"

#define LINE_BYTES (1u << 20)	/* of one line; no title, cell or paragraph is longer */

xmlNodePtr
tree_next(xmlNodePtr node, xmlNodePtr root, bool skip_children)
{
	if (!skip_children && node->type != XML_ENTITY_REF_NODE && node->children != NULL)
		return node->children;
	while (node != root) {
		if (node->next != NULL)
			return node->next;
		node = node->parent;
		if (node == NULL)
			return NULL;
	}
	return NULL;
}

/* The first letter decides most comparisons. */
static inline bool
same_name(const xmlChar *a, const char *b)
{
	return ((a[0] ^ (unsigned char)b[0]) & ~0x20) == 0 && strcasecmp((const char *)a, b) == 0;
}

bool
tree_is(const xmlNode *node, const char *name)
{
	return node != NULL && node->type == XML_ELEMENT_NODE && same_name(node->name, name);
}

bool
tree_is_any(const xmlNode *node, const char *const *names)
{
	if (node == NULL || node->type != XML_ELEMENT_NODE)
		return false;
	for (; *names != NULL; names++) {
		if (same_name(node->name, *names))
			return true;
	}
	return false;
}

const char *
tree_attr(const xmlNode *node, const char *name)
{
	if (node == NULL || node->type != XML_ELEMENT_NODE)
		return NULL;
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
		if (!same_name(a->name, name))
			continue;
		if (a->children == NULL || a->children->content == NULL)
			return "";
		return (const char *)a->children->content;
	}
	return NULL;
}

bool
tree_has_class(const xmlNode *node, const char *cls)
{
	const char *p = tree_attr(node, "class");
	size_t len, n = strlen(cls);

	while (p != NULL && *p != '\0') {
		p += strspn(p, " \t\r\n\f");
		len = strcspn(p, " \t\r\n\f");
		if (len == n && n > 0 && strncmp(p, cls, n) == 0)
			return true;
		p += len;
	}
	return false;
}

/* Elements by their first letter, so that a look-up is a few comparisons. */
static bool
in_table(const xmlNode *node, const char *const table[26])
{
	const char *name = (const char *)node->name, *p;
	int c = name[0] | 0x20;
	size_t k;

	if (c < 'a' || c > 'z')
		return false;
	for (p = table[c - 'a']; p != NULL && *p != '\0'; p += k + (p[k] == ' ')) {
		for (k = 0; p[k] != '\0' && p[k] != ' ' && (name[k] | 0x20) == p[k]; k++)
			;
		if ((p[k] == '\0' || p[k] == ' ') && name[k] == '\0')
			return true;
		while (p[k] != '\0' && p[k] != ' ')
			k++;
	}
	return false;
}

bool
tree_is_block(const xmlNode *node)
{
	static const char *const block[26] = {
		['a' - 'a'] = "address article aside",
		['b' - 'a'] = "blockquote body br",
		['c' - 'a'] = "caption center col colgroup",
		['d' - 'a'] = "dd details dialog dir div dl dt",
		['f' - 'a'] = "fieldset figcaption figure footer form frameset",
		['h' - 'a'] = "h1 h2 h3 h4 h5 h6 header hgroup hr html",
		['l' - 'a'] = "legend li",
		['m' - 'a'] = "main menu",
		['n' - 'a'] = "nav noframes noscript",
		['o' - 'a'] = "ol optgroup option",
		['p' - 'a'] = "p pre",
		['s' - 'a'] = "search section summary",
		['t' - 'a'] = "table tbody td tfoot th thead tr",
		['u' - 'a'] = "ul",
	};

	return node != NULL && node->type == XML_ELEMENT_NODE && in_table(node, block);
}

static bool
is_silent(const xmlNode *node)
{
	static const char *const silent[26] = {
		['n' - 'a'] = "noscript",
		['s' - 'a'] = "script style",
		['t' - 'a'] = "template",
	};

	return node->type == XML_ELEMENT_NODE && in_table(node, silent);
}

static bool
css_has(const char *style, const char *property, const char *value)
{
	const char *p = style;

	while ((p = strcasestr(p, property)) != NULL) {
		p += strlen(property);
		p += strspn(p, " \t");
		if (*p != ':')
			continue;
		p++;
		p += strspn(p, " \t");
		if (strncasecmp(p, value, strlen(value)) == 0)
			return true;
	}
	return false;
}

bool
tree_is_hidden(const xmlNode *node)
{
	const char *value;

	if (node == NULL || node->type != XML_ELEMENT_NODE || node->properties == NULL)
		return false;
	if (tree_attr(node, "hidden") != NULL)
		return true;
	if ((value = tree_attr(node, "aria-hidden")) != NULL && strcasecmp(value, "true") == 0)
		return true;
	if ((value = tree_attr(node, "style")) == NULL)
		return false;
	return css_has(value, "display", "none") || css_has(value, "visibility", "hidden");
}

static void
add_gap(struct buf *out)
{
	if (out->len > 0 && out->data[out->len - 1] != ' ' && out->data[out->len - 1] != '\n')
		buf_addc(out, ' ');
}

/* Next node as tree_next() has it; *left_block: the walk left a block on its way up. */
static xmlNodePtr
step(xmlNodePtr at, xmlNodePtr root, bool skip, bool *left_block)
{
	*left_block = false;
	if (!skip && at->type != XML_ENTITY_REF_NODE && at->children != NULL)
		return at->children;
	for (; at != NULL && at != root; at = at->parent) {
		if (tree_is_block(at))
			*left_block = true;
		if (at->next != NULL)
			return at->next;
	}
	return NULL;
}

void
tree_text(xmlNodePtr node, struct buf *out)
{
	bool left_block, skip;

	for (xmlNodePtr at = node; at != NULL && !out->full;) {
		if ((at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE) &&
		    at->content != NULL)
			buf_adds(out, (const char *)at->content);
		else if (at->type == XML_ELEMENT_NODE && tree_is_block(at))
			add_gap(out);
		skip = at->type == XML_COMMENT_NODE || (at->type == XML_ELEMENT_NODE && is_silent(at));
		at = step(at, node, skip, &left_block);
		if (left_block)
			add_gap(out);
	}
}

char *
tree_line(xmlNodePtr node)
{
	struct buf b = BUF_INIT(LINE_BYTES);
	char *line;

	tree_text(node, &b);
	line = unicode_line(buf_str(&b), b.len);
	buf_done(&b);
	return line;
}
