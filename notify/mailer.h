#ifndef NOTIFY_MAILER_H
#define NOTIFY_MAILER_H
/* mailer: SMTP transfers on the loop, over a libcurl multi handle of its own (net/http is for HTTP alone). */
#include <event2/event.h>
#include "base/err.h"

struct mailer;
struct mail;

struct mail_opts {			/* borrowed for the call */
	const char *server;		/* smtp://host:port, smtps://host:port */
	const char *from;
	const char *const *to;		/* NULL-terminated */
	const char *user, *password;	/* NULL: no authentication */
	unsigned timeout_ms;
};

/* status: the server's last reply code, 0 when none came. */
typedef void mail_done_fn(const struct err *err, long status, void *arg);

struct mailer *mailer_new(struct event_base *base);
void mailer_free(struct mailer *m);	/* all mails must have ended or been cancelled */
/* message (RFC 5322, CRLF lines) is copied. done comes from the loop; NULL with *reterr when the options are bad. */
struct mail *mailer_send(struct mailer *m, const struct mail_opts *o, const char *message, size_t len,
    mail_done_fn *done, void *arg, struct err *reterr);
void mailer_cancel(struct mail *mail);	/* no callback */

#endif
