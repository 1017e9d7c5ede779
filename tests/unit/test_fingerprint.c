/* Fingerprints and sketches: near texts meet, others do not, and stored values never change. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "document/fingerprint.h"
#include "document/sketch.h"

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

/* Bands that two texts share. */
static unsigned
shared(const char *a, const char *b)
{
	struct sketch x, y;
	unsigned n = 0;

	sketch_make(a, strlen(a), &x);
	sketch_make(b, strlen(b), &y);
	for (unsigned i = 0; i < SKETCH_BANDS; i++)
		n += x.band[i] == y.band[i];
	return n;
}

static void
near_texts_meet_in_a_band_and_others_do_not(void **state)
{
	char a[4096], b[4096], c[4096];

	make_text(a, sizeof(a), 1, 0);
	make_text(b, sizeof(b), 1, 199);
	make_text(c, sizeof(c), 2, 0);
	assert_int_equal(shared(a, a), SKETCH_BANDS);
	assert_true(shared(a, b) > SKETCH_BANDS / 2);
	assert_int_equal(shared(a, c), 0);
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
	struct sketch none;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(shared(rows[i][0], rows[i][1]), SKETCH_BANDS);
	assert_false(sketch_make("", 0, &none));
	assert_true(sketch_make("one", 3, &none));
	assert_int_equal(shared("a b c d", "d c b a"), 0);
}

/* Stored values: a change here would make every archive forget its near-duplicates. */
static void
the_values_of_this_version_are_fixed(void **state)
{
	const char *s = "Japan and Viet Nam agreed to elevate relations, 日本とベトナム.";

	struct sketch x;

	assert_true(sketch_make(s, strlen(s), &x));
	assert_int_equal(x.band[0], -1990955594);
	assert_int_equal(x.band[SKETCH_BANDS - 1], 1350881236);
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
		cmocka_unit_test(near_texts_meet_in_a_band_and_others_do_not),
		cmocka_unit_test(case_accents_blanks_and_marks_do_not_count),
		cmocka_unit_test(the_values_of_this_version_are_fixed),
		cmocka_unit_test(the_exact_hash_sees_words_and_title_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
