/* Short questions about one address. */
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

char *
url_resolve_at(const struct url *base, const char *ref)
{
	CLEANUP(url_freep) struct url *u = NULL;
	size_t n;

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
