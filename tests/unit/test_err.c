#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/unicode.h"
#include "base/banned.h"

static void
setting_an_error_returns_minus_one_with_class_and_sentence(void **state)
{
	struct err err = { 0 };

	assert_int_equal(err_set(&err, ERR_LIMIT, "%s is over %d bytes", "page", 7), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	assert_string_equal(err.text, "page is over 7 bytes");
	assert_int_equal(err_set(NULL, ERR_LIMIT, "nobody listens"), -1);
	err_clear(&err);
	assert_int_equal(err.class, ERR_NONE);
	assert_string_equal(err.text, "");
}

static void
a_sentence_stays_one_line_of_valid_text(void **state)
{
	struct err err;

	err_set(&err, ERR_INPUT, "a\r\nb\tc\x1b[31m|\xc2\x85|\xe2\x80\xa8|\xff|Đ");
	assert_string_equal(err.text, "a  b c [31m|  |   |?|Đ");
	assert_true(utf8_valid(err.text, strlen(err.text)));
}

static void
a_long_sentence_is_cut_at_a_character(void **state)
{
	char text[2 * ERR_TEXT_MAX] = "x";
	struct err err;
	size_t i;

	for (i = 1; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "ế", 4);
	err_set(&err, ERR_INPUT, "%s", text);
	assert_true(strlen(err.text) < ERR_TEXT_MAX && strlen(err.text) > ERR_TEXT_MAX - 5);
	assert_true(utf8_valid(err.text, strlen(err.text)));
	assert_memory_equal(err.text, text, strlen(err.text));
}

static void
an_error_may_quote_itself(void **state)
{
	struct err err;

	err_set(&err, ERR_LOCAL, "disk full");
	err_set(&err, err.class, "archive: %s", err.text);
	assert_string_equal(err.text, "archive: disk full");
	assert_int_equal(err.class, ERR_LOCAL);
}

static void
every_class_has_a_name(void **state)
{
	static const char *const want[] = { "none", "temporary", "permanent", "input", "limit",
		"config", "local" };
	int i;

	for (i = 0; i < ERR_CLASS_COUNT; i++)
		assert_string_equal(err_class_name((enum err_class)i), want[i]);
	assert_string_equal(err_class_name((enum err_class)99), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_an_error_returns_minus_one_with_class_and_sentence),
		cmocka_unit_test(a_sentence_stays_one_line_of_valid_text),
		cmocka_unit_test(a_long_sentence_is_cut_at_a_character),
		cmocka_unit_test(an_error_may_quote_itself),
		cmocka_unit_test(every_class_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
