/*
 * trust: what a source says is believed as far as it proved true. Its GUIDs: names, until most items carry another one than
 * before, twice in a row. Its hints (lastmod, updated, the title or date of a row): each asks for a look, and is counted as
 * right or wrong by what the look finds; a source that is mostly wrong is heard now and then only. Its validators: until
 * what they vouched for turns out to have changed.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define TURNED_MIN 3		/* items with another GUID; fewer say nothing */
#define TURNS_MAX 2		/* visits in a row */
#define HINTS_TRIAL 8		/* so many are heard before they are judged */
#define HINTS_RIGHT 5		/* one of so many must be right */
#define HINTS_SELDOM 8		/* else one visit of so many is heard */
#define HINTS_KEPT 64		/* then the counts are halved: habits change */

/* ---- GUIDs ---- */

int
store_guid_met(struct store *s, const struct store_source *src, const char *guid, int64_t doc_id,
    struct guid_count *n, struct err *reterr)
{
	char scope[24];
	int64_t there;

	snprintf(scope, sizeof(scope), "%lld", (long long)src->id);
	if (store_alias_find(s, ALIAS_GUID, scope, guid, &there, reterr) < 0)
		return -1;
	if (there == doc_id) {
		n->kept++;
	} else if (there == ALIAS_NONE) {
		n->turned++;
		return store_alias_add(s, ALIAS_GUID, scope, guid, doc_id, NULL, reterr);
	}
	return 0;
}

int
store_guids_judge(struct store *s, struct store_source *src, const struct guid_count *n, bool doubtful,
    struct err *reterr)
{
	enum store_guids now = src->guids;
	unsigned turns = src->guid_turns;

	if (doubtful && n->stated > 0) {
		now = GUIDS_DOUBTFUL;
	} else if (src->guids == GUIDS_ROTATING) {
		return 0;	/* they are not asked any more */
	} else if (n->stated == 0) {
		now = GUIDS_NONE;
	} else {
		/* The first visit that has any teaches them all. */
		bool turned = src->guids == GUIDS_TRUSTED && n->turned >= TURNED_MIN && n->turned > n->kept;

		turns = turned ? turns + 1 : n->kept > n->turned ? 0 : turns;
		now = turns >= TURNS_MAX ? GUIDS_ROTATING : GUIDS_TRUSTED;
	}
	if (now == src->guids && turns == src->guid_turns)
		return 0;
	src->guids = now;
	src->guid_turns = turns;
	return store_run(s, store_bind(s, STMT_SOURCE_GUIDS, "iii", src->id, (int64_t)now, (int64_t)turns),
	    reterr);
}

const char *
store_guids_name(enum store_guids g)
{
	static const char *const names[] = { "none", "trusted", "doubtful", "rotating" };

	return names[g <= GUIDS_ROTATING ? g : GUIDS_NONE];
}

/* ---- hints ---- */

bool
store_hints_heard(const struct store_source *src)
{
	return src->hints_right + src->hints_wrong < HINTS_TRIAL ||
	    src->hints_right * HINTS_RIGHT >= src->hints_wrong || src->visits % HINTS_SELDOM == 0;
}

int
store_hint_follow(struct store *s, int64_t doc_id, int64_t at_ms, struct err *reterr)
{
	return store_run(s, store_bind(s, STMT_CHECK_HINTED, "ii", doc_id, at_ms), reterr);
}

int
store_hint_judged(struct store *s, int64_t doc_id, bool right, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_HINTED, "i", doc_id);
	int rc = store_step(s, q, reterr);
	int64_t source;

	if (rc <= 0)
		return rc;
	source = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (store_run(s, store_bind(s, STMT_HINT_DONE, "i", doc_id), reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_SOURCE_HINT, "iiii", source, (int64_t)right, (int64_t)!right,
	    (int64_t)HINTS_KEPT), reterr);
}

/* ---- validators ---- */

static int
distrust(struct store *s, const char *source, int64_t at_ms, const struct store_routes *routes,
    struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };
	struct event_new e = { .kind = EV_SOURCE_STALE, .at_ms = at_ms, .source = source, .since_ms = at_ms,
		.cause = "the server says \"unchanged\" of what has changed: its ETag or date stays the same",
		.advice = "nothing to do: everything is read whole from now on; tell the publisher if you can" };
	int64_t seq;

	if (store_source_load(s, source, &src, reterr) < 0)
		return -1;
	if (src.lies)
		return 0;
	e.source_id = src.id;
	e.state = src.state;
	if (store_run(s, store_bind(s, STMT_SOURCE_LIES, "i", src.id), reterr) < 0)
		return -1;
	return store_event_add(s, &e, routes, &seq, reterr);
}

int
store_source_distrust(struct store *s, const char *source, int64_t at_ms, const struct store_routes *routes,
    struct err *reterr)
{
	if (store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, distrust(s, source, at_ms, routes, reterr), reterr);
}
