/* diff_words: words of a line, how alike two lines are, and the runs from one to the other. */
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/diff_int.h"
#include "base/banned.h"

/* A word in both that stands between larger changes is shown as changed: two words are no island. */
#define ISLAND_WORDS 2
#define ISLAND_SHORE 3

struct cutter {
	struct diff_words *w;
	size_t cap;
};

static void
add_begin(struct cutter *c, size_t offset, bool word)
{
	struct diff_words *w = c->w;

	if (w->count + 2 > c->cap) {
		c->cap = c->cap * 2 + 32;
		w->name = xreallocarray(w->name, c->cap, sizeof(*w->name));
		w->begin = xreallocarray(w->begin, c->cap, sizeof(*w->begin));
		w->word = xreallocarray(w->word, c->cap, sizeof(*w->word));
	}
	w->begin[w->count] = (uint32_t)offset;
	w->word[w->count++] = word;
}

static int
on_word(const char *word, size_t len, size_t offset, void *arg)
{
	struct cutter *c = arg;

	/* Marks before the first word are a piece of their own. */
	if (c->w->count == 0 && offset > 0)
		add_begin(c, 0, false);
	add_begin(c, offset, true);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void
diff_words_cut(struct diff_names *names, const char *s, struct diff_words *ret)
{
	struct cutter c = { .w = ret };
	size_t n = strlen(s);

	memset(ret, 0, sizeof(*ret));
	unicode_words(s, n, on_word, &c);
	if (ret->count == 0)
		add_begin(&c, 0, false);
	ret->begin[ret->count] = (uint32_t)n;
	for (size_t i = 0; i < ret->count; i++)
		ret->name[i] = diff_name(names, s + ret->begin[i], ret->begin[i + 1] - ret->begin[i]);
	ret->bag = xmemdup(ret->name, ret->count * sizeof(*ret->bag));
	qsort(ret->bag, ret->count, sizeof(*ret->bag), by_name);
}

void
diff_words_done(struct diff_words *w)
{
	free(w->name);
	free(w->bag);
	free(w->begin);
	free(w->word);
	memset(w, 0, sizeof(*w));
}

double
diff_words_alike(const struct diff_words *a, const struct diff_words *b)
{
	const uint32_t *x = a->bag, *y = b->bag;
	size_t i = 0, j = 0, both = 0;

	while (i < a->count && j < b->count) {
		if (x[i] < y[j])
			i++;
		else if (x[i] > y[j])
			j++;
		else
			both++, i++, j++;
	}
	return 2.0 * (double)both / (double)(a->count + b->count + 1);
}

/* One stretch of the script: words [i, i_end) of the old line go, [j, j_end) of the new one come. */
struct stretch {
	size_t i_end, j_end;
	bool same;
};

static struct stretch
next_stretch(const struct diff_words *a, const struct diff_words *b, const unsigned char *gone,
    const unsigned char *come, size_t i, size_t j)
{
	struct stretch s = { i, j, false };

	if (i < a->count && j < b->count && !gone[i] && !come[j]) {
		s.same = true;
		while (s.i_end < a->count && s.j_end < b->count && !gone[s.i_end] && !come[s.j_end])
			s.i_end++, s.j_end++;
		return s;
	}
	while (s.i_end < a->count && gone[s.i_end])
		s.i_end++;
	while (s.j_end < b->count && come[s.j_end])
		s.j_end++;
	return s;
}

/* Join islands of one or two common words with the changes around them. */
static void
drown_islands(const struct diff_words *a, const struct diff_words *b, unsigned char *gone,
    unsigned char *come)
{
	size_t i = 0, j = 0, shore = 0;

	while (i < a->count || j < b->count) {
		struct stretch s = next_stretch(a, b, gone, come, i, j), after;

		if (s.same && shore >= ISLAND_SHORE && s.i_end - i <= ISLAND_WORDS) {
			after = next_stretch(a, b, gone, come, s.i_end, s.j_end);
			if (after.i_end - s.i_end + after.j_end - s.j_end >= ISLAND_SHORE) {
				memset(gone + i, 1, s.i_end - i);
				memset(come + j, 1, s.j_end - j);
			}
		}
		shore = s.same ? 0 : s.i_end - i + s.j_end - j;
		i = s.i_end;
		j = s.j_end;
	}
}

static void
add_run(struct diff_block *block, size_t *cap, enum diff_op op, const char *s, size_t from, size_t to)
{
	if (from == to)
		return;
	block->runs = xgrow(block->runs, cap, block->runs_count + 1, sizeof(*block->runs));
	block->runs[block->runs_count].op = op;
	block->runs[block->runs_count++].text = xmemdup(s + from, to - from);
}

static unsigned
count_words(const struct diff_words *w, size_t from, size_t to)
{
	unsigned n = 0;

	for (; from < to; from++)
		n += w->word[from];
	return n;
}

void
diff_words_runs(const char *old_line, const struct diff_words *a, const char *new_line,
    const struct diff_words *b, struct diff_block *block, unsigned *deleted, unsigned *inserted,
    int64_t *budget)
{
	CLEANUP(freep) unsigned char *gone = xcalloc(a->count + 1, 1);
	CLEANUP(freep) unsigned char *come = xcalloc(b->count + 1, 1);
	size_t i = 0, j = 0, cap = 0;

	diff_sequences(a->name, a->count, b->name, b->count, gone, come, budget);
	drown_islands(a, b, gone, come);
	while (i < a->count || j < b->count) {
		struct stretch s = next_stretch(a, b, gone, come, i, j);

		if (s.same) {
			add_run(block, &cap, DIFF_SAME, new_line, b->begin[j], b->begin[s.j_end]);
		} else {
			add_run(block, &cap, DIFF_DELETE, old_line, a->begin[i], a->begin[s.i_end]);
			add_run(block, &cap, DIFF_INSERT, new_line, b->begin[j], b->begin[s.j_end]);
			*deleted += count_words(a, i, s.i_end);
			*inserted += count_words(b, j, s.j_end);
		}
		i = s.i_end;
		j = s.j_end;
	}
}
