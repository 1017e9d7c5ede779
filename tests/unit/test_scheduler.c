/* The scheduler on a clock that the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "daemon/scheduler.h"

#define N 2000

static void
due_ones_come_in_order_of_time_and_none_early(void **state)
{
	struct scheduler s;
	static struct due d[N];
	int64_t last = 0;
	unsigned seen = 0;

	scheduler_init(&s);
	srand(5);
	for (int i = 0; i < N; i++)
		scheduler_set(&s, &d[i], rand() % 1000000);
	for (int64_t now = 0; now <= 1001000; now += 1000) {
		struct due *p;

		while ((p = scheduler_pop(&s, now)) != NULL) {
			assert_true(p->at_ms <= now);
			assert_true(p->at_ms >= last);
			last = p->at_ms;
			seen++;
		}
	}
	assert_int_equal(seen, N);
	assert_int_equal(s.count, 0);
	scheduler_done(&s);
}

static void
times_are_moved_up_to_the_grid(void **state)
{
	struct scheduler s;
	struct due d = { 0 };

	scheduler_init(&s);
	scheduler_set(&s, &d, 1);
	assert_int_equal(d.at_ms, SCHEDULER_GRID_MS);
	assert_null(scheduler_pop(&s, SCHEDULER_GRID_MS - 1));
	assert_ptr_equal(scheduler_pop(&s, SCHEDULER_GRID_MS), &d);
	scheduler_done(&s);
}

static void
what_is_moved_or_removed_keeps_the_others_in_order(void **state)
{
	struct scheduler s;
	static struct due d[100];
	int64_t last = 0;
	struct due *p;

	scheduler_init(&s);
	for (int i = 0; i < 100; i++)
		scheduler_set(&s, &d[i], (i + 1) * 1000);
	for (int i = 0; i < 100; i += 3)
		scheduler_set(&s, &d[i], (200 - i) * 1000);
	for (int i = 1; i < 100; i += 3)
		scheduler_remove(&s, &d[i]);
	for (int i = 1; i < 100; i += 3)
		scheduler_remove(&s, &d[i]);	/* twice does no harm */
	while ((p = scheduler_pop(&s, INT64_MAX)) != NULL) {
		assert_true(p->at_ms >= last);
		last = p->at_ms;
		assert_int_not_equal((p - d) % 3, 1);
	}
	assert_int_equal(scheduler_next_ms(&s), INT64_MAX);
	scheduler_done(&s);
}

static void
an_interval_loses_at_most_a_tenth(void **state)
{
	assert_int_equal(scheduler_interval_ms(60000, 0), 60000);
	assert_int_equal(scheduler_interval_ms(60000, 1), 54000);
}

static void
rechecks_thin_with_age_and_the_last_gap_repeats(void **state)
{
	static const int64_t ages[] = { 600, 3600, 21600, 86400 };
	static const struct { int64_t age_s, wait_s; } cases[] = {
		{ 0, 600 }, { 599, 1 }, { 600, 3000 }, { 3600, 18000 }, { 80000, 6400 }, { 86400, 64800 },
		{ 10000000, 64800 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(scheduler_recheck_ms(ages, 4, cases[i].age_s * 1000), cases[i].wait_s * 1000);
	assert_int_equal(scheduler_recheck_ms(ages, 1, 700000), 600000);
	assert_int_equal(scheduler_recheck_ms(ages, 0, 5), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(due_ones_come_in_order_of_time_and_none_early),
		cmocka_unit_test(times_are_moved_up_to_the_grid),
		cmocka_unit_test(what_is_moved_or_removed_keeps_the_others_in_order),
		cmocka_unit_test(an_interval_loses_at_most_a_tenth),
		cmocka_unit_test(rechecks_thin_with_age_and_the_last_gap_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
