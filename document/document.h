#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H
/*
 * document: what one page became. All strings are owned, valid UTF-8 in NFC, NULL when unknown:
 * unknown fields are absent, never guessed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fields.h"
#include "document/dates.h"

/* Raised whenever extraction may give other text for the same bytes: an upgrade is no edit. */
#define DOCUMENT_EXTRACTOR_VERSION 4
#define DOCUMENT_TITLE_MAX 512		/* characters */
#define DOCUMENT_TEXT_MAX (2u << 20)	/* bytes of body text; longer is cut, text_state cut */
#define DOCUMENT_CAPTIONS_MAX 64	/* a gallery of more pictures adds nothing a reader needs */
#define DOCUMENT_ALTERNATES_MAX 256	/* europa.eu has 24 languages; beyond this it is noise */

enum text_state {
	TEXT_FULL = 0,	/* "full": the body as published */
	TEXT_NONE,	/* "none": a PDF without text, a page that yields none */
	TEXT_CUT,	/* "cut": over DOCUMENT_TEXT_MAX */
};

struct document {
	char *url;		/* address the bytes came from, after redirects */
	char *canonical;	/* what the page claims (rel=canonical, else og:url), absolute; a claim, no more */
	char *title;
	struct doc_date published, modified;
	char *language;		/* BCP 47 */
	char *author;
	char *section;		/* section label ("Making news") */
	char *dateline;		/* the visible date line as published */
	char **captions;	/* of pictures */
	size_t captions_count;
	char *text;		/* body in the normal form; NULL when text_state is none */
	enum text_state text_state;
	bool listing;		/* the page looks like a list of documents, not like one */
	char **alternates;	/* "lang URL" of rel=alternate hreflang: siblings, not copies */
	size_t alternates_count;
	char *trouble;		/* why there is no text, in words for a person, or NULL */
	unsigned words;		/* of text */
};

struct document *document_new(void);
struct document *document_copy(const struct document *doc);
void document_free(struct document *doc);
CLEANUP_DEFINE(struct document, document_free);

/* Set a string field (frees the old one); clean, one line, at most max characters (0: no limit). */
void document_set_line(char **field, const char *value, size_t max_chars);
void document_add_caption(struct document *doc, const char *caption);

/*
 * The document's own fields in the order of the exported document: url, title, published, modified,
 * language, section, author, dateline, captions[], text, text_state, words (those known). New reference.
 */
json_t *document_to_json(const struct document *doc);
/* All of it, for the pipe between a worker and the program. Appends to b, which may become full. */
void document_encode(const struct document *doc, struct buf *b);
/* Reads what document_encode() wrote, from wherever f stands. ERR_INPUT. */
int document_decode(struct fields *f, struct document **ret_doc, struct err *reterr);

const char *text_state_name(enum text_state s);

/*
 * Hash of what an edit is judged by: the comparison form (normal_compare()) of title and text.
 * Equal hash: no edit, whatever happened to blanks, quote style or Unicode form.
 */
void document_compare_hash(const char *title, const char *text, unsigned char out[32]);
/* The same of both in that form already. */
void document_hash_of_plain(const char *title, const char *text, unsigned char out[32]);

#endif
