#ifndef DOCUMENT_SIMILAR_H
#define DOCUMENT_SIMILAR_H
/* similar: how alike two texts are, by their word shingles. */
#include <stddef.h>
#include <stdint.h>
#include "base/cleanup.h"

/* Jaccard similarity of the sets of word 3-shingles, 0..1. Linear in the texts. */
double similar_jaccard(const char *a, size_t na, const char *b, size_t nb);

/* One text that is compared with many. */
struct similar_set {
	uint64_t *v;		/* owned, sorted, each once */
	size_t n;
};
void similar_set_make(struct similar_set *set, const char *text, size_t n);
void similar_set_done(struct similar_set *set);
double similar_set_jaccard(const struct similar_set *a, const struct similar_set *b);

/* A set that many texts are held against: most of those share next to nothing with it, and that is seen at once. */
struct similar_probe;
struct similar_probe *similar_probe_new(const char *text, size_t n);
void similar_probe_free(struct similar_probe *p);
void similar_probe_freep(struct similar_probe **p);
/* Jaccard similarity where it is floor or more, else some value below it. */
double similar_probe_jaccard(const struct similar_probe *p, const char *text, size_t n, double floor);

#endif
