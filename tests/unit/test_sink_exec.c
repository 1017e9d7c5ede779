/* test_sink_exec: a user's command gets the event and no more, and its end is the answer. */
#include "notify_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/banned.h"

static char folder[64];

/* A shell script in the tests' folder; the tests' own shell, not the program's. */
static struct sink_opts
script(const char *text)
{
	static char path[128];
	static const char *argv[3];
	struct err err;
	FILE *out;

	snprintf(path, sizeof(path), "%s/script", folder);
	unlink(path);
	out = fopen(path, "we");
	assert_non_null(out);
	fprintf(out, "cd '%s'\n%s\n", folder, text);
	fclose(out);
	(void)err;
	argv[0] = "/bin/sh";
	argv[1] = path;
	return (struct sink_opts){ .name = "desk", .kind = SINK_EXEC, .argv = argv };
}

static char *
content(const char *name)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, name);
	struct buf b = BUF_INIT(4 << 20);
	struct err err;

	if (file_read(path, &b, &err) < 0)
		fail_msg("%s", err.text);
	unlink(path);
	return buf_take(&b, NULL);
}

static void
the_event_stands_on_stdin_and_in_the_environment(void **state)
{
	struct fixture f;
	struct sink_opts o = script("cat > in; env | sort > env; exit 0");
	CLEANUP(freep) char *in = NULL, *env = NULL, *want = NULL;

	setenv("PRESSWATCH_TEST_SECRET", "geheim", 1);
	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_NONE, "exit status 0");
	in = content("in");
	env = content("env");
	want = xasprintf("%s\n", fixture_event);
	assert_string_equal(in, want);
	assert_non_null(strstr(env, "PRESSWATCH_EVENT_ID=018f-1\n"));
	assert_non_null(strstr(env, "PRESSWATCH_EVENT_TYPE=document.edited\n"));
	assert_non_null(strstr(env, "PRESSWATCH_SOURCE=mofa-viet-nam\n"));
	assert_non_null(strstr(env, "PRESSWATCH_URL=https://www.example.org/a?b=1\n"));
	assert_non_null(strstr(env, "PRESSWATCH_LANGUAGE=en\n"));
	assert_non_null(strstr(env, "PRESSWATCH_PUBLISHED=2023-02-09\n"));
	assert_non_null(strstr(env, "PRESSWATCH_REVISION=2\n"));
	assert_non_null(strstr(env, "PRESSWATCH_ATTEMPT=3\n"));
	assert_non_null(strstr(env, "PRESSWATCH_CHANNEL=desk\n"));
	assert_non_null(strstr(env, "PRESSWATCH_TITLE=Visit to \"Hanoi\" $(touch pwned) "));
	assert_null(strstr(env, "geheim"));
	assert_null(strstr(env, "\xe2\x80\xae"));	/* no bidi override */
	assert_null(strchr(env, '\a'));
	fixture_end(&f);
}

static void
the_exit_status_decides_and_the_last_line_of_stderr_explains(void **state)
{
	static const struct { const char *text, *want; enum err_class class; } cases[] = {
		{ "exit 0", "exit status 0", ERR_NONE },
		{ "exec <&-; exit 0", "exit status 0", ERR_NONE },
		{ "echo lots; exit 1", "ended with exit status 1", ERR_TEMPORARY },
		{ "exit 75", "exit status 75", ERR_TEMPORARY },
		{ "echo first >&2; echo 'disk is full' >&2; echo >&2; exit 2", "exit status 2: disk is full", ERR_TEMPORARY },
		{ "printf 'no end of line' >&2; exit 2", "no end of line", ERR_TEMPORARY },
		{ "printf '\\033[31mred\\r\\n' >&2; exit 2", " [31mred", ERR_TEMPORARY },
		{ "kill -9 $$", "was ended by SIGKILL", ERR_TEMPORARY },
		{ "i=0; while [ $i -lt 3000 ]; do echo 'a line that nobody needs to read, again and again' >&2; "
		  "i=$((i+1)); done; echo last >&2; exit 3", "last", ERR_TEMPORARY },
	};
	struct fixture f;
	struct sink_opts o;

	fixture_begin(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		o = script(cases[i].text);
		fixture_expect(&f, &o, cases[i].class, cases[i].want);
	}
	fixture_end(&f);
}

static void
a_command_that_is_not_there_is_named(void **state)
{
	static const char *const missing[] = { "/nonexistent/hook", NULL };
	static const char *const folder_argv[] = { "/", NULL };
	static const char *const none[] = { NULL };
	struct sink_opts o = { .name = "desk", .kind = SINK_EXEC, .argv = missing };
	struct fixture f;

	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_TEMPORARY, "cannot run /nonexistent/hook: No such file");
	o.argv = folder_argv;
	fixture_expect(&f, &o, ERR_TEMPORARY, "cannot run /: Permission denied");
	o.argv = none;
	fixture_expect(&f, &o, ERR_TEMPORARY, "names no command");
	fixture_end(&f);
}

static void
a_command_over_its_time_is_ended_with_what_it_started(void **state)
{
	struct fixture f;
	struct sink_opts o = script("sleep 60 & echo $! > child; echo busy >&2; wait");
	CLEANUP(freep) char *child = NULL;
	long pid;

	o.timeout_ms = 300;
	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_TEMPORARY, "took over 1 s and was ended: busy");
	child = content("child");
	pid = strtol(child, NULL, 10);
	assert_true(pid > 1);
	for (int i = 0; i < 100 && kill((pid_t)pid, 0) == 0; i++)	/* until init has reaped it */
		usleep(10000);
	if (kill((pid_t)pid, 0) == 0) {		/* no init here: a zombie is as dead */
		CLEANUP(freep) char *path = xasprintf("/proc/%ld/stat", pid);
		struct buf b = BUF_INIT(4096);
		struct err err;

		assert_int_equal(file_read(path, &b, &err), 0);
		assert_non_null(strstr(b.data, ") Z "));
		buf_done(&b);
	}
	fixture_end(&f);
}

static void
one_that_ignores_term_is_killed(void **state)
{
	struct fixture f;
	struct sink_opts o = script("trap '' TERM; while :; do sleep 1; done");
	int64_t start_ms;

	o.timeout_ms = 100;
	fixture_begin(&f);
	start_ms = clock_mono_ms();
	fixture_expect(&f, &o, ERR_TEMPORARY, "took over");
	assert_true(clock_mono_ms() - start_ms >= 5000);
	fixture_end(&f);
}

static void
a_large_event_reaches_a_slow_reader_whole_and_the_loop_goes_on(void **state)
{
	struct fixture f;
	struct sink_opts o = script("sleep 0.3; wc -c > size");
	struct sink_opts quick = { .name = "f", .kind = SINK_FILE, .path = "/dev/null" };
	CLEANUP(freep) char *body = xmalloc(1 << 20), *size = NULL;

	memset(body, 'x', 1 << 20);
	fixture_begin(&f);
	fixture_send_body(&f, &o, body, 1 << 20);
	fixture_send(&f, &quick);
	fixture_run(&f, 1);
	assert_string_equal(f.answer[0].text, "appended");	/* the file was not kept waiting */
	fixture_run(&f, 2);
	assert_int_equal(f.answer[1].class, ERR_NONE);
	size = content("size");
	assert_int_equal(strtol(size, NULL, 10), (1 << 20) + 1);
	fixture_end(&f);
}

static void
a_command_that_reads_nothing_may_still_say_yes(void **state)
{
	struct fixture f;
	struct sink_opts o = script("exit 0");
	CLEANUP(freep) char *body = xmalloc(1 << 20);

	memset(body, 'x', 1 << 20);
	fixture_begin(&f);
	fixture_send_body(&f, &o, body, 1 << 20);
	fixture_run(&f, 1);
	assert_int_equal(f.answer[0].class, ERR_NONE);
	fixture_end(&f);
}

static void
a_command_inherits_no_descriptor_and_a_group_of_its_own(void **state)
{
	struct fixture f;
	struct sink_opts o = script("ls /proc/self/fd | wc -l > fds; ps -o pgid= -p $$ > group 2>/dev/null || "
	    "cut -d' ' -f5 /proc/$$/stat > group; echo $$ > self");
	CLEANUP(freep) char *fds = NULL, *group = NULL, *self = NULL;
	int extra[8];

	for (int i = 0; i < 8; i++)
		extra[i] = open("/dev/null", O_RDONLY);	/* without O_CLOEXEC, on purpose */
	fixture_begin(&f);
	fixture_expect(&f, &o, ERR_NONE, "");
	fds = content("fds");
	group = content("group");
	self = content("self");
	assert_true(strtol(fds, NULL, 10) <= 4);	/* 0, 1, 2 and the one ls reads with */
	assert_int_equal(strtol(group, NULL, 10), strtol(self, NULL, 10));
	for (int i = 0; i < 8; i++)
		close(extra[i]);
	fixture_end(&f);
}

static void
many_commands_take_turns(void **state)
{
	struct fixture f;
	struct sink_opts o = script("echo x >> turns");
	CLEANUP(freep) char *turns = NULL;

	fixture_begin(&f);
	for (int i = 0; i < 40; i++)
		fixture_send(&f, &o);
	fixture_run(&f, 40);
	for (int i = 0; i < 40; i++)
		assert_int_equal(f.answer[i].class, ERR_NONE);
	turns = content("turns");
	assert_int_equal(strlen(turns), 80);
	fixture_end(&f);
}

static void
a_long_or_strange_title_never_stops_the_command(void **state)
{
	struct fixture f;
	struct sink_opts o = script("printf %s \"$PRESSWATCH_TITLE\" | wc -m > chars");
	struct buf b = BUF_INIT(8 << 20);
	CLEANUP(freep) char *chars = NULL;

	fixture_begin(&f);
	buf_adds(&b, "{\"data\":{\"title\":\"");
	for (int i = 0; i < 300000; i++)
		buf_adds(&b, "\xe3\x83\x99");
	buf_adds(&b, "\",\"revision\":\"seven\",\"url\":[1]}}");
	setenv("LC_ALL", "C.UTF-8", 1);
	fixture_send_body(&f, &o, b.data, b.len);
	fixture_run(&f, 1);
	assert_int_equal(f.answer[0].class, ERR_NONE);
	chars = content("chars");
	assert_int_equal(strtol(chars, NULL, 10), 512);
	fixture_send_body(&f, &o, "this is no JSON", 15);
	fixture_run(&f, 2);
	assert_int_equal(f.answer[1].class, ERR_NONE);
	buf_done(&b);
	fixture_end(&f);
}

static int
make_folder(void **state)
{
	snprintf(folder, sizeof(folder), "%s/presswatch-exec-XXXXXX",
	    getenv("TMPDIR") != NULL && strlen(getenv("TMPDIR")) < 30 ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "script", "in", "env", "child", "size", "fds", "group", "self",
		"turns", "chars", "pwned" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CLEANUP(freep) char *path = xasprintf("%s/%s", folder, names[i]);

		if (unlink(path) == 0 && strcmp(names[i], "pwned") == 0)
			return -1;
	}
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_event_stands_on_stdin_and_in_the_environment),
		cmocka_unit_test(the_exit_status_decides_and_the_last_line_of_stderr_explains),
		cmocka_unit_test(a_command_that_is_not_there_is_named),
		cmocka_unit_test(a_command_over_its_time_is_ended_with_what_it_started),
		cmocka_unit_test(one_that_ignores_term_is_killed),
		cmocka_unit_test(a_large_event_reaches_a_slow_reader_whole_and_the_loop_goes_on),
		cmocka_unit_test(a_command_that_reads_nothing_may_still_say_yes),
		cmocka_unit_test(a_command_inherits_no_descriptor_and_a_group_of_its_own),
		cmocka_unit_test(many_commands_take_turns),
		cmocka_unit_test(a_long_or_strange_title_never_stops_the_command),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
