/*
 * Whatever a receiver answers to a webhook: the delivery ends once, and its pause is one that can be kept. A status of the 2xx
 * that came is a yes, whatever follows it; nothing else is.
 */
#include <stdio.h>
#include <event2/event.h>
#include "base/mem.h"
#include "net/http.h"
#include "notify/notify.h"
#include "tests/fuzz/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct event_base *base;
	struct http *http;
	struct notify *notify;
	struct origin origin;
	char url[64];
	int told;
} f;

static void
on_told(const struct notify_answer *a, void *arg)
{
	f.told++;
	if (a->retry_after_ms < -1)
		abort();
	event_base_loopbreak(f.base);
}

static void
set_up(void)
{
	struct http_opts opts = { .user_agent = "presswatch/fuzz" };
	struct guard *guard = guard_new();
	struct err err = { 0 };
	char rule[32];

	http_global_init();
	origin_start(&f.origin);
	snprintf(f.url, sizeof(f.url), "http://127.0.0.1:%d/hook", f.origin.port);
	snprintf(rule, sizeof(rule), "127.0.0.1:%d", f.origin.port);
	opts.guard = guard;
	if (guard_allow(guard, rule, &err) < 0 || (f.base = event_base_new()) == NULL ||
	    http_new(f.base, &opts, &f.http, &err) < 0 || notify_new(f.base, f.http, &f.notify, &err) < 0)
		abort();
	guard_free(guard);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char body[] = "{\"specversion\":\"1.0\",\"id\":\"1\"}";
	struct sink_opts sink = { .name = "desk", .kind = SINK_WEBHOOK, .url = f.url, .timeout_ms = 2000 };
	struct notice notice = { .id = "1", .type = "document.new", .body = body, .body_len = sizeof(body) - 1,
		.attempt = 1 };

	if (f.base == NULL)
		set_up();
	origin_set(&f.origin, data, size);
	f.told = 0;
	notify_send(f.notify, &sink, &notice, on_told, NULL);
	while (f.told == 0 && event_base_dispatch(f.base) == 0 && event_base_got_break(f.base) == 0)
		;
	if (f.told != 1 || notify_in_flight(f.notify) != 0)
		abort();
	return 0;
}
