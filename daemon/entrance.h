#ifndef DAEMON_ENTRANCE_H
#define DAEMON_ENTRANCE_H
/*
 * entrance: where a source is asked. A permanent redirect (301, 308 all the way) that was met by STORE_MOVED_LEARNED visits in a row
 * is learned: the new address is asked at once, the configured one once a day, and the configuration stays as it is. A redirect
 * from https to http is followed and never learned.
 */
#include "daemon/daemon.h"
#include "fetchers/fetch.h"

/* Address to ask now; whole: this look confirms what was learned. Borrowed until the visit ends or the plan changes. */
const char *entrance_url(const struct watch *w, bool whole);
/* What the answer to a visit of asked says of it. */
void entrance_met(struct watch *w, const char *asked, const struct fetch_answer *a);
/* Reads what was learned; at the start, before the writer has s. */
int entrance_load_all(struct daemon *d, struct store *s, struct err *reterr);
void entrance_forget(struct watch *w);		/* in memory */
/* The address of a WebSub hub that a Link header names (RFC 8288), or NULL. Caller frees. */
char *entrance_hub(const char *link, const char *base);

#endif
