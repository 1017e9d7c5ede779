#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <zlib.h>
#include "base/mem.h"
#include "net/inflate.h"

static size_t
squeeze(const void *p, size_t n, int window_bits, unsigned char *out, size_t size)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

/* Feeds in pieces of step bytes. */
static int
undo(enum inflate_kind kind, const unsigned char *p, size_t n, size_t step, struct buf *out, struct err *err)
{
	struct inflate *z = inflate_new(kind, 200, 1 << 20);
	size_t used;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i += step)
		rc = inflate_feed(z, p + i, n - i < step ? n - i : step, SIZE_MAX, out, &used, err);
	if (rc == 0)
		rc = inflate_finish(z, err);
	inflate_free(z);
	return rc;
}

static const char text[] = "Press release. Press release. The minister spoke. The minister left.";

static void
every_format_comes_out_whole_in_any_pieces(void **state)
{
	static const struct {
		enum inflate_kind kind;
		int window_bits;
	} cases[] = {
		{ INFLATE_GZIP, MAX_WBITS + 16 }, { INFLATE_DEFLATE, MAX_WBITS }, { INFLATE_DEFLATE, -MAX_WBITS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned char z[512];
		size_t n = squeeze(text, sizeof(text) - 1, cases[i].window_bits, z, sizeof(z));

		for (size_t step = 1; step <= n; step++) {
			struct buf out = BUF_INIT(1000);
			struct err err = { 0 };

			assert_int_equal(undo(cases[i].kind, z, n, step, &out, &err), 0);
			assert_string_equal(buf_str(&out), text);
			buf_done(&out);
		}
	}
}

static void
a_cut_anywhere_is_an_error(void **state)
{
	unsigned char z[512];
	size_t n = squeeze(text, sizeof(text) - 1, MAX_WBITS + 16, z, sizeof(z));

	for (size_t cut = 1; cut < n; cut++) {
		struct buf out = BUF_INIT(1000);
		struct err err = { 0 };

		assert_int_equal(undo(INFLATE_GZIP, z, cut, 7, &out, &err), -1);
		assert_int_equal(err.class, ERR_TEMPORARY);
		buf_done(&out);
	}
	z[n - 5] ^= 1;		/* the checksum */
	struct buf out = BUF_INIT(1000);
	struct err err = { 0 };

	assert_int_equal(undo(INFLATE_GZIP, z, n, n, &out, &err), -1);
	buf_done(&out);
}

static void
members_follow_each_other_and_rubbish_after_the_end_is_dropped(void **state)
{
	unsigned char z[1024];
	size_t n = squeeze("one ", 4, MAX_WBITS + 16, z, 256), both;
	struct err err = { 0 };

	both = n + squeeze("two", 3, MAX_WBITS + 16, z + n, 256);
	memcpy(z + both, "\0\0rubbish", 9);
	for (size_t step = 1; step < 60; step++) {
		struct buf out = BUF_INIT(100);

		assert_int_equal(undo(INFLATE_GZIP, z, both, step, &out, &err), 0);
		assert_string_equal(buf_str(&out), "one two");
		buf_clear(&out);
		assert_int_equal(undo(INFLATE_GZIP, z, both + 9, step, &out, &err), 0);
		assert_string_equal(buf_str(&out), "one two");
		buf_clear(&out);
		assert_int_equal(undo(INFLATE_GZIP, z, both - 3, step, &out, &err), -1);
		buf_done(&out);
	}
	struct buf out = BUF_INIT(100);

	assert_int_equal(undo(INFLATE_GZIP, z, 0, 1, &out, &err), 0);	/* no body at all */
	buf_done(&out);
}

static void
bombs_end_at_the_ceiling_or_the_ratio(void **state)
{
	static unsigned char zeros[8 << 20], z[64 << 10];
	size_t n = squeeze(zeros, sizeof(zeros), MAX_WBITS + 16, z, sizeof(z));
	struct buf big = BUF_INIT(32 << 20), small = BUF_INIT(1000);
	struct err err = { 0 };

	assert_int_equal(undo(INFLATE_GZIP, z, n, n, &big, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	assert_false(big.full);
	assert_true(big.len < 3 << 20);
	assert_int_equal(undo(INFLATE_GZIP, z, n, 100, &small, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	assert_true(small.full);
	assert_int_equal(small.len, 1000);
	buf_done(&big);
	buf_done(&small);
}

/* 16 MiB that shrink to 160 KB: however much is fed at once, a call brings its piece and at most a step more. */
static void
a_call_brings_no_more_than_its_piece(void **state)
{
	static unsigned char plain[16 << 20], z[256 << 10];
	static const size_t pieces[] = { 1, 100 << 10, 1 << 20 };
	size_t n;

	for (size_t i = 0; i < sizeof(plain); i++)	/* not too well compressible for the ratio */
		plain[i] = (unsigned char)(i % 500 == 0 ? i / 500 * 2654435761u >> 24 : 'a');
	n = squeeze(plain, sizeof(plain), MAX_WBITS + 16, z, sizeof(z));
	for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
		struct inflate *inflate = inflate_new(INFLATE_GZIP, 200, 1 << 20);
		struct buf out = BUF_INIT(sizeof(plain));
		struct err err = { 0 };
		size_t at = 0, used, before = 0, calls = 0;
		int rc;

		do {
			rc = inflate_feed(inflate, z + at, n - at, pieces[k], &out, &used, &err);
			at += used;
			assert_true(out.len - before < pieces[k] + INFLATE_STEP);
			before = out.len;
			calls++;
		} while (rc == 1);
		assert_int_equal(rc, 0);
		assert_int_equal(at, n);
		assert_int_equal(inflate_finish(inflate, &err), 0);
		assert_int_equal(out.len, sizeof(plain));
		assert_memory_equal(out.data, plain, sizeof(plain));
		assert_true(calls >= sizeof(plain) / (pieces[k] + INFLATE_STEP));
		buf_done(&out);
		inflate_free(inflate);
	}
}

static void
codings_are_known_by_name(void **state)
{
	static const struct {
		const char *value;
		int rc;
		enum inflate_kind kind;
		enum err_class class;
	} cases[] = {
		{ NULL, 0, INFLATE_NONE, ERR_NONE }, { "", 0, INFLATE_NONE, ERR_NONE },
		{ "identity", 0, INFLATE_NONE, ERR_NONE }, { "GZIP", 0, INFLATE_GZIP, ERR_NONE },
		{ " x-gzip ", 0, INFLATE_GZIP, ERR_NONE }, { "identity, deflate", 0, INFLATE_DEFLATE, ERR_NONE },
		{ "gzip, gzip", -1, INFLATE_NONE, ERR_LIMIT }, { "br", -1, INFLATE_NONE, ERR_TEMPORARY },
		{ "gzip2", -1, INFLATE_NONE, ERR_TEMPORARY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum inflate_kind kind = INFLATE_NONE;
		struct err err = { 0 };

		assert_int_equal(inflate_kind_of(cases[i].value, &kind, &err), cases[i].rc);
		assert_int_equal(kind, cases[i].kind);
		assert_int_equal(err.class, cases[i].class);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_comes_out_whole_in_any_pieces),
		cmocka_unit_test(a_cut_anywhere_is_an_error),
		cmocka_unit_test(members_follow_each_other_and_rubbish_after_the_end_is_dropped),
		cmocka_unit_test(bombs_end_at_the_ceiling_or_the_ratio),
		cmocka_unit_test(a_call_brings_no_more_than_its_piece),
		cmocka_unit_test(codings_are_known_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
