/* select: selectors compiled once and evaluated by libxml2's XPath, with a bound on the work. */
#include <string.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include "base/buf.h"
#include "base/mem.h"
#include "markup/select.h"
#include "markup/select_int.h"
#include "base/banned.h"

#define SELECT_TEXT_MAX 4096
#define SELECT_XPATH_MAX (64u << 10)
/* Steps of one evaluation: sibling counts are quadratic in a hostile page, this ends them within a second. */
#define SELECT_OPS 20000000

struct select {
	char *source;		/* as configured */
	char *xpath;
	xmlXPathCompExprPtr whole;	/* from the document */
	xmlXPathCompExprPtr below;	/* from a given node */
};

static void
ignore_error(void *arg, xmlErrorPtr error)
{
	(void)arg;
	(void)error;
}

static xmlXPathContextPtr
new_context(xmlDocPtr doc)
{
	xmlXPathContextPtr ctx = xmlXPathNewContext(doc);

	if (ctx != NULL) {
		ctx->error = ignore_error;
		ctx->opLimit = SELECT_OPS;
	}
	return ctx;
}

static xmlXPathCompExprPtr
compile(const char *xpath)
{
	xmlXPathContextPtr ctx = new_context(NULL);
	xmlXPathCompExprPtr comp = ctx != NULL ? xmlXPathCtxtCompile(ctx, (const xmlChar *)xpath) : NULL;

	xmlXPathFreeContext(ctx);
	return comp;
}

/* Within a row "//span" means below that row, as people write it. */
static char *
xpath_below(const char *xpath)
{
	return xpath[0] == '/' && xpath[1] == '/' ? xasprintf(".%s", xpath) : xstrdup(xpath);
}

static int
is_xpath(const char *s)
{
	return *s == '/' || *s == '(';
}

int
select_compile(const char *selector, struct select **ret, struct err *reterr)
{
	CLEANUP(select_freep) struct select *s = NULL;
	CLEANUP(freep) char *below = NULL;
	struct buf xpath = BUF_INIT(SELECT_XPATH_MAX);

	selector += strspn(selector, " \t\r\n");
	if (*selector == '\0')
		return err_set(reterr, ERR_CONFIG, "an empty selector");
	if (strlen(selector) > SELECT_TEXT_MAX)
		return err_set(reterr, ERR_CONFIG, "a selector of more than %d bytes", SELECT_TEXT_MAX);
	s = xcalloc(1, sizeof(*s));
	s->source = xstrdup(selector);
	if (is_xpath(selector)) {
		s->xpath = xstrdup(selector);
	} else {
		if (select_css_to_xpath(selector, &xpath, reterr) < 0) {
			buf_done(&xpath);
			return -1;
		}
		s->xpath = buf_take(&xpath, NULL);
	}
	below = xpath_below(s->xpath);
	s->whole = compile(s->xpath);
	s->below = compile(below);
	if (s->whole == NULL || s->below == NULL)
		return err_set(reterr, ERR_CONFIG, "selector \"%.200s\" is no XPath that can be read", selector);
	*ret = s;
	s = NULL;
	return 0;
}

void
select_free(struct select *s)
{
	if (s == NULL)
		return;
	xmlXPathFreeCompExpr(s->whole);
	xmlXPathFreeCompExpr(s->below);
	free(s->source);
	free(s->xpath);
	free(s);
}

const char *
select_xpath(const struct select *s)
{
	return s->xpath;
}

/* Attributes and texts that an XPath picks stand for their element. */
static xmlNodePtr
element_of(xmlNodePtr node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE) {
		if (node->type == XML_NAMESPACE_DECL)
			return NULL;
		node = node->parent;
	}
	return node;
}

static int
collect(const xmlNodeSet *set, xmlNodePtr *nodes)
{
	xmlNodePtr node;
	int count = 0;

	for (int i = 0; i < set->nodeNr; i++) {
		node = element_of(set->nodeTab[i]);
		if (node != NULL && (count == 0 || nodes[count - 1] != node))
			nodes[count++] = node;
	}
	return count;
}

int
select_all(const struct select *s, xmlDocPtr doc, xmlNodePtr root, size_t max,
    xmlNodePtr **ret_nodes, struct err *reterr)
{
	xmlXPathContextPtr ctx = new_context(doc);
	xmlXPathObjectPtr found;
	int count = -1;

	if (ctx == NULL)
		return err_set(reterr, ERR_LOCAL, "libxml2 gave no XPath context");
	ctx->node = root != NULL ? root : (xmlNodePtr)doc;
	found = xmlXPathCompiledEval(root != NULL ? s->below : s->whole, ctx);
	if (found == NULL || found->type != XPATH_NODESET) {
		if (ctx->lastError.code == XML_XPATH_EXPRESSION_OK + XPATH_OP_LIMIT_EXCEEDED)
			err_set(reterr, ERR_LIMIT, "selector \"%.200s\" takes too many steps", s->source);
		else
			err_set(reterr, ERR_INPUT, "selector \"%.200s\" selects no nodes", s->source);
	} else if (found->nodesetval == NULL || found->nodesetval->nodeNr == 0) {
		*ret_nodes = xmalloc(sizeof(**ret_nodes));
		count = 0;
	} else if ((size_t)found->nodesetval->nodeNr > max) {
		err_set(reterr, ERR_LIMIT, "selector \"%.200s\" selects more than %zu nodes", s->source, max);
	} else {
		xmlXPathNodeSetSort(found->nodesetval);
		*ret_nodes = xcalloc((size_t)found->nodesetval->nodeNr, sizeof(**ret_nodes));
		count = collect(found->nodesetval, *ret_nodes);
	}
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(ctx);
	return count;
}

xmlNodePtr
select_first(const struct select *s, xmlDocPtr doc, xmlNodePtr root)
{
	CLEANUP(freep) xmlNodePtr *nodes = NULL;

	return select_all(s, doc, root, 100000, &nodes, NULL) > 0 ? nodes[0] : NULL;
}

int
select_check(const char *selector, struct err *reterr)
{
	CLEANUP(select_freep) struct select *s = NULL;

	return select_compile(selector, &s, reterr);
}
