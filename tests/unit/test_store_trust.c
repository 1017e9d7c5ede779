/* What a source says is believed as far as it proved true: GUIDs, hints, validators. */
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

#define ROWS 6

struct list { struct store_candidate rows[ROWS]; char url[ROWS][64], guid[ROWS][32], title[ROWS][64]; };

/* Rows 0 to 5; round chooses the GUIDs and titles that turn, in an order that turns too. */
static struct store_visit_result
show(struct fixture *f, bool rotate, unsigned round, int retitled)
{
	struct list *l = xcalloc(1, sizeof(*l));
	struct store_visit_result r;
	unsigned i;

	for (i = 0; i < ROWS; i++) {
		unsigned n = (i + round) % ROWS;

		snprintf(l->url[i], sizeof(l->url[i]), "https://www.alpha.example/press/%u", n);
		snprintf(l->guid[i], sizeof(l->guid[i]), "g%u-%u", n, rotate ? round : 0);
		snprintf(l->title[i], sizeof(l->title[i]), "Release %u%s", n, (int)n == retitled ? " (updated)" : "");
		l->rows[i] = (struct store_candidate){ .url = l->url[i], .guid = l->guid[i], .title = l->title[i] };
	}
	f->now += HOUR;
	r = visit(f, "alpha", l->rows, ROWS);
	free(l);
	return r;
}

static int
take_source(const struct store_source *src, void *arg)
{
	struct store_source *to = arg;

	if (strcmp(src->name, "alpha") != 0)
		return 0;
	*to = *src;
	return 1;
}

static struct store_source
source(struct fixture *f)
{
	struct store_source src = { 0 };

	assert_int_equal(store_sources_state(f->s, take_source, &src, &f->err), 0);
	return src;
}

static int
put_one(const struct store_candidate *c, void *arg)
{
	struct fixture *f = arg;
	char text[512];
	struct page p = { .url = c->url, .title = c->title, .candidate_id = c->id, .text = text };

	snprintf(text, sizeof(text), "%s says of %s. %s", c->title, c->url, c->id % 2 == 0 ? long_text : other_text);
	put_page(f, &p, to_desk());
	return 0;
}

static void
fetch_all(struct fixture *f)
{
	assert_int_equal(store_candidates_due(f->s, f->now, 0, ROWS, put_one, f, &f->err), 0);
}

static void
guids_that_rotate_are_noticed_and_written_down_no_more(void **state)
{
	struct fixture *f = *state;
	struct store_counts before, after;
	unsigned round;

	show(f, true, 0, -1);
	fetch_all(f);
	assert_int_equal(documents(f), ROWS);
	for (round = 1; round < 4; round++)
		assert_int_equal(show(f, true, round, -1).fresh, 0);
	assert_int_equal(source(f).guids, GUIDS_ROTATING);
	assert_int_equal(store_get_counts(f->s, &before, &f->err), 0);
	for (; round < 60; round++)
		assert_int_equal(show(f, true, round, -1).fresh, 0);
	assert_int_equal(store_get_counts(f->s, &after, &f->err), 0);
	assert_int_equal(documents(f), ROWS);
	assert_int_equal(after.events, before.events);
}

static void
guids_that_stay_are_trusted_and_doubtful_ones_are_said_to_be(void **state)
{
	struct fixture *f = *state;
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .http_status = 200, .state = STATE_OK };
	const struct store_visit_opts doubtful = { .trust_guid = false };
	struct store_candidate row = { .url = (char *)"https://www.alpha.example/press/1", .guid = (char *)"" };
	unsigned round;

	for (round = 0; round < 5; round++) {
		show(f, false, round, -1);
		fetch_all(f);
	}
	assert_int_equal(source(f).guids, GUIDS_TRUSTED);
	assert_int_equal(store_visit_read(f->s, &v, &row, 1, &doubtful, to_desk(), NULL, &f->err), 0);
	assert_int_equal(source(f).guids, GUIDS_DOUBTFUL);
	assert_string_equal(store_guids_name(GUIDS_DOUBTFUL), "doubtful");
}

static int
count_due(const struct store_recheck *r, void *arg)
{
	++*(int *)arg;
	return 0;
}

/* The documents that are due now were looked at: unchanged, or edited. */
static int
take_due(const struct store_recheck *r, void *arg)
{
	*(int64_t *)arg = r->doc_id;
	return 1;
}

static void
hints_that_prove_wrong_are_heard_seldom_and_right_ones_always(void **state)
{
	struct fixture *f = *state;
	int heard = 0, round, i;
	int64_t id;

	show(f, false, 0, -1);
	fetch_all(f);
	for (round = 1; round <= 40; round++) {	/* a row cries wolf at each visit */
		struct store_recheck_same same;
		int due = 0;

		show(f, false, 0, round % ROWS);
		assert_int_equal(store_rechecks_due(f->s, f->now, ROWS, count_due, &due, &f->err), 0);
		heard += due > 0;
		for (i = 0; i < due; i++) {
			assert_int_equal(store_rechecks_due(f->s, f->now, 1, take_due, &id, &f->err), 0);
			same = (struct store_recheck_same){ .doc_id = id, .at_ms = f->now, .next_check_ms = f->now + 900 * DAY };
			assert_int_equal(store_rechecks_same(f->s, &same, 1, &f->err), 0);
		}
	}
	print_message("wrong hints heard at %d of 40 visits\n", heard);
	assert_true(heard >= 4 && heard <= 14);
	assert_true(source(f).hints_wrong >= 8 && source(f).hints_right == 0);
}

static void
validators_that_lie_are_told_of_once(void **state)
{
	struct fixture *f = *state;
	struct lines lines;

	assert_int_equal(store_source_distrust(f->s, "alpha", f->now, to_desk(), &f->err), 0);
	assert_int_equal(store_source_distrust(f->s, "alpha", f->now + HOUR, to_desk(), &f->err), 0);
	all_events(f, &lines);
	assert_int_equal(lines.count, 1);
	assert_non_null(strstr(lines.json[0], "source.stale"));
	lines_done(&lines);
	assert_true(source(f).lies);
}

/* Text and furniture of a page, read otherwise after a redesign, or edited. */
static void
another_part_of_the_same_page_is_no_edit(void **state)
{
	static const char note[] = "Questions are answered by the press office of the ministry.";
	CLEANUP(freep) char *page = xasprintf("Menu\n%s\n%s\nImprint", long_text, note), *without = xasprintf("Start\n%s", long_text);
	CLEANUP(freep) char *longer = xasprintf("%s\n\n%s", long_text, note);
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/1", .title = "A release", .raw = "<p>1" };
	struct store_put_result r = put_page(f, &p, to_desk());
	struct lines lines = { .count = 0 };

	p.doc_id = r.doc_id;
	f->now += HOUR;
	p.text = longer;
	p.raw = "<p>2";
	p.old_page = p.new_page = page;		/* the note was there before: only now is it taken for text */
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_SAME);
	f->now += HOUR;
	p.text = long_text;
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_SAME);
	f->now += HOUR;
	p.text = longer;
	p.old_page = without;			/* it was not: somebody wrote it */
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_REVISION);
	f->now += HOUR;
	p.text = long_text;
	p.old_page = page;
	p.new_page = without;
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_REVISION);
	all_events(f, &lines);
	assert_int_equal(lines.count, 3);	/* new, edited, edited */
	lines_done(&lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(guids_that_rotate_are_noticed_and_written_down_no_more, setup_store, teardown),
		cmocka_unit_test_setup_teardown(guids_that_stay_are_trusted_and_doubtful_ones_are_said_to_be, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(hints_that_prove_wrong_are_heard_seldom_and_right_ones_always, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(validators_that_lie_are_told_of_once, setup_store, teardown),
		cmocka_unit_test_setup_teardown(another_part_of_the_same_page_is_no_edit, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
