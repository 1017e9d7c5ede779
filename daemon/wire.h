#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H
/*
 * wire: the configuration as the rooms want it. A plan is one configuration that was loaded, shared by all that
 * was begun under it: a reload makes a new one, and the old goes when its last visit ends. Counted on the
 * loop only; the writer's thread reads it while an intention holds a reference.
 */
#include "config/config.h"
#include "discover/discover.h"
#include "extract/extract.h"
#include "fetchers/fetch.h"
#include "net/http.h"
#include "notify/notify.h"
#include "store/store.h"

struct plan_source {
	const struct cfg_source *cfg;
	struct store_routes routes;	/* channels that hear of it */
	char *extractor;		/* version and rules: another string means other text for the same bytes */
};

struct plan {
	unsigned refs;
	struct config *config;
	struct plan_source *sources;	/* as many as config->sources, same order */
	char *extractor;		/* of the sources without rules: most */
	struct store_pace *paces;	/* as many as config->channels, same order */
	struct store_routes to_all;	/* routes of the sources that name no channels: most */
	struct guard *guard;
	char *user_agent;
};

/* Takes config over, also when it fails (ERR_CONFIG: a rule under network: allow). */
int plan_new(struct config *config, struct plan **ret, struct err *reterr);
struct plan *plan_ref(struct plan *p);
void plan_unref(struct plan *p);
const struct plan_source *plan_find(const struct plan *p, const char *name);

void plan_http_opts(const struct plan *p, struct http_opts *ret);
void plan_fetcher_opts(const struct plan *p, struct fetcher_opts *ret);
/* When that channel is told; NULL: it is none of this plan's. */
const struct store_pace *plan_pace(const struct plan *p, const char *channel);
/* Borrowed from plan and channel. */
void plan_sink(const struct cfg_channel *ch, struct sink_opts *ret);
/* Borrowed from the source; hints and url are the caller's to fill. */
void plan_extract_opts(const struct plan_source *ps, struct extract_opts *ret);
void plan_discover_opts(const struct plan_source *ps, struct discover_opts *ret);
int plan_sync(const struct plan *p, struct store *s, struct err *reterr);

#endif
