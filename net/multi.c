/*
 * multi: libcurl's multi_socket on libevent. Every socket libcurl tells of has one event; its one timer is
 * one timer here.
 */
#include "net/http_int.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/banned.h"

struct watched {
	struct event ev;
	struct http *http;
	int fd;
	short kind;		/* of ev; 0: not added */
	short wanted;		/* kind but for muted */
	bool muted;		/* not read for a while */
	bool ours;		/* a connection of ours, not a pipe inside libcurl */
	bool http2;		/* frames may come at any time */
	bool removed;		/* libcurl does not wait for it now */
	bool idle;		/* kept open for the next request */
};

static struct watched *
find(const struct http *h, int fd)
{
	return fd >= 0 && (size_t)fd < h->watched_cap ? h->watched[fd] : NULL;
}

static struct watched *
add(struct http *h, int fd)
{
	struct watched *w = xcalloc(1, sizeof(*w));
	size_t old = h->watched_cap;

	h->watched = xgrow(h->watched, &h->watched_cap, (size_t)fd + 1, sizeof(h->watched[0]));
	for (size_t i = old; i < h->watched_cap; i++)
		h->watched[i] = NULL;
	w->http = h;
	w->fd = fd;
	h->watched[fd] = w;
	return w;
}

static void on_socket(evutil_socket_t fd, short what, void *arg);

static void
wait_for(struct watched *w, short kind)
{
	w->wanted = kind;
	if (w->muted)
		kind &= ~EV_READ;
	if (w->kind == kind)
		return;
	if (w->kind != 0)
		event_del(&w->ev);
	w->kind = kind;
	if (kind == 0)
		return;
	event_assign(&w->ev, w->http->base, w->fd, kind | EV_PERSIST, on_socket, w);
	event_add(&w->ev, NULL);
}

static void
forget(struct watched *w)
{
	wait_for(w, 0);
	w->http->watched[w->fd] = NULL;
	free(w);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct watched *w = arg;
	struct http *h = w->http;	/* w may be gone after the action */
	int running, mask = 0;

	if (w->removed) {
		if (w->idle)
			shutdown(fd, SHUT_RDWR);	/* libcurl finds it dead and will not use it again */
		wait_for(w, 0);
		return;
	}
	if (what & EV_READ)
		mask |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(h->multi, fd, mask, &running);
	http_reap(h);
}

/*
 * libcurl waits for a socket, for something else of it, or no longer. The event stays for the next request on
 * the same connection, which saves two system calls a request.
 */
static int
socket_changed(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
	struct http *h = arg;
	struct watched *w = find(h, fd);
	struct http_transfer *t = NULL;
	short kind = 0;

	if (what == CURL_POLL_REMOVE) {
		if (w != NULL && w->ours)
			w->removed = true;
		else if (w != NULL)
			forget(w);
		return 0;
	}
	if (w == NULL)
		w = add(h, fd);
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
	if (t != NULL && w->ours)
		t->fd = fd;
	if (what & CURL_POLL_IN)
		kind |= EV_READ;
	if (what & CURL_POLL_OUT)
		kind |= EV_WRITE;
	w->removed = w->idle = false;
	wait_for(w, kind);
	return 0;
}

void
http_socket_opened(struct http *h, int fd)
{
	struct watched *w = find(h, fd);

	if (w != NULL)
		forget(w);
	add(h, fd)->ours = true;
}

int
http_socket_closed(void *arg, curl_socket_t fd)
{
	struct watched *w = find(arg, fd);

	if (w != NULL)
		forget(w);
	return close(fd);
}

/*
 * What comes on a connection that nobody asked on is the end of it, or an answer that would be taken
 * for that of the next request.
 */
void
http_socket_idle(struct http *h, int fd, bool http2)
{
	struct watched *w = find(h, fd);

	if (w == NULL || !w->ours)
		return;
	w->http2 |= http2;
	if (!w->removed)	/* another transfer of the connection */
		return;
	w->idle = !w->http2;
	wait_for(w, w->http2 ? 0 : EV_READ);
}

/* Between the port and the address that libcurl named when it asked. */
static bool
is_of(const struct watched *w, const struct http_transfer *t)
{
	struct sockaddr_storage local, peer;
	socklen_t local_len = sizeof(local), peer_len = sizeof(peer);
	struct sockaddr *name = (struct sockaddr *)(void *)&local, *other = (struct sockaddr *)(void *)&peer;
	char address[64];
	in_port_t port;

	if (getsockname(w->fd, name, &local_len) != 0 || getpeername(w->fd, other, &peer_len) != 0)
		return false;
	port = name->sa_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&local)->sin6_port :
	    ((struct sockaddr_in *)(void *)&local)->sin_port;
	transfer_address_text(other, address);
	return ntohs(port) == t->local_port && strcmp(address, t->answer.address) == 0;
}

void
http_socket_in_use(struct http_transfer *t)
{
	struct http *h = t->http;

	for (size_t i = 0; t->fd < 0 && i < h->watched_cap; i++)
		if (h->watched[i] != NULL && h->watched[i]->ours && is_of(h->watched[i], t)) {
			t->fd = (int)i;
			h->watched[i]->idle = false;
		}
}

void
http_socket_mute(struct http *h, int fd, bool mute)
{
	struct watched *w = find(h, fd);

	if (w == NULL || w->muted == mute)
		return;
	w->muted = mute;
	wait_for(w, w->wanted);
}

bool
http_socket_is_muted(const struct http *h, int fd)
{
	const struct watched *w = find(h, fd);

	return w != NULL && w->muted;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	int running;

	curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	http_reap(h);
}

static int
timer_changed(CURLM *multi, long ms, void *arg)
{
	struct http *h = arg;
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };

	if (ms < 0)
		event_del(&h->timer);
	else
		event_add(&h->timer, &tv);	/* not event_active() for 0: what waits on sockets is seen first */
	return 0;
}

/*
 * Limits of time are looked at here for all that run, ten times a second, rather than with a timer
 * each: a transfer that ends in a millisecond costs none.
 */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	struct http_transfer *t, *next;
	int64_t now_ms = clock_mono_ms();

	if (h->running == NULL) {
		event_del(&h->tick);
		h->ticking = false;
		return;
	}
	for (t = h->running; t != NULL; t = next) {	/* no caller's code runs in here */
		next = t->next;
		if (h->waiting_turns > 0 && (t->waits || http_socket_is_muted(h, t->fd)))
			t->waited_ms += now_ms - h->ticked_ms;
		transfer_check_limits(t, now_ms);
	}
	h->ticked_ms = now_ms;
	turns_tick(h, now_ms);
	http_drain(h);
}

static void
on_round_end(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;

	h->round_ending = false;
	body_round(h);
	turns_pass(h);
	http_reap(h);
}

void
http_round_soon(struct http *h)
{
	const struct timeval now = { 0 };

	if (h->round_ending)
		return;
	h->round_ending = true;
	event_add(&h->round_end, &now);	/* as in timer_changed() */
}

static void
on_drain(evutil_socket_t fd, short what, void *arg)
{
	http_drain(arg);
}

int
http_multi_open(struct http *h, struct err *reterr)
{
	h->multi = curl_multi_init();
	if (h->multi == NULL)
		return err_set(reterr, ERR_LOCAL, "libcurl could not start");
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	event_assign(&h->timer, h->base, -1, 0, on_timer, h);
	event_assign(&h->tick, h->base, -1, EV_PERSIST, on_tick, h);
	event_assign(&h->drain, h->base, -1, 0, on_drain, h);
	event_assign(&h->round_end, h->base, -1, 0, on_round_end, h);
	return 0;
}

void
http_multi_close(struct http *h)
{
	if (h->multi != NULL) {
		curl_multi_cleanup(h->multi);	/* tells of every socket's removal */
		event_del(&h->timer);
		event_del(&h->tick);
		event_del(&h->drain);
		event_del(&h->round_end);
	}
	http_sessions_forget(h);
	for (size_t i = 0; i < h->watched_cap; i++)
		if (h->watched[i] != NULL)
			forget(h->watched[i]);
	free(h->watched);
}

void
http_reap(struct http *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		struct http_transfer *t = NULL;
		CURLcode rc = m->data.result;	/* m is gone once its handle is removed */

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		transfer_hop_ended(t, rc);
	}
	http_drain(h);
}
