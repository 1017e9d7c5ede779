#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include "net/guard.h"

static bool
permits(const struct guard *g, const char *ip, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };

	if (inet_pton(AF_INET, ip, &in.sin_addr) == 1)
		return guard_permits(g, (struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, ip, &in6.sin6_addr), 1);
	return guard_permits(g, (struct sockaddr *)&in6);
}

static void
special_addresses_are_refused_in_every_form(void **state)
{
	static const char *const refused[] = {
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
		"169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
		"192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1",
		"239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "64:ff9b:1:7f00:0:100:808:808",
		"100::1", "2001::1", "2001:0:808:808:0:0:80ff:fffe", "2001:2::1", "2001:10::1", "2001:db8::1",
		"2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "3fff::1", "3ffe::1", "5f00::1", "fc00::1",
		"fd12::1", "fe80::1", "fec0::1", "ff02::1", "4000::1",
	};
	static const char *const public[] = {
		"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1",
		"198.17.0.1", "198.20.0.1", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::808:808",
		"64:ff9b:1::808:808", "2002:808:808::1", "2606:4700::1111", "2a00:1450::1",
	};
	struct guard *g = guard_new();

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (permits(g, refused[i], 80) || permits(NULL, refused[i], 80))
			fail_msg("%s was permitted", refused[i]);
	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++)
		if (!permits(g, public[i], 80))
			fail_msg("%s was refused", public[i]);
	guard_free(g);
}

static void
rules_open_a_network_or_one_port(void **state)
{
	static const struct {
		const char *rule, *ip;
		int port;
		bool permitted;
	} cases[] = {
		{ "10.1.2.0/24", "10.1.2.77", 80, true },
		{ "10.1.2.0/24", "10.1.3.1", 80, false },
		{ "10.1.2.99/24", "10.1.2.1", 80, true },
		{ "10.1.2.0/24", "::ffff:10.1.2.1", 80, true },
		{ "127.0.0.2:8080", "127.0.0.2", 8080, true },
		{ "127.0.0.2:8080", "127.0.0.2", 80, false },
		{ "127.0.0.0/8:8080", "127.9.9.9", 8080, true },
		{ "::1/128", "::1", 80, true },
		{ "::1", "::1", 80, true },
		{ "[::1]:8080", "::1", 8080, true },
		{ "[::1]:8080", "::1", 80, false },
		{ "[fd00::]/8", "fd12::1", 80, true },
		{ "fd00::/8", "fc12::1", 80, false },
		{ "0.0.0.0/0", "10.0.0.1", 80, true },
		{ "0.0.0.0/0", "::1", 80, false },
		{ "10.0.0.0/8", "2002:a00:1::", 80, false },
		{ "10.0.0.1", "10.0.0.1", 9, true },
		{ "10.0.0.1", "10.0.0.2", 9, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard *g = guard_new(), *copy;
		struct err err = { 0 };

		assert_int_equal(guard_allow(g, cases[i].rule, &err), 0);
		copy = guard_copy(g);
		guard_free(g);
		if (permits(copy, cases[i].ip, cases[i].port) != cases[i].permitted)
			fail_msg("%s for %s", cases[i].rule, cases[i].ip);
		guard_free(copy);
	}
}

static void
bad_rules_are_named(void **state)
{
	static const char *const rules[] = {
		"", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::1/129", "10.0.0.1:0",
		"10.0.0.1:65536", "10.0.0.1:", "[::1", "[::1]x:80", "10.0.0.1/8/8", "0x7f.1",
	};
	struct guard *g = guard_new();

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct err err = { 0 };

		if (guard_allow(g, rules[i], &err) != -1 || err.class != ERR_CONFIG)
			fail_msg("\"%s\" was taken", rules[i]);
	}
	assert_false(permits(g, "10.0.0.1", 80));
	guard_free(g);
}

static void
other_families_are_refused(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	assert_false(guard_permits(NULL, (struct sockaddr *)&un));
	assert_true(guard_permits_text(NULL, "8.8.8.8:80"));
	assert_false(guard_permits_text(NULL, "[::1]:80"));
	assert_true(guard_is_address("[::1]:80"));
	assert_false(guard_is_address("a.example:80"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_addresses_are_refused_in_every_form),
		cmocka_unit_test(rules_open_a_network_or_one_port),
		cmocka_unit_test(bad_rules_are_named),
		cmocka_unit_test(other_families_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
