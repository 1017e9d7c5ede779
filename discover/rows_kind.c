/* rows_kind: what the name of an element says, told once for each name of a page. */
#include <ctype.h>
#include <string.h>
#include "discover/rows_int.h"
#include "markup/tree.h"
#include "base/banned.h"

static const char *const silent[] = { "script", "style", "noscript", "template", "select", "textarea",
	"head", "iframe", "object", "svg", "datalist", NULL };
static const char *const headings[] = { "h1", "h2", "h3", "h4", "h5", "h6", "dt", "caption", "th",
	"summary", NULL };
/* Elements that only dress text: rows with and without them are of one kind. */
static const char *const dress[] = { "b", "strong", "i", "em", "u", "font", "small", "span", "center",
	"big", "mark", "tbody", NULL };
/* Elements whose id names a part of the page; ids of rows and cells are numbers in disguise. */
static const char *const boxes[] = { "div", "section", "main", "ul", "ol", "dl", "nav", "header", "footer",
	"aside", "form", "table", NULL };
static const char *const unclosed[] = { "dd", "dt", "li", "p", NULL };
static const char *const lists[] = { "ul", "ol", "dl", "table", NULL };
static const char *const cells[] = { "td", "th", NULL };
static const char *const links[] = { "a", NULL };
static const char *const pictures[] = { "img", NULL };
static const char *const sources[] = { "pre", NULL };
static const char *const whole[] = { "html", "body", NULL };

static const struct {
	const char *const *names;
	uint16_t is;
} groups[] = {
	{ silent, ROWS_SILENT }, { headings, ROWS_HEADING }, { dress, ROWS_DRESS }, { boxes, ROWS_BOX },
	{ unclosed, ROWS_UNCLOSED }, { lists, ROWS_LIST }, { cells, ROWS_CELL }, { links, ROWS_LINK },
	{ pictures, ROWS_PICTURE }, { sources, ROWS_SOURCE }, { whole, ROWS_WHOLE },
};

uint64_t
rows_hash_name(const char *s, size_t n)
{
	uint64_t h = 1469598103934665603u;

	for (size_t i = 0; i < n; i++) {
		/* numbers in classes and ids tell rows apart, not kinds of rows */
		if (!isdigit((unsigned char)s[i]))
			h = (h ^ (unsigned char)tolower((unsigned char)s[i])) * 1099511628211u;
	}
	return h;
}

/* The letters of a name as a number, or 0 where it has more than eight. */
static uint64_t
pack(const xmlChar *name)
{
	uint64_t packed = 0;
	size_t i;

	for (i = 0; i < sizeof(packed) && name[i] != '\0'; i++)
		packed = packed << 8 | name[i];
	return name[i] == '\0' ? packed : 0;
}

const struct rows_kind *
rows_kind(struct rows_kinds *known, const xmlNode *node)
{
	uint64_t name = pack(node->name);
	struct rows_kind *k = &known->slots[(name * 0x9e3779b97f4a7c15u) >> (64 - ROWS_KIND_BITS)];

	if (k->name == name && name != 0)
		return k;
	*k = (struct rows_kind){ .name = name, .region = rows_tag_region(node) };
	k->tag = rows_hash_name((const char *)node->name, strlen((const char *)node->name));
	if (tree_is_block(node))
		k->is |= ROWS_BLOCK;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (tree_is_any(node, groups[i].names))
			k->is |= groups[i].is;
	}
	return k;
}
