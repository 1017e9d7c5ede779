/* diff: paragraphs first; changed ones are paired by the words they share and compared inside. */
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

struct lines {
	char **text;		/* owned copies */
	uint32_t *name;
	size_t count, cap;
};

static void
lines_read(struct lines *l, struct diff_names *names, const char *s)
{
	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, "\n");

		if (n > 0) {
			if (l->count >= l->cap) {
				l->cap = l->cap * 2 + 16;
				l->text = xreallocarray(l->text, l->cap, sizeof(*l->text));
				l->name = xreallocarray(l->name, l->cap, sizeof(*l->name));
			}
			l->text[l->count] = xmemdup(s, n);
			l->name[l->count++] = diff_name(names, s, n);
		}
		s += n + (s[n] == '\n');
	}
}

static void
lines_done(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->text[i]);
	free(l->text);
	free(l->name);
}

struct work {
	struct diff *d;
	size_t cap;
	struct lines old, new;
	struct diff_names *words;
	int64_t budget;
};

/* Takes the line over: it lives on in the diff, where words of later lines may still point to it. */
static struct diff_block *
add_block(struct work *w, enum diff_op op, char **line)
{
	struct diff_block *b;

	w->d->blocks = xgrow(w->d->blocks, &w->cap, w->d->blocks_count + 1,
	    sizeof(*w->d->blocks));
	b = &w->d->blocks[w->d->blocks_count++];
	memset(b, 0, sizeof(*b));
	b->op = op;
	b->text = *line;
	*line = NULL;
	return b;
}

static void
add_deleted(struct work *w, size_t i)
{
	const struct diff_block *b = add_block(w, DIFF_DELETE, &w->old.text[i]);

	w->d->words_deleted += (unsigned)unicode_word_count(b->text, strlen(b->text));
}

static void
add_inserted(struct work *w, size_t j)
{
	const struct diff_block *b = add_block(w, DIFF_INSERT, &w->new.text[j]);

	w->d->words_inserted += (unsigned)unicode_word_count(b->text, strlen(b->text));
}

/*
 * Which new line (of nb) each old one (of na) became, -1: none; in order. Best sum of likeness over
 * all pairings: the longest common subsequence with weights.
 */
static void
pair_all(const struct diff_words *a, size_t na, const struct diff_words *b, size_t nb, int *pair)
{
	float *best = xcalloc((na + 1) * (nb + 1), sizeof(*best));
	float *alike = xcalloc(na * nb, sizeof(*alike));
	size_t row = nb + 1;

	for (size_t i = na; i-- > 0;) {
		for (size_t j = nb; j-- > 0;) {
			float with, *at = &best[i * row + j];

			alike[i * nb + j] = (float)diff_words_alike(&a[i], &b[j]);
			with = alike[i * nb + j] >= ALIKE ?
			    alike[i * nb + j] + best[(i + 1) * row + j + 1] : 0;
			*at = best[(i + 1) * row + j];
			if (best[i * row + j + 1] > *at)
				*at = best[i * row + j + 1];
			if (with > *at)
				*at = with;
		}
	}
	for (size_t i = 0, j = 0; i < na; i++) {
		pair[i] = -1;
		while (j < nb && best[i * row + j + 1] >= best[i * row + j])
			j++;
		if (j < nb && best[(i + 1) * row + j] < best[i * row + j])
			pair[i] = (int)j++;
	}
	free(best);
	free(alike);
}

static void
pair_near(const struct diff_words *a, size_t na, const struct diff_words *b, size_t nb, int *pair)
{
	size_t j = 0;

	for (size_t i = 0; i < na; i++) {
		pair[i] = -1;
		for (size_t k = j; k < nb && k < j + PAIR_WINDOW; k++) {
			if (diff_words_alike(&a[i], &b[k]) >= ALIKE) {
				pair[i] = (int)k;
				j = k + 1;
				break;
			}
		}
	}
}

/* Old lines [i, i_end) became new lines [j, j_end). */
static void
replaced(struct work *w, size_t i, size_t i_end, size_t j, size_t j_end)
{
	size_t na = i_end - i, nb = j_end - j, done = 0;
	struct diff_words *a, *b;
	int *pair;

	if (na == 0 || nb == 0 || na + nb > LINES_MAX) {
		for (; i < i_end; i++)
			add_deleted(w, i);
		for (; j < j_end; j++)
			add_inserted(w, j);
		return;
	}
	a = xcalloc(na, sizeof(*a));
	b = xcalloc(nb, sizeof(*b));
	pair = xcalloc(na, sizeof(*pair));
	for (size_t k = 0; k < na; k++)
		diff_words_cut(w->words, w->old.text[i + k], &a[k]);
	for (size_t k = 0; k < nb; k++)
		diff_words_cut(w->words, w->new.text[j + k], &b[k]);
	if (na * nb <= PAIRS_MAX)
		pair_all(a, na, b, nb, pair);
	else
		pair_near(a, na, b, nb, pair);
	for (size_t k = 0; k < na; k++) {
		struct diff_block *block;

		if (pair[k] < 0) {
			add_deleted(w, i + k);
			continue;
		}
		for (; done < (size_t)pair[k]; done++)
			add_inserted(w, j + done);
		block = add_block(w, DIFF_SAME, &w->new.text[j + done]);
		diff_words_runs(w->old.text[i + k], &a[k], block->text, &b[done], block,
		    &w->d->words_deleted, &w->d->words_inserted, &w->budget);
		done++;
	}
	for (; done < nb; done++)
		add_inserted(w, j + done);
	for (size_t k = 0; k < na; k++)
		diff_words_done(&a[k]);
	for (size_t k = 0; k < nb; k++)
		diff_words_done(&b[k]);
	free(a);
	free(b);
	free(pair);
}

static void
walk(struct work *w, const unsigned char *gone, const unsigned char *come)
{
	size_t i = 0, j = 0;

	while (i < w->old.count || j < w->new.count) {
		size_t i_end = i, j_end = j;

		if (i < w->old.count && j < w->new.count && !gone[i] && !come[j]) {
			add_block(w, DIFF_SAME, &w->new.text[j]);
			i++, j++;
			continue;
		}
		while (i_end < w->old.count && gone[i_end])
			i_end++;
		while (j_end < w->new.count && come[j_end])
			j_end++;
		replaced(w, i, i_end, j, j_end);
		i = i_end;
		j = j_end;
	}
}

struct diff *
diff_texts(const char *old_text, const char *new_text)
{
	struct work w = { .d = xcalloc(1, sizeof(struct diff)), .budget = DIFF_BUDGET };
	struct diff_names *names = diff_names_new();
	unsigned char *gone, *come;

	w.words = diff_names_new();
	lines_read(&w.old, names, old_text);
	lines_read(&w.new, names, new_text);
	gone = xcalloc(w.old.count + 1, 1);
	come = xcalloc(w.new.count + 1, 1);
	diff_sequences(w.old.name, w.old.count, w.new.name, w.new.count, gone, come, &w.budget);
	walk(&w, gone, come);
	free(gone);
	free(come);
	lines_done(&w.old);
	lines_done(&w.new);
	diff_names_free(names);
	diff_names_free(w.words);
	return w.d;
}

void
diff_free(struct diff *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->blocks_count; i++) {
		for (size_t k = 0; k < d->blocks[i].runs_count; k++)
			free(d->blocks[i].runs[k].text);
		free(d->blocks[i].runs);
		free(d->blocks[i].text);
	}
	free(d->blocks);
	free(d);
}
