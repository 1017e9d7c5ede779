/* meta: what the head states: canonical, alternates, author, section, language. */
#include "tests/unit/extract_fixture.h"
#include "base/banned.h"

#define BODY "<main>" H1 PROSE PROSE "</main>"

static void
claims_are_resolved_against_the_page(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("<link rel=canonical href=/news/wall>"
	    "<link rel=alternate hreflang=de href=/de/wall>", BODY), NULL);

	assert_string_equal(doc->canonical, "https://port.example/news/wall");
	assert_int_equal(doc->alternates_count, 1);
	assert_string_equal(doc->alternates[0], "de https://port.example/de/wall");
}

static void
an_author_is_a_name(void **state)
{
	static const struct { const char *html, *want; } cases[] = {
		{ PAGE("<meta name=author content='Karen Hansen'>", BODY), "Karen Hansen" },
		{ PAGE("<meta property=article:author content='https://www.facebook.com/port'>", BODY), NULL },
		{ PAGE("", "<main>" H1 "<p class=byline>By Karen Hansen</p>" PROSE PROSE "</main>"), "Karen Hansen" },
		{ PAGE("", BODY), NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(document_freep) struct document *doc = document_of(cases[i].html, NULL);

		if (cases[i].want == NULL)
			assert_null(doc->author);
		else {
			assert_non_null(doc->author);
			assert_string_equal(doc->author, cases[i].want);
		}
	}
}

static void
a_label_above_the_headline_is_the_section(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("", "<div><h3 class=cate>Making news</h3>" H1 PROSE PROSE
	    "</div>"), NULL);

	assert_string_equal(doc->section, "Making news");
	assert_null(strstr(doc->text, "Making news"));
}

static void
the_text_decides_on_a_wrong_language(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of("<html lang=ja><body>" H1 PROSE PROSE "</body></html>", NULL);

	assert_string_equal(doc->language, "en");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_resolved_against_the_page),
		cmocka_unit_test(an_author_is_a_name),
		cmocka_unit_test(a_label_above_the_headline_is_the_section),
		cmocka_unit_test(the_text_decides_on_a_wrong_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
