/* The pure parts of watching: windows that part, and the habit of a source; and its silence in an archive. */
#include "tests/unit/store_fixture.h"
#include "store/store_int.h"

struct parted { const char *what; uint64_t before[12], now[12]; bool parted; };

static const struct parted windows[] = {
	{ "one item in common", { 9, 8, 7, 6, 5 }, { 13, 12, 11, 10, 9 }, false },
	{ "none in common", { 9, 8, 7, 6, 5 }, { 14, 13, 12, 11, 10 }, true },
	{ "the same list", { 9, 8, 7, 6, 5 }, { 9, 8, 7, 6, 5 }, false },
	{ "only the pinned one in common", { 1, 9, 8, 7, 6 }, { 1, 14, 13, 12, 11 }, true },
	{ "two pinned", { 1, 2, 9, 8, 7 }, { 1, 2, 14, 13, 12 }, true },
	{ "pinned, and one more in common", { 1, 9, 8, 7, 6 }, { 1, 12, 11, 10, 9 }, false },
	{ "grows at its end", { 1, 2, 3, 4, 5 }, { 1, 2, 3, 4, 5, 6, 7 }, false },
	{ "its last items were replaced", { 9, 8, 7, 6, 5 }, { 9, 8, 7, 6, 4 }, false },
	{ "reordered", { 9, 8, 7, 6, 5 }, { 5, 7, 9, 6, 8 }, false },
	{ "too short to tell", { 9, 8 }, { 14, 13 }, false },
	{ "empty before", { 0 }, { 5, 4, 3 }, false },
	{ "empty now", { 5, 4, 3 }, { 0 }, false },
	{ "an item that left and came back", { 9, 7, 6, 5, 4 }, { 10, 9, 8, 7, 6 }, false },
};

static size_t
length(const uint64_t *list)
{
	size_t n = 0;

	while (n < 12 && list[n] != 0)
		n++;
	return n;
}

static void
windows_part_when_nothing_but_the_pinned_is_in_both(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		if (store_window_parted(windows[i].before, length(windows[i].before), windows[i].now,
		    length(windows[i].now)) != windows[i].parted)
			fail_msg("%s", windows[i].what);
}

#define FRIDAY_NOON (T0 + 2 * DAY + 13 * HOUR + INT64_C(2800000))	/* 2023-11-17 */

struct habit_case { const char *what; int days[20]; int rhythm, quiet; };	/* ages, newest first, end 999 */

static const struct habit_case habits[] = {
	{ "every day", { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 999 }, 1, 2 },
	{ "working days", { 0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 999 }, 1, 3 },	/* from Friday on */
	{ "Tuesday to Saturday", { 0, 1, 2, 3, 6, 7, 8, 9, 10, 13, 14, 999 }, 1, 2 },
	{ "weekly", { 0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 999 }, 7, 10 },
	{ "weekly with a summer break", { 0, 7, 14, 21, 49, 56, 63, 70, 77, 84, 999 }, 7, 39 },
	{ "irregular", { 0, 1, 5, 6, 16, 18, 25, 26, 40, 41, 999 }, 2, 20 },
	{ "several a day", { 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 9, 999 }, 1, 2 },
	{ "too few", { 0, 7, 14, 21, 28, 35, 42, 49, 999 }, 0, 0 },
	{ "all on one day", { 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 999 }, 0, 0 },
	{ "none", { 999 }, 0, 0 },
};

static void
a_habit_is_the_median_pause_and_a_limit_beyond_all_pauses(void **state)
{
	struct habit h;
	struct release_time times[20];
	size_t i, n;

	for (i = 0; i < sizeof(habits) / sizeof(habits[0]); i++) {
		for (n = 0; habits[i].days[n] != 999; n++)
			times[n] = (struct release_time){ FRIDAY_NOON - habits[i].days[n] * DAY, true };
		assert_int_equal(store_habit_learn(times, n, 0, FRIDAY_NOON, &h), habits[i].rhythm != 0);
		if (h.rhythm_ms != habits[i].rhythm * DAY || h.quiet_after_ms / DAY != habits[i].quiet)
			fail_msg("%s: %d, %d h", habits[i].what, (int)(h.rhythm_ms / DAY),
			    (int)(h.quiet_after_ms / HOUR));
	}
}

/*
 * Releases at an hour of some days of the week, twelve weeks of them, each a few minutes off; then silence from the last one on.
 * The hours of the week count from Monday 0:00 in the source's zone.
 */
struct silence { const char *what, *days; int hour, zone_min, fine, quiet; };

static const struct silence silences[] = {
	{ "working days at nine: not on Sunday, on Monday night", "MTWTF..", 9, 0, 7 * 24 - 24 + 12, 8 * 24 },
	{ "working days at nine: nor on Monday morning", "MTWTF..", 9, 0, 7 * 24 + 9, 8 * 24 },
	{ "in Tokyo", "MTWTF..", 9, 540, 7 * 24 + 9, 8 * 24 },
	{ "in New York, in the evening", "MTWTF..", 20, -300, 7 * 24 + 20, 8 * 24 + 20 },
	{ "each day at nine: after a whole day without", "MTWTFSS", 9, 0, 7 * 24 + 9, 8 * 24 + 10 },
	{ "on Thursdays: not within the week, on the next Monday", "...T...", 9, 0, 10 * 24 + 10, 15 * 24 },
	{ "Tuesdays and Fridays: not on Monday", ".T..F..", 14, 60, 8 * 24 + 14, 11 * 24 },
	{ "weekends", ".....SS", 12, 0, 12 * 24 + 12, 14 * 24 },
};

static void
a_silence_is_measured_in_the_days_and_hours_that_count(void **state)
{
	for (size_t i = 0; i < sizeof(silences) / sizeof(silences[0]); i++) {
		const struct silence *c = &silences[i];
		/* 2023-11-13 is a Monday; the last week of releases begins there. */
		int64_t monday = INT64_C(1699833600000) - c->zone_min * INT64_C(60000), last = 0;
		struct release_time times[84];
		struct habit h;
		size_t n = 0;

		for (int day = -77; day < 7; day++) {
			if (c->days[(day + 77) % 7] == '.')
				continue;
			last = monday + day * DAY + c->hour * HOUR + (int64_t)(n * 7 % 20) * 60000;
			times[n++] = (struct release_time){ .ms = last };
		}
		assert_true(store_habit_learn(times, n, c->zone_min, last, &h));
		if (last + h.quiet_after_ms <= monday + c->fine * HOUR || last + h.quiet_after_ms > monday + c->quiet * HOUR)
			fail_msg("%s: quiet %d hours after that Monday", c->what,
			    (int)((last + h.quiet_after_ms - monday) / HOUR));
	}
}

static void
look(struct fixture *f, struct store_candidate *list, size_t n)
{
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .http_status = 200,
		.state = STATE_OK, .list_hash = n + 1 };
	const struct store_visit_opts opts = { .window = true };

	if (n == 0)
		assert_int_equal(store_visits_same(f->s, &v, 1, (const struct store_routes *[]){ to_desk() },
		    &f->err), 0);
	else
		assert_int_equal(store_visit_read(f->s, &v, list, n, &opts, to_desk(), NULL, &f->err), 0);
}

static int
note(const struct store_event *e, void *arg)
{
	strcat((char *)arg, e->type);
	strcat((char *)arg, " ");
	return 0;
}

static int
note_state(const struct store_source *src, void *arg)
{
	*(enum store_state *)arg = src->state;
	return 1;
}

/* A release a day for twelve days, each put as it is found. */
static void
daily(struct fixture *f, struct store_candidate *c, char (*url)[64], int year, int64_t pause_ms)
{
	static const char *const words[] = { "one", "two", "three", "four", "five", "six", "seven",
		"eight", "nine", "ten", "eleven", "twelve" };
	char date[16];
	size_t i;

	for (i = 0; i < 12; i++) {
		struct page p = { .url = url[i], .title = words[i], .date = date, .no_text = true,
			.candidate_id = (int64_t)i + 1, .quiet = true };

		snprintf(url[i], 64, "https://www.alpha.example/n/%zu", i);
		snprintf(date, sizeof(date), "%d-11-%02zu", year, 14 + i);
		memset(&c[i], 0, sizeof(c[i]));
		c[i].url = url[i];
		look(f, &c[i], 1);
		put_page(f, &p, NULL);
		f->now += pause_ms;
	}
}

static void
silence_beyond_the_habit_is_told_once_and_its_end_once(void **state)
{
	struct fixture *f = *state;
	struct store_candidate c[14];
	char url[14][64], all[512] = "";
	enum store_state now;
	int i;

	daily(f, c, url, 2023, DAY);
	memset(&c[12], 0, sizeof(c[12]));
	c[12].url = (char *)"https://www.alpha.example/n/12";
	look(f, &c[12], 1);
	f->now += DAY + HOUR;
	look(f, NULL, 0);
	assert_int_equal(store_events(f->s, 0, 50, note, all, &f->err), 0);
	assert_string_equal(all, "");
	for (i = 0; i < 30; i++) {
		f->now += DAY;
		look(f, NULL, 0);
	}
	assert_int_equal(store_events(f->s, 0, 50, note, all, &f->err), 0);
	assert_string_equal(all, "source.quiet ");
	assert_int_equal(store_sources(f->s, note_state, &now, &f->err), 0);
	assert_int_equal(now, STATE_QUIET);
	c[13] = c[12];
	c[13].url = (char *)"https://www.alpha.example/n/13";
	look(f, &c[13], 1);
	all[0] = '\0';
	assert_int_equal(store_events(f->s, 0, 50, note, all, &f->err), 0);
	assert_string_equal(all, "source.quiet source.recovered ");
}

static void
an_old_source_that_is_new_to_us_is_not_called_quiet(void **state)
{
	struct fixture *f = *state;
	struct store_candidate c[12];
	char url[12][64], all[512] = "";

	daily(f, c, url, 2013, 0);
	look(f, c, 12);
	f->now += DAY;
	look(f, c, 12);
	assert_int_equal(store_events(f->s, 0, 50, note, all, &f->err), 0);
	assert_string_equal(all, "");
}

static void
a_list_that_shrank_to_a_stump_is_told_at_the_second_look(void **state)
{
	struct fixture *f = *state;
	struct store_candidate list[20];
	char url[20][64], all[512] = "";
	size_t i;
	enum store_state now;

	memset(list, 0, sizeof(list));
	for (i = 0; i < 20; i++) {
		snprintf(url[i], 64, "https://www.alpha.example/n/%zu", i);
		list[i].url = url[i];
	}
	look(f, list, 20);
	look(f, list, 2);
	look(f, list, 20);	/* a hiccup */
	assert_int_equal(store_events(f->s, 0, 50, note, all, &f->err), 0);
	assert_string_equal(all, "");
	look(f, list, 2);
	look(f, NULL, 0);
	look(f, NULL, 0);
	assert_int_equal(store_sources(f->s, note_state, &now, &f->err), 0);
	assert_int_equal(now, STATE_REDESIGNED);
	look(f, list, 18);
	assert_int_equal(store_events(f->s, 0, 50, note, all, &f->err), 0);
	assert_string_equal(all, "source.failing source.recovered ");
}

/* One look an hour that finds nothing, each after a good visit. How many until it counts as removed? */
static unsigned
looks_until_removed(struct fixture *f, int64_t doc_id, int64_t span_ms)
{
	struct store_gone_result r = { 0 };
	unsigned n = 0;

	while (!r.removed && n < 20) {
		struct store_gone g = { .doc_id = doc_id, .at_ms = f->now += HOUR, .next_check_ms = f->now + HOUR,
			.span_ms = span_ms, .http_status = 404, .cause = "the address answers 404 Not Found" };

		assert_int_equal(store_recheck_gone(f->s, &g, to_desk(), &r, &f->err), 0);
		f->now += HOUR / 2;
		look(f, NULL, 0);
		f->now -= HOUR / 2;
		n++;
	}
	return n;
}

static void
what_the_list_still_names_is_looked_for_longer(void **state)
{
	struct fixture *f = *state;
	struct store_candidate c[12];
	char url[12][64];

	daily(f, c, url, 2023, HOUR);	/* the last list names the twelfth alone */
	assert_int_equal(looks_until_removed(f, 1, HOUR), 3);
	assert_int_equal(looks_until_removed(f, 12, HOUR), 4);
	assert_int_equal(looks_until_removed(f, 2, 4 * HOUR), 5);
	look(f, &c[2], 1);
	assert_int_equal(looks_until_removed(f, 3, 4 * HOUR), 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_part_when_nothing_but_the_pinned_is_in_both),
		cmocka_unit_test(a_habit_is_the_median_pause_and_a_limit_beyond_all_pauses),
		cmocka_unit_test(a_silence_is_measured_in_the_days_and_hours_that_count),
		cmocka_unit_test_setup_teardown(silence_beyond_the_habit_is_told_once_and_its_end_once,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_old_source_that_is_new_to_us_is_not_called_quiet,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_the_list_still_names_is_looked_for_longer,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_list_that_shrank_to_a_stump_is_told_at_the_second_look,
		    setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
