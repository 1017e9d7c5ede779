/*
 * sitemap: sitemaps.org urlset and index, the news extension, and plain text lists of addresses. A chain of stages: bytes,
 * inflated, as UTF-8, prepared, parsed; each holds a piece, so that files of 50 MB take no more memory than small ones.
 */
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/feed_int.h"
#include "markup/charset.h"
#include "markup/xml.h"
#include "base/banned.h"

#define SITEMAP_BYTES (64u << 20)	/* decoded; sitemaps.org allows 50 MB */
#define VALUE_BYTES 4096		/* of one element's text */
#define HEAD_BYTES (256u << 10)		/* by which the encoding is told */
#define MARKUP_BYTES 4096		/* no "<" within so many: a list of addresses */
#define LINE_BYTES 4096

/* The parts of an entry that are kept, while its element is open. */
struct entry {
	char *loc, *lastmod, *title, *published, *language;
};

struct reading {
	const struct discover_opts *opts;
	const struct discover_parts *parts;	/* NULL: all stay in c */
	struct candidates *c;
	size_t given;		/* candidates that went to parts */
	int rc;			/* -1: parts wants no more, why says it */
	struct err why;
	struct entry entry;
	struct buf text;	/* of the element that is open */
	int depth;		/* of the element that is open */
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

/* Room for another candidate: those that were found go to parts in time. NULL: no more are wanted. */
static struct candidate *
another(struct reading *r)
{
	if (r->rc < 0)
		return NULL;
	if (r->given + r->c->count >= r->opts->max) {
		r->c->cut = true;
		return NULL;
	}
	if (r->parts != NULL && r->c->count >= DISCOVER_PART) {
		r->given += r->c->count;
		discover_refuse(r->c, r->opts);
		r->rc = r->c->count > 0 ? r->parts->part(r->parts->arg, r->c, &r->why) : 0;
		if (r->rc < 0)
			return NULL;
	}
	return candidates_add(r->c);
}

static void
finish_entry(struct reading *r)
{
	struct entry *e = &r->entry;
	struct candidate *one;
	CLEANUP(freep) char *url = e->loc != NULL ? url_resolve(r->opts->url, e->loc) : NULL;

	if (url != NULL && r->index) {
		candidates_add_more(r->c, url);
	} else if (url != NULL && (one = another(r)) != NULL) {
		one->url = url;
		url = NULL;
		one->title = feed_plain(e->title, FEED_TITLE_MAX);
		one->language = e->language;
		e->language = NULL;
		(void)candidate_date(e->published, one->language, DATE_FROM_SITEMAP, r->opts, &one->published);
		(void)candidate_date(e->lastmod, NULL, DATE_FROM_SITEMAP, r->opts, &one->updated);
		one->why = xstrdup("sitemap");
	}
	entry_clear(e);
}

/* Elements of other vocabularies (image:loc, video:title, xhtml:link) say nothing of the page. */
static bool
is_own(const char *prefix, const char *uri)
{
	if (uri != NULL && strcasestr(uri, "image") == NULL && strcasestr(uri, "video") == NULL)
		return true;
	return uri == NULL && (prefix == NULL || strcasecmp(prefix, "news") == 0);
}

static void
keep_value(struct reading *r, const char *name, int depth)
{
	static const struct { const char *name; size_t offset; bool news; } fields[] = {
		{ "loc", offsetof(struct entry, loc), false },
		{ "lastmod", offsetof(struct entry, lastmod), false },
		{ "title", offsetof(struct entry, title), true },
		{ "publication_date", offsetof(struct entry, published), true },
		{ "language", offsetof(struct entry, language), true },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char **field = (char **)(void *)((char *)&r->entry + fields[i].offset);

		if (strcasecmp(name, fields[i].name) != 0 || *field != NULL ||
		    (!fields[i].news && depth != r->entry_depth + 1))
			continue;
		if (r->text.full)	/* half an address is none */
			return;
		*field = unicode_line(buf_str(&r->text), r->text.len);
		if (**field == '\0') {
			free(*field);
			*field = NULL;
		}
		return;
	}
}

static void
on_close(void *arg, const char *name, const char *prefix, const char *uri)
{
	struct reading *r = arg;
	int depth = --r->depth;

	if (r->entry_depth >= 0 && depth <= r->entry_depth) {
		finish_entry(r);
		r->entry_depth = -1;
	} else if (r->entry_depth >= 0 && is_own(prefix, uri)) {
		keep_value(r, name, depth);
	}
	buf_clear(&r->text);
}

static void
on_open(void *arg, const char *name, const char *prefix, const char *uri)
{
	struct reading *r = arg;
	int depth = r->depth++;

	buf_clear(&r->text);
	r->root_seen = true;
	if (strcasecmp(name, "url") != 0 && strcasecmp(name, "sitemap") != 0)
		return;
	if (r->entry_depth >= 0)	/* the one before was not closed */
		finish_entry(r);
	r->entry_depth = depth;
	r->index = strcasecmp(name, "sitemap") == 0;
}

static void
on_text(void *arg, const char *s, size_t n)
{
	struct reading *r = arg;

	if (r->entry_depth >= 0)
		buf_add(&r->text, s, n);
}

static int
read_xml(struct reading *r, struct pull text, struct err *reterr)
{
	const struct xml_sink sink = { on_open, on_close, on_text, r };
	char tail[XML_TAIL + 1];

	if (xml_stream(&text, &sink, tail, reterr) < 0)
		return -1;
	if (r->entry_depth >= 0)
		finish_entry(r);
	r->c->truncated = strcasestr(tail, "urlset>") == NULL && strcasestr(tail, "sitemapindex>") == NULL;
	return r->root_seen ? 0 : err_set(reterr, ERR_INPUT, "nothing in it reads as XML");
}

static void
finish_line(struct reading *r)
{
	CLEANUP(freep) char *line = unicode_line(buf_str(&r->text), r->text.len);
	CLEANUP(freep) char *url = NULL;
	struct candidate *one;

	bool whole = !r->text.full;

	buf_clear(&r->text);
	if (!whole || !url_is_http(line) || (url = url_resolve(r->opts->url, line)) == NULL || (one = another(r)) == NULL)
		return;
	one->url = url;
	url = NULL;
	one->why = xstrdup("text sitemap");
}

/* One address a line (sitemaps.org, "Text file"). */
static int
read_lines(struct reading *r, struct pull text, struct err *reterr)
{
	char piece[LINE_BYTES];
	ssize_t n;

	while ((n = text.read(text.arg, piece, sizeof(piece), reterr)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (piece[i] == '\n' || piece[i] == '\r')
				finish_line(r);
			else
				(void)buf_addc(&r->text, piece[i]);
		}
	}
	if (n < 0)
		return -1;
	finish_line(r);
	return r->given + r->c->count > 0 ? 0 : err_set(reterr, ERR_INPUT, "the body is text without an address");
}

/* From the bytes of the file, their head filled. */
static int
read_plain(struct reading *r, struct pull_head *bytes, struct err *reterr)
{
	struct charset_result charset;
	struct charset_stream *decoded;
	struct pull_head text;
	char name[64];
	int rc;

	charset_decide_xml(buf_str(&bytes->head), bytes->head.len, charset_of_content_type(r->opts->content_type, name),
	    &charset);
	r->c->charset = xstrdup(charset.name);
	decoded = charset_stream_new(&charset, pull_of_head(bytes), 2 * (size_t)SITEMAP_BYTES, reterr);
	if (decoded == NULL)
		return -1;
	pull_head_init(&text, pull_of_charset(decoded), MARKUP_BYTES);
	rc = pull_head_fill(&text, MARKUP_BYTES, reterr);
	if (rc == 0 && memchr(buf_str(&text.head), '<', text.head.len) != NULL)
		rc = read_xml(r, pull_of_head(&text), reterr);
	else if (rc == 0)
		rc = read_lines(r, pull_of_head(&text), reterr);
	pull_head_done(&text);
	charset_stream_free(decoded);
	return rc;
}

static int
read_gzip(struct reading *r, struct pull packed, struct err *reterr)
{
	struct gunzip *z = gunzip_new(packed, SITEMAP_BYTES);
	struct pull_head bytes;
	int rc;

	pull_head_init(&bytes, pull_of_gunzip(z), HEAD_BYTES);
	rc = pull_head_fill(&bytes, HEAD_BYTES, reterr);
	if (rc == 0 && discover_sniff(buf_str(&bytes.head), bytes.head.len, NULL) != KIND_SITEMAP)
		rc = err_set(reterr, ERR_INPUT, "the gzip file holds no sitemap");
	if (rc == 0)
		rc = read_plain(r, &bytes, reterr);
	pull_head_done(&bytes);
	gunzip_free(z);
	return rc;
}

int
sitemap_read(struct pull from, const struct discover_opts *opts, const struct discover_parts *parts,
    struct candidates *c, struct err *reterr)
{
	struct reading r = { .opts = opts, .parts = parts, .c = c, .text = BUF_INIT(VALUE_BYTES), .entry_depth = -1 };
	struct pull_head bytes;
	int rc;

	pull_head_init(&bytes, from, HEAD_BYTES);
	rc = pull_head_fill(&bytes, HEAD_BYTES, reterr);
	if (rc == 0 && bytes.head.len >= 2 && memcmp(bytes.head.data, "\x1f\x8b", 2) == 0)
		rc = read_gzip(&r, pull_of_head(&bytes), reterr);
	else if (rc == 0)
		rc = read_plain(&r, &bytes, reterr);
	if (rc == 0 && r.rc < 0)
		rc = err_set(reterr, r.why.class, "%s", r.why.text);
	entry_clear(&r.entry);
	buf_done(&r.text);
	pull_head_done(&bytes);
	return rc;
}
