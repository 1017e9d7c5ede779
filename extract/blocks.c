/* blocks: the kept blocks as paragraphs, lists, tables and lines of the normal form, and the captions. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "document/normal.h"
#include "extract/extract_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define LIST_LEVELS_MAX 6
#define ITEM_NUMBER_MAX 1000000
#define CELLS_MAX 64		/* empty cells of a row that keep their place */
#define LAYOUT_BLOCKS 4		/* an item or cell with more blocks is layout, not a list or table */
#define CAPTION_MAX_CHARS 1200
#define CAPTIONS_MAX 64
#define CREDITED_CHARS 200
#define CREDIT_BYTES 60		/* at the end of a caption, in brackets */
#define VERSE_LINE_CHARS 90	/* shorter lines parted by br stay lines */

struct writer {
	struct page *pg;
	struct normal *out;
	uint32_t last_list;		/* outermost list of the item before, 0: none */
	uint32_t open_item;		/* li whose text is gathered in item */
	uint32_t open_row;		/* tr whose cells are gathered in item */
	uint32_t last_table;
	uint32_t last_cell;
	struct buf item;
	bool last_was_term;
};

/* A number in an attribute of a list, 1 less than it when the list counts up. */
static int32_t
before_first(const char *v, int32_t step)
{
	long n = strtol(v, NULL, 10);

	return n < -ITEM_NUMBER_MAX || n > ITEM_NUMBER_MAX ? 0 : (int32_t)n - step;
}

static int32_t
count_items(const struct page *pg, uint32_t list)
{
	int32_t n = 0;

	for (uint32_t i = list + 1; i < pg->nodes[list].end; i++)
		n += pg->nodes[i].tag == TAG_LI && pg->nodes[i].parent == list;
	return n;
}

/* Items count from start or 1, down where the list says so, whether or not they are kept: the number is text. */
static void
number_items(struct page *pg)
{
	for (uint32_t i = 0; i < pg->node_count; i++) {
		struct node *nd = &pg->nodes[i], *list = &pg->nodes[nd->parent];
		int32_t step = nd->tag == TAG_OL ? tree_attr(nd->x, "reversed") != NULL ? -1 : 1 : 0;
		const char *v;

		if (nd->tag == TAG_OL) {
			v = tree_attr(nd->x, "start");
			nd->num = v != NULL ? before_first(v, step) : step > 0 ? 0 : count_items(pg, i) + 1;
		} else if (nd->tag == TAG_LI && list->tag == TAG_OL) {
			step = tree_attr(list->x, "reversed") != NULL ? -1 : 1;
			v = tree_attr(nd->x, "value");
			if (v != NULL && v[0] != '\0')
				list->num = before_first(v, step);
			list->num += step;
			nd->num = list->num;
		}
	}
}

static void
put_roman(char out[24], int n, bool upper)
{
	static const struct { int v; const char *s; } part[] = { { 1000, "m" }, { 900, "cm" },
	    { 500, "d" }, { 400, "cd" }, { 100, "c" }, { 90, "xc" }, { 50, "l" }, { 40, "xl" },
	    { 10, "x" }, { 9, "ix" }, { 5, "v" }, { 4, "iv" }, { 1, "i" } };
	size_t k = 0;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		while (n >= part[i].v) {
			for (const char *s = part[i].s; *s != '\0'; s++)
				out[k++] = (char)(upper ? *s - 32 : *s);
			n -= part[i].v;
		}
	}
	out[k] = '\0';
}

/* "3." and its kin by the type attribute of the list; false: a bullet. */
static bool
marker_of(const struct page *pg, uint32_t li, char out[32])
{
	const struct node *list = &pg->nodes[pg->nodes[li].parent];
	int n = pg->nodes[li].num;
	const char *type;
	char roman[24];

	if (list->tag != TAG_OL)
		return false;
	type = tree_attr(list->x, "type");
	if (type != NULL && (type[0] == 'a' || type[0] == 'A') && n >= 1 && n <= 26)
		snprintf(out, 32, "%c.", type[0] + n - 1);
	else if (type != NULL && (type[0] == 'i' || type[0] == 'I') && n >= 1 && n < 1000) {
		put_roman(roman, n, type[0] == 'I');
		snprintf(out, 32, "%s.", roman);
	} else
		snprintf(out, 32, "%d.", n);
	return true;
}

/* Innermost ancestor of a tag below the body container, 0 when none. */
static uint32_t
inside(const struct page *pg, uint32_t i, enum tag tag)
{
	for (; i != 0; i = pg->nodes[i].parent) {
		if (pg->nodes[i].tag == tag)
			return i;
		if (pg->nodes[i].tag == TAG_TABLE && tag != TAG_TABLE)
			return 0;
	}
	return 0;
}

static uint32_t
kept_below(const struct page *pg, uint32_t i)
{
	uint32_t n = 0;

	for (uint32_t b = pg->nodes[i].b0; b < pg->nodes[i].b1; b++)
		n += pg->blocks[b].keep;
	return n;
}

static int
list_level(const struct page *pg, uint32_t li, uint32_t *ret_outer)
{
	int level = -1;

	for (uint32_t i = li; i != 0; i = pg->nodes[i].parent) {
		uint8_t t = pg->nodes[i].tag;

		if (t == TAG_UL || t == TAG_OL) {
			level++;
			*ret_outer = i;
		} else if (t == TAG_TABLE || i == pg->body_node)
			break;
	}
	return level < 0 ? 0 : level > LIST_LEVELS_MAX ? LIST_LEVELS_MAX : level;
}

static void
flush_item(struct writer *w)
{
	char marker[32];
	uint32_t outer = 0;
	int level;

	if (w->open_item != 0 && w->item.len > 0) {
		level = list_level(w->pg, w->open_item, &outer);
		normal_item(w->out, level, marker_of(w->pg, w->open_item, marker) ? marker : NULL,
		    buf_str(&w->item), w->item.len, outer == 0 || outer != w->last_list);
		w->last_list = outer;
	} else if (w->open_row != 0 && w->item.len > 0) {
		uint32_t table = inside(w->pg, w->pg->nodes[w->open_row].parent, TAG_TABLE);

		if (table == w->last_table && table != 0)
			normal_line(w->out, buf_str(&w->item), w->item.len);
		else
			normal_paragraph(w->out, buf_str(&w->item), w->item.len);
		w->last_table = table;
		w->last_list = 0;
	}
	buf_clear(&w->item);
	w->open_item = w->open_row = w->last_cell = 0;
}

/* A table of data has rows of several short cells; tables that hold the page together have not. */
static bool
is_data_row(const struct page *pg, uint32_t tr)
{
	uint32_t cells = 0, blocks = pg->nodes[tr].b1 - pg->nodes[tr].b0;

	for (uint32_t i = tr + 1; i < pg->nodes[tr].end; i++) {
		if (pg->nodes[i].tag == TAG_TABLE)
			return false;
		if (pg->nodes[i].tag == TAG_TD || pg->nodes[i].tag == TAG_TH) {
			cells++;
			if (pg->nodes[i].b1 - pg->nodes[i].b0 > LAYOUT_BLOCKS)
				return false;
		}
	}
	return cells > 1 && blocks <= cells * 3;
}

static void
add_piece(struct buf *b, const char *glue, const char *s, size_t n)
{
	if (b->len > 0)
		buf_adds(b, glue);
	buf_add(b, s, n);
}

/*
 * Text with line breaks: an address or verse keeps its lines, long lines are paragraphs that somebody
 * parted with br, anything between is one paragraph.
 */
static void
put_broken(struct writer *w, const struct block *b, bool lines)
{
	const char *s = page_block_text(w->pg, b), *nl;
	size_t n = b->len, count = (size_t)b->breaks + 1, k;
	bool paragraphs = !lines && b->chars / count >= VERSE_LINE_CHARS, first = true;

	while (n > 0) {
		nl = memchr(s, '\n', n);
		k = nl != NULL ? (size_t)(nl - s) : n;
		if (k > 0) {
			if (first || paragraphs)
				normal_paragraph(w->out, s, k);
			else
				normal_line(w->out, s, k);
			first = false;
		}
		if (nl == NULL)
			break;
		s += k + 1;
		n -= k + 1;
	}
}

static void
put_plain(struct writer *w, const struct block *b)
{
	const struct node *nd = &w->pg->nodes[b->node];
	const char *s = page_block_text(w->pg, b);
	bool has_break = memchr(s, '\n', b->len) != NULL;

	flush_item(w);
	w->last_list = w->last_table = 0;
	if (has_break)
		put_broken(w, b, (nd->tags_up & (UP_PRE | UP_ADDRESS)) != 0);
	else if (nd->tag == TAG_DD && w->last_was_term)
		normal_line(w->out, s, b->len);
	else
		normal_paragraph(w->out, s, b->len);
	w->last_was_term = nd->tag == TAG_DT;
}

/* Cells without text between the last one written and this keep their column. */
static void
put_empty_cells(struct writer *w, uint32_t tr, uint32_t cell)
{
	struct page *pg = w->pg;
	uint32_t i = w->last_cell != 0 ? pg->nodes[w->last_cell].end : tr + 1;

	if (cell == w->last_cell)
		return;
	for (unsigned n = 0; i < cell && n < CELLS_MAX; i++) {
		if ((pg->nodes[i].tag != TAG_TD && pg->nodes[i].tag != TAG_TH) || pg->nodes[i].b0 < pg->nodes[i].b1)
			continue;
		buf_adds(&w->item, w->item.len > 0 ? " |" : "|");
		n++;
	}
}

static void
put_block(struct writer *w, const struct block *b)
{
	struct page *pg = w->pg;
	uint32_t li = inside(pg, b->node, TAG_LI), tr = 0, cell = 0;
	const char *s = page_block_text(pg, b);

	if (pg->nodes[b->node].tags_up & UP_TABLE) {
		tr = inside(pg, b->node, TAG_TR);
		cell = inside(pg, b->node, TAG_TD);
		if (cell == 0)
			cell = inside(pg, b->node, TAG_TH);
	}
	if (li != 0 && (li == w->open_item || pg->nodes[pg->nodes[li].parent].tag == TAG_OL ||
	    pg->nodes[pg->nodes[li].parent].tag == TAG_UL)) {
		if (li == w->open_item) {
			add_piece(&w->item, " ", s, b->len);
			return;
		}
		if (kept_below(pg, li) <= LAYOUT_BLOCKS || inside(pg, pg->nodes[b->node].parent, TAG_LI)) {
			flush_item(w);
			w->open_item = li;
			w->last_table = 0;
			add_piece(&w->item, " ", s, b->len);
			return;
		}
	}
	if (tr != 0 && cell != 0 && (tr == w->open_row || is_data_row(pg, tr))) {
		if (tr != w->open_row) {
			flush_item(w);
			w->open_row = tr;
		}
		put_empty_cells(w, tr, cell);
		add_piece(&w->item, cell == w->last_cell || w->last_cell == 0 ? " " : " | ", s, b->len);
		w->last_cell = cell;
		return;
	}
	put_plain(w, b);
}

void
blocks_write(struct page *pg, struct document *doc)
{
	struct writer w = { .pg = pg, .item = BUF_INIT(DOCUMENT_TEXT_MAX) };

	number_items(pg);
	w.out = normal_new(DOCUMENT_TEXT_MAX);
	for (size_t i = 0; i < pg->block_count && !normal_full(w.out); i++) {
		if (pg->blocks[i].keep)
			put_block(&w, &pg->blocks[i]);
	}
	flush_item(&w);
	doc->text_state = normal_full(w.out) ? TEXT_CUT : TEXT_FULL;
	free(doc->text);
	doc->text = normal_take(w.out);
	if (doc->text == NULL || doc->text[0] == '\0') {
		free(doc->text);
		doc->text = NULL;
		doc->text_state = TEXT_NONE;
	}
	doc->words = doc->text != NULL ? (unsigned)unicode_word_count(doc->text, strlen(doc->text)) : 0;
	normal_free(w.out);
	buf_done(&w.item);
}

/* "The quay at dawn (Image: Port Office)": a short text that ends in a credit is a caption whatever holds it. */
static bool
is_credited(const struct page *pg, const struct block *b)
{
	const char *s = page_block_text(pg, b);
	size_t n = b->len, tail = n < CREDIT_BYTES ? n : CREDIT_BYTES;

	return (b->phrase & PH_PHOTO) != 0 && b->chars < CREDITED_CHARS && n > 0 && s[n - 1] == ')' &&
	    memchr(s + n - tail, '(', tail) != NULL && pg->nodes[b->node].chars == b->chars;
}

/* The element that makes this block a caption, by its name or by what it says; 0 when it is none. */
uint32_t
blocks_caption_of(const struct page *pg, const struct block *b)
{
	uint32_t i = b->node;

	if (is_credited(pg, b))
		return i;
	if (!(pg->nodes[i].tags_up & UP_FIGCAPTION) && !(pg->nodes[i].ev_up & EV_CAPTION))
		return 0;
	for (; i != 0; i = pg->nodes[i].parent) {
		if (pg->nodes[i].tag == TAG_FIGCAPTION)
			return i;
		if ((pg->nodes[i].ev & EV_CAPTION) && pg->nodes[i].chars < CAPTION_MAX_CHARS)
			return i;
	}
	return 0;
}

/* Captions between the headline and the end of the body. */
void
blocks_captions(struct page *pg, struct document *doc)
{
	uint32_t from = pg->nodes[pg->body_node].b0, to = pg->nodes[pg->body_node].b1, last = 0;

	if (pg->title_block != UINT32_MAX && pg->title_block < from)
		from = pg->title_block;
	for (uint32_t i = from; i < to && doc->captions_count < CAPTIONS_MAX; i++) {
		struct block *b = &pg->blocks[i];
		uint32_t at = blocks_caption_of(pg, b);

		if (at == 0 || at == last || b->keep)
			continue;
		last = at;
		CLEANUP(freep) char *line = tree_line(pg->nodes[at].x);

		if (line[0] != '\0')
			document_add_caption(doc, line);
	}
}
