/*
 * fetch: the face, and one request's way: queue of its host, robots.txt, turn, answer. Callers' functions run only
 * from tell() and request_done(), both called by the loop and never from fetch_start().
 */
#include "fetchers/fetchers_int.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/banned.h"

#define CONNECTIONS 256
#define PER_HOST 2
#define TIMEOUT_MS 60000
#define ROBOTS_TTL_MS (24 * 3600 * 1000LL)
#define ROBOTS_TIMEOUT_MS 10000
#define MAX_DECODED (32u << 20)
#define SITEMAP_DECODED (52u << 20)	/* sitemaps.org allows 50 MiB; one more must not take 64 MB of memory */
#define WIRE_PAGE (8u << 20)
#define WIRE_LIST (16u << 20)
#define STEPS_AT_ONCE 64	/* then the loop may look after others: a new connection costs up to 0.3 ms */
#define MAX_HEADERS 64
#define MAX_ARGS 256		/* of a user's command */
#define ROOM_MS 20		/* when there was no room for answers, it is looked for again */

static void on_pump(evutil_socket_t fd, short what, void *arg);

void
fetcher_reconfigure(struct fetcher *f, const struct fetcher_opts *opts)
{
	free(f->product);
	f->product = xstrdup(opts->product != NULL ? opts->product : "presswatch");
	f->connections = opts->connections != 0 ? opts->connections : CONNECTIONS;
	f->per_host = opts->per_host != 0 ? opts->per_host : PER_HOST;
	f->host_delay_ms = opts->host_delay_ms;
	f->timeout_ms = opts->timeout_ms != 0 ? opts->timeout_ms : TIMEOUT_MS;
	f->max_decoded = opts->max_decoded != 0 ? opts->max_decoded : MAX_DECODED;
	f->max_decoded_sitemap = 2 * f->max_decoded;
	if (f->max_decoded_sitemap > SITEMAP_DECODED)
		f->max_decoded_sitemap = f->max_decoded > SITEMAP_DECODED ? f->max_decoded : SITEMAP_DECODED;
	f->robots_ttl_ms = opts->robots_ttl_ms != 0 ? opts->robots_ttl_ms : ROBOTS_TTL_MS;
	event_active(&f->pump, EV_TIMEOUT, 0);
}

int
fetcher_new(struct event_base *base, struct http *http, const struct fetcher_opts *opts,
    struct fetcher **ret, struct err *reterr)
{
	struct fetcher *f = xcalloc(1, sizeof(*f));

	f->base = base;
	f->http = http;
	event_assign(&f->pump, base, -1, 0, on_pump, f);
	event_assign(&f->timer, base, -1, 0, on_pump, f);
	fetcher_reconfigure(f, opts);
	*ret = f;
	return 0;
}

/* Off every list; not told. */
static void
drop(struct fetch *r)
{
	struct fetcher *f = r->fetcher;

	if (r->told != NULL) {
		DL_DELETE(f->answers, r);
		f->waiting--;
		free(r->told);
	} else if (r->transfer != NULL || r->render != NULL) {
		if (r->render != NULL) {
			render_cancel(r->render);
			r->host->rendering = false;
		} else
			http_cancel(r->transfer);
		r->host->in_flight--;
		f->in_flight--;
	} else
		host_remove(r->host, r);
	HASH_DEL(f->fetches, r);
	free(r->text);
	free(r);
}

void
fetcher_free(struct fetcher *f)
{
	struct host *h, *next;

	if (f == NULL)
		return;
	event_del(&f->pump);
	event_del(&f->timer);
	while (f->fetches != NULL)
		drop(f->fetches);
	HASH_ITER(hh, f->hosts, h, next) {
		if (h->asking_robots != NULL)
			http_cancel(h->asking_robots);
		host_free(h);
	}
	renderer_free(f->renderer);
	free(f->heap);
	free(f->product);
	free(f);
}

static size_t
room(const char *s)
{
	return s != NULL ? strlen(s) + 1 : 0;
}

static const char *
put(char **at, const char *s)
{
	size_t n = room(s);
	char *p = *at;

	if (n == 0)
		return NULL;
	*at += n;
	return memcpy(p, s, n);
}

/* Everything the caller lent, in one allocation. */
static void
copy_request(struct fetch *r, const struct fetch_request *req)
{
	size_t bytes = room(req->url) + room(req->etag) + room(req->last_modified) + room(req->user_agent) +
	    room(req->proxy) + room(req->cookies) + room(req->home), count = 0, args = 0, pointers;
	char *at;

	while (req->headers != NULL && count < MAX_HEADERS && req->headers[count] != NULL)
		bytes += room(req->headers[count++]);
	while (req->command != NULL && args < MAX_ARGS && req->command[args] != NULL)
		bytes += room(req->command[args++]);
	r->headers_count = count;
	pointers = (count + args + 1) * sizeof(char *);
	r->text = xmalloc(pointers + bytes + 1);
	r->headers = (const char **)(void *)r->text;
	at = r->text + pointers;
	if (args > 0) {
		r->command = r->headers + count;
		for (size_t i = 0; i < args; i++)
			r->command[i] = put(&at, req->command[i]);
		r->command[args] = NULL;
	}
	r->url = put(&at, req->url);
	r->etag = put(&at, req->etag);
	r->last_modified = put(&at, req->last_modified);
	r->user_agent = put(&at, req->user_agent);
	r->proxy = put(&at, req->proxy);
	r->cookies = put(&at, req->cookies);
	r->home = count > 0 ? put(&at, req->home) : NULL;	/* only headers stay at home */
	for (size_t i = 0; i < count; i++)
		r->headers[i] = put(&at, req->headers[i]);
	r->class = req->class;
	r->ignore_robots = req->ignore_robots;
	r->urgent = req->urgent;
}

/* An answer without a request of its own, told soon. Takes r, which is on no list. */
static struct fetch_answer *
answer_soon(struct fetch *r, enum fetch_outcome outcome)
{
	struct fetcher *f = r->fetcher;

	r->host = NULL;		/* it may be forgotten before the answer is told */
	r->told = xcalloc(1, sizeof(*r->told));
	r->told->outcome = outcome;
	DL_APPEND(f->answers, r);
	f->waiting++;
	event_active(&f->pump, EV_TIMEOUT, 0);
	return r->told;
}

static void
answer_away(struct fetch *r)
{
	const struct host *h = r->host;
	struct fetch_answer *a = answer_soon(r, FETCH_FAILED);
	char until[CLOCK_TEXT_MAX];

	a->host_until_ms = h->until_wall_ms;
	err_set(&a->err, ERR_TEMPORARY, "%s asked not to be visited before %s", h->key,
	    clock_rfc3339(a->host_until_ms, false, until));
}

uint64_t
fetch_start(struct fetcher *f, const struct fetch_request *req, fetch_done_fn *done, void *arg)
{
	CLEANUP(freep) char *key = req->url != NULL && url_is_http(req->url) ? url_hostport(req->url) : NULL;
	struct fetch *r = xcalloc(1, sizeof(*r));
	int64_t now_ms = clock_mono_ms();

	r->fetcher = f;
	r->id = ++f->last_id;
	r->done = done;
	r->arg = arg;
	copy_request(r, req);
	HASH_ADD(hh, f->fetches, id, sizeof(r->id), r);
	if (key == NULL) {
		err_set(&answer_soon(r, FETCH_FAILED)->err, ERR_INPUT, "not an http or https address: %.200s",
		    req->url != NULL ? req->url : "");
		return r->id;
	}
	r->host = host_get(f, key, now_ms);
	if (host_stays_away(r->host, now_ms)) {
		answer_away(r);
		return r->id;
	}
	host_push(r->host, r);
	host_place(r->host, now_ms);
	event_active(&f->pump, EV_TIMEOUT, 0);
	return r->id;
}

void
fetch_cancel(struct fetcher *f, uint64_t handle)
{
	struct fetch *r;
	struct host *h;

	HASH_FIND(hh, f->fetches, &handle, sizeof(handle), r);
	if (r == NULL)
		return;
	h = r->host;
	drop(r);
	if (h != NULL)
		host_place(h, clock_mono_ms());
	event_active(&f->pump, EV_TIMEOUT, 0);
}

void
fetcher_set_room(struct fetcher *f, fetch_room_fn *fn, void *arg)
{
	f->room = fn;
	f->room_arg = arg;
}

unsigned
fetcher_in_flight(const struct fetcher *f)
{
	return f->in_flight;
}

unsigned
fetcher_waiting(const struct fetcher *f)
{
	return f->waiting;
}

size_t
fetcher_sitemaps(const struct fetcher *f, const char *url, const char *const **ret)
{
	CLEANUP(freep) char *key = url_hostport(url);
	struct host *h = key != NULL ? host_find(f, key) : NULL;

	*ret = NULL;
	return h != NULL && h->robots.robots != NULL ? robots_sitemaps(h->robots.robots, ret) : 0;
}

/* The host's pause is longer than anyone should wait: those in its queue hear it now. */
static void
send_away(struct host *h, int64_t now_ms)
{
	struct fetch *r;

	if (!host_stays_away(h, now_ms))
		return;
	while ((r = host_first(h)) != NULL) {
		host_remove(h, r);
		answer_away(r);
	}
}

static void
request_done(struct http_answer *http_answer, void *arg)
{
	struct fetch *r = arg;
	struct fetcher *f = r->fetcher;
	struct host *h = r->host;
	struct fetch_answer a = { .http = http_answer };
	int64_t now_ms = clock_mono_ms();

	r->transfer = NULL;
	r->render = NULL;
	if (r->command != NULL)
		h->rendering = false;
	h->in_flight--;
	f->in_flight--;
	host_retry_after(h, http_answer, now_ms);
	send_away(h, now_ms);
	host_place(h, now_ms);
	fetch_judge(r, &a);
	if (h->until_ms > now_ms)
		a.host_until_ms = h->until_wall_ms;
	HASH_DEL(f->fetches, r);
	event_active(&f->pump, EV_TIMEOUT, 0);
	r->done(&a, r->arg);
	free(r->text);
	free(r);
}

static void
robots_done(struct http_answer *a, void *arg)
{
	struct host *h = arg;
	struct fetcher *f = h->fetcher;
	int64_t now_ms = clock_mono_ms();

	h->asking_robots = NULL;
	h->in_flight--;
	f->in_flight--;
	robots_cache_take(&h->robots, a, f->product, f->robots_ttl_ms, now_ms);
	host_retry_after(h, a, now_ms);
	send_away(h, now_ms);
	host_place(h, now_ms);
	event_active(&f->pump, EV_TIMEOUT, 0);
}

static void
count_start(struct host *h, int64_t now_ms)
{
	h->in_flight++;
	h->fetcher->in_flight++;
	h->started_ms = now_ms;
}

/* r, whose turn it is, gives its turn to robots.txt of its origin. */
static void
ask_robots(struct host *h, const struct fetch *r, int64_t now_ms)
{
	static const char *const headers[] = { "Accept: text/plain, */*;q=0.1", NULL };
	CLEANUP(freep) char *origin = url_origin(r->url);
	CLEANUP(freep) char *url = xasprintf("%s/robots.txt", origin != NULL ? origin : "");
	struct http_request req = {
		.url = url, .headers = headers, .user_agent = r->user_agent, .proxy = r->proxy,
		.max_wire = ROBOTS_MAX_BYTES, .max_decoded = ROBOTS_MAX_BYTES, .cut_body = true,
		.total_ms = ROBOTS_TIMEOUT_MS, .first_byte_ms = ROBOTS_TIMEOUT_MS,
	};
	struct http_answer failed = { .retry_after_ms = -1 };

	h->asking_robots = http_start(h->fetcher->http, &req, robots_done, h, &failed.err);
	if (h->asking_robots != NULL)
		count_start(h, now_ms);
	else
		robots_cache_take(&h->robots, &failed, h->fetcher->product, h->fetcher->robots_ttl_ms, now_ms);
}

/* True when the rules let r go; else it is answered. */
static bool
robots_permit(struct host *h, struct fetch *r, enum robots_state state)
{
	struct fetch_answer *a;
	enum err_class class;

	if (state == ROBOTS_READY && host_allows(h, r->url))
		return true;
	host_remove(h, r);
	if (state == ROBOTS_READY) {
		a = answer_soon(r, FETCH_DENIED);
		err_set(&a->err, ERR_PERMANENT, "robots.txt disallows %.200s", r->url);
		return false;
	}
	class = h->robots.why_class == ERR_CONFIG ? ERR_CONFIG : ERR_TEMPORARY;
	a = answer_soon(r, class == ERR_CONFIG ? FETCH_FAILED : FETCH_DENIED);
	err_set(&a->err, class, "robots.txt of %s cannot be had: %s", h->key, h->robots.why);
	return false;
}

/* A user's command has the turn that a request would have. */
static void
start_render(struct host *h, struct fetch *r, int64_t now_ms)
{
	struct fetcher *f = h->fetcher;

	if (f->renderer == NULL)
		f->renderer = renderer_new(f->base);
	host_remove(h, r);
	h->rendering = true;
	r->render = render_start(f->renderer, r->command, r->url, request_done, r);
	count_start(h, now_ms);
}

/*
 * With more hosts than connections a kept one is pushed out before its host is asked again; and to find which one that
 * is, libcurl goes through all that it keeps, at 10,000 hosts for as long as two checks take.
 */
static bool
connection_is_spent(const struct host *h)
{
	const struct fetcher *f = h->fetcher;

	return HASH_COUNT(f->hosts) > f->connections && h->in_flight == 0 && host_first(h) == NULL;
}

static bool
start_request(struct host *h, struct fetch *r, int64_t now_ms)
{
	static const char *const accept[] = {
		[FETCH_PAGE] = "Accept: text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.8",
		[FETCH_FEED] = "Accept: application/rss+xml, application/atom+xml, application/feed+json, "
		    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
		[FETCH_SITEMAP] = "Accept: application/xml, text/xml, application/gzip;q=0.9, */*;q=0.5",
	};
	CLEANUP(freep) char *etag = r->etag != NULL ? xasprintf("If-None-Match: %s", r->etag) : NULL;
	CLEANUP(freep) char *since = r->last_modified != NULL ?
	    xasprintf("If-Modified-Since: %s", r->last_modified) : NULL;
	const char *headers[MAX_HEADERS + 4];
	size_t n = 0;
	bool own_accept = false;
	struct fetcher *f = h->fetcher;
	struct http_request req = {
		.url = r->url, .headers = headers, .user_agent = r->user_agent, .proxy = r->proxy,
		.cookies = r->cookies, .home = r->home,
		.max_wire = r->class == FETCH_PAGE ? WIRE_PAGE : WIRE_LIST,
		.max_decoded = r->class == FETCH_SITEMAP ? f->max_decoded_sitemap : f->max_decoded,
		.total_ms = f->timeout_ms,
	};
	struct err err = { 0 };

	for (size_t i = 0; i < r->headers_count; i++) {
		own_accept |= strncasecmp(r->headers[i], "accept:", 7) == 0;
		headers[n++] = r->headers[i];
	}
	if (!own_accept)
		headers[n++] = accept[r->class];
	if (etag != NULL)
		headers[n++] = etag;
	if (since != NULL)
		headers[n++] = since;
	headers[n] = NULL;
	host_remove(h, r);
	req.forget_connection = connection_is_spent(h);
	r->transfer = http_start(f->http, &req, request_done, r, &err);
	if (r->transfer == NULL) {
		answer_soon(r, FETCH_FAILED)->err = err;
		return false;
	}
	count_start(h, now_ms);
	return true;
}

static void
start(struct host *h, struct fetch *r, int64_t now_ms)
{
	if (r->command != NULL)
		start_render(h, r, now_ms);
	else
		start_request(h, r, now_ms);
}

/* One step of the host that is first in line: an answer, a request or its robots.txt. */
static void
host_turn(struct host *h, int64_t now_ms)
{
	struct fetch *r = host_first(h);
	enum robots_state state;

	if (r == NULL)
		return;
	if (r->ignore_robots) {
		start(h, r, now_ms);
		return;
	}
	state = robots_cache_state(&h->robots, now_ms);
	if (state == ROBOTS_ASK)
		ask_robots(h, r, now_ms);
	else if (robots_permit(h, r, state))
		start(h, r, now_ms);
}

static void
tell(struct fetcher *f, int *steps)
{
	struct fetch *r;

	while (*steps > 0 && (r = f->answers) != NULL) {
		(*steps)--;
		DL_DELETE(f->answers, r);
		f->waiting--;
		HASH_DEL(f->fetches, r);
		r->done(r->told, r->arg);
		free(r->told);
		free(r->text);
		free(r);
	}
}

static void
set_timer(struct fetcher *f, int64_t now_ms, bool may_ask)
{
	struct timeval tv;
	int64_t ms = may_ask ? INT64_MAX : ROOM_MS;

	if (f->heap_count > 0 && f->heap[0]->due_ms - now_ms < ms)
		ms = f->heap[0]->due_ms - now_ms;
	if (ms == INT64_MAX)
		return;
	if (ms < 0)
		ms = 0;
	tv = (struct timeval){ .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
	event_add(&f->timer, &tv);
}

/* Hosts whose moment came join the line; the line is served while connections are free. */
static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct fetcher *f = arg;
	int64_t now_ms = clock_mono_ms();
	int steps = STEPS_AT_ONCE;
	bool may_ask = true;
	struct host *h;

	tell(f, &steps);
	hosts_due_to_ready(f, now_ms);
	if (f->ready != NULL && f->room != NULL)
		may_ask = f->room(f->room_arg);
	while (may_ask && steps-- > 0 && f->in_flight < f->connections && (h = f->ready) != NULL) {
		DL_DELETE(f->ready, h);
		h->place = P_NONE;
		host_turn(h, now_ms);
		host_place(h, now_ms);
	}
	if (f->answers != NULL || (may_ask && f->ready != NULL && f->in_flight < f->connections))
		event_active(&f->pump, EV_TIMEOUT, 0);
	set_timer(f, now_ms, may_ask);
}
