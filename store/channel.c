/*
 * channel: how a channel fares. One that fails for long is itself told on the others; its events belong to a source of the
 * name channel/NAME, which no configuration can have and no list of sources shows.
 */
#include <string.h>
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

/* The source_id of channel/NAME, made when it is not there. */
static int
source_of(struct store *s, const char *name, int64_t *ret, struct err *reterr)
{
	sqlite3_stmt *q;
	int rc;

	if (store_run(s, store_bind(s, STMT_IMPORT_SOURCE, "ttt", name, "", "[]"), reterr) < 0)
		return -1;
	q = store_bind(s, STMT_SOURCE_CONFIGURED, "t", name);
	if ((rc = store_step(s, q, reterr)) <= 0)
		return -1;
	*ret = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

static int
tell(struct store *s, const char *channel, bool good, const char *error, int64_t since_ms, int64_t at_ms,
    const struct store_routes *routes, struct err *reterr)
{
	CLEANUP(freep) char *name = xasprintf("channel/%s", channel);
	CLEANUP(freep) char *cause = good ? xasprintf("channel %s takes notices again", channel) :
	    xasprintf("channel %s takes no notices: %s", channel, error);
	CLEANUP(freep) char *advice = good ? xstrdup("nothing to do: what waited is on its way") :
	    xasprintf("see `presswatch channels`; `presswatch notify --test %s` tries it; `presswatch redeliver --dead` "
	    "sends what was given up", channel);
	struct event_new e = { .kind = good ? EV_CHANNEL_RECOVERED : EV_CHANNEL_FAILING, .at_ms = at_ms,
		.source = name, .state = good ? STATE_OK : STATE_FAILING, .cause = cause, .advice = advice,
		.since_ms = since_ms };
	struct store_routes others = { NULL, 0 };
	struct store_route *list;
	int rc;

	if (routes == NULL || source_of(s, name, &e.source_id, reterr) < 0)
		return routes == NULL ? 0 : -1;
	list = xcalloc(routes->count + 1, sizeof(*list));
	for (size_t i = 0; i < routes->count; i++)
		if (strcmp(routes->list[i].channel, channel) != 0)
			list[others.count++] = routes->list[i];
	others.list = list;
	rc = store_event_add(s, &e, &others, NULL, reterr);
	free(list);
	return rc;
}

static int
note(struct store *s, const char *channel, bool good, bool dead, const char *error, int64_t at_ms,
    const struct store_routes *routes, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_CHANNEL_HEALTH, "t", channel);
	int64_t since_ms = 0;
	bool told = false, now;
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	if (rc > 0) {
		since_ms = sqlite3_column_int64(q, 0);
		told = sqlite3_column_int(q, 1) != 0;
		sqlite3_reset(q);
	}
	if (good && since_ms == 0)
		return 0;
	if (!good && since_ms == 0)
		since_ms = at_ms;
	now = !good && (told || dead || at_ms - since_ms >= STORE_CHANNEL_FAILS_MS);
	if (now != told && tell(s, channel, good, error, good ? at_ms : since_ms, at_ms, routes, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_CHANNEL_HEALTH_SET, "tii", channel, good ? 0 : since_ms,
	    (int64_t)now), reterr);
}

int
store_channel_attempt(struct store *s, const char *channel, bool good, bool dead, const char *error, int64_t at_ms,
    const struct store_routes *routes, struct err *reterr)
{
	if (store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, note(s, channel, good, dead, error, at_ms, routes, reterr), reterr);
}
