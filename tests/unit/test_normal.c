/* The normal form: the seeds are in it, it is idempotent, and comparison sees no white space. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/cleanup.h"
#include "base/file.h"
#include "base/unicode.h"
#include "document/normal.h"

#define P(n, s) normal_paragraph(n, s, strlen(s))

static void
the_builder_keeps_the_form_of_the_seeds(void **state)
{
	struct normal *n = normal_new(1 << 20);
	CLEANUP(freep) char *text = NULL;

	assert_null(normal_take(n));
	P(n, "  On\xc2\xa0" "February 9,\n\t commencing ");
	P(n, " \xe2\x80\x8b\xc2\xad ");
	normal_item(n, 0, "1.", "At the outset", 13, 1);
	normal_item(n, 0, "2.", "Appreciating ", 13, 0);
	normal_item(n, 1, NULL, "inner", 5, 1);
	normal_item(n, 0, "3.", "Last", 4, 0);
	normal_item(n, 0, NULL, "new list", 8, 1);
	P(n, "After.");
	normal_line(n, "Street 1", 8);
	normal_line(n, "City", 4);
	text = normal_take(n);
	assert_string_equal(text, "On February 9, commencing\n\n  1. At the outset\n"
	    "  2. Appreciating\n    \xe2\x80\xa2 inner\n  3. Last\n\n  \xe2\x80\xa2 new list\n\n"
	    "After.\nStreet 1\nCity");
	assert_null(normal_take(n));
	normal_free(n);
}

static void
the_ceiling_cuts_at_a_character(void **state)
{
	for (size_t max = 0; max < 24; max++) {
		struct normal *n = normal_new(max);
		CLEANUP(freep) char *text = NULL;

		P(n, "a\xc3\xa9");
		normal_item(n, 0, "1.", "\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac", 12, 1);
		assert_int_equal(normal_full(n), max < 22);
		text = normal_take(n);
		if (text != NULL) {
			assert_true(strlen(text) <= max);
			assert_true(utf8_valid(text, strlen(text)));
		}
		normal_free(n);
	}
}

static void
text_of_any_source_comes_into_the_form(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "", "" },
		{ " \n\t\n", "" },
		{ "a  b\xc2\xa0 c \r\n\r\n\r\n\r\nd\re", "a b c\n\nd\ne" },
		{ "a\n  1. b\n  2. c\n\nd", "a\n\n  1. b\n  2. c\n\nd" },
		{ "a\n\n   * b\n   - c\n       * d", "a\n\n  \xe2\x80\xa2 b\n  \xe2\x80\xa2 c\n"
		    "      \xe2\x80\xa2 d" },
		{ "e\xcc\x81", "\xc3\xa9" },
		{ "a\xe2\x80\xa9" "b\xe2\x80\xa8" "c", "a\n\nb\nc" },
		{ "soft\xc2\xadhyphen \xe2\x80\xae" "bidi\xef\xbb\xbf", "softhyphen bidi" },
		{ "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae" },
		{ "bad \xff\x01 byte", "bad \xef\xbf\xbd byte" },
		{ "1. not a list item", "1. not a list item" },
		{ "    indented prose", "indented prose" },
		{ "\xe2\x80\x9cQuotes\xe2\x80\x9d \xe2\x80\x93 stay\xe2\x80\xa6",
		    "\xe2\x80\x9cQuotes\xe2\x80\x9d \xe2\x80\x93 stay\xe2\x80\xa6" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(freep) char *got = normal_text(rows[i].in, strlen(rows[i].in));

		assert_string_equal(got, rows[i].want);
	}
}

static void
normal_form_is_idempotent_and_clean(void **state)
{
	static const char *const bits[] = { "a", "B1", " ", "  ", "\n", "\n\n", "\t", "1. ", "\n  2. ",
	    "\n    \xe2\x80\xa2 ", "- ", "(a) ", "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\x8d", "\xe2\x80\x8c",
	    "\xcc\x81", "e", "\xd9\x85", "\xf0\x9f\x91\xa8", "\xef\xb8\x8f", "\xe2\x86\x90", "\xcc\xb8",
	    "\xe2\x8c\xa9", "\r", "\xff", "\xc3", "\x07", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xc2\x85",
	    "\xe1\x84\x80", "\xe1\x85\xa1", "\xe3\x81\x8b", "\xe3\x82\x99", "\xe3\x80\x80", "\xc2\xad", "iv. ",
	    "\xd7\xa9", "\xd6\xbc", "\xd7\x82", "*", "\xe2\x80\xae", "\xef\xbf\xbe", "\xe0\xa5\x8d", "." };
	size_t count = sizeof(bits) / sizeof(bits[0]);
	unsigned seed = 7;

	for (int round = 0; round < 20000; round++) {
		struct buf b = BUF_INIT(4096);
		CLEANUP(freep) char *once = NULL, *twice = NULL, *nfc = NULL, *plain = NULL,
		    *plain2 = NULL;
		int parts = rand_r(&seed) % 40;

		for (int i = 0; i < parts; i++)
			buf_adds(&b, bits[(size_t)rand_r(&seed) % count]);
		once = normal_text(buf_str(&b), b.len);
		twice = normal_text(once, strlen(once));
		assert_string_equal(once, twice);
		nfc = unicode_nfc(once, strlen(once));
		assert_string_equal(once, nfc);
		assert_true(utf8_valid(once, strlen(once)));
		assert_null(strstr(once, " \n"));
		assert_null(strstr(once, "\n\n\n"));
		assert_null(strpbrk(once, "\r\t\v\f\x07"));
		plain = normal_compare(buf_str(&b), b.len);
		plain2 = normal_compare(plain, strlen(plain));
		assert_string_equal(plain, plain2);
		buf_done(&b);
	}
}

static void
comparison_ignores_blanks_and_kinds_of_marks_alone(void **state)
{
	static const struct {
		const char *a, *b;
		int same;
	} rows[] = {
		{ "\xe2\x80\x9c" "a\xe2\x80\x9d \xe2\x80\x93 b", "\"a\"\n\n-\xc2\xa0" "b", 1 },
		{ "PM\xe2\x80\x99s", "PM's", 1 },
		{ "e\xcc\x81", "\xc3\xa9", 1 },
		{ "zero\xe2\x80\x8bwidth", "zerowidth", 1 },
		{ "\xe3\x80\x8c" "a\xe3\x80\x8d", "\xe3\x80\x8e" "a\xe3\x80\x8f", 1 },
		{ "1.5", "15", 0 },
		{ "Yes.", "Yes", 0 },
		{ "Yes", "yes", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(freep) char *a = normal_compare(rows[i].a, strlen(rows[i].a));
		CLEANUP(freep) char *b = normal_compare(rows[i].b, strlen(rows[i].b));

		assert_int_equal(strcmp(a, b) == 0, rows[i].same);
	}
}

static void
the_seeds_are_in_the_form_but_for_their_line_ends(void **state)
{
	static const char *const names[] = { "000_aa49ef18c32ede26.txt", "003_ec1220956ff2627f.txt" };
	const char *shared = getenv("PRESSWATCH_SHARED");

	for (size_t i = 0; i < 2; i++) {
		struct buf b = BUF_INIT(1 << 20);
		struct err err = { 0 };
		CLEANUP(freep) char *text = NULL;
		char path[512];

		snprintf(path, sizeof(path), "%s/seeds/%s", shared ? shared : "../shared", names[i]);
		if (file_read(path, &b, &err) < 0) {
			print_message("skipped: %s\n", err.text);
			skip();
		}
		text = normal_text(b.data, b.len);
		if (i == 0)	/* the first one is in the form as it stands */
			assert_memory_equal(text, b.data, strlen(text));
		assert_null(strstr(text, "\xc2\xa0"));
		buf_done(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_builder_keeps_the_form_of_the_seeds),
		cmocka_unit_test(the_ceiling_cuts_at_a_character),
		cmocka_unit_test(text_of_any_source_comes_into_the_form),
		cmocka_unit_test(normal_form_is_idempotent_and_clean),
		cmocka_unit_test(comparison_ignores_blanks_and_kinds_of_marks_alone),
		cmocka_unit_test(the_seeds_are_in_the_form_but_for_their_line_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
