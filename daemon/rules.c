#include "daemon/rules.h"

#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/banned.h"

#define META_KEY "rules"

static uint64_t
mix(uint64_t h, const char *s)
{
	return s == NULL ? digest_xxh64("", 1, h) : digest_xxh64(s, strlen(s), h + 1);
}

uint64_t
rules_hash(const struct plan_source *ps)
{
	const struct cfg_source *cfg = ps->cfg;
	uint64_t h = (uint64_t)cfg->kind;

	h = mix(h, cfg->select.links);
	h = mix(h, cfg->select.title);
	h = mix(h, cfg->select.date);
	h = mix(h, cfg->language);
	for (size_t i = 0; i < cfg->include_count; i++)
		h = mix(h, cfg->include[i]);
	h = mix(h, "exclude");
	for (size_t i = 0; i < cfg->exclude_count; i++)
		h = mix(h, cfg->exclude[i]);
	return h;
}

int
rules_store(const struct plan *p, struct store *s, struct err *reterr)
{
	json_t *obj = json_object();
	char *line;
	int rc;

	for (size_t i = 0; i < p->config->sources_count; i++)
		json_put_int(obj, p->config->sources[i].name, (int64_t)rules_hash(&p->sources[i]));
	line = json_line(obj);
	rc = store_meta_set(s, META_KEY, line, reterr);
	free(line);
	json_decref(obj);
	return rc;
}

void
rules_changed(const struct plan *p, struct store *s, void (*fn)(const char *source, void *arg), void *arg)
{
	CLEANUP(freep) char *line = store_meta_get(s, META_KEY);
	json_t *obj = NULL;

	if (line == NULL || json_read(line, strlen(line), &obj, NULL) < 0)
		return;
	for (size_t i = 0; i < p->config->sources_count; i++) {
		const char *name = p->config->sources[i].name;
		int64_t now = (int64_t)rules_hash(&p->sources[i]);

		if (json_object_get(obj, name) != NULL && json_get_int(obj, name, 0) != now)
			fn(name, arg);
	}
	json_decref(obj);
}
