/*
 * multi: libcurl's multi_socket on libevent. Every socket libcurl tells of has one event; its one timer is
 * one timer here.
 */
#include "net/http_int.h"

#include <stdlib.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/banned.h"

struct watched {
	struct event ev;
	struct http *http;
	short kind;
};

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct watched *w = arg;
	struct http *h = w->http;	/* w may be gone after the action */
	int running, mask = 0;

	if (what & EV_READ)
		mask |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(h->multi, fd, mask, &running);
	http_reap(h);
}

static int
socket_changed(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
	struct http *h = arg;
	struct watched *w = socketp;
	short kind = EV_PERSIST;

	if (what == CURL_POLL_REMOVE) {
		if (w != NULL) {
			event_del(&w->ev);
			curl_multi_assign(h->multi, fd, NULL);
			free(w);
		}
		return 0;
	}
	if (what & CURL_POLL_IN)
		kind |= EV_READ;
	if (what & CURL_POLL_OUT)
		kind |= EV_WRITE;
	if (w == NULL) {
		w = xcalloc(1, sizeof(*w));
		w->http = h;
		curl_multi_assign(h->multi, fd, w);
	} else if (w->kind == kind)
		return 0;
	else
		event_del(&w->ev);
	w->kind = kind;
	event_assign(&w->ev, h->base, fd, kind, on_socket, w);
	event_add(&w->ev, NULL);
	return 0;
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
	else if (ms == 0)
		event_active(&h->timer, EV_TIMEOUT, 0);
	else
		event_add(&h->timer, &tv);
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
		transfer_check_limits(t, now_ms);
	}
	http_drain(h);
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
	h->share = curl_share_init();
	if (h->multi == NULL || h->share == NULL)
		return err_set(reterr, ERR_LOCAL, "libcurl could not start");
	curl_share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	curl_share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	event_assign(&h->timer, h->base, -1, 0, on_timer, h);
	event_assign(&h->tick, h->base, -1, EV_PERSIST, on_tick, h);
	event_assign(&h->drain, h->base, -1, 0, on_drain, h);
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
	}
	if (h->share != NULL)
		curl_share_cleanup(h->share);
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
