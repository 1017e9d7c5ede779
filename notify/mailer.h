#ifndef NOTIFY_MAILER_H
#define NOTIFY_MAILER_H
/*
 * mailer: SMTP transfers over libcurl (net/http is for HTTP alone), a few at a time, each in a thread of its own. Their
 * ends are told on the loop. http_global_init() must have been called.
 */
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

/* ERR_NONE: taken by the server, text tells for whom not. It only notes the answer: no mailer_ call from within. */
typedef void mail_done_fn(const struct err *err, void *arg);

struct mailer *mailer_new(struct event_base *base);
void mailer_free(struct mailer *m);	/* stops what runs; no callbacks; waits at most 2 s */
/* message (RFC 5322, CRLF lines) is copied. done comes from the loop; NULL with *reterr when the options are bad. */
struct mail *mailer_send(struct mailer *m, const struct mail_opts *o, const char *message, size_t len,
    mail_done_fn *done, void *arg, struct err *reterr);
void mailer_cancel(struct mail *mail);	/* no callback */

#endif
