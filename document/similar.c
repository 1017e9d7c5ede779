/* similar: sets of shingles as sorted arrays, so that no choice of words makes it slow. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "document/similar.h"
#include "document/shingle_int.h"
#include "base/banned.h"

#define PROBE_WORDS (1u << 10)
#define PROBE_SHIFT 48		/* hashes are mixed: their first 16 bits tell most of them apart */

/* Sort by bytes from that one up; linear. */
static void
radix_sort(uint64_t *v, size_t n, unsigned shift)
{
	CLEANUP(freep) uint64_t *tmp = xreallocarray(NULL, n + 1, sizeof(*tmp));
	uint64_t *from = v, *to = tmp, *swap;

	for (; shift < 64; shift += 8) {
		size_t at[257] = { 0 };

		for (size_t i = 0; i < n; i++)
			at[((from[i] >> shift) & 0xff) + 1]++;
		for (size_t b = 1; b < 256; b++)
			at[b] += at[b - 1];
		for (size_t i = 0; i < n; i++)
			to[at[(from[i] >> shift) & 0xff]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
}

/* Puts in order what nearly is; false when that takes more than a few steps each. */
static bool
finish(uint64_t *v, size_t n)
{
	size_t steps = 0;

	for (size_t i = 1; i < n; i++) {
		uint64_t x = v[i];
		size_t k = i;

		for (; k > 0 && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
		if ((steps += i - k) > 4 * n)
			return false;
	}
	return true;
}

/* Hashes are told apart by their first bits: two bytes, or three of many, leave little to do. A text that is made otherwise gains nothing. */
static void
sort(uint64_t *v, size_t n)
{
	radix_sort(v, n, n < 4096 ? 48 : 40);
	if (!finish(v, n))
		radix_sort(v, n, 0);
}

/* Puts count shingles in order, each once; returns how many stay. */
static size_t
in_order(uint64_t *v, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	sort(v, count);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || v[i] != v[kept - 1])
			v[kept++] = v[i];
	return kept;
}

static size_t
common(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	size_t i = 0, j = 0, both = 0;

	while (i < na && j < nb) {
		if (a[i] < b[j]) {
			i++;
		} else if (a[i] > b[j]) {
			j++;
		} else {
			both++;
			i++;
			j++;
		}
	}
	return both;
}

void
similar_set_make(struct similar_set *set, const char *text, size_t n)
{
	size_t count = shingle_hashes(text, n, &set->v);

	set->n = in_order(set->v, count);
}

void
similar_set_done(struct similar_set *set)
{
	free(set->v);
	*set = (struct similar_set){ 0 };
}

double
similar_set_jaccard(const struct similar_set *a, const struct similar_set *b)
{
	size_t both;

	if (a->n == 0 || b->n == 0)
		return a->n == b->n ? 1.0 : 0.0;
	both = common(a->v, a->n, b->v, b->n);
	return (double)both / (double)(a->n + b->n - both);
}

struct similar_probe {
	struct similar_set set;
	uint64_t seen[PROBE_WORDS];	/* by the first bits of its shingles */
	size_t seen_count;
};

/* Marks the bit of a hash; false when it was marked before. */
static inline bool
mark(uint64_t bits[PROBE_WORDS], uint64_t hash)
{
	uint64_t *word = &bits[hash >> PROBE_SHIFT >> 6], bit = UINT64_C(1) << (hash >> PROBE_SHIFT & 63);

	if (*word & bit)
		return false;
	*word |= bit;
	return true;
}

struct similar_probe *
similar_probe_new(const char *text, size_t n)
{
	struct similar_probe *p = xcalloc(1, sizeof(*p));

	similar_set_make(&p->set, text, n);
	for (size_t i = 0; i < p->set.n; i++)
		p->seen_count += mark(p->seen, p->set.v[i]);
	return p;
}

void
similar_probe_free(struct similar_probe *p)
{
	if (p != NULL)
		similar_set_done(&p->set);
	free(p);
}

void
similar_probe_freep(struct similar_probe **p)
{
	similar_probe_free(*p);
}

/*
 * At most so alike: what both have is at most the bits that both have and the shingles of the set that had no bit of their
 * own; what the other has is at least its bits.
 */
static double
at_most(const struct similar_probe *p, const uint64_t *hashes, size_t n)
{
	uint64_t bits[PROBE_WORDS] = { 0 };
	size_t distinct = 0, both = p->set.n - p->seen_count;

	for (size_t i = 0; i < n; i++)
		distinct += mark(bits, hashes[i]);
	for (size_t i = 0; i < PROBE_WORDS; i++)
		both += (size_t)__builtin_popcountll(bits[i] & p->seen[i]);
	return p->set.n > 0 && distinct > 0 ? (double)both / (double)(p->set.n + distinct - both) : 1;
}

double
similar_probe_jaccard(const struct similar_probe *p, const char *text, size_t n, double floor)
{
	CLEANUP(similar_set_done) struct similar_set other = { 0 };
	size_t count = shingle_hashes(text, n, &other.v);
	double most = floor > 0 ? at_most(p, other.v, count) : 1;

	if (most < floor)
		return most;	/* no need to put the other in order */
	other.n = in_order(other.v, count);
	return similar_set_jaccard(&p->set, &other);
}

double
similar_jaccard(const char *a, size_t na, const char *b, size_t nb)
{
	CLEANUP(similar_set_done) struct similar_set x = { 0 };
	CLEANUP(similar_set_done) struct similar_set y = { 0 };

	similar_set_make(&x, a, na);
	similar_set_make(&y, b, nb);
	return similar_set_jaccard(&x, &y);
}
