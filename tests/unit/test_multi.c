#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "net/http.h"
#include "tests/unit/server.h"

static struct server server;
static struct guard *allowed;

static bool
pages(struct server *s, int fd, const char *path, const char *head)
{
	if (strcmp(path, "/never") == 0) {
		char drop[16];

		while (read(fd, drop, sizeof(drop)) > 0)
			;
		return false;
	}
	if (strcmp(path, "/late-second") == 0) {
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
		usleep(100000);
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED");
		return true;
	}
	return server_answer(fd, "200 OK", "", path);
}

static int
setup(void **state)
{
	allowed = guard_new();
	server_start(&server, pages);
	return guard_allow(allowed, "127.0.0.0/8", NULL);
}

static int
teardown(void **state)
{
	server_stop(&server);
	guard_free(allowed);
	return 0;
}

struct many {
	struct event_base *base;
	struct http *http;
	struct http_transfer *t[40];
	int done, wanted;
	bool cancel_self;
	char body[64];
};

static void
count_done(struct http_answer *a, void *arg)
{
	struct many *m = arg;

	assert_int_equal(a->err.class, ERR_NONE);
	snprintf(m->body, sizeof(m->body), "%s", buf_str(&a->body));
	if (m->cancel_self)
		http_cancel(m->t[0]);	/* does nothing */
	if (++m->done == 1 && m->t[39] != NULL)
		for (int i = 30; i < 40; i++)
			http_cancel(m->t[i]);
	if (m->done == m->wanted)
		event_base_loopbreak(m->base);
}

static void
start_one(struct many *m, int i, const char *path)
{
	char *url = xasprintf("http://127.0.0.1:%d%s", server.port, path);
	struct http_request req = { .url = url };
	struct err err;

	m->t[i] = http_start(m->http, &req, count_done, m, &err);
	assert_non_null(m->t[i]);
	free(url);
}

static void
many_run_at_once_within_the_limit_and_can_be_cancelled_from_a_callback(void **state)
{
	struct many m = { .base = event_base_new(), .wanted = 30 };
	struct http_opts opts = { .user_agent = "presswatch/test", .guard = allowed, .connections = 4 };
	struct err err;

	assert_int_equal(http_new(m.base, &opts, &m.http, &err), 0);
	for (int i = 0; i < 40; i++)
		start_one(&m, i, "/page");
	assert_int_equal(m.done, 0);
	assert_int_equal(http_in_flight(m.http), 40);
	event_base_dispatch(m.base);
	assert_int_equal(m.done, 30);
	assert_int_equal(http_in_flight(m.http), 0);
	start_one(&m, 0, "/never");	/* still running at the end */
	start_one(&m, 1, "/page");
	event_base_loop(m.base, EVLOOP_NONBLOCK);
	http_free(m.http);
	event_base_free(m.base);
}

static void
a_second_answer_nobody_asked_for_is_never_read(void **state)
{
	struct many m = { .base = event_base_new(), .wanted = 1, .cancel_self = true };
	struct http_opts opts = { .user_agent = "presswatch/test", .guard = allowed };
	struct err err;

	assert_int_equal(http_new(m.base, &opts, &m.http, &err), 0);
	start_one(&m, 0, "/late-second");
	event_base_dispatch(m.base);
	assert_string_equal(m.body, "hello");
	usleep(250000);		/* the second answer waits on the kept connection */
	m.wanted = 2;
	start_one(&m, 0, "/page");
	event_base_dispatch(m.base);
	assert_string_equal(m.body, "/page");
	http_free(m.http);
	event_base_free(m.base);
}

static void
kept_connections_are_used_again(void **state)
{
	struct many m = { .base = event_base_new() };
	struct http_opts opts = { .user_agent = "presswatch/test", .guard = allowed };
	unsigned before = server.count;
	struct err err;

	assert_int_equal(http_new(m.base, &opts, &m.http, &err), 0);
	for (m.wanted = 1; m.wanted <= 5; m.wanted++) {
		start_one(&m, 0, "/page");
		event_base_dispatch(m.base);
		assert_int_equal(m.done, m.wanted);
	}
	assert_int_equal(server.count, before + 1);
	http_free(m.http);
	event_base_free(m.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_run_at_once_within_the_limit_and_can_be_cancelled_from_a_callback),
		cmocka_unit_test(a_second_answer_nobody_asked_for_is_never_read),
		cmocka_unit_test(kept_connections_are_used_again),
	};

	http_global_init();
	return cmocka_run_group_tests(tests, setup, teardown);
}
