/* search: full-text search, ranked (rank.c) or in order of time. Rows and snippets are read after the limit. */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define SEARCH_LIMIT 1000	/* when the caller names none */

/*
 * For a prefix FTS5 gathers its hits in the whole archive, each time it is asked: then the document alone is asked, which costs
 * twice what the index does for other queries.
 */
static char *
snippet_of(struct store *s, const char *fts, const struct store_doc *doc)
{
	sqlite3_stmt *q;
	char *snippet = NULL;

	if (query_has_prefix(fts))
		return store_match_snippet(s, fts, doc->title, doc->text, NULL);
	q = store_bind(s, STMT_SNIPPET, "ti", fts, doc->doc_id);
	if (store_step(s, q, NULL) > 0) {
		snippet = store_column_text(q, 0);
		sqlite3_reset(q);
	}
	return snippet;
}

static bool
is_narrow(const struct filter_values *v)
{
	return v->sources != NULL || v->lang != NULL || v->langs != NULL || v->not_langs != NULL ||
	    v->urls != NULL || v->not_urls != NULL || v->since_ms > 0 || v->stories != NULL || v->changed ||
	    v->until_ms != INT64_MAX || v->after_ms != 0 || v->before_ms != INT64_MAX;
}

/* Are earlier texts asked too, or alone? */
static bool
is_history(const struct query *query, const struct filter_values *v)
{
	return query->in_revisions || query->removed || v->at_ms > 0;
}

/* The current texts know no removed words: they are asked for a word that none has. */
static sqlite3_stmt *
history_bind(struct store *s, enum store_stmt which, const struct query *query,
    const struct filter_values *v, int64_t limit)
{
	sqlite3_stmt *q = store_bind(s, STMT_SEARCH_HISTORY, "tii", query->removed ? "\"" REMOVED_GAP "\"" : query->fts, limit,
	    (int64_t)s->ranked_max);

	store_filter_bind(q, 4, v);
	sqlite3_bind_text(q, 17, query->fts, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 18, which == STMT_SEARCH ? 0 : which == STMT_FIND_NEWEST ? 1 : 2);
	sqlite3_bind_int64(q, 19, v->at_ms > 0 ? v->at_ms : INT64_MAX);
	return q;
}

static int
search_ids(struct store *s, enum store_stmt which, const struct query *query, struct filter_values *v,
    struct hits *ret, struct err *reterr)
{
	bool history = is_history(query, v);
	size_t cap = 0;
	sqlite3_stmt *q;
	int rc;

	s->ranked = 0;
	if (which == STMT_SEARCH && v->limit > SEARCH_LIMIT)
		v->limit = SEARCH_LIMIT;
	if (!history && which == STMT_SEARCH)
		return store_rank(s, query->fts, v, is_narrow(v), ret, &s->ranked, reterr);
	if (history) {
		q = history_bind(s, which, query, v, v->limit);
	} else {
		q = store_bind(s, which, "ti", query->fts, (int64_t)v->limit);
		store_filter_bind(q, 4, v);
	}
	while ((rc = store_step(s, q, reterr)) > 0) {
		ret->list = xgrow(ret->list, &cap, ret->count + 1, sizeof(*ret->list));
		ret->list[ret->count++] = (struct hit){ .doc_id = sqlite3_column_int64(q, 0),
			.found_in = history ? (unsigned)sqlite3_column_int64(q, 1) : 0 };
	}
	return rc;
}

static char *
hit_snippet(struct store *s, const struct query *query, const struct hit *hit, const struct store_doc *doc)
{
	CLEANUP(freep) char *title = NULL, *text = NULL, *removed = NULL;

	if (hit->found_in == 0)
		return snippet_of(s, query->fts, doc);
	if (store_old_read(s, hit->doc_id, hit->found_in, &title, &text, &removed, NULL) < 0)
		return NULL;
	return store_match_snippet(s, query->fts, title, text, removed);
}

static int
hit_load(struct store *s, const struct hit *hit, const struct filter_values *v, bool with_text,
    struct store_doc **ret, struct err *reterr)
{
	if (store_doc_load(s, hit->doc_id, with_text, ret, reterr) < 0)
		return -1;
	if (v->at_ms == 0) {
		(*ret)->found_in = hit->found_in;
		return 0;
	}
	if (store_doc_at(s, *ret, v->at_ms, reterr) >= 0)
		return 0;
	store_doc_free(*ret);
	return -1;
}

/* The statement says in which order: best, newest or oldest first. */
static int
search(struct store *s, enum store_stmt which, const struct query *query,
    const struct store_filter *f, bool with_text, store_doc_fn *fn, void *arg, struct err *reterr)
{
	CLEANUP(store_filter_close) struct filter_values v = { 0 };
	struct hits hits = { 0 };
	struct store_doc *doc;
	char *snippet;
	size_t i = 0;
	int stop = 0, rc;

	if (store_filter_open(s, f, query, &v, reterr) < 0)
		return -1;
	if (query->fts == NULL)
		return store_list_run(s, which == STMT_FIND_OLDEST ? STMT_WALK_NEXT :
		    v.only_source != 0 ? STMT_LIST_NEXT_SOURCE : STMT_LIST_NEXT, &v, with_text, fn,
		    arg, reterr);
	rc = search_ids(s, which, query, &v, &hits, reterr);
	while (rc == 0 && i < hits.count && stop == 0) {
		if ((rc = hit_load(s, &hits.list[i], &v, with_text || query_has_prefix(query->fts), &doc, reterr)) < 0)
			break;
		snippet = which == STMT_SEARCH ? hit_snippet(s, query, &hits.list[i], doc) : NULL;
		stop = fn(doc, snippet, arg);
		free(snippet);
		store_doc_free(doc);
		i++;
	}
	free(hits.list);
	return rc < 0 ? -1 : (int)i;
}

int
store_query_run(struct store *s, enum store_stmt which, const char *query,
    const struct store_filter *f, bool with_text, store_doc_fn *fn, void *arg, struct err *reterr)
{
	struct query *q = xcalloc(1, sizeof(*q));
	int rc = query_parse(query, store_spellings(s), q, reterr);

	if (rc == 0)
		rc = search(s, which, q, f, with_text, fn, arg, reterr);
	query_done(q);
	free(q);
	return rc;
}

int
store_search(struct store *s, const char *query, const struct store_filter *f, store_doc_fn *fn,
    void *arg, struct err *reterr)
{
	return store_query_run(s, STMT_SEARCH, query, f, false, fn, arg, reterr);
}

int64_t
store_search_bound(const struct store *s)
{
	return s->ranked;
}
