#include "daemon/rules.h"

#include "base/mem.h"
#include "base/banned.h"

/* Caller frees. */
static struct store_rule *
rules_of(const struct plan *p)
{
	struct store_rule *list = xcalloc(p->config->sources_count + 1, sizeof(*list));

	for (size_t i = 0; i < p->config->sources_count; i++)
		list[i] = (struct store_rule){ p->config->sources[i].name, config_rules_hash(&p->config->sources[i]) };
	return list;
}

int
rules_store(const struct plan *p, struct store *s, struct err *reterr)
{
	CLEANUP(freep) struct store_rule *list = rules_of(p);

	return store_rules_set(s, list, p->config->sources_count, reterr);
}

void
rules_changed(const struct plan *p, struct store *s, void (*fn)(const char *source, void *arg), void *arg)
{
	CLEANUP(freep) struct store_rule *list = rules_of(p);

	store_rules_changed(s, list, p->config->sources_count, fn, arg);
}
