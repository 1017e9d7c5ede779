/* What failures say of a source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>
#include "daemon/health.h"

static const struct {
	enum store_state now;
	unsigned failures;
	bool ever_good;
	enum fetch_outcome outcome;
	long status;
	enum err_class class;
	enum store_state want;
} cases[] = {
	/* a hiccup is no news; the third in a row is */
	{ STATE_OK, 1, true, FETCH_FAILED, 503, ERR_TEMPORARY, STATE_OK },
	{ STATE_OK, 2, true, FETCH_FAILED, 503, ERR_TEMPORARY, STATE_OK },
	{ STATE_OK, 3, true, FETCH_FAILED, 503, ERR_TEMPORARY, STATE_FAILING },
	{ STATE_NEW, 1, false, FETCH_FAILED, 0, ERR_TEMPORARY, STATE_NEW },
	/* a lasting one at the second, or at once where it never worked */
	{ STATE_OK, 1, true, FETCH_GONE, 404, ERR_PERMANENT, STATE_OK },
	{ STATE_OK, 2, true, FETCH_GONE, 404, ERR_PERMANENT, STATE_FAILING },
	{ STATE_OK, 2, true, FETCH_GONE, 410, ERR_PERMANENT, STATE_ENDED },
	{ STATE_NEW, 1, false, FETCH_GONE, 404, ERR_PERMANENT, STATE_FAILING },
	{ STATE_NEW, 1, false, FETCH_DENIED, 0, ERR_PERMANENT, STATE_BLOCKED },
	{ STATE_NEW, 1, false, FETCH_DENIED, 0, ERR_TEMPORARY, STATE_NEW },
	{ STATE_NEW, 1, false, FETCH_REFUSED, 403, ERR_PERMANENT, STATE_BLOCKED },
	{ STATE_OK, 1, true, FETCH_REFUSED, 429, ERR_TEMPORARY, STATE_OK },
	{ STATE_NEW, 1, false, FETCH_OK, 200, ERR_CONFIG, STATE_EMPTY },
	{ STATE_NEW, 1, false, FETCH_OK, 200, ERR_INPUT, STATE_FAILING },
	{ STATE_FAILING, 9, true, FETCH_FAILED, 0, ERR_TEMPORARY, STATE_FAILING },
};

static void
states_change_when_enough_was_seen(void **state)
{
	struct err err = { .text = "a sentence" };
	struct health h;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err.class = cases[i].class;
		health_after_failure(cases[i].now, cases[i].failures, cases[i].ever_good, cases[i].outcome,
		    cases[i].status, &err, &h);
		if (h.state != cases[i].want)
			print_message("case %zu\n", i);
		assert_int_equal(h.state, cases[i].want);
		assert_int_equal(strncmp(h.cause, "a sentence", 10), 0);
		assert_int_equal(strstr(h.cause, "for good") != NULL, cases[i].want == STATE_ENDED);
		assert_non_null(h.advice);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(states_change_when_enough_was_seen) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
