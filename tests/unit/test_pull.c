/* test_pull: stages of bytes that come a piece at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/pull.h"
#include "base/banned.h"

static char text[300000];
static unsigned char packed[400000];

static size_t
gzipped(const char *s, size_t n, unsigned char *out, size_t cap)
{
	z_stream z = { 0 };

	deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (unsigned char *)(uintptr_t)s;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return cap - z.avail_out;
}

/* One byte at a time, as the worst of senders. */
static ssize_t
drip(void *arg, char *p, size_t n, struct err *reterr)
{
	struct pull m = pull_of_mem(arg);

	return m.read(m.arg, p, n > 0, reterr);
}

static int
inflate_to(const void *p, size_t n, bool dripping, struct buf *out, size_t max, struct err *reterr)
{
	struct pull_mem m = { p, n };
	struct pull from = dripping ? (struct pull){ drip, &m } : pull_of_mem(&m);
	struct gunzip *z = gunzip_new(from, max);
	int rc = pull_all(pull_of_gunzip(z), out, reterr);

	gunzip_free(z);
	return rc;
}

static void
gzip_is_inflated_as_it_comes_and_its_end_is_demanded(void **state)
{
	struct buf b = BUF_INIT(sizeof(text));
	struct err err;
	size_t n;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 23);
	n = gzipped(text, sizeof(text), packed, sizeof(packed));
	for (int dripping = 0; dripping < 2; dripping++) {
		buf_clear(&b);
		assert_int_equal(inflate_to(packed, n, dripping, &b, sizeof(text), &err), 0);
		assert_int_equal(b.len, sizeof(text));
		assert_memory_equal(b.data, text, sizeof(text));
		for (size_t cut = 1; cut < 30; cut++) {	/* a cut answer is never a whole one */
			buf_clear(&b);
			assert_int_equal(inflate_to(packed, n - cut, dripping, &b, sizeof(text), &err), -1);
			assert_int_equal(err.class, ERR_INPUT);
			assert_int_equal(b.len, 0);
		}
	}
	assert_int_equal(inflate_to(packed, n, false, &b, sizeof(text) - 1, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	packed[n / 2] ^= 0x55;
	assert_int_equal(inflate_to(packed, n, false, &b, sizeof(text), &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	buf_done(&b);
}

static void
gzip_members_in_a_row_are_one_content(void **state)
{
	struct buf b = BUF_INIT(100);
	size_t n = gzipped("one ", 4, packed, 100);

	n += gzipped("", 0, packed + n, 100);
	n += gzipped("two", 3, packed + n, 100);
	memset(packed + n, 0, 8);
	for (int dripping = 0; dripping < 2; dripping++) {
		buf_clear(&b);
		assert_int_equal(inflate_to(packed, n + 8, dripping, &b, 100, NULL), 0);
		assert_string_equal(buf_str(&b), "one two");
	}
	buf_done(&b);
}

static void
a_head_is_looked_at_before_it_is_read(void **state)
{
	struct pull_mem m = { "abcdefgh", 8 };
	struct pull_head h;
	struct buf b = BUF_INIT(100);
	struct err err;

	pull_head_init(&h, (struct pull){ drip, &m }, 6);
	assert_int_equal(pull_head_fill(&h, 3, &err), 0);
	assert_string_equal(h.head.data, "abc");
	assert_int_equal(pull_head_fill(&h, 6, &err), 0);
	assert_int_equal(pull_head_fill(&h, 7, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	assert_int_equal(pull_all(pull_of_head(&h), &b, &err), 0);
	assert_string_equal(b.data, "abcdefgh");
	pull_head_done(&h);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_is_inflated_as_it_comes_and_its_end_is_demanded),
		cmocka_unit_test(gzip_members_in_a_row_are_one_content),
		cmocka_unit_test(a_head_is_looked_at_before_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
