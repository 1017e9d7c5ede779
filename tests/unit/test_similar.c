/* Likeness of two texts by their shingles. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/mem.h"
#include "document/similar.h"

static double
jaccard(const char *a, const char *b)
{
	return similar_jaccard(a, strlen(a), b, strlen(b));
}

static void
likeness_runs_from_none_to_all(void **state)
{
	assert_true(jaccard("a b c d e", "A, b c\nd e.") == 1.0);
	assert_true(jaccard("a b c d e", "v w x y z") == 0.0);
	assert_true(jaccard("a b c d", "a b c e") > 0.3 && jaccard("a b c d", "a b c e") < 0.4);
	assert_true(jaccard("", "") == 1.0);
	assert_true(jaccard("", "a") == 0.0);
	assert_true(jaccard("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x96\x87",
	    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e") == 0.5);
}

/* Texts of words of a narrow vocabulary, changed word by word: every likeness comes up. */
static void
a_probe_agrees_where_the_likeness_is_the_floor_or_more(void **state)
{
	char a[3000] = "", b[3000];
	struct similar_probe *p;
	unsigned seed = 7;
	int above = 0;

	for (size_t i = 0; i + 3 < sizeof(a); i += 3)
		memcpy(a + i, (char[]){ "abcdefgh"[(unsigned)rand_r(&seed) / 16 % 8], "uvwxyz"[(unsigned)rand_r(&seed) / 16 % 6], ' ' }, 3);
	p = similar_probe_new(a, strlen(a));
	memcpy(b, a, sizeof(b));
	for (int round = 0; round < 200; round++) {
		double exact = similar_jaccard(a, strlen(a), b, strlen(b)), probed = similar_probe_jaccard(p, b, strlen(b), 0.3);

		assert_true(exact >= 0.3 ? probed == exact : probed < 0.3);
		assert_true(similar_probe_jaccard(p, b, strlen(b), 0) == exact);
		above += exact >= 0.3;
		for (int k = 0; k < 5; k++)
			b[(unsigned)rand_r(&seed) / 16 % (sizeof(b) / 3) * 3] = "abcdefgh"[(unsigned)rand_r(&seed) / 16 % 8];
	}
	assert_true(above > 10 && above < 190);
	assert_true(similar_probe_jaccard(p, "", 0, 0.3) == 0.0);
	similar_probe_free(p);
	p = similar_probe_new("", 0);
	assert_true(similar_probe_jaccard(p, "", 0, 0.3) == 1.0 && similar_probe_jaccard(p, "a b", 3, 0.3) == 0.0);
	similar_probe_free(p);
}

static void
two_megabytes_take_no_longer_than_their_length(void **state)
{
	size_t n = 2 << 20;
	char *a = xmalloc(n), *b = xmalloc(n);
	unsigned seed = 5;
	int64_t start;

	for (size_t i = 0; i < n; i++) {
		a[i] = "abcdefg "[((unsigned)rand_r(&seed) >> 4) % 8];
		b[i] = "abcdefg "[((unsigned)rand_r(&seed) >> 4) % 8];
	}
	start = clock_mono_ms();
	assert_true(similar_jaccard(a, n, b, n) < 0.1);
	assert_true(similar_jaccard(a, n, a, n) == 1.0);
	assert_true(clock_mono_ms() - start < 10000);
	free(a);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(likeness_runs_from_none_to_all),
		cmocka_unit_test(a_probe_agrees_where_the_likeness_is_the_floor_or_more),
		cmocka_unit_test(two_megabytes_take_no_longer_than_their_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
