#include "daemon/visit.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/entrance.h"
#include "daemon/fill.h"
#include "daemon/health.h"
#include "daemon/intake.h"
#include "daemon/visit_int.h"
#include "base/banned.h"

/* However good the validators look: an unconditional look at least that often (they may lie). */
#define FULL_LOOK_MS (24 * 3600 * 1000LL)
#define CUT_FAILURES 3		/* a page that ends in the middle each time is what its server has */
#define FULL_LOOK_VISITS 24

void
visit_free(struct visit *v)
{
	if (v->fetch != 0)
		fetch_cancel(v->d->fetcher, v->fetch);
	if (v->job != 0)
		pool_cancel(v->d->pool, v->job);
	body_done(&v->body);
	body_done(&v->file);
	candidates_free(v->found);
	for (size_t i = 0; i < v->files_count; i++)
		free(v->files[i]);
	free(v->files);
	free(v->depth);
	free(v->asked);
	free(v->hub);
	visit_files_free(&v->read_now);
	plan_unref(v->plan);
	v->d->visits_running--;
	free(v);
}

/* What the bytes are taken for: what the administrator says, else what they turned out to be before. */
static enum source_kind
kind_of(const struct visit *v)
{
	struct discover_opts opts;

	plan_discover_opts(v->ps, &opts);
	return opts.kind != KIND_AUTO ? opts.kind : v->watch->kind;
}

void
visit_discover(struct visit *v, const struct body *body, enum source_kind kind, pool_done_fn *done)
{
	struct job job = { .kind = JOB_DISCOVER, .bytes = body->bytes, .len = body->len, .lasting = true };

	plan_discover_opts(v->ps, &job.discover);
	job.discover.url = body->url;
	job.discover.content_type = body->content_type;
	job.discover.kind = kind;
	job.discover.now_ms = clock_wall_ms();
	job.discover.known_shape = v->watch->shape;
	v->job = pool_submit(v->d->pool, &job, done, v);
}

static void
on_page_put(struct watch *w, int rc, const struct err *err, bool look_again_soon)
{
	if (w->visit != NULL)
		visit_end_page(w->visit, rc, err, look_again_soon);
}

/* The page itself is the document. */
static void
put_page(struct visit *v)
{
	struct body body = v->body;

	v->body = (struct body){ .status = body.status, .etag = xstrdup(body.etag),
		.last_modified = xstrdup(body.last_modified) };
	memcpy(v->body.hash, body.hash, sizeof(body.hash));
	v->watch->kind = KIND_PAGE;
	v->recording = true;
	intake_page(v->d->intake, v->watch, &body, on_page_put);
}

/* The bytes came and are of no use: why, in words for a person. */
static void
end_useless(struct visit *v, enum err_class class, const char *text)
{
	const char *words = diagnosis_words(v->why);
	bool challenge = diagnosis_is_challenge(v->why);
	struct err err;

	if (challenge)
		(void)err_set(&err, ERR_PERMANENT, "%s", words);
	else
		(void)err_set(&err, class, "%s%s%s", text, words != NULL ? ": " : "", words != NULL ? words : "");
	visit_end_failed(v, challenge ? FETCH_REFUSED : FETCH_OK, v->body.status, &err, 0);
}

static void
on_discovered(const struct job_answer *answer, void *arg)
{
	struct visit *v = arg;
	struct candidates *found = answer->candidates;
	struct err err = { 0 };

	v->job = 0;
	v->why = answer->why;
	if (answer->err.class != ERR_NONE) {
		end_useless(v, answer->err.class, answer->err.text);
		return;
	}
	if (found->same) {
		visit_end_same(v);
		return;
	}
	if (found->kind == KIND_PAGE) {
		put_page(v);
		return;
	}
	if (found->kind == KIND_LISTING && found->count + found->refused == 0) {
		end_useless(v, ERR_CONFIG, "no list of documents was found on the page");
		return;
	}
	if (v->body.doubtful_end && found->truncated) {
		(void)err_set(&err, ERR_TEMPORARY, "the answer ends in the middle");
		visit_end_failed(v, FETCH_FAILED, v->body.status, &err, 0);
		return;
	}
	v->found = pool_take_candidates(answer);
	if (v->found->kind == KIND_SITEMAP && v->found->more_count > 0)
		visit_files_begin(v);
	else
		visit_end_read(v);
}

static void
look_into(struct visit *v)
{
	struct watch *w = v->watch;
	enum source_kind kind = kind_of(v);
	static const unsigned char none[32];
	struct err err = { 0 };

	if (v->body.len > 0 && memcmp(v->body.hash, w->body_hash, 32) == 0 &&
	    memcmp(w->body_hash, none, 32) != 0) {
		visit_end_same(v);
		return;
	}
	if (kind == KIND_PAGE && body_end(&v->body) == BODY_CUT && w->failures < CUT_FAILURES) {
		(void)err_set(&err, ERR_TEMPORARY, "the page ends in the middle");
		visit_end_failed(v, FETCH_FAILED, v->body.status, &err, 0);
		return;
	}
	if (kind == KIND_PAGE)
		put_page(v);
	else
		visit_discover(v, &v->body, kind, on_discovered);
}

static void
on_fetched(struct fetch_answer *a, void *arg)
{
	struct visit *v = arg;
	long status = a->http != NULL ? a->http->status : 0;
	int64_t retry_after_ms = a->http != NULL ? a->http->retry_after_ms : -1;

	v->fetch = 0;
	entrance_met(v->watch, v->asked, a);
	if (a->http != NULL && a->http->link != NULL)
		v->hub = entrance_hub(a->http->link, a->http->url);
	switch (a->outcome) {
	case FETCH_NOT_MODIFIED:
		body_take_validators(&v->body, a->http);
		visit_end_same(v);
		return;
	case FETCH_OK:
		body_take(&v->body, a->http);
		look_into(v);
		return;
	default:
		if (a->host_until_ms > 0)
			retry_after_ms = a->host_until_ms - clock_wall_ms();
		if (a->http != NULL && status >= 400)
			v->why = diagnosis_of_header(a->http->cf_mitigated);
		if (v->why != DIAGNOSIS_NONE) {
			a->outcome = FETCH_REFUSED;
			(void)err_set(&a->err, ERR_PERMANENT, "%s", diagnosis_words(v->why));
		}
		visit_end_failed(v, a->outcome, status, &a->err, retry_after_ms);
	}
}

static enum fetch_class
class_of(enum source_kind kind)
{
	return kind == KIND_FEED ? FETCH_FEED : kind == KIND_LISTING || kind == KIND_PAGE ? FETCH_PAGE :
	    FETCH_SITEMAP;
}

void
visit_start(struct watch *w)
{
	struct daemon *d = w->d;
	const struct cfg_source *cfg = w->ps->cfg;
	struct fetch_request req = { .urgent = true, .ignore_robots = cfg->ignore_robots,
		.user_agent = cfg->user_agent, .proxy = cfg->proxy,
		.cookies = cfg->secrets != NULL ? cfg->secrets->cookies : NULL, .home = cfg->url,
		.headers = (const char *const *)cfg->headers,
		.command = (const char *const *)cfg->fetch_with };
	struct visit *v;
	int64_t now = clock_wall_ms();
	bool whole;

	if (w->visit != NULL) {
		w->again = true;
		return;
	}
	scheduler_remove(&d->scheduler, &w->due);
	v = xcalloc(1, sizeof(*v));
	v->watch = w;
	v->d = d;
	v->plan = plan_ref(d->plan);
	v->ps = w->ps;
	v->started_ms = now;
	whole = now - w->last_full_ms >= FULL_LOOK_MS || w->since_full + 1 >= FULL_LOOK_VISITS;
	req.url = v->asked = xstrdup(entrance_url(w, whole));
	v->full = whole || w->lies || (w->etag == NULL && w->last_modified == NULL);
	w->visit = v;
	w->again = false;
	if (w->fill_url != NULL) {
		fill_begin(w, w->fill_url);
		free(w->fill_url);
		w->fill_url = NULL;
	}
	d->visits_running++;
	req.class = class_of(kind_of(v));
	if (!v->full) {
		req.etag = w->etag;
		req.last_modified = w->last_modified;
	}
	v->fetch = fetch_start(d->fetcher, &req, on_fetched, v);
}

void
visit_cancel(struct watch *w)
{
	if (w->visit == NULL || w->visit->recording)
		return;
	visit_free(w->visit);
	w->visit = NULL;
}
