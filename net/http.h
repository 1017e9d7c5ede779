#ifndef NET_HTTP_H
#define NET_HTTP_H
/*
 * http: one request from start to end, over libcurl's multi_socket on libevent. Limits are ours: wire and
 * decoded bytes are counted as they come, content is inflated here (libcurl 7.88 reports success for
 * a truncated gzip body), redirects are followed hop by hop with our own URL parser, each hop through the guard.
 * An answer is complete or it is an error: a cut body never looks like success. A redirect from https to
 * http is asked as https: what was had securely once is not had in the clear. $SSL_CERT_FILE replaces the system's list of
 * certificate authorities, as in OpenSSL's own programs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/event.h>
#include "base/buf.h"
#include "base/err.h"
#include "net/guard.h"

struct http;		/* a set of transfers on one loop */
struct http_transfer;
struct http_share;	/* what a large body counts for among those that are in memory */
struct digest_run;

/* Defaults of promises for requests that leave a field 0. */
#define HTTP_CONNECT_MS 10000
#define HTTP_FIRST_BYTE_MS 15000
#define HTTP_TOTAL_MS 60000
#define HTTP_LOW_SPEED_BYTES 100	/* a second, for HTTP_LOW_SPEED_S */
#define HTTP_LOW_SPEED_S 15
#define HTTP_MAX_WIRE (8u << 20)
#define HTTP_MAX_DECODED (32u << 20)
#define HTTP_MAX_RATIO 200		/* decoded to wire, above 1 MiB decoded */
#define HTTP_MAX_HEADERS (64u << 10)
#define HTTP_MAX_REDIRECTS 5
/* Large bodies take turns: what all of them hold above HTTP_SMALL_BODY each may be HTTP_LARGE_BODIES and one of any size. */
#define HTTP_SMALL_BODY (512u << 10)
#define HTTP_LARGE_BODIES (2u << 20)
#define HTTP_MAX_VALIDATOR 1024		/* an ETag longer than this is not kept */

struct http_opts {
	const char *user_agent;		/* copied */
	unsigned connections;		/* in flight at once; 0: 256 */
	const struct guard *guard;	/* copied; NULL: nothing private is allowed */
	const char *proxy;		/* for requests without their own, or NULL */
};

struct http_request {			/* everything is copied by http_start */
	const char *url;
	const char *method;		/* NULL: GET */
	const char *const *headers;	/* "Name: value", NULL at the end; or NULL. No CR, LF, NUL: ERR_INPUT */
	const char *cookies;		/* lines in Netscape's form, each sent to what it names; or NULL */
	const char *home;		/* headers that are one server's affair stay within its site; NULL: any */
	const void *body;		/* POST */
	size_t body_len;
	const char *user_agent, *proxy;	/* NULL: those of http_opts */
	size_t max_wire, max_decoded;
	unsigned connect_ms, first_byte_ms, total_ms;
	int max_redirects;		/* 0: default; -1: none */
	bool ignore_body;		/* webhook: read at most 1 MiB and forget it */
	bool cut_body;			/* robots: at max_decoded stop reading and call it success */
	bool head_only;			/* stop after the headers of the last hop */
	bool forget_connection;		/* it is closed behind the answer: nobody asks there soon */
};

struct http_hop {
	char *url;			/* asked */
	long status;			/* 301, 302 ... */
};

struct http_answer {
	struct err err;			/* ERR_NONE: the answer is complete, whatever its status */
	long status;			/* of the last hop; 0 when none came */
	char *url;			/* final, serialised */
	struct http_hop *hops;		/* redirects before it, in order */
	size_t hops_count;
	char *etag, *last_modified;	/* the server's own bytes; NULL when absent or too long */
	char *content_type, *location, *link, *cf_mitigated;
	int64_t retry_after_ms;		/* from seconds or date; -1: absent */
	int64_t max_age_s;		/* Cache-Control; -1: absent */
	int64_t date_ms;		/* Date; 0: absent */
	struct buf body;		/* decoded; the receiver may take it with buf_take, and share with it */
	struct http_share *share;	/* of a large body: to be freed when the body is; NULL: small */
	struct digest_run *hash;		/* of its first hashed bytes, or NULL: a long body is hashed as it comes */
	size_t hashed;
	size_t wire_bytes;
	bool close_delimited;		/* no length, no chunks: the end is doubtful */
	int64_t started_ms, first_byte_ms, total_ms;	/* wall start; then since start */
	char address[64];		/* that was connected to, for the log */
};

typedef void http_done_fn(struct http_answer *answer, void *arg);	/* answer is the library's; gone after */

int http_new(struct event_base *base, const struct http_opts *opts, struct http **ret, struct err *reterr);
void http_free(struct http *h);		/* cancels what runs; no callback comes */
/* Replace user agent, guard, proxy and connection limit for requests that start from now on. */
void http_reconfigure(struct http *h, const struct http_opts *opts);
/* done is called once, from the loop, never from within http_start. NULL (with *reterr) when the request itself
 * is malformed; then done is not called. */
struct http_transfer *http_start(struct http *h, const struct http_request *req, http_done_fn *done,
    void *arg, struct err *reterr);
void http_cancel(struct http_transfer *t);	/* no callback */
unsigned http_in_flight(const struct http *h);
/* Runs one request to its end on a private loop: for the command. 0 with *ret (http_answer_done), -1. */
int http_run_one(const struct http_opts *opts, const struct http_request *req, struct http_answer *ret,
    struct err *reterr);
void http_answer_done(struct http_answer *a);
void http_share_free(struct http_share *share);	/* may outlive its http */
/* SHA-256 of the body; once, and before it is taken. */
void http_answer_hash(struct http_answer *a, unsigned char out[32]);
/* libcurl's and libevent's own state. Before any thread and any event loop. */
void http_global_init(void);

#endif
