/*
 * extract: documents from saved pages, one JSON line each, in the order given. Parsing happens in worker
 * processes, several pages ahead, so that a page that kills its worker costs that page and nothing else. A PDF
 * becomes its words in a confined child first, as in the daemon.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "document/document.h"
#include "fetchers/pdf.h"
#include "worker/pool.h"
#include "base/banned.h"

#define PAGE_MAX ((size_t)64 << 20)
#define MANIFEST_MAX ((size_t)256 << 20)
#define AHEAD_PER_WORKER 4
#define AHEAD_MAX 256

struct page {
	char *id, *url, *content_type;
	struct buf pdf;		/* bytes that its words are being read from */
	json_t *line;		/* the answer, until it is its turn */
	bool done;
	struct extract *run;
};

struct extract {
	struct cli *cli;
	struct event_base *base;
	struct pool *pool;
	struct pdf *pdf;	/* made for the first one */
	struct page ring[AHEAD_MAX];
	size_t head, tail, ahead;	/* [head, tail) are under way; head is printed next */
	const char *const *next_file;	/* operands, or ... */
	const char *manifest_path, *manifest;	/* ... what is left of the manifest */
	int line;
	unsigned found, unreadable;
};

static void
page_clear(struct page *p)
{
	free(p->id);
	free(p->url);
	free(p->content_type);
	buf_done(&p->pdf);
	json_decref(p->line);
	*p = (struct page){ .line = NULL };
}

/* Fields in the order of the manual page; what is not known is absent. */
static json_t *
page_line(const struct page *p, const struct job_answer *a)
{
	static const char *const fields[] = { "title", "published", "modified", "language", "author", "section", "text",
		"words" };
	json_t *line = json_object(), *doc;

	json_put_str(line, "id", p->id);
	json_put_str(line, "url", p->url);
	if (a->err.class != ERR_NONE || a->document == NULL) {
		json_put_str(line, "error", a->err.text[0] != '\0' ? a->err.text : "no document");
		return line;
	}
	doc = document_to_json(a->document);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		json_t *value = json_object_get(doc, fields[i]);

		if (value != NULL)
			json_object_set(line, fields[i], value);
	}
	if (a->document->text == NULL)
		json_put_str(line, "error",
		    a->document->trouble != NULL ? a->document->trouble : "no text found");
	json_decref(doc);
	return line;
}

/* Prints what is done at the front of the ring, so that lines stand in the order of the pages. */
static void
print_ready(struct extract *x)
{
	while (x->head < x->tail && x->ring[x->head % AHEAD_MAX].done) {
		struct page *p = &x->ring[x->head++ % AHEAD_MAX];

		if (json_object_get(p->line, "text") != NULL)
			x->found++;
		out_json(&x->cli->out, json_incref(p->line));
		page_clear(p);
	}
}

static void feed(struct extract *x);

static void
page_done(const struct job_answer *a, void *arg)
{
	struct page *p = arg;
	struct extract *x = p->run;

	p->line = page_line(p, a);
	p->done = true;
	print_ready(x);
	feed(x);
}

/* A page that cannot be read is a line with an error, and makes the exit 3. */
static void
page_unreadable(struct extract *x, struct page *p, const struct err *err)
{
	x->unreadable++;
	cli_say("%s", err->text);
	p->line = json_object();
	json_put_str(p->line, "id", p->id);
	json_put_str(p->line, "url", p->url);
	json_put_str(p->line, "error", err->text);
	p->done = true;
}

static void
to_worker(struct extract *x, struct page *p, struct buf *bytes, const char *content_type)
{
	const struct cli_opts *o = &x->cli->opts;
	struct job job = { .kind = JOB_EXTRACT, .bytes = buf_str(bytes), .len = bytes->len };

	job.extract = (struct extract_opts){.url = p->url,
	    .content_type = content_type,
	    .select_body = o->select_body,
	    .select_title = o->select_title,
	    .select_date = o->select_date,
	    .now_ms = x->cli->now_ms};
	pool_submit(x->pool, &job, page_done, p);
}

static void
words_read(struct buf *words, const struct err *err, void *arg)
{
	struct page *p = arg;
	struct job_answer failed = { .err = *err };

	if (err->class == ERR_NONE)
		to_worker(p->run, p, words, EXTRACT_PDF_WORDS);
	else
		page_done(&failed, p);
}

static void
submit(struct extract *x, struct page *p, const char *path)
{
	struct buf bytes = BUF_INIT(PAGE_MAX);
	struct err err = { 0 };

	p->run = x;
	if (file_read_gz(path, &bytes, &err) < 0) {
		page_unreadable(x, p, &err);
	} else if (pdf_is(buf_str(&bytes), bytes.len)) {
		if (x->pdf == NULL)
			x->pdf = pdf_new(x->base);
		p->pdf = bytes;		/* borrowed by the child until its words are read */
		buf_init(&bytes, 0);
		pdf_start(x->pdf, p->pdf.data, p->pdf.len, words_read, p);
	} else
		to_worker(x, p, &bytes, p->content_type);
	buf_done(&bytes);
}

/* The next line of the manifest, as an object; NULL at its end. */
static json_t *
next_line(struct extract *x)
{
	while (*x->manifest != '\0') {
		size_t n = strcspn(x->manifest, "\n");
		const char *line = x->manifest;
		struct err err = { 0 };
		json_t *j = NULL;

		x->manifest += n + (line[n] == '\n');
		x->line++;
		if (strspn(line, " \t\r") >= n)
			continue;
		if (json_read(line, n, &j, &err) == 0 && json_get_str(j, "file") != NULL)
			return j;
		cli_say("%s:%d: %s", x->manifest_path, x->line,
		    j == NULL ? err.text : "has no file");
		x->unreadable++;
		json_decref(j);
	}
	return NULL;
}

/* Starts the next page. False when there is none. */
static bool
start_one(struct extract *x)
{
	struct page *p = &x->ring[x->tail % AHEAD_MAX];
	const struct cli_opts *o = &x->cli->opts;
	json_t *line = NULL;

	if (x->manifest != NULL && (line = next_line(x)) != NULL) {
		const char *file = json_get_str(line, "file"), *id = json_get_str(line, "id");
		const char *type = json_get_str(line, "content_type"),
			   *url = json_get_str(line, "url");
		CLEANUP(freep) char *path = file_beside(x->manifest_path, file);

		p->id = xstrdup(id != NULL ? id : file);
		p->url = xstrdup(url);
		p->content_type = xstrdup(type != NULL ? type : o->content_type);
		x->tail++;
		submit(x, p, path);
		json_decref(line);
		return true;
	}
	if (x->manifest == NULL && *x->next_file != NULL) {
		const char *path = *x->next_file++;

		p->id = xstrdup(path);
		p->url = xstrdup(o->url);
		p->content_type = xstrdup(o->content_type);
		x->tail++;
		submit(x, p, path);
		return true;
	}
	return false;
}

/* Keeps as many pages under way as the workers can use. */
static void
feed(struct extract *x)
{
	while (x->tail - x->head < x->ahead && start_one(x))
		print_ready(x);
	print_ready(x);
}

static int
run(struct extract *x, unsigned workers)
{
	struct pool_opts opts = { .workers = workers };
	struct err err = { 0 };

	x->ahead = (size_t)workers * AHEAD_PER_WORKER < AHEAD_MAX ?
		       (size_t)workers * AHEAD_PER_WORKER :
		       AHEAD_MAX;
	if (x->ahead < 2)
		x->ahead = 2;
	if ((x->base = event_base_new()) == NULL || pool_new(x->base, &opts, &x->pool, &err) < 0)
		return cli_failed(&err);
	feed(x);
	while (x->head < x->tail && event_base_loop(x->base, EVLOOP_ONCE) == 0)
		;
	pdf_free(x->pdf);
	pool_free(x->pool);
	event_base_free(x->base);
	if (x->head < x->tail) {
		cli_say("the loop ended before the last page");
		return EXIT_FAILED;
	}
	return x->unreadable > 0 ? EXIT_FAILED : x->found > 0 ? EXIT_FOUND : EXIT_NOTHING;
}

int
cmd_extract(struct cli *cli, int argc, char **argv)
{
	struct extract *x = xcalloc(1, sizeof(*x));
	struct buf manifest = BUF_INIT(MANIFEST_MAX);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned workers = processors > 0 ? (unsigned)processors : 1;
	struct err err = { 0 };
	int rc;

	x->cli = cli;
	x->next_file = (const char *const *)argv;
	x->manifest_path = cli->opts.manifest;
	if (cli->opts.workers != NULL &&
	    cli_number("workers", cli->opts.workers, &workers, &err) < 0)
		rc = cli_usage(cli, "%s", err.text);
	else if ((argc > 0) == (cli->opts.manifest != NULL))
		rc = cli_usage(cli, "extract wants files, or --manifest FILE");
	else if (x->manifest_path != NULL && file_read_gz(x->manifest_path, &manifest, &err) < 0)
		rc = cli_failed(&err);
	else {
		x->manifest = x->manifest_path != NULL ? buf_str(&manifest) : NULL;
		rc = run(x, workers > 64 ? 64 : workers);
	}
	buf_done(&manifest);
	free(x);
	return rc;
}
