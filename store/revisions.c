/*
 * revisions: is what came an edit of what we have? What is compared is title and text in their
 * comparison form; a page whose text vanished never replaces a text, and with a confirm time a
 * difference counts when a second look agrees.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "document/diff.h"
#include "document/fingerprint.h"
#include "document/similar.h"
#include "document/standin.h"
#include "store/store_int.h"
#include "base/banned.h"

/* How long a difference must last that is more likely a fault of the site than an edit. */
#define HOLD_STUMP_MS 86400000
#define HOLD_OTHER_MS 3600000
#define HOLD_DOUBTFUL_MS 3600000
#define HOLD_FOR_EVER INT64_MAX

#define ELSEWHERE_LIKENESS 0.3	/* a redirect to a text that shares less is no edit of the old one */

void
store_put_raw_hash(const struct store_put *put, unsigned char ret[STORE_HASH])
{
	if (put->raw_hash != NULL)
		memcpy(ret, put->raw_hash, STORE_HASH);
	else
		digest_sha256(put->raw, put->raw_len, ret);
}

int
store_raw_keep(struct put_ctx *p, const unsigned char *like, struct err *reterr)
{
	const struct store_put *put = p->put;

	memset(p->raw_hash, 0, sizeof(p->raw_hash));
	if (put->raw == NULL || put->raw_len > STORE_RAW_MAX)
		return 0;
	store_put_raw_hash(put, p->raw_hash);
	return store_blob_put(p->s, BLOB_RAW, p->raw_hash, put->raw, put->raw_len, like,
	    put->content_type, reterr);
}

static int
revision_add(struct put_ctx *p, int64_t doc_id, unsigned number, const char *title,
    const struct diff *diff, unsigned kinds, struct err *reterr)
{
	bool raw = !store_hash_is_zero(p->raw_hash);
	int rc;

	rc = store_run(p->s, store_bind(p->s, STMT_REVISION_ADD, "iiithhiiiiitht", doc_id,
	    (int64_t)number, p->put->at_ms, title, p->text_hash, p->compare_hash,
	    (int64_t)(p->text != NULL ? p->put->doc->text_state : TEXT_NONE), (int64_t)p->words,
	    (int64_t)(diff != NULL ? diff->words_inserted : 0),
	    (int64_t)(diff != NULL ? diff->words_deleted : 0), (int64_t)kinds, p->put->extractor,
	    raw ? p->raw_hash : NULL, p->put->content_type), reterr);
	if (rc == 0 && p->s->revisions >= 0)
		p->s->revisions++;
	return rc;
}

int
store_revision_first(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	return revision_add(p, doc_id, 1, p->title, NULL, 0, reterr);
}

int
store_unindex(struct store *s, const struct doc_row *old, struct err *reterr)
{
	if (!old->indexed)
		return 0;
	if (store_run(s, store_bind(s, STMT_SEARCH_REMOVE, "itt", old->doc_id, old->title, old->text),
	    reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_UNINDEXED_ADD, "i", old->doc_id), reterr);
}

/* ---- a look at a document that we have ---- */

/* The earlier text is packed beside the one before it, which resembles it most. */
static int
keep_old_text(struct store *s, const struct doc_row *old, struct err *reterr)
{
	unsigned char like[STORE_HASH];
	bool has_like = false;
	sqlite3_stmt *q;
	int rc;

	if (old->text == NULL)
		return 0;
	if (old->revision > 1) {
		q = store_bind(s, STMT_REVISION_HASH, "ii", old->doc_id, (int64_t)(old->revision - 1));
		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		has_like = rc > 0 && store_column_hash(q, 0, like);
		sqlite3_reset(q);
	}
	return store_blob_put(s, BLOB_TEXT, old->text_hash, old->text, strlen(old->text),
	    has_like ? like : NULL, NULL, reterr);
}

/* What the superseded revision said beside title and text. */
static int
keep_old_fields(struct store *s, const struct doc_row *old, struct err *reterr)
{
	CLEANUP(store_doc_freep) struct store_doc *doc = NULL;
	CLEANUP(json_decrefp) json_t *fields = json_object();
	CLEANUP(freep) char *line = NULL;

	if (store_doc_load(s, old->doc_id, false, &doc, reterr) < 0)
		return -1;
	json_put_str(fields, "published", doc->published);
	json_put_str(fields, "modified", doc->modified);
	json_put_str(fields, "language", doc->language);
	json_put_str(fields, "section", doc->section);
	json_put_str(fields, "author", doc->author);
	json_put_str(fields, "dateline", doc->dateline);
	json_put_strs(fields, "captions", doc->captions, doc->captions_count);
	line = json_line(fields);
	return store_run(s, store_bind(s, STMT_REVISION_FIELDS, "iit", old->doc_id,
	    (int64_t)old->revision, line), reterr);
}

static int
replace_head(struct put_ctx *p, const struct doc_row *old, struct err *reterr)
{
	const struct document *doc = p->put->doc;
	CLEANUP(freep) char *captions = store_captions_json(doc);
	char modified[DATE_ISO_MAX] = "";

	date_iso(&doc->modified, modified);
	if (store_run(p->s, store_bind(p->s, STMT_DOC_REPLACE, "ittittttttiiii", old->doc_id, p->title,
	    p->published[0] != '\0' ? p->published : NULL, p->published_ms,
	    modified[0] != '\0' ? modified : NULL, doc->language, doc->section, doc->author,
	    doc->dateline, captions, (int64_t)doc->text_state, (int64_t)p->words,
	    (int64_t)(old->revision + 1), p->put->at_ms), reterr) < 0)
		return -1;
	return store_run(p->s, store_bind(p->s, STMT_TEXT_SET, "it", old->doc_id, p->text), reterr);
}

static int
write_edit(struct put_ctx *p, const struct doc_row *old, struct err *reterr)
{
	CLEANUP(diff_freep) struct diff *diff = diff_texts(old->text, p->text);
	unsigned kinds = diff_kinds(diff, old->title, p->title);
	CLEANUP(json_decrefp) json_t *jdiff = NULL, *jkinds = NULL;
	CLEANUP(freep) char *removed = store_removed_words(diff, old->title, p->title);
	struct event_new e = { .kind = EV_DOCUMENT_EDITED, .source_id = old->source_id,
		.doc_id = old->doc_id, .at_ms = p->put->at_ms, .source = p->source.name,
		.previous_revision = old->revision, .returns_to = p->returns_to };

	if (old->published != NULL && p->published[0] != '\0' &&
	    strcmp(old->published, p->published) != 0)
		kinds |= CHANGE_DATE;
	if (keep_old_text(p->s, old, reterr) < 0 || keep_old_fields(p->s, old, reterr) < 0 ||
	    store_unindex(p->s, old, reterr) < 0 ||
	    store_old_wait(p->s, old->doc_id, old->revision, reterr) < 0 || replace_head(p, old, reterr) < 0 ||
	    store_claim_add(p, old->doc_id, reterr) < 0 ||
	    (old->story == 0 && store_story_join(p, old->doc_id, reterr) < 0) ||
	    store_near_replace(p->s, old->doc_id, old->text, p->text, reterr) < 0 ||
	    store_text_names_add(p->s, &p->keys, old->url, old->doc_id, reterr) < 0 ||
	    store_raw_keep(p, store_hash_is_zero(old->raw_hash) ? NULL : old->raw_hash, reterr) < 0 ||
	    revision_add(p, old->doc_id, old->revision + 1, p->title, diff, kinds, reterr) < 0)
		return -1;
	jdiff = diff_to_json(diff, old->title, p->title, STORE_DIFF_MAX);
	jkinds = diff_kinds_json(kinds);
	e.diff = jdiff;
	e.kinds = jkinds;
	e.change_kinds = kinds;
	e.removed = removed;
	p->result->what = PUT_REVISION;
	if (p->put->imported)
		return 0;
	return store_event_add(p->s, &e, p->routes, &p->result->event_seq, reterr);
}

/*
 * After a look: when the next one is due, what is pending, and the validators when they are those
 * of what we keep.
 */
static int
check_set(struct put_ctx *p, int64_t doc_id, int64_t next_ms, const unsigned char *pending,
    int64_t due_ms, bool vouches, struct err *reterr)
{
	const struct store_put *put = p->put;
	unsigned char body[STORE_HASH];

	if (put->raw != NULL)
		store_put_raw_hash(put, body);
	if (vouches && store_run(p->s, store_bind(p->s, STMT_CHECK_VALIDATORS, "itth", doc_id,
	    put->etag, put->last_modified, put->raw != NULL ? body : NULL), reterr) < 0)
		return -1;
	return store_run(p->s, store_bind(p->s, STMT_CHECK_SET, "iiihii", doc_id, next_ms, put->at_ms,
	    pending, due_ms, (int64_t)put->http_status),
	    reterr);
}

/* vouches: what came is the document; else it only did no harm. */
static int
look_same(struct put_ctx *p, int64_t doc_id, bool vouches, struct err *reterr)
{
	p->result->what = PUT_SAME;
	if (store_hint_judged(p->s, doc_id, false, reterr) < 0)
		return -1;
	if (vouches && store_document_back(p, doc_id, reterr) < 0)
		return -1;
	return check_set(p, doc_id, p->put->next_check_ms, NULL, 0, vouches, reterr);
}

static double
likeness(const struct put_ctx *p, const struct doc_row *old)
{
	if (old->text == NULL || p->text == NULL)
		return 0;
	return similar_jaccard(old->text, strlen(old->text), p->text, strlen(p->text));
}

enum leads { LEADS_HERE, LEADS_TO_OTHER, LEADS_HOME, LEADS_AWAY };

/* Where the address leads now: another document, the home page or the list, a page that is nothing like this one. */
static int
leads_where(struct put_ctx *p, const struct doc_row *old, enum leads *ret, struct err *reterr)
{
	CLEANUP(freep) char *own = url_key(old->url), *list = url_key(p->source.url);
	int64_t other;

	*ret = LEADS_HERE;
	if (p->put->doc_id == 0 || own == NULL || strcmp(own, p->final_key) == 0)
		return 0;
	if (store_alias_find(p->s, ALIAS_URL, "", p->final_key, &other, reterr) < 0)
		return -1;
	if ((url_is_home(p->url) && !url_is_home(old->url)) ||
	    (list != NULL && strcmp(list, p->final_key) == 0))
		*ret = LEADS_HOME;
	else if (other > 0 && other != old->doc_id)
		*ret = LEADS_TO_OTHER;
	else if (other <= 0 && old->text != NULL && p->text != NULL &&
	    likeness(p, old) < ELSEWHERE_LIKENESS)
		*ret = LEADS_AWAY;
	return 0;
}

/* Title and text are others: an error page perhaps, which the caller can find out. */
static bool
is_strange(const struct put_ctx *p, const struct doc_row *old)
{
	return p->put->ask && old->text != NULL && likeness(p, old) < ELSEWHERE_LIKENESS &&
	    (p->title == NULL || old->title == NULL ||
	    fingerprint_exact(p->title, "") != fingerprint_exact(old->title, ""));
}

static int
ask_first(struct put_ctx *p, enum put_result what)
{
	p->result->what = what;
	return 0;
}

/* What looks like a fault of the site must last before it is told; 0: nothing speaks against an edit. */
static int
hold_find(struct put_ctx *p, const struct doc_row *old, int64_t *ret_ms, struct err *reterr)
{
	static const int64_t hold_ms[] = { [STANDIN_NO] = 0, [STANDIN_ODD] = HOLD_STUMP_MS,
		[STANDIN_OTHER] = HOLD_OTHER_MS, [STANDIN_YES] = HOLD_FOR_EVER };
	const char **why = &p->result->held;
	/* A page that is watched for itself may become another one: that is its news. */
	bool page = p->put->doc_id == 0 && p->put->candidate_id == 0, again;
	enum standin verdict;
	int64_t return_ms;

	if (store_flapping(p, old->doc_id, &return_ms, &again, reterr) < 0)
		return -1;
	if (old->text == NULL)
		verdict = (*why = standin_says(p->put->doc->title, p->text)) != NULL ? STANDIN_YES : STANDIN_NO;
	else
		verdict = standin_judge(old->title, old->text, p->put->doc->title, p->text, why);
	if (verdict == STANDIN_OTHER && page) {
		verdict = STANDIN_NO;
		*why = NULL;
	}
	*ret_ms = hold_ms[verdict];
	if (*ret_ms == 0 && return_ms > p->put->confirm_ms && (again || p->put->confirm_ms > 0)) {
		*ret_ms = return_ms;
		*why = again ? "the page goes back and forth between two texts" : "the page shows an earlier text again";
	} else if (*ret_ms == 0 && p->put->doubtful) {
		*ret_ms = HOLD_DOUBTFUL_MS;
		*why = "the page ends in the middle";
	}
	return 0;
}

static int
look_different(struct put_ctx *p, const struct doc_row *old, struct err *reterr)
{
	const struct store_put *put = p->put;
	bool again = old->has_pending && memcmp(old->pending_hash, p->compare_hash, STORE_HASH) == 0;
	int64_t wait_ms, due_ms, next_ms;
	bool everywhere;

	if (hold_find(p, old, &wait_ms, reterr) < 0)
		return -1;
	if (wait_ms == HOLD_FOR_EVER)
		return look_same(p, old->doc_id, false, reterr);
	if (put->ask_page && put->doc_id != 0 && !store_hash_is_zero(old->raw_hash))
		return ask_first(p, PUT_DIFFERS);
	if (store_only_selected(p, old))
		return store_take_over(p, old, reterr) < 0 ? -1 : look_same(p, old->doc_id, true, reterr);
	if (store_template_check(p, old, &everywhere, reterr) < 0)
		return -1;
	if (everywhere)
		return look_same(p, old->doc_id, true, reterr);
	if (wait_ms < put->confirm_ms)
		wait_ms = put->confirm_ms;
	if (wait_ms > 0 && (!again || put->at_ms < old->pending_due_ms)) {
		due_ms = again ? old->pending_due_ms : put->at_ms + wait_ms;
		/* Looks in between show whether it lasts. */
		next_ms = p->result->held != NULL && put->next_check_ms != 0 && put->next_check_ms < due_ms ?
		    put->next_check_ms : due_ms;
		p->result->what = PUT_PENDING;
		p->result->urgent_check = true;
		if (again)	/* too early to count as the second look */
			return store_run(p->s, store_bind(p->s, STMT_CHECK_AT, "ii", old->doc_id, next_ms),
			    reterr);
		return check_set(p, old->doc_id, next_ms, p->compare_hash, due_ms, false, reterr);
	}
	p->result->held = NULL;
	if (store_hint_judged(p->s, old->doc_id, true, reterr) < 0 ||
	    store_document_back(p, old->doc_id, reterr) < 0 || write_edit(p, old, reterr) < 0)
		return -1;
	return check_set(p, old->doc_id, put->next_check_hot_ms != 0 ? put->next_check_hot_ms :
	    put->next_check_ms, NULL, 0, true, reterr);
}

int
store_recheck_put(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row old = { 0 };
	enum leads leads;

	if (store_doc_row(p->s, doc_id, &old, reterr) < 0)
		return -1;
	p->result->doc_id = doc_id;
	/* Judged by the page's own title; without one the stored title stands. */
	p->title = p->put->doc->title != NULL ? p->put->doc->title : old.title;
	document_compare_hash(p->title, p->text, p->compare_hash);
	if (memcmp(p->compare_hash, old.compare_hash, STORE_HASH) == 0)
		return p->put->moved && store_moved(p, &old, reterr) < 0 ? -1 : look_same(p, doc_id, true, reterr);
	if (leads_where(p, &old, &leads, reterr) < 0)
		return -1;
	if (leads == LEADS_HOME && p->put->ask)
		return ask_first(p, PUT_LED_HOME);
	if ((leads != LEADS_TO_OTHER && is_strange(p, &old)) || (p->put->moved && (p->text == NULL || leads != LEADS_HERE)))
		return ask_first(p, PUT_STRANGE);
	if (p->text == NULL || leads != LEADS_HERE)
		return look_same(p, doc_id, false, reterr);
	if (store_names_add(p, doc_id, old.url, reterr) < 0)	/* where it moved to */
		return -1;
	store_text_keys(p->title, p->text, p->words, &p->keys);
	if (look_different(p, &old, reterr) < 0)
		return -1;
	return p->put->moved && p->result->what != PUT_SAME && p->result->what != PUT_DIFFERS ? store_moved(p, &old, reterr) : 0;
}

int
store_import_edit(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row old = { 0 };

	if (store_doc_row(p->s, doc_id, &old, reterr) < 0)
		return -1;
	p->result->doc_id = doc_id;
	return write_edit(p, &old, reterr);
}

/* ---- a better reading of the same bytes ---- */

/* The text that an event told must stay readable under its hash. */
static int
keep_told_text(struct store *s, const struct doc_row *old, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_EVENT_TOLD, "ih", old->doc_id, old->text_hash);
	int rc = store_step(s, q, reterr);

	sqlite3_reset(q);
	return rc <= 0 ? rc : keep_old_text(s, old, reterr);
}

static int
rederive_text(struct store *s, const struct doc_row *old, const char *title, const char *text,
    unsigned words, struct err *reterr)
{
	struct text_keys keys;

	if (keep_told_text(s, old, reterr) < 0 || store_unindex(s, old, reterr) < 0)
		return -1;
	if (text != NULL && (store_run(s, store_bind(s, STMT_TEXT_SET, "it", old->doc_id, text),
	    reterr) < 0 || store_near_replace(s, old->doc_id, old->text, text, reterr) < 0))
		return -1;
	store_text_keys(title, text, words, &keys);
	return store_text_names_add(s, &keys, old->url, old->doc_id, reterr);
}

/* Fields that the new reading does not have stay as they are. */
static int
rederive_head(struct store *s, const struct doc_row *old, const struct document *doc,
    const char *title, enum text_state state, unsigned words, struct err *reterr)
{
	CLEANUP(freep) char *captions = store_captions_json(doc);
	char published[DATE_ISO_MAX] = "", modified[DATE_ISO_MAX] = "";
	int64_t published_ms = 0;

	date_iso(&doc->modified, modified);
	/* The row's date stands before what an address looks like, as it did when the document was new. */
	if (doc->published.source != DATE_FROM_URL || old->listed_published == NULL)
		date_iso(&doc->published, published);
	if (published[0] != '\0')
		published_ms = date_sort_ms(&doc->published, 0);
	return store_run(s, store_bind(s, STMT_DOC_REPLACE, "ittittttttiiii", old->doc_id, title,
	    published[0] != '\0' ? published : NULL, published_ms,
	    modified[0] != '\0' ? modified : NULL, doc->language, doc->section, doc->author,
	    doc->dateline, captions, (int64_t)state, (int64_t)words, (int64_t)old->revision,
	    old->last_changed_ms), reterr);
}

static int
rederive(struct store *s, int64_t doc_id, const struct document *doc, const char *extractor,
    struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row old = { 0 };
	unsigned char text_hash[STORE_HASH], compare_hash[STORE_HASH];
	const char *title, *text = doc->text_state != TEXT_NONE ? doc->text : NULL;
	enum text_state state = text != NULL ? doc->text_state : TEXT_NONE;
	unsigned words = text != NULL ? doc->words : 0;

	if (store_doc_row(s, doc_id, &old, reterr) < 0)
		return -1;
	title = doc->title != NULL ? doc->title : old.title;
	if (text == NULL && old.text != NULL) {		/* what we have is better than nothing */
		text = old.text;
		state = old.text_state;
		words = old.words;
		title = old.title;
	}
	if (text != NULL && words == 0)
		words = (unsigned)unicode_word_count(text, strlen(text));
	digest_sha256(text != NULL ? text : "", text != NULL ? strlen(text) : 0, text_hash);
	document_compare_hash(title, text, compare_hash);
	if ((memcmp(text_hash, old.text_hash, STORE_HASH) != 0 ||
	    memcmp(compare_hash, old.compare_hash, STORE_HASH) != 0) &&
	    rederive_text(s, &old, title, text, words, reterr) < 0)
		return -1;
	if (rederive_head(s, &old, doc, title, state, words, reterr) < 0)
		return -1;
	return store_run(s, store_bind(s, STMT_REVISION_REDERIVE, "iithhiit", doc_id,
	    (int64_t)old.revision, title, text_hash, compare_hash,
	    (int64_t)words, (int64_t)state, extractor), reterr);
}

int
store_rederive(struct store *s, int64_t doc_id, const struct document *doc, const char *extractor,
    struct err *reterr)
{
	if (store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, rederive(s, doc_id, doc, extractor, reterr), reterr);
}
