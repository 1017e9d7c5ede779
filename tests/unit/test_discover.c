/* test_discover: what bytes are taken for, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "discover/discover.h"
#include "base/banned.h"

static void
bytes_are_known_by_their_start(void **state)
{
	static const struct { const char *bytes; size_t n; const char *type; enum source_kind kind; } cases[] = {
		{ "<?xml version='1.0'?><rss version='2.0'>", 0, NULL, KIND_FEED },
		{ "\xef\xbb\xbf\n<!-- c --><feed xmlns='http://www.w3.org/2005/Atom'>", 0, "text/html", KIND_FEED },
		{ "<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", 0, NULL, KIND_FEED },
		{ "<!DOCTYPE rss SYSTEM 'x'><rss>", 0, NULL, KIND_FEED },
		{ "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[]}", 0, "application/json", KIND_FEED },
		{ "<?xml version='1.0'?>\n<urlset>", 0, NULL, KIND_SITEMAP },
		{ "<sm:sitemapindex xmlns:sm='x'>", 0, NULL, KIND_SITEMAP },
		{ "https://example.org/a\nhttps://example.org/b\n", 0, "text/plain", KIND_SITEMAP },
		{ "\x1f\x8b\x08\x00", 4, NULL, KIND_SITEMAP },
		{ "<!DOCTYPE html><html><body>", 0, "application/rss+xml", KIND_LISTING },
		{ "<p>x", 0, NULL, KIND_LISTING },
		{ "plain", 0, NULL, KIND_LISTING },
		{ "", 0, NULL, KIND_LISTING },
		{ "<\0r\0s\0s\0>\0", 10, NULL, KIND_FEED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(discover_sniff(cases[i].bytes, cases[i].n ? cases[i].n :
		    strlen(cases[i].bytes), cases[i].type), cases[i].kind);
}

static void
what_stands_at_the_wrong_address_is_named(void **state)
{
	static const struct { const char *bytes; enum source_kind kind; const char *words; } cases[] = {
		{ "", KIND_AUTO, "0 bytes" },
		{ " \n ", KIND_FEED, "blanks" },
		{ "<!DOCTYPE html><html><body><p>404 Not Found</p></body></html>", KIND_FEED,
		    "an HTML page stands where a feed was expected" },
		{ "<html><body>x</body></html>", KIND_SITEMAP, "an HTML page stands where a sitemap" },
		{ "<rss><channel/></rss>", KIND_LISTING, "a feed stands where an HTML page" },
		{ "<urlset/>", KIND_FEED, "a sitemap stands where a feed" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct discover_opts opts = { .url = "https://x.example/", .kind = cases[i].kind };
		struct candidates *c = NULL;
		struct err err = { 0 };

		assert_int_equal(discover(cases[i].bytes, strlen(cases[i].bytes), &opts, &c, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		if (strstr(err.text, cases[i].words) == NULL)
			fail_msg("%s", err.text);
		assert_null(c);
	}
}

static void
a_page_is_its_own_candidate(void **state)
{
	struct discover_opts opts = { .url = "https://x.example/a#b", .kind = KIND_PAGE };
	CLEANUP(candidates_freep) struct candidates *c = NULL;

	assert_int_equal(discover("<p>x", 4, &opts, &c, NULL), 0);
	assert_int_equal(c->kind, KIND_PAGE);
	assert_int_equal(c->count, 1);
	assert_string_equal(c->list[0].url, "https://x.example/a");
}

static void
a_page_without_a_list_gives_none(void **state)
{
	static const char page[] = "<html><body><ul class=menu><li><a href=/a>About us</a><li><a href=/b>Contact</a>"
	    "<li><a href=/c>Careers</a></ul><h1>Hello</h1><p>Some text.</p></body></html>";
	struct discover_opts opts = { .url = "https://x.example/" };
	CLEANUP(candidates_freep) struct candidates *c = NULL;

	assert_int_equal(discover(page, sizeof(page) - 1, &opts, &c, NULL), 0);
	assert_int_equal(c->kind, KIND_LISTING);
	assert_int_equal(c->count, 0);
}

static struct candidates *
read_with(const char *bytes, struct discover_opts opts)
{
	struct candidates *c = NULL;
	struct err err;

	opts.url = "https://x.example/";
	if (discover(bytes, strlen(bytes), &opts, &c, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

static void
include_and_exclude_leave_out_what_they_say(void **state)
{
	static const char files[] = "<sitemapindex><sitemap><loc>https://x.example/posts.xml</loc></sitemap>"
	    "<sitemap><loc>https://x.example/images.xml</loc></sitemap></sitemapindex>";
	static const char list[] = "<urlset><url><loc>https://x.example/press/1</loc></url>"
	    "<url><loc>https://x.example/about</loc></url><url><loc>https://x.example/press/2.jpg</loc></url></urlset>";
	struct discover_opts opts = { .include = (char *const[]){ "/press/", "/news/" }, .include_count = 2,
		.exclude = (char *const[]){ "[.]jpg$", "images" }, .exclude_count = 2 };
	struct candidates *c = read_with(list, opts);

	assert_int_equal(c->count, 1);
	assert_string_equal(c->list[0].url, "https://x.example/press/1");
	assert_int_equal(c->refused, 2);
	candidates_free(c);
	/* include speaks of documents: the files of an index need not match. */
	c = read_with(files, opts);
	assert_int_equal(c->more_count, 1);
	assert_string_equal(c->more[0], "https://x.example/posts.xml");
	candidates_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_known_by_their_start),
		cmocka_unit_test(what_stands_at_the_wrong_address_is_named),
		cmocka_unit_test(a_page_is_its_own_candidate),
		cmocka_unit_test(a_page_without_a_list_gives_none),
		cmocka_unit_test(include_and_exclude_leave_out_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
