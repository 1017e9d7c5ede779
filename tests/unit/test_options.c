/* Tests of the command line: options anywhere, times, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "cli/cli.h"
#include "base/banned.h"

#define NOW INT64_C(1700000000000)
#define DAY INT64_C(86400000)

static int
parse(char **argv, struct cli_opts *o, char **operands, int *count, struct err *err)
{
	int argc = 0;

	while (argv[argc] != NULL)
		argc++;
	*o = (struct cli_opts){ .json = false };
	*count = 0;
	return options_read(argc, argv, o, operands, count, err);
}

static void
options_may_stand_anywhere(void **state)
{
	char *argv[] = { "presswatch", "--archive=/a.db", "list", "--source", "mofa", "x", "--json", "--", "--y", NULL };
	char *operands[10];
	struct cli_opts o;
	struct err err = { 0 };
	int n;

	assert_int_equal(parse(argv, &o, operands, &n, &err), 0);
	assert_string_equal(o.archive, "/a.db");
	assert_string_equal(o.source, "mofa");
	assert_true(o.json);
	assert_int_equal(n, 3);
	assert_string_equal(operands[0], "list");
	assert_string_equal(operands[1], "x");
	assert_string_equal(operands[2], "--y");
}

static void
a_value_may_begin_with_a_dash_and_a_lone_dash_is_an_operand(void **state)
{
	char *argv[] = { "presswatch", "--limit", "-1", "-", NULL };
	char *operands[10];
	struct cli_opts o;
	struct err err = { 0 };
	int n;

	assert_int_equal(parse(argv, &o, operands, &n, &err), 0);
	assert_string_equal(o.limit, "-1");
	assert_int_equal(n, 1);
}

static void
bad_options_are_refused_by_name(void **state)
{
	static const struct { const char *arg, *words; } cases[] = {
		{ "--sauce", "unknown option --sauce" }, { "-x", "unknown option -x" }, { "--json=1", "takes no value" },
		{ "--limit", "wants N" }, { "--sourc", "unknown option" }, { "--=1", "unknown option" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char program[] = "presswatch", *argv[] = { program, (char *)cases[i].arg, NULL };
		char *operands[10];
		struct cli_opts o;
		struct err err = { 0 };
		int n;

		assert_int_equal(parse(argv, &o, operands, &n, &err), -1);
		assert_non_null(strstr(err.text, cases[i].words));
	}
}

static void
a_command_knows_its_own_options_only(void **state)
{
	struct cli_opts o = { .json = true, .archive = "x", .source = "a", .follow = true };

	assert_null(options_stranger(&o, "follow since source"));
	assert_string_equal(options_stranger(&o, "source"), "follow");
	assert_string_equal(options_stranger(&o, ""), "source");
	assert_string_equal(options_stranger(&o, "sources follow"), "source");
}

static void
times_are_dates_instants_or_ages(void **state)
{
	static const struct { const char *text; bool end; int64_t ms; } good[] = {
		{ "2023-02-09", false, INT64_C(1675900800000) },
		{ "2023-02-09", true, INT64_C(1675900800000) + DAY - 1 },
		{ "2023-02-09T07:45:00.000Z", true, INT64_C(1675928700000) },
		{ "2023-02-09T07:45:00Z", false, INT64_C(1675928700000) },
		{ "2023-02-09T07:45:00Z", true, INT64_C(1675928700999) },
		{ "2023-02-09T07:45+00:00", true, INT64_C(1675928759999) },
		{ "2023-02-09T16:45:00+09:00", false, INT64_C(1675928700000) },
		{ "7d", false, NOW - 7 * DAY }, { "2w", false, NOW - 14 * DAY }, { "90m", false, NOW - 5400000 },
		{ "7d ago", true, NOW - 7 * DAY }, { "now", true, NOW },
	};
	static const char *const bad[] = { "", "tomorrow", " ago", "now ago", "w", "7", "2023-13-01", "2023-02-30", "99999999w" };
	struct err err = { 0 };
	int64_t ms;

	setenv("TZ", "UTC0", 1);
	tzset();
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(cli_time(good[i].text, NOW, good[i].end, &ms, &err), 0);
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cli_time(bad[i], NOW, false, &ms, &err) == 0)
			fail_msg("'%s' was taken", bad[i]);
}

/* As the screens show them: in the zone of this machine, which changes to summer time on 26 March 2023 at two. */
static void
times_without_a_zone_are_those_of_this_machine(void **state)
{
	static const struct { const char *text; bool end; const char *utc; } cases[] = {
		{ "2023-02-09 16:45", false, "2023-02-09T15:45:00.000Z" }, { "2023-02-09T16:45:30", false, "2023-02-09T15:45:30.000Z" },
		{ "2023-02-09 16:45", true, "2023-02-09T15:45:59.999Z" }, { "2023-07-09 16:45:30", true, "2023-07-09T14:45:30.999Z" },
		{ "2023-02-09", false, "2023-02-08T23:00:00.000Z" }, { "2023-02-09", true, "2023-02-09T22:59:59.999Z" },
		{ "2023-03-26", false, "2023-03-25T23:00:00.000Z" }, { "2023-03-26", true, "2023-03-26T21:59:59.999Z" },
		{ "today", false, "2023-03-26T22:00:00.000Z" }, { "today", true, "2023-03-27T21:59:59.999Z" },
		{ "yesterday", false, "2023-03-25T23:00:00.000Z" }, { "yesterday", true, "2023-03-26T21:59:59.999Z" },
	};
	struct err err = { 0 };
	int64_t ms, want, now;

	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	assert_int_equal(clock_parse_rfc3339("2023-03-27T10:00:00Z", &now, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(clock_parse_rfc3339(cases[i].utc, &want, NULL, NULL), 0);
		assert_int_equal(cli_time(cases[i].text, now, cases[i].end, &ms, &err), 0);
		if (ms != want)
			fail_msg("'%s': %lld, not %lld", cases[i].text, (long long)ms, (long long)want);
	}
	setenv("TZ", "UTC0", 1);
	tzset();
}

static void
numbers_begin_at_one(void **state)
{
	struct err err = { 0 };
	unsigned n;

	assert_int_equal(cli_number("limit", "10", &n, &err), 0);
	assert_int_equal(n, 10);
	assert_int_equal(cli_number("limit", "0", &n, &err), -1);
	assert_int_equal(cli_number("limit", "-1", &n, &err), -1);
	assert_int_equal(cli_number("limit", "1x", &n, &err), -1);
	assert_int_equal(cli_number("limit", "", &n, &err), -1);
	assert_int_equal(cli_number("limit", "99999999999999999999", &n, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(a_value_may_begin_with_a_dash_and_a_lone_dash_is_an_operand),
		cmocka_unit_test(bad_options_are_refused_by_name),
		cmocka_unit_test(a_command_knows_its_own_options_only),
		cmocka_unit_test(times_are_dates_instants_or_ages),
		cmocka_unit_test(times_without_a_zone_are_those_of_this_machine),
		cmocka_unit_test(numbers_begin_at_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
