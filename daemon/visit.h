#ifndef DAEMON_VISIT_H
#define DAEMON_VISIT_H
/*
 * visit: one look at a source, from due to recorded: one conditional GET, discovery in a worker, one transaction for validators
 * and the candidates they vouch for. A bare 304 is written later, in batches.
 */
#include "daemon/daemon.h"

/* Begins now, or as soon as the visit under way ends. */
void visit_start(struct watch *w);
/* Ends without a trace: the source was dropped or the daemon stops. */
void visit_cancel(struct watch *w);
/* Writes the unchanged visits that wait. */
void visit_flush(struct daemon *d);

#endif
