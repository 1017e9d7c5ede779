#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/probe.h"
#include "document/normal.h"
#include "fetchers/fetch.h"
#include "fetchers/pdf.h"
#include "net/http.h"
#include "worker/pool.h"
#include "base/banned.h"

#define SITEMAPS_MAX 20		/* of robots.txt */

struct probe {
	struct event_base *base;
	struct guard *guard;
	struct http *http;
	struct fetcher *fetcher;
	char *user_agent;
};

struct page {			/* what one fetch brought */
	bool done;
	struct err err;
	char *url, *content_type, *etag, *last_modified, *mitigated;
	bool permanent;
	struct buf body;
};

static void
page_done(struct page *p)
{
	free(p->url);
	free(p->content_type);
	free(p->etag);
	free(p->last_modified);
	free(p->mitigated);
	buf_done(&p->body);
}

void
probe_free(struct probe *p)
{
	if (p == NULL)
		return;
	if (p->fetcher != NULL)
		fetcher_free(p->fetcher);
	if (p->http != NULL)
		http_free(p->http);
	if (p->guard != NULL)
		guard_free(p->guard);
	if (p->base != NULL)
		event_base_free(p->base);
	free(p->user_agent);
	free(p);
}

int
probe_new(const struct config *config, struct probe **ret, struct err *reterr)
{
	CLEANUP(probe_freep) struct probe *p = xcalloc(1, sizeof(*p));
	struct http_opts http = { 0 };
	struct fetcher_opts fetch = { .product = "presswatch", .host_delay_ms = 1000 };

	p->guard = guard_new();
	for (char **rule = config != NULL ? config->allow : NULL; rule != NULL && *rule != NULL;
	     rule++)
		if (guard_allow(p->guard, *rule, reterr) < 0)
			return -1;
	if (config != NULL && config->contact != NULL)
		p->user_agent =
		    xasprintf("presswatch/" PRESSWATCH_VERSION " (+%s)", config->contact);
	else
		p->user_agent = xstrdup("presswatch/" PRESSWATCH_VERSION);
	http.user_agent = p->user_agent;
	http.guard = p->guard;
	if (config != NULL) {
		http.proxy = config->proxy;
		fetch.host_delay_ms = (unsigned)config->host_delay_ms;
		fetch.timeout_ms = (unsigned)config->timeout_ms;
		fetch.max_decoded = config->max_size;
	}
	if ((p->base = event_base_new()) == NULL)
		return err_set(reterr, ERR_LOCAL, "cannot make an event loop");
	if (http_new(p->base, &http, &p->http, reterr) < 0 ||
	    fetcher_new(p->base, p->http, &fetch, &p->fetcher, reterr) < 0)
		return -1;
	*ret = p;
	p = NULL;
	return 0;
}

static void
fetched(struct fetch_answer *a, void *arg)
{
	struct page *page = arg;

	page->done = true;
	if (a->http != NULL)
		page->mitigated = xstrdup(a->http->cf_mitigated);
	if (a->outcome != FETCH_OK || a->http == NULL) {
		page->err = a->err;
		if (page->err.class == ERR_NONE)
			(void)err_set(&page->err, ERR_PERMANENT, "no page came");
		return;
	}
	page->url = xstrdup(a->http->url);
	page->content_type = xstrdup(a->http->content_type);
	page->etag = xstrdup(a->http->etag);
	page->last_modified = xstrdup(a->http->last_modified);
	page->permanent = a->permanent_redirect;
	page->body = a->http->body;
	buf_init(&a->http->body, a->http->body.max);
}

static int
fetch(struct probe *p, const struct cfg_source *src, const char *url, enum fetch_class class,
    struct page *ret, struct err *reterr)
{
	struct fetch_request req = {.url = url,
	    .class = class,
	    .ignore_robots = src->ignore_robots,
	    .user_agent = src->user_agent,
	    .proxy = src->proxy,
	    .cookies = src->secrets != NULL ? src->secrets->cookies : NULL,
	    .home = src->url,
	    .headers = (const char *const *)src->headers,
	    .command = (const char *const *)src->fetch_with};

	fetch_start(p->fetcher, &req, fetched, ret);
	while (!ret->done && event_base_loop(p->base, EVLOOP_ONCE) == 0)
		;
	if (!ret->done)
		return err_set(reterr, ERR_LOCAL, "the loop ended before the answer of %s", url);
	if (ret->err.class != ERR_NONE)
		return err_set(reterr, ret->err.class, "%s: %s", url, ret->err.text);
	return 0;
}

static int
discover_page(const struct cfg_source *src, const struct page *page, int64_t now_ms,
    struct candidates **ret, enum diagnosis *why, struct err *reterr)
{
	struct job job = { .kind = JOB_DISCOVER, .bytes = buf_str(&page->body), .len = page->body.len };
	struct job_answer answer = { 0 };
	int rc = -1;

	job.discover = (struct discover_opts){.url = page->url,
	    .content_type = page->content_type,
	    .kind = (enum source_kind)src->kind,
	    .select_links = src->select.links,
	    .select_title = src->select.title,
	    .select_date = src->select.date,
	    .language = src->language,
	    .now_ms = now_ms,
	    .include = src->include,
	    .include_count = src->include_count,
	    .exclude = src->exclude,
	    .exclude_count = src->exclude_count};
	*why = DIAGNOSIS_NONE;
	if (pool_run_one(&job, &answer, reterr) == 0) {
		*why = answer.why;
		if (answer.err.class != ERR_NONE || answer.candidates == NULL) {
			rc = err_set(reterr,
			    answer.err.class != ERR_NONE ? answer.err.class : ERR_INPUT, "%s: %s",
			    page->url, answer.err.text);
		} else {
			*ret = answer.candidates;
			answer.candidates = NULL;
			rc = 0;
		}
	}
	job_answer_done(&answer);
	return rc;
}

void
probe_extract_opts(const struct cfg_source *src, struct extract_opts *ret)
{
	const struct cfg_select *sel = &src->select;

	*ret = (struct extract_opts){ .select_body = sel->body, .select_title = sel->title, .select_date = sel->date,
		.select_remove = (const char *const *)sel->remove, .language_hint = src->language };
	while (sel->remove != NULL && sel->remove[ret->select_remove_count] != NULL)
		ret->select_remove_count++;
	/* With `links`, title and date are for the row of the listing, not for the page. */
	if (sel->links != NULL)
		ret->select_title = ret->select_date = NULL;
}

static int
extract_page_of(const struct cfg_source *src, const struct page *page, const struct candidate *hint,
    int64_t now_ms, struct document **ret, struct err *reterr)
{
	struct job job = { .kind = JOB_EXTRACT, .bytes = buf_str(&page->body), .len = page->body.len };
	struct job_answer answer = { 0 };
	char iso[DATE_ISO_MAX] = "";
	int rc = -1;

	if (hint != NULL)
		date_iso(&hint->published, iso);
	probe_extract_opts(src, &job.extract);
	job.extract.url = page->url;
	job.extract.content_type = page->content_type;
	job.extract.title_hint = hint != NULL ? hint->title : NULL;
	job.extract.date_hint = iso[0] != '\0' ? iso : NULL;
	job.extract.now_ms = now_ms;
	if (pool_run_one(&job, &answer, reterr) == 0) {
		if (answer.err.class != ERR_NONE || answer.document == NULL) {
			rc = err_set(reterr,
			    answer.err.class != ERR_NONE ? answer.err.class : ERR_INPUT, "%s: %s",
			    page->url, answer.err.text);
		} else {
			*ret = answer.document;
			answer.document = NULL;
			rc = 0;
		}
	}
	job_answer_done(&answer);
	return rc;
}

struct reading {			/* of a PDF */
	struct page *page;
	struct err err;
	bool done;
};

static void
words_read(struct buf *words, const struct err *err, void *arg)
{
	struct reading *r = arg;

	r->done = true;
	r->err = *err;
	if (err->class != ERR_NONE)
		return;
	buf_done(&r->page->body);
	r->page->body = *words;
	buf_init(words, 0);
	free(r->page->content_type);
	r->page->content_type = xstrdup(EXTRACT_PDF_WORDS);
}

/* A PDF becomes its words, as in the daemon; another page stays as it is. */
static int
read_pdf(struct probe *p, struct page *page, struct err *reterr)
{
	struct reading r = { .page = page };
	struct pdf *pdf;

	if (!pdf_is(buf_str(&page->body), page->body.len))
		return 0;
	pdf = pdf_new(p->base);
	pdf_start(pdf, page->body.data, page->body.len, words_read, &r);
	while (!r.done && event_base_loop(p->base, EVLOOP_ONCE) == 0)
		;
	pdf_free(pdf);
	if (r.done && r.err.class == ERR_NONE)
		return 0;
	return err_set(reterr, r.done ? r.err.class : ERR_LOCAL, "%s: %s", page->url, r.err.text);
}

/* The first candidate's document, from the bytes at hand when the source is the document. */
static void
first_document(struct probe *p, const struct cfg_source *src, struct page *page,
    int64_t now_ms, struct probe_found *f)
{
	struct page first = { .body = BUF_INIT(0) };
	const struct candidate *c = f->candidates->count > 0 ? &f->candidates->list[0] : NULL;

	if (f->candidates->kind == KIND_PAGE || (c != NULL && strcmp(c->url, page->url) == 0)) {
		if (read_pdf(p, page, &f->document_err) == 0)
			(void)extract_page_of(src, page, c, now_ms, &f->document, &f->document_err);
		return;
	}
	if (c == NULL)
		return;
	if (url_is_item(c->url)) {	/* what its list says of it is the document */
		f->document = document_new();
		document_set_line(&f->document->title, c->title, DOCUMENT_TITLE_MAX);
		f->document->url = xstrdup(c->url);
		f->document->published = c->published;
		f->document->text = c->content != NULL ? normal_text(c->content, strlen(c->content)) : NULL;
		return;
	}
	if (fetch(p, src, c->url, FETCH_PAGE, &first, &f->document_err) == 0 &&
	    read_pdf(p, &first, &f->document_err) == 0)
		(void)extract_page_of(src, &first, c, now_ms, &f->document, &f->document_err);
	page_done(&first);
}

int
probe_list(struct probe *p, const struct cfg_source *src, const char *url, int64_t now_ms,
    struct candidates **ret, struct err *reterr)
{
	struct page page = { .body = BUF_INIT(0) };
	enum diagnosis why;
	int rc = fetch(p, src, url, FETCH_SITEMAP, &page, reterr);

	if (rc == 0)
		rc = discover_page(src, &page, now_ms, ret, &why, reterr);
	page_done(&page);
	return rc;
}

struct place {
	struct candidate one;
	size_t at;
	int64_t ms;
};

static int
by_age(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms > y->ms ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Newest first where most say when they were published; else as the page has them. */
static void
sort_by_age(struct candidates *c)
{
	struct place *all = xcalloc(c->count + 1, sizeof(*all));
	size_t dated = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct doc_date *d = &c->list[i].published;

		all[i] = (struct place){ c->list[i], i, d->precision != DATE_NONE ? date_sort_ms(d, 0) : INT64_MIN };
		dated += d->precision != DATE_NONE;
	}
	if (c->count > 1 && dated * 2 >= c->count) {
		qsort(all, c->count, sizeof(*all), by_age);
		for (size_t i = 0; i < c->count; i++)
			c->list[i] = all[i].one;
	}
	free(all);
}

/* What robots.txt names, as far as it was asked. */
static void
take_sitemaps(struct probe *p, const char *url, struct probe_found *f)
{
	const char *const *maps;
	size_t n = fetcher_sitemaps(p->fetcher, url, &maps);

	f->sitemaps = xcalloc(n + 1, sizeof(*f->sitemaps));
	for (size_t i = 0; i < n && i < SITEMAPS_MAX; i++)
		if ((f->sitemaps[f->sitemaps_count] = url_resolve(url, maps[i])) != NULL)
			f->sitemaps_count++;	/* some name a path of their own host */
}

/* Fetches and discovers; *ret is the caller's even on -1. */
static int
read_source(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct page *page, struct probe_found *f,
    struct err *reterr)
{
	static const enum fetch_class classes[] = {[CFG_KIND_AUTO] = FETCH_FEED,
	    [CFG_KIND_LISTING] = FETCH_PAGE,
	    [CFG_KIND_FEED] = FETCH_FEED,
	    [CFG_KIND_SITEMAP] = FETCH_SITEMAP,
	    [CFG_KIND_PAGE] = FETCH_PAGE};
	int rc = fetch(p, src, src->url, classes[src->kind], page, reterr);
	enum diagnosis why;

	f->diagnosis = diagnosis_of_header(page->mitigated);
	if (rc < 0 || discover_page(src, page, now_ms, &f->candidates, f->diagnosis == DIAGNOSIS_NONE ? &f->diagnosis : &why,
	    reterr) < 0)
		return -1;
	sort_by_age(f->candidates);
	f->url = xstrdup(page->url);
	f->bytes = page->body.len;
	f->content_type = xstrdup(page->content_type);
	f->etag = xstrdup(page->etag);
	f->last_modified = xstrdup(page->last_modified);
	f->moved_to = page->permanent ? xstrdup(page->url) : NULL;
	take_sitemaps(p, page->url, f);
	return 0;
}

int
probe_read(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *ret,
    struct err *reterr)
{
	struct page page = { .body = BUF_INIT(0) };
	int rc = read_source(p, src, now_ms, &page, ret, reterr);

	page_done(&page);
	return rc;
}

int
probe_look(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *ret,
    struct err *reterr)
{
	struct page page = { .body = BUF_INIT(0) };
	int rc = read_source(p, src, now_ms, &page, ret, reterr);

	if (rc == 0)
		first_document(p, src, &page, now_ms, ret);
	page_done(&page);
	return rc;
}

void
probe_document(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *f)
{
	struct page page = { .body = BUF_INIT(0) };

	if (f->candidates->kind != KIND_PAGE)
		page.url = xstrdup("");	/* nothing of the list itself is wanted any more */
	else if (fetch(p, src, f->url, FETCH_PAGE, &page, &f->document_err) < 0)
		return;
	first_document(p, src, &page, now_ms, f);
	page_done(&page);
}

void
probe_found_done(struct probe_found *f)
{
	free(f->url);
	free(f->content_type);
	free(f->etag);
	free(f->last_modified);
	free(f->moved_to);
	for (size_t i = 0; i < f->sitemaps_count; i++)
		free(f->sitemaps[i]);
	free(f->sitemaps);
	candidates_free(f->candidates);
	document_free(f->document);
	*f = (struct probe_found){ 0 };
}
