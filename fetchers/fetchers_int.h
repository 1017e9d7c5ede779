#ifndef FETCHERS_FETCHERS_INT_H
#define FETCHERS_FETCHERS_INT_H
/*
 * fetchers_int: hosts and their queues. A host with requests stands in one place: ready (its turn may come now, first
 * come first served over all hosts), timed (in a heap by the moment it becomes ready), or blocked (its share of
 * connections is in use, or its robots.txt is on the way). Work per request does not grow with the number of hosts.
 */
#include <stdbool.h>
#include <stdint.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include "base/hash.h"
#include "fetchers/fetch.h"
#include "fetchers/render.h"
#include "fetchers/robots.h"

#define RETRY_AFTER_MAX_MS (24 * 3600 * 1000LL)
#define WAIT_AT_MOST_MS (60 * 1000LL)		/* a longer pause of a host is the caller's to reschedule */
#define CRAWL_DELAY_MAX_MS (60 * 1000LL)
#define HOSTS_MAX 20000				/* above, hosts that nobody waits for are forgotten */

/* What is known of one host's rules; all times are monotonic. */
struct robots_cache {
	struct robots *robots;		/* NULL: everything is allowed, if known */
	bool known;
	int64_t delay_ms;		/* Crawl-delay for us, clamped; 0: none */
	int64_t good_ms, expires_ms;	/* when the rules were had, and until when they hold */
	unsigned failures;		/* to have them, in a row */
	int64_t retry_ms;		/* not asked again before */
	enum err_class why_class;	/* of the last failure */
	char *why;
};

enum robots_state { ROBOTS_ASK, ROBOTS_READY, ROBOTS_UNREACHABLE };

enum robots_state robots_cache_state(const struct robots_cache *c, int64_t now_ms);
void robots_cache_take(struct robots_cache *c, const struct http_answer *a, const char *product,
    int64_t ttl_ms, int64_t now_ms);
void robots_cache_done(struct robots_cache *c);

enum place { P_NONE, P_READY, P_TIMED, P_BLOCKED };

struct fetch {
	struct fetch *prev, *next;
	UT_hash_handle hh;		/* by id */
	uint64_t id;
	struct fetcher *fetcher;
	struct host *host;		/* NULL: told at once, with told */
	struct http_transfer *transfer;	/* while it runs */
	struct render *render;		/* or its user's command */
	fetch_done_fn *done;
	void *arg;
	struct fetch_answer *told;	/* an answer that waits to be told */
	enum fetch_class class;
	bool ignore_robots, urgent;
	const char *url, *etag, *last_modified, *user_agent, *proxy, *cookies, *home;	/* all in text */
	const char **headers;
	size_t headers_count;
	const char **command;		/* NULL: asked by us */
	char *text;
};

struct host {
	struct host *prev, *next;	/* ready */
	UT_hash_handle hh;		/* by key */
	struct fetcher *fetcher;
	enum place place;
	size_t heap_at;
	int64_t due_ms;			/* while timed */
	struct fetch *urgent, *normal;
	unsigned in_flight;		/* robots.txt counted */
	int64_t started_ms;		/* last start of a request; 0: none yet */
	int64_t until_ms, until_wall_ms;	/* Retry-After; 0: none */
	struct robots_cache robots;
	struct http_transfer *asking_robots;
	bool rendering;			/* a user's command looks at it: one at a time */
	char key[];			/* host:port */
};

struct fetcher {
	struct event_base *base;
	struct http *http;
	struct renderer *renderer;	/* made when first needed */
	char *product;
	unsigned connections, per_host, timeout_ms;
	int64_t host_delay_ms, robots_ttl_ms;
	size_t max_decoded, max_decoded_sitemap;
	struct event pump, timer;
	struct host *hosts;		/* hash */
	struct host *ready;		/* list */
	struct host **heap;
	size_t heap_count, heap_cap;
	struct fetch *fetches;		/* hash of all */
	struct fetch *answers;		/* list of those with told */
	uint64_t last_id;
	unsigned in_flight, waiting;
	fetch_room_fn *room;		/* or NULL */
	void *room_arg;
};

/* host.c */
struct host *host_get(struct fetcher *f, const char *key, int64_t now_ms);
struct host *host_find(const struct fetcher *f, const char *key);	/* or NULL */
void host_free(struct host *h);
/* Put the host where its queue, connections and pauses say. */
void host_place(struct host *h, int64_t now_ms);
void hosts_due_to_ready(struct fetcher *f, int64_t now_ms);
void host_push(struct host *h, struct fetch *r);
struct fetch *host_first(const struct host *h);
void host_remove(struct host *h, struct fetch *r);
void host_retry_after(struct host *h, const struct http_answer *a, int64_t now_ms);
/* True when the host said to stay away for longer than a request should wait. */
bool host_stays_away(const struct host *h, int64_t now_ms);

/* outcome.c */
/* By the host's rules as far as they are known; true without any. */
bool host_allows(const struct host *h, const char *url);
void fetch_judge(const struct fetch *r, struct fetch_answer *a);	/* a->http is set; fills the rest */

#endif
