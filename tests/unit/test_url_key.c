#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/url.h"
#include "base/banned.h"

static void
assert_key(const char *href, const char *want)
{
	CLEANUP(freep) char *got = url_key(href);

	if (want == NULL) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, want);
}

static void
two_names_of_one_document_have_one_key(void **state)
{
	static const char *const name[] = {
		"https://www.mofa.gov.vn/tin/a_b?id=7&lang=vi",
		"http://www.mofa.gov.vn/tin/a_b?id=7&lang=vi",
		"http://WWW.MOFA.GOV.VN:80/tin/a_b?id=7&lang=vi#top",
		"https://www.mofa.gov.vn:443/tin/a%5Fb?id=7&lang=vi",
		"https://user:pw@www.mofa.gov.vn/tin/./x/../a_b?id=7&lang=vi",
		"https://www.mofa.gov.vn/tin/a_b?utm_source=x&id=7&utm_medium=y&lang=vi&fbclid=z",
		"https://www.mofa.gov.vn/tin/a_b?id=7&UTM_Campaign=x&lang=vi",
		"https://www.mofa.gov.vn/tin/a_b;jsessionid=0A1B2C?id=7&lang=vi",
		"https://www.mofa.gov.vn/tin;JSESSIONID=9/a_b?id=7&lang=vi&PHPSESSID=abc",
		"https://www.mofa.gov.vn/tin/a_b?sid=0123456789abcdefABCD&id=7&lang=vi",
		"https://www.mofa.gov.vn/tin/a_b?id=7&lang=vi&CFID=1&CFTOKEN=2",
		"https://www.mofa.gov.vn/tin/a_b?id=7&utm%5Fsource=x&lang=vi",
		"https://www.mofa.gov.vn/tin/a_b?id=7&lang=vi&mtm_x=1&hsa_y=2&vero_id=3&_branch_match=4",
		"https://www.mofa.gov.vn/tin/a_b?id=7&lang=vi&gclid=&dclid&gbraid=1&wbraid=1&msclkid=1",
		"https://www.mofa.gov.vn/tin/a_b?yclid=1&twclid=1&mc_cid=1&mc_eid=1&mkt_tok=1&igshid=1"
		    "&id=7&lang=vi",
	};
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		assert_key(name[i], "www.mofa.gov.vn/tin/a_b?id=7&lang=vi");
	/* items that have no address of their own are told apart by the name that their list's reader gave them */
	assert_key("https://a.example/feed.xml#presswatch-item=0f", "a.example/feed.xml#presswatch-item=0f");
}

static void
what_may_tell_documents_apart_stays_in_the_key(void **state)
{
	static const struct {
		const char *href, *want;
	} row[] = {
		{ "https://a.vn", "a.vn/" },
		{ "https://a.vn/?", "a.vn/" },
		{ "https://a.vn/?utm_id=1", "a.vn/" },
		{ "https://a.vn/Index.html", "a.vn/Index.html" },
		{ "https://a.vn/b/", "a.vn/b/" },
		{ "https://a.vn/b?b=2&a=1&b=3", "a.vn/b?b=2&a=1&b=3" },
		{ "https://a.vn/b?id", "a.vn/b?id" },
		{ "https://a.vn/b?&id=&&x&", "a.vn/b?id=&x" },
		{ "https://a.vn/b?&", "a.vn/b" },
		{ "https://a.vn/b?sid=12", "a.vn/b?sid=12" },
		{ "https://a.vn/b?sid=politics-and-more-of-it", "a.vn/b?sid=politics-and-more-of-it" },
		{ "https://a.vn/b?utm=1&xutm_a=2", "a.vn/b?utm=1&xutm_a=2" },
		{ "https://a.vn/b;v=1;jsessionid=2;w/c;jsessionid=3", "a.vn/b;v=1;w/c" },
		{ "https://a.vn/b/..;jsessionid=2/c", "a.vn/b/..;jsessionid=2/c" },
		{ "https://a.vn/b;v=1/c", "a.vn/b;v=1/c" },
		{ "https://a.vn/%e1%bb%a9?q=%2f%zz%4", "a.vn/%E1%BB%A9?q=%2F%25zz%254" },
		{ "https://a.vn/tứ", "a.vn/t%E1%BB%A9" },
		{ "https://a.vn:8443/b", "a.vn:8443/b" },
		{ "http://a.vn:443/b", "a.vn:443/b" },
		{ "http://[::1]:8080/b", "[::1]:8080/b" },
		{ "https://bücher.de/", "xn--bcher-kva.de/" },
		{ "ftp://a.vn/b", NULL },
		{ "mailto:a@a.vn", NULL },
		{ "/b", NULL },
		{ "", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_key(row[i].href, row[i].want);
}

static void
a_key_read_as_an_address_has_itself_as_key(void **state)
{
	static const char *const href[] = { "https://a.vn/%41%2f?x=%7e%26&&y",
		"http://a.vn/a;b=%3b", "http://a.vn/%3%30%",
		"https://a.vn/?&&utm_a=1&b" };
	size_t i;

	for (i = 0; i < sizeof(href) / sizeof(href[0]); i++) {
		CLEANUP(freep) char *key = url_key(href[i]);
		char again[256];

		snprintf(again, sizeof(again), "https://%s", key);
		assert_key(again, key);
	}
}

static void
the_root_of_a_host_is_home(void **state)
{
	static const char *const home[] = { "https://a.vn", "https://a.vn/", "https://a.vn/#x",
		"https://a.vn/index.html", "https://a.vn/Default.aspx", "https://a.vn/en",
		"https://a.vn/en/", "https://a.vn/vi-VN/index.php", "https://a.vn/us/en/",
		"https://a.vn/english/", "https://a.vn/?lang=vi", "https://a.vn/?utm_source=x",
		"http://a.vn:8080/index.jsp;jsessionid=5" };
	static const char *const other[] = { "https://a.vn/?p=12", "https://a.vn/index.php?id=3",
		"https://a.vn/tin/", "https://a.vn/en/tin", "https://a.vn/en/us/vn/", "/", "",
		"https://a.vn/index.html/x", "https://a.vn/index2.html", "mailto:a@a.vn",
		"https://a.vn/?lang=vi&id=2", "https://a.vn/2023" };
	size_t i;

	for (i = 0; i < sizeof(home) / sizeof(home[0]); i++)
		if (!url_is_home(home[i]))
			fail_msg("%s is home", home[i]);
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (url_is_home(other[i]))
			fail_msg("%s is not home", other[i]);
}

static void
a_site_is_the_registrable_domain(void **state)
{
	static const struct {
		const char *href, *want;
	} row[] = {
		{ "https://www.mofa.go.jp/x", "mofa.go.jp" },
		{ "https://press.mofa.gov.vn/", "mofa.gov.vn" },
		{ "https://WWW.MOFA.GOV.VN./", "mofa.gov.vn" },
		{ "https://www.gov.uk/", "www.gov.uk" },
		{ "https://a.b.bbc.co.uk/", "bbc.co.uk" },
		{ "https://someone.github.io/", "someone.github.io" },
		{ "https://www.gov.vn/", "www.gov.vn" },
		{ "https://gov.vn/", "gov.vn" },
		{ "https://x.y.example/", "y.example" },
		{ "https://www.bücher.de/", "xn--bcher-kva.de" },
		{ "https://www.食狮.公司.cn/", "xn--85x722f.xn--55qx5d.cn" },
		{ "http://127.0.0.1:8080/", "127.0.0.1:8080" },
		{ "http://127.0.0.1/", "127.0.0.1" },
		{ "http://0x7f.1:81/", "127.0.0.1:81" },
		{ "http://[::1]:8080/", "[::1]:8080" },
		{ "http://localhost:99/", "localhost:99" },
		{ "https://a.mofa.go.jp:8443/", "mofa.go.jp" },
		{ "mailto:a@a.vn", NULL },
		{ "file:///x", NULL },
		{ "", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CLEANUP(freep) char *got = url_site(row[i].href);

		if (row[i].want == NULL) {
			assert_null(got);
		} else {
			assert_non_null(got);
			assert_string_equal(got, row[i].want);
		}
	}
}

static void
two_ports_of_one_literal_address_are_two_sites(void **state)
{
	assert_false(url_same_site("http://127.0.0.1:1000/", "http://127.0.0.1:1001/"));
	assert_true(url_same_site("http://127.0.0.1:1000/a", "http://127.0.0.1:1000/b"));
	assert_true(url_same_site("https://www.mofa.go.jp/", "http://eng.mofa.go.jp:8080/"));
	assert_false(url_same_site("https://mofa.go.jp/", "https://mod.go.jp/"));
	assert_false(url_same_site("mailto:a", "mailto:a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_names_of_one_document_have_one_key),
		cmocka_unit_test(what_may_tell_documents_apart_stays_in_the_key),
		cmocka_unit_test(a_key_read_as_an_address_has_itself_as_key),
		cmocka_unit_test(the_root_of_a_host_is_home),
		cmocka_unit_test(a_site_is_the_registrable_domain),
		cmocka_unit_test(two_ports_of_one_literal_address_are_two_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
