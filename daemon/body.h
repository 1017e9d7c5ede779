#ifndef DAEMON_BODY_H
#define DAEMON_BODY_H
/* body: a response as far as the daemon keeps it while a worker reads it and the archive takes it. */
#include <stdbool.h>
#include <stddef.h>
#include "net/http.h"

struct body {			/* strings owned */
	char *bytes;
	size_t len;
	struct http_share *share;	/* a large one counts until it is freed */
	char *url;		/* after redirects */
	char *content_type, *etag, *last_modified;
	char **hops;		/* addresses asked before url */
	size_t hops_count;
	long status;
	bool doubtful_end;	/* neither length nor chunks */
	unsigned char hash[32];	/* SHA-256 of bytes */
};

/*
 * Half a page must never look like a whole one. Only the last bytes are looked at, so it costs nothing.
 */
enum body_end {
	BODY_WHOLE,
	BODY_ODD,	/* the framing was sure, yet HTML stops within a text or a tag */
	BODY_CUT,	/* neither length nor chunks, and no end tag */
};
enum body_end body_end(const struct body *b);

/* Takes over what a holds. */
void body_take(struct body *b, struct http_answer *a);
/* Validators alone: what a 304 brings. */
void body_take_validators(struct body *b, const struct http_answer *a);
void body_done(struct body *b);

#endif
