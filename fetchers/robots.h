#ifndef FETCHERS_ROBOTS_H
#define FETCHERS_ROBOTS_H
/*
 * robots: robots.txt by RFC 9309: groups merged, longest match wins, Allow wins a tie, * and $,
 * percent-encoding compared decoded, product token case-insensitive, first 500 KiB. Crawl-delay (not in the
 * RFC) is read and clamped by the caller. Rules so many and so made that one answer would cost more than some 10 ms close
 * the address: the answer is given in the daemon's loop, and both rules and addresses are the server's.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/cleanup.h"

#define ROBOTS_MAX_BYTES (500u << 10)

struct robots;
/* Never fails: a line that makes no sense is skipped. */
struct robots *robots_parse(const char *p, size_t n);
void robots_free(struct robots *r);
CLEANUP_DEFINE(struct robots, robots_free);
/* agent: product token ("presswatch") or a whole User-Agent; path: path and query of the address. */
bool robots_allows(const struct robots *r, const char *agent, const char *path_query);
double robots_crawl_delay(const struct robots *r, const char *agent);	/* seconds, -1: not stated */
size_t robots_sitemaps(const struct robots *r, const char *const **ret);	/* borrowed */

#endif
