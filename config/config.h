#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H
/*
 * config: read presswatch.yaml and every *.yaml of its sources.d/ (a list of sources, or one source, or a map with
 * `sources`). All mistakes are found in one go, each with file, line and column.
 */
#include <jansson.h>
#include <stddef.h>
#include "base/cleanup.h"
#include "base/err.h"
#include "config/source.h"

#define CONFIG_DEFAULT_PATH "/etc/presswatch/presswatch.yaml"

struct config_mistake {
	char *file;
	int line, column;	/* from 1; 0 when it concerns the whole file */
	char *text;		/* a sentence that names key and value */
};

struct config_mistakes {
	struct config_mistake *list;
	size_t count, cap;
};

/* Returns 0 and *ret, or -1 with at least one mistake (mistakes also holds warnings' absence: none on success). */
int config_load(const char *path, struct config **ret, struct config_mistakes *mistakes);
/*
 * The same for a reader who needs less: CONFIG_SKIP_SECRETS leaves secret files alone (a user of the command may not
 * read them), CONFIG_MAIN_ONLY reads the main file without sources and channels (where is the archive, the socket?),
 * CONFIG_MAY_BE_EMPTY takes one without any source (the first is about to be added).
 */
enum config_flags { CONFIG_SKIP_SECRETS = 1, CONFIG_MAIN_ONLY = 2, CONFIG_MAY_BE_EMPTY = 4 };
int config_load_flags(const char *path, unsigned flags, struct config **ret, struct config_mistakes *mistakes);
void config_free(struct config *c);
CLEANUP_DEFINE(struct config, config_free);
void config_mistakes_done(struct config_mistakes *m);

/*
 * Who judges values that this room does not understand: selectors, search queries and templates. Each returns 0, or -1 with a sentence.
 * Set once, before the first load; without them such values are taken as they are.
 */
typedef int config_judge_fn(const char *value, struct err *reterr);
void config_judge_with(config_judge_fn *selector, config_judge_fn *query, config_judge_fn *template);

/* Reads headers-file, cookies-file and proxy-file where CONFIG_SKIP_SECRETS left them alone. ERR_CONFIG. */
int config_source_secrets(struct cfg_source *src, struct err *reterr);

/* facts.c. The rules by which its list is read (kind, select, language, include, exclude): equal for equal ones. */
uint64_t config_rules_hash(const struct cfg_source *src);
/* A few bits of each of them, to tell which it was that changed; "select, exclude", or "" when these bits cannot tell. */
uint64_t config_rules_parts(const struct cfg_source *src);
const char *config_rules_differing(uint64_t old_parts, uint64_t new_parts, char out[64]);
/*
 * What of a source no rule above covers and a plan speaks of: "every 1h; channels desk mail", in this order: every, adaptive,
 * recheck, confirm, robots, timezone, channels. Only what is other than in defaults; all of it when that is NULL. NULL: nothing.
 * Caller frees.
 */
char *config_source_facts(const struct cfg_source *src, const struct cfg_source *defaults);
/*
 * By name of channel what it hears and how it is told, by key, as far as a plan speaks of it; no secret. New reference.
 */
json_t *config_channels_facts(const struct config *c);

const struct cfg_source *config_source(const struct config *c, const char *name);
const struct cfg_channel *config_channel(const struct config *c, const char *name);
/* Is the channel told of that source (its key channels)? */
bool config_hears(const struct cfg_source *src, const struct cfg_channel *ch);

/* Default path of the archive ($STATE_DIRECTORY/archive.db or the packaged place); caller frees. */
char *config_default_archive(void);

/* "500ms" "30s" "15m" "6h" "7d" to milliseconds; "512K" "16M" to bytes. 0 or -1. */
int config_duration_ms(const char *s, int64_t *ret_ms);
int config_size(const char *s, size_t *ret_bytes);

#endif
