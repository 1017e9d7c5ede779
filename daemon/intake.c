#include "daemon/intake.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/look_int.h"
#include "base/banned.h"

#define WINDOW 2048		/* looks in memory: enough that one slow host does not fill it at once */
#define LOAD_CANDIDATES 512	/* rows of one query */
#define LOAD_CHECKS 256
#define CHECK_POLL_MS 5000	/* due documents are asked for that often */
#define CHECK_IDLE_MS 20000	/* when nothing happens at all */
#define RETRY_POLL_MS 30000

struct load {			/* one query; the rows come back copied */
	struct intake *in;
	int64_t now_ms, after_id;
	unsigned limit;
	struct store_candidate *cands;
	struct store_recheck *checks;
	size_t count;
};

static void load_candidates(struct intake *in);
static void load_checks(struct intake *in);

struct intake *
intake_new(struct daemon *d)
{
	struct intake *in = xcalloc(1, sizeof(*in));

	in->d = d;
	in->check_pause_ms = CHECK_POLL_MS;
	in->cand_kicked = true;
	return in;
}

void
look_free(struct look *l)
{
	if (l->fetch != 0)
		fetch_cancel(l->in->d->fetcher, l->fetch);
	if (l->job != 0)
		pool_cancel(l->in->d->pool, l->job);
	look_read_cancel(l);
	store_candidate_done(&l->cand);
	store_recheck_done(&l->re);
	body_done(&l->body);
	body_done(&l->probe);
	document_free(l->doc);
	document_free(l->old_doc);
	free(l->old_raw);
	free(l->old_page);
	free(l->new_page);
	for (unsigned i = 0; i < l->others_count; i++)
		free(l->others[i]);
	plan_unref(l->plan);
	free(l);
}

void
look_end(struct look *l)
{
	struct intake *in = l->in;

	in->active--;
	in->check_pause_ms = CHECK_POLL_MS;
	if (in->next_check_ms > clock_wall_ms() + CHECK_POLL_MS)
		in->next_check_ms = clock_wall_ms() + CHECK_POLL_MS;
	if (in->once && l->kind == LOOK_RECHECK)
		l->finished = true;	/* stays in the table: this run does not look again */
	else {
		if (l->kind != LOOK_PAGE)
			HASH_DEL(in->looks, l);
		look_free(l);
	}
	if ((in->cand_more || in->cand_kicked) && in->active < WINDOW / 2)
		load_candidates(in);
	if (in->check_more && in->active < WINDOW / 2)
		load_checks(in);
	if (in->active == 0)
		daemon_progress(in->d);
}

static struct look *
look_new(struct intake *in, enum look_kind kind, int64_t key, const char *source)
{
	const struct plan_source *ps = plan_find(in->d->plan, source);
	struct look *l;

	if (ps == NULL)
		return NULL;	/* no longer configured: its rows wait */
	if (kind != LOOK_PAGE) {
		HASH_FIND(hh, in->looks, &key, sizeof(key), l);
		if (l != NULL)
			return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	l->in = in;
	l->kind = kind;
	l->key = key;
	l->plan = plan_ref(in->d->plan);
	l->ps = ps;
	in->active++;
	if (kind != LOOK_PAGE)
		HASH_ADD(hh, in->looks, key, sizeof(l->key), l);
	return l;
}

/* ---- candidates ---------------------------------------------------------------------------------------------- */

static int
keep_candidate(const struct store_candidate *c, void *arg)
{
	struct load *load = arg;
	struct store_candidate *to = &load->cands[load->count++];

	*to = *c;
	to->source = xstrdup(c->source);
	to->url = xstrdup(c->url);
	to->guid = xstrdup(c->guid);
	to->title = xstrdup(c->title);
	to->published = xstrdup(c->published);
	to->updated = xstrdup(c->updated);
	to->language = xstrdup(c->language);
	to->summary = xstrdup(c->summary);
	to->last_error = xstrdup(c->last_error);
	return load->count >= load->limit;
}

/*
 * The commit around it failed, and rows were read that are not there: their numbers will be those of others. What was read is
 * dropped and looked for again.
 */
static void
load_failed(const struct load *load, const struct err *err)
{
	log_kv(LOG_P_ERR, "archive-failed", "text", err->text, NULL);
	load->in->d->trouble = true;
}

static int
read_candidates(struct store *s, void *arg, struct err *reterr)
{
	struct load *load = arg;
	int64_t now = clock_wall_ms();	/* the rows may be of this very transaction */

	return store_candidates_due(s, load->now_ms > now ? load->now_ms : now, load->after_id, load->limit,
	    keep_candidate, load, reterr);
}

static void
have_candidates(void *arg, int rc, const struct err *err)
{
	struct load *load = arg;
	struct intake *in = load->in;

	in->cand_loading = false;
	if (rc < 0) {
		load_failed(load, err);
		for (size_t i = 0; i < load->count; i++)
			store_candidate_done(&load->cands[i]);
		load->count = 0;
		in->next_retry_ms = clock_wall_ms() + ARCHIVE_RETRY_MS;
	}
	in->cand_more = load->count == load->limit;
	in->cursor = in->cand_more ? load->cands[load->count - 1].id : in->once ? in->cursor : 0;
	if (in->once && load->count > 0)
		in->cursor = load->cands[load->count - 1].id;
	for (size_t i = 0; i < load->count; i++) {
		struct store_candidate *c = &load->cands[i];
		struct look *l = in->d->stopping ? NULL : look_new(in, LOOK_CANDIDATE, c->id, c->source);

		if (l == NULL) {
			store_candidate_done(c);
			continue;
		}
		l->cand = *c;
		look_start(l);
	}
	free(load->cands);
	free(load);
	if (in->cand_kicked || (in->cand_more && in->active < WINDOW / 2))
		load_candidates(in);
	daemon_progress(in->d);
}

static void
load_candidates(struct intake *in)
{
	struct load *load;
	int64_t now = clock_wall_ms();

	if (in->cand_loading || in->d->stopping)
		return;
	/* New rows have higher ids than all that were loaded, so a kick need not begin anew. */
	in->cand_loading = true;
	in->cand_kicked = false;
	in->next_retry_ms = now + RETRY_POLL_MS;
	load = xcalloc(1, sizeof(*load));
	load->in = in;
	load->now_ms = in->once ? INT64_MAX : now;
	load->after_id = in->cursor;
	load->limit = LOAD_CANDIDATES;
	load->cands = xcalloc(load->limit, sizeof(*load->cands));
	writer_post(in->d->writer, read_candidates, have_candidates, load);
}

/* ---- rechecks -------------------------------------------------------------------------------------------------- */

static int
keep_check(const struct store_recheck *r, void *arg)
{
	struct load *load = arg;
	struct store_recheck *to = &load->checks[load->count++];

	*to = *r;
	to->source = xstrdup(r->source);
	to->url = xstrdup(r->url);
	to->etag = xstrdup(r->etag);
	to->last_modified = xstrdup(r->last_modified);
	to->title = xstrdup(r->title);
	to->published = xstrdup(r->published);
	to->extractor = xstrdup(r->extractor);
	to->content_type = xstrdup(r->content_type);
	to->listed_title = xstrdup(r->listed_title);
	to->listed_published = xstrdup(r->listed_published);
	return load->count >= load->limit;
}

static int
read_checks(struct store *s, void *arg, struct err *reterr)
{
	struct load *load = arg;

	return store_rechecks_due(s, load->now_ms, load->limit, keep_check, load, reterr);
}

static void
have_checks(void *arg, int rc, const struct err *err)
{
	struct load *load = arg;
	struct intake *in = load->in;
	unsigned begun = 0;

	in->check_loading = false;
	if (rc < 0) {
		load_failed(load, err);
		for (size_t i = 0; i < load->count; i++)
			store_recheck_done(&load->checks[i]);
		load->count = 0;
	}
	for (size_t i = 0; i < load->count; i++) {
		struct store_recheck *r = &load->checks[i];
		struct look *l = in->d->stopping ? NULL : look_new(in, LOOK_RECHECK, -r->doc_id, r->source);

		if (l == NULL) {
			store_recheck_done(r);
			continue;
		}
		l->re = *r;
		begun++;
		look_start(l);
	}
	in->check_more = begun > 0 && load->count == load->limit;
	if (load->count == 0 && in->active == 0 && in->check_pause_ms < CHECK_IDLE_MS)
		in->check_pause_ms += CHECK_POLL_MS;
	free(load->checks);
	free(load);
	daemon_progress(in->d);
}

struct same_batch {
	struct intake *in;
	struct same_check *list;
	struct store_recheck_same *rows;
	size_t count;
};

static int
write_same(struct store *s, void *arg, struct err *reterr)
{
	struct same_batch *b = arg;

	return store_rechecks_same(s, b->rows, b->count, reterr);
}

static void
wrote_same(void *arg, int rc, const struct err *err)
{
	struct same_batch *b = arg;

	if (rc < 0) {
		log_kv(LOG_P_ERR, "archive-failed", "class", err_class_name(err->class), "text", err->text, NULL);
		b->in->next_check_ms = clock_wall_ms() + 2 * CHECK_POLL_MS;	/* still due: not in a hurry */
	}
	for (size_t i = 0; i < b->count; i++) {
		free(b->list[i].etag);
		free(b->list[i].last_modified);
	}
	free(b->list);
	free(b->rows);
	daemon_progress(b->in->d);
	free(b);
}

void
intake_flush(struct intake *in)
{
	struct same_batch *b;

	if (in->same_count == 0)
		return;
	b = xcalloc(1, sizeof(*b));
	b->in = in;
	b->list = in->same;
	b->count = in->same_count;
	b->rows = xcalloc(b->count, sizeof(*b->rows));
	for (size_t i = 0; i < b->count; i++)
		b->rows[i] = (struct store_recheck_same){ .doc_id = b->list[i].doc_id,
			.at_ms = b->list[i].at_ms, .next_check_ms = b->list[i].next_check_ms,
			.etag = b->list[i].etag, .last_modified = b->list[i].last_modified };
	in->same = NULL;
	in->same_count = in->same_cap = 0;
	writer_post(in->d->writer, write_same, wrote_same, b);
}

static void
load_checks(struct intake *in)
{
	struct load *load;

	if (in->check_loading || in->d->stopping)
		return;
	intake_flush(in);	/* first, so that what was looked at is no longer due */
	in->check_loading = true;
	in->next_check_ms = clock_wall_ms() + in->check_pause_ms;
	load = xcalloc(1, sizeof(*load));
	load->in = in;
	load->now_ms = in->once ? in->once_ms : clock_wall_ms();
	load->limit = LOAD_CHECKS + HASH_COUNT(in->looks);	/* those under way are due too */
	load->checks = xcalloc(load->limit, sizeof(*load->checks));
	writer_post(in->d->writer, read_checks, have_checks, load);
}

/* ---- the face ---------------------------------------------------------------------------------------------------- */

void
intake_kick(struct intake *in)
{
	in->cand_kicked = true;
	in->check_pause_ms = CHECK_POLL_MS;
	in->next_check_ms = 0;
	if (in->active < WINDOW)
		load_candidates(in);
}

bool
intake_expect(struct intake *in)
{
	in->cand_kicked = true;
	if (in->active >= WINDOW)
		return false;
	load_candidates(in);
	return true;
}

void
intake_tick(struct intake *in)
{
	int64_t now = clock_wall_ms();

	if (in->once)
		return;
	if ((in->cand_kicked || now >= in->next_retry_ms) && in->active < WINDOW)
		load_candidates(in);
	if (now >= in->next_check_ms && in->active < WINDOW)
		load_checks(in);
	else
		intake_flush(in);
}

void
intake_once(struct intake *in)
{
	in->once = true;
	in->once_ms = clock_wall_ms();
	load_candidates(in);
	load_checks(in);
}

bool
intake_idle(const struct intake *in)
{
	return in->active == 0 && !in->cand_loading && !in->check_loading && !in->cand_kicked &&
	    !in->cand_more && !in->check_more && in->same_count == 0;
}

unsigned
intake_count(const struct intake *in)
{
	return in->active;
}

void
intake_page(struct intake *in, struct watch *w, struct body *body, intake_page_fn *done)
{
	struct look *l = look_new(in, LOOK_PAGE, 0, w->name);
	struct err err = { 0 };

	if (l == NULL) {
		(void)err_set(&err, ERR_CONFIG, "the source is no longer configured");
		body_done(body);
		done(w, -1, &err, false);
		return;
	}
	l->watch = w;
	l->page_done = done;
	l->body = *body;
	look_extract(l);
}

void
intake_reload(struct intake *in)
{
	struct look *l, *tmp;

	HASH_ITER(hh, in->looks, l, tmp) {
		if (l->recording || l->finished || plan_find(in->d->plan, l->ps->cfg->name) != NULL)
			continue;
		HASH_DEL(in->looks, l);
		in->active--;
		look_free(l);
	}
	intake_kick(in);
}

void
intake_stop(struct intake *in)
{
	struct look *l, *tmp;

	HASH_ITER(hh, in->looks, l, tmp) {
		if (l->recording)
			continue;	/* the writer ends it */
		HASH_DEL(in->looks, l);
		if (!l->finished)
			in->active--;
		look_free(l);
	}
	intake_flush(in);
}

void
intake_free(struct intake *in)
{
	look_probes_free(in);
	free(in);
}
