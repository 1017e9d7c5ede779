#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "fetchers/fetch.h"

#define DAY_MS (24 * 3600 * 1000LL)

static void
the_pause_doubles_with_each_failure_up_to_a_day(void **state)
{
	static const struct {
		int64_t interval_ms;
		unsigned failures;
		int64_t retry_ms;
		double random;
		int64_t want_ms;
	} cases[] = {
		{ 60000, 1, -1, 0, 60000 },
		{ 60000, 2, -1, 0, 120000 },
		{ 60000, 5, -1, 0, 960000 },
		{ 60000, 4000000000u, -1, 0, DAY_MS },
		{ 7 * DAY_MS, 1, -1, 0, DAY_MS },
		{ 60000, 1, -1, 1, 54000 },
		{ 60000, 2, -1, 0.5, 114000 },
		{ 60000, 1, 3600000, 1, 3600000 },
		{ 60000, 1, 30000, 0, 60000 },
		{ 60000, 1, 30 * DAY_MS, 0, DAY_MS },
		{ INT64_MAX, 3, -1, 0, DAY_MS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(fetch_backoff_ms(cases[i].interval_ms, cases[i].failures, cases[i].retry_ms,
		    cases[i].random), cases[i].want_ms);
	assert_true(fetch_backoff_ms(0, 1, -1, 0) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pause_doubles_with_each_failure_up_to_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
