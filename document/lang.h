#ifndef DOCUMENT_LANG_H
#define DOCUMENT_LANG_H
/* lang: the language of a text, by CLD2, weighed against what the page declares. */
#include <stdbool.h>
#include <stddef.h>

#define LANG_MAX 16

/*
 * Decide: declared (html lang, metadata; may be NULL or nonsense) against the text. The text wins when it
 * is long and sure; a declared region or script is kept when the primary subtag agrees. out is a
 * canonical BCP 47 tag or "". Returns out.
 */
char *lang_decide(const char *declared, const char *text, size_t n, char out[LANG_MAX]);
/* The same; *ret_agreed: the text is surely in the language that the page declares. */
char *lang_weigh(const char *declared, const char *text, size_t n, char out[LANG_MAX], bool *ret_agreed);
/* Canonical form of a declared tag ("EN_us" to "en-US", "jp" to "ja", "cz" to "cs"); "" when malformed. */
char *lang_canonical(const char *tag, char out[LANG_MAX]);

#endif
