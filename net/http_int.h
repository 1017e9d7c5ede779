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
#define HTTP_ROUND (1u << 20)		/* bytes of bodies in one turn of the loop: some 4 ms of inflating and hashing */
#define HTTP_TURN_MS 5000		/* the turn of large bodies passes on when, while others wait, it brought in that time */
#define HTTP_TURN_BYTES (320u << 10)	/* less than that: 64 KiB a second */
#define HTTP_KEPT_WAIT_MS 10000		/* as long as a worker has for one of them */
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
	int64_t waited_ms;		/* for its turn: our doing, not the server's */

	/* body.c, turns.c */
	struct buf rest;		/* of what came, not inflated yet from rest_at on */
	size_t rest_at;
	bool undone;			/* there is more to inflate, of rest or within zlib */
	bool paused;			/* libcurl holds its bytes until body_go_on() */
	bool ended;			/* libcurl has done; the rest is inflated yet */
	bool waits;			/* for its turn among large bodies, since waits_ms */
	int64_t waits_ms;
	uint64_t place;			/* in the order of waiting; 0: never had to */

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
	int local_port;			/* of its connection; 0: not asked yet */
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
	struct event round_end;		/* the loop has looked after others */
	bool ticking, round_ending;
	int64_t ticked_ms;
	size_t round, round_most;	/* bytes of bodies in this round; in any so far */
	struct http_turns *turns;
	struct http_transfer *turn;	/* whose turn it is among large bodies, or NULL */
	unsigned waiting_turns;
	uint64_t last_place;
	int64_t turn_ms;		/* since then it brought what is over turn_bytes */
	uint64_t turn_bytes;
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
/*
 * t is going to wait in the middle of its answer: its kept connection is not idle any more. libcurl does not say so when it
 * read an answer at once, before it ever waited for the socket.
 */
void http_socket_in_use(struct http_transfer *t);
/* A connection that is not read for a while. */
void http_socket_mute(struct http *h, int fd, bool mute);
bool http_socket_is_muted(const struct http *h, int fd);
/* body_round() and turns_pass() when the loop has been round. */
void http_round_soon(struct http *h);
/* Take what libcurl finished, then tell. */
void http_reap(struct http *h);

/* http.c */
/* Tell the finished, start the waiting. */
void http_drain(struct http *h);

/* transfer.c: each leaves the transfer running or finished. */
struct http_transfer *transfer_get(struct http *h);
void transfer_address_text(const struct sockaddr *sa, char out[64]);	/* as in answer.address */
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
void receive_reset(struct http_transfer *t);		/* before a hop or another response of it */

/* body.c; all but the first may end transfers. */
size_t receive_body(char *p, size_t size, size_t n, void *arg);
void body_go_on(struct http_transfer *t);
void body_round(struct http *h);

/* turns.c */
struct http_turns *turns_new(struct http *h);
void turns_free(struct http_turns *s);			/* shares that callers keep stay good */
void turns_count(struct http_transfer *t);		/* its body grew */
bool turns_must_wait(struct http_transfer *t);		/* before more of it is taken */
void turns_leave(struct http_transfer *t);		/* it ends; of a good answer the share stays with the body */
void turns_pass(struct http *h);			/* those whose turn has come go on; may end them */
void turns_tick(struct http *h, int64_t now_ms);	/* likewise */

/* explain.c */
/* What libcurl's code means for this transfer, as class and sentence. */
void explain(struct http_transfer *t, CURLcode rc, struct err *ret);

#endif
