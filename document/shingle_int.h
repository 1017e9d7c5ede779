#ifndef DOCUMENT_SHINGLE_INT_H
#define DOCUMENT_SHINGLE_INT_H
/* shingle_int: the word 3-shingles of a folded text as hashes, for fingerprint.c and similar.c. */
#include <stddef.h>
#include <stdint.h>

/*
 * One hash for each run of three words (of all words when there are fewer), equal in every process and
 * version: fingerprints are stored. Words are runs of letters and digits, folded; a character of a
 * script without blanks is a word. Caller frees *ret (NULL when there is none). Returns how many.
 */
size_t shingle_hashes(const char *text, size_t n, uint64_t **ret);

#endif
