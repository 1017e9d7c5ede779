/* visit_record: the ends of a visit: what the archive is told, what the watch remembers, when it comes again. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/fill.h"
#include "daemon/health.h"
#include "daemon/intake.h"
#include "daemon/deliver.h"
#include "daemon/visit_int.h"
#include "daemon/watch.h"
#include "base/banned.h"

#define SAME_BATCH 256			/* unchanged visits that wait before they are written */
#define BASELINE_MAX 200		/* documents that a quiet first visit fetches */
#define FRESH_MAX 200			/* new ones a visit before it counts as a storm */
#define ENDED_MS (7 * 24 * 3600 * (int64_t)1000)		/* between two looks at a page that is gone for good (410) */

/* What goes to the writer; strings owned. */
struct record {
	struct daemon *d;
	struct plan *plan;
	const struct plan_source *ps;
	struct watch *watch;
	struct store_visit visit;
	char *etag, *last_modified, *page_title, *more, *hub;
	unsigned char body_hash[32];
	struct health health;
	struct candidates *found;	/* until the writer made list of it */
	struct visit_list list;
	bool no_hash, same_validators;
	uint64_t known_hash;		/* of the list before */
	struct store_visit_opts opts;
	struct store_visit_result result;
	enum store_state after;
	bool learned;
	bool expected;			/* its candidates were asked for with it */
	struct rhythm rhythm;
	int64_t next_in_ms;
	uint64_t shape;
	bool failed;
};

struct visit_same {			/* a bare "unchanged", waiting for its batch */
	struct plan *plan;
	const struct plan_source *ps;
	struct store_visit visit;
	char *etag, *last_modified;
};

static void
set_str(char **field, const char *value)
{
	char *copy = xstrdup(value);

	free(*field);
	*field = copy;
}

/* The visit is over: the next one is scheduled and v is gone. */
static void
leave(struct watch *w, int64_t next_in_ms)
{
	struct daemon *d = w->d;
	bool again = w->again;
	int64_t took_ms = clock_wall_ms() - w->visit->started_ms;	/* the clock may have been set back */

	d->visits_ms += (uint64_t)(took_ms > 0 ? took_ms : 0);
	visit_free(w->visit);
	w->visit = NULL;
	if (w->gone) {
		watch_free(w);
		daemon_progress(d);
		return;
	}
	if (d->once) {
		d->once_visits_left--;
		daemon_progress(d);
		return;
	}
	if (!d->stopping && (!w->paused || again)) {
		w->next_visit_ms = clock_wall_ms() + next_in_ms;
		scheduler_set(&d->scheduler, &w->due, clock_mono_ms() + (again ? 0 : next_in_ms));
	}
	w->again = false;
}

static int64_t
interval_ms(const struct visit *v)
{
	const struct cfg_source *cfg = v->ps->cfg;
	int64_t wait_ms = cfg->every_s * 1000, now = clock_wall_ms();

	if (v->watch->rhythm != NULL)
		wait_ms = rhythm_wait_ms(v->watch->rhythm, wait_ms, now, watch_zone_min(cfg, now));
	return scheduler_interval_ms(wait_ms, daemon_random());
}

static struct record *
record_new(struct visit *v, int64_t next_in_ms)
{
	struct record *r = xcalloc(1, sizeof(*r));

	v->recording = true;
	r->d = v->d;
	r->plan = plan_ref(v->plan);
	r->ps = v->ps;
	r->watch = v->watch;
	r->next_in_ms = next_in_ms;
	r->visit = (struct store_visit){ .source = r->ps->cfg->name, .at_ms = clock_wall_ms(),
		.next_visit_ms = clock_wall_ms() + next_in_ms, .http_status = v->body.status,
		.bytes = v->body.len, .full = v->full, .state = STATE_OK, .kind = v->watch->kind,
		.after = &r->after };
	return r;
}

static void
record_free(struct record *r)
{
	candidates_free(r->found);
	visit_list_clear(&r->list);
	free(r->etag);
	free(r->last_modified);
	free(r->page_title);
	free(r->more);
	free(r->hub);
	plan_unref(r->plan);
	free(r);
}

/* A good visit alone ends it. */
static bool
is_down(enum store_state state)
{
	return state != STATE_OK && state != STATE_QUIET && state != STATE_REDESIGNED;
}

/* What a good visit leaves in memory; called once the archive holds the same. */
static void
remember_good(struct watch *w, const struct store_visit *v)
{
	set_str(&w->etag, v->etag);
	set_str(&w->last_modified, v->last_modified);
	if (v->body_hash != NULL)
		memcpy(w->body_hash, v->body_hash, sizeof(w->body_hash));
	w->list_hash = v->list_hash;
	w->kind = (enum source_kind)v->kind;
	w->failures = 0;
	if (v->after != NULL)
		w->state = *v->after;
	else if (is_down(w->state))
		w->state = STATE_OK;	/* quiet or redesigned is judged with the batch */
	w->seen_good = true;
	w->last_visit_ms = v->at_ms;
	w->since_full++;
	if (v->full) {
		w->last_full_ms = v->at_ms;
		w->since_full = 0;
	}
}

/* ---- unchanged ---------------------------------------------------------------------------------------- */

struct same_batch {
	struct daemon *d;
	struct visit_same *list;
	size_t count;
	struct store_visit *visits;
	const struct store_routes **routes;
	enum store_state *after;
};

static int
write_same(struct store *s, void *arg, struct err *reterr)
{
	struct same_batch *b = arg;

	return store_visits_same(s, b->visits, b->count, b->routes, reterr);
}

/* What the batch found out of a source that is well but quiet, or rebuilt. */
static void
take_state(struct daemon *d, const char *source, enum store_state state)
{
	struct watch *w;

	HASH_FIND_STR(d->watches, source, w);
	if (w != NULL && w->failures == 0)
		w->state = state;
}

static void
wrote_same(void *arg, int rc, const struct err *err)
{
	struct same_batch *b = arg;

	if (rc < 0)	/* nothing is lost: the validators stand as they were, the next batch says the same */
		log_kv(LOG_P_ERR, "archive-failed", "class", err_class_name(err->class), "text", err->text, NULL);
	for (size_t i = 0; i < b->count; i++) {
		if (rc == 0 && b->after[i] != STATE_OK)
			take_state(b->d, b->visits[i].source, b->after[i]);
		free(b->list[i].etag);
		free(b->list[i].last_modified);
		plan_unref(b->list[i].plan);
	}
	free(b->list);
	free(b->visits);
	free(b->after);
	free(b->routes);
	deliver_kick(b->d->deliver);
	daemon_progress(b->d);
	free(b);
}

void
visit_flush(struct daemon *d)
{
	struct same_batch *b;

	if (d->same_count == 0)
		return;
	b = xcalloc(1, sizeof(*b));
	b->d = d;
	b->list = d->same;
	b->count = d->same_count;
	b->visits = xcalloc(b->count, sizeof(*b->visits));
	b->routes = xcalloc(b->count, sizeof(*b->routes));
	b->after = xcalloc(b->count, sizeof(*b->after));
	for (size_t i = 0; i < b->count; i++) {
		b->list[i].visit.etag = b->list[i].etag;
		b->list[i].visit.last_modified = b->list[i].last_modified;
		b->visits[i] = b->list[i].visit;
		b->visits[i].after = &b->after[i];
		b->routes[i] = &b->list[i].ps->routes;
	}
	d->same = NULL;
	d->same_count = d->same_cap = 0;
	writer_post(d->writer, write_same, wrote_same, b);
}

void
visit_end_same(struct visit *v)
{
	struct watch *w = v->watch;
	struct daemon *d = v->d;
	int64_t next = interval_ms(v);
	struct visit_same *s;
	bool news = is_down(w->state);	/* a recovery is told at once */

	d->same = xgrow(d->same, &d->same_cap, d->same_count + 1, sizeof(*d->same));
	s = &d->same[d->same_count++];
	*s = (struct visit_same){ .plan = plan_ref(v->plan), .ps = v->ps };
	/* A 304 may bring new validators (RFC 9110 15.4.5); else those that were sent still hold. */
	s->etag = xstrdup(v->body.etag != NULL || v->body.last_modified != NULL ? v->body.etag : w->etag);
	s->last_modified = xstrdup(v->body.last_modified != NULL || v->body.etag != NULL ?
	    v->body.last_modified : w->last_modified);
	s->visit = (struct store_visit){ .source = v->ps->cfg->name, .at_ms = clock_wall_ms(),
		.next_visit_ms = clock_wall_ms() + next, .http_status = v->body.status, .bytes = v->body.len,
		.etag = s->etag, .last_modified = s->last_modified, .list_hash = w->list_hash,
		.kind = w->kind, .full = v->full, .state = STATE_OK };
	remember_good(w, &s->visit);
	d->visits_done++;
	log_kv(LOG_P_DEBUG, "unchanged", "source", w->name, "status", log_num(v->body.status), NULL);
	leave(w, next);
	if (news || d->same_count >= SAME_BATCH || d->once)
		visit_flush(d);
}

/* ---- read --------------------------------------------------------------------------------------------- */

/* In the writer, because a sitemap has 50,000 entries. */
static void
take_list(struct record *r)
{
	visit_list_take(&r->list, r->found, r->visit.at_ms);
	candidates_free(r->found);
	r->found = NULL;
	r->visit.list_hash = r->no_hash ? 0 : visit_list_hash(&r->list);
	r->visit.lied = r->same_validators && r->visit.list_hash != 0 && r->known_hash != 0 &&
	    r->visit.list_hash != r->known_hash;
}

static int
write_read(struct store *s, void *arg, struct err *reterr)
{
	struct record *r = arg;
	int rc;

	if (r->found != NULL)
		take_list(r);
	if (r->hub != NULL && store_entrance_hub(s, r->visit.source, r->hub, reterr) < 0)
		return -1;
	rc = store_visit_read(s, &r->visit, r->list.list, r->list.count, &r->opts, &r->ps->routes, &r->result, reterr);
	visit_list_clear(&r->list);
	if (rc < 0)
		return -1;
	if (r->ps->cfg->adaptive && (r->result.fresh > 0 || r->result.known > 0))
		r->learned = watch_learn_rhythm(s, r->ps->cfg, &r->rhythm);
	return 0;
}

static void
log_read(const struct record *r)
{
	const struct store_visit_result *n = &r->result;

	log_kv(n->fresh > 0 ? LOG_P_INFO : LOG_P_DEBUG, "visited", "source", r->ps->cfg->name, "kind",
	    source_kind_name((enum source_kind)r->visit.kind), "found", log_num(n->found), "new",
	    log_num(n->fresh), "known", log_num(n->known), "recorded", log_num(n->recorded), NULL);
}

static void
distrust(const struct record *r)
{
	watch_distrust_host(r->watch);
	log_kv(LOG_P_WARNING, "validators-lie", "source", r->watch->name, "etag", r->etag, "text",
	    "the list changed under an unchanged ETag or date: every visit reads it whole now", NULL);
}

static void
wrote_read(void *arg, int rc, const struct err *err)
{
	struct record *r = arg;
	struct watch *w = r->watch;
	struct daemon *d = r->d;

	if (rc < 0) {
		log_kv(LOG_P_ERR, "archive-failed", "source", w->name, "class", err_class_name(err->class),
		    "text", err->text, NULL);
		d->trouble = true;
		leave(w, ARCHIVE_RETRY_MS);
	} else {
		if (r->visit.lied && !w->lies)
			distrust(r);
		remember_good(w, &r->visit);
		w->shape = r->shape;
		if (r->learned)
			watch_take_rhythm(w, &r->rhythm);
		visit_files_keep(w->visit);
		log_read(r);
		d->visits_done++;
		if (r->result.gap && r->more != NULL && !w->gone)
			fill_begin(w, r->more);
		if (r->result.touched > 0 || (r->result.fresh > 0 && !r->expected))
			intake_kick(d->intake);
		deliver_kick(d->deliver);
		leave(w, r->next_in_ms);
	}
	record_free(r);
	daemon_progress(d);
}

/* Asked without conditions, the server answered under the validators that we had: another list would be a lie. */
static bool
has_same_validators(const struct visit *v)
{
	const struct watch *w = v->watch;

	if (!v->full)
		return false;
	if (w->etag != NULL)
		return v->body.etag != NULL && strcmp(w->etag, v->body.etag) == 0;
	return w->last_modified != NULL && v->body.last_modified != NULL && v->body.etag == NULL &&
	    strcmp(w->last_modified, v->body.last_modified) == 0;
}

static void
take_found(struct record *r, struct visit *v)
{
	struct candidates *found = v->found;

	r->page_title = xstrdup(found->title);
	r->hub = xstrdup(found->hub != NULL ? found->hub : v->hub);
	r->opts = (struct store_visit_opts){ .announce = v->ps->cfg->announce,
		.trust_guid = !found->guids_doubtful, .baseline_max = BASELINE_MAX, .max_fresh = FRESH_MAX,
		.next_check_ms = clock_wall_ms() };
	r->opts.zone_min = watch_zone_min(v->ps->cfg, clock_wall_ms());
	r->opts.window = found->kind == KIND_LISTING || found->kind == KIND_FEED;
	if (r->opts.window && found->more_count > 0)
		r->opts.more = r->more = xstrdup(found->more[0]);
	r->visit.kind = (int)found->kind;
	r->visit.page_title = r->page_title;
	r->found = found;
	v->found = NULL;
}

void
visit_end_read(struct visit *v)
{
	struct record *r = record_new(v, interval_ms(v));
	/* An index is read again each time, its files by their own validators; a list that was cut short is, too. */
	bool again = v->files_count > 0 || v->found->truncated || v->files_failed || body_end(&v->body) == BODY_CUT;

	r->shape = again ? 0 : v->found->shape;
	take_found(r, v);
	r->no_hash = again;
	r->same_validators = has_same_validators(v);
	r->known_hash = v->watch->list_hash;
	if (!again) {
		r->etag = xstrdup(v->body.etag);
		r->last_modified = xstrdup(v->body.last_modified);
		r->visit.etag = r->etag;
		r->visit.last_modified = r->last_modified;
		memcpy(r->body_hash, v->body.hash, sizeof(r->body_hash));
		r->visit.body_hash = r->body_hash;
	}
	writer_post(v->d->writer, write_read, wrote_read, r);
	if (v->watch->seen_good && (r->visit.list_hash == 0 || r->visit.list_hash != v->watch->list_hash))
		r->expected = intake_expect(v->d->intake);
}

/* ---- a page that is its own document --------------------------------------------------------------------- */

void
visit_end_page(struct visit *v, int rc, const struct err *err, bool look_again_soon)
{
	struct record *r;
	int64_t next = interval_ms(v);
	int64_t confirm_ms = v->ps->cfg->confirm_s * 1000;

	if (rc < 0) {
		visit_end_failed(v, FETCH_OK, v->body.status, err, 0);
		return;
	}
	r = record_new(v, look_again_soon && confirm_ms > 0 && confirm_ms < next ? confirm_ms : next);
	r->visit.kind = KIND_PAGE;
	r->opts = (struct store_visit_opts){ .announce = v->ps->cfg->announce,
		.zone_min = watch_zone_min(v->ps->cfg, clock_wall_ms()) };
	if (!look_again_soon) {	/* else the second look must see the bytes whole */
		r->etag = xstrdup(v->body.etag);
		r->last_modified = xstrdup(v->body.last_modified);
		r->visit.etag = r->etag;
		r->visit.last_modified = r->last_modified;
		memcpy(r->body_hash, v->body.hash, sizeof(r->body_hash));
	}
	r->visit.body_hash = r->body_hash;
	writer_post(v->d->writer, write_read, wrote_read, r);
}

/* ---- failed --------------------------------------------------------------------------------------------- */

static int
write_failed(struct store *s, void *arg, struct err *reterr)
{
	struct record *r = arg;

	return store_visit_failed(s, &r->visit, &r->ps->routes, reterr);
}

static void
wrote_failed(void *arg, int rc, const struct err *err)
{
	struct record *r = arg;
	struct watch *w = r->watch;
	struct daemon *d = r->d;

	if (rc < 0)
		log_kv(LOG_P_ERR, "archive-failed", "source", w->name, "class", err_class_name(err->class),
		    "text", err->text, NULL);
	else
		w->state = r->visit.state;
	d->visits_failed++;
	d->trouble = true;
	deliver_kick(d->deliver);
	leave(w, r->next_in_ms);
	record_free(r);
	daemon_progress(d);
}

void
visit_end_failed(struct visit *v, enum fetch_outcome outcome, long status, const struct err *err,
    int64_t retry_after_ms)
{
	struct watch *w = v->watch;
	struct record *r;
	int64_t next;

	w->failures++;
	next = fetch_backoff_ms(v->ps->cfg->every_s * 1000, w->failures, retry_after_ms, daemon_random());
	r = record_new(v, next);
	r->visit.http_status = status;
	health_after_failure(w->state, w->failures, w->seen_good, outcome, status, err, &r->health);
	r->visit.state = r->health.state;
	r->visit.cause = r->health.cause;
	r->visit.advice = v->why != DIAGNOSIS_NONE ? diagnosis_advice(v->why) : r->health.advice;
	if (r->health.state == STATE_ENDED && next < ENDED_MS) {
		r->next_in_ms = next = ENDED_MS;
		r->visit.next_visit_ms = r->visit.at_ms + next;
	}
	w->last_visit_ms = r->visit.at_ms;
	log_kv(LOG_P_WARNING, "visit-failed", "source", w->name, "url", v->ps->cfg->url, "class",
	    err_class_name(err->class), "status", status != 0 ? log_num(status) : NULL, "failures",
	    log_num(w->failures), "retry_s", log_num(next / 1000), "text", err->text, NULL);
	writer_post(v->d->writer, write_failed, wrote_failed, r);
}
