#ifndef DAEMON_RULES_H
#define DAEMON_RULES_H
/* rules: those of a plan, as store_rules_set() keeps them. */
#include "daemon/wire.h"

/* Writes the rules of all sources of the plan, and what it says of its channels. */
int rules_store(const struct plan *p, struct store *s, struct err *reterr);
/* Calls fn for every source whose rules are not those that the archive remembers. */
void rules_changed(const struct plan *p, struct store *s, void (*fn)(const struct store_rule *now, uint64_t old_parts, void *arg),
    void *arg);

#endif
