/* html: a page as a libxml2 tree. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <libxml/HTMLparser.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/url.h"
#include "markup/arena.h"
#include "markup/html.h"
#include "markup/markup_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define HTML_MAX_TAGS 1000000	/* a libxml2 node takes about 120 bytes, a worker has 256 MiB */
#define HTML_OPTIONS (HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | \
	HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC)

static bool
is_complete(const char *p, size_t n)
{
	/* what follows </html> is analytics at most; the end tag stands near the end */
	for (size_t i = n; i > 0; i--) {
		if (p[i - 1] != '<' || n - (i - 1) < 6)
			continue;
		if (strncasecmp(p + i - 1, "</html", 6) == 0 || strncasecmp(p + i - 1, "</body", 6) == 0)
			return true;
	}
	return false;
}

static char *
find_base(xmlDocPtr doc, const char *url)
{
	xmlNodePtr root = xmlDocGetRootElement(doc);
	const char *href;
	char *base;

	for (xmlNodePtr at = root; at != NULL; at = tree_next(at, root, false)) {
		if (!tree_is(at, "base") || (href = tree_attr(at, "href")) == NULL || *href == '\0')
			continue;
		base = url_resolve(url, href);
		return base != NULL ? base : xstrdup(url);
	}
	return xstrdup(url);
}

static bool
was_too_deep(htmlParserCtxtPtr ctxt)
{
	const xmlError *e = xmlCtxtGetLastError(ctxt);

	return e != NULL && e->message != NULL && strstr(e->message, "Excessive depth") != NULL;
}

/* What follows </html> is a second root for libxml2; for a browser it is the page's, and so it is here. */
static void
join_roots(xmlDocPtr doc)
{
	xmlNodePtr root = xmlDocGetRootElement(doc), x, next;

	for (x = root != NULL ? root->next : NULL; x != NULL; x = next) {
		next = x->next;
		if (x->type == XML_ELEMENT_NODE) {
			xmlUnlinkNode(x);
			xmlAddChild(root, x);
		}
	}
}

static int
to_tree(const char *utf8, size_t n, const char *url, struct html *h, struct err *reterr)
{
	htmlParserCtxtPtr ctxt;

	xmlInitParser();	/* what lives as long as the process is not the arena's */
	h->arena = arena_begin();
	if ((ctxt = htmlNewParserCtxt()) != NULL) {
		h->doc = htmlCtxtReadMemory(ctxt, utf8, (int)n, url, "UTF-8", HTML_OPTIONS);
		h->too_deep = was_too_deep(ctxt);
		htmlFreeParserCtxt(ctxt);
		if (h->doc != NULL)
			join_roots(h->doc);
	}
	arena_end();
	if (ctxt == NULL)
		return err_set(reterr, ERR_LOCAL, "libxml2 gave no parser");
	if (h->doc == NULL || xmlDocGetRootElement(h->doc) == NULL)
		return err_set(reterr, ERR_INPUT, "nothing in it reads as HTML");
	return 0;
}

static int
refuse_early(const char *p, size_t n, struct err *reterr)
{
	const char *kind;

	if (n == 0)
		return err_set(reterr, ERR_INPUT, "the body is empty");
	if (n > HTML_MAX_BYTES)
		return err_set(reterr, ERR_LIMIT, "a page of more than %u MiB", HTML_MAX_BYTES >> 20);
	if ((kind = markup_binary_kind(p, n)) != NULL)
		return err_set(reterr, ERR_INPUT, "the body is %s, not HTML", kind);
	if (markup_is_blank(p, n))
		return err_set(reterr, ERR_INPUT, "the body holds nothing but blanks");
	return 0;
}

int
html_parse(const char *p, size_t n, const char *content_type, const char *url,
    struct html **ret, struct err *reterr)
{
	uint64_t shape = 0;

	return html_parse_new(p, n, content_type, url, &shape, ret, reterr);
}

int
html_parse_new(const char *p, size_t n, const char *content_type, const char *url, uint64_t *shape,
    struct html **ret, struct err *reterr)
{
	uint64_t known = *shape;
	CLEANUP(html_freep) struct html *h = NULL;
	struct buf utf8 = BUF_INIT(3 * (size_t)HTML_MAX_BYTES), lean = BUF_INIT(3 * (size_t)HTML_MAX_BYTES);
	char charset[64];
	int rc = -1;

	if (refuse_early(p, n, reterr) < 0)
		return -1;
	h = xcalloc(1, sizeof(*h));
	charset_decide_html(p, n, charset_of_content_type(content_type, charset), &h->charset);
	buf_reserve(&utf8, n);
	if (charset_to_utf8(p, n, &h->charset, &utf8, reterr) < 0)
		goto out;
	if (markup_is_blank(buf_str(&utf8), utf8.len)) {
		rc = err_set(reterr, ERR_INPUT, "the body holds no text");
		goto out;
	}
	buf_init(&h->scripts.text, 2 * utf8.len + 1);
	if (markup_strip(utf8.data, utf8.len, HTML_MAX_ATTRS, HTML_MAX_TAGS, &lean, &h->scripts, shape, reterr) < 0)
		goto out;
	if (*shape == known) {
		*ret = NULL;
		rc = 0;
		goto out;
	}
	h->complete = is_complete(utf8.data, utf8.len);
	if (to_tree(buf_str(&lean), lean.len, url, h, reterr) < 0)
		goto out;
	h->base_href = find_base(h->doc, url != NULL ? url : "");
	*ret = h;
	h = NULL;
	rc = 0;
out:
	buf_done(&utf8);
	buf_done(&lean);
	return rc;
}

void
html_free(struct html *h)
{
	if (h == NULL)
		return;
	if (h->arena != NULL)
		arena_free(h->arena);
	else if (h->doc != NULL)
		xmlFreeDoc(h->doc);
	buf_done(&h->scripts.text);
	free(h->scripts.off);
	free(h->base_href);
	free(h);
}

const char *
html_script(const struct html *h, const xmlNode *script)
{
	const xmlNode *number = script->children;
	size_t i;

	if (number == NULL || number->content == NULL)
		return "";
	i = strtoul((const char *)number->content, NULL, 10);
	return i < h->scripts.count ? buf_str(&h->scripts.text) + h->scripts.off[i] : "";
}
