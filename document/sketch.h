#ifndef DOCUMENT_SKETCH_H
#define DOCUMENT_SKETCH_H
/*
 * sketch: where a text stands in an index of near-duplicates. MinHash of its word 3-shingles (Broder 1997) in bands of three:
 * two texts of Jaccard similarity J share one band at least with probability 1 - (1 - J^3)^14: 0.97 at 0.6, 0.9999 at 0.8,
 * 0.014 at 0.1. What shares a band is a candidate that similar.h confirms. Equal in every process and version: sketches
 * are stored.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKETCH_BANDS 14

struct sketch {
	int32_t band[SKETCH_BANDS];	/* no two bands of different place are ever equal */
};

/* False (and zeros) for a text without words. */
bool sketch_make(const char *text, size_t n, struct sketch *ret);

#endif
