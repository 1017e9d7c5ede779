/* look_put: the ends of a look: what the archive is told of a document, and when it is looked at again. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "daemon/deliver.h"
#include "daemon/look_int.h"
#include "daemon/watch.h"
#include "base/banned.h"

#define RAW_KEEP_MAX (8u << 20)		/* bytes of a response that we keep */
#define SPREAD_FROM_MS 60000
#define SPREAD_MAX_MS (6 * 3600000LL)

/* Pauses after a candidate failed; then it is archived with what its row says. */
static const int64_t retry_pause_ms[] = { 60000, 600000, 3600000, 6 * 3600000LL, 24 * 3600000LL };
#define LASTING_ATTEMPTS 5	/* 404, 403, a page that kills workers */
#define PASSING_ATTEMPTS 10	/* network, 5xx: a week and more */

/* No page, so no second look that could agree. */
static bool
is_item(const struct look *l)
{
	return l->kind == LOOK_CANDIDATE && url_is_item(l->cand.url);
}

int64_t
look_next_check(const struct look *l, bool hot)
{
	const struct cfg_source *cfg = l->ps->cfg;
	int64_t now = clock_wall_ms(), since = now, wait;

	if (is_item(l))
		return 0;	/* its list is all there is of it */
	if (l->kind == LOOK_PAGE)
		return 0;	/* its source's visits look at it */
	if (l->kind == LOOK_RECHECK && !hot)
		since = l->re.last_changed_ms > l->re.first_seen_ms ? l->re.last_changed_ms : l->re.first_seen_ms;
	wait = scheduler_recheck_ms(cfg->recheck_s, cfg->recheck_count, now > since ? now - since : 0);
	if (wait >= SPREAD_FROM_MS)	/* what was found together need not be looked at together for ever */
		wait += (int64_t)((double)(wait / 10 < SPREAD_MAX_MS ? wait / 10 : SPREAD_MAX_MS) * daemon_random());
	return wait == 0 ? 0 : now + wait;
}

static void
expect_check(struct intake *in, int64_t at_ms)
{
	if (at_ms != 0 && at_ms < in->next_check_ms)
		in->next_check_ms = at_ms;
}

static void
fill_from_row(struct look *l)
{
	struct doc_date row;
	const struct store_candidate *c = &l->cand;
	bool weak = l->doc->published.precision == DATE_NONE || l->doc->published.source == DATE_FROM_URL;

	if (l->doc->url == NULL)
		l->doc->url = xstrdup(l->body.url != NULL ? l->body.url : c->url);
	if (l->doc->title == NULL && c->title != NULL)
		document_set_line(&l->doc->title, c->title, DOCUMENT_TITLE_MAX);
	if (weak && c->published != NULL && date_from_iso(c->published, &row) == 0) {
		row.source = (enum date_source)c->published_source;
		l->doc->published = row;
	}
	if (l->doc->language == NULL)
		l->doc->language = xstrdup(c->language);
}

/* Edited, and under the ETag that it had before. */
static bool
was_vouched_for(const struct look *l)
{
	return l->kind == LOOK_RECHECK && !l->elsewhere && l->re.etag != NULL && l->body.etag != NULL &&
	    strcmp(l->re.etag, l->body.etag) == 0;
}

static int
write_put(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;
	const struct cfg_source *cfg = l->ps->cfg;
	struct store_put put = { .source = cfg->name, .candidate_id = l->cand.id, .doc_id = l->re.doc_id,
		.url = l->elsewhere ? l->others[l->others_next - 1] : l->kind == LOOK_RECHECK ? l->re.url : l->kind == LOOK_PAGE ? cfg->url : l->cand.url,
		.hops = (const char *const *)l->body.hops, .hops_count = l->body.hops_count,
		.etag = l->body.etag, .last_modified = l->body.last_modified,
		.content_type = l->body.content_type, .http_status = l->body.status, .doc = l->doc,
		.extractor = l->extractor != NULL ? l->extractor : l->ps->extractor, .at_ms = clock_wall_ms(),
		.next_check_ms = look_next_check(l, l->kind != LOOK_RECHECK),
		.next_check_hot_ms = look_next_check(l, true), .confirm_ms = is_item(l) ? 0 : cfg->confirm_s * 1000,
		.doubtful = body_end(&l->body) != BODY_WHOLE };

	if (l->body.len > 0 && l->body.len <= RAW_KEEP_MAX) {
		put.raw = l->body.bytes;
		put.raw_len = l->body.len;
		put.raw_hash = l->body.hash;
	}
	put.ask = l->kind == LOOK_RECHECK && (!l->asked || l->elsewhere);
	put.moved = l->elsewhere;
	put.ask_page = l->kind == LOOK_RECHECK && !l->whole && l->extractor == NULL && l->body.len > 0;
	put.old_page = l->old_page;
	put.new_page = l->new_page;
	if (l->kind == LOOK_PAGE) {
		put.announce = cfg->announce;
		put.quiet = !l->watch->seen_good && !cfg->announce;
	}
	if (store_put(s, &put, &l->ps->routes, &l->result, reterr) < 0)
		return -1;
	return l->result.what == PUT_REVISION && was_vouched_for(l) ?
	    store_source_distrust(s, cfg->name, put.at_ms, &l->ps->routes, reterr) : 0;
}

static void
log_put(const struct look *l)
{
	static const struct { const char *event; enum log_priority priority; } said[] = {
		[PUT_NEW] = { "document-new", LOG_P_INFO },
		[PUT_ALIAS] = { "document-alias", LOG_P_INFO },
		[PUT_SAME] = { "document-same", LOG_P_DEBUG },
		[PUT_PENDING] = { "document-differs", LOG_P_INFO },
		[PUT_REVISION] = { "document-edited", LOG_P_INFO },
		[PUT_STRANGE] = { "document-strange", LOG_P_DEBUG },
		[PUT_DIFFERS] = { "document-asked", LOG_P_DEBUG },
		[PUT_LED_HOME] = { "document-led-home", LOG_P_DEBUG },
	};

	log_kv(said[l->result.what].priority, said[l->result.what].event, "source", l->ps->cfg->name, "id",
	    log_num(l->result.doc_id), "url", l->doc->url, "title", l->doc->title, "text",
	    l->doc->text_state == TEXT_NONE ? l->doc->trouble : NULL, NULL);
	if (l->result.moved)
		log_kv(LOG_P_NOTICE, "document-moved", "source", l->ps->cfg->name, "id", log_num(l->result.doc_id), "url",
		    l->doc->url, "from", l->re.url, NULL);
	if (l->result.held != NULL)
		log_kv(LOG_P_NOTICE, "change-held", "source", l->ps->cfg->name, "id", log_num(l->result.doc_id), "url",
		    l->doc->url, "text", l->result.held, NULL);
}

static void
page_end(struct look *l, int rc, const struct err *err)
{
	if (l->watch != NULL)
		l->page_done(l->watch, rc, err, l->result.urgent_check);
}

static void
distrust(const struct look *l)
{
	struct watch *w;

	HASH_FIND_STR(l->in->d->watches, l->ps->cfg->name, w);
	if (w != NULL && !w->lies)
		watch_distrust_host(w);
}

static void
wrote_put(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;
	struct intake *in = l->in;

	l->recording = false;
	if (rc < 0) {
		log_kv(LOG_P_ERR, "archive-failed", "source", l->ps->cfg->name, "url", l->doc->url, "class",
		    err_class_name(err->class), "text", err->text, NULL);
		in->d->trouble = true;
		in->next_retry_ms = clock_wall_ms() + ARCHIVE_RETRY_MS;	/* the row still waits */
	} else {
		log_put(l);
		if (l->result.what == PUT_DIFFERS) {
			look_whole(l);
			return;
		}
		if (l->result.what == PUT_STRANGE && !l->elsewhere) {
			look_strange(l);
			return;
		}
		if (l->result.what == PUT_STRANGE || l->result.what == PUT_LED_HOME) {
			look_lost(l, "the address leads to the home page or to the list");
			return;
		}
		expect_check(in, look_next_check(l, l->result.what != PUT_SAME));
		if (l->result.urgent_check)
			expect_check(in, clock_wall_ms() + l->ps->cfg->confirm_s * 1000);
		if (l->result.what == PUT_REVISION && was_vouched_for(l))
			distrust(l);
		if (l->result.event_seq != 0 && !l->expected)
			deliver_kick(in->d->deliver);
	}
	if (l->kind == LOOK_PAGE)
		page_end(l, rc, err);
	look_end(l);
}

void
look_put(struct look *l)
{
	if (l->doc == NULL) {
		l->doc = document_new();
		l->doc->text_state = TEXT_NONE;
		l->doc->trouble = xstrdup(l->reason);
	}
	if (l->kind == LOOK_CANDIDATE)
		fill_from_row(l);
	else if (l->doc->url == NULL)
		l->doc->url = xstrdup(l->body.url != NULL ? l->body.url : l->ps->cfg->url);
	l->recording = true;
	writer_post(l->in->d->writer, write_put, wrote_put, l);
	/* What is to be told of it is asked for behind it, in the same transaction. */
	l->expected = l->kind == LOOK_CANDIDATE && !l->cand.quiet;
	if (l->expected)
		deliver_kick(l->in->d->deliver);
}

/* ---- candidates that could not be had ----------------------------------------------------------------------- */

static int
write_retry(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;

	return store_candidate_retry(s, l->cand.id, l->not_before_ms, l->reason, reterr);
}

static void
wrote_retry(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;

	if (rc < 0)
		log_kv(LOG_P_ERR, "archive-failed", "url", l->cand.url, "text", err->text, NULL);
	if (l->not_before_ms < l->in->next_retry_ms)
		l->in->next_retry_ms = l->not_before_ms;
	l->recording = false;
	look_end(l);
}

void
look_retry(struct look *l, const struct err *err, bool lasting, int64_t not_before_ms)
{
	unsigned attempt = l->cand.attempts, last = sizeof(retry_pause_ms) / sizeof(retry_pause_ms[0]) - 1;
	int64_t pause = retry_pause_ms[attempt < last ? attempt : last];

	if (attempt + 1 >= (lasting ? LASTING_ATTEMPTS : PASSING_ATTEMPTS)) {
		look_put(l);
		return;
	}
	snprintf(l->reason, sizeof(l->reason), "%s", err->text);
	l->not_before_ms = clock_wall_ms() + pause - (int64_t)((double)pause * 0.1 * daemon_random());
	if (not_before_ms > l->not_before_ms)
		l->not_before_ms = not_before_ms;
	log_kv(LOG_P_WARNING, "fetch-failed", "source", l->ps->cfg->name, "url", l->cand.url, "class",
	    err_class_name(err->class), "attempt", log_num(attempt + 1), "retry_s",
	    log_num((l->not_before_ms - clock_wall_ms()) / 1000), "text", err->text, NULL);
	l->in->d->trouble = true;
	l->recording = true;
	writer_post(l->in->d->writer, write_retry, wrote_retry, l);
}

/* ---- rechecks that changed nothing --------------------------------------------------------------------------- */

static int
write_recheck_failed(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;

	return store_recheck_failed(s, l->re.doc_id, clock_wall_ms(), l->next_check_ms, l->body.status, l->reason,
	    reterr);
}

static void
wrote_recheck_failed(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;

	if (rc < 0)
		log_kv(LOG_P_ERR, "archive-failed", "url", l->re.url, "text", err->text, NULL);
	else
		expect_check(l->in, l->next_check_ms);
	l->recording = false;
	look_end(l);
}

void
look_recheck_failed(struct look *l, long status, const struct err *err)
{
	snprintf(l->reason, sizeof(l->reason), "%s", err->text);
	l->body.status = status;
	l->next_check_ms = look_next_check(l, false);
	log_kv(LOG_P_INFO, "recheck-failed", "source", l->ps->cfg->name, "url", l->re.url, "class",
	    err_class_name(err->class), "status", status != 0 ? log_num(status) : NULL, "text", err->text, NULL);
	l->recording = true;
	writer_post(l->in->d->writer, write_recheck_failed, wrote_recheck_failed, l);
}

void
look_recheck_same(struct look *l)
{
	struct intake *in = l->in;
	struct same_check *s;
	bool fresh = l->body.etag != NULL || l->body.last_modified != NULL;

	in->same = xgrow(in->same, &in->same_cap, in->same_count + 1, sizeof(*in->same));
	s = &in->same[in->same_count++];
	*s = (struct same_check){ .doc_id = l->re.doc_id, .at_ms = clock_wall_ms(),
		.next_check_ms = look_next_check(l, false),
		.etag = xstrdup(fresh ? l->body.etag : l->re.etag),
		.last_modified = xstrdup(fresh ? l->body.last_modified : l->re.last_modified) };
	expect_check(in, s->next_check_ms);
	look_end(l);
}
