/*
 * transfer: one request through its hops. Each hop has a libcurl handle of its own (a microsecond; connections, names and TLS
 * sessions live elsewhere): libcurl 7.88 keeps a pointer to the last header of a handle's former answer, long freed, and writes
 * through it when the next answer begins with a folded line.
 */
#include "net/http_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/banned.h"

/*
 * libcurl looks through all names it keeps whenever a request ends: at 10,000 hosts that costs twelve times the
 * request, and a name is asked again only for a new connection.
 */
#define DNS_KEEP_S 0L

void
transfer_address_text(const struct sockaddr *sa, char out[64])
{
	char ip[INET6_ADDRSTRLEN] = "?";

	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)sa;

		inet_ntop(AF_INET, &in->sin_addr, ip, sizeof(ip));
		snprintf(out, 64, "%s:%u", ip, ntohs(in->sin_port));
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)sa;

		inet_ntop(AF_INET6, &in6->sin6_addr, ip, sizeof(ip));
		snprintf(out, 64, "[%s]:%u", ip, ntohs(in6->sin6_port));
	} else
		snprintf(out, 64, "?");
}

/*
 * libcurl asks for a socket: after resolution, for every address of every hop. A proxy is the administrator's own
 * choice; what it may be asked for is judged in transfer_begin().
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct http_transfer *t = arg;
	curl_socket_t fd;

	t->resolved = true;
	if (t->proxy == NULL && !guard_permits(t->http->guard, &a->addr)) {
		transfer_address_text(&a->addr, t->refused);
		return CURL_SOCKET_BAD;
	}
	transfer_address_text(&a->addr, t->answer.address);
	t->tried = true;
	fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	if (fd < 0) {
		t->socket_errno = errno;
		return CURL_SOCKET_BAD;
	}
	http_socket_opened(t->http, fd);
	t->fd = fd;
	return fd;
}

/* The connection stands, new or kept, and the request goes out. A kept one is judged by today's guard. */
static int
about_to_ask(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct http_transfer *t = arg;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	const struct sockaddr *sa = NULL;

	if (inet_pton(AF_INET, ip, &in.sin_addr) == 1)
		sa = (const struct sockaddr *)(const void *)&in;
	else if (inet_pton(AF_INET6, ip, &in6.sin6_addr) == 1)
		sa = (const struct sockaddr *)(const void *)&in6;
	if (sa != NULL)
		transfer_address_text(sa, t->answer.address);
	if (t->proxy == NULL && (sa == NULL || !guard_permits(t->http->guard, sa))) {
		snprintf(t->refused, sizeof(t->refused), "%s", sa != NULL ? t->answer.address : ip);
		t->tried = false;
		return CURL_PREREQFUNC_ABORT;
	}
	t->resolved = true;
	t->local_port = local_port;
	t->asked_ms = clock_mono_ms();
	return CURL_PREREQFUNC_OK;
}

/* Options that hold for every request of a handle. */
static void
set_lasting(struct http_transfer *t)
{
	CURL *e = t->easy;
	const char *ca = getenv("SSL_CERT_FILE");	/* as OpenSSL's own programs read it */

	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);	/* a resolver's thread is never waited for */
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, DNS_KEEP_S);
	curl_easy_setopt(e, CURLOPT_NOPROXY, "");
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, http_socket_closed);
	curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, t->http);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, about_to_ask);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, receive_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, receive_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	if (ca != NULL && *ca != '\0')
		curl_easy_setopt(e, CURLOPT_CAINFO, ca);
}

struct http_transfer *
transfer_get(struct http *h)
{
	struct http_transfer *t = h->idle;

	if (t != NULL) {
		DL_DELETE(h->idle, t);
		h->idle_count--;
		return t;
	}
	t = xcalloc(1, sizeof(*t));
	t->http = h;
	return t;
}

static void
forget(struct http_transfer *t)
{
	inflate_free(t->inflate);
	buf_done(&t->rest);
	http_answer_done(&t->answer);
	free(t->encoding);
	free(t->method);
	free(t->url);
	free(t->proxy);
	free(t->headers);
	free(t->body);
	free(t->cookies);
	if (t->jar != NULL)
		explicit_bzero(t->jar, strlen(t->jar));
	free(t->jar);
	curl_easy_cleanup(t->easy);
	free(t->agent);
}

void
transfer_free(struct http_transfer *t)
{
	forget(t);
	free(t);
}

void
transfer_recycle(struct http_transfer *t)
{
	struct http *h = t->http;

	if (h->idle_count >= HTTP_POOL) {
		transfer_free(t);
		return;
	}
	forget(t);
	memset(t, 0, sizeof(*t));
	t->http = h;
	DL_PREPEND(h->idle, t);
	h->idle_count++;
}

void
transfer_finish(struct http_transfer *t)
{
	struct http *h = t->http;
	struct http_answer *a = &t->answer;

	DL_DELETE(h->running, t);
	h->running_count--;
	t->state = T_FINISHED;
	DL_APPEND(h->finished, t);
	turns_leave(t);
	a->total_ms = clock_mono_ms() - t->start_ms;
	free(a->url);
	a->url = t->url;
	t->url = NULL;
	if (a->err.class == ERR_NONE)
		return;
	buf_done(&a->body);
	if (t->upgraded)
		err_set(&a->err, a->err.class, "%s (a redirect from https to http was asked as https)",
		    a->err.text);
}

void
transfer_stop(struct http_transfer *t)
{
	struct http *h = t->http;

	switch (t->state) {
	case T_WAITING:
		DL_DELETE(h->waiting, t);
		h->waiting_count--;
		break;
	case T_RUNNING:
		curl_multi_remove_handle(h->multi, t->easy);
		DL_DELETE(h->running, t);
		h->running_count--;
		turns_leave(t);
		break;
	case T_FINISHED:
		DL_DELETE(h->finished, t);
		break;
	case T_IDLE:
	case T_TELLING:
		break;
	}
	t->state = T_IDLE;
}

static void
set_method(struct http_transfer *t)
{
	CURL *e = t->easy;

	if (t->body != NULL) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, t->body);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
	}
	if (t->method == NULL)
		return;
	if (strcmp(t->method, "HEAD") == 0)
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, t->method);
}

/*
 * Through a proxy no socket shows where a request ends, so an address written in the URL is judged
 * here. A name is the proxy's to resolve.
 */
static int
judge_written_address(struct http_transfer *t)
{
	CLEANUP(freep) char *hostport = url_hostport(t->url);
	CLEANUP(freep) char *loopback = NULL;
	const char *written = hostport;

	if (hostport == NULL)
		return err_set(&t->answer.err, ERR_INPUT, "malformed address");
	if (strncmp(hostport, "localhost:", 10) == 0 || strstr(hostport, ".localhost:") != NULL)
		written = loopback = xasprintf("127.0.0.1%s", strrchr(hostport, ':'));
	if (!guard_is_address(written) || guard_permits_text(t->http->guard, written))
		return 0;
	return err_set(&t->answer.err, ERR_CONFIG,
	    "%s is a private address; allow it under network: allow", hostport);
}

/* libcurl picks those for this hop's host, path and scheme that have not run out. */
static void
set_jar(struct http_transfer *t)
{
	for (const char *at = t->jar; at != NULL && *at != '\0';) {
		size_t n = strcspn(at, "\n");
		CLEANUP(freep) char *line = xstrndup(at, n);

		curl_easy_setopt(t->easy, CURLOPT_COOKIELIST, line);
		at += n + (at[n] != '\0');
	}
}

static int
new_handle(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	if ((t->easy = curl_easy_init()) == NULL)
		return err_set(&t->answer.err, ERR_LOCAL, "libcurl could not make a handle");
	set_lasting(t);
	curl_easy_setopt(t->easy, CURLOPT_URL, t->url);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, t->proxy != NULL ? t->proxy : "");
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)t->connect_ms);
	if (t->forget_connection)
		curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	if (t->agent != NULL)
		curl_easy_setopt(t->easy, CURLOPT_USERAGENT, t->agent);
	if (t->headers != NULL && !t->bare)
		curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	if (t->cookies != NULL)
		curl_easy_setopt(t->easy, CURLOPT_COOKIE, t->cookies);
	set_jar(t);
	set_method(t);
	return 0;
}

static void
begin_hop(struct http_transfer *t)
{
	struct http *h = t->http;
	CURLMcode rc;

	t->hop_ms = clock_mono_ms();
	t->asked_ms = t->first_ms = 0;
	t->resolved = t->tried = false;
	t->socket_errno = 0;
	t->fd = -1;
	t->local_port = 0;
	t->socket_from = 0;
	t->refused[0] = t->error[0] = '\0';
	t->header_bytes = 0;
	receive_reset(t);
	t->answer.status = 0;
	if ((t->proxy != NULL && judge_written_address(t) < 0) || new_handle(t) < 0) {
		transfer_finish(t);
		return;
	}
	http_share_sessions(h, t->easy, t->url);
	rc = curl_multi_add_handle(h->multi, t->easy);
	if (rc != CURLM_OK) {
		err_set(&t->answer.err, ERR_LOCAL, "libcurl: %s", curl_multi_strerror(rc));
		transfer_finish(t);
	}
}

void
transfer_begin(struct http_transfer *t)
{
	struct http *h = t->http;
	struct timeval tick = { .tv_usec = HTTP_TICK_MS * 1000 };

	t->state = T_RUNNING;
	DL_APPEND(h->running, t);
	h->running_count++;
	if (!h->ticking) {
		event_add(&h->tick, &tick);
		h->ticking = true;
		h->ticked_ms = clock_mono_ms();
	}
	t->start_ms = clock_mono_ms();
	t->answer.started_ms = clock_wall_ms();
	begin_hop(t);
	if (t->state == T_FINISHED)
		event_active(&h->drain, EV_TIMEOUT, 0);
}

/*
 * Another host, or another port of it, gets none of the caller's headers but the harmless ones: a token meant for
 * one server must not be had by redirecting to another (RFC 9110 15.4).
 */
void
transfer_drop_private(struct http_transfer *t)
{
	static const char *const harmless[] = {
		"accept", "accept-encoding", "accept-language", "if-none-match", "if-modified-since", "expect",
	};
	struct curl_slist **at = &t->headers;

	free(t->cookies);
	t->cookies = NULL;
	/* The first node is where the one allocation begins, so it stays; its text may change. */
	for (struct curl_slist *n = t->headers; n != NULL; n = n->next) {
		size_t len = strcspn(n->data, ":;");
		bool keep = false;

		for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
			keep |= strlen(harmless[i]) == len && strncasecmp(n->data, harmless[i], len) == 0;
		if (keep) {
			(*at)->data = n->data;
			at = &(*at)->next;
		}
	}
	if (at == &t->headers)
		t->bare = true;
	else
		*at = NULL;
}

/* Where the redirect leads, or NULL with the error set. http after https is asked as https. */
static char *
redirect_target(struct http_transfer *t)
{
	struct err *err = &t->answer.err;
	char *to = url_resolve(t->url, t->answer.location), *secure;

	if (to == NULL) {
		err_set(err, ERR_TEMPORARY, "redirected to something that is no http or https address: %.200s",
		    t->answer.location);
		return NULL;
	}
	if (strncmp(t->url, "https:", 6) != 0 || strncmp(to, "http:", 5) != 0)
		return to;
	secure = xasprintf("https%s", to + 4);
	free(to);
	t->upgraded = true;
	return secure;
}

static void
follow(struct http_transfer *t)
{
	struct http_answer *a = &t->answer;
	char *to, *from_host, *to_host;

	if ((int)a->hops_count >= t->max_redirects) {
		err_set(&a->err, ERR_LIMIT, "more than %d redirects", t->max_redirects);
		transfer_finish(t);
		return;
	}
	if ((to = redirect_target(t)) == NULL) {
		transfer_finish(t);
		return;
	}
	a->hops = xreallocarray(a->hops, a->hops_count + 1, sizeof(a->hops[0]));
	a->hops[a->hops_count++] = (struct http_hop){ .url = t->url, .status = a->status };
	if (t->body != NULL && a->status != 307 && a->status != 308) {	/* RFC 9110 15.4 */
		free(t->body);
		free(t->method);
		t->body = NULL;
		t->method = NULL;
	}
	from_host = url_host(t->url);
	to_host = url_host(to);
	t->url = to;
	if (from_host == NULL || to_host == NULL || strcmp(from_host, to_host) != 0)
		transfer_drop_private(t);
	free(from_host);
	free(to_host);
	begin_hop(t);
}

/* The body's end is certain, or the error says why not. */
static void
check_complete(struct http_transfer *t)
{
	struct http_answer *a = &t->answer;
	bool no_body = a->status == 204 || a->status == 304 ||
	    (t->method != NULL && strcmp(t->method, "HEAD") == 0);

	if (t->inflate != NULL && !t->stopped && inflate_finish(t->inflate, &a->err) < 0)
		return;
	a->close_delimited = !no_body && !t->http2 && !t->chunked && t->content_length < 0 &&
	    t->inflate == NULL;
}

void
transfer_hop_ended(struct http_transfer *t, CURLcode rc)
{
	struct http_answer *a = &t->answer;

	if (rc != CURLE_OK && !t->stopped && a->err.class == ERR_NONE && !(t->redirect && t->head_done))
		explain(t, rc, &a->err);
	curl_multi_remove_handle(t->http->multi, t->easy);
	http_socket_idle(t->http, t->fd, t->http2);
	if (a->err.class == ERR_NONE && t->undone && !t->stopped) {	/* whole, once it is inflated */
		t->ended = true;
		t->fd = -1;
		return;
	}
	if (a->err.class == ERR_NONE && !t->head_done)	/* 7.88 calls this success */
		err_set(&a->err, ERR_TEMPORARY, "the headers were cut");
	if (a->err.class == ERR_NONE && t->redirect) {
		follow(t);
		return;
	}
	if (a->err.class == ERR_NONE) {
		if (a->status < 200)
			err_set(&a->err, ERR_TEMPORARY, "malformed answer: status %ld", a->status);
		else
			check_complete(t);
	}
	transfer_finish(t);
}
