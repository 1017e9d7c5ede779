/* host: who may ask its server when. */
#include "fetchers/fetchers_int.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/banned.h"

#define EVICT_LOOKS 64		/* hosts looked at when one too many comes */

static void
heap_swap(struct fetcher *f, size_t a, size_t b)
{
	struct host *h = f->heap[a];

	f->heap[a] = f->heap[b];
	f->heap[b] = h;
	f->heap[a]->heap_at = a;
	f->heap[b]->heap_at = b;
}

static void
heap_up(struct fetcher *f, size_t i)
{
	for (; i > 0 && f->heap[i]->due_ms < f->heap[(i - 1) / 2]->due_ms; i = (i - 1) / 2)
		heap_swap(f, i, (i - 1) / 2);
}

static void
heap_down(struct fetcher *f, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < f->heap_count; c++)
			if (f->heap[c]->due_ms < f->heap[least]->due_ms)
				least = c;
		if (least == i)
			return;
		heap_swap(f, i, least);
		i = least;
	}
}

static void
heap_add(struct fetcher *f, struct host *h)
{
	f->heap = xgrow(f->heap, &f->heap_cap, f->heap_count + 1, sizeof(f->heap[0]));
	h->heap_at = f->heap_count;
	f->heap[f->heap_count++] = h;
	heap_up(f, h->heap_at);
}

static void
heap_remove(struct fetcher *f, struct host *h)
{
	size_t i = h->heap_at;

	f->heap_count--;
	if (i == f->heap_count)
		return;
	heap_swap(f, i, f->heap_count);
	heap_up(f, i);
	heap_down(f, i);
}

/* Between two starts: ours, or what the host's robots.txt asks for. */
static int64_t
pause_ms(const struct host *h)
{
	int64_t ms = h->fetcher->host_delay_ms;

	return h->robots.delay_ms > ms ? h->robots.delay_ms : ms;
}

static void
leave_place(struct host *h)
{
	if (h->place == P_READY)
		DL_DELETE(h->fetcher->ready, h);
	else if (h->place == P_TIMED)
		heap_remove(h->fetcher, h);
	h->place = P_NONE;
}

void
host_place(struct host *h, int64_t now_ms)
{
	struct fetcher *f = h->fetcher;
	enum place place = P_READY;
	int64_t due_ms = h->until_ms;

	if (host_first(h) == NULL)
		place = P_NONE;
	else if (h->in_flight >= f->per_host || h->asking_robots != NULL ||
	    (h->rendering && host_first(h)->command != NULL))
		place = P_BLOCKED;
	else {
		if (h->started_ms != 0 && h->started_ms + pause_ms(h) > due_ms)
			due_ms = h->started_ms + pause_ms(h);
		if (due_ms > now_ms)
			place = P_TIMED;
	}
	if (place == h->place && place != P_TIMED)	/* who is ready keeps its turn */
		return;
	leave_place(h);
	h->place = place;
	h->due_ms = due_ms;
	if (place == P_READY)
		DL_APPEND(f->ready, h);
	else if (place == P_TIMED)
		heap_add(f, h);
}

void
hosts_due_to_ready(struct fetcher *f, int64_t now_ms)
{
	while (f->heap_count > 0 && f->heap[0]->due_ms <= now_ms)
		host_place(f->heap[0], now_ms);
}

void
host_free(struct host *h)
{
	leave_place(h);
	HASH_DEL(h->fetcher->hosts, h);
	robots_cache_done(&h->robots);
	free(h);
}

/* Forget a host that nobody waits for and that has no pause to be kept. */
static void
evict(struct fetcher *f, int64_t now_ms)
{
	for (int i = 0; i < EVICT_LOOKS && HASH_COUNT(f->hosts) >= HOSTS_MAX; i++) {
		struct host *h = f->hosts;

		if (h->place == P_NONE && h->in_flight == 0 && h->until_ms <= now_ms &&
		    (h->started_ms == 0 || h->started_ms + pause_ms(h) <= now_ms)) {
			host_free(h);
			continue;
		}
		HASH_DEL(f->hosts, h);		/* to the end of the order */
		HASH_ADD_STR(f->hosts, key, h);
	}
}

struct host *
host_find(const struct fetcher *f, const char *key)
{
	struct host *h;

	HASH_FIND_STR(f->hosts, key, h);
	return h;
}

struct host *
host_get(struct fetcher *f, const char *key, int64_t now_ms)
{
	struct host *h = host_find(f, key);
	size_t n = strlen(key) + 1;

	if (h != NULL)
		return h;
	if (HASH_COUNT(f->hosts) >= HOSTS_MAX)
		evict(f, now_ms);
	h = xcalloc(1, sizeof(*h) + n);
	memcpy(h->key, key, n);
	h->fetcher = f;
	HASH_ADD_STR(f->hosts, key, h);
	return h;
}

void
host_push(struct host *h, struct fetch *r)
{
	if (r->urgent)
		DL_APPEND(h->urgent, r);
	else
		DL_APPEND(h->normal, r);
	h->fetcher->waiting++;
}

struct fetch *
host_first(const struct host *h)
{
	return h->urgent != NULL ? h->urgent : h->normal;
}

void
host_remove(struct host *h, struct fetch *r)
{
	if (r->urgent)
		DL_DELETE(h->urgent, r);
	else
		DL_DELETE(h->normal, r);
	h->fetcher->waiting--;
}

void
host_retry_after(struct host *h, const struct http_answer *a, int64_t now_ms)
{
	int64_t ms = a->retry_after_ms;

	if ((a->status != 429 && a->status != 503) || ms < 0)
		return;
	if (ms < h->fetcher->host_delay_ms)
		ms = h->fetcher->host_delay_ms;
	if (ms > RETRY_AFTER_MAX_MS)
		ms = RETRY_AFTER_MAX_MS;
	if (now_ms + ms <= h->until_ms)
		return;
	h->until_ms = now_ms + ms;
	h->until_wall_ms = clock_wall_ms() + ms;
}

bool
host_stays_away(const struct host *h, int64_t now_ms)
{
	return h->until_ms - now_ms > WAIT_AT_MOST_MS;
}
