#ifndef DOCUMENT_NORMAL_H
#define DOCUMENT_NORMAL_H
/*
 * normal: the normal form of a body, as in the seeds, and the form in which two texts are compared.
 *
 * Normal form: UTF-8, NFC; one line a paragraph, paragraphs parted by one empty line; list items one
 * a line without empty lines between the items of one list, two blanks then "1. " or "• " (two
 * more blanks for each level of nesting); no-break and zero-width spaces become a blank or nothing; runs of
 * blanks become one; quotation marks, dashes and end marks stay as published; no blank at a line's
 * end, no newline at the text's end. Lines of preformatted text, poems and addresses follow one another
 * without an empty line.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

/* Builder: extract and the PDF reader say what comes, normal keeps the form. */
struct normal;
struct normal *normal_new(size_t max_bytes);
void normal_free(struct normal *n);
/* A paragraph (any bytes: cleaned, made one line; '\n' inside is a blank). Empty ones are dropped. */
void normal_paragraph(struct normal *n, const char *s, size_t len);
/* A line that follows the one before without an empty line (addresses, pre, verse, table rows). */
void normal_line(struct normal *n, const char *s, size_t len);
/* An item of a list: level 0 is the outermost; marker "1.", "a)", or NULL for a bullet. first: a new list
 * begins (an empty line before it unless level > 0). */
void normal_item(struct normal *n, int level, const char *marker, const char *s, size_t len, int first);
int normal_full(const struct normal *n);	/* the ceiling was hit */
/* Caller frees; NULL when nothing was added. The builder is empty after. */
char *normal_take(struct normal *n);

/* Brings any text (a seed, a feed's summary, an import) into the normal form; idempotent. Caller frees. */
char *normal_text(const char *s, size_t len);

/*
 * Comparison form: NFC, runs of white space one blank, zero-width characters and soft hyphens
 * dropped, quotation marks and dashes of one kind. Punctuation and digits stay: "1.5" is not "15".
 * Caller frees.
 */
char *normal_compare(const char *s, size_t len);

#endif
