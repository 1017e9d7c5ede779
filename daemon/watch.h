#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H
/* watch: the sources at run time, made from configuration and archive, kept over a reload. */
#include "daemon/daemon.h"

/* Reads every source's state from s (before the writer has it) and schedules its first visit: at once when it was never
 * visited or is overdue, spread over the hosts by the fetcher's turns. */
int watch_load_all(struct daemon *d, struct store *s, struct err *reterr);
/* After d->plan was replaced: adds new sources, repoints those that stay, drops those that are gone. */
void watch_apply_plan(struct daemon *d);
/* Not visited until it is resumed, which is a visit now. The archive is told by the caller. */
void watch_pause(struct watch *w, bool pause);
void watch_free(struct watch *w);
void watch_free_all(struct daemon *d);

/* On the writer: the rhythm of an adaptive source from the archive, for watch_take_rhythm(); false when there is none. */
bool watch_learn_rhythm(struct store *s, const struct cfg_source *cfg, struct rhythm *ret);
void watch_take_rhythm(struct watch *w, const struct rhythm *r);
/* The source's zone at that time, in minutes. */
int watch_zone_min(const struct cfg_source *cfg, int64_t at_ms);
/* What its server vouches for is not believed any more, for none of the sources of that host. */
void watch_distrust_host(struct watch *w);

#endif
