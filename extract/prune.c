/*
 * prune: which blocks are kept. The scores decide; a few rules stand above them where an element says
 * by its own name or tag what it is, and a guard lowers the bar when next to nothing would be left.
 */
#include <string.h>
#include "base/mem.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define SHORT_CHARS 80
#define LEAD_CHARS 40		/* a shorter lead is a label */
#define LEAD_BLOCKS 8		/* between headline and body */
#define LITTLE_CHARS 140	/* less kept than this: the bar is lowered */
#define REPEATED_CHARS 100	/* a shorter paragraph may be meant to come again */
#define REPEATED_MAX 256
#define ECHO_CHARS 60
#define REPEATED_SHARE 0.4
#define LIST_BLOCKS 5		/* of a list that is kept as a whole */
#define LIST_KEPT_PERCENT 70
#define LIST_BAR -2.0f
#define POINTER_CHARS 220
#define SURE 1.2f		/* a score that no rule overrules */

static bool
is_heading(const struct page *pg, const struct block *b)
{
	uint8_t t = pg->nodes[b->node].tag;

	return t >= TAG_H1 && t <= TAG_H6;
}

static double
link_share(const struct block *b)
{
	return b->chars > 0 ? (double)b->link_chars / b->chars : 1;
}

/* Captions, the headline and the section label have fields of their own. */
static bool
has_own_field(const struct page *pg, uint32_t i)
{
	const struct block *b = &pg->blocks[i];

	if (i == pg->title_block || (pg->nodes[b->node].tags_up & UP_FIGCAPTION) != 0 ||
	    blocks_caption_of(pg, b) != 0)
		return true;
	return pg->title_block != UINT32_MAX && i + 3 >= pg->title_block && i < pg->title_block &&
	    meta_is_section(pg, i);
}

static bool
is_byline(const struct page *pg, uint32_t i)
{
	const struct block *b = &pg->blocks[i];
	const struct node *nd = &pg->nodes[b->node];

	return pg->title_block != UINT32_MAX && i > pg->title_block && i < pg->title_block + 5 &&
	    b->chars < SHORT_CHARS && b->words <= 8 && b->ends <= 1 &&
	    ((nd->ev_up & EV_AUTHOR) != 0 || ((b->phrase & PH_BYLINE) != 0 && b->link_chars > 0));
}

/* "Read also: another story", all of it or what follows the words a link: it leads away, however well it reads. */
static bool
is_pointer(const struct page *pg, const struct block *b)
{
	return (b->phrase & (PH_RELATED | PH_MORE)) != 0 && b->chars < POINTER_CHARS && link_share(b) > 0.5 &&
	    b->links <= 2 && (pg->nodes[b->node].tags_up & UP_LIST) == 0;
}

/* Furniture by tag or name: menus, share bars, labels, links back, copyright lines. */
static bool
is_furniture(const struct page *pg, uint32_t i)
{
	const struct block *b = &pg->blocks[i];
	const struct node *nd = &pg->nodes[b->node];
	bool small = b->chars < SHORT_CHARS, linked = link_share(b) > 0.5;

	if (is_pointer(pg, b))
		return true;
	if (b->s2 > SURE)
		return false;
	if ((nd->tags_up & UP_NAV) != 0 && (linked || small))
		return true;
	if ((nd->tags_up & UP_FOOTER) != 0 && (nd->tags_up & (UP_ARTICLE | UP_QUOTE)) == 0)
		return true;
	if ((nd->ev_up & (EV_SHARE | EV_TAGS | EV_TOC | EV_NAV | EV_COOKIE)) != 0 && small && (linked || b->ends == 0))
		return true;
	if ((b->phrase & PH_BACK) != 0 && small && linked)
		return true;
	if ((b->phrase & PH_COPYRIGHT) != 0 && small && b->words < 14)
		return true;
	return is_byline(pg, i);
}

static uint32_t
keep_above(struct page *pg, float bar)
{
	const struct node *body = &pg->nodes[pg->body_node];
	uint32_t chars = 0;

	for (uint32_t i = 0; i < pg->block_count; i++) {
		struct block *b = &pg->blocks[i];

		if (bar < 0 && (i < body->b0 || i >= body->b1))
			continue;	/* a low bar is for the container alone */
		b->keep = b->s2 > bar && !has_own_field(pg, i) && !is_furniture(pg, i);
		chars += b->keep ? b->chars : 0;
	}
	return chars;
}

/* A heading belongs to what follows it. */
static void
join_headings(struct page *pg)
{
	for (uint32_t i = (uint32_t)pg->block_count; i-- > 0;) {
		struct block *b = &pg->blocks[i];

		if (!b->keep && is_heading(pg, b) && b->s2 > -1 && i + 1 < pg->block_count &&
		    pg->blocks[i + 1].keep && !has_own_field(pg, i) && !is_furniture(pg, i))
			b->keep = true;
	}
}

/* A list is kept or left out as a whole: its first and last items stand beside other things, and their scores suffer. */
static void
join_items(struct page *pg)
{
	for (uint32_t n = 0; n < pg->node_count; n++) {
		const struct node *list = &pg->nodes[n];
		uint32_t kept = 0, all = list->b1 - list->b0;

		if ((list->tag != TAG_UL && list->tag != TAG_OL) || all < LIST_BLOCKS)
			continue;
		for (uint32_t i = list->b0; i < list->b1; i++)
			kept += pg->blocks[i].keep;
		if (kept == all || kept * 100 < all * LIST_KEPT_PERCENT)
			continue;
		for (uint32_t i = list->b0; i < list->b1; i++) {
			struct block *b = &pg->blocks[i];

			b->keep |= b->s2 > LIST_BAR && !has_own_field(pg, i) && !is_furniture(pg, i);
		}
	}
}

/* The lead under the headline often stands outside the container of the paragraphs. */
static void
join_lead(struct page *pg)
{
	if (pg->title_block == UINT32_MAX)
		return;
	for (uint32_t i = pg->title_block + 1, n = 0; i < pg->block_count && n < LEAD_BLOCKS; i++, n++) {
		struct block *b = &pg->blocks[i];

		if (b->keep)
			return;
		if ((pg->nodes[b->node].ev_up & EV_LEAD) != 0 && b->chars >= LEAD_CHARS && b->ends > 0 &&
		    link_share(b) < 0.3 && b->s2 > -2.5f && !has_own_field(pg, i)) {
			b->keep = true;
			return;
		}
	}
}

/* The headline once more at the head of the text, for narrow screens or print, is no paragraph. */
static void
drop_second_headline(struct page *pg)
{
	uint32_t i = 0;

	while (i < pg->block_count && !pg->blocks[i].keep)
		i++;
	if (i >= pg->block_count || pg->title_block == UINT32_MAX || pg->blocks[i].len > LINE_MAX_BYTES)
		return;
	CLEANUP(freep) char *head = title_key(page_block_text(pg, &pg->blocks[pg->title_block]));
	CLEANUP(freep) char *first = title_key(page_block_text(pg, &pg->blocks[i]));

	if (head[0] != '\0' && strcmp(head, first) == 0)
		pg->blocks[i].keep = false;
}

/* A paragraph that stands twice in a row is a lead that is the first paragraph too. */
static void
drop_echoes(struct page *pg)
{
	const struct block *last = NULL;

	for (uint32_t i = 0; i < pg->block_count; i++) {
		struct block *b = &pg->blocks[i];

		if (!b->keep)
			continue;
		if (last != NULL && b->dup > 1 && b->chars >= ECHO_CHARS && b->len == last->len &&
		    memcmp(page_block_text(pg, b), page_block_text(pg, last), b->len) == 0)
			b->keep = false;
		else
			last = b;
	}
}

/* Was this paragraph kept before? Those seen so far are in seen[0..*n). */
static bool
is_repeated(const struct page *pg, uint32_t i, uint32_t seen[REPEATED_MAX], size_t *n)
{
	const struct block *b = &pg->blocks[i];

	for (size_t k = 0; k < *n; k++) {
		const struct block *first = &pg->blocks[seen[k]];

		if (first->len == b->len && memcmp(page_block_text(pg, first), page_block_text(pg, b), b->len) == 0)
			return true;
	}
	if (*n < REPEATED_MAX)
		seen[(*n)++] = i;
	return false;
}

/*
 * A page may hold its text twice, for narrow screens or for a script. A plan or a table repeats lines too, so that
 * repeats go only where they are much of the text.
 */
static void
drop_repeated(struct page *pg)
{
	uint32_t seen[REPEATED_MAX];
	size_t n = 0;
	double all = 0, again = 0;

	for (int pass = 0; pass < 2; pass++, n = 0) {
		for (uint32_t i = 0; i < pg->block_count; i++) {
			struct block *b = &pg->blocks[i];

			if (!b->keep)
				continue;
			all += b->chars;
			if (b->dup < 2 || b->chars < REPEATED_CHARS || !is_repeated(pg, i, seen, &n))
				continue;
			again += b->chars;
			b->keep = pass == 0;
		}
		if (again < REPEATED_SHARE * all)
			return;
	}
}

void
prune_blocks(struct page *pg)
{
	static const float bars[] = { 0, -0.7f, -1.5f, -2.5f };

	for (size_t k = 0; k < sizeof(bars) / sizeof(bars[0]); k++) {
		if (keep_above(pg, bars[k]) >= LITTLE_CHARS)
			break;
	}
	join_items(pg);
	join_headings(pg);
	join_lead(pg);
	drop_second_headline(pg);
	drop_echoes(pg);
	drop_repeated(pg);
}

void
prune_mark_all(struct page *pg, uint32_t node)
{
	for (uint32_t i = pg->nodes[node].b0; i < pg->nodes[node].b1; i++) {
		if (!has_own_field(pg, i))
			pg->blocks[i].keep = true;
	}
}
