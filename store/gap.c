/*
 * gap: was the list looked at often enough? Feeds and listings are windows onto a longer row of releases. While two good
 * looks have an item in common nothing slipped through between them; else something may have, and the
 * next pages are read until an item of the earlier look is met.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/store_int.h"
#include "base/banned.h"

#define WINDOW_MAX 1000
#define PINNED_MAX 3		/* items that stay on top whatever is published */
#define SHIFT_MAX 5		/* items that slipped onto the next page since the one before was read */
#define LISTED_LAST 200		/* documents of the source whose rows are compared */
#define TITLE_MIN 16		/* bytes; shorter ones are "Press release" */
#define BEFORE_MIN 3		/* shorter lists lose all their items every day */

void
store_window_done(struct window *w)
{
	free(w->keys);
	free(w->more);
	memset(w, 0, sizeof(*w));
}

void
store_window_add(struct window *w, const char *key)
{
	if (w->count >= WINDOW_MAX)
		return;
	w->keys = xgrow(w->keys, &w->cap, w->count + 1, sizeof(*w->keys));
	w->keys[w->count++] = digest_xxh64(key, strlen(key), 0);
}

int
store_window_load(struct store *s, int64_t source_id, struct window *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_WINDOW_GET, "i", source_id);
	int rc = store_step(s, q, reterr);
	size_t n;

	if (rc <= 0)
		return rc;
	n = (size_t)sqlite3_column_bytes(q, 0) / sizeof(*ret->keys);
	if (n > 0) {
		ret->keys = xgrow(ret->keys, &ret->cap, n, sizeof(*ret->keys));
		memcpy(ret->keys, sqlite3_column_blob(q, 0), n * sizeof(*ret->keys));
		ret->count = n;
	}
	ret->more = store_column_text(q, 1);
	ret->pages = (unsigned)sqlite3_column_int(q, 2);
	sqlite3_reset(q);
	return 0;
}

int
store_window_save(struct store *s, int64_t source_id, const struct window *now,
    const struct window *before, struct err *reterr)
{
	static const uint64_t none;

	if (now->count == before->count && now->count > 0 &&
	    memcmp(now->keys, before->keys, now->count * sizeof(*now->keys)) == 0)
		return 0;
	return store_run(s, store_bind(s, STMT_WINDOW_SET, "ib", source_id,
	    now->count > 0 ? (const void *)now->keys : &none, now->count * sizeof(*now->keys)),
	    reterr);
}

static int
compare_keys(const void *va, const void *vb)
{
	const uint64_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

/* Two lists in their order, newest first as lists are; what both begin with is pinned. */
bool
store_window_parted(const uint64_t *before, size_t n, const uint64_t *now, size_t m)
{
	CLEANUP(freep) uint64_t *sorted = NULL;
	size_t pinned = 0, i;

	while (pinned < n && pinned < m && before[pinned] == now[pinned])
		pinned++;
	if (pinned > PINNED_MAX || n - pinned < BEFORE_MIN || m == pinned)
		return false;
	n -= pinned;
	sorted = xcalloc(n, sizeof(*sorted));
	memcpy(sorted, before + pinned, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	for (i = pinned; i < m; i++)
		if (bsearch(&now[i], sorted, n, sizeof(*sorted), compare_keys) != NULL)
			return false;
	return true;
}

/* A title that names one release: long enough, and on this list once. */
static bool
title_is_name(const struct store_candidate *rows, size_t n, size_t i)
{
	if (rows[i].title == NULL || strlen(rows[i].title) < TITLE_MIN)
		return false;
	for (size_t k = 0; k < n; k++)
		if (k != i && rows[k].title != NULL && strcmp(rows[k].title, rows[i].title) == 0)
			return false;
	return true;
}

int
store_list_moved(struct store *s, int64_t source_id, const struct store_candidate *rows, size_t n, bool *ret,
    struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_LISTED_LAST, "ii", source_id, (int64_t)LISTED_LAST);
	int rc;

	*ret = false;
	while ((rc = store_step(s, q, reterr)) > 0) {
		const char *title = (const char *)sqlite3_column_text(q, 0);
		const char *date = (const char *)sqlite3_column_text(q, 1);

		for (size_t i = 0; i < n && !*ret; i++)
			*ret = rows[i].title != NULL && strcmp(rows[i].title, title) == 0 &&
			    (rows[i].published == NULL || date == NULL || strcmp(rows[i].published, date) == 0) &&
			    title_is_name(rows, n, i);
	}
	return rc;
}

int
store_gap_fill(struct store *s, int64_t source_id, const char *more, unsigned pages,
    struct err *reterr)
{
	return store_run(s, store_bind(s, STMT_WINDOW_MORE, "iti", source_id, more, (int64_t)pages),
	    reterr);
}

int
store_fills(struct store *s, int (*fn)(const struct store_fill *f, void *arg), void *arg,
    struct err *reterr)
{
	sqlite3_stmt *q;
	int64_t last = 0;
	int rc, stop = 0;

	while (stop == 0) {
		CLEANUP(freep) char *name = NULL;
		CLEANUP(freep) char *url = NULL;
		struct store_fill f;

		q = store_bind(s, STMT_WINDOW_FILLS, "i", last);
		if ((rc = store_step(s, q, reterr)) <= 0)
			return rc;
		last = sqlite3_column_int64(q, 0);
		name = store_column_text(q, 1);
		url = store_column_text(q, 2);
		f = (struct store_fill){ .source = name, .url = url,
			.pages = (unsigned)sqlite3_column_int(q, 3) };
		sqlite3_reset(q);
		stop = fn(&f, arg);
	}
	return 0;
}

/* Is the address known: as a document's, from the first visit, or as one that waits? */
static int
is_known(struct store *s, const char *key, bool *ret, struct err *reterr)
{
	int64_t doc_id;
	sqlite3_stmt *q;
	int rc;

	if (store_alias_find(s, ALIAS_URL, "", key, &doc_id, reterr) < 0)
		return -1;
	*ret = doc_id != ALIAS_NONE;
	if (*ret)
		return 0;
	q = store_bind(s, STMT_CANDIDATE_BY_KEY, "t", key);
	if ((rc = store_step(s, q, reterr)) < 0)
		return -1;
	*ret = rc > 0;
	sqlite3_reset(q);
	return 0;
}

int
store_url_known(struct store *s, const char *url, bool *ret, struct err *reterr)
{
	CLEANUP(freep) char *key = url_key(url);

	if (key == NULL)
		return err_set(reterr, ERR_INPUT, "not a web address: %s", url);
	return is_known(s, key, ret, reterr);
}

/* One row of a further page. What follows a known item was there before and is no news. */
static int
fill_row(struct store *s, const struct store_source *src, const struct store_candidate *c,
    int64_t at_ms, struct store_fill_result *r, struct err *reterr)
{
	CLEANUP(freep) char *key = url_key(c->url);
	bool known;

	if (key == NULL)
		return 0;
	r->found++;
	if (is_known(s, key, &known, reterr) < 0)
		return -1;
	if (known) {
		r->known++;
		return 0;
	}
	if (r->fresh == 0 && r->known <= SHIFT_MAX)
		r->known = 0;
	if (r->known > 0)
		return 0;
	r->fresh++;
	return store_run(s, store_bind(s, STMT_CANDIDATE_ADD, "itttttttdtdii", src->id, key, c->url,
	    NULL, c->title, c->published, c->updated, c->language, c->published_source, c->summary,
	    0, INT64_C(0), at_ms), reterr);
}

static int
fill_page(struct store *s, const char *source, const struct store_candidate *list, size_t n,
    const char *more, int64_t at_ms, struct store_fill_result *r, struct err *reterr)
{
	CLEANUP(store_source_done) struct store_source src = { 0 };
	CLEANUP(store_window_done) struct window w = { 0 };
	size_t i;

	if (store_source_load(s, source, &src, reterr) < 0 ||
	    store_window_load(s, src.id, &w, reterr) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (fill_row(s, &src, &list[i], at_ms, r, reterr) < 0)
			return -1;
	r->over = more == NULL || r->known > 0 || n == 0 || w.pages + 1 >= STORE_FILL_PAGES;
	return store_gap_fill(s, src.id, r->over ? NULL : more, r->over ? 0 : w.pages + 1, reterr);
}

int
store_fill_read(struct store *s, const char *source, const struct store_candidate *list, size_t n,
    const char *more, int64_t at_ms, struct store_fill_result *ret, struct err *reterr)
{
	struct store_fill_result result = { 0 };
	int rc;

	if (store_enter(s, reterr) < 0)
		return -1;
	rc = store_leave(s, fill_page(s, source, list, n, more, at_ms, &result, reterr), reterr);
	if (rc == 0 && ret != NULL)
		*ret = result;
	return rc;
}
