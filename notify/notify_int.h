#ifndef NOTIFY_NOTIFY_INT_H
#define NOTIFY_NOTIFY_INT_H
/* What the sinks of this room share: a delivery under way, and an event as a person would sum it up. */
#include <stddef.h>
#include <jansson.h>
#include "base/cleanup.h"
#include "notify/notify.h"

#define SINK_WEBHOOK_MS 15000
#define SINK_EXEC_MS 30000
#define SINK_MAIL_MS 60000

struct delivery;

/*
 * start begins to deliver d; its options are gone when it returns. Sooner or later it calls delivery_finish(),
 * also from within start. end frees what start made: after delivery_finish, or in the middle when all is stopped.
 */
struct sink {
	const char *name;
	void (*start)(struct delivery *d, const struct sink_opts *o);
	void (*end)(struct delivery *d);
};

extern const struct sink sink_webhook, sink_exec, sink_file, sink_mail, sink_feed;

struct delivery {
	struct notify *n;
	const struct sink *sink;
	char *channel, *id, *type, *body, *root;	/* copies of the notice and the channel's name */
	size_t body_len;
	unsigned attempt, batch;
	struct notify_answer answer;
	bool finished;
	notify_done_fn *done;
	void *arg;
	struct event *ev_done;
	void *state;				/* the sink's own */
	struct delivery *prev, *next;
};

struct exec_queue;	/* sink_exec.c: children that wait for their turn */
struct mailer;		/* mailer.c */

struct notify {
	struct event_base *base;
	struct http *http;
	struct delivery *list;
	unsigned count;
	struct exec_queue *exec;
	struct mailer *mailer;
};

/* The answer is told in a later turn of the loop. Later calls for the same delivery change nothing. */
void delivery_finish(struct delivery *d, enum err_class class, int64_t retry_after_ms, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

void exec_queue_free(struct exec_queue *q);

/* What an event says, for the environment of a command and for mails. Strings are never NULL. */
struct summary {
	json_t *event;		/* owns what is borrowed below */
	const char *source;	/* name of the source */
	const char *url, *title, *language, *published;
	const char *text, *section, *author;
	const json_t *diff;	/* diff_to_json(), or NULL */
	const char *state, *cause, *since, *advice, *time, *subject;
	int64_t revision;	/* 0: none */
	int64_t returns_to;	/* the revision whose text it has again; 0: none */
};

/* Always fills ret, with empty strings where the event is silent or malformed. */
void summary_read(const char *body, size_t len, struct summary *ret);
void summary_done(struct summary *s);
/* Of an edit: "revision 2: 6 words new, 1 gone: body; the text of revision 1 again". Caller frees. */
char *summary_change(const struct summary *s);

#endif
