/* test_diagnosis: pages that show nothing of what was looked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
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
		{ "<html><title>Stra\xc5\xbcy</title><h1>Strona nie istnieje</h1><p>" WORDS "</p></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>\xd0\xa1\xd1\x82\xd1\x80\xd0\xb0\xd0\xbd\xd0\xb8\xd1\x86\xd0\xb0 \xd0\xbd\xd0\xb5 \xd0\xbd\xd0\xb0\xd0\xb9\xd0\xb4\xd0\xb5\xd0\xbd\xd0\xb0</title><p>" LONG "</p></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>\xe3\x83\x9a\xe3\x83\xbc\xe3\x82\xb8\xe3\x81\x8c\xe8\xa6\x8b\xe3\x81\xa4\xe3\x81\x8b\xe3\x82\x8a\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93 | \xe6\xb8\xaf\xe6\xb9\xbe\xe5\xb1\x80</title></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>404</title></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>\xd8\xa7\xd9\x84\xd8\xb5\xd9\x81\xd8\xad\xd8\xa9 \xd8\xba\xd9\x8a\xd8\xb1 \xd9\x85\xd9\x88\xd8\xac\xd9\x88\xd8\xaf\xd8\xa9</title></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>\xd9\x86\xd8\xa8\xd8\xa3</title><h1>\xd9\x84\xd9\x85 \xd9\x8a\xd8\xaa\xd9\x85 \xd8\xa7\xd9\x84\xd8\xb9\xd8\xab\xd9\x88\xd8\xb1 \xd8\xb9\xd9\x84\xd9\x89 \xd8\xa7\xd9\x84\xd8\xb5\xd9\x81\xd8\xad\xd8\xa9</h1></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>\xe9\xa1\xb5\xe9\x9d\xa2\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8</title></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>Sayfa bulunamad\xc4\xb1</title></html>",
		    DIAGNOSIS_NOT_FOUND },
		{ "<html><title>\xd0\x9d\xd0\xbe\xd0\xb2\xd0\xbe\xd1\x81\xd1\x82\xd0\xb8</title><div id=c></div><noscript>\xd0\x92\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87\xd0\xb8\xd1\x82\xd0\xb5 JavaScript, \xd1\x87\xd1\x82\xd0\xbe\xd0\xb1\xd1\x8b \xd1\x83\xd0\xb2\xd0\xb8\xd0\xb4\xd0\xb5\xd1\x82\xd1\x8c \xd1\x81\xd0\xbf\xd0\xb8\xd1\x81\xd0\xbe\xd0\xba.</noscript><script src=a.js></script><p>\xd0\x9f\xd0\xbe\xd1\x80\xd1\x82\xd0\xb0\xd0\xbb \xd0\xb2\xd0\xb5\xd0\xb4\xd0\xbe\xd0\xbc\xd1\x81\xd1\x82\xd0\xb2\xd0\xb0, \xd0\xb2\xd1\x81\xd0\xb5 \xd0\xbf\xd1\x80\xd0\xb0\xd0\xb2\xd0\xb0 \xd0\xb7\xd0\xb0\xd1\x89\xd0\xb8\xd1\x89\xd0\xb5\xd0\xbd\xd1\x8b. \xd0\x9f\xd0\xbe\xd1\x80\xd1\x82\xd0\xb0\xd0\xbb \xd0\xb2\xd0\xb5\xd0\xb4\xd0\xbe\xd0\xbc\xd1\x81\xd1\x82\xd0\xb2\xd0\xb0, \xd0\xb2\xd1\x81\xd0\xb5 \xd0\xbf\xd1\x80\xd0\xb0\xd0\xb2\xd0\xb0 \xd0\xb7\xd0\xb0\xd1\x89\xd0\xb8\xd1\x89\xd0\xb5\xd0\xbd\xd1\x8b. \xd0\x9f\xd0\xbe\xd1\x80\xd1\x82\xd0\xb0\xd0\xbb \xd0\xb2\xd0\xb5\xd0\xb4\xd0\xbe\xd0\xbc\xd1\x81\xd1\x82\xd0\xb2\xd0\xb0, \xd0\xb2\xd1\x81\xd0\xb5 \xd0\xbf\xd1\x80\xd0\xb0\xd0\xb2\xd0\xb0 \xd0\xb7\xd0\xb0\xd1\x89\xd0\xb8\xd1\x89\xd0\xb5\xd0\xbd\xd1\x8b.</p></html>",
		    DIAGNOSIS_SCRIPT },
		{ "<html><title>\xe3\x81\x8a\xe7\x9f\xa5\xe3\x82\x89\xe3\x81\x9b</title><noscript>JavaScript\xe3\x82\x92\xe6\x9c\x89\xe5\x8a\xb9\xe3\x81\xab\xe3\x81\x97\xe3\x81\xa6\xe3\x81\x8f\xe3\x81\xa0\xe3\x81\x95\xe3\x81\x84\xe3\x80\x82</noscript><script src=a.js></script></html>",
		    DIAGNOSIS_SCRIPT },
		{ "<html><title>Anmelden</title><form>Benutzer <input name=u> Kennwort <input type=password></form></html>",
		    DIAGNOSIS_LOGIN },
		{ "<html><title>\xe7\x99\xbb\xe5\xbd\x95</title><form><input type=\"password\"></form></html>",
		    DIAGNOSIS_LOGIN },
		{ "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: 77</body></html>",
		    DIAGNOSIS_FIREWALL },
		{ "<html><title>Access Denied</title><p>Reference #18.1 https://errors.edgesuite.net/18.1</p></html>",
		    DIAGNOSIS_FIREWALL },
		{ "<html><title>Just a moment...</title><div class=cf-turnstile></div></html>",
		    DIAGNOSIS_CAPTCHA },
		{ "<html><title>News</title><p>" LONG "</p><form><div class=g-recaptcha></div></form></html>",
		    DIAGNOSIS_NONE },
		{ "<html><title>News</title><p>" LONG "</p><script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script></html>",
		    DIAGNOSIS_NONE },
		{ "<html><title>Noticias</title><p>No hay notas de prensa publicadas en este momento.</p></html>",
		    DIAGNOSIS_NONE },
		{ "<html><title>\xe6\x96\xb0\xe9\x97\xbb</title><p>\xe6\x9a\x82\xe6\x97\xa0\xe5\x86\x85\xe5\xae\xb9</p></html>",
		    DIAGNOSIS_NONE },
		{ "<script", DIAGNOSIS_NONE }, { "", DIAGNOSIS_NONE }, { "<", DIAGNOSIS_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum diagnosis d = diagnosis_of(cases[i].page, strlen(cases[i].page), NULL);

		if (d != cases[i].want)
			print_message("case %zu: %s\n", i, d != DIAGNOSIS_NONE ? diagnosis_words(d) : "none");
		assert_int_equal(d, cases[i].want);
		assert_int_equal(diagnosis_words(d) != NULL, d != DIAGNOSIS_NONE);
		assert_int_equal(diagnosis_advice(d) != NULL, d != DIAGNOSIS_NONE);
	}
	assert_int_equal(diagnosis_of(NULL, 0, NULL), DIAGNOSIS_NONE);
	assert_true(diagnosis_is_challenge(diagnosis_of_header("challenge")));
	assert_int_equal(diagnosis_of_header(NULL), DIAGNOSIS_NONE);
}

/* What a page is named stands in its own charset: told by its meta element, by the header, or by the bytes. */
static void
titles_are_read_in_the_charset_of_the_page(void **state)
{
	static const struct {
		const char *page, *content_type;
	} cases[] = {
		{ "<html><head><meta charset=Shift_JIS><title>%s</title></head></html>", NULL },
		{ "<html><head><title>%s</title></head></html>", "text/html; charset=Windows-31J" },
		{ "<html><head><meta charset=gb2312><title>%s</title></head></html>", "text/html" },
		{ "<html><head><title>Error</title></head><body><h1>%s</h1></body></html>", "text/html; charset=windows-1251" },
	};
	static const char *const titles[] = {
		"\x82\xa8\x92\x54\x82\xb5\x82\xcc\x83\x79\x81\x5b\x83\x57\x82\xcd\x8c\xa9\x82\xc2\x82\xa9\x82\xe8\x82\xdc\x82\xb9\x82\xf1", "\x82\xa8\x92\x54\x82\xb5\x82\xcc\x83\x79\x81\x5b\x83\x57\x82\xcd\x8c\xa9\x82\xc2\x82\xa9\x82\xe8\x82\xdc\x82\xb9\x82\xf1",
		"\xd2\xb3\xc3\xe6\xb2\xbb\xb4\xe6\xd4\xda", "\xd1\xf2\xf0\xe0\xed\xe8\xf6\xe0\x20\xed\xe5\x20\xed\xe0\xe9\xe4\xe5\xed\xe0",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strstr(cases[i].page, "%s");
		char page[400];
		int n = snprintf(page, sizeof(page), "%.*s%s%s", (int)(at - cases[i].page), cases[i].page, titles[i], at + 2);

		assert_true(n > 0 && (size_t)n < sizeof(page));
		assert_int_equal(diagnosis_of(page, (size_t)n, cases[i].content_type), DIAGNOSIS_NOT_FOUND);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_page_is_told_for_what_it_is),
		cmocka_unit_test(titles_are_read_in_the_charset_of_the_page) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
