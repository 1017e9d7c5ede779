/*
 * import_pages: pages on their way through the confined workers into an archive, several ahead, taken in the order in which they
 * came; and the two kinds of file that hold them: WARC, and saved pages named by a manifest.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/doc.h"
#include "cli/import.h"
#include "cli/warc.h"
#include "worker/pool.h"
#include "base/banned.h"

#define AHEAD 16
#define PAGE_MAX ((size_t)64 << 20)
#define MANIFEST_MAX ((size_t)256 << 20)

struct page {
	char *url, *content_type, *source, *raw;
	size_t raw_len;
	int64_t at_ms, line;
	struct document *doc;
	struct err err;
	bool done;
};

struct pages {
	struct event_base *base;
	struct pool *pool;
	struct page ring[AHEAD];
	size_t head, tail;
};

static void
page_clear(struct page *p)
{
	free(p->url);
	free(p->content_type);
	free(p->source);
	free(p->raw);
	document_free(p->doc);
	*p = (struct page){ .done = false };
}

static void
page_done(const struct job_answer *a, void *arg)
{
	struct page *p = arg;

	p->err = a->err;
	p->doc = pool_take_document(a);
	p->done = true;
}

/* The document of a page as an export would have it. */
static int
page_keep(struct import *im, struct page *p, struct err *err)
{
	struct document *doc = p->doc;
	struct store_doc d = { .source = p->source, .url = p->url, .first_seen_ms = p->at_ms, .last_changed_ms = p->at_ms,
		.revision = 1 };

	im->line = p->line;
	if (p->err.class != ERR_NONE || doc == NULL || (doc->text == NULL && doc->title == NULL)) {
		import_complain(im, p->err.text[0] != '\0' ? p->err.text : "no document was found in it");
		return 0;
	}
	return import_document(im, &d, doc, &(struct store_import_raw){ p->raw, p->raw_len, p->content_type, NULL }, false, NULL, err);
}

/* Takes what is done at the front; with all, waits for the rest. */
static int
take(struct import *im, bool all, struct err *err)
{
	struct pages *x = im->pages;
	int64_t line = im->line;
	int rc = 0;

	while (rc == 0 && x->head < x->tail && (all || x->tail - x->head >= AHEAD || x->ring[x->head % AHEAD].done)) {
		struct page *p = &x->ring[x->head % AHEAD];

		while (!p->done)
			if (event_base_loop(x->base, EVLOOP_ONCE) != 0)
				return err_set(err, ERR_LOCAL, "the workers stopped");
		rc = page_keep(im, p, err);
		page_clear(p);
		x->head++;
	}
	im->line = line;
	return rc;
}

static int
pages_ready(struct import *im, struct err *err)
{
	struct pool_opts opts = { .workers = 2 };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (im->pages != NULL)
		return 0;
	if (im->cli->opts.workers != NULL)
		return cli_number("workers", im->cli->opts.workers, &opts.workers, err) < 0 ? -1 : 0;
	if (processors > 0 && processors <= AHEAD)
		opts.workers = (unsigned)processors;
	im->pages = xcalloc(1, sizeof(*im->pages));
	if ((im->pages->base = event_base_new()) == NULL)
		return err_set(err, ERR_LOCAL, "cannot make an event loop");
	return pool_new(im->pages->base, &opts, &im->pages->pool, err);
}

int
pages_add(struct import *im, const struct page_in *in, struct err *err)
{
	struct pages *x;
	struct page *p;
	struct job job = { .kind = JOB_EXTRACT, .bytes = in->raw, .len = in->raw_len };

	if (pages_ready(im, err) < 0 || take(im, false, err) < 0)
		return -1;
	x = im->pages;
	p = &x->ring[x->tail++ % AHEAD];
	*p = (struct page){ .url = xstrdup(in->url), .content_type = xstrdup(in->content_type), .source = xstrdup(in->source),
		.raw = xmemdup(in->raw, in->raw_len), .raw_len = in->raw_len, .at_ms = in->at_ms, .line = im->line };
	job.extract = (struct extract_opts){ .url = p->url, .content_type = p->content_type, .now_ms = im->cli->now_ms };
	pool_submit(x->pool, &job, page_done, p);
	return 0;
}

int
pages_end(struct import *im, struct err *err)
{
	return im->pages != NULL ? take(im, true, err) : 0;
}

void
pages_free(struct pages *x)
{
	if (x == NULL)
		return;
	pool_free(x->pool);
	if (x->base != NULL)
		event_base_free(x->base);
	for (size_t i = 0; i < AHEAD; i++)
		page_clear(&x->ring[i]);
	free(x);
}

/* --source, or the host: a name that the configuration could have. Caller frees. */
static char *
source_of(const struct import *im, const char *given, const char *url)
{
	char *site = NULL;

	if (given != NULL)
		return xstrdup(given);
	if (im->cli->opts.source != NULL)
		return xstrdup(im->cli->opts.source);
	site = url_site(url);
	return site != NULL ? site : xstrdup("import");
}

/* ---- WARC ---- */

#define EARLIER_MAX 8		/* responses of earlier revisions of one document, to which its newest may go back */

struct warc_import {
	struct import *im;
	json_t *about;		/* our own record on the page that follows, or NULL */
	struct { unsigned char hash[32]; char *raw; size_t len; } earlier[EARLIER_MAX];
	size_t earlier_count;
	char *id;		/* of the document that they are of */
	unsigned char text_hash[32];	/* of its revision that came last */
	bool has_last;
};

static void
earlier_clear(struct warc_import *wi)
{
	while (wi->earlier_count > 0)
		free(wi->earlier[--wi->earlier_count].raw);
}

/* An earlier revision: the newest alone comes back. */
static void
earlier_keep(struct warc_import *wi, const void *raw, size_t n)
{
	size_t i = wi->earlier_count;

	if (raw == NULL || i >= EARLIER_MAX)
		return;
	digest_sha256(raw, n, wi->earlier[i].hash);
	wi->earlier[i].raw = xmemdup(raw, n);
	wi->earlier[i].len = n;
	wi->earlier_count++;
}

static int
take_own(struct warc_import *wi, const void *raw, size_t n, const char *type, struct err *err)
{
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	const json_t *doc = json_object_get(wi->about, "document");
	struct document view;
	int what;

	if (doc == NULL) {
		earlier_keep(wi, raw, n);
		return 0;
	}
	earlier_keep(wi, raw, n);	/* a later revision may go back to it */
	d = store_doc_of_json(doc, wi->im->cli->now_ms);
	if (d->url == NULL || d->source == NULL) {
		import_complain(wi->im, "a record about a document without url or source");
		return 0;
	}
	view = doc_view(d);
	if (import_document(wi->im, d, &view, &(struct store_import_raw){ raw, n, type, wi->has_last ? wi->text_hash : NULL },
	    wi->has_last, &what, err) < 0)
		return -1;
	/* What became another name of some other document has no revisions of its own. */
	wi->has_last = what >= 0 && what != IMPORT_ALIAS;
	digest_sha256(d->text != NULL ? d->text : "", d->text != NULL ? strlen(d->text) : 0, wi->text_hash);
	return 0;
}

/* Of the same bytes an earlier record holds: they are in the archive by now, or of the document itself. */
static int
take_revisit(struct warc_import *wi, const struct warc_record *r, struct err *err)
{
	CLEANUP(freep) char *raw = NULL;
	unsigned char hash[32];
	size_t n = 0;

	if (wi->about == NULL)
		return 0;
	if (r->digest == NULL || strncmp(r->digest, "sha256:", 7) != 0 || digest_unhex(r->digest + 7, hash, sizeof(hash)) < 0)
		return take_own(wi, NULL, 0, NULL, err);
	for (size_t i = 0; i < wi->earlier_count; i++)
		if (memcmp(wi->earlier[i].hash, hash, sizeof(hash)) == 0)
			return take_own(wi, wi->earlier[i].raw, wi->earlier[i].len, json_get_str(wi->about, "content_type"), err);
	if (store_raw(wi->im->store, hash, &raw, &n, NULL) < 0)
		return take_own(wi, NULL, 0, NULL, err);
	return take_own(wi, raw, n, json_get_str(wi->about, "content_type"), err);
}

static int
take_about(struct warc_import *wi, const struct warc_record *r, struct err *err)
{
	json_t *j = NULL;

	json_decref(wi->about);
	wi->about = NULL;
	if (json_read(buf_str(r->block), r->block->len, &j, NULL) < 0)
		return 0;
	if (json_object_get(j, "presswatch") == NULL) {
		json_decref(j);
		return 0;
	}
	wi->about = j;
	if (wi->id == NULL || json_get_str(j, "id") == NULL || strcmp(wi->id, json_get_str(j, "id")) != 0) {
		earlier_clear(wi);
		wi->has_last = false;
		free(wi->id);
		wi->id = xstrdup(json_get_str(j, "id"));
	}
	if (json_is_true(json_object_get(j, "response")))
		return 0;
	return take_own(wi, NULL, 0, NULL, err);
}

static int
take_record(struct warc_import *wi, const struct warc_record *r, struct buf *body, struct err *err)
{
	CLEANUP(freep) char *type = NULL, *source = NULL;
	struct import *im = wi->im;
	struct page_in in = { .url = r->url, .at_ms = im->cli->now_ms };
	int rc;

	if (r->type != NULL && strcmp(r->type, "metadata") == 0 && r->content_type != NULL &&
	    strncmp(r->content_type, "application/json", 16) == 0)
		return take_about(wi, r, err);
	if (r->type != NULL && strcmp(r->type, "revisit") == 0)
		return take_revisit(wi, r, err);
	if ((rc = warc_page(r, body, &type, err)) < 0)
		import_complain(im, err->text);
	if (rc <= 0)
		return 0;
	if (wi->about != NULL)
		return take_own(wi, buf_str(body), body->len, type, err);
	if (type != NULL && strncmp(type, "text/html", 9) != 0 && strncmp(type, "application/xhtml", 17) != 0)
		return 0;	/* pictures, styles, scripts */
	if (r->date != NULL)
		clock_parse_rfc3339(r->date, &in.at_ms, NULL, NULL);
	in.source = source = source_of(im, NULL, r->url);
	in.content_type = type;
	in.raw = buf_str(body);
	in.raw_len = body->len;
	return pages_add(im, &in, err);
}

int
import_warc(struct import *im, const char *path, struct err *err)
{
	CLEANUP(warc_closep) struct warc *w = NULL;
	struct warc_import wi = { .im = im };
	struct buf body = BUF_INIT(PAGE_MAX);
	int64_t before = im->done_bytes;
	struct warc_record r;
	int rc;

	if (warc_open(path, &w, err) < 0)
		return -1;
	while ((rc = warc_next(w, &r, err)) > 0) {
		im->line++;
		im->done_bytes = before + r.at;
		rc = take_record(&wi, &r, &body, err);
		if (r.type != NULL && strcmp(r.type, "metadata") != 0) {
			json_decref(wi.about);
			wi.about = NULL;
		}
		if (rc < 0)
			break;
		cli_progress(im->done_bytes, im->all_bytes, (void *)"import");
	}
	json_decref(wi.about);
	earlier_clear(&wi);
	free(wi.id);
	buf_done(&body);
	if (rc < 0 && err->class == ERR_INPUT) {
		import_complain(im, err->text);
		rc = 0;
	}
	return rc < 0 || pages_end(im, err) < 0 ? -1 : 0;
}

/* ---- saved pages ---- */

static int
take_saved(struct import *im, const char *manifest, const json_t *j, struct err *err)
{
	const char *file = json_get_str(j, "file"), *date = json_get_str(j, "date");
	CLEANUP(freep) char *path = file != NULL ? file_beside(manifest, file) : NULL, *source = NULL;
	struct page_in in = { .url = json_get_str(j, "url"), .content_type = json_get_str(j, "content_type"),
		.at_ms = im->cli->now_ms };
	struct buf bytes = BUF_INIT(PAGE_MAX);
	int rc = 0;

	if (file == NULL || in.url == NULL) {
		import_complain(im, "has no file or no url");
	} else if (date != NULL && clock_parse_rfc3339(date, &in.at_ms, NULL, NULL) < 0) {
		import_complain(im, "its date is none (wanted: 2023-02-09 or 2023-02-09T07:45:00Z)");
	} else if (file_read_gz(path, &bytes, err) < 0) {
		import_complain(im, err->text);
	} else {
		in.source = source = source_of(im, json_get_str(j, "source"), in.url);
		in.raw = buf_str(&bytes);
		in.raw_len = bytes.len;
		rc = pages_add(im, &in, err);
	}
	buf_done(&bytes);
	return rc;
}

int
import_manifest(struct import *im, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(MANIFEST_MAX);
	const char *p;
	int rc = file_read_gz(path, &text, err);

	im->path = path;
	im->all_bytes = (int64_t)text.len;
	for (p = buf_str(&text); rc == 0 && *p != '\0'; p += *p == '\n') {
		size_t n = strcspn(p, "\n");
		json_t *j = NULL;

		im->line++;
		if (strspn(p, " \t\r") < n && json_read(p, n, &j, err) < 0)
			import_complain(im, err->text);
		else if (j != NULL)
			rc = take_saved(im, path, j, err);
		json_decref(j);
		p += n;
		im->done_bytes = p - buf_str(&text);
		cli_progress(im->done_bytes, im->all_bytes, (void *)"import");
	}
	buf_done(&text);
	return rc < 0 || pages_end(im, err) < 0 ? -1 : 0;
}
