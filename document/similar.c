/* similar: sets of shingles as sorted arrays, so that no choice of words makes it slow. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "document/similar.h"
#include "document/shingle_int.h"
#include "base/banned.h"

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

/* The set of a text's shingles, in order, each once. Caller frees. */
static size_t
shingle_set(const char *s, size_t n, uint64_t **ret)
{
	size_t count = shingle_hashes(s, n, ret), kept = 0;
	uint64_t *v = *ret;

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
	set->v = NULL;
	set->n = shingle_set(text, n, &set->v);
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

double
similar_jaccard(const char *a, size_t na, const char *b, size_t nb)
{
	CLEANUP(similar_set_done) struct similar_set x = { 0 };
	CLEANUP(similar_set_done) struct similar_set y = { 0 };

	similar_set_make(&x, a, na);
	similar_set_make(&y, b, nb);
	return similar_set_jaccard(&x, &y);
}

double
similar_containment(const char *a, size_t na, const char *b, size_t nb)
{
	CLEANUP(similar_set_done) struct similar_set x = { 0 };
	CLEANUP(similar_set_done) struct similar_set y = { 0 };

	similar_set_make(&x, a, na);
	similar_set_make(&y, b, nb);
	if (x.n == 0 || y.n == 0)
		return x.n == y.n ? 1.0 : 0.0;
	return (double)common(x.v, x.n, y.v, y.n) / (double)(x.n < y.n ? x.n : y.n);
}
