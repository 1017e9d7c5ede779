/* test_tree: walks and texts of a tree. */
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
#include "markup/tree.h"
#include "base/banned.h"

static struct html *
parse(const char *page)
{
	struct html *h = NULL;

	assert_int_equal(html_parse(page, strlen(page), "text/html; charset=utf-8", "http://x/", &h, NULL), 0);
	return h;
}

static xmlNodePtr
first(struct html *h, const char *name)
{
	xmlNodePtr root = xmlDocGetRootElement(h->doc);

	for (xmlNodePtr at = root; at != NULL; at = tree_next(at, root, false)) {
		if (tree_is(at, name))
			return at;
	}
	return NULL;
}

static void
blocks_part_words_and_inline_elements_do_not(void **state)
{
	static const struct { const char *page, *text; } cases[] = {
		{ "<p>Tre<b>as</b>ury<p>two", "Treasury two" },
		{ "<ul><li>a<li>b</ul>c", "a b c" },
		{ "a<br>b", "a b" },
		{ "<table><tr><td>a</td><td>b</td></tr></table>", "a b" },
		{ "<div><span>a</span></div><span>b</span>", "a b" },
		{ "a<!-- no -->b<style>p{}</style><noscript>x</noscript>", "ab" },
		{ "<section><h2>t</h2>x</section>y", "t x y" },
		{ "a\xc2\xa0 \n b", "a b" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(html_freep) struct html *h = parse(cases[i].page);
		CLEANUP(freep) char *line = tree_line(first(h, "body"));

		assert_string_equal(line, cases[i].text);
	}
}

static void
a_walk_stays_within_its_root(void **state)
{
	CLEANUP(html_freep) struct html *h = parse("<div><p>a<i>b</i></p></div><hr>");
	xmlNodePtr root = first(h, "div"), at;
	int elements = 0;

	for (at = root; at != NULL; at = tree_next(at, root, false))
		elements += at->type == XML_ELEMENT_NODE;
	assert_int_equal(elements, 3);
	assert_null(tree_next(root, root, true));
}

static void
attributes_and_classes_are_looked_up(void **state)
{
	CLEANUP(html_freep) struct html *h = parse("<div CLASS='a  news\tb' id='x' data-e=''>t</div>");
	xmlNodePtr div = first(h, "DIV");

	assert_string_equal(tree_attr(div, "id"), "x");
	assert_string_equal(tree_attr(div, "data-e"), "");
	assert_null(tree_attr(div, "href"));
	assert_true(tree_has_class(div, "news"));
	assert_false(tree_has_class(div, "new"));
	assert_true(tree_is_block(div));
}

static void
hidden_elements_are_known(void **state)
{
	static const struct { const char *page; bool hidden; } cases[] = {
		{ "<div hidden>x</div>", true }, { "<div aria-hidden=true>x</div>", true },
		{ "<div style='color:red; DISPLAY : none'>x</div>", true },
		{ "<div style='display:block'>x</div>", false }, { "<div aria-hidden=false>x</div>", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(html_freep) struct html *h = parse(cases[i].page);

		assert_int_equal(tree_is_hidden(first(h, "div")), cases[i].hidden);
	}
}

static void
html5_elements_are_blocks(void **state)
{
	static const char *const block[] = { "article", "section", "main", "header", "footer", "aside",
		"nav", "figure", "figcaption", "details", "td", "h6", "br" };
	static const char *const inline_[] = { "span", "a", "b", "time", "em", "img", "abbr" };
	xmlNode node = { .type = XML_ELEMENT_NODE };

	for (size_t i = 0; i < sizeof(block) / sizeof(block[0]); i++) {
		node.name = (const xmlChar *)block[i];
		assert_true(tree_is_block(&node));
	}
	for (size_t i = 0; i < sizeof(inline_) / sizeof(inline_[0]); i++) {
		node.name = (const xmlChar *)inline_[i];
		assert_false(tree_is_block(&node));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_part_words_and_inline_elements_do_not),
		cmocka_unit_test(a_walk_stays_within_its_root),
		cmocka_unit_test(attributes_and_classes_are_looked_up),
		cmocka_unit_test(hidden_elements_are_known),
		cmocka_unit_test(html5_elements_are_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
