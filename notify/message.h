#ifndef NOTIFY_MESSAGE_H
#define NOTIFY_MESSAGE_H
/*
 * message: an event as a mail: RFC 5322 with CRLF lines, headers encoded by RFC 2047, plain text in UTF-8. What a
 * page says can fill the subject and the text but never make a header. The same event gives the same
 * Message-ID at every attempt; all mails about one document refer to one name, so readers thread them.
 */
#include "base/buf.h"
#include "base/err.h"
#include "notify/notify.h"

#define MESSAGE_MAX (1u << 20)		/* bytes of a mail */
#define MESSAGE_TEXT_CHARS 50000	/* of a document's text; the rest stands behind its address */

/* Appends the message to b; channel names the list. ERR_CONFIG when from or a recipient is no plain address. */
int message_render(const char *channel, const char *from, const char *const *to, const char *event_id, const char *type,
    const char *body, size_t body_len, int64_t now_ms, struct buf *b, struct err *reterr);
/* "local@domain" in visible ASCII, without what a header or an SMTP command would read otherwise. */
bool message_address_ok(const char *address);
/* A header value by RFC 2047, folded; as it is where that is ASCII and short. Appends. */
void message_encode_header(struct buf *b, const char *text);

#endif
