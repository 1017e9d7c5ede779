/* xml_stream: elements and text of an XML file as its bytes come. */
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "markup/markup_int.h"
#include "markup/xml.h"
#include "base/banned.h"

#define PIECE (32u << 10)
#define STREAM_MAX (2 * (size_t)XML_MAX_BYTES)	/* of prepared text: entities may lengthen it */

struct stream {
	const struct xml_sink *sink;
	xmlParserCtxtPtr ctxt;
	struct xml_prepare *prepare;
	struct markup_check check;
	struct buf text;	/* prepared, not parsed yet: what a tag cut by the end of a piece holds */
	size_t parsed;
	char *tail;
};

static const struct xml_sink *
sink_of(void *ctxt)
{
	return ((struct stream *)((xmlParserCtxtPtr)ctxt)->_private)->sink;
}

static void
on_open(void *ctxt, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nb_namespaces,
    const xmlChar **namespaces, int nb_attributes, int nb_defaulted, const xmlChar **attributes)
{
	const struct xml_sink *s = sink_of(ctxt);

	s->open(s->arg, (const char *)name, (const char *)prefix, (const char *)uri);
}

static void
on_close(void *ctxt, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	const struct xml_sink *s = sink_of(ctxt);

	s->close(s->arg, (const char *)name, (const char *)prefix, (const char *)uri);
}

static void
on_text(void *ctxt, const xmlChar *p, int n)
{
	const struct xml_sink *s = sink_of(ctxt);

	s->text(s->arg, (const char *)p, (size_t)n);
}

static xmlParserCtxtPtr
parser_new(struct stream *s)
{
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC, .startElementNs = on_open, .endElementNs = on_close,
		.characters = on_text, .ignorableWhitespace = on_text, .cdataBlock = on_text };
	xmlParserCtxtPtr ctxt;

	xmlInitParser();
	ctxt = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
	if (ctxt == NULL)
		return NULL;
	ctxt->userData = ctxt;
	ctxt->_private = s;
	xmlCtxtUseOptions(ctxt, XML_OPTIONS | XML_PARSE_RECOVER);
	(void)xmlSwitchEncoding(ctxt, XML_CHAR_ENCODING_UTF8);
	return ctxt;
}

static void
keep_tail(struct stream *s)
{
	size_t n = s->text.len < XML_TAIL ? s->text.len : XML_TAIL, had = strlen(s->tail);
	size_t kept = had + n > XML_TAIL ? XML_TAIL - n : had;

	memmove(s->tail, s->tail + had - kept, kept);
	memcpy(s->tail + kept, s->text.data + s->text.len - n, n);
	s->tail[kept + n] = '\0';
}

/* One piece of UTF-8 through preparation and parser. */
static int
feed(struct stream *s, const char *p, size_t n, bool last, struct err *reterr)
{
	size_t whole, before = s->text.len;

	if (xml_prepare_feed(s->prepare, p, n, last, &s->text, reterr) < 0 ||
	    markup_check_piece(&s->check, buf_str(&s->text), s->text.len, last, XML_MAX_ATTRS, &whole, reterr) < 0)
		return -1;
	if (s->text.len > before)
		keep_tail(s);
	s->parsed += whole;
	if (s->parsed > STREAM_MAX)
		return err_set(reterr, ERR_LIMIT, "XML of more than %zu bytes", STREAM_MAX);
	if (whole > 0) {
		xmlParseChunk(s->ctxt, s->text.data, (int)whole, 0);
		memmove(s->text.data, s->text.data + whole, s->text.len - whole);
		buf_cut(&s->text, s->text.len - whole);
	}
	if (last)
		xmlParseChunk(s->ctxt, NULL, 0, 1);
	return 0;
}

int
xml_stream(const struct pull *utf8, const struct xml_sink *sink, char tail[XML_TAIL + 1], struct err *reterr)
{
	CLEANUP(freep) char *piece = xmalloc(PIECE);
	struct stream s = { .sink = sink, .text = BUF_INIT(STREAM_MAX), .tail = tail };
	ssize_t n;
	int rc;

	tail[0] = '\0';
	s.ctxt = parser_new(&s);
	if (s.ctxt == NULL)
		return err_set(reterr, ERR_LOCAL, "no XML parser");
	s.prepare = xml_prepare_new();
	do {
		n = utf8->read(utf8->arg, piece, PIECE, reterr);
		rc = n < 0 ? -1 : feed(&s, piece, (size_t)n, n == 0, reterr);
	} while (rc == 0 && n > 0);
	xmlFreeParserCtxt(s.ctxt);
	xml_prepare_free(s.prepare);
	buf_done(&s.text);
	return rc;
}
