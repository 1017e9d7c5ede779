/* test_pdf_text: words and their places to paragraphs. A case draws lines; places are points of a page of A4. */
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
#include "base/unicode.h"
#include "extract/extract.h"
#include "base/banned.h"

#define LINES 14

struct drawn {
	int page;		/* from 1 */
	int block;		/* lines with one number stand in one block */
	int x, y, size;
	const char *text;
};

/* pdftotext's form; a letter is half as wide as it is high. */
static char *
draw(const struct drawn *lines, size_t count, const char *head)
{
	struct buf b = BUF_INIT(1 << 20);
	int page = 0, block = -1;

	buf_addf(&b, "<html>\n<head>\n%s\n</head>\n<body>\n<doc>\n", head != NULL ? head : "<title></title>");
	for (size_t i = 0; i < count && lines[i].text != NULL; i++) {
		const struct drawn *ln = &lines[i];
		CLEANUP(freep) char *copy = xstrdup(ln->text);
		double x = ln->x, x1 = ln->x, width = 0;
		char *save = NULL;

		for (; page < ln->page; page++)
			buf_addf(&b, "%s<page width=\"595.0\" height=\"842.0\">\n<flow>\n", page > 0 ? "</page>\n" : "");
		for (size_t k = i; ln->block != block && k < count && lines[k].text != NULL && lines[k].block == ln->block &&
		    lines[k].page == ln->page; k++) {
			width = lines[k].x + lines[k].size * 0.5 * (double)utf8_count(lines[k].text, strlen(lines[k].text));
			x1 = width > x1 ? width : x1;
		}
		if (ln->block != block)
			buf_addf(&b, "<block xMin=\"%d.0\" yMin=\"%d.0\" xMax=\"%f\" yMax=\"0\">\n", ln->x, ln->y, x1);
		block = ln->block;
		buf_addf(&b, "<line xMin=\"%d.0\" yMin=\"%d.000\" xMax=\"%f\" yMax=\"%d.0\">\n", ln->x, ln->y,
		    ln->x + ln->size * 0.5 * (double)utf8_count(ln->text, strlen(ln->text)), ln->y + ln->size);
		for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
			double end = x + ln->size * 0.5 * (double)utf8_count(w, strlen(w));

			buf_addf(&b, "<word xMin=\"%f\" yMin=\"%d.0\" xMax=\"%f\" yMax=\"%d.0\">%s</word>\n", x, ln->y, end,
			    ln->y + ln->size, w);
			x = end + ln->size * 0.5;
		}
		buf_adds(&b, "</line>\n");
	}
	buf_adds(&b, "</page>\n</doc>\n</body>\n</html>\n");
	return buf_take(&b, NULL);
}

static struct document *
read_words(const char *words, const char *title_hint)
{
	struct extract_opts opts = { .url = "http://192.0.2.1/a.pdf", .content_type = EXTRACT_PDF_WORDS,
		.title_hint = title_hint };
	struct document *doc = NULL;
	struct err err = { 0 };

	if (extract_page(words, strlen(words), &opts, &doc, &err) < 0)
		fail_msg("%s", err.text);
	return doc;
}

static void
lines_become_paragraphs(void **state)
{
	static const struct { const char *name; struct drawn lines[LINES]; const char *want; } cases[] = {
		{ "lines of one paragraph are joined", {
		    { 1, 1, 72, 300, 10, "The harbour commission met on Monday to discuss" },
		    { 1, 1, 72, 312, 10, "the new rules for ships that stay over night in" },
		    { 1, 1, 72, 324, 10, "the inner harbour." } },
		    "The harbour commission met on Monday to discuss the new rules for ships that stay over night in "
		    "the inner harbour." },
		{ "a larger gap parts paragraphs", {
		    { 1, 1, 72, 300, 10, "The harbour commission met on Monday to discuss" },
		    { 1, 1, 72, 312, 10, "the new rules for ships that stay over night." },
		    { 1, 1, 72, 332, 10, "The minister was there, and so were all members." } },
		    "The harbour commission met on Monday to discuss the new rules for ships that stay over night.\n\n"
		    "The minister was there, and so were all members." },
		{ "a line with room for the next word was ended on purpose", {
		    { 1, 1, 72, 300, 10, "Ministry of Transport" },
		    { 1, 1, 72, 312, 10, "12 Harbour Street" },
		    { 1, 1, 72, 324, 10, "The commission met on Monday to discuss new rules" } },
		    "Ministry of Transport\n12 Harbour Street\nThe commission met on Monday to discuss new rules" },
		{ "a paragraph goes on over the page, its numbers do not", {
		    { 1, 1, 72, 40, 8, "Ministry of Transport - Report 2024" },
		    { 1, 2, 72, 300, 10, "The harbour commission met on Monday to discuss the" },
		    { 1, 3, 290, 800, 8, "- 1 -" },
		    { 2, 4, 72, 40, 8, "Ministry of Transport - Report 2024" },
		    { 2, 5, 72, 100, 10, "new rules for ships." },
		    { 2, 6, 290, 800, 8, "- 2 -" } },
		    "The harbour commission met on Monday to discuss the new rules for ships." },
		{ "items of a list", {
		    { 1, 1, 72, 300, 10, "The commission asks for:" },
		    { 1, 1, 72, 312, 10, "\xe2\x80\xa2 lights at the entrance of the inner harbour, so that" },
		    { 1, 1, 72, 324, 10, "ships see it" },
		    { 1, 1, 72, 336, 10, "\xe2\x80\xa2 a pilot" } },
		    "The commission asks for:\n\n  \xe2\x80\xa2 lights at the entrance of the inner harbour, so that ships see it\n"
		    "  \xe2\x80\xa2 a pilot" },
		{ "a soft hyphen is no letter", {
		    { 1, 1, 72, 300, 10, "The commission discussed on Monday the new regu\xc2\xad" },
		    { 1, 1, 72, 312, 10, "lation of ships that stay over night in the inner" },
		    { 1, 1, 72, 324, 10, "harbour." } },
		    "The commission discussed on Monday the new regulation of ships that stay over night in the inner harbour." },
		{ "a hyphen of which nothing is known stays", {
		    { 1, 1, 72, 300, 10, "The commission discussed on Monday the Franco-" },
		    { 1, 1, 72, 312, 10, "german rules of ships that stay over night in the" },
		    { 1, 1, 72, 324, 10, "harbour." } },
		    "The commission discussed on Monday the Franco-german rules of ships that stay over night in the harbour." },
		{ "scripts without blanks are joined without", {
		    { 1, 1, 72, 300, 10, "外務大臣は訪問した" },
		    { 1, 1, 72, 312, 10, "ことを発表した。" } },
		    "外務大臣は訪問したことを発表した。" },
		{ "marks of the form are text again", {
		    { 1, 1, 72, 300, 10, "Rules &amp; &lt;regulations&gt; of &quot;2024&quot; &unknown;" } },
		    "Rules & <regulations> of \"2024\" &unknown;" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(freep) char *words = draw(cases[i].lines, LINES, NULL);
		struct document *doc = read_words(words, "Title of the row");

		if (doc->text == NULL || strcmp(doc->text, cases[i].want) != 0)
			fail_msg("%s:\n%s\nwanted\n%s", cases[i].name, doc->text != NULL ? doc->text : "nothing", cases[i].want);
		assert_string_equal(doc->title, "Title of the row");
		assert_int_equal(doc->text_state, TEXT_FULL);
		document_free(doc);
	}
}

static void
a_title_comes_from_the_row_or_the_file_or_the_largest_lines(void **state)
{
	static const struct drawn page[LINES] = {
		{ 1, 1, 72, 150, 20, "Annual report on" }, { 1, 1, 72, 172, 20, "harbour safety" },
		{ 1, 2, 72, 300, 10, "The harbour commission met on Monday to discuss" },
		{ 1, 2, 72, 312, 10, "the new rules for ships that stay over night in" },
		{ 1, 2, 72, 324, 10, "the inner harbour of the town." },
	};
	static const struct { const char *hint, *head, *want; } cases[] = {
		{ "Row", "<title>The safety of the harbour</title>", "Row" },
		{ NULL, "<title>The safety of the harbour &amp; port</title>", "The safety of the harbour & port" },
		{ NULL, "<title>Microsoft Word - report 3</title>", "Annual report on harbour safety" },
		{ NULL, "<title>annual report.docx</title>", "Annual report on harbour safety" },
		{ NULL, "<title></title>", "Annual report on harbour safety" },
		{ "Annual report on harbour safety", "<title></title>", "Annual report on harbour safety" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(freep) char *words = draw(page, LINES, cases[i].head);
		struct document *doc = read_words(words, cases[i].hint);

		assert_string_equal(doc->title, cases[i].want);
		document_free(doc);
	}
}

static void
words_without_an_end_are_cut_and_no_words_are_no_text(void **state)
{
	static const struct drawn page[LINES] = { { 1, 1, 72, 300, 10, "The harbour commission met." } };
	CLEANUP(freep) char *words = draw(page, LINES, NULL);
	struct document *doc;

	strstr(words, "</doc>")[0] = '\0';
	doc = read_words(words, "Title");
	assert_int_equal(doc->text_state, TEXT_CUT);
	document_free(doc);
	doc = read_words("<doc>\n<page width=\"595.0\" height=\"842.0\">\n</page>\n</doc>\n", "Title");
	assert_int_equal(doc->text_state, TEXT_NONE);
	assert_null(doc->text);
	assert_string_equal(doc->trouble, "scanned or empty PDF");
	document_free(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_paragraphs),
		cmocka_unit_test(a_title_comes_from_the_row_or_the_file_or_the_largest_lines),
		cmocka_unit_test(words_without_an_end_are_cut_and_no_words_are_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
