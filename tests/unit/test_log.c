#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <limits.h>
#include <pthread.h>
#include <unistd.h>

#include "base/log.h"
#include "base/banned.h"

static int saved_stderr = -1, reader = -1;

/* Sends stderr into a pipe; caught() puts it back and returns what came. */
static void
catch_stderr(void)
{
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(fd[1], STDERR_FILENO);
	close(fd[1]);
	reader = fd[0];
}

static const char *
caught(void)
{
	static char text[1 << 16];
	size_t len = 0;
	ssize_t n;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	while ((n = read(reader, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(reader);
	return text;
}

static void
an_event_is_one_line_of_keys_and_values(void **state)
{
	log_init(LOG_P_INFO, 0);
	catch_stderr();
	log_kv(LOG_P_WARNING, "fetch-failed", "source", "mofa-vn", "url", "https://a.vn/?id=3",
	    "absent", NULL, "status", log_num(503), "text", "two words", "empty", "", NULL);
	assert_string_equal(caught(), "event=fetch-failed source=mofa-vn url=https://a.vn/?id=3 "
	    "status=503 text=\"two words\" empty=\"\"\n");
}

static void
under_the_journal_a_line_begins_with_its_priority(void **state)
{
	log_init(LOG_P_INFO, 1);
	catch_stderr();
	log_kv(LOG_P_ERR, "stop", NULL);
	log_init(LOG_P_INFO, 0);
	assert_string_equal(caught(), "<3>event=stop\n");
}

static void
what_is_less_urgent_than_asked_for_is_dropped(void **state)
{
	log_init(LOG_P_NOTICE, 0);
	assert_false(log_enabled(LOG_P_INFO));
	assert_true(log_enabled(LOG_P_NOTICE));
	catch_stderr();
	log_kv(LOG_P_INFO, "visit", NULL);
	log_debug("no %d", 1);
	log_init(LOG_P_DEBUG, 0);
	log_debug("yes %d", 2);
	assert_string_equal(caught(), "event=debug text=\"yes 2\"\n");
}

static void
no_character_of_a_hostile_page_steers_the_terminal(void **state)
{
	log_init(LOG_P_INFO, 0);
	catch_stderr();
	log_kv(LOG_P_INFO, "x", "t", "a\nb\tc\x1b[0m\x7f\"\\\xff\xc2\x9b\xe2\x80\xae" "Đà", NULL);
	assert_string_equal(caught(),
	    "event=x t=\"a\\nb\\tc\\x1b[0m\\x7f\\\"\\\\\\xff\\u009b\\u202eĐà\"\n");
}

static void
a_line_is_never_longer_than_a_pipe_takes_whole(void **state)
{
	static char plain[2 * PIPE_BUF], quoted[2 * PIPE_BUF];
	const char *line;
	int turn;

	memset(plain, 'x', sizeof(plain) - 1);
	memset(quoted, '\n', sizeof(quoted) - 1);
	for (turn = 0; turn < 2; turn++) {
		catch_stderr();
		log_kv(LOG_P_INFO, "x", "t", turn ? quoted : plain, "u", "never", NULL);
		line = caught();
		assert_in_range(strlen(line), PIPE_BUF - 32, PIPE_BUF);
		assert_string_equal(line + strlen(line) - 4, "...\n");
		assert_null(strstr(line, "never"));
	}
}

static void *
write_lines(void *arg)
{
	int i;

	for (i = 0; i < 100; i++)
		log_kv(LOG_P_INFO, "tick", "a", log_num(i), "b", "two words", NULL);
	return NULL;
}

static void
lines_of_several_threads_do_not_mix(void **state)
{
	pthread_t thread[4];
	const char *s;
	int i, lines = 0;

	catch_stderr();
	for (i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, write_lines, NULL);
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	for (s = caught(); *s != '\0'; s = strchr(s, '\n') + 1, lines++)
		assert_memory_equal(s, "event=tick a=", 13);
	assert_int_equal(lines, 400);
}

static void
eight_numbers_live_at_once(void **state)
{
	const char *n[8];
	char want[8];
	int i;

	for (i = 0; i < 8; i++)
		n[i] = log_num(i - 4);
	for (i = 0; i < 8; i++) {
		snprintf(want, sizeof(want), "%d", i - 4);
		assert_string_equal(n[i], want);
	}
	assert_string_equal(log_num(INT64_MIN), "-9223372036854775808");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_one_line_of_keys_and_values),
		cmocka_unit_test(under_the_journal_a_line_begins_with_its_priority),
		cmocka_unit_test(what_is_less_urgent_than_asked_for_is_dropped),
		cmocka_unit_test(no_character_of_a_hostile_page_steers_the_terminal),
		cmocka_unit_test(a_line_is_never_longer_than_a_pipe_takes_whole),
		cmocka_unit_test(lines_of_several_threads_do_not_mix),
		cmocka_unit_test(eight_numbers_live_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
