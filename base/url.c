/* Short questions about one address. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/url_int.h"
#include "base/banned.h"

bool
url_is_http(const char *href)
{
	if (strncasecmp(href, "http", 4) != 0)
		return false;
	href += 4;
	if (*href == 's' || *href == 'S')
		href++;
	return strncmp(href, "://", 3) == 0 && href[3] != '\0' && href[3] != '/';
}

static bool
is_http_scheme(const struct url *u)
{
	return strcmp(u->scheme, "http") == 0 || strcmp(u->scheme, "https") == 0;
}

static struct url *
parse(const char *href)
{
	struct url *u = NULL;

	if (href == NULL || url_parse(href, strlen(href), NULL, &u, NULL) < 0)
		return NULL;
	return u;
}

struct url *
url_parse_http(const char *href)
{
	struct url *u = parse(href);

	if (u != NULL && !is_http_scheme(u)) {
		url_free(u);
		u = NULL;
	}
	return u;
}

/* Is the path with its query, up to a fragment, written as the parser would leave it? */
static bool
is_settled_path(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)s[i]) && strchr("/_~-.?=&+,;:@", s[i]) == NULL)
			return false;
		if (s[i] == '.' && i > 0 && s[i - 1] == '/')	/* "/../" */
			return false;
	}
	return n > 0 && s[0] == '/';
}

/* Bytes of "https://host" in lower case, without port and no number, or 0. */
static size_t
settled_origin(const char *s)
{
	size_t from = strncmp(s, "https://", 8) == 0 ? 8 : strncmp(s, "http://", 7) == 0 ? 7 : 0, i = from, label = from;

	for (; from > 0 && (islower((unsigned char)s[i]) || isdigit((unsigned char)s[i]) || s[i] == '-' || s[i] == '.'); i++) {
		if (s[i] != '.')
			continue;
		if (i == label)
			return 0;
		label = i + 1;
	}
	/* xn-- is checked, and what ends in a number is an IPv4 address or an error */
	if (from == 0 || s[i] != '/' || i == label || label == from || !islower((unsigned char)s[label]) || i - from > 200 ||
	    memmem(s + from, i - from, "xn--", 4) != NULL)
		return 0;
	return i;
}

/* Most links of a page are written as they are kept, from the root of its host or with a host: these need no parser. NULL: another. */
static char *
resolve_settled(const struct url *base, const char *ref)
{
	size_t origin = settled_origin(ref), n = strcspn(ref, "#");

	if (origin > 0)
		return n <= URL_MAX && is_settled_path(ref + origin, n - origin) ? xstrndup(ref, n) : NULL;
	if (base == NULL || ref[0] != '/' || ref[1] == '/' || !is_http_scheme(base) || base->username[0] != '\0' ||
	    base->password[0] != '\0' || !is_settled_path(ref, n))
		return NULL;
	origin = strlen(base->scheme) + 3;
	origin += strcspn(base->href + origin, "/?#");
	return origin + n <= URL_MAX ? xasprintf("%.*s%.*s", (int)origin, base->href, (int)n, ref) : NULL;
}

char *
url_resolve_at(const struct url *base, const char *ref)
{
	CLEANUP(url_freep) struct url *u = NULL;
	char *settled = resolve_settled(base, ref);
	size_t n;

	if (settled != NULL)
		return settled;
	if (url_parse(ref, strlen(ref), base, &u, NULL) < 0 || !is_http_scheme(u))
		return NULL;
	n = strcspn(u->href, "#");	/* anywhere else '#' is escaped */
	return n <= URL_MAX ? xstrndup(u->href, n) : NULL;
}

char *
url_resolve(const char *base_href, const char *ref)
{
	/* what names host and scheme of its own has nothing of the base */
	CLEANUP(url_freep) struct url *base = url_is_http(ref) ? NULL : parse(base_href);

	return url_resolve_at(base, ref);
}

char *
url_host(const char *href)
{
	CLEANUP(url_freep) struct url *u = parse(href);

	return u != NULL && u->host != NULL && u->host[0] != '\0' ? xstrdup(u->host) : NULL;
}

char *
url_hostport(const char *href)
{
	CLEANUP(url_freep) struct url *u = parse(href);
	int port;

	if (u == NULL || u->host == NULL || u->host[0] == '\0')
		return NULL;
	port = u->port;
	if (port < 0 && (port = url_default_port(u->scheme, strlen(u->scheme))) == 0)
		return NULL;	/* file: no port at all */
	return port >= 0 ? xasprintf("%s:%d", u->host, port) : NULL;
}

char *
url_origin(const char *href)
{
	CLEANUP(url_freep) struct url *u = parse(href);

	if (u == NULL || u->host == NULL || u->host[0] == '\0')
		return NULL;
	if (u->port >= 0)
		return xasprintf("%s://%s:%d", u->scheme, u->host, u->port);
	return xasprintf("%s://%s", u->scheme, u->host);
}

char *
url_path_query(const char *href)
{
	CLEANUP(url_freep) struct url *u = parse(href);

	if (u == NULL || u->opaque)
		return NULL;
	if (u->query == NULL)
		return xstrdup(u->path);
	return xasprintf("%s?%s", u->path, u->query);
}
