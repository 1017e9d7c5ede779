/*
 * match: does a query fit one document? Asked of a full-text index of that document alone, so a
 * channel's `match` and a search mean the same.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

struct matcher {
	sqlite3 *db;
	sqlite3_stmt *clear, *add, *ask, *show;
};

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	sqlite3_finalize(m->clear);
	sqlite3_finalize(m->add);
	sqlite3_finalize(m->ask);
	sqlite3_finalize(m->show);
	sqlite3_close(m->db);
	free(m);
}

static int
matcher_make(struct matcher *m)
{
	return sqlite3_open_v2(":memory:", &m->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
	    store_tokenizer_register(m->db) != SQLITE_OK ||
	    sqlite3_exec(m->db, "PRAGMA temp_store = MEMORY; CREATE VIRTUAL TABLE one USING "
	    "fts5(title, text, removed, tokenize='presswatch')", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(m->db, "DELETE FROM one", -1, &m->clear, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(m->db, "INSERT INTO one(rowid, title, text, removed) VALUES (1, ?1, ?2, ?3)", -1,
	    &m->add, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(m->db, "SELECT 1 FROM one WHERE one MATCH ?1", -1, &m->ask, NULL) !=
	    SQLITE_OK || sqlite3_prepare_v2(m->db, "SELECT snippet(one, ?2, char(2), char(3), '…', 32)"
	    " FROM one WHERE one MATCH ?1", -1, &m->show, NULL) != SQLITE_OK ? -1 : 0;
}

static int
matcher_load(struct matcher *m, const char *title, const char *text, const char *removed)
{
	int rc;

	sqlite3_step(m->clear);
	sqlite3_reset(m->clear);
	sqlite3_bind_text(m->add, 1, title, -1, SQLITE_STATIC);
	sqlite3_bind_text(m->add, 2, text, -1, SQLITE_STATIC);
	sqlite3_bind_text(m->add, 3, removed, -1, SQLITE_STATIC);
	rc = sqlite3_step(m->add);
	sqlite3_reset(m->add);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int
matcher_ask(struct matcher *m, const char *fts, const struct store_doc *doc, const char *removed, bool *ret)
{
	int rc;

	if (matcher_load(m, doc->title, doc->text, removed) < 0)
		return -1;
	sqlite3_bind_text(m->ask, 1, fts, -1, SQLITE_STATIC);
	rc = sqlite3_step(m->ask);
	sqlite3_reset(m->ask);
	*ret = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

static int
matcher_ready(struct store *s, struct err *reterr)
{
	if (s->matcher != NULL)
		return 0;
	s->matcher = xcalloc(1, sizeof(*s->matcher));
	if (matcher_make(s->matcher) == 0)
		return 0;
	matcher_free(s->matcher);
	s->matcher = NULL;
	return err_set(reterr, ERR_LOCAL, "no memory to match a query");
}

/* The word between two runs of removed words is for the index, not for people. */
static void
gaps_away(char *s)
{
	const size_t n = strlen(REMOVED_GAP);

	for (char *p = s; p != NULL && (p = strstr(p, REMOVED_GAP)) != NULL;) {
		memcpy(p, "…", 3);
		memmove(p + 3, p + n, strlen(p + n) + 1);
	}
}

char *
store_match_snippet(struct store *s, const char *fts, const char *title, const char *text, const char *removed)
{
	struct matcher *m;
	char *snippet = NULL;

	if (matcher_ready(s, NULL) < 0)
		return NULL;
	m = s->matcher;
	/* Undone is cheaper than deleted. */
	sqlite3_exec(m->db, "BEGIN", NULL, NULL, NULL);
	if (matcher_load(m, title, text, removed) < 0) {
		sqlite3_exec(m->db, "ROLLBACK", NULL, NULL, NULL);
		return NULL;
	}
	/* Where the question is of removed words, these are shown. */
	for (int column = strstr(fts, "{removed}") != NULL ? 2 : 1; snippet == NULL && column > 0; column--) {
		sqlite3_bind_text(m->show, 1, fts, -1, SQLITE_STATIC);
		sqlite3_bind_int(m->show, 2, column);
		if (sqlite3_step(m->show) == SQLITE_ROW)
			snippet = store_column_text(m->show, 0);
		sqlite3_reset(m->show);
	}
	sqlite3_exec(m->db, "ROLLBACK", NULL, NULL, NULL);
	gaps_away(snippet);
	return snippet;
}

static int
match(struct store *s, const struct query *q, const char *labels_json,
    const struct store_doc *doc, const char *removed, bool *ret, struct err *reterr)
{
	*ret = query_takes_source(q, doc->source, labels_json) && query_takes_document(q, doc);
	if (!*ret || q->fts == NULL)
		return 0;
	if (matcher_ready(s, reterr) < 0)
		return -1;
	if (matcher_ask(s->matcher, q->fts, doc, removed, ret) < 0)
		return err_set(reterr, ERR_LOCAL, "match: %s", sqlite3_errmsg(s->matcher->db));
	return 0;
}

int
store_match(struct store *s, const char *query, const char *labels_json,
    const struct store_doc *doc, const char *removed, bool *ret, struct err *reterr)
{
	struct query *q = xcalloc(1, sizeof(*q));
	int rc = query_parse(query, store_spellings(s), q, reterr);

	if (rc == 0)
		rc = match(s, q, labels_json, doc, removed, ret, reterr);
	query_done(q);
	free(q);
	return rc;
}
