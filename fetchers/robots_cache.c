/*
 * robots_cache: what a host's robots.txt means for us and for how long (RFC 9309 2.3.1, 2.4): rules hold a day;
 * "no such file" allows everything; a host that fails to answer allows nothing, unless rules had in the last
 * 31 days are at hand.
 */
#include "fetchers/fetchers_int.h"

#include <string.h>
#include "base/mem.h"
#include "base/banned.h"

#define KEEP_UNREACHABLE_MS (31 * 24 * 3600 * 1000LL)
#define RETRY_FIRST_MS (10 * 1000LL)	/* doubled at each failure */
#define RETRY_MAX_MS (600 * 1000LL)
#define REDIRECTS_UNAVAILABLE 5		/* RFC 9309 2.3.1.2: then the file counts as absent */

static bool
has_rules(const struct robots_cache *c, int64_t now_ms)
{
	return c->known && now_ms - c->good_ms < KEEP_UNREACHABLE_MS;
}

enum robots_state
robots_cache_state(const struct robots_cache *c, int64_t now_ms)
{
	if (c->known && now_ms < c->expires_ms)
		return ROBOTS_READY;
	if (c->failures == 0 || now_ms >= c->retry_ms)
		return ROBOTS_ASK;
	return has_rules(c, now_ms) ? ROBOTS_READY : ROBOTS_UNREACHABLE;
}

static void
take_rules(struct robots_cache *c, struct robots *robots, const char *product, int64_t ttl_ms,
    int64_t now_ms)
{
	double delay_s = robots != NULL ? robots_crawl_delay(robots, product) : -1;

	robots_free(c->robots);
	free(c->why);
	c->robots = robots;
	c->why = NULL;
	c->known = true;
	c->delay_ms = delay_s <= 0 ? 0 : delay_s * 1000 < CRAWL_DELAY_MAX_MS ?
	    (int64_t)(delay_s * 1000) : CRAWL_DELAY_MAX_MS;
	c->good_ms = now_ms;
	c->expires_ms = now_ms + ttl_ms;
	c->failures = 0;
}

static void
take_failure(struct robots_cache *c, enum err_class class, char *why, int64_t now_ms)
{
	int64_t pause_ms = RETRY_FIRST_MS;

	for (unsigned i = 0; i < c->failures && pause_ms < RETRY_MAX_MS; i++)
		pause_ms *= 2;
	c->failures++;
	c->retry_ms = now_ms + (pause_ms < RETRY_MAX_MS ? pause_ms : RETRY_MAX_MS);
	free(c->why);
	c->why = why;
	c->why_class = class;
	if (!has_rules(c, now_ms)) {
		robots_free(c->robots);
		c->robots = NULL;
		c->known = false;
		c->delay_ms = 0;
	}
}

void
robots_cache_take(struct robots_cache *c, const struct http_answer *a, const char *product,
    int64_t ttl_ms, int64_t now_ms)
{
	if (a->err.class == ERR_LIMIT && a->hops_count >= REDIRECTS_UNAVAILABLE)
		take_rules(c, NULL, product, ttl_ms, now_ms);
	else if (a->err.class != ERR_NONE)
		take_failure(c, a->err.class, xstrdup(a->err.text), now_ms);
	else if (a->status >= 200 && a->status < 300)
		take_rules(c, robots_parse(buf_str(&a->body), a->body.len), product, ttl_ms, now_ms);
	else if (a->status == 429 || a->status >= 500)
		take_failure(c, ERR_TEMPORARY, xasprintf("status %ld", a->status), now_ms);
	else
		take_rules(c, NULL, product, ttl_ms, now_ms);
}

void
robots_cache_done(struct robots_cache *c)
{
	robots_free(c->robots);
	free(c->why);
	memset(c, 0, sizeof(*c));
}
