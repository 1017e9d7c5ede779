/* Fingerprints: near texts lie near, other texts far, and the values never change. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "document/fingerprint.h"

/* 200 words from a list by a small generator; other: every so many words another one is put in. */
static size_t
make_text(char *out, size_t size, unsigned seed, unsigned other)
{
	static const char *const words[] = { "minister", "Viet", "Nam", "agreed", "economy", "the",
	    "security", "partner", "of", "cooperation", "in", "region", "Café", "đầu", "tư", "leaders" };
	size_t n = 0;

	for (unsigned i = 0; i < 200; i++) {
		seed = seed * 1103515245 + 12345;
		n += (size_t)snprintf(out + n, size - n, "%s%u ", other != 0 && i % other == 7 ?
		    "changed" : words[(seed >> 16) % 16], (seed >> 20) % 8);
	}
	return n;
}

static void
near_texts_are_near_and_others_far(void **state)
{
	char a[4096], b[4096], c[4096];
	size_t na = make_text(a, sizeof(a), 1, 0), nb = make_text(b, sizeof(b), 1, 199);
	size_t nc = make_text(c, sizeof(c), 2, 0);
	uint64_t x = fingerprint_simhash(a, na);

	assert_int_equal(fingerprint_distance(x, fingerprint_simhash(a, na)), 0);
	assert_true(fingerprint_distance(x, fingerprint_simhash(b, nb)) <= 8);
	assert_true(fingerprint_distance(x, fingerprint_simhash(c, nc)) >= 16);
	assert_true(x == fingerprint_simhash(a, na));
}

static void
case_accents_blanks_and_marks_do_not_count(void **state)
{
	static const char *const rows[][2] = {
		{ "The CAF\xc3\x89 opens, today.", "the cafe\n\nopens today" },
		{ "\xc4\x90\xe1\xba\xa7u t\xc6\xb0 n\xc6\xb0\xe1\xbb\x9b" "c ngo\xc3\xa0i", "dau tu nuoc ngoai" },
		{ "\xef\xbc\xa1\xef\xbc\xa2 \xef\xbc\xa3", "ab c" },
		{ "\xe6\x97\xa5\xe6\x9c\xac \xe8\xaa\x9e", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(fingerprint_simhash(rows[i][0], strlen(rows[i][0])) ==
		    fingerprint_simhash(rows[i][1], strlen(rows[i][1])));
	assert_true(fingerprint_simhash("", 0) == 0);
	assert_true(fingerprint_simhash("one", 3) != 0);
	assert_true(fingerprint_simhash("a b c d", 7) != fingerprint_simhash("d c b a", 7));
}

/* Stored values: a change here would make every archive forget its near-duplicates. */
static void
the_values_of_this_version_are_fixed(void **state)
{
	const char *s = "Japan and Viet Nam agreed to elevate relations, 日本とベトナム.";

	assert_true(fingerprint_simhash(s, strlen(s)) == UINT64_C(0xe105daf1c1f01d36));
}

static void
the_exact_hash_sees_words_and_title_alone(void **state)
{
	assert_true(fingerprint_exact("Title", "A \xe2\x80\x9c" "b\xe2\x80\x9d\n\nc") ==
	    fingerprint_exact("TITLE", "a \"B\" c"));
	assert_true(fingerprint_exact("a", "b") != fingerprint_exact("b", "a"));
	assert_true(fingerprint_exact("a", "1.5") != fingerprint_exact("a", "15"));
	assert_true(fingerprint_exact(NULL, NULL) != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_texts_are_near_and_others_far),
		cmocka_unit_test(case_accents_blanks_and_marks_do_not_count),
		cmocka_unit_test(the_values_of_this_version_are_fixed),
		cmocka_unit_test(the_exact_hash_sees_words_and_title_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
