#ifndef DOCUMENT_DIFF_INT_H
#define DOCUMENT_DIFF_INT_H
/*
 * diff_int: what the files of diff share. Lines and words become numbers (equal numbers, equal
 * bytes), diff_core.c compares sequences of numbers with a bound on its work.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "document/diff.h"

/* Steps of all comparisons of one diff_texts() together: about 0.2 s. */
#define DIFF_BUDGET 30000000

/* Sorts each distinct piece of bytes under a number from 0 up. Hashing is seeded: no chosen collisions. */
struct diff_names;
struct diff_names *diff_names_new(void);
void diff_names_free(struct diff_names *names);
uint32_t diff_name(struct diff_names *names, const char *s, size_t n);	/* s must outlive names */

/*
 * Marks what differs: gone[i] is 1 for the elements of a that b lacks, come[j] the other way. Both are
 * given zeroed. When *budget is spent what remains is marked as replaced.
 */
void diff_sequences(const uint32_t *a, size_t na, const uint32_t *b, size_t nb, unsigned char *gone,
    unsigned char *come, int64_t *budget);

struct diff_words {
	uint32_t *name;		/* of the word with what follows it */
	uint32_t *bag;		/* the same, sorted */
	uint32_t *begin;	/* byte offset; begin[count] is the end */
	unsigned char *word;	/* holds a letter or digit: counts as a word */
	size_t count;
};

/* Words of s for diff; names as above. */
void diff_words_cut(struct diff_names *names, const char *s, struct diff_words *ret);
void diff_words_done(struct diff_words *w);
/* Fill block->runs from the old line to the new one. */
void diff_words_runs(const char *old_line, const struct diff_words *a, const char *new_line,
    const struct diff_words *b, struct diff_block *block, unsigned *deleted, unsigned *inserted,
    int64_t *budget);
/* Share of words in common, 0..1, by bags of names. */
double diff_words_alike(const struct diff_words *a, const struct diff_words *b);

#endif
