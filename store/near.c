/*
 * near: which texts resemble this one? Each text stands under the fourteen bands of its sketch; those that share a band are
 * read, most bands first, and weighed by their shingles. Every step is bounded: a form that was filled in ten thousand
 * times shows its newest fillings only.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/url.h"
#include "document/similar.h"
#include "document/tie.h"
#include "store/store_int.h"
#include "base/banned.h"

#define BAND_READ 64		/* newest of one band */
#define COMPARED_MAX 24		/* texts read and weighed */
#define STORY_READ 200

static int
each_band(struct store *s, enum store_stmt which, const struct sketch *k, int64_t doc_id,
    struct err *reterr)
{
	int i;

	for (i = 0; i < SKETCH_BANDS; i++)
		if (store_run(s, store_bind(s, which, "ii", (int64_t)k->band[i], doc_id), reterr) < 0)
			return -1;
	return 0;
}

/* A new text is looked for and then added: its sketch, a tenth of what keeping it costs, is made once. */
static bool
sketch_of(struct store *s, const char *text, struct sketch *ret)
{
	size_t n = strlen(text);
	uint64_t hash = digest_xxh64(text, n, n);

	if (!s->sketched || s->sketch_hash != hash) {
		s->has_sketch = sketch_make(text, n, &s->sketch);
		s->sketch_hash = hash;
		s->sketched = true;
	}
	*ret = s->sketch;
	return s->has_sketch;
}

int
store_near_add(struct store *s, int64_t doc_id, const char *text, struct err *reterr)
{
	struct sketch k;

	if (text == NULL || !sketch_of(s, text, &k))
		return 0;
	return each_band(s, STMT_NEAR_ADD, &k, doc_id, reterr);
}

int
store_near_replace(struct store *s, int64_t doc_id, const char *old, const char *text,
    struct err *reterr)
{
	struct sketch k;

	if (old != NULL && sketch_make(old, strlen(old), &k) &&
	    each_band(s, STMT_NEAR_REMOVE, &k, doc_id, reterr) < 0)
		return -1;
	return store_near_add(s, doc_id, text, reterr);
}

void
store_nears_done(struct nears *n)
{
	free(n->list);
	*n = (struct nears){ 0 };
}

static int
by_id(const void *va, const void *vb)
{
	const struct near *a = va, *b = vb;

	return a->doc_id < b->doc_id ? -1 : a->doc_id > b->doc_id;
}

/* The newest of those that share as much. */
static int
by_bands(const void *va, const void *vb)
{
	const struct near *a = va, *b = vb;

	return a->bands != b->bands ? (a->bands < b->bands) - (a->bands > b->bands) : -by_id(va, vb);
}

static int
by_likeness(const void *va, const void *vb)
{
	const struct near *a = va, *b = vb;

	return a->likeness > b->likeness ? -1 : a->likeness < b->likeness ? 1 : by_id(va, vb);
}

static int
collect(struct store *s, sqlite3_stmt *q, int64_t self, unsigned weight, struct nears *n, struct err *reterr)
{
	int64_t id;
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0) {
		id = sqlite3_column_int64(q, 0);
		if (id == self)
			continue;
		n->list = xgrow(n->list, &n->cap, n->count + 1, sizeof(*n->list));
		n->list[n->count++] = (struct near){ .doc_id = id, .bands = weight };
	}
	return rc;
}

/* Each document once, with the bands that it shares. */
static void
fold(struct nears *n)
{
	size_t i, kept = 0;

	if (n->count > 1)
		qsort(n->list, n->count, sizeof(*n->list), by_id);
	for (i = 0; i < n->count; i++) {
		if (kept == 0 || n->list[kept - 1].doc_id != n->list[i].doc_id)
			n->list[kept++] = n->list[i];
		else
			n->list[kept - 1].bands += n->list[i].bands;
	}
	n->count = kept;
	if (n->count > 1)
		qsort(n->list, n->count, sizeof(*n->list), by_bands);
}

/* Exact where a likeness is floor or more; nobody asks for those below it. */
static int
weigh(struct store *s, const char *own, double floor, struct nears *n, struct err *reterr)
{
	CLEANUP(similar_probe_freep) struct similar_probe *mine = n->count > 0 ? similar_probe_new(own, strlen(own)) : NULL;
	sqlite3_stmt *q;
	size_t i;
	int rc;

	for (i = 0; i < n->count; i++) {
		const char *text;

		q = store_bind(s, STMT_TEXT_GET, "i", n->list[i].doc_id);
		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		text = rc > 0 ? (const char *)sqlite3_column_text(q, 0) : NULL;
		if (text != NULL)
			n->list[i].likeness = similar_probe_jaccard(mine, text, (size_t)sqlite3_column_bytes(q, 0), floor);
		sqlite3_reset(q);
	}
	if (n->count > 1)
		qsort(n->list, n->count, sizeof(*n->list), by_likeness);
	return 0;
}

int
store_near_sharing(struct store *s, const struct sketch *k, int64_t self, struct nears *ret, struct err *reterr)
{
	for (int i = 0; i < SKETCH_BANDS; i++)
		if (collect(s, store_bind(s, STMT_NEAR_BAND, "ii", (int64_t)k->band[i], (int64_t)BAND_READ),
		    self, 1, ret, reterr) < 0)
			return -1;
	fold(ret);
	if (ret->count > COMPARED_MAX)
		ret->count = COMPARED_MAX;
	return 0;
}

int
store_near_find(struct store *s, const char *text, int64_t self, int64_t story, struct nears *ret,
    struct err *reterr)
{
	struct sketch k;

	if (!sketch_of(s, text, &k))
		return 0;
	if (store_near_sharing(s, &k, self, ret, reterr) < 0)
		return -1;
	if (story != 0) {	/* carriers are shown however far they drifted apart */
		if (collect(s, store_bind(s, STMT_STORY_MEMBERS, "ii", story, (int64_t)STORY_READ), self, 0,
		    ret, reterr) < 0)
			return -1;
		fold(ret);
	}
	return weigh(s, text, story != 0 ? 0 : TIE_EVENT_LIKENESS, ret, reterr);
}

/* ---- the question of a person ---- */

static int
tell(struct store *s, const struct doc_row *self, const struct near *n, store_similar_fn *fn,
    void *arg, bool *ret_told, struct err *reterr)
{
	CLEANUP(store_doc_freep) struct store_doc *doc = NULL;
	const struct tie_text mine = { self->title, self->text };
	struct store_similarity how = { .share = n->likeness };
	struct tie_text other;
	int64_t story;

	if (store_doc_load(s, n->doc_id, true, &doc, reterr) < 0)
		return -1;
	other = (struct tie_text){ doc->title, doc->text };
	story = doc->story != NULL ? strtoll(doc->story, NULL, 10) : 0;
	how.story = story != 0 && story == self->story;
	how.tie = tie_name(tie_judge(&mine, &other, n->likeness, url_same_site(self->url, doc->url)));
	*ret_told = how.story || n->likeness >= TIE_EVENT_LIKENESS;
	return *ret_told ? fn(doc, &how, arg) : 0;
}

int
store_similar(struct store *s, int64_t doc_id, store_similar_fn *fn, void *arg, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row self = { 0 };
	CLEANUP(store_nears_done) struct nears n = { 0 };
	int found = 0, rc = 0;
	bool told;
	size_t i;

	if (store_doc_row(s, doc_id, &self, reterr) < 0)
		return -1;
	if (self.text == NULL)
		return 0;
	if (store_near_find(s, self.text, doc_id, self.story, &n, reterr) < 0)
		return -1;
	for (i = 0; i < n.count && rc == 0; i++) {
		if ((rc = tell(s, &self, &n.list[i], fn, arg, &told, reterr)) < 0)
			return -1;
		found += told;
	}
	return found;
}

/* ---- archives of before the sketches ---- */

static int64_t
below_get(struct store *s)
{
	CLEANUP(freep) char *value = NULL;

	if (s->near_below < 0) {
		value = store_meta_get(s, "near_below");
		s->near_below = value != NULL ? strtoll(value, NULL, 10) : 0;
	}
	return s->near_below;
}

int
store_near_catch_up(struct store *s, unsigned max, struct err *reterr)
{
	int64_t below = below_get(s);
	char note[24];
	unsigned i;
	int rc;

	if (below == 0)
		return 0;
	for (i = 0; i < max && below > 0; i++) {
		sqlite3_stmt *q = store_bind(s, STMT_TEXT_BELOW, "i", below);
		CLEANUP(freep) char *text = NULL;

		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		below = rc > 0 ? sqlite3_column_int64(q, 0) : 0;
		text = rc > 0 ? store_column_text(q, 1) : NULL;
		sqlite3_reset(q);
		if (store_near_add(s, below, text, reterr) < 0)
			return -1;
	}
	snprintf(note, sizeof(note), "%lld", (long long)below);
	if (store_run(s, store_bind(s, STMT_META_SET, "tt", "near_below", note), reterr) < 0)
		return -1;
	s->near_below = below;
	return below > 0;
}
