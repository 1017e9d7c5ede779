/*
 * outbox: which event waits for which channel. Written in the transaction of the event, marked done
 * after the receiver said yes: told at least once, under one id. In order per channel and source:
 * only the oldest waiting event of each is offered.
 */
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

/* Does the query fit the document? NULL fits all. */
static int
fits(struct store *s, const char *query, const struct event_new *e, const struct store_doc *doc, bool *ret,
    struct err *reterr)
{
	CLEANUP(freep) char *labels = NULL;
	sqlite3_stmt *q;

	q = store_bind(s, STMT_SOURCE_LABELS, "i", e->source_id);
	if (store_step(s, q, reterr) < 0)
		return -1;
	labels = store_column_text(q, 0);
	sqlite3_reset(q);
	return store_match(s, query, labels, doc, e->removed, ret, reterr);
}

bool
store_route_wants(const struct store_route *r, enum store_event_kind kind, unsigned change_kinds)
{
	return (r->kinds & 1u << kind) != 0 &&
	    (kind != EV_DOCUMENT_EDITED || r->when == 0 || (r->when & change_kinds) != 0);
}

static int
route_takes(struct store *s, const struct store_route *r, const struct event_new *e,
    const struct store_doc *doc, bool *ret, struct err *reterr)
{
	bool told = false;

	*ret = store_route_wants(r, e->kind, e->change_kinds);
	if (!*ret || doc == NULL)
		return 0;
	if (r->once_per_story && e->kind == EV_DOCUMENT_NEW) {
		if (store_story_told(s, r->channel, doc, &told, reterr) < 0)
			return -1;
		if (told) {
			*ret = false;
			return 0;
		}
	}
	if (r->match == NULL || r->match[0] == '\0')
		return 0;
	return fits(s, r->match, e, doc, ret, reterr);
}

static int
delivery_add(struct store *s, const struct store_route *r, const struct event_new *e, int64_t seq,
    const struct store_doc *doc, struct err *reterr)
{
	const char *query = r->pace != NULL ? r->pace->urgent : NULL;
	enum pace_hold hold;
	bool urgent = false;
	int64_t until;

	if (query != NULL && doc != NULL && fits(s, query, e, doc, &urgent, reterr) < 0)
		return -1;
	if (store_pace_enter(s, r, urgent, e->at_ms, &until, &hold, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_DELIVERY_ADD, "tiiiiii", r->channel, e->source_id, seq,
	    e->at_ms, until, (int64_t)(hold != HOLD_NONE ? 3 : 0), (int64_t)hold), reterr);
}

unsigned
store_kinds_of(bool news, bool edits, bool removals, bool troubles)
{
	const unsigned of_news = 1u << EV_DOCUMENT_NEW, of_edits = 1u << EV_DOCUMENT_EDITED,
	    of_removals = 1u << EV_DOCUMENT_REMOVED | 1u << EV_DOCUMENT_RESTORED, all = (1u << EV_COUNT) - 1;

	return (news ? of_news : 0) | (edits ? of_edits : 0) | (removals ? of_removals : 0) |
	    (troubles ? all & ~(of_news | of_edits | of_removals) : 0);
}

int
store_deliveries_add(struct store *s, const struct event_new *e, int64_t seq,
    const struct store_doc *doc, const struct store_routes *routes, struct err *reterr)
{
	bool takes;
	size_t i;

	for (i = 0; routes != NULL && i < routes->count; i++) {
		if (route_takes(s, &routes->list[i], e, doc, &takes, reterr) < 0)
			return -1;
		if (takes && delivery_add(s, &routes->list[i], e, seq, doc, reterr) < 0)
			return -1;
	}
	return 0;
}

struct delivery_row {
	struct store_delivery d;
	char *source, *event_id, *body, *line, *root;
	unsigned char text_hash[STORE_HASH];
	bool has_text;
	int64_t text_at, doc_id;
};

static void
row_read(sqlite3_stmt *q, struct delivery_row *r)
{
	memset(r, 0, sizeof(*r));
	r->d.seq = sqlite3_column_int64(q, 0);
	r->d.source = r->source = store_column_text(q, 1);
	r->d.event_id = r->event_id = store_column_text(q, 2);
	r->d.type = store_event_type((enum store_event_kind)sqlite3_column_int(q, 3));
	r->d.attempts = (unsigned)sqlite3_column_int64(q, 4);
	r->d.first_ms = sqlite3_column_int64(q, 5);
	r->has_text = store_column_hash(q, 6, r->text_hash);
	r->text_at = sqlite3_column_int64(q, 7);
	r->body = store_column_text(q, 8);
	r->doc_id = sqlite3_column_int64(q, 9);
	r->d.root = r->root = store_column_text(q, 10);
}

static void
row_done(struct delivery_row *r)
{
	free(r->source);
	free(r->event_id);
	free(r->body);
	free(r->line);
	free(r->root);
}

/* Hands the rows of a statement to fn, when it is no longer running. */
static int
each_row(struct store *s, sqlite3_stmt *q, const char *channel, bool with_text,
    int (*fn)(const struct store_delivery *d, void *arg), void *arg, struct err *reterr)
{
	struct delivery_row *list = NULL;
	size_t count = 0, cap = 0, i;
	int rc, stop = 0;

	while ((rc = store_step(s, q, reterr)) > 0) {
		list = xgrow(list, &cap, count + 1, sizeof(*list));
		row_read(q, &list[count++]);
	}
	for (i = 0; rc == 0 && stop == 0 && i < count; i++) {
		rc = store_event_line(s, list[i].body, list[i].text_at, list[i].doc_id,
		    with_text && list[i].has_text ? list[i].text_hash : NULL, &list[i].line, reterr);
		if (rc < 0)
			break;
		list[i].d.channel = channel;
		list[i].d.json = list[i].line;
		stop = fn(&list[i].d, arg);
		row_done(&list[i]);
		memset(&list[i], 0, sizeof(list[i]));
	}
	for (i = 0; i < count; i++)
		row_done(&list[i]);
	free(list);
	return rc;
}

int
store_deliveries_due(struct store *s, const char *channel, int64_t now_ms, bool any,
    unsigned limit, int (*fn)(const struct store_delivery *d, void *arg), void *arg,
    struct err *reterr)
{
	return each_row(s, store_bind(s, STMT_DELIVERIES_DUE, "tii", channel, any ? INT64_MAX : now_ms,
	    (int64_t)limit), channel, true, fn, arg, reterr);
}

int
store_batch_events(struct store *s, const char *channel, int64_t batch_id, unsigned per_source,
    unsigned limit, bool with_text, int (*fn)(const struct store_delivery *d, void *arg), void *arg,
    struct err *reterr)
{
	return each_row(s, store_bind(s, STMT_BATCH_EVENTS, "tiii", channel, batch_id,
	    (int64_t)per_source, (int64_t)limit), channel, with_text, fn, arg, reterr);
}

int64_t
store_deliveries_next_ms(struct store *s)
{
	int64_t next = 0;

	(void)store_number(s, store_bind(s, STMT_DELIVERIES_NEXT, ""), &next, NULL);
	return next;
}

int
store_delivery_done(struct store *s, int64_t seq, const char *channel, int64_t at_ms,
    struct err *reterr)
{
	return store_change(s, store_bind(s, STMT_DELIVERY_DONE, "iti", seq, channel, at_ms), reterr);
}

int
store_delivery_failed(struct store *s, int64_t seq, const char *channel, int64_t at_ms,
    int64_t not_before_ms, bool dead, const char *error, struct err *reterr)
{
	return store_change(s, store_bind(s, STMT_DELIVERY_FAILED, "itiidt", seq, channel, at_ms,
	    not_before_ms, dead ? 2 : 0, error), reterr);
}

/* ---- for people ---- */

static int
channel_error(struct store *s, struct store_channel *c, char **ret_text, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_CHANNEL_ERROR, "t", c->name);
	int rc = store_step(s, q, reterr);

	if (rc <= 0)
		return rc;
	c->error = *ret_text = store_column_text(q, 0);
	c->error_ms = sqlite3_column_int64(q, 1);
	sqlite3_reset(q);
	return 0;
}

static int
channels(struct store *s, enum store_stmt which, int (*fn)(const struct store_channel *c, void *arg), void *arg,
    struct err *reterr)
{
	struct store_channel *list = NULL;
	size_t count = 0, cap = 0, i;
	sqlite3_stmt *q = store_bind(s, which, "");
	int rc, stop = 0;

	while ((rc = store_step(s, q, reterr)) > 0) {
		list = xgrow(list, &cap, count + 1, sizeof(*list));
		list[count++] = (struct store_channel){ .name = store_column_text(q, 0),
			.waiting = sqlite3_column_int64(q, 1), .dead = sqlite3_column_int64(q, 2),
			.told = sqlite3_column_int64(q, 3), .oldest_ms = sqlite3_column_int64(q, 4),
			.next_ms = sqlite3_column_int64(q, 5), .last_told_ms = sqlite3_column_int64(q, 6),
			.held = sqlite3_column_int64(q, 7), .held_until_ms = sqlite3_column_int64(q, 8),
			.hold = (enum pace_hold)sqlite3_column_int(q, 9) };
	}
	for (i = 0; rc == 0 && stop == 0 && i < count; i++) {
		CLEANUP(freep) char *error = NULL;

		list[i].paused = store_channel_paused(s, list[i].name);
		if ((rc = channel_error(s, &list[i], &error, reterr)) == 0)
			stop = fn(&list[i], arg);
	}
	for (i = 0; i < count; i++)
		free((char *)list[i].name);
	free(list);
	return rc;
}

int
store_channels(struct store *s, int (*fn)(const struct store_channel *c, void *arg), void *arg, struct err *reterr)
{
	return channels(s, STMT_CHANNELS, fn, arg, reterr);
}

int
store_channels_open(struct store *s, int (*fn)(const struct store_channel *c, void *arg), void *arg, struct err *reterr)
{
	return channels(s, STMT_CHANNELS_OPEN, fn, arg, reterr);
}

int
store_dead_letters(struct store *s, int (*fn)(const struct store_dead *d, void *arg), void *arg,
    struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_DEAD_LETTERS, "");
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0) {
		struct store_dead d = { .seq = sqlite3_column_int64(q, 0),
			.channel = (const char *)sqlite3_column_text(q, 1),
			.event_id = (const char *)sqlite3_column_text(q, 2),
			.type = store_event_type((enum store_event_kind)sqlite3_column_int(q, 3)),
			.source = (const char *)sqlite3_column_text(q, 4),
			.attempts = (unsigned)sqlite3_column_int64(q, 5),
			.first_ms = sqlite3_column_int64(q, 6), .at_ms = sqlite3_column_int64(q, 7),
			.error = (const char *)sqlite3_column_text(q, 8) };

		if (fn(&d, arg) != 0) {
			sqlite3_reset(q);
			return 0;
		}
	}
	return rc;
}

/* A note of the archive, so that it holds over restarts. */
bool
store_channel_paused(struct store *s, const char *channel)
{
	CLEANUP(freep) char *key = xasprintf("paused/%s", channel);
	CLEANUP(freep) char *value = store_meta_get(s, key);

	return value != NULL && strcmp(value, "1") == 0;
}

int
store_channel_pause(struct store *s, const char *channel, bool pause, struct err *reterr)
{
	CLEANUP(freep) char *key = xasprintf("paused/%s", channel);

	return store_meta_set(s, key, pause ? "1" : "0", reterr);
}

int
store_redeliver(struct store *s, int64_t seq, const char *channel, int64_t at_ms,
    struct err *reterr)
{
	int rc, n;

	if (store_enter(s, reterr) < 0)
		return -1;
	rc = seq == 0 ?
	    store_run(s, store_bind(s, STMT_REDELIVER_DEAD, "ti", channel, at_ms), reterr) :
	    store_run(s, store_bind(s, STMT_REDELIVER_EVENT, "tii", channel, at_ms, seq), reterr);
	n = sqlite3_changes(s->db);
	if (rc == 0 && n == 0 && seq != 0 && channel != NULL) {
		rc = store_run(s, store_bind(s, STMT_REDELIVER_ADD, "tii", channel, at_ms, seq), reterr);
		n = sqlite3_changes(s->db);
	}
	return store_leave(s, rc, reterr) < 0 ? -1 : n;
}
