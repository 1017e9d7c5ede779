#ifndef EXTRACT_PDF_INT_H
#define EXTRACT_PDF_INT_H
/* pdf_int: the words of a PDF as pdftotext -bbox-layout gives them; for pdf.c and pdf_words.c. Places are points. */
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/digest.h"
#include "document/document.h"
#include "extract/extract.h"

struct pdf_page { float height; };

struct pdf_block {
	float x0, x1;
	float pitch;		/* least distance of two lines' tops; 0: one line */
};

struct pdf_line {
	uint32_t at, len;	/* in text: words with one blank between */
	uint32_t page, block;
	float x0, x1, y0, y1, height;
	float first_width;	/* of its first word */
	bool dropped;
};

struct pdf_words {
	struct buf text;
	struct pdf_page *pages;
	struct pdf_block *blocks;
	struct pdf_line *lines;
	uint32_t page_count, block_count, line_count;
	size_t pages_cap, blocks_cap, lines_cap;
	uint64_t *known;	/* hashes of all words, in order */
	size_t known_count, known_cap;
	char *title;		/* of the document's information, or NULL */
	bool cut;		/* the end is missing */
	bool breaks_words;
};

/* Any bytes give some result; w is written without being read. */
void pdf_words_read(const char *p, size_t n, struct pdf_words *w);
void pdf_words_done(struct pdf_words *w);
/* Does the word stand in the document, in small letters or large, with or without marks around it? */
bool pdf_has_word(const struct pdf_words *w, const char *s, size_t n);

/* Fills title, text, text_state, trouble, language, words. */
void pdf_extract(const char *p, size_t n, const struct extract_opts *opts, struct document *doc);

#endif
