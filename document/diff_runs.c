/*
 * diff_runs: from an old line to the new one as a reader would tell it: words where words were changed, whole sentences where a
 * sentence was written anew. The shortest script is the start; then what was put in or taken out is moved to where a sentence
 * begins, common words that are an accident of two different sentences are given up, and new sentences stand behind the old
 * ones that they replace.
 */
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/diff_int.h"
#include "base/banned.h"

/* One or two common words between larger changes are no island. */
#define ISLAND_WORDS 2
#define ISLAND_SHORE 3
/* Two sentences are one, changed, when they share so much of the shorter, in runs of so many words on average. */
#define SHARED_LEAST 0.4
#define SHARED_LEAST_UNSPACED 0.5	/* characters meet by chance more often than words */
#define SPRINKLE_CHANGES 3		/* fewer changes than these are never a sprinkle */
#define SPRINKLE_RUN 2.5
#define SPRINKLE_RUN_UNSPACED 4.0
#define REPLACES 0.2			/* likeness from which a sentence stands behind the one it replaces */
#define SENTENCES_MAX 48		/* a side of one change; more are not paired */

struct script {
	struct diff_words *a, *b;
	unsigned char *gone, *come;
	struct diff_block *block;
	size_t cap;
	unsigned *deleted, *inserted;
	int64_t *budget;
};

/* One stretch of the script: words [i, i_end) of the old line go, [j, j_end) of the new one come; or the same in both. */
struct stretch {
	size_t i_end, j_end;
	bool same;
};

static struct stretch
next_stretch(const struct script *s, size_t i, size_t j)
{
	struct stretch t = { i, j, false };
	size_t na = s->a->count, nb = s->b->count;

	if (i < na && j < nb && !s->gone[i] && !s->come[j]) {
		t.same = true;
		while (t.i_end < na && t.j_end < nb && !s->gone[t.i_end] && !s->come[t.j_end])
			t.i_end++, t.j_end++;
		return t;
	}
	while (t.i_end < na && s->gone[t.i_end])
		t.i_end++;
	while (t.j_end < nb && s->come[t.j_end])
		t.j_end++;
	return t;
}

/* ---- to the beginning of a sentence ---- */

static bool
begins(const struct diff_words *w, size_t i)
{
	return i == 0 || i >= w->count || w->starts[i] != 0;
}

static int
place_worth(const struct diff_words *w, size_t from, size_t to)
{
	if (begins(w, from) && begins(w, to))
		return 3;
	if (begins(w, from) || begins(w, to))
		return 2;
	return w->begin[from] - w->end[from - 1] > 1;	/* after a comma rather than between two words */
}

/*
 * Words [from, to) of w are marked, and what stands about them is in both lines, from at on in the other, whose marks are
 * other[0..count): the same words may be said to have come earlier or later. Returns where they are marked now.
 */
static size_t
slide(const struct diff_words *w, unsigned char *mark, size_t from, size_t to, const unsigned char *other, size_t at,
    size_t count)
{
	size_t low = from, high = from, n = to - from, best = from;
	int worth = place_worth(w, from, to);

	while (low > 0 && !mark[low - 1] && at > from - low && !other[at - (from - low) - 1] &&
	    w->name[low - 1] == w->name[low + n - 1])
		low--;
	while (high + n < w->count && !mark[high + n] && at + (high - from) < count && !other[at + (high - from)] &&
	    w->name[high] == w->name[high + n])
		high++;
	for (size_t k = low; k <= high; k++)
		if (place_worth(w, k, k + n) > worth) {
			worth = place_worth(w, k, k + n);
			best = k;
		}
	memset(mark + from, 0, n);
	memset(mark + best, 1, n);
	return best;
}

static void
slide_all(struct script *s)
{
	size_t i = 0, j = 0, to;

	while (i < s->a->count || j < s->b->count) {
		struct stretch t = next_stretch(s, i, j);

		if (t.same || (t.i_end > i && t.j_end > j)) {
			i = t.i_end;
			j = t.j_end;
		} else if (t.i_end == i) {
			to = slide(s->b, s->come, j, t.j_end, s->gone, i, s->a->count);
			i = i + to - j;
			j = t.j_end + to - j;
		} else {
			to = slide(s->a, s->gone, i, t.i_end, s->come, j, s->b->count);
			j = j + to - i;
			i = t.i_end + to - i;
		}
	}
}

/* ---- common words that are none ---- */

static bool
is_unspaced(const struct diff_words *w, size_t i)
{
	size_t at = w->begin[i];

	return unicode_is_unspaced(utf8_next(w->s, w->len, &at));
}

/* The end of the sentence that holds word i. */
static size_t
sentence_end(const struct diff_words *w, size_t i)
{
	do
		i++;
	while (i < w->count && w->starts[i] == 0);
	return i;
}

/* On from the sentence [*from, *end) to the one that holds word i. */
static void
sentence_of(const struct diff_words *w, size_t i, size_t *from, size_t *end)
{
	while (*end <= i) {
		*from = *end;
		*end = sentence_end(w, *from);
	}
}

/* Two sentences that share words: from where to where the shared ones stand, how many, in how many runs. */
struct shared {
	size_t i, i_end, j, j_end;	/* sentences */
	size_t words, runs;
	size_t unspaced;
};

static bool
is_accident(const struct shared *p)
{
	size_t least = p->i_end - p->i < p->j_end - p->j ? p->i_end - p->i : p->j_end - p->j;
	bool unspaced = p->unspaced * 2 > p->words;
	double share = unspaced ? SHARED_LEAST_UNSPACED : SHARED_LEAST;
	double run = unspaced ? SPRINKLE_RUN_UNSPACED : SPRINKLE_RUN;

	if (p->words == p->i_end - p->i && p->words == p->j_end - p->j)
		return false;
	return (double)p->words < share * (double)least ||
	    (p->runs > SPRINKLE_CHANGES && (double)p->words < run * (double)p->runs);
}

/* What comes behind word i of the old line and j of the new one. */
static void
step(const struct script *s, size_t *i, size_t *j)
{
	bool gone = s->gone[*i], come = s->come[*j];

	*i += gone || !come;
	*j += come || !gone;
}

/* Shared words of a pair of sentences follow each other: read from word i of a and j of b on. */
static void
read_shared(const struct script *s, size_t i, size_t j, struct shared *p)
{
	bool run = false;

	p->words = p->runs = p->unspaced = 0;
	for (; i < p->i_end && j < p->j_end; step(s, &i, &j)) {
		bool both = !s->gone[i] && !s->come[j];

		p->runs += both && !run;
		p->words += both;
		p->unspaced += both && is_unspaced(s->a, i);
		run = both;
	}
}

static void
drown_shared(struct script *s, size_t i, size_t j, const struct shared *p)
{
	while (i < p->i_end && j < p->j_end) {
		bool both = !s->gone[i] && !s->come[j];

		step(s, &i, &j);
		if (both)
			s->gone[i - 1] = s->come[j - 1] = 1;
	}
}

static void
drown_accidents(struct script *s)
{
	struct shared p = { 0 };
	size_t i = 0, j = 0;

	while (i < s->a->count && j < s->b->count) {
		if (s->gone[i] || s->come[j]) {
			step(s, &i, &j);
			continue;
		}
		/* A shared word: first of its pair of sentences. */
		sentence_of(s->a, i, &p.i, &p.i_end);
		sentence_of(s->b, j, &p.j, &p.j_end);
		read_shared(s, i, j, &p);
		if (is_accident(&p))
			drown_shared(s, i, j, &p);
		while (i < p.i_end && j < p.j_end)
			step(s, &i, &j);
	}
}

/* Islands of one or two common words are joined with the changes around them. */
static void
drown_islands(struct script *s)
{
	size_t i = 0, j = 0, shore = 0;

	while (i < s->a->count || j < s->b->count) {
		struct stretch t = next_stretch(s, i, j), after;

		if (t.same && shore >= ISLAND_SHORE && t.i_end - i <= ISLAND_WORDS) {
			after = next_stretch(s, t.i_end, t.j_end);
			if (after.i_end - t.i_end + after.j_end - t.j_end >= ISLAND_SHORE) {
				memset(s->gone + i, 1, t.i_end - i);
				memset(s->come + j, 1, t.j_end - j);
			}
		}
		shore = t.same ? 0 : t.i_end - i + t.j_end - j;
		i = t.i_end;
		j = t.j_end;
	}
}

/* ---- writing it down ---- */

static void
add_run(struct script *s, enum diff_op op, const char *text, size_t n)
{
	struct diff_block *b = s->block;
	struct diff_run *last = b->runs_count > 0 ? &b->runs[b->runs_count - 1] : NULL;
	size_t had;

	if (n == 0)
		return;
	if (last != NULL && last->op == op) {
		had = strlen(last->text);
		last->text = xreallocarray(last->text, had + n + 1, 1);
		memcpy(last->text + had, text, n);
		last->text[had + n] = '\0';
		return;
	}
	b->runs = xgrow(b->runs, &s->cap, b->runs_count + 1, sizeof(*b->runs));
	b->runs[b->runs_count].op = op;
	b->runs[b->runs_count++].text = xmemdup(text, n);
}

/* Bytes from..to of a line with the words [first, end) in them. */
struct piece {
	const struct diff_words *w;
	size_t from, to, first, end;
};

static size_t
marks_before(const struct piece *p)
{
	return (p->first < p->end ? p->w->begin[p->first] : p->to) - p->from;
}

static size_t
marks_behind(const struct piece *p)
{
	return p->to - (p->first < p->end ? p->w->end[p->end - 1] : p->from);
}

static bool
is_within(const char *s, size_t i)
{
	return ((unsigned char)s[i] & 0xc0) == 0x80;
}

/* Equal bytes at the front of both pieces that are no part of a word. */
static size_t
same_before(const struct piece *x, const struct piece *y)
{
	const char *a = x->w->s + x->from, *b = y->w->s + y->from;
	size_t max = marks_before(x) < marks_before(y) ? marks_before(x) : marks_before(y), n = 0;

	while (n < max && a[n] == b[n])
		n++;
	while (n > 0 && (is_within(x->w->s, x->from + n) || is_within(y->w->s, y->from + n)))
		n--;
	return n;
}

/* The same at their ends; where whole sentences stand, their end marks are theirs. */
static size_t
same_behind(const struct piece *x, const struct piece *y, size_t before)
{
	const char *a = x->w->s, *b = y->w->s;
	size_t max = marks_behind(x) < marks_behind(y) ? marks_behind(x) : marks_behind(y), n = 0;
	size_t left = x->to - x->from < y->to - y->from ? x->to - x->from : y->to - y->from;
	bool whole = x->first < x->end && y->first < y->end && begins(x->w, x->first) && begins(x->w, x->end) &&
	    begins(y->w, y->first) && begins(y->w, y->end);

	if (max > left - before)
		max = left - before;
	while (n < max && a[x->to - n - 1] == b[y->to - n - 1] && (!whole || a[x->to - n - 1] == ' '))
		n++;
	while (n > 0 && (is_within(a, x->to - n) || is_within(b, y->to - n)))
		n--;
	return n;
}

static void
add_change(struct script *s, const struct piece *x, const struct piece *y)
{
	const char *a = x->w->s, *b = y->w->s;
	size_t before = same_before(x, y), behind = same_behind(x, y, before);

	add_run(s, DIFF_SAME, b + y->from, before);
	add_run(s, DIFF_DELETE, a + x->from + before, x->to - x->from - before - behind);
	add_run(s, DIFF_INSERT, b + y->from + before, y->to - y->from - before - behind);
	add_run(s, DIFF_SAME, b + y->to - behind, behind);
	*s->deleted += (unsigned)(x->end - x->first);
	*s->inserted += (unsigned)(y->end - y->first);
}

/* Words of the piece at which a sentence begins, the first aside. Returns how many; more than SENTENCES_MAX: too many. */
static size_t
sentences(const struct piece *p, size_t *at)
{
	size_t n = 0;

	for (size_t i = p->first; i < p->end && n <= SENTENCES_MAX; i++)
		if (i == p->first || (p->w->starts[i] != 0 && p->w->starts[i] >= p->from))
			at[n++] = i;
	if (n <= SENTENCES_MAX)
		at[n] = p->end;
	return n;
}

static void
cut_at(struct piece *p, size_t i)
{
	p->first = i;
	p->from = p->w->starts[i];
}

/* Several sentences became several others: each stands before the one that took its place. */
static void
add_sentences(struct script *s, struct piece *x, struct piece *y)
{
	size_t at_x[SENTENCES_MAX + 2], at_y[SENTENCES_MAX + 2], nx = sentences(x, at_x), ny = sentences(y, at_y);
	CLEANUP(freep) float *alike = NULL;
	size_t before = same_before(x, y);
	int pair[SENTENCES_MAX + 1];

	add_run(s, DIFF_SAME, y->w->s + y->from, before);
	x->from += before;
	y->from += before;
	if (nx > SENTENCES_MAX || ny > SENTENCES_MAX || nx == 0 || ny == 0 || nx + ny < 3 || *s->budget <= 0) {
		add_change(s, x, y);
		return;
	}
	*s->budget -= (int64_t)(nx * (y->end - y->first) + ny * (x->end - x->first)) * 8;
	alike = xcalloc(nx * ny, sizeof(*alike));
	for (size_t k = 0; k < nx; k++)
		for (size_t m = 0; m < ny; m++)
			alike[k * ny + m] = (float)diff_words_part_alike(x->w, at_x[k], at_x[k + 1], y->w, at_y[m],
			    at_y[m + 1]);
	diff_pair(alike, nx, ny, REPLACES, pair);
	for (size_t k = 0; k < nx; k++) {
		struct piece before_x = *x, before_y = *y;

		if (pair[k] < 0 || (k == 0 && pair[k] == 0))
			continue;
		/* Up to this pair. */
		if (k > 0 && at_x[k] > x->first) {
			cut_at(x, at_x[k]);
			before_x.to = x->from;
			before_x.end = x->first;
		} else {
			before_x.to = before_x.from;
			before_x.end = before_x.first;
		}
		if (pair[k] > 0 && at_y[pair[k]] > y->first) {
			cut_at(y, at_y[pair[k]]);
			before_y.to = y->from;
			before_y.end = y->first;
		} else {
			before_y.to = before_y.from;
			before_y.end = before_y.first;
		}
		add_change(s, &before_x, &before_y);
	}
	add_change(s, x, y);
}

static void
write_runs(struct script *s)
{
	size_t i = 0, j = 0, from_a = 0, from_b = 0;

	for (;;) {
		struct stretch t = next_stretch(s, i, j);
		struct piece x = { s->a, from_a, s->a->len, i, i }, y = { s->b, from_b, s->b->len, j, j };

		if (!t.same) {
			x.end = i = t.i_end;
			y.end = j = t.j_end;
		}
		if (i < s->a->count)
			x.to = s->a->begin[i];
		if (j < s->b->count)
			y.to = s->b->begin[j];
		if (x.first < x.end || y.first < y.end || x.to - x.from != y.to - y.from ||
		    memcmp(s->a->s + x.from, s->b->s + y.from, x.to - x.from) != 0)
			add_sentences(s, &x, &y);
		else
			add_run(s, DIFF_SAME, s->b->s + y.from, y.to - y.from);
		if (i >= s->a->count || j >= s->b->count)
			return;
		/* A word that both have. */
		add_run(s, DIFF_SAME, s->b->s + s->b->begin[j], s->b->end[j] - s->b->begin[j]);
		from_a = s->a->end[i++];
		from_b = s->b->end[j++];
	}
}

void
diff_runs(struct diff_words *a, struct diff_words *b, struct diff_block *block, unsigned *deleted, unsigned *inserted,
    int64_t *budget)
{
	CLEANUP(freep) unsigned char *gone = xcalloc(a->count + 1, 1);
	CLEANUP(freep) unsigned char *come = xcalloc(b->count + 1, 1);
	struct script s = { a, b, gone, come, block, 0, deleted, inserted, budget };

	diff_sequences(a->name, a->count, b->name, b->count, gone, come, budget);
	diff_words_sentences(a);
	diff_words_sentences(b);
	slide_all(&s);
	drown_accidents(&s);
	drown_islands(&s);
	write_runs(&s);
}
