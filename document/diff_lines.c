/*
 * diff_lines: which paragraph became which. Paragraphs are paired by the words that they share; one that was parted in two, or
 * two that became one, are compared as a whole.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "document/diff_int.h"
#include "base/banned.h"

#define ALIKE 0.4		/* share of words from which two paragraphs are one, changed */
#define PAIRS_MAX 4096		/* old times new paragraphs of one change that are weighed against all */
#define LINES_MAX 4096		/* a change of more lines than this is shown as went and came */
#define PAIR_WINDOW 6		/* beyond that: each old one against so many new ones */
#define PART_WORDS 3		/* words of the least part of a parted paragraph */
#define PART_SHARE 0.6		/* of its words that the other side's paragraph still has to give */

/* One side of a change: some lines of a text. */
struct part {
	char **text;		/* of the lines; NULL: taken */
	struct diff_words *words;
	size_t count;
	int *pair;		/* line of the other side, or -1 */
	bool *joined;		/* compared with its neighbour */
	char **both;		/* the text of two lines that are compared as one */
};

static void
part_read(struct part *p, struct diff_work *w, char **text, size_t count)
{
	p->text = text;
	p->count = count;
	p->words = xcalloc(count, sizeof(*p->words));
	p->pair = xcalloc(count, sizeof(*p->pair));
	p->joined = xcalloc(count, sizeof(*p->joined));
	p->both = xcalloc(count, sizeof(*p->both));
	for (size_t k = 0; k < count; k++) {
		diff_words_cut(w->words, text[k], &p->words[k]);
		p->pair[k] = -1;
	}
}

static void
part_done(struct part *p)
{
	for (size_t k = 0; k < p->count; k++) {
		diff_words_done(&p->words[k]);
		free(p->both[k]);
	}
	free(p->both);
	free(p->words);
	free(p->pair);
	free(p->joined);
}

/* Best sum of likeness over all pairings, in order. */
static void
pair_all(struct part *a, const struct part *b)
{
	float *alike = xcalloc(a->count * b->count, sizeof(*alike));

	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			alike[i * b->count + j] = (float)diff_words_alike(&a->words[i], &b->words[j]);
	diff_pair(alike, a->count, b->count, ALIKE, a->pair);
	free(alike);
}

static void
pair_near(struct part *a, const struct part *b)
{
	size_t j = 0;

	for (size_t i = 0; i < a->count; i++)
		for (size_t k = j; k < b->count && k < j + PAIR_WINDOW; k++)
			if (diff_words_alike(&a->words[i], &b->words[k]) >= ALIKE) {
				a->pair[i] = (int)k;
				j = k + 1;
				break;
			}
}

/* ---- parted and joined ---- */

static double
shared(const struct diff_words *a, const struct diff_words *b)
{
	return diff_words_alike(a, b) * (double)(a->count + b->count + 1) / 2;
}

/*
 * Lines k and k + 1 of p, of which one is paired and the other is not: is the other the rest of what the pair was? Then the
 * paired one becomes both.
 */
static void
try_join(struct diff_work *w, struct part *p, size_t k, const struct part *other)
{
	bool first = p->pair[k] >= 0;
	size_t own = first ? k : k + 1, rest = first ? k + 1 : k;
	const struct diff_words *pair;
	struct diff_words both;
	char *text;		/* has no word that its two lines have not: names do not point to it */
	double gain;

	if (p->pair[own] < 0 || p->pair[rest] >= 0 || p->joined[k] || p->joined[k + 1] ||
	    p->words[rest].count < PART_WORDS)
		return;
	pair = &other->words[p->pair[own]];
	text = xasprintf("%s\n%s", p->text[k], p->text[k + 1]);
	diff_words_cut(w->words, text, &both);
	gain = shared(&both, pair) - shared(&p->words[own], pair);
	w->budget -= (int64_t)both.count;
	if (gain < PART_SHARE * (double)p->words[rest].count) {
		diff_words_done(&both);
		free(text);
		return;
	}
	diff_words_done(&p->words[own]);
	p->words[own] = both;
	p->joined[rest] = true;
	p->both[own] = text;
}

static void
join_all(struct diff_work *w, struct part *a, struct part *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->pair[i] >= 0)
			b->pair[a->pair[i]] = (int)i;
	for (size_t k = 0; k + 1 < a->count && w->budget > 0; k++)
		try_join(w, a, k, b);
	for (size_t k = 0; k + 1 < b->count && w->budget > 0; k++)
		try_join(w, b, k, a);
}

/* ---- writing it down ---- */

static void
add_whole(struct diff_work *w, enum diff_op op, struct diff_lines *l, size_t from, size_t to)
{
	unsigned *words = op == DIFF_DELETE ? &w->d->words_deleted : &w->d->words_inserted;

	for (; from < to; from++) {
		*words += (unsigned)unicode_word_count(l->text[from], strlen(l->text[from]));
		diff_add_block(w, op, &l->text[from]);
	}
}

static void
add_lines(struct diff_work *w, enum diff_op op, struct part *p, size_t from, size_t to)
{
	unsigned *words = op == DIFF_DELETE ? &w->d->words_deleted : &w->d->words_inserted;

	for (; from < to; from++) {
		if (p->joined[from])
			continue;
		*words += (unsigned)p->words[from].count;
		diff_add_block(w, op, &p->text[from]);
	}
}

static void
add_pair(struct diff_work *w, struct diff_words *a, struct diff_words *b)
{
	char *text = xmemdup(b->s, b->len);
	struct diff_block *block = diff_add_block(w, DIFF_SAME, &text);

	diff_runs(a, b, block, &w->d->words_deleted, &w->d->words_inserted, &w->budget);
}

void
diff_lines_replaced(struct diff_work *w, size_t i, size_t i_end, size_t j, size_t j_end)
{
	struct part a, b;
	size_t done = 0;

	if (i == i_end || j == j_end || i_end - i + j_end - j > LINES_MAX) {
		add_whole(w, DIFF_DELETE, &w->old, i, i_end);
		add_whole(w, DIFF_INSERT, &w->new, j, j_end);
		return;
	}
	part_read(&a, w, w->old.text + i, i_end - i);
	part_read(&b, w, w->new.text + j, j_end - j);
	if (a.count * b.count <= PAIRS_MAX)
		pair_all(&a, &b);
	else
		pair_near(&a, &b);
	join_all(w, &a, &b);
	for (size_t k = 0; k < a.count; k++) {
		if (a.pair[k] < 0) {
			add_lines(w, DIFF_DELETE, &a, k, k + 1);
			continue;
		}
		add_lines(w, DIFF_INSERT, &b, done, (size_t)a.pair[k]);
		done = (size_t)a.pair[k] + 1;
		add_pair(w, &a.words[k], &b.words[a.pair[k]]);
	}
	add_lines(w, DIFF_INSERT, &b, done, b.count);
	part_done(&a);
	part_done(&b);
}
