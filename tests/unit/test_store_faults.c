/*
 * The n-th write, flush or truncation fails, n = 1, 2, 3 ... until the call passes; and the process dies at any moment.
 * After each: the archive is whole, a call that failed left nothing, one that returned is there.
 */
#include <signal.h>
#include <sys/wait.h>
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_shim.h"
#include "base/banned.h"

/* ---- what is tried: each returns 0 or -1, and says what must be there when it returned 0 ---- */

static int
try_put(struct fixture *f, int number, int64_t doc_id, const char *text)
{
	CLEANUP(document_freep) struct document *doc = document_new();
	char url[64];
	struct store_put put = { .source = "alpha", .url = url, .doc = doc, .doc_id = doc_id,
		.extractor = "1", .at_ms = f->now, .raw = text, .raw_len = strlen(text),
		.next_check_ms = f->now + DAY };
	struct store_put_result r;

	snprintf(url, sizeof(url), "https://www.alpha.example/%d", number);
	doc->url = xstrdup(url);
	doc->title = xasprintf("Title %d", number);
	doc->text = xstrdup(text);
	return store_put(f->s, &put, to_desk(), &r, &f->err);
}

static int
op_put(struct fixture *f)
{
	return try_put(f, 100, 0, "A hundredth text.");
}

static int
op_edit(struct fixture *f)
{
	return try_put(f, 1, 1, "An edited text.");
}

static int
op_visit(struct fixture *f)
{
	struct store_candidate list[3] = { { .url = (char *)"https://www.alpha.example/x" },
		{ .url = (char *)"https://www.alpha.example/y" },
		{ .url = (char *)"https://www.alpha.example/z" } };
	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .state = STATE_OK,
		.etag = "\"new\"" };
	const struct store_visit_opts opts = { 0 };

	return store_visit_read(f->s, &v, list, 3, &opts, to_desk(), NULL, &f->err);
}

static int
op_delivered(struct fixture *f)
{
	return store_delivery_done(f->s, 1, "desk", f->now, &f->err);
}

static int
op_index(struct fixture *f)
{
	return store_index_step(f->s, 10, &f->err) < 0 ? -1 : 0;
}

static int
op_group(struct fixture *f)
{
	int rc = 0;

	if (store_begin(f->s, &f->err) < 0)
		return -1;
	/* A caller that goes on after a failure: its commit tells. */
	rc |= op_visit(f);
	rc |= op_put(f);
	rc |= op_edit(f);
	if (store_commit(f->s, &f->err) < 0)
		return -1;
	return rc;
}

static int
op_reopen(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
	return store_open(f->path, STORE_WRITE, NULL, &f->s, &f->err);
}

struct there { int64_t documents, revisions, events, candidates, deliveries; };

static const struct {
	const char *what;
	int (*run)(struct fixture *f);
	struct there adds;
} ops[] = {
	{ "put", op_put, { 1, 1, 1, 0, 1 } },
	{ "edit", op_edit, { 0, 1, 1, 0, 1 } },
	{ "visit", op_visit, { 0, 0, 0, 3, 0 } },
	{ "delivered", op_delivered, { 0, 0, 0, 0, -1 } },
	{ "index", op_index, { 0, 0, 0, 0, 0 } },
	{ "group", op_group, { 1, 2, 2, 3, 2 } },
	{ "reopen", op_reopen, { 0, 0, 0, 0, 0 } },
};

static struct there
there(struct fixture *f)
{
	struct store_counts c;

	if (store_get_counts(f->s, &c, &f->err) < 0)
		fail_msg("%s", f->err.text);
	return (struct there){ c.documents, c.revisions, c.events, c.candidates, c.deliveries };
}

static void
check(struct fixture *f, const char *what, int n, struct there before, struct there adds, bool done)
{
	struct there now, want = before;

	countdown = 0;
	if (f->s == NULL)
		fixture_open(f);
	store_rollback(f->s);
	fixture_close(f);
	fixture_open(f);
	now = there(f);
	if (done)
		want = (struct there){ before.documents + adds.documents, before.revisions +
			adds.revisions, before.events + adds.events, before.candidates + adds.candidates,
			before.deliveries + adds.deliveries };
	if (memcmp(&now, &want, sizeof(now)) != 0)
		fail_msg("%s, fault %d: %s but %lld documents %lld revisions %lld events", what, n,
		    done ? "passed" : "failed", (long long)now.documents, (long long)now.revisions,
		    (long long)now.events);
	if (store_verify(f->s, NULL, NULL, &f->err) < 0)
		fail_msg("%s, fault %d: %s", what, n, f->err.text);
}

static void
run_op(void **state, size_t i)
{
	bool done;
	int n, faults = 0;

	for (n = 1; n < 2000; n++) {
		struct fixture *f;
		struct there before;

		setup_store(state);
		f = *state;
		assert_int_equal(try_put(f, 1, 0, "The first text."), 0);
		assert_int_equal(try_put(f, 2, 0, "The second text."), 0);
		before = there(f);
		fault_hit = false;
		countdown = n;
		done = ops[i].run(f) == 0;
		countdown = 0;
		if (!done && f->err.class != ERR_LOCAL)
			fail_msg("%s, fault %d: class %d: %s", ops[i].what, n, f->err.class, f->err.text);
		check(f, ops[i].what, n, before, ops[i].adds, done);
		/* There is room again: the same call passes. */
		if (!done && ops[i].run(f) < 0)
			fail_msg("%s, after fault %d: %s", ops[i].what, n, f->err.text);
		teardown(state);
		if (!fault_hit)
			break;
		faults++;
	}
	assert_true(faults > 0 || ops[i].run == op_reopen);
	print_message("%s: %d faults\n", ops[i].what, faults);
}

static void
a_failing_disk_leaves_no_half_of_anything(void **state)
{
	static const int codes[] = { SQLITE_FULL, SQLITE_IOERR_WRITE };
	size_t i, k;

	for (k = 0; k < 3; k++) {
		fault_code = codes[k % 2];
		lasting = k >= 2;
		for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
			run_op(state, i);
	}
}

/* ---- death at any moment ---- */

static void
work_until_killed(struct fixture *f, int report)
{
	int64_t n;

	fixture_open(f);
	n = documents(f);
	for (;;) {
		char text[64];

		n++;
		snprintf(text, sizeof(text), "Text number %lld.", (long long)n);
		if (try_put(f, (int)n, 0, text) < 0 || store_index_step(f->s, 2, &f->err) < 0)
			_exit(1);
		if (write(report, &n, sizeof(n)) != sizeof(n))	/* it was vouched for */
			_exit(2);
	}
}

static void
a_killed_process_loses_nothing_that_it_vouched_for(void **state)
{
	struct fixture *f = *state;
	unsigned seed = 11;
	int round;

	fixture_close(f);
	for (round = 0; round < 25; round++) {
		int64_t vouched = 0, got;
		struct there now;
		int pipes[2], status;
		pid_t pid;

		assert_int_equal(pipe(pipes), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			work_until_killed(f, pipes[1]);
		close(pipes[1]);
		seed = seed * 1103515245 + 12345;
		usleep(20000 + (seed >> 8) % 60000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));
		while (read(pipes[0], &got, sizeof(got)) == sizeof(got))
			vouched = got;
		close(pipes[0]);
		fixture_open(f);
		now = there(f);
		assert_true(now.documents >= vouched);
		assert_int_equal(now.events, now.documents);
		assert_int_equal(now.deliveries, now.documents);
		if (store_verify(f->s, NULL, NULL, &f->err) < 0)
			fail_msg("round %d: %s", round, f->err.text);
		fixture_close(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_failing_disk_leaves_no_half_of_anything, setup_shim,
		    teardown_shim),
		cmocka_unit_test_setup_teardown(a_killed_process_loses_nothing_that_it_vouched_for,
		    setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
