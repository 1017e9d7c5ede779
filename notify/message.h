#ifndef NOTIFY_MESSAGE_H
#define NOTIFY_MESSAGE_H
/*
 * message: an event as a mail: RFC 5322 with CRLF lines, headers encoded by RFC 2047, plain text in UTF-8. What a
 * page says can fill the subject and the text but never make a header. The same event gives the same
 * Message-ID at every attempt; all mails about one document answer the first one, so readers thread them.
 */
#include "base/buf.h"
#include "base/err.h"
#include "notify/notify.h"

#define MESSAGE_MAX (1u << 20)		/* bytes of a mail */
#define MESSAGE_TEXT_CHARS 50000	/* of a document's text; the rest stands behind its address */

struct message_opts {		/* borrowed for the call */
	const char *channel;	/* names the list */
	const char *from;
	const char *const *to;	/* NULL-terminated */
	const char *event_id, *type;
	const char *root;	/* id of the first mail about the same thing: this one answers it; or NULL */
	const char *body;	/* the event */
	size_t body_len;
	int64_t now_ms;
};

/* Appends the message to b. ERR_CONFIG when from or a recipient is no plain address. */
int message_render(const struct message_opts *o, struct buf *b, struct err *reterr);
/* "local@domain" in visible ASCII, without what a header or an SMTP command would read otherwise. */
bool message_address_ok(const char *address);
/* A header value by RFC 2047, folded; as it is where that is ASCII and short. Appends. */
void message_encode_header(struct buf *b, const char *text);

#endif
