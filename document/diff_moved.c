/*
 * diff_moved: a paragraph that went in one place and came in another was moved, not written. Its words are not counted; what was
 * changed in it on the way is shown at its new place.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "document/diff_int.h"
#include "base/banned.h"

#define MOVED_WORDS 4		/* a line of fewer words may be there twice by chance */
#define CHANGED_WORDS 10	/* and one that was changed too has more */
#define CHANGED_ALIKE 0.75
#define PAIRS_MAX 4096
#define LINES_MAX 8192		/* of one side; a text with more changed lines was not edited by moving some */

struct moved_line {
	size_t block;
	struct diff_words words;
};

static size_t
collect(struct diff *d, struct diff_names *names, enum diff_op op, struct moved_line **ret)
{
	size_t n = 0, cap = 0;

	*ret = NULL;
	for (size_t i = 0; i < d->blocks_count; i++) {
		struct moved_line *l;

		if (d->blocks[i].op != op || n >= LINES_MAX)
			continue;
		*ret = xgrow(*ret, &cap, n + 1, sizeof(**ret));
		l = &(*ret)[n];
		l->block = i;
		diff_words_cut(names, d->blocks[i].text, &l->words);
		if (l->words.count < MOVED_WORDS)
			diff_words_done(&l->words);
		else
			n++;
	}
	return n;
}

static void
collected_free(struct moved_line *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		diff_words_done(&l[i].words);
	free(l);
}

static int
by_text(const void *a, const void *b)
{
	const struct moved_line *x = a, *y = b;
	int rc = strcmp(x->words.s, y->words.s);

	return rc != 0 ? rc : (x->block > y->block) - (x->block < y->block);
}

static bool
is_open(const struct diff *d, const struct moved_line *l)
{
	return !d->blocks[l->block].moved;
}

static void
mark(struct diff *d, struct moved_line *from, struct moved_line *to, int64_t *budget)
{
	struct diff_block *x = &d->blocks[from->block], *y = &d->blocks[to->block];

	x->moved = y->moved = true;
	x->down = y->down = to->block > from->block;
	d->moved++;
	d->words_deleted -= (unsigned)from->words.count;
	d->words_inserted -= (unsigned)to->words.count;
	if (strcmp(x->text, y->text) != 0)
		diff_runs(&from->words, &to->words, y, &d->words_deleted, &d->words_inserted, budget);
}

static void
mark_equal(struct diff *d, struct moved_line *from, size_t nf, struct moved_line *to, size_t nt, int64_t *budget)
{
	qsort(from, nf, sizeof(*from), by_text);
	qsort(to, nt, sizeof(*to), by_text);
	for (size_t i = 0, j = 0; i < nf && j < nt;) {
		int rc = strcmp(from[i].words.s, to[j].words.s);

		if (rc == 0)
			mark(d, &from[i++], &to[j++], budget);
		else if (rc < 0)
			i++;
		else
			j++;
	}
}

static void
mark_changed(struct diff *d, struct moved_line *from, size_t nf, struct moved_line *to, size_t nt, int64_t *budget)
{
	for (size_t i = 0; i < nf && *budget > 0; i++) {
		struct moved_line *best = NULL;
		double best_alike = CHANGED_ALIKE;

		if (!is_open(d, &from[i]) || from[i].words.count < CHANGED_WORDS)
			continue;
		for (size_t j = 0; j < nt; j++) {
			double alike;

			if (!is_open(d, &to[j]))
				continue;
			alike = diff_words_alike(&from[i].words, &to[j].words);
			*budget -= (int64_t)(from[i].words.count + to[j].words.count);
			if (alike >= best_alike) {
				best_alike = alike;
				best = &to[j];
			}
		}
		if (best != NULL)
			mark(d, &from[i], best, budget);
	}
}

void
diff_moved(struct diff *d, struct diff_names *names, int64_t *budget)
{
	struct moved_line *from, *to;
	size_t nf = collect(d, names, DIFF_DELETE, &from), nt = collect(d, names, DIFF_INSERT, &to);

	if (nf > 0 && nt > 0) {
		mark_equal(d, from, nf, to, nt, budget);
		if (nf * nt <= PAIRS_MAX)
			mark_changed(d, from, nf, to, nt, budget);
	}
	collected_free(from, nf);
	collected_free(to, nt);
}
