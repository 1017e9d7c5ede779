/* import: documents of an export on their way back into an archive. */
#include <string.h>
#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/store_int.h"
#include "base/banned.h"

static int
ensure_source(struct store *s, const struct store_doc *d, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *list = json_array();
	CLEANUP(freep) char *labels = NULL;

	for (size_t i = 0; i < d->labels_count; i++)
		json_array_append_new(list, json_string(d->labels[i]));
	labels = json_line(list);
	return store_run(s, store_bind(s, STMT_IMPORT_SOURCE, "ttt", d->source, d->url, labels), reterr);
}

/* The number of its revision and its times are those of the archive that it comes from. */
static int
restore_head(struct store *s, int64_t doc_id, const struct store_doc *d, struct err *reterr)
{
	bool removed = d->state != NULL && strcmp(d->state, "removed") == 0;
	int64_t revision = d->revision > 0 ? d->revision : 1;
	int64_t changed_ms = d->last_changed_ms > 0 ? d->last_changed_ms : d->first_seen_ms;

	return store_run(s, store_bind(s, STMT_IMPORT_HEAD, "iiid", doc_id, revision, changed_ms,
	    removed ? 1 : 0), reterr);
}

static int
restore(struct store *s, int64_t doc_id, const struct store_doc *d, struct err *reterr)
{
	int64_t revision = d->revision > 0 ? d->revision : 1;
	int64_t changed_ms = d->last_changed_ms > 0 ? d->last_changed_ms : d->first_seen_ms;

	if (restore_head(s, doc_id, d, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_IMPORT_REVISION, "iii", doc_id, revision, changed_ms),
	    reterr);
}

/* Is it the next revision of what an earlier line of the same export brought, or would have brought? */
static int
continues(struct store *s, int64_t doc_id, const struct store_doc *d, const unsigned char *after, bool *ret, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row old = { 0 };

	*ret = false;
	if (after == NULL)
		return 0;
	if (store_doc_row(s, doc_id, &old, reterr) < 0)
		return -1;
	*ret = (unsigned)old.revision + 1 == d->revision && memcmp(old.text_hash, after, STORE_HASH) == 0;
	return 0;
}

static int
import(struct store *s, const struct store_doc *d, const struct document *doc,
    const struct store_import_raw *raw, enum store_imported *ret, struct err *reterr)
{
	CLEANUP(freep) char *key = url_key(d->url);
	struct store_put put = { .source = d->source, .url = d->url,
		.hops = (const char *const *)d->aliases, .hops_count = d->aliases_count, .doc = doc,
		.extractor = "import", .at_ms = d->first_seen_ms, .quiet = true, .raw = raw->raw, .raw_len = raw->len,
		.content_type = raw->content_type };
	struct store_put_result result;
	int64_t there = 0;
	bool next = false;

	if (key == NULL)
		return err_set(reterr, ERR_INPUT, "not a web address: %s", d->url);
	if (store_alias_find(s, ALIAS_URL, "", key, &there, reterr) < 0)
		return -1;
	*ret = IMPORT_KNOWN;
	if (there > 0 && continues(s, there, d, raw->after, &next, reterr) < 0)
		return -1;
	if (next) {
		put.doc_id = there;
		put.imported = true;
		put.at_ms = d->last_changed_ms;
		*ret = IMPORT_REVISION;
		return store_put(s, &put, NULL, &result, reterr) < 0 ? -1 : restore_head(s, there, d, reterr);
	}
	if (there > 0)
		return 0;
	if (ensure_source(s, d, reterr) < 0 || store_put(s, &put, NULL, &result, reterr) < 0)
		return -1;
	*ret = result.what == PUT_NEW ? IMPORT_NEW : IMPORT_ALIAS;
	return result.what == PUT_NEW ? restore(s, result.doc_id, d, reterr) : 0;
}

int
store_import(struct store *s, const struct store_doc *d, const struct document *doc,
    const struct store_import_raw *raw, enum store_imported *ret, struct err *reterr)
{
	if (store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, import(s, d, doc, raw, ret, reterr), reterr);
}
