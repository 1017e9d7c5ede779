#ifndef DAEMON_RULES_H
#define DAEMON_RULES_H
/*
 * rules: by which rules a source's list was read (kind, select, include, exclude). The archive remembers them, because a
 * server's "unchanged" speaks of its bytes and not of our rules: after a change the next visit must read all anew.
 */
#include "daemon/wire.h"

/* Equal for equal rules. */
uint64_t rules_hash(const struct plan_source *ps);
/* Writes the rules of all sources of the plan. */
int rules_store(const struct plan *p, struct store *s, struct err *reterr);
/* Calls fn for every source whose rules are not those that the archive remembers. */
void rules_changed(const struct plan *p, struct store *s, void (*fn)(const char *source, void *arg), void *arg);

#endif
