/*
 * sitemap: sitemaps.org urlset and index, the news extension, and plain text lists of addresses. Files of
 * 50,000 entries are read as a stream, so that no tree of them stands in memory.
 */
#include <string.h>
#include <strings.h>
#include "base/file.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/feed_int.h"
#include "markup/charset.h"
#include "markup/xml.h"
#include "base/banned.h"

#define SITEMAP_BYTES (64u << 20)	/* decoded; sitemaps.org allows 50 MB */
#define VALUE_BYTES 4096		/* of one element's text */

/* The parts of an entry that are kept, while its element is open. */
struct entry {
	char *loc, *lastmod, *title, *published, *language;
};

struct reading {
	const struct discover_opts *opts;
	struct candidates *c;
	struct entry entry;
	struct buf text;	/* of the element that is open */
	int entry_depth;	/* of <url> or <sitemap>, -1 outside */
	bool index;		/* the entry is a <sitemap> */
	bool root_seen;
};

static void
entry_clear(struct entry *e)
{
	free(e->loc);
	free(e->lastmod);
	free(e->title);
	free(e->published);
	free(e->language);
	*e = (struct entry){ 0 };
}

static void
finish_entry(struct reading *r)
{
	struct entry *e = &r->entry;
	struct candidate *one;
	char *url = e->loc != NULL ? url_resolve(r->opts->url, e->loc) : NULL;

	if (url == NULL) {
		entry_clear(e);
		return;
	}
	if (r->index) {
		candidates_add_more(r->c, url);
		free(url);
		entry_clear(e);
		return;
	}
	if (r->c->count >= r->opts->max) {
		r->c->cut = true;
		free(url);
		entry_clear(e);
		return;
	}
	one = candidates_add(r->c);
	one->url = url;
	one->title = feed_plain(e->title, FEED_TITLE_MAX);
	one->language = e->language;
	e->language = NULL;
	(void)candidate_date(e->published, one->language, DATE_FROM_SITEMAP, r->opts, &one->published);
	(void)candidate_date(e->lastmod, NULL, DATE_FROM_SITEMAP, r->opts, &one->updated);
	one->why = xstrdup("sitemap");
	entry_clear(e);
}

static const char *
local_name(xmlTextReaderPtr reader)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(reader), *colon;

	if (name == NULL)
		return "";
	colon = strchr(name, ':');
	return colon != NULL ? colon + 1 : name;
}

/* Elements of other vocabularies (image:loc, video:title, xhtml:link) say nothing of the page. */
static bool
is_own(xmlTextReaderPtr reader)
{
	const char *ns = (const char *)xmlTextReaderConstNamespaceUri(reader);
	const char *name = (const char *)xmlTextReaderConstName(reader), *colon;

	if (ns != NULL && strcasestr(ns, "image") == NULL && strcasestr(ns, "video") == NULL)
		return true;
	colon = name != NULL ? strchr(name, ':') : NULL;
	return ns == NULL && (colon == NULL || strncasecmp(name, "news:", 5) == 0);
}

static void
finish_element(struct reading *r, xmlTextReaderPtr reader)
{
	static const struct { const char *name; size_t offset; bool news; } fields[] = {
		{ "loc", offsetof(struct entry, loc), false },
		{ "lastmod", offsetof(struct entry, lastmod), false },
		{ "title", offsetof(struct entry, title), true },
		{ "publication_date", offsetof(struct entry, published), true },
		{ "language", offsetof(struct entry, language), true },
	};
	const char *name = local_name(reader);
	int depth = xmlTextReaderDepth(reader);

	if (r->entry_depth >= 0 && depth <= r->entry_depth) {
		finish_entry(r);
		r->entry_depth = -1;
		return;
	}
	if (r->entry_depth < 0 || !is_own(reader))
		return;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char **field = (char **)(void *)((char *)&r->entry + fields[i].offset);

		if (strcasecmp(name, fields[i].name) != 0 || *field != NULL ||
		    (!fields[i].news && depth != r->entry_depth + 1))
			continue;
		*field = unicode_line(buf_str(&r->text), r->text.len);
		if (**field == '\0') {
			free(*field);
			*field = NULL;
		}
		return;
	}
}

static void
begin_element(struct reading *r, xmlTextReaderPtr reader)
{
	const char *name = local_name(reader);

	buf_clear(&r->text);
	r->root_seen = true;
	if (strcasecmp(name, "url") != 0 && strcasecmp(name, "sitemap") != 0)
		return;
	if (r->entry_depth >= 0)	/* the one before was not closed */
		finish_entry(r);
	r->entry_depth = xmlTextReaderDepth(reader);
	r->index = strcasecmp(name, "sitemap") == 0;
}

static void
read_nodes(struct reading *r, xmlTextReaderPtr reader)
{
	const char *value;

	while (xmlTextReaderRead(reader) == 1) {
		switch (xmlTextReaderNodeType(reader)) {
		case XML_READER_TYPE_ELEMENT:
			begin_element(r, reader);
			if (!xmlTextReaderIsEmptyElement(reader))
				break;
			/* fallthrough */
		case XML_READER_TYPE_END_ELEMENT:
			finish_element(r, reader);
			buf_clear(&r->text);
			break;
		case XML_READER_TYPE_TEXT:
		case XML_READER_TYPE_CDATA:
			value = (const char *)xmlTextReaderConstValue(reader);
			if (value != NULL)
				buf_adds(&r->text, value);
			break;
		default:
			break;
		}
	}
	if (r->entry_depth >= 0)
		finish_entry(r);
}

static bool
ends_closed(const struct buf *text)
{
	size_t from = text->len > 200 ? text->len - 200 : 0;

	return strcasestr(text->data + from, "urlset>") != NULL ||
	    strcasestr(text->data + from, "sitemapindex>") != NULL;
}

static int
read_xml(const struct buf *utf8, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	struct reading r = { .opts = opts, .c = c, .text = BUF_INIT(VALUE_BYTES), .entry_depth = -1 };
	struct buf text = BUF_INIT(2 * (size_t)SITEMAP_BYTES);
	xmlTextReaderPtr reader;
	bool changed;
	int rc = -1;

	if (xml_prepare(buf_str(utf8), utf8->len, false, &text, &changed, reterr) == 0 &&
	    (reader = xml_reader(buf_str(&text), text.len, reterr)) != NULL) {
		read_nodes(&r, reader);
		xmlFreeTextReader(reader);
		c->truncated = !ends_closed(&text);
		rc = 0;
		if (!r.root_seen)
			rc = err_set(reterr, ERR_INPUT, "nothing in it reads as XML");
	}
	entry_clear(&r.entry);
	buf_done(&r.text);
	buf_done(&text);
	return rc;
}

/* One address a line (sitemaps.org, "Text file"). */
static int
read_lines(const struct buf *utf8, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	const char *p = buf_str(utf8), *end;

	for (; *p != '\0'; p = *end == '\0' ? end : end + 1) {
		CLEANUP(freep) char *line = NULL;
		char *url;

		end = p + strcspn(p, "\r\n");
		line = unicode_line(p, (size_t)(end - p));
		if (!url_is_http(line) || (url = url_resolve(opts->url, line)) == NULL)
			continue;
		if (c->count >= opts->max) {
			c->cut = true;
			free(url);
			return 0;
		}
		struct candidate *one = candidates_add(c);

		one->url = url;
		one->why = xstrdup("text sitemap");
	}
	return c->count > 0 ? 0 : err_set(reterr, ERR_INPUT, "the body is text without an address");
}

static int
read_plain(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	struct buf utf8 = BUF_INIT(2 * (size_t)SITEMAP_BYTES);
	struct charset_result charset;
	char name[64];
	int rc = -1;

	charset_decide_xml(p, n, charset_of_content_type(opts->content_type, name), &charset);
	c->charset = xstrdup(charset.name);
	if (charset_to_utf8(p, n, &charset, &utf8, reterr) == 0) {
		if (utf8.len > 0 && memchr(utf8.data, '<', utf8.len < 4096 ? utf8.len : 4096) != NULL)
			rc = read_xml(&utf8, opts, c, reterr);
		else
			rc = read_lines(&utf8, opts, c, reterr);
	}
	buf_done(&utf8);
	return rc;
}

int
sitemap_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	struct buf inflated = BUF_INIT(SITEMAP_BYTES);
	int rc = -1;

	if (n < 2 || memcmp(p, "\x1f\x8b", 2) != 0)
		return read_plain(p, n, opts, c, reterr);
	if (file_gunzip(p, n, &inflated, reterr) == 0) {
		enum source_kind kind = discover_sniff(buf_str(&inflated), inflated.len, NULL);

		if (kind != KIND_SITEMAP)
			rc = err_set(reterr, ERR_INPUT, "the gzip file holds no sitemap");
		else
			rc = read_plain(inflated.data, inflated.len, opts, c, reterr);
	}
	buf_done(&inflated);
	return rc;
}
