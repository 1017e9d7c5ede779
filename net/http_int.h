#ifndef NET_HTTP_INT_H
#define NET_HTTP_INT_H
/*
 * http_int: what the files of this room share. A transfer lives on one list of its http at a time: waiting for a
 * connection, running inside libcurl, finished with its answer not yet told, or idle for the next request. Callbacks
 * of callers run only from http_drain(), so never inside libcurl.
 */
#include <stdbool.h>
#include <stdint.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include "net/http.h"
#include "net/inflate.h"

#define HTTP_TICK_MS 100		/* how exact limits are kept */
#define HTTP_REDIRECT_BODY (64u << 10)	/* read of a body that nobody wants, before the connection is given up */
#define HTTP_IGNORED_BODY (1u << 20)
#define HTTP_POOL 64			/* idle transfers kept */
#define HTTP_RATIO_FROM (1u << 20)
/* Framing that is not content: chunks of one byte cost six; beyond that and this it is a flood. */
#define HTTP_FRAMING_SHARE 8
#define HTTP_FRAMING_MAX (1u << 20)

enum transfer_state { T_IDLE, T_WAITING, T_RUNNING, T_FINISHED, T_TELLING };

struct http_transfer {
	struct http_transfer *prev, *next;
	struct http *http;
	enum transfer_state state;
	CURL *easy;			/* of the present hop, or NULL */
	http_done_fn *done;
	void *arg;

	/* what was asked */
	char *method;			/* NULL: GET */
	char *url;			/* of the present hop */
	char *proxy;			/* NULL: none */
	char *agent;
	char *cookies;			/* "a=1; b=2", set by hops of the present host; or NULL */
	char *jar;			/* the caller's, lines in Netscape's form; or NULL */
	struct curl_slist *headers;	/* one allocation: nodes, then their text */
	void *body;
	size_t body_len;
	size_t max_wire, max_decoded;
	unsigned connect_ms, first_byte_ms, total_ms;
	int max_redirects;
	bool ignore_body, cut_body, head_only, forget_connection;
	bool bare;			/* none of the headers goes out any more */

	/* limits of time; monotonic */
	int64_t start_ms, hop_ms, asked_ms, first_ms;	/* asked, first: 0 until it happens */
	uint64_t received[HTTP_LOW_SPEED_S];	/* bytes so far, at each second since first_ms */
	int64_t speed_s;
	uint64_t bytes;

	/* the present hop */
	struct http_answer answer;
	char *encoding;			/* Content-Encoding */
	struct inflate *inflate;
	size_t header_bytes;
	size_t hop_wire;
	int64_t content_length;		/* -1: not stated */
	bool chunked, head_done, http2;
	bool discard;			/* the body is read and forgotten */
	bool stopped;			/* we ended the transfer and are content */
	bool redirect;			/* a hop to follow */
	bool upgraded;			/* a hop led from https to http */
	int fd;				/* of its connection; -1: not known */
	uint64_t socket_from;		/* bytes the connection had received before; 0: not looked yet */
	bool resolved;
	int socket_errno;
	char refused[64];		/* address that the guard refused, "" */
	bool tried;			/* a permitted address was tried */
	char error[CURL_ERROR_SIZE];
};

#define HTTP_SHARES 256	/* of eight TLS sessions: at most some 10 MB, where that many hosts speak TLS */

struct http {
	struct event_base *base;
	CURLM *multi;
	CURLSH *shares[HTTP_SHARES];	/* sessions.c; NULL: not needed yet */
	struct watched **watched;	/* sockets, by descriptor */
	size_t watched_cap;
	struct event timer;		/* libcurl's */
	struct event tick;		/* limits of time */
	struct event drain;
	bool ticking;
	struct http_transfer *waiting, *running, *finished, *idle;
	unsigned waiting_count, running_count, idle_count;
	unsigned connections;
	char *user_agent, *proxy;
	struct guard *guard;
};

/* sessions.c: handshakes with that address begin with the session of the last one. */
void http_share_sessions(struct http *h, CURL *easy, const char *url);
void http_sessions_forget(struct http *h);	/* after the last handle is gone */

/* multi.c */
int http_multi_open(struct http *h, struct err *reterr);
void http_multi_close(struct http *h);
void http_socket_opened(struct http *h, int fd);
int http_socket_closed(void *http, curl_socket_t fd);	/* CURLOPT_CLOSESOCKETFUNCTION */
void http_socket_idle(struct http *h, int fd, bool http2);
/* Take what libcurl finished, then tell. */
void http_reap(struct http *h);

/* http.c */
/* Tell the finished, start the waiting. */
void http_drain(struct http *h);

/* transfer.c: each leaves the transfer running or finished. */
struct http_transfer *transfer_get(struct http *h);
void transfer_recycle(struct http_transfer *t);		/* forget the request; keep the struct or free it */
void transfer_free(struct http_transfer *t);
void transfer_begin(struct http_transfer *t);
void transfer_drop_private(struct http_transfer *t);	/* headers that are one server's affair go no further */
void transfer_hop_ended(struct http_transfer *t, CURLcode rc);
void transfer_stop(struct http_transfer *t);		/* out of libcurl and off its list */
void transfer_finish(struct http_transfer *t);		/* from running to finished */

/* limits.c: may end t. */
void transfer_check_limits(struct http_transfer *t, int64_t now_ms);

/* receive.c: libcurl's callbacks for what comes in. */
size_t receive_header(char *p, size_t size, size_t n, void *arg);
size_t receive_body(char *p, size_t size, size_t n, void *arg);
void receive_reset(struct http_transfer *t);		/* before a hop or another response of it */

/* explain.c */
/* What libcurl's code means for this transfer, as class and sentence. */
void explain(struct http_transfer *t, CURLcode rc, struct err *ret);

#endif
