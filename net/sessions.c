/*
 * sessions: where TLS sessions are kept, so that a host that closes its connections costs one full handshake and then short ones
 * (a sixth of the CPU). One share object of libcurl 7.88 keeps eight sessions, however many hosts there are: so there are many
 * objects, a host always meeting the same one, each made when the first of its hosts is asked.
 */
#include <string.h>

#include "base/digest.h"
#include "net/http_int.h"
#include "base/banned.h"

/* Bytes of scheme, host and port: whom a session belongs to. */
static size_t
origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL ? strlen(url) : (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
}

void
http_share_sessions(struct http *h, CURL *easy, const char *url)
{
	CURLSH **share = &h->shares[digest_xxh64(url, origin_len(url), 0) % HTTP_SHARES];

	if (strncmp(url, "https:", 6) != 0)
		return;
	if (*share == NULL) {
		*share = curl_share_init();
		if (*share == NULL)
			return;
		curl_share_setopt(*share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	}
	curl_easy_setopt(easy, CURLOPT_SHARE, *share);
}

void
http_sessions_forget(struct http *h)
{
	for (size_t i = 0; i < HTTP_SHARES; i++)
		if (h->shares[i] != NULL)
			curl_share_cleanup(h->shares[i]);
}
