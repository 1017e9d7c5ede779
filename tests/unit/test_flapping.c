/* A page that shows a text which it had before: when that is told. */
#include "tests/unit/store_fixture.h"
#include "store/store_int.h"
#include "base/banned.h"

/* Looks at A or B, each at an hour of the test, and what is told of it. "A0 B1!": B is seen after an hour and told. */
static void
turns(const char *plan, int64_t confirm_ms)
{
	struct fixture *f;
	void *state = NULL;
	int64_t id = 0, begun;

	setup_store(&state);
	f = state;
	begun = f->now;
	for (const char *p = plan; *p != '\0';) {
		struct page page = { .url = "https://www.alpha.example/a", .title = "Talks", .text = *p == 'A' ? "One." : *p == 'B' ? "Two." : "Three.",
			.doc_id = id, .confirm_ms = confirm_ms };
		char *end;
		double hours = strtod(p + 1, &end);
		struct store_put_result r;
		bool told = *end == '!';

		f->now = begun + (int64_t)(hours * HOUR + 0.5);
		r = put_page(f, &page, to_desk());
		id = r.doc_id;
		if (told != (r.what == PUT_REVISION))
			fail_msg("%s, at %s", plan, p);
		p = end + told;
		p += strspn(p, " ");
	}
	teardown(&state);
}

static void
a_page_that_goes_back_and_forth_is_told_until_it_is_known(void **state)
{
	static const char *const plans[] = {
		/* never seen twice in a row */
		"A0 B1 A2 B3 A4 B5 A6",
		/* B stays, and A comes for a moment only */
		"A0 B1 B1.1! A1.3 B1.5 A1.6 B1.7 B9",
		/* taken back after twelve minutes: told when it has stood as long */
		"A0 B1 B1.1! A1.3 A1.4 A1.5! A9",
		/* taken back after five hours: an hour is enough */
		"A0 B1 B1.1! A6 A6.5 A7!",
		/* taken back after a day: an edit like any other */
		"A0 B1 B1.1! A26 A26.1!",
		/* every hour another one, seen twice each: there, back when it had lasted, and no more; then it settles */
		"A0 B1 B1.1! A2 A2.1 B3 B3.1 A4 A4.1 B5 B5.1 A6 A6.1 B7 B7.1 B40",
		"A0 B1 B1.1! A2 A2.9! B3 B3.9 A4 A4.9 B5 B5.9 A6 A6.9 B7 B8 B15 B15.3!",
		/* every day another one: there, back, and when one has stood for two days */
		"A0 B24 B24.1! A48 A49! B72 B95 A96 A119 B120 B143 A144 A167 B168 B191 A192 B200 B247 B248!",
		/* a month later it is forgotten */
		"A0 B1 B1.1! A2 A2.9! B900 B900.1!",
		/* a third text is news all the time */
		"A0 B1 B1.1! A2 A2.9! B3 C4 C4.1!",
	};

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		turns(plans[i], 2 * MINUTE);
	turns("A0 B1! A1.1! B1.2 A1.3 B1.4 B1.9 B2.5!", 0);
}

static void
a_text_that_comes_back_says_whose_it_is(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks", .text = "One." };
	struct lines all;

	p.doc_id = put_page(f, &p, to_desk()).doc_id;
	p.text = "Two.";
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_REVISION);
	p.text = "One.";
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_REVISION);
	all_events(f, &all);
	assert_int_equal(all.count, 3);
	assert_null(strstr(all.json[1], "returns_to"));
	assert_non_null(strstr(all.json[2], "\"returns_to\":1"));
	lines_done(&all);
}

/* What the newest revisions say alone: however many there are, and in any order of hashes. */
static void
what_was_never_there_is_no_return(void **state)
{
	struct turn list[3] = { { .number = 1, .seen_ms = 1 }, { .number = 2, .seen_ms = 2, .hash = { 1 } }, { .number = 3, .seen_ms = 3, .hash = { 2 } } };
	const unsigned char last[STORE_HASH] = { 2 }, other[STORE_HASH] = { 3 }, middle[STORE_HASH] = { 1 };
	unsigned back;
	bool again;

	assert_int_equal(store_turns_hold(NULL, 0, last, 10, &back, &again), 0);
	assert_int_equal(store_turns_hold(list, 3, other, 10, &back, &again), 0);
	assert_int_equal(back, 0);
	assert_int_equal(store_turns_hold(list, 3, last, 10, &back, &again), 0);	/* it is what stands there now */
	assert_int_equal(back, 0);
	assert_int_equal(store_turns_hold(list, 3, middle, 10, &back, &again), 7);
	assert_int_equal(back, 2);
	assert_false(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_that_goes_back_and_forth_is_told_until_it_is_known),
		cmocka_unit_test(what_was_never_there_is_no_return),
		cmocka_unit_test_setup_teardown(a_text_that_comes_back_says_whose_it_is, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
