/*
 * title: the headline, by a vote. Every place that states a title is a candidate; the others back it when
 * they say the same or contain it. A site that puts one og:title on every page is thus outvoted by the
 * page's own h1 and by the title under which the listing led here.
 */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "extract/extract_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define CANDS_MAX 40
#define H1_MAX 6

enum from { FROM_H1, FROM_OG, FROM_LD, FROM_TITLE, FROM_TWITTER, FROM_META, FROM_HINT, FROM_HEADING, FROM_COUNT };

/* How much the word of each place counts, in the vote and as a candidate. */
static const double weight[FROM_COUNT] = {
	[FROM_H1] = 1.0, [FROM_OG] = 0.7, [FROM_LD] = 0.8, [FROM_TITLE] = 0.7, [FROM_TWITTER] = 0.3,
	[FROM_META] = 0.3, [FROM_HINT] = 1.2, [FROM_HEADING] = 0.35,
};

struct cand {
	char *text;		/* one line */
	char *key;		/* folded, words only */
	enum from from;
	bool part;		/* cut from a longer title */
	double own;		/* what speaks for it beside the vote */
	uint32_t node;		/* 0: not a visible element */
};

struct vote {
	struct page *pg;
	struct cand c[CANDS_MAX];
	size_t n;
	char *site[6];		/* keys of names of the site */
	size_t sites;
};

static char *
clean_line(const char *s, size_t n, enum from from)
{
	bool seen = from == FROM_H1 || from == FROM_HEADING || from == FROM_TITLE;
	char *out;

	if (n > LINE_MAX_BYTES)
		n = utf8_cut(s, n, LINE_MAX_BYTES);
	CLEANUP(freep) char *plain = seen ? plain_references(s, n) : jsonld_plain(s, n);
	out = unicode_line(plain, strlen(plain));
	return out;
}

static void
add(struct vote *v, enum from from, const char *s, size_t n, bool part, double own, uint32_t node)
{
	struct cand *c;

	if (s == NULL || n == 0 || v->n == CANDS_MAX)
		return;
	c = &v->c[v->n];
	c->text = clean_line(s, n, from);
	c->key = title_key(c->text);
	if (c->key[0] == '\0') {
		free(c->text);
		free(c->key);
		return;
	}
	c->from = from;
	c->part = part;
	c->own = own;
	c->node = node;
	v->n++;
}

static void
add_site(struct vote *v, const char *s)
{
	if (s == NULL || v->sites == sizeof(v->site) / sizeof(v->site[0]))
		return;
	v->site[v->sites] = title_key(s);
	if (v->site[v->sites][0] == '\0')
		free(v->site[v->sites]);
	else
		v->sites++;
}

/* "nytimes" of www.nytimes.com: a title part that is the host's own name is the site. */
static void
add_site_of_host(struct vote *v, const char *url)
{
	CLEANUP(freep) char *site = url != NULL ? url_site(url) : NULL;
	char *dot;

	if (site == NULL)
		return;
	add_site(v, site);
	dot = strchr(site, '.');
	if (dot != NULL)
		*dot = '\0';
	add_site(v, site);
}

static size_t
blanks(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == ' ';
	return n;
}

/* The same but for blanks, or the site's name with a little around it ("The Guardian", "BBC News"). */
static bool
is_site(const struct vote *v, const char *key)
{
	CLEANUP(freep) char *tight = xstrdup(key);

	title_squeeze(tight);
	for (size_t i = 0; i < v->sites; i++) {
		CLEANUP(freep) char *name = xstrdup(v->site[i]);
		size_t a, b;

		title_squeeze(name);
		a = strlen(tight);
		b = strlen(name);
		if (strcmp(tight, name) == 0)
			return true;
		if (b >= 4 && a > b && a <= b + 10 && blanks(key) <= blanks(v->site[i]) + 1 && strstr(tight, name) != NULL)
			return true;	/* more words are a headline about the site's own house */
		if (a >= 3 && b > a && b <= a + 8 && strstr(name, tight) != NULL)
			return true;
	}
	return false;
}

static const char *const separators[] = { " | ", " - ", " – ", " — ", " · ", " :: ", " » ", " « ", " // ",
    " • ", " / ", " ‹ ", " › ", " > ", " < ", "|", "｜", "_", " ~ ", "－", "──", " ― ", ": ", "-", NULL };

/* First separator at or after from; its length in *ret_len. NULL: none. */
static const char *
next_separator(const char *s, const char *from, size_t *ret_len)
{
	const char *best = NULL;

	for (size_t i = 0; separators[i] != NULL; i++) {
		const char *p = strstr(from, separators[i]);

		if (p != NULL && p > s && (best == NULL || p < best)) {
			best = p;
			*ret_len = strlen(separators[i]);
		}
	}
	return best;
}

/* The whole of a title and what is left of it when parts are cut from its ends. */
static void
add_with_parts(struct vote *v, enum from from, const char *raw, double own)
{
	if (raw == NULL)
		return;
	CLEANUP(freep) char *s = clean_line(raw, strlen(raw), from);
	const char *cut[8];
	size_t len[8], n = 0, end = strlen(s), k = 0;
	const char *p = s;

	add(v, from, s, end, false, own, 0);
	while (n < 8 && (p = next_separator(s, p, &k)) != NULL) {
		cut[n] = p;
		len[n++] = k;
		p += k;
	}
	for (size_t i = 0; i < n; i++) {
		size_t head = (size_t)(cut[i] - s), tail = head + len[i];
		CLEANUP(freep) char *rest = clean_line(s + tail, end - tail, from);
		CLEANUP(freep) char *first = clean_line(s, head, from);
		CLEANUP(freep) char *rest_key = title_key(rest);
		CLEANUP(freep) char *first_key = title_key(first);
		bool hard = len[i] > 1 && cut[i][0] != ':';

		add(v, from, s, head, true, own + (is_site(v, rest_key) ? 0.25 : hard ? -0.1 : -0.8), 0);
		add(v, from, s + tail, end - tail, true,
		    own + (is_site(v, first_key) ? 0.2 : hard ? -0.3 : -0.8), 0);
	}
}

/* Text of a heading without the kicker that some publishers put inside it; "" when there is none. */
static char *
without_kicker(const struct page *pg, uint32_t h)
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	xmlNodePtr root = pg->nodes[h].x, x;
	bool dropped = false, skip;

	for (x = root->children; x != NULL; x = tree_next(x, root, skip)) {
		uint32_t i = x->type == XML_ELEMENT_NODE ? page_node_of(pg, x) : 0;

		skip = i > h && pg->nodes[i].x == x && (pg->nodes[i].ev & (EV_SECTION | EV_HIDDEN)) != 0 &&
		    pg->nodes[i].chars * 10 < pg->nodes[h].chars * 7;
		dropped |= skip;
		if (x->type == XML_TEXT_NODE && x->content != NULL)
			buf_adds(&b, (const char *)x->content);
		else if (x->type == XML_ELEMENT_NODE)
			buf_addc(&b, ' ');
	}
	if (!dropped)
		buf_clear(&b);
	return b.data != NULL ? buf_take(&b, NULL) : xstrdup("");
}

/*
 * Publishers put "kicker, headline" into two elements of one heading: the last of them, when all text
 * stands in elements and it holds a good part; NULL else.
 */
static xmlNodePtr
last_part(const struct page *pg, uint32_t h)
{
	xmlNodePtr last = NULL;
	unsigned parts = 0;

	for (xmlNodePtr x = pg->nodes[h].x->children; x != NULL; x = x->next) {
		if (x->type == XML_TEXT_NODE && x->content != NULL &&
		    x->content[strspn((const char *)x->content, " \t\r\n")] != '\0')
			return NULL;
		if (x->type == XML_ELEMENT_NODE && x->_private != NULL &&
		    pg->nodes[page_node_of(pg, x)].chars > 2) {
			last = x;
			parts++;
		}
	}
	if (parts < 2 || pg->nodes[page_node_of(pg, last)].chars * 5 < pg->nodes[h].chars * 2)
		return NULL;
	return last;
}

static void
add_last_part(struct vote *v, enum from from, uint32_t h, double own)
{
	xmlNodePtr last = last_part(v->pg, h);

	if (last != NULL) {
		CLEANUP(freep) char *line = tree_line(last);

		add(v, from, line, strlen(line), true, own + 0.1, page_node_of(v->pg, last));
	}
}

/* An h1 that is a crumb, a logo or a menu's is no headline. */
static bool
is_furniture_h1(const struct node *nd)
{
	return (nd->tags_up & (UP_NAV | UP_FOOTER | UP_LIST)) != 0 ||
	    (nd->ev_up & (EV_NAV | EV_COOKIE)) != 0;
}

static bool
add_h1s(struct vote *v)
{
	struct page *pg = v->pg;
	bool any = false;

	for (size_t i = 0; i < pg->h1_count && i < H1_MAX; i++) {
		const struct node *nd = &pg->nodes[pg->h1[i]];
		bool furniture = is_furniture_h1(nd);
		double own = 0;

		if (nd->chars == 0 || nd->chars > 400)
			continue;
		CLEANUP(freep) char *line = page_node_line(pg, pg->h1[i]);
		CLEANUP(freep) char *bare = without_kicker(pg, pg->h1[i]);
		if (furniture || nd->ev_up & (EV_HEAD | EV_RELATED))
			own -= 0.25;
		if (nd->ev & (EV_TITLE | EV_CONTENT))
			own += 0.15;
		if (nd->link_chars * 2 > nd->chars)
			own -= 0.2;
		if (nd->ev_up & EV_HIDDEN)
			own -= 0.2;
		if (pg->h1_count > 1)
			own -= 0.15;
		any |= !furniture;
		add(v, furniture ? FROM_META : FROM_H1, line, strlen(line), false, own, pg->h1[i]);
		add_last_part(v, furniture ? FROM_META : FROM_H1, pg->h1[i], own);
		if (bare[0] != '\0')
			add(v, FROM_H1, bare, strlen(bare), false, own + 0.35, pg->h1[i]);
	}
	return any;
}

/* Other headings; the first stands for the h1 of a page that has none. */
static void
add_headings(struct vote *v)
{
	struct page *pg = v->pg;
	bool has_h1 = add_h1s(v);

	for (uint32_t i = 0, taken = 0; i < pg->node_count && taken < 5; i++) {
		const struct node *nd = &pg->nodes[i];
		bool heading = nd->tag == TAG_H2 || (nd->tag == TAG_H3 && pg->h1_count == 0);
		bool first = taken == 0 && !has_h1;

		if ((!heading && !((nd->ev & EV_TITLE) && nd->block)) || nd->tag == TAG_H1 ||
		    nd->chars < 8 || nd->chars > 300 || nd->b1 - nd->b0 > 2)
			continue;
		if (nd->ev_up & (EV_RELATED | EV_NAV | EV_CARD | EV_COOKIE) || nd->tags_up & (UP_NAV | UP_ASIDE))
			continue;
		CLEANUP(freep) char *line = page_node_line(pg, i);
		add_last_part(v, first && pg->h1_count > 0 ? FROM_H1 : FROM_HEADING, i, nd->ev & EV_TITLE ? 0.15 : 0);
		add(v, first && pg->h1_count > 0 ? FROM_H1 : FROM_HEADING, line, strlen(line), false,
		    (nd->ev & EV_TITLE ? 0.15 : 0) - 0.03 * taken, i);
		taken++;
	}
}

/* How far place `other` backs candidate c: best of its candidates. */
static double
backing(const struct vote *v, const struct cand *c, enum from other)
{
	double best = 0, s;
	size_t a = strlen(c->key), b;

	for (size_t i = 0; i < v->n; i++) {
		const struct cand *o = &v->c[i];

		if (o->from != other)
			continue;
		b = strlen(o->key);
		if (strcmp(o->key, c->key) == 0)
			s = o->part ? 0.95 : 1;
		else if (b > a && a >= 8 && title_holds(o->key, c->key))
			s = 0.8 * ((double)a / (double)b) + 0.1;
		else if (a > b && b >= 8 && title_holds(c->key, o->key))
			s = 0.55 * ((double)b / (double)a);
		else
			continue;
		if (s > best)
			best = s;
	}
	return best;
}

static double
score_of(const struct vote *v, const struct cand *c)
{
	double s = c->own + 0.35 * weight[c->from];
	size_t len = utf8_count(c->text, strlen(c->text));

	for (int f = 0; f < FROM_COUNT; f++)
		s += weight[f] * backing(v, c, (enum from)f);
	if (is_site(v, c->key))
		s -= 1.5;
	if (len < 5)
		s -= 0.6;
	else if (len < 12 && page_weight(c->text, strlen(c->text)) < 12)
		s -= 0.2;
	if (len > 250)
		s -= 0.6;
	return s;
}

/*
 * The page's own title that is the one under which the listing led here. Only equality counts: a page that
 * was retitled must not be read by its row's old words.
 */
static const struct cand *
named_by_hint(const struct vote *v)
{
	const struct cand *hint = NULL, *best = NULL;

	for (size_t i = 0; i < v->n && hint == NULL; i++)
		if (v->c[i].from == FROM_HINT && !v->c[i].part)
			hint = &v->c[i];
	if (hint == NULL || is_site(v, hint->key))
		return NULL;
	for (size_t i = 0; i < v->n; i++) {
		const struct cand *c = &v->c[i];

		if (c->from == FROM_HINT || strcmp(c->key, hint->key) != 0)
			continue;
		if (best == NULL || (c->node != 0 && best->node == 0))
			best = c;
	}
	return best;
}

/* The block that shows the headline: it is no body text, and the body is near it. */
static void
find_title_block(struct page *pg, const char *title, uint32_t node)
{
	CLEANUP(freep) char *want = title_key(title);
	size_t n = strlen(want);

	if (node != 0 && pg->nodes[node].b0 < pg->nodes[node].b1) {
		pg->title_node = node;
		pg->title_block = pg->nodes[node].b0;
		return;
	}
	for (int pass = 0; pass < 2 && n > 0; pass++) {	/* h1 first, then whatever shows it */
		for (size_t i = 0; i < pg->block_count; i++) {
			const struct block *b = &pg->blocks[i];
			uint8_t tag = pg->nodes[b->node].tag;

			if (pass == 0 ? tag != TAG_H1 : b->len > 2 * n + 20 || b->len * 2 + 20 < n)
				continue;
			CLEANUP(freep) char *key = title_key(page_block_text(pg, b));
			if (strcmp(key, want) == 0 || (pass == 0 && n > 10 && (strstr(key, want) != NULL ||
			    (strlen(key) > 10 && strstr(want, key) != NULL)))) {
				pg->title_block = (uint32_t)i;
				pg->title_node = b->node;
				return;
			}
		}
	}
}

static void
gather(struct vote *v)
{
	static const char *const og[] = { "og:title", NULL };
	static const char *const twitter[] = { "twitter:title", NULL };
	static const char *const named[] = { "headline", "dc.title", "dcterms.title", "parsely-title",
	    "sailthru.title", "citation_title", "title", "news_keywords_title", "hdl", "article.headline", NULL };
	struct page *pg = v->pg;

	add_site(v, meta_get(pg, "og:site_name"));
	add_site(v, pg->ld.site);
	add_site(v, meta_get(pg, "application-name"));
	add_site_of_host(v, pg->opts->url);
	add_headings(v);
	add_with_parts(v, FROM_LD, pg->ld.headline != NULL ? pg->ld.headline : pg->ld.name,
	    pg->ld.headline != NULL ? 0 : -0.2);
	add_with_parts(v, FROM_OG, meta_first(pg, og), 0);
	if (pg->title_x != NULL) {
		CLEANUP(freep) char *line = tree_line(pg->title_x);

		add_with_parts(v, FROM_TITLE, line, 0);
	}
	add_with_parts(v, FROM_HINT, pg->opts->title_hint, 0);
	add_with_parts(v, FROM_META, meta_first(pg, named), 0);
	add_with_parts(v, FROM_TWITTER, meta_first(pg, twitter), 0);
}

void
title_choose(struct page *pg, struct document *doc)
{
	struct vote v = { .pg = pg };
	const struct cand *best;
	double top = 0, s;
	bool settled;

	gather(&v);
	best = named_by_hint(&v);
	settled = best != NULL;
	for (size_t i = 0; i < v.n && !settled; i++) {
		if (v.c[i].from == FROM_HINT)
			continue;	/* evidence for the page's own titles, never a title of the page */
		s = score_of(&v, &v.c[i]);
		if (best == NULL || s > top + 1e-9) {
			best = &v.c[i];
			top = s;
		}
	}
	if (best != NULL) {
		document_set_line(&doc->title, best->text, DOCUMENT_TITLE_MAX);
		find_title_block(pg, best->text, best->node);
	}
	for (size_t i = 0; i < v.n; i++) {
		free(v.c[i].text);
		free(v.c[i].key);
	}
	for (size_t i = 0; i < v.sites; i++)
		free(v.site[i]);
}
