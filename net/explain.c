/* explain: libcurl's codes in words that name the host, the address and the cause. */
#include "net/http_int.h"

#include <errno.h>
#include <string.h>
#include "base/mem.h"
#include "base/url.h"
#include "base/banned.h"

/* "127.0.0.1" of "127.0.0.1:80", "::1" of "[::1]:80". */
static void
without_port(const char *address, char *out, size_t size)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon != NULL ? (size_t)(colon - address) : strlen(address);

	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	snprintf(out, size, "%.*s", (int)n, address);
}

static void
explain_refused(struct http_transfer *t, const char *host, struct err *ret)
{
	char ip[64];
	size_t n = strlen(host);

	without_port(t->refused, ip, sizeof(ip));
	if (strcmp(host, ip) == 0 || (n > 2 && strncmp(host + 1, ip, n - 2) == 0 && host[0] == '['))
		err_set(ret, ERR_CONFIG, "%s is a private address; allow it under network: allow", ip);
	else
		err_set(ret, ERR_CONFIG, "%s has the private address %s; allow it under network: allow",
		    host, ip);
}

static void
explain_connect(struct http_transfer *t, const char *host, struct err *ret)
{
	long code = 0;
	const char *to = t->answer.address[0] != '\0' ? t->answer.address : host;

	if (t->refused[0] != '\0' && !t->tried) {
		explain_refused(t, host, ret);
		return;
	}
	if (t->socket_errno != 0) {
		err_set(ret, ERR_LOCAL, "no socket for %s: %s", to, strerror(t->socket_errno));
		return;
	}
	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &code);
	if (code == ECONNREFUSED)
		err_set(ret, ERR_TEMPORARY, "connection refused by %s", to);
	else if (code != 0)
		err_set(ret, ERR_TEMPORARY, "could not connect to %s: %s", to, strerror((int)code));
	else
		err_set(ret, ERR_TEMPORARY, "could not connect to %s", to);
}

static void
explain_timeout(struct http_transfer *t, const char *host, struct err *ret)
{
	unsigned s = (t->connect_ms + 999) / 1000;

	if (t->asked_ms != 0)
		err_set(ret, ERR_TEMPORARY, "%s took too long", host);
	else if (t->resolved)
		err_set(ret, ERR_TEMPORARY, "could not connect to %s within %u s",
		    t->answer.address[0] != '\0' ? t->answer.address : host, s);
	else
		err_set(ret, ERR_TEMPORARY, "could not resolve host %s within %u s", host, s);
}

static void
explain_tls(struct http_transfer *t, const char *host, struct err *ret)
{
	static const char *const noise[] = { "SSL certificate problem: ", "SSL: " };
	const char *why = t->error;

	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
		if (strncmp(why, noise[i], strlen(noise[i])) == 0)
			why += strlen(noise[i]);
	err_set(ret, ERR_TEMPORARY, "TLS with %s failed: %s", host, *why != '\0' ? why : "no reason given");
}

/* Its host alone: an address of a proxy may hold a password. */
static void
explain_proxy(const struct http_transfer *t, struct err *ret)
{
	const char *host = strstr(t->proxy, "://"), *at;

	host = host != NULL ? host + 3 : t->proxy;
	at = strrchr(host, '@');
	err_set(ret, ERR_TEMPORARY, "could not resolve proxy %s", at != NULL ? at + 1 : host);
}

void
explain(struct http_transfer *t, CURLcode rc, struct err *ret)
{
	CLEANUP(freep) char *host = url_host(t->url);
	const char *name = host != NULL ? host : "?";
	const char *why = t->error[0] != '\0' ? t->error : curl_easy_strerror(rc);

	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
		err_set(ret, ERR_TEMPORARY, "could not resolve host %s", name);
		break;
	case CURLE_COULDNT_RESOLVE_PROXY:
		explain_proxy(t, ret);
		break;
	case CURLE_COULDNT_CONNECT:
	case CURLE_ABORTED_BY_CALLBACK:
		explain_connect(t, name, ret);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		explain_timeout(t, name, ret);
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		explain_tls(t, name, ret);
		break;
	case CURLE_SSL_CACERT_BADFILE:
		err_set(ret, ERR_LOCAL, "the list of certificate authorities cannot be read: %s", why);
		break;
	case CURLE_GOT_NOTHING:
		err_set(ret, ERR_TEMPORARY, "%s closed the connection without an answer", name);
		break;
	case CURLE_PARTIAL_FILE:
		err_set(ret, ERR_TEMPORARY, "the answer of %s was cut: %s", name, why);
		break;
	case CURLE_OUT_OF_MEMORY:	/* 7.88 says so of a header beyond its own limits, or for want of a thread */
		if (t->first_ms != 0 || t->asked_ms != 0)
			err_set(ret, ERR_LIMIT, "a header of %s is too long", name);
		else
			err_set(ret, ERR_LOCAL, "no memory or thread to look up %s", name);
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		err_set(ret, ERR_TEMPORARY, "%s did not answer in HTTP: %s", name, why);
		break;
	case CURLE_URL_MALFORMAT:
		err_set(ret, ERR_INPUT, "libcurl does not accept the address: %s", why);
		break;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		err_set(ret, ERR_TEMPORARY, "the connection to %s was lost: %s", name, why);
		break;
	default:
		err_set(ret, ERR_TEMPORARY, "%s: %s", name, why);
		break;
	}
}
