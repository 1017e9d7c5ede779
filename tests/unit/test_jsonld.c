/* jsonld: scripts pasted together by authors, read as far as they make sense. */
#include "tests/unit/extract_fixture.h"
#include "extract/extract_int.h"
#include "base/banned.h"

static void
check(const char *got, const char *want, const char *script)
{
	if (want == NULL ? got != NULL : got == NULL || strcmp(got, want) != 0)
		fail_msg("%s: '%s', wanted '%s'", script, got != NULL ? got : "(none)", want != NULL ? want : "(none)");
}

static void
the_article_is_found_wherever_it_hides(void **state)
{
	static const struct { const char *script, *headline, *published, *author; } cases[] = {
		{ "{\"@type\":\"NewsArticle\",\"headline\":\"Wall\",\"datePublished\":\"2025-01-14\",\"author\":\"Karen\"}",
		  "Wall", "2025-01-14", "Karen" },
		{ "[{\"@type\":\"WebSite\",\"name\":\"Port\"},{\"@type\":[\"Thing\",\"Article\"],\"headline\":\"Wall\"}]", "Wall", NULL, NULL },
		{ "{\"@graph\":[{\"@type\":\"WebPage\",\"name\":\"Page\"},{\"@type\":\"https://schema.org/BlogPosting\","
		  "\"headline\":\"Wall\",\"author\":[{\"name\":\"Karen\"},{\"name\":\"Ole\"}]}]}", "Wall", NULL, "Karen, Ole" },
		{ "{\"@type\":\"WebPage\",\"mainEntity\":{\"@type\":\"Article\",\"headline\":\"Wall\"}}", "Wall", NULL, NULL },
		{ "<!-- {\"@type\":\"Article\",\"headline\":\"Two\nlines\",} //-->", "Two lines", NULL, NULL },
		{ "{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":\"NewsArticle\",\"headline\":\"Other\"}]}", NULL, NULL, NULL },
		{ "{\"@type\":\"Article\" broken \"datePublished\": \"2025-01-14T09:00:00Z\"}", NULL, "2025-01-14T09:00:00Z", NULL },
		{ "{\"@type\":\"Article\",\"author\":\"https://port.example/karen\",\"headline\":\"Wall\"}", "Wall", NULL, NULL },
		{ "", NULL, NULL, NULL }, { "{", NULL, NULL, NULL }, { "[[[[[[[[[[[[[[", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct jsonld ld = { 0 };

		jsonld_text(cases[i].script, strlen(cases[i].script), &ld);
		check(ld.headline, cases[i].headline, cases[i].script);
		check(ld.published, cases[i].published, cases[i].script);
		check(ld.author, cases[i].author, cases[i].script);
		jsonld_done(&ld);
	}
}

static void
a_stronger_type_wins_whatever_the_order(void **state)
{
	static const char strong[] = "{\"@type\":\"NewsArticle\",\"headline\":\"Wall\"}";
	static const char weak[] = "{\"@type\":\"WebPage\",\"headline\":\"Port\"}";

	for (int order = 0; order < 2; order++) {
		struct jsonld ld = { 0 };

		jsonld_text(order ? weak : strong, strlen(order ? weak : strong), &ld);
		jsonld_text(order ? strong : weak, strlen(order ? strong : weak), &ld);
		assert_string_equal(ld.headline, "Wall");
		jsonld_done(&ld);
	}
}

static void
markup_inside_strings_becomes_text(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "a &amp; b", "a & b" }, { "&#8220;x&#x201d;", "“x”" }, { "<p>a</p>", " a " }, { "5 < 6", "5 < 6" },
		{ "&unknown; &", "&unknown; &" }, { "&#0;&#xd800;&#99999999;", "&#0;&#xd800;&#99999999;" }, { "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(freep) char *got = jsonld_plain(cases[i].in, strlen(cases[i].in));

		assert_string_equal(got, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_article_is_found_wherever_it_hides),
		cmocka_unit_test(a_stronger_type_wins_whatever_the_order),
		cmocka_unit_test(markup_inside_strings_becomes_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
