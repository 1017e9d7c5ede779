/*
 * search: ranked full-text search. FTS5's ranking costs time for every hit, so only the newest
 * SEARCH_RANKED of them are ranked; the document's row and the snippet are read after the limit.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define SEARCH_RANKED 20000
#define SEARCH_LIMIT 1000	/* when the caller names none */

static char *
snippet_of(struct store *s, const char *fts, int64_t doc_id)
{
	sqlite3_stmt *q = store_bind(s, STMT_SNIPPET, "ti", fts, doc_id);
	char *snippet = NULL;

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
	    v->urls != NULL || v->not_urls != NULL || v->since_ms > 0 ||
	    v->until_ms != INT64_MAX || v->after_ms != 0 || v->before_ms != INT64_MAX;
}

static int
search_ids(struct store *s, enum store_stmt which, const char *fts, const struct filter_values *v,
    int64_t **ret, size_t *ret_count, struct err *reterr)
{
	int64_t limit = v->limit;
	size_t cap = 0;
	sqlite3_stmt *q;
	int rc;

	if (which == STMT_SEARCH && limit > SEARCH_LIMIT)
		limit = SEARCH_LIMIT;
	if (which == STMT_SEARCH && !is_narrow(v))
		q = store_bind(s, which, "tii", fts, limit, (int64_t)SEARCH_RANKED);
	else
		q = store_bind(s, which == STMT_SEARCH ? STMT_SEARCH_NARROW : which,
		    "tiiiittiitttt", fts, limit, (int64_t)SEARCH_RANKED, v->since_ms, v->until_ms,
		    v->sources, v->lang, v->after_ms, v->before_ms, v->langs, v->not_langs, v->urls,
		    v->not_urls);
	while ((rc = store_step(s, q, reterr)) > 0) {
		*ret = xgrow(*ret, &cap, *ret_count + 1, sizeof(**ret));
		(*ret)[(*ret_count)++] = sqlite3_column_int64(q, 0);
	}
	return rc;
}

/* The statement says in which order: best, newest or oldest first. */
static int
search(struct store *s, enum store_stmt which, const struct query *query,
    const struct store_filter *f, bool with_text, store_doc_fn *fn, void *arg, struct err *reterr)
{
	CLEANUP(store_filter_close) struct filter_values v = { 0 };
	CLEANUP(freep) int64_t *ids = NULL;
	struct store_doc *doc;
	size_t count = 0, i;
	char *snippet;
	int stop = 0;

	if (store_filter_open(s, f, query, &v, reterr) < 0)
		return -1;
	if (query->fts == NULL)
		return store_list_run(s, which == STMT_FIND_OLDEST ? STMT_WALK_NEXT :
		    v.only_source != 0 ? STMT_LIST_NEXT_SOURCE : STMT_LIST_NEXT, &v, with_text, fn,
		    arg, reterr);
	if (search_ids(s, which, query->fts, &v, &ids, &count, reterr) < 0)
		return -1;
	for (i = 0; i < count && stop == 0; i++) {
		if (store_doc_load(s, ids[i], with_text, &doc, reterr) < 0)
			return -1;
		snippet = which == STMT_SEARCH ? snippet_of(s, query->fts, ids[i]) : NULL;
		stop = fn(doc, snippet, arg);
		free(snippet);
		store_doc_free(doc);
	}
	return (int)i;
}

int
store_query_run(struct store *s, enum store_stmt which, const char *query,
    const struct store_filter *f, bool with_text, store_doc_fn *fn, void *arg, struct err *reterr)
{
	struct query *q = xcalloc(1, sizeof(*q));
	int rc = query_parse(query, q, reterr);

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
