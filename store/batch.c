/* batch: notices that are told in one message: which is due, what it has, how it ended. */
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

static int
is_blocked(struct store *s, const char *channel, int64_t batch_id, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_BATCH_BLOCKED, "ti", channel, batch_id);
	int rc = store_step(s, q, reterr);

	sqlite3_reset(q);
	return rc;
}

int
store_batch_due(struct store *s, const char *channel, int64_t now_ms, bool any,
    struct store_batch *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_BATCH_NEXT, "t", channel);
	struct store_batch b = { 0 };
	int64_t not_before_ms;
	int rc = store_step(s, q, reterr);

	if (rc <= 0)
		return rc;
	b.batch_id = sqlite3_column_int64(q, 0);
	snprintf(b.id, sizeof(b.id), "%s", (const char *)sqlite3_column_text(q, 1));
	b.kind = (enum pace_hold)sqlite3_column_int(q, 2);
	b.made_ms = sqlite3_column_int64(q, 3);
	b.attempts = (unsigned)sqlite3_column_int64(q, 4);
	not_before_ms = sqlite3_column_int64(q, 5);
	sqlite3_reset(q);
	if (not_before_ms > now_ms && !any)
		return 0;
	if ((rc = is_blocked(s, channel, b.batch_id, reterr)) != 0)
		return rc < 0 ? -1 : 0;
	*ret = b;
	return 1;
}

int
store_batch_sources(struct store *s, const char *channel, int64_t batch_id,
    int (*fn)(const struct store_batch_source *src, void *arg), void *arg, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_BATCH_SOURCES, "ti", channel, batch_id);
	struct store_batch_source *list = NULL;
	size_t count = 0, cap = 0;
	int rc, stop = 0;

	while ((rc = store_step(s, q, reterr)) > 0) {
		list = xgrow(list, &cap, count + 1, sizeof(*list));
		list[count++] = (struct store_batch_source){ .name = store_column_text(q, 0),
			.count = sqlite3_column_int64(q, 1), .first_ms = sqlite3_column_int64(q, 2),
			.last_ms = sqlite3_column_int64(q, 3), .first_seq = sqlite3_column_int64(q, 4) };
	}
	for (size_t i = 0; i < count; i++) {
		if (rc == 0 && stop == 0)
			stop = fn(&list[i], arg);
		free((char *)list[i].name);
	}
	free(list);
	return rc;
}

int
store_batch_done(struct store *s, const char *channel, int64_t batch_id, int64_t at_ms, struct err *reterr)
{
	return store_change(s, store_bind(s, STMT_BATCH_DONE, "tii", channel, batch_id, at_ms), reterr);
}

int
store_batch_failed(struct store *s, const char *channel, int64_t batch_id, int64_t at_ms,
    int64_t not_before_ms, bool dead, const char *error, struct err *reterr)
{
	return store_change(s, store_bind(s, STMT_BATCH_FAILED, "tiiidt", channel, batch_id, at_ms,
	    not_before_ms, dead ? 2 : 0, error), reterr);
}
