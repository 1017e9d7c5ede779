/*
 * An address and a reference, cut at the first newline, against the promises of url.h: what is
 * written can be read and stays the same, keys are stable, outputs change only on success.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_serialised(const struct url *u)
{
	CLEANUP(url_freep) struct url *again = NULL;
	const char *s;

	assert(url_parse(u->href, strlen(u->href), NULL, &again, NULL) == 0);
	assert(strcmp(again->href, u->href) == 0);
	assert(strcmp(again->path, u->path) == 0 && again->port == u->port);
	for (s = u->href; *s != '\0'; s++)
		assert((unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7f);
}

static void
check_identity(const char *href)
{
	CLEANUP(freep) char *key = url_key(href);
	CLEANUP(freep) char *site = url_site(href);
	CLEANUP(freep) char *host = url_host(href);
	CLEANUP(freep) char *hostport = url_hostport(href);
	CLEANUP(freep) char *origin = url_origin(href);
	CLEANUP(freep) char *path_query = url_path_query(href);
	CLEANUP(freep) char *again_href = NULL;
	CLEANUP(freep) char *again = NULL;

	url_is_home(href);
	assert(url_same_site(href, href) == (site != NULL));
	if (key == NULL)
		return;
	assert(host != NULL && hostport != NULL && origin != NULL && path_query != NULL);
	/* The key of the key: with the scheme that keeps the port as it stands. */
	again_href = xasprintf("%s://%s", strncmp(href, "https", 5) == 0 ? "https" : "http", key);
	again = url_key(again_href);
	assert(again != NULL && strcmp(again, key) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(freep) char *text = xmemdup(data, size);
	CLEANUP(url_freep) struct url *base = NULL;
	CLEANUP(url_freep) struct url *u = NULL;
	CLEANUP(freep) char *resolved = NULL;
	struct err err = { 0 };
	char *ref = memchr(text, '\n', size);
	size_t n = ref != NULL ? (size_t)(ref - text) : size;

	if (url_parse(text, n, NULL, &base, &err) < 0)
		assert(base == NULL && err.class == ERR_INPUT && err.text[0] != '\0');
	else
		check_serialised(base);
	if (base != NULL)
		check_identity(base->href);
	if (ref == NULL)
		return 0;
	if (url_parse(ref + 1, size - n - 1, base, &u, NULL) == 0)
		check_serialised(u);
	resolved = url_resolve_at(base, ref + 1);
	assert(resolved == NULL || (strlen(resolved) <= URL_MAX && url_is_http(resolved) &&
	    strchr(resolved, '#') == NULL));
	return 0;
}
