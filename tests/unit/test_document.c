/* Documents: their fields, their way over the worker's wire, and what counts as an edit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/json.h"
#include "base/mem.h"
#include "document/document.h"

static struct document *
sample(void)
{
	struct document *doc = document_new();

	doc->url = xstrdup("https://example.org/a");
	doc->canonical = xstrdup("https://example.org/b");
	document_set_line(&doc->title, "  Japan\xc2\xa0-\nViet Nam \xe2\x80\x8b", 0);
	assert_int_equal(date_parse("Thu, 9 Feb 2023 16:45:00 +0900", 30, NULL, &doc->published,
	    NULL), 0);
	doc->published.source = DATE_FROM_FEED;
	doc->language = xstrdup("en");
	document_set_line(&doc->dateline, "February 9, 2023", 0);
	document_add_caption(doc, "A picture");
	document_add_caption(doc, " A  picture ");
	document_add_caption(doc, " ");
	document_add_caption(doc, "Another");
	doc->text = xstrdup("First.\n\nSecond.");
	doc->words = 2;
	return doc;
}

static void
fields_are_clean_lines_of_bounded_length(void **state)
{
	char *field = xstrdup("old");

	document_set_line(&field, "\xe6\x97\xa5\xe6\x9c\xac \x1b[31m red", 3);
	assert_string_equal(field, "\xe6\x97\xa5\xe6\x9c\xac");
	document_set_line(&field, field, 0);
	assert_string_equal(field, "\xe6\x97\xa5\xe6\x9c\xac");
	document_set_line(&field, " \n ", 0);
	assert_null(field);
	document_set_line(&field, NULL, 0);
	assert_null(field);
}

static void
the_exported_form_has_its_order_and_no_unknown_field(void **state)
{
	struct document *doc = sample(), *empty = document_new();
	json_t *j = document_to_json(doc), *e = document_to_json(empty);
	CLEANUP(freep) char *line = json_line(j), *none = json_line(e);

	assert_string_equal(line, "{\"url\":\"https://example.org/a\",\"title\":\"Japan - Viet Nam\","
	    "\"published\":\"2023-02-09T16:45:00+09:00\",\"language\":\"en\","
	    "\"dateline\":\"February 9, 2023\",\"captions\":[\"A picture\",\"Another\"],"
	    "\"text\":\"First.\\n\\nSecond.\",\"text_state\":\"full\",\"words\":2}");
	assert_string_equal(none, "{\"text_state\":\"full\",\"words\":0}");
	json_decref(j);
	json_decref(e);
	document_free(doc);
	document_free(empty);
}

static void
the_wire_carries_all_of_a_document(void **state)
{
	struct document *doc = sample(), *back = NULL, *copy;
	struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20), c = BUF_INIT(1 << 20);
	struct fields f;
	struct err err = { 0 };

	doc->listing = true;
	doc->trouble = xstrdup("too deep");
	doc->alternates = xcalloc(1, sizeof(char *));
	doc->alternates[doc->alternates_count++] = xstrdup("vi https://example.org/vi");
	doc->published.doubtful = true;
	doc->text_state = TEXT_CUT;
	document_encode(doc, &a);
	fields_init(&f, a.data, a.len);
	assert_int_equal(document_decode(&f, &back, &err), 0);
	assert_true(fields_end(&f));
	document_encode(back, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	assert_string_equal(back->canonical, "https://example.org/b");
	assert_string_equal(back->published.stated, "Thu, 9 Feb 2023 16:45:00 +0900");
	assert_int_equal(back->published.source, DATE_FROM_FEED);
	assert_int_equal(back->published.offset_min, 540);
	assert_int_equal(back->captions_count, 2);
	assert_string_equal(back->text, "First.\n\nSecond.");
	assert_int_equal(back->text_state, TEXT_CUT);
	assert_int_equal(back->words, 2);
	assert_true(back->listing);
	assert_null(back->author);
	copy = document_copy(back);
	document_encode(copy, &c);
	assert_int_equal(a.len, c.len);
	assert_memory_equal(a.data, c.data, a.len);
	buf_done(&a);
	buf_done(&b);
	buf_done(&c);
	document_free(doc);
	document_free(back);
	document_free(copy);
}

static void
expect_no_document(const char *p, size_t n)
{
	CLEANUP(freep) char *exact = xmemdup(p, n);
	struct document *doc = NULL;
	struct err err = { 0 };
	struct fields f;

	fields_init(&f, exact, n);
	assert_int_equal(document_decode(&f, &doc, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_null(doc);
}

static void
a_malformed_wire_is_refused_and_leaves_the_output_alone(void **state)
{
	static const struct doc_date none[] = {
		{ .precision = DATE_DAY, .year = 2023, .month = 13, .day = 9 },
		{ .precision = (enum date_precision)9, .year = 2023, .month = 1, .day = 9 },
		{ .precision = DATE_DAY, .source = (enum date_source)99, .year = 2023, .month = 1, .day = 9 },
		{ .precision = DATE_DAY, .year = 2023, .month = 1 }, { .precision = DATE_MONTH, .year = 2023 },
		{ .precision = DATE_DAY, .year = 10000, .month = 1, .day = 9 },
		{ .precision = DATE_TIME, .year = 2023, .month = 1, .day = 9, .offset_min = 1081 },
		{ .precision = DATE_YEAR },
	};
	struct document *doc = sample();
	struct buf b = BUF_INIT(1 << 20);

	document_encode(doc, &b);
	for (size_t n = 0; n < b.len; n++)
		expect_no_document(b.data, n);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		buf_clear(&b);
		doc->published = none[i];
		document_encode(doc, &b);
		expect_no_document(b.data, b.len);
	}
	buf_clear(&b);
	doc->published = (struct doc_date){ 0 };
	doc->text_state = (enum text_state)3;
	document_encode(doc, &b);
	expect_no_document(b.data, b.len);
	buf_done(&b);
	document_free(doc);
}

static void
blanks_and_quote_styles_are_no_edit_and_words_are(void **state)
{
	unsigned char a[32], b[32];

	document_compare_hash("T", "A \"b\"\n\nc - d", a);
	document_compare_hash(" T", "A \xe2\x80\x9c" "b\xe2\x80\x9d c \xe2\x80\x93 d", b);
	assert_memory_equal(a, b, 32);
	document_compare_hash("T", "A \"b\"\n\nc - e", b);
	assert_memory_not_equal(a, b, 32);
	document_compare_hash("T A", "b", a);
	document_compare_hash("T", "A b", b);
	assert_memory_not_equal(a, b, 32);
	document_compare_hash(NULL, NULL, a);
	document_compare_hash("", "", b);
	assert_memory_equal(a, b, 32);
}

static void
text_states_have_names(void **state)
{
	assert_string_equal(text_state_name(TEXT_FULL), "full");
	assert_string_equal(text_state_name(TEXT_NONE), "none");
	assert_string_equal(text_state_name(TEXT_CUT), "cut");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_clean_lines_of_bounded_length),
		cmocka_unit_test(the_exported_form_has_its_order_and_no_unknown_field),
		cmocka_unit_test(the_wire_carries_all_of_a_document),
		cmocka_unit_test(a_malformed_wire_is_refused_and_leaves_the_output_alone),
		cmocka_unit_test(blanks_and_quote_styles_are_no_edit_and_words_are),
		cmocka_unit_test(text_states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
