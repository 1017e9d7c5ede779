#ifndef DOCUMENT_DIFF_H
#define DOCUMENT_DIFF_H
/*
 * diff: what changed between two texts in normal form: paragraphs first, then words inside those that
 * were changed (Myers 1986, with a bound on the work: beyond it a paragraph is replaced as a whole).
 * Words are those of unicode_words(); a sentence that was written anew is one that went and one that came.
 * A paragraph that was parted in two, or two that were joined, are one block with a line feed in a run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base/cleanup.h"

enum diff_op {
	DIFF_SAME,	/* paragraph or run of words in both */
	DIFF_DELETE,	/* only in the old text */
	DIFF_INSERT,	/* only in the new text */
};

struct diff_run {		/* words inside a paragraph */
	enum diff_op op;
	char *text;
};

struct diff_block {		/* a paragraph, list item or line */
	enum diff_op op;	/* DIFF_SAME with runs_count > 0: changed inside */
	char *text;		/* whole line (new text; old for DIFF_DELETE) */
	struct diff_run *runs;
	size_t runs_count;
	bool moved;		/* a DELETE and an INSERT of one paragraph; the INSERT has runs where it was changed too */
	bool down;		/* it stands further down now */
};

struct diff {
	struct diff_block *blocks;
	size_t blocks_count;
	unsigned words_deleted, words_inserted;	/* without those that only moved */
	unsigned moved;		/* paragraphs */
};

/* Kinds of change, a bit mask; stored with a revision. */
enum change_kind {
	CHANGE_TITLE = 1 << 0,
	CHANGE_BODY = 1 << 1,
	CHANGE_NUMBER = 1 << 2,		/* a word with a digit appeared or went */
	CHANGE_DATE = 1 << 3,		/* published date, or date words in the text */
	CHANGE_NAME = 1 << 4,		/* capitalised words inside a sentence */
	CHANGE_NEGATION = 1 << 5,	/* not, no, never, kein, không, ない ... */
	CHANGE_QUOTATION = 1 << 6,	/* inside quotation marks */
	CHANGE_DATE_ONLY = 1 << 7,	/* nothing but a date */
	CHANGE_FORM_ONLY = 1 << 8,	/* white space and punctuation alone */
	CHANGE_ATTACHMENT = 1 << 9,
};

struct diff *diff_texts(const char *old_text, const char *new_text);	/* NULL counts as "" */
void diff_free(struct diff *d);
CLEANUP_DEFINE(struct diff, diff_free);
unsigned diff_kinds(const struct diff *d, const char *old_title, const char *new_title);
/* Names of the bits, as in the configuration: "title", "body", "number" ... New reference, an array. */
json_t *diff_kinds_json(unsigned kinds);
unsigned diff_kinds_of_json(const json_t *list);	/* and back; names that are none are left out */
/*
 * {"old_title","new_title" (only when changed),"deleted":N,"inserted":N,"changes":[{"op":"change|delete|insert",
 * "runs":[["=","text"],["-","text"],["+","text"]]}...]}: changed blocks only; "moved": true with those that only moved. At most max_bytes of text; then
 * "cut": true. New reference.
 */
json_t *diff_to_json(const struct diff *d, const char *old_title, const char *new_title, size_t max_bytes);

#endif
