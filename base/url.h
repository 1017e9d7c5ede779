#ifndef BASE_URL_H
#define BASE_URL_H
/*
 * url: parsing, resolving and serialising by the WHATWG URL Standard (special schemes http, https,
 * ftp, ws, wss, file, and opaque ones), hosts by UTS 46 over ICU's IDNA; and identity: under which key
 * two addresses are one document.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

#define URL_MAX 2048	/* longest address we fetch or keep, in bytes */

struct url {
	char *scheme;	/* without ':' */
	char *username, *password;	/* percent-encoded, "" when absent */
	char *host;	/* NULL: none; IPv6 in brackets */
	int port;	/* -1: none or the scheme's default */
	char *path;	/* with its leading '/', or an opaque path */
	char *query;	/* without '?', NULL: none */
	char *fragment;	/* without '#', NULL: none */
	bool opaque;	/* path is opaque (mailto:, data:) */
	char *href;	/* serialised */
};

/*
 * Parse input[0..len) (UTF-8) against base (or NULL). Returns 0 and sets *ret_url (free with
 * url_free), or -1 with ERR_INPUT.
 */
int url_parse(const char *input, size_t len, const struct url *base, struct url **ret_url,
    struct err *reterr);
void url_free(struct url *u);
#include "base/cleanup.h"
CLEANUP_DEFINE(struct url, url_free);

/*
 * Resolve ref against base_href and return the serialised form without fragment, or NULL when it is
 * not an http or https address, is malformed, or is over URL_MAX. Caller frees. The usual way from an
 * href of a page to an address.
 */
char *url_resolve(const char *base_href, const char *ref);
/* The same with the base parsed already, for pages of many links; base may be NULL. */
char *url_resolve_at(const struct url *base, const char *ref);
bool url_is_http(const char *href);

/*
 * An item of a list that names no address of its own has that of its list with this fragment and a name. It is
 * the only fragment that is part of an identity; what is fetched never bears one, and url_resolve() drops it.
 */
#define URL_ITEM_MARK "#presswatch-item="
bool url_is_item(const char *href);

/*
 * Identity key: no scheme, no user, host in lower case, default port and fragment dropped, known
 * tracking parameters dropped (utm_*, mtm_*, fbclid, gclid, dclid, gbraid, wbraid, msclkid, yclid,
 * twclid, mc_cid, mc_eid, mkt_tok, hsa_*, vero_*, igshid, _branch_*, session ids), unreserved percent
 * escapes decoded, other escapes in upper case, other parameters in their order. Never drops an
 * unknown parameter: many ministries use ?id=. Caller frees; NULL when href is not http(s).
 */
char *url_key(const char *href);
/* True when href is the root of its host ("/", "/index.html", "/en/", ... ): never an identity. */
bool url_is_home(const char *href);

/* Host of href ("www.mofa.go.jp", IPv6 without brackets kept in brackets). Caller frees; NULL when none. */
char *url_host(const char *href);
/* "host:port" with the port always there. Caller frees; NULL when none. */
char *url_hostport(const char *href);
/* "https://host[:port]" of href. Caller frees; NULL when none. */
char *url_origin(const char *href);
/* Path and query of href, for robots.txt. Caller frees. */
char *url_path_query(const char *href);
/*
 * The site: registrable domain by the public suffix list, else the host without "www." (an address
 * literal or a single label keeps its port). Caller frees; NULL when none.
 */
char *url_site(const char *href);
bool url_same_site(const char *a, const char *b);

#endif
