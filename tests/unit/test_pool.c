/* test_pool: workers that crash, hang, grow and lie; the loop and the other jobs go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "worker/pool.h"
#include "worker/sandbox.h"
#include "worker/worker_int.h"
#include "base/banned.h"

/*
 * The worker of these tests is this program itself. A page whose text begins with a word of this table makes
 * it misbehave; any other is really extracted.
 */
static uint32_t asked;	/* id of the job, which the test writes into its now_ms */

static void
say(struct job_answer *ret, const char *what, int n)
{
	(void)err_set(&ret->err, ERR_INPUT, "%s %d", what, n);
}

static void
do_crash(struct job_answer *ret)
{
	raise(SIGSEGV);
}

static void
do_spin(struct job_answer *ret)
{
	for (volatile unsigned n = 0;; n++)
		;
}

static void
do_sleep(struct job_answer *ret)
{
	for (;;)
		usleep(100000);
}

static void
do_grow(struct job_answer *ret)
{
	for (;;)
		memset(xmalloc(8 << 20), 1, 8 << 20);
}

static void
do_assert(struct job_answer *ret)
{
	abort();
}

static void
do_garbage(struct job_answer *ret)
{
	char junk[600];

	memset(junk, 0xee, sizeof(junk));
	(void)send(WORKER_FD, junk, sizeof(junk), MSG_NOSIGNAL);
	do_sleep(ret);
}

static void
send_frame(uint32_t id, const char *head, size_t n)
{
	struct buf b = BUF_INIT(4096);
	struct err err;

	(void)job_frame_add(&b, id, head, n, 0, &err);
	(void)send(WORKER_FD, b.data, b.len, MSG_NOSIGNAL);
	buf_done(&b);
}

static void
do_other_id(struct job_answer *ret)
{
	send_frame(77777, "\0\0\0\3\2x", 7);
	do_sleep(ret);
}

static void
do_half_an_answer(struct job_answer *ret)
{
	send_frame(asked, "\0\0\0\3", 4);
	do_sleep(ret);
}

static void
do_leave(struct job_answer *ret)
{
	_exit(0);
}

static void
do_open(struct job_answer *ret)
{
	int fd = open("/etc/hostname", O_RDONLY);

	say(ret, "open", fd < 0);
}

static void
do_socket(struct job_answer *ret)
{
	say(ret, "socket", socket(AF_INET, SOCK_STREAM, 0) < 0);
}

static void
do_exec(struct job_answer *ret)
{
	char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	execv(name, argv);
	say(ret, "exec", errno);
}

static void
do_fork(struct job_answer *ret)
{
	say(ret, "fork", fork() < 0);
}

static void
do_kill_parent(struct job_answer *ret)
{
	say(ret, "kill", kill(getppid(), 0) < 0);
}

static void
do_executable(struct job_answer *ret)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);

	say(ret, "executable memory", p != MAP_FAILED);
}

static void
do_descriptors(struct job_answer *ret)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
	say(ret, "descriptors", n);
}

static void
do_environment(struct job_answer *ret)
{
	say(ret, "environment", getenv("PRESSWATCH_TEST_SECRET") != NULL);
}

static const struct {
	const char *word;
	void (*run)(struct job_answer *ret);
} tricks[] = {
	{ "crash", do_crash }, { "spin", do_spin }, { "sleep", do_sleep }, { "grow", do_grow },
	{ "assert", do_assert }, { "garbage", do_garbage }, { "other-id", do_other_id },
	{ "half-answer", do_half_an_answer }, { "leave", do_leave }, { "open", do_open },
	{ "socket", do_socket }, { "exec", do_exec }, { "fork", do_fork },
	{ "kill-parent", do_kill_parent }, { "executable", do_executable },
	{ "descriptors", do_descriptors }, { "environment", do_environment },
};

static void
run_trick(const struct job *j, struct job_answer *ret)
{
	*ret = (struct job_answer){ 0 };
	asked = (uint32_t)j->extract.now_ms;
	for (size_t i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++) {
		if (j->len == strlen(tricks[i].word) &&
		    memcmp(j->bytes, tricks[i].word, j->len) == 0) {
			tricks[i].run(ret);
			return;
		}
	}
	job_run(j, ret);
}

static const char page[] = "<!DOCTYPE html><html lang=\"en\"><head><title>A visit</title></head><body>"
    "<h1>A visit</h1><p>The minister travelled to the capital on Thursday and met the president there, "
    "so that both could speak about roads, water and schools for an hour.</p></body></html>";

struct seen {
	struct event_base *base;
	unsigned count, stop_at;
	struct err err[64];
	bool document[64];
	struct document *last;
};

static void
on_done(const struct job_answer *a, void *arg)
{
	struct seen *s = arg;

	if (s->count < 64) {
		s->err[s->count] = a->err;
		s->document[s->count] = a->document != NULL;
	}
	document_free(s->last);
	s->last = pool_take_document(a);
	if (++s->count == s->stop_at)
		event_base_loopbreak(s->base);
}

static struct job
job_of(const char *bytes)
{
	struct job j = { .kind = JOB_EXTRACT, .bytes = bytes, .len = strlen(bytes) };

	j.extract.url = "http://192.0.2.1/a";
	j.extract.now_ms = 1676000000000;
	return j;
}

struct fixture {
	struct seen seen;
	struct pool *pool;
};

static void
begin(struct fixture *f, const struct pool_opts *opts)
{
	struct err err;

	memset(f, 0, sizeof(*f));
	f->seen.base = event_base_new();
	assert_int_equal(pool_new(f->seen.base, opts, &f->pool, &err), 0);
}

static void
run_until(struct fixture *f, unsigned count)
{
	struct timeval limit = { .tv_sec = 40 };

	f->seen.stop_at = count;
	event_base_loopexit(f->seen.base, &limit);
	event_base_dispatch(f->seen.base);
	assert_int_equal(f->seen.count, count);
}

static void
end(struct fixture *f)
{
	pool_free(f->pool);
	document_free(f->seen.last);
	event_base_free(f->seen.base);
}

static void
a_page_comes_back_as_a_document(void **state)
{
	struct fixture f;
	struct job j = job_of(page);
	struct pool_stats st;

	begin(&f, &(struct pool_opts){ 0 });
	pool_submit(f.pool, &j, on_done, &f.seen);
	assert_int_equal(f.seen.count, 0);	/* never from within */
	run_until(&f, 1);
	assert_true(f.seen.document[0]);
	assert_non_null(strstr(f.seen.last->text, "roads, water and schools"));
	pool_get_stats(f.pool, &st);
	assert_int_equal(st.jobs, 1);
	assert_int_equal(st.restarts, 0);
	assert_int_equal(st.workers, 1);
	assert_int_equal(st.unfiltered, sandbox_instrumented());
	end(&f);
}

static void
a_worker_that_misbehaves_costs_its_own_job_only(void **state)
{
	static const struct { const char *word; enum err_class class; const char *text; bool plain; } cases[] = {
		{ "crash", ERR_LIMIT, "worker died (SIGSEGV)", false },
		{ "spin", ERR_LIMIT, "parsing took over 1 s of CPU", true },
		{ "sleep", ERR_LIMIT, "worker exceeded 1 s", true },
		{ "grow", ERR_LIMIT, "parsing took over 256 MB of memory", false },
		{ "assert", ERR_LIMIT, "worker died (SIGABRT", false },
		{ "garbage", ERR_LOCAL, "no worker sends", true },
		{ "other-id", ERR_LOCAL, "answered 77777 when asked", true },
		{ "half-answer", ERR_LOCAL, "malformed answer", true },
		{ "leave", ERR_LOCAL, "worker ended with status 0", true },
		{ "exec", ERR_LIMIT, "worker died (SIGSYS", false },
		{ "socket", ERR_LIMIT, "worker died (SIGSYS", false },
		{ "fork", ERR_LIMIT, "worker died (SIGSYS", false },
		{ "kill-parent", ERR_LIMIT, "worker died (SIGSYS", false },
	};
	struct pool_opts opts = { .workers = 1, .cpu_s = 1, .memory_bytes = 256 << 20 };
	struct pool_stats st;
	struct fixture f;
	struct job j;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (sandbox_instrumented() && !cases[i].plain)
			continue;	/* the sanitizer's own reports, and no filter */
		/* Short where the limit itself is meant, else long enough for a busy machine. */
		opts.wall_ms = strcmp(cases[i].word, "sleep") == 0 ? 1000 : 20000;
		begin(&f, &opts);
		j = job_of(cases[i].word);
		j.extract.now_ms = 1;
		pool_submit(f.pool, &j, on_done, &f.seen);
		j = job_of(page);
		pool_submit(f.pool, &j, on_done, &f.seen);
		run_until(&f, 2);
		if (f.seen.err[0].class != cases[i].class ||
		    strstr(f.seen.err[0].text, cases[i].text) == NULL)
			fail_msg("%s: class %d, %s", cases[i].word, f.seen.err[0].class,
			    f.seen.err[0].text);
		assert_true(f.seen.document[1]);
		pool_get_stats(f.pool, &st);
		assert_int_equal(st.restarts, 1);
		assert_int_equal(st.jobs, 2);
		end(&f);
	}
}

static void
a_worker_has_no_files_descriptors_or_environment_of_ours(void **state)
{
	static const struct { const char *word, *text; bool plain; } cases[] = {
		{ "open", "open 1", false }, { "executable", "executable memory 0", false },
		{ "descriptors", "descriptors 4", false }, { "environment", "environment 0", true },
	};
	struct fixture f;
	struct job j;
	unsigned n = 0;
	int extra = open("/dev/null", O_RDONLY);	/* without O_CLOEXEC, on purpose */

	setenv("PRESSWATCH_TEST_SECRET", "x", 1);
	begin(&f, &(struct pool_opts){ 0 });
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (sandbox_instrumented() && !cases[i].plain)
			continue;
		j = job_of(cases[i].word);
		pool_submit(f.pool, &j, on_done, &f.seen);
		run_until(&f, ++n);
		assert_string_equal(f.seen.err[n - 1].text, cases[i].text);
	}
	close(extra);
	end(&f);
}

static void
many_jobs_pass_through_few_workers_in_order_of_arrival(void **state)
{
	struct fixture f;
	struct job j = job_of(page);
	struct pool_stats st;

	begin(&f, &(struct pool_opts){ .workers = 2, .jobs_max = 20 });
	for (int i = 0; i < 60; i++)
		pool_submit(f.pool, &j, on_done, &f.seen);
	pool_get_stats(f.pool, &st);
	assert_int_equal(st.waiting, 60);
	run_until(&f, 60);
	for (int i = 0; i < 60; i++)
		assert_true(f.seen.document[i]);
	pool_get_stats(f.pool, &st);
	assert_int_equal(st.restarts, 0);	/* jobs_max is no failure */
	assert_int_equal(st.waiting, 0);
	end(&f);
}

static void
a_cancelled_job_gives_no_answer(void **state)
{
	struct fixture f;
	struct job j = job_of(page);
	uint64_t running, waiting;

	begin(&f, &(struct pool_opts){ 0 });
	running = pool_submit(f.pool, &j, on_done, &f.seen);
	pool_submit(f.pool, &j, on_done, &f.seen);
	waiting = pool_submit(f.pool, &j, on_done, &f.seen);
	pool_submit(f.pool, &j, on_done, &f.seen);
	pool_cancel(f.pool, waiting);
	pool_cancel(f.pool, running);
	pool_cancel(f.pool, 9999);
	run_until(&f, 2);
	end(&f);
}

static void
large_pages_and_large_answers_pass(void **state)
{
	struct fixture f;
	struct buf b = BUF_INIT(16 << 20);
	struct job j;

	buf_adds(&b, "<html><head><title>Long</title></head><body><h1>Long</h1>");
	for (int i = 0; b.len < (1 << 20); i++)
		buf_addf(&b, "<p>Paragraph %d says that the minister met the president, and that both spoke of "
		    "roads, water and schools.</p>\n", i);
	buf_adds(&b, "</body></html>");
	begin(&f, &(struct pool_opts){ .cpu_s = 20, .wall_ms = 30000 });
	j = job_of(b.data);
	pool_submit(f.pool, &j, on_done, &f.seen);
	run_until(&f, 1);
	assert_true(f.seen.document[0]);
	buf_done(&b);
	end(&f);
}

static void
count_candidates(const struct job_answer *a, void *arg)
{
	struct seen *s = arg;

	s->count += a->candidates != NULL ? (unsigned)a->candidates->count : 0;
	event_base_loopbreak(s->base);
}

/* 5,000 entries are over DECODE_BYTES, so the answer goes through the thread. */
static void
a_sitemap_of_thousands_comes_back_whole_and_may_be_dropped_on_the_way(void **state)
{
	struct fixture f;
	struct buf b = BUF_INIT(16 << 20);
	struct job j = { .kind = JOB_DISCOVER };
	uint64_t handle;

	buf_adds(&b, "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">");
	for (int i = 0; i < 5000; i++)
		buf_addf(&b, "<url><loc>http://192.0.2.1/press/releases/of/the/ministry/%d.html</loc></url>", i);
	buf_adds(&b, "</urlset>");
	j.bytes = b.data;
	j.len = b.len;
	j.discover.url = "http://192.0.2.1/sitemap.xml";
	begin(&f, &(struct pool_opts){ .workers = 2, .cpu_s = 20, .wall_ms = 30000 });
	handle = pool_submit(f.pool, &j, count_candidates, &f.seen);
	event_base_loop(f.seen.base, EVLOOP_ONCE);
	pool_cancel(f.pool, handle);
	pool_submit(f.pool, &j, count_candidates, &f.seen);
	event_base_dispatch(f.seen.base);
	assert_int_equal(f.seen.count, 5000);
	for (int turns = 0; turns < 6; turns++) {	/* somewhere on the way */
		pool_submit(f.pool, &j, count_candidates, &f.seen);
		for (int k = 0; k < turns; k++)
			event_base_loop(f.seen.base, EVLOOP_ONCE);
	}
	end(&f);
	buf_done(&b);
}

static void
a_page_over_the_limit_is_refused_without_a_worker(void **state)
{
	struct fixture f;
	struct job j = job_of(page);
	char *huge = mmap(NULL, JOB_MAX_BYTES + 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	j.bytes = huge;
	j.len = JOB_MAX_BYTES + 1;
	begin(&f, &(struct pool_opts){ 0 });
	pool_submit(f.pool, &j, on_done, &f.seen);
	assert_int_equal(f.seen.count, 0);
	run_until(&f, 1);
	assert_int_equal(f.seen.err[0].class, ERR_LIMIT);
	munmap(huge, JOB_MAX_BYTES + 1);
	end(&f);
}

static void
a_storm_of_crashes_is_slowed_down(void **state)
{
	struct fixture f;
	struct job j = job_of("leave");
	int64_t start_ms;

	begin(&f, &(struct pool_opts){ 0 });
	for (int i = 0; i < 13; i++)
		pool_submit(f.pool, &j, on_done, &f.seen);
	start_ms = clock_mono_ms();
	run_until(&f, 13);
	assert_true(clock_mono_ms() - start_ms >= 1000);
	end(&f);
}

static void
free_pool_and_stop(const struct job_answer *a, void *arg)
{
	struct fixture *f = arg;

	pool_free(f->pool);
	f->pool = NULL;
	event_base_loopbreak(f->seen.base);
}

static void
the_pool_may_be_freed_in_an_answer_and_with_jobs_under_way(void **state)
{
	static const char *const words[] = { "leave", page };
	struct fixture f;
	struct job j;

	for (size_t i = 0; i < 2; i++) {
		begin(&f, &(struct pool_opts){ .workers = 2 });
		j = job_of(words[i]);
		pool_submit(f.pool, &j, free_pool_and_stop, &f);
		j = job_of("sleep");
		pool_submit(f.pool, &j, on_done, &f.seen);
		event_base_dispatch(f.seen.base);
		assert_null(f.pool);
		assert_int_equal(f.seen.count, 0);
		event_base_free(f.seen.base);
	}
}

static double
children_cpu_s(void)
{
	struct rusage u;

	assert_int_equal(getrusage(RUSAGE_CHILDREN, &u), 0);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
one_job_alone_is_answered_and_its_death_explained(void **state)
{
	struct job_answer a;
	double used;
	int tries;
	struct err err = { 0 };
	struct job j = job_of(page);

	assert_int_equal(pool_run_one(&j, &a, &err), 0);
	assert_non_null(a.document);
	job_answer_done(&a);
	j = job_of("leave");
	assert_int_equal(pool_run_one(&j, &a, &err), -1);
	assert_int_equal(err.class, ERR_LOCAL);
	/* On a machine that is too busy to give it its CPU time before the limit by the clock ends it, it is asked again. */
	for (tries = 0; tries < 10; tries++) {
		double before = children_cpu_s();

		j = job_of("spin");
		assert_int_equal(pool_run_one(&j, &a, &err), -1);
		assert_int_equal(err.class, ERR_LIMIT);
		used = children_cpu_s() - before;
		assert_true(used < WORKER_CPU_S + 1.5);
		if (strstr(err.text, "CPU") != NULL)
			break;
		assert_true(used < WORKER_CPU_S + 0.5);
	}
	assert_true(tries < 10);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_comes_back_as_a_document),
		cmocka_unit_test(a_worker_that_misbehaves_costs_its_own_job_only),
		cmocka_unit_test(a_worker_has_no_files_descriptors_or_environment_of_ours),
		cmocka_unit_test(many_jobs_pass_through_few_workers_in_order_of_arrival),
		cmocka_unit_test(a_cancelled_job_gives_no_answer),
		cmocka_unit_test(large_pages_and_large_answers_pass),
		cmocka_unit_test(a_sitemap_of_thousands_comes_back_whole_and_may_be_dropped_on_the_way),
		cmocka_unit_test(a_page_over_the_limit_is_refused_without_a_worker),
		cmocka_unit_test(a_storm_of_crashes_is_slowed_down),
		cmocka_unit_test(the_pool_may_be_freed_in_an_answer_and_with_jobs_under_way),
		cmocka_unit_test(one_job_alone_is_answered_and_its_death_explained),
	};

	worker_main_with(argc, argv, run_trick);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
