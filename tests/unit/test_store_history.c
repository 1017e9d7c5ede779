/* history: what earlier revisions said, what edits took out, and the archive as it was at a time. */
#include "store_fixture.h"

static const char first[] = "Sanctions will not be lifted before the summer.\n\nThe minister said so in Hanoi.\n\nTalks go on.";
static const char second[] = "Sanctions will be lifted before the summer.\n\nThe minister said so in Hanoi.\n\nTalks go on.";
static const char third[] = "Sanctions will be lifted before the autumn.\n\nTalks go on.";

/* Document 1 with three revisions, a day apart; document 2 never edited. */
static int
setup_history(void **state)
{
	struct fixture *f;
	struct page p = { .url = "https://www.alpha.example/1", .title = "Sanctions stay", .text = first };
	struct page other = { .url = "https://www.alpha.example/2", .title = "Fisheries", .text = other_text };

	setup_store(state);
	f = *state;
	put_page(f, &p, to_desk());
	put_page(f, &other, to_desk());
	p.doc_id = 1;
	p.text = second;
	f->now += DAY;
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_REVISION);
	p.text = third;
	p.title = "Sanctions end";
	f->now += DAY;
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_REVISION);
	while (store_index_step(f->s, 1, &f->err) > 0)
		;
	return 0;
}

struct found { char ids[256], snippet[512]; unsigned in; };

static int
note(const struct store_doc *d, const char *snippet, void *arg)
{
	struct found *all = arg;
	size_t n = strlen(all->ids);

	snprintf(all->ids + n, sizeof(all->ids) - n, "%s%s", n > 0 ? " " : "", d->id);
	snprintf(all->snippet, sizeof(all->snippet), "%s", snippet != NULL ? snippet : "");
	all->in = d->found_in;
	return 0;
}

static const struct { const char *query, *ids; unsigned in; } queries[] = {
	{ "Hanoi", "", 0 }, { "Hanoi in:revisions", "1", 2 }, { "hà nội in:revisions", "1", 2 },
	{ "autumn in:revisions", "1", 0 }, { "summer in:revisions", "1", 2 }, { "removed:not", "1", 1 },
	{ "removed:Hanoi", "1", 2 }, { "removed:autumn", "", 0 }, { "removed:lifted", "", 0 },
	{ "removed:\"minister said so\"", "1", 2 }, { "removed:\"summer the minister\"", "", 0 },
	{ "removed:stay", "1", 2 }, { "removed:not source:beta", "", 0 }, { "removed:not OR removed:Hanoi", "1", 1 },
	{ "title:stay in:revisions", "1", 1 }, { "sanctions removed:not", "1", 1 }, { "fisheries removed:not", "", 0 },
	{ "fisheries in:revisions", "2", 0 }, { "changed:2023-11", "1", 0 }, { "changed:2023-11-16", "1", 0 },
	{ "changed:2023-11-14", "", 0 }, { "changed:2023-11-15..2023-11-15", "1", 0 }, { "changed:..2023-11-14", "", 0 },
	{ "changed:2023-12..", "", 0 }, { "sanctions changed:2023", "1", 0 }, { "story:2", "2", 0 },
};

static void
earlier_texts_and_removed_words_are_found(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct found all = { 0 }, list = { 0 };
		struct store_filter filter = { .query = queries[i].query };

		if (store_search(f->s, queries[i].query, NULL, note, &all, &f->err) < 0 ||
		    store_list(f->s, &filter, false, note, &list, &f->err) < 0)
			fail_msg("%s: %s", queries[i].query, f->err.text);
		if (strcmp(all.ids, queries[i].ids) != 0 || strcmp(list.ids, queries[i].ids) != 0)
			fail_msg("%s: found \"%s\" and \"%s\"", queries[i].query, all.ids, list.ids);
		if (all.in != queries[i].in && strchr(queries[i].query, ':') != NULL && queries[i].in != 2)
			fail_msg("%s: in revision %u", queries[i].query, all.in);
	}
}

static void
a_removed_word_is_shown_where_it_stood(void **state)
{
	struct fixture *f = *state;
	struct found all = { 0 };

	assert_int_equal(store_search(f->s, "removed:not", NULL, note, &all, &f->err), 1);
	assert_non_null(strstr(all.snippet, "\002not\003"));
	assert_int_equal(store_search(f->s, "removed:minister", NULL, note, &all, &f->err), 1);
	assert_non_null(strstr(all.snippet, "The \002minister\003"));
	assert_null(strstr(all.snippet, "presswatch"));
	assert_int_equal(store_search(f->s, "hanoi in:revisions", NULL, note, &all, &f->err), 1);
	assert_non_null(strstr(all.snippet, "\002Hanoi\003"));
}

static void
the_archive_is_shown_as_it_was(void **state)
{
	struct fixture *f = *state;
	static const struct { int64_t at; const char *text; unsigned revision; } cases[] = {
		{ T0, first, 1 }, { T0 + DAY - 1, first, 1 }, { T0 + DAY, second, 2 }, { T0 + 3 * DAY, third, 3 },
	};
	struct store_doc *d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(store_get_at(f->s, "1", cases[i].at, &d, &f->err), 0);
		assert_string_equal(d->text, cases[i].text);
		assert_int_equal(d->revision, cases[i].revision);
		store_doc_free(d);
	}
	assert_int_equal(store_get_at(f->s, "1", T0 - 1, &d, &f->err), -1);
	assert_int_equal(f->err.class, ERR_INPUT);
	for (int day = 0; day < 3; day++) {
		struct found hanoi = { 0 }, autumn = { 0 }, all = { 0 };
		struct store_filter filter = { .at_ms = T0 + day * DAY };

		assert_int_equal(store_search(f->s, "hanoi", &filter, note, &hanoi, &f->err), day < 2);
		assert_int_equal(store_search(f->s, "autumn", &filter, note, &autumn, &f->err), day == 2);
		assert_int_equal(store_list(f->s, &filter, true, note, &all, &f->err), 2);
	}
	assert_int_equal(store_list(f->s, &(struct store_filter){ .at_ms = T0 - 1 }, false, note,
	    &(struct found){ 0 }, &f->err), 0);
}

/* A channel is told by what an edit took out. */
static void
a_route_may_ask_for_removed_words(void **state)
{
	struct fixture *f = *state;
	const struct store_route route = { .channel = "care", .kinds = ~0u, .match = "removed:talks" };
	const struct store_routes routes = { &route, 1 };
	struct page p = { .url = "https://www.alpha.example/1", .title = "Sanctions end", .doc_id = 1,
		.text = "Sanctions will be lifted before the autumn of this year." };
	struct store_counts before, after;

	assert_int_equal(store_get_counts(f->s, &before, &f->err), 0);
	f->now += DAY;
	put_page(f, &p, &routes);
	assert_int_equal(store_get_counts(f->s, &after, &f->err), 0);
	assert_int_equal(after.deliveries, before.deliveries + 1);
	f->now += DAY;
	p.text = "Sanctions will be lifted before the autumn of this year, or later.";
	put_page(f, &p, &routes);
	assert_int_equal(store_get_counts(f->s, &after, &f->err), 0);
	assert_int_equal(after.deliveries, before.deliveries + 1);
}

static void
the_configuration_adds_spellings(void **state)
{
	static char *const ways[] = { (char *)"Mekong", (char *)"Fisheries", NULL };
	static char *const *const lists[] = { ways, NULL };
	struct fixture *f = *state;
	struct found found = { 0 };

	assert_int_equal(store_search(f->s, "mekong", NULL, note, &found, &f->err), 0);
	store_set_spellings(f->s, lists);
	assert_int_equal(store_search(f->s, "mekong", NULL, note, &found, &f->err), 1);
	store_set_spellings(f->s, NULL);
	assert_int_equal(store_search(f->s, "mekong", NULL, note, &found, &f->err), 0);
}

static void
the_whole_is_verified(void **state)
{
	struct fixture *f = *state;

	if (store_verify(f->s, NULL, NULL, &f->err) < 0)
		fail_msg("%s", f->err.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(earlier_texts_and_removed_words_are_found, setup_history, teardown),
		cmocka_unit_test_setup_teardown(a_removed_word_is_shown_where_it_stood, setup_history, teardown),
		cmocka_unit_test_setup_teardown(the_archive_is_shown_as_it_was, setup_history, teardown),
		cmocka_unit_test_setup_teardown(a_route_may_ask_for_removed_words, setup_history, teardown),
		cmocka_unit_test_setup_teardown(the_configuration_adds_spellings, setup_history, teardown),
		cmocka_unit_test_setup_teardown(the_whole_is_verified, setup_history, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
