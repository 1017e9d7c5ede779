#include "daemon/rules.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/banned.h"

/* Caller frees. */
static struct store_rule *
rules_of(const struct plan *p)
{
	struct store_rule *list = xcalloc(p->config->sources_count + 1, sizeof(*list));

	for (size_t i = 0; i < p->config->sources_count; i++)
		list[i] = (struct store_rule){ p->config->sources[i].name, config_rules_hash(&p->config->sources[i]),
			config_rules_parts(&p->config->sources[i]), NULL };
	return list;
}

int
rules_store(const struct plan *p, struct store *s, struct err *reterr)
{
	CLEANUP(freep) struct store_rule *list = rules_of(p);
	CLEANUP(json_decrefp) json_t *channels = config_channels_facts(p->config);
	CLEANUP(freep) char *line = json_line(channels);
	int rc;

	for (size_t i = 0; i < p->config->sources_count; i++)
		list[i].facts = config_source_facts(&p->config->sources[i], p->config->defaults);
	rc = store_meta_set(s, STORE_META_CHANNELS, line, reterr);
	if (rc == 0)
		rc = store_rules_set(s, list, p->config->sources_count, reterr);
	for (size_t i = 0; i < p->config->sources_count; i++)
		free((char *)list[i].facts);
	return rc;
}

void
rules_changed(const struct plan *p, struct store *s, void (*fn)(const struct store_rule *now, uint64_t old_parts, void *arg), void *arg)
{
	CLEANUP(freep) struct store_rule *list = rules_of(p);

	store_rules_changed(s, list, p->config->sources_count, fn, arg);
}
