#ifndef DAEMON_BODY_H
#define DAEMON_BODY_H
/* body: a response as far as the daemon keeps it while a worker reads it and the archive takes it. */
#include <stdbool.h>
#include <stddef.h>
#include "net/http.h"

struct body {			/* strings owned */
	char *bytes;
	size_t len;
	char *url;		/* after redirects */
	char *content_type, *etag, *last_modified;
	char **hops;		/* addresses asked before url */
	size_t hops_count;
	long status;
	bool doubtful_end;	/* neither length nor chunks */
	unsigned char hash[32];	/* SHA-256 of bytes */
};

/* Takes over what a holds. */
void body_take(struct body *b, struct http_answer *a);
/* Validators alone: what a 304 brings. */
void body_take_validators(struct body *b, const struct http_answer *a);
void body_done(struct body *b);

#endif
