#ifndef EXTRACT_EXTRACT_H
#define EXTRACT_EXTRACT_H
/*
 * extract: turn the bytes of one fetched page into one document.
 * Pure: no I/O, no clock, no globals, no logging. Equal bytes and options give an equal document, in
 * the daemon, a worker, a test or a fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "document/document.h"

/*
 * Content type of what pdftotext -bbox-layout -enc UTF-8 wrote, for extract_page(). The number is part of what an
 * archive keeps as its extractor: raised whenever the same words may give other text.
 */
#define EXTRACT_PDF_WORDS "text/x-presswatch-pdf-words"
#define EXTRACT_PDF_VERSION 1

struct extract_opts {			/* all pointers borrowed for the call */
	const char *url;		/* final URL; base of relative links */
	const char *content_type;	/* header value, or NULL */
	const char *select_body;	/* CSS or XPath of the body, or NULL: guess */
	const char *select_title;
	const char *select_date;
	const char *const *select_remove;	/* what is no text, or NULL */
	size_t select_remove_count;
	const char *title_hint;		/* title of the row that listed it: evidence among the page's own titles only */
	const char *date_hint;		/* ISO date of that row: evidence among the page's own dates only */
	const char *language_hint;
	int64_t now_ms;			/* no date later than a day after this is believed */
};

/*
 * Read p[0..n) (any charset, need not end in NUL) and build its document. A page without body text is a
 * document with text_state none and trouble set. Returns 0 and sets *ret_doc, which the caller
 * frees; -1 leaves it as it was: ERR_INPUT (not HTML or text), ERR_LIMIT, ERR_CONFIG (a selector is malformed).
 * Never ERR_TEMPORARY: the same bytes always give the same answer.
 */
int extract_page(const char *p, size_t n, const struct extract_opts *opts,
    struct document **ret_doc, struct err *reterr);

/*
 * What the text depends on besides the bytes: "12", or "12:89abcdef" where rules (select_*) shape it. Another string means that
 * the same bytes may give other text. Of a PDF the program that reads it is part of it. Caller frees.
 */
char *extract_identity(const struct extract_opts *opts);
char *extract_identity_pdf(const char *identity, const char *reader);

#endif
