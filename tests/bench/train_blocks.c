/*
 * train_blocks: boosted trees over the labelled rows of label_blocks.py, written as a table in C.
 *   train_blocks LABELLED NAME TREES OUT.c SCORES
 * SCORES gets one number a row: the score by trees that were trained without the row's fold, so that a
 * second stage (and an honest measurement) sees scores as for unseen pages. Deterministic.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define BINS 64
#define BAGS 2			/* runs with other lots, averaged: they err apart */
#define FOLDS 5			/* as label_blocks.py deals them, by site */
#define INNER ((1 << MODEL_DEPTH) - 1)
#define LEAVES (1 << MODEL_DEPTH)
#define RATE 0.12
#define LAMBDA 0.5		/* shrinks leaves of little weight */
#define MIN_WEIGHT 0.1		/* of a side of a cut: pages in doubt */
#define FEATURE_PERCENT 25	/* of the numbers that a level of a tree may ask for */
#define SURE_WEIGHT 0.008	/* of a row, in pages */
#define SITE_PERCENT 60		/* of the sites that a tree learns from */

struct data {
	size_t rows, features;
	float *x;		/* row-major */
	uint8_t *bin;		/* column-major */
	float cut[FEATURES_MAX][BINS];
	int cuts[FEATURES_MAX];
	int8_t *label, *fold;
	uint32_t *site;		/* by number: what is learnt from one site is not tried on it */
	float *weight;
};

struct tree {
	uint8_t feature[INNER];
	uint8_t bin[INNER];
	float leaf[LEAVES];
};

/* The rows that one run learns from, side by side. */
struct sample {
	size_t n;
	uint32_t *row;
	uint8_t *bin;		/* column-major, n to a column */
	uint8_t *at;		/* node of the tree that the row stands in */
	float *g, *h;
};

static void
read_rows(const char *path, struct data *d)
{
	FILE *in = fopen(path, "r");
	char *line = NULL, *p, *end;
	size_t cap = 0, row_cap = 0, lab_cap = 0, fold_cap = 0, w_cap = 0, site_cap = 0, k;

	if (in == NULL)
		exit(2);
	while (getline(&line, &cap, in) > 0) {
		d->fold = xgrow(d->fold, &fold_cap, d->rows + 1, 1);
		d->label = xgrow(d->label, &lab_cap, d->rows + 1, 1);
		d->weight = xgrow(d->weight, &w_cap, d->rows + 1, sizeof(float));
		d->site = xgrow(d->site, &site_cap, d->rows + 1, sizeof(*d->site));
		d->site[d->rows] = (uint32_t)strtoul(line, &p, 10);
		d->fold[d->rows] = (int8_t)(d->site[d->rows] % FOLDS);
		d->label[d->rows] = (int8_t)strtol(p, &p, 10);
		d->weight[d->rows] = strtof(p, &p);
		if (d->features == 0) {
			char *q = p;

			for (;; d->features++, q = end) {
				strtof(q, &end);
				if (end == q)
					break;
			}
		}
		d->x = xgrow(d->x, &row_cap, (d->rows + 1) * d->features, sizeof(float));
		for (k = 0; k < d->features; k++)
			d->x[d->rows * d->features + k] = strtof(p, &p);
		d->rows++;
	}
	free(line);
	fclose(in);
}

static int
cmp_float(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* Cut points at quantiles of the labelled rows; a value is in the first bin whose cut is not below it. */
static void
make_bins(struct data *d)
{
	float *v = xcalloc(d->rows, sizeof(*v));

	d->bin = xcalloc(d->features, d->rows);
	for (size_t f = 0; f < d->features; f++) {
		size_t n = 0, step, i;

		for (i = 0; i < d->rows; i++) {
			if (d->label[i] >= 0)
				v[n++] = d->x[i * d->features + f];
		}
		qsort(v, n, sizeof(*v), cmp_float);
		step = n / BINS + 1;
		for (i = step; i < n && d->cuts[f] < BINS - 1; i += step) {
			if (d->cuts[f] == 0 || v[i] > d->cut[f][d->cuts[f] - 1])
				d->cut[f][d->cuts[f]++] = v[i];
		}
		if (d->cuts[f] > 0 && d->cut[f][d->cuts[f] - 1] >= v[n - 1])
			d->cuts[f]--;
		if (d->cuts[f] == 0 && v[0] < v[n - 1])
			d->cut[f][d->cuts[f]++] = v[0];
		else if (v[0] < d->cut[f][0] && d->cuts[f] < BINS - 1) {
			memmove(&d->cut[f][1], &d->cut[f][0], (size_t)d->cuts[f] * sizeof(float));
			d->cut[f][0] = v[0];
			d->cuts[f]++;
		}
		for (i = 0; i < d->rows; i++) {
			int lo = 0;

			while (lo < d->cuts[f] && d->x[i * d->features + f] > d->cut[f][lo])
				lo++;
			d->bin[f * d->rows + i] = (uint8_t)lo;
		}
	}
	free(v);
}

struct sums {
	float g, h;
};

/* The best cut of one feature in each node of a level. */
static void
split_feature(const struct data *d, size_t f, struct tree *t, int first, int nodes, struct sums (*hist)[BINS],
    double *best)
{
	for (int k = 0; k < nodes; k++) {
		double all_g = 0, all_h = 0, left_g = 0, left_h = 0;

		for (int b = 0; b < BINS; b++) {
			all_g += (double)hist[k][b].g;
			all_h += (double)hist[k][b].h;
		}
		for (int b = 0; b < d->cuts[f]; b++) {
			double gr, hr, gain;

			left_g += (double)hist[k][b].g;
			left_h += (double)hist[k][b].h;
			gr = all_g - left_g;
			hr = all_h - left_h;
			if (left_h < MIN_WEIGHT || hr < MIN_WEIGHT)
				continue;
			gain = left_g * left_g / (left_h + LAMBDA) + gr * gr / (hr + LAMBDA) -
			    all_g * all_g / (all_h + LAMBDA);
			if (gain > best[k] + 1e-9) {
				best[k] = gain;
				t->feature[first + k] = (uint8_t)f;
				t->bin[first + k] = (uint8_t)b;
			}
		}
	}
}

/* One level of a tree: best split of each of its nodes, among a part of the features. */
static void
split_level(const struct data *d, const struct sample *sm, struct tree *t, int level, unsigned seed)
{
	int first = (1 << level) - 1, nodes = 1 << level;
	struct sums hist[LEAVES][BINS];
	double best[LEAVES];

	for (int k = 0; k < nodes; k++) {
		t->feature[first + k] = 0;
		t->bin[first + k] = BINS;	/* everything goes left */
		best[k] = 0;
	}
	for (size_t f = 0; f < d->features; f++) {
		const uint8_t *bin = &sm->bin[f * sm->n];

		seed = seed * 1103515245u + 12345u;
		if (d->cuts[f] == 0 || (seed >> 16) % 100 >= FEATURE_PERCENT)
			continue;
		memset(hist, 0, sizeof(hist));
		for (size_t i = 0; i < sm->n; i++) {
			struct sums *s = &hist[sm->at[i] - first][bin[i]];

			s->g += sm->g[i];
			s->h += sm->h[i];
		}
		split_feature(d, f, t, first, nodes, hist, best);
	}
}

/* What a new tree is to mend: gradients of the rows it learns from; of the others nothing. */
static void
set_gradients(const struct data *d, const struct sample *sm, const float *score, unsigned lots)
{
	for (size_t i = 0; i < sm->n; i++) {
		size_t r = sm->row[i];
		double p = 1 / (1 + exp(-(double)score[r]));
		uint32_t lot = (uint32_t)(d->site[r] * 2654435761u + lots * 40503u);
		double w = (lot * 2246822519u >> 16) % 100 < SITE_PERCENT ? fmax((double)d->weight[r], SURE_WEIGHT) : 0;

		sm->g[i] = (float)((d->label[r] - p) * w);
		sm->h[i] = (float)(p * (1 - p) * w);
		sm->at[i] = 0;
	}
}

/*
 * Most rows are menu entries of next to no weight. Of those lighter than SURE_WEIGHT a part is drawn, by lots
 * that are the same each time, and stands for the rest.
 */
static bool
drawn(const struct data *d, size_t row)
{
	double lot = (uint32_t)(row * 2654435761u) / 4294967296.0;

	return lot * SURE_WEIGHT < (double)d->weight[row];
}

static void
sample_init(struct sample *sm, const struct data *d, int left_out)
{
	sm->n = 0;
	sm->row = xcalloc(d->rows, sizeof(*sm->row));
	for (size_t i = 0; i < d->rows; i++) {
		if (d->label[i] >= 0 && d->fold[i] != left_out && drawn(d, i))
			sm->row[sm->n++] = (uint32_t)i;
	}
	sm->bin = xcalloc(d->features, sm->n);
	for (size_t f = 0; f < d->features; f++) {
		for (size_t i = 0; i < sm->n; i++)
			sm->bin[f * sm->n + i] = d->bin[f * d->rows + sm->row[i]];
	}
	sm->at = xcalloc(sm->n, 1);
	sm->g = xcalloc(sm->n, sizeof(*sm->g));
	sm->h = xcalloc(sm->n, sizeof(*sm->h));
}

static void
sample_done(struct sample *sm)
{
	free(sm->row);
	free(sm->bin);
	free(sm->at);
	free(sm->g);
	free(sm->h);
}

static unsigned
leaf_of(const struct data *d, const struct tree *t, size_t row)
{
	unsigned at = 0;

	while (at < INNER)
		at = 2 * at + (d->bin[t->feature[at] * d->rows + row] > t->bin[at] ? 2 : 1);
	return at - INNER;
}

/* One run: trees go to out[bag], out[bag + BAGS] ... */
static void
boost(const struct data *d, struct sample *sm, size_t trees, unsigned bag, struct tree *out)
{
	float *score = xcalloc(d->rows, sizeof(*score));

	for (size_t k = 0; k < trees; k++) {
		struct tree *t = &out[k * BAGS + bag];
		double sg[LEAVES] = { 0 }, sh[LEAVES] = { 0 };

		set_gradients(d, sm, score, (unsigned)k + bag * 7919);
		for (int level = 0; level < MODEL_DEPTH; level++) {
			split_level(d, sm, t, level, (unsigned)(k * 31 + (size_t)level + 7 + bag * 1000003u));
			for (size_t i = 0; i < sm->n; i++) {
				unsigned at = sm->at[i];

				sm->at[i] = (uint8_t)(2 * at + (sm->bin[t->feature[at] * sm->n + i] > t->bin[at] ? 2 : 1));
			}
		}
		for (size_t i = 0; i < sm->n; i++) {
			sg[sm->at[i] - INNER] += (double)sm->g[i];
			sh[sm->at[i] - INNER] += (double)sm->h[i];
		}
		for (int l = 0; l < LEAVES; l++)
			t->leaf[l] = (float)(RATE * sg[l] / (sh[l] + LAMBDA));
		for (size_t i = 0; i < sm->n; i++)
			score[sm->row[i]] += t->leaf[sm->at[i] - INNER];
		for (int l = 0; l < LEAVES; l++)
			t->leaf[l] /= BAGS;
	}
	free(score);
}

/* Boost on all labelled rows whose fold is not left_out; score gets every row's sum as the program will have it. */
static void
train(const struct data *d, int left_out, size_t trees, struct tree *out, float *score)
{
	struct sample sm;

	sample_init(&sm, d, left_out);
	for (unsigned bag = 0; bag < BAGS; bag++)
		boost(d, &sm, trees / BAGS, bag, out);
	sample_done(&sm);
	for (size_t r = 0; r < d->rows; r++) {
		score[r] = 0;
		for (size_t k = 0; k < trees; k++) {
			if (k > 0 && k % MODEL_ROUND == 0 && (score[r] * 1000 < MODEL_OUT || score[r] * 1000 > MODEL_IN))
				break;
			score[r] += out[k].leaf[leaf_of(d, &out[k], r)];
		}
	}
}

/* Rows hold five digits, so a limit stands a little above the value it was learnt from. */
static double
above(double cut)
{
	return cut + 1e-4 * (1 + fabs(cut));
}

static void
write_table(const struct data *d, const char *name, const struct tree *t, size_t trees, const char *path)
{
	FILE *out = fopen(path, "w");

	if (out == NULL)
		exit(2);
	fprintf(out, "/* Written by tests/bench/train.sh: do not edit. Columns: features.c, context.c. */\n"
	    "#include \"extract/extract_int.h\"\n#include \"base/banned.h\"\n\nconst struct model_tree model_%s[] = {\n", name);
	for (size_t k = 0; k < trees; k++) {
		fprintf(out, "\t{ {");
		for (int i = 0; i < INNER; i++)
			fprintf(out, " %u,", t[k].feature[i]);
		fprintf(out, " }, {");
		for (int i = 0; i < INNER; i++) {
			if (t[k].bin[i] >= d->cuts[t[k].feature[i]])
				fprintf(out, " 1e9,");
			else
				fprintf(out, " %.6g,", above((double)d->cut[t[k].feature[i]][t[k].bin[i]]));
		}
		fprintf(out, " }, {");
		for (int i = 0; i < LEAVES; i++)
			fprintf(out, " %ld,", lround(1000 * (double)t[k].leaf[i]));
		fprintf(out, " } },\n");
	}
	fprintf(out, "};\nconst size_t model_%s_count = sizeof(model_%s) / sizeof(model_%s[0]);\n", name, name, name);
	fclose(out);
}

static void
report(const struct data *d, const float *score)
{
	double loss = 0, all = 0, wrong = 0;

	for (size_t i = 0; i < d->rows; i++) {
		double p = 1 / (1 + exp(-(double)score[i]));

		if (d->label[i] < 0)
			continue;
		loss -= d->weight[i] * log(d->label[i] ? p + 1e-9 : 1 - p + 1e-9);
		wrong += d->weight[i] * ((score[i] > 0) != (d->label[i] > 0));
		all += d->weight[i];
	}
	fprintf(stderr, "%zu rows, %zu features, unseen: loss %.4f, wrong %.4f\n", d->rows, d->features, loss / all,
	    wrong / all);
}

int
main(int argc, char **argv)
{
	static struct data d;
	size_t trees = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	struct tree *t = xcalloc(trees + 1, sizeof(*t));
	float *score, *unseen;
	FILE *out;

	if (argc != 6 || trees == 0) {
		fprintf(stderr, "usage: train_blocks LABELLED NAME TREES OUT.c SCORES\n");
		return 2;
	}
	read_rows(argv[1], &d);
	make_bins(&d);
	score = xcalloc(d.rows, sizeof(*score));
	unseen = xcalloc(d.rows, sizeof(*unseen));
	for (int fold = 0; fold < FOLDS; fold++) {
		train(&d, fold, trees, t, score);
		for (size_t i = 0; i < d.rows; i++) {
			if (d.fold[i] == fold)
				unseen[i] = score[i];
		}
	}
	report(&d, unseen);
	train(&d, -1, trees, t, score);
	write_table(&d, argv[2], t, trees, argv[4]);
	out = fopen(argv[5], "w");
	for (size_t i = 0; out != NULL && i < d.rows; i++)
		fprintf(out, "%.4f\n", (double)unseen[i]);
	if (out != NULL)
		fclose(out);
	return 0;
}
