/* meta: what the head of the page states: names and values of meta, rel=canonical, alternates, author. */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "document/lang.h"
#include "extract/extract_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define AUTHOR_MAX 200		/* characters */
#define SECTION_MAX 100
#define ALTERNATES_MAX 64

const char *
meta_get(const struct page *pg, const char *name)
{
	for (size_t i = 0; i < pg->meta_count; i++) {
		if (strcasecmp(pg->metas[i].name, name) == 0)
			return pg->metas[i].content;
	}
	return NULL;
}

const char *
meta_first(const struct page *pg, const char *const *names)
{
	const char *v;

	for (; *names != NULL; names++) {
		v = meta_get(pg, *names);
		if (v != NULL && v[strspn(v, " \t\r\n")] != '\0')
			return v;
	}
	return NULL;
}

static bool
has_rel(const xmlNode *x, const char *rel)
{
	const char *v = tree_attr(x, "rel");

	return v != NULL && strcasecmp(v, rel) == 0;
}

static void
read_links(struct page *pg, struct document *doc)
{
	const char *base = pg->html->base_href;
	size_t cap = 0;

	for (size_t i = 0; i < pg->link_count; i++) {
		const xmlNode *x = pg->links[i];
		const char *href = tree_attr(x, "href"), *lang = tree_attr(x, "hreflang");

		if (href == NULL)
			continue;
		CLEANUP(freep) char *url = NULL;
		if (doc->canonical == NULL && has_rel(x, "canonical")) {
			doc->canonical = url_resolve(base, href);
		} else if (lang != NULL && has_rel(x, "alternate") &&
		    doc->alternates_count < ALTERNATES_MAX &&
		    (url = url_resolve(base, href)) != NULL) {
			CLEANUP(freep) char *pair = xasprintf("%s %s", lang, url);

			doc->alternates = xgrow(doc->alternates, &cap, doc->alternates_count + 1,
			    sizeof(*doc->alternates));
			doc->alternates[doc->alternates_count++] = unicode_line(pair, strlen(pair));
		}
	}
	if (doc->canonical == NULL && meta_get(pg, "og:url") != NULL)
		doc->canonical = url_resolve(base, meta_get(pg, "og:url"));
}

/* A name, not an address, a handle or a sentence. */
static bool
looks_like_name(const char *s)
{
	size_t n = strlen(s);

	return n >= 2 && n < 300 && strstr(s, "://") == NULL && s[0] != '@' && strchr(s, '{') == NULL &&
	    strncmp(s, "www.", 4) != 0 && (strchr(s, '@') == NULL || strchr(s, ' ') != NULL);
}

/* Words before a name in a byline; the longest that fits is cut. */
static const char *
after_by(const char *s)
{
	static const char *const by[] = { "By ", "by ", "BY ", "Von ", "von ", "Par ", "par ", "Por ", "por ",
	    "Di ", "di ", "Door ", "Written by ", "Av ", "Af ", "Text: ", "Autor: ", "Author: ", "Autor ",
	    "Author ", "Posted by ", "Story by ", "Reported by ", "作者：", "作者:", "文／", "文：", "記者：", "記者", "投稿者：",
	    "投稿者 ", "著者：", "執筆：", "撰文：", NULL };

	for (size_t i = 0; by[i] != NULL; i++) {
		if (strncmp(s, by[i], strlen(by[i])) == 0)
			return s + strlen(by[i]);
	}
	return s;
}

static char *
byline_author(const struct page *pg)
{
	size_t from = pg->title_block == UINT32_MAX ? 0 : pg->title_block, to = from + 14;

	for (size_t i = from > 2 ? from - 2 : 0; i < pg->block_count && i < to; i++) {
		const struct block *b = &pg->blocks[i];
		const struct node *nd = &pg->nodes[b->node];
		const char *s = page_block_text(pg, b);

		if (b->chars < 3 || b->chars > 80 || b->words > 10 || i == pg->title_block)
			continue;
		if ((nd->ev_up & EV_AUTHOR) && !(nd->ev_up & (EV_COMMENT | EV_RELATED)) && b->digits == 0)
			return xstrdup(after_by(s));
		if ((b->phrase & PH_BYLINE) && after_by(s) != s && b->digits == 0 && b->words <= 6)
			return xstrdup(after_by(s));
	}
	return NULL;
}

static void
read_author(struct page *pg, struct document *doc)
{
	static const char *const names[] = { "author", "article:author_name", "byl", "parsely-author",
	    "dc.creator", "dcterms.creator", "dc.contributor", "sailthru.author", "citation_author",
	    "article:author", "cxenseparse:author", "news_author", "og:article:author", NULL };
	CLEANUP(freep) char *found = NULL;
	const char *v = pg->ld.author;

	for (size_t i = 0; v == NULL && names[i] != NULL; i++) {
		const char *m = meta_get(pg, names[i]);

		if (m != NULL && looks_like_name(m))
			v = m;
	}
	if (v == NULL)
		v = found = byline_author(pg);
	if (v != NULL && looks_like_name(v))
		document_set_line(&doc->author, after_by(v), AUTHOR_MAX);
	if (doc->author != NULL && doc->author[0] == '\0') {
		free(doc->author);
		doc->author = NULL;
	}
}

/*
 * The label above the headline ("Making news"): a short block just before or after it whose name or
 * place says so.
 */
bool
meta_is_section(const struct page *pg, size_t i)
{
	const struct block *b = &pg->blocks[i];
	const struct node *nd = &pg->nodes[b->node];
	bool heading = nd->tag >= TAG_H2 && nd->tag <= TAG_H6;

	if (b->chars < 2 || b->chars > 50 || b->words > 6 || b->digits > 2)
		return false;
	if (nd->ev_up & (EV_NAV | EV_DATE | EV_SHARE | EV_AD | EV_AUTHOR) || nd->tags_up & UP_NAV)
		return false;
	return (nd->ev_up & EV_SECTION) != 0 ||
	    (heading && i + 1 == pg->title_block && !(nd->ev & EV_TITLE && nd->ev & EV_HEAD));
}

/* What templates leave in place of a section. */
static bool
is_field_name(const char *s)
{
	static const char *const names[] = { "tags", "tag", "category", "categories", "section", "null", "none",
	    "undefined", "uncategorized", "n/a", NULL };

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcasecmp(s, names[i]) == 0)
			return true;
	return false;
}

static void
read_section(struct page *pg, struct document *doc)
{
	static const char *const names[] = { "article:section", "parsely-section", "section", "news_category",
	    "cxenseparse:section", "og:article:section", "category", NULL };
	const char *v = meta_first(pg, names);
	size_t t = pg->title_block;

	if (v == NULL)
		v = pg->ld.section;
	if (v == NULL && t != UINT32_MAX) {
		for (size_t i = t > 3 ? t - 3 : 0; i < t + 3 && i < pg->block_count && v == NULL; i++) {
			if (i != t && meta_is_section(pg, i))
				v = page_block_text(pg, &pg->blocks[i]);
		}
	}
	if (v != NULL && v[0] != '\0' && !is_field_name(v)) {
		CLEANUP(freep) char *plain = plain_references(v, strlen(v));	/* "People &amp;amp; HR" */

		document_set_line(&doc->section, plain, SECTION_MAX);
	}
}

static const char *
declared_language(const struct page *pg)
{
	static const char *const names[] = { "og:locale", "content-language", "language", "dc.language",
	    "dcterms.language", "inlanguage", NULL };
	const char *places[5];
	char tag[LANG_MAX];

	places[0] = pg->html_x != NULL ? tree_attr(pg->html_x, "lang") : NULL;
	places[1] = pg->html_x != NULL ? tree_attr(pg->html_x, "xml:lang") : NULL;
	places[2] = pg->ld.language;
	places[3] = meta_first(pg, names);
	places[4] = pg->opts->language_hint;
	for (size_t i = 0; i < 5; i++) {
		if (places[i] != NULL && lang_canonical(places[i], tag)[0] != '\0')
			return places[i];
	}
	return NULL;
}

static void
set_language(struct page *pg, struct document *doc, const char *text, size_t max)
{
	char out[LANG_MAX];
	size_t n = utf8_cut(text, strlen(text), max);

	if (lang_weigh(declared_language(pg), text, n, out, &pg->language_agreed)[0] != '\0')
		document_set_line(&doc->language, out, 0);
}

void
meta_declared_language(struct page *pg, struct document *doc)
{
	struct buf b = BUF_INIT(2048);

	for (size_t i = 0; i < pg->block_count && !b.full; i++) {
		if (pg->blocks[i].keep) {
			buf_add(&b, page_block_text(pg, &pg->blocks[i]), pg->blocks[i].len);
			buf_addc(&b, ' ');
		}
	}
	set_language(pg, doc, b.len > 0 ? buf_str(&b) : doc->title != NULL ? doc->title : "", 2048);
	buf_done(&b);
}

void
meta_read(struct page *pg, struct document *doc)
{
	read_links(pg, doc);
	read_author(pg, doc);
	read_section(pg, doc);
	/* what the page says and the first lines of its body confirm needs no third opinion */
	if (doc->text != NULL && !pg->language_agreed)
		set_language(pg, doc, doc->text, 16384);
}
