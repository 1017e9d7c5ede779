/*
 * context: features of a block that depend on the scores of its neighbours and containers: what stands
 * between paragraphs of the body is body, what stands among teasers is a teaser.
 */
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define WINDOW 5
#define SURE 1.0f		/* a score alone */
#define GAP_MAX 40		/* blocks */
#define RUN_GAP 3		/* blocks that a run of body text may leave between two of its own */
#define RUN_FAR 60

static float
size_of(const struct block *b)
{
	return sqrtf((float)(b->chars > 2500 ? 2500 : b->chars) + 1);
}

static float
mean_between(const struct page *pg, size_t from, size_t to)
{
	float size;

	if (to > pg->block_count)
		to = pg->block_count;
	if (from >= to)
		return -6;
	size = pg->sizes[to] - pg->sizes[from];
	return size > 0 ? (pg->sums[to] - pg->sums[from]) / size : 0;
}

/* How far each block is from one that is surely body. */
static void
measure_gaps(struct page *pg)
{
	size_t n = pg->block_count;
	uint16_t gap = GAP_MAX;

	for (size_t i = 0; i < n; i++) {
		pg->blocks[i].good_before = gap;
		gap = pg->blocks[i].s1 > SURE ? 1 : gap < GAP_MAX ? gap + 1 : gap;
	}
	gap = GAP_MAX;
	for (size_t i = n; i-- > 0;) {
		pg->blocks[i].good_after = gap;
		gap = pg->blocks[i].s1 > SURE ? 1 : gap < GAP_MAX ? gap + 1 : gap;
	}
}

/* Runs of blocks that are body by their own numbers: the largest is the body, a list of teasers is another one. */
static void
measure_runs(struct page *pg)
{
	size_t n = pg->block_count;
	float best = 0;

	pg->run0 = pg->run1 = 0;
	for (size_t i = 0, next; i < n; i = next) {
		size_t end = i, gap = 0;
		float chars = 0;

		next = i + 1;
		pg->blocks[i].run_share = 0;
		if (pg->blocks[i].s1 <= 0)
			continue;
		for (; next < n && gap <= RUN_GAP; next++) {
			gap = pg->blocks[next].s1 > 0 ? 0 : gap + 1;
			end = gap == 0 ? next : end;
		}
		next = end + 1;
		for (size_t j = i; j < next; j++)
			chars += pg->blocks[j].s1 > 0 ? (float)pg->blocks[j].chars : 0;
		for (size_t j = i; j < next; j++)
			pg->blocks[j].run_share = pg->good > 0 ? chars / pg->good : 0;
		if (chars > best) {
			best = chars;
			pg->run0 = (uint32_t)i;
			pg->run1 = (uint32_t)next;
		}
	}
	pg->run_share = pg->good > 0 ? best / pg->good : 0;
}

static void
put_run(const struct page *pg, size_t i, float *out, size_t *k)
{
	float far = 0, all = pg->long_before[pg->block_count], between = 0;

	if (i < pg->run0) {
		far = -(float)(pg->run0 - i);
		between = pg->long_before[pg->run0] - pg->long_before[i];
	} else if (i >= pg->run1) {
		far = (float)(i + 1 - pg->run1);
		between = pg->long_before[i] - pg->long_before[pg->run1];
	}
	out[(*k)++] = far < -RUN_FAR ? -RUN_FAR : far > RUN_FAR ? RUN_FAR : far;
	out[(*k)++] = all > 0 ? between / all : 0;
	out[(*k)++] = pg->blocks[i].run_share;
	out[(*k)++] = pg->run_share;
}

void
context_prepare(struct page *pg)
{
	float best = 0;

	free(pg->sums);
	free(pg->sizes);
	pg->sums = xcalloc(pg->block_count + 1, sizeof(*pg->sums));
	pg->sizes = xcalloc(pg->block_count + 1, sizeof(*pg->sizes));
	pg->good = 0;
	pg->best_block = UINT32_MAX;
	for (size_t i = 0; i < pg->block_count; i++) {
		const struct block *b = &pg->blocks[i];
		float size = size_of(b);
		struct shape *shape = &pg->shapes[features_shape(pg, b)];

		pg->sums[i + 1] = pg->sums[i] + b->s1 * size;
		pg->sizes[i + 1] = pg->sizes[i] + size;
		shape->sum += b->s1 * size;
		shape->size += size;
		if (b->s1 > 0)
			pg->good += (float)b->chars;
		if (b->s1 * size > best) {
			best = b->s1 * size;
			pg->best_block = (uint32_t)i;
		}
	}
	measure_gaps(pg);
	measure_runs(pg);
}

static float
score_at(const struct page *pg, size_t i, int d)
{
	int64_t j = (int64_t)i + d;

	return j < 0 || j >= (int64_t)pg->block_count ? -6 : pg->blocks[j].s1;
}

/* Steps up from the block to the container that also holds the page's best block; -1: there is none. */
static void
put_kinship(const struct page *pg, const struct block *b, float *out, size_t *k)
{
	uint32_t i = b->node, best = pg->best_block;
	int steps = 0;

	if (best == UINT32_MAX) {
		out[(*k)++] = -1;
		out[(*k)++] = 0;
		out[(*k)++] = 0;
		return;
	}
	while (i != 0 && (best < pg->nodes[i].b0 || best >= pg->nodes[i].b1)) {
		i = pg->nodes[i].parent;
		steps++;
	}
	out[(*k)++] = (float)steps;
	out[(*k)++] = (float)pg->nodes[pg->blocks[best].node].depth - (float)pg->nodes[i].depth;
	out[(*k)++] = pg->nodes[b->node].sig == pg->nodes[pg->blocks[best].node].sig;
}

/* The numbers of the block alone, as score_blocks() left them where it did. */
static size_t
known_alone(const struct page *pg, size_t i, float *out)
{
	if (pg->alone == NULL || pg->alone_count == 0)
		return features_alone(pg, i, out);
	memcpy(out, pg->alone + i * FEATURES_MAX, pg->alone_count * sizeof(*out));
	return pg->alone_count;
}

size_t
features_context(const struct page *pg, size_t i, float out[FEATURES_MAX])
{
	const struct block *b = &pg->blocks[i];
	const struct node *body = &pg->nodes[pg->body_node];
	const struct shape *shape = &pg->shapes[features_shape(pg, b)];
	size_t k = known_alone(pg, i, out);
	uint32_t w = b->node;
	static const int near[] = { -1, 1, -2, 2, -3, 3 };
	bool inside = i >= body->b0 && i < body->b1;

	out[k++] = b->s1;
	for (size_t d = 0; d < 6; d++)
		out[k++] = score_at(pg, i, near[d]);
	for (int level = 0; level < 4; level++) {
		w = features_wider(pg, w);
		out[k++] = mean_between(pg, pg->nodes[w].b0, pg->nodes[w].b1);
	}
	out[k++] = mean_between(pg, i > WINDOW ? i - WINDOW : 0, i);
	out[k++] = mean_between(pg, i + 1, i + 1 + WINDOW);
	out[k++] = mean_between(pg, i > 3 * WINDOW ? i - 3 * WINDOW : 0, i);
	out[k++] = mean_between(pg, i + 1, i + 1 + 3 * WINDOW);
	out[k++] = inside ? 1 : 0;
	out[k++] = (float)fmax(-50, fmin(50, (double)i - (double)body->b0));
	out[k++] = (float)fmax(-50, fmin(50, (double)body->b1 - 1 - (double)i));
	out[k++] = mean_between(pg, body->b0, body->b1);
	out[k++] = log2f(1 + (float)(body->b1 - body->b0));
	out[k++] = log2f(1 + pg->good);
	out[k++] = pg->good > 0 ? (float)b->chars / (pg->good + (float)b->chars) : 1;
	out[k++] = pg->chars > 0 ? pg->good / (float)pg->chars : 0;
	out[k++] = shape->size > 0 ? shape->sum / shape->size : 0;
	put_kinship(pg, b, out, &k);
	out[k++] = (float)__builtin_popcount(pg->nodes[b->node].ev_up & (EV_NAV | EV_SHARE | EV_RELATED |
	    EV_COMMENT | EV_AD | EV_SUBSCRIBE | EV_COOKIE | EV_FOOT | EV_SIDE | EV_CARD | EV_BIO | EV_TOC));
	out[k++] = b->good_before;
	out[k++] = b->good_after;
	put_run(pg, i, out, &k);
	return k;
}
