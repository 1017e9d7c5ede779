/*
 * diff_core: differences of two sequences. Myers' greedy algorithm ("An O(ND) Difference Algorithm and
 * Its Variations", 1986) finds the shortest script; where it would cost too much, elements that both
 * sides hold exactly once anchor the rest (patience), and what lies between is tried again.
 */
#include <stdlib.h>
#include <string.h>
#include "base/digest.h"
#include "base/mem.h"
#include "document/diff_int.h"
#include "base/banned.h"

#define D_MAX 800	/* edits in one run of Myers; its memory is D_MAX squared */

struct diff_names {
	uint64_t seed;
	struct entry {
		uint64_t hash;
		const char *s;
		size_t n;
		uint32_t name;
	} *entries;
	size_t cap;
	uint32_t count;
};

struct diff_names *
diff_names_new(void)
{
	struct diff_names *names = xcalloc(1, sizeof(*names));

	digest_random(&names->seed, sizeof(names->seed));
	names->cap = 256;
	names->entries = xcalloc(names->cap, sizeof(*names->entries));
	return names;
}

void
diff_names_free(struct diff_names *names)
{
	if (names == NULL)
		return;
	free(names->entries);
	free(names);
}

static void
names_grow(struct diff_names *names)
{
	struct entry *old = names->entries;
	size_t cap = names->cap;

	names->cap = cap * 2;
	names->entries = xcalloc(names->cap, sizeof(*names->entries));
	for (size_t i = 0; i < cap; i++) {
		size_t at = old[i].hash & (names->cap - 1);

		if (old[i].s == NULL)
			continue;
		while (names->entries[at].s != NULL)
			at = (at + 1) & (names->cap - 1);
		names->entries[at] = old[i];
	}
	free(old);
}

uint32_t
diff_name(struct diff_names *names, const char *s, size_t n)
{
	uint64_t hash = digest_xxh64(s, n, names->seed);
	struct entry *e;
	size_t at;

	if ((size_t)names->count * 2 >= names->cap)
		names_grow(names);
	for (at = hash & (names->cap - 1);; at = (at + 1) & (names->cap - 1)) {
		e = &names->entries[at];
		if (e->s == NULL)
			break;
		if (e->hash == hash && e->n == n && memcmp(e->s, s, n) == 0)
			return e->name;
	}
	e->hash = hash;
	e->s = s;
	e->n = n;
	e->name = names->count++;
	return e->name;
}

/* Two stretches that are compared; first element and length of each. */
struct span {
	const uint32_t *a, *b;
	size_t na, nb;
	unsigned char *gone, *come;
};

static void
replace_all(const struct span *s)
{
	memset(s->gone, 1, s->na);
	memset(s->come, 1, s->nb);
}

static void
trim(struct span *s)
{
	while (s->na > 0 && s->nb > 0 && s->a[0] == s->b[0]) {
		s->a++, s->b++, s->gone++, s->come++;
		s->na--, s->nb--;
	}
	while (s->na > 0 && s->nb > 0 && s->a[s->na - 1] == s->b[s->nb - 1])
		s->na--, s->nb--;
}

/* Does the path of d edits come to diagonal k from above (an insertion)? row: of d - 1 edits. */
static bool
goes_down(const int32_t *row, int d, int64_t k)
{
	return k == -d || (k != d && row[k - 1] < row[k + 1]);
}

/* Walk the kept rows back from the end and mark each edit. Row d: diagonals -d..d at trace[d * d]. */
static void
backtrack(const struct span *s, const int32_t *trace, int d)
{
	int64_t x = (int64_t)s->na, y = (int64_t)s->nb;

	for (; d > 0; d--) {
		const int32_t *row = trace + (size_t)(d - 1) * (size_t)(d - 1) + (d - 1);
		int64_t k = x - y;
		int64_t before_k, before_x;
		bool down;

		down = goes_down(row, d, k);
		before_k = down ? k + 1 : k - 1;
		before_x = row[before_k];
		if (down)
			s->come[before_x - before_k] = 1;
		else
			s->gone[before_x] = 1;
		x = before_x;
		y = before_x - before_k;
	}
}

/* Shortest script; false when it needs more than D_MAX edits or the budget. */
static bool
myers(const struct span *s, int64_t *budget)
{
	int64_t na = (int64_t)s->na, nb = (int64_t)s->nb;
	size_t cap = 1024;
	int32_t *trace = xreallocarray(NULL, cap, sizeof(*trace));
	bool found = false;

	for (int d = 0; d <= D_MAX && *budget > 0 && !found; d++) {
		int32_t *row, *before;

		trace = xgrow(trace, &cap, (size_t)(d + 1) * (size_t)(d + 1), sizeof(*trace));
		row = trace + (size_t)d * (size_t)d + d;
		before = d > 0 ? trace + (size_t)(d - 1) * (size_t)(d - 1) + (d - 1) : NULL;
		for (int k = -d; k <= d; k++) {
			int64_t x, y, start, from = 0;

			row[k] = -1;
			if (k < -nb || k > na)
				continue;	/* outside the table */
			if (((k + d) & 1) != 0)
				continue;
			if (d == 0)
				x = 0;
			else if (goes_down(before, d, k))
				x = from = before[k + 1];
			else
				x = (from = before[k - 1]) + 1;
			y = x - k;
			if (from < 0 || x > na || y > nb)
				continue;
			start = x;
			while (x < na && y < nb && s->a[x] == s->b[y])
				x++, y++;
			row[k] = (int32_t)x;
			*budget -= x - start + 1;
			if (x >= na && y >= nb) {
				backtrack(s, trace, d);
				found = true;
				break;
			}
		}
	}
	free(trace);
	return found;
}

/* Anchors: positions in a and b of elements that each side holds once. */
struct anchor {
	uint32_t a, b;
};

struct place {
	uint32_t name, at;	/* at: element of a, or na + element of b */
};

static int
by_name(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static int
by_place(const void *a, const void *b)
{
	const struct anchor *x = a, *y = b;

	return (x->a > y->a) - (x->a < y->a);
}

static size_t
unique_pairs(const struct span *s, struct anchor **ret)
{
	size_t all = s->na + s->nb, n = 0;
	struct place *places = xreallocarray(NULL, all + 1, sizeof(*places));
	struct anchor *out = xreallocarray(NULL, all / 2 + 1, sizeof(*out));

	for (size_t i = 0; i < all; i++)
		places[i] = (struct place){ i < s->na ? s->a[i] : s->b[i - s->na], (uint32_t)i };
	qsort(places, all, sizeof(*places), by_name);
	for (size_t i = 0; i < all;) {
		size_t end = i + 1;

		while (end < all && places[end].name == places[i].name)
			end++;
		if (end - i == 2 && places[i].at < s->na && places[i + 1].at >= s->na)
			out[n++] = (struct anchor){ places[i].at,
			    places[i + 1].at - (uint32_t)s->na };
		i = end;
	}
	free(places);
	qsort(out, n, sizeof(*out), by_place);
	*ret = out;
	return n;
}

/* Longest run of anchors that rises in b too, in place; patience sorting. Returns its length. */
static size_t
rising(struct anchor *v, size_t n)
{
	uint32_t *pile = xreallocarray(NULL, n + 1, sizeof(*pile));
	uint32_t *before = xreallocarray(NULL, n + 1, sizeof(*before));
	struct anchor *out;
	size_t piles = 0, at;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = piles;

		while (low < high) {
			size_t mid = (low + high) / 2;

			if (v[pile[mid]].b < v[i].b)
				low = mid + 1;
			else
				high = mid;
		}
		before[i] = low > 0 ? pile[low - 1] : UINT32_MAX;
		pile[low] = (uint32_t)i;
		if (low == piles)
			piles++;
	}
	out = xreallocarray(NULL, piles + 1, sizeof(*out));
	at = piles;
	if (piles > 0) {
		for (uint32_t i = pile[piles - 1]; i != UINT32_MAX; i = before[i])
			out[--at] = v[i];
	}
	memcpy(v, out, piles * sizeof(*v));
	free(out);
	free(pile);
	free(before);
	return piles;
}

static void
between_anchors(const struct span *s, int64_t *budget)
{
	struct anchor *anchors = NULL;
	size_t n = unique_pairs(s, &anchors), from_a = 0, from_b = 0;

	n = rising(anchors, n);
	for (size_t i = 0; i <= n; i++) {
		size_t to_a = i < n ? anchors[i].a : s->na, to_b = i < n ? anchors[i].b : s->nb;
		struct span part = { s->a + from_a, s->b + from_b, to_a - from_a, to_b - from_b,
		    s->gone + from_a, s->come + from_b };

		trim(&part);
		if (part.na == 0 || part.nb == 0 || n == 0 || *budget <= 0 || !myers(&part, budget))
			replace_all(&part);
		from_a = to_a + 1;
		from_b = to_b + 1;
	}
	free(anchors);
}

void
diff_sequences(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, unsigned char *gone,
    unsigned char *come, int64_t *budget)
{
	struct span s = { a, b, na, nb, gone, come };
	int64_t first;

	trim(&s);
	if (s.na == 0 || s.nb == 0) {
		replace_all(&s);
		return;
	}
	/* One attempt may not eat what the anchors will need. */
	first = *budget / 3;
	*budget -= first;
	if (!myers(&s, &first)) {
		*budget += first > 0 ? first : 0;
		between_anchors(&s, budget);
		return;
	}
	*budget += first > 0 ? first : 0;
}

void
diff_pair(const float *alike, size_t na, size_t nb, float min, int *pair)
{
	float *best = xcalloc((na + 1) * (nb + 1), sizeof(*best));
	size_t row = nb + 1;

	/* The longest common subsequence with weights. */
	for (size_t i = na; i-- > 0;) {
		for (size_t j = nb; j-- > 0;) {
			float with, *at = &best[i * row + j];

			with = alike[i * nb + j] >= min ? alike[i * nb + j] + best[(i + 1) * row + j + 1] : 0;
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
}
