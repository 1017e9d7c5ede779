/*
 * test_growth: a page ten and a hundred times as long costs ten and a hundred times as much CPU, whatever
 * it is long in. What the limits cut or refuse may cost less. CPU time is counted, not the clock; the bound leaves room for caches
 * and a busy machine, and is far below what a step with quadratic cost would take (10,000 times).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/buf.h"
#include "discover/discover.h"
#include "extract/extract.h"
#include "base/banned.h"

#define TIMES 100
#define MOST (3 * TIMES)

/* One more piece of a page of n pieces. */
typedef void add_fn(struct buf *b, size_t i, size_t n);

static void
paragraph(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<p class=\"text p%zu\">The ministry said on %zu March 2023 that item %zu, of <b>several</b>, will be "
	    "paid; nobody asked why.</p>\n", i, i % 28 + 1, i);
}

static void
link_row(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<li class=row><a href=\"/press/2023/%zu.html\">Release number %zu of the ministry</a> "
	    "<span>%zu March 2023</span></li>\n", i, i, i % 28 + 1);
}

static void
nested(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<div class=d%zu><span>Words at level %zu of the page. ", i, i);
}

static void
unclosed(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<b><i>words<table><tr><td>cell<li>item<p>text %zu</a></div>", i);
}

static void
attribute(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, i % 400 == 0 ? "><p data-x%zu=\"value\" " : "data-x%zu=\"value\" ", i);
}

static void
long_attribute(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, i == 0 ? "<p>text</p><img alt='words %zu" : i + 1 == n ? "words'><p>%zu</p>" : "words and words %zu", i);
}

static void
classes(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, i == 0 ? "<p class='c%zu" : i + 1 == n ? "'>text %zu</p>" : " name-of-%zu", i);
}

static void
cells(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, i % 500 == 0 ? "<tr><td><a href='/a/%zu.pdf'>first</a>" : "<td>%zu</td>", i);
}

static void
script(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, i == 0 ? "<p>text</p><script>var a%zu = 1;\n" : "a[%zu] = '<b>' + \"</p>\" + 1 < 2;\n", i);
}

static void
comment(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<!-- %zu -- - > --><!--x", i);
}

static void
open_brackets(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<<%zu <! </ < a &%zu; &#%zu; ", i, i, i);
}

static void
one_word(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "letters%zu", i);
}

static void
json_ld(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Number %zu\",\"articleBody\":"
	    "\"Words of body %zu that say little.\"}</script><p>Words of body %zu that say little.</p>", i, i, i);
}

static void
item(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<item><title>Release %zu</title><link>http://192.0.2.1/%zu.html</link><guid>g%zu</guid><pubDate>Thu, "
	    "09 Feb 2023 07:45:00 GMT</pubDate><description><![CDATA[<p>Words &amp; words.</p>]]></description></item>\n",
	    i, i, i);
}

static void
entry(struct buf *b, size_t i, size_t n)
{
	buf_addf(b, "<url><loc>http://192.0.2.1/%zu.html</loc><lastmod>2023-02-09</lastmod></url>\n", i);
}

enum how { EXTRACT, LISTING, FEED, SITEMAP };

static const struct shape {
	const char *name;
	enum how how;
	const char *head;
	add_fn *add;
	size_t pieces;		/* of the shortest page */
} shapes[] = {
	{ "paragraphs", EXTRACT, "<title>Title</title><h1>Title</h1>", paragraph, 40 },
	{ "links", EXTRACT, "<title>Title</title><h1>Title</h1><ul>", link_row, 40 },
	{ "depth", EXTRACT, "<title>Title</title><h1>Title</h1>", nested, 20 },
	{ "unclosed elements", EXTRACT, "<h1>Title</h1>", unclosed, 20 },
	{ "attributes", EXTRACT, "<h1>Title</h1><p ", attribute, 400 },
	{ "a long attribute", EXTRACT, "<h1>Title</h1>", long_attribute, 200 },
	{ "classes", EXTRACT, "<h1>Title</h1>", classes, 200 },
	{ "cells", EXTRACT, "<h1>Title</h1><table>", cells, 500 },
	{ "a script", EXTRACT, "<h1>Title</h1>", script, 100 },
	{ "comments", EXTRACT, "<h1>Title</h1>", comment, 100 },
	{ "brackets", EXTRACT, "<h1>Title</h1><p>", open_brackets, 100 },
	{ "one word", EXTRACT, "<h1>Title</h1><p>", one_word, 400 },
	{ "JSON-LD", EXTRACT, "<h1>Title</h1>", json_ld, 20 },
	{ "rows", LISTING, "<title>Title</title><ul>", link_row, 40 },
	{ "rows in depth", LISTING, "<ul>", nested, 20 },
	{ "rows of paragraphs", LISTING, "<h1>Title</h1>", paragraph, 40 },
	{ "rows of attributes", LISTING, "<h1>Title</h1><p ", attribute, 400 },
	{ "rows of cells", LISTING, "<table>", cells, 500 },
	{ "items", FEED, "<rss version='2.0'><channel><title>t</title>", item, 20 },
	{ "entries", SITEMAP, "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>", entry, 100 },
};

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
read_page(const struct shape *s, const struct buf *b)
{
	struct extract_opts e = { .url = "http://192.0.2.1/a/b.html", .content_type = "text/html; charset=utf-8" };
	struct discover_opts d = { .url = "http://192.0.2.1/news/", .now_ms = 1700000000000,
		.kind = s->how == LISTING ? KIND_LISTING : s->how == FEED ? KIND_FEED : KIND_SITEMAP };
	struct candidates *c = NULL;
	struct document *doc = NULL;
	struct err err = { 0 };
	int rc;

	if (s->how == EXTRACT)
		rc = extract_page(buf_str(b), b->len, &e, &doc, &err);
	else
		rc = discover(buf_str(b), b->len, &d, &c, &err);
	if (rc < 0)		/* then it says why */
		assert_true(err.class == ERR_INPUT || err.class == ERR_LIMIT);
	document_free(doc);
	candidates_free(c);
}

/* The cheapest of some runs over a page of n pieces. */
static double
cost(const struct shape *s, size_t n, int runs)
{
	struct buf b = BUF_INIT(64u << 20);
	double best = 1e9, t;

	buf_adds(&b, s->head);
	for (size_t i = 0; i < n; i++)
		s->add(&b, i, n);
	buf_adds(&b, s->how == FEED ? "</channel></rss>" : s->how == SITEMAP ? "</urlset>" : "");
	for (; runs > 0; runs--) {
		t = cpu_ms();
		read_page(s, &b);
		t = cpu_ms() - t;
		best = t < best ? t : best;
	}
	buf_done(&b);
	return best;
}

static void
a_page_a_hundred_times_as_long_costs_a_hundred_times_as_much(void **state)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *s = &shapes[i];
		double one = cost(s, s->pieces, 12), hundred = cost(s, s->pieces * TIMES, 2);

		print_message("%-20s %8.3f ms %9.2f ms, %.0f times\n", s->name, one, hundred, hundred / one);
		if (hundred > MOST * one)
			fail_msg("%s: %.3f ms, a hundred times as many %.2f ms", s->name, one, hundred);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_a_hundred_times_as_long_costs_a_hundred_times_as_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
