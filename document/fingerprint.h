#ifndef DOCUMENT_FINGERPRINT_H
#define DOCUMENT_FINGERPRINT_H
/*
 * fingerprint: equality of titles and texts but for case, accents, blanks and typography. For nearly equal ones see sketch.h.
 */
#include <stdint.h>

/* Hash of title and text in comparison form, folded: "the same title and text". 0 is never returned. */
uint64_t fingerprint_exact(const char *title, const char *text);
/* The same of both in comparison form already (normal_compare()). */
uint64_t fingerprint_of_plain(const char *title, const char *text);

#endif
