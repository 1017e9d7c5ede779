/* prune: which blocks of the chosen container are kept. */
#include <string.h>
#include "extract/extract_int.h"
#include "base/banned.h"

static bool
is_heading(const struct page *pg, const struct block *b)
{
	uint8_t t = pg->nodes[b->node].tag;

	return t >= TAG_H1 && t <= TAG_H6;
}

/* Captions have a field of their own; so has the headline. */
static bool
has_own_field(const struct page *pg, size_t i)
{
	const struct node *nd = &pg->nodes[pg->blocks[i].node];

	if ((uint32_t)i == pg->title_block)
		return true;
	return (nd->tags_up & UP_FIGCAPTION) != 0 || blocks_caption_of(pg, &pg->blocks[i]) != 0;
}

void
prune_blocks(struct page *pg)
{
	for (uint32_t i = 0; i < pg->block_count; i++) {
		struct block *b = &pg->blocks[i];

		if (!has_own_field(pg, i))
			b->keep = b->s2 > 0;
	}
	/* A heading belongs to what follows it. */
	for (uint32_t i = (uint32_t)pg->block_count; i-- > 0;) {
		struct block *b = &pg->blocks[i];

		if (!b->keep && is_heading(pg, b) && !has_own_field(pg, i) && b->s2 > -1 &&
		    i + 1 < pg->block_count && pg->blocks[i + 1].keep)
			b->keep = true;
	}
}

void
prune_mark_all(struct page *pg, uint32_t node)
{
	for (uint32_t i = pg->nodes[node].b0; i < pg->nodes[node].b1; i++) {
		if (!has_own_field(pg, i))
			pg->blocks[i].keep = true;
	}
}
