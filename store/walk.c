/* walk: documents as the export has them, one by one; lists never touch the texts. */
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/store_int.h"
#include "base/banned.h"

#define GROUP_MAX 64		/* documents of a list that are read at once */
#define GROUP_BYTES (1u << 20)	/* of text among them, about */

static const char *const doc_states[] = { "live", "removed" };

static void
strings_read(const char *json, char ***ret, size_t *ret_count)
{
	CLEANUP(json_decrefp) json_t *list = NULL;

	if (json != NULL && json_read(json, strlen(json), &list, NULL) == 0)
		store_strings_of(list, ret, ret_count);
}

/* Columns in the order of DOC_COLUMNS in stmt.c. */
static struct store_doc *
doc_read(sqlite3_stmt *q)
{
	struct store_doc *d = xcalloc(1, sizeof(*d));
	unsigned state = (unsigned)sqlite3_column_int(q, 17);

	d->doc_id = sqlite3_column_int64(q, 0);
	d->id = xasprintf("%lld", (long long)d->doc_id);
	d->source = store_column_text(q, 1);
	d->url = store_column_text(q, 2);
	d->title = store_column_text(q, 3);
	d->published = store_column_text(q, 4);
	d->published_ms = sqlite3_column_int64(q, 5);
	d->modified = store_column_text(q, 6);
	d->language = store_column_text(q, 7);
	d->section = store_column_text(q, 8);
	d->author = store_column_text(q, 9);
	d->dateline = store_column_text(q, 10);
	strings_read((const char *)sqlite3_column_text(q, 11), &d->captions, &d->captions_count);
	d->text_state = (enum text_state)sqlite3_column_int(q, 12);
	d->words = (unsigned)sqlite3_column_int64(q, 13);
	d->revision = (unsigned)sqlite3_column_int64(q, 14);
	d->first_seen_ms = sqlite3_column_int64(q, 15);
	d->last_changed_ms = sqlite3_column_int64(q, 16);
	d->state = xstrdup(doc_states[state < 2 ? state : 0]);
	if (sqlite3_column_type(q, 18) != SQLITE_NULL)
		d->story = xasprintf("%lld", (long long)sqlite3_column_int64(q, 18));
	strings_read((const char *)sqlite3_column_text(q, 19), &d->labels, &d->labels_count);
	return d;
}

/* aliases: absolute URLs as met, in a fixed order. */
static int
doc_fill(struct store *s, struct store_doc *d, bool with_text, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_ALIASES_OF, "i", d->doc_id);
	size_t cap = 0;
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0) {
		d->aliases = xgrow(d->aliases, &cap, d->aliases_count + 1, sizeof(*d->aliases));
		d->aliases[d->aliases_count++] = store_column_text(q, 0);
	}
	if (rc < 0 || !with_text)
		return rc;
	q = store_bind(s, STMT_TEXT_GET, "i", d->doc_id);
	if ((rc = store_step(s, q, reterr)) > 0) {
		d->text = store_column_text(q, 0);
		sqlite3_reset(q);
	}
	return rc < 0 ? -1 : 0;
}

int
store_doc_load(struct store *s, int64_t doc_id, bool with_text, struct store_doc **ret,
    struct err *reterr)
{
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	sqlite3_stmt *q = store_bind(s, STMT_DOC_GET, "i", doc_id);
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "no document %lld", (long long)doc_id);
	d = doc_read(q);
	sqlite3_reset(q);
	if (doc_fill(s, d, with_text, reterr) < 0)
		return -1;
	*ret = d;
	d = NULL;
	return 0;
}

/* ---- lists ---- */

/* The document after `last` in the order of the statement that passes. 1, 0 or -1. */
static int
list_next(struct store *s, enum store_stmt which, int64_t last, const struct filter_values *v,
    bool with_text, struct store_doc **ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, which, "i", last);
	int rc;

	store_filter_bind(q, 2, v);
	if (which == STMT_LIST_NEXT_SOURCE)
		sqlite3_bind_int64(q, 15, v->only_source);
	if ((rc = store_step(s, q, reterr)) <= 0)
		return rc;
	*ret = doc_read(q);
	sqlite3_reset(q);
	if (doc_fill(s, *ret, with_text, reterr) == 0 &&
	    (v->at_ms == 0 || store_doc_at(s, *ret, v->at_ms, reterr) >= 0))
		return 1;
	store_doc_free(*ret);
	return -1;
}

struct group { struct store_doc *docs[GROUP_MAX]; size_t count; };

/*
 * Up to max documents behind `last`, read in one transaction: the locks of two for each document cost a third of a list. None
 * stays open while fn works, for a person may leave a list in a pager. 1: there may be more, 0: no, -1.
 */
static int
list_group(struct store *s, enum store_stmt which, int64_t last, const struct filter_values *v, bool with_text, size_t max,
    struct group *g, struct err *reterr)
{
	bool own = sqlite3_get_autocommit(s->db);
	size_t bytes = 0;
	int rc = 1;

	g->count = 0;
	if (own && store_exec(s, "BEGIN", reterr) < 0)
		return -1;
	while (g->count < max && bytes < GROUP_BYTES &&
	    (rc = list_next(s, which, last, v, with_text, &g->docs[g->count], reterr)) > 0) {
		const struct store_doc *d = g->docs[g->count++];

		last = d->doc_id;
		bytes += d->text != NULL ? strlen(d->text) : 0;
	}
	if (own)
		sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	return rc;
}

int
store_list_run(struct store *s, enum store_stmt which, const struct filter_values *v,
    bool with_text, store_doc_fn *fn, void *arg, struct err *reterr)
{
	int64_t last = which == STMT_WALK_NEXT ? 0 : INT64_MAX;
	unsigned found = 0;
	struct group g;
	int rc = 1, stop = 0;

	while (rc > 0 && found < v->limit && stop == 0) {
		size_t max = v->limit - found < GROUP_MAX ? v->limit - found : GROUP_MAX;

		rc = list_group(s, which, last, v, with_text, max, &g, reterr);
		for (size_t i = 0; i < g.count; i++) {
			last = g.docs[i]->doc_id;
			if (stop == 0) {
				found++;
				stop = fn(g.docs[i], NULL, arg);
			}
			store_doc_free(g.docs[i]);
		}
	}
	return rc < 0 ? -1 : (int)found;
}

int
store_list(struct store *s, const struct store_filter *f, bool with_text, store_doc_fn *fn,
    void *arg, struct err *reterr)
{
	CLEANUP(store_filter_close) struct filter_values v = { 0 };

	if (f != NULL && f->query != NULL)
		return store_query_run(s, STMT_FIND_NEWEST, f->query, f, with_text, fn, arg, reterr);
	if (store_filter_open(s, f, NULL, &v, reterr) < 0)
		return -1;
	return store_list_run(s, v.only_source != 0 ? STMT_LIST_NEXT_SOURCE : STMT_LIST_NEXT, &v,
	    with_text, fn, arg, reterr);
}

int
store_walk(struct store *s, const struct store_filter *f, store_doc_fn *fn, void *arg,
    struct err *reterr)
{
	CLEANUP(store_filter_close) struct filter_values v = { 0 };

	if (f != NULL && f->query != NULL)
		return store_query_run(s, STMT_FIND_OLDEST, f->query, f, true, fn, arg, reterr);
	if (store_filter_open(s, f, NULL, &v, reterr) < 0)
		return -1;
	return store_list_run(s, STMT_WALK_NEXT, &v, true, fn, arg, reterr);
}

/* ---- one document ---- */

static int
find_id(struct store *s, const char *id_or_url, int64_t *ret, struct err *reterr)
{
	CLEANUP(freep) char *key = NULL;
	char *end;

	errno = 0;
	*ret = strtoll(id_or_url, &end, 10);
	if (end != id_or_url && *end == '\0' && errno == 0 && *ret > 0)
		return 0;
	key = url_key(id_or_url);
	if (key != NULL && store_alias_find(s, ALIAS_URL, "", key, ret, reterr) < 0)
		return -1;
	if (key == NULL || *ret <= 0)
		return err_set(reterr, ERR_INPUT, "no document \"%s\"", id_or_url);
	return 0;
}

static void
replace(char **field, const json_t *fields, const char *name)
{
	free(*field);
	*field = xstrdup(json_get_str(fields, name));
}

/* Makes of the current document the one that revision was. */
int
store_as_revision(struct store *s, struct store_doc *d, unsigned number, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *fields = NULL;
	CLEANUP(freep) char *json = NULL;
	sqlite3_stmt *q = store_bind(s, STMT_REVISION_GET, "ii", d->doc_id, (int64_t)number);
	unsigned char hash[STORE_HASH];
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "document %s has no revision %u (it has %u)", d->id,
		    number, d->revision);
	free(d->title);
	d->title = store_column_text(q, 0);
	store_column_hash(q, 1, hash);
	d->text_state = (enum text_state)sqlite3_column_int(q, 2);
	d->words = (unsigned)sqlite3_column_int64(q, 3);
	d->last_changed_ms = sqlite3_column_int64(q, 4);
	json = store_column_text(q, 5);
	sqlite3_reset(q);
	d->revision = number;
	free(d->text);
	d->text = NULL;
	if (d->text_state != TEXT_NONE && store_text_by_hash(s, d->doc_id, hash, &d->text, reterr) < 0)
		return -1;
	if (json == NULL || json_read(json, strlen(json), &fields, NULL) < 0)
		return 0;
	replace(&d->published, fields, "published");
	replace(&d->modified, fields, "modified");
	replace(&d->language, fields, "language");
	replace(&d->section, fields, "section");
	replace(&d->author, fields, "author");
	replace(&d->dateline, fields, "dateline");
	store_strings_free(d->captions, d->captions_count);
	d->captions = NULL;
	d->captions_count = 0;
	store_strings_of(json_object_get(fields, "captions"), &d->captions, &d->captions_count);
	return 0;
}

int
store_get(struct store *s, const char *id_or_url, unsigned revision, struct store_doc **ret,
    struct err *reterr)
{
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	int64_t id;

	if (find_id(s, id_or_url, &id, reterr) < 0 || store_doc_load(s, id, true, &d, reterr) < 0)
		return -1;
	if (revision != 0 && revision != d->revision && store_as_revision(s, d, revision, reterr) < 0)
		return -1;
	*ret = d;
	d = NULL;
	return 0;
}

int
store_get_at(struct store *s, const char *id_or_url, int64_t at_ms, struct store_doc **ret,
    struct err *reterr)
{
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	char seen[CLOCK_TEXT_MAX];
	int64_t id;
	int rc;

	if (find_id(s, id_or_url, &id, reterr) < 0 || store_doc_load(s, id, true, &d, reterr) < 0 ||
	    (rc = store_doc_at(s, d, at_ms, reterr)) < 0)
		return -1;
	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "document %s was not known yet: it was first seen %s", d->id,
		    clock_rfc3339(d->first_seen_ms, false, seen));
	*ret = d;
	d = NULL;
	return 0;
}

int
store_history(struct store *s, int64_t doc_id,
    int (*fn)(const struct store_revision *r, void *arg), void *arg, struct err *reterr)
{
	CLEANUP(freep) char *title = NULL, *extractor = NULL;
	unsigned char hash[STORE_HASH];
	char text_hex[SHA256_HEX], raw_hex[SHA256_HEX];
	struct store_revision r = { 0 };
	sqlite3_stmt *q;
	int rc, stop = 0;

	while (stop == 0) {
		q = store_bind(s, STMT_REVISION_NEXT, "ii", doc_id, (int64_t)r.number);
		if ((rc = store_step(s, q, reterr)) <= 0)
			return rc;
		r.number = (unsigned)sqlite3_column_int64(q, 0);
		r.seen_ms = sqlite3_column_int64(q, 1);
		free(title);
		r.title = title = store_column_text(q, 2);
		r.words = (unsigned)sqlite3_column_int64(q, 3);
		r.words_inserted = (unsigned)sqlite3_column_int64(q, 4);
		r.words_deleted = (unsigned)sqlite3_column_int64(q, 5);
		r.kinds = (unsigned)sqlite3_column_int64(q, 6);
		store_column_hash(q, 7, hash);
		r.text_hash = digest_hex(hash, STORE_HASH, text_hex);
		r.raw_hash = store_column_hash(q, 8, hash) ? digest_hex(hash, STORE_HASH, raw_hex) : NULL;
		free(extractor);
		r.extractor = extractor = store_column_text(q, 9);
		r.pruned_ms = sqlite3_column_int64(q, 10);
		sqlite3_reset(q);
		stop = fn(&r, arg);
	}
	return 0;
}

int
store_raw_of(struct store *s, int64_t doc_id, unsigned revision, char **ret, size_t *ret_len,
    char **ret_content_type, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_REVISION_RAW, "ii", doc_id, (int64_t)revision);
	CLEANUP(freep) char *type = NULL;
	unsigned char hash[STORE_HASH];
	bool kept;
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	kept = rc > 0 && store_column_hash(q, 0, hash);
	type = rc > 0 ? store_column_text(q, 1) : NULL;
	sqlite3_reset(q);
	if (!kept)
		return err_set(reterr, ERR_INPUT, "no response is kept for it");
	if (store_raw(s, hash, ret, ret_len, reterr) < 0)
		return -1;
	if (ret_content_type != NULL) {
		*ret_content_type = type;
		type = NULL;
	}
	return 0;
}
