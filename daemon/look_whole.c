/*
 * look_whole: a page differs from what is kept of it. Whether it was edited, or only reads otherwise in another template, shows all that the
 * two pages say: the kept response and the one that came are read whole by a worker, and the archive judges.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "daemon/look_int.h"
#include "base/banned.h"

#define WHOLE_MAX (16u << 20)

static void
read_whole(struct look *l, const char *bytes, size_t len, const char *content_type, const char *url, pool_done_fn *done)
{
	struct job job = { .kind = JOB_EXTRACT, .bytes = bytes, .len = len, .lasting = true };

	job.extract.url = url;
	job.extract.content_type = content_type;
	job.extract.select_body = "body";
	job.extract.now_ms = clock_wall_ms();
	l->job = pool_submit(l->in->d->pool, &job, done, l);
}

/* What is a caption on one side may be text on the other. */
static char *
text_of(const struct job_answer *answer)
{
	const struct document *d = answer->document;
	struct buf b = BUF_INIT(WHOLE_MAX);

	if (d == NULL || d->text == NULL)
		return NULL;
	buf_adds(&b, d->text);
	for (size_t i = 0; i < d->captions_count; i++)
		buf_addf(&b, "\n%s", d->captions[i]);
	buf_addf(&b, "\n%s\n%s", d->dateline != NULL ? d->dateline : "", d->section != NULL ? d->section : "");
	buf_addc(&b, '\0');
	return buf_take(&b, NULL);
}

static void
on_new(const struct job_answer *answer, void *arg)
{
	struct look *l = arg;

	l->job = 0;
	l->new_page = text_of(answer);
	look_put(l);
}

static void
on_old(const struct job_answer *answer, void *arg)
{
	struct look *l = arg;

	l->job = 0;
	l->old_page = text_of(answer);
	if (l->old_page == NULL)
		look_put(l);
	else
		read_whole(l, l->body.bytes, l->body.len, l->body.content_type, l->body.url, on_new);
}

static int
read_raw(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;

	free(l->old_raw);
	l->old_raw = NULL;
	return store_raw(s, l->re.raw_hash, &l->old_raw, &l->old_len, reterr);
}

static void
have_raw(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;

	l->recording = false;
	if (rc < 0)	/* nothing kept: judged by the texts */
		look_put(l);
	else
		read_whole(l, l->old_raw, l->old_len, l->re.content_type, l->re.url, on_old);
}

void
look_whole(struct look *l)
{
	l->whole = true;
	l->recording = true;
	writer_post(l->in->d->writer, read_raw, have_raw, l);
}
