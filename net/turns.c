/*
 * turns: large bodies come one after the other. A body under HTTP_SMALL_BODY never waits. What bodies hold above that is
 * counted, over all transfers and over the answers that callers still keep. Up to HTTP_LARGE_BODIES all go on; above, one
 * transfer has the turn and goes on to its end, the others are told to wait, in the order in which they had to. So memory is
 * bounded by that one body, HTTP_LARGE_BODIES and the small beginnings of the others, whatever servers send at once.
 *
 * A wait is our doing and counts against no limit of time (limits.c). Nobody waits for ever: the turn passes on at the end of
 * its transfer, which its deadlines bind, or as soon as it brings too little while others wait; and answers that callers
 * keep are waited for for HTTP_KEPT_WAIT_MS at most.
 *
 * A connection of HTTP/2 waits as a whole, by not being read: libcurl 7.88 reads on for its other streams, cannot put away what
 * comes for the one that waits, and turns the loop in vain.
 */
#include "net/http_int.h"

#include <stdlib.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/banned.h"

struct http_turns {
	unsigned refs;		/* its http, and shares */
	struct http *http;	/* NULL: gone */
	size_t counted;		/* bytes of all shares */
	size_t kept;		/* of those, bytes of answers that callers have */
};

struct http_share {
	struct http_turns *turns;
	size_t bytes;
	bool kept;
};

struct http_turns *
turns_new(struct http *h)
{
	struct http_turns *s = xcalloc(1, sizeof(*s));

	s->refs = 1;
	s->http = h;
	return s;
}

static void
unref(struct http_turns *s)
{
	if (--s->refs == 0)
		free(s);
}

void
turns_free(struct http_turns *s)
{
	if (s == NULL)
		return;
	s->http = NULL;
	unref(s);
}

void
http_share_free(struct http_share *share)
{
	struct http_turns *s;

	if (share == NULL)
		return;
	s = share->turns;
	s->counted -= share->bytes;
	if (share->kept)
		s->kept -= share->bytes;
	if (s->http != NULL && s->http->waiting_turns > 0)
		http_round_soon(s->http);
	free(share);
	unref(s);
}

static void
set_waits(struct http_transfer *t, bool waits)
{
	struct http *h = t->http;

	if (t->waits == waits)
		return;
	t->waits = waits;
	if (waits)
		h->waiting_turns++;
	else
		h->waiting_turns--;
	if (t->http2)
		http_socket_mute(h, t->fd, waits);
	if (!waits)
		return;
	t->waits_ms = clock_mono_ms();
	if (t->place == 0)
		t->place = ++h->last_place;
}

/* Whether t, whose body is large, may go on now; it may have the turn from here on. */
static bool
may_go_on(struct http_transfer *t)
{
	struct http *h = t->http;
	const struct http_turns *s = h->turns;

	if (h->turn == t || s->counted <= HTTP_LARGE_BODIES)
		return true;
	if (h->turn != NULL)
		return t->http2 && h->turn->fd == t->fd;
	if (s->kept > HTTP_LARGE_BODIES && (!t->waits || clock_mono_ms() - t->waits_ms < HTTP_KEPT_WAIT_MS))
		return false;
	h->turn = t;
	h->turn_ms = clock_mono_ms();
	h->turn_bytes = t->bytes;
	return true;
}

bool
turns_must_wait(struct http_transfer *t)
{
	if (t->answer.share == NULL)
		return false;
	if (may_go_on(t)) {
		set_waits(t, false);
		return false;
	}
	http_socket_in_use(t);
	set_waits(t, true);
	return true;
}

void
turns_count(struct http_transfer *t)
{
	struct http_share *share = t->answer.share;
	size_t bytes = t->answer.body.len + t->rest.len;

	if (bytes <= HTTP_SMALL_BODY)
		return;
	bytes -= HTTP_SMALL_BODY;
	if (share == NULL) {
		t->answer.share = share = xcalloc(1, sizeof(*share));
		share->turns = t->http->turns;
		share->turns->refs++;
	}
	share->turns->counted += bytes - share->bytes;
	share->bytes = bytes;
}

void
turns_leave(struct http_transfer *t)
{
	struct http *h = t->http;
	struct http_share *share = t->answer.share;

	set_waits(t, false);
	if (h->turn == t)
		h->turn = NULL;
	if (share != NULL && t->answer.err.class == ERR_NONE && t->state == T_FINISHED) {
		share->kept = true;
		share->turns->kept += share->bytes;
	} else {
		http_share_free(share);
		t->answer.share = NULL;
	}
	if (h->waiting_turns > 0)
		http_round_soon(h);
}

/* The one who waits with the lowest place above after. */
static struct http_transfer *
next_waiting(const struct http *h, uint64_t after)
{
	struct http_transfer *first = NULL;

	for (struct http_transfer *t = h->running; t != NULL; t = t->next)
		if (t->waits && t->place > after && (first == NULL || t->place < first->place))
			first = t;
	return first;
}

void
turns_pass(struct http *h)
{
	struct http_transfer *t;
	uint64_t after = 0;

	while (h->waiting_turns > 0 && (t = next_waiting(h, after)) != NULL && may_go_on(t)) {
		after = t->place;
		set_waits(t, false);
		body_go_on(t);
	}
}

void
turns_tick(struct http *h, int64_t now_ms)
{
	struct http_transfer *t = h->turn;

	if (h->waiting_turns == 0)
		return;
	if (t != NULL && now_ms - h->turn_ms >= HTTP_TURN_MS) {
		if (t->bytes - h->turn_bytes < HTTP_TURN_BYTES) {
			h->turn = NULL;
			t->place = ++h->last_place;	/* behind those who wait now */
		}
		h->turn_ms = now_ms;
		h->turn_bytes = t->bytes;
	}
	turns_pass(h);
}
