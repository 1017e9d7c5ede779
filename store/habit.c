/*
 * habit: how often a source publishes, and so when its silence is news. Learnt from the days on which its documents were
 * published: the median pause, and a limit beyond both its spread and the longest pause so far. Pauses are measured in the
 * hours of the week that count for this source (rhythm), so that a weekend is none where nobody works then; half a
 * median pause of ordinary time comes on top. Silence is counted from what we saw ourselves, so that an old
 * source that is new to us is not called quiet.
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

static int
newest_first(const void *va, const void *vb)
{
	const struct release_time *a = va, *b = vb;

	return a->ms < b->ms ? 1 : -(a->ms > b->ms);
}

struct gaps {			/* from each day with a release to the next one */
	int64_t days[HABIT_GAPS_MAX], own[HABIT_GAPS_MAX];	/* own: in the hours that count */
	size_t n;
};

static int64_t
day_of(const struct release_time *t, int zone_min)
{
	return (t->ms + (t->day_only ? 0 : zone_min * INT64_C(60000))) / DAY_MS;
}

/* The last release of each day alone: how many came on it says nothing of when the next day with one is due. */
static size_t
one_a_day(struct release_time *times, size_t n, int zone_min)
{
	size_t kept = 0;

	qsort(times, n, sizeof(*times), newest_first);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || day_of(&times[i], zone_min) < day_of(&times[kept - 1], zone_min))
			times[kept++] = times[i];
	return kept;
}

static int64_t
instant(const struct release_time *t, int zone_min)
{
	return t->day_only ? day_of(t, zone_min) * DAY_MS - zone_min * INT64_C(60000) : t->ms;
}

static void
measure(const struct release_time *times, size_t n, int zone_min, const struct rhythm *r, struct gaps *ret)
{
	ret->n = 0;
	for (size_t i = 1; i < n && ret->n < HABIT_GAPS_MAX; i++) {
		ret->days[ret->n] = day_of(&times[i - 1], zone_min) - day_of(&times[i], zone_min);
		ret->own[ret->n++] = rhythm_between_ms(r, instant(&times[i], zone_min),
		    instant(&times[i - 1], zone_min), zone_min);
	}
}

bool
store_habit_learn(struct release_time *times, size_t n, int zone_min, int64_t since_ms, struct habit *ret)
{
	struct gaps gaps;
	struct rhythm r;
	int64_t mid, longest, limit, far[HABIT_GAPS_MAX];

	memset(ret, 0, sizeof(*ret));
	n = one_a_day(times, n, zone_min);
	if (!rhythm_learn(times, n, zone_min, &r))
		return false;
	measure(times, n, zone_min, &r, &gaps);
	if (gaps.n < HABIT_GAPS_MIN)
		return false;
	ret->rhythm_ms = median(gaps.days, gaps.n) * DAY_MS;
	mid = median(gaps.own, gaps.n);
	longest = gaps.own[gaps.n - 1];	/* sorted */
	for (size_t i = 0; i < gaps.n; i++)
		far[i] = llabs(gaps.own[i] - mid);
	limit = longest + (longest - mid) / 2;
	if (mid + SPREAD_TIMES * median(far, gaps.n) > limit)
		limit = mid + SPREAD_TIMES * median(far, gaps.n);
	ret->quiet_after_ms = rhythm_after_ms(&r, since_ms, limit, zone_min) + ret->rhythm_ms / 2;
	if (ret->quiet_after_ms < QUIET_MIN_DAYS * DAY_MS)
		ret->quiet_after_ms = QUIET_MIN_DAYS * DAY_MS;
	return true;
}

int
store_habit_update(struct store *s, struct store_source *src, int zone_min, int64_t since_ms,
    struct err *reterr)
{
	struct release_time times[HABIT_TIMES_MAX];
	struct habit h;
	size_t n;

	if (store_source_times(s, src->name, times, HABIT_TIMES_MAX, &n, reterr) < 0)
		return -1;
	store_habit_learn(times, n, zone_min, since_ms, &h);
	if (h.rhythm_ms == src->rhythm_ms && h.quiet_after_ms == src->quiet_after_ms)
		return 0;
	src->rhythm_ms = h.rhythm_ms;
	src->quiet_after_ms = h.quiet_after_ms;
	return store_run(s, store_bind(s, STMT_SOURCE_HABIT, "iii", src->id, h.rhythm_ms,
	    h.quiet_after_ms), reterr);
}

int
store_source_times(struct store *s, const char *source, struct release_time *list, size_t max, size_t *ret_n,
    struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_TIMES, "ti", source, (int64_t)max);
	int rc;

	*ret_n = 0;
	while ((rc = store_step(s, q, reterr)) > 0)
		if (*ret_n < max)
			list[(*ret_n)++] = (struct release_time){ .ms = sqlite3_column_int64(q, 0),
				.day_only = sqlite3_column_int(q, 1) != 0 };
	return rc;
}

int64_t
store_habit_since(const struct store_source *src, bool fresh, int64_t at_ms)
{
	if (fresh)
		return at_ms;
	return src->last_new_ms > src->watched_ms ? src->last_new_ms : src->watched_ms;
}

bool
store_habit_is_quiet(const struct store_source *src, int64_t at_ms, char *ret_cause, size_t size)
{
	int64_t since = store_habit_since(src, false, at_ms);

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
