/* entrance: what is learned of permanent redirects and hubs, in memory and in the archive. */
#include "tests/unit/store_fixture.h"
#include <event2/event.h>
#include "daemon/entrance.h"
#include "base/banned.h"

#define FROM "https://www.alpha.example/news/"
#define TO "https://news.alpha.example/"
#define OTHER "https://other.alpha.example/"

struct ground {
	struct fixture *f;
	struct daemon d;
	struct cfg_source cfg;
	struct plan_source ps;
	struct watch w;
};

static struct ground *
ground(struct fixture *f)
{
	struct ground *g = xcalloc(1, sizeof(*g));

	g->f = f;
	g->cfg.name = (char *)"alpha";
	g->cfg.url = (char *)FROM;
	g->ps.cfg = &g->cfg;
	g->w.d = &g->d;
	g->w.name = (char *)"alpha";
	g->w.ps = &g->ps;
	g->d.base = event_base_new();
	HASH_ADD_KEYPTR(hh, g->d.watches, g->w.name, strlen(g->w.name), &g->w);
	assert_int_equal(writer_start(g->d.base, f->s, &g->d.writer, &f->err), 0);
	f->s = NULL;			/* the writer's now */
	return g;
}

/* Everything told is in the archive, which is the test's again. */
static void
ground_end(struct ground *g)
{
	writer_stop(g->d.writer);
	event_base_free(g->d.base);
	HASH_CLEAR(hh, g->d.watches);
	entrance_forget(&g->w);
	fixture_open(g->f);
	free(g);
}

/* A visit of asked that ended there, over hops. */
static void
visit_led(struct ground *g, const char *asked, const char *to, bool permanent, const char *hop, enum fetch_outcome outcome)
{
	struct http_hop hops[2] = { { .url = (char *)asked, .status = 301 }, { .url = (char *)hop, .status = 301 } };
	struct http_answer http = { .url = (char *)to, .hops = hops, .hops_count = hop != NULL ? 2 : 1 };
	struct fetch_answer a = { .outcome = outcome, .http = to != NULL ? &http : NULL,
		.permanent_redirect = permanent };

	entrance_met(&g->w, asked, &a);
}

static int
keep_entrance(const struct store_entrance *e, void *arg)
{
	struct store_entrance *to = arg;

	*to = (struct store_entrance){ .source = xstrdup(e->source), .hub = xstrdup(e->hub),
		.moved_from = xstrdup(e->moved_from), .moved_to = xstrdup(e->moved_to),
		.moved_seen = e->moved_seen, .moved_ms = e->moved_ms };
	return 1;
}

static void
a_redirect_met_three_times_is_learned_and_read_back(void **state)
{
	CLEANUP(store_entrance_done) struct store_entrance kept = { 0 };
	struct fixture *f = *state;
	struct ground *g = ground(f);

	for (int i = 0; i < 3; i++) {
		assert_string_equal(entrance_url(&g->w, false), FROM);
		visit_led(g, FROM, TO, true, NULL, i == 1 ? FETCH_NOT_MODIFIED : FETCH_OK);
	}
	assert_string_equal(entrance_url(&g->w, false), TO);
	assert_string_equal(entrance_url(&g->w, true), FROM);	/* the look that confirms it */
	visit_led(g, FROM, TO, true, NULL, FETCH_OK);		/* and it does: nothing new */
	assert_int_equal(g->w.moved_seen, 3);
	ground_end(g);
	assert_int_equal(store_entrances(f->s, keep_entrance, &kept, &f->err), 0);
	assert_string_equal(kept.source, "alpha");
	assert_string_equal(kept.moved_from, FROM);
	assert_string_equal(kept.moved_to, TO);
	assert_int_equal(kept.moved_seen, 3);
	assert_true(kept.moved_ms > 0);
}

static void
what_was_learned_is_known_after_a_start(void **state)
{
	struct fixture *f = *state;
	struct watch w = { .name = (char *)"alpha" };
	struct cfg_source cfg = { .name = (char *)"alpha", .url = (char *)FROM };
	struct plan_source ps = { .cfg = &cfg };
	struct daemon d = { 0 };
	unsigned seen;

	w.ps = &ps;
	HASH_ADD_KEYPTR(hh, d.watches, w.name, strlen(w.name), &w);
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(store_entrance_moved(f->s, "alpha", FROM, TO, f->now + i, &seen, &f->err), 0);
		assert_int_equal(seen, i);
	}
	assert_int_equal(store_entrance_moved(f->s, "alpha-feed", OTHER, TO, f->now, &seen, &f->err), 0);
	assert_int_equal(entrance_load_all(&d, f->s, &f->err), 0);
	assert_string_equal(w.moved, TO);
	assert_int_equal(w.moved_seen, STORE_MOVED_LEARNED);
	entrance_forget(&w);
	/* The administrator wrote another address meanwhile: of that nothing is known. */
	cfg.url = (char *)OTHER;
	assert_int_equal(entrance_load_all(&d, f->s, &f->err), 0);
	assert_null(w.moved);
	HASH_CLEAR(hh, d.watches);
}

static void
what_is_no_lasting_move_teaches_nothing(void **state)
{
	struct ground *g = ground(*state);

	for (int i = 0; i < 4; i++) {
		visit_led(g, FROM, TO, false, NULL, FETCH_OK);			/* a passing redirect */
		visit_led(g, FROM, FROM, true, NULL, FETCH_OK);			/* to itself */
		visit_led(g, FROM, NULL, true, NULL, FETCH_FAILED);
		visit_led(g, FROM, TO, true, NULL, FETCH_GONE);
		visit_led(g, FROM, "http://news.alpha.example/", true, NULL, FETCH_OK);	/* off TLS */
		visit_led(g, FROM, TO, true, "http://a.example/", FETCH_OK);		/* off TLS on the way */
	}
	assert_null(g->w.moved);
	assert_string_equal(entrance_url(&g->w, false), FROM);
	ground_end(g);
}

static void
a_move_that_changes_or_ends_begins_anew(void **state)
{
	CLEANUP(store_entrance_done) struct store_entrance kept = { 0 };
	struct fixture *f = *state;
	struct ground *g = ground(f);

	visit_led(g, FROM, TO, true, NULL, FETCH_OK);
	visit_led(g, FROM, TO, true, NULL, FETCH_OK);
	visit_led(g, FROM, OTHER, true, NULL, FETCH_OK);	/* elsewhere now */
	assert_int_equal(g->w.moved_seen, 1);
	visit_led(g, FROM, FROM, false, NULL, FETCH_OK);	/* and nowhere */
	assert_null(g->w.moved);
	for (int i = 0; i < 3; i++)
		visit_led(g, FROM, OTHER, true, NULL, FETCH_OK);
	assert_string_equal(entrance_url(&g->w, false), OTHER);
	visit_led(g, OTHER, OTHER, false, NULL, FETCH_OK);	/* asked there: all well */
	assert_string_equal(entrance_url(&g->w, false), OTHER);
	visit_led(g, OTHER, NULL, false, NULL, FETCH_FAILED);	/* it fails: back to what was written */
	assert_string_equal(entrance_url(&g->w, false), FROM);
	visit_led(g, OTHER, NULL, false, NULL, FETCH_FAILED);
	ground_end(g);
	assert_int_equal(store_entrances(f->s, keep_entrance, &kept, &f->err), 0);
	assert_null(kept.moved_to);
	assert_int_equal(kept.moved_seen, 0);
}

static void
a_hub_is_kept_beside_a_move(void **state)
{
	CLEANUP(store_entrance_done) struct store_entrance kept = { 0 }, now = { 0 };
	struct fixture *f = *state;
	unsigned seen;

	assert_int_equal(store_entrance_hub(f->s, "alpha", NULL, &f->err), 0);	/* nothing known, nothing written */
	assert_int_equal(store_entrances(f->s, keep_entrance, &kept, &f->err), 0);
	assert_null(kept.source);
	assert_int_equal(store_entrance_moved(f->s, "alpha", FROM, NULL, f->now, &seen, &f->err), 0);
	assert_int_equal(seen, 0);
	assert_int_equal(store_entrance_hub(f->s, "alpha", "https://hub.example/", &f->err), 0);
	assert_int_equal(store_entrance_moved(f->s, "alpha", FROM, TO, f->now, &seen, &f->err), 0);
	assert_int_equal(store_entrance_hub(f->s, "alpha", "https://hub.example/", &f->err), 0);
	assert_int_equal(store_entrances(f->s, keep_entrance, &kept, &f->err), 0);
	assert_string_equal(kept.hub, "https://hub.example/");
	assert_string_equal(kept.moved_to, TO);
	assert_int_equal(kept.moved_ms, f->now);
	/* The hub is named no more; the move stays. */
	assert_int_equal(store_entrance_hub(f->s, "alpha", NULL, &f->err), 0);
	assert_int_equal(store_entrances(f->s, keep_entrance, &now, &f->err), 0);
	assert_null(now.hub);
	assert_string_equal(now.moved_to, TO);
}

static void
a_link_header_names_the_hub(void **state)
{
	static const struct { const char *link, *hub; } cases[] = {
		{ "<https://hub.example/>; rel=\"hub\"", "https://hub.example/" },
		{ "<https://hub.example/>; rel=hub", "https://hub.example/" },
		{ "<https://hub.example/>;rel=hub, <x>; rel=self", "https://hub.example/" },
		{ "<https://hub.example/>; Rel=\"HUB\"", "https://hub.example/" },
		{ "<x>; rel=\"self\", <https://hub.example/p>; rel=\"hub\"", "https://hub.example/p" },
		{ "<x>; rel=self; title=\"a\", </hub>; title=\"b\"; rel=\"alternate hub\"", "https://www.alpha.example/hub" },
		{ "<x>; rel=\"hub self\"", "https://www.alpha.example/news/x" },
		{ "<x>; rel=\"hubs\"", NULL }, { "<x>; rel=\"self  alternate\"", NULL }, { "<x>; rel=", NULL },
		{ "<x>; rel=\"", NULL }, { "<x>", NULL }, { "<x", NULL }, { "", NULL }, { NULL, NULL }, { "x>; rel=hub", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(freep) char *hub = entrance_hub(cases[i].link, FROM);

		if (cases[i].hub == NULL ? hub != NULL : hub == NULL || strcmp(hub, cases[i].hub) != 0)
			fail_msg("%s: %s", cases[i].link, hub != NULL ? hub : "none");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_redirect_met_three_times_is_learned_and_read_back, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_was_learned_is_known_after_a_start, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_lasting_move_teaches_nothing, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_move_that_changes_or_ends_begins_anew, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_hub_is_kept_beside_a_move, setup_store, teardown),
		cmocka_unit_test(a_link_header_names_the_hub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
