/* What a look at a source leaves: candidates, validators, health told once each. */
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

static int
keep_source(const struct store_source *src, void *arg)
{
	struct store_source *ret = arg;

	if (strcmp(src->name, "alpha") != 0)
		return 0;
	*ret = *src;
	ret->name = ret->url = ret->labels = NULL;
	ret->etag = xstrdup(src->etag);
	ret->cause = xstrdup(src->cause);
	ret->last_modified = NULL;
	return 1;
}

static struct store_source
alpha(struct fixture *f)
{
	struct store_source src = { 0 };

	assert_int_equal(store_sources(f->s, keep_source, &src, &f->err), 0);
	return src;
}

enum how { SAME, READ, FAILED };

/* States in a row, and the events that they write. */
static const struct {
	const char *what;
	struct { enum how how; enum store_state state; } step[8];
	const char *events;
} healths[] = {
	{ "always well", { { READ, STATE_OK }, { SAME, STATE_OK }, { READ, STATE_OK } }, "" },
	{ "one outage", { { READ, STATE_OK }, { FAILED, STATE_FAILING }, { FAILED, STATE_FAILING },
	    { READ, STATE_OK }, { SAME, STATE_OK } }, "source.failing source.recovered " },
	{ "a 304 ends it too", { { READ, STATE_OK }, { FAILED, STATE_FAILING }, { SAME, STATE_OK } },
	  "source.failing source.recovered " },
	{ "a failure that is none yet", { { READ, STATE_OK }, { FAILED, STATE_OK }, { READ, STATE_OK } },
	  "" },
	{ "from bad to worse", { { READ, STATE_OK }, { FAILED, STATE_FAILING },
	    { FAILED, STATE_BLOCKED }, { READ, STATE_EMPTY }, { READ, STATE_OK } },
	  "source.failing source.recovered " },
	{ "never well", { { FAILED, STATE_FAILING }, { FAILED, STATE_FAILING } }, "source.failing " },
	{ "quiet against its habit", { { READ, STATE_OK }, { SAME, STATE_QUIET },
	    { SAME, STATE_QUIET }, { READ, STATE_OK } }, "source.quiet source.recovered " },
	{ "quiet, then failing", { { READ, STATE_OK }, { SAME, STATE_QUIET },
	    { FAILED, STATE_FAILING }, { READ, STATE_OK } },
	  "source.quiet source.failing source.recovered " },
};

static void
visit_as(struct fixture *f, enum how how, enum store_state state)
{
	const struct store_routes *routes = to_desk();
	const struct store_visit v = { .source = "alpha", .at_ms = f->now += MINUTE,
		.next_visit_ms = f->now + HOUR, .state = state, .cause = state == STATE_OK ? NULL :
		"HTTP 503", .advice = "wait", .http_status = how == FAILED ? 503 : 200 };
	const struct store_visit_opts opts = { 0 };
	int rc;

	if (how == SAME)
		rc = store_visits_same(f->s, &v, 1, &routes, &f->err);
	else if (how == READ)
		rc = store_visit_read(f->s, &v, NULL, 0, &opts, routes, NULL, &f->err);
	else
		rc = store_visit_failed(f->s, &v, routes, &f->err);
	if (rc < 0)
		fail_msg("%s", f->err.text);
}

static int
note_type(const struct store_event *e, void *arg)
{
	char *all = arg;
	size_t n = strlen(all);

	snprintf(all + n, 256 - n, "%s ", e->type);
	return 0;
}

static void
trouble_and_recovery_are_told_once_each(void **state)
{
	size_t i, k;

	for (i = 0; i < sizeof(healths) / sizeof(healths[0]); i++) {
		char all[256] = "";
		struct fixture *f;

		setup_store(state);
		f = *state;
		for (k = 0; k < 8 && healths[i].step[k].state != STATE_NEW; k++)
			visit_as(f, healths[i].step[k].how, healths[i].step[k].state);
		assert_int_equal(store_events(f->s, 0, 20, note_type, all, &f->err), 0);
		if (strcmp(all, healths[i].events) != 0)
			fail_msg("%s: %s", healths[i].what, all);
		teardown(state);
	}
}

static void
validators_live_until_a_good_visit_replaces_them(void **state)
{
	struct fixture *f = *state;
	struct store_visit v = { .source = "alpha", .at_ms = T0, .state = STATE_OK, .etag = "\"1\"" };
	const struct store_visit_opts opts = { 0 };
	struct store_source src;

	assert_int_equal(store_visit_read(f->s, &v, NULL, 0, &opts, NULL, NULL, &f->err), 0);
	v.etag = NULL;
	assert_int_equal(store_visit_failed(f->s, &v, NULL, &f->err), 0);
	assert_int_equal(store_visits_same(f->s, &v, 1, NULL, &f->err), 0);
	src = alpha(f);
	assert_string_equal(src.etag, "\"1\"");
	assert_true(src.baseline);
	store_source_done(&src);
	assert_int_equal(store_visit_read(f->s, &v, NULL, 0, &opts, NULL, NULL, &f->err), 0);
	src = alpha(f);
	assert_null(src.etag);
	assert_int_equal(src.visits, 4);
	store_source_done(&src);
}

static void
fill(struct store_candidate *list, char (*url)[64], size_t n, size_t from)
{
	size_t i;

	memset(list, 0, n * sizeof(*list));
	for (i = 0; i < n; i++) {
		snprintf(url[i], 64, "https://www.alpha.example/n/%zu", from + i);
		list[i].url = url[i];
	}
}

static void
a_storm_is_kept_quietly_but_for_one_event(void **state)
{
	struct fixture *f = *state;
	const struct store_visit_opts opts = { .max_fresh = 10 };
	struct store_visit v = { .source = "alpha", .at_ms = T0, .state = STATE_OK };
	struct store_visit_result r;
	struct store_candidate list[40];
	char url[40][64], all[256] = "";

	fill(list, url, 5, 0);
	assert_int_equal(store_visit_read(f->s, &v, list, 5, &opts, to_desk(), &r, &f->err), 0);
	fill(list, url, 40, 0);
	v.at_ms += HOUR;
	assert_int_equal(store_visit_read(f->s, &v, list, 40, &opts, to_desk(), &r, &f->err), 0);
	assert_int_equal(r.fresh, 35);
	assert_int_equal(r.held, 35);
	assert_int_equal(store_events(f->s, 0, 20, note_type, all, &f->err), 0);
	assert_string_equal(all, "source.gap ");
}

static void
two_lists_without_a_common_row_are_a_possible_gap(void **state)
{
	struct fixture *f = *state;
	struct store_candidate list[5];
	char url[5][64], all[256] = "";

	fill(list, url, 5, 0);
	visit(f, "alpha", list, 5);
	f->now += HOUR;
	fill(list, url, 5, 4);
	assert_int_equal(visit(f, "alpha", list, 5).known, 1);
	f->now += HOUR;
	fill(list, url, 5, 20);
	visit(f, "alpha", list, 5);
	f->now += HOUR;
	fill(list, url, 5, 40);
	visit(f, "alpha", list, 5);	/* not again on the same day */
	assert_int_equal(store_events(f->s, 0, 20, note_type, all, &f->err), 0);
	assert_string_equal(all, "source.gap ");
}

static int
note_url(const struct store_candidate *c, void *arg)
{
	char *all = arg;
	size_t n = strlen(all);

	snprintf(all + n, 256 - n, "%s ", strrchr(c->url, '/') + 1);
	return 0;
}

static void
candidates_come_oldest_first_and_rest_after_a_failure(void **state)
{
	struct fixture *f = *state;
	struct store_candidate list[3];
	char url[3][64], all[256] = "";

	fill(list, url, 3, 0);
	visit(f, "alpha", list, 3);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 10, note_url, all, &f->err), 0);
	assert_string_equal(all, "2 1 0 ");
	assert_int_equal(store_candidate_retry(f->s, 2, f->now + HOUR, "timeout", &f->err), 0);
	assert_int_equal(store_candidate_drop(f->s, 1, &f->err), 0);
	all[0] = '\0';
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 10, note_url, all, &f->err), 0);
	assert_string_equal(all, "0 ");
	f->now += HOUR;
	all[0] = '\0';
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 10, note_url, all, &f->err), 0);
	assert_string_equal(all, "1 0 ");
	assert_int_equal(visit(f, "alpha", list, 3).known, 3);
}

static int
count_due(const struct store_recheck *r, void *arg)
{
	++*(int *)arg;
	return 0;
}

static int
due(struct fixture *f)
{
	int n = 0;

	assert_int_equal(store_rechecks_due(f->s, f->now, 100, count_due, &n, &f->err), 0);
	return n;
}

static void
a_row_that_changed_makes_its_document_due(void **state)
{
	struct fixture *f = *state;
	struct store_candidate c = { .url = (char *)"https://www.alpha.example/a",
		.title = (char *)"Talks", .updated = (char *)"2023-02-09" };
	struct page p = { .url = c.url, .title = "Talks", .candidate_id = 1 };

	visit(f, "alpha", &c, 1);
	put_page(f, &p, NULL);
	assert_int_equal(due(f), 0);
	assert_int_equal(visit(f, "alpha", &c, 1).touched, 0);
	c.updated = (char *)"2023-02-10";
	assert_int_equal(visit(f, "alpha-feed", &c, 1).touched, 0);	/* not the source that found it */
	assert_int_equal(visit(f, "alpha", &c, 1).touched, 1);
	assert_int_equal(due(f), 1);
	assert_int_equal(visit(f, "alpha", &c, 1).touched, 0);
}

static void
a_list_that_stamps_all_rows_anew_touches_none(void **state)
{
	struct fixture *f = *state;
	struct store_candidate list[6];
	char url[6][64];
	size_t i;

	fill(list, url, 6, 0);
	for (i = 0; i < 6; i++)
		list[i].updated = (char *)"2023-02-09T10:00:00Z";
	visit(f, "alpha", list, 6);
	for (i = 0; i < 6; i++) {
		struct page p = { .url = url[5 - i], .title = url[5 - i],
			.candidate_id = (int64_t)i + 1 };

		put_page(f, &p, NULL);
	}
	for (i = 0; i < 6; i++)
		list[i].updated = (char *)"2023-02-09T10:15:00Z";
	assert_int_equal(visit(f, "alpha", list, 6).touched, 0);
}

static void
a_source_that_left_the_configuration_rests_and_hands_over(void **state)
{
	struct fixture *f = *state;
	const struct store_source_def beta = { .name = "beta", .url = "https://press.beta.example/" };
	const struct store_source_def both[] = { beta, { .name = "alpha",
		.url = "https://www.alpha.example/news/" } };
	struct store_candidate c = { .url = (char *)"https://www.alpha.example/b" };
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	char all[256] = "";

	put_page(f, &p, NULL);
	visit(f, "alpha", &c, 1);
	f->now += DAY;
	assert_int_equal(due(f), 1);
	assert_int_equal(store_sources_sync(f->s, &beta, 1, &f->err), 0);
	assert_int_equal(due(f), 0);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 9, note_url, all, &f->err), 0);
	assert_string_equal(all, "");
	visit(f, "beta", &c, 1);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 9, note_url, all, &f->err), 0);
	assert_string_equal(all, "b ");
	assert_int_equal(store_sources_sync(f->s, both, 2, &f->err), 0);
	assert_int_equal(due(f), 1);
}

static void
note_rule(const struct store_rule *now, uint64_t old_parts, void *arg)
{
	snprintf(arg, 64, "%s %llu", now->source, (unsigned long long)old_parts);
}

static void
note_facts(const char *source, const char *facts, void *arg)
{
	snprintf(arg, 64, "%s '%s'", source, facts);
}

static void
what_vouched_for_a_list_read_by_other_rules_goes_with_them(void **state)
{
	struct fixture *f = *state;
	struct store_rule rule = { "alpha", 7, 70, NULL }, other = { "alpha", 8, 80, "every 1h" };
	struct store_visit v = { .source = "alpha", .at_ms = T0, .state = STATE_OK, .etag = "\"1\"" };
	struct store_visit_result r;
	struct store_source src;
	char told[64] = "";

	assert_int_equal(store_visit_read(f->s, &v, NULL, 0, &(struct store_visit_opts){ .announce = true }, NULL, &r, &f->err), 0);
	assert_int_equal(store_rules_set(f->s, &rule, 1, &f->err), 0);
	store_rules_changed(f->s, &rule, 1, note_rule, told);
	assert_string_equal(told, "");
	src = alpha(f);
	assert_string_equal(src.etag, "\"1\"");
	store_source_done(&src);
	store_rules_changed(f->s, &other, 1, note_rule, told);
	assert_string_equal(told, "alpha 70");
	assert_int_equal(store_rules_set(f->s, &other, 1, &f->err), 0);
	src = alpha(f);
	assert_null(src.etag);
	store_source_done(&src);
	store_rules_facts(f->s, note_facts, told);
	assert_string_equal(told, "alpha 'every 1h'");
	/* an archive of an earlier program kept a number alone */
	assert_int_equal(store_meta_set(f->s, "rules", "{\"alpha\":7}", &f->err), 0);
	store_rules_changed(f->s, &rule, 1, note_rule, (told[0] = '\0', told));
	assert_string_equal(told, "");
	store_rules_changed(f->s, &other, 1, note_rule, told);
	assert_string_equal(told, "alpha 0");
	store_rules_facts(f->s, note_facts, (told[0] = '\0', told));
	assert_string_equal(told, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trouble_and_recovery_are_told_once_each),
		cmocka_unit_test_setup_teardown(validators_live_until_a_good_visit_replaces_them,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_storm_is_kept_quietly_but_for_one_event, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(two_lists_without_a_common_row_are_a_possible_gap,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(candidates_come_oldest_first_and_rest_after_a_failure,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_row_that_changed_makes_its_document_due, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(a_list_that_stamps_all_rows_anew_touches_none, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(what_vouched_for_a_list_read_by_other_rules_goes_with_them,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_source_that_left_the_configuration_rests_and_hands_over,
		    setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
