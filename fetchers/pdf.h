#ifndef FETCHERS_PDF_H
#define FETCHERS_PDF_H
/*
 * pdf: the words of a PDF, read by Debian's pdftotext as a confined child: no network, no writing, limited
 * time, memory and output. What comes is pdftotext's -bbox-layout: words and where they stand; making text of it is
 * extract's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <event2/event.h>
#include "base/buf.h"
#include "base/err.h"

#define PDF_WALL_MS 20000
#define PDF_CPU_S 15
#define PDF_MEMORY ((size_t)512 << 20)
#define PDF_MAX_OUT ((size_t)40 << 20)	/* each word comes with its place: about 2 MiB of text */
#define PDF_AT_ONCE 2

struct pdf;
struct pdf_job;

typedef void pdf_done_fn(struct buf *words, const struct err *err, void *arg);

struct pdf *pdf_new(struct event_base *base);
void pdf_free(struct pdf *p);		/* no callbacks */
bool pdf_is(const char *bytes, size_t len);
/*
 * bytes are borrowed until done or pdf_cancel(). done is called once, from the loop, never from within; words are the
 * library's, to be taken with buf_take; longer ones are cut. err ERR_NONE, or ERR_CONFIG (pdftotext is not
 * installed), ERR_TEMPORARY (it cannot be run now), ERR_INPUT (encrypted, damaged), ERR_LIMIT (time).
 */
struct pdf_job *pdf_start(struct pdf *p, const char *bytes, size_t len, pdf_done_fn *done, void *arg);
void pdf_cancel(struct pdf_job *j);
/* Which pdftotext is installed; another one may read other words in the same bytes. "none" for none. Caller frees. */
char *pdf_reader(void);

#endif
