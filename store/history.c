/*
 * history: the archive as it was. Earlier revisions have an index of their own: title, text, and the words that the edit which
 * ended them took out. Only edits pay for it; a document that was never edited has no row there.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define ROW(doc_id, number) ((doc_id) * 65536 + (int64_t)(number))
#define REMOVED_MAX (STORE_RAW_MAX)

/* ---- what an edit took out ---- */

static void
add_run(struct buf *b, const char *text)
{
	if (b->len > 0)
		buf_adds(b, "\n" REMOVED_GAP "\n");
	buf_adds(b, text);
}

static void
add_removed(struct buf *b, const struct diff *diff)
{
	size_t i, k;

	for (i = 0; diff != NULL && i < diff->blocks_count; i++) {
		const struct diff_block *block = &diff->blocks[i];

		if (block->op == DIFF_DELETE && !block->moved)
			add_run(b, block->text);
		for (k = 0; k < block->runs_count; k++)
			if (block->runs[k].op == DIFF_DELETE)
				add_run(b, block->runs[k].text);
	}
}

char *
store_removed_words(const struct diff *diff, const char *old_title, const char *title)
{
	CLEANUP(diff_freep) struct diff *titles = NULL;
	struct buf b = BUF_INIT(REMOVED_MAX);

	if (old_title != NULL && title != NULL && strcmp(old_title, title) != 0)
		titles = diff_texts(old_title, title);
	add_removed(&b, titles);
	add_removed(&b, diff);
	if (b.len == 0) {
		buf_done(&b);
		return NULL;
	}
	return buf_take(&b, NULL);
}

/* ---- the index ---- */

int
store_old_wait(struct store *s, int64_t doc_id, unsigned number, struct err *reterr)
{
	return store_run(s, store_bind(s, STMT_OLD_WAIT, "ii", doc_id, (int64_t)number), reterr);
}

static int
revision_read(struct store *s, int64_t doc_id, unsigned number, char **title, char **text,
    struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_REVISION_GET, "ii", doc_id, (int64_t)number);
	unsigned char hash[STORE_HASH];
	bool has_text;
	int rc = store_step(s, q, reterr);

	*title = *text = NULL;
	if (rc <= 0)
		return rc < 0 ? -1 : err_set(reterr, ERR_INPUT, "document %lld has no revision %u",
		    (long long)doc_id, number);
	*title = store_column_text(q, 0);
	has_text = store_column_hash(q, 1, hash) && sqlite3_column_int(q, 2) != TEXT_NONE;
	sqlite3_reset(q);
	if (!has_text || store_text_by_hash(s, doc_id, hash, text, reterr) == 0)
		return 0;
	free(*title);
	*title = NULL;
	return -1;
}

int
store_old_read(struct store *s, int64_t doc_id, unsigned number, char **title, char **text,
    char **removed, struct err *reterr)
{
	sqlite3_stmt *q;
	int rc;

	*removed = NULL;
	if (revision_read(s, doc_id, number, title, text, reterr) < 0)
		return -1;
	q = store_bind(s, STMT_REMOVED_GET, "ii", doc_id, (int64_t)number);
	if ((rc = store_step(s, q, reterr)) > 0) {
		*removed = store_column_text(q, 0);
		sqlite3_reset(q);
	}
	return rc < 0 ? -1 : 0;
}

/* Kept in words of their own, because a better reading may change the next revision later. */
static int
removed_keep(struct store *s, int64_t doc_id, unsigned number, const char *old_title,
    const char *old_text, char **ret, struct err *reterr)
{
	CLEANUP(freep) char *title = NULL, *text = NULL;
	CLEANUP(diff_freep) struct diff *diff = NULL;

	if (revision_read(s, doc_id, number + 1, &title, &text, reterr) < 0)
		return -1;
	diff = diff_texts(old_text, text);
	*ret = store_removed_words(diff, old_title, title);
	return *ret == NULL ? 0 : store_run(s, store_bind(s, STMT_REMOVED_SET, "iit", doc_id,
	    (int64_t)number, *ret), reterr);
}

static int
index_one(struct store *s, int64_t doc_id, unsigned number, struct err *reterr)
{
	CLEANUP(freep) char *title = NULL, *text = NULL, *removed = NULL;

	if (store_old_read(s, doc_id, number, &title, &text, &removed, reterr) < 0 ||
	    (removed == NULL && removed_keep(s, doc_id, number, title, text, &removed, reterr) < 0) ||
	    store_run(s, store_bind(s, STMT_OLD_ADD, "ittt", ROW(doc_id, number), title, text, removed),
	    reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_OLD_DONE, "ii", doc_id, (int64_t)number), reterr);
}

int
store_old_index(struct store *s, unsigned max, unsigned *ret_done, struct err *reterr)
{
	unsigned number, done;
	sqlite3_stmt *q;
	int64_t doc_id;
	int rc;

	for (done = 0; done < max; done++) {
		q = store_bind(s, STMT_OLD_NEXT, "");
		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		if (rc == 0)
			break;
		doc_id = sqlite3_column_int64(q, 0);
		number = (unsigned)sqlite3_column_int64(q, 1);
		sqlite3_reset(q);
		if (index_one(s, doc_id, number, reterr) < 0)
			return -1;
	}
	*ret_done = done;
	return 0;
}

int
store_old_unindex(struct store *s, int64_t doc_id, unsigned number, struct err *reterr)
{
	CLEANUP(freep) char *title = NULL, *text = NULL, *removed = NULL;

	if (store_old_read(s, doc_id, number, &title, &text, &removed, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_OLD_REMOVE, "ittt", ROW(doc_id, number), title, text,
	    removed), reterr);
}

/* ---- as it was ---- */

/* A notice of its removal or return says what it was then; without one it was there. */
static int
state_at(struct store *s, struct store_doc *d, int64_t at_ms, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_STATE_AT, "iidd", d->doc_id, at_ms, EV_DOCUMENT_REMOVED,
	    EV_DOCUMENT_RESTORED);
	int rc = store_step(s, q, reterr);
	bool removed = rc > 0 && sqlite3_column_int(q, 0) == EV_DOCUMENT_REMOVED;

	if (rc > 0)
		sqlite3_reset(q);
	free(d->state);
	d->state = xstrdup(removed ? "removed" : "live");
	return rc < 0 ? -1 : 0;
}

int
store_doc_at(struct store *s, struct store_doc *d, int64_t at_ms, struct err *reterr)
{
	sqlite3_stmt *q;
	unsigned number;

	if (d->first_seen_ms > at_ms)
		return 0;
	q = store_bind(s, STMT_REVISION_AT, "ii", d->doc_id, at_ms);
	if (store_step(s, q, reterr) < 0)
		return -1;
	number = (unsigned)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (number != 0 && number != d->revision && store_as_revision(s, d, number, reterr) < 0)
		return -1;
	return state_at(s, d, at_ms, reterr) < 0 ? -1 : 1;
}
