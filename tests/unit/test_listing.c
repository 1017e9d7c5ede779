/* test_listing: the list of documents among menus and furniture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "discover/discover.h"
#include "base/banned.h"

#define URL "https://www.ministry.example/press/"
#define NOW 1700000000000	/* November 2023 */

static struct candidates *
read_page(const char *page, const struct discover_opts *more)
{
	struct discover_opts opts = more != NULL ? *more : (struct discover_opts){ 0 };
	struct candidates *c = NULL;
	struct err err = { 0 };

	opts.url = URL;
	opts.kind = KIND_LISTING;
	opts.now_ms = NOW;
	if (discover(page, strlen(page), &opts, &c, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

/* One line a candidate: path below URL, title, date. */
static void
gives(const char *page, const struct discover_opts *more, const char *want)
{
	CLEANUP(candidates_freep) struct candidates *c = read_page(page, more);
	struct buf got = BUF_INIT(100000);
	char iso[DATE_ISO_MAX];

	for (size_t i = 0; i < c->count; i++) {
		const char *url = c->list[i].url;

		if (strncmp(url, "https://www.ministry.example", 28) == 0)
			url += 28;
		buf_addf(&got, "%s|%s|%s\n", url, c->list[i].title ? c->list[i].title : "-",
		    date_iso(&c->list[i].published, iso));
	}
	if (strcmp(buf_str(&got), want) != 0)
		fail_msg("got:\n%swanted:\n%s", buf_str(&got), want);
	buf_done(&got);
}

#define MENU "<nav><ul><li><a href='/about/the-minister-and-the-ministry'>About the minister and the ministry</a>" \
	"<li><a href='/contact'>Contact</a><li><a href='/careers'>Careers</a><li><a href='/press'>Press</a></ul></nav>"
#define FOOTER "<footer><ul><li><a href='/legal-notice-and-privacy'>Legal notice and privacy</a>" \
	"<li><a href='/accessibility'>Accessibility</a></ul></footer>"
#define PAGE(body) "<!DOCTYPE html><html lang=en><head><title>Press</title></head><body>" MENU body FOOTER \
	"</body></html>"

static void
a_plain_list_with_dates_is_found(void **state)
{
	gives(PAGE("<ul><li><a href='/press/1'>Minister opens the new harbour</a> <span>9 February 2023</span>"
	    "<li><a href='/press/2'>Statement on the summit of neighbours</a> <span>8 February 2023</span>"
	    "<li><a href='/press/3'>Agreement on fisheries signed</a> <span>1 February 2023</span></ul>"), NULL,
	    "/press/1|Minister opens the new harbour|2023-02-09\n"
	    "/press/2|Statement on the summit of neighbours|2023-02-08\n"
	    "/press/3|Agreement on fisheries signed|2023-02-01\n");
}

static void
date_headings_date_what_follows(void **state)
{
	gives(PAGE("<h2>February 2023</h2><dl><dt>February 9<dd><a href='a.html'>Exchange of notes on grants</a>"
	    "<dd><a href='b.html'>Visit of the foreign minister</a></dl>"
	    "<dl><dt>February 8<dd><a href='c.html'>Press conference of the secretary</a></dl>"), NULL,
	    "/press/a.html|Exchange of notes on grants|2023-02-09\n"
	    "/press/b.html|Visit of the foreign minister|2023-02-09\n"
	    "/press/c.html|Press conference of the secretary|2023-02-08\n");
}

static void
cards_with_picture_and_title_are_one_each(void **state)
{
	gives(PAGE("<div class=grid><div class=card><a href='/n/1-a'><img src=x.jpg alt='A harbour'></a><h3>"
	    "<a href='/n/1-a'>Harbour opened by the minister</a></h3><p>Some words on it.</p><time "
	    "datetime='2023-02-09T08:00:00Z'>yesterday</time><a href='/n/1-a'>Read more</a></div>"
	    "<div class=card><a href='/n/2-b'><img src=y.jpg alt='A bridge'></a><h3>"
	    "<a href='/n/2-b'>Bridge closed for repair</a></h3><p>Other words on it.</p><time "
	    "datetime='2023-02-08T08:00:00Z'>two days ago</time><a href='/n/2-b'>Read more</a></div></div>"), NULL,
	    "/n/1-a|Harbour opened by the minister|2023-02-09T08:00:00Z\n"
	    "/n/2-b|Bridge closed for repair|2023-02-08T08:00:00Z\n");
}

static void
tables_give_titles_from_other_cells(void **state)
{
	gives(PAGE("<table><tr><th>No.<th>Case<th>Decided<th>Text</tr>"
	    "<tr><td>21-100<td>Smith against Jones<td>2/9/2023<td><a href='/o/21-100.pdf'>PDF</a></tr>"
	    "<tr><td>21-101<td>Estate of Miller<td>2/8/2023<td><a href='/o/21-101.pdf'>PDF</a></tr>"
	    "<tr><td>21-102<td>Harbour Board against City<td>1/31/2023<td><a href='/o/21-102.pdf'>PDF</a></tr>"
	    "</table>"), NULL,
	    "/o/21-100.pdf|Smith against Jones|2023-02-09\n/o/21-101.pdf|Estate of Miller|2023-02-08\n"
	    "/o/21-102.pdf|Harbour Board against City|2023-01-31\n");
}

static void
the_date_that_is_labelled_as_publication_counts(void **state)
{
	gives(PAGE("<div class=row><p>Argued: January 5, 2023<br>Decided: February 9, 2023</p><a href='/o/a.pdf'>"
	    "The long case of the harbour</a></div>"
	    "<div class=row><p>Argued: January 4, 2023<br>Decided: February 8, 2023</p><a href='/o/b.pdf'>"
	    "The short case of the bridge</a></div>"), NULL,
	    "/o/a.pdf|The long case of the harbour|2023-02-09\n/o/b.pdf|The short case of the bridge|2023-02-08\n");
}

static void
links_in_a_flat_page_are_rows_too(void **state)
{
	gives(PAGE("<div><p><b>2023-02-09</b> <a href='/d/901'>Decision on the harbour dues</a><br>"
	    "<b>2023-02-08</b> <a href='/d/902'>Decision on the bridge tolls</a><br>"
	    "<b>2023-02-07</b> <a href='/d/903'>Decision on the ferry fares</a><br></p></div>"), NULL,
	    "/d/901|Decision on the harbour dues|2023-02-09\n/d/902|Decision on the bridge tolls|2023-02-08\n"
	    "/d/903|Decision on the ferry fares|2023-02-07\n");
}

static void
pages_and_archives_are_no_documents(void **state)
{
	static const char page[] = PAGE("<ul class=news><li>09.02.2023 <a href='/n/1'>Minister opens the harbour</a>"
	    "<li>08.02.2023 <a href='/n/2'>Statement on the summit</a></ul><div class=pager><a href='?p=2'>2</a> "
	    "<a href='?p=3'>3</a> <a href='?p=2'>Next</a></div><h3>Archive</h3><ul><li><a href='/n/2022'>"
	    "January 2023</a><li><a href='/n/2021'>December 2022</a><li><a href='/n/2020'>November 2022</a></ul>");
	CLEANUP(candidates_freep) struct candidates *c = NULL;

	gives(page, NULL, "/n/1|Minister opens the harbour|2023-02-09\n/n/2|Statement on the summit|2023-02-08\n");
	c = read_page(page, NULL);
	assert_int_equal(c->more_count, 1);
	assert_string_equal(c->more[0], URL "?p=2");
}

static void
the_order_of_numeric_dates_is_learned_from_the_page(void **state)
{
	gives(PAGE("<ul><li><a href='/n/1'>Minister opens the harbour</a> 02/05/2023<li><a href='/n/2'>"
	    "Statement on the summit</a> 02/05/2023<li><a href='/n/3'>Agreement on fisheries</a> 01/05/2023"
	    "<li><a href='/n/4'>Visit of the delegation</a> 28/04/2023</ul>"), NULL,
	    "/n/1|Minister opens the harbour|2023-05-02\n/n/2|Statement on the summit|2023-05-02\n"
	    "/n/3|Agreement on fisheries|2023-05-01\n/n/4|Visit of the delegation|2023-04-28\n");
	gives(PAGE("<ul><li><a href='/n/1'>Minister opens the harbour</a> 05/03/2023<li><a href='/n/2'>"
	    "Statement on the summit</a> 05/02/2023<li><a href='/n/3'>Agreement on fisheries</a> 05/01/2023</ul>"),
	    NULL, "/n/1|Minister opens the harbour|2023-05-03\n/n/2|Statement on the summit|2023-05-02\n"
	    "/n/3|Agreement on fisheries|2023-05-01\n");
}

static void
selectors_say_which_links_titles_and_dates(void **state)
{
	static const char page[] = PAGE("<div id=x><p class=r><i>Harbour</i> <a href='/1'>more</a> <u>9.2.2023</u></p>"
	    "<p class=r><i>Bridge</i> <a href='/2'>more</a> <u>8.2.2023</u></p></div><p><a href='/3'>Other</a></p>");
	struct discover_opts css = { .select_links = "#x a", .select_title = "i", .select_date = "u",
	    .language = "de" };
	struct discover_opts xpath = { .select_links = "//p[@class='r']", .select_title = "//i" };

	gives(page, &css, "/1|Harbour|2023-02-09\n/2|Bridge|2023-02-08\n");
	gives(page, &xpath, "/1|Harbour|2023-02-09\n/2|Bridge|2023-02-08\n");
}

static void
a_selector_that_matches_nothing_is_named(void **state)
{
	static const struct { struct discover_opts o; const char *word; } cases[] = {
		{ { .select_links = "#none a" }, "select.links \"#none a\"" },
		{ { .select_links = "a", .select_title = "h7" }, "select.title \"h7\"" },
		{ { .select_links = "a", .select_date = ".date" }, "select.date \".date\"" },
		{ { .select_links = "a[" }, "selector" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct discover_opts o = cases[i].o;
		struct candidates *c = NULL;
		struct err err = { 0 };

		o.url = URL;
		assert_int_equal(discover("<p><a href='/1'>x</a>", 21, &o, &c, &err), -1);
		assert_int_equal(err.class, ERR_CONFIG);
		if (strstr(err.text, cases[i].word) == NULL)
			fail_msg("%s", err.text);
	}
}

static void
the_head_names_feeds_and_language(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = read_page("<html lang=vi><head><title> Tin t\xe1\xbb\xa9" "c </title>"
	    "<link rel=alternate type='application/rss+xml' href='/rss.xml'><link rel=next href='?p=2'>"
	    "<link rel=alternate hreflang=en href='/en/'></head><body><p>x</body></html>", NULL);

	assert_string_equal(c->title, "Tin t\xe1\xbb\xa9" "c");
	assert_string_equal(c->language, "vi");
	assert_int_equal(c->feeds_count, 1);
	assert_string_equal(c->feeds[0], "https://www.ministry.example/rss.xml");
	assert_int_equal(c->more_count, 1);
	assert_false(c->truncated);
}

static void
a_flood_of_links_ends(void **state)
{
	struct discover_opts o = { .url = URL };
	CLEANUP(candidates_freep) struct candidates *c = NULL;
	struct buf b = BUF_INIT(32 << 20);

	buf_adds(&b, "<html><body>");
	for (int i = 0; i < 60000; i++)
		buf_addf(&b, "<div><a href='/press/release-number-%d'>Press release number %d of the day</a> "
		    "2023-02-0%d</div>", i, i, i % 9 + 1);
	assert_int_equal(discover(b.data, b.len, &o, &c, NULL), 0);
	assert_int_equal(c->count, DISCOVER_MAX_LINKS);
	assert_true(c->cut);
	assert_true(c->truncated);
	buf_done(&b);
}

static void
a_list_whose_shape_is_known_is_not_read_again(void **state)
{
	static const char *const pages[] = {
		"<meta name=csrf content=1><ul><li><a href=/press/1.html>The first of the releases</a> 9 Feb 2023<li>"
		"<a href=/press/2.html>The second of the releases</a> 8 Feb 2023<li><a href=/press/3.html>The third of the "
		"releases</a> 7 Feb 2023</ul>",
		"<meta name=csrf content=2><ul><li><a href=/press/1.html>The first of the releases</a> 9 Feb 2023<li>"
		"<a href=/press/2.html>The second of the releases</a> 8 Feb 2023<li><a href=/press/3.html>The third of the "
		"releases</a> 7 Feb 2023</ul>",
		"<meta name=csrf content=3><ul><li><a href=/press/4.html>The fourth of the releases</a> 9 Feb 2023<li>"
		"<a href=/press/2.html>The second of the releases</a> 8 Feb 2023<li><a href=/press/3.html>The third of the "
		"releases</a> 7 Feb 2023</ul>",
	};
	struct discover_opts o = { .url = "http://192.0.2.1/news/", .kind = KIND_LISTING };
	struct candidates *c = NULL;

	for (size_t i = 0; i < 4; i++) {
		o.url = i < 3 ? "http://192.0.2.1/news/" : "http://192.0.2.2/news/";
		assert_int_equal(discover(pages[i % 3], strlen(pages[i % 3]), &o, &c, NULL), 0);
		assert_true(c->same == (i == 1));
		assert_int_equal(c->count, i == 1 ? 0 : 3);
		assert_true(c->shape != 0);
		o.known_shape = c->shape;
		candidates_free(c);
		c = NULL;
	}
	o.select_links = "li a";
	o.known_shape = 0;
	assert_int_equal(discover(pages[0], strlen(pages[0]), &o, &c, NULL), 0);
	assert_true(c->shape == 0);	/* a selector may look at what the shape leaves out */
	candidates_free(c);
}

/* Three rows whose dates are said like this, and the days that they are; NULL: none. */
static void
dated(const char *lang, const char *first, const char *second, const char *third, const char *days)
{
	char page[1000], want[400];
	int n = snprintf(page, sizeof(page), "<html lang=%s><body><h1>Press</h1>"
	    "<div class=n><a href='/press/1'>Minister opens the new harbour</a><p>%s</p></div>"
	    "<div class=n><a href='/press/2'>Statement on the summit of neighbours</a><p>%s</p></div>"
	    "<div class=n><a href='/press/3'>Agreement on fisheries signed</a><p>%s</p></div>", lang, first, second, third);

	assert_true(n > 0 && (size_t)n < sizeof(page));
	if (days == NULL) {
		gives(page, NULL, "/press/1|Minister opens the new harbour|\n/press/2|Statement on the summit of neighbours|\n"
		    "/press/3|Agreement on fisheries signed|\n");
		return;
	}
	snprintf(want, sizeof(want), "/press/1|Minister opens the new harbour|%.10s\n/press/2|Statement on the summit of neighbours|%.10s\n"
	    "/press/3|Agreement on fisheries signed|%.10s\n", days, days + 11, days + 22);
	gives(page, NULL, want);
}

static void
dates_that_count_back_from_now_are_days(void **state)
{
	dated("en", "3 hours ago", "Yesterday, 10:15", "12 days ago", "2023-11-14 2023-11-13 2023-11-02");
	dated("de", "vor 40 Minuten", "Gestern", "vor 2 Wochen", "2023-11-14 2023-11-13 2023-10-31");
	dated("fr", "il y a 23 heures", "Hier", "il y a 5 jours", "2023-11-13 2023-11-13 2023-11-09");
	dated("vi", "1 ng\xc3\xa0y tr\xc6\xb0\xe1\xbb\x9b" "c", "2 ng\xc3\xa0y tr\xc6\xb0\xe1\xbb\x9b" "c",
	    "3 tu\xe1\xba\xa7n tr\xc6\xb0\xe1\xbb\x9b" "c", "2023-11-13 2023-11-12 2023-10-24");
	dated("ja", "30\xe5\x88\x86\xe5\x89\x8d", "3\xe6\x99\x82\xe9\x96\x93\xe5\x89\x8d", "2\xe6\x97\xa5\xe5\x89\x8d",
	    "2023-11-14 2023-11-14 2023-11-12");
	dated("ru", "2 \xd1\x87\xd0\xb0\xd1\x81\xd0\xb0 \xd0\xbd\xd0\xb0\xd0\xb7\xd0\xb0\xd0\xb4", "\xd0\x92\xd1\x87\xd0\xb5\xd1\x80\xd0\xb0",
	    "3 \xd0\xb4\xd0\xbd\xd1\x8f \xd0\xbd\xd0\xb0\xd0\xb7\xd0\xb0\xd0\xb4", "2023-11-14 2023-11-13 2023-11-11");
	/* what is no phrase of the kind, and a date of its own beside one */
	dated("en", "3 hours of talks", "2 days", "for members", NULL);
	dated("en", "<time datetime='2023-11-10'>4 days ago</time>", "<span title='9 November 2023'>5 days ago</span>",
	    "<abbr title='2023-11-01'>2 weeks ago</abbr>", "2023-11-10 2023-11-09 2023-11-01");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_list_with_dates_is_found),
		cmocka_unit_test(date_headings_date_what_follows),
		cmocka_unit_test(cards_with_picture_and_title_are_one_each),
		cmocka_unit_test(tables_give_titles_from_other_cells),
		cmocka_unit_test(the_date_that_is_labelled_as_publication_counts),
		cmocka_unit_test(links_in_a_flat_page_are_rows_too),
		cmocka_unit_test(pages_and_archives_are_no_documents),
		cmocka_unit_test(the_order_of_numeric_dates_is_learned_from_the_page),
		cmocka_unit_test(selectors_say_which_links_titles_and_dates),
		cmocka_unit_test(a_selector_that_matches_nothing_is_named),
		cmocka_unit_test(the_head_names_feeds_and_language),
		cmocka_unit_test(a_flood_of_links_ends),
		cmocka_unit_test(a_list_whose_shape_is_known_is_not_read_again),
		cmocka_unit_test(dates_that_count_back_from_now_are_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
