/*
 * visits: what one look at a source left; visit_list.c reads the list that a look brought. The door through which a source changes its state is
 * visit_enter(): it writes source.failing, source.quiet and source.recovered once each, and nobody
 * else does.
 */
#include <string.h>
#include "base/cleanup.h"
#include "store/store_int.h"
#include "base/banned.h"

static bool
is_trouble(enum store_state state)
{
	return state == STATE_FAILING || state == STATE_BLOCKED || state == STATE_EMPTY ||
	    state == STATE_ENDED || state == STATE_REDESIGNED;
}

int
store_visit_tell(struct store *s, const struct store_source *src, const struct store_visit *v,
    enum store_event_kind kind, const char *cause, const char *advice,
    const struct store_routes *routes, struct err *reterr)
{
	struct event_new e = { .kind = kind, .source_id = src->id, .at_ms = v->at_ms,
		.source = src->name, .state = v->state, .cause = cause, .advice = advice,
		.since_ms = src->state == v->state ? src->state_since_ms : v->at_ms };
	int64_t seq;

	return store_event_add(s, &e, routes, &seq, reterr);
}

/* src->told: which trouble was told last and is not over (failing stands for all bad states). */
static int
visit_enter(struct store *s, const struct store_source *src, const struct store_visit *v,
    const struct store_routes *routes, enum store_state *ret_told, struct err *reterr)
{
	enum store_state told = src->told;
	bool over = v->state == STATE_OK || (is_trouble(told) && v->state == STATE_QUIET);

	if (told != STATE_NEW && over) {
		if (store_visit_tell(s, src, v, EV_SOURCE_RECOVERED, v->cause != NULL ? v->cause : src->cause,
		    v->advice, routes, reterr) < 0)
			return -1;
		told = STATE_NEW;
	}
	if (is_trouble(v->state) && !is_trouble(told)) {
		if (store_visit_tell(s, src, v, EV_SOURCE_FAILING, v->cause, v->advice, routes, reterr) < 0)
			return -1;
		told = STATE_FAILING;
	} else if (v->state == STATE_QUIET && told != STATE_QUIET) {
		if (store_visit_tell(s, src, v, EV_SOURCE_QUIET, v->cause, v->advice, routes, reterr) < 0)
			return -1;
		told = STATE_QUIET;
	}
	*ret_told = told;
	return 0;
}

/* A good look may still show what a person should know: the list shrank to a stump, or nothing comes any more. */
static void
visit_judge(const struct store_source *src, struct store_visit *v, enum store_look_kind kind, bool fresh,
    char *cause, size_t size)
{
	if (store_habit_has_shrunk(src->shrunk)) {
		v->state = STATE_REDESIGNED;
		snprintf(cause, size, "the list has far fewer items than before: the page may have been "
		    "rebuilt");
		v->cause = cause;
		v->advice = "check it with `presswatch try` and adjust `select`";
	} else if (kind != LOOK_FAILED && !fresh && store_habit_is_quiet(src, v->at_ms, cause, size)) {
		v->state = STATE_QUIET;
		v->cause = cause;
		v->advice = "look at the site: does it publish elsewhere now?";
	}
}

int
store_visit_row(struct store *s, const struct store_source *src, const struct store_visit *v,
    enum store_look_kind kind, bool baseline, unsigned fresh, const struct store_routes *routes,
    struct err *reterr)
{
	bool good = kind != LOOK_FAILED, is_new;
	const char *etag = v->etag, *modified = v->last_modified;
	uint64_t list_hash = kind == LOOK_READ || (good && v->list_hash != 0) ? v->list_hash :
	    src->list_hash;
	enum store_state told;
	struct store_visit judged = *v;
	struct store_run run;
	char cause[200];

	if (good && v->state == STATE_OK)
		visit_judge(src, &judged, kind, fresh, cause, sizeof(cause));
	v = &judged;
	if (v->after != NULL)
		*v->after = v->state;
	is_new = src->state != v->state;
	if (visit_enter(s, src, v, routes, &told, reterr) < 0 ||
	    store_look(s, src, v, kind, fresh, &run, reterr) < 0)
		return -1;
	if (!good || (kind == LOOK_SAME && !v->full)) {
		/* A 304 need not repeat the validators it confirms (RFC 9110, 15.4.5). */
		etag = etag != NULL && good ? etag : src->etag;
		modified = modified != NULL && good ? modified : src->last_modified;
	}
	return store_run(s, store_bind(s, STMT_SOURCE_VISIT, "ittiiiiiiiitiitididiiiiiii", src->id, etag,
	    modified, (int64_t)list_hash,
	    v->at_ms, good ? v->at_ms : src->last_good_ms, v->next_visit_ms,
	    fresh ? v->at_ms : src->last_new_ms, good && v->full ? v->at_ms : src->last_full_ms,
	    (int64_t)(good ? 0 : src->failures + 1), (int64_t)v->state,
	    v->cause, is_new ? v->at_ms : src->state_since_ms,
	    (int64_t)told, v->page_title, (int64_t)v->http_status,
	    good && v->kind != 0 ? v->kind : src->kind, (int64_t)v->bytes,
	    baseline || src->baseline ? 1 : 0, (int64_t)src->shrunk,
	    run.first_ms, run.count, run.bytes, run.pause_ms, (int64_t)run.kind, (int64_t)run.fresh), reterr);
}

int
store_visit_body(struct store *s, const struct store_source *src, const struct store_visit *v,
    struct err *reterr)
{
	if (v->body_hash == NULL)
		return 0;
	return store_run(s, store_bind(s, STMT_SOURCE_BODY, "ih", src->id, v->body_hash), reterr);
}

static int
visit_plain(struct store *s, const struct store_visit *v, enum store_look_kind kind,
    const struct store_routes *routes, struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };

	if (store_source_load(s, v->source, &src, reterr) < 0)
		return -1;
	if (kind == LOOK_SAME && src.shrunk > 0)	/* the same short list again */
		src.shrunk++;
	if (store_visit_row(s, &src, v, kind, false, 0, routes, reterr) < 0)
		return -1;
	return kind == LOOK_FAILED ? 0 : store_visit_body(s, &src, v, reterr);
}

int
store_visits_same(struct store *s, const struct store_visit *v, size_t n,
    const struct store_routes *const *routes, struct err *reterr)
{
	size_t i;
	int rc = 0;

	if (store_enter(s, reterr) < 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		rc = visit_plain(s, &v[i], LOOK_SAME, routes != NULL ? routes[i] : NULL, reterr);
	return store_leave(s, rc, reterr);
}

int
store_visit_failed(struct store *s, const struct store_visit *v, const struct store_routes *routes,
    struct err *reterr)
{
	if (store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, visit_plain(s, v, LOOK_FAILED, routes, reterr), reterr);
}
