/*
 * pace: when a channel is told. A notice that has to wait for a digest, for the end of quiet hours or of a storm is a row of
 * state 3, held: no order of a source waits behind it. When its time has come it goes on its way by itself, or in a batch
 * with all the others that were held: which notices a batch has is written before it is first tried and never changes.
 */
#include <string.h>
#include "base/digest.h"
#include "base/local.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define HOUR_MS INT64_C(3600000)
#define HOLD_MAX_MS (72 * HOUR_MS)	/* no hold is longer: the clock was wrong then, or is now */

/* ---- when ---- */

enum pace_hold
store_pace_hold(const struct store_pace *p, int64_t at_ms, int64_t *ret_until_ms)
{
	enum pace_hold hold = HOLD_NONE;
	int64_t until = at_ms, end;

	if (p->digest == DIGEST_EVERY || p->digest == DIGEST_DAILY) {
		until = p->digest == DIGEST_DAILY ? local_next(p->zone, p->digest_minute, at_ms) :
		    local_step(p->zone, p->digest_every_ms, at_ms);
		hold = HOLD_DIGEST;
	}
	if (p->quiet_from != p->quiet_until &&
	    local_between(p->zone, p->quiet_from, p->quiet_until, until, &end)) {
		until = end;
		hold = hold == HOLD_NONE ? HOLD_QUIET : hold;
	}
	*ret_until_ms = until;
	return hold;
}

/* One more notice that goes by itself: is it beyond what the hour bears? */
static int
storm_count(struct store *s, const char *channel, int64_t at_ms, int64_t add, int64_t *ret_count,
    struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_STORM_COUNT, "tii", channel, at_ms / HOUR_MS, add);

	if (store_step(s, q, reterr) <= 0)
		return -1;
	*ret_count = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

int
store_pace_enter(struct store *s, const struct store_route *r, bool urgent, int64_t at_ms,
    int64_t *ret_until_ms, enum pace_hold *ret_hold, struct err *reterr)
{
	const struct store_pace *p = r->pace;
	int64_t until = at_ms, count, end;
	enum pace_hold hold = HOLD_NONE;

	if (p != NULL && !urgent)
		hold = store_pace_hold(p, at_ms, &until);
	if (p != NULL && hold == HOLD_NONE && p->storm > 0) {
		if (storm_count(s, r->channel, at_ms, 1, &count, reterr) < 0)
			return -1;
		if (count > p->storm) {
			hold = HOLD_STORM;
			until = (at_ms / HOUR_MS + 1) * HOUR_MS;
			if (p->quiet_from != p->quiet_until &&
			    local_between(p->zone, p->quiet_from, p->quiet_until, until, &end))
				until = end;
		}
	}
	*ret_until_ms = until;
	*ret_hold = hold;
	return 0;
}

/* ---- their time has come ---- */

static int
batch_new(struct store *s, const char *channel, enum pace_hold kind, int64_t now_ms, int64_t *ret_id,
    struct err *reterr)
{
	char id[UUID_TEXT];

	digest_uuid7(now_ms, id);
	if (store_run(s, store_bind(s, STMT_BATCH_ADD, "ttii", id, channel, (int64_t)kind, now_ms),
	    reterr) < 0)
		return -1;
	*ret_id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

/* How far a batch for a program goes: to last_seq, or until it has events or bytes enough. */
static int
batch_end(struct store *s, const char *channel, int64_t last_seq, int64_t *ret_seq, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_HELD_SIZES, "tii", channel, last_seq,
	    (int64_t)STORE_BATCH_EVENTS);
	int64_t bytes = 0, size;
	bool first = true;
	int rc;

	*ret_seq = last_seq;
	while ((rc = store_step(s, q, reterr)) > 0) {
		size = sqlite3_column_int64(q, 1);
		if (!first && bytes + size > STORE_BATCH_BYTES)
			break;
		first = false;
		bytes += size;
		*ret_seq = sqlite3_column_int64(q, 0);
	}
	sqlite3_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
let_batches(struct store *s, const char *channel, const struct store_pace *p, enum pace_hold kind,
    int64_t last_seq, int64_t now_ms, struct err *reterr)
{
	int64_t seq, id;

	do {
		seq = last_seq;
		if ((!p->people && batch_end(s, channel, last_seq, &seq, reterr) < 0) ||
		    batch_new(s, channel, kind, now_ms, &id, reterr) < 0 ||
		    store_run(s, store_bind(s, STMT_HELD_BATCH, "tiii", channel, seq, id, now_ms), reterr) < 0)
			return -1;
	} while (seq < last_seq);
	return 0;
}

/* How many are held up to last_seq, and has a storm held one of them? */
static int
held_count(struct store *s, const char *channel, int64_t last_seq, int64_t *ret_count, bool *ret_storm,
    struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_HELD_KINDS, "ti", channel, last_seq);

	if (store_step(s, q, reterr) <= 0)
		return -1;
	*ret_count = sqlite3_column_int64(q, 0);
	*ret_storm = sqlite3_column_int64(q, 1) != 0;
	sqlite3_reset(q);
	return 0;
}

/* All that is held up to last_seq: one digest; or one by one, unless that would be a storm. */
static int
let_go(struct store *s, const char *channel, const struct store_pace *p, int64_t last_seq, int64_t now_ms,
    int64_t *ret_count, struct err *reterr)
{
	enum pace_hold kind;
	int64_t n, told = 0;
	bool storm;

	if (held_count(s, channel, last_seq, &n, &storm, reterr) < 0)
		return -1;
	*ret_count = n;
	if (p->digest != DIGEST_NONE)
		return let_batches(s, channel, p, HOLD_DIGEST, last_seq, now_ms, reterr);
	kind = storm ? HOLD_STORM : HOLD_QUIET;
	if (!storm && p->storm > 0) {
		if (storm_count(s, channel, now_ms, 0, &told, reterr) < 0)
			return -1;
		storm = told + n > p->storm;
	}
	if (storm)
		return let_batches(s, channel, p, kind, last_seq, now_ms, reterr);
	if (p->storm > 0 && storm_count(s, channel, now_ms, n, &told, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_HELD_DIRECT, "tii", channel, last_seq, now_ms), reterr);
}

/* The newest held row of those whose time has come; 0: none has. All before it go with it: order before the minute. */
static int
held_due(struct store *s, const char *channel, int64_t now_ms, bool all, int64_t *ret_seq, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_HELD_DUE, "tii", channel, all ? INT64_MAX : now_ms,
	    now_ms + HOLD_MAX_MS);

	if (store_step(s, q, reterr) < 0)
		return -1;
	*ret_seq = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

int
store_pace_release(struct store *s, const char *channel, const struct store_pace *pace, int64_t now_ms,
    bool all, struct err *reterr)
{
	static const struct store_pace none = { 0 };
	int64_t seq, n = 0;
	int rc;

	if (held_due(s, channel, now_ms, all, &seq, reterr) < 0)
		return -1;
	if (seq == 0)
		return 0;
	if (store_enter(s, reterr) < 0)
		return -1;
	rc = let_go(s, channel, pace != NULL ? pace : &none, seq, now_ms, &n, reterr);
	return store_leave(s, rc, reterr) < 0 ? -1 : n > INT32_MAX ? INT32_MAX : (int)n;
}

/* ---- another pace for what is held ---- */

static char *
pace_text(const struct store_pace *p)
{
	return xasprintf("%d %lld %d %d %d %s %u", (int)p->digest, (long long)p->digest_every_ms, p->digest_minute,
	    p->quiet_from, p->quiet_until, p->zone != NULL ? p->zone : "", p->storm);
}

static int
hold_anew(struct store *s, const char *channel, const struct store_pace *p, int64_t now_ms, struct err *reterr)
{
	int64_t seq = 0, first_ms, until;
	enum pace_hold was;
	sqlite3_stmt *q;
	int rc;

	for (;;) {
		q = store_bind(s, STMT_HELD_ROW, "ti", channel, seq);
		if ((rc = store_step(s, q, reterr)) <= 0)
			return rc;
		seq = sqlite3_column_int64(q, 0);
		first_ms = sqlite3_column_int64(q, 1);
		was = (enum pace_hold)sqlite3_column_int(q, 2);
		sqlite3_reset(q);
		if (was == HOLD_STORM && p->storm > 0)
			continue;
		if (store_pace_hold(p, first_ms, &until) == HOLD_NONE)
			until = now_ms;
		if (store_run(s, store_bind(s, STMT_HELD_UNTIL, "tii", channel, seq, until), reterr) < 0)
			return -1;
	}
}

int
store_pace_set(struct store *s, const char *channel, const struct store_pace *pace, int64_t now_ms,
    struct err *reterr)
{
	CLEANUP(freep) char *text = pace_text(pace), *before = NULL;
	CLEANUP(freep) char *key = xasprintf("pace/%s", channel);
	int rc = 0;

	before = store_meta_get(s, key);
	if (before != NULL && strcmp(before, text) == 0)
		return 0;
	if (store_enter(s, reterr) < 0)
		return -1;
	if (before != NULL)
		rc = hold_anew(s, channel, pace, now_ms, reterr);
	if (rc == 0)
		rc = store_meta_set(s, key, text, reterr);
	return store_leave(s, rc, reterr);
}

int64_t
store_pace_next_ms(struct store *s, const char *channel)
{
	int64_t next = 0;

	(void)store_number(s, store_bind(s, STMT_HELD_NEXT_MS, "t", channel), &next, NULL);
	return next;
}
