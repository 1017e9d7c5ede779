/* test_diagnosis: pages that show nothing of what was looked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "fetchers/diagnosis.h"
#include "base/banned.h"

#define WORDS "Plain words of a page that has something to say about the harbour and its many walls. "
#define LONG WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS WORDS

static void
each_page_is_told_for_what_it_is(void **state)
{
	static const struct {
		const char *mitigated, *page;
		enum diagnosis_kind want;
	} cases[] = {
		{ "challenge", "<html><body>Just a moment</body></html>", DIAGNOSIS_CHALLENGE },
		{ NULL, "<html><script src=/cdn-cgi/challenge-platform/x.js></script></html>", DIAGNOSIS_CHALLENGE },
		{ NULL, "<html><body>" WORDS "<div class=g-recaptcha></div></body></html>", DIAGNOSIS_CHALLENGE },
		{ NULL, "<html><title>Sign in</title><form><input name=u><input type='password' name=p></form></html>", DIAGNOSIS_LOGIN },
		{ NULL, "<html><title>News</title><form><input type=password></form><p>" LONG "</p></html>", DIAGNOSIS_NONE },
		{ NULL, "<html><title>404 - Page not found</title><p>" LONG "</p></html>", DIAGNOSIS_NOT_FOUND },
		{ NULL, "<html><title>Seite nicht gefunden | Hafen</title></html>", DIAGNOSIS_NOT_FOUND },
		{ NULL, "<html><title>News</title><body><div id=\"root\"></div><script src=a.js></script></body></html>", DIAGNOSIS_SCRIPT },
		{ NULL, "<html><body>" WORDS WORDS "<noscript>Please enable JavaScript.</noscript><script>var a='" LONG "';</script></body></html>",
		    DIAGNOSIS_SCRIPT },
		{ NULL, "<html><title>News</title><p>" LONG "</p><script></script></html>", DIAGNOSIS_NONE },
		{ NULL, "<html><title>News</title><p>No releases yet.</p></html>", DIAGNOSIS_NONE },
		{ NULL, "<script", DIAGNOSIS_NONE }, { NULL, "", DIAGNOSIS_NONE }, { NULL, "<", DIAGNOSIS_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct diagnosis d = diagnosis_of(cases[i].mitigated, cases[i].page, strlen(cases[i].page));

		if (d.kind != cases[i].want)
			print_message("case %zu: %s\n", i, d.words != NULL ? d.words : "none");
		assert_int_equal(d.kind, cases[i].want);
		assert_int_equal(d.words != NULL, d.kind != DIAGNOSIS_NONE);
		assert_int_equal(d.advice != NULL, d.kind != DIAGNOSIS_NONE);
	}
	assert_int_equal(diagnosis_of(NULL, NULL, 0).kind, DIAGNOSIS_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_page_is_told_for_what_it_is) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
