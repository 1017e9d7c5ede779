/*
 * score: how likely each block is body text, alone and in the context of its neighbours, and which
 * container holds the body: the subtree whose blocks sum up highest, so that the body's limits and the
 * joining of sibling containers follow from the blocks and not from names.
 */
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define ALONE_KEPT_BLOCKS 4000	/* of larger pages the numbers are worked out twice: 700 bytes a block */

static float
hand_score(const struct page *pg, size_t i)
{
	const struct block *b = &pg->blocks[i];
	const struct node *nd = &pg->nodes[b->node];
	uint32_t ev = nd->ev_up, up = nd->tags_up;
	double density = b->chars > 0 ? (double)b->link_chars / b->chars : 1;
	double s = -1.5 + 0.9 * (log2(1 + b->chars) - 5) - 4 * density;

	s += 0.3 * (b->commas > 4 ? 4 : b->commas) + (b->ends > 0 ? 0.8 : 0);
	s += (ev & EV_BODY ? 1.5 : 0) + (up & UP_ARTICLE ? 0.5 : 0) + (up & UP_MAIN ? 0.5 : 0);
	s -= (up & UP_NAV ? 3 : 0) + (up & UP_FOOTER ? 2.5 : 0) + (up & UP_ASIDE ? 2 : 0);
	s -= (ev & EV_RELATED ? 1.5 : 0) + (ev & EV_COMMENT ? 3 : 0) + (ev & EV_AD ? 1.5 : 0);
	s -= (ev & EV_SHARE ? 1.5 : 0) + (ev & EV_SUBSCRIBE ? 2 : 0) + (ev & EV_COOKIE ? 2 : 0);
	s -= (ev & EV_FOOT ? 1.5 : 0) + (ev & EV_SIDE ? 1 : 0) + (ev & EV_CARD ? 0.7 : 0);
	s -= (ev & EV_HIDDEN ? 1.5 : 0) + (ev & EV_BIO ? 1 : 0) + (ev & EV_TOC ? 1 : 0);
	s -= (ev & EV_NAV ? 2 : 0) + (ev & EV_META ? 1 : 0) + (ev & EV_TAGS ? 1 : 0);
	s -= __builtin_popcount(b->phrase);
	return (float)(s > 4 ? 4 : s < -4 ? -4 : s);
}

/* Where a number leads to from an inner node. No branch depends on it: a wrong guess costs more than the comparison. */
static inline size_t
below(const struct model_tree *t, const float *f, size_t at)
{
	return 2 * at + 1 + (f[t->feature[at]] > t->limit[at]);
}

/*
 * Sum of the leaves that the numbers lead to, one of each tree. Most blocks of a page are menu entries that are
 * out after the first few trees: the rest is spared, in training as well as here.
 */
static float
model_score(const struct model_tree *t, size_t count, const float *f)
{
	int sum = 0;

	_Static_assert(MODEL_DEPTH == 4, "as many steps as below");
	for (size_t k = 0; k < count; k++, t++) {
		if (k > 0 && k % MODEL_ROUND == 0 && (sum < MODEL_OUT || sum > MODEL_IN))
			break;
		sum += t->leaf[below(t, f, below(t, f, below(t, f, below(t, f, 0)))) - ((1 << MODEL_DEPTH) - 1)];
	}
	return (float)sum / 1000;
}

void
score_blocks(struct page *pg)
{
	float own[FEATURES_MAX], *f = own;

	if (pg->block_count <= ALONE_KEPT_BLOCKS)
		pg->alone = xreallocarray(NULL, pg->block_count + 1, FEATURES_MAX * sizeof(*pg->alone));
	for (size_t i = 0; i < pg->block_count; i++) {
		if (pg->given1 != NULL) {
			pg->blocks[i].s1 = pg->given1[i];
		} else if (model_alone_count > 0) {
			if (pg->alone != NULL)
				f = pg->alone + i * FEATURES_MAX;
			pg->alone_count = features_alone(pg, i, f);
			pg->blocks[i].s1 = model_score(model_alone, model_alone_count, f);
		} else
			pg->blocks[i].s1 = hand_score(pg, i);
	}
}

void
score_context(struct page *pg)
{
	float f[FEATURES_MAX];

	context_prepare(pg);
	for (size_t i = 0; i < pg->block_count; i++) {
		if (pg->given2 != NULL) {
			pg->blocks[i].s2 = pg->given2[i];
		} else if (model_context_count > 0) {
			features_context(pg, i, f);
			pg->blocks[i].s2 = model_score(model_context, model_context_count, f);
		} else
			pg->blocks[i].s2 = pg->blocks[i].s1;
	}
}

void
score_choose(struct page *pg)
{
	double *sum = xcalloc(pg->block_count + 1, sizeof(*sum)), best = 0;
	uint32_t at = 0;

	for (size_t i = 0; i < pg->block_count; i++)
		sum[i + 1] = sum[i] + pg->blocks[i].s1 * sqrt(pg->blocks[i].chars);
	for (size_t i = 0; i < pg->node_count; i++) {
		struct node *nd = &pg->nodes[i];

		nd->score = (float)(sum[nd->b1] - sum[nd->b0]);
		if (nd->block && nd->score >= best) {
			best = nd->score;
			at = (uint32_t)i;
		}
	}
	pg->body_node = at;
	free(sum);
}
