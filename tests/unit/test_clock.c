#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/banned.h"

#define FEB9 INT64_C(1675928700000)	/* 2023-02-09T07:45:00Z */

static void
a_moment_is_written_in_every_form(void **state)
{
	char out[CLOCK_TEXT_MAX];

	assert_string_equal(clock_rfc3339(FEB9, true, out), "2023-02-09T07:45:00Z");
	assert_string_equal(clock_rfc3339(FEB9 + 7, true, out), "2023-02-09T07:45:00.007Z");
	assert_string_equal(clock_rfc3339(FEB9 + 7, false, out), "2023-02-09T07:45:00Z");
	assert_string_equal(clock_rfc3339_at(FEB9, 540, out), "2023-02-09T16:45:00+09:00");
	assert_string_equal(clock_rfc3339_at(FEB9, -210, out), "2023-02-09T04:15:00-03:30");
	assert_string_equal(clock_rfc3339_at(FEB9, 0, out), "2023-02-09T07:45:00Z");
	assert_string_equal(clock_http(FEB9, out), "Thu, 09 Feb 2023 07:45:00 GMT");
	assert_string_equal(clock_rfc3339(-1, true, out), "1969-12-31T23:59:59.999Z");
	assert_string_equal(clock_http(-1, out), "Wed, 31 Dec 1969 23:59:59 GMT");
	assert_true(strlen(clock_rfc3339(INT64_MAX, true, out)) < CLOCK_TEXT_MAX);
	assert_true(strlen(clock_http(INT64_MIN, out)) < CLOCK_TEXT_MAX);
}

static void
days_and_dates_agree_over_a_thousand_years(void **state)
{
	int64_t day, from = clock_days_from_civil(1600, 1, 1);
	int y, m, d, y2 = 1600, m2 = 1, d2 = 1;

	assert_int_equal(clock_days_from_civil(1970, 1, 1), 0);
	assert_int_equal(clock_days_from_civil(2000, 3, 1), 11017);
	for (day = from; y2 < 2600; day++) {
		static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
		int leap = y2 % 4 == 0 && (y2 % 100 != 0 || y2 % 400 == 0);

		clock_civil_from_days(day, &y, &m, &d);
		assert_int_equal(y, y2);
		assert_int_equal(m, m2);
		assert_int_equal(d, d2);
		assert_int_equal(clock_days_from_civil(y, m, d), day);
		if (++d2 > length[m2 - 1] + (m2 == 2 && leap)) {
			d2 = 1;
			if (++m2 > 12) {
				m2 = 1;
				y2++;
			}
		}
	}
}

static void
all_three_forms_of_http_dates_are_read(void **state)
{
	static const struct {
		const char *s;
		int64_t ms;
	} row[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777000 },
		{ "Sun Nov  6 08:49:37 1994", 784111777000 },
		{ " sun, 6 nov 1994 08:49:37 gmt ", 784111777000 },
		{ "Sun, 06-Nov-1994 08:49:37 UTC", 784111777000 },
		{ "Thu, 01 Jan 1970 00:00:00 +0000", 0 },
		{ "Fri, 01-Jan-38 00:00:00 GMT", 2145916800000 },
	};
	static const char *const bad[] = { "", "Sun", "0", "-1", "Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 EST", "Sun, 31 Feb 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x",
		"Sun, 06 Nov 199 08:49:37 GMT", "Sun Nov  6 08:49:37", "1994-11-06T08:49:37Z" };
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(clock_parse_http(row[i].s, &ms), 0);
		assert_int_equal(ms, row[i].ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ms = 42;
		assert_int_equal(clock_parse_http(bad[i], &ms), -1);
		assert_int_equal(ms, 42);
	}
}

static void
rfc_3339_dates_and_times_are_read(void **state)
{
	static const struct {
		const char *s;
		int64_t ms;
		bool has_time;
		int offset;
	} row[] = {
		{ "2023-02-09", 1675900800000, false, 0 },
		{ "2023-02-09T16:45:00+09:00", FEB9, true, 540 },
		{ "2023-02-09T07:45:00Z", FEB9, true, 0 },
		{ "2023-02-09t07:45:00.25z", FEB9 + 250, true, 0 },
		{ "2023-02-09 07:45", FEB9, true, 0 },
		{ "2023-02-09T04:15:00-0330", FEB9, true, -210 },
		{ "2023-02-09 16:45:00 +09", FEB9, true, 540 },
		{ " 2023-02-09T07:45:00.123456789Z ", FEB9 + 123, true, 0 },
		{ "2023-02-09T24:00:00Z", 1675987200000, true, 0 },
		{ "2016-12-31T23:59:60Z", 1483228800000, true, 0 },
		{ "2024-02-29", 1709164800000, false, 0 },
	};
	static const char *const bad[] = { "", "2023", "2023-02", "2023-2-9", "2023-02-30", "2023-13-01",
		"2023-02-09T", "2023-02-09T7:45", "2023-02-09T07:61", "2023-02-09T07:45:00+9",
		"2023-02-09T07:45:00+25:00", "2023-02-09x", "2023-02-09T24:00:01Z", "9 Feb 2023",
		"2023-02-29", "2023-02-09T07:45:00.Z", "20230209" };
	bool has_time;
	int64_t ms;
	int offset;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(clock_parse_rfc3339(row[i].s, &ms, &has_time, &offset), 0);
		assert_int_equal(ms, row[i].ms);
		assert_int_equal(has_time, row[i].has_time);
		assert_int_equal(offset, row[i].offset);
		assert_int_equal(clock_parse_rfc3339(row[i].s, &ms, NULL, NULL), 0);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ms = 42;
		if (clock_parse_rfc3339(bad[i], &ms, NULL, NULL) != -1 || ms != 42)
			fail_msg("\"%s\" was read as a date", bad[i]);
	}
}

static void
what_is_written_is_read_back(void **state)
{
	char out[CLOCK_TEXT_MAX];
	const int64_t step = INT64_C(86400000) * 37 + 12345678;
	int64_t ms, got;

	for (ms = -3000000000123; ms < 4000000000000; ms += step) {
		assert_int_equal(clock_parse_rfc3339(clock_rfc3339(ms, true, out), &got, NULL, NULL), 0);
		assert_int_equal(got, ms);
		assert_int_equal(clock_parse_http(clock_http(ms, out), &got), 0);
		assert_true(got <= ms && got > ms - 1000);
	}
}

static void
the_clocks_run_forward(void **state)
{
	int64_t a = clock_mono_ms(), b = clock_mono_ms();

	assert_true(b >= a);
	assert_true(clock_wall_ms() > FEB9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_is_written_in_every_form),
		cmocka_unit_test(days_and_dates_agree_over_a_thousand_years),
		cmocka_unit_test(all_three_forms_of_http_dates_are_read),
		cmocka_unit_test(rfc_3339_dates_and_times_are_read),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(the_clocks_run_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
