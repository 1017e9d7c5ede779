#ifndef DOCUMENT_DIFF_INT_H
#define DOCUMENT_DIFF_INT_H
/*
 * diff_int: what the files of diff share. Lines and words become numbers (equal numbers, equal bytes), diff_core.c compares
 * sequences of numbers with a bound on its work, diff_lines.c says which paragraph became which, diff_runs.c what changed
 * inside, diff_moved.c what only stands elsewhere.
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
	const char *s;		/* the line, borrowed */
	size_t len;
	uint32_t *name;		/* of the word alone */
	uint32_t *bag;		/* the same, sorted */
	uint32_t *begin, *end;	/* byte offsets of the word */
	uint32_t *starts;	/* by diff_words_sentences(): where the sentence's text begins whose first word this is; 0: none or the first */
	size_t count;
};

/* Words of s for diff; names as above. */
void diff_words_cut(struct diff_names *names, const char *s, struct diff_words *ret);
void diff_words_done(struct diff_words *w);
void diff_words_sentences(struct diff_words *w);
/* Share of words in common, 0..1, by bags of names. */
double diff_words_alike(const struct diff_words *a, const struct diff_words *b);
double diff_words_part_alike(const struct diff_words *a, size_t i, size_t i_end, const struct diff_words *b, size_t j,
    size_t j_end);
/*
 * Which of nb each of na became, -1: none; in order on both sides, with the best sum of likeness, alike[i * nb + j]; pairs
 * below min are none.
 */
void diff_pair(const float *alike, size_t na, size_t nb, float min, int *pair);
/* diff_runs.c: fill block->runs from the old line to the new one. */
void diff_runs(struct diff_words *a, struct diff_words *b, struct diff_block *block, unsigned *deleted, unsigned *inserted,
    int64_t *budget);

struct diff_lines {
	char **text;		/* owned, until a block takes it over */
	uint32_t *name;
	size_t count, cap;
};

struct diff_work {
	struct diff *d;
	size_t cap;
	struct diff_lines old, new;
	struct diff_names *words;
	int64_t budget;
};

struct diff_block *diff_add_block(struct diff_work *w, enum diff_op op, char **line);
/* diff_lines.c: old lines [i, i_end) became new lines [j, j_end). */
void diff_lines_replaced(struct diff_work *w, size_t i, size_t i_end, size_t j, size_t j_end);
/* diff_moved.c: paragraphs that went in one place and came in another. */
void diff_moved(struct diff *d, struct diff_names *names, int64_t *budget);

#endif
