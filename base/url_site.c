/* The site of an address: who publishes it, by the public suffix list. */
#include <stdlib.h>
#include <string.h>
#include <libpsl.h>

#include "base/mem.h"
#include "base/url_int.h"
#include "base/banned.h"

/* The parser leaves no other host that begins with a bracket or whose last label is a number. */
static bool
is_literal(const char *host)
{
	const char *dot = strrchr(host, '.');

	return host[0] == '[' || (dot != NULL && dot[1 + strspn(dot + 1, "0123456789")] == '\0');
}

static char *
with_port(const struct url *u)
{
	if (u->port < 0)
		return xstrdup(u->host);
	return xasprintf("%s:%d", u->host, u->port);
}

char *
url_site(const char *href)
{
	CLEANUP(url_freep) struct url *u = NULL;
	const psl_ctx_t *psl = psl_builtin();
	const char *site = NULL;
	size_t n;

	if (href == NULL || url_parse(href, strlen(href), NULL, &u, NULL) < 0 || u->host == NULL)
		return NULL;
	n = strlen(u->host);
	while (n > 0 && u->host[n - 1] == '.')	/* the root of DNS, spelled out */
		u->host[--n] = '\0';
	if (n == 0)
		return NULL;
	if (is_literal(u->host) || strchr(u->host, '.') == NULL)
		return with_port(u);
	if (psl != NULL)
		site = psl_registrable_domain(psl, u->host);
	if (site == NULL)	/* the host is itself a public suffix */
		site = strncmp(u->host, "www.", 4) == 0 ? u->host + 4 : u->host;
	return xstrdup(site);
}

bool
url_same_site(const char *a, const char *b)
{
	CLEANUP(freep) char *site_a = url_site(a);
	CLEANUP(freep) char *site_b = url_site(b);

	return site_a != NULL && site_b != NULL && strcmp(site_a, site_b) == 0;
}
