#ifndef DOCUMENT_FINGERPRINT_H
#define DOCUMENT_FINGERPRINT_H
/*
 * fingerprint: exact and near equality of texts. Near: 64-bit simhash of word 3-shingles of the folded
 * text (Charikar 2002); unspaced scripts by character. Distance <= 3 of texts of 40 words and more is a
 * candidate that similar.h confirms.
 */
#include <stdint.h>
#include <stddef.h>

uint64_t fingerprint_simhash(const char *text, size_t n);
int fingerprint_distance(uint64_t a, uint64_t b);
/* Hash of title and text in comparison form, folded: "the same title and text". 0 is never returned. */
uint64_t fingerprint_exact(const char *title, const char *text);

#endif
