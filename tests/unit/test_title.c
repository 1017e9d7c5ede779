/* title: the headline and not the site's name, by the vote of the places that state one. */
#include "tests/unit/extract_fixture.h"
#include "base/banned.h"

#define BODY "<main>" H1 PROSE PROSE "</main>"

static void
the_headline_outvotes_the_site(void **state)
{
	static const struct { const char *html, *hint, *want; } cases[] = {
		{ PAGE("<title>Harbour wall to be built from spring | Port Office</title>", BODY), NULL,
		  "Harbour wall to be built from spring" },
		{ PAGE("<title>Port Office - Harbour wall to be built from spring</title>", BODY), NULL,
		  "Harbour wall to be built from spring" },
		/* One og:title on every page, as saved shells have it. */
		{ PAGE("<title>Port Office</title><meta property=og:title content='Ships, tides and news'>"
		  "<meta property=og:site_name content='Port Office'>", BODY), "Harbour wall to be built from spring",
		  "Harbour wall to be built from spring" },
		/* The h1 is the logo. */
		{ PAGE("<title>Harbour wall to be built from spring - Port Office</title>"
		  "<meta property=og:title content='Harbour wall to be built from spring'>",
		  "<header><h1 class=logo><a href=/>Port Office</a></h1></header><main><h2>Harbour wall to be built from spring</h2>"
		  PROSE PROSE "</main>"), NULL, "Harbour wall to be built from spring" },
		/* A kicker inside the heading. */
		{ PAGE("<title>Harbour wall to be built from spring</title>", "<main><h1><span class=kicker>Transport</span> "
		  "<span>Harbour wall to be built from spring</span></h1>" PROSE PROSE "</main>"), NULL,
		  "Harbour wall to be built from spring" },
		{ PAGE("<title>Wall &amp; quay</title>", "<p>" PROSE), NULL, "Wall & quay" },
		{ PAGE("<title>Ana v. Port &lt;others&gt; | Port Office</title><meta property=og:title content='Ana v. Port &lt;others&gt;'>",
		  "<main><h1>Ana v. Port &lt;others&gt;</h1>" PROSE PROSE "</main>"), NULL, "Ana v. Port <others>" },
		{ PAGE("<meta property=og:title content='A &lt;i&gt;new&lt;/i&gt; wall'>", PROSE), NULL, "A new wall" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct extract_opts opts = { .url = PAGE_URL, .title_hint = cases[i].hint };
		CLEANUP(document_freep) struct document *doc = document_of(cases[i].html, &opts);

		assert_non_null(doc->title);
		assert_string_equal(doc->title, cases[i].want);
	}
}

static void
a_page_without_any_title_has_none(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of("<html><body>" PROSE PROSE "</body></html>", NULL);

	assert_null(doc->title);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_headline_outvotes_the_site),
		cmocka_unit_test(a_page_without_any_title_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
