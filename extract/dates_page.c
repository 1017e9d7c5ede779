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

#define TIMES_MAX 60
#define DAY_MS (24 * 3600 * 1000LL)
#define YEAR_MIN 1990		/* the web's first pages; a date before is of something else */

static const char *const published_names[] = {
	"article:published_time", "article:published", "og:article:published_time",
	"datepublished", "og:published_time", "published_time", "publish_date", "publishdate",
	"publish-date", "published_at", "parsely-pub-date", "sailthru.date", "pubdate", "pubyear",
	"dc.date.issued", "dcterms.issued", "dc.date.published", "dc.date.created",
	"dcterms.created", "citation_publication_date", "citation_date", "citation_online_date",
	"cxenseparse:recs:publishtime", "cxenseparse:articlepubdate", "article_date_original",
	"articledate", "article.published", "article-publication-date", "article:post_date",
	"publication_date", "publicationdate", "publication-date", "published",
	"originalpublicationdate", "original_publish_date", "release_date", "date_published",
	"datecreated", "prism.publicationdate", "rnews:datepublished",
	"shareaholic:article_published_time", "ptime", "pub_date", "dateposted",
	"video:release_date", "live-dc-date", "bt:pubdate", "nb:pubdate", "pdate",
	"firstpublished", "weibo: article:create_at", "published_on", "publishedon",
	"first_published_at", "publicationtime", NULL
};

/* Names that a server also fills with the day of delivery or of the last touch. */
static const char *const weak_names[] = {
	"dc.date", "dcterms.date", "timestamp", "date", "lastpublished", "pagedate", "created",
	"creationdate", "creation_date", "issued", "posted", "displaydate", "date.created",
	"date-created", NULL
};

static const char *const modified_names[] = {
	"article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
	"last-modified", "lastmod", "modified", "modified_time", "updated_time", "article:updated_time",
	"revised", "cxenseparse:recs:modifiedtime", "lastmodified", "dc.modified", "utime",
	"article:modified", "updated", "dateupdate", "dateupdated", "dcterms.available", "rnews:datemodified", NULL
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

/*
 * Names of no standard: "acme:uploaded", "ms.date". The last part must say a date of making, and no part what
 * else a page may have a date of.
 */
static bool
names_a_making(const char *name)
{
	static const char *const makings[] = { "date", "published", "publishdate", "pubdate", "publication-date",
	    "publication_date", "published_time", "published_at", "uploaded", "created", "created_at", "posted", NULL };
	static const char *const others[] = { "event", "expir", "start", "end", "valid", "review", "modif", "updat",
	    "birth", "copyright", "build", "profile", "user", NULL };
	const char *last = name + strcspn(name, ".:");

	if (*last == '\0')
		return false;
	while (last[1 + strcspn(last + 1, ".:")] != '\0')
		last += 1 + strcspn(last + 1, ".:");
	for (size_t i = 0; others[i] != NULL; i++)
		if (strcasestr(name, others[i]) != NULL)
			return false;
	for (size_t i = 0; makings[i] != NULL; i++)
		if (strcasecmp(last + 1, makings[i]) == 0)
			return true;
	return false;
}

static bool
from_other_metas(const struct page *pg, struct doc_date *ret)
{
	for (size_t i = 0; i < pg->meta_count; i++) {
		if (names_a_making(pg->metas[i].name) &&
		    read_date(pg, pg->metas[i].content, DATE_FROM_META, NULL, ret))
			return true;
	}
	return false;
}

/* The date an element states: for machines first, then as its text. */
static bool
date_of_element(const struct page *pg, uint32_t i, const char *language, struct doc_date *ret)
{
	static const char *const attrs[] = { "datetime", "content", "data-datetime", "data-date", "title", NULL };
	const struct node *nd = &pg->nodes[i];

	for (size_t k = 0; attrs[k] != NULL; k++) {
		if (read_date(pg, tree_attr(nd->x, attrs[k]), DATE_FROM_TIME_ELEMENT, language, ret))
			return true;
	}
	if (nd->tag != TAG_TIME || nd->chars > 120)
		return false;
	CLEANUP(freep) char *line = page_node_line(pg, i);
	return read_date(pg, line, DATE_FROM_TIME_ELEMENT, language, ret);
}

/* How likely this element states when the page was published. */
static double
time_score(const struct page *pg, const struct node *nd, const char *prop)
{
	double d = pg->title_block == UINT32_MAX ? 5 : (double)nd->b0 - (double)pg->title_block;
	double s = d >= 0 ? 2 - d * 0.08 : 1.5 + d * 0.15;

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
	if (nd->tag != TAG_TIME)
		s -= 0.3;
	return s;
}

static bool
from_times(const struct page *pg, const char *language, struct doc_date *ret, struct doc_date *ret_modified,
    bool *ret_stated, bool *ret_near)
{
	double best = -1.5, s;
	bool found = false;

	*ret_stated = *ret_near = false;
	for (size_t i = 0; i < pg->time_count && i < TIMES_MAX; i++) {
		const struct node *nd = &pg->nodes[pg->times[i]];
		const char *prop = tree_attr(nd->x, "itemprop");
		struct doc_date d;

		bool stated = prop != NULL && strcasecmp(prop, "datePublished") == 0;

		if ((!stated && (nd->ev_up & (EV_COMMENT | EV_RELATED | EV_FOOT) ||
		    nd->tags_up & (UP_FOOTER | UP_NAV) ||
		    ((nd->tags_up & UP_ASIDE) && !(nd->ev_up & EV_META)))) ||
		    !date_of_element(pg, pg->times[i], language, &d))
			continue;
		if ((prop != NULL && strcasecmp(prop, "dateModified") == 0) ||
		    evidence_is_updated(tree_attr(nd->x, "class"))) {
			if (ret_modified->precision == DATE_NONE)
				*ret_modified = d;
			continue;
		}
		s = time_score(pg, nd, prop);
		if (s > best) {
			best = s;
			*ret = d;
			*ret_stated = s >= 2.5;
			*ret_near = s >= 1.5;
			found = true;
		}
	}
	return found;
}

/* ".../meldungen/29-10-2021": day first, as no other part of an address is written. */
static bool
from_url_day_first(const char *url, struct doc_date *ret)
{
	for (const char *p = url; *p != '\0'; p++) {
		if (strspn(p, "0123456789") == 2 && (p == url || p[-1] < '0' || p[-1] > '9') && p[2] == '-' &&
		    strspn(p + 3, "0123456789") == 2 && p[5] == '-' && strspn(p + 6, "0123456789") == 4) {
			char dotted[11];

			memcpy(dotted, p, 10);
			dotted[2] = dotted[5] = '.';
			dotted[10] = '\0';
			return date_parse(dotted, 10, "de", ret, NULL) == 0;
		}
	}
	return false;
}

/*
 * Dates that a page's own scripts state ("publishedDate":"2016-11-04T..."). A key that names several days speaks
 * of several articles and is not believed.
 */
static bool
from_scripts(const struct page *pg, struct doc_date *ret)
{
	static const char *const keys[] = { "\"datePublished\"", "\"publishedDate\"", "\"publishDate\"", "\"published_at\"",
	    "\"publishedAt\"", "\"publication_date\"", "\"date_published\"", "\"createdAt\"", NULL };

	for (size_t k = 0; keys[k] != NULL; k++) {
		bool found = false, several = false;

		for (size_t i = 0; i < pg->other_script_count && !several; i++) {
			const char *s = html_script(pg->html, pg->other_scripts[i]);
			struct doc_date d;

			while (!several && (s = strstr(s, keys[k])) != NULL) {
				s += strlen(keys[k]);
				s += strspn(s, " :\"");
				if (date_parse(s, strcspn(s, "\"") > 40 ? 40 : strcspn(s, "\""), NULL, &d, NULL) < 0 ||
				    !believable(pg, &d))
					continue;
				several = found && date_compare_day(&d, ret) != 0;
				if (!found)
					*ret = d;
				found = true;
			}
		}
		if (found && !several) {
			ret->source = DATE_FROM_META;
			return true;
		}
	}
	*ret = (struct doc_date){ 0 };
	return false;
}

static bool
from_url(const struct page *pg, struct doc_date *ret)
{
	struct doc_date d;

	if (pg->opts->url == NULL ||
	    (date_from_url(pg->opts->url, &d) < 0 && !from_url_day_first(pg->opts->url, &d)))
		return false;
	if (d.precision < DATE_DAY && !from_url_day_first(pg->opts->url, &d))
		return false;
	if (!believable(pg, &d))
		return false;
	d.source = DATE_FROM_URL;
	*ret = d;
	return true;
}

/* The line as published; of a line that also counts views or names an author, the element with the date. */
static void
set_dateline(struct page *pg, struct document *doc, uint32_t block)
{
	struct block *b = &pg->blocks[block];
	uint32_t at = 0;

	for (size_t i = 0; i < pg->time_count && at == 0; i++) {
		const struct node *nd = &pg->nodes[pg->times[i]];

		if (nd->b0 <= block && block < nd->b1 && nd->chars >= 6)
			at = pg->times[i];
	}
	if (at != 0) {
		CLEANUP(freep) char *line = page_node_line(pg, at);

		document_set_line(&doc->dateline, line, 300);
	} else
		document_set_line(&doc->dateline, page_block_text(pg, b), 300);
	if (b->chars < 120)
		b->keep = false;
}

struct found {
	struct doc_date ld, meta, weak, time, visible, url, mod;
	bool time_stated, time_near;
	double visible_score;
};

/* 2023-01-11 for 2023-11-01: one of the two was read with day and month exchanged. */
static bool
is_swapped(const struct doc_date *a, const struct doc_date *b)
{
	return a->precision >= DATE_DAY && b->precision >= DATE_DAY && a->year == b->year &&
	    a->month == b->day && a->day == b->month && a->month != a->day;
}

/* "2022-05-02...": nobody exchanges day and month in this form. */
static bool
is_iso(const char *s)
{
	return strspn(s, "0123456789") == 4 && s[4] == '-';
}

static bool
is_next_day(const struct doc_date *a, const struct doc_date *b)
{
	int64_t gap = date_sort_ms(a, 0) - date_sort_ms(b, 0);

	return a->precision >= DATE_DAY && b->precision >= DATE_DAY && date_compare_day(a, b) != 0 &&
	    gap < 36 * 3600 * 1000LL && gap > -36 * 3600 * 1000LL;
}

/*
 * A machine's time in UTC may fall on another day than the publisher's own: the day of the address, or the
 * same instant with the publisher's offset, is the day as stated.
 */
static void
localise(const struct found *f, struct doc_date *ret)
{
	if (ret->precision < DATE_TIME || !ret->has_offset || ret->offset_min != 0)
		return;
	if (f->time.precision == DATE_TIME && f->time.has_offset && f->time.offset_min != 0 &&
	    date_sort_ms(&f->time, 0) / 60000 == date_sort_ms(ret, 0) / 60000)
		*ret = f->time;
	else if (f->meta.precision == DATE_TIME && f->meta.has_offset && f->meta.offset_min != 0 &&
	    date_sort_ms(&f->meta, 0) / 60000 == date_sort_ms(ret, 0) / 60000)
		*ret = f->meta;
	else if (is_next_day(ret, &f->url))
		*ret = f->url;
	else if (f->visible_score > 0 && is_next_day(ret, &f->visible) &&
	    (date_compare_day(&f->visible, ret) > 0 ? ret->hour >= 14 : ret->hour < 10))
		*ret = f->visible;
}

static void
decide(const struct found *f, struct doc_date *ret)
{
	const struct doc_date *order[6] = { 0 };
	bool near = f->visible.precision != DATE_NONE && f->visible_score > 1.0;
	bool far = f->visible_score < 0, sure = f->time_near || f->visible_score > 2.2;
	size_t n = 0;

	order[n++] = &f->ld;
	order[n++] = &f->meta;
	if (!sure)
		order[n++] = &f->weak;
	order[n++] = f->time_stated || !near ? &f->time : &f->visible;
	order[n++] = f->time_stated || !near ? (far ? &f->url : &f->visible) : &f->time;
	order[n++] = far ? &f->visible : &f->url;
	if (sure)
		order[n - 1] = &f->weak;
	for (size_t i = 0; i < n; i++) {
		if (order[i]->precision >= DATE_DAY) {
			*ret = *order[i];
			break;
		}
	}
	if (is_swapped(ret, &f->visible) && !is_iso(ret->stated))
		*ret = f->visible;
	localise(f, ret);
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
	if (!from_metas(pg, weak_names, &f.weak))
		from_other_metas(pg, &f.weak);
	if (f.mod.precision == DATE_NONE)
		from_metas(pg, modified_names, &f.mod);
	from_times(pg, lang, &f.time, &vis_mod, &f.time_stated, &f.time_near);
	if (dateline_find(pg, lang, &f.visible, &vis_mod, &line, &f.visible_score)) {
		f.visible.source = DATE_FROM_VISIBLE;
		pg->dateline_score = (float)f.visible_score;
		if (!believable(pg, &f.visible))
			f.visible.precision = DATE_NONE;
		else if (line != UINT32_MAX && f.visible_score > 0.8 &&
		    pg->blocks[line].link_chars * 2 < pg->blocks[line].chars)
			set_dateline(pg, doc, line);
	}
	from_url(pg, &f.url);
	decide(&f, &doc->published);
	if (f.mod.precision == DATE_NONE && vis_mod.precision >= DATE_DAY && believable(pg, &vis_mod)) {
		f.mod = vis_mod;
		f.mod.source = DATE_FROM_VISIBLE;
	}
	if (doc->published.precision == DATE_NONE)
		from_scripts(pg, &doc->published);
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
