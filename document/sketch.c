/* sketch: the least of each of 42 scrambled orders of the shingles, three of them to a band. */
#include <stdlib.h>
#include "base/cleanup.h"
#include "document/shingle_int.h"
#include "document/sketch.h"
#include "base/banned.h"

#define ROWS 3			/* to a band */
#define BAND_BITS 28		/* of a hash; above them stands the number of the band */

struct order {
	uint64_t turn, times;
};

/* Shingles are well mixed already: one multiplication makes another order of them. */
static struct order
order(unsigned n)
{
	return (struct order){ shingle_mix(2 * (uint64_t)n + 1), shingle_mix(2 * (uint64_t)n + 2) | 1 };
}

static inline uint64_t
lesser(uint64_t least, uint64_t hash, const struct order *o)
{
	uint64_t h = (hash ^ o->turn) * o->times;

	return h < least ? h : least;
}

/* The least of each order of a band: the three side by side. */
static void
least(const uint64_t *hashes, size_t n, unsigned band, uint64_t ret[ROWS])
{
	const struct order a = order(band * ROWS), b = order(band * ROWS + 1), c = order(band * ROWS + 2);
	uint64_t x = UINT64_MAX, y = UINT64_MAX, z = UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		x = lesser(x, hashes[i], &a);
		y = lesser(y, hashes[i], &b);
		z = lesser(z, hashes[i], &c);
	}
	ret[0] = x;
	ret[1] = y;
	ret[2] = z;
}

bool
sketch_make(const char *text, size_t n, struct sketch *ret)
{
	CLEANUP(freep) uint64_t *hashes = NULL;
	size_t count = shingle_hashes(text, n, &hashes);

	*ret = (struct sketch){ 0 };
	if (count == 0)
		return false;
	for (unsigned b = 0; b < SKETCH_BANDS; b++) {
		uint64_t h = 0, min[ROWS];
		uint32_t key;

		least(hashes, count, b, min);
		for (unsigned r = 0; r < ROWS; r++)
			h = shingle_mix(h ^ min[r]);
		key = (uint32_t)b << BAND_BITS | (uint32_t)(h >> (64 - BAND_BITS));
		ret->band[b] = (int32_t)(key ^ UINT32_C(0x80000000));
	}
	return true;
}
