#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "fetchers/fetchers_int.h"

#define HOUR_MS (3600 * 1000LL)
#define DAY_MS (24 * HOUR_MS)

static void
take(struct robots_cache *c, long status, enum err_class class, size_t hops, const char *text, int64_t now_ms)
{
	struct http_answer a = { .status = status, .hops_count = hops, .retry_after_ms = -1 };

	a.err.class = class;
	buf_init(&a.body, 1000);
	buf_adds(&a.body, text);
	robots_cache_take(c, &a, "presswatch", DAY_MS, now_ms);
	buf_done(&a.body);
}

static void
each_status_means_what_the_rfc_says(void **state)
{
	static const struct {
		long status;
		enum err_class class;
		size_t hops;
		enum robots_state want;
		bool rules;
	} cases[] = {
		{ 200, ERR_NONE, 0, ROBOTS_READY, true },
		{ 203, ERR_NONE, 5, ROBOTS_READY, true },
		{ 301, ERR_NONE, 0, ROBOTS_READY, false },
		{ 301, ERR_LIMIT, 5, ROBOTS_READY, false },
		{ 401, ERR_NONE, 0, ROBOTS_READY, false },
		{ 403, ERR_NONE, 0, ROBOTS_READY, false },
		{ 404, ERR_NONE, 0, ROBOTS_READY, false },
		{ 410, ERR_NONE, 0, ROBOTS_READY, false },
		{ 429, ERR_NONE, 0, ROBOTS_UNREACHABLE, false },
		{ 500, ERR_NONE, 0, ROBOTS_UNREACHABLE, false },
		{ 503, ERR_NONE, 0, ROBOTS_UNREACHABLE, false },
		{ 0, ERR_TEMPORARY, 0, ROBOTS_UNREACHABLE, false },
		{ 200, ERR_LIMIT, 0, ROBOTS_UNREACHABLE, false },
		{ 0, ERR_CONFIG, 0, ROBOTS_UNREACHABLE, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct robots_cache c = { 0 };

		assert_int_equal(robots_cache_state(&c, 1000), ROBOTS_ASK);
		take(&c, cases[i].status, cases[i].class, cases[i].hops, "User-agent: *\nDisallow: /", 1000);
		if (robots_cache_state(&c, 1001) != cases[i].want)
			fail_msg("case %zu, status %ld", i, cases[i].status);
		assert_int_equal(c.robots != NULL, cases[i].rules);
		robots_cache_done(&c);
	}
}

static void
rules_hold_a_day_and_outlive_a_month_of_silence(void **state)
{
	struct robots_cache c = { 0 };
	int64_t now_ms = 1000;

	take(&c, 200, ERR_NONE, 0, "User-agent: *\nDisallow: /x\nCrawl-delay: 900\n", now_ms);
	assert_int_equal(c.delay_ms, CRAWL_DELAY_MAX_MS);
	assert_int_equal(robots_cache_state(&c, now_ms + DAY_MS - 1), ROBOTS_READY);
	assert_int_equal(robots_cache_state(&c, now_ms + DAY_MS), ROBOTS_ASK);
	for (int day = 1; day <= 30; day++) {
		take(&c, 503, ERR_NONE, 0, "", now_ms + day * DAY_MS);
		assert_int_equal(robots_cache_state(&c, now_ms + day * DAY_MS + 1), ROBOTS_READY);
		assert_non_null(c.robots);
	}
	take(&c, 503, ERR_NONE, 0, "", now_ms + 31 * DAY_MS);
	assert_int_equal(robots_cache_state(&c, now_ms + 31 * DAY_MS + 1), ROBOTS_UNREACHABLE);
	assert_int_equal(c.delay_ms, 0);
	take(&c, 404, ERR_NONE, 0, "", now_ms + 32 * DAY_MS);
	assert_int_equal(robots_cache_state(&c, now_ms + 32 * DAY_MS + 1), ROBOTS_READY);
	robots_cache_done(&c);
}

static void
a_host_in_trouble_is_asked_less_and_less_but_every_ten_minutes(void **state)
{
	struct robots_cache c = { 0 };
	int64_t now_ms = 1000, last_ms = 0;

	for (int i = 0; i < 20; i++) {
		int64_t pause_ms;

		take(&c, 0, ERR_TEMPORARY, 0, "", now_ms);
		pause_ms = c.retry_ms - now_ms;
		assert_true(pause_ms >= last_ms && pause_ms <= 600000);
		assert_int_equal(robots_cache_state(&c, c.retry_ms - 1), ROBOTS_UNREACHABLE);
		assert_int_equal(robots_cache_state(&c, c.retry_ms), ROBOTS_ASK);
		now_ms = c.retry_ms;
		last_ms = pause_ms;
	}
	assert_int_equal(last_ms, 600000);
	robots_cache_done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_status_means_what_the_rfc_says),
		cmocka_unit_test(rules_hold_a_day_and_outlive_a_month_of_silence),
		cmocka_unit_test(a_host_in_trouble_is_asked_less_and_less_but_every_ten_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
