/* sketch: the least of each of 42 scrambled orders of the shingles, three of them to a band. */
#include <stdlib.h>
#include "base/cleanup.h"
#include "document/shingle_int.h"
#include "document/sketch.h"
#include "base/banned.h"

#define ROWS 3			/* to a band */
#define BAND_BITS 28		/* of a hash; above them stands the number of the band */

/* Shingles are well mixed already: one multiplication makes another order of them. */
static uint64_t
least(const uint64_t *hashes, size_t n, unsigned order)
{
	uint64_t turn = shingle_mix(2 * (uint64_t)order + 1), times = shingle_mix(2 * (uint64_t)order + 2) | 1;
	uint64_t min = UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		uint64_t h = (hashes[i] ^ turn) * times;

		if (h < min)
			min = h;
	}
	return min;
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
		uint64_t h = 0;
		uint32_t key;

		for (unsigned r = 0; r < ROWS; r++)
			h = shingle_mix(h ^ least(hashes, count, b * ROWS + r));
		key = (uint32_t)b << BAND_BITS | (uint32_t)(h >> (64 - BAND_BITS));
		ret->band[b] = (int32_t)(key ^ UINT32_C(0x80000000));
	}
	return true;
}
