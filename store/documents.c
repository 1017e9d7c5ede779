/* documents: a fetched page on its way into the archive, and the looks that found nothing new. */
#include <string.h>
#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "document/standin.h"
#include "document/normal.h"
#include "store/store_int.h"
#include "base/banned.h"

/* Pauses after a candidate ended at a page that is no document. */
#define GATE_ATTEMPTS 4
static const int64_t gate_pause_ms[GATE_ATTEMPTS] = { 600000, 3600000, 6 * 3600000, 24 * 3600000 };

void
store_doc_row_done(struct doc_row *r)
{
	free(r->url);
	free(r->title);
	free(r->published);
	free(r->text);
	free(r->listed_title);
	free(r->listed_published);
	memset(r, 0, sizeof(*r));
}

int
store_doc_row(struct store *s, int64_t doc_id, struct doc_row *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_DOC_ROW, "i", doc_id);
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "no document %lld", (long long)doc_id);
	memset(ret, 0, sizeof(*ret));
	ret->doc_id = doc_id;
	ret->source_id = sqlite3_column_int64(q, 0);
	ret->url = store_column_text(q, 1);
	ret->title = store_column_text(q, 2);
	ret->published = store_column_text(q, 3);
	ret->published_ms = sqlite3_column_int64(q, 4);
	ret->text_state = (enum text_state)sqlite3_column_int(q, 5);
	ret->words = (unsigned)sqlite3_column_int64(q, 6);
	ret->revision = (unsigned)sqlite3_column_int64(q, 7);
	ret->first_seen_ms = sqlite3_column_int64(q, 8);
	ret->last_changed_ms = sqlite3_column_int64(q, 9);
	ret->story = sqlite3_column_int64(q, 10);
	ret->text = store_column_text(q, 11);
	ret->has_pending = store_column_hash(q, 12, ret->pending_hash);
	ret->pending_due_ms = sqlite3_column_int64(q, 13);
	ret->listed_title = store_column_text(q, 14);
	ret->listed_published = store_column_text(q, 15);
	store_column_hash(q, 16, ret->text_hash);
	store_column_hash(q, 17, ret->compare_hash);
	store_column_hash(q, 18, ret->raw_hash);
	ret->indexed = sqlite3_column_int(q, 19) != 0;
	sqlite3_reset(q);
	return 0;
}

/* ---- what a put is about ---- */

static void
ctx_done(struct put_ctx *p)
{
	store_source_done(&p->source);
	store_candidate_done(&p->candidate);
	free(p->asked_key);
	free(p->final_key);
	free(p->site);
	store_nears_done(&p->near);
}

static void
ctx_dates(struct put_ctx *p)
{
	p->published[0] = '\0';
	p->published_ms = 0;
	p->date = p->put->doc->published;
	if (p->date.precision == DATE_NONE && p->candidate.published != NULL &&
	    date_from_iso(p->candidate.published, &p->date) < 0)
		p->date = (struct doc_date){ 0 };
	if (p->date.precision != DATE_NONE) {
		date_iso(&p->date, p->published);
		p->published_ms = date_sort_ms(&p->date, 0);
	}
}

/* The hashes under which title and text are compared and named. */
static void
ctx_hashes(struct put_ctx *p)
{
	const char *title = p->title != NULL ? p->title : "", *text = p->text != NULL ? p->text : "";
	CLEANUP(freep) char *plain_title = normal_compare(title, strlen(title));
	CLEANUP(freep) char *plain_text = normal_compare(text, strlen(text));

	digest_sha256(text, strlen(text), p->text_hash);
	document_hash_of_plain(plain_title, plain_text, p->compare_hash);
	store_text_keys_of_plain(plain_title, plain_text, p->text != NULL ? p->words : 0, &p->keys);
}

/* What the page says, else the row of the list. False when an address is none. */
static bool
ctx_read(struct put_ctx *p)
{
	const struct store_put *put = p->put;
	const struct document *doc = put->doc;

	free(p->asked_key);
	free(p->final_key);
	free(p->site);
	store_nears_done(&p->near);
	p->near_asked = false;
	p->url = doc->url != NULL ? doc->url : put->url;
	p->asked_key = url_key(put->url);
	p->final_key = url_key(p->url);
	p->site = url_site(p->url);
	p->title = doc->title != NULL ? doc->title : p->candidate.title;
	p->text = doc->text_state != TEXT_NONE && doc->text != NULL && doc->text[0] != '\0' ?
	    doc->text : NULL;
	p->words = p->text == NULL ? 0 : doc->words != 0 ? doc->words :
	    (unsigned)unicode_word_count(p->text, strlen(p->text));
	ctx_dates(p);
	ctx_hashes(p);
	return p->asked_key != NULL && p->final_key != NULL;
}

static int
ctx_init(struct put_ctx *p, struct err *reterr)
{
	const struct store_put *put = p->put;

	if (store_source_load(p->s, put->source, &p->source, reterr) < 0)
		return -1;
	if (put->candidate_id != 0 && store_candidate_load(p->s, put->candidate_id, &p->candidate,
	    reterr) < 0)
		return -1;
	if (!ctx_read(p))
		return err_set(reterr, ERR_INPUT, "not a web address: %s", put->url);
	if ((p->text != NULL && !utf8_valid(p->text, strlen(p->text))) ||
	    (p->title != NULL && !utf8_valid(p->title, strlen(p->title))))
		return err_set(reterr, ERR_INPUT, "not valid UTF-8: %s", put->url);
	p->quiet = (put->quiet && !put->announce) || (p->candidate.id != 0 && p->candidate.quiet);
	return 0;
}

int
store_put_near(struct put_ctx *p, int64_t self, struct err *reterr)
{
	if (p->near_asked || p->text == NULL || p->words < STORE_ALIAS_WORDS)
		return 0;
	p->near_asked = true;
	return store_near_find(p->s, p->text, self, 0, &p->near, reterr);
}

/* ---- a document that nobody had ---- */

char *
store_captions_json(const struct document *doc)
{
	CLEANUP(json_decrefp) json_t *list = json_array();
	size_t i;

	for (i = 0; i < doc->captions_count; i++)
		json_array_append_new(list, json_string(doc->captions[i]));
	return doc->captions_count > 0 ? json_line(list) : NULL;
}

static int
add_head(struct put_ctx *p, int64_t *ret_id, struct err *reterr)
{
	const struct document *doc = p->put->doc;
	CLEANUP(freep) char *captions = store_captions_json(doc);
	char modified[DATE_ISO_MAX] = "";
	sqlite3_stmt *q;

	date_iso(&doc->modified, modified);
	q = store_bind(p->s, STMT_DOC_ADD, "itttittttttiiii", p->source.id, p->url, p->title,
	    p->published[0] != '\0' ? p->published : NULL, p->published_ms,
	    modified[0] != '\0' ? modified : NULL, doc->language != NULL ? doc->language :
	    p->candidate.language, doc->section, doc->author, doc->dateline, captions,
	    (int64_t)(p->text != NULL ? doc->text_state : TEXT_NONE), (int64_t)p->words, p->put->at_ms,
	    p->put->at_ms);
	if (store_run(p->s, q, reterr) < 0)
		return -1;
	*ret_id = sqlite3_last_insert_rowid(p->s->db);
	return 0;
}

static int
add_rest(struct put_ctx *p, int64_t id, struct err *reterr)
{
	const struct store_put *put = p->put;
	unsigned char body[STORE_HASH];
	sqlite3_stmt *q;

	if (p->text != NULL && store_run(p->s, store_bind(p->s, STMT_TEXT_SET, "it", id, p->text),
	    reterr) < 0)
		return -1;
	if (put->raw != NULL)
		store_put_raw_hash(put, body);
	q = store_bind(p->s, STMT_CHECK_ADD, "iiitthttti", id,
	    put->next_check_hot_ms != 0 ? put->next_check_hot_ms : put->next_check_ms, put->at_ms,
	    put->etag, put->last_modified, put->raw != NULL ? body : NULL, p->candidate.title,
	    p->candidate.published, p->candidate.updated, (int64_t)put->http_status);
	if (store_run(p->s, q, reterr) < 0)
		return -1;
	return store_run(p->s, store_bind(p->s, STMT_UNINDEXED_ADD, "i", id), reterr);
}

static int
put_new(struct put_ctx *p, struct err *reterr)
{
	struct event_new e = { .kind = EV_DOCUMENT_NEW, .source_id = p->source.id,
		.at_ms = p->put->at_ms, .source = p->source.name };
	int64_t id;

	if (add_head(p, &id, reterr) < 0 || add_rest(p, id, reterr) < 0 ||
	    store_names_add(p, id, p->url, reterr) < 0 || store_story_join(p, id, reterr) < 0 ||
	    store_claim_add(p, id, reterr) < 0 ||
	    store_near_add(p->s, id, p->text, reterr) < 0 ||
	    store_text_names_add(p->s, &p->keys, p->url, id, reterr) < 0 || store_raw_keep(p, NULL, reterr) < 0 ||
	    store_revision_first(p, id, reterr) < 0)
		return -1;
	e.doc_id = id;
	p->result->what = PUT_NEW;
	p->result->doc_id = id;
	if (p->quiet && p->candidate.id != 0 && p->candidate.held)
		return store_run(p->s, store_bind(p->s, STMT_HELD_ADD, "iii", id, p->source.id,
		    p->put->at_ms), reterr);
	if (p->quiet)
		return 0;
	return store_event_add(p->s, &e, p->routes, &p->result->event_seq, reterr);
}

static int
put_alias(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };

	p->result->what = PUT_ALIAS;
	p->result->doc_id = doc_id;
	if (store_doc_row(p->s, doc_id, &d, reterr) < 0)
		return -1;
	if (store_names_add(p, doc_id, d.url, reterr) < 0)
		return -1;
	return store_alias_found(p, doc_id, reterr);
}

/*
 * What came is the page that all addresses of the site lead to at the moment. The candidate waits;
 * when that does not end, it is archived with what its row says, under its own address, and its
 * rechecks find the text one day.
 */
static int
put_gate(struct put_ctx *p, struct err *reterr)
{
	unsigned attempts = p->candidate.attempts;
	const struct store_put *came = p->put;
	struct document row = { .text_state = TEXT_NONE };
	struct store_put put = *came;
	int rc;

	if (attempts < GATE_ATTEMPTS) {
		p->result->what = PUT_SAME;
		return store_run(p->s, store_bind(p->s, STMT_CANDIDATE_RETRY, "iit", p->candidate.id,
		    came->at_ms + gate_pause_ms[attempts], p->gate), reterr);
	}
	put.doc = &row;
	put.raw = NULL;
	put.hops_count = 0;
	put.etag = put.last_modified = NULL;
	row.url = p->candidate.url;
	p->put = &put;
	ctx_read(p);
	rc = put_new(p, reterr);
	if (rc == 0)
		rc = store_run(p->s, store_bind(p->s, STMT_CANDIDATE_DONE, "i", p->candidate.id), reterr);
	p->put = came;
	return rc;
}

static int
put(struct put_ctx *p, struct err *reterr)
{
	int64_t doc_id = p->put->doc_id;
	bool same = doc_id != 0;
	int rc;

	if (ctx_init(p, reterr) < 0)
		return -1;
	if (p->put->imported && doc_id != 0)
		return store_import_edit(p, doc_id, reterr);
	if (doc_id == 0 && store_identify(p, &doc_id, &same, reterr) < 0)
		return -1;
	/* Nor is a page that speaks of maintenance, unless its row did too. */
	if (p->gate == NULL && doc_id == 0 && p->candidate.id != 0 && p->text != NULL &&
	    standin_says(p->candidate.title, NULL) == NULL)
		p->gate = standin_says(p->put->doc->title, p->text);
	if (p->gate != NULL)
		return put_gate(p, reterr);
	if (doc_id == 0)
		rc = put_new(p, reterr);
	else if (same)
		rc = store_recheck_put(p, doc_id, reterr);
	else
		rc = put_alias(p, doc_id, reterr);
	if (rc < 0 || p->put->candidate_id == 0)
		return rc;
	return store_run(p->s, store_bind(p->s, STMT_CANDIDATE_DONE, "i", p->put->candidate_id),
	    reterr);
}

int
store_put(struct store *s, const struct store_put *what, const struct store_routes *routes,
    struct store_put_result *ret, struct err *reterr)
{
	struct store_put_result result = { 0 };
	struct put_ctx p = { .s = s, .put = what, .routes = routes, .result = &result };
	int rc;

	if (store_enter(s, reterr) < 0)
		return -1;
	rc = store_leave(s, put(&p, reterr), reterr);
	if (rc == 0 && ret != NULL)
		*ret = result;
	ctx_done(&p);
	return rc;
}

/* ---- looks that found nothing, or failed ---- */

void
store_recheck_done(struct store_recheck *r)
{
	free(r->source);
	free(r->url);
	free(r->etag);
	free(r->last_modified);
	free(r->title);
	free(r->published);
	free(r->extractor);
	free(r->content_type);
	free(r->listed_title);
	free(r->listed_published);
	*r = (struct store_recheck){ 0 };
}

static void
recheck_read(sqlite3_stmt *q, struct store_recheck *r)
{
	*r = (struct store_recheck){ .doc_id = sqlite3_column_int64(q, 0) };
	r->source = store_column_text(q, 1);
	r->url = store_column_text(q, 2);
	r->etag = store_column_text(q, 3);
	r->last_modified = store_column_text(q, 4);
	r->title = store_column_text(q, 5);
	r->published = store_column_text(q, 6);
	r->extractor = store_column_text(q, 7);
	r->content_type = store_column_text(q, 8);
	r->listed_title = store_column_text(q, 9);
	r->listed_published = store_column_text(q, 10);
	store_column_hash(q, 11, r->raw_hash);
	store_column_hash(q, 12, r->body_hash);
	r->first_seen_ms = sqlite3_column_int64(q, 13);
	r->last_changed_ms = sqlite3_column_int64(q, 14);
	r->last_check_ms = sqlite3_column_int64(q, 15);
	r->pending = sqlite3_column_int(q, 16) != 0;
	r->has_text = sqlite3_column_int(q, 17) != TEXT_NONE;
	r->gone_since_ms = sqlite3_column_int64(q, 18);
	r->checks = sqlite3_column_int64(q, 19);
}

/* Read whole before the first call: fn may move the documents about in the order that is read. */
static int
rechecks_read(struct store *s, sqlite3_stmt *q, int (*fn)(const struct store_recheck *r, void *arg), void *arg,
    struct err *reterr)
{
	struct store_recheck *list = NULL;
	size_t count = 0, cap = 0, i;
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0) {
		list = xgrow(list, &cap, count + 1, sizeof(*list));
		recheck_read(q, &list[count++]);
	}
	for (i = 0; rc == 0 && i < count; i++)
		if (fn(&list[i], arg) != 0)
			break;
	for (i = 0; i < count; i++)
		store_recheck_done(&list[i]);
	free(list);
	return rc;
}

int
store_rechecks_due(struct store *s, int64_t now_ms, unsigned limit,
    int (*fn)(const struct store_recheck *r, void *arg), void *arg, struct err *reterr)
{
	return rechecks_read(s, store_bind(s, STMT_CHECKS_DUE, "ii", now_ms, (int64_t)limit), fn, arg, reterr);
}

int
store_derived(struct store *s, const char *source, int64_t after_id, unsigned limit,
    int (*fn)(const struct store_recheck *r, void *arg), void *arg, struct err *reterr)
{
	return rechecks_read(s, store_bind(s, STMT_DERIVED, "tii", source, after_id, (int64_t)limit), fn, arg, reterr);
}

int
store_count_derived(struct store *s, const char *source, int64_t *ret, struct err *reterr)
{
	return store_number(s, store_bind(s, STMT_COUNT_DERIVED, "t", source), ret, reterr);
}

int
store_rechecks_same(struct store *s, const struct store_recheck_same *r, size_t n,
    struct err *reterr)
{
	size_t i;
	int rc = 0;

	if (store_enter(s, reterr) < 0)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		rc = store_hint_judged(s, r[i].doc_id, false, reterr) < 0 ? -1 :
		    store_run(s, store_bind(s, STMT_CHECK_SAME, "iiitt", r[i].doc_id,
		    r[i].next_check_ms, r[i].at_ms, r[i].etag, r[i].last_modified), reterr);
	return store_leave(s, rc, reterr);
}

int
store_recheck_failed(struct store *s, int64_t doc_id, int64_t at_ms, int64_t next_check_ms,
    long http_status, const char *error, struct err *reterr)
{
	int rc;

	if (store_enter(s, reterr) < 0)
		return -1;
	rc = store_run(s, store_bind(s, STMT_CHECK_FAILED, "iiiit", doc_id, next_check_ms, at_ms,
	    (int64_t)http_status, error), reterr);
	if (rc == 0 && (http_status == 404 || http_status == 410))
		rc = store_run(s, store_bind(s, STMT_DOC_GONE, "ii", doc_id, at_ms), reterr);
	return store_leave(s, rc, reterr);
}
