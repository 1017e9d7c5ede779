#ifndef DAEMON_DELIVER_H
#define DAEMON_DELIVER_H
/* deliver: outbox to sinks. In order per channel and source; one dead channel delays no other. */
#include "daemon/daemon.h"

struct deliver *deliver_new(struct daemon *d);
void deliver_free(struct deliver *dl);
void deliver_kick(struct deliver *dl);		/* new events were written */
void deliver_tick(struct deliver *dl);		/* each second */
void deliver_once(struct deliver *dl);		/* --once: each waiting delivery is tried once, whatever its pause */
bool deliver_idle(const struct deliver *dl);
bool deliver_settled(const struct deliver *dl);	/* nothing is under way to a receiver */
void deliver_reload(struct deliver *dl);

#endif
