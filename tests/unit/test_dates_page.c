/* dates_page, dateline: which of a page's dates is its own. */
#include "tests/unit/extract_fixture.h"
#include "base/banned.h"

#define MAIN(line) "<main>" H1 line PROSE PROSE "</main>"

static void
each_source_is_read_and_the_stronger_one_wins(void **state)
{
	static const struct { const char *html, *want; enum date_source from; } cases[] = {
		{ PAGE("<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"datePublished\":\"2023-02-09T10:00:00+09:00\"}</script>",
		  MAIN("<p>8 February 2022</p>")), "2023-02-09T10:00:00+09:00", DATE_FROM_JSONLD },
		{ PAGE("<meta property=article:published_time content=2022-05-02T08:30:00+07:00>", MAIN("<p>02/05/2022</p>")),
		  "2022-05-02T08:30:00+07:00", DATE_FROM_META },
		{ PAGE("", MAIN("<time datetime=2023-02-09>9.2.</time>")), "2023-02-09", DATE_FROM_TIME_ELEMENT },
		{ PAGE("", MAIN("<p class=date>February 9, 2023</p>")), "2023-02-09", DATE_FROM_VISIBLE },
		{ PAGE("", MAIN("<p>令和5年2月9日</p>")), "2023-02-09", DATE_FROM_VISIBLE },
		{ PAGE("<meta name=date content='2024-09-01'>", MAIN("<time itemprop=datePublished datetime=2023-02-09>9 Feb</time>")),
		  "2023-02-09", DATE_FROM_TIME_ELEMENT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(document_freep) struct document *doc = document_of(cases[i].html, NULL);
		char iso[DATE_ISO_MAX];

		assert_string_equal(date_iso(&doc->published, iso), cases[i].want);
		assert_int_equal(doc->published.source, cases[i].from);
	}
}

static void
a_line_that_says_when_it_was_published_counts_in_a_footer_too(void **state)
{
	static const char *const pages[] = {
		PAGE("", MAIN("") "<div class=postFoot>发表于2023年02月09日 11:57 AM</div>"),
		PAGE("", MAIN("") "<div class=footer><p>Letzte Änderung: 10.02.2023<br>Erschienen am: 09.02.2023<br>© die Autorin</div>"),
		PAGE("", MAIN("") "<p class=postmetadata><small>This entry was posted on Thursday, February 9th, 2023 at 10:15 and is "
		    "filed under <a href=/1>One</a>, <a href=/2>Two</a>. You can follow any responses through the feed, leave a response, "
		    "or track back from a site of your own, as you like; both are open.</small>"),
		PAGE("<meta name='acme:uploaded' content='2023-02-09T04:36:36-05:00'>", MAIN("")),
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		CLEANUP(document_freep) struct document *doc = document_of(pages[i], NULL);
		char iso[DATE_ISO_MAX];

		assert_memory_equal(date_iso(&doc->published, iso), "2023-02-09", 10);
	}
}

static void
a_meta_of_another_kind_of_date_is_no_source(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("<meta name='event:start.date' content='2023-02-09'>"
	    "<meta name='acme.expiry:date' content='2023-02-09'>", MAIN("")), NULL);

	assert_int_equal(doc->published.precision, DATE_NONE);
}

static void
a_footer_or_a_teaser_is_no_source(void **state)
{
	static const char *const pages[] = {
		PAGE("", MAIN("") "<footer>Copyright 14 January 2019 Port Office</footer>"),
		PAGE("", MAIN("") "<div class=related><a href=/x>Other news</a> <span>3 March 2021</span></div>"),
		PAGE("", MAIN("") "<div class=comments><div class=comment><time datetime=2021-03-03>3 March</time> Hello</div></div>"),
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		CLEANUP(document_freep) struct document *doc = document_of(pages[i], NULL);

		assert_int_equal(doc->published.precision, DATE_NONE);
	}
}

static void
the_future_is_not_believed(void **state)
{
	const struct extract_opts opts = { .url = PAGE_URL, .now_ms = 1675900800000 };	/* 2023-02-09 */
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("<meta property=article:published_time "
	    "content=2031-01-01T00:00:00Z>", MAIN("<p class=date>7 February 2023</p>")), &opts);
	char iso[DATE_ISO_MAX];

	assert_string_equal(date_iso(&doc->published, iso), "2023-02-07");
}

static void
modified_is_kept_apart(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("",
	    MAIN("<p class=date>Published 14 January 2025, updated 16 January 2025</p>")), NULL);
	char iso[DATE_ISO_MAX];

	assert_string_equal(date_iso(&doc->published, iso), "2025-01-14");
	assert_string_equal(date_iso(&doc->modified, iso), "2025-01-16");
	assert_string_equal(doc->dateline, "Published 14 January 2025, updated 16 January 2025");
}

static void
a_time_in_utc_yields_to_the_publishers_own_day(void **state)
{
	const struct extract_opts opts = { .url = "https://port.example/2023/11/02/wall" };
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("<meta property=article:published_time "
	    "content=2023-11-01T23:01:00Z>", MAIN("")), &opts);
	char iso[DATE_ISO_MAX];

	assert_string_equal(date_iso(&doc->published, iso), "2023-11-02");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_source_is_read_and_the_stronger_one_wins),
		cmocka_unit_test(a_line_that_says_when_it_was_published_counts_in_a_footer_too),
		cmocka_unit_test(a_meta_of_another_kind_of_date_is_no_source),
		cmocka_unit_test(a_footer_or_a_teaser_is_no_source),
		cmocka_unit_test(the_future_is_not_believed),
		cmocka_unit_test(modified_is_kept_apart),
		cmocka_unit_test(a_time_in_utc_yields_to_the_publishers_own_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
