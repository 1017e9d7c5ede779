/*
 * company: what stands around a block, as numbers for the scores: containers further out, days and hours, headings
 * and linked titles nearby (teasers and comments come with them), words that say the body is over.
 */
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define NEAR 4			/* blocks to either side */
#define FAR 60			/* beyond it nothing is looked for */
#define LINKED_TITLE_MIN 20	/* characters of a short text that is one link */
#define LINKED_TITLE_MAX 250
#define END_MARK_CHARS 60

static const uint8_t dated = TEXTURE_DAY | TEXTURE_HOUR;

static bool
is_heading(const struct page *pg, const struct block *b)
{
	uint8_t t = pg->nodes[b->node].tag;

	return t >= TAG_H1 && t <= TAG_H6;
}

static bool
is_linked_title(const struct block *b)
{
	return b->chars >= LINKED_TITLE_MIN && b->chars <= LINKED_TITLE_MAX && b->link_chars * 10 > b->chars * 9;
}

static bool
is_end_mark(const struct block *b)
{
	return b->chars < END_MARK_CHARS && (b->phrase & (PH_RELATED | PH_COMMENT | PH_SHARE | PH_SUBSCRIBE | PH_AD |
	    PH_TAGS | PH_COPYRIGHT | PH_LOGIN)) != 0;
}

void
company_prepare(struct page *pg)
{
	size_t n = pg->block_count;

	pg->dated_before = xcalloc(n + 1, sizeof(*pg->dated_before));
	pg->heads_before = xcalloc(n + 1, sizeof(*pg->heads_before));
	pg->ends_before = xcalloc(n + 1, sizeof(*pg->ends_before));
	for (size_t i = 0; i < n; i++) {
		struct block *b = &pg->blocks[i];
		struct shape *sh = &pg->shapes[features_shape(pg, b)];
		bool d, h;

		texture_of(page_block_text(pg, b), b->len, &b->texture);
		d = (b->texture.bits & dated) != 0;
		h = is_heading(pg, b) || is_linked_title(b);
		pg->dated_before[i + 1] = pg->dated_before[i] + d;
		pg->heads_before[i + 1] = pg->heads_before[i] + h;
		pg->ends_before[i + 1] = pg->ends_before[i] + is_end_mark(b);
		sh->dated += d;
	}
}

static float
share(double a, double b)
{
	return b > 0 ? (float)(a / b) : 0;
}

static float
per_block(const uint32_t *before, uint32_t b0, uint32_t b1)
{
	return share((double)(before[b1] - before[b0]), (double)(b1 - b0));
}

static void
put_texture(const struct block *b, float *out, size_t *k)
{
	out[(*k)++] = b->texture.capitals;
	out[(*k)++] = b->texture.shorts;
	out[(*k)++] = b->texture.unspaced;
	for (int i = 0; i < TEXTURE_COUNT; i++)
		out[(*k)++] = (float)(b->texture.bits >> i & 1);
	out[(*k)++] = share((double)b->slant_chars, b->chars);
	out[(*k)++] = share((double)b->words, b->ends + 1.0);
}

static void
put_days(const struct page *pg, size_t i, float *out, size_t *k)
{
	uint32_t n = (uint32_t)pg->block_count, at = (uint32_t)i;
	uint32_t from = at > NEAR ? at - NEAR : 0, to = at + NEAR + 1 < n ? at + NEAR + 1 : n;
	const struct shape *sh = &pg->shapes[features_shape(pg, &pg->blocks[i])];

	out[(*k)++] = i > 0 && (pg->blocks[i - 1].texture.bits & dated) != 0;
	out[(*k)++] = i + 1 < n && (pg->blocks[i + 1].texture.bits & dated) != 0;
	out[(*k)++] = per_block(pg->dated_before, from, to);
	out[(*k)++] = per_block(pg->dated_before, 0, n);
	out[(*k)++] = sh->blocks > 0 ? sh->dated / sh->blocks : 0;
	out[(*k)++] = log2f(1 + sh->blocks);
	out[(*k)++] = i > 0 ? pg->blocks[i - 1].texture.capitals : 0;
	out[(*k)++] = i + 1 < n ? pg->blocks[i + 1].texture.capitals : 0;
}

/* The nearest heading or linked title above: one that is a link heads a teaser. */
static void
put_head_above(const struct page *pg, size_t i, float *out, size_t *k)
{
	size_t j = i;

	while (j > 0 && i - j < FAR && pg->heads_before[j] == pg->heads_before[j - 1])
		j--;
	if (j == 0 || i - j >= FAR) {
		out[(*k)++] = -1;
		out[(*k)++] = -1;
		out[(*k)++] = -1;
		out[(*k)++] = -1;
		return;
	}
	const struct block *h = &pg->blocks[j - 1];

	out[(*k)++] = (float)(i - j);
	out[(*k)++] = share(h->link_chars, h->chars);
	out[(*k)++] = is_heading(pg, h) ? (float)(pg->nodes[h->node].tag - TAG_H1) : 7;
	out[(*k)++] = h->chars;
}

static void
put_head_below(const struct page *pg, size_t i, float *out, size_t *k)
{
	size_t j = i + 1;

	while (j < pg->block_count && j - i < FAR && pg->heads_before[j + 1] == pg->heads_before[j])
		j++;
	out[(*k)++] = (float)(j - i);
	out[(*k)++] = j < pg->block_count ? share(pg->blocks[j].link_chars, pg->blocks[j].chars) : -1;
}

/* Words that end a body, between the headline and here. */
static void
put_ends(const struct page *pg, size_t i, float *out, size_t *k)
{
	size_t from = pg->title_block == UINT32_MAX || pg->title_block > i ? 0 : pg->title_block, j = i;
	uint32_t since = pg->ends_before[i] - pg->ends_before[from];
	float all = pg->long_before[pg->block_count];

	while (j > from && i - j < FAR && pg->ends_before[j] == pg->ends_before[j - 1])
		j--;
	out[(*k)++] = (float)(since > 8 ? 8 : since);
	out[(*k)++] = since > 0 ? (float)(i - j) : -1;
	out[(*k)++] = since > 0 ? share((double)(pg->long_before[j] - pg->long_before[from]), (double)all) : -1;
	out[(*k)++] = share((double)(pg->long_before[i] - pg->long_before[from]), (double)all);
}

/* Containers outward: how much of the page's prose they hold, and what they are made of. */
static void
put_containers(const struct page *pg, size_t i, float *out, size_t *k)
{
	uint32_t w = pg->blocks[i].node;
	float all = pg->long_before[pg->block_count];

	for (int level = 0; level < 4; level++) {
		const struct node *nd;
		uint32_t blocks;

		w = features_wider(pg, w);
		nd = &pg->nodes[w];
		blocks = nd->b1 - nd->b0;
		out[(*k)++] = share((double)(pg->long_before[nd->b1] - pg->long_before[nd->b0]), (double)all);
		out[(*k)++] = share((double)(pg->long_before[nd->b1] - pg->long_before[nd->b0]), nd->chars);
		out[(*k)++] = share(nd->images, blocks);
		out[(*k)++] = per_block(pg->heads_before, nd->b0, nd->b1);
		out[(*k)++] = per_block(pg->dated_before, nd->b0, nd->b1);
		out[(*k)++] = share((double)(i - nd->b0), blocks);
		if (level < 2)
			continue;	/* of the nearer two this is known */
		out[(*k)++] = log2f(1 + (float)nd->chars);
		out[(*k)++] = share(nd->link_chars, nd->chars);
		out[(*k)++] = share(nd->chars, pg->chars);
	}
}

void
company_put(const struct page *pg, size_t i, float *out, size_t *k)
{
	const struct block *b = &pg->blocks[i];

	put_texture(b, out, k);
	put_days(pg, i, out, k);
	put_head_above(pg, i, out, k);
	put_head_below(pg, i, out, k);
	put_ends(pg, i, out, k);
	put_containers(pg, i, out, k);
	out[(*k)++] = b->in_title;
}
