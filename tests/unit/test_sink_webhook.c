/* test_sink_webhook: what a receiver sees, and what each of its answers means. */
#include "notify_fixture.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/banned.h"

/* A receiver on the loop of the test: keeps the last request whole, answers with fixed bytes. */
struct receiver {
	struct fixture *f;
	struct evconnlistener *listener;
	char url[64], rule[64];
	const char *answer;	/* NULL: hang */
	bool reset;		/* hang up at once */
	char *request;
	unsigned requests;
	struct bufferevent *open[16];
	unsigned open_count;
};

static void
on_request(struct bufferevent *bev, void *arg)
{
	struct receiver *r = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t n = evbuffer_get_length(in), need;
	CLEANUP(freep) char *text = xmalloc(n + 1);
	const char *end, *len;

	evbuffer_copyout(in, text, n);
	text[n] = '\0';
	end = strstr(text, "\r\n\r\n");
	len = strcasestr(text, "\r\ncontent-length:");
	if (end == NULL || len == NULL)
		return;
	need = (size_t)(end + 4 - text) + strtoul(len + 17, NULL, 10);
	if (n < need)
		return;
	evbuffer_drain(in, n);
	free(r->request);
	r->request = xstrdup(text);
	r->requests++;
	if (r->answer != NULL)
		bufferevent_write(bev, r->answer, strlen(r->answer));
}

static void
on_closed(struct bufferevent *bev, short what, void *arg)
{
	bufferevent_disable(bev, EV_READ | EV_WRITE);
}

static void
on_connect(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
	struct receiver *r = arg;
	struct bufferevent *bev;

	if (r->reset || r->open_count == 16) {
		close(fd);
		return;
	}
	bev = bufferevent_socket_new(r->f->base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(bev, on_request, NULL, on_closed, r);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	r->open[r->open_count++] = bev;
}

/* Opens r on the loop of f, and lets f's http go there when allow. */
static void
receive(struct fixture *f, struct receiver *r, bool allow)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct http_opts o = { .user_agent = "presswatch-test", .guard = f->guard };
	socklen_t len = sizeof(sin);
	struct err err;

	memset(r, 0, sizeof(*r));
	r->f = f;
	r->listener = evconnlistener_new_bind(f->base, on_connect, r, LEV_OPT_CLOSE_ON_FREE |
	    LEV_OPT_CLOSE_ON_EXEC, 16, (struct sockaddr *)&sin, sizeof(sin));
	assert_non_null(r->listener);
	getsockname(evconnlistener_get_fd(r->listener), (struct sockaddr *)&sin, &len);
	snprintf(r->url, sizeof(r->url), "http://127.0.0.1:%u/hook?a=1", ntohs(sin.sin_port));
	snprintf(r->rule, sizeof(r->rule), "127.0.0.1:%u", ntohs(sin.sin_port));
	if (!allow)
		return;
	assert_int_equal(guard_allow(f->guard, r->rule, &err), 0);
	http_reconfigure(f->http, &o);
}

static void
close_receiver(struct receiver *r)
{
	for (unsigned i = 0; i < r->open_count; i++)
		bufferevent_free(r->open[i]);
	evconnlistener_free(r->listener);
	free(r->request);
}

static void
begin(struct fixture *f, struct receiver *r, bool allow)
{
	fixture_begin(f);
	receive(f, r, allow);
}

static void
end(struct fixture *f, struct receiver *r)
{
	notify_free(f->notify);
	f->notify = NULL;
	close_receiver(r);
	fixture_end(f);
}

static struct sink_opts
sink(const struct receiver *r)
{
	return (struct sink_opts){ .name = "desk", .kind = SINK_WEBHOOK, .url = r->url };
}

/* Value of a header in the request, "" when absent. */
static char *
header(const struct receiver *r, const char *name)
{
	CLEANUP(freep) char *key = xasprintf("\r\n%s: ", name);
	const char *at = strcasestr(r->request, key);

	if (at == NULL)
		return xstrdup("");
	at += strlen(key);
	return xstrndup(at, strcspn(at, "\r\n"));
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void
the_receiver_gets_the_bytes_signed_and_named(void **state)
{
	static const char *const further[] = { "Authorization: Bearer abc", NULL };
	CLEANUP(freep) unsigned char *key = NULL;
	CLEANUP(freep) char *id = NULL, *when = NULL, *sig = NULL, *want = NULL, *type = NULL, *agent = NULL,
	    *auth = NULL;
	struct receiver r;
	struct fixture f;
	struct sink_opts o;
	struct err err;
	int64_t at_s;

	begin(&f, &r, true);
	o = sink(&r);
	o.headers = further;
	notify_secret_parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &key, &o.secret_len, &err);
	o.secret = key;
	r.answer = OK;
	fixture_expect(&f, &o, ERR_NONE, "status 200");
	assert_int_equal(strncmp(r.request, "POST /hook?a=1 HTTP/1.1\r\n", 25), 0);
	assert_string_equal(strstr(r.request, "\r\n\r\n") + 4, fixture_event);
	id = header(&r, "webhook-id");
	when = header(&r, "webhook-timestamp");
	sig = header(&r, "webhook-signature");
	type = header(&r, "content-type");
	agent = header(&r, "user-agent");
	auth = header(&r, "authorization");
	assert_string_equal(id, "018f-1");
	assert_string_equal(type, "application/cloudevents+json; charset=utf-8");
	assert_string_equal(agent, "presswatch-test");
	assert_string_equal(auth, "Bearer abc");
	at_s = strtoll(when, NULL, 10);
	assert_true(llabs(at_s - clock_wall_ms() / 1000) <= 20);
	want = notify_signature(key, o.secret_len, id, at_s, fixture_event, strlen(fixture_event));
	assert_string_equal(sig, want);
	end(&f, &r);
}

static void
without_a_secret_there_is_no_signature(void **state)
{
	CLEANUP(freep) char *sig = NULL;
	struct receiver r;
	struct fixture f;
	struct sink_opts o;

	begin(&f, &r, true);
	o = sink(&r);
	r.answer = "HTTP/1.1 204 No Content\r\n\r\n";
	fixture_expect(&f, &o, ERR_NONE, "status 204");
	sig = header(&r, "webhook-signature");
	assert_string_equal(sig, "");
	end(&f, &r);
}

static void
each_answer_has_its_meaning(void **state)
{
	static const struct { const char *answer; enum err_class class; const char *text; int64_t retry_ms; } cases[] = {
		{ "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", ERR_NONE, "201", -1 },
		{ "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", ERR_NONE, "202", -1 },
		{ "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", ERR_PERMANENT, "gone", -1 },
		{ "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", ERR_TEMPORARY, "status 400", -1 },
		{ "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", ERR_TEMPORARY, "status 404", -1 },
		{ "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", ERR_TEMPORARY, "status 500", -1 },
		{ "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", ERR_TEMPORARY, "429", 7000 },
		{ "HTTP/1.1 503 Later\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", ERR_TEMPORARY, "503", 120000 },
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n", ERR_TEMPORARY,
		  "redirects", -1 },
		{ "HTTP/1.1 307 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", ERR_TEMPORARY,
		  "redirects", -1 },
		{ "SSH-2.0-OpenSSH\r\n\r\n\r\n", ERR_TEMPORARY, "", -1 },
	};
	struct receiver r;
	struct fixture f;
	struct sink_opts o;
	unsigned n;

	begin(&f, &r, true);
	o = sink(&r);
	o.timeout_ms = 2000;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = f.count;
		r.answer = cases[i].answer;
		fixture_expect(&f, &o, cases[i].class, cases[i].text);
		assert_int_equal(f.answer[n].retry_after_ms, cases[i].retry_ms);
		assert_int_equal(r.requests, n + 1);	/* one try a call, no redirect followed */
	}
	end(&f, &r);
}

static void
a_receiver_that_hangs_or_hangs_up_is_tried_later(void **state)
{
	struct receiver r;
	struct fixture f;
	struct sink_opts o;
	int64_t start_ms;

	begin(&f, &r, true);
	o = sink(&r);
	o.timeout_ms = 500;
	start_ms = clock_mono_ms();
	fixture_expect(&f, &o, ERR_TEMPORARY, "");
	assert_true(clock_mono_ms() - start_ms < 5000);
	r.reset = true;
	for (unsigned i = 0; i < r.open_count; i++)
		bufferevent_disable(r.open[i], EV_READ | EV_WRITE);
	fixture_expect(&f, &o, ERR_TEMPORARY, "");
	end(&f, &r);
}

static void
a_yes_counts_even_when_the_rest_of_the_answer_is_broken(void **state)
{
	struct receiver r;
	struct fixture f;
	struct sink_opts o;

	begin(&f, &r, true);
	o = sink(&r);
	o.timeout_ms = 500;
	r.answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this much";
	fixture_expect(&f, &o, ERR_NONE, "200");
	end(&f, &r);
}

static void
a_private_receiver_needs_the_administrators_leave(void **state)
{
	struct receiver r;
	struct fixture f;
	struct sink_opts o;

	begin(&f, &r, false);
	o = sink(&r);
	r.answer = OK;
	fixture_expect(&f, &o, ERR_TEMPORARY, "private");
	assert_int_equal(r.requests, 0);
	end(&f, &r);
}

static void
malformed_addresses_and_headers_are_refused_with_a_reason(void **state)
{
	static const char *const injected[] = { "X-A: b\r\nX-C: d", NULL };
	struct receiver r;
	struct fixture f;
	struct sink_opts o;

	begin(&f, &r, true);
	o = sink(&r);
	o.headers = injected;
	fixture_expect(&f, &o, ERR_TEMPORARY, "header");
	o.headers = NULL;
	o.url = "file:///etc/passwd";
	fixture_expect(&f, &o, ERR_TEMPORARY, "address");
	assert_int_equal(r.requests, 0);
	end(&f, &r);
}

static void
one_dead_receiver_delays_no_other(void **state)
{
	struct receiver dead, alive;
	struct fixture f;
	struct sink_opts to_dead, to_alive;
	int64_t start_ms;

	begin(&f, &dead, true);
	receive(&f, &alive, true);
	alive.answer = OK;
	to_dead = sink(&dead);
	to_alive = sink(&alive);
	to_dead.timeout_ms = 1500;
	for (int i = 0; i < 8; i++)
		fixture_send(&f, &to_dead);
	start_ms = clock_mono_ms();
	fixture_send(&f, &to_alive);
	fixture_run(&f, 1);
	assert_int_equal(f.answer[0].class, ERR_NONE);
	assert_true(clock_mono_ms() - start_ms < 1000);
	fixture_run(&f, 9);
	close_receiver(&alive);
	end(&f, &dead);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_receiver_gets_the_bytes_signed_and_named),
		cmocka_unit_test(without_a_secret_there_is_no_signature),
		cmocka_unit_test(each_answer_has_its_meaning),
		cmocka_unit_test(a_receiver_that_hangs_or_hangs_up_is_tried_later),
		cmocka_unit_test(a_yes_counts_even_when_the_rest_of_the_answer_is_broken),
		cmocka_unit_test(a_private_receiver_needs_the_administrators_leave),
		cmocka_unit_test(malformed_addresses_and_headers_are_refused_with_a_reason),
		cmocka_unit_test(one_dead_receiver_delays_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
