/* The log of looking: nothing is left out, equal outcomes are one row, old rows are merged. */
#include "store_fixture.h"
#include "base/banned.h"

struct log { struct store_look rows[512]; size_t count; int64_t looks, fresh; };

static int
keep(const struct store_look *look, void *arg)
{
	struct log *log = arg;

	assert_true(log->count < 512);
	log->rows[log->count] = *look;
	log->rows[log->count++].reason = NULL;
	log->looks += look->count;
	log->fresh += look->fresh;
	return 0;
}

static struct log
read_log(struct fixture *f, int64_t since_ms)
{
	struct log log = { 0 };

	if (store_looks(f->s, "alpha", since_ms, keep, &log, &f->err) < 0)
		fail_msg("%s", f->err.text);
	return log;
}

static void
same(struct fixture *f, long status)
{
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .next_visit_ms = f->now + 15 * MINUTE,
		.http_status = status, .state = STATE_OK };

	assert_int_equal(store_visits_same(f->s, &v, 1, NULL, &f->err), 0);
	f->now += 15 * MINUTE;
}

static void
failed(struct fixture *f)
{
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .http_status = 503, .state = STATE_FAILING,
		.cause = "status 503", .advice = "wait" };

	assert_int_equal(store_visit_failed(f->s, &v, NULL, &f->err), 0);
	f->now += 15 * MINUTE;
}

static void
equal_outcomes_are_one_row(void **state)
{
	struct fixture *f = *state;
	const struct store_candidate c = { .url = (char *)"https://www.alpha.example/1" };
	struct log log;

	visit(f, "alpha", &c, 1);
	f->now += 15 * MINUTE;
	for (int i = 0; i < 100; i++)
		same(f, 304);
	f->now += HOUR;		/* the daemon was stopped */
	same(f, 304);
	for (int i = 0; i < 3; i++)
		failed(f);
	same(f, 304);
	log = read_log(f, 0);
	assert_int_equal(log.count, 4);
	assert_int_equal(log.looks, 106);
	assert_int_equal(log.fresh, 1);
	assert_int_equal(log.rows[0].kind, LOOK_READ);
	assert_int_equal(log.rows[1].count, 101);
	assert_int_equal(log.rows[1].pause_ms, HOUR + 15 * MINUTE);
	assert_int_equal(log.rows[1].status, 304);
	assert_int_equal(log.rows[2].count, 3);
	assert_int_equal(log.rows[2].kind, LOOK_FAILED);
	assert_int_equal(log.rows[3].count, 1);
	assert_true(log.rows[2].first_ms > log.rows[1].last_ms);
	assert_int_equal(read_log(f, log.rows[2].first_ms).count, 2);
}

/* A source that changes its outcome with every look, for 90 days: whole for 30 days, then two rows a day, and none is lost. */
static void
old_rows_are_merged_by_day(void **state)
{
	struct fixture *f = *state;
	int64_t done = 0, begin = f->now;
	struct log log;

	for (int day = 0; day < 90; day++)
		for (int i = 0; i < 4; i++, done++) {
			same(f, i % 2 == 0 ? 304 : 200);
			f->now = begin + day * DAY + (i + 1) * 6 * HOUR;
		}
	log = read_log(f, 0);
	assert_int_equal(log.looks, done);
	assert_true(log.count < 60 * 2 + 31 * 4 + 8);
	assert_true(log.rows[0].merged && log.rows[4].merged && log.rows[4].count == 2);
	assert_false(log.rows[log.count - 1].merged);
	for (size_t i = 1; i < log.count; i++)
		assert_true(log.rows[i].first_ms >= log.rows[i - 1].first_ms);
	assert_int_equal(store_verify(f->s, NULL, NULL, &f->err), 0);
}

static void
an_unknown_source_has_no_log(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_looks(f->s, "nobody", 0, keep, &(struct log){ 0 }, &f->err), -1);
	assert_int_equal(f->err.class, ERR_INPUT);
	assert_int_equal(read_log(f, 0).count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equal_outcomes_are_one_row, setup_store, teardown),
		cmocka_unit_test_setup_teardown(old_rows_are_merged_by_day, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_unknown_source_has_no_log, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
