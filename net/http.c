/* http: the face of the room: requests checked and queued, answers told. */
#include "net/http_int.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/banned.h"

#define CONNECTIONS 256
#define MAX_REQUEST_HEADERS 64

void
http_global_init(void)
{
	static bool ready;

	if (ready)
		return;
	/*
	 * libevent forgets to look at some of its own allocations, and every maker of an event would have to look. libcurl 7.88
	 * keeps a socket's table that it could not fill, and divides by its size at the next event.
	 */
	event_set_mem_functions(xmalloc, xrealloc, free);
	curl_global_init_mem(CURL_GLOBAL_ALL, xmalloc, free, xrealloc, xstrdup, xcalloc);
	ready = true;
}

void
http_reconfigure(struct http *h, const struct http_opts *opts)
{
	free(h->user_agent);
	free(h->proxy);
	guard_free(h->guard);
	h->user_agent = xstrdup(opts->user_agent);
	h->proxy = opts->proxy != NULL && *opts->proxy != '\0' ? xstrdup(opts->proxy) : NULL;
	h->guard = guard_copy(opts->guard);
	h->connections = opts->connections != 0 ? opts->connections : CONNECTIONS;
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)h->connections);
	if (h->waiting != NULL)
		event_active(&h->drain, EV_TIMEOUT, 0);
}

int
http_new(struct event_base *base, const struct http_opts *opts, struct http **ret, struct err *reterr)
{
	struct http *h = xcalloc(1, sizeof(*h));

	http_global_init();
	h->base = base;
	h->turns = turns_new(h);
	if (http_multi_open(h, reterr) < 0) {
		http_multi_close(h);
		turns_free(h->turns);
		free(h);
		return -1;
	}
	http_reconfigure(h, opts);
	*ret = h;
	return 0;
}

static void
free_all(struct http_transfer **list)
{
	struct http_transfer *t;

	while ((t = *list) != NULL) {
		if (t->state == T_IDLE)
			DL_DELETE(*list, t);
		else
			transfer_stop(t);
		transfer_free(t);
	}
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	free_all(&h->waiting);
	free_all(&h->running);
	free_all(&h->finished);
	free_all(&h->idle);
	http_multi_close(h);
	turns_free(h->turns);
	guard_free(h->guard);
	free(h->user_agent);
	free(h->proxy);
	free(h);
}

static bool
is_token(const char *s, size_t n)
{
	static const char mark[] = "!#$%&'*+-.^_`|~";

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
		    (c != 0 && strchr(mark, c) != NULL)))
			return false;
	}
	return true;
}

static bool
is_header(const char *s)
{
	size_t name = strcspn(s, ":");

	return s[name] == ':' && is_token(s, name) && strpbrk(s, "\r\n") == NULL;
}

static bool
names(const char *header, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(header, name, n) == 0 && header[n] == ':';
}

/* Nodes and text of all headers in one allocation, which libcurl borrows. */
static int
copy_headers(struct http_transfer *t, const struct http_request *req, struct err *reterr)
{
	const char *all[MAX_REQUEST_HEADERS + 2];
	size_t count = 0, bytes = 0;
	bool encoding = false;
	struct curl_slist *nodes;
	char *text;

	for (const char *const *p = req->headers; p != NULL && *p != NULL; p++) {
		if (count == MAX_REQUEST_HEADERS)
			return err_set(reterr, ERR_INPUT, "more than %d headers", MAX_REQUEST_HEADERS);
		if (!is_header(*p))
			return err_set(reterr, ERR_INPUT, "\"%.80s\" is not a header of the form "
			    "\"Name: value\"", *p);
		encoding |= names(*p, "accept-encoding");
		all[count++] = *p;
	}
	if (!encoding)
		all[count++] = "Accept-Encoding: gzip, deflate";
	if (req->body != NULL)
		all[count++] = "Expect:";	/* no waiting for 100 Continue */
	for (size_t i = 0; i < count; i++)
		bytes += strlen(all[i]) + 1;
	nodes = xmalloc(count * sizeof(*nodes) + bytes);
	text = (char *)(nodes + count);
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(all[i]) + 1;

		nodes[i].data = memcpy(text, all[i], n);
		nodes[i].next = i + 1 < count ? &nodes[i + 1] : NULL;
		text += n;
	}
	t->headers = nodes;
	return 0;
}

/* An http or https address in its serialised form without fragment. */
static int
copy_url(struct http_transfer *t, const char *url, struct err *reterr)
{
	CLEANUP(url_freep) struct url *u = NULL;
	size_t len;

	if (url == NULL || url_parse(url, strlen(url), NULL, &u, reterr) < 0)
		return url == NULL ? err_set(reterr, ERR_INPUT, "no address") : -1;
	if ((strcmp(u->scheme, "http") != 0 && strcmp(u->scheme, "https") != 0) || u->host == NULL)
		return err_set(reterr, ERR_INPUT, "not an http or https address: %.200s", url);
	len = strcspn(u->href, "#");
	if (len > URL_MAX)
		return err_set(reterr, ERR_LIMIT, "the address is over %d bytes", URL_MAX);
	t->url = xstrndup(u->href, len);
	return 0;
}

static int
copy_request(struct http_transfer *t, const struct http_request *req, struct err *reterr)
{
	const struct http *h = t->http;
	const char *agent = req->user_agent != NULL ? req->user_agent : h->user_agent;
	const char *proxy = req->proxy != NULL ? req->proxy : h->proxy;

	if (req->method != NULL && !is_token(req->method, strlen(req->method)))
		return err_set(reterr, ERR_INPUT, "\"%.40s\" is not a method", req->method);
	if (agent != NULL && strpbrk(agent, "\r\n") != NULL)
		return err_set(reterr, ERR_INPUT, "the user agent has a line break");
	if (copy_url(t, req->url, reterr) < 0 || copy_headers(t, req, reterr) < 0)
		return -1;
	t->method = req->method != NULL && strcmp(req->method, "GET") != 0 ? xstrdup(req->method) : NULL;
	t->proxy = proxy != NULL && *proxy != '\0' ? xstrdup(proxy) : NULL;
	t->body = req->body != NULL ? xmemdup(req->body, req->body_len) : NULL;
	t->body_len = req->body_len;
	t->max_wire = req->max_wire != 0 ? req->max_wire : HTTP_MAX_WIRE;
	t->max_decoded = req->max_decoded != 0 ? req->max_decoded : HTTP_MAX_DECODED;
	t->connect_ms = req->connect_ms != 0 ? req->connect_ms : HTTP_CONNECT_MS;
	t->first_byte_ms = req->first_byte_ms != 0 ? req->first_byte_ms : HTTP_FIRST_BYTE_MS;
	t->total_ms = req->total_ms != 0 ? req->total_ms : HTTP_TOTAL_MS;
	t->max_redirects = req->max_redirects != 0 ? req->max_redirects : HTTP_MAX_REDIRECTS;
	t->ignore_body = req->ignore_body;
	t->cut_body = req->cut_body;
	t->head_only = req->head_only;
	t->forget_connection = req->forget_connection;
	buf_init(&t->answer.body, t->max_decoded);
	buf_init(&t->rest, t->max_wire);
	t->agent = xstrdup(agent);
	t->jar = xstrdup(req->cookies);
	if (req->home != NULL && !url_same_site(req->home, t->url))
		transfer_drop_private(t);
	return 0;
}

struct http_transfer *
http_start(struct http *h, const struct http_request *req, http_done_fn *done, void *arg, struct err *reterr)
{
	struct http_transfer *t = transfer_get(h);

	if (copy_request(t, req, reterr) < 0) {
		transfer_recycle(t);
		return NULL;
	}
	t->done = done;
	t->arg = arg;
	if (h->running_count < h->connections && h->waiting == NULL)
		transfer_begin(t);
	else {
		t->state = T_WAITING;
		DL_APPEND(h->waiting, t);
		h->waiting_count++;
	}
	return t;
}

void
http_cancel(struct http_transfer *t)
{
	struct http *h;

	if (t == NULL || t->state == T_TELLING)		/* from within its own done: it ends anyway */
		return;
	h = t->http;
	transfer_stop(t);
	transfer_recycle(t);
	if (h->waiting != NULL)
		event_active(&h->drain, EV_TIMEOUT, 0);
}

unsigned
http_in_flight(const struct http *h)
{
	return h->running_count + h->waiting_count;
}

/*
 * A caller's done may start and cancel anything, so nothing is remembered over the call but the transfer itself, which
 * is off every list then.
 */
void
http_drain(struct http *h)
{
	struct http_transfer *t;

	while ((t = h->finished) != NULL) {
		DL_DELETE(h->finished, t);
		t->state = T_TELLING;
		t->done(&t->answer, t->arg);
		transfer_recycle(t);
	}
	while ((t = h->waiting) != NULL && h->running_count < h->connections) {
		DL_DELETE(h->waiting, t);
		h->waiting_count--;
		transfer_begin(t);
	}
}

void
http_answer_hash(struct http_answer *a, unsigned char out[32])
{
	if (a->hash == NULL) {
		digest_sha256(buf_str(&a->body), a->body.len, out);
		return;
	}
	digest_run_add(a->hash, a->body.data + a->hashed, a->body.len - a->hashed);
	digest_run_end(a->hash, out);
	a->hash = NULL;
}

void
http_answer_done(struct http_answer *a)
{
	digest_run_free(a->hash);
	http_share_free(a->share);
	for (size_t i = 0; i < a->hops_count; i++)
		free(a->hops[i].url);
	free(a->hops);
	free(a->url);
	free(a->etag);
	free(a->last_modified);
	free(a->content_type);
	free(a->location);
	free(a->link);
	free(a->cf_mitigated);
	buf_done(&a->body);
	memset(a, 0, sizeof(*a));
}

struct one_run {
	struct event_base *base;
	struct http_answer *ret;
	bool told;
};

static void
run_one_done(struct http_answer *answer, void *arg)
{
	struct one_run *one = arg;

	*one->ret = *answer;		/* taken over whole */
	memset(answer, 0, sizeof(*answer));
	one->told = true;
	event_base_loopbreak(one->base);
}

int
http_run_one(const struct http_opts *opts, const struct http_request *req, struct http_answer *ret,
    struct err *reterr)
{
	struct one_run one = { .base = event_base_new(), .ret = ret };
	struct http *h = NULL;
	int rc = -1;

	if (one.base == NULL)
		return err_set(reterr, ERR_LOCAL, "libevent could not start");
	if (http_new(one.base, opts, &h, reterr) == 0 &&
	    http_start(h, req, run_one_done, &one, reterr) != NULL) {
		event_base_dispatch(one.base);
		rc = one.told ? 0 : err_set(reterr, ERR_LOCAL, "the loop ended early");
	}
	http_free(h);
	event_base_free(one.base);
	return rc;
}
