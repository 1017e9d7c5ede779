#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/banned.h"

static void
a_value_is_read_and_written_on_one_line(void **state)
{
	static const char in[] = " {\"b\": [1, 2.5, null],\n \"a\": \"Đà\\n\"} ";
	CLEANUP(freep) char *line = NULL;
	struct err err;
	json_t *j = NULL;

	assert_int_equal(json_read(in, strlen(in), &j, &err), 0);
	line = json_line(j);
	assert_string_equal(line, "{\"b\":[1,2.5,null],\"a\":\"Đà\\n\"}");
	json_decref(j);
}

static void
a_malformed_value_is_told_with_line_and_column(void **state)
{
	static const char in[] = "{\"a\":\n  x}";
	json_t *j = NULL;
	struct err err;

	assert_int_equal(json_read(in, strlen(in), &j, &err), -1);
	assert_null(j);
	assert_int_equal(err.class, ERR_INPUT);
	assert_non_null(strstr(err.text, "line 2 column 3"));
	assert_int_equal(json_read("", 0, &j, &err), -1);
	assert_int_equal(json_read("1 2", 3, &j, &err), -1);
}

static void
nesting_without_end_is_refused(void **state)
{
	static char in[1 << 16];
	struct err err;
	json_t *j = NULL;

	memset(in, '[', sizeof(in));
	assert_int_equal(json_read(in, sizeof(in), &j, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
}

static void
unknown_fields_are_absent_and_never_null(void **state)
{
	char *const list[] = { "x", NULL, "y" };
	CLEANUP(freep) char *line = NULL;
	json_t *obj = json_object();

	json_put_str(obj, "title", "T");
	json_put_str(obj, "byline", NULL);
	json_put_int(obj, "n", INT64_MIN);
	json_put_strs(obj, "aliases", list, 3);
	json_put_strs(obj, "none", NULL, 0);
	json_put_str(obj, "bad", "a\xff" "b");
	line = json_line(obj);
	assert_string_equal(line, "{\"title\":\"T\",\"n\":-9223372036854775808,"
	    "\"aliases\":[\"x\",\"y\"],\"bad\":\"a\xef\xbf\xbd" "b\"}");
	assert_string_equal(json_get_str(obj, "title"), "T");
	assert_null(json_get_str(obj, "n"));
	assert_null(json_get_str(obj, "byline"));
	assert_null(json_get_str(NULL, "byline"));
	assert_true(json_get_int(obj, "n", 0) == INT64_MIN);
	assert_int_equal(json_get_int(obj, "title", 5), 5);
	assert_int_equal(json_get_int(obj, "m", 6), 6);
	json_decref(obj);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_read_and_written_on_one_line),
		cmocka_unit_test(a_malformed_value_is_told_with_line_and_column),
		cmocka_unit_test(nesting_without_end_is_refused),
		cmocka_unit_test(unknown_fields_are_absent_and_never_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
