/* writer: intentions share a commit; when it fails each of them hears of it, whatever it returned itself. */
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_shim.h"
#include <event2/event.h>
#include "daemon/writer.h"
#include "base/banned.h"

struct told {
	int rc[8];
	int order[8];
	int count;
	struct err err;
};

struct task {
	struct told *told;
	int number;
	const char *key;		/* of the row that it writes */
	bool fails;
};

static int
write_row(struct store *s, void *arg, struct err *reterr)
{
	struct task *t = arg;

	if (store_meta_set(s, t->key, "value", reterr) < 0)
		return -1;
	return t->fails ? err_set(reterr, ERR_INPUT, "not this one") : 0;
}

static void
wrote_row(void *arg, int rc, const struct err *err)
{
	struct task *t = arg;

	t->told->order[t->told->count] = t->number;
	t->told->rc[t->told->count++] = rc;
	if (rc < 0)
		t->told->err = *err;
}

/* Posts three at once, the second with a fault of its own, and waits until all were told. */
static struct told
three(struct fixture *f, struct event_base *base, struct writer *w)
{
	struct told told = { 0 };
	struct task tasks[3] = { { &told, 1, "one", false }, { &told, 2, "two", true }, { &told, 3, "three", false } };

	for (int i = 0; i < 3; i++)
		writer_post(w, write_row, wrote_row, &tasks[i]);
	assert_int_equal(writer_waiting(w), 3);
	while (told.count < 3)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(writer_waiting(w), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(told.order[i], i + 1);
	return told;
}

static void
each_is_told_in_order_and_of_its_own_fault(void **state)
{
	struct fixture *f = *state;
	struct event_base *base = event_base_new();
	struct writer *w;
	struct told told;

	assert_int_equal(writer_start(base, f->s, &w, &f->err), 0);
	f->s = NULL;
	told = three(f, base, w);
	assert_int_equal(told.rc[0], 0);
	assert_int_equal(told.rc[1], -1);
	assert_int_equal(told.rc[2], 0);
	assert_int_equal(told.err.class, ERR_INPUT);
	writer_stop(w);
	writer_stop(NULL);
	event_base_free(base);
	fixture_open(f);
}

static void
a_commit_that_fails_is_told_to_all(void **state)
{
	struct fixture *f = *state;
	struct event_base *base = event_base_new();
	struct writer *w;
	struct told told;

	fixture_close(f);
	fixture_open(f);		/* through the shim */
	assert_int_equal(writer_start(base, f->s, &w, &f->err), 0);
	f->s = NULL;
	fault_code = SQLITE_FULL;
	lasting = true;
	countdown = 1;
	told = three(f, base, w);
	for (int i = 0; i < 3; i++)
		assert_int_equal(told.rc[i], -1);
	assert_true(fault_hit);
	countdown = 0;
	lasting = false;
	told = three(f, base, w);	/* there is room again */
	assert_int_equal(told.rc[0], 0);
	assert_int_equal(told.rc[2], 0);
	writer_stop(w);
	event_base_free(base);
	fixture_open(f);
}

static void
what_was_posted_is_done_before_the_end(void **state)
{
	struct fixture *f = *state;
	struct event_base *base = event_base_new();
	struct told told = { 0 };
	struct task task = { &told, 1, "last", false };
	struct writer *w;

	assert_int_equal(writer_start(base, f->s, &w, &f->err), 0);
	f->s = NULL;
	writer_post(w, write_row, wrote_row, &task);
	writer_stop(w);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.rc[0], 0);
	event_base_free(base);
	fixture_open(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_is_told_in_order_and_of_its_own_fault, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_commit_that_fails_is_told_to_all, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_was_posted_is_done_before_the_end, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, setup_shim, teardown_shim);
}
