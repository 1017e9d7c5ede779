#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/url_int.h"
#include "base/banned.h"

static void
parsing_splits_an_address_into_its_parts(void **state)
{
	static const char in[] = "HTTPS://us er:p@ss@WWW.Mofa.GO.jp:443/a/./b/../c d?q='1#f g";
	CLEANUP(url_freep) struct url *u = NULL;

	assert_int_equal(url_parse(in, strlen(in), NULL, &u, NULL), 0);
	assert_string_equal(u->scheme, "https");
	assert_string_equal(u->username, "us%20er");
	assert_string_equal(u->password, "p%40ss");
	assert_string_equal(u->host, "www.mofa.go.jp");
	assert_int_equal(u->port, -1);
	assert_string_equal(u->path, "/a/c%20d");
	assert_string_equal(u->query, "q=%271");
	assert_string_equal(u->fragment, "f%20g");
	assert_string_equal(u->href,
	    "https://us%20er:p%40ss@www.mofa.go.jp/a/c%20d?q=%271#f%20g");
}

static void
what_is_no_address_leaves_the_output_alone(void **state)
{
	static const char *const bad[] = { "", "/a", "http://", "http://a b/", "http://[::1",
		"http://x:99999/", "http://x:y/", "http://999.1.1.1/", "https://\xff/", "http://a%00b/",
		"http://@/", "http://user@/" };
	struct url *u = NULL;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&err);
		assert_int_equal(url_parse(bad[i], strlen(bad[i]), NULL, &u, &err), -1);
		assert_null(u);
		assert_int_equal(err.class, ERR_INPUT);
		assert_true(err.text[0] != '\0');
	}
}

static void
links_of_a_page_resolve_to_addresses_without_fragment(void **state)
{
	static const struct {
		const char *base, *ref, *want;
	} row[] = {
		{ "https://www.mofa.go.jp/s_sa/sea1/vn/index.html", "../../x.html#top",
		    "https://www.mofa.go.jp/s_sa/x.html" },
		{ "https://a.vn/b/c?d=1", "?id=2", "https://a.vn/b/c?id=2" },
		{ "https://a.vn/b/c?d=1", "", "https://a.vn/b/c?d=1" },
		{ "https://a.vn/b/c?d=1", "#x", "https://a.vn/b/c?d=1" },
		{ "https://a.vn/b/", "//b.vn/x", "https://b.vn/x" },
		{ "https://a.vn/b/", "\\\\b.vn\\x", "https://b.vn/x" },
		{ "https://a.vn/b/", " \n/tin tức \t", "https://a.vn/tin%20t%E1%BB%A9c" },
		{ "https://a.vn/b/", "http:c", "http://c/" },
		{ "http://a.vn/b/", "http:c", "http://a.vn/b/c" },
		{ "https://a.vn/b/", "mailto:x@a.vn", NULL },
		{ "https://a.vn/b/", "javascript:void(0)", NULL },
		{ "https://a.vn/b/", "tel:+84", NULL },
		{ "https://a.vn/b/", "http://[", NULL },
		{ "mailto:x@a.vn", "b", NULL },
		{ "nonsense", "https://a.vn", "https://a.vn/" },
		{ NULL, "https://a.vn", "https://a.vn/" },
		{ NULL, "b", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CLEANUP(freep) char *got = url_resolve(row[i].base, row[i].ref);

		if (row[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, row[i].want);
	}
}

static void
an_address_over_the_limit_is_not_resolved(void **state)
{
	char ref[URL_MAX + 1];
	static const char base[] = "http://a.vn/";
	char *got;

	memset(ref, 'x', sizeof(ref));
	ref[URL_MAX - strlen(base)] = '\0';
	got = url_resolve(base, ref);
	assert_non_null(got);
	assert_int_equal(strlen(got), URL_MAX);
	free(got);
	ref[URL_MAX - strlen(base)] = 'x';
	ref[URL_MAX - strlen(base) + 1] = '\0';
	assert_null(url_resolve(base, ref));
}

static void
a_host_is_told_with_and_without_its_port(void **state)
{
	static const struct {
		const char *href, *host, *hostport, *origin, *path_query;
	} row[] = {
		{ "https://WWW.a.vn/x?y#z", "www.a.vn", "www.a.vn:443", "https://www.a.vn", "/x?y" },
		{ "http://127.0.0.1:8080", "127.0.0.1", "127.0.0.1:8080", "http://127.0.0.1:8080", "/" },
		{ "http://[::1]/", "[::1]", "[::1]:80", "http://[::1]", "/" },
		{ "https://bücher.de/?", "xn--bcher-kva.de", "xn--bcher-kva.de:443",
		    "https://xn--bcher-kva.de", "/?" },
		{ "mailto:x@y", NULL, NULL, NULL, NULL },
		{ "file:///etc/x", NULL, NULL, NULL, "/etc/x" },
		{ "x", NULL, NULL, NULL, NULL },
	};
	size_t i, k;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *want[] = { row[i].host, row[i].hostport, row[i].origin,
			row[i].path_query };
		char *got[] = { url_host(row[i].href), url_hostport(row[i].href),
			url_origin(row[i].href), url_path_query(row[i].href) };

		for (k = 0; k < 4; k++) {
			if (want[k] == NULL)
				assert_null(got[k]);
			else
				assert_string_equal(got[k], want[k]);
			free(got[k]);
		}
	}
}

/* The shared cases as lines of JSON, or NULL (and a message) where they are not found. */
static char *
read_cases(const char *site, size_t *ret_len)
{
	const char *shared = getenv("PRESSWATCH_SHARED");
	CLEANUP(freep) char *path = NULL;
	struct buf b = BUF_INIT(4 << 20);

	path = xasprintf("%s/sites/%s/cases.jsonl", shared != NULL ? shared : "../shared", site);
	if (file_read(path, &b, NULL) < 0) {
		print_message("%s not found: set PRESSWATCH_SHARED\n", path);
		buf_done(&b);
		return NULL;
	}
	return buf_take(&b, ret_len);
}

struct tally {
	int http_ok, http_all, ok, all;
};

static void
check_parse_case(const json_t *c, struct tally *t)
{
	const char *input = json_get_str(c, "input"), *base = json_get_str(c, "base");
	const char *want = json_get_str(c, "href"), *got = NULL;
	CLEANUP(url_freep) struct url *b = NULL;
	CLEANUP(url_freep) struct url *u = NULL;
	CLEANUP(url_freep) struct url *again = NULL;
	bool http, ok;

	if (base != NULL && url_parse(base, strlen(base), NULL, &b, NULL) < 0)
		print_message("base does not parse: %s\n", base);
	if (url_parse(input, json_string_length(json_object_get(c, "input")), b, &u, NULL) == 0)
		got = u->href;
	ok = want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
	http = want != NULL ? strncmp(want, "http", 4) == 0 :
	    strncmp(input, "http", 4) == 0 || (base != NULL && strncmp(base, "http", 4) == 0);
	t->all++;
	t->ok += ok;
	t->http_all += http;
	t->http_ok += http && ok;
	if (!ok)
		print_message("parse \"%s\" base \"%s\"\n  want %s\n  got  %s\n", input,
		    base != NULL ? base : "", want != NULL ? want : "failure",
		    got != NULL ? got : "failure");
	if (u != NULL) {	/* what we write we read, and it stays the same */
		assert_int_equal(url_parse(got, strlen(got), NULL, &again, NULL), 0);
		assert_string_equal(again->href, got);
	}
}

static void
check_toascii_case(const json_t *c, struct tally *t)
{
	const char *input = json_get_str(c, "input"), *want = json_get_str(c, "output");
	struct buf host = BUF_INIT(1 << 16);
	bool ok, failed;

	failed = url_host_parse(&host, input, strlen(input), true, NULL) < 0;
	ok = want == NULL ? failed : !failed && strcmp(buf_str(&host), want) == 0;
	t->http_all++;
	t->http_ok += ok;
	if (!ok)
		print_message("host \"%s\" want %s got %s\n", input, want != NULL ? want : "failure",
		    failed ? "failure" : buf_str(&host));
	buf_done(&host);
}

static void
run_cases(const char *site, void (*check)(const json_t *, struct tally *), struct tally *t)
{
	size_t n = 0;
	CLEANUP(freep) char *text = read_cases(site, &n);
	char *line, *end;
	json_error_t e;
	json_t *c;

	if (text == NULL)
		skip();
	for (line = text; line < text + n; line = end + 1) {
		end = strchrnul(line, '\n');
		c = json_loadb(line, (size_t)(end - line), JSON_ALLOW_NUL, &e);
		if (c == NULL) {
			if (end > line)
				print_message("left out: %s\n", e.text);
			continue;
		}
		if (json_get_str(c, "input") != NULL)
			check(c, t);
		json_decref(c);
	}
	print_message("%s: http(s) %d of %d, all %d of %d\n", site, t->http_ok, t->http_all, t->ok,
	    t->all);
	assert_true(t->http_all > 0);
}

static void
nearly_all_cases_of_the_url_standard_parse_as_it_says(void **state)
{
	struct tally t = { 0 };

	run_cases("url-whatwg", check_parse_case, &t);
	assert_true(t.http_ok * 100 >= t.http_all * 99);
	assert_true(t.ok * 100 >= t.all * 97);
}

static void
nearly_all_host_names_become_ascii_as_the_standard_says(void **state)
{
	struct tally t = { 0 };

	run_cases("url-toascii", check_toascii_case, &t);
	assert_true(t.http_ok * 100 >= t.http_all * 99);
}

/* What is taken as it stands must be what the parser would have made of it. */
static void
a_link_resolved_by_sight_is_the_one_that_the_parser_gives(void **state)
{
	static const char *const bases[] = { "https://www.example.org/a/b?c", "http://127.0.0.1:8080/x/", "https://user:pw@example.org/",
		"http://[::1]/a" };
	static const char *const refs[] = { "/", "/a", "/a/../b", "/a/./b", "/a/..b", "/.", "/a/.b", "/a.b/c..d", "/a?b=../c&d=e", "/a?b=c/.d",
		"/a:b@c,d;e+f=~g", "/a%2e%2e/b", "/a b", "/a\\b", "/a\tb", " /a", "/a ", "//x.example/y", "///a", "/a#b c", "/#", "/a'b", "/a|b",
		"/a?b'c", "/a\xc3\xa9", "https://EXAMPLE.com/a", "https://example.com/a", "https://example.com", "https://example.com?a",
		"https://example.com/a#b", "https://example.com/#", "https://example.com:443/a", "https://example.com:8443/a",
		"https://1.2.3/x", "https://1.2.3.4/x", "https://a.b.c1/x", "https://a.1c/x", "https://x.0x1/a", "https://a..b/x", "https://.a.b/x",
		"https://a.b./x", "https://-a.b-/x", "https://a_b.c/x", "https://xn--a.b/x", "https://a.xn--p1ai/x", "https://localhost/x",
		"https:/example.com/a", "http://u@example.com/a", "https://example.com/a/../b", "https://example.com//a//b", "HTTP://example.com/a",
		"http://example.com/a?b?c=/d", "http://ex%41mple.com/a", "mailto:a@b", "", "#a", "?b" };

	for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
		CLEANUP(url_freep) struct url *base = NULL;

		assert_int_equal(url_parse(bases[b], strlen(bases[b]), NULL, &base, NULL), 0);
		for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
			CLEANUP(freep) char *got = url_resolve_at(base, refs[i]);
			CLEANUP(url_freep) struct url *u = NULL;
			bool wanted = url_parse(refs[i], strlen(refs[i]), base, &u, NULL) == 0 && strncmp(u->scheme, "http", 4) == 0;

			if (!wanted) {
				assert_null(got);
				continue;
			}
			u->href[strcspn(u->href, "#")] = '\0';
			assert_non_null(got);
			assert_string_equal(got, u->href);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing_splits_an_address_into_its_parts),
		cmocka_unit_test(what_is_no_address_leaves_the_output_alone),
		cmocka_unit_test(links_of_a_page_resolve_to_addresses_without_fragment),
		cmocka_unit_test(an_address_over_the_limit_is_not_resolved),
		cmocka_unit_test(a_host_is_told_with_and_without_its_port),
		cmocka_unit_test(nearly_all_cases_of_the_url_standard_parse_as_it_says),
		cmocka_unit_test(nearly_all_host_names_become_ascii_as_the_standard_says),
		cmocka_unit_test(a_link_resolved_by_sight_is_the_one_that_the_parser_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
