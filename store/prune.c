/*
 * prune: old responses, earlier texts, or the texts of old documents, taken out for room. What goes leaves a stub: the row of its
 * revision with title, date, hashes and kinds of change, so that the chain of events and verify stay whole; no event is touched.
 * A row that others were packed against goes only after these were packed anew.
 */
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define CHOOSE                                                                                     \
	"SELECT r.doc_id AS doc_id, r.number AS number, r.text_hash AS text_hash, r.raw_hash AS raw_hash"  \
	" FROM revision r JOIN doc_head h ON h.doc_id = r.doc_id WHERE (?1 = 0 OR h.source_id = ?1) AND "

/* Values: source or 0, before, keep. */
static const char *const choose[] = {
	[PRUNE_RAW] = CHOOSE "r.raw_hash IS NOT NULL AND r.seen_ms < ?2 AND r.number <= h.revision - ?3",
	[PRUNE_REVISIONS] = CHOOSE "r.pruned_ms IS NULL AND r.seen_ms < ?2 AND r.number <= h.revision - max(?3, 1)",
	[PRUNE_DOCUMENTS] = CHOOSE "r.pruned_ms IS NULL AND h.last_changed_ms < ?2 AND ?3 = ?3",
};

struct prune {
	struct store *s;
	const struct store_prune *what;
	struct store_pruned *ret;
	int64_t source_id;
};

static void
finalizep(sqlite3_stmt **q)
{
	sqlite3_finalize(*q);
}

static int
prepare(struct prune *p, const char *sql, sqlite3_stmt **ret, struct err *reterr)
{
	if (sqlite3_prepare_v2(p->s->db, sql, -1, ret, NULL) != SQLITE_OK)
		return store_fail(p->s, "prune", reterr);
	return 0;
}

/* The SQL that format makes around the rows that are chosen. */
static int
prepare_chosen(struct prune *p, const char *before, const char *after, sqlite3_stmt **ret, struct err *reterr)
{
	CLEANUP(freep) char *sql = xasprintf("%s%s%s", before, choose[p->what->what], after);

	if (prepare(p, sql, ret, reterr) < 0)
		return -1;
	sqlite3_bind_int64(*ret, 1, p->source_id);
	sqlite3_bind_int64(*ret, 2, p->what->before_ms);
	sqlite3_bind_int64(*ret, 3, p->what->keep);
	return 0;
}

/* How much it is, by reading alone: a response or text that others share stays with them. */
static int
count(struct prune *p, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	bool texts = p->what->what != PRUNE_RAW;

	if (prepare_chosen(p, "WITH chosen AS MATERIALIZED (", texts ?
	    ") SELECT (SELECT count(*) FROM chosen), (SELECT count(DISTINCT doc_id) FROM chosen),"
	    " (SELECT count(DISTINCT raw_hash) FROM chosen),"
	    " (SELECT total(length(zstd)) FROM raw WHERE hash IN (SELECT raw_hash FROM chosen)) +"
	    " (SELECT total(length(zstd)) FROM old_text WHERE hash IN (SELECT text_hash FROM chosen)) +"
	    " CASE ?4 WHEN 1 THEN (SELECT total(length(CAST(text AS BLOB))) FROM doc_text"
	    "  WHERE doc_id IN (SELECT doc_id FROM chosen)) ELSE 0 END" :
	    ") SELECT (SELECT count(*) FROM chosen), (SELECT count(DISTINCT doc_id) FROM chosen),"
	    " (SELECT count(DISTINCT raw_hash) FROM chosen),"
	    " (SELECT total(length(zstd)) FROM raw WHERE hash IN (SELECT raw_hash FROM chosen)) + 0 * ?4", &q, reterr) < 0)
		return -1;
	sqlite3_bind_int(q, 4, p->what->what == PRUNE_DOCUMENTS);
	if (sqlite3_step(q) != SQLITE_ROW)
		return store_fail(p->s, "prune", reterr);
	p->ret->revisions = sqlite3_column_int64(q, 0);
	p->ret->documents = sqlite3_column_int64(q, 1);
	p->ret->responses = sqlite3_column_int64(q, 2);
	p->ret->bytes = (int64_t)sqlite3_column_double(q, 3);
	return 0;
}

/* ---- one revision ---- */

/* Out of the index of earlier texts, while its text is still there. */
static int
forget_revision(struct prune *p, int64_t doc_id, unsigned number, struct err *reterr)
{
	struct store *s = p->s;
	sqlite3_stmt *q = store_bind(s, STMT_OLD_WAITS, "ii", doc_id, (int64_t)number);
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	sqlite3_reset(q);
	if (rc > 0)
		return store_run(s, store_bind(s, STMT_OLD_DONE, "ii", doc_id, (int64_t)number), reterr);
	if (store_old_unindex(s, doc_id, number, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_REMOVED_DROP, "ii", doc_id, (int64_t)number), reterr);
}

static int
forget_document(struct prune *p, int64_t doc_id, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row row = { 0 };

	if (store_doc_row(p->s, doc_id, &row, reterr) < 0 || store_unindex(p->s, &row, reterr) < 0)
		return -1;
	return store_run(p->s, store_bind(p->s, STMT_DOC_STUB_TEXT, "i", doc_id), reterr) < 0 ||
	    store_run(p->s, store_bind(p->s, STMT_DOC_STUB_HEAD, "i", doc_id), reterr) < 0 ||
	    store_run(p->s, store_bind(p->s, STMT_CHECK_AT, "ii", doc_id, INT64_C(0)), reterr) < 0 ? -1 : 0;
}

static int
forget_texts(struct prune *p, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	int rc;

	if (prepare(p, "SELECT c.doc_id, c.number, h.revision FROM temp.chosen c JOIN doc_head h"
	    " ON h.doc_id = c.doc_id ORDER BY c.doc_id, c.number", &q, reterr) < 0)
		return -1;
	while ((rc = store_step(p->s, q, reterr)) > 0) {
		int64_t doc_id = sqlite3_column_int64(q, 0);
		unsigned number = (unsigned)sqlite3_column_int64(q, 1);

		if (number < (unsigned)sqlite3_column_int64(q, 2) ? number < 65536 &&
		    forget_revision(p, doc_id, number, reterr) < 0 : forget_document(p, doc_id, reterr) < 0)
			return -1;
	}
	return rc;
}

/* ---- packed rows ---- */

/* Those that were packed against one that goes stand by themselves from now on. */
static int
repack(struct prune *p, enum store_blob kind, const char *sql, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	unsigned char hash[STORE_HASH];
	int rc;

	if (prepare(p, sql, &q, reterr) < 0)
		return -1;
	while ((rc = store_step(p->s, q, reterr)) > 0) {
		store_column_hash(q, 0, hash);
		if (store_blob_repack(p->s, kind, hash, reterr) < 0)
			return -1;
	}
	return rc;
}

static int
drop_blobs(struct prune *p, struct err *reterr)
{
	/* Gathered first: a row that is packed anew would be met again. */
	if (store_exec(p->s, "CREATE TEMP TABLE gone(hash BLOB PRIMARY KEY) WITHOUT ROWID;"
	    "CREATE TEMP TABLE leans(hash BLOB PRIMARY KEY) WITHOUT ROWID;"
	    "INSERT INTO temp.gone SELECT DISTINCT raw_hash FROM temp.chosen WHERE raw_hash IS NOT NULL"
	    "  EXCEPT SELECT raw_hash FROM revision WHERE raw_hash IS NOT NULL;"
	    "INSERT INTO temp.leans SELECT hash FROM raw WHERE base IN (SELECT hash FROM temp.gone)"
	    "  AND hash NOT IN (SELECT hash FROM temp.gone);", reterr) < 0 ||
	    repack(p, BLOB_RAW, "SELECT hash FROM temp.leans", reterr) < 0 ||
	    store_exec(p->s, "DELETE FROM raw WHERE hash IN (SELECT hash FROM temp.gone);"
	    "DELETE FROM temp.gone; DELETE FROM temp.leans", reterr) < 0)
		return -1;
	if (p->what->what == PRUNE_RAW)
		return 0;
	if (store_exec(p->s, "INSERT INTO temp.gone SELECT DISTINCT text_hash FROM temp.chosen"
	    "  EXCEPT SELECT text_hash FROM revision WHERE pruned_ms IS NULL;"
	    "INSERT INTO temp.leans SELECT hash FROM old_text WHERE base IN (SELECT hash FROM temp.gone)"
	    "  AND hash NOT IN (SELECT hash FROM temp.gone);", reterr) < 0 ||
	    repack(p, BLOB_TEXT, "SELECT hash FROM temp.leans", reterr) < 0)
		return -1;
	return store_exec(p->s, "DELETE FROM old_text WHERE hash IN (SELECT hash FROM temp.gone)", reterr);
}

static int
mark(struct prune *p, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;

	if (prepare(p, p->what->what == PRUNE_RAW ?
	    "UPDATE revision SET pruned_raw = raw_hash, raw_hash = NULL WHERE (doc_id, number) IN"
	    " (SELECT doc_id, number FROM temp.chosen) AND ?1 = ?1" :
	    "UPDATE revision SET pruned_raw = coalesce(raw_hash, pruned_raw), raw_hash = NULL, pruned_ms = ?1,"
	    " text_state = 1 WHERE (doc_id, number) IN (SELECT doc_id, number FROM temp.chosen)", &q, reterr) < 0)
		return -1;
	sqlite3_bind_int64(q, 1, p->what->now_ms);
	return store_run(p->s, q, reterr);
}

static int
prune(struct prune *p, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;

	if (count(p, reterr) < 0)
		return -1;
	if (prepare_chosen(p, "CREATE TEMP TABLE chosen AS ", "", &q, reterr) < 0 ||
	    store_run(p->s, q, reterr) < 0 ||
	    (p->what->what != PRUNE_RAW && forget_texts(p, reterr) < 0) || mark(p, reterr) < 0)
		return -1;
	return drop_blobs(p, reterr);
}

static void
drop_temp(struct store *s)
{
	sqlite3_exec(s->db, "DROP TABLE IF EXISTS temp.chosen; DROP TABLE IF EXISTS temp.gone;"
	    "DROP TABLE IF EXISTS temp.leans", NULL, NULL, NULL);
}

int
store_prune(struct store *s, const struct store_prune *what, struct store_pruned *ret, struct err *reterr)
{
	struct store_pruned pruned = { 0 };
	struct prune p = { .s = s, .what = what, .ret = &pruned };
	CLEANUP(store_source_done) struct store_source src = { 0 };
	int rc;

	if (what->source != NULL) {
		if (store_source_load(s, what->source, &src, reterr) < 0)
			return -1;
		p.source_id = src.id;
	}
	if (what->dry_run) {
		rc = count(&p, reterr);
	} else {
		drop_temp(s);
		if (store_enter(s, reterr) < 0)
			return -1;
		rc = store_leave(s, prune(&p, reterr), reterr);
		drop_temp(s);
	}
	if (rc == 0)
		*ret = pruned;
	return rc;
}
