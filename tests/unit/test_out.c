/* Tests of the command's printer: what hostile titles become, widths, wrapping, tables, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/unicode.h"
#include "cli/out.h"
#include "base/banned.h"

struct sheet { struct out o; char *text; size_t len; };

static void
begin(struct sheet *s, int width, bool colour)
{
	*s = (struct sheet){ .text = NULL };
	s->o.f = open_memstream(&s->text, &s->len);
	s->o.width = width;
	s->o.tty = width > 0;
	s->o.colour = colour;
}

static void
expect(struct sheet *s, const char *want)
{
	fclose(s->o.f);
	assert_string_equal(s->text, want);
	free(s->text);
}

static void
one_line_fields_have_no_controls_and_no_bidi(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "plain", "plain" },
		{ "a\033[31mred\033[0m", "a[31mred[0m" },
		{ "a\x9b" "31m", "a\xef\xbf\xbd" "31m" },	/* a bare C1 byte is no UTF-8 */
		{ "a\xc2\x9b" "31m", "a31m" },
		{ "a\x7f\b\a\0b", "a" },
		{ "two\nlines\tand\r", "two lines and" },
		{ "abc\xe2\x80\xaetxt.exe", "abctxt.exe" },
		{ "a\xe2\x81\xa6" "b\xe2\x80\x8f" "c\xd8\x9c", "abc" },
		{ "a\xe2\x80\xa8" "b", "ab" },
		{ "日本語 Tiếng Việt عربي", "日本語 Tiếng Việt عربي" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sheet s;

		begin(&s, 0, false);
		out_line(&s.o, STYLE_BOLD, cases[i].in);
		expect(&s, cases[i].out);
	}
}

static void
blocks_keep_their_lines_in_a_pipe(void **state)
{
	struct sheet s;

	begin(&s, 0, false);
	out_block(&s.o, "One paragraph that is longer than any line of a terminal, which a pipe does not mind at all.\n\n"
	    "  1. an\033]0;title\a item\n\tand a tab");
	expect(&s, "One paragraph that is longer than any line of a terminal, which a pipe does not mind at all.\n\n"
	    "  1. an]0;title item\n\tand a tab\n");
}

static void
blocks_are_wrapped_at_words_on_a_terminal(void **state)
{
	struct sheet s;

	begin(&s, 20, false);
	out_block(&s.o, "The quick brown fox jumps over it.\n\n  1. An item that needs two lines.\n"
	    "Donaudampfschifffahrtsgesellschaft\n日本の外務大臣は記者会見を行った");
	expect(&s, "The quick brown fox\njumps over it.\n\n  1. An item that\n     needs two\n     lines.\n"
	    "Donaudampfschifffahr\ntsgesellschaft\n日本の外務大臣は記者\n会見を行った\n");
}

static void
fill(struct table *t)
{
	table_add(t, STYLE_PLAIN, "7");
	table_add(t, STYLE_PLAIN, "日本語の題");
	table_add(t, STYLE_RED, "x");
	table_add(t, STYLE_PLAIN, "1234");
	table_add(t, STYLE_PLAIN, "A title that is rather long\nreally");
	table_add(t, STYLE_PLAIN, NULL);
}

static const struct table_column columns[] = {
	{ .head = "ID", .right = true }, { .head = "TITLE", .flexible = true }, { .head = "X", .style = STYLE_DIM },
};

static void
tables_are_aligned_and_whole_in_a_pipe(void **state)
{
	struct table *t = table_new(columns, 3);
	struct sheet s;

	fill(t);
	begin(&s, 0, false);
	table_print(t, &s.o);
	expect(&s, "   7  日本語の題                          x\n"
	    "1234  A title that is rather long really\n");
	table_free(t);
}

static void
tables_fit_the_terminal(void **state)
{
	struct table *t = table_new(columns, 3);
	struct sheet s;

	fill(t);
	begin(&s, 24, true);
	table_print(t, &s.o);
	expect(&s, "  \033[2mID\033[0m  \033[2mTITLE\033[0m            \033[2mX\033[0m\n"
	    "   7  日本語の題       \033[31mx\033[0m\n"
	    "1234  A title that i…\n");
	table_free(t);
}

static void
an_empty_table_prints_nothing(void **state)
{
	struct table *t = table_new(columns, 3);
	struct sheet s;

	begin(&s, 80, false);
	table_print(t, &s.o);
	expect(&s, "");
	table_free(t);
}

static void
items_of_lists_keep_their_place_in_several_styles(void **state)
{
	static const struct { int width, column; const char *first, *second, *want; } cases[] = {
		{ 0, 0, "  1. One ", "two", "  1. One two\n" },
		{ 0, 4, "  one ", "two", " one two\n" },	/* in the middle of a line */
		{ 0, 0, "one  ", "two", "one two\n" },
		{ 12, 0, "  1. One ", "two three", "  1. One two\n     three\n" },
		{ 12, 0, "    ", "\xe2\x80\xa2 One two", "    \xe2\x80\xa2 One\n     two\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT(4096);
		struct sheet s;

		begin(&s, cases[i].width, false);
		rich_add(&b, STYLE_PLAIN, cases[i].first);
		rich_add(&b, STYLE_GREEN, cases[i].second);
		rich_print(&s.o, &b, cases[i].column, out_hang("  1. One", 8));
		expect(&s, cases[i].want);
		buf_done(&b);
	}
}

static void
json_lines_have_no_raw_controls(void **state)
{
	struct sheet s;

	begin(&s, 0, false);
	out_json(&s.o, json_pack("{s:s, s:s}", "a", "\033[1m\x7f", "b", "\xc2\x9b" "31m 日"));
	expect(&s, "{\"a\":\"\\u001B[1m\\u007F\",\"b\":\"\\u009B31m 日\"}\n");
}

static void
times_are_for_people(void **state)
{
	char text[64], when[OUT_TIME_MAX];

	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	assert_string_equal(out_time(INT64_C(1675928700000), when), "2023-02-09 16:45");
	assert_string_equal(out_time(0, when), "-");
	assert_string_equal(out_ago(0, 5000, text), "-");
	assert_string_equal(out_ago(5000, 5000, text), "now");
	assert_non_null(strstr(out_ago(5000, 65000, text), " ago"));
	assert_memory_equal(out_ago(65000, 5000, text), "in ", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_fields_have_no_controls_and_no_bidi),
		cmocka_unit_test(blocks_keep_their_lines_in_a_pipe),
		cmocka_unit_test(blocks_are_wrapped_at_words_on_a_terminal),
		cmocka_unit_test(tables_are_aligned_and_whole_in_a_pipe),
		cmocka_unit_test(tables_fit_the_terminal),
		cmocka_unit_test(an_empty_table_prints_nothing),
		cmocka_unit_test(items_of_lists_keep_their_place_in_several_styles),
		cmocka_unit_test(json_lines_have_no_raw_controls),
		cmocka_unit_test(times_are_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
