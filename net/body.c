/*
 * body: bytes of a body as they come in, counted, inflated and hashed. libcurl reads a socket until it is empty, and a few
 * kilobytes may inflate to megabytes, so the work of one turn of the loop is bounded by HTTP_ROUND over all transfers: then
 * libcurl is told to wait, what it had brought already is kept in rest, and body_round() goes on when the loop has looked after
 * others. Large bodies wait for each other besides: turns.c.
 */
#include "net/http_int.h"

#include <string.h>
#include "base/digest.h"
#include "base/mem.h"
#include "base/banned.h"

#define HASH_PIECE (256u << 10)
#define ROUND_NOTICED (HTTP_ROUND / 16)		/* work below this is not worth a timer that ends the round */
#define ROUND_LEAST (64u << 10)			/* the first bytes of a body never wait */

/* The body's ceiling was reached: an error, unless the caller wants just so much. */
static int
too_much(struct http_transfer *t, const char *what, size_t limit)
{
	if (!t->cut_body)
		return err_set(&t->answer.err, ERR_LIMIT, "the answer is over %zu bytes%s", limit, what);
	err_clear(&t->answer.err);
	t->stopped = true;
	return -1;
}

/* A body of megabytes is not hashed in one step of the loop, but piece by piece; a short one is left to its end. */
static void
hash_piece(struct http_answer *a)
{
	if (a->body.len - a->hashed < HASH_PIECE)
		return;
	if (a->hash == NULL)
		a->hash = digest_run_begin();
	digest_run_add(a->hash, a->body.data + a->hashed, a->body.len - a->hashed);
	a->hashed = a->body.len;
}

/* n bytes more of some body. */
static void
count_work(struct http *h, size_t n)
{
	h->round += n;
	if (h->round > h->round_most)
		h->round_most = h->round;
	if (h->round >= ROUND_NOTICED)
		http_round_soon(h);
}

/* Inflates of p[0..n) what this round has room for. Returns how much of p was taken, or -1. */
static ssize_t
undo(struct http_transfer *t, const char *p, size_t n)
{
	struct http *h = t->http;
	struct buf *body = &t->answer.body;
	size_t before = body->len, used = 0;
	int rc = inflate_feed(t->inflate, p, n, h->round + ROUND_LEAST < HTTP_ROUND ? HTTP_ROUND - h->round : ROUND_LEAST,
	    body, &used, &t->answer.err);

	count_work(h, body->len - before);
	if (rc < 0)
		return body->full ? too_much(t, " when decompressed", t->max_decoded) : -1;
	t->undone = rc == 1;
	hash_piece(&t->answer);
	return (ssize_t)used;
}

static int
take_packed(struct http_transfer *t, const char *p, size_t n)
{
	ssize_t used = 0;

	if (!t->undone && (used = undo(t, p, n)) < 0)
		return -1;
	if (!t->undone)
		return 0;
	http_round_soon(t->http);
	(void)buf_add(&t->rest, p + used, n - (size_t)used);
	return 0;
}

static int
take_plain(struct http_transfer *t, const char *p, size_t n)
{
	struct buf *body = &t->answer.body;
	size_t room = body->max > body->len ? body->max - body->len : 0;

	if (n > room) {
		buf_add(body, p, room);
		return too_much(t, "", t->max_decoded);
	}
	buf_add(body, p, n);
	count_work(t->http, n);
	hash_piece(&t->answer);
	return 0;
}

/* This round has done enough of this body. */
static bool
round_is_full(struct http_transfer *t)
{
	if (!t->undone && (t->http->round < HTTP_ROUND || t->answer.body.len < ROUND_LEAST))
		return false;
	http_socket_in_use(t);
	http_round_soon(t->http);
	return true;
}

size_t
receive_body(char *p, size_t size, size_t count, void *arg)
{
	struct http_transfer *t = arg;
	size_t n = size * count;

	if (!t->discard && (round_is_full(t) || turns_must_wait(t))) {
		t->paused = true;	/* the same bytes come again */
		return CURL_WRITEFUNC_PAUSE;
	}
	t->bytes += n;
	t->hop_wire += n;
	t->answer.wire_bytes += n;
	if (t->discard) {
		if (t->hop_wire > (t->redirect ? HTTP_REDIRECT_BODY : HTTP_IGNORED_BODY)) {
			t->stopped = true;
			return 0;
		}
		return n;
	}
	if (t->hop_wire > t->max_wire)
		return too_much(t, "", t->max_wire) == 0 ? n : 0;
	if ((t->inflate != NULL ? take_packed(t, p, n) : take_plain(t, p, n)) < 0)
		return 0;
	turns_count(t);
	return n;
}

/* What was left of an earlier round. May end t. */
static void
go_on_inflating(struct http_transfer *t)
{
	ssize_t used = undo(t, buf_str(&t->rest) + t->rest_at, t->rest.len - t->rest_at);

	if (used < 0) {
		transfer_hop_ended(t, CURLE_WRITE_ERROR);
		return;
	}
	t->rest_at += (size_t)used;
	if (!t->undone) {
		buf_done(&t->rest);
		t->rest_at = 0;
	}
	turns_count(t);
	if (!t->undone && t->ended)
		transfer_hop_ended(t, CURLE_OK);
}

void
body_go_on(struct http_transfer *t)
{
	CURLcode rc;

	if (!t->paused)
		return;
	t->paused = false;
	rc = curl_easy_pause(t->easy, CURLPAUSE_CONT);	/* brings what waits from within */
	if (rc != CURLE_OK)
		transfer_hop_ended(t, rc);
}

void
body_round(struct http *h)
{
	struct http_transfer *t, *next;

	h->round = 0;
	for (t = h->running; t != NULL; t = next) {	/* no caller's code runs in here */
		next = t->next;
		if (t->undone && h->round < HTTP_ROUND)
			go_on_inflating(t);
	}
	for (t = h->running; t != NULL; t = next) {
		next = t->next;
		if (t->paused && !t->waits && !t->undone && h->round < HTTP_ROUND)
			body_go_on(t);
	}
	for (t = h->running; t != NULL; t = t->next)
		if (t->undone || (t->paused && !t->waits))
			http_round_soon(h);
}
