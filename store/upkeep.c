/* upkeep: what happens when nothing waits: indexing in small steps, checkpoints, counts, notes. */
#include <string.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define MERGE_PAGES 64		/* of the index, written by one step: a few milliseconds */

/* The row of the document stands while its words are taken from it. */
static int
index_row(struct store *s, int64_t doc_id, sqlite3_stmt *row, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_SEARCH_ADD, "i", doc_id);

	sqlite3_bind_value(q, 2, sqlite3_column_value(row, 0));
	sqlite3_bind_value(q, 3, sqlite3_column_value(row, 1));
	if (store_run(s, q, reterr) < 0)
		return -1;
	sqlite3_clear_bindings(q);
	return 0;
}

static int
index_one(struct store *s, int64_t doc_id, struct err *reterr)
{
	sqlite3_stmt *row = store_bind(s, STMT_INDEX_GET, "i", doc_id);
	int rc = store_step(s, row, reterr);

	if (rc > 0)
		rc = index_row(s, doc_id, row, reterr);
	sqlite3_reset(row);
	if (rc < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_UNINDEXED_DONE, "i", doc_id), reterr);
}

static int
index_some(struct store *s, unsigned max, unsigned *ret_done, struct err *reterr)
{
	sqlite3_stmt *q;
	int64_t id = 0;
	unsigned done;
	int rc;

	for (done = 0; done < max; done++) {
		q = store_bind(s, STMT_UNINDEXED_NEXT, "i", id);
		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		if (rc == 0)
			break;
		id = sqlite3_column_int64(q, 0);
		sqlite3_reset(q);
		if (index_one(s, id, reterr) < 0)
			return -1;
	}
	*ret_done = done;
	return 0;
}

/* Documents first: of them people ask most. */
static int
index_waiting(struct store *s, unsigned max, unsigned *ret_done, struct err *reterr)
{
	unsigned documents = 0, revisions = 0;

	if (index_some(s, max, &documents, reterr) < 0 ||
	    store_old_index(s, max - documents, &revisions, reterr) < 0)
		return -1;
	*ret_done = documents + revisions;
	return 0;
}

/*
 * 1 when the merge had work to do. Segments are merged here alone, so that no insert pays for it.
 */
static int
merge_some(struct store *s, struct err *reterr)
{
	int64_t before = sqlite3_total_changes64(s->db);

	if (store_run(s, store_bind(s, STMT_SEARCH_MERGE, "d", MERGE_PAGES), reterr) < 0)
		return -1;
	return sqlite3_total_changes64(s->db) - before >= 2;
}

static int
index_step(struct store *s, unsigned max, struct err *reterr)
{
	unsigned done = 0;
	int rc;

	if (store_enter(s, reterr) < 0)
		return -1;
	rc = index_waiting(s, max, &done, reterr);
	if (rc == 0)
		rc = merge_some(s, reterr);
	if (rc == 0 && done == 0)
		rc = store_near_catch_up(s, max, reterr);
	return store_leave(s, rc < 0 ? -1 : rc > 0 || (max > 0 && done == max), reterr);
}

/*
 * A step that a power cut undoes is done again, for its documents still wait: so it need not wait for the disk. The log
 * is written in order, and the next commit that vouches for something waits for all of it.
 */
int
store_index_step(struct store *s, unsigned max, struct err *reterr)
{
	int rc;

	if (s->group || s->depth > 0)
		return index_step(s, max, reterr);
	if (store_exec(s, "PRAGMA synchronous = NORMAL", reterr) < 0)
		return -1;
	rc = index_step(s, max, reterr);
	return store_exec(s, "PRAGMA synchronous = FULL", reterr) < 0 ? -1 : rc;
}

int
store_checkpoint(struct store *s, struct err *reterr)
{
	int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	/* Readers at work: the rest waits for the next time. */
	return rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? 0 :
	    store_fail(s, "checkpoint", reterr);
}

void
store_forget_pages(struct store *s)
{
	sqlite3_db_release_memory(s->db);
}

/* The archive with what still stands in its write-ahead log: a young archive is nearly all log. */
static int64_t
bytes_on_disk(const char *path)
{
	CLEANUP(freep) char *wal = xasprintf("%s-wal", path);
	struct stat st;
	int64_t n = stat(path, &st) == 0 ? (int64_t)st.st_size : 0;

	return stat(wal, &st) == 0 ? n + (int64_t)st.st_size : n;
}

/* A million take some 50 ms to count, so the writer, beside whom nobody writes, does it once. */
static int
count_revisions(struct store *s, int64_t *ret, struct err *reterr)
{
	if (s->revisions < 0 || s->mode != STORE_WRITE) {
		if (store_number(s, store_bind(s, STMT_COUNT_REVISIONS, ""), ret, reterr) < 0)
			return -1;
		s->revisions = *ret;
	}
	*ret = s->revisions;
	return 0;
}

int
store_get_counts(struct store *s, struct store_counts *ret, struct err *reterr)
{
	struct store_counts c = { 0 };
	const struct {
		enum store_stmt which;
		int64_t *at;
	} counts[] = {
		{ STMT_COUNT_DOCUMENTS, &c.documents },
		{ STMT_COUNT_EVENTS, &c.events }, { STMT_COUNT_CANDIDATES, &c.candidates },
		{ STMT_COUNT_WAITING, &c.deliveries }, { STMT_COUNT_DEAD, &c.dead_deliveries },
		{ STMT_COUNT_UNINDEXED, &c.unindexed },
	};
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (store_number(s, store_bind(s, counts[i].which, ""), counts[i].at, reterr) < 0)
			return -1;
	if (count_revisions(s, &c.revisions, reterr) < 0)
		return -1;
	c.file_bytes = bytes_on_disk(s->path);
	*ret = c;
	return 0;
}

int
store_raw_bytes(struct store *s, int64_t *ret, struct err *reterr)
{
	return store_number(s, store_bind(s, STMT_COUNT_RAW, ""), ret, reterr);
}

int64_t
store_oldest_candidate_ms(struct store *s)
{
	int64_t ms = 0;

	(void)store_number(s, store_bind(s, STMT_CANDIDATE_OLDEST, ""), &ms, NULL);
	return ms;
}

size_t
store_source_delays(struct store *s, int64_t source_id, int64_t *ret, size_t max)
{
	sqlite3_stmt *q = store_bind(s, STMT_SOURCE_DELAYS, "ii", source_id, (int64_t)max);
	size_t n = 0;

	while (n < max && store_step(s, q, NULL) > 0)
		ret[n++] = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return n;
}

char *
store_meta_get(struct store *s, const char *key)
{
	sqlite3_stmt *q = store_bind(s, STMT_META_GET, "t", key);
	char *value = NULL;

	if (store_step(s, q, NULL) > 0) {
		value = store_column_text(q, 0);
		sqlite3_reset(q);
	}
	return value;
}

int
store_meta_set(struct store *s, const char *key, const char *value, struct err *reterr)
{
	if (store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, store_run(s, store_bind(s, STMT_META_SET, "tt", key, value), reterr),
	    reterr);
}
