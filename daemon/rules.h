#ifndef DAEMON_RULES_H
#define DAEMON_RULES_H
/* rules: those of a plan, as store_rules_set() keeps them. */
#include "daemon/wire.h"

/* Writes the rules of all sources of the plan. */
int rules_store(const struct plan *p, struct store *s, struct err *reterr);
/* Calls fn for every source whose rules are not those that the archive remembers. */
void rules_changed(const struct plan *p, struct store *s, void (*fn)(const char *source, void *arg), void *arg);

#endif
