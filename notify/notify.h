#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H
/*
 * notify: one event to one sink. A sink says yes, "later" or "never"; what to do next is the caller's
 * matter. The bytes of an event are the same on every channel and at every attempt.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/event.h>
#include "base/err.h"
#include "net/http.h"

enum sink_kind { SINK_WEBHOOK, SINK_EXEC, SINK_FILE, SINK_MAIL, SINK_FEED, SINK_COUNT };

struct sink_opts {			/* borrowed while a notify_send runs */
	const char *name;		/* channel */
	enum sink_kind kind;
	const char *url;		/* webhook */
	const unsigned char *secret;	/* webhook, raw key bytes; NULL: unsigned */
	size_t secret_len;
	const char *const *headers;	/* webhook: further headers, NULL-terminated, or NULL */
	const char *const *argv;	/* exec: program and arguments, NULL-terminated; argv[0] absolute */
	const char *path;		/* file: JSON lines are appended; feed: Atom and JSON Feed are written */
	unsigned feed_items;		/* newest events that a feed keeps; 0: FEED_ITEMS */
	const char *template;		/* webhook, exec: what is sent in place of the event (template.h), or NULL */
	/* mail */
	const char *mail_server;	/* smtp://127.0.0.1:25, smtps://... */
	const char *mail_from;
	const char *const *mail_to;	/* NULL-terminated */
	const char *mail_user, *mail_password;	/* NULL: no authentication */
	unsigned timeout_ms;		/* webhook 15 s, exec 30 s when 0 */
};

#define FEED_ITEMS 100

struct notice {				/* copied */
	const char *id;			/* event id */
	const char *type;		/* "document.new" ... */
	const char *body;		/* the event's bytes, one line of JSON */
	size_t body_len;
	unsigned attempt;		/* 1, 2, ... */
	unsigned batch;			/* events in body, which is a JSON array of them; 0: it is one event, or a digest.h */
	const char *root;		/* id of the first message about the same thing, or NULL */
};

struct notify_answer {
	enum err_class class;		/* NONE: delivered; TEMPORARY: try again; PERMANENT: the receiver never wants it (410) */
	char text[256];			/* reason, one line */
	int64_t retry_after_ms;		/* the receiver's wish, -1: none */
};

struct notify;				/* children and transfers under way */
typedef void notify_done_fn(const struct notify_answer *answer, void *arg);

int notify_new(struct event_base *base, struct http *http, struct notify **ret, struct err *reterr);
void notify_free(struct notify *n);	/* kills children, cancels transfers; no callbacks */
/* done is called once from the loop, never from within. */
void notify_send(struct notify *n, const struct sink_opts *sink, const struct notice *notice,
    notify_done_fn *done, void *arg);
unsigned notify_in_flight(const struct notify *n);
/* "whsec_" base64 or raw text of 24 bytes and more; caller frees *ret_key. ERR_CONFIG. */
int notify_secret_parse(const char *text, unsigned char **ret_key, size_t *ret_len, struct err *reterr);
/* "v1,base64" of HMAC-SHA256 over "id.timestamp.body" (Standard Webhooks). Caller frees. */
char *notify_signature(const unsigned char *key, size_t key_len, const char *id, int64_t timestamp_s,
    const char *body, size_t body_len);

#endif
