#ifndef BASE_URL_INT_H
#define BASE_URL_INT_H
/* url_int: what the url files share. Section numbers are those of the WHATWG URL Standard. */
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/url.h"

/* An address while it is read. Buffers are empty where the has_ flag is false. */
struct url_parts {
	struct buf scheme, username, password, host, path, query, fragment;
	bool has_host, has_query, has_fragment;
	bool special, file;	/* kind of scheme */
	bool opaque;
	int port;		/* -1: none */
};

void url_parts_init(struct url_parts *u);
void url_parts_done(struct url_parts *u);
/* True when a part met its ceiling, so that the parts are no true picture. */
bool url_parts_full(const struct url_parts *u);
/* A struct url of the parts, which stay the caller's. */
struct url *url_build(const struct url_parts *u);

/* 1 or 2 for a single-dot or double-dot segment, else 0. */
int url_path_dots(const char *s, size_t n);
/* Drops the last segment of u->path, but never the drive letter of a file. */
void url_path_shorten(struct url_parts *u);
/* Adds '/' and a segment. */
void url_path_add(struct url_parts *u, const char *s, size_t n);
/* "C:" or "C|"; the same at the front of s; "/C:" at the front of a path. */
bool url_path_is_drive(const char *s, size_t n);
bool url_path_starts_with_drive(const char *s, size_t n);
bool url_path_has_drive(const char *path);

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
 * Host parser (3.5): adds the serialised host of s[0..n) to b. special: a domain, an IPv4 or an
 * IPv6 address; else an opaque host or an IPv6 address. 0 or -1 with ERR_INPUT.
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
