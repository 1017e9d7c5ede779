#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>

#include "base/digest.h"
#include "base/banned.h"

static void
hashes_are_those_of_the_published_examples(void **state)
{
	unsigned char h[SHA256_LEN];
	char hex[SHA256_HEX];

	digest_sha256("abc", 3, h);
	assert_string_equal(digest_hex(h, sizeof(h), hex),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_sha256(NULL, 0, h);
	assert_string_equal(digest_hex(h, sizeof(h), hex),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_sha256v(h, "a", (size_t)1, "", (size_t)0, "bc", (size_t)2, NULL);
	assert_string_equal(digest_hex(h, sizeof(h), hex),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, h);	/* RFC 4231, case 2 */
	assert_string_equal(digest_hex(h, sizeof(h), hex),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	digest_hmac_sha256(NULL, 0, "", 0, h);
	assert_string_equal(digest_hex(h, sizeof(h), hex),
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	assert_true(digest_xxh64("", 0, 0) == UINT64_C(0xef46db3751d8e999));
	assert_true(digest_xxh64("a", 1, 0) != digest_xxh64("a", 1, 1));
}

static void
hex_is_read_in_either_case_and_at_its_exact_length(void **state)
{
	unsigned char out[3] = { 9, 9, 9 };

	assert_int_equal(digest_unhex("00aBfF", out, 3), 0);
	assert_memory_equal(out, "\x00\xab\xff", 3);
	assert_int_equal(digest_unhex("00abf", out, 3), -1);
	assert_int_equal(digest_unhex("00abff0", out, 3), -1);
	assert_int_equal(digest_unhex("00abfg", out, 3), -1);
	assert_memory_equal(out, "\x00\xab\xff", 3);
}

static void
base64_goes_both_ways(void **state)
{
	static const struct {
		const char *plain, *code;
	} row[] = {	/* RFC 4648, section 10 */
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "+/+/" },
	};
	static const char *const bad[] = { "Z", "Zg=", "Zg===", "Zg==Zg==", "Z!==", "====", "Zm9vY",
		"Zm9=v" };
	unsigned char *out;
	size_t i, n;
	char *code;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		code = digest_base64(row[i].plain, strlen(row[i].plain));
		assert_string_equal(code, row[i].code);
		assert_int_equal(digest_unbase64(code, &out, &n), 0);
		assert_int_equal(n, strlen(row[i].plain));
		assert_memory_equal(out, row[i].plain, n);
		free(out);
		free(code);
	}
	assert_int_equal(digest_unbase64(" Zm9v\r\n Yg ", &out, &n), 0);
	assert_int_equal(n, 4);
	assert_memory_equal(out, "foob", 4);
	free(out);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (digest_unbase64(bad[i], &out, &n) != -1)
			fail_msg("\"%s\" was read as base64", bad[i]);
}

static void
random_numbers_stay_below_their_bound(void **state)
{
	bool seen[3] = { 0 };
	int i;

	for (i = 0; i < 1000; i++) {
		assert_true(digest_random_below(3) < 3);
		seen[digest_random_below(3)] = true;
	}
	assert_true(seen[0] && seen[1] && seen[2]);
	assert_int_equal(digest_random_below(0), 0);
	assert_int_equal(digest_random_below(1), 0);
}

static void
identifiers_are_ordered_even_when_the_clock_is_not(void **state)
{
	char last[UUID_TEXT], next[UUID_TEXT];
	int i;

	digest_uuid7(INT64_C(0x017f22e279b0), last);
	assert_memory_equal(last, "017f22e2-79b0-7", 15);
	assert_int_equal(strlen(last), 36);
	assert_non_null(strchr("89ab", last[19]));
	for (i = 0; i < 20000; i++) {	/* more than the counter holds in a millisecond */
		digest_uuid7(INT64_C(0x017f22e279b0) - (i & 1), next);
		assert_true(strcmp(last, next) < 0);
		memcpy(last, next, sizeof(last));
	}
}

static void *
hash_often(void *arg)
{
	unsigned char h[SHA256_LEN];
	int i;

	for (i = 0; i < 200; i++) {
		digest_sha256("abc", 3, h);
		if (h[0] != 0xba || h[31] != 0xad)
			return arg;
	}
	return NULL;
}

static void
threads_may_hash_at_once(void **state)
{
	pthread_t thread[4];
	void *bad;
	int i;

	for (i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, hash_often, "bad");
	for (i = 0; i < 4; i++) {
		pthread_join(thread[i], &bad);
		assert_null(bad);
	}
}

static void
pieces_give_the_hash_of_the_whole(void **state)
{
	static unsigned char bytes[100000];
	unsigned char whole[SHA256_LEN], run[SHA256_LEN];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7 + i / 256);
	digest_sha256(bytes, sizeof(bytes), whole);
	for (size_t piece = 1; piece < sizeof(bytes); piece = piece * 3 + 1) {
		struct digest_run *d = digest_run_begin();

		for (size_t at = 0; at < sizeof(bytes); at += piece)
			digest_run_add(d, bytes + at, sizeof(bytes) - at < piece ? sizeof(bytes) - at : piece);
		digest_run_end(d, run);
		assert_memory_equal(whole, run, SHA256_LEN);
	}
	digest_run_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_give_the_hash_of_the_whole),
		cmocka_unit_test(hashes_are_those_of_the_published_examples),
		cmocka_unit_test(hex_is_read_in_either_case_and_at_its_exact_length),
		cmocka_unit_test(base64_goes_both_ways),
		cmocka_unit_test(random_numbers_stay_below_their_bound),
		cmocka_unit_test(identifiers_are_ordered_even_when_the_clock_is_not),
		cmocka_unit_test(threads_may_hash_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
