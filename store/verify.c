/*
 * verify: is everything still what was written? The database's own structure, the chain of events,
 * and every text and response against its hash.
 */
#include <inttypes.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define STEP 256			/* rows between two words of progress */

struct verify {
	struct store *s;
	void (*progress)(int64_t done, int64_t all, void *arg);
	void *arg;
	int64_t done, all;
};

static void
advance(struct verify *v)
{
	if (++v->done % STEP == 0 && v->progress != NULL)
		v->progress(v->done < v->all ? v->done : v->all, v->all, v->arg);
}

static int
prepare(struct verify *v, const char *sql, sqlite3_stmt **ret, struct err *reterr)
{
	if (sqlite3_prepare_v2(v->s->db, sql, -1, ret, NULL) != SQLITE_OK)
		return store_fail(v->s, "verify", reterr);
	return 0;
}

static void
finalizep(sqlite3_stmt **q)
{
	sqlite3_finalize(*q);
}

static int
verify_structure(struct verify *v, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	const char *word;

	if (prepare(v, "PRAGMA integrity_check(1)", &q, reterr) < 0)
		return -1;
	if (sqlite3_step(q) != SQLITE_ROW)
		return store_fail(v->s, "verify", reterr);
	word = (const char *)sqlite3_column_text(q, 0);
	if (word == NULL || strcmp(word, "ok") != 0)
		return err_set(reterr, ERR_LOCAL, "%s is damaged: %s", v->s->path,
		    word != NULL ? word : "no answer");
	return 0;
}

/* FTS5 looks at itself by a statement that counts as a write. */
static int
verify_index(struct verify *v, struct err *reterr)
{
	if (v->s->mode != STORE_WRITE)
		return 0;
	if (sqlite3_exec(v->s->db, "INSERT INTO search(search) VALUES ('integrity-check')", NULL, NULL,
	    NULL) != SQLITE_OK ||
	    sqlite3_exec(v->s->db, "INSERT INTO old_search(old_search) VALUES ('integrity-check')", NULL,
	    NULL, NULL) != SQLITE_OK)
		return err_set(reterr, ERR_LOCAL, "the search index is damaged (%s); the documents are "
		    "not", sqlite3_errmsg(v->s->db));
	return 0;
}

/* Rows that should not be there; the first one found is the damage. */
static const struct {
	const char *sql, *said;
} absurd[] = {
	{ "SELECT 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" FROM pragma_foreign_key_check LIMIT 1",
	  "something it refers to is missing" },
	{ "SELECT 'document ' || h.doc_id FROM doc_head h WHERE NOT EXISTS (SELECT 1 FROM revision r"
	  " WHERE r.doc_id = h.doc_id AND r.number = h.revision AND r.title IS h.title) LIMIT 1",
	  "its revision is missing or has another title" },
	{ "SELECT 'document ' || h.doc_id FROM doc_head h WHERE (SELECT count(*) FROM revision r"
	  " WHERE r.doc_id = h.doc_id AND r.number BETWEEN 1 AND h.revision) != h.revision -"
	  /* an imported document begins with the revision that was exported */
	  " coalesce((SELECT i.number - 1 FROM revision i WHERE i.doc_id = h.doc_id"
	  "  AND i.extractor = 'import' ORDER BY i.number LIMIT 1), 0) LIMIT 1",
	  "a revision is missing" },
	{ "SELECT 'document ' || doc_id || ', revision ' || number FROM revision WHERE raw_hash IS NOT NULL"
	  " AND NOT EXISTS (SELECT 1 FROM raw WHERE hash = raw_hash) LIMIT 1",
	  "its response is missing" },
	{ "SELECT 'document ' || doc_id FROM doc_head WHERE doc_id NOT IN (SELECT doc_id FROM unindexed)"
	  " AND doc_id NOT IN (SELECT id FROM search_docsize) LIMIT 1",
	  "the search index does not know it" },
	{ "SELECT 'document ' || id FROM search_docsize WHERE id NOT IN (SELECT doc_id FROM doc_head) LIMIT 1",
	  "the search index knows it, the archive does not" },
	{ "SELECT 'document ' || r.doc_id || ', revision ' || r.number FROM revision r"
	  " JOIN doc_head h ON h.doc_id = r.doc_id WHERE r.number < h.revision AND r.number < 65536"
	  " AND r.pruned_ms IS NULL AND NOT EXISTS (SELECT 1 FROM unindexed_revision u WHERE u.doc_id = r.doc_id AND u.number = r.number)"
	  " AND NOT EXISTS (SELECT 1 FROM old_search_docsize WHERE id = r.doc_id * 65536 + r.number) LIMIT 1",
	  "the index of earlier texts does not know it" },
	{ "SELECT 'document ' || id / 65536 || ', revision ' || id % 65536 FROM old_search_docsize WHERE NOT EXISTS"
	  " (SELECT 1 FROM revision r WHERE r.doc_id = id / 65536 AND r.number = id % 65536) LIMIT 1",
	  "the index of earlier texts knows it, the archive does not" },
};

static int
verify_references(struct verify *v, struct err *reterr)
{
	for (size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		CLEANUP(finalizep) sqlite3_stmt *q = NULL;
		int rc;

		if (prepare(v, absurd[i].sql, &q, reterr) < 0 || (rc = store_step(v->s, q, reterr)) < 0)
			return -1;
		if (rc > 0)
			return err_set(reterr, ERR_LOCAL, "%s: %s", (const char *)sqlite3_column_text(q, 0),
			    absurd[i].said);
	}
	return 0;
}

static int
verify_chain(struct verify *v, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	unsigned char prev[STORE_HASH] = { 0 }, want[STORE_HASH], got[STORE_HASH], text[STORE_HASH];
	int64_t seq, last = 0;
	bool has_text;
	int rc;

	if (prepare(v, "SELECT seq, body, text_at, text_hash, hash FROM event ORDER BY seq", &q,
	    reterr) < 0)
		return -1;
	while ((rc = store_step(v->s, q, reterr)) > 0) {
		seq = sqlite3_column_int64(q, 0);
		has_text = store_column_hash(q, 3, text);
		store_column_hash(q, 4, got);
		store_event_hash(prev, (const char *)sqlite3_column_text(q, 1),
		    (size_t)sqlite3_column_bytes(q, 1), sqlite3_column_int64(q, 2),
		    has_text ? text : NULL, want);
		if (seq != last + 1)
			return err_set(reterr, ERR_LOCAL, "the chain of events is broken: %" PRId64
			    " follows %" PRId64, seq, last);
		if (memcmp(want, got, STORE_HASH) != 0)
			return err_set(reterr, ERR_LOCAL, "the chain of events is broken at %" PRId64
			    ": it or one before it was changed", seq);
		memcpy(prev, got, STORE_HASH);
		last = seq;
		advance(v);
	}
	return rc;
}

/* Every text that sql names by document and hash can be read back. */
static int
verify_texts(struct verify *v, const char *sql, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	unsigned char hash[STORE_HASH];
	char *text;
	int rc;

	if (prepare(v, sql, &q, reterr) < 0)
		return -1;
	while ((rc = store_step(v->s, q, reterr)) > 0) {
		store_column_hash(q, 1, hash);
		if (store_text_by_hash(v->s, sqlite3_column_int64(q, 0), hash, &text, reterr) == 0)
			free(text);
		else if (store_text_pruned(v->s, sqlite3_column_int64(q, 0), hash, NULL) <= 0)
			return -1;
		advance(v);
	}
	return rc;
}

/* store_blob_get() compares what it unpacked with the hash. */
static int
verify_raw(struct verify *v, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;
	unsigned char hash[STORE_HASH];
	size_t len;
	char *raw;
	int rc;

	if (prepare(v, "SELECT hash FROM raw", &q, reterr) < 0)
		return -1;
	while ((rc = store_step(v->s, q, reterr)) > 0) {
		store_column_hash(q, 0, hash);
		if (store_blob_get(v->s, BLOB_RAW, hash, &raw, &len, reterr) <= 0)
			return -1;
		free(raw);
		advance(v);
	}
	return rc;
}

static int
verify_rows(struct verify *v, struct err *reterr)
{
	CLEANUP(finalizep) sqlite3_stmt *q = NULL;

	if (prepare(v, "SELECT (SELECT count(*) FROM event) * 2 + (SELECT count(*) FROM revision) +"
	    " (SELECT count(*) FROM raw)", &q, reterr) < 0)
		return -1;
	if (sqlite3_step(q) != SQLITE_ROW)
		return store_fail(v->s, "verify", reterr);
	v->all = sqlite3_column_int64(q, 0);
	return 0;
}

int
store_verify(struct store *s, void (*progress)(int64_t done, int64_t all, void *arg), void *arg,
    struct err *reterr)
{
	struct verify v = { .s = s, .progress = progress, .arg = arg };

	if (verify_rows(&v, reterr) < 0 || verify_structure(&v, reterr) < 0 ||
	    verify_references(&v, reterr) < 0 || verify_index(&v, reterr) < 0 ||
	    verify_chain(&v, reterr) < 0 ||
	    verify_texts(&v, "SELECT doc_id, text_hash FROM event WHERE text_hash IS NOT NULL", reterr) < 0 ||
	    verify_texts(&v, "SELECT doc_id, text_hash FROM revision WHERE text_state != 1", reterr) < 0 ||
	    verify_raw(&v, reterr) < 0)
		return -1;
	if (progress != NULL)
		progress(v.all, v.all, arg);
	return 0;
}
