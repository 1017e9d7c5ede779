/*
 * page: the one walk over the tree. It fills the flat array of elements, cuts the text into blocks at
 * block boundaries and double line breaks, and sums up text and link lengths, so that no later step has
 * to walk the tree again.
 */
#include <stdio.h>
#include <string.h>
#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/extract_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define TAG_CACHE 256
#define NOTE_DIGITS 4
#define PROSE_CHARS 600		/* so much text in paragraphs is no button and no word to those without scripts */
#define PROSE_NODES 2000	/* that are looked at to find it */

struct walk {
	struct page *pg;
	uint32_t cur;			/* element we are in */
	uint32_t holder;		/* innermost block element */
	unsigned link_depth, pre_depth, strong_depth, slant_depth;
	bool open;			/* a block has begun */
	bool space;			/* white space is due before the next character */
	bool newline;			/* a br was the last thing seen in the block */
	bool in_head;
	struct block b;
	struct evidence_cache names;
	struct {			/* libxml2 keeps one copy of each name: the pointer is the key */
		const xmlChar *name;
		uint8_t tag;
	} cache[TAG_CACHE];
};

void
page_init(struct page *pg, struct html *html, const struct extract_opts *opts)
{
	memset(pg, 0, sizeof(*pg));
	pg->html = html;
	pg->opts = opts;
	pg->title_block = UINT32_MAX;
	buf_init(&pg->text, 2 * (size_t)HTML_MAX_BYTES);
}

void
page_done(struct page *pg)
{
	free(pg->nodes);
	free(pg->blocks);
	free(pg->metas);
	free(pg->links);
	free(pg->scripts);
	free(pg->other_scripts);
	free(pg->h1);
	free(pg->times);
	free(pg->alone);
	free(pg->sums);
	free(pg->sizes);
	free(pg->shapes);
	free(pg->long_before);
	free(pg->dated_before);
	free(pg->heads_before);
	free(pg->ends_before);
	buf_done(&pg->text);
	jsonld_done(&pg->ld);
}

/* Bytes of white space at s, 0 when there is none: ASCII, no-break, ideographic, zero width and thin blanks. */
static size_t
space_at(const char *s, size_t n)
{
	unsigned char c = (unsigned char)s[0], d;

	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	if (c < 0xc2)
		return 0;
	if (c == 0xc2)
		return n > 1 && (unsigned char)s[1] == 0xa0 ? 2 : 0;
	if (n < 3)
		return 0;
	d = (unsigned char)s[1];
	if (c == 0xe3)
		return d == 0x80 && (unsigned char)s[2] == 0x80 ? 3 : 0;
	if (c == 0xe2 && d == 0x80)
		return (unsigned char)s[2] <= 0x8b || (unsigned char)s[2] == 0xaf ? 3 : 0;
	return 0;
}

/* What one character beginning at s counts: kana, Han and hangul say about twice as much as a letter. */
static unsigned
weight_at(unsigned char c)
{
	if (c < 0x80 || (c >= 0xc0 && c < 0xe3))
		return 1;
	return c >= 0xe3 ? 2 : 0;
}

uint32_t
page_weight(const char *s, size_t n)
{
	uint32_t w = 0;

	for (size_t i = 0; i < n; i++)
		w += weight_at((unsigned char)s[i]);
	return w;
}

static void
block_flush(struct walk *w)
{
	struct page *pg = w->pg;
	struct block *b = &w->b;

	w->space = w->newline = false;
	if (!w->open)
		return;
	w->open = false;
	buf_rtrim(&pg->text);
	if (pg->text.len <= b->off || pg->block_count >= PAGE_BLOCKS_MAX) {
		buf_cut(&pg->text, b->off);
		pg->cut |= pg->block_count >= PAGE_BLOCKS_MAX;
		return;
	}
	b->len = (uint32_t)(pg->text.len - b->off);
	buf_addc(&pg->text, '\0');
	pg->blocks = xgrow(pg->blocks, &pg->block_cap, pg->block_count + 1, sizeof(*pg->blocks));
	pg->blocks[pg->block_count++] = *b;
}

static void
block_open(struct walk *w)
{
	memset(&w->b, 0, sizeof(w->b));
	w->b.node = w->holder;
	w->b.off = (uint32_t)w->pg->text.len;
	w->b.words = 1;
	w->open = true;
	w->space = w->newline = false;
}

static void
count_char(struct walk *w, const unsigned char *s, size_t n)
{
	struct block *b = &w->b;
	unsigned char c = s[0];

	if (c < 0x80) {
		if (c == ',' && b->commas < UINT16_MAX)
			b->commas++;
		else if ((c == '.' || c == '!' || c == '?') && b->ends < UINT16_MAX)
			b->ends++;
		else if (c >= '0' && c <= '9' && b->digits < UINT16_MAX)
			b->digits++;
	} else if (n >= 3 && (c == 0xe3 || c == 0xef || c == 0xd8)) {
		if (c == 0xe3 && s[1] == 0x80 && (s[2] == 0x82 || s[2] == 0x81)) {
			if (s[2] == 0x82)
				b->ends++;
			else
				b->commas++;
		} else if (c == 0xef && s[1] == 0xbc && s[2] == 0x8c)
			b->commas++;
		else if (c == 0xef && s[1] == 0xbc && (s[2] == 0x81 || s[2] == 0x9f))
			b->ends++;
	}
}

static void
add_chars(uint16_t *sum, uint32_t chars)
{
	*sum = (uint16_t)(*sum + chars > UINT16_MAX ? UINT16_MAX : *sum + chars);
}

static void
add_text(struct walk *w, const char *s)
{
	struct page *pg = w->pg;
	size_t n = strlen(s), i = 0, run;
	uint32_t chars = 0;

	while (i < n) {
		size_t sp = space_at(s + i, n - i);

		if (sp > 0) {
			if (w->open && w->pre_depth > 0 && s[i] == '\n') {
				buf_addc(&pg->text, '\n');
				w->newline = true;
			} else
				w->space = true;
			i += sp;
			continue;
		}
		if (!w->open)
			block_open(w);
		if (w->newline) {
			w->newline = false;
		} else if (w->space && pg->text.len > w->b.off) {
			buf_addc(&pg->text, ' ');
			chars++;
			if (w->b.words < UINT16_MAX)
				w->b.words++;
		}
		w->space = false;
		for (run = i; run < n; run++) {
			unsigned char c = (unsigned char)s[run];

			if (c >= '@' && c < 0x80) {	/* letters: most bytes of most texts */
				chars++;
				continue;
			}
			if (space_at(s + run, n - run) > 0)
				break;
			chars += weight_at(c);
			if (c < '@' || c >= 0xc2)
				count_char(w, (const unsigned char *)s + run, n - run);
		}
		buf_add(&pg->text, s + i, run - i);
		i = run;
	}
	if (chars == 0)
		return;
	w->b.chars += chars;
	pg->nodes[w->cur].chars += chars;
	if (w->link_depth > 0) {
		w->b.link_chars += chars;
		pg->nodes[w->cur].link_chars += chars;
	}
	if (w->strong_depth > 0)
		add_chars(&w->b.strong_chars, chars);
	if (w->slant_depth > 0)
		add_chars(&w->b.slant_chars, chars);
}

static void
add_break(struct walk *w)
{
	if (!w->open)
		return;
	if (w->newline && w->pre_depth == 0) {
		block_flush(w);
		return;
	}
	buf_addc(&w->pg->text, '\n');
	w->newline = true;
	w->space = false;
	if (w->b.breaks < UINT16_MAX)
		w->b.breaks++;
}

static void
add_meta(struct page *pg, const xmlNode *x)
{
	static const char *const keys[] = { "property", "name", "itemprop", "http-equiv", NULL };
	const char *content = tree_attr(x, "content"), *name = NULL;

	if (content == NULL || content[0] == '\0')
		return;
	for (size_t i = 0; keys[i] != NULL; i++) {
		name = tree_attr(x, keys[i]);
		if (name == NULL || name[0] == '\0')
			continue;
		pg->metas = xgrow(pg->metas, &pg->meta_cap, pg->meta_count + 1, sizeof(*pg->metas));
		pg->metas[pg->meta_count++] = (struct meta_item){ .name = name, .content = content };
	}
}

static void
add_index(uint32_t **list, size_t *count, size_t *cap, uint32_t i)
{
	*list = xgrow(*list, cap, *count + 1, sizeof(**list));
	(*list)[(*count)++] = i;
}

static enum tag
cached_tag(struct walk *w, const xmlChar *name)
{
	size_t slot = ((uintptr_t)name >> 3) % TAG_CACHE;

	if (w->cache[slot].name != name) {
		w->cache[slot].name = name;
		w->cache[slot].tag = (uint8_t)tag_of((const char *)name);
	}
	return (enum tag)w->cache[slot].tag;
}

static bool
is_prose_tag(enum tag t)
{
	return t == TAG_P || t == TAG_LI || t == TAG_TD || t == TAG_BLOCKQUOTE;
}

/*
 * Does a whole text stand in an element that should hold none? An unclosed element in a button makes the rest of the
 * page its content, and forums put their posts into noscript.
 */
static bool
holds_prose(struct walk *w, xmlNodePtr root)
{
	xmlNodePtr x = tree_next(root, root, false);
	size_t chars = 0, nodes = 0;

	while (x != NULL && nodes++ < PROSE_NODES && chars < PROSE_CHARS) {
		enum tag tag = x->type == XML_ELEMENT_NODE ? cached_tag(w, x->name) : TAG_OTHER;

		if (x->type == XML_TEXT_NODE && x->content != NULL && x->parent != root &&
		    is_prose_tag(cached_tag(w, x->parent->name)))
			chars += strlen((const char *)x->content);
		x = tree_next(x, root, tag == TAG_SCRIPT || tag == TAG_A);
	}
	return chars >= PROSE_CHARS;
}

/* Elements that are noted and not entered. */
static bool
side_element(struct walk *w, xmlNodePtr x, enum tag tag)
{
	struct page *pg = w->pg;

	switch (tag) {
	case TAG_SCRIPT: {
		const char *type = tree_attr(x, "type");

		if (type != NULL && strcasestr(type, "ld+json") != NULL) {
			pg->scripts = xgrow(pg->scripts, &pg->script_cap, pg->script_count + 1,
			    sizeof(*pg->scripts));
			pg->scripts[pg->script_count++] = x;
		} else if (x->children != NULL) {
			pg->other_scripts = xgrow(pg->other_scripts, &pg->other_script_cap,
			    pg->other_script_count + 1, sizeof(*pg->other_scripts));
			pg->other_scripts[pg->other_script_count++] = x;
		}
		return true;
	}
	case TAG_META:
		add_meta(pg, x);
		return x->children == NULL;	/* a parser may hang what follows below it */
	case TAG_LINK:
		pg->links = xgrow(pg->links, &pg->link_cap, pg->link_count + 1, sizeof(*pg->links));
		pg->links[pg->link_count++] = x;
		return x->children == NULL;
	case TAG_TITLE:
		if (pg->title_x == NULL)
			pg->title_x = x;
		return true;
	case TAG_BR:
	case TAG_HR:
		add_break(w);
		if (tag == TAG_HR)
			block_flush(w);
		return x->children == NULL;
	case TAG_BUTTON:
	case TAG_NOSCRIPT:
		return !holds_prose(w, x);
	case TAG_SKIP:
		return true;
	default:
		return false;
	}
}

static bool
is_inner_link(const xmlNode *x)
{
	const char *href = strcmp((const char *)x->name, "a") == 0 ? tree_attr(x, "href") : NULL;

	return href != NULL && href[0] == '#';
}

static const char *
only_text(const xmlNode *x)
{
	while (x->type == XML_ELEMENT_NODE && x->children != NULL && x->children->next == NULL)
		x = x->children;
	return x->type == XML_TEXT_NODE ? (const char *)x->content : NULL;
}

/* A raised number that leads to a footnote is parted from the word before it: "wall[1]". */
static bool
is_note_number(const xmlNode *x)
{
	const char *s;

	if (strcmp((const char *)x->name, "sup") != 0 || x->children == NULL)
		return false;
	if (!is_inner_link(x->parent) && !is_inner_link(x->children))
		return false;
	s = only_text(x);
	return s != NULL && strlen(s) <= NOTE_DIGITS && s[0] != '\0' && strspn(s, "0123456789") == strlen(s);
}

/* The sign that leads back from a footnote. */
static bool
is_way_back(const xmlNode *x)
{
	static const char *const signs[] = { "↩", "↩︎", "↑", "^", "⤴", "↵", NULL };
	const char *s = is_inner_link(x) ? only_text(x) : NULL;

	for (size_t i = 0; s != NULL && signs[i] != NULL; i++)
		if (strcmp(s, signs[i]) == 0)
			return true;
	return false;
}

/* Attributes in which other elements than time state a date for machines. */
static bool
has_machine_date(const xmlNode *x)
{
	return tree_attr(x, "datetime") != NULL || tree_attr(x, "content") != NULL ||
	    tree_attr(x, "title") != NULL || tree_attr(x, "data-datetime") != NULL ||
	    tree_attr(x, "data-date") != NULL;
}

/* Begin element x; false: it is not entered. */
static bool
enter(struct walk *w, xmlNodePtr x)
{
	struct page *pg = w->pg;
	enum tag tag = cached_tag(w, x->name);
	struct node *nd;
	uint32_t i;

	if (side_element(w, x, tag) || (tag == TAG_A && is_way_back(x)))
		return false;
	if (tag == TAG_OTHER && is_note_number(x)) {
		char note[NOTE_DIGITS + 3];

		snprintf(note, sizeof(note), "[%s]", only_text(x));
		add_text(w, note);
		w->space |= pg->text.len == w->b.off + strlen(note);	/* it begins the note itself */
		return false;
	}
	if (pg->node_count >= PAGE_NODES_MAX) {
		pg->cut = true;
		return false;
	}
	pg->nodes = xgrow(pg->nodes, &pg->node_cap, pg->node_count + 1, sizeof(*pg->nodes));
	i = (uint32_t)pg->node_count++;
	nd = &pg->nodes[i];
	memset(nd, 0, sizeof(*nd));
	nd->x = x;
	x->_private = (void *)(uintptr_t)(i + 1);
	nd->parent = w->cur;
	nd->depth = (uint16_t)(i == 0 ? 0 : pg->nodes[w->cur].depth + 1);
	nd->tag = (uint8_t)tag;
	nd->block = tag_is_block(tag);
	if (x->properties != NULL)
		nd->ev = evidence_of(&w->names, x, tag, &nd->sig);
	else
		nd->sig = (uint32_t)tag * 2654435761u;
	if (nd->block) {
		block_flush(w);
		w->holder = i;
	}
	nd->b0 = (uint32_t)pg->block_count;
	w->cur = i;
	if (tag == TAG_A && tree_attr(x, "href") != NULL) {
		w->link_depth++;
		nd->links++;
		if (w->open && w->b.links < UINT16_MAX)
			w->b.links++;
		else if (!w->open) {
			block_open(w);
			w->b.links = 1;
		}
	} else if (tag == TAG_PRE)
		w->pre_depth++;
	else if (tag == TAG_STRONG)
		w->strong_depth++;
	else if (tag == TAG_EM)
		w->slant_depth++;
	else if (tag == TAG_IMG)
		nd->images = 1;
	else if (tag == TAG_H1)
		add_index(&pg->h1, &pg->h1_count, &pg->h1_cap, i);
	else if (tag == TAG_TIME || ((nd->ev & EV_DATE) != 0 && has_machine_date(x)))
		add_index(&pg->times, &pg->time_count, &pg->time_cap, i);
	return true;
}

static void
leave(struct walk *w)
{
	struct page *pg = w->pg;
	uint32_t i = w->cur, up;
	struct node *nd = &pg->nodes[i];

	if (nd->block)
		block_flush(w);
	nd->end = (uint32_t)pg->node_count;
	nd->b1 = (uint32_t)pg->block_count + (w->open ? 1 : 0);
	if (nd->tag == TAG_A && w->link_depth > 0 && tree_attr(nd->x, "href") != NULL)
		w->link_depth--;
	else if (nd->tag == TAG_PRE && w->pre_depth > 0)
		w->pre_depth--;
	else if (nd->tag == TAG_STRONG && w->strong_depth > 0)
		w->strong_depth--;
	else if (nd->tag == TAG_EM && w->slant_depth > 0)
		w->slant_depth--;
	up = nd->parent;
	if (i != 0) {
		pg->nodes[up].chars += nd->chars;
		pg->nodes[up].link_chars += nd->link_chars;
		pg->nodes[up].links += nd->links;
		pg->nodes[up].images += nd->images;
	}
	w->cur = up;
	if (nd->block) {
		while (up != 0 && !pg->nodes[up].block)
			up = pg->nodes[up].parent;
		w->holder = up;
	}
}

void
page_build(struct page *pg)
{
	struct walk *w = xcalloc(1, sizeof(*w));
	xmlNodePtr root = xmlDocGetRootElement(pg->html->doc), x = root;

	w->pg = pg;
	evidence_init(&w->names);
	pg->html_x = root;
	while (x != NULL) {
		if (x->type == XML_ELEMENT_NODE) {
			if (enter(w, x) && x->children != NULL) {
				x = x->children;
				continue;
			}
			if (pg->node_count > 0 && pg->nodes[w->cur].x == x)
				leave(w);
		} else if ((x->type == XML_TEXT_NODE || x->type == XML_CDATA_SECTION_NODE) &&
		    x->content != NULL && pg->node_count > 0)
			add_text(w, (const char *)x->content);
		while (x != root && x->next == NULL) {
			x = x->parent;
			if (pg->node_count > 0 && pg->nodes[w->cur].x == x)
				leave(w);
		}
		x = x == root ? NULL : x->next;
	}
	block_flush(w);
	free(w);
	for (size_t i = 0; i < pg->node_count; i++) {	/* an inline element may end in a dropped block */
		if (pg->nodes[i].b1 > pg->block_count)
			pg->nodes[i].b1 = (uint32_t)pg->block_count;
	}
	if (pg->node_count > 0) {
		pg->chars = pg->nodes[0].chars;
		pg->link_chars = pg->nodes[0].link_chars;
	}
}

const char *
page_block_text(const struct page *pg, const struct block *b)
{
	return pg->text.data + b->off;
}

char *
page_node_line(const struct page *pg, uint32_t node)
{
	return node < pg->node_count ? tree_line(pg->nodes[node].x) : xstrdup("");
}

uint32_t
page_node_of(const struct page *pg, const xmlNode *x)
{
	for (; x != NULL && x->type == XML_ELEMENT_NODE; x = x->parent) {
		uintptr_t i = (uintptr_t)x->_private;

		if (i > 0 && i <= pg->node_count && pg->nodes[i - 1].x == x)
			return (uint32_t)(i - 1);
	}
	return 0;
}
