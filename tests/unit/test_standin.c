/* standin: error pages under status 200 are told from edits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "document/standin.h"

#define RELEASE "The minister of transport met a delegation of the regional council on Monday. Both sides agreed on a programme of \
support for railways and harbours, and on a new budget of nine million for the coming year. The committee will report on the \
measures in spring. The delegation visited the harbour works and the school of navigation in the afternoon."

static const struct {
	const char *title, *text;
	enum standin want;
} pages[] = {
	{ "Page not found", "Sorry, the page you are looking for could not be found.", STANDIN_YES },
	{ "404 - Ministry", "Back to the home page.", STANDIN_YES },
	{ "Ministry", "Our site is under maintenance. We will be back shortly.", STANDIN_YES },
	{ "Site en maintenance", "Merci de revenir plus tard.", STANDIN_YES },
	{ "Sign in", "User name and password.", STANDIN_YES },
	{ "Just a moment...", "Enable JavaScript and cookies to continue", STANDIN_YES },
	{ "ページが見つかりません", "お探しのページは見つかりませんでした。", STANDIN_YES },
	{ "Talks on transport", "This release has been withdrawn.", STANDIN_NO },	/* its own title stays: an edit */
	{ "Talks on transport", RELEASE " One sentence was added.", STANDIN_NO },
	{ "Talks on transport (corrected)", RELEASE, STANDIN_NO },
	{ "Talks on maintenance of railways", RELEASE " The railways are under maintenance.", STANDIN_NO },
	{ "Welcome", "Choose a topic.", STANDIN_ODD },
	{ "Fishery quotas of the year", "The quotas for cod and herring were set by the agency after long talks with all coastal states, "
	  "which had asked for more time to look at the numbers of the institute. They hold from May, and will be looked at again.", STANDIN_OTHER },
};

static void
pages_that_stand_in_for_others_are_known(void **state)
{
	const char *why;

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		enum standin got = standin_judge("Talks on transport", RELEASE, pages[i].title, pages[i].text, &why);

		if (got != pages[i].want)
			fail_msg("\"%s\": %d, wanted %d", pages[i].title, (int)got, (int)pages[i].want);
		assert_true((why != NULL) == (got != STANDIN_NO));
	}
}

static void
a_document_about_maintenance_may_go_on_about_it(void **state)
{
	const char *why;

	assert_int_equal(standin_judge("Lift", "The lift is under maintenance until Friday.", "Lift",
	    "The lift stays under maintenance: parts did not come in.", &why), STANDIN_NO);
}

static void
a_long_text_says_nothing_of_itself(void **state)
{
	char text[4096] = "captcha ";

	for (int i = 0; i < 200; i++)
		strncat(text, "harbour ", sizeof(text) - strlen(text) - 1);
	assert_null(standin_says("News of the harbour", text));
	assert_non_null(standin_says(NULL, "Solve the captcha to go on"));
	assert_null(standin_says(NULL, NULL));
	assert_null(standin_says("Errors of the past", "History."));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_that_stand_in_for_others_are_known),
		cmocka_unit_test(a_document_about_maintenance_may_go_on_about_it),
		cmocka_unit_test(a_long_text_says_nothing_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
