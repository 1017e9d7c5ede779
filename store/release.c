/*
 * release: sources that somebody paused, and documents that were kept without a notice because too many were new at once.
 */
#include <string.h>
#include "store/store_int.h"
#include "base/banned.h"

static int
pause_id(struct store *s, int64_t id, bool pause, struct err *reterr)
{
	if (store_run(s, store_bind(s, STMT_SOURCE_PAUSE, "id", id, pause ? 1 : 0), reterr) < 0 ||
	    store_run(s, store_bind(s, STMT_CHECKS_PARK, ""), reterr) < 0 ||
	    store_run(s, store_bind(s, STMT_CHECKS_UNPARK, ""), reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_SOURCE_PARKED, ""), reterr);
}

int
store_source_pause(struct store *s, const char *source, bool pause, struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };

	if (store_source_load(s, source, &src, reterr) < 0 || store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, pause_id(s, src.id, pause, reterr), reterr);
}

int
store_held_count(struct store *s, const char *source, int64_t *ret, struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };
	sqlite3_stmt *q;

	if (store_source_load(s, source, &src, reterr) < 0)
		return -1;
	q = store_bind(s, STMT_HELD_COUNT, "i", src.id);
	if (store_step(s, q, reterr) < 0)
		return -1;
	*ret = sqlite3_column_int64(q, 0) + sqlite3_column_int64(q, 1);
	sqlite3_reset(q);
	return 0;
}

static int
tell_one(struct store *s, const struct store_source *src, int64_t doc_id,
    const struct store_routes *routes, int64_t at_ms, struct err *reterr)
{
	struct event_new e = { .kind = EV_DOCUMENT_NEW, .source_id = src->id, .doc_id = doc_id,
		.at_ms = at_ms, .source = src->name };

	if (store_event_add(s, &e, routes, NULL, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_HELD_DONE, "i", doc_id), reterr);
}

static int
tell_all(struct store *s, const struct store_source *src, bool all, int max,
    const struct store_routes *routes, int64_t at_ms, struct err *reterr)
{
	int64_t doc_id = 0;
	sqlite3_stmt *q;
	int rc, n = 0;

	while (n < max) {
		q = store_bind(s, all ? STMT_UNTOLD_NEXT : STMT_HELD_NEXT, "ii", src->id, doc_id);
		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		if (rc == 0)
			break;
		doc_id = sqlite3_column_int64(q, 0);
		sqlite3_reset(q);
		if (tell_one(s, src, doc_id, routes, at_ms, reterr) < 0)
			return -1;
		n++;
	}
	if (n == max)
		return n;
	if (store_run(s, store_bind(s, STMT_CANDIDATE_LOUD, "id", src->id, all ? 1 : 2), reterr) < 0)
		return -1;
	return n + sqlite3_changes(s->db);
}

int
store_held_release(struct store *s, const char *source, bool all, int max,
    const struct store_routes *routes, int64_t at_ms, struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };
	int n;

	if (store_source_load(s, source, &src, reterr) < 0 || store_enter(s, reterr) < 0)
		return -1;
	n = tell_all(s, &src, all, max, routes, at_ms, reterr);
	return store_leave(s, n < 0 ? -1 : 0, reterr) < 0 ? -1 : n;
}
