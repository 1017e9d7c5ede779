#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "notify/mailer.h"
#include "notify/notify_int.h"
#include "base/banned.h"

#define KEY_MIN 24	/* bytes; Standard Webhooks: 24 to 64 */
#define KEY_MAX 512

static const struct sink *const sinks[SINK_COUNT] = {
	[SINK_WEBHOOK] = &sink_webhook,
	[SINK_EXEC] = &sink_exec,
	[SINK_FILE] = &sink_file,
	[SINK_MAIL] = &sink_mail,
	[SINK_FEED] = &sink_feed,
};

/* A command that closes its stdin early must not end us: EPIPE is enough. */
static void
ignore_sigpipe(void)
{
	struct sigaction old;

	if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

int
notify_new(struct event_base *base, struct http *http, struct notify **ret, struct err *reterr)
{
	struct notify *n = xcalloc(1, sizeof(*n));

	ignore_sigpipe();
	n->base = base;
	n->http = http;
	*ret = n;
	return 0;
}

static void
delivery_free(struct delivery *d)
{
	DL_DELETE(d->n->list, d);
	d->n->count--;
	if (d->sink->end != NULL)
		d->sink->end(d);
	event_free(d->ev_done);
	free(d->channel);
	free(d->id);
	free(d->type);
	free(d->body);
	free(d->root);
	free(d);
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	while (n->list != NULL)
		delivery_free(n->list);
	exec_queue_free(n->exec);
	mailer_free(n->mailer);
	free(n);
}

unsigned
notify_in_flight(const struct notify *n)
{
	return n->count;
}

static void
on_done(evutil_socket_t fd, short what, void *arg)
{
	struct delivery *d = arg;
	struct notify_answer answer = d->answer;
	notify_done_fn *done = d->done;
	void *done_arg = d->arg;

	delivery_free(d);
	done(&answer, done_arg);	/* last: it may send again, or free everything */
}

void
notify_send(struct notify *n, const struct sink_opts *sink, const struct notice *notice,
    notify_done_fn *done, void *arg)
{
	struct delivery *d = xcalloc(1, sizeof(*d));

	d->n = n;
	d->sink = sinks[sink->kind];
	d->channel = xstrdup(sink->name != NULL ? sink->name : "");
	d->id = xstrdup(notice->id);
	d->type = xstrdup(notice->type);
	d->body = xmemdup(notice->body, notice->body_len);
	d->body_len = notice->body_len;
	d->attempt = notice->attempt;
	d->batch = notice->batch;
	d->root = xstrdup(notice->root);
	d->done = done;
	d->arg = arg;
	d->ev_done = evtimer_new(n->base, on_done, d);
	DL_APPEND(n->list, d);
	n->count++;
	d->sink->start(d, sink);
}

void
delivery_finish(struct delivery *d, enum err_class class, int64_t retry_after_ms, const char *fmt, ...)
{
	struct err err;
	char text[ERR_TEXT_MAX];
	va_list ap;

	if (d->finished)
		return;
	d->finished = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)err_set(&err, class, "%s", text);		/* one clean line, whatever the receiver said */
	d->answer.class = class;
	d->answer.retry_after_ms = retry_after_ms;
	snprintf(d->answer.text, sizeof(d->answer.text), "%.*s",
	    (int)utf8_cut(err.text, strlen(err.text), sizeof(d->answer.text) - 1), err.text);
	event_active(d->ev_done, EV_TIMEOUT, 0);
}

int
notify_secret_parse(const char *text, unsigned char **ret_key, size_t *ret_len, struct err *reterr)
{
	static const char prefix[] = "whsec_";
	CLEANUP(freep) char *line = unicode_line(text, strlen(text));
	unsigned char *key = NULL;
	size_t len;

	if (strncmp(line, prefix, sizeof(prefix) - 1) == 0) {
		if (digest_unbase64(line + sizeof(prefix) - 1, &key, &len) < 0)
			return err_set(reterr, ERR_CONFIG,
			    "the secret begins with whsec_ but is not base64 after it");
	} else {
		len = strlen(line);
		key = xmemdup(line, len);
	}
	if (len < KEY_MIN || len > KEY_MAX) {
		free(key);
		return err_set(reterr, ERR_CONFIG, "the secret has %zu bytes; it must have %d to %d",
		    len, KEY_MIN, KEY_MAX);
	}
	*ret_key = key;
	*ret_len = len;
	return 0;
}
