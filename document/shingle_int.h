#ifndef DOCUMENT_SHINGLE_INT_H
#define DOCUMENT_SHINGLE_INT_H
/* shingle_int: the word 3-shingles of a folded text as hashes, for fingerprint.c, sketch.c and similar.c. */
#include <stddef.h>
#include <stdint.h>

/*
 * One hash for each run of three words (of all words when there are fewer), equal in every process and
 * version: fingerprints are stored. Words are runs of letters and digits, folded; a character of a
 * script without blanks is a word. Caller frees *ret (NULL when there is none). Returns how many.
 */
size_t shingle_hashes(const char *text, size_t n, uint64_t **ret);

/* Every bit of h in every bit of the answer: the last step of MurmurHash3's 64 bits. Stored, so it never changes. */
static inline uint64_t
shingle_mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}

#endif
