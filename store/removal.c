/*
 * removal: a document that its publisher took away, and its return. One bad answer says nothing: the looks must be three at
 * least, over some time, with its source in good health in between; more of them and longer while the list still names the
 * document; and a site that loses many documents within an hour is given a day to find them again. The last text is kept whatever happens.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define LOOKS_MIN 3
#define LOOKS_LISTED 4		/* while the list still names it, */
#define SPAN_LISTED 2		/* and so many times as long */
#define WAVE_MS 3600000		/* documents that went this near to each other went together */
#define WAVE_MIN 5		/* so many others: is the whole site in trouble? */
#define WAVE_HOLD_MS 86400000	/* a site that was rebuilt stays so */

struct gone_row {			/* strings owned */
	bool removed;
	int64_t since_ms, source_id, source_good_ms;
	unsigned checks, source_failures;
	enum store_state source_state;
	char *source, *cause;
};

static void
gone_row_done(struct gone_row *r)
{
	free(r->source);
	free(r->cause);
}

static int
gone_load(struct store *s, int64_t doc_id, struct gone_row *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_GONE_GET, "i", doc_id);
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "no document %lld", (long long)doc_id);
	ret->removed = sqlite3_column_int(q, 0) == 1;
	ret->since_ms = sqlite3_column_int64(q, 1);
	ret->checks = (unsigned)sqlite3_column_int(q, 2);
	ret->source_id = sqlite3_column_int64(q, 3);
	ret->source = store_column_text(q, 4);
	ret->source_state = (enum store_state)sqlite3_column_int(q, 5);
	ret->source_failures = (unsigned)sqlite3_column_int(q, 6);
	ret->source_good_ms = sqlite3_column_int64(q, 7);
	ret->cause = store_column_text(q, 8);
	sqlite3_reset(q);
	return 0;
}

static bool
source_is_well(const struct gone_row *r)
{
	return r->source_failures == 0 &&
	    (r->source_state == STATE_OK || r->source_state == STATE_QUIET);
}

/* Did many documents of the source go at once, more than were found in their place since? */
static int
is_wave(struct store *s, const struct gone_row *r, bool *ret, struct err *reterr)
{
	int64_t others, well;

	*ret = false;
	if (store_number(s, store_bind(s, STMT_GONE_WAVE, "iii", r->source_id, r->since_ms - WAVE_MS,
	    r->since_ms + WAVE_MS), &others, reterr) < 0)
		return -1;
	if (--others < WAVE_MIN)	/* itself is among them */
		return 0;
	if (store_number(s, store_bind(s, STMT_GONE_WELL, "iii", r->source_id, r->since_ms, others + 1),
	    &well, reterr) < 0)
		return -1;
	*ret = well <= others;
	return 0;
}

/* Does the last good list of its source name the document, under any of its addresses? */
static int
is_listed(struct store *s, int64_t doc_id, const struct gone_row *r, bool *ret, struct err *reterr)
{
	CLEANUP(store_window_done) struct window w = { 0 };

	return store_window_load(s, r->source_id, &w, reterr) < 0 ? -1 :
	    store_window_has_document(s, &w, doc_id, ret, reterr);
}

static int
confirm(struct store *s, const struct store_gone *g, const struct gone_row *r,
    const struct store_routes *routes, struct store_gone_result *ret, struct err *reterr)
{
	struct event_new e = { .kind = EV_DOCUMENT_REMOVED, .source_id = r->source_id,
		.doc_id = g->doc_id, .at_ms = g->at_ms, .source = r->source, .cause = g->cause,
		.since_ms = r->since_ms };
	bool wave, listed;

	if (r->checks < LOOKS_MIN || g->at_ms - r->since_ms < g->span_ms)
		return 0;
	if (is_listed(s, g->doc_id, r, &listed, reterr) < 0)
		return -1;
	if (listed && (r->checks < LOOKS_LISTED || g->at_ms - r->since_ms < SPAN_LISTED * g->span_ms))
		return 0;
	/* The site answered well, elsewhere, after this document was missed. */
	if (r->source_good_ms <= r->since_ms) {
		ret->held = true;
		return 0;
	}
	if (is_wave(s, r, &wave, reterr) < 0)
		return -1;
	if (wave && g->at_ms - r->since_ms < WAVE_HOLD_MS) {
		ret->held = true;
		return 0;
	}
	if (store_run(s, store_bind(s, STMT_DOC_STATE, "ii", g->doc_id, INT64_C(1)), reterr) < 0)
		return -1;
	ret->removed = true;
	return store_event_add(s, &e, routes, &ret->event_seq, reterr);
}

static int
look_gone(struct store *s, const struct store_gone *g, const struct store_routes *routes,
    struct store_gone_result *ret, struct err *reterr)
{
	CLEANUP(gone_row_done) struct gone_row r = { 0 };
	bool counts;

	if (gone_load(s, g->doc_id, &r, reterr) < 0)
		return -1;
	counts = source_is_well(&r);
	ret->held = !counts;
	if (store_run(s, store_bind(s, STMT_GONE_LOOK, "iiiiti", g->doc_id, g->next_check_ms, g->at_ms,
	    (int64_t)g->http_status, g->cause, (int64_t)counts), reterr) < 0)
		return -1;
	if (!counts || r.removed)
		return 0;
	if (store_run(s, store_bind(s, STMT_DOC_GONE, "ii", g->doc_id, g->at_ms), reterr) < 0)
		return -1;
	if (r.since_ms == 0)
		r.since_ms = g->at_ms;
	r.checks++;
	return confirm(s, g, &r, routes, ret, reterr);
}

int
store_recheck_gone(struct store *s, const struct store_gone *g, const struct store_routes *routes,
    struct store_gone_result *ret, struct err *reterr)
{
	struct store_gone_result result = { 0 };
	int rc;

	if (store_enter(s, reterr) < 0)
		return -1;
	rc = store_leave(s, look_gone(s, g, routes, &result, reterr), reterr);
	if (rc == 0 && ret != NULL)
		*ret = result;
	return rc;
}

int
store_document_back(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	CLEANUP(gone_row_done) struct gone_row r = { 0 };
	struct event_new e = { .kind = EV_DOCUMENT_RESTORED, .doc_id = doc_id,
		.at_ms = p->put->at_ms };

	if (gone_load(p->s, doc_id, &r, reterr) < 0)
		return -1;
	if (r.since_ms == 0 && !r.removed)
		return 0;
	if (store_run(p->s, store_bind(p->s, STMT_DOC_STATE, "ii", doc_id, INT64_C(0)), reterr) < 0)
		return -1;
	if (!r.removed)
		return 0;
	e.source_id = r.source_id;
	e.source = r.source;
	e.cause = p->put->moved ? "the document is at another of its addresses" : "the document is at its address again";
	e.since_ms = r.since_ms;
	return store_event_add(p->s, &e, p->routes, &p->result->event_seq, reterr);
}

int
store_alias_found(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	CLEANUP(gone_row_done) struct gone_row r = { 0 };

	if (gone_load(p->s, doc_id, &r, reterr) < 0)
		return -1;
	return r.since_ms == 0 && !r.removed ? 0 :
	    store_run(p->s, store_bind(p->s, STMT_CHECK_AT, "ii", doc_id, p->put->at_ms), reterr);
}
