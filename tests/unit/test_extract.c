/* What extract.h promises: the form of the body, selectors, what is no page, and bounded work. */
#include "tests/unit/extract_fixture.h"
#include "base/buf.h"
#include "base/unicode.h"
#include "base/banned.h"

static void
body_holds(const char *html, const char *want)
{
	CLEANUP(document_freep) struct document *doc = document_of(html, NULL);

	if (doc->text == NULL || strstr(doc->text, want) == NULL)
		fail_msg("wanted '%s' in '%s'", want, doc->text != NULL ? doc->text : "(none)");
}

static void
body_lacks(const char *html, const char *stranger)
{
	CLEANUP(document_freep) struct document *doc = document_of(html, NULL);

	assert_non_null(doc->text);
	if (strstr(doc->text, stranger) != NULL)
		fail_msg("'%s' is no body text, but stands in '%s'", stranger, doc->text);
}

static void
lists_tables_and_lines_keep_their_form(void **state)
{
	static const struct { const char *html, *want; } cases[] = {
		{ "<ol><li>Clearing of the old quay, which takes two months.</li><li>Driving of the piles, by day only.</li></ol>",
		  "\n\n  1. Clearing of the old quay, which takes two months.\n  2. Driving of the piles, by day only." },
		{ "<ol start=3><li>Clearing of the old quay, which takes two months.</li><li>Driving of the piles, by day.</li></ol>",
		  "  3. Clearing of the old quay, which takes two months.\n  4. Driving" },
		{ "<ol type=a><li>Clearing of the old quay, which takes two months.</li><li>Driving of the piles, by day.</li></ol>",
		  "  a. Clearing of the old quay, which takes two months.\n  b. Driving" },
		{ "<ol type=I start=4><li>Clearing of the old quay, which takes two months.</li><li>Driving of the piles.</li></ol>",
		  "  IV. Clearing of the old quay, which takes two months." },
		{ "<ul><li>Clearing of the old quay, which takes two months.</li><li>Driving of the piles, by day only.</li></ul>",
		  "  • Clearing of the old quay, which takes two months.\n  • Driving of the piles, by day only." },
		{ "<table><tr><th>Part of the wall</th><th>Length in metres</th></tr><tr><td>Northern wall</td><td>410</td></tr>"
		  "<tr><td>Southern wall</td><td>620</td></tr></table>",
		  "Part of the wall | Length in metres\nNorthern wall | 410\nSouthern wall | 620" },
		{ "<address>Port Office<br>Harbour Street 12<br>24103 Westhaven</address>",
		  "Port Office\nHarbour Street 12\n24103 Westhaven" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT(65536);
		const struct extract_opts opts = { .url = PAGE_URL, .select_body = "main" };
		CLEANUP(document_freep) struct document *doc = NULL;

		buf_addf(&b, "<html lang=en><body><main>" H1 PROSE "%s" PROSE "</main></body></html>", cases[i].html);
		doc = document_of(buf_str(&b), &opts);
		if (doc->text == NULL || strstr(doc->text, cases[i].want) == NULL)
			fail_msg("wanted '%s' in '%s'", cases[i].want, doc->text);
		buf_done(&b);
	}
}

static void
what_stands_around_the_body_is_left_out(void **state)
{
	body_lacks(PAGE("", "<nav><a href=/>Front page</a></nav><main>" H1 PROSE PROSE_1 PROSE_2 "</main>"), "Front page");
	body_lacks(PAGE("", "<main>" H1 PROSE PROSE "</main><footer>Copyright 2019 Port Office</footer>"), "Copyright");
	body_lacks(PAGE("", "<main>" H1 PROSE PROSE "<div class=share><a href=#f>Share this</a></div></main>"), "Share this");
	body_lacks(PAGE("", "<main>" H1 PROSE PROSE "<div class=backlink><a href=/>Back to News</a></div></main>"), "Back to");
	body_lacks(PAGE("", "<main>" H1 "<figure><img src=a.jpg><figcaption>The old quay (Photo: Port)</figcaption></figure>"
	    PROSE PROSE "</main>"), "The old quay");
	body_lacks(PAGE("", "<main>" H1 PROSE PROSE "</main>"), "Harbour wall to be built");
}

static void
a_lead_under_the_headline_is_body(void **state)
{
	body_holds(PAGE("", "<article>" H1 "<div class=sapo>After two floods the lower town gets what it has asked for.</div>"
	    "<div class=content>" PROSE PROSE "</div></article>"), "After two floods");
}

static void
captions_have_a_field_of_their_own(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("", "<main>" H1
	    "<figure><img src=a.jpg><figcaption>The old quay (Photo: Port)</figcaption></figure>" PROSE
	    "<div class=photo><img src=b.jpg><div class=caption>Waves in November</div></div>" PROSE
	    "<p>The quay at dawn (Image: GETTY )</p>" PROSE "</main>"), NULL);

	assert_int_equal(doc->captions_count, 3);
	assert_string_equal(doc->captions[0], "The old quay (Photo: Port)");
	assert_string_equal(doc->captions[1], "Waves in November");
	assert_string_equal(doc->captions[2], "The quay at dawn (Image: GETTY )");
}

static void
selectors_decide_where_they_match(void **state)
{
	static const char *const remove[] = { ".box" };
	const struct extract_opts opts = { .url = PAGE_URL, .select_body = "#text", .select_title = "h2.real",
	    .select_date = "p.when", .select_remove = remove, .select_remove_count = 1 };
	CLEANUP(document_freep) struct document *doc = document_of(PAGE("", "<h1>Port Office</h1><h2 class=real>Wall</h2>"
	    "<p class=when>9 February 2023</p><div id=text><p>Short text.</p><p class=box>Shop</p></div><div>" PROSE "</div>"), &opts);
	char iso[DATE_ISO_MAX];

	assert_string_equal(doc->text, "Short text.");
	assert_string_equal(doc->title, "Wall");
	assert_string_equal(date_iso(&doc->published, iso), "2023-02-09");
	assert_int_equal(doc->published.source, DATE_FROM_SELECTOR);
}

static void
a_malformed_selector_is_the_administrators_mistake(void **state)
{
	const struct extract_opts opts = { .url = PAGE_URL, .select_body = "div[" };
	struct document *doc = NULL;
	struct err err = { 0 };

	assert_int_equal(extract_page("<p>x", 4, &opts, &doc, &err), -1);
	assert_int_equal(err.class, ERR_CONFIG);
	assert_null(doc);
}

static void
what_is_no_page_is_refused_by_name(void **state)
{
	static const struct { const char *bytes; size_t n; const char *kind; } cases[] = {
		{ "%PDF-1.7 ....", 13, "PDF" }, { "\x89PNG\r\n\x1a\n", 8, "PNG" }, { "\xff\xd8\xff\xe0", 4, "JPEG" },
		{ "GIF89a", 6, "GIF" }, { "PK\x03\x04zz", 6, "ZIP" },
	};
	const struct extract_opts opts = { .url = PAGE_URL };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct document *doc = NULL;
		struct err err = { 0 };

		assert_int_equal(extract_page(cases[i].bytes, cases[i].n, &opts, &doc, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		assert_non_null(strstr(err.text, cases[i].kind));
		assert_null(doc);
	}
}

static void
a_page_without_text_says_so(void **state)
{
	CLEANUP(document_freep) struct document *doc = document_of("<html><body><script>app()</script></body></html>", NULL);

	assert_int_equal(doc->text_state, TEXT_NONE);
	assert_null(doc->text);
	assert_non_null(doc->trouble);
}

static void
plain_text_becomes_paragraphs(void **state)
{
	const struct extract_opts opts = { .url = PAGE_URL, .content_type = "text/plain; charset=utf-8" };
	CLEANUP(document_freep) struct document *doc = document_of("Harbour wall\n\nWork begins in spring.\n\nIt ends in autumn.", &opts);

	assert_string_equal(doc->title, "Harbour wall");
	assert_string_equal(doc->text, "Work begins in spring.\n\nIt ends in autumn.");
}

/* n copies of a piece; CPU of ten times as many must stay far below a hundred times. */
static struct document *
document_of_many(const char *piece, size_t n)
{
	const struct extract_opts opts = { .url = PAGE_URL };
	struct buf b = BUF_INIT(64u << 20);
	struct document *doc = NULL;
	struct err err;

	buf_adds(&b, "<html><body>");
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, piece);
	(void)extract_page(buf_str(&b), b.len, &opts, &doc, &err);
	buf_done(&b);
	return doc;
}

static void
long_pages_cost_time_in_proportion(void **state)
{
	static const char *const pieces[] = { "<p>Work begins in spring, says the port office.</p>", "<div class=a>x",
	    "<a href=/x>9 May 2023</a> ", "<ol><li>word", "<h2>Head 1 May 2020</h2>", "<time datetime=2020-01-02>", "<br>x",
	    "<table><tr><td>1", "<li>a" };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		CLEANUP(document_freep) struct document *doc = document_of_many(pieces[i], 20000);
	}
}

static void
equal_bytes_give_equal_documents(void **state)
{
	CLEANUP(document_freep) struct document *a = document_of(PAGE("", "<main>" H1 PROSE "</main>"), NULL);
	CLEANUP(document_freep) struct document *b = document_of(PAGE("", "<main>" H1 PROSE "</main>"), NULL);

	assert_string_equal(a->text, b->text);
	assert_true(utf8_valid(a->text, strlen(a->text)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_tables_and_lines_keep_their_form),
		cmocka_unit_test(what_stands_around_the_body_is_left_out),
		cmocka_unit_test(a_lead_under_the_headline_is_body),
		cmocka_unit_test(captions_have_a_field_of_their_own),
		cmocka_unit_test(selectors_decide_where_they_match),
		cmocka_unit_test(a_malformed_selector_is_the_administrators_mistake),
		cmocka_unit_test(what_is_no_page_is_refused_by_name),
		cmocka_unit_test(a_page_without_text_says_so),
		cmocka_unit_test(plain_text_becomes_paragraphs),
		cmocka_unit_test(long_pages_cost_time_in_proportion),
		cmocka_unit_test(equal_bytes_give_equal_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
