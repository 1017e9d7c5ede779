/* Documents as plain text in the form of the seeds, and as Markdown. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"
#include "document/text.h"

static struct document *
sample(void)
{
	struct document *doc = document_new();

	doc->title = xstrdup("Japan-Viet Nam *Relations*");
	doc->dateline = xstrdup("February 9, 2023");
	document_add_caption(doc, "Picture one");
	document_add_caption(doc, "Picture two");
	doc->text = xstrdup("On [the] day.\n\n  1. At the outset\n    \xe2\x80\xa2 inner\n  2. Then\n\n"
	    "2023. Was a year\n# no head");
	return doc;
}

static void
plain_text_has_the_form_of_the_seeds(void **state)
{
	struct document *doc = sample(), *empty = document_new();
	CLEANUP(freep) char *got = text_write(doc), *none = text_write(empty);

	assert_string_equal(got, "Japan-Viet Nam *Relations*\n\nFebruary 9, 2023\nPicture one\n"
	    "Picture two\n\nOn [the] day.\n\n  1. At the outset\n    \xe2\x80\xa2 inner\n  2. Then\n\n"
	    "2023. Was a year\n# no head\n");
	assert_string_equal(none, "\n");
	document_free(doc);
	document_free(empty);
}

static void
markdown_escapes_what_would_be_structure(void **state)
{
	struct document *doc = sample();
	CLEANUP(freep) char *got = text_write_markdown(doc);

	assert_string_equal(got, "# Japan-Viet Nam \\*Relations\\*\n\n*February 9, 2023*\n\n"
	    "> Picture one\n\n> Picture two\n\nOn \\[the\\] day.\n\n1. At the outset\n"
	    "    - inner\n2. Then\n\n2023\\. Was a year\\\n\\# no head\n");
	document_free(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_has_the_form_of_the_seeds),
		cmocka_unit_test(markdown_escapes_what_would_be_structure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
