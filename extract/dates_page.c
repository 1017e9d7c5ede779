/*
 * dates_page: when the page was published and when it was modified. Sources in order of trust: JSON-LD,
 * meta (about 60 names), time elements, the visible date line, the address. Copyright lines and teasers of
 * other articles are no source, nor is a date later than a day after now.
 */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/extract_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define YEAR_MIN 1990		/* the web's first pages; a date before is of something else */

static const char *const published_names[] = {
	"article:published_time", "article:published", "og:article:published_time", "datepublished",
	"og:published_time", "published_time", "publish_date", "publishdate", "publish-date", "published_at",
	"parsely-pub-date", "sailthru.date", "pubdate", "pubyear", "dc.date.issued", "dcterms.issued",
	"dc.date.published", "dcterms.date", "dc.date", "dc.date.created", "dcterms.created",
	"citation_publication_date", "citation_date", "citation_online_date", "cxenseparse:recs:publishtime",
	"cxenseparse:articlepubdate", "article_date_original", "articledate", "article.published",
	"article-publication-date", "article:post_date", "publication_date", "publicationdate",
	"publication-date", "published", "originalpublicationdate", "original_publish_date", "release_date",
	"date_published", "datecreated", "date.created", "date-created", "created", "creationdate",
	"creation_date", "prism.publicationdate", "rnews:datepublished", "shareaholic:article_published_time",
	"ptime", "pub_date", "dateposted", "posted", "timestamp", "video:release_date", "displaydate",
	"date", "dc.date.x-metadatalastmodified_", "live-dc-date", "bt:pubdate", "lastpublished", "issued",
	"nb:pubdate", "pdate", "firstpublished", "pagedate", "weibo: article:create_at", NULL
};

static const char *const modified_names[] = {
	"article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
	"last-modified", "lastmod", "modified", "modified_time", "updated_time", "article:updated_time",
	"revised", "cxenseparse:recs:modifiedtime", "lastmodified", "dc.modified", "utime",
	"article:modified", "updated", "dcterms.available", "rnews:datemodified", NULL
};

static bool
believable(const struct page *pg, const struct doc_date *d)
{
	if (d->precision < DATE_DAY || d->year < YEAR_MIN)
		return false;
	if (pg->opts->now_ms == 0)
		return d->year < 2100;
	return date_sort_ms(d, 0) <= pg->opts->now_ms + DAY_MS;
}

static bool
read_date(const struct page *pg, const char *s, enum date_source source, const char *language,
    struct doc_date *ret)
{
	struct doc_date d;

	if (s == NULL || s[0] == '\0' || strlen(s) > LINE_MAX_BYTES)
		return false;
	if (date_parse(s, strlen(s), language, &d, NULL) < 0 || !believable(pg, &d))
		return false;
	d.source = source;
	*ret = d;
	return true;
}

static bool
from_metas(const struct page *pg, const char *const *names, struct doc_date *ret)
{
	for (; *names != NULL; names++) {
		if (read_date(pg, meta_get(pg, *names), DATE_FROM_META, NULL, ret))
			return true;
	}
	return false;
}

/* Elements with itemprop=datePublished and the like; time elements with a datetime near the headline. */
static bool
from_times(const struct page *pg, const char *language, struct doc_date *ret, struct doc_date *ret_modified,
    bool *ret_stated)
{
	double best = -1.5, s;
	bool found = false;

	*ret_stated = false;
	for (size_t i = 0; i < pg->time_count && i < 60; i++) {
		const struct node *nd = &pg->nodes[pg->times[i]];
		const char *prop = tree_attr(nd->x, "itemprop"), *dt = tree_attr(nd->x, "datetime");
		struct doc_date d;
		double distance;

		if (nd->ev_up & (EV_COMMENT | EV_RELATED | EV_FOOT) || nd->tags_up & (UP_ASIDE | UP_FOOTER | UP_NAV))
			continue;
		if (!read_date(pg, dt, DATE_FROM_TIME_ELEMENT, language, &d)) {
			CLEANUP(freep) char *line = page_node_line(pg, pg->times[i]);

			if (!read_date(pg, line, DATE_FROM_TIME_ELEMENT, language, &d))
				continue;
		}
		if ((prop != NULL && strcasecmp(prop, "dateModified") == 0) ||
		    evidence_is_updated(tree_attr(nd->x, "class"))) {
			if (ret_modified->precision == DATE_NONE)
				*ret_modified = d;
			continue;
		}
		distance = pg->title_block == UINT32_MAX ? 5 : (double)nd->b0 - (double)pg->title_block;
		s = distance >= 0 ? 2 - distance * 0.08 : 1.5 + distance * 0.15;
		if (prop != NULL && strcasecmp(prop, "datePublished") == 0)
			s += 2;
		if (tree_attr(nd->x, "pubdate") != NULL)
			s += 1.5;
		if (nd->ev_up & EV_DATE)
			s += 0.5;
		if (nd->ev_up & EV_CARD)
			s -= 1;
		if (nd->same > 2)
			s -= 0.5;
		if (s > best) {
			best = s;
			*ret = d;
			*ret_stated = s >= 2.5;
			found = true;
		}
	}
	return found;
}

static bool
from_url(const struct page *pg, struct doc_date *ret)
{
	struct doc_date d;

	if (pg->opts->url == NULL || date_from_url(pg->opts->url, &d) < 0)
		return false;
	if (!believable(pg, &d))
		return false;
	d.source = DATE_FROM_URL;
	*ret = d;
	return true;
}

static void
set_dateline(struct page *pg, struct document *doc, uint32_t block)
{
	struct block *b = &pg->blocks[block];

	document_set_line(&doc->dateline, page_block_text(pg, b), 300);
	if (b->chars < 120)
		b->keep = false;
}

struct found {
	struct doc_date ld, meta, time, visible, url, mod;
	bool time_stated;
	double visible_score;
};

static void
decide(const struct page *pg, const struct found *f, struct doc_date *ret)
{
	const struct doc_date *order[6] = { 0 };
	size_t n = 0;
	bool near = f->visible.precision != DATE_NONE && f->visible_score > 1.0;

	(void)pg;
	order[n++] = &f->ld;
	order[n++] = &f->meta;
	order[n++] = f->time_stated || !near ? &f->time : &f->visible;
	order[n++] = f->time_stated || !near ? &f->visible : &f->time;
	order[n++] = &f->url;
	for (size_t i = 0; i < n; i++) {
		if (order[i]->precision >= DATE_DAY) {
			*ret = *order[i];
			return;
		}
	}
}

void
dates_choose(struct page *pg, struct document *doc)
{
	struct found f = { 0 };
	const char *lang = doc->language;
	struct doc_date vis_mod = { 0 };
	uint32_t line = UINT32_MAX;

	if (pg->ld.rank > 0 || pg->ld.published != NULL) {
		read_date(pg, pg->ld.published, DATE_FROM_JSONLD, NULL, &f.ld);
		read_date(pg, pg->ld.modified, DATE_FROM_JSONLD, NULL, &f.mod);
	}
	from_metas(pg, published_names, &f.meta);
	if (f.mod.precision == DATE_NONE)
		from_metas(pg, modified_names, &f.mod);
	f.time_stated = false;
	from_times(pg, lang, &f.time, &vis_mod, &f.time_stated);
	if (dateline_find(pg, lang, &f.visible, &vis_mod, &line, &f.visible_score)) {
		f.visible.source = DATE_FROM_VISIBLE;
		if (!believable(pg, &f.visible))
			f.visible.precision = DATE_NONE;
		else if (line != UINT32_MAX && f.visible_score > 0.8)
			set_dateline(pg, doc, line);
	}
	from_url(pg, &f.url);
	decide(pg, &f, &doc->published);
	if (f.mod.precision == DATE_NONE && vis_mod.precision >= DATE_DAY && believable(pg, &vis_mod)) {
		f.mod = vis_mod;
		f.mod.source = DATE_FROM_VISIBLE;
	}
	if (doc->published.precision == DATE_NONE && pg->opts->date_hint != NULL) {
		if (read_date(pg, pg->opts->date_hint, DATE_FROM_ROW, NULL, &doc->published))
			doc->published.source = DATE_FROM_ROW;
	}
	if (f.mod.precision != DATE_NONE)
		doc->modified = f.mod;
	if (doc->published.precision == DATE_NONE && doc->modified.precision != DATE_NONE &&
	    f.visible.precision == DATE_NONE)
		doc->published = doc->modified;
}
