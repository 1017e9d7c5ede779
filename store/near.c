/*
 * near: near-duplicates. The 64 bits of a text's fingerprint stand in four bands of 16; texts at
 * distance 3 or less share one band at least, so four short scans find them all. Those and the
 * carriers of the same story are confirmed by the likeness of their texts.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "document/fingerprint.h"
#include "document/similar.h"
#include "store/store_int.h"
#include "base/banned.h"

#define BANDS 4
#define NEAR_DISTANCE 12	/* further apart are not compared: chance meetings of a band */
#define NEAR_COMPARED 200	/* texts read at most */
#define NEAR_LIKENESS 0.5

static int64_t
band_of(uint64_t simhash, int i)
{
	return (int64_t)i << 16 | (int64_t)(simhash >> (16 * i) & 0xffff);
}

static int
near_each(struct store *s, enum store_stmt which, int64_t doc_id, uint64_t simhash,
    struct err *reterr)
{
	int i;

	for (i = 0; i < BANDS; i++)
		if (store_run(s, store_bind(s, which, "iii", band_of(simhash, i), doc_id,
		    (int64_t)simhash), reterr) < 0)
			return -1;
	return 0;
}

int
store_near_add(struct store *s, int64_t doc_id, uint64_t simhash, struct err *reterr)
{
	return near_each(s, STMT_NEAR_ADD, doc_id, simhash, reterr);
}

int
store_near_remove(struct store *s, int64_t doc_id, uint64_t simhash, struct err *reterr)
{
	return near_each(s, STMT_NEAR_REMOVE, doc_id, simhash, reterr);
}

struct near {
	int64_t doc_id;
	int distance;
	double likeness;
};

struct nears {
	struct near *list;
	size_t count, cap;
};

static int
by_id(const void *va, const void *vb)
{
	const struct near *a = va, *b = vb;

	return a->doc_id < b->doc_id ? -1 : a->doc_id > b->doc_id;
}

static int
by_distance(const void *va, const void *vb)
{
	const struct near *a = va, *b = vb;

	return a->distance != b->distance ? a->distance - b->distance : by_id(va, vb);
}

static int
by_likeness(const void *va, const void *vb)
{
	const struct near *a = va, *b = vb;

	return a->likeness > b->likeness ? -1 : a->likeness < b->likeness ? 1 : by_id(va, vb);
}

static int
collect(struct store *s, sqlite3_stmt *q, int64_t self, uint64_t simhash, int farthest,
    struct nears *n, struct err *reterr)
{
	int64_t id;
	int rc, distance;

	while ((rc = store_step(s, q, reterr)) > 0) {
		id = sqlite3_column_int64(q, 0);
		distance = fingerprint_distance(simhash, (uint64_t)sqlite3_column_int64(q, 1));
		if (id == self || distance > farthest)
			continue;
		n->list = xgrow(n->list, &n->cap, n->count + 1, sizeof(*n->list));
		n->list[n->count++] = (struct near){ .doc_id = id, .distance = distance };
	}
	return rc;
}

static void
without_repeats(struct nears *n)
{
	size_t i, kept = 0;

	if (n->count > 1)
		qsort(n->list, n->count, sizeof(*n->list), by_id);
	for (i = 0; i < n->count; i++)
		if (kept == 0 || n->list[kept - 1].doc_id != n->list[i].doc_id)
			n->list[kept++] = n->list[i];
	n->count = kept;
	if (n->count > 1)
		qsort(n->list, n->count, sizeof(*n->list), by_distance);
	if (n->count > NEAR_COMPARED)
		n->count = NEAR_COMPARED;
}

static int
near_find(struct store *s, const struct doc_row *self, struct nears *n, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_REVISION_SIMHASH, "i", self->doc_id);
	uint64_t simhash;
	int rc = store_step(s, q, reterr), i;

	if (rc < 0)
		return -1;
	simhash = rc > 0 ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	for (i = 0; i < BANDS; i++)
		if (collect(s, store_bind(s, STMT_NEAR_BAND, "i", band_of(simhash, i)), self->doc_id,
		    simhash, NEAR_DISTANCE, n, reterr) < 0)
			return -1;
	if (self->story != 0 && collect(s, store_bind(s, STMT_STORY_MEMBERS, "i", self->story),
	    self->doc_id, simhash, 64, n, reterr) < 0)
		return -1;
	without_repeats(n);
	return 0;
}

static int
near_weigh(struct store *s, const struct doc_row *self, struct nears *n, struct err *reterr)
{
	CLEANUP(freep) char *text = NULL;
	sqlite3_stmt *q;
	size_t i;
	int rc;

	for (i = 0; i < n->count; i++) {
		q = store_bind(s, STMT_TEXT_GET, "i", n->list[i].doc_id);
		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		free(text);
		text = rc > 0 ? store_column_text(q, 0) : NULL;
		sqlite3_reset(q);
		if (text != NULL)
			n->list[i].likeness = similar_jaccard(self->text, strlen(self->text), text,
			    strlen(text));
	}
	if (n->count > 1)
		qsort(n->list, n->count, sizeof(*n->list), by_likeness);
	return 0;
}

static int
near_tell(struct store *s, const struct nears *n, store_doc_fn *fn, void *arg, struct err *reterr)
{
	struct store_doc *doc;
	char share[16];
	size_t i;
	int stop = 0;

	for (i = 0; i < n->count && stop == 0 && n->list[i].likeness >= NEAR_LIKENESS; i++) {
		if (store_doc_load(s, n->list[i].doc_id, false, &doc, reterr) < 0)
			return -1;
		snprintf(share, sizeof(share), "%.2f", n->list[i].likeness);
		stop = fn(doc, share, arg);
		store_doc_free(doc);
	}
	return (int)i;
}

int
store_similar(struct store *s, int64_t doc_id, store_doc_fn *fn, void *arg, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row self = { 0 };
	struct nears n = { 0 };
	int rc = 0;

	if (store_doc_row(s, doc_id, &self, reterr) < 0)
		return -1;
	if (self.text != NULL && ((rc = near_find(s, &self, &n, reterr)) < 0 ||
	    (rc = near_weigh(s, &self, &n, reterr)) < 0))
		rc = -1;
	if (rc == 0)
		rc = near_tell(s, &n, fn, arg, reterr);
	free(n.list);
	return rc;
}
