/* test_html: pages as trees, and what is refused before the parser sees it. */
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
#include "markup/html.h"
#include "markup/tree.h"
#include "base/banned.h"

static struct html *
parse(const char *page, const char *content_type)
{
	struct html *h = NULL;
	struct err err = { 0 };

	if (html_parse(page, strlen(page), content_type, "http://example.org/a/b.html", &h, &err) < 0)
		fail_msg("%s", err.text);
	return h;
}

static void
a_page_is_decoded_before_it_is_parsed(void **state)
{
	static const struct { const char *page, *type, *text; } cases[] = {
		{ "<meta charset=shift_jis><p>\x83\x65\x83\x58\x83\x67", NULL, "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88" },
		{ "<p>\xc4\xc1", "text/html; charset=koi8-r", "\xd0\xb4\xd0\xb0" },
		{ "<p>ch\xe1\xbb\xa7", "text/html; charset=iso-8859-1", "ch\xe1\xbb\xa7" },
		{ "<meta charset=koi8-r><p>ch\xe1\xbb\xa7", NULL, "ch\xe1\xbb\xa7" },
		{ "<p>caf\xe9 &amp; &eacute; &#8217;", NULL, "caf\xc3\xa9 & \xc3\xa9 \xe2\x80\x99" },
		{ "<p>a<script>var x = '<p>no</p>';</script>b", NULL, "ab" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(html_freep) struct html *h = parse(cases[i].page, cases[i].type);
		CLEANUP(freep) char *line = tree_line(xmlDocGetRootElement(h->doc));

		assert_string_equal(line, cases[i].text);
	}
}

static void
nul_bytes_do_not_end_the_page(void **state)
{
	CLEANUP(html_freep) struct html *h = NULL;

	assert_int_equal(html_parse("<p>a\0b<p>c</body>", 17, NULL, "http://x/", &h, NULL), 0);
	CLEANUP(freep) char *line = tree_line(xmlDocGetRootElement(h->doc));
	assert_string_equal(line, "ab c");
	assert_true(h->complete);
}

static void
the_base_element_is_resolved(void **state)
{
	static const struct { const char *page, *base; } cases[] = {
		{ "<p>x", "http://example.org/a/b.html" },
		{ "<base href='/c/'><p>x", "http://example.org/c/" },
		{ "<base target=_top><base href='http://y.example/'><p>x", "http://y.example/" },
		{ "<base href='javascript:x'><p>x", "http://example.org/a/b.html" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(html_freep) struct html *h = parse(cases[i].page, NULL);

		assert_string_equal(h->base_href, cases[i].base);
	}
}

static void
what_is_no_page_is_refused_with_its_name(void **state)
{
	static const struct { const char *page; size_t n; const char *word; } cases[] = {
		{ "", 0, "empty" }, { " \n\t", 3, "blanks" }, { "%PDF-1.4 x", 10, "PDF" },
		{ "\x1f\x8b\x08", 3, "gzip" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct html *h = NULL;
		struct err err = { 0 };

		assert_int_equal(html_parse(cases[i].page, cases[i].n, NULL, "", &h, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		assert_non_null(strstr(err.text, cases[i].word));
		assert_null(h);
	}
}

static struct buf
repeat(const char *head, const char *piece, size_t times, const char *tail)
{
	struct buf b = BUF_INIT(8 << 20);

	buf_adds(&b, head);
	for (size_t i = 0; i < times; i++)
		buf_addf(&b, "%s", piece);
	buf_adds(&b, tail);
	return b;
}

static void
scripts_stand_beside_the_tree_whatever_the_page_does_to_hide_them(void **state)
{
	static const struct { const char *page, *text, *scripts; } cases[] = {
		{ "<p>a<script>1 < 2</script>b<SCRIPT type=x>'</b>'</ScripT >c", "abc", "1 < 2|'</b>'|" },
		{ "<p>a<style>p::before { content: '</p>' }</style>b", "ab", "" },
		{ "<p>a<script src=x></script>b<script src='y' />c", "abc", "||" },
		{ "<p>a<script src=y/>c</script>d", "ad", "c|" },
		{ "<p>a<!-- <script>no</script> -->b<script>yes</script>", "ab", "yes|" },
		{ "<p>a<!--><script>no</script>--><!--->no--><script>1</script>c<!-- x --!>d<!---->e", "acde", "1|" },
		{ "<p>a<!-- never closed <script>no</script>", "a", "" },
		{ "<p>a<script>never closed <p>b", "a", "never closed <p>b|" },
		{ "<p title='<script>'>a</p><p title=\"</script>\">b</p>", "a b", "" },
		{ "<?php echo '<script>' ?>a", "' ?>a", "" },
		{ "<p>a</p <script>b", "a b", "" },
		{ "<p>7<script>0</script>1<script>12</script>", "71", "0|12|" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(html_freep) struct html *h = parse(cases[i].page, "text/html; charset=utf-8");
		xmlNodePtr root = xmlDocGetRootElement(h->doc);
		CLEANUP(freep) char *line = tree_line(root);
		struct buf scripts = BUF_INIT(1000);

		for (xmlNodePtr at = root; at != NULL; at = tree_next(at, root, false)) {
			if (tree_is(at, "script"))
				buf_addf(&scripts, "%s|", html_script(h, at));
		}
		assert_string_equal(line, cases[i].text);
		assert_string_equal(buf_str(&scripts), cases[i].scripts);
		buf_done(&scripts);
	}
}

static void
the_shape_of_a_page_leaves_out_what_changes_with_each_visit(void **state)
{
	static const struct { const char *page; bool same; } cases[] = {
		{ "<meta name=t content=1><p>a<!-- 1 --><script>var t = 1</script><input value=1><a href=x>l</a>", true },
		{ "<meta name=t content=27><p>a<!-- 27 --><script>var t = 27</script><input value=27><a href=x>l</a>", true },
		{ "<meta name=t content=1><p>b<!-- 1 --><script>var t = 1</script><input value=1><a href=x>l</a>", false },
		{ "<meta name=t content=1><p>a<!-- 1 --><script>var t = 1</script><input value=1><a href=y>l</a>", false },
		{ "<meta name=t content=1><p>a<!-- 1 --><script>var t = 1</script><input value=1><a href=x title=n>l</a>", false },
		{ "<meta name=t content=1><p>a<!-- 1 --><script type='application/LD+json'>1</script><input><a href=x>l</a>", false },
		{ "<meta name=t content=1><p>a<!-- 1 --><script>document.write('t')</script><input><a href=x>l</a>", false },
		{ "<meta name=t content=1><p>a<!-- 1 <input value=1><a href=x>l</a>", false },
	};
	uint64_t first = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(html_freep) struct html *h = NULL;
		uint64_t shape = first;

		assert_int_equal(html_parse_new(cases[i].page, strlen(cases[i].page), NULL, "http://x/", &shape, &h, NULL), 0);
		if (i == 0)
			first = shape;
		assert_true((shape == first) == cases[i].same);
		assert_true((h == NULL) == (cases[i].same && i > 0));
	}
}

/* Trees lie in memory of their own: several stand side by side and go in any order. */
static void
trees_live_and_go_in_any_order(void **state)
{
	struct html *trees[40];
	char page[400], want[40];

	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < 40; i++) {
			snprintf(page, sizeof(page), "<p id=a%zu>text %zu<p class='&bogus;'>&amp;</b><script>%0200d</script>", i, i, 7);
			trees[i] = parse(page, NULL);
			xmlNodePtr p = xmlGetLastChild(xmlGetLastChild(xmlDocGetRootElement(trees[i]->doc)));
			xmlNewProp(p, (const xmlChar *)"later", (const xmlChar *)"set");	/* from malloc, in the tree */
			xmlUnsetProp(p, (const xmlChar *)"later");
		}
		for (size_t k = 0; k < 40; k++) {
			size_t i = k * 7 % 40;
			CLEANUP(freep) char *line = tree_line(xmlDocGetRootElement(trees[i]->doc));

			snprintf(want, sizeof(want), "text %zu &", i);
			assert_string_equal(line, want);
			html_free(trees[i]);
		}
	}
}

static void
a_flood_of_attributes_is_a_limit_error(void **state)
{
	struct buf b = repeat("<p", " a=1", 600, ">x");
	struct html *h = NULL;
	struct err err = { 0 };

	assert_int_equal(html_parse(b.data, b.len, NULL, "", &h, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	buf_done(&b);
	b = repeat("<p>x", "<a b='c'>d</a> ", 2000, "<script>a<b c d e</script>");
	assert_int_equal(html_parse(b.data, b.len, NULL, "", &h, &err), 0);
	html_free(h);
	buf_done(&b);
}

static void
too_deep_nesting_is_said(void **state)
{
	struct buf b = repeat("<body>", "<div>", 400, "text");
	CLEANUP(html_freep) struct html *h = NULL, *flat = NULL;

	assert_int_equal(html_parse(b.data, b.len, NULL, "", &h, NULL), 0);
	assert_true(h->too_deep);
	assert_false(h->complete);
	buf_done(&b);
	b = repeat("<body>", "<div>", 100, "text");
	assert_int_equal(html_parse(b.data, b.len, NULL, "", &flat, NULL), 0);
	assert_false(flat->too_deep);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_decoded_before_it_is_parsed),
		cmocka_unit_test(nul_bytes_do_not_end_the_page),
		cmocka_unit_test(the_base_element_is_resolved),
		cmocka_unit_test(what_is_no_page_is_refused_with_its_name),
		cmocka_unit_test(scripts_stand_beside_the_tree_whatever_the_page_does_to_hide_them),
		cmocka_unit_test(the_shape_of_a_page_leaves_out_what_changes_with_each_visit),
		cmocka_unit_test(trees_live_and_go_in_any_order),
		cmocka_unit_test(a_flood_of_attributes_is_a_limit_error),
		cmocka_unit_test(too_deep_nesting_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
