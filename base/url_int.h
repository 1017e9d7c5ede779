#ifndef BASE_URL_INT_H
#define BASE_URL_INT_H
/* url_int: what the url files share. Section numbers are those of the WHATWG URL Standard. */
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/url.h"

/* Percent-encode sets (1.3): bits of one table. */
enum url_set {
	SET_C0 = 1 << 0,	/* opaque hosts and paths */
	SET_FRAGMENT = 1 << 1,
	SET_QUERY = 1 << 2,
	SET_SPECIAL_QUERY = 1 << 3,
	SET_PATH = 1 << 4,
	SET_USERINFO = 1 << 5,
};

/* Adds s[0..n) with the bytes of set as %XX. */
void url_encode(struct buf *b, const char *s, size_t n, enum url_set set);
/* Adds s[0..n) with each %XX as its byte. */
void url_percent_decode(struct buf *b, const char *s, size_t n);
/* Value of a hex digit, -1 for anything else. */
int url_hex(char c);

/*
 * Host parser (3.5): adds the serialised host of s[0..n) to b. special: a domain, an IPv4 or an IPv6
 * address; else an opaque host or an IPv6 address. 0 or -1 with ERR_INPUT.
 */
int url_host_parse(struct buf *b, const char *s, size_t n, bool special, struct err *reterr);
/* IPv6 address without brackets: parse and serialise with brackets. 0 or -1. */
int url_ipv6_parse(struct buf *b, const char *s, size_t n);

/* Default port of a special scheme, 0 for file, -1 when scheme is not special. */
int url_default_port(const char *scheme, size_t n);
static inline bool
url_is_special(const char *scheme, size_t n)
{
	return url_default_port(scheme, n) >= 0;
}

/* The parsed href when it is http or https, else NULL. */
struct url *url_parse_http(const char *href);

#endif
