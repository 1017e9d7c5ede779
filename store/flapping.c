/*
 * flapping: a page that shows a text which it had before. Once, that is an edit taken back, and a person wants to know; again and
 * again, it is a site whose servers do not agree, and one notice is enough. A return is therefore told when it has lasted: for as
 * long as what it replaces stood, which tells a correction of minutes from a turn that will be over at the next look; and once the
 * page has returned before, twice as long as any turn lasted, so that nothing more is told until it settles.
 */
#include <string.h>
#include "store/store_int.h"
#include "base/banned.h"

#define TURNS_MAX 32			/* of the newest revisions */
#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)
#define FIRST_MAX_MS HOUR_MS		/* a single return waits no longer */
#define LATER_MAX_MS (2 * DAY_MS)	/* what stays that long has settled */
#define FORGET_MS (30 * DAY_MS)		/* a return so long ago says nothing of today */

/* The newest revision before end with that hash; -1: none. */
static int
last_with(const struct turn *list, int end, const unsigned char hash[STORE_HASH])
{
	for (int i = end - 1; i >= 0; i--)
		if (memcmp(list[i].hash, hash, STORE_HASH) == 0)
			return i;
	return -1;
}

int64_t
store_turns_hold(const struct turn *list, size_t n, const unsigned char hash[STORE_HASH], int64_t at_ms, unsigned *ret_back_to,
    bool *ret_again)
{
	int count = (int)n, back = n > 0 ? last_with(list, count - 1, hash) : -1, first = count;
	int64_t stay, longest = 0;

	*ret_again = false;
	*ret_back_to = back >= 0 ? list[back].number : 0;
	if (back < 0)
		return 0;
	stay = at_ms - list[count - 1].seen_ms;
	for (int i = 1; i < count; i++) {
		int base = list[i].seen_ms >= at_ms - FORGET_MS ? last_with(list, i, list[i].hash) : -1;

		if (base >= 0 && base < first)
			first = base;
	}
	if (first == count)
		return stay >= DAY_MS ? 0 : stay < FIRST_MAX_MS ? stay : FIRST_MAX_MS;
	*ret_again = true;
	for (int i = first + 1; i < count; i++) {
		int64_t ms = (i + 1 < count ? list[i + 1].seen_ms : at_ms) - list[i].seen_ms;

		longest = ms > longest ? ms : longest;
	}
	longest *= 2;
	return longest < HOUR_MS ? HOUR_MS : longest > LATER_MAX_MS ? LATER_MAX_MS : longest;
}

int
store_flapping(struct put_ctx *p, int64_t doc_id, int64_t *ret_hold_ms, bool *ret_again, struct err *reterr)
{
	struct turn list[TURNS_MAX];
	sqlite3_stmt *q = store_bind(p->s, STMT_REVISION_TURNS, "ii", doc_id, (int64_t)TURNS_MAX);
	size_t n = 0;
	int rc;

	while ((rc = store_step(p->s, q, reterr)) > 0 && n < TURNS_MAX) {
		list[n] = (struct turn){ .number = (unsigned)sqlite3_column_int64(q, 0), .seen_ms = sqlite3_column_int64(q, 1) };
		store_column_hash(q, 2, list[n++].hash);
	}
	if (rc < 0)
		return -1;
	sqlite3_reset(q);
	*ret_hold_ms = store_turns_hold(list, n, p->compare_hash, p->put->at_ms, &p->returns_to, ret_again);
	return 0;
}
