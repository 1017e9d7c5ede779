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
#define FOLDS 3
#define INNER ((1 << MODEL_DEPTH) - 1)
#define LEAVES (1 << MODEL_DEPTH)
#define RATE 0.15
#define LAMBDA 2.0		/* shrinks leaves of little weight */
#define MIN_WEIGHT 0.4		/* of a leaf, in pages */

struct data {
	size_t rows, features;
	float *x;		/* row-major */
	uint8_t *bin;		/* row-major */
	float cut[FEATURES_MAX][BINS];
	int cuts[FEATURES_MAX];
	int8_t *label, *fold;
	float *weight;
};

struct tree {
	uint8_t feature[INNER];
	uint8_t bin[INNER];
	float leaf[LEAVES];
};

static void
read_rows(const char *path, struct data *d)
{
	FILE *in = fopen(path, "r");
	char *line = NULL, *p, *end;
	size_t cap = 0, row_cap = 0, lab_cap = 0, fold_cap = 0, w_cap = 0, k;

	if (in == NULL)
		exit(2);
	while (getline(&line, &cap, in) > 0) {
		d->fold = xgrow(d->fold, &fold_cap, d->rows + 1, 1);
		d->label = xgrow(d->label, &lab_cap, d->rows + 1, 1);
		d->weight = xgrow(d->weight, &w_cap, d->rows + 1, sizeof(float));
		d->fold[d->rows] = (int8_t)strtol(line, &p, 10);
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

	d->bin = xcalloc(d->rows, d->features);
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
			d->bin[i * d->features + f] = (uint8_t)lo;
		}
	}
	free(v);
}

struct sums {
	double g, h;
};

/* One level of a tree: best split of each of its nodes. */
static void
split_level(const struct data *d, struct tree *t, int level, const uint8_t *at, const float *g, const float *h,
    const uint32_t *use, size_t n, unsigned seed)
{
	int first = (1 << level) - 1, nodes = 1 << level;
	struct sums *hist = xcalloc((size_t)nodes * BINS, sizeof(*hist));
	double best[LEAVES] = { 0 };

	for (int k = 0; k < nodes; k++) {
		t->feature[first + k] = 0;
		t->bin[first + k] = BINS;	/* everything goes left */
	}
	for (size_t f = 0; f < d->features; f++) {
		seed = seed * 1103515245u + 12345u;
		if (d->cuts[f] == 0 || (seed >> 16) % 10 >= 6)
			continue;
		memset(hist, 0, (size_t)nodes * BINS * sizeof(*hist));
		for (size_t i = 0; i < n; i++) {
			uint32_t r = use[i];
			struct sums *s = &hist[(size_t)(at[i] - first) * BINS + d->bin[r * d->features + f]];

			s->g += g[i];
			s->h += h[i];
		}
		for (int k = 0; k < nodes; k++) {
			struct sums all = { 0, 0 }, left = { 0, 0 };

			for (int b = 0; b < BINS; b++) {
				all.g += hist[k * BINS + b].g;
				all.h += hist[k * BINS + b].h;
			}
			for (int b = 0; b < d->cuts[f]; b++) {
				double gr, hr, gain;

				left.g += hist[k * BINS + b].g;
				left.h += hist[k * BINS + b].h;
				gr = all.g - left.g;
				hr = all.h - left.h;
				if (left.h < MIN_WEIGHT / 4 || hr < MIN_WEIGHT / 4)
					continue;
				gain = left.g * left.g / (left.h + LAMBDA) + gr * gr / (hr + LAMBDA) -
				    all.g * all.g / (all.h + LAMBDA);
				if (gain > best[k] + 1e-9) {
					best[k] = gain;
					t->feature[first + k] = (uint8_t)f;
					t->bin[first + k] = (uint8_t)b;
				}
			}
		}
	}
	free(hist);
}

static unsigned
step_down(const struct data *d, const struct tree *t, unsigned at, size_t row)
{
	return 2 * at + (d->bin[row * d->features + t->feature[at]] > t->bin[at] ? 2 : 1);
}

/* Boost on all labelled rows whose fold is not left_out; score gets the sum for every row. */
static void
train(const struct data *d, int left_out, size_t trees, struct tree *out, float *score)
{
	size_t n = 0;
	uint32_t *use = xcalloc(d->rows, sizeof(*use));
	uint8_t *at = xcalloc(d->rows, 1);
	float *g = xcalloc(d->rows, sizeof(*g)), *h = xcalloc(d->rows, sizeof(*h));

	for (size_t i = 0; i < d->rows; i++) {
		score[i] = 0;
		if (d->label[i] >= 0 && d->weight[i] > 0 && d->fold[i] != left_out)
			use[n++] = (uint32_t)i;
	}
	for (size_t k = 0; k < trees; k++) {
		struct tree *t = &out[k];
		double sg[LEAVES] = { 0 }, sh[LEAVES] = { 0 };

		for (size_t i = 0; i < n; i++) {
			size_t r = use[i];
			double p = 1 / (1 + exp(-(double)score[r]));

			g[i] = (float)((d->label[r] - p) * d->weight[r]);
			h[i] = (float)(p * (1 - p) * d->weight[r]);
			at[i] = 0;
		}
		for (int level = 0; level < MODEL_DEPTH; level++) {
			split_level(d, t, level, at, g, h, use, n, (unsigned)(k * 31 + (size_t)level + 7));
			for (size_t i = 0; i < n; i++)
				at[i] = (uint8_t)step_down(d, t, at[i], use[i]);
		}
		for (size_t i = 0; i < n; i++) {
			sg[at[i] - INNER] += g[i];
			sh[at[i] - INNER] += h[i];
		}
		for (int l = 0; l < LEAVES; l++)
			t->leaf[l] = (float)(RATE * sg[l] / (sh[l] + LAMBDA / 4));
		for (size_t r = 0; r < d->rows; r++) {
			unsigned a = 0;

			while (a < INNER)
				a = step_down(d, t, a, r);
			score[r] += t->leaf[a - INNER];
		}
	}
	free(use);
	free(at);
	free(g);
	free(h);
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
		fprintf(out, " },\n\t  {");
		for (int i = 0; i < INNER; i++) {
			if (t[k].bin[i] >= d->cuts[t[k].feature[i]])
				fprintf(out, " 1e9,");
			else
				fprintf(out, " %.6g,", above((double)d->cut[t[k].feature[i]][t[k].bin[i]]));
		}
		fprintf(out, " },\n\t  {");
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
