#ifndef DOCUMENT_TEXT_H
#define DOCUMENT_TEXT_H
/* text: a document as plain text in the form of the seeds: title, date line, captions, body. */
#include "document/document.h"

/* Title, empty line, date line and captions one a line, empty line, body. Caller frees. */
char *text_write(const struct document *doc);
/* Markdown: "# title", emphasised date line, body with "1." and "-" lists. Caller frees. */
char *text_write_markdown(const struct document *doc);

#endif
