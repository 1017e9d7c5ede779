/* test_sink_file: whole lines, appended, or a reason. */
#include "notify_fixture.h"

#include <stdio.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/banned.h"

static char path[64];

static struct sink_opts
sink(void)
{
	return (struct sink_opts){ .name = "log", .kind = SINK_FILE, .path = path };
}

static void
set_content(const char *text)
{
	struct err err;

	assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, &err), 0);
}

static void
expect_content(const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err err;

	assert_int_equal(file_read(path, &b, &err), 0);
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
}

static void
each_event_is_a_line_after_those_that_stood_there(void **state)
{
	struct sink_opts o = sink();
	CLEANUP(freep) char *want = xasprintf("{\"old\":1}\n%s\n%s\n", fixture_event, fixture_event);
	struct fixture f;

	set_content("{\"old\":1}\n");
	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_NONE, "appended");
	fixture_expect(&f, &o, ERR_NONE, "appended");
	expect_content(want);
	fixture_end(&f);
}

static void
a_line_that_a_crash_cut_does_not_swallow_the_next(void **state)
{
	struct sink_opts o = sink();
	CLEANUP(freep) char *want = xasprintf("{\"half\n%s\n", fixture_event);
	struct fixture f;

	set_content("{\"half");
	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_NONE, "appended");
	expect_content(want);
	fixture_end(&f);
}

static void
what_does_not_fit_is_taken_back(void **state)
{
	struct sink_opts o = sink();
	struct rlimit old, small;
	struct fixture f;

	set_content("{\"old\":1}\n");
	fixture_begin(&f);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){ .rlim_cur = 100, .rlim_max = old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);	/* stands for a full disk: the write comes back short */
	fixture_send(&f, &o);
	setrlimit(RLIMIT_FSIZE, &old);
	fixture_run(&f, 1);
	assert_int_equal(f.answer[0].class, ERR_TEMPORARY);
	assert_non_null(strstr(f.answer[0].text, "only 90 of"));
	expect_content("{\"old\":1}\n");
	fixture_end(&f);
}

static void
a_place_that_cannot_be_written_is_named(void **state)
{
	struct sink_opts o = { .name = "log", .kind = SINK_FILE, .path = "/nonexistent/events.jsonl" };
	struct fixture f;

	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_TEMPORARY, "/nonexistent/events.jsonl: No such file");
	o.path = "/";
	fixture_expect(&f, &o, ERR_TEMPORARY, "/: Is a directory");
	fixture_end(&f);
}

static void
a_named_pipe_without_a_reader_neither_stops_the_loop_nor_counts_as_told(void **state)
{
	struct sink_opts o = sink();
	struct fixture f;

	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_TEMPORARY, "No such device");
	fixture_end(&f);
}

static int
make_path(void **state)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/presswatch-file-XXXXXX");
	fd = mkstemp(path);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : -1;
}

static int
remove_path(void **state)
{
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_is_a_line_after_those_that_stood_there),
		cmocka_unit_test(a_line_that_a_crash_cut_does_not_swallow_the_next),
		cmocka_unit_test(what_does_not_fit_is_taken_back),
		cmocka_unit_test(a_place_that_cannot_be_written_is_named),
		cmocka_unit_test(a_named_pipe_without_a_reader_neither_stops_the_loop_nor_counts_as_told),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
