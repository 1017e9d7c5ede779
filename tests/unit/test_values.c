/* Tests of config/values.c and lists.c: durations, sizes, names, networks, regular expressions, secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

static void
durations_have_a_number_and_a_unit(void **state)
{
	static const struct { const char *text; int64_t ms; } good[] = {
		{ "30s", 30000 }, { "15m", 900000 }, { "6h", 21600000 }, { "7d", 604800000 }, { "500ms", 500 },
		{ "0", 0 }, { "0s", 0 }, { "999999999999s", INT64_C(999999999999000) },
	};
	static const char *const bad[] = { "", "s", "15", "15x", "-1s", "1.5h", "1h30m", " 1s", "1s ", "1S",
		"9999999999999s", "99999999999999999999999s" };
	int64_t ms;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(config_duration_ms(good[i].text, &ms), 0);
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ms = 77;
		if (config_duration_ms(bad[i], &ms) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(ms, 77);
	}
}

static void
sizes_are_bytes_or_powers_of_1024(void **state)
{
	static const char *const bad[] = { "", "K", "1T", "1KB", "-1", "9999999999999999G", "999999999G" };
	size_t n;

	assert_int_equal(config_size("512K", &n), 0);
	assert_int_equal(n, 512 << 10);
	assert_int_equal(config_size("16M", &n), 0);
	assert_int_equal(n, 16 << 20);
	assert_int_equal(config_size("1G", &n), 0);
	assert_int_equal(n, 1 << 30);
	assert_int_equal(config_size("7", &n), 0);
	assert_int_equal(n, 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(config_size(bad[i], &n), -1);
}

static void
names_are_short_and_plain(void **state)
{
	char longest[66];

	memset(longest, 'a', sizeof(longest));
	longest[65] = '\0';
	assert_non_null(config_name_trouble(longest));
	longest[64] = '\0';
	assert_null(config_name_trouble(longest));
	assert_null(config_name_trouble("mofa-viet.nam_2"));
	assert_non_null(config_name_trouble(""));
	assert_non_null(config_name_trouble("-a"));
	assert_non_null(config_name_trouble("../a"));
	assert_non_null(config_name_trouble("a/b"));
	assert_non_null(config_name_trouble("Viet"));
	assert_non_null(config_name_trouble("a\xc3\xa9"));
}

static void
networks_are_addresses_with_bits_or_a_port(void **state)
{
	static const char *const good[] = { "10.1.2.0/24", "127.0.0.2:8080", "[::1]:8080", "::1", "::1/128", "10.0.0.1",
		"fd00::/8", "0.0.0.0/0", "[::1]", "[fd00::]/8" };
	static const char *const bad[] = { "", "/", "10.0.0.0/33", "::/129", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0",
		"example.org", "10.0.0.1/", "10.0.0.1:", "[::1", "[::1]x", "10.0.0.1/+8", "10.0.0.1/ 8", "[]:80",
		"10.0.0.1/8x", "1111111111111111111111111111111111111111111111111111111111111111111:1" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (config_network_trouble(good[i]) != NULL)
			fail_msg("'%s' %s", good[i], config_network_trouble(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (config_network_trouble(bad[i]) == NULL)
			fail_msg("'%s' was taken", bad[i]);
}

static void
regular_expressions_are_small(void **state)
{
	static const char *const good[] = { "", "/press/", "\\.jpg$", "[0-9]{4}/[0-9]{2}",
		"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", "(a|b)*c+d?", "[]({}]{3}", "a{", "{2}", "(((",
		"[^]]" };
	static const char *const bad[] = { "((a{255}){255}){255}", "(a{1,255}){1,255}", "a{30000}",
		"((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (config_regex_trouble(good[i]) != NULL)
			fail_msg("'%s' %s", good[i], config_regex_trouble(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (config_regex_trouble(bad[i]) == NULL)
			fail_msg("'%s' was taken", bad[i]);
}

static void
secrets_are_decoded_or_taken_as_they_are(void **state)
{
	struct err err = { 0 };
	unsigned char *key = NULL;
	size_t len = 0;
	static const char raw[] = "0123456789abcdefghijklmn \r\n";

	assert_int_equal(config_secret_parse(raw, strlen(raw), &key, &len, &err), 0);
	assert_int_equal(len, 24);
	free(key);
	key = NULL;
	assert_int_equal(config_secret_parse("whsec_AAAA", 10, &key, &len, &err), -1);
	assert_int_equal(err.class, ERR_CONFIG);
	assert_null(key);
	assert_int_equal(config_secret_parse("", 0, &key, &len, &err), -1);
}

static void
the_nearest_key_is_suggested_and_no_strange_one(void **state)
{
	assert_string_equal(config_nearest(config_source_keys, "ulr"), "url");
	assert_string_equal(config_nearest(config_source_keys, "chanels"), "channels");
	assert_string_equal(config_nearest(config_channel_keys, "secret_file"), "secret-file");
	assert_null(config_nearest(config_source_keys, "frequency"));
	assert_null(config_nearest(config_source_keys, ""));
}

static void
tables_are_sound(void **state)
{
	for (const struct config_table *t = config_tables; t->section != NULL; t++) {
		int n = 0;

		for (const struct config_key *k = t->keys; k->name != NULL; k++, n++) {
			assert_int_equal((k->parse != NULL) + (k->keys != NULL) + (k->each != NULL), 1);
			for (const struct config_key *other = t->keys; other < k; other++)
				assert_string_not_equal(other->name, k->name);
		}
		assert_true(n < 64);	/* seen is a set of 64 bits */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_a_number_and_a_unit),
		cmocka_unit_test(sizes_are_bytes_or_powers_of_1024),
		cmocka_unit_test(names_are_short_and_plain),
		cmocka_unit_test(networks_are_addresses_with_bits_or_a_port),
		cmocka_unit_test(regular_expressions_are_small),
		cmocka_unit_test(secrets_are_decoded_or_taken_as_they_are),
		cmocka_unit_test(the_nearest_key_is_suggested_and_no_strange_one),
		cmocka_unit_test(tables_are_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
