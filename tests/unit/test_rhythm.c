/* Hours of the week at which a source publishes, and the visits that follow from them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "store/rhythm.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define MONDAY (INT64_C(1699833600000))	/* 2023-11-13T00:00:00Z */

/* Releases at ten on working days, in a zone of that offset. */
static size_t
working_days(struct release_time *t, size_t n, int offset_min)
{
	size_t k = 0;

	for (int64_t day = 0; k < n; day++)
		if (day % 7 < 5)
			t[k++] = (struct release_time){ .ms = MONDAY + day * DAY + 10 * HOUR + 1800000 -
			    offset_min * INT64_C(60000) };
	return n;
}

static unsigned
visits(const struct rhythm *r, int64_t every, int64_t from, int64_t until, int offset_min, int64_t *ret_longest)
{
	unsigned n = 0;

	for (int64_t at = from; at < until; n++) {
		int64_t wait = rhythm_wait_ms(r, every, at, offset_min);

		assert_true(wait > 0 && wait <= every);
		if (ret_longest != NULL && wait > *ret_longest)
			*ret_longest = wait;
		at += wait;
	}
	return n;
}

static void
visits_are_dense_where_releases_are_likely_and_never_later_than_every(void **state)
{
	static const int offsets[] = { 0, 540, -300, 330 };
	struct release_time t[60];
	struct rhythm r;

	for (size_t i = 0; i < 4; i++) {
		int64_t midnight = MONDAY + 70 * DAY - offsets[i] * INT64_C(60000), longest = 0;
		unsigned week, busy, sunday;

		assert_true(rhythm_learn(t, working_days(t, 60, offsets[i]), offsets[i], &r));
		week = visits(&r, HOUR, midnight, midnight + 7 * DAY, offsets[i], &longest);
		busy = visits(&r, HOUR, midnight + 10 * HOUR, midnight + 11 * HOUR, offsets[i], NULL);
		sunday = visits(&r, HOUR, midnight + 6 * DAY, midnight + 7 * DAY, offsets[i], NULL);
		assert_true(longest <= HOUR);
		assert_true(week > 280 && week <= 2 * 168 + 4);	/* the budget: one each half of every */
		assert_true(busy >= 10 && sunday <= 28);
	}
}

static void
days_without_an_hour_tell_of_days_alone(void **state)
{
	struct release_time t[40];
	struct rhythm r;

	for (size_t i = 0; i < 40; i++)
		t[i] = (struct release_time){ .ms = MONDAY + (int64_t)i * 7 * DAY + 12 * HOUR, .day_only = true };
	assert_true(rhythm_learn(t, 40, 0, &r));
	assert_true(visits(&r, HOUR, MONDAY, MONDAY + DAY, 0, NULL) >
	    4 * visits(&r, HOUR, MONDAY + DAY, MONDAY + 2 * DAY, 0, NULL));
	assert_int_equal(r.rate[(MONDAY / HOUR) % 168], r.rate[(MONDAY / HOUR + 20) % 168]);
}

static void
a_few_releases_are_no_rhythm(void **state)
{
	struct release_time t[60];
	struct rhythm r;

	assert_false(rhythm_learn(t, working_days(t, RHYTHM_TIMES_MIN - 1, 0), 0, &r));
	assert_true(rhythm_learn(t, working_days(t, RHYTHM_TIMES_MIN, 0), 0, &r));
	for (int64_t every = 1; every < 40 * DAY; every = every * 3 + 1)
		assert_true(visits(&r, every, MONDAY, MONDAY + (every < HOUR ? every * 20 : 60 * DAY), 0, NULL) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(visits_are_dense_where_releases_are_likely_and_never_later_than_every),
		cmocka_unit_test(days_without_an_hour_tell_of_days_alone),
		cmocka_unit_test(a_few_releases_are_no_rhythm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
