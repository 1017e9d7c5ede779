#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/local.h"
#include "base/banned.h"

#define HOUR INT64_C(3600000)

static int64_t
ms(const char *text)
{
	int64_t at;

	assert_int_equal(clock_parse_rfc3339(text, &at, NULL, NULL), 0);
	return at;
}

static void
is_at(int64_t at, const char *want)
{
	char out[CLOCK_TEXT_MAX];

	assert_string_equal(clock_rfc3339(at, true, out), clock_rfc3339(ms(want), true, (char[CLOCK_TEXT_MAX]){ 0 }));
}

static void
eight_in_the_morning_comes_once_a_day_whatever_the_clock_does(void **state)
{
	static const struct { const char *zone; int minute; const char *after, *want; } cases[] = {
		{ "Asia/Tokyo", 480, "2023-02-09T07:59:59+09:00", "2023-02-09T08:00:00+09:00" },
		{ "Asia/Tokyo", 480, "2023-02-09T08:00:00+09:00", "2023-02-10T08:00:00+09:00" },
		{ "UTC", 0, "2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z" },
		{ "Asia/Kathmandu", 0, "2024-12-31T23:59:00+05:45", "2025-01-01T00:00:00+05:45" },
		/* 31 March 2024: 02:00 to 03:00 is left out */
		{ "Europe/Berlin", 150, "2024-03-31T00:00:00+01:00", "2024-03-31T03:00:00+02:00" },
		{ "Europe/Berlin", 150, "2024-03-31T03:00:00+02:00", "2024-04-01T02:30:00+02:00" },
		{ "Europe/Berlin", 480, "2024-03-30T08:00:00+01:00", "2024-03-31T08:00:00+02:00" },
		/* 27 October 2024: 02:00 to 03:00 comes twice */
		{ "Europe/Berlin", 150, "2024-10-27T00:00:00+02:00", "2024-10-27T02:30:00+02:00" },
		{ "Europe/Berlin", 150, "2024-10-27T02:30:00+02:00", "2024-10-28T02:30:00+01:00" },
		{ "Europe/Berlin", 150, "2024-10-27T02:10:00+01:00", "2024-10-28T02:30:00+01:00" },
		/* half an hour is left out; a whole day was */
		{ "Australia/Lord_Howe", 135, "2024-10-06T00:00:00+10:30", "2024-10-06T02:30:00+11:00" },
		{ "Pacific/Apia", 480, "2011-12-29T08:00:00-10:00", "2011-12-31T00:00:00+14:00" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_at(local_next(cases[i].zone, cases[i].minute, ms(cases[i].after)), cases[i].want);
}

static void
quiet_hours_begin_and_end_by_the_clock_on_the_wall(void **state)
{
	static const struct { const char *zone; int from, until; const char *at, *end; } cases[] = {
		{ "Asia/Tokyo", 1320, 420, "2023-02-09T21:59:59+09:00", NULL },
		{ "Asia/Tokyo", 1320, 420, "2023-02-09T22:00:00+09:00", "2023-02-10T07:00:00+09:00" },
		{ "Asia/Tokyo", 1320, 420, "2023-02-10T06:59:59+09:00", "2023-02-10T07:00:00+09:00" },
		{ "Asia/Tokyo", 1320, 420, "2023-02-10T07:00:00+09:00", NULL },
		{ "UTC", 720, 780, "2023-02-10T12:30:00Z", "2023-02-10T13:00:00Z" },
		{ "UTC", 720, 780, "2023-02-10T11:30:00Z", NULL },
		{ "Europe/Berlin", 1320, 420, "2024-03-30T23:00:00+01:00", "2024-03-31T07:00:00+02:00" },
		{ "Europe/Berlin", 1320, 420, "2024-10-26T23:00:00+02:00", "2024-10-27T07:00:00+01:00" },
		/* ends in the hour that is left out: when the clock has left it out */
		{ "Europe/Berlin", 1320, 150, "2024-03-31T01:59:59+01:00", "2024-03-31T03:00:00+02:00" },
		{ "Europe/Berlin", 1320, 150, "2024-03-31T03:00:00+02:00", NULL },
		/* ends in the hour that comes twice: the first time, and does not begin again */
		{ "Europe/Berlin", 1320, 150, "2024-10-27T02:29:59+02:00", "2024-10-27T02:30:00+02:00" },
		{ "Europe/Berlin", 1320, 150, "2024-10-27T02:10:00+01:00", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t end = 0;
		bool in = local_between(cases[i].zone, cases[i].from, cases[i].until, ms(cases[i].at), &end);

		assert_int_equal(in, cases[i].end != NULL);
		if (in)
			is_at(end, cases[i].end);
	}
}

static void
steps_are_counted_from_midnight_there(void **state)
{
	is_at(local_step("Asia/Kolkata", HOUR, ms("2024-05-01T10:20:30+05:30")), "2024-05-01T11:00:00+05:30");
	is_at(local_step("Asia/Kolkata", HOUR, ms("2024-05-01T11:00:00+05:30")), "2024-05-01T12:00:00+05:30");
	is_at(local_step("UTC", HOUR / 4, ms("2024-05-01T23:50:00Z")), "2024-05-02T00:00:00Z");
	is_at(local_step("Europe/Berlin", 6 * HOUR, ms("2024-05-01T06:00:00+02:00")), "2024-05-01T12:00:00+02:00");
	is_at(local_step("Europe/Berlin", 24 * HOUR, ms("2024-05-01T06:00:00+02:00")), "2024-05-02T00:00:00+02:00");
	is_at(local_step("Europe/Berlin", 7 * HOUR, ms("2024-05-01T22:00:00+02:00")), "2024-05-02T00:00:00+02:00");
	/* the hour that comes twice has two ends */
	is_at(local_step("Europe/Berlin", HOUR, ms("2024-10-27T02:30:00+02:00")), "2024-10-27T02:00:00+01:00");
	is_at(local_step("Europe/Berlin", HOUR, ms("2024-10-27T02:00:00+01:00")), "2024-10-27T03:00:00+01:00");
	is_at(local_step("Europe/Berlin", HOUR, ms("2024-03-31T01:30:00+01:00")), "2024-03-31T03:00:00+02:00");
	for (int64_t at = ms("2024-03-30T00:00:00Z"), next; at < ms("2024-04-02T00:00:00Z"); at = next) {
		next = local_step("Europe/Berlin", 4 * HOUR, at);
		assert_true(next > at && next <= at + 5 * HOUR);
	}
}

static void
a_moment_is_written_as_it_is_there(void **state)
{
	char out[CLOCK_TEXT_MAX];

	assert_string_equal(local_rfc3339("Europe/Berlin", ms("2024-10-27T00:30:00Z"), out), "2024-10-27T02:30:00+02:00");
	assert_string_equal(local_rfc3339("Europe/Berlin", ms("2024-10-27T01:30:00Z"), out), "2024-10-27T02:30:00+01:00");
	assert_string_equal(local_rfc3339("No/Such", ms("2024-10-27T01:30:00Z"), out), "2024-10-27T01:30:00Z");
	assert_true(strlen(local_rfc3339(NULL, ms("2024-10-27T01:30:00Z"), out)) >= 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_in_the_morning_comes_once_a_day_whatever_the_clock_does),
		cmocka_unit_test(quiet_hours_begin_and_end_by_the_clock_on_the_wall),
		cmocka_unit_test(steps_are_counted_from_midnight_there),
		cmocka_unit_test(a_moment_is_written_as_it_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
