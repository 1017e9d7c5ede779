/* test_select: CSS and XPath to nodes. */
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
#include "markup/html.h"
#include "markup/select.h"
#include "markup/tree.h"
#include "base/banned.h"

static const char page[] =
    "<body id=top><div id='news' class='list main'><h2>News</h2><ul>"
    "<li class='item first'><a id=a href='/press/1.html' title=One>1</a></li>"
    "<li class=item><a id=b href='/press/2.PDF' lang=en-GB>2</a><span id=s></span></li>"
    "<li class='item last'><a id=c href='http://x.example/3' data-q=\"it's\">3</a><p id=p>d</p></li>"
    "</ul><p id=q>text</p></div><div id=n2><a id=d href='#'>top</a><p id=r class='a-b c_d'>it\'s</p></div>";

/* Ids of what a selector picks, parted by blanks. */
static void
picks(const char *selector, const char *want)
{
	CLEANUP(html_freep) struct html *h = NULL;
	CLEANUP(select_freep) struct select *s = NULL;
	CLEANUP(freep) xmlNodePtr *nodes = NULL;
	struct buf got = BUF_INIT(1000);
	struct err err = { 0 };
	int n;

	assert_int_equal(html_parse(page, strlen(page), NULL, "http://x/", &h, NULL), 0);
	if (select_compile(selector, &s, &err) < 0)
		fail_msg("%s", err.text);
	n = select_all(s, h->doc, NULL, 100, &nodes, &err);
	if (n < 0)
		fail_msg("%s: %s", selector, err.text);
	for (int i = 0; i < n; i++) {
		const char *id = tree_attr(nodes[i], "id");

		buf_addf(&got, "%s%s", i > 0 ? " " : "", id != NULL ? id : (const char *)nodes[i]->name);
	}
	if (strcmp(buf_str(&got), want) != 0)
		fail_msg("%s -> %s: got \"%s\", wanted \"%s\"", selector, select_xpath(s), buf_str(&got), want);
	buf_done(&got);
}

static void
selectors_pick_what_css_says(void **state)
{
	static const struct { const char *css, *want; } cases[] = {
		{ "a", "a b c d" }, { "A", "a b c d" }, { "#news a", "a b c" }, { "#news > a", "" },
		{ "li.item > a", "a b c" }, { ".item.first a", "a" }, { "li.ite a", "" },
		{ "a[title]", "a" }, { "a[href='/press/1.html']", "a" }, { "a[href^='/press/']", "a b" },
		{ "a[href$='.PDF']", "b" }, { "a[href$='.pdf']", "" }, { "a[href$='.pdf' i]", "b" },
		{ "a[href*=example]", "c" }, { "a[lang|=en]", "b" }, { "li[class~=last] a", "c" },
		{ "a[data-q=\"it's\"]", "c" }, { "li:first-child a", "a" }, { "li:last-child > a", "c" },
		{ "li:nth-child(2) a", "b" }, { "li:nth-child(odd) a", "a c" }, { "li:nth-child(2n) a", "b" },
		{ "li:nth-child(n+2) a", "b c" }, { "li:nth-child(-n+2) a", "a b" },
		{ "li:nth-last-child(1) a", "c" }, { "p:first-of-type", "p q r" }, { "p:nth-of-type(1)", "p q r" },
		{ "a:only-child", "a" }, { "span:empty", "s" }, { "li:not(.first) a", "b c" },
		{ "li:not(:first-child):not(.last) a", "b" }, { "a:not([href^='/'])", "c d" },
		{ "a:contains('3')", "c" }, { "h2 + ul a", "a b c" }, { "h2 ~ p", "q" }, { "a + p", "p r" },
		{ "h2, p#q , #d", "h2 q d" }, { "*[id=d]", "d" }, { "p.a-b.c_d", "r" },
		{ ".main p:last-of-type", "p q" }, { "li:not(.first, .last) a", "b" }, { "#a\\.b", "" },
		{ "p:contains(\"it's\")", "r" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		picks(cases[i].css, cases[i].want);
}

static void
xpath_is_taken_as_it_is(void **state)
{
	picks("//li[2]/a", "b");
	picks("(//a)[1]", "a");
	picks("//a/@href", "a b c d");
	picks("//p/text()", "p q r");
}

static void
a_bad_selector_names_the_character(void **state)
{
	static const struct { const char *css, *where; } cases[] = {
		{ "", "empty" }, { "a >", "character 4" }, { "li[", "character 4" }, { "a:hover2", "pseudo" },
		{ "a::before", "pseudo-elements" }, { "..x", "character 2" }, { "a[href='x]", "quotation" },
		{ "//a[", "XPath" }, { "a:nth-child(x)", "number" }, { "a,", "character 3" },
		{ "a}b", "character 2" }, { "*:first-of-type", "element name" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct select *s = NULL;
		struct err err = { 0 };

		assert_int_equal(select_compile(cases[i].css, &s, &err), -1);
		assert_int_equal(err.class, ERR_CONFIG);
		if (strstr(err.text, cases[i].where) == NULL)
			fail_msg("%s: %s", cases[i].css, err.text);
		assert_null(s);
	}
}

static void
within_a_row_only_what_stands_below_it(void **state)
{
	CLEANUP(html_freep) struct html *h = NULL;
	static const char *const rows[] = { "li:nth-child(2)", "//li[2]" };
	static const char *const inner[] = { "a", "//a" };

	assert_int_equal(html_parse(page, strlen(page), NULL, "http://x/", &h, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(select_freep) struct select *row = NULL, *in = NULL;
		xmlNodePtr li, a;

		assert_int_equal(select_compile(rows[i], &row, NULL), 0);
		assert_int_equal(select_compile(inner[i], &in, NULL), 0);
		li = select_first(row, h->doc, NULL);
		assert_non_null(li);
		a = select_first(in, h->doc, li);
		assert_string_equal(tree_attr(a, "id"), "b");
	}
}

static void
more_nodes_than_allowed_is_a_limit_error(void **state)
{
	CLEANUP(html_freep) struct html *h = NULL;
	CLEANUP(select_freep) struct select *s = NULL;
	xmlNodePtr *nodes = NULL;
	struct err err = { 0 };

	assert_int_equal(html_parse(page, strlen(page), NULL, "http://x/", &h, NULL), 0);
	assert_int_equal(select_compile("a", &s, NULL), 0);
	assert_int_equal(select_all(s, h->doc, NULL, 2, &nodes, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	assert_null(nodes);
}

static void
a_costly_selector_ends(void **state)
{
	CLEANUP(html_freep) struct html *h = NULL;
	CLEANUP(select_freep) struct select *s = NULL;
	struct buf b = BUF_INIT(8 << 20);
	xmlNodePtr *nodes = NULL;
	struct err err = { 0 };

	for (int i = 0; i < 50000; i++)
		buf_adds(&b, "<p>");
	assert_int_equal(html_parse(b.data, b.len, NULL, "http://x/", &h, NULL), 0);
	buf_done(&b);
	assert_int_equal(select_compile("p:nth-child(3n)", &s, NULL), 0);
	assert_int_equal(select_all(s, h->doc, NULL, 100000, &nodes, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selectors_pick_what_css_says),
		cmocka_unit_test(xpath_is_taken_as_it_is),
		cmocka_unit_test(a_bad_selector_names_the_character),
		cmocka_unit_test(within_a_row_only_what_stands_below_it),
		cmocka_unit_test(more_nodes_than_allowed_is_a_limit_error),
		cmocka_unit_test(a_costly_selector_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
