/* sources: what the archive remembers of each source of the configuration. */
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define SOURCES_AT_ONCE 64

static const char *const state_names[STATE_COUNT] = {
	[STATE_NEW] = "new", [STATE_OK] = "ok", [STATE_FAILING] = "failing",
	[STATE_BLOCKED] = "blocked", [STATE_EMPTY] = "empty", [STATE_QUIET] = "quiet",
	[STATE_ENDED] = "ended", [STATE_REDESIGNED] = "redesigned",
};

const char *
store_state_name(enum store_state state)
{
	return state >= 0 && state < STATE_COUNT ? state_names[state] : "unknown";
}

void
store_source_done(struct store_source *src)
{
	free(src->name);
	free(src->url);
	free(src->labels);
	free(src->etag);
	free(src->last_modified);
	free(src->cause);
	memset(src, 0, sizeof(*src));
}

/* Columns in the order of SOURCE_COLUMNS in stmt.c. */
static void
source_read(sqlite3_stmt *q, struct store_source *src)
{
	unsigned state = (unsigned)sqlite3_column_int(q, 15);

	memset(src, 0, sizeof(*src));
	src->id = sqlite3_column_int64(q, 0);
	src->name = store_column_text(q, 1);
	src->url = store_column_text(q, 2);
	src->kind = sqlite3_column_int(q, 3);
	src->labels = store_column_text(q, 4);
	src->etag = store_column_text(q, 5);
	src->last_modified = store_column_text(q, 6);
	store_column_hash(q, 7, src->body_hash);
	src->list_hash = (uint64_t)sqlite3_column_int64(q, 8);
	src->last_visit_ms = sqlite3_column_int64(q, 9);
	src->last_good_ms = sqlite3_column_int64(q, 10);
	src->next_visit_ms = sqlite3_column_int64(q, 11);
	src->last_new_ms = sqlite3_column_int64(q, 12);
	src->last_full_ms = sqlite3_column_int64(q, 13);
	src->failures = (unsigned)sqlite3_column_int64(q, 14);
	src->state = state < STATE_COUNT ? (enum store_state)state : STATE_NEW;
	src->state_since_ms = sqlite3_column_int64(q, 16);
	src->cause = store_column_text(q, 17);
	src->visits = sqlite3_column_int64(q, 18);
	src->baseline = sqlite3_column_int(q, 19) != 0;
	src->configured = sqlite3_column_int(q, 20) != 0;
	src->told = sqlite3_column_int(q, 21);
	src->last_gap_ms = sqlite3_column_int64(q, 22);
	src->rhythm_ms = sqlite3_column_int64(q, 23);
	src->quiet_after_ms = sqlite3_column_int64(q, 24);
	src->watched_ms = sqlite3_column_int64(q, 25);
	src->shrunk = (unsigned)sqlite3_column_int64(q, 26);
	src->lies = sqlite3_column_int(q, 27) != 0;
	src->paused = sqlite3_column_int(q, 28) != 0;
	src->run = (struct store_run){ .status = (long)sqlite3_column_int64(q, 29),
		.first_ms = sqlite3_column_int64(q, 30), .count = sqlite3_column_int64(q, 31),
		.bytes = sqlite3_column_int64(q, 32), .pause_ms = sqlite3_column_int64(q, 33),
		.kind = (enum store_look_kind)sqlite3_column_int(q, 34),
		.fresh = (unsigned)sqlite3_column_int64(q, 35) };
	src->guids = (enum store_guids)sqlite3_column_int(q, 36);
	src->guid_turns = (unsigned)sqlite3_column_int(q, 37);
	src->hints_right = sqlite3_column_int64(q, 38);
	src->hints_wrong = sqlite3_column_int64(q, 39);
}

int
store_source_load(struct store *s, const char *name, struct store_source *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_BY_NAME, "t", name);
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "no source is called \"%s\"", name);
	source_read(q, ret);
	sqlite3_reset(q);
	return 0;
}

static int
count_documents(struct store *s, struct store_source *src, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_DOCUMENTS, "i", src->id);

	if (store_step(s, q, reterr) < 0)
		return -1;
	src->documents = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

/* Read before the first is handed on, so that fn may ask the store. */
static int
sources_read(struct store *s, const char *after, struct store_source list[SOURCES_AT_ONCE], struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_NEXT, "ti", after, (int64_t)SOURCES_AT_ONCE);
	int n = 0, rc;

	while ((rc = store_step(s, q, reterr)) > 0)
		source_read(q, &list[n++]);
	for (int i = 0; rc < 0 && i < n; i++)
		store_source_done(&list[i]);
	return rc < 0 ? -1 : n;
}

static int
each_source(struct store *s, bool count, int (*fn)(const struct store_source *src, void *arg),
    void *arg, struct err *reterr)
{
	struct store_source *list = xcalloc(SOURCES_AT_ONCE, sizeof(*list));
	CLEANUP(freep) char *last = xstrdup("");
	int n, rc = 0, stop = 0;

	while (rc == 0 && stop == 0 && (n = sources_read(s, last, list, reterr)) != 0) {
		if (n < 0) {
			rc = -1;
			break;
		}
		free(last);
		last = xstrdup(list[n - 1].name);
		for (int i = 0; i < n; i++) {
			if (rc == 0 && stop == 0 && count)
				rc = count_documents(s, &list[i], reterr);
			if (rc == 0 && stop == 0)
				stop = fn(&list[i], arg);
			store_source_done(&list[i]);
		}
	}
	free(list);
	return rc;
}

int
store_sources(struct store *s, int (*fn)(const struct store_source *src, void *arg), void *arg,
    struct err *reterr)
{
	return each_source(s, true, fn, arg, reterr);
}

int
store_sources_state(struct store *s, int (*fn)(const struct store_source *src, void *arg),
    void *arg, struct err *reterr)
{
	return each_source(s, false, fn, arg, reterr);
}

/* ---- the configuration ---- */

static char *
labels_json(const struct store_source_def *def)
{
	CLEANUP(json_decrefp) json_t *list = NULL;
	size_t i;

	if (def->labels_count == 0)
		return xstrdup("[]");
	list = json_array();
	for (i = 0; i < def->labels_count; i++)
		json_array_append_new(list, json_string(def->labels[i]));
	return json_line(list);
}

struct decision { int64_t id; unsigned what; char *url; bool baseline; };

static void
decision_done(struct decision *d)
{
	free(d->url);
}

/* What the configuration's line makes of the row of that name, if there is one. */
static int
sync_compare(struct store *s, const char *name, const struct store_source_def *def, const char *labels,
    struct decision *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_CONFIGURED, "t", name);
	int rc = store_step(s, q, reterr);

	if (rc <= 0)
		return rc;
	ret->id = sqlite3_column_int64(q, 0);
	ret->url = store_column_text(q, 1);
	ret->baseline = sqlite3_column_int(q, 3) != 0;
	ret->what = (strcmp(ret->url, def->url) != 0 ? SYNC_MOVE : 0) |
	    (strcmp((const char *)sqlite3_column_text(q, 2), labels) != 0 ? SYNC_LABELS : 0) |
	    (sqlite3_column_int(q, 4) != 1 ? SYNC_BACK : 0);
	sqlite3_reset(q);
	return 1;
}

/* Decided here, for the sync and for those who ask first. */
static int
sync_decide(struct store *s, const struct store_source_def *def, const char *labels, struct decision *ret,
    struct err *reterr)
{
	int rc = sync_compare(s, def->name, def, labels, ret, reterr);

	if (rc == 0 && def->was != NULL && (rc = sync_compare(s, def->was, def, labels, ret, reterr)) > 0)
		ret->what |= SYNC_RENAME;
	if (rc == 0)
		ret->what = SYNC_ADD;
	return rc < 0 ? -1 : 0;
}

static int
sync_one(struct store *s, const struct store_source_def *def, struct err *reterr)
{
	CLEANUP(freep) char *labels = labels_json(def);
	CLEANUP(decision_done) struct decision d = { 0 };

	if (sync_decide(s, def, labels, &d, reterr) < 0)
		return -1;
	if (d.what == 0)	/* of ten thousand sources, most */
		return 0;
	if (d.what & SYNC_ADD)
		return store_run(s, store_bind(s, STMT_SOURCE_ADD, "ttt", def->name, def->url, labels), reterr);
	if (d.what & SYNC_RENAME && store_run(s, store_bind(s, STMT_SOURCE_RENAME, "it", d.id, def->name), reterr) < 0)
		return -1;
	/* What the old address vouched for says nothing of the new one. */
	if (d.what & SYNC_MOVE && store_run(s, store_bind(s, STMT_SOURCE_MOVE, "it", d.id, def->url), reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_SOURCE_SYNC, "it", d.id, labels), reterr);
}

static int
plan_one(struct store *s, const struct store_source_def *def, int (*fn)(const struct store_sync *sync, void *arg),
    void *arg, struct err *reterr)
{
	CLEANUP(freep) char *labels = labels_json(def);
	CLEANUP(decision_done) struct decision d = { 0 };
	struct store_source src = { 0 };

	if (sync_decide(s, def, labels, &d, reterr) < 0)
		return -1;
	src.id = d.id;
	if (d.what == 0 || (d.id != 0 && count_documents(s, &src, reterr) < 0))
		return d.what == 0 ? 0 : -1;
	return fn(&(struct store_sync){ .what = d.what, .def = def, .name = def->name, .was = def->was, .url = d.url,
	    .documents = src.documents, .baseline = d.baseline }, arg) != 0 ? 1 : 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct drops {
	const char **names;	/* of the configuration, and those that they were called before */
	size_t count;
	int (*fn)(const struct store_sync *sync, void *arg);
	void *arg;
};

static int
plan_drop(const struct store_source *src, void *arg)
{
	struct drops *d = arg;
	const char *name = src->name;

	if (!src->configured || bsearch(&name, d->names, d->count, sizeof(*d->names), by_name) != NULL)
		return 0;
	return d->fn(&(struct store_sync){ .what = SYNC_DROP, .name = src->name, .url = src->url,
	    .documents = src->documents, .baseline = src->baseline }, d->arg);
}

int
store_sources_plan(struct store *s, const struct store_source_def *defs, size_t n,
    int (*fn)(const struct store_sync *sync, void *arg), void *arg, struct err *reterr)
{
	CLEANUP(freep) const char **names = xcalloc(2 * n + 1, sizeof(*names));
	struct drops drops = { .names = names, .fn = fn, .arg = arg };
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = plan_one(s, &defs[i], fn, arg, reterr);
		names[drops.count++] = defs[i].name;
		if (defs[i].was != NULL)
			names[drops.count++] = defs[i].was;
	}
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	qsort(names, drops.count, sizeof(*names), by_name);
	return store_sources(s, plan_drop, &drops, reterr);
}

/* Marks the sources that the configuration does not have: none, when as many are marked as its own as it has. */
static int
sync_dropped(struct store *s, const struct store_source_def *defs, size_t n, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *list = NULL;
	CLEANUP(freep) char *names = NULL;
	sqlite3_stmt *q = store_bind(s, STMT_SOURCES_CONFIGURED, "");
	bool dropped;

	if (store_step(s, q, reterr) < 0)
		return -1;
	dropped = sqlite3_column_int64(q, 0) != (int64_t)n;
	sqlite3_reset(q);
	if (!dropped)
		return 0;
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(defs[i].name));
	names = json_line(list);
	return store_run(s, store_bind(s, STMT_SOURCE_UNCONFIGURE, "t", names), reterr);
}

/* Rechecks of sources that were dropped rest until they come back. */
static int
sync_rest(struct store *s, struct err *reterr)
{
	if (store_run(s, store_bind(s, STMT_CHECKS_PARK, ""), reterr) < 0 ||
	    store_run(s, store_bind(s, STMT_CHECKS_UNPARK, ""), reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_SOURCE_PARKED, ""), reterr);
}

int
store_sources_sync(struct store *s, const struct store_source_def *defs, size_t n,
    struct err *reterr)
{
	int rc = 0;

	if (store_enter(s, reterr) < 0)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = sync_one(s, &defs[i], reterr);
	if (rc == 0)
		rc = sync_dropped(s, defs, n, reterr);
	if (rc == 0)
		rc = sync_rest(s, reterr);
	return store_leave(s, rc, reterr);
}

char *
store_source_extractor(struct store *s, const char *source)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_EXTRACTOR, "t", source);
	char *name = NULL;

	if (store_step(s, q, NULL) > 0)
		name = store_column_text(q, 0);
	sqlite3_reset(q);
	return name;
}
