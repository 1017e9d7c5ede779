/* look_read: bytes to a document: a worker reads them; what is a PDF becomes words in a confined child first. */
#include <string.h>

#include "base/mem.h"
#include "daemon/look_int.h"
#include "fetchers/pdf.h"
#include "base/banned.h"

const char *
look_extractor(struct look *l, bool pdf)
{
	free(l->extractor);
	l->extractor = NULL;
	if (pdf) {
		CLEANUP(freep) char *reader = pdf_reader();

		l->extractor = extract_identity_pdf(l->ps->extractor, reader);
	}
	return l->extractor != NULL ? l->extractor : l->ps->extractor;
}

static void
read_words(struct look *l, const struct buf *words)
{
	struct job job = { .kind = JOB_EXTRACT, .bytes = buf_str(words), .len = words->len };

	look_extract_opts(l, &job.extract);
	job.extract.url = l->body.url != NULL ? l->body.url : l->re.url;
	job.extract.content_type = EXTRACT_PDF_WORDS;
	l->job = pool_submit(l->in->d->pool, &job, l->read_done, l);
}

static void
on_words(struct buf *words, const struct err *err, void *arg)
{
	struct look *l = arg;
	struct job_answer failed = { .err = *err };

	l->pdf = NULL;
	if (err->class == ERR_NONE)
		read_words(l, words);
	else
		l->read_done(&failed, l);
}

void
look_read(struct look *l, const char *bytes, size_t len, const struct extract_opts *opts, pool_done_fn *done)
{
	struct job job = { .kind = JOB_EXTRACT, .bytes = bytes, .len = len, .lasting = true, .extract = *opts };
	struct daemon *d = l->in->d;

	(void)look_extractor(l, pdf_is(bytes, len));
	if (!pdf_is(bytes, len)) {
		l->job = pool_submit(d->pool, &job, done, l);
		return;
	}
	if (d->pdf == NULL)
		d->pdf = pdf_new(d->base);
	l->read_done = done;
	l->pdf = pdf_start(d->pdf, bytes, len, on_words, l);
}

void
look_read_cancel(struct look *l)
{
	if (l->pdf != NULL)
		pdf_cancel(l->pdf);
	l->pdf = NULL;
	free(l->extractor);
	l->extractor = NULL;
}
