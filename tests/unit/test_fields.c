/* test_fields: what is put comes back, and bytes that hold no fields give none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/banned.h"

static void
numbers_come_back_and_small_ones_are_short(void **state)
{
	static const uint64_t nums[] = { 0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX };
	static const int64_t ints[] = { 0, -1, 1, -64, 64, 1676000000123, INT64_MIN, INT64_MAX };
	struct buf b = BUF_INIT(1000);
	struct fields f;

	fields_put_num(&b, 127);
	assert_int_equal(b.len, 1);
	fields_put_int(&b, -64);
	assert_int_equal(b.len, 2);
	buf_clear(&b);
	for (size_t i = 0; i < sizeof(nums) / sizeof(nums[0]); i++)
		fields_put_num(&b, nums[i]);
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
		fields_put_int(&b, ints[i]);
	fields_init(&f, b.data, b.len);
	for (size_t i = 0; i < sizeof(nums) / sizeof(nums[0]); i++)
		assert_true(fields_num(&f, UINT64_MAX) == nums[i]);
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
		assert_true(fields_int(&f) == ints[i]);
	assert_true(fields_end(&f));
	buf_done(&b);
}

static void
strings_come_back_and_bad_bytes_are_mended(void **state)
{
	char one[] = "one", two[] = "";
	char *const list[] = { one, two };
	struct buf b = BUF_INIT(1000);
	struct fields f;
	char **back;
	size_t count;

	fields_put_str(&b, NULL);
	fields_put_str(&b, "");
	fields_put_str(&b, "\xe3\x83\x99\xff");
	fields_put_strs(&b, list, 2);
	fields_put_strs(&b, NULL, 0);
	fields_init(&f, b.data, b.len);
	assert_null(fields_str(&f));
	assert_string_equal(fields_str(&f), "");
	CLEANUP(freep) char *mended = fields_copy(&f);
	assert_string_equal(mended, "\xe3\x83\x99\xef\xbf\xbd");
	fields_strs(&f, 2, &back, &count);
	assert_int_equal(count, 2);
	assert_string_equal(back[0], "one");
	assert_string_equal(back[1], "");
	free(back[0]);
	free(back[1]);
	free(back);
	fields_strs(&f, 2, &back, &count);
	assert_null(back);
	assert_int_equal(count, 0);
	assert_true(fields_end(&f));
	buf_done(&b);
}

/* Each is bad as a string, as a list, or as a number of at most 1000. */
static void
what_is_no_field_is_bad_and_stays_bad(void **state)
{
	static const struct { const char *p; size_t n; char as; } rows[] = {
		{ "", 0, 's' }, { "\x03xy", 3, 's' }, { "\x03xyz", 4, 's' }, { "\x03x\0\0", 4, 's' }, { "\x02\xff\0", 3, 's' },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, 's' }, { "\x80", 1, 'n' }, { "\xe9\x07", 2, 'n' },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, 'n' }, { "\x03\x01\0", 3, 'l' }, { "\x01\0", 2, 'l' },
		{ "\x09", 1, 'l' },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(freep) char *exact = xmemdup(rows[i].p, rows[i].n);
		struct fields f;
		char **list = NULL;
		size_t count = 0;

		fields_init(&f, exact, rows[i].n);
		if (rows[i].as == 's')
			assert_null(fields_str(&f));
		else if (rows[i].as == 'n')
			assert_true(fields_num(&f, 1000) == 0);
		else
			fields_strs(&f, 8, &list, &count);
		if (!f.bad)
			fail_msg("taken: row %zu", i);
		assert_true(fields_num(&f, 9) == 0);
		assert_null(fields_copy(&f));
		assert_false(fields_end(&f));
		for (size_t k = 0; k < count; k++)
			free(list[k]);
		free(list);
	}
}

static void
bytes_left_over_are_no_end(void **state)
{
	struct fields f;

	fields_init(&f, "\x01\x02", 2);
	assert_true(fields_flag(&f));
	assert_false(fields_end(&f));
	assert_false(fields_flag(&f));	/* 2 is no flag */
	assert_true(f.bad);
}

static void
over_the_ceiling_the_buffer_says_so(void **state)
{
	struct buf b = BUF_INIT(4);

	fields_put_str(&b, "four");
	assert_true(b.full);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back_and_small_ones_are_short),
		cmocka_unit_test(strings_come_back_and_bad_bytes_are_mended),
		cmocka_unit_test(what_is_no_field_is_bad_and_stays_bad),
		cmocka_unit_test(bytes_left_over_are_no_end),
		cmocka_unit_test(over_the_ceiling_the_buffer_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
