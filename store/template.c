/*
 * template: one change of a site's template shows on all its pages. The same words that went and came on five documents
 * of a site within an hour are such a change: the new text is taken as if it had always been so, and one
 * notice says it for all. A first difference sends a look at a few sisters, so that this is known before an edit is told.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/url.h"
#include "document/diff.h"
#include "store/store_int.h"
#include "base/banned.h"

#define SAME_WITHIN_MS 3600000
#define SAME_MIN 5			/* documents */
#define SISTERS 6			/* that are looked at */

static uint64_t
add_run(uint64_t h, enum diff_op op, const char *text)
{
	h = digest_xxh64(op == DIFF_DELETE ? "-" : "+", 1, h);
	return digest_xxh64(text, strlen(text), h);
}

static uint64_t
add_diff(uint64_t h, const char *before, const char *after)
{
	CLEANUP(diff_freep) struct diff *d = diff_texts(before, after);
	size_t i, k;

	for (i = 0; i < d->blocks_count; i++) {
		const struct diff_block *b = &d->blocks[i];

		if (b->op != DIFF_SAME && b->runs_count == 0)
			h = add_run(h, b->op, b->text);
		for (k = 0; k < b->runs_count; k++)
			if (b->runs[k].op != DIFF_SAME)
				h = add_run(h, b->runs[k].op, b->runs[k].text);
	}
	return h;
}

uint64_t
store_change_words(const char *old_title, const char *title, const char *old_text, const char *text)
{
	return add_diff(add_diff(0, old_title, title), old_text, text);
}

static int
counts(struct store *s, const char *site, uint64_t words, int64_t since_ms, int64_t *ret_same,
    int64_t *ret_told, int64_t *ret_any, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_CHANGE_COUNT, "tii", site, (int64_t)words, since_ms);

	if (store_step(s, q, reterr) < 0)
		return -1;
	*ret_same = sqlite3_column_int64(q, 0);
	*ret_told = sqlite3_column_int64(q, 1);
	sqlite3_reset(q);
	q = store_bind(s, STMT_CHANGE_RECENT, "ti", site, since_ms);
	if (store_step(s, q, reterr) < 0)
		return -1;
	*ret_any = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

int
store_take_over(struct put_ctx *p, const struct doc_row *old, struct err *reterr)
{
	if (store_raw_keep(p, store_hash_is_zero(old->raw_hash) ? NULL : old->raw_hash, reterr) < 0 ||
	    store_rederive(p->s, old->doc_id, p->put->doc, p->put->extractor, reterr) < 0)
		return -1;
	if (store_hash_is_zero(p->raw_hash))
		return 0;
	return store_run(p->s, store_bind(p->s, STMT_REVISION_RAW_SET, "iih", old->doc_id,
	    (int64_t)old->revision, p->raw_hash), reterr);
}

static int
tell_once(struct put_ctx *p, const struct doc_row *old, const char *site, struct err *reterr)
{
	CLEANUP(freep) char *cause = xasprintf("the same words changed on %d and more documents of %s "
	    "within an hour (the last: %s): taken for its template, not for edits", SAME_MIN, site,
	    old->url);
	struct event_new e = { .kind = EV_SOURCE_TEMPLATE, .source_id = p->source.id,
		.at_ms = p->put->at_ms, .source = p->source.name, .state = p->source.state,
		.cause = cause, .advice = "read one of the documents to see what is new on all of them",
		.since_ms = p->put->at_ms };

	return store_event_add(p->s, &e, p->routes, &p->result->event_seq, reterr);
}

int
store_template_check(struct put_ctx *p, const struct doc_row *old, bool *ret, struct err *reterr)
{
	CLEANUP(freep) char *site = url_site(old->url);
	uint64_t words = store_change_words(old->title, p->title, old->text, p->text);
	int64_t since = p->put->at_ms - SAME_WITHIN_MS, same, told, any;

	*ret = false;
	if (site == NULL || p->put->doc_id == 0 || old->text == NULL ||
	    p->put->doc->text_state == TEXT_NONE)
		return 0;
	if (store_run(p->s, store_bind(p->s, STMT_CHANGE_ADD, "tiii", site, (int64_t)words,
	    old->doc_id, p->put->at_ms), reterr) < 0 ||
	    counts(p->s, site, words, since, &same, &told, &any, reterr) < 0)
		return -1;
	if (any == 1 && store_run(p->s, store_bind(p->s, STMT_CHANGE_PRUNE, "ti", site, since), reterr) < 0)
		return -1;
	if (any == 1 && told == 0 && p->put->confirm_ms > 0)
		return store_run(p->s, store_bind(p->s, STMT_CHECK_SISTERS, "iiii", old->source_id,
		    p->put->at_ms, old->doc_id, (int64_t)SISTERS), reterr);
	if (same < SAME_MIN && told == 0)	/* pages that are looked at later are of it too */
		return 0;
	*ret = true;
	if (told == 0 && (tell_once(p, old, site, reterr) < 0 ||
	    store_run(p->s, store_bind(p->s, STMT_CHANGE_TOLD, "ti", site, (int64_t)words), reterr) < 0))
		return -1;
	return store_take_over(p, old, reterr);
}
