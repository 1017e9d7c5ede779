#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "fetchers/fetch.h"
#include "tests/unit/server.h"

static struct server server;
static char robots_text[512], robots_status[64], robots_headers[128];
static volatile bool robots_endless;
static struct event_base *base;
static struct http *http;
static struct fetcher *fetcher;

struct seen {
	enum fetch_outcome outcome;
	struct err err;
	long status;
	int64_t until_ms;
	char body[64], etag[64];
	bool permanent;
	int order;
};

static int told, expected;

static bool
pages(struct server *s, int fd, const char *path, const char *head)
{
	if (strcmp(path, "/robots.txt") == 0 && robots_endless) {
		server_say(fd, "HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /secret\n");
		while (send(fd, "# no end of it\n", 15, MSG_NOSIGNAL) == 15)
			;
		return false;
	}
	if (strcmp(path, "/robots.txt") == 0)
		return server_answer(fd, robots_status, robots_headers, robots_text);
	if (strcmp(path, "/etag") == 0) {
		if (strstr(head, "If-None-Match: W/\"a b\"\r\n") != NULL) {
			server_say(fd, "HTTP/1.1 304 Not Modified\r\nETag: W/\"a b\"\r\n\r\n");
			return true;
		}
		return server_answer(fd, "200 OK", "ETag: W/\"a b\"\r\n", "tagged");
	}
	if (strcmp(path, "/moved") == 0)
		return server_answer(fd, "301 Moved", "Location: /etag\r\n", "");
	if (strcmp(path, "/to-secret") == 0)
		return server_answer(fd, "302 Found", "Location: /secret\r\n", "");
	if (strcmp(path, "/gone") == 0)
		return server_answer(fd, "410 Gone", "", "");
	if (strcmp(path, "/forbidden") == 0)
		return server_answer(fd, "403 No", "", "");
	if (strcmp(path, "/busy") == 0)
		return server_answer(fd, "503 Busy", "Retry-After: 120\r\n", "");
	if (strcmp(path, "/soon") == 0)
		return server_answer(fd, "429 Soon", "Retry-After: 1\r\n", "");
	if (strncmp(path, "/slow", 5) == 0)
		usleep(150000);
	return server_answer(fd, "200 OK", "", "hello");
}

static void
start(const struct fetcher_opts *opts)
{
	struct guard *g = guard_new();
	struct http_opts ho = { .user_agent = "presswatch/test", .guard = g };
	struct err err;

	snprintf(robots_status, sizeof(robots_status), "404 Not Found");
	robots_text[0] = robots_headers[0] = '\0';
	assert_int_equal(guard_allow(g, "127.0.0.0/8", &err), 0);
	server_start(&server, pages);
	base = event_base_new();
	assert_int_equal(http_new(base, &ho, &http, &err), 0);
	assert_int_equal(fetcher_new(base, http, opts, &fetcher, &err), 0);
	guard_free(g);
	told = expected = 0;
}

static void
stop(void)
{
	fetcher_free(fetcher);
	http_free(http);
	event_base_free(base);
	server_stop(&server);
}

static void
note(struct fetch_answer *a, void *arg)
{
	struct seen *s = arg;

	s->outcome = a->outcome;
	s->err = a->err;
	s->until_ms = a->host_until_ms;
	s->permanent = a->permanent_redirect;
	s->order = told;
	if (a->http != NULL) {
		s->status = a->http->status;
		snprintf(s->body, sizeof(s->body), "%s", buf_str(&a->http->body));
		snprintf(s->etag, sizeof(s->etag), "%s", a->http->etag != NULL ? a->http->etag : "");
	}
	if (++told == expected)
		event_base_loopbreak(base);
}

static uint64_t
ask_port(int port, struct seen *s, const char *path, bool urgent, const char *etag)
{
	char *url = xasprintf("http://127.0.0.1:%d%s", port, path);
	struct fetch_request req = { .url = url, .urgent = urgent, .etag = etag };
	uint64_t id;

	memset(s, 0, sizeof(*s));
	expected++;
	id = fetch_start(fetcher, &req, note, s);
	free(url);
	return id;
}

static uint64_t
ask(struct seen *s, const char *path, bool urgent, const char *etag)
{
	return ask_port(server.port, s, path, urgent, etag);
}

static void
run(void)
{
	struct timeval limit = { .tv_sec = 20 };

	if (told < expected) {
		event_base_loopexit(base, &limit);
		event_base_dispatch(base);
	}
	assert_int_equal(told, expected);
}

static void
outcomes_follow_the_status(void **state)
{
	static const struct {
		const char *path, *etag;
		enum fetch_outcome outcome;
		enum err_class class;
	} cases[] = {
		{ "/page", NULL, FETCH_OK, ERR_NONE },
		{ "/etag", NULL, FETCH_OK, ERR_NONE },
		{ "/etag", "W/\"a b\"", FETCH_NOT_MODIFIED, ERR_NONE },
		{ "/etag", "W/\"other\"", FETCH_OK, ERR_NONE },
		{ "/gone", NULL, FETCH_GONE, ERR_PERMANENT },
		{ "/forbidden", NULL, FETCH_REFUSED, ERR_PERMANENT },
		{ "/moved", NULL, FETCH_OK, ERR_NONE },
	};
	struct seen s[sizeof(cases) / sizeof(cases[0])];
	struct fetcher_opts opts = { 0 };

	start(&opts);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ask(&s[i], cases[i].path, false, cases[i].etag);
	assert_int_equal(told, 0);
	run();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (s[i].outcome != cases[i].outcome || s[i].err.class != cases[i].class)
			fail_msg("%s: %d %s", cases[i].path, s[i].outcome, s[i].err.text);
	}
	assert_string_equal(s[1].etag, "W/\"a b\"");
	assert_true(s[6].permanent);
	assert_int_equal(server_count(&server, "/robots.txt"), 1);
	assert_int_equal(fetcher_waiting(fetcher) + fetcher_in_flight(fetcher), 0);
	stop();
}

static void
robots_are_obeyed_before_and_after_a_redirect(void **state)
{
	struct fetcher_opts opts = { 0 };
	struct seen s[4];
	const char *const *maps;
	char *url;

	start(&opts);
	snprintf(robots_status, sizeof(robots_status), "200 OK");
	snprintf(robots_text, sizeof(robots_text), "User-agent: presswatch\nDisallow: /secret\n"
	    "Sitemap: http://a.example/map.xml\n");
	ask(&s[0], "/secret", false, NULL);
	ask(&s[1], "/page", false, NULL);
	ask(&s[2], "/to-secret", false, NULL);
	run();
	assert_int_equal(s[0].outcome, FETCH_DENIED);
	assert_int_equal(s[0].err.class, ERR_PERMANENT);
	assert_int_equal(s[1].outcome, FETCH_OK);
	assert_int_equal(s[2].outcome, FETCH_DENIED);
	url = xasprintf("http://127.0.0.1:%d/", server.port);
	assert_int_equal(fetcher_sitemaps(fetcher, url, &maps), 1);
	assert_string_equal(maps[0], "http://a.example/map.xml");
	free(url);
	stop();
}

static void
robots_that_cannot_be_had_deny_for_now(void **state)
{
	struct fetcher_opts opts = { 0 };
	struct seen s[2];

	start(&opts);
	snprintf(robots_status, sizeof(robots_status), "500 Oops");
	ask(&s[0], "/page", false, NULL);
	ask(&s[1], "/page2", false, NULL);
	run();
	assert_int_equal(s[0].outcome, FETCH_DENIED);
	assert_int_equal(s[0].err.class, ERR_TEMPORARY);
	assert_int_equal(s[1].outcome, FETCH_DENIED);
	assert_int_equal(server_count(&server, "/robots.txt"), 1);
	assert_int_equal(server_count(&server, "/page"), 0);
	stop();
}

static void
hostile_robots_cost_little(void **state)
{
	struct fetcher_opts opts = { 0 };
	struct seen s[2];
	int64_t before_ms = clock_mono_ms();

	start(&opts);
	robots_endless = true;
	ask(&s[0], "/page", false, NULL);
	ask(&s[1], "/secret", false, NULL);
	run();
	robots_endless = false;
	assert_int_equal(s[0].outcome, FETCH_OK);
	assert_int_equal(s[1].outcome, FETCH_DENIED);
	assert_true(clock_mono_ms() - before_ms < 5000);
	stop();
	start(&opts);
	snprintf(robots_status, sizeof(robots_status), "301 Moved");
	snprintf(robots_headers, sizeof(robots_headers), "Location: /robots.txt\r\n");
	ask(&s[0], "/page", false, NULL);
	run();
	assert_int_equal(s[0].outcome, FETCH_OK);
	assert_int_equal(server_count(&server, "/robots.txt"), 6);
	stop();
}

static void
crawl_delay_is_kept(void **state)
{
	struct fetcher_opts opts = { 0 };
	struct seen s[2];
	int64_t begun;

	start(&opts);
	begun = clock_mono_ms();
	snprintf(robots_status, sizeof(robots_status), "200 OK");
	snprintf(robots_text, sizeof(robots_text), "User-agent: *\nCrawl-delay: 0.3\n");
	ask(&s[0], "/a", false, NULL);
	ask(&s[1], "/b", false, NULL);
	run();
	assert_true(server.log[1].ms - begun >= 295);
	assert_true(server.log[2].ms - begun >= 595);
	stop();
}

static void
the_pause_of_a_host_is_kept_and_the_urgent_go_first(void **state)
{
	struct fetcher_opts opts = { .host_delay_ms = 200 };
	struct seen s[4];
	int64_t begun;

	start(&opts);
	begun = clock_mono_ms();
	ask(&s[0], "/a", false, NULL);
	ask(&s[1], "/b", false, NULL);
	ask(&s[2], "/c", true, NULL);
	ask(&s[3], "/d", false, NULL);
	run();
	assert_true(s[2].order < s[0].order);
	assert_true(s[0].order < s[1].order && s[1].order < s[3].order);
	assert_int_equal(server.requests, 5);
	/* A busy machine notes an arrival late, never early: the k-th cannot have come before k pauses were over. */
	for (unsigned i = 1; i < server.requests; i++)
		assert_true(server.log[i].ms - begun >= 200 * (int64_t)i - 5);
	stop();
}

static void
a_host_has_no_more_than_its_share_of_connections(void **state)
{
	struct fetcher_opts opts = { .per_host = 2 };
	struct seen s[8];

	start(&opts);
	for (int i = 0; i < 8; i++)
		ask(&s[i], "/slow", false, NULL);
	run();
	assert_in_range(server.most_open, 1, 2);
	stop();
}

static void
connections_are_kept_while_there_are_no_more_hosts_than_connections(void **state)
{
	struct fetcher_opts opts = { .connections = 1 };
	static struct server other;
	struct seen s[6];

	start(&opts);
	server_start(&other, pages);
	for (int i = 0; i < 2; i++) {
		ask(&s[i], "/page", false, NULL);
		run();
	}
	assert_int_equal(server.count, 1);
	ask_port(other.port, &s[2], "/page", false, NULL);
	run();
	for (int i = 3; i < 6; i++) {
		ask(&s[i], "/page", false, NULL);
		run();
		assert_int_equal(s[i].outcome, FETCH_OK);
		assert_int_equal(server.count, (unsigned)i - 2);
	}
	stop();
	server_stop(&other);
}

static void
retry_after_keeps_us_away(void **state)
{
	struct fetcher_opts opts = { .per_host = 1 };
	struct seen s[5];

	start(&opts);
	ask(&s[0], "/soon", false, NULL);
	ask(&s[1], "/page", false, NULL);
	ask(&s[2], "/busy", false, NULL);
	ask(&s[3], "/never", false, NULL);
	run();
	assert_int_equal(s[0].outcome, FETCH_REFUSED);
	assert_int_equal(s[0].err.class, ERR_TEMPORARY);
	assert_int_equal(s[1].outcome, FETCH_OK);
	assert_true(server.log[2].ms - server.log[1].ms >= 990);
	assert_int_equal(s[2].outcome, FETCH_FAILED);
	assert_true(s[2].until_ms > clock_wall_ms() + 100000);
	assert_int_equal(s[3].outcome, FETCH_FAILED);
	assert_true(s[3].until_ms > clock_wall_ms() + 100000);
	ask(&s[4], "/never", false, NULL);
	assert_int_equal(told, 4);
	run();
	assert_int_equal(s[4].outcome, FETCH_FAILED);
	assert_int_equal(s[4].err.class, ERR_TEMPORARY);
	assert_int_equal(server_count(&server, "/never"), 0);
	stop();
}

static uint64_t to_cancel;

static void
cancel_other(struct fetch_answer *a, void *arg)
{
	note(a, arg);
	fetch_cancel(fetcher, to_cancel);
	fetch_cancel(fetcher, 12345);
}

static void
requests_can_be_cancelled_anywhere(void **state)
{
	struct fetcher_opts opts = { .per_host = 2 };
	struct seen s[4];
	char *url;
	struct fetch_request req = { 0 };

	start(&opts);
	ask(&s[0], "/slow1", false, NULL);
	fetch_cancel(fetcher, ask(&s[1], "/slow2", false, NULL));
	expected--;
	url = xasprintf("http://127.0.0.1:%d/x", server.port);
	req.url = url;
	fetch_start(fetcher, &req, cancel_other, &s[2]);
	expected++;
	to_cancel = ask(&s[3], "/slow3", false, NULL);
	expected--;
	run();
	assert_int_equal(s[0].outcome, FETCH_OK);
	assert_int_equal(s[2].outcome, FETCH_OK);
	assert_int_equal(fetcher_waiting(fetcher) + fetcher_in_flight(fetcher), 0);
	ask(&s[3], "/slow4", false, NULL);	/* in flight when all ends */
	fetch_cancel(fetcher, ask(&s[1], "ftp", false, NULL));
	event_base_loop(base, EVLOOP_NONBLOCK);
	free(url);
	stop();
}

static void
malformed_and_private_addresses_end_with_a_sentence(void **state)
{
	static const char *const urls[] = { "", "ftp://a.example/", "http://", "http://10.255.0.1:9/" };
	struct fetcher_opts opts = { 0 };
	struct seen s[4] = { 0 };

	start(&opts);
	for (int i = 0; i < 4; i++) {
		struct fetch_request req = { .url = urls[i] };

		assert_true(fetch_start(fetcher, &req, note, &s[i]) != 0);
		expected++;
	}
	run();
	for (int i = 0; i < 4; i++) {
		assert_int_equal(s[i].outcome, FETCH_FAILED);
		assert_int_equal(s[i].err.class, i < 3 ? ERR_INPUT : ERR_CONFIG);
	}
	assert_non_null(strstr(s[3].err.text, "10.255.0.1 is a private address"));
	stop();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_follow_the_status),
		cmocka_unit_test(robots_are_obeyed_before_and_after_a_redirect),
		cmocka_unit_test(robots_that_cannot_be_had_deny_for_now),
		cmocka_unit_test(hostile_robots_cost_little),
		cmocka_unit_test(crawl_delay_is_kept),
		cmocka_unit_test(the_pause_of_a_host_is_kept_and_the_urgent_go_first),
		cmocka_unit_test(a_host_has_no_more_than_its_share_of_connections),
		cmocka_unit_test(connections_are_kept_while_there_are_no_more_hosts_than_connections),
		cmocka_unit_test(retry_after_keeps_us_away),
		cmocka_unit_test(requests_can_be_cancelled_anywhere),
		cmocka_unit_test(malformed_and_private_addresses_end_with_a_sentence),
	};

	http_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
