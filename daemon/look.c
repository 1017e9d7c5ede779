/* look: one document from its address to a struct document: fetch and extraction. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "daemon/look_int.h"
#include "document/normal.h"
#include "fetchers/pdf.h"
#include "base/banned.h"

/* A page that ends in the middle each time is what its server has. */
#define ODD_ATTEMPTS 1
#define CUT_ATTEMPTS 3

#define FULL_CHECK 4	/* validators may lie: every so many looks is unconditional */

static void
on_extracted(const struct job_answer *answer, void *arg)
{
	struct look *l = arg;
	struct err none;

	l->job = 0;
	if (answer->err.class != ERR_NONE && l->elsewhere) {
		look_lost(l, answer->err.text);
		return;
	}
	if (answer->err.class == ERR_NONE) {
		l->doc = document_copy(answer->document);
		if (l->extractor != NULL && l->kind == LOOK_RECHECK && l->re.has_text &&
		    l->doc->text_state == TEXT_NONE) {	/* a PDF that can no longer be read is no edit */
			(void)err_set(&none, ERR_INPUT, "%s", l->doc->trouble);
			look_recheck_failed(l, l->body.status, &none);
		} else
			look_put(l);
		return;
	}
	snprintf(l->reason, sizeof(l->reason), "%s", answer->err.text);
	if (l->kind == LOOK_RECHECK)
		look_recheck_failed(l, l->body.status, &answer->err);
	else if (l->kind == LOOK_CANDIDATE && answer->err.class != ERR_INPUT && answer->err.class != ERR_CONFIG &&
	    l->cand.attempts == 0)
		look_retry(l, &answer->err, true, 0);	/* a busy machine, perhaps: once more */
	else
		look_put(l);
}

void
look_extract_opts(const struct look *l, struct extract_opts *ret)
{
	plan_extract_opts(l->ps, ret);
	ret->url = l->body.url;
	ret->content_type = l->body.content_type;
	ret->now_ms = clock_wall_ms();
	if (l->kind == LOOK_CANDIDATE) {
		ret->title_hint = l->cand.title;
		ret->date_hint = l->cand.published;
	} else if (l->kind == LOOK_RECHECK) {
		ret->title_hint = l->re.listed_title;
		ret->date_hint = l->re.listed_published;
	}
}

void
look_extract(struct look *l)
{
	struct extract_opts opts;

	look_extract_opts(l, &opts);
	look_read(l, l->body.bytes, l->body.len, &opts, on_extracted);
}

/* ---- texts derived by an earlier extractor: derived anew before anything is compared ----------------------- */

static int
read_raw(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;

	return store_raw(s, l->re.raw_hash, &l->old_raw, &l->old_len, reterr);
}

static int
write_rederived(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;

	return store_rederive(s, l->re.doc_id, l->old_doc, l->extractor != NULL ? l->extractor : l->ps->extractor,
	    reterr);
}

/* Then the new response is read, if there is one. */
static void
after_rederived(struct look *l)
{
	if (l->unchanged)
		look_recheck_same(l);
	else
		look_extract(l);
}

static void
wrote_rederived(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;

	if (rc < 0)
		log_kv(LOG_P_WARNING, "rederive-failed", "url", l->re.url, "text", err->text, NULL);
	l->recording = false;
	after_rederived(l);
}

static void
on_old_extracted(const struct job_answer *answer, void *arg)
{
	struct look *l = arg;

	l->job = 0;
	if (answer->err.class != ERR_NONE) {
		if (l->extractor != NULL && !l->re.has_text)	/* a PDF without text, as before */
			after_rederived(l);
		else
			look_recheck_failed(l, 0, &answer->err);
		return;
	}
	l->old_doc = document_copy(answer->document);
	l->recording = true;
	writer_post(l->in->d->writer, write_rederived, wrote_rederived, l);
}

static void
have_raw(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;
	struct extract_opts opts;

	l->recording = false;
	if (rc < 0) {	/* nothing to derive from: compared as it stands */
		after_rederived(l);
		return;
	}
	look_extract_opts(l, &opts);
	opts.url = l->re.url;
	opts.content_type = l->re.content_type;
	look_read(l, l->old_raw, l->old_len, &opts, on_old_extracted);
}

void
look_rederive(struct look *l)
{
	l->recording = true;
	writer_post(l->in->d->writer, read_raw, have_raw, l);
}

/* ---- fetch --------------------------------------------------------------------------------------------------- */

bool
look_outdated(struct look *l, bool pdf)
{
	static const unsigned char none[32];

	return memcmp(l->re.raw_hash, none, sizeof(none)) != 0 &&
	    (l->re.extractor == NULL || strcmp(l->re.extractor, look_extractor(l, pdf)) != 0);
}

/* The response is what it was. A PDF that had no text because nothing could read it may have one now. */
static void
recheck_same(struct look *l)
{
	l->unchanged = true;
	if (!l->re.has_text && l->re.content_type != NULL && strncasecmp(l->re.content_type, "application/pdf", 15) == 0 &&
	    look_outdated(l, true))
		look_rederive(l);
	else
		look_recheck_same(l);
}

static void
recheck_fetched(struct look *l)
{
	/* A response that was not kept has a hash of zeros, which no bytes have. */
	if (l->re.gone_since_ms == 0 && memcmp(l->re.raw_hash, l->body.hash, sizeof(l->body.hash)) == 0)
		recheck_same(l);
	else if (look_outdated(l, pdf_is(l->body.bytes, l->body.len)))
		look_rederive(l);
	else
		look_extract(l);
}

static void
candidate_failed(struct look *l, struct fetch_answer *a)
{
	bool lasting = a->outcome == FETCH_GONE || a->outcome == FETCH_REFUSED;

	snprintf(l->reason, sizeof(l->reason), "%s", a->err.text);
	if (a->outcome == FETCH_DENIED && a->err.class == ERR_PERMANENT)
		look_put(l);	/* listed, and not to be read: told with what its row says */
	else
		look_retry(l, &a->err, lasting, a->host_until_ms);
}

/* Half a page is no page: asked for again, and only what half pages agree on for long is believed. */
static bool
cut_short(struct look *l)
{
	enum body_end end = body_end(&l->body);
	struct err err = { 0 };

	if (end == BODY_WHOLE)
		return false;
	(void)err_set(&err, ERR_TEMPORARY, "the page ends in the middle");
	if (l->kind == LOOK_RECHECK) {
		if (end == BODY_ODD)
			return false;	/* look_put() says that it is doubtful */
		look_recheck_failed(l, l->body.status, &err);
		return true;
	}
	if (l->cand.attempts >= (end == BODY_ODD ? ODD_ATTEMPTS : CUT_ATTEMPTS))
		return false;
	look_retry(l, &err, true, 0);
	return true;
}

static void
on_fetched(struct fetch_answer *a, void *arg)
{
	struct look *l = arg;

	l->fetch = 0;
	if (a->outcome == FETCH_OK) {
		body_take(&l->body, a->http);
		if (cut_short(l))
			return;
		if (l->kind == LOOK_RECHECK)
			recheck_fetched(l);
		else
			look_extract(l);
	} else if (a->outcome == FETCH_NOT_MODIFIED && l->kind == LOOK_RECHECK) {
		body_take_validators(&l->body, a->http);
		recheck_same(l);
	} else if (l->kind == LOOK_RECHECK && a->outcome == FETCH_GONE) {
		l->body.status = a->http->status;
		look_lost(l, a->http->status == 410 ? "the address answers 410 Gone" :
		    "the address answers 404 Not Found");
	} else if (l->kind == LOOK_RECHECK)
		look_recheck_failed(l, a->http != NULL ? a->http->status : 0, &a->err);
	else
		candidate_failed(l, a);
}

/* An item without an address: what its list says of it is the document. */
static void
take_item(struct look *l)
{
	l->doc = document_new();
	l->doc->text_state = TEXT_NONE;
	if (l->cand.summary != NULL) {
		l->doc->text = normal_text(l->cand.summary, strlen(l->cand.summary));
		l->doc->text_state = TEXT_FULL;
		l->doc->words = (unsigned)unicode_word_count(l->doc->text, strlen(l->doc->text));
	}
	look_put(l);
}

void
look_request(const struct look *l, const char *url, struct fetch_request *ret)
{
	const struct cfg_source *cfg = l->ps->cfg;

	*ret = (struct fetch_request){ .url = url, .class = FETCH_PAGE, .ignore_robots = cfg->ignore_robots,
		.user_agent = cfg->user_agent, .proxy = cfg->proxy,
		.cookies = cfg->secrets != NULL ? cfg->secrets->cookies : NULL, .home = cfg->url,
		.headers = (const char *const *)cfg->headers,
		.command = (const char *const *)cfg->fetch_with };
}

void
look_start(struct look *l)
{
	struct fetch_request req;

	if (l->kind == LOOK_CANDIDATE && url_is_item(l->cand.url)) {
		take_item(l);
		return;
	}
	if (l->kind == LOOK_RECHECK) {
		struct watch *w;

		HASH_FIND_STR(l->in->d->watches, l->ps->cfg->name, w);
		look_request(l, l->re.url, &req);
		/* What was missed is looked at whole, and whatever the validators say every few looks. */
		if ((w == NULL || !w->lies) && !l->re.pending && l->re.gone_since_ms == 0 && l->re.checks % FULL_CHECK != FULL_CHECK - 1) {
			req.etag = l->re.etag;
			req.last_modified = l->re.last_modified;
		}
	} else {
		look_request(l, l->cand.url, &req);
		req.urgent = !l->cand.quiet && l->cand.attempts == 0;	/* somebody waits for it */
	}
	l->fetch = fetch_start(l->in->d->fetcher, &req, on_fetched, l);
}
