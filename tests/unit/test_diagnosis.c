/* test_diagnosis: pages that show nothing of what was looked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "discover/diagnosis.h"
#include "base/banned.h"

#define WORDS "Plain words of a page that has something to say about the harbour and its many walls. "
#define LONG WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS

static void
each_page_is_told_for_what_it_is(void **state)
{
	static const struct {
		const char *page;
		enum diagnosis want;
	} cases[] = {
		{ "<html><script src=/cdn-cgi/challenge-platform/x.js></script></html>", DIAGNOSIS_CLOUDFLARE },
		{ "<html><body>" WORDS "<div class=g-recaptcha></div></body></html>", DIAGNOSIS_CAPTCHA },
		{ "<html><title>Sign in</title><form><input name=u><input type='password' name=p></form></html>", DIAGNOSIS_LOGIN },
		{ "<html><title>News</title><form><input type=password></form><p>" LONG "</p></html>", DIAGNOSIS_NONE },
		{ "<html><title>404 - Page not found</title><p>" LONG "</p></html>", DIAGNOSIS_NOT_FOUND },
		{ "<html><title>Seite nicht gefunden | Hafen</title></html>", DIAGNOSIS_NOT_FOUND },
		{ "<html><title>News</title><body><div id=\"root\"></div><script src=a.js></script></body></html>", DIAGNOSIS_SCRIPT },
		{ "<html><body>" WORDS WORDS "<noscript>Please enable JavaScript.</noscript><script>var a='" LONG "';</script></body></html>",
		    DIAGNOSIS_SCRIPT },
		{ "<html><title>News</title><p>" LONG "</p><script></script></html>", DIAGNOSIS_NONE },
		{ "<html><title>News</title><p>No releases yet.</p></html>", DIAGNOSIS_NONE },
		{ "<script", DIAGNOSIS_NONE }, { "", DIAGNOSIS_NONE }, { "<", DIAGNOSIS_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum diagnosis d = diagnosis_of(cases[i].page, strlen(cases[i].page));

		if (d != cases[i].want)
			print_message("case %zu: %s\n", i, d != DIAGNOSIS_NONE ? diagnosis_words(d) : "none");
		assert_int_equal(d, cases[i].want);
		assert_int_equal(diagnosis_words(d) != NULL, d != DIAGNOSIS_NONE);
		assert_int_equal(diagnosis_advice(d) != NULL, d != DIAGNOSIS_NONE);
	}
	assert_int_equal(diagnosis_of(NULL, 0), DIAGNOSIS_NONE);
	assert_true(diagnosis_is_challenge(diagnosis_of_header("challenge")));
	assert_int_equal(diagnosis_of_header(NULL), DIAGNOSIS_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_page_is_told_for_what_it_is) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
