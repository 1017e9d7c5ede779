#ifndef DOCUMENT_SIMILAR_H
#define DOCUMENT_SIMILAR_H
/* similar: how alike two texts are, by their word shingles. */
#include <stddef.h>

/* Jaccard similarity of the sets of word 3-shingles, 0..1. Linear in the texts. */
double similar_jaccard(const char *a, size_t na, const char *b, size_t nb);
/* Share of the smaller text's shingles that the other one holds, 0..1. */
double similar_containment(const char *a, size_t na, const char *b, size_t nb);

#endif
