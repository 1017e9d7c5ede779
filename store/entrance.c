/* entrance: what the answers of a source say of where else it can be had: a permanent redirect, a WebSub hub. */
#include <string.h>
#include "store/store_int.h"
#include "base/mem.h"
#include "base/banned.h"

void
store_entrance_done(struct store_entrance *e)
{
	free(e->source);
	free(e->hub);
	free(e->moved_from);
	free(e->moved_to);
	*e = (struct store_entrance){ 0 };
}

static void
read_row(sqlite3_stmt *q, struct store_entrance *ret)
{
	*ret = (struct store_entrance){ .source = store_column_text(q, 0), .hub = store_column_text(q, 1),
		.moved_from = store_column_text(q, 2), .moved_to = store_column_text(q, 3),
		.moved_seen = (unsigned)sqlite3_column_int64(q, 4), .moved_ms = sqlite3_column_int64(q, 5) };
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int
load(struct store *s, const char *source, struct store_entrance *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_ENTRANCE, "t", source);
	int rc = store_step(s, q, reterr);

	if (rc == 1) {
		read_row(q, ret);
		sqlite3_reset(q);
	}
	return rc;
}

static int
save(struct store *s, const char *source, const struct store_entrance *e, struct err *reterr)
{
	return store_change(s, store_bind(s, STMT_ENTRANCE_PUT, "ttttii", source, e->hub, e->moved_from,
	    e->moved_to, (int64_t)e->moved_seen, e->moved_ms), reterr);
}

int
store_entrance_hub(struct store *s, const char *source, const char *hub, struct err *reterr)
{
	CLEANUP(store_entrance_done) struct store_entrance e = { 0 };
	struct store_entrance now;

	if (load(s, source, &e, reterr) < 0)
		return -1;
	if (same(e.hub, hub))
		return 0;
	now = e;
	now.hub = (char *)hub;
	return save(s, source, &now, reterr);
}

int
store_entrance_moved(struct store *s, const char *source, const char *from, const char *to, int64_t now_ms,
    unsigned *ret_seen, struct err *reterr)
{
	CLEANUP(store_entrance_done) struct store_entrance e = { 0 };
	struct store_entrance now;
	int found = load(s, source, &e, reterr);

	if (found < 0)
		return -1;
	*ret_seen = 0;
	if (to == NULL && e.moved_to == NULL)
		return 0;
	now = (struct store_entrance){ .hub = e.hub };
	if (to != NULL) {
		bool again = same(e.moved_from, from) && same(e.moved_to, to);

		now.moved_from = (char *)from;
		now.moved_to = (char *)to;
		now.moved_seen = again ? e.moved_seen + 1 : 1;
		now.moved_ms = again ? e.moved_ms : now_ms;
		*ret_seen = now.moved_seen;
	}
	return save(s, source, &now, reterr);
}

int
store_entrances(struct store *s, int (*fn)(const struct store_entrance *e, void *arg), void *arg, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_ENTRANCES, "");
	int rc;

	while ((rc = store_step(s, q, reterr)) == 1) {
		CLEANUP(store_entrance_done) struct store_entrance e = { 0 };

		read_row(q, &e);
		if (fn(&e, arg) != 0) {
			sqlite3_reset(q);
			return 0;
		}
	}
	return rc;
}
