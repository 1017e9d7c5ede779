#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "net/http_int.h"
#include "tests/unit/server.h"

#define MIB (1u << 20)
#define PACKED_MIB 12
#define SLACK (64u << 10)	/* what libcurl had read already */

static struct server server;
static struct guard *allowed;
static unsigned char *plain, *packed;	/* PACKED_MIB of a text, and its gzip */
static size_t packed_len;
static volatile bool held = true;	/* the server keeps the end of "/held/" back */

/* N MiB at /held/N, of which the last comes when held is false; at /plain/N at once. */
static bool
pages(struct server *s, int fd, const char *path, const char *head)
{
	size_t n = (size_t)atoi(path + 1 + strcspn(path + 1, "/") + 1) * MIB;

	if (strncmp(path, "/packed", 7) == 0) {	/* and how many bytes are missing at the end */
		n = packed_len - n / MIB;
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", n);
		server_send(fd, packed, n);
		return true;
	}
	if (strncmp(path, "/small", 6) == 0)
		n = HTTP_SMALL_BODY;
	server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n);
	if (strncmp(path, "/held", 5) == 0) {
		server_send(fd, plain, n - MIB);
		while (held && !s->ending)
			usleep(1000);
		server_send(fd, plain + n - MIB, MIB);
	} else
		server_send(fd, plain, n);
	return true;
}

static int
setup(void **state)
{
	z_stream z = { 0 };
	struct err err;

	http_global_init();
	plain = xmalloc(PACKED_MIB * MIB);
	packed = xmalloc(MIB);
	for (size_t i = 0; i < PACKED_MIB * MIB; i++)	/* shrinks a hundredfold */
		plain[i] = (unsigned char)(i % 300 == 0 ? i / 300 * 2654435761u >> 24 : 'a');
	deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = plain;
	z.avail_in = PACKED_MIB * MIB;
	z.next_out = packed;
	z.avail_out = MIB;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed_len = z.total_out;
	deflateEnd(&z);
	allowed = guard_new();
	guard_allow(allowed, "127.0.0.0/8", &err);
	server_start(&server, pages);
	return 0;
}

static int
teardown(void **state)
{
	held = false;
	server_stop(&server);
	guard_free(allowed);
	free(plain);
	free(packed);
	return 0;
}

struct asked {
	struct http_transfer *t;
	struct http_answer answer;
	bool told;
};

static void
told(struct http_answer *a, void *arg)
{
	struct asked *q = arg;

	q->answer = *a;		/* taken over whole */
	memset(a, 0, sizeof(*a));
	q->told = true;
	q->t = NULL;
}

static struct http *
begin(struct event_base **base)
{
	struct http_opts opts = { .user_agent = "presswatch/test", .guard = allowed };
	struct http *h = NULL;
	struct err err;

	*base = event_base_new();
	assert_int_equal(http_new(*base, &opts, &h, &err), 0);
	return h;
}

static void
ask(struct http *h, struct asked *q, const char *path)
{
	CLEANUP(freep) char *url = xasprintf("http://127.0.0.1:%d%s", server.port, path);
	struct http_request req = { .url = url, .max_wire = 64 * MIB, .max_decoded = 64 * MIB };
	struct err err;

	memset(q, 0, sizeof(*q));
	q->t = http_start(h, &req, told, q, &err);
	assert_non_null(q->t);
}

static void
is_whole(struct asked *q, size_t n)
{
	if (q->answer.err.class != ERR_NONE)
		fail_msg("%s", q->answer.err.text);
	assert_int_equal(q->answer.body.len, n);
	assert_memory_equal(q->answer.body.data, plain, n);
	http_answer_done(&q->answer);
}

/* Those that are told are looked at and freed, so that nobody waits for them. Returns how many are left. */
static size_t
look_at_told(struct asked *q, size_t count, size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (q[i].told) {
			unsigned char hash[32], want[32];

			http_answer_hash(&q[i].answer, hash);
			digest_sha256(plain, n, want);
			assert_memory_equal(hash, want, 32);
			is_whole(&q[i], n);
			q[i].told = false;
		}
		left += q[i].t != NULL;
	}
	return left;
}

#define UNTIL(base, what) while (!(what)) event_base_loop(base, EVLOOP_ONCE)

static void
a_large_body_waits_for_another_and_a_small_one_does_not(void **state)
{
	struct event_base *base;
	struct http *h = begin(&base);
	struct asked first, second, small;
	struct http_share *share;

	held = true;
	ask(h, &first, "/held/5");
	UNTIL(base, first.t->answer.body.len == 4 * MIB);
	ask(h, &second, "/plain/5");
	UNTIL(base, second.t->waits);
	ask(h, &small, "/small/0");
	UNTIL(base, small.told);
	is_whole(&small, HTTP_SMALL_BODY);
	UNTIL(base, second.t->waited_ms > 0);
	assert_in_range(second.t->answer.body.len, HTTP_SMALL_BODY, HTTP_SMALL_BODY + SLACK);
	second.t->waited_ms += second.t->total_ms;	/* its own time has not run out, however long it waits */
	transfer_check_limits(second.t, second.t->start_ms + second.t->total_ms);
	assert_int_equal(second.t->state, T_RUNNING);
	held = false;
	UNTIL(base, first.told);
	share = first.answer.share;	/* the caller keeps the first body for a while */
	first.answer.share = NULL;
	assert_non_null(share);
	is_whole(&first, 5 * MIB);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_true(second.t->waits);
	http_share_free(share);
	UNTIL(base, second.told);
	is_whole(&second, 5 * MIB);
	assert_null(h->turn);
	assert_int_equal(h->waiting_turns, 0);
	http_free(h);
	event_base_free(base);
}

static void
who_brings_too_little_gives_the_turn_to_the_next(void **state)
{
	struct event_base *base;
	struct http *h = begin(&base);
	struct asked first, second, third;

	held = true;
	ask(h, &first, "/held/5");
	UNTIL(base, first.t->answer.body.len == 4 * MIB);
	ask(h, &second, "/plain/5");
	UNTIL(base, second.t->waits);
	ask(h, &third, "/plain/4");
	UNTIL(base, third.t->waits);
	turns_tick(h, h->turn_ms + HTTP_TURN_MS - 1);
	assert_ptr_equal(h->turn, first.t);
	h->turn_bytes = first.t->bytes;		/* nothing came since */
	turns_tick(h, h->turn_ms + HTTP_TURN_MS);
	assert_ptr_equal(h->turn, second.t);
	UNTIL(base, second.told);
	is_whole(&second, 5 * MIB);
	UNTIL(base, third.told);
	is_whole(&third, 4 * MIB);
	assert_false(first.told);
	held = false;
	UNTIL(base, first.told);
	is_whole(&first, 5 * MIB);
	http_free(h);
	event_base_free(base);
}

static void
answers_that_are_kept_are_not_waited_for_without_end(void **state)
{
	struct event_base *base;
	struct http *h = begin(&base);
	struct asked kept, next;

	ask(h, &kept, "/plain/5");
	UNTIL(base, kept.told);
	ask(h, &next, "/plain/5");
	UNTIL(base, next.t->waits);
	next.t->waits_ms -= HTTP_KEPT_WAIT_MS;
	UNTIL(base, next.told);
	is_whole(&next, 5 * MIB);
	http_free(h);
	is_whole(&kept, 5 * MIB);	/* outlives the http */
	event_base_free(base);
}

/* However many: what they hold together is bounded, and all come whole. */
static void
many_large_bodies_are_never_in_memory_together(void **state)
{
	enum { COUNT = 12 };
	struct event_base *base;
	struct http *h = begin(&base);
	struct asked q[COUNT];
	size_t most = 0;

	for (size_t i = 0; i < COUNT; i++)
		ask(h, &q[i], "/plain/6");
	do {
		size_t now = 0;

		event_base_loop(base, EVLOOP_ONCE);
		for (struct http_transfer *t = h->running; t != NULL; t = t->next)
			now += t->answer.body.len;
		for (size_t i = 0; i < COUNT; i++)
			now += q[i].answer.body.len;
		if (now > most)
			most = now;
	} while (look_at_told(q, COUNT, 6 * MIB) > 0);
	assert_true(most <= 6 * MIB + HTTP_LARGE_BODIES + COUNT * (HTTP_SMALL_BODY + SLACK));
	http_free(h);
	event_base_free(base);
}

static void
cancelled_anywhere_it_leaves_the_turn_to_others(void **state)
{
	for (size_t at = 1; at <= 4; at++) {
		struct event_base *base;
		struct http *h = begin(&base);
		struct asked q[3];

		held = true;
		ask(h, &q[0], "/held/5");
		UNTIL(base, q[0].t->answer.body.len >= at * MIB - MIB / 2);
		ask(h, &q[1], "/plain/5");
		ask(h, &q[2], "/plain/5");
		UNTIL(base, q[1].told || q[1].t->answer.body.len >= MIB / 2);
		http_cancel(q[at % 2].t);
		q[at % 2].t = NULL;
		held = false;
		UNTIL(base, look_at_told(q, 3, 5 * MIB) == 0);
		assert_int_equal(h->waiting_turns, 0);
		http_free(h);
		event_base_free(base);
	}
}

static void
a_turn_of_the_loop_takes_and_inflates_only_so_much(void **state)
{
	static const char *const paths[] = { "/packed/0", "/plain/12" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct event_base *base;
		struct http *h = begin(&base);
		struct asked q[3];

		for (size_t k = 0; k < 3; k++)
			ask(h, &q[k], paths[i]);
		UNTIL(base, look_at_told(q, 3, PACKED_MIB * MIB) == 0);
		/* each may have its first bytes in any case */
		assert_in_range(h->round_most, HTTP_ROUND / 2, HTTP_ROUND + 3 * (SLACK + INFLATE_STEP) + 16384);
		http_free(h);
		event_base_free(base);
	}
}

static void
what_was_inflated_in_pieces_is_still_demanded_whole(void **state)
{
	static const char *const cut[] = { "/packed/1", "/packed/9", "/packed/10000" };
	struct event_base *base;
	struct http *h = begin(&base);
	struct asked q;
	struct http_request small = { .max_decoded = 3 * MIB };
	CLEANUP(freep) char *url = xasprintf("http://127.0.0.1:%d/packed/0", server.port);
	struct err err;

	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		ask(h, &q, cut[i]);
		UNTIL(base, q.told);
		assert_int_equal(q.answer.err.class, ERR_TEMPORARY);
		assert_int_equal(q.answer.body.len, 0);
		http_answer_done(&q.answer);
	}
	small.url = url;
	memset(&q, 0, sizeof(q));
	assert_non_null(http_start(h, &small, told, &q, &err));
	UNTIL(base, q.told);
	assert_int_equal(q.answer.err.class, ERR_LIMIT);
	http_answer_done(&q.answer);
	small.cut_body = true;
	memset(&q, 0, sizeof(q));
	assert_non_null(http_start(h, &small, told, &q, &err));
	UNTIL(base, q.told);
	is_whole(&q, 3 * MIB);
	for (size_t at = 1; at < PACKED_MIB; at += 4) {	/* cancelled between two pieces */
		ask(h, &q, "/packed/0");
		UNTIL(base, q.t->answer.body.len >= at * MIB);
		http_cancel(q.t);
	}
	http_free(h);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_body_waits_for_another_and_a_small_one_does_not),
		cmocka_unit_test(who_brings_too_little_gives_the_turn_to_the_next),
		cmocka_unit_test(answers_that_are_kept_are_not_waited_for_without_end),
		cmocka_unit_test(many_large_bodies_are_never_in_memory_together),
		cmocka_unit_test(cancelled_anywhere_it_leaves_the_turn_to_others),
		cmocka_unit_test(a_turn_of_the_loop_takes_and_inflates_only_so_much),
		cmocka_unit_test(what_was_inflated_in_pieces_is_still_demanded_whole),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
