#ifndef FETCHERS_FETCH_H
#define FETCHERS_FETCH_H
/*
 * fetch: polite visiting. Requests wait in a queue per host (host and port), take turns, keep the host's
 * pause and its share of connections, ask robots.txt first, obey Retry-After for the host, and carry the server's own
 * validators byte for byte.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/event.h>
#include "base/buf.h"
#include "base/err.h"
#include "net/http.h"

struct fetcher;

struct fetcher_opts {			/* copied */
	const char *product;		/* token for robots.txt: "presswatch" */
	unsigned connections;		/* all hosts; 0: 256 */
	unsigned per_host;		/* 0: 2 */
	unsigned host_delay_ms;		/* between two request starts to one host */
	unsigned timeout_ms;		/* a whole transfer; 0: 60 s */
	size_t max_decoded;		/* 0: 32 MiB (52 MiB for sitemaps) */
	int64_t robots_ttl_ms;		/* 0: 24 h */
};

enum fetch_class { FETCH_PAGE, FETCH_FEED, FETCH_SITEMAP };	/* wire limits 8, 16, 16 MiB */

enum fetch_outcome {
	FETCH_OK,		/* 2xx with a complete body */
	FETCH_NOT_MODIFIED,	/* 304 */
	FETCH_GONE,		/* 404 or 410 */
	FETCH_DENIED,		/* robots.txt says no, or cannot be had (RFC 9309 2.3.1.4) */
	FETCH_REFUSED,		/* other 4xx: 401, 403, 429 ... */
	FETCH_FAILED,		/* 5xx, network, TLS, limits: see err */
};

struct fetch_request {			/* everything is copied */
	const char *url;
	enum fetch_class class;
	const char *etag, *last_modified;	/* sent as If-None-Match, If-Modified-Since; NULL: unconditional */
	bool ignore_robots;
	bool urgent;			/* before the others of its host: source visits and new documents before rechecks */
	const char *user_agent, *proxy;	/* NULL: default */
	const char *cookies;		/* lines in Netscape's form, sent to the domains they name; or NULL */
	const char *home;		/* the site for which headers are meant; NULL: whatever url is */
	const char *const *headers;	/* further "Name: value", NULL at the end; or NULL */
	const char *const *command;	/* a program and its arguments that brings the page instead of us, or NULL: render.h */
};

struct fetch_answer {
	enum fetch_outcome outcome;
	struct err err;			/* a sentence for everything but OK and NOT_MODIFIED */
	struct http_answer *http;	/* NULL when none was made (robots) */
	int64_t host_until_ms;		/* Retry-After obeyed until then (wall), 0: none */
	bool permanent_redirect;	/* every hop was 301 or 308 */
};

typedef void fetch_done_fn(struct fetch_answer *answer, void *arg);

int fetcher_new(struct event_base *base, struct http *http, const struct fetcher_opts *opts,
    struct fetcher **ret, struct err *reterr);
void fetcher_free(struct fetcher *f);		/* drops what waits, cancels what runs; no callbacks */
void fetcher_reconfigure(struct fetcher *f, const struct fetcher_opts *opts);
/* done is called once, from the loop, never from within. Returns a handle, never 0; a malformed address ends in done
 * with FETCH_FAILED. */
uint64_t fetch_start(struct fetcher *f, const struct fetch_request *req, fetch_done_fn *done, void *arg);
void fetch_cancel(struct fetcher *f, uint64_t handle);
/* No request starts while room says no: its answer would have to wait in memory. Asked again soon. NULL: always room. */
typedef bool fetch_room_fn(void *arg);
void fetcher_set_room(struct fetcher *f, fetch_room_fn *room, void *arg);
unsigned fetcher_in_flight(const struct fetcher *f);
unsigned fetcher_waiting(const struct fetcher *f);
/* Sitemaps that the host's robots.txt named, if it was read; borrowed. */
size_t fetcher_sitemaps(const struct fetcher *f, const char *url, const char *const **ret);

/*
 * When to come again after failures in a row (1, 2, ...): interval doubled each time, 10 % jitter taken off,
 * never over 24 h, never before retry_after. random is a number in 0..1. Pure.
 */
int64_t fetch_backoff_ms(int64_t interval_ms, unsigned failures, int64_t retry_after_ms, double random);

#endif
