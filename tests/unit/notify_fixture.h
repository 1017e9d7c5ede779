#ifndef TESTS_UNIT_NOTIFY_FIXTURE_H
#define TESTS_UNIT_NOTIFY_FIXTURE_H
/* What the tests of all sinks share: a loop, a notify on it, and the answers that came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "notify/notify.h"

#define FIXTURE_ANSWERS 64

struct fixture {
	struct event_base *base;
	struct guard *guard;
	struct http *http;
	struct notify *notify;
	unsigned count, stop_at;
	struct notify_answer answer[FIXTURE_ANSWERS];
};

static const char fixture_event[] =
    "{\"specversion\":\"1.0\",\"id\":\"018f-1\",\"sequence\":\"7\",\"source\":\"presswatch\","
    "\"type\":\"document.edited\",\"subject\":\"d1\",\"time\":\"2023-02-09T07:45:00Z\",\"data\":{"
    "\"id\":\"d1\",\"source\":\"mofa-viet-nam\",\"url\":\"https://www.example.org/a?b=1\","
    "\"title\":\"Visit \\n\\u0007to \\\"Hanoi\\\" $(touch pwned) \\u202e\\u30d9\\u30c8\\u30ca\\u30e0\","
    "\"published\":\"2023-02-09\",\"language\":\"en\",\"text\":\"One paragraph.\\n\\nAnother.\","
    "\"revision\":2,\"diff\":{\"deleted\":1,\"inserted\":1,\"changes\":[{\"op\":\"change\",\"runs\":"
    "[[\"=\",\"One \"],[\"-\",\"line\"],[\"+\",\"paragraph\"],[\"=\",\".\"]]}]}}}";

static inline void
fixture_begin(struct fixture *f)
{
	struct http_opts o = { .user_agent = "presswatch-test" };
	struct err err;

	memset(f, 0, sizeof(*f));
	http_global_init();
	f->base = event_base_new();
	f->guard = guard_new();
	o.guard = f->guard;
	assert_int_equal(http_new(f->base, &o, &f->http, &err), 0);
	assert_int_equal(notify_new(f->base, f->http, &f->notify, &err), 0);
}

static inline void
fixture_end(struct fixture *f)
{
	notify_free(f->notify);
	http_free(f->http);
	guard_free(f->guard);
	event_base_free(f->base);
}

static inline void
fixture_done(const struct notify_answer *answer, void *arg)
{
	struct fixture *f = arg;

	if (f->count < FIXTURE_ANSWERS)
		f->answer[f->count] = *answer;
	if (++f->count == f->stop_at)
		event_base_loopbreak(f->base);
}

static inline void
fixture_send_body(struct fixture *f, const struct sink_opts *o, const char *body, size_t len)
{
	struct notice notice = { .id = "018f-1", .type = "document.edited", .body = body,
		.body_len = len, .attempt = 3 };
	unsigned before = f->count;

	notify_send(f->notify, o, &notice, fixture_done, f);
	assert_int_equal(f->count, before);	/* never from within */
}

static inline void
fixture_send(struct fixture *f, const struct sink_opts *o)
{
	fixture_send_body(f, o, fixture_event, strlen(fixture_event));
}

/* Runs the loop until count answers have come, at most 20 s. */
static inline void
fixture_run(struct fixture *f, unsigned count)
{
	const struct timeval limit = { .tv_sec = 20 };

	f->stop_at = count;
	event_base_loopexit(f->base, &limit);
	if (f->count < count)
		event_base_dispatch(f->base);
	assert_int_equal(f->count, count);
}

static inline void
fixture_expect(struct fixture *f, const struct sink_opts *o, enum err_class class, const char *text)
{
	unsigned n = f->count;

	fixture_send(f, o);
	fixture_run(f, n + 1);
	if (f->answer[n].class != class || strstr(f->answer[n].text, text) == NULL)
		fail_msg("class %d, text \"%s\"; wanted %d, \"%s\"", f->answer[n].class,
		    f->answer[n].text, class, text);
}

#endif
