/* xml: feeds as a libxml2 tree. */
#include <stdio.h>
#include <string.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include "base/mem.h"
#include "markup/arena.h"
#include "markup/markup_int.h"
#include "markup/xml.h"
#include "base/banned.h"

/*
 * What xml_prepare() set aside comes into the tree as the parser would have put it there. An instruction of the feed's own
 * that slipped through names bytes of the same feed, or none.
 */
static void
on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	const struct buf *source = ((xmlParserCtxtPtr)ctx)->_private;
	size_t at, len;

	if (data == NULL || strcmp((const char *)target, XML_ASIDE) != 0 ||
	    sscanf((const char *)data, "%zu %zu", &at, &len) != 2 || at > source->len || len > source->len - at)
		return;
	xmlSAX2Characters(ctx, (const xmlChar *)source->data + at, (int)len);
}

/* source: what the text was made from. */
static void
to_tree(const char *utf8, size_t n, struct buf *source, struct xml *x)
{
	xmlParserCtxtPtr ctxt;

	xmlInitParser();	/* what lives as long as the process is not the arena's */
	x->arena = arena_begin();
	if ((ctxt = xmlNewParserCtxt()) != NULL) {
		ctxt->_private = source;
		ctxt->sax->processingInstruction = on_instruction;
		x->doc = xmlCtxtReadMemory(ctxt, utf8, (int)n, NULL, "UTF-8", XML_OPTIONS);
		if (x->doc == NULL) {
			x->recovered = true;
			x->doc = xmlCtxtReadMemory(ctxt, utf8, (int)n, NULL, "UTF-8", XML_OPTIONS | XML_PARSE_RECOVER);
		}
		xmlFreeParserCtxt(ctxt);
	}
	arena_end();
}

/* Was the root element, the first of the text, closed at its end? */
static bool
is_closed(const char *p, size_t n)
{
	const char *lt = memchr(p, '<', n);
	bool gt = false;
	size_t len, i;

	if (lt == NULL)
		return false;
	len = strcspn(lt + 1, " \t\r\n/>");
	for (i = n; i > 0; i--) {
		const char *at = p + i - 1;

		gt |= *at == '>';
		if (*at == '<' && gt && n - (i - 1) > len + 2 && at[1] == '/' &&
		    strncmp(at + 2, lt + 1, len) == 0)
			return true;
	}
	for (i = n; i > 1 && strchr(" \t\r\n", p[i - 1]) != NULL; i--)
		;
	/* a lone <rss/> */
	return i > 1 && p[i - 1] == '>' && p[i - 2] == '/' &&
	    memchr(lt + 1, '<', (size_t)(p + n - lt - 1)) == NULL;
}

/* Bytes behind which the text has more than XML_MAX_TAGS tags, or n. */
static size_t
tags_end(const char *p, size_t n)
{
	const char *lt = p;

	for (size_t tags = 0; (lt = memchr(lt, '<', (size_t)(p + n - lt))) != NULL; lt++) {
		if (++tags > XML_MAX_TAGS)
			return (size_t)(lt - p);
	}
	return n;
}

static int
refuse_early(const char *p, size_t n, struct err *reterr)
{
	const char *kind;

	if (n == 0)
		return err_set(reterr, ERR_INPUT, "the body is empty");
	if (n > XML_MAX_BYTES)
		return err_set(reterr, ERR_LIMIT, "XML of more than %u MiB", XML_MAX_BYTES >> 20);
	if ((kind = markup_binary_kind(p, n)) != NULL)
		return err_set(reterr, ERR_INPUT, "the body is %s, not XML", kind);
	if (markup_is_blank(p, n))
		return err_set(reterr, ERR_INPUT, "the body holds nothing but blanks");
	return 0;
}

int
xml_parse(const char *p, size_t n, const char *content_type, struct xml **ret, struct err *reterr)
{
	CLEANUP(xml_freep) struct xml *x = NULL;
	struct buf utf8 = BUF_INIT(3 * (size_t)XML_MAX_BYTES), text = BUF_INIT(4 * (size_t)XML_MAX_BYTES);
	char charset[64];
	size_t end;
	int rc = -1;

	if (refuse_early(p, n, reterr) < 0)
		return -1;
	x = xcalloc(1, sizeof(*x));
	charset_decide_xml(p, n, charset_of_content_type(content_type, charset), &x->charset);
	if (charset_to_utf8(p, n, &x->charset, &utf8, reterr) < 0 ||
	    xml_prepare(buf_str(&utf8), utf8.len, true, &text, &x->recovered, reterr) < 0)
		goto out;
	if (text.len == 0) {
		rc = err_set(reterr, ERR_INPUT, "the body is plain text, not XML");
		goto out;
	}
	x->truncated = !is_closed(text.data, text.len);
	end = tags_end(text.data, text.len);
	x->cut = end < text.len;
	to_tree(text.data, end, &utf8, x);
	if (x->doc == NULL || xmlDocGetRootElement(x->doc) == NULL) {
		rc = err_set(reterr, ERR_INPUT, "nothing in it reads as XML");
		goto out;
	}
	*ret = x;
	x = NULL;
	rc = 0;
out:
	buf_done(&utf8);
	buf_done(&text);
	return rc;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	if (x->arena != NULL)
		arena_free(x->arena);
	else if (x->doc != NULL)
		xmlFreeDoc(x->doc);
	free(x);
}
