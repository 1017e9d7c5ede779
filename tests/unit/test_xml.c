/* test_xml: XML as it is found, made safe before the parser sees it. */
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
#include "markup/tree.h"
#include "markup/xml.h"
#include "base/banned.h"

static void
entities_become_characters(void **state)
{
	static const struct { const char *in, *out; bool changed; } cases[] = {
		{ "<a>&amp;&lt;&#65;&#x42;</a>", "<a>&amp;&lt;AB</a>", false },
		{ "<a>&eacute;&nbsp;x</a>", "<a>\xc3\xa9\xc2\xa0x</a>", true },
		{ "<a>AT&T & co &unknown; x</a>", "<a>AT&amp;T &amp; co &amp;unknown; x</a>", true },
		{ "<a>&#147;q&#148;</a>", "<a>\xe2\x80\x9cq\xe2\x80\x9d</a>", false },
		{ "<a>&#0;&#11;&#xD800;b</a>", "<a>b</a>", true },
		{ "<a>&#38;&#60;</a>", "<a>&#38;&#60;</a>", false },
		{ "<a><![CDATA[x & <b>]]></a>", "<a><![CDATA[x & <b>]]></a>", false },
		{ "<a>1 < 2</a>", "<a>1 &lt; 2</a>", true },
		{ "junk\n<?xml version='1.0'?><!-- c --><a/>", "<a/>", false },
		{ "<!DOCTYPE a [<!ENTITY me \"us &#169;\"><!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&me;&x;</a>",
		    "<a>us &#169;&amp;x;</a>", true },
		{ "<!DOCTYPE a PUBLIC \"-//x>y//\" 'z'><a>b</a>", "<a>b</a>", false },
		{ "<!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;'>]><a>&b;</a>", "<a>&amp;b;</a>", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = BUF_INIT(10000);
		bool changed = false;

		assert_int_equal(xml_prepare(cases[i].in, strlen(cases[i].in), false, &out, &changed, NULL), 0);
		assert_string_equal(buf_str(&out), cases[i].out);
		assert_int_equal(changed, cases[i].changed);
		buf_done(&out);
	}
}

static void
what_is_broken_is_recovered_and_said(void **state)
{
	static const struct { const char *in, *text; bool recovered, truncated; } cases[] = {
		{ "<rss><a>x</a></rss>", "x", false, false },
		{ "<rss/>", "", false, false },
		{ "<rss><a>x</a><b>y", "xy", true, true },
		{ "<rss><a>x</b></rss>", "x", true, false },
		{ "<rss><a>x</a></rss>junk", "x", true, false },
		{ "<rss><a>caf\xe9</a></rss>", "caf\xc3\xa9", false, false },
		{ "<rss><a>x</a><rss>", "x", true, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(xml_freep) struct xml *x = NULL;
		struct buf b = BUF_INIT(1000);
		struct err err = { 0 };

		if (xml_parse(cases[i].in, strlen(cases[i].in), NULL, &x, &err) < 0)
			fail_msg("%s: %s", cases[i].in, err.text);
		tree_text(xmlDocGetRootElement(x->doc), &b);
		assert_string_equal(buf_str(&b), cases[i].text);
		assert_int_equal(x->recovered, cases[i].recovered);
		assert_int_equal(x->truncated, cases[i].truncated);
		buf_done(&b);
	}
}

#define SIXTY "sixty letters of a section that the parser need not read all"

static void
long_sections_come_into_the_tree_as_they_stood(void **state)
{
	static const struct { const char *in, *text; } cases[] = {
		{ "<rss><a><![CDATA[" SIXTY " & <b>]]></a></rss>", SIXTY " & <b>" },
		{ "<rss><a>x<![CDATA[" SIXTY "<i>]]>y<![CDATA[" SIXTY "]]></a></rss>", "x" SIXTY "<i>y" SIXTY },
		{ "<rss><a><![CDATA[" SIXTY "]] > \xe3\x83\x99]]></a><b><![CDATA[short]]></b></rss>", SIXTY "]] > \xe3\x83\x99short" },
		/* cut short, and instructions that try to pass for ours */
		{ "<rss><a><![CDATA[" SIXTY " and no", "" },
		{ "<rss><a><?" XML_ASIDE " 0 4?>x</a></rss>", "x" },
		{ "<rss><a t=\"<![CDATA[<?" XML_ASIDE " 99999999 9?>]]>\">x</a></rss>", "x]]&gt;\">x" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(xml_freep) struct xml *x = NULL;
		struct buf b = BUF_INIT(1000);
		struct err err = { 0 };

		if (xml_parse(cases[i].in, strlen(cases[i].in), NULL, &x, &err) < 0)
			fail_msg("%s: %s", cases[i].in, err.text);
		tree_text(xmlDocGetRootElement(x->doc), &b);
		if (i < 5)
			assert_string_equal(buf_str(&b), cases[i].text);
		for (xmlNodePtr at = x->doc->children; at != NULL; at = tree_next(at, (xmlNodePtr)x->doc, false))
			assert_true(at->type == XML_ELEMENT_NODE || at->type == XML_TEXT_NODE);
		buf_done(&b);
	}
}

static void
what_is_no_xml_is_refused_with_its_name(void **state)
{
	static const struct { const char *in; const char *word; } cases[] = {
		{ "", "empty" }, { "  \n", "blanks" }, { "Not Found", "plain text" }, { "%PDF-1.7", "PDF" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct xml *x = NULL;
		struct err err = { 0 };

		assert_int_equal(xml_parse(cases[i].in, strlen(cases[i].in), NULL, &x, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		if (strstr(err.text, cases[i].word) == NULL)
			fail_msg("%s", err.text);
	}
}

static void
a_flood_of_attributes_is_a_limit_error(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct xml *x = NULL;
	struct err err = { 0 };

	buf_adds(&b, "<rss");
	for (int i = 0; i < 600; i++)
		buf_addf(&b, " a%d='1'", i);
	buf_adds(&b, "/>");
	assert_int_equal(xml_parse(b.data, b.len, NULL, &x, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	buf_done(&b);
}

static void
a_flood_of_elements_is_cut(void **state)
{
	CLEANUP(xml_freep) struct xml *x = NULL;
	struct buf b = BUF_INIT(16 << 20);

	buf_adds(&b, "<rss>");
	for (int i = 0; i < XML_MAX_TAGS; i++)
		buf_adds(&b, "<a/>");
	buf_adds(&b, "</rss>");
	assert_int_equal(xml_parse(b.data, b.len, NULL, &x, NULL), 0);
	assert_true(x->cut);
	assert_false(x->truncated);
	buf_done(&b);
}

struct seen {
	struct buf b;
};

static void
see_open(void *arg, const char *name, const char *prefix, const char *uri)
{
	struct seen *s = arg;

	buf_addf(&s->b, "<%s%s%s>", prefix != NULL ? prefix : "", prefix != NULL ? ":" : "", name);
}

static void
see_close(void *arg, const char *name, const char *prefix, const char *uri)
{
	struct seen *s = arg;

	buf_addf(&s->b, "</%s>", name);
}

static void
see_text(void *arg, const char *p, size_t n)
{
	struct seen *s = arg;

	buf_add(&s->b, p, n);
}

/* Gives at most step bytes at once. */
struct dripping {
	const char *p;
	size_t n, step;
};

static ssize_t
drip(void *arg, char *p, size_t n, struct err *reterr)
{
	struct dripping *d = arg;

	n = n < d->step ? n : d->step;
	n = n < d->n ? n : d->n;
	memcpy(p, d->p, n);
	d->p += n;
	d->n -= n;
	return (ssize_t)n;
}

static const char hard[] = "junk <?xml version='1.0'?><!DOCTYPE a [<!ENTITY who 'M&#233;'><!-- > -->]><!-- no <x> -->"
    "<a xmlns:n='urn:n'>&who; &copy; &#x41; &nope; 1 < 2 <n:b k='v' l=\"&lt;\">x</n:b><![CDATA[<raw> & ]] ]]>"
    "<?pi <y> ?><m:c>z</m:c>&#66;&amp;</a><!-- the end -->";

/* Whatever the pieces, the same elements and text. */
static void
a_stream_gives_the_same_however_it_is_cut(void **state)
{
	struct seen s = { BUF_INIT(4096) };
	const struct xml_sink sink = { see_open, see_close, see_text, &s };
	char tail[XML_TAIL + 1];

	for (size_t step = 1; step < sizeof(hard); step++) {
		struct dripping d = { hard, sizeof(hard) - 1, step };
		const struct pull pull = { drip, &d };

		buf_clear(&s.b);
		assert_int_equal(xml_stream(&pull, &sink, tail, NULL), 0);
		assert_string_equal(s.b.data, "<a>M\xc3\xa9 \xc2\xa9 A &nope; 1 < 2 <n:b>x</b><raw> & ]] <m:c>z</c>B&</a>");
		assert_string_equal(tail + strlen(tail) - 4, "</a>");
	}
	buf_done(&s.b);
}

static void
a_stream_with_a_flood_of_attributes_is_a_limit_error(void **state)
{
	struct seen s = { BUF_INIT(4096) };
	const struct xml_sink sink = { see_open, see_close, see_text, &s };
	struct buf b = BUF_INIT(1 << 20);
	char tail[XML_TAIL + 1];
	struct err err;

	buf_adds(&b, "<a><b ");
	for (int i = 0; i <= XML_MAX_ATTRS; i++)
		buf_addf(&b, "a%d='1' ", i);
	buf_adds(&b, "/></a>");
	struct dripping d = { b.data, b.len, 100 };
	const struct pull pull = { drip, &d };

	assert_int_equal(xml_stream(&pull, &sink, tail, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	buf_done(&b);
	buf_done(&s.b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entities_become_characters),
		cmocka_unit_test(what_is_broken_is_recovered_and_said),
		cmocka_unit_test(long_sections_come_into_the_tree_as_they_stood),
		cmocka_unit_test(what_is_no_xml_is_refused_with_its_name),
		cmocka_unit_test(a_flood_of_attributes_is_a_limit_error),
		cmocka_unit_test(a_flood_of_elements_is_cut),
		cmocka_unit_test(a_stream_gives_the_same_however_it_is_cut),
		cmocka_unit_test(a_stream_with_a_flood_of_attributes_is_a_limit_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
