/*
 * sink_mail: one mail an event, over SMTP. A server that refuses is tried again later: mailboxes come back. A message that it refuses for
 * good, for its size or for what it says, is given up at once, so that nothing behind it waits.
 */
#include <string.h>

#include "base/clock.h"
#include "notify/mailer.h"
#include "notify/message.h"
#include "notify/notify_int.h"
#include "base/banned.h"

static void
on_mail(const struct err *err, void *arg)
{
	struct delivery *d = arg;

	d->state = NULL;	/* the mail is gone after this call */
	delivery_finish(d, err->class, -1, "%s", err->text);
}

static void
mail_start(struct delivery *d, const struct sink_opts *o)
{
	struct mail_opts opts = {
		.server = o->mail_server, .from = o->mail_from, .to = o->mail_to,
		.user = o->mail_user, .password = o->mail_password,
		.timeout_ms = o->timeout_ms != 0 ? o->timeout_ms : SINK_MAIL_MS,
	};
	struct buf b = BUF_INIT(MESSAGE_MAX);
	struct err err = { 0 };

	if (d->n->mailer == NULL)
		d->n->mailer = mailer_new(d->n->base);
	if (d->n->mailer == NULL)
		(void)err_set(&err, ERR_LOCAL, "libcurl could not start");
	else if (opts.server == NULL)
		(void)err_set(&err, ERR_CONFIG, "channel %s names no mail server", d->channel);
	else if (message_render(&(struct message_opts){ .channel = d->channel, .from = opts.from, .to = opts.to,
	    .event_id = d->id, .type = d->type, .root = d->root, .body = d->body, .body_len = d->body_len,
	    .now_ms = clock_wall_ms() }, &b, &err) == 0)
		d->state = mailer_send(d->n->mailer, &opts, b.data, b.len, on_mail, d, &err);
	buf_done(&b);
	if (d->state == NULL)	/* an administrator can mend it, so the event waits */
		delivery_finish(d, ERR_TEMPORARY, -1, "%s", err.text);
}

static void
mail_end(struct delivery *d)
{
	if (d->state != NULL)
		mailer_cancel(d->state);
}

const struct sink sink_mail = { "mail", mail_start, mail_end };
