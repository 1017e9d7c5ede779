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
	return (nd->tags_up & UP_FIGCAPTION) != 0;
}

void
prune_blocks(struct page *pg)
{
	const struct node *body = &pg->nodes[pg->body_node];

	for (uint32_t i = body->b0; i < body->b1; i++) {
		struct block *b = &pg->blocks[i];

		if (has_own_field(pg, i))
			continue;
		b->keep = b->s2 > 0;
	}
	/* A heading belongs to what follows it. */
	for (uint32_t i = body->b1; i-- > body->b0;) {
		struct block *b = &pg->blocks[i];

		if (!b->keep && is_heading(pg, b) && !has_own_field(pg, i) && b->s2 > -3 &&
		    i + 1 < body->b1 && pg->blocks[i + 1].keep)
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
