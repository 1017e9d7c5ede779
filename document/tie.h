#ifndef DOCUMENT_TIE_H
#define DOCUMENT_TIE_H
/*
 * tie: do two texts that resemble each other tell one story, or are they two fillings of one form (the figures of May and of
 * June, a warning for this county and for that one)? Pure. A joint release and a wire copy share their figures; they differ
 * by headline, dateline, whole paragraphs and the address for questions.
 */
#include <stdbool.h>

enum tie {
	TIE_NONE,	/* too little in common */
	TIE_FORM,	/* the same form, other facts */
	TIE_EVENT,	/* perhaps the same event: shown, never made one */
	TIE_NEAR,	/* the same story in nearly the same words */
	TIE_EXACT,	/* the same text */
	TIE_COUNT,
};

#define TIE_EVENT_LIKENESS 0.3	/* Jaccard similarity of word 3-shingles */
#define TIE_NEAR_LIKENESS 0.6

struct tie_text { const char *title, *text; };	/* title may be NULL */

/*
 * likeness: similar_jaccard() of the texts. On one site a form is likelier than a copy: there the titles must agree, or
 * nothing but furniture differ.
 */
enum tie tie_judge(const struct tie_text *a, const struct tie_text *b, double likeness, bool same_site);
const char *tie_name(enum tie tie);	/* "exact" "near" "event" "form"; "none" */

#endif
