/* listing: an HTML page that lists documents, by the user's selectors or by its own structure. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/digest.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/listing_int.h"
#include "markup/html.h"
#include "markup/select.h"
#include "markup/tree.h"
#include "base/banned.h"

#define SELECT_MAX 100000
#define TITLE_CHARS 512
#define NEXT_BYTES 20		/* of the words on a link to the next page */

struct listing {
	const struct discover_opts *opts;
	struct html *html;
	struct rows rows;
	struct candidates *c;
	struct select *links, *title, *date;
	size_t titles_selected, dates_selected;
};

/* A candidate and the place of its link, to sort by. */
struct found {
	struct candidate one;
	int anchor;
	UT_hash_handle hh;
};

struct finds {
	struct found *list;
	size_t count, cap;
};

static char *
selected_line(struct listing *l, const struct select *s, int elem, size_t *counter)
{
	xmlNodePtr node = select_first(s, l->html->doc, l->rows.elems[elem].node);
	char *line;

	if (node == NULL)
		return NULL;
	line = tree_line(node);
	if (*line == '\0') {
		free(line);
		return NULL;
	}
	(*counter)++;
	return line;
}

static void
selected_date(struct listing *l, int elem, struct doc_date *ret)
{
	const char *language = l->rows.language[0] != '\0' ? l->rows.language : NULL, *value;
	xmlNodePtr node = select_first(l->date, l->html->doc, l->rows.elems[elem].node);
	CLEANUP(freep) char *line = NULL;
	struct doc_date d = { 0 };
	size_t begin, len;

	if (node == NULL)
		return;
	line = tree_line(node);
	value = tree_attr(node, "datetime");
	if ((value == NULL || candidate_date(value, language, DATE_FROM_SELECTOR, l->opts, ret) < 0) &&
	    candidate_date(line, language, DATE_FROM_SELECTOR, l->opts, ret) < 0) {
		if (date_find_yearless(line, strlen(line), language, 0, l->opts->now_ms, &d, &begin, &len) < 0)
			return;
		d.source = DATE_FROM_SELECTOR;
		*ret = d;
	}
	l->dates_selected++;
}

static void
set_date(const struct listing *l, const struct rows_date *d, const char *url, struct doc_date *ret)
{
	if (d != NULL) {
		*ret = d->date;
		ret->source = DATE_FROM_ROW;
	} else if (date_from_url(url, ret) == 0) {
		ret->source = DATE_FROM_URL;
	}
	if (ret->precision != DATE_NONE && l->opts->now_ms > 0 &&
	    date_sort_ms(ret, 0) > l->opts->now_ms + 2 * 86400000)
		ret->doubtful = true;
}

static void
add_group(struct listing *l, const struct listing_group *g, const char *why, struct finds *finds)
{
	char **titles = l->title == NULL ? listing_titles(&l->rows, g) : NULL;

	for (size_t i = 0; i < g->rows_count; i++) {
		const struct listing_row *row = &g->rows[i];
		struct found *f;

		finds->list = xgrow(finds->list, &finds->cap, finds->count + 1, sizeof(*finds->list));
		f = &finds->list[finds->count++];
		*f = (struct found){ .anchor = row->anchor };
		f->one.url = xstrdup(l->rows.anchors[row->anchor].url);
		f->one.why = xstrdup(why);
		if (l->title != NULL)
			f->one.title = selected_line(l, l->title, row->elem, &l->titles_selected);
		else
			f->one.title = titles[i];
		if (l->date != NULL)
			selected_date(l, row->elem, &f->one.published);
		if (f->one.published.precision == DATE_NONE)
			set_date(l, listing_row_date(&l->rows, g, row), f->one.url, &f->one.published);
	}
	free(titles);
}

/* Further documents of rows have the date of the first, and its title before what their links say. */
static void
add_beside(struct listing *l, const struct listing_group *g, const char *why, struct finds *finds)
{
	size_t known = finds->count, from = 0;

	for (size_t i = 0; i < g->rows_count; i++) {
		const struct rows_anchor *a = &l->rows.anchors[g->rows[i].anchor];
		struct found *f;

		for (size_t k = from; k < known; k++) {	/* both are in page order */
			if (finds->list[k].anchor != g->rows[i].first)
				continue;
			from = k;
			finds->list = xgrow(finds->list, &finds->cap, finds->count + 1, sizeof(*finds->list));
			f = &finds->list[finds->count++];
			*f = (struct found){ .anchor = g->rows[i].anchor };
			f->one.url = xstrdup(a->url);
			f->one.why = xstrdup(why);
			f->one.title = listing_title_beside(&l->rows, a, finds->list[k].one.title);
			f->one.published = finds->list[k].one.published;
			break;
		}
	}
}

static int
by_anchor(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->anchor < y->anchor ? -1 : x->anchor > y->anchor;
}

/* One candidate an address, in page order; what the first lacks a later one may know. */
static void
emit(struct listing *l, struct finds *finds)
{
	struct found *table = NULL, *known;

	if (finds->count > 1)
		qsort(finds->list, finds->count, sizeof(*finds->list), by_anchor);
	for (size_t i = 0; i < finds->count; i++) {
		struct found *f = &finds->list[i];

		HASH_FIND_STR(table, f->one.url, known);
		if (known == NULL) {
			HASH_ADD_KEYPTR(hh, table, f->one.url, strlen(f->one.url), f);
			continue;
		}
		if (f->one.title != NULL && known->one.title == NULL) {
			known->one.title = f->one.title;
			f->one.title = NULL;
		}
		if (known->one.published.precision < f->one.published.precision)
			known->one.published = f->one.published;
		candidate_clear(&f->one);
	}
	HASH_CLEAR(hh, table);
	for (size_t i = 0; i < finds->count; i++) {
		struct found *f = &finds->list[i];

		if (f->one.url == NULL)
			continue;
		if (l->c->count < l->opts->max) {
			*candidates_add(l->c) = f->one;
		} else {
			l->c->cut = true;
			candidate_clear(&f->one);
		}
	}
	free(finds->list);
}

static int
compile(struct listing *l, struct err *reterr)
{
	const struct discover_opts *o = l->opts;

	if (o->select_links != NULL && select_compile(o->select_links, &l->links, reterr) < 0)
		return -1;
	if (o->select_title != NULL && select_compile(o->select_title, &l->title, reterr) < 0)
		return -1;
	if (o->select_date != NULL && select_compile(o->select_date, &l->date, reterr) < 0)
		return -1;
	return 0;
}

/* Links at or below the selected nodes, as one group. */
static int
selected_group(struct listing *l, struct listing_group *g, struct err *reterr)
{
	CLEANUP(freep) xmlNodePtr *nodes = NULL;
	const struct rows *r = &l->rows;
	size_t at = 0;
	int n = select_all(l->links, l->html->doc, NULL, SELECT_MAX, &nodes, reterr);

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		int elem = rows_elem_of(r, nodes[i]);

		if (elem < 0)
			continue;
		while (at < r->anchors_count && r->anchors[at].elem < elem)
			at++;
		for (size_t k = at; k < r->anchors_count && r->anchors[k].elem < r->elems[elem].last; k++) {
			if (g->count > 0 && g->anchors[g->count - 1] >= (int)k)
				continue;
			if (g->count > 2 * l->opts->max)
				return 0;	/* more than is kept, whatever repeats */
			g->anchors = xgrow(g->anchors, &g->cap, g->count + 1, sizeof(*g->anchors));
			g->anchors[g->count++] = (int)k;
		}
	}
	if (g->count == 0)
		return err_set(reterr, ERR_CONFIG, "select.links \"%.200s\" matched no link",
		    l->opts->select_links);
	return 0;
}

static int
by_selector(struct listing *l, struct finds *finds, struct err *reterr)
{
	struct listing_group g = { 0 };
	int rc = selected_group(l, &g, reterr);

	if (rc == 0) {
		listing_find_rows(&l->rows, &g);
		add_group(l, &g, "select.links", finds);
	}
	free(g.anchors);
	free(g.rows);
	return rc;
}

static char *
describe(const struct rows *r, const struct listing_group *g)
{
	const xmlNode *node = r->elems[r->anchors[g->anchors[0]].elem].node, *row;
	const char *cls;

	row = r->elems[g->rows[0].elem].node;
	cls = tree_attr(row, "class");
	return xasprintf("list of %zu rows <%s%s%.40s%s>, link in <%s>, quality %.2f", g->rows_count,
	    (const char *)row->name, cls != NULL ? " class=\"" : "", cls != NULL ? cls : "",
	    cls != NULL ? "\"" : "", (const char *)node->parent->name, g->quality);
}

static void
by_structure(struct listing *l, struct finds *finds)
{
	struct listing_group *groups = NULL;
	size_t count = 0;

	listing_group_anchors(&l->rows, &groups, &count);
	listing_part_groups(&l->rows, &groups, &count);
	listing_choose(&l->rows, groups, count);
	for (int beside = 0; beside < 2; beside++) {
		for (size_t i = 0; i < count; i++) {
			CLEANUP(freep) char *why = NULL;

			if (!groups[i].is_list || groups[i].is_beside != (beside == 1))
				continue;
			why = describe(&l->rows, &groups[i]);
			(beside ? add_beside : add_group)(l, &groups[i], why, finds);
		}
	}
	listing_groups_free(groups, count);
}

/* A selector within the rows that never matches is a mistake, not a page without titles. */
static int
check_selected(const struct listing *l, struct err *reterr)
{
	if (l->c->count == 0)
		return 0;
	if (l->title != NULL && l->titles_selected == 0)
		return err_set(reterr, ERR_CONFIG, "select.title \"%.200s\" matched in none of %zu rows",
		    l->opts->select_title, l->c->count);
	if (l->date != NULL && l->dates_selected == 0)
		return err_set(reterr, ERR_CONFIG, "select.date \"%.200s\" matched in none of %zu rows",
		    l->opts->select_date, l->c->count);
	return 0;
}

static void
read_link(struct listing *l, const xmlNode *node)
{
	const char *rel = tree_attr(node, "rel"), *type = tree_attr(node, "type");
	const char *href = tree_attr(node, "href");
	CLEANUP(freep) char *url = NULL;

	if (rel == NULL || href == NULL || (url = url_resolve(l->html->base_href, href)) == NULL)
		return;
	if (strcasestr(rel, "alternate") != NULL && type != NULL && (strcasestr(type, "rss+xml") != NULL ||
	    strcasestr(type, "atom+xml") != NULL || strcasestr(type, "feed+json") != NULL)) {
		candidates_add_feed(l->c, url);
	} else if (strcasecmp(rel, "next") == 0) {
		candidates_add_more(l->c, url);
	} else if (strcasecmp(rel, "hub") == 0 && l->c->hub == NULL) {
		l->c->hub = url;
		url = NULL;
	}
}

static void
read_head(struct listing *l)
{
	xmlNodePtr root = xmlDocGetRootElement(l->html->doc);
	const char *lang = tree_attr(root, "lang");

	if (lang != NULL && *lang != '\0' && strlen(lang) < 32)
		l->c->language = unicode_line(lang, strlen(lang));
	for (xmlNodePtr at = root; at != NULL; at = tree_next(at, root, false)) {
		if (tree_is(at, "link"))
			read_link(l, at);
		else if (tree_is(at, "title") && l->c->title == NULL)
			l->c->title = tree_line(at);
	}
}

/* The link to the next page of the list. */
static void
find_next(struct listing *l)
{
	static const char *const words[] = { "next", "next page", "older", "older posts", "next \xc2\xbb",
		"\xc2\xbb", "\xe2\x80\xba", ">", ">>", "n\xc3\xa4sta", "weiter", "n\xc3\xa4" "chste", "suivant",
		"siguiente", "pr\xc3\xb3xima", "successiva", "\xe6\xac\xa1\xe3\x81\xb8", "\xe4\xb8\x8b\xe4\xb8\x80\xe9\xa1\xb5",
		"\xe6\xac\xa1\xe3\x81\xae\xe3\x83\x9a\xe3\x83\xbc\xe3\x82\xb8", "tiep", "ti\xe1\xba\xbfp", NULL };
	const struct rows *r = &l->rows;
	const char *text = buf_str(&r->text);

	if (l->c->more_count > 0)
		return;
	for (size_t i = 0; i < r->anchors_count; i++) {
		const struct rows_anchor *a = &r->anchors[i];
		const char *rel = tree_attr(r->elems[a->elem].node, "rel");
		size_t n = a->end - a->start;
		bool next = rel != NULL && strcasecmp(rel, "next") == 0;

		for (size_t k = 0; n > 0 && n <= NEXT_BYTES && words[k] != NULL && !next; k++)
			next = words[k][0] == (char)tolower((unsigned char)text[a->start]) && strlen(words[k]) == n &&
			    strncasecmp(words[k], text + a->start, n) == 0;
		if (next) {
			candidates_add_more(l->c, a->url);
			return;
		}
	}
}

static void
listing_done(struct listing *l)
{
	rows_done(&l->rows);
	select_free(l->links);
	select_free(l->title);
	select_free(l->date);
	html_free(l->html);
}

static bool
selects(const struct discover_opts *o)
{
	return o->select_links != NULL || o->select_title != NULL || o->select_date != NULL;
}

int
listing_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	struct listing l = { .opts = opts, .c = c };
	uint64_t seed = digest_xxh64(opts->url, strlen(opts->url), 0) << 1, shape = 0;
	struct finds finds = { 0 };
	int rc = -1;

	/* A selector may ask for what the shape leaves out. */
	if (opts->known_shape != 0 && !selects(opts))
		shape = opts->known_shape ^ seed;
	if (compile(&l, reterr) < 0 ||
	    html_parse_new(p, n, opts->content_type, opts->url, &shape, &l.html, reterr) < 0)
		goto out;
	if (!selects(opts))
		c->shape = shape ^ seed;
	if (l.html == NULL) {
		c->same = true;
		rc = 0;
		goto out;
	}
	rows_build(&l.rows, l.html, opts);
	listing_rank_dates(&l.rows);
	read_head(&l);
	c->truncated = !l.html->complete;
	c->charset = xstrdup(l.html->charset.name);
	if (l.links != NULL) {
		if (by_selector(&l, &finds, reterr) < 0)
			goto out;
	} else {
		by_structure(&l, &finds);
	}
	emit(&l, &finds);
	if (c->count == 0)
		c->shape = 0;	/* the shape is not of what scripts hold */
	listing_ld(l.html, opts, c);
	find_next(&l);
	rc = check_selected(&l, reterr);
out:
	listing_done(&l);
	return rc;
}
