/* Deliveries: in order per channel and source, at least once, under one id. */
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

struct due {
	char what[256];			/* "source:seq source:seq ..." */
	char id[64], json[4096];	/* of the first */
};

static int
note(const struct store_delivery *d, void *arg)
{
	struct due *due = arg;
	size_t n = strlen(due->what);

	if (n == 0) {
		snprintf(due->id, sizeof(due->id), "%s", d->event_id);
		snprintf(due->json, sizeof(due->json), "%s", d->json);
	}
	snprintf(due->what + n, sizeof(due->what) - n, "%s%s:%lld", n > 0 ? " " : "", d->source,
	    (long long)d->seq);
	return 0;
}

static const char *
due_now(struct fixture *f, const char *channel, bool any, struct due *due)
{
	memset(due, 0, sizeof(*due));
	if (store_deliveries_due(f->s, channel, f->now, any, 100, note, due, &f->err) < 0)
		fail_msg("%s", f->err.text);
	return due->what;
}

static const struct store_routes *
to_both(bool once_per_story)
{
	static struct store_route list[] = {
		{ .channel = "desk", .kinds = ~0u }, { .channel = "mail", .kinds = ~0u } };
	static const struct store_routes both = { list, 2 };

	list[1].once_per_story = once_per_story;
	return &both;
}

static void
publish(struct fixture *f, const char *source, int n, bool once_per_story)
{
	char url[96], text[96];
	struct page p = { .url = url, .title = url, .text = text, .source = source };

	snprintf(url, sizeof(url), "https://www.%s.example/%d", source, n);
	snprintf(text, sizeof(text), "Text %d of %s.", n, source);
	put_page(f, &p, to_both(once_per_story));
}

static void
each_source_is_told_in_order_and_waits_for_no_other(void **state)
{
	struct fixture *f = *state;
	struct due due;

	assert_int_equal(store_deliveries_next_ms(f->s), 0);
	publish(f, "alpha", 1, false);
	publish(f, "beta", 2, false);
	publish(f, "alpha", 3, false);
	assert_string_equal(due_now(f, "desk", false, &due), "alpha:1 beta:2");
	assert_int_equal(store_deliveries_next_ms(f->s), f->now);
	assert_int_equal(store_delivery_failed(f->s, 1, "desk", f->now, f->now + MINUTE, false,
	    "HTTP 500", &f->err), 0);
	assert_string_equal(due_now(f, "desk", false, &due), "beta:2");	/* 3 waits for 1 */
	assert_string_equal(due_now(f, "desk", true, &due), "alpha:1 beta:2");
	assert_string_equal(due_now(f, "mail", false, &due), "alpha:1 beta:2");
	assert_int_equal(store_delivery_done(f->s, 2, "desk", f->now, &f->err), 0);
	assert_int_equal(store_delivery_done(f->s, 1, "mail", f->now, &f->err), 0);
	assert_int_equal(store_delivery_done(f->s, 2, "mail", f->now, &f->err), 0);
	assert_int_equal(store_delivery_done(f->s, 3, "mail", f->now, &f->err), 0);
	assert_int_equal(store_deliveries_next_ms(f->s), f->now + MINUTE);
	f->now += MINUTE;
	assert_string_equal(due_now(f, "desk", false, &due), "alpha:1");
	assert_int_equal(store_delivery_done(f->s, 1, "desk", f->now, &f->err), 0);
	assert_string_equal(due_now(f, "desk", false, &due), "alpha:3");
	assert_int_equal(store_delivery_done(f->s, 3, "desk", f->now, &f->err), 0);
	assert_int_equal(store_deliveries_next_ms(f->s), 0);
}

static void
a_repeat_has_the_same_id_and_bytes(void **state)
{
	struct fixture *f = *state;
	struct due first, again;
	struct page edit = { .url = "https://www.alpha.example/1", .title = "New title",
		.text = "New text.", .doc_id = 1 };

	publish(f, "alpha", 1, false);
	due_now(f, "desk", false, &first);
	put_page(f, &edit, to_both(false));
	fixture_close(f);
	fixture_open(f);
	due_now(f, "desk", false, &again);
	assert_string_equal(first.id, again.id);
	assert_string_equal(first.json, again.json);
}

static int
desk_is_open(const struct store_channel *c, void *arg)
{
	int *seen = arg;

	if (strcmp(c->name, "desk") != 0)
		return 0;
	assert_int_equal(c->dead, 1);
	assert_string_equal(c->error, "HTTP 410");
	assert_int_equal(c->told, 0);
	++*seen;
	return 0;
}

static void
what_is_given_up_is_counted_and_lets_the_next_pass(void **state)
{
	struct fixture *f = *state;
	struct store_counts c;
	struct due due;
	int seen = 0;

	publish(f, "alpha", 1, false);
	publish(f, "alpha", 2, false);
	assert_int_equal(store_delivery_failed(f->s, 1, "desk", f->now, 0, true, "HTTP 410", &f->err), 0);
	assert_string_equal(due_now(f, "desk", false, &due), "alpha:2");
	assert_int_equal(store_get_counts(f->s, &c, &f->err), 0);
	assert_int_equal(c.dead_deliveries, 1);
	assert_int_equal(c.deliveries, 3);
	assert_int_equal(store_channels_open(f->s, desk_is_open, &seen, &f->err), 0);
	assert_int_equal(seen, 1);
}

static void
copies_on_other_sites_are_told_once_where_asked(void **state)
{
	struct fixture *f = *state;
	struct page a = { .url = "https://www.alpha.example/a", .title = "Talks" };
	struct page b = { .url = "https://www.beta.example/a", .title = "Talks", .source = "beta" };
	struct due due;

	put_page(f, &a, to_both(true));
	put_page(f, &b, to_both(true));
	assert_string_equal(due_now(f, "desk", false, &due), "alpha:1 beta:2");
	assert_string_equal(due_now(f, "mail", false, &due), "alpha:1");
}

static void
a_copy_is_told_when_the_first_carrier_was_not(void **state)
{
	struct fixture *f = *state;
	struct page a = { .url = "https://www.alpha.example/a", .title = "Talks", .quiet = true };
	struct page b = { .url = "https://www.beta.example/a", .title = "Talks", .source = "beta" };
	struct due due;

	put_page(f, &a, to_both(true));
	put_page(f, &b, to_both(true));
	assert_string_equal(due_now(f, "mail", false, &due), "beta:1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_source_is_told_in_order_and_waits_for_no_other,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_repeat_has_the_same_id_and_bytes, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_is_given_up_is_counted_and_lets_the_next_pass,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(copies_on_other_sites_are_told_once_where_asked,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_copy_is_told_when_the_first_carrier_was_not, setup_store,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
