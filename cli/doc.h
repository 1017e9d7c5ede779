#ifndef CLI_DOC_H
#define CLI_DOC_H
/* doc: a document as people see it, in a row or on a page; shared by list, similar, show, try and export. */
#include "cli/cli.h"
#include "document/document.h"

/* Columns id, date, source, title. */
struct table *doc_table(void);
void doc_row(struct table *t, const struct store_doc *d);
/* "2023-02-09": the stated day, else the day it was first seen, in parentheses. */
void doc_day(const struct store_doc *d, char out[40]);
/* Appends the names of kinds of edit, with commas. */
void doc_kinds(unsigned kinds, struct buf *b);
/* Title, a line of facts, address, date line and captions, text. */
void doc_print(struct out *o, const struct store_doc *d);
/* The same of a page just read. */
void doc_print_page(struct out *o, const struct document *doc, const char *source);
/* A struct document that borrows everything from d; not to be freed. */
struct document doc_view(const struct store_doc *d);
/* The document id of an operand. 0 or an exit code, said on stderr. */
int doc_find(struct cli *cli, const char *id_or_url, unsigned revision, struct store_doc **ret);
/* The same as it was at that time. */
int doc_find_at(struct cli *cli, const char *id_or_url, int64_t at_ms, struct store_doc **ret);

#endif
