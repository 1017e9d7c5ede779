/*
 * prune: old responses, earlier texts, or the texts of old documents, taken out for room. What goes leaves a stub: the row of its
 * revision with title, date, hashes and kinds of change, so that the chain of events and verify stay whole; no event is touched.
 * A row that others were packed against goes only after these were packed anew.
 *
 * It goes in steps, each a transaction: the revisions of some documents become stubs; then the responses and texts that no revision
 * has any more go, some at a time, none before those that lean on it. A process that dies in between leaves stubs, and rows that
 * nobody needs; the next prune takes these too.
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

#define STEP_DOCUMENTS 500

struct prune {
	struct store *s;
	const struct store_prune *what;
	struct store_pruned *ret;
	int64_t source_id;
	unsigned step;			/* documents, or rows that go, in one transaction */
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

/* How much it is, by reading alone: a response or text that others share stays with them. ?4: 0 raw, 1 revisions, 2 documents. */
static int
count(struct prune *p, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;

	if (prepare_chosen(p, "WITH chosen AS MATERIALIZED (",
	    "), left AS MATERIALIZED (SELECT CASE WHEN ?4 = 0 OR c.doc_id IS NULL THEN r.text_hash END AS text_hash, r.pruned_ms AS pruned_ms,"
	    "  CASE WHEN c.doc_id IS NULL THEN r.raw_hash END AS raw_hash"
	    "  FROM revision r LEFT JOIN chosen c ON c.doc_id = r.doc_id AND c.number = r.number),"
	    " gone_raw AS MATERIALIZED (SELECT raw_hash FROM chosen WHERE raw_hash IS NOT NULL"
	    "  UNION SELECT pruned_raw FROM revision WHERE pruned_raw IS NOT NULL"
	    "  EXCEPT SELECT raw_hash FROM left WHERE raw_hash IS NOT NULL),"
	    " gone_text AS MATERIALIZED (SELECT text_hash FROM chosen WHERE ?4 != 0"
	    "  UNION SELECT text_hash FROM revision WHERE pruned_ms IS NOT NULL"
	    "  EXCEPT SELECT text_hash FROM left WHERE text_hash IS NOT NULL AND pruned_ms IS NULL)"
	    " SELECT (SELECT count(*) FROM chosen), (SELECT count(DISTINCT doc_id) FROM chosen),"
	    " (SELECT count(*) FROM raw WHERE hash IN (SELECT * FROM gone_raw)),"
	    " (SELECT total(length(zstd)) FROM raw WHERE hash IN (SELECT * FROM gone_raw)) +"
	    " (SELECT total(length(zstd)) FROM old_text WHERE hash IN (SELECT * FROM gone_text)) +"
	    " CASE ?4 WHEN 2 THEN (SELECT total(length(CAST(text AS BLOB))) FROM doc_text"
	    "  WHERE doc_id IN (SELECT doc_id FROM chosen)) ELSE 0 END", &q, reterr) < 0)
		return -1;
	sqlite3_bind_int(q, 4, p->what->what == PRUNE_RAW ? 0 : p->what->what == PRUNE_REVISIONS ? 1 : 2);
	if (sqlite3_step(q) != SQLITE_ROW)
		return store_fail(p->s, "prune", reterr);
	p->ret->revisions = sqlite3_column_int64(q, 0);
	p->ret->documents = sqlite3_column_int64(q, 1);
	p->ret->responses = sqlite3_column_int64(q, 2);
	p->ret->bytes = (int64_t)sqlite3_column_double(q, 3);
	return 0;
}

/* The two numbers that a statement answers with. */
static int
two_numbers(struct prune *p, const char *sql, int64_t *ret_a, int64_t *ret_b, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;

	if (prepare(p, sql, &q, reterr) < 0)
		return -1;
	if (sqlite3_step(q) != SQLITE_ROW)
		return store_fail(p->s, "prune", reterr);
	*ret_a = sqlite3_column_int64(q, 0);
	*ret_b = (int64_t)sqlite3_column_double(q, 1);
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

	if (prepare(p, "SELECT c.doc_id, c.number, h.revision FROM temp.part c JOIN doc_head h"
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

/* The revisions of temp.part become stubs. */
static int
mark(struct prune *p, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;

	if (prepare(p, p->what->what == PRUNE_RAW ?
	    "UPDATE revision SET pruned_raw = raw_hash, raw_hash = NULL WHERE (doc_id, number) IN"
	    " (SELECT doc_id, number FROM temp.part) AND ?1 = ?1" :
	    "UPDATE revision SET pruned_raw = coalesce(raw_hash, pruned_raw), raw_hash = NULL, pruned_ms = ?1,"
	    " text_state = 1 WHERE (doc_id, number) IN (SELECT doc_id, number FROM temp.part)", &q, reterr) < 0)
		return -1;
	sqlite3_bind_int64(q, 1, p->what->now_ms);
	return store_run(p->s, q, reterr);
}

static int
stub_part(struct prune *p, struct err *reterr)
{
	int64_t documents, revisions, none, bytes = 0;

	if (two_numbers(p, "SELECT count(DISTINCT doc_id), count(*) FROM temp.part", &documents, &revisions, reterr) < 0)
		return -1;
	if (p->what->what == PRUNE_DOCUMENTS && two_numbers(p, "SELECT 0, total(length(CAST(text AS BLOB))) FROM doc_text"
	    " WHERE doc_id IN (SELECT doc_id FROM temp.part)", &none, &bytes, reterr) < 0)
		return -1;
	if ((p->what->what != PRUNE_RAW && forget_texts(p, reterr) < 0) || mark(p, reterr) < 0)
		return -1;
	p->ret->documents += documents;
	p->ret->revisions += revisions;
	p->ret->bytes += bytes;
	return 0;
}

/* Moves some of what waits in one temporary table to another; *ret_n: how many. */
static int
take_some(struct prune *p, const char *sql, const char *table, int64_t *ret_n, struct err *reterr)
{
	CLEANUP(freep) char *count_sql = xasprintf("SELECT count(*), 0 FROM temp.%s", table);
	int64_t none;

	if (store_exec(p->s, sql, reterr) < 0)
		return -1;
	return two_numbers(p, count_sql, ret_n, &none, reterr);
}

static int
stub_all(struct prune *p, struct err *reterr)
{
	int64_t n;
	int rc;

	for (;;) {
		if (take_some(p, "DELETE FROM temp.part; INSERT INTO temp.part SELECT * FROM temp.chosen WHERE doc_id IN"
		    " (SELECT DISTINCT doc_id FROM temp.chosen ORDER BY doc_id LIMIT (SELECT n FROM temp.step));"
		    "DELETE FROM temp.chosen WHERE doc_id IN (SELECT doc_id FROM temp.part)", "part", &n, reterr) < 0)
			return -1;
		if (n == 0)
			return 0;
		if (store_enter(p->s, reterr) < 0)
			return -1;
		rc = stub_part(p, reterr);
		if (store_leave(p->s, rc, reterr) < 0)
			return -1;
	}
}

/* ---- packed rows ---- */

static const struct {
	const char *table, *gone;
} blobs[] = {
	[BLOB_RAW] = { "raw", "SELECT pruned_raw FROM revision WHERE pruned_raw IS NOT NULL"
	    " EXCEPT SELECT raw_hash FROM revision WHERE raw_hash IS NOT NULL" },
	[BLOB_TEXT] = { "old_text", "SELECT text_hash FROM revision WHERE pruned_ms IS NOT NULL"
	    " EXCEPT SELECT text_hash FROM revision WHERE pruned_ms IS NULL" },
};

/* Those of temp.some stand by themselves from now on. */
static int
repack_some(struct prune *p, enum store_blob kind, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	unsigned char hash[STORE_HASH];
	int rc;

	if (prepare(p, "SELECT hash FROM temp.some", &q, reterr) < 0)
		return -1;
	while ((rc = store_step(p->s, q, reterr)) > 0) {
		store_column_hash(q, 0, hash);
		if (store_blob_repack(p->s, kind, hash, reterr) < 0)
			return -1;
	}
	return rc;
}

static int
drop_some(struct prune *p, enum store_blob kind, struct err *reterr)
{
	CLEANUP(freep) char *size = xasprintf("SELECT count(*), total(length(zstd)) FROM %s WHERE hash IN (SELECT hash FROM temp.some)",
	    blobs[kind].table);
	CLEANUP(freep) char *drop = xasprintf("DELETE FROM %s WHERE hash IN (SELECT hash FROM temp.some)", blobs[kind].table);
	int64_t n, bytes;

	if (two_numbers(p, size, &n, &bytes, reterr) < 0 || store_exec(p->s, drop, reterr) < 0)
		return -1;
	p->ret->responses += kind == BLOB_RAW ? n : 0;
	p->ret->bytes += bytes;
	return 0;
}

/* sql takes the next rows into temp.some, work does them, in one transaction; until none is left. */
static int
by_steps(struct prune *p, enum store_blob kind, const char *sql,
    int (*work)(struct prune *p, enum store_blob kind, struct err *reterr), struct err *reterr)
{
	int64_t n;
	int rc;

	for (;;) {
		if (take_some(p, sql, "some", &n, reterr) < 0)
			return -1;
		if (n == 0)
			return 0;
		if (store_enter(p->s, reterr) < 0)
			return -1;
		rc = work(p, kind, reterr);
		if (store_leave(p->s, rc, reterr) < 0)
			return -1;
	}
}

static int
drop_blobs(struct prune *p, enum store_blob kind, struct err *reterr)
{
	CLEANUP(freep) char *gather = xasprintf("DELETE FROM temp.gone; DELETE FROM temp.leans;"
	    "INSERT INTO temp.gone SELECT hash FROM %s WHERE hash IN (%s);"
	    "INSERT INTO temp.leans SELECT hash, base FROM %s WHERE base IN (SELECT hash FROM temp.gone)",
	    blobs[kind].table, blobs[kind].gone, blobs[kind].table);

	if (store_exec(p->s, gather, reterr) < 0 ||
	    by_steps(p, kind, "DELETE FROM temp.some; INSERT INTO temp.some SELECT hash FROM temp.leans WHERE hash NOT IN"
	    " (SELECT hash FROM temp.gone) LIMIT (SELECT n FROM temp.step); DELETE FROM temp.leans WHERE hash IN (SELECT hash FROM temp.some)",
	    repack_some, reterr) < 0)
		return -1;
	/* The last of each row of rows first. */
	return by_steps(p, kind, "DELETE FROM temp.some; INSERT INTO temp.some SELECT hash FROM temp.gone WHERE hash NOT IN"
	    " (SELECT base FROM temp.leans) LIMIT (SELECT n FROM temp.step); DELETE FROM temp.gone WHERE hash IN (SELECT hash FROM temp.some);"
	    "DELETE FROM temp.leans WHERE hash IN (SELECT hash FROM temp.some)", drop_some, reterr);
}

static void
drop_temp(struct store *s)
{
	sqlite3_exec(s->db, "DROP TABLE IF EXISTS temp.chosen; DROP TABLE IF EXISTS temp.part; DROP TABLE IF EXISTS temp.gone;"
	    "DROP TABLE IF EXISTS temp.leans; DROP TABLE IF EXISTS temp.some; DROP TABLE IF EXISTS temp.step", NULL, NULL, NULL);
}

static int
prune(struct prune *p, struct err *reterr)
{
	CLEANUP(freep) char *step = xasprintf("CREATE TEMP TABLE step AS SELECT %u AS n", p->step);
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;

	drop_temp(p->s);
	if (prepare_chosen(p, "CREATE TEMP TABLE chosen AS ", "", &q, reterr) < 0 ||
	    store_run(p->s, q, reterr) < 0 || store_exec(p->s, step, reterr) < 0 ||
	    store_exec(p->s, "CREATE INDEX temp.chosen_doc ON chosen(doc_id); CREATE TEMP TABLE part AS SELECT * FROM temp.chosen LIMIT 0;"
	    "CREATE TEMP TABLE gone(hash BLOB PRIMARY KEY) WITHOUT ROWID; CREATE TEMP TABLE some(hash BLOB PRIMARY KEY) WITHOUT ROWID;"
	    "CREATE TEMP TABLE leans(hash BLOB PRIMARY KEY, base BLOB NOT NULL) WITHOUT ROWID;"
	    "CREATE INDEX temp.leans_base ON leans(base)", reterr) < 0 || stub_all(p, reterr) < 0)
		return -1;
	return drop_blobs(p, BLOB_RAW, reterr) < 0 ? -1 : drop_blobs(p, BLOB_TEXT, reterr);
}

int
store_prune(struct store *s, const struct store_prune *what, struct store_pruned *ret, struct err *reterr)
{
	struct store_pruned pruned = { 0 };
	struct prune p = { .s = s, .what = what, .ret = &pruned, .step = what->step > 0 ? what->step : STEP_DOCUMENTS };
	CLEANUP(store_source_done) struct store_source src = { 0 };
	int rc;

	if (what->source != NULL) {
		if (store_source_load(s, what->source, &src, reterr) < 0)
			return -1;
		p.source_id = src.id;
	}
	rc = what->dry_run ? count(&p, reterr) : prune(&p, reterr);
	if (!what->dry_run)
		drop_temp(s);
	if (rc == 0)
		*ret = pruned;
	return rc;
}
