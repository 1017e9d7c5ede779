/*
 * habit: how often a source publishes, and so when its silence is news. Learnt from the days on which its documents were
 * published: the median pause, and a limit beyond both its spread and the longest pause so far. Silence is
 * counted from what we saw ourselves, so that an old source that is new to us is not called quiet.
 */
#include <stdlib.h>
#include <string.h>
#include "store/store_int.h"
#include "base/banned.h"

#define DAY_MS INT64_C(86400000)
#define SPREAD_TIMES 6
#define QUIET_MIN_DAYS 2
#define SHRUNK_FROM 8		/* shorter lists say nothing by being shorter */
#define SHRUNK_SHARE 4
#define SHRUNK_LOOKS 2		/* a hiccup is no news */
#define SHRUNK_ENOUGH 100	/* so it stays */

static int
compare_gaps(const void *va, const void *vb)
{
	const int64_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

static int64_t
median(int64_t *list, size_t n)
{
	qsort(list, n, sizeof(*list), compare_gaps);
	return n % 2 != 0 ? list[n / 2] : (list[n / 2 - 1] + list[n / 2] + 1) / 2;
}

bool
store_habit_learn(const int64_t *times_ms, size_t n, struct habit *ret)
{
	int64_t gaps[HABIT_TIMES_MAX], far[HABIT_TIMES_MAX], mid, limit, day, last = 0;
	size_t count = 0, i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < n && count < HABIT_TIMES_MAX; i++) {
		day = times_ms[i] / DAY_MS;
		if (i > 0 && day < last)
			gaps[count++] = last - day;
		if (i == 0 || day < last)
			last = day;
	}
	if (count < HABIT_GAPS_MIN)
		return false;
	mid = median(gaps, count);
	limit = gaps[count - 1] * 3 / 2;	/* sorted: the longest */
	for (i = 0; i < count; i++)
		far[i] = llabs(gaps[i] - mid);
	if (mid + SPREAD_TIMES * median(far, count) > limit)
		limit = mid + SPREAD_TIMES * far[count / 2];
	if (limit < QUIET_MIN_DAYS)
		limit = QUIET_MIN_DAYS;
	ret->rhythm_ms = mid * DAY_MS;
	ret->quiet_after_ms = limit * DAY_MS;
	return true;
}

int
store_habit_update(struct store *s, struct store_source *src, struct err *reterr)
{
	int64_t times[HABIT_TIMES_MAX];
	struct habit h;
	size_t n = 0;
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_DATES, "ii", src->id, (int64_t)HABIT_TIMES_MAX);
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0)
		if (n < HABIT_TIMES_MAX)
			times[n++] = sqlite3_column_int64(q, 0);
	if (rc < 0)
		return -1;
	store_habit_learn(times, n, &h);
	if (h.rhythm_ms == src->rhythm_ms && h.quiet_after_ms == src->quiet_after_ms)
		return 0;
	src->rhythm_ms = h.rhythm_ms;
	src->quiet_after_ms = h.quiet_after_ms;
	return store_run(s, store_bind(s, STMT_SOURCE_HABIT, "iii", src->id, h.rhythm_ms,
	    h.quiet_after_ms), reterr);
}

int
store_source_times(struct store *s, const char *source, struct store_time *list, size_t max, size_t *ret_n,
    struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_TIMES, "ti", source, (int64_t)max);
	int rc;

	*ret_n = 0;
	while ((rc = store_step(s, q, reterr)) > 0)
		if (*ret_n < max)
			list[(*ret_n)++] = (struct store_time){ .ms = sqlite3_column_int64(q, 0),
				.day_only = sqlite3_column_int(q, 1) != 0 };
	return rc;
}

bool
store_habit_is_quiet(const struct store_source *src, int64_t at_ms, char *ret_cause, size_t size)
{
	int64_t since = src->last_new_ms > src->watched_ms ? src->last_new_ms : src->watched_ms;

	if (src->quiet_after_ms == 0 || since == 0 || at_ms - since <= src->quiet_after_ms)
		return false;
	snprintf(ret_cause, size, "nothing new for %lld days; it usually publishes every %lld, and "
	    "%lld without a release would be unusual", (long long)((at_ms - since) / DAY_MS),
	    (long long)(src->rhythm_ms / DAY_MS), (long long)(src->quiet_after_ms / DAY_MS));
	return true;
}

bool
store_habit_is_short(size_t before, size_t now)
{
	return before >= SHRUNK_FROM && now * SHRUNK_SHARE < before;
}

bool
store_habit_has_shrunk(unsigned looks)
{
	return looks >= SHRUNK_LOOKS && looks < SHRUNK_ENOUGH;
}
