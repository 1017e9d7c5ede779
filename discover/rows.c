/* rows: a page laid out flat, in one walk over its tree. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/rows_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define COLUMNS 16	/* of a table in which a cell may span rows */
#define LINE_LETTERS 24	/* of a link that fills a line of its own */

/* State of the walk. */
struct walk {
	struct rows *r;
	struct url *base;	/* of relative links; NULL: none */
	char *page;		/* own address without fragment */
	uint32_t line_start;
	int line_elem;
	int anchor;		/* link that is open, or -1 */
	bool gap;		/* white space was met */
	bool edge;		/* one inline element ended and another begins */
	const xmlNode *row;	/* of a table, of the last cell */
	uint8_t taken[COLUMNS];	/* rows from this one on that cells above take of each of its columns */
	uint8_t spans[COLUMNS];	/* rows that its own cells take */
	struct rows_kinds kinds;
};

static uint64_t
mix(uint64_t h, uint64_t x)
{
	h ^= x + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
	return h * 0xff51afd7ed558ccdu;
}

/* First class that names a kind and not a state. */
static uint64_t
hash_class(const xmlNode *node)
{
	static const char *const states[] = { "odd", "even", "first", "last", "active", "selected", "alt",
		"clearfix", NULL };
	const char *p = tree_attr(node, "class");
	size_t len;

	while (p != NULL && *p != '\0') {
		bool state = false;

		p += strspn(p, " \t\r\n\f");
		len = strcspn(p, " \t\r\n\f");
		for (size_t i = 0; states[i] != NULL && !state; i++)
			state = ((states[i][0] ^ *p) & ~0x20) == 0 && strlen(states[i]) == len && strncasecmp(states[i], p, len) == 0;
		if (len > 0 && !state)
			return rows_hash_name(p, len);
		p += len;
	}
	return 0;
}

/* What the cells above take of a row: known where its rows are met one after the other. */
static void
begin_row(struct walk *w, const xmlNode *row)
{
	const xmlNode *above = row->prev;

	while (above != NULL && above->type != XML_ELEMENT_NODE)
		above = above->prev;
	for (size_t i = 0; i < COLUMNS; i++) {
		uint8_t rows = w->taken[i] > w->spans[i] ? w->taken[i] : w->spans[i];

		w->taken[i] = above == NULL || above != w->row || rows == 0 ? 0 : rows - 1;
		w->spans[i] = 0;
	}
	w->row = row;
}

/*
 * Number of a cell within its row: columns of a table are lists of their own. A date that stands for several rows takes
 * its column in all of them.
 */
static uint64_t
cell_number(struct walk *w, const xmlNode *node)
{
	const char *span;
	uint64_t n = 1, column = 0;

	if (node->parent != w->row)
		begin_row(w, node->parent);
	for (const xmlNode *p = node->prev; p != NULL && n < 64; p = p->prev)
		n += p->type == XML_ELEMENT_NODE;
	for (uint64_t free = 0; column < COLUMNS && free < n; column++)
		free += w->taken[column] == 0;
	if (column == COLUMNS)
		return n;
	if (node->properties != NULL && (span = tree_attr(node, "rowspan")) != NULL && isdigit((unsigned char)*span))
		w->spans[column - 1] = (uint8_t)(strlen(span) > 2 ? 99 : strtoul(span, NULL, 10));
	return column;
}

static int
add_elem(struct walk *w, xmlNodePtr node, int parent)
{
	struct rows *r = w->r;
	struct rows_elem *e;
	const struct rows_elem *up;
	const struct rows_kind *kind = rows_kind(&w->kinds, node);
	const char *name = (const char *)node->name, *id;
	uint64_t tag = kind->tag, cell = kind->is & ROWS_CELL ? cell_number(w, node) : 0, cls = hash_class(node);

	r->elems = xgrow(r->elems, &r->elems_cap, r->elems_count + 1, sizeof(*r->elems));
	e = &r->elems[r->elems_count];
	up = parent >= 0 ? &r->elems[parent] : NULL;
	*e = (struct rows_elem){ .node = node, .parent = parent, .depth = up != NULL ? up->depth + 1 : 0,
	    .start = (uint32_t)r->text.len, .is = kind->is, .cls = cls };
	/* h1..h6 keep their number */
	if (name[0] == 'h' && isdigit((unsigned char)name[1]))
		tag = mix(tag, (uint64_t)name[1]);
	e->local = mix(mix(tag, cls), cell);
	e->path = up != NULL ? up->path : 1;
	if (up != NULL && (kind->is & ROWS_UNCLOSED) && xmlStrEqual(node->name, up->node->name))
		;	/* the one before was not closed: they stand side by side */
	else if (!(kind->is & ROWS_DRESS) || cls != 0)
		e->path = mix(mix(e->path, tag), cell);
	if (kind->is & ROWS_LIST)
		e->path = mix(e->path, cls);
	if ((kind->is & ROWS_BOX) && (id = tree_attr(node, "id")) != NULL && strpbrk(id, "0123456789") == NULL)
		e->path = mix(e->path, rows_hash_name(id, strlen(id)));
	e->region = rows_region(node, kind);
	e->block = kind->is & ROWS_BLOCK;
	e->preformatted = (kind->is & ROWS_SOURCE) || (up != NULL && up->preformatted);
	node->_private = (void *)(uintptr_t)(r->elems_count + 1);
	return (int)r->elems_count++;
}

static void
flush_line(struct walk *w)
{
	struct rows *r = w->r;
	struct rows_line *line;

	w->gap = false;
	if (r->text.len == w->line_start)
		return;
	r->lines = xgrow(r->lines, &r->lines_cap, r->lines_count + 1, sizeof(*r->lines));
	line = &r->lines[r->lines_count++];
	*line = (struct rows_line){ w->line_start, (uint32_t)r->text.len, w->line_elem, false };
	for (int e = w->line_elem, up = 0; e >= 0 && up < 3 && !line->heading; e = r->elems[e].parent, up++)
		line->heading = r->elems[e].is & ROWS_HEADING;
	buf_addc(&r->text, '\n');
	w->line_start = (uint32_t)r->text.len;
}

/*
 * <b>Title of it</b><i>20.03.24</i>, <i>Speech</i><i>May 9, 2024</i><i>8:00</i>: style sheets part what the text does not.
 * Numbers are parted behind a year, a date or a time: a day may be written digit by digit.
 */
static bool
is_seam(const struct walk *w, const char *next)
{
	const struct buf *text = &w->r->text;
	unsigned char last = (unsigned char)text->data[text->len - 1], c = (unsigned char)next[0];
	bool word = isalpha(last) || last >= 0x80;
	size_t at = text->len;

	if ((word && isdigit(c)) || (isdigit(last) && (isalpha(c) || c >= 0xc0)))
		return true;
	if (islower(last) && isupper(c))
		return true;
	if (!isdigit(last) || !isdigit(c))
		return false;
	/* a date behind the number of its row */
	if (strcspn(next, " \t\r\n") >= 6 && strcspn(next, ".:/-") <= 4)
		return true;
	while (at > w->line_start && (isdigit((unsigned char)text->data[at - 1]) || strchr(".:/-", text->data[at - 1]) != NULL))
		at--;
	return text->len - at >= 4;
}

static void
add_text(struct walk *w, const char *s, int elem)
{
	struct rows *r = w->r;

	for (size_t run; *s != '\0' && !r->text.full;) {
		if ((unsigned char)*s <= ' ' || (s[0] == '\xc2' && s[1] == '\xa0')) {
			if (*s == '\n' && r->elems[elem].preformatted)
				flush_line(w);
			w->gap = true;
			s += *s == '\xc2' ? 2 : 1;
			continue;
		}
		for (run = 0; (unsigned char)s[run] > ' ' && (s[run] != '\xc2' || s[run + 1] != '\xa0'); run++)
			;
		if (r->text.len == w->line_start) {
			w->line_elem = elem;
			while (w->line_elem > 0 && !r->elems[w->line_elem].block)
				w->line_elem = r->elems[w->line_elem].parent;
		} else if (w->gap || (w->edge && is_seam(w, s))) {
			buf_addc(&r->text, ' ');
		}
		w->gap = w->edge = false;
		if (w->anchor >= 0 && r->anchors[w->anchor].end == 0) {
			r->anchors[w->anchor].start = (uint32_t)r->text.len;
			r->anchors[w->anchor].end = 1;
		}
		buf_add(&r->text, s, run);
		s += run;
	}
}

/* Pictures, sounds, style sheets and the page itself are no documents. */
static bool
is_unwanted(const struct walk *w, const char *url)
{
	static const char *const endings[] = { ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico",
		".css", ".js", ".mp3", ".mp4", ".wav", ".m4a", ".avi", ".mov", ".wmv", ".zip", ".ics", ".rss",
		".json", ".vcf", NULL };
	size_t n = strcspn(url, "?");

	if (w->page != NULL && strcmp(url, w->page) == 0)
		return true;
	for (size_t len = 3; len <= 5 && n > len; len++) {
		for (size_t i = 0; url[n - len] == '.' && endings[i] != NULL; i++) {
			if (strlen(endings[i]) == len && strncasecmp(url + n - len, endings[i], len) == 0)
				return true;
		}
	}
	return false;
}

static void
open_anchor(struct walk *w, int elem)
{
	struct rows *r = w->r;
	xmlNodePtr node = r->elems[elem].node;
	CLEANUP(freep) char *href = NULL;
	struct rows_anchor *a;
	int parent = r->elems[elem].parent;
	char *url;

	if (r->anchors_count >= ROWS_MAX_ANCHORS || w->anchor >= 0 || (href = rows_target(node)) == NULL)
		return;
	url = url_resolve_at(w->base, href);
	if (url == NULL || is_unwanted(w, url)) {
		free(url);
		return;
	}
	r->anchors = xgrow(r->anchors, &r->anchors_cap, r->anchors_count + 1, sizeof(*r->anchors));
	a = &r->anchors[r->anchors_count];
	*a = (struct rows_anchor){ .elem = elem, .url = url, .path = r->elems[elem].path,
	    .start = (uint32_t)r->text.len, .is_file = rows_is_file(url) };
	a->path = mix(a->path, r->elems[elem].cls);
	if (parent >= 0)
		a->path = mix(a->path, r->elems[parent].cls);
	w->anchor = (int)r->anchors_count++;
}

static void
close_anchor(struct walk *w)
{
	struct rows *r = w->r;
	struct rows_anchor *a = &r->anchors[w->anchor];
	size_t end = r->text.len;

	if (a->end == 0)
		a->start = (uint32_t)end;
	while (end > a->start && r->text.data[end - 1] == '\n')
		end--;
	a->end = (uint32_t)(end > a->start ? end : a->start);
	a->letters = rows_words(buf_str(&r->text) + a->start, a->end - a->start, &a->words);
	a->full = digest_xxh64(buf_str(&r->text) + a->start, a->end - a->start, 0);
	if (a->letters == 0 && a->end == a->start)
		a->path = mix(a->path, 1);	/* pictures beside titles are a list of their own */
	w->anchor = -1;
}

/* Links of many words with nothing but white space between them stand below one another, whatever makes them do so. */
static bool
follows_long_link(const struct walk *w, const xmlNode *node)
{
	const struct rows_anchor *last = w->r->anchors_count > 0 ? &w->r->anchors[w->r->anchors_count - 1] : NULL;
	const xmlNode *before = node->prev;

	while (before != NULL && before->type != XML_ELEMENT_NODE) {
		if (before->type == XML_TEXT_NODE && before->content[strspn((const char *)before->content, " \t\r\n")] != '\0')
			return false;
		before = before->prev;
	}
	return before != NULL && last != NULL && w->r->elems[last->elem].node == before && last->letters >= LINE_LETTERS;
}

static void
enter(struct walk *w, int elem)
{
	const xmlNode *node = w->r->elems[elem].node;

	if (w->r->elems[elem].block || ((w->r->elems[elem].is & ROWS_LINK) && follows_long_link(w, node)))
		flush_line(w);
	else if (node->prev != NULL && node->prev->type == XML_ELEMENT_NODE && strncmp((const char *)node->name, "su", 2) != 0)
		w->edge = true;	/* all but sub and sup */
	if ((w->r->elems[elem].is & ROWS_LINK) || (node->properties != NULL && w->r->elems[elem].block))
		open_anchor(w, elem);
	else if (w->anchor >= 0 && (w->r->elems[elem].is & ROWS_PICTURE))
		w->r->anchors[w->anchor].has_image = true;
}

static void
leave(struct walk *w, int elem)
{
	struct rows *r = w->r;

	if (r->elems[elem].block)
		flush_line(w);
	if (w->anchor >= 0 && r->anchors[w->anchor].elem == elem)
		close_anchor(w);
	r->elems[elem].end = (uint32_t)r->text.len;
	r->elems[elem].last = (int)r->elems_count;
}

/* Words for screen readers inside a link ("opens in a new window") are no title. */
static bool
is_for_readers(const xmlNode *node)
{
	static const char *const classes[] = { "visually-hidden", "visuallyhidden", "sr-only",
		"screen-reader-text", "element-invisible", "screenreader", NULL };

	for (size_t i = 0; classes[i] != NULL; i++) {
		if (tree_has_class(node, classes[i]))
			return true;
	}
	return false;
}

static bool
is_skipped(struct walk *w, const xmlNode *node)
{
	return (rows_kind(&w->kinds, node)->is & ROWS_SILENT) || (w->anchor >= 0 && is_for_readers(node));
}

static void
walk_tree(struct walk *w, xmlNodePtr root)
{
	struct rows *r = w->r;
	int open = -1;
	xmlNodePtr at = root;

	while (at != NULL) {
		bool down = false;

		if (at->type == XML_ELEMENT_NODE && !is_skipped(w, at)) {
			open = add_elem(w, at, open);
			enter(w, open);
			down = at->children != NULL;
			if (!down) {
				leave(w, open);
				open = r->elems[open].parent;
			}
		} else if (at->type == XML_TEXT_NODE && at->content != NULL && open >= 0) {
			add_text(w, (const char *)at->content, open);
		}
		if (down) {
			at = at->children;
			continue;
		}
		while (at != NULL && at != root && at->next == NULL) {
			at = at->parent;
			if (at != NULL && open >= 0 && r->elems[open].node == at) {
				leave(w, open);
				open = r->elems[open].parent;
			}
		}
		at = at == root || at == NULL ? NULL : at->next;
	}
	flush_line(w);
}

/*
 * A box that holds most of the page's words and its heading is no menu, whatever its class says ("menu-closed",
 * "has-footer"). What the boxes claim goes down to what they hold.
 */
static void
settle_regions(struct rows *r)
{
	uint32_t all = (uint32_t)r->text.len;
	size_t heading = 0;

	while (heading < r->elems_count && !tree_is(r->elems[heading].node, "h1") &&
	    !tree_is(r->elems[heading].node, "main"))
		heading++;
	for (size_t i = 0; i < r->elems_count; i++) {
		struct rows_elem *e = &r->elems[i];
		const struct rows_elem *up = e->parent >= 0 ? &r->elems[e->parent] : NULL;
		bool whole = e->end - e->start > all / 20 * 19 || (e->end - e->start > all / 10 * 6 && heading > i &&
		    heading < (size_t)e->last);

		if ((e->region & (REGION_MENU | REGION_WEAK)) && whole)
			e->region = REGION_NONE;
		if (up == NULL)
			continue;
		/* a content box inside a sidebar is still a sidebar; main undoes a header around it */
		if (tree_is(e->node, "main"))
			e->region = REGION_MAIN;
		else
			e->region |= up->region;
	}
}

void
rows_build(struct rows *r, const struct html *html, const struct discover_opts *opts)
{
	struct walk w = { .r = r, .page = url_resolve(opts->url, opts->url), .anchor = -1 };
	xmlNodePtr root = xmlDocGetRootElement(html->doc);

	*r = (struct rows){ .html = html };
	buf_init(&r->text, ROWS_MAX_TEXT);
	if (html->base_href != NULL && url_parse(html->base_href, strlen(html->base_href), NULL, &w.base, NULL) < 0)
		w.base = NULL;
	walk_tree(&w, root);
	url_free(w.base);
	free(w.page);
	settle_regions(r);
	rows_date_habit(r, tree_attr(root, "lang"), opts);
	rows_find_dates(r, opts);
}

void
rows_done(struct rows *r)
{
	for (size_t i = 0; i < r->anchors_count; i++)
		free(r->anchors[i].url);
	free(r->anchors);
	free(r->elems);
	free(r->lines);
	free(r->dates);
	buf_done(&r->text);
}

int
rows_elem_of(const struct rows *r, const xmlNode *node)
{
	size_t i = (size_t)(uintptr_t)node->_private;

	return i > 0 && i <= r->elems_count && r->elems[i - 1].node == node ? (int)i - 1 : -1;
}

size_t
rows_line_from(const struct rows *r, uint32_t at)
{
	size_t lo = 0, hi = r->lines_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->lines[mid].end <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t
rows_date_from(const struct rows *r, uint32_t at)
{
	size_t lo = 0, hi = r->dates_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->dates[mid].start < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int
rows_common(const struct rows *r, int a, int b)
{
	while (a != b) {
		if (a > b)
			a = r->elems[a].parent;
		else
			b = r->elems[b].parent;
		if (a < 0 || b < 0)
			return 0;
	}
	return a;
}
