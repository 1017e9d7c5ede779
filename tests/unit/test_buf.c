#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/banned.h"

static void
bytes_are_added_and_end_in_nul(void **state)
{
	struct buf b = BUF_INIT(100);

	assert_string_equal(buf_str(&b), "");
	assert_null(b.data);
	assert_int_equal(buf_adds(&b, "one"), 0);
	assert_int_equal(buf_addc(&b, ' '), 0);
	assert_int_equal(buf_add(&b, "two\0three", 9), 0);
	assert_int_equal(buf_addf(&b, " %d%s", 4, "!"), 0);
	assert_int_equal(b.len, 16);
	assert_memory_equal(b.data, "one two\0three 4!", 17);
	assert_false(b.full);
	buf_done(&b);
	assert_null(b.data);
}

static void
over_the_ceiling_nothing_is_added_and_full_is_set(void **state)
{
	struct buf b = BUF_INIT(5);

	assert_int_equal(buf_adds(&b, "abcde"), 0);
	assert_false(b.full);
	assert_int_equal(buf_addc(&b, 'f'), -1);
	assert_true(b.full);
	assert_string_equal(buf_str(&b), "abcde");
	buf_clear(&b);
	assert_false(b.full);
	assert_int_equal(buf_adds(&b, "ab"), 0);
	assert_int_equal(buf_addf(&b, "%d", 12345), -1);
	assert_int_equal(buf_addf(&b, "%1000d", 1), -1);
	assert_int_equal(buf_add(&b, "x", SIZE_MAX), -1);
	assert_string_equal(buf_str(&b), "ab");
	buf_reserve(&b, SIZE_MAX);
	assert_true(b.cap <= 6);
	buf_done(&b);
	buf_init(&b, 0);
	assert_int_equal(buf_add(&b, "", 0), 0);
	assert_int_equal(buf_addc(&b, 'x'), -1);
	buf_done(&b);
}

static void
a_long_format_is_written_whole(void **state)
{
	struct buf b = BUF_INIT(10000);

	assert_int_equal(buf_addf(&b, "%5000d|", 7), 0);
	assert_int_equal(b.len, 5001);
	assert_string_equal(b.data + 4999, "7|");
	buf_done(&b);
}

static void
many_small_additions_keep_all_bytes(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	int i;

	for (i = 0; i < 100000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 100000);
	for (i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_done(&b);
}

static void
the_end_is_cut_trimmed_and_taken(void **state)
{
	struct buf b = BUF_INIT(100);
	size_t len;
	char *s;

	buf_adds(&b, "text \t\r\n\f\v");
	buf_rtrim(&b);
	assert_string_equal(buf_str(&b), "text");
	buf_cut(&b, 99);
	assert_int_equal(b.len, 4);
	buf_cut(&b, 2);
	s = buf_take(&b, &len);
	assert_string_equal(s, "te");
	assert_int_equal(len, 2);
	assert_null(b.data);
	free(s);
	buf_adds(&b, "again");
	s = buf_take(&b, NULL);
	assert_string_equal(s, "again");
	free(s);
	s = buf_take(&b, &len);	/* never written */
	assert_string_equal(s, "");
	assert_int_equal(len, 0);
	free(s);
	buf_rtrim(&b);
	buf_add(&b, "a\0", 2);
	buf_rtrim(&b);
	assert_int_equal(b.len, 2);
	buf_done(&b);
}

static void
copies_end_in_nul_and_arrays_double(void **state)
{
	char *s = xmemdup("a\0b", 3);
	size_t cap = 0;
	int *array;

	assert_memory_equal(s, "a\0b", 4);
	free(s);
	assert_null(xstrdup(NULL));
	s = xstrndup("abcdef", 3);
	assert_string_equal(s, "abc");
	free(s);
	s = xasprintf("%s-%d", "x", 5);
	assert_string_equal(s, "x-5");
	free(s);
	array = xgrow(NULL, &cap, 3, sizeof(*array));
	assert_true(cap >= 3);
	array[2] = 7;
	array = xgrow(array, &cap, 1000, sizeof(*array));
	assert_true(cap >= 1000);
	assert_int_equal(array[2], 7);
	free(array);
	free(xmalloc(0));
	free(xcalloc(0, 8));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_added_and_end_in_nul),
		cmocka_unit_test(over_the_ceiling_nothing_is_added_and_full_is_set),
		cmocka_unit_test(a_long_format_is_written_whole),
		cmocka_unit_test(many_small_additions_keep_all_bytes),
		cmocka_unit_test(the_end_is_cut_trimmed_and_taken),
		cmocka_unit_test(copies_end_in_nul_and_arrays_double),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
