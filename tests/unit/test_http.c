#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>
#include "base/mem.h"
#include "net/http.h"
#include "tests/unit/server.h"

static struct server server, other;
static struct guard *allowed;
static unsigned char bomb[80 << 10], good_gzip[256];
static size_t bomb_len, good_gzip_len;

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

/* Answers that are the same bytes each time; the connection is closed after them. */
static const struct canned {
	const char *path, *bytes;
	enum err_class class;		/* ERR_NONE: body is what comes out */
	const char *body;		/* or part of the sentence */
} canned[] = {
	{ "/length", OK_HEAD "Content-Length: 5\r\n\r\nhello", ERR_NONE, "hello" },
	{ "/length-same-twice", OK_HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", ERR_NONE, "hello" },
	{ "/length-list", OK_HEAD "Content-Length: 5, 5\r\n\r\nhello", ERR_NONE, "hello" },
	{ "/length-short", OK_HEAD "Content-Length: 9\r\n\r\nhello", ERR_TEMPORARY, "cut" },
	{ "/length-two", OK_HEAD "Content-Length: 9\r\nContent-Length: 5\r\n\r\nhello", ERR_TEMPORARY, "two different" },
	{ "/length-two-list", OK_HEAD "Content-Length: 5, 9\r\n\r\nhello", ERR_TEMPORARY, "two different" },
	{ "/length-negative", OK_HEAD "Content-Length: -5\r\n\r\nhello", ERR_TEMPORARY, "" },
	{ "/length-hex", OK_HEAD "Content-Length: 0x5\r\n\r\nhello", ERR_TEMPORARY, "Content-Length" },
	{ "/length-huge", OK_HEAD "Content-Length: 99999999999999999999\r\n\r\nhello", ERR_TEMPORARY, "" },
	{ "/length-over", OK_HEAD "Content-Length: 999999999\r\n\r\nhello", ERR_LIMIT, "over the limit" },
	{ "/length-and-chunked", OK_HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	    ERR_TEMPORARY, "both" },
	{ "/closed", OK_HEAD "\r\nhello", ERR_NONE, "hello" },
	{ "/chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", ERR_NONE, "hello" },
	{ "/chunked-trailer", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nETag: x\r\n\r\n",
	    ERR_NONE, "hello" },
	{ "/chunked-cut", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", ERR_TEMPORARY, "" },
	{ "/chunked-cut-inside", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n9\r\nhello", ERR_TEMPORARY, "" },
	{ "/chunked-bad", OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", ERR_TEMPORARY, "" },
	{ "/chunked-huge", OK_HEAD "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello", ERR_TEMPORARY, "" },
	{ "/chunked-twice", OK_HEAD "Transfer-Encoding: chunked, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	    ERR_TEMPORARY, "Transfer-Encoding" },
	{ "/te-gzip", OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", ERR_TEMPORARY, "" },
	{ "/br", OK_HEAD "Content-Encoding: br\r\nContent-Length: 5\r\n\r\nhello", ERR_TEMPORARY, "unknown content encoding" },
	{ "/gzip-twice", OK_HEAD "Content-Encoding: gzip, gzip\r\nContent-Length: 5\r\n\r\nhello", ERR_LIMIT, "more than one" },
	{ "/gzip-not", OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", ERR_TEMPORARY, "corrupt" },
	{ "/partial", "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nhello",
	    ERR_TEMPORARY, "part" },
	{ "/nothing", "", ERR_TEMPORARY, "without an answer" },
	{ "/garbage", "\x01\x02garbage\r\n\r\n", ERR_TEMPORARY, "HTTP" },
	{ "/old", "<html>hello</html>", ERR_TEMPORARY, "HTTP" },
	{ "/head-cut", "HTTP/1.1 200 OK\r\nContent-Le", ERR_TEMPORARY, "" },
	{ "/status-only", "HTTP/1.1 200 OK\r\n", ERR_TEMPORARY, "" },
	{ "/upgrade", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nhello", ERR_TEMPORARY, "" },
	{ "/continue", "HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD "Content-Length: 5\r\n\r\nhello", ERR_NONE, "hello" },
	{ "/early", "HTTP/1.1 103 Early\r\nETag: no\r\n\r\n" OK_HEAD "Content-Length: 5\r\n\r\nhello", ERR_NONE, "hello" },
	{ "/long-tail", OK_HEAD "Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED",
	    ERR_NONE, "hello" },
	{ "/to-file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
	    ERR_TEMPORARY, "no http or https" },
	{ "/to-gopher", "HTTP/1.1 302 Found\r\nLocation: gopher://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n",
	    ERR_TEMPORARY, "no http or https" },
	{ "/to-private", "HTTP/1.1 302 Found\r\nLocation: http://0x0a000001:81/\r\nContent-Length: 0\r\n\r\n",
	    ERR_CONFIG, "10.0.0.1 is a private address" },
	{ "/to-mapped", "HTTP/1.1 302 Found\r\nLocation: http://[::ffff:169.254.169.254]/\r\nContent-Length: 0\r\n\r\n",
	    ERR_CONFIG, "private address" },
	{ "/to-nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nhello", ERR_NONE, "hello" },
	{ "/to-good", "HTTP/1.1 302 Found\r\nLocation: length\r\nContent-Length: 2\r\n\r\nno", ERR_NONE, "hello" },
	{ "/to-self", "HTTP/1.1 301 Moved\r\nLocation: /to-self\r\nContent-Length: 0\r\n\r\n", ERR_LIMIT, "5 redirects" },
	/* libcurl 7.88 unfolds the first line into the last header of the answer before, which it has freed. */
	{ "/folded", "HTTP/1.1 200 OK\r\n\tx\r\nContent-Length: 5\r\n\r\nhello", ERR_TEMPORARY, "colon" },
	{ "/to-folded", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nSet-Cookie: a=b\r\nLocation: /folded\r\n\r\n", ERR_TEMPORARY, "colon" },
	{ "/not-modified", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", ERR_NONE, "" },
	{ "/error", "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhello", ERR_NONE, "hello" },
};

static void
flood(int fd, const char *piece, size_t times)
{
	size_t n = strlen(piece);

	for (size_t i = 0; i < times; i++)
		if (send(fd, piece, n, MSG_NOSIGNAL) != (ssize_t)n)
			return;
}

/* Closing with unread bytes would reset the connection and take the answer with it. */
static void
wait_for_close(int fd)
{
	char drop[256];

	while (read(fd, drop, sizeof(drop)) > 0)
		;
}

static bool
stalls(struct server *s, int fd, const char *path)
{
	if (strcmp(path, "/never") == 0)
		wait_for_close(fd);
	else if (strcmp(path, "/slow-head") == 0) {
		server_say(fd, "HTTP/1.1 2");
		wait_for_close(fd);
	} else if (strcmp(path, "/slow-body") == 0) {
		server_say(fd, OK_HEAD "Content-Length: 100\r\n\r\n");
		for (int i = 0; i < 100 && !s->ending; i++) {
			if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
				break;
			usleep(50000);
		}
	} else if (strcmp(path, "/endless") == 0) {
		server_say(fd, OK_HEAD "\r\n");
		flood(fd, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 10000000);
	} else if (strcmp(path, "/redirect-endless") == 0) {
		server_say(fd, "HTTP/1.1 302 Found\r\nLocation: /length\r\n\r\n");
		flood(fd, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 10000000);
	} else if (strcmp(path, "/endless-chunk-extension") == 0) {
		server_say(fd, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5;");
		flood(fd, "abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh", 10000000);
	} else
		return false;
	return true;
}

static bool
floods(int fd, const char *path)
{
	if (strcmp(path, "/header-many") == 0) {
		server_say(fd, OK_HEAD);
		flood(fd, "X-Filler: 0123456789012345678901234567890123456789\r\n", 100000);
	} else if (strcmp(path, "/header-long") == 0) {
		server_say(fd, OK_HEAD "X-Long: ");
		flood(fd, "01234567890123456789012345678901234567890123456789", 20000);
	} else if (strcmp(path, "/location-long") == 0) {
		server_say(fd, "HTTP/1.1 302 Found\r\nLocation: /");
		flood(fd, "01234567890123456789012345678901234567890123456789", 20000);
	} else if (strcmp(path, "/continue-flood") == 0)
		flood(fd, "HTTP/1.1 100 Continue\r\n\r\n", 1000000);
	else if (strcmp(path, "/trailer-flood") == 0) {
		server_say(fd, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n");
		flood(fd, "X-Filler: 0123456789012345678901234567890123456789\r\n", 100000);
	} else if (strcmp(path, "/header-nul") == 0)
		server_send(fd, OK_HEAD "X-Nul: a\0b\r\nContent-Length: 2\r\n\r\nhi", 53);
	else
		return false;
	return true;
}

static bool
gzips(int fd, const char *path)
{
	const char *head = OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n";

	if (strcmp(path, "/gzip") == 0) {
		server_say(fd, head, good_gzip_len);
		server_send(fd, good_gzip, good_gzip_len);
	} else if (strcmp(path, "/gzip-truncated") == 0) {
		server_say(fd, head, good_gzip_len - 9);
		server_send(fd, good_gzip, good_gzip_len - 9);
	} else if (strcmp(path, "/gzip-bomb") == 0) {
		server_say(fd, head, bomb_len);
		server_send(fd, bomb, bomb_len);
	} else
		return false;
	return true;
}

static bool
pages(struct server *s, int fd, const char *path, const char *head)
{
	for (size_t i = 0; i < sizeof(canned) / sizeof(canned[0]); i++)
		if (strcmp(path, canned[i].path) == 0) {
			server_send(fd, canned[i].bytes, strlen(canned[i].bytes));
			return false;
		}
	if (stalls(s, fd, path) || floods(fd, path) || gzips(fd, path))
		return false;
	if (strcmp(path, "/fields") == 0)
		return server_answer(fd, "200 OK", "ETag:  W/\"a\xc3\xa9 b\" \r\nLast-Modified: yesterday-ish\r\n"
		    "Content-Type: text/html; charset=utf-8\r\nCache-Control: public, s-maxage=9, max-age=60\r\n"
		    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nLink: <a>; rel=x\r\nLink: <b>; rel=y\r\n"
		    "CF-Mitigated: challenge\r\nRetry-After: 5\r\n", "hello");
	if (strcmp(path, "/cookie") == 0)
		return strstr(head, "Cookie: b=2; a=3\r\n") != NULL ? server_answer(fd, "200 OK", "", "bitten") :
		    strstr(head, "Cookie: b=2\r\n") != NULL ?
		    server_answer(fd, "302 Found", "Location: /cookie\r\nSet-Cookie: a=3\r\n", "") :
		    server_answer(fd, "302 Found", "Location: /cookie\r\nSet-Cookie: b=1\r\n"
			"Set-Cookie: b=2; Path=/; HttpOnly\r\n", "");
	if (strcmp(path, "/elsewhere") == 0) {
		char to[128];

		snprintf(to, sizeof(to), "Location: http://localhost:%d/echo\r\n", other.port);
		return server_answer(fd, "307 Elsewhere", to, "");
	}
	if (strcmp(path, "/posted") == 0)
		return server_answer(fd, "302 Found", "Location: /echo\r\n", "");
	if (strcmp(path, "/echo") == 0)
		return server_answer(fd, "200 OK", "", head);
	return server_answer(fd, "200 OK", "", path);
}

static int
setup(void **state)
{
	static unsigned char zeros[64 << 20];
	z_stream z = { 0 };
	struct err err;

	deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = zeros;
	z.avail_in = sizeof(zeros);
	z.next_out = bomb;
	z.avail_out = sizeof(bomb);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	bomb_len = z.total_out;
	deflateReset(&z);
	z.next_in = (Bytef *)(uintptr_t) "hello";
	z.avail_in = 5;
	z.next_out = good_gzip;
	z.avail_out = sizeof(good_gzip);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	good_gzip_len = z.total_out;
	deflateEnd(&z);
	allowed = guard_new();
	guard_allow(allowed, "127.0.0.0/8", &err);
	guard_allow(allowed, "::1", &err);
	server_start(&server, pages);
	server_start(&other, pages);
	return 0;
}

static int
teardown(void **state)
{
	server_stop(&server);
	server_stop(&other);
	guard_free(allowed);
	return 0;
}

static void
get_with(const char *path, struct http_request *req, const struct guard *guard, struct http_answer *a)
{
	struct http_opts opts = { .user_agent = "presswatch/test", .guard = guard };
	char *url = xasprintf("http://127.0.0.1:%d%s", server.port, path);
	struct err err;

	req->url = url;
	memset(a, 0, sizeof(*a));
	if (http_run_one(&opts, req, a, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	free(url);
}

static void
get(const char *path, struct http_answer *a)
{
	struct http_request req = { .connect_ms = 2000 };

	get_with(path, &req, allowed, a);
}

static void
an_answer_is_whole_or_an_error(void **state)
{
	for (size_t i = 0; i < sizeof(canned) / sizeof(canned[0]); i++) {
		const struct canned *c = &canned[i];
		struct http_answer a;

		get(c->path, &a);
		if (a.err.class != c->class)
			fail_msg("%s: class %s, \"%s\"", c->path, err_class_name(a.err.class), a.err.text);
		if (c->class == ERR_NONE)
			assert_string_equal(buf_str(&a.body), c->body);
		else if (strstr(a.err.text, c->body) == NULL || a.err.text[0] == '\0' || a.body.len != 0)
			fail_msg("%s: %s", c->path, a.err.text);
		assert_int_equal(a.close_delimited, strcmp(c->path, "/closed") == 0);
		http_answer_done(&a);
	}
}

static void
compressed_content_is_checked_to_its_end(void **state)
{
	struct http_answer a;

	get("/gzip", &a);
	assert_int_equal(a.err.class, ERR_NONE);
	assert_string_equal(buf_str(&a.body), "hello");
	assert_int_equal(a.wire_bytes, good_gzip_len);
	http_answer_done(&a);
	get("/gzip-truncated", &a);
	assert_int_equal(a.err.class, ERR_TEMPORARY);
	assert_non_null(strstr(a.err.text, "cut"));
	http_answer_done(&a);
	get("/gzip-bomb", &a);
	assert_int_equal(a.err.class, ERR_LIMIT);
	assert_true(a.wire_bytes < bomb_len);	/* it was not read to its end */
	http_answer_done(&a);
}

static void
floods_of_headers_end_that_transfer_only(void **state)
{
	static const char *const paths[] = {
		"/header-many", "/header-long", "/location-long", "/continue-flood", "/trailer-flood", "/header-nul",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct http_answer a;

		get(paths[i], &a);
		if (a.err.class == ERR_NONE || a.total_ms > 2000)
			fail_msg("%s: %s after %d ms", paths[i], a.err.text, (int)a.total_ms);
		http_answer_done(&a);
	}
}

static void
slow_silent_and_endless_answers_end_at_their_limits(void **state)
{
	static const struct {
		const char *path;
		struct http_request req;
		int64_t at_least_ms, at_most_ms;
		enum err_class class;
		const char *says;
	} cases[] = {
		{ "/never", { .first_byte_ms = 300 }, 300, 600, ERR_TEMPORARY, "no answer within 1 s" },
		{ "/slow-head", { .first_byte_ms = 300 }, 300, 600, ERR_TEMPORARY, "no answer" },
		{ "/slow-body", { .total_ms = 500 }, 500, 800, ERR_TEMPORARY, "not finished" },
		{ "/endless", { .max_wire = 1 << 20 }, 0, 3000, ERR_LIMIT, "over 1048576 bytes" },
		{ "/endless", { .max_decoded = 1 << 20 }, 0, 3000, ERR_LIMIT, "over 1048576 bytes" },
		{ "/redirect-endless", { 0 }, 0, 1000, ERR_NONE, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request req = cases[i].req;
		struct http_answer a;

		get_with(cases[i].path, &req, allowed, &a);
		if (a.err.class != cases[i].class || strstr(a.err.text, cases[i].says) == NULL ||
		    a.total_ms < cases[i].at_least_ms || a.total_ms > cases[i].at_most_ms)
			fail_msg("%s: \"%s\" after %d ms", cases[i].path, a.err.text, (int)a.total_ms);
		http_answer_done(&a);
	}
}

static double
cpu_s(void)
{
	struct rusage r;

	getrusage(RUSAGE_THREAD, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void
bytes_that_are_no_body_are_counted_too(void **state)
{
	struct http_request req = { .total_ms = 20000 };
	struct http_answer a;
	double before = cpu_s();

	get_with("/endless-chunk-extension", &req, allowed, &a);
	assert_int_not_equal(a.err.class, ERR_NONE);
	if (a.total_ms > 5000)
		fail_msg("\"%s\" after %d ms, %.2f s", a.err.text, (int)a.total_ms, cpu_s() - before);
	http_answer_done(&a);
}

static void
bodies_are_cut_skipped_or_forgotten_as_asked(void **state)
{
	struct http_request cut = { .cut_body = true, .max_decoded = 1000 }, none = { .head_only = true },
	    forget = { .ignore_body = true };
	struct http_answer a;

	get_with("/endless", &cut, allowed, &a);
	assert_int_equal(a.err.class, ERR_NONE);
	assert_int_equal(a.body.len, 1000);
	http_answer_done(&a);
	get_with("/endless", &none, allowed, &a);
	assert_int_equal(a.err.class, ERR_NONE);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body.len, 0);
	http_answer_done(&a);
	get_with("/endless", &forget, allowed, &a);
	assert_int_equal(a.err.class, ERR_NONE);
	assert_int_equal(a.body.len, 0);
	http_answer_done(&a);
}

static void
fields_come_as_the_server_wrote_them(void **state)
{
	struct http_answer a;

	get("/fields", &a);
	assert_string_equal(a.etag, "W/\"a\xc3\xa9 b\"");
	assert_string_equal(a.last_modified, "yesterday-ish");
	assert_string_equal(a.content_type, "text/html; charset=utf-8");
	assert_string_equal(a.link, "<a>; rel=x, <b>; rel=y");
	assert_string_equal(a.cf_mitigated, "challenge");
	assert_int_equal(a.max_age_s, 60);
	assert_int_equal(a.retry_after_ms, 5000);
	assert_int_equal(a.date_ms, 784111777000);
	http_answer_done(&a);
}

static void
redirects_are_listed_and_tokens_stay_at_home(void **state)
{
	static const char *const headers[] = { "X-Token: secret", "Accept: text/html", "Authorization: Basic eA==",
		NULL };
	struct http_request req = { .headers = headers };
	struct http_answer a;

	get_with("/echo", &req, allowed, &a);
	assert_non_null(strstr(buf_str(&a.body), "X-Token: secret\r\n"));
	assert_non_null(strstr(buf_str(&a.body), "Accept-Encoding: gzip, deflate\r\n"));
	assert_non_null(strstr(buf_str(&a.body), "User-Agent: presswatch/test\r\n"));
	http_answer_done(&a);
	get_with("/elsewhere", &req, allowed, &a);
	assert_int_equal(a.err.class, ERR_NONE);
	assert_int_equal(a.hops_count, 1);
	assert_int_equal(a.hops[0].status, 307);
	assert_non_null(strstr(a.url, "http://localhost:"));
	assert_null(strstr(buf_str(&a.body), "secret"));
	assert_null(strstr(buf_str(&a.body), "Authorization"));
	assert_non_null(strstr(buf_str(&a.body), "Accept: text/html\r\n"));
	http_answer_done(&a);
	req.max_redirects = -1;
	get_with("/elsewhere", &req, allowed, &a);
	assert_int_equal(a.status, 307);
	assert_int_equal(a.err.class, ERR_NONE);
	http_answer_done(&a);
}

static void
a_cookie_lives_as_long_as_its_redirects(void **state)
{
	struct http_answer a;

	get("/cookie", &a);
	assert_string_equal(buf_str(&a.body), "bitten");
	assert_int_equal(a.hops_count, 2);
	http_answer_done(&a);
}

static void
a_post_is_sent_whole_and_becomes_a_get_when_found_elsewhere(void **state)
{
	struct http_request req = { .method = "POST", .body = "a=1", .body_len = 3 };
	struct http_answer a;

	get_with("/echo", &req, allowed, &a);
	assert_non_null(strstr(buf_str(&a.body), "POST /echo"));
	assert_non_null(strstr(buf_str(&a.body), "Content-Length: 3\r\n"));
	http_answer_done(&a);
	get_with("/posted", &req, allowed, &a);
	assert_non_null(strstr(buf_str(&a.body), "GET /echo"));
	http_answer_done(&a);
}

static void
private_addresses_are_refused_in_every_spelling(void **state)
{
	static const char *const hosts[] = {
		"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]",
		"[::ffff:127.0.0.1]", "0.0.0.0", "0", "user:pass@127.0.0.1", "127.0.0.1.", "[::]",
		"%31%32%37.0.0.1", "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1",
	};
	struct http_opts opts = { .user_agent = "presswatch/test" };
	unsigned before = server.requests;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		for (int proxied = 0; proxied < 2; proxied++) {
			char *url = xasprintf("http://%s:%d/", hosts[i], server.port);
			char *proxy = xasprintf("http://127.0.0.1:%d", other.port);
			struct http_request req = { .url = url, .proxy = proxied ? proxy : NULL };
			struct http_answer a = { 0 };
			struct err err;

			if (http_run_one(&opts, &req, &a, &err) == 0 && a.err.class != ERR_CONFIG)
				fail_msg("%s: %ld \"%s\"", url, a.status, a.err.text);
			http_answer_done(&a);
			free(url);
			free(proxy);
		}
	assert_int_equal(server.requests, before);
}

static void
a_proxy_is_used_when_named(void **state)
{
	char *proxy = xasprintf("http://127.0.0.1:%d", other.port);
	struct http_opts opts = { .user_agent = "presswatch/test", .proxy = proxy };
	struct http_request req = { .url = "http://press.example/page" };
	struct http_answer a = { 0 };
	struct err err;

	assert_int_equal(http_run_one(&opts, &req, &a, &err), 0);
	assert_string_equal(buf_str(&a.body), "http://press.example/page");
	http_answer_done(&a);
	free(proxy);
}

static void
malformed_requests_are_not_started(void **state)
{
	static const char *const split[] = { "X: a\r\nY: b", NULL }, *const noname[] = { ": a", NULL },
	    *const nocolon[] = { "abc", NULL };
	const struct http_request cases[] = {
		{ .url = NULL }, { .url = "" }, { .url = "ftp://a.example/" }, { .url = "file:///etc/passwd" },
		{ .url = "http://" }, { .url = "http://a.example/", .headers = split },
		{ .url = "http://a.example/", .headers = noname }, { .url = "http://a.example/", .headers = nocolon },
		{ .url = "http://a.example/", .method = "GET /\r\n" },
		{ .url = "http://a.example/", .user_agent = "a\nb" },
	};
	struct http_opts opts = { .user_agent = "presswatch/test" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_answer a = { 0 };
		struct err err = { 0 };

		assert_int_equal(http_run_one(&opts, &cases[i], &a, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
	}
}

static void
refused_and_unknown_hosts_are_named(void **state)
{
	struct http_opts opts = { .user_agent = "presswatch/test", .guard = allowed };
	struct http_request req = { .url = "http://127.0.0.1:1/" };
	struct http_answer a = { 0 };
	struct err err;

	assert_int_equal(http_run_one(&opts, &req, &a, &err), 0);
	assert_int_equal(a.err.class, ERR_TEMPORARY);
	assert_string_equal(a.err.text, "connection refused by 127.0.0.1:1");
	http_answer_done(&a);
	req.url = "http://nosuchhost.invalid/";
	assert_int_equal(http_run_one(&opts, &req, &a, &err), 0);
	assert_int_equal(a.err.class, ERR_TEMPORARY);
	assert_string_equal(a.err.text, "could not resolve host nosuchhost.invalid");
	http_answer_done(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_whole_or_an_error),
		cmocka_unit_test(compressed_content_is_checked_to_its_end),
		cmocka_unit_test(floods_of_headers_end_that_transfer_only),
		cmocka_unit_test(slow_silent_and_endless_answers_end_at_their_limits),
		cmocka_unit_test(bytes_that_are_no_body_are_counted_too),
		cmocka_unit_test(bodies_are_cut_skipped_or_forgotten_as_asked),
		cmocka_unit_test(fields_come_as_the_server_wrote_them),
		cmocka_unit_test(redirects_are_listed_and_tokens_stay_at_home),
		cmocka_unit_test(a_cookie_lives_as_long_as_its_redirects),
		cmocka_unit_test(a_post_is_sent_whole_and_becomes_a_get_when_found_elsewhere),
		cmocka_unit_test(private_addresses_are_refused_in_every_spelling),
		cmocka_unit_test(a_proxy_is_used_when_named),
		cmocka_unit_test(malformed_requests_are_not_started),
		cmocka_unit_test(refused_and_unknown_hosts_are_named),
	};

	http_global_init();
	return cmocka_run_group_tests(tests, setup, teardown);
}
