/*
 * looks: the log of looking. Looks with one outcome after another are one run: first, last, how many, and the longest pause
 * between two of them, so that "we looked and there was nothing" can be shown. The run that goes on stands in the source's own row
 * and is written with it; a look that ends it costs one row here. Runs older than LOOKS_WHOLE_MS are merged, those of one day and
 * outcome into one.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define DAY_MS INT64_C(86400000)
#define LOOKS_WHOLE_MS (30 * DAY_MS)

static const char *const kinds[] = { [LOOK_SAME] = "unchanged", [LOOK_READ] = "read", [LOOK_FAILED] = "failed" };

const char *
store_look_kind_name(enum store_look_kind kind)
{
	return kind >= 0 && kind <= LOOK_FAILED ? kinds[kind] : "unknown";
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
goes_on(const struct store_source *src, const struct store_visit *v, enum store_look_kind kind,
    unsigned fresh)
{
	const struct store_run *run = &src->run;

	return run->count > 0 && fresh == 0 && run->fresh == 0 && run->kind == kind &&
	    run->status == v->http_status && src->state == v->state && same_text(src->cause, v->cause);
}

static int
merge_old(struct store *s, int64_t source_id, int64_t before_ms, struct err *reterr)
{
	if (store_run(s, store_bind(s, STMT_LOOKS_MERGE, "ii", source_id, before_ms), reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_LOOKS_MERGED, "ii", source_id, before_ms), reterr);
}

static int
end_run(struct store *s, const struct store_source *src, int64_t at_ms, struct err *reterr)
{
	const struct store_run *run = &src->run;

	if (store_run(s, store_bind(s, STMT_LOOK_ADD, "iiiiidiiiit", src->id, run->first_ms,
	    src->last_visit_ms, run->count, (int64_t)run->status, (int)run->kind, (int64_t)src->state,
	    run->bytes, (int64_t)run->fresh, run->pause_ms, src->cause), reterr) < 0)
		return -1;
	/* Once a day is often enough. */
	return at_ms / DAY_MS == run->first_ms / DAY_MS ? 0 : merge_old(s, src->id,
	    at_ms - LOOKS_WHOLE_MS, reterr);
}

int
store_look(struct store *s, const struct store_source *src, const struct store_visit *v,
    enum store_look_kind kind, unsigned fresh, struct store_run *ret, struct err *reterr)
{
	int64_t pause = src->last_visit_ms > 0 ? v->at_ms - src->last_visit_ms : 0;

	*ret = src->run;
	if (goes_on(src, v, kind, fresh)) {
		ret->count++;
		ret->bytes += (int64_t)v->bytes;
		ret->pause_ms = pause > ret->pause_ms ? pause : ret->pause_ms;
		return 0;
	}
	if (src->run.count > 0 && end_run(s, src, v->at_ms, reterr) < 0)
		return -1;
	*ret = (struct store_run){ .first_ms = v->at_ms, .count = 1, .bytes = (int64_t)v->bytes, .pause_ms = 0,
		.kind = kind, .status = v->http_status, .fresh = fresh };
	return 0;
}

/* ---- for people ---- */

struct looks { struct store_look *list; size_t count, cap; };

static void
looks_add(struct looks *l, const struct store_look *look)
{
	l->list = xgrow(l->list, &l->cap, l->count + 1, sizeof(*l->list));
	l->list[l->count] = *look;
	l->list[l->count++].reason = xstrdup(look->reason);
}

static int
looks_read(struct store *s, int64_t source_id, int64_t since_ms, struct looks *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_LOOKS, "ii", source_id, since_ms);
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0) {
		struct store_look look = { .first_ms = sqlite3_column_int64(q, 0),
			.last_ms = sqlite3_column_int64(q, 1), .count = sqlite3_column_int64(q, 2),
			.status = (long)sqlite3_column_int64(q, 3),
			.kind = (enum store_look_kind)sqlite3_column_int(q, 4),
			.state = (enum store_state)sqlite3_column_int(q, 5), .bytes = sqlite3_column_int64(q, 6),
			.fresh = (unsigned)sqlite3_column_int64(q, 7), .pause_ms = sqlite3_column_int64(q, 8),
			.reason = (const char *)sqlite3_column_text(q, 9),
			.merged = sqlite3_column_int(q, 10) != 0 };

		looks_add(ret, &look);
	}
	return rc;
}

int
store_looks(struct store *s, const char *source, int64_t since_ms,
    int (*fn)(const struct store_look *look, void *arg), void *arg, struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };
	const struct store_run *run = &src.run;
	struct looks looks = { 0 };
	int rc, stop = 0;

	if (store_source_load(s, source, &src, reterr) < 0)
		return -1;
	rc = looks_read(s, src.id, since_ms, &looks, reterr);
	if (rc == 0 && run->count > 0 && src.last_visit_ms >= since_ms)
		looks_add(&looks, &(struct store_look){ .first_ms = run->first_ms, .last_ms = src.last_visit_ms,
		    .count = run->count, .status = run->status, .kind = run->kind, .state = src.state,
		    .bytes = run->bytes, .fresh = run->fresh, .pause_ms = run->pause_ms, .reason = src.cause });
	for (size_t i = 0; i < looks.count; i++) {
		if (rc == 0 && stop == 0)
			stop = fn(&looks.list[i], arg);
		free((char *)looks.list[i].reason);
	}
	free(looks.list);
	return rc;
}

int
store_document_looks(struct store *s, const char *source, int64_t since_ms,
    int (*fn)(const struct store_document_look *look, void *arg), void *arg, struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };
	struct store_document_look look = { 0 };
	sqlite3_stmt *q;
	int rc, stop = 0;

	if (store_source_load(s, source, &src, reterr) < 0)
		return -1;
	while (stop == 0) {
		CLEANUP(freep) char *url = NULL, *title = NULL, *error = NULL;

		q = store_bind(s, STMT_DOCUMENT_LOOK_NEXT, "iii", src.id, look.doc_id, since_ms);
		if ((rc = store_step(s, q, reterr)) <= 0)
			return rc;
		look = (struct store_document_look){ .doc_id = sqlite3_column_int64(q, 0),
			.first_seen_ms = sqlite3_column_int64(q, 1), .last_changed_ms = sqlite3_column_int64(q, 2),
			.last_ms = sqlite3_column_int64(q, 3), .next_ms = sqlite3_column_int64(q, 4),
			.looks = sqlite3_column_int64(q, 5) + 1, .failures = (unsigned)sqlite3_column_int64(q, 6) };
		look.url = url = store_column_text(q, 7);
		look.title = title = store_column_text(q, 8);
		look.error = error = store_column_text(q, 9);
		sqlite3_reset(q);
		stop = fn(&look, arg);
	}
	return 0;
}
