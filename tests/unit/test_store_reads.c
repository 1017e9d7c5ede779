/*
 * The n-th read of the archive fails, n = 1, 2, 3 ... until the call passes without meeting it: every call of the store says so, as
 * a fault of this machine, and leaves nothing half done.
 */
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_shim.h"
#include "base/banned.h"

static const char *const labels[] = { "japan" };
static const struct store_source_def defs[] = {
	{ .name = "alpha", .url = "https://www.alpha.example/other/", .labels = labels, .labels_count = 1 },
	{ .name = "gamma", .was = "beta", .url = "https://press.beta.example/" },
};

/* Each reads all that a caller could. */
static int any_source(const struct store_source *x, void *arg) { return 0; }
static int any_sync(const struct store_sync *x, void *arg) { return 0; }
static int any_entrance(const struct store_entrance *x, void *arg) { return 0; }
static int any_fill(const struct store_fill *x, void *arg) { return 0; }
static int any_candidate(const struct store_candidate *x, void *arg) { return 0; }
static int any_recheck(const struct store_recheck *x, void *arg) { return 0; }
static int any_event(const struct store_event *x, void *arg) { return 0; }
static int any_delivery(const struct store_delivery *x, void *arg) { return 0; }
static int any_channel(const struct store_channel *x, void *arg) { return 0; }
static int any_dead(const struct store_dead *x, void *arg) { return 0; }
static int any_doc(const struct store_doc *x, const char *snippet, void *arg) { return 0; }
static int any_revision(const struct store_revision *x, void *arg) { return 0; }
static int any_similar(const struct store_doc *x, const struct store_similarity *h, void *arg) { return 0; }
static int any_look(const struct store_look *x, void *arg) { return 0; }

static int
put(struct fixture *f, const char *url, int64_t doc_id, const char *text, const char *raw)
{
	CLEANUP(document_freep) struct document *doc = document_new();
	struct store_put p = { .source = "alpha", .url = url, .doc = doc, .doc_id = doc_id, .extractor = "1",
		.at_ms = f->now, .raw = raw, .raw_len = strlen(raw), .next_check_ms = f->now + DAY,
		.content_type = "text/html" };
	struct store_put_result r;

	doc->url = xstrdup(url);
	doc->title = xstrdup("A title of its own");
	doc->text = xstrdup(text);
	doc->text_state = TEXT_FULL;
	doc->language = xstrdup("en");
	return store_put(f->s, &p, to_desk(), &r, &f->err);
}

#define OP(name, ...) static int name(struct fixture *f) { __VA_ARGS__ }
#define E &f->err

OP(o_sync, return store_sources_sync(f->s, defs, 2, E);)
OP(o_plan, return store_sources_plan(f->s, defs, 2, any_sync, NULL, E);)
OP(o_sources, return store_sources(f->s, any_source, NULL, E);)
OP(o_state, return store_sources_state(f->s, any_source, NULL, E);)
OP(o_rules, struct store_rule r = { "alpha", 7, 0, NULL }; return store_rules_set(f->s, &r, 1, E);)
OP(o_hub, return store_entrance_hub(f->s, "alpha", "https://hub.example/", E);)
OP(o_moved, unsigned n; return store_entrance_moved(f->s, "alpha", "https://a.example/", "https://b.example/", f->now, &n, E);)
OP(o_entrances, return store_entrances(f->s, any_entrance, NULL, E);)
OP(o_pause, return store_source_pause(f->s, "alpha", true, E);)
OP(o_times, struct release_time t[8]; size_t n; return store_source_times(f->s, "alpha", t, 8, &n, E);)
OP(o_distrust, return store_source_distrust(f->s, "alpha", f->now, to_desk(), E);)
OP(o_fills, return store_fills(f->s, any_fill, NULL, E);)
OP(o_known, bool k; return store_url_known(f->s, "https://www.alpha.example/9", &k, E);)
OP(o_candidates, return store_candidates_due(f->s, f->now, 0, 9, any_candidate, NULL, E);)
OP(o_drop, return store_candidate_drop(f->s, 1, E);)
OP(o_retry, return store_candidate_retry(f->s, 2, f->now, "why", E);)
OP(o_put, return put(f, "https://www.alpha.example/77", 0, other_text, "raw of 77");)
OP(o_edit, return put(f, "https://www.alpha.example/1", 1, "Another text now.", "raw of 1 again");)
OP(o_due, return store_rechecks_due(f->s, f->now + 9 * DAY, 9, any_recheck, NULL, E);)
OP(o_derived, return store_derived(f->s, NULL, 0, 9, any_recheck, NULL, E);)
OP(o_derived_of, return store_derived(f->s, "alpha", 0, 9, any_recheck, NULL, E);)
OP(o_count_derived, int64_t n; return store_count_derived(f->s, "alpha", &n, E);)
OP(o_recheck_failed, return store_recheck_failed(f->s, 1, f->now, f->now + DAY, 500, "why", E);)
OP(o_events, return store_events(f->s, 0, 99, any_event, NULL, E);)
OP(o_seq_of, int64_t n; return store_event_seq_of(f->s, "1", &n, E);)
OP(o_deliveries, return store_deliveries_due(f->s, "desk", f->now + DAY, true, 9, any_delivery, NULL, E);)
OP(o_delivery_failed, return store_delivery_failed(f->s, 2, "desk", f->now, f->now + HOUR, false, "why", E);)
OP(o_delivery_done, return store_delivery_done(f->s, 3, "desk", f->now, E);)
OP(o_attempt, return store_channel_attempt(f->s, "desk", false, true, "why", f->now, to_desk(), E);)
OP(o_channels, return store_channels(f->s, any_channel, NULL, E);)
OP(o_channels_open, return store_channels_open(f->s, any_channel, NULL, E);)
OP(o_channel_pause, return store_channel_pause(f->s, "desk", true, E);)
OP(o_dead, return store_dead_letters(f->s, any_dead, NULL, E);)
OP(o_redeliver, return store_redeliver(f->s, 0, NULL, f->now, E) < 0 ? -1 : 0;)
OP(o_redeliver_one, return store_redeliver(f->s, 2, "desk", f->now, E) < 0 ? -1 : 0;)
OP(o_held_count, int64_t n; return store_held_count(f->s, "alpha", &n, E);)
OP(o_release, return store_held_release(f->s, "alpha", true, 9, to_desk(), f->now, E) < 0 ? -1 : 0;)
OP(o_index, return store_index_step(f->s, 9, E) < 0 ? -1 : 0;)
OP(o_checkpoint, return store_checkpoint(f->s, E);)
OP(o_counts, struct store_counts c; return store_get_counts(f->s, &c, E);)
OP(o_meta, return store_meta_set(f->s, "note", "value", E);)
OP(o_verify, return store_verify(f->s, NULL, NULL, E);)
OP(o_looks, return store_looks(f->s, "alpha", 0, any_look, NULL, E);)
OP(o_revisions, return store_history(f->s, 1, any_revision, NULL, E);)
OP(o_similar, return store_similar(f->s, 1, any_similar, NULL, E) < 0 ? -1 : 0;)
OP(o_query, struct err e = { 0 }; return store_query_check("title:harbour OR", &e) < 0 ? 0 : -1;)

static int
o_visit(struct fixture *f)
{
	struct store_candidate list[2] = { { .url = (char *)"https://www.alpha.example/1" },
		{ .url = (char *)"https://www.alpha.example/new" } };
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .state = STATE_OK, .list_hash = 5 };
	const struct store_visit_opts opts = { .window = true, .more = "https://www.alpha.example/?p=2" };

	return store_visit_read(f->s, &v, list, 2, &opts, to_desk(), NULL, &f->err);
}

static int
o_same(struct fixture *f)
{
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .state = STATE_OK };
	const struct store_routes *r = to_desk();

	return store_visits_same(f->s, &v, 1, &r, &f->err);
}

static int
o_failed(struct fixture *f)
{
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .state = STATE_FAILING, .cause = "why" };

	return store_visit_failed(f->s, &v, to_desk(), &f->err);
}

static int
o_fill(struct fixture *f)
{
	struct store_candidate c = { .url = (char *)"https://www.alpha.example/older" };
	struct store_fill_result r;

	return store_fill_read(f->s, "alpha", &c, 1, "https://www.alpha.example/?p=3", f->now, &r, &f->err);
}

static int
o_rechecks_same(struct fixture *f)
{
	const struct store_recheck_same r = { 1, f->now, f->now + DAY, "\"e\"", NULL };

	return store_rechecks_same(f->s, &r, 1, &f->err);
}

static int
o_gone(struct fixture *f)
{
	const struct store_gone g = { 2, f->now, f->now + DAY, 0, 404, "not found" };
	struct store_gone_result r;

	return store_recheck_gone(f->s, &g, to_desk(), &r, &f->err);
}

static int
o_rederive(struct fixture *f)
{
	CLEANUP(document_freep) struct document *doc = document_new();

	doc->url = xstrdup("https://www.alpha.example/1");
	doc->title = xstrdup("Another title");
	doc->text = xstrdup(long_text);
	doc->text_state = TEXT_FULL;
	return store_rederive(f->s, 1, doc, "2", &f->err);
}

static int
o_raw(struct fixture *f)
{
	CLEANUP(freep) char *raw = NULL, *type = NULL;
	size_t n;

	return store_raw_of(f->s, 1, 0, &raw, &n, &type, &f->err);
}

static int
o_get(struct fixture *f)
{
	struct store_doc *d = NULL;

	if (store_get(f->s, "https://www.alpha.example/1", 1, &d, &f->err) < 0)
		return -1;
	store_doc_free(d);
	return 0;
}

static int
o_get_at(struct fixture *f)
{
	struct store_doc *d = NULL;

	if (store_get_at(f->s, "1", f->now, &d, &f->err) < 0)
		return -1;
	store_doc_free(d);
	return 0;
}

static int
o_list(struct fixture *f)
{
	const struct store_filter filter = { .source = "alpha", .label = "japan", .lang = "en", .limit = 9 };

	return store_list(f->s, &filter, true, any_doc, NULL, &f->err) < 0 ? -1 : 0;
}

static int
o_list_at(struct fixture *f)
{
	const struct store_filter filter = { .query = "title:title", .at_ms = f->now, .limit = 9 };

	return store_list(f->s, &filter, true, any_doc, NULL, &f->err) < 0 ? -1 : 0;
}

static int
o_walk(struct fixture *f)
{
	const struct store_filter filter = { .query = "minister", .limit = 9 };

	return store_walk(f->s, &filter, any_doc, NULL, &f->err) < 0 ? -1 : 0;
}

static int
search(struct fixture *f, const char *query)
{
	const struct store_filter filter = { .limit = 9 };

	return store_search(f->s, query, &filter, any_doc, NULL, &f->err) < 0 ? -1 : 0;
}

OP(o_search, return search(f, "minister OR \"fuel rose\" -harvest*");)
OP(o_search_old, return search(f, "minister in:revisions");)
OP(o_search_out, return search(f, "removed:minister");)

static int
o_prune(struct fixture *f)
{
	const struct store_prune what = { .what = PRUNE_REVISIONS, .before_ms = f->now + DAY, .now_ms = f->now + DAY,
		.keep = 1 };
	struct store_pruned r;

	return store_prune(f->s, &what, &r, &f->err);
}

static int
o_prune_raw(struct fixture *f)
{
	const struct store_prune what = { .what = PRUNE_RAW, .source = "alpha", .before_ms = f->now + DAY,
		.now_ms = f->now + DAY };
	struct store_pruned r;

	return store_prune(f->s, &what, &r, &f->err);
}

static int
o_pace(struct fixture *f)
{
	const struct store_pace pace = { .digest = DIGEST_EVERY, .digest_every_ms = HOUR, .storm = 2, .people = true };

	if (store_pace_set(f->s, "desk", &pace, f->now, &f->err) < 0)
		return -1;
	return store_pace_release(f->s, "desk", &pace, f->now + DAY, true, &f->err) < 0 ? -1 : 0;
}

static int
o_batch(struct fixture *f)
{
	struct store_batch b;
	int rc = store_batch_due(f->s, "desk", f->now + DAY, true, &b, &f->err);

	if (rc <= 0)
		return rc;
	if (store_batch_events(f->s, "desk", b.batch_id, 2, 9, true, any_delivery, NULL, &f->err) < 0 ||
	    store_batch_failed(f->s, "desk", b.batch_id, f->now, f->now, false, "why", &f->err) < 0)
		return -1;
	return store_batch_done(f->s, "desk", b.batch_id, f->now, &f->err);
}

/* In this order: what a later one needs, an earlier one made. */
static const struct { const char *what; int (*run)(struct fixture *f); } ops[] = {
	{ "sources", o_sources }, { "state", o_state }, { "plan", o_plan }, { "rules", o_rules }, { "hub", o_hub },
	{ "moved", o_moved }, { "entrances", o_entrances }, { "times", o_times }, { "distrust", o_distrust },
	{ "visit", o_visit }, { "same", o_same }, { "fills", o_fills }, { "fill", o_fill }, { "failed", o_failed },
	{ "known", o_known }, { "candidates", o_candidates }, { "drop", o_drop }, { "retry", o_retry },
	{ "put", o_put }, { "edit", o_edit }, { "due", o_due }, { "derived", o_derived },
	{ "derived of a source", o_derived_of }, { "count derived", o_count_derived },
	{ "rechecks same", o_rechecks_same }, { "recheck failed", o_recheck_failed }, { "gone", o_gone },
	{ "gone twice", o_gone }, { "gone for good", o_gone }, { "rederive", o_rederive }, { "raw", o_raw },
	{ "events", o_events }, { "seq of", o_seq_of }, { "deliveries", o_deliveries },
	{ "delivery failed", o_delivery_failed }, { "delivery done", o_delivery_done }, { "attempt", o_attempt },
	{ "channels", o_channels }, { "open channels", o_channels_open }, { "dead letters", o_dead }, { "redeliver", o_redeliver },
	{ "redeliver one", o_redeliver_one }, { "pace", o_pace }, { "batch", o_batch }, { "held", o_held_count },
	{ "release", o_release }, { "index", o_index }, { "get", o_get }, { "get at", o_get_at }, { "list", o_list },
	{ "list at", o_list_at }, { "walk", o_walk }, { "search", o_search }, { "search revisions", o_search_old },
	{ "search removed", o_search_out }, { "history", o_revisions }, { "similar", o_similar },
	{ "looks", o_looks }, { "query", o_query }, { "counts", o_counts }, { "meta", o_meta },
	{ "verify", o_verify }, { "checkpoint", o_checkpoint }, { "channel pause", o_channel_pause },
	{ "pause", o_pause }, { "prune raw", o_prune_raw }, { "prune", o_prune }, { "sync", o_sync },
};

static void
fill_archive(struct fixture *f)
{
	static const char *const urls[] = { "https://www.alpha.example/1", "https://www.alpha.example/2",
		"https://www.alpha.example/3" };
	struct store_candidate list[3] = { { .url = (char *)"https://www.alpha.example/x" },
		{ .url = (char *)"https://www.alpha.example/y" }, { .url = (char *)"https://www.alpha.example/z" } };
	char text[1024];
	int i;

	visit(f, "alpha", list, 3);
	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "%s %s", i == 1 ? other_text : long_text, urls[i]);
		assert_int_equal(put(f, urls[i], 0, text, urls[i]), 0);
	}
	assert_int_equal(put(f, urls[0], 1, "The minister is gone.", "raw of an edit"), 0);
	assert_int_equal(store_delivery_failed(f->s, 1, "desk", f->now, f->now, true, "gave up", &f->err), 0);
	f->now += HOUR;
}

static int
run_op(struct fixture *f, size_t i)
{
	int n, told = 0;

	for (n = 1;; n++) {
		int rc;

		assert_true(n < 2000);
		fixture_close(f);
		fixture_open(f);
		fault_hit = false;
		countdown = n;
		rc = ops[i].run(f);
		countdown = 0;
		if (rc < 0 && !fault_hit)
			fail_msg("%s: %s", ops[i].what, f->err.text);
		if (rc < 0 && f->err.class != ERR_LOCAL)
			fail_msg("%s, read %d: class %d: %s", ops[i].what, n, f->err.class, f->err.text);
		if (!fault_hit)
			return told;
		told += rc < 0;
	}
}

static void
a_read_that_fails_is_told_by_every_call(void **state)
{
	struct fixture *f;
	size_t i;
	int told = 0;

	reads_fail = true;
	for (lasting = false;; lasting = true) {
		setup_store(state);
		f = *state;
		fill_archive(f);
		for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
			told += run_op(f, i);
			if (store_verify(f->s, NULL, NULL, &f->err) < 0)
				fail_msg("after %s: %s", ops[i].what, f->err.text);
		}
		teardown(state);
		if (lasting)
			break;
	}
	print_message("%d failed reads were told\n", told);
	assert_true(told > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_read_that_fails_is_told_by_every_call, setup_shim, teardown_shim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
