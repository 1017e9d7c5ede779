/* template, release and the ends of the archive that only few see: one change on many pages, a storm released, an export read back. */
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

#define PAGES 8

static const char *const subjects[PAGES] = { "harbour", "railway", "budget", "climate", "hospital", "school", "treaty", "market" };

/* A text of its own for each page, and the line that all of them bear. */
static void
text_of(int i, const char *line, char out[1024])
{
	snprintf(out, 1024, "The committee on the %s met on day %d of the month and heard %d experts, who explained at length what the %s "
	    "needs until the end of the year, who is to pay for it and why nobody had asked before.\n\nThe %s committee meets again "
	    "in week %d.%s", subjects[i], i + 3, i * 7 + 2, subjects[i], subjects[i], i + 20, line);
}

static struct store_put_result
put_one(struct fixture *f, int i, int64_t doc_id, const char *line, int64_t confirm_ms)
{
	char url[64], title[64], text[1024];
	struct page p = { .url = url, .title = title, .text = text, .raw = text, .doc_id = doc_id, .confirm_ms = confirm_ms };

	snprintf(url, sizeof(url), "https://www.alpha.example/%d", i);
	snprintf(title, sizeof(title), "Report on the %s", subjects[i]);
	text_of(i, line, text);
	return put_page(f, &p, to_desk());
}

static int
count_type(struct fixture *f, const char *type)
{
	struct lines l = { 0 };
	int n = 0;

	all_events(f, &l);
	for (size_t i = 0; i < l.count; i++)
		n += strstr(l.json[i], type) != NULL;
	lines_done(&l);
	return n;
}

static void
the_same_words_on_many_pages_are_told_once(void **state)
{
	static const char line[] = "\n\nFollow us on our new channel today.";
	struct fixture *f = *state;
	int64_t ids[PAGES];
	int i, edits;

	for (i = 0; i < PAGES; i++)
		ids[i] = put_one(f, i, 0, "", 0).doc_id;
	f->now += DAY;
	for (i = 0; i < PAGES; i++) {
		(void)put_one(f, i, ids[i], line, 0);
		f->now += MINUTE;
	}
	assert_int_equal(count_type(f, "\"source.template\""), 1);
	edits = count_type(f, "\"document.edited\"");
	assert_int_equal(edits, 4);		/* those before the fifth */
	/* What was taken over is what stands there: the page as it is now differs from nothing. */
	for (i = 0; i < PAGES; i++) {
		assert_int_equal(put_one(f, i, ids[i], line, 0).what, PUT_SAME);
		f->now += MINUTE;
	}
	assert_int_equal(count_type(f, "\"document.edited\""), edits);
	if (store_verify(f->s, NULL, NULL, &f->err) < 0)
		fail_msg("%s", f->err.text);
}

static int
count_check(const struct store_recheck *r, void *arg)
{
	++*(int *)arg;
	return 0;
}

static void
a_first_difference_sends_a_look_at_sisters(void **state)
{
	struct fixture *f = *state;
	struct store_put_result r;
	int64_t ids[PAGES];
	int i, due = 0;

	for (i = 0; i < PAGES; i++)
		ids[i] = put_one(f, i, 0, "", 0).doc_id;
	f->now += HOUR;
	r = put_one(f, 0, ids[0], "\n\nFollow us on our new channel today.", 2 * MINUTE);
	assert_int_equal(r.what, PUT_PENDING);
	assert_int_equal(store_rechecks_due(f->s, f->now + MINUTE, 99, count_check, &due, &f->err), 0);
	assert_true(due >= 5);
	assert_int_equal(count_type(f, "\"document.edited\""), 0);
}

/* ---- a storm ---- */

struct waiting { int64_t id[64]; char *url[64]; int count; };

static int
keep_waiting(const struct store_candidate *c, void *arg)
{
	struct waiting *w = arg;

	w->id[w->count] = c->id;
	w->url[w->count++] = xstrdup(c->url);
	return 0;
}

static void
what_a_storm_held_is_released(void **state)
{
	struct fixture *f = *state;
	const struct store_visit_opts opts = { .max_fresh = 3 };
	struct store_visit v = { .source = "alpha", .at_ms = T0, .state = STATE_OK };
	struct store_candidate list[PAGES] = { 0 };
	struct store_visit_result r;
	struct waiting w = { 0 };
	char urls[PAGES][64];
	int64_t held;

	assert_int_equal(store_oldest_candidate_ms(f->s), 0);
	for (int i = 0; i < PAGES; i++) {
		snprintf(urls[i], sizeof(urls[i]), "https://www.alpha.example/%d", i);
		list[i].url = urls[i];
	}
	assert_int_equal(store_visit_read(f->s, &v, list, 1, &opts, to_desk(), &r, &f->err), 0);
	v.at_ms = f->now += HOUR;
	assert_int_equal(store_visit_read(f->s, &v, list, PAGES, &opts, to_desk(), &r, &f->err), 0);
	assert_int_equal(r.held, PAGES - 1);
	assert_int_equal(store_oldest_candidate_ms(f->s), T0);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 64, keep_waiting, &w, &f->err), 0);
	for (int i = 0; i < w.count; i++) {
		char text[1024];
		struct page p = { .url = w.url[i], .title = subjects[i], .text = text, .candidate_id = w.id[i], .quiet = true };

		text_of(i, "", text);
		if (i < 5)			/* the others are not fetched yet */
			(void)put_page(f, &p, to_desk());
	}
	assert_int_equal(count_type(f, "\"document.new\""), 0);
	assert_int_equal(store_held_count(f->s, "alpha", &held, &f->err), 0);
	assert_int_equal(held, PAGES - 1);
	assert_int_equal(store_held_count(f->s, "nobody", &held, &f->err), -1);
	assert_int_equal(f->err.class, ERR_INPUT);
	assert_int_equal(store_held_release(f->s, "nobody", false, 9, to_desk(), f->now, &f->err), -1);
	assert_int_equal(store_held_release(f->s, "alpha", false, 2, to_desk(), f->now, &f->err), 2);
	assert_int_equal(count_type(f, "\"document.new\""), 2);
	assert_true(store_held_release(f->s, "alpha", false, 99, to_desk(), f->now, &f->err) > 0);
	assert_int_equal(store_held_count(f->s, "alpha", &held, &f->err), 0);
	assert_int_equal(held, 0);
	assert_int_equal(store_held_release(f->s, "alpha", false, 99, to_desk(), f->now, &f->err), 0);
	/* Of the first visit's nobody was ever told: all of them now. */
	assert_true(store_held_release(f->s, "alpha", true, 99, to_desk(), f->now, &f->err) > 0);
	assert_int_equal(count_type(f, "\"document.new\""), 5);
	while (w.count > 0)
		free(w.url[--w.count]);
}

/* ---- an export ---- */

static void
an_exported_document_is_read_back(void **state)
{
	struct fixture *f = *state;
	struct store_doc *d = NULL, *again;
	int64_t bytes = 0;
	json_t *one, *two;
	char *a, *b;

	(void)put_page(f, &(struct page){ .url = "https://www.alpha.example/1", .final = "https://www.alpha.example/one", .title = "A title",
	    .date = "2023-02-09", .raw = "bytes as they came" }, to_desk());
	assert_int_equal(store_get(f->s, "1", 0, &d, &f->err), 0);
	one = store_doc_json(d, true);
	again = store_doc_of_json(one, f->now + DAY);
	two = store_doc_json(again, true);
	a = json_line(one);
	b = json_line(two);
	assert_string_equal(a, b);
	assert_int_equal(again->first_seen_ms, d->first_seen_ms);
	assert_true(again->published_ms > 0 && again->text_state == TEXT_FULL);
	free(a);
	free(b);
	json_decref(one);
	json_decref(two);
	store_doc_free(d);
	store_doc_free(again);
	/* What says nothing of itself is of now, and has no text. */
	one = json_object();
	again = store_doc_of_json(one, f->now);
	assert_int_equal(again->first_seen_ms, f->now);
	assert_int_equal(again->revision, 1);
	assert_int_equal(again->text_state, TEXT_NONE);
	store_doc_free(again);
	json_put_str(one, "text", "words");
	json_put_str(one, "first_seen", "no time");
	again = store_doc_of_json(one, f->now);
	assert_int_equal(again->text_state, TEXT_FULL);
	assert_int_equal(again->last_changed_ms, f->now);
	store_doc_free(again);
	json_put_str(one, "text_state", "cut");
	again = store_doc_of_json(one, f->now);
	assert_int_equal(again->text_state, TEXT_CUT);
	store_doc_free(again);
	json_decref(one);
	assert_int_equal(store_raw_bytes(f->s, &bytes, &f->err), 0);
	assert_true(bytes > 0);
	store_forget_pages(f->s);
}

/* ---- a digest ---- */

static int
keep_source(const struct store_batch_source *src, void *arg)
{
	struct store_batch_source *to = arg;

	to->count += src->count;
	to->first_ms = to->first_ms == 0 || src->first_ms < to->first_ms ? src->first_ms : to->first_ms;
	to->last_ms = src->last_ms > to->last_ms ? src->last_ms : to->last_ms;
	return strcmp(src->name, "alpha") != 0;		/* stops at another */
}

static void
a_digest_knows_its_sources(void **state)
{
	const struct store_pace pace = { .digest = DIGEST_EVERY, .digest_every_ms = HOUR, .people = true };
	const struct store_route desk = { .channel = "desk", .kinds = ~0u, .pace = &pace };
	const struct store_routes to_paced = { &desk, 1 };
	struct fixture *f = *state;
	struct store_batch_source sum = { 0 };
	struct store_batch b;
	int i;

	assert_int_equal(store_pace_set(f->s, "desk", &pace, f->now, &f->err), 0);
	for (i = 0; i < 3; i++) {
		char url[64], text[1024];

		snprintf(url, sizeof(url), "https://www.alpha.example/%d", i);
		text_of(i, "", text);
		(void)put_page(f, &(struct page){ .url = url, .title = subjects[i], .text = text }, &to_paced);
		f->now += MINUTE;
	}
	f->now += 2 * HOUR;
	assert_int_equal(store_pace_release(f->s, "desk", &pace, f->now, true, &f->err), 3);
	assert_int_equal(store_batch_due(f->s, "desk", f->now, false, &b, &f->err), 1);
	assert_int_equal(store_batch_sources(f->s, "desk", b.batch_id, keep_source, &sum, &f->err), 0);
	assert_int_equal(sum.count, 3);
	assert_int_equal(sum.last_ms - sum.first_ms, 2 * MINUTE);
	assert_int_equal(store_batch_done(f->s, "desk", b.batch_id, f->now, &f->err), 0);
	assert_int_equal(store_batch_due(f->s, "desk", f->now, false, &b, &f->err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_same_words_on_many_pages_are_told_once, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_first_difference_sends_a_look_at_sisters, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_a_storm_held_is_released, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_exported_document_is_read_back, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_digest_knows_its_sources, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
