/* similar: sets of shingles as sorted arrays, so that no choice of words makes it slow. */
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "document/similar.h"
#include "document/shingle_int.h"
#include "base/banned.h"

/* Sort by bytes from the lowest up; eight passes, linear. */
static void
radix_sort(uint64_t *v, size_t n)
{
	CLEANUP(freep) uint64_t *tmp = xreallocarray(NULL, n + 1, sizeof(*tmp));
	uint64_t *from = v, *to = tmp, *swap;

	for (unsigned shift = 0; shift < 64; shift += 8) {
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
}

/* The set of a text's shingles, in order, each once. Caller frees. */
static size_t
shingle_set(const char *s, size_t n, uint64_t **ret)
{
	size_t count = shingle_hashes(s, n, ret), kept = 0;
	uint64_t *v = *ret;

	if (count == 0)
		return 0;
	radix_sort(v, count);
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

double
similar_jaccard(const char *a, size_t na, const char *b, size_t nb)
{
	CLEANUP(freep) uint64_t *x = NULL;
	CLEANUP(freep) uint64_t *y = NULL;
	size_t nx = shingle_set(a, na, &x), ny = shingle_set(b, nb, &y), both;

	if (nx == 0 || ny == 0)
		return nx == ny ? 1.0 : 0.0;
	both = common(x, nx, y, ny);
	return (double)both / (double)(nx + ny - both);
}

double
similar_containment(const char *a, size_t na, const char *b, size_t nb)
{
	CLEANUP(freep) uint64_t *x = NULL;
	CLEANUP(freep) uint64_t *y = NULL;
	size_t nx = shingle_set(a, na, &x), ny = shingle_set(b, nb, &y);

	if (nx == 0 || ny == 0)
		return nx == ny ? 1.0 : 0.0;
	return (double)common(x, nx, y, ny) / (double)(nx < ny ? nx : ny);
}
