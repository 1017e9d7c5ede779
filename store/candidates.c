/* candidates: addresses that were found and wait to be fetched. */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "document/normal.h"
#include "store/store_int.h"
#include "base/banned.h"

void
store_candidate_done(struct store_candidate *c)
{
	free(c->source);
	free(c->url);
	free(c->guid);
	free(c->title);
	free(c->published);
	free(c->updated);
	free(c->language);
	free(c->summary);
	free(c->last_error);
	memset(c, 0, sizeof(*c));
}

/* Columns in the order of CANDIDATE_COLUMNS in stmt.c. */
static void
candidate_read(sqlite3_stmt *q, struct store_candidate *c)
{
	memset(c, 0, sizeof(*c));
	c->id = sqlite3_column_int64(q, 0);
	c->source = store_column_text(q, 1);
	c->url = store_column_text(q, 2);
	c->guid = store_column_text(q, 3);
	c->title = store_column_text(q, 4);
	c->published = store_column_text(q, 5);
	c->updated = store_column_text(q, 6);
	c->published_source = sqlite3_column_int(q, 7);
	c->language = store_column_text(q, 8);
	c->summary = store_column_text(q, 9);
	c->quiet = sqlite3_column_int(q, 10) != 0;
	c->held = sqlite3_column_int(q, 10) == 2;
	c->attempts = (unsigned)sqlite3_column_int64(q, 11);
	c->not_before_ms = sqlite3_column_int64(q, 12);
	c->found_ms = sqlite3_column_int64(q, 13);
	c->last_error = store_column_text(q, 14);
}

int
store_candidate_load(struct store *s, int64_t id, struct store_candidate *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_CANDIDATE_BY_ID, "i", id);
	int rc = store_step(s, q, reterr);

	if (rc > 0) {
		candidate_read(q, ret);
		sqlite3_reset(q);
	}
	return rc;
}

int
store_item_differs(struct store *s, int64_t doc_id, const char *summary, bool *ret, struct err *reterr)
{
	CLEANUP(freep) char *text = NULL;
	sqlite3_stmt *q;
	const char *have;
	int rc;

	*ret = false;
	if (summary == NULL)
		return 0;
	q = store_bind(s, STMT_TEXT_GET, "i", doc_id);
	if ((rc = store_step(s, q, reterr)) <= 0)
		return rc;
	text = normal_text(summary, strlen(summary));
	have = (const char *)sqlite3_column_text(q, 0);
	*ret = have == NULL || strcmp(have, text) != 0;
	sqlite3_reset(q);
	return 0;
}

int
store_candidates_due(struct store *s, int64_t now_ms, int64_t after_id, unsigned limit,
    int (*fn)(const struct store_candidate *c, void *arg), void *arg, struct err *reterr)
{
	struct store_candidate c;
	sqlite3_stmt *q;
	int rc, stop = 0;

	while (limit-- > 0 && stop == 0) {
		q = store_bind(s, STMT_CANDIDATE_DUE, "ii", after_id, now_ms);
		if ((rc = store_step(s, q, reterr)) <= 0)
			return rc;
		candidate_read(q, &c);
		sqlite3_reset(q);
		after_id = c.id;
		stop = fn(&c, arg);
		store_candidate_done(&c);
	}
	return 0;
}

int
store_candidate_retry(struct store *s, int64_t id, int64_t not_before_ms, const char *error,
    struct err *reterr)
{
	return store_change(s, store_bind(s, STMT_CANDIDATE_RETRY, "iit", id, not_before_ms, error),
	    reterr);
}

int
store_candidate_drop(struct store *s, int64_t id, struct err *reterr)
{
	sqlite3_stmt *q;
	int rc;

	if (store_enter(s, reterr) < 0)
		return -1;
	q = store_bind(s, STMT_CANDIDATE_RECORD, "i", id);
	rc = store_run(s, q, reterr);
	if (rc == 0)
		rc = store_run(s, store_bind(s, STMT_CANDIDATE_DONE, "i", id), reterr);
	return store_leave(s, rc, reterr);
}
