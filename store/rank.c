/*
 * rank: the best hits of a query, in a time that does not grow with the archive. Hits are met newest first, in windows of
 * documents that double in width, and bm25 weighs them while they are met. It stops before the oldest when as many hits were
 * ranked as the archive was opened for, or when what was asked for is there and BUDGET_MS of CPU are gone. FTS5's own bm25 would first count every hit of every
 * word in the whole archive; how rare a word is we judge from its oldest COUNTED hits: the sooner they are met, the commoner it is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define BUDGET_MS 15.0
#define LOOK_EVERY 128		/* hits between two looks at the clock */
#define WINDOW 65536		/* documents of the first window */
#define COUNTED 500
#define RARE_SHARE 0.001	/* taken for a phrase or a prefix, which are not counted */
#define TITLE_WEIGHT 8.0
#define K1 1.2			/* bm25's usual parameters */
#define B 0.75

struct ranking {		/* of one search; FTS5 hands it to the function */
	bool known;		/* what follows is filled */
	bool has_prefix;
	int phrases;
	double idf[QUERY_TERMS_MAX];
	double average;		/* tokens of a document */
	int64_t documents, last_id;
};

struct ranked {
	struct hits hits;
	size_t cap;
	int64_t limit;
	struct timespec began;
};

/* ---- bm25 ---- */

struct counted { int64_t count, last_id; };

static int
count_hit(const Fts5ExtensionApi *api, Fts5Context *fts, void *arg)
{
	struct counted *c = arg;

	c->count++;
	c->last_id = api->xRowid(fts);
	return c->count < COUNTED ? SQLITE_OK : SQLITE_DONE;
}

/* In how many documents the phrase stands, about. */
static double
hits_of(const struct ranking *r, const Fts5ExtensionApi *api, Fts5Context *fts, int phrase)
{
	struct counted c = { 0 };

	if (r->has_prefix || api->xPhraseSize(fts, phrase) > 1)
		return (double)r->documents * RARE_SHARE;
	if (api->xQueryPhrase(fts, phrase, &c, count_hit) != SQLITE_OK)
		return 0;
	if (c.count < COUNTED || c.last_id <= 0)
		return (double)c.count;
	return (double)c.count * (double)r->last_id / (double)c.last_id;
}

static int
ranking_learn(struct ranking *r, const Fts5ExtensionApi *api, Fts5Context *fts)
{
	sqlite3_int64 tokens = 0, documents = 0;
	double hits, all;
	int i;

	if (api->xRowCount(fts, &documents) != SQLITE_OK || api->xColumnTotalSize(fts, -1, &tokens) != SQLITE_OK)
		return SQLITE_ERROR;
	r->documents = documents;
	r->average = documents > 0 && tokens > 0 ? (double)tokens / (double)documents : 1;
	r->phrases = api->xPhraseCount(fts);
	if (r->phrases > QUERY_TERMS_MAX)
		r->phrases = QUERY_TERMS_MAX;
	all = (double)documents;
	for (i = 0; i < r->phrases; i++) {
		hits = r->phrases > 1 ? hits_of(r, api, fts, i) : 0;
		r->idf[i] = hits * 2 < all ? log((all - hits + 0.5) / (hits + 0.5)) : 1e-6;
	}
	r->known = true;
	return SQLITE_OK;
}

/* How often the phrase stands in the document, the title counting more. */
static double
weight_in(const Fts5ExtensionApi *api, Fts5Context *fts, int phrase)
{
	Fts5PhraseIter at;
	double weight = 0;
	int column, offset;

	if (api->xPhraseFirst(fts, phrase, &at, &column, &offset) != SQLITE_OK)
		return 0;
	for (; column >= 0; api->xPhraseNext(fts, &at, &column, &offset))
		weight += column == 0 ? TITLE_WEIGHT : 1;
	return weight;
}

static void
rank_function(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ranking *r = api->xUserData(fts);
	double score = 0, weight, length;
	int tokens = 0, i;

	if (!r->known && ranking_learn(r, api, fts) != SQLITE_OK) {
		sqlite3_result_error(ctx, "rank", -1);
		return;
	}
	api->xColumnSize(fts, -1, &tokens);
	length = K1 * (1 - B + B * (double)tokens / r->average);
	for (i = 0; i < r->phrases; i++) {
		weight = weight_in(api, fts, i);
		score += r->idf[i] * weight * (K1 + 1) / (weight + length);
	}
	sqlite3_result_double(ctx, score);
}

int
store_ranking_register(struct store *s)
{
	fts5_api *api;
	int rc = store_fts_api(s->db, &api);

	if (rc != SQLITE_OK)
		return rc;
	s->ranking = xcalloc(1, sizeof(*s->ranking));
	return api->xCreateFunction(api, "presswatch_rank", s->ranking, rank_function, NULL);
}

void
store_ranking_free(struct ranking *r)
{
	free(r);
}

/* ---- windows ---- */

static int
better_first(const void *va, const void *vb)
{
	const struct hit *a = va, *b = vb;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->doc_id > b->doc_id ? -1 : a->doc_id < b->doc_id;
}

static bool
budget_is_gone(const struct ranked *h)
{
	struct timespec now;

	if ((int64_t)h->hits.count < h->limit)
		return false;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)(now.tv_sec - h->began.tv_sec) * 1e3 + (double)(now.tv_nsec - h->began.tv_nsec) / 1e6 > BUDGET_MS;
}

/* The hits of one window. 1 when it was left before its end, 0, -1. */
static int
window_read(struct store *s, sqlite3_stmt *q, struct ranked *h, struct err *reterr)
{
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0) {
		h->hits.list = xgrow(h->hits.list, &h->cap, h->hits.count + 1, sizeof(*h->hits.list));
		h->hits.list[h->hits.count++] = (struct hit){ .doc_id = sqlite3_column_int64(q, 0),
			.score = sqlite3_column_double(q, 1) };
		if (h->hits.count >= s->ranked_max || (h->hits.count % LOOK_EVERY == 0 && budget_is_gone(h))) {
			sqlite3_reset(q);
			return 1;
		}
	}
	return rc;
}

static sqlite3_stmt *
window_bind(struct store *s, const char *fts, const struct filter_values *v, bool narrow, int64_t from, int64_t to)
{
	sqlite3_stmt *q = store_bind(s, narrow ? STMT_SEARCH_NARROW : STMT_SEARCH, "tii", fts, (int64_t)s->ranked_max + 1, from);

	sqlite3_bind_int64(q, 17, to);
	if (narrow)
		store_filter_bind(q, 4, v);
	return q;
}

/* 1 when older hits were left out. */
static int
rank_windows(struct store *s, const char *fts, const struct filter_values *v, bool narrow, struct ranked *h,
    struct err *reterr)
{
	int64_t to = s->ranking->last_id, width = WINDOW, from;
	int rc = 0;

	/* FTS5 gathers all hits of a prefix before the first: once, then. */
	if (s->ranking->has_prefix)
		width = to;
	for (; to > 0 && rc == 0; to = from - 1, width *= 2) {
		from = to > width ? to - width + 1 : 1;
		rc = window_read(s, window_bind(s, fts, v, narrow, from, to), h, reterr);
		if (rc == 0 && from > 1 && budget_is_gone(h))
			rc = 1;
	}
	return rc;
}

int
store_rank(struct store *s, const char *fts, const struct filter_values *v, bool narrow, struct hits *ret,
    int64_t *ret_bound, struct err *reterr)
{
	struct ranked h = { .limit = v->limit };
	sqlite3_stmt *q = store_bind(s, STMT_DOC_LAST, "");
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	memset(s->ranking, 0, sizeof(*s->ranking));
	s->ranking->last_id = rc > 0 ? sqlite3_column_int64(q, 0) : 0;
	s->ranking->has_prefix = query_has_prefix(fts);
	sqlite3_reset(q);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &h.began);
	rc = rank_windows(s, fts, v, narrow, &h, reterr);
	if (rc < 0) {
		free(h.hits.list);
		return -1;
	}
	*ret_bound = rc > 0 ? (int64_t)h.hits.count : 0;
	if (h.hits.count > 1)
		qsort(h.hits.list, h.hits.count, sizeof(*h.hits.list), better_first);
	if (h.hits.count > v->limit)
		h.hits.count = v->limit;
	*ret = h.hits;
	return 0;
}
