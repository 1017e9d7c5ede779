#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H
/*
 * store_int: what the files of this room share. Statements are prepared once and never left running
 * while a callback of the caller is called, so a callback may call the store again.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <zstd.h>
#include "base/buf.h"
#include "base/digest.h"
#include "document/diff.h"
#include "document/sketch.h"
#include "store/query.h"
#include "store/stmt.h"
#include "store/store.h"

#define STORE_APPLICATION_ID 0x70726573	/* "pres": tells an archive of ours from any other SQLite file */
#define STORE_RAW_MAX (8u << 20)	/* bytes of one response that is kept */
#define STORE_DELTA_DEPTH 16		/* texts and responses to unpack at most before one stands by itself */
#define STORE_ALIAS_WORDS 40		/* shorter texts are no names: notices of one sentence repeat */
#define STORE_DIFF_MAX (32u << 10)	/* bytes of changed text inside an event */
#define STORE_BUSY_MS 5000
#define STORE_HASH SHA256_LEN

struct matcher;				/* match.c */
struct ranking;				/* rank.c */
struct filter_values;

struct store {
	sqlite3 *db;
	char *path;
	char *event_source;
	enum store_mode mode;
	int lock_fd;			/* -1: none */
	int depth;			/* of calls inside one transaction */
	bool group;			/* between store_begin() and store_commit() */
	bool broken;			/* SQLite threw the group away: nothing more until it is closed */
	sqlite3_stmt *stmt[STMT_COUNT];
	struct matcher *matcher;	/* made when first needed */
	struct sketch sketch;		/* near.c: of the text asked for last */
	uint64_t sketch_hash;
	bool sketched, has_sketch;
	struct ranking *ranking;
	int64_t ranked;			/* hits, by the last search; 0: all */
	unsigned ranked_max;
	struct spellings *spellings;	/* NULL: the usual ones, made when first needed */
	int64_t revisions;		/* how many there are, kept by the one who writes; -1: not counted yet */
	int64_t near_below;		/* texts of lower number wait for their sketch; -1: not asked yet */
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
};

/* ---- store.c: statements and transactions ---- */

/*
 * The prepared statement, reset, with its values bound in order: i int64_t, d int, t text or NULL,
 * h 32 bytes or NULL, b pointer and size_t, n NULL. Values are borrowed until the statement is
 * reset.
 */
sqlite3_stmt *store_bind(struct store *s, enum store_stmt which, const char *types, ...);
/* 1: a row stands there, 0: no more (the statement is reset), -1: failed (reset too). */
int store_step(struct store *s, sqlite3_stmt *q, struct err *reterr);
/* Runs to its end. */
int store_run(struct store *s, sqlite3_stmt *q, struct err *reterr);
/* The same as a transaction of its own, or as part of the one that is open. */
int store_change(struct store *s, sqlite3_stmt *q, struct err *reterr);
/* Runs it and sets *ret to the number in the first column of its first row, 0 when there is none; -1 leaves *ret alone. */
int store_number(struct store *s, sqlite3_stmt *q, int64_t *ret, struct err *reterr);
int store_exec(struct store *s, const char *sql, struct err *reterr);
/* The last error of the database as a sentence with advice; -1. */
int store_fail(struct store *s, const char *doing, struct err *reterr);
/*
 * One call that writes: every enter has its leave, which passes rc on or says why the commit
 * failed.
 */
int store_enter(struct store *s, struct err *reterr);
int store_leave(struct store *s, int rc, struct err *reterr);

char *store_column_text(sqlite3_stmt *q, int col);	/* copy, NULL when NULL */
bool store_column_hash(sqlite3_stmt *q, int col, unsigned char out[STORE_HASH]);	/* zeros and false when NULL */
bool store_hash_is_zero(const unsigned char hash[STORE_HASH]);

/* ---- schema.c ---- */
int store_schema_check(struct store *s, struct err *reterr);	/* refuses a newer archive */
int store_schema_migrate(struct store *s, struct err *reterr);

/* ---- tokenizer.c ---- */
int store_tokenizer_register(sqlite3 *db);	/* SQLITE_OK or an error code */
/* The words of s as the index has them; emit returns non-zero to stop, which is passed on. */
int store_tokens(const char *s, size_t n, void *arg,
    int (*emit)(void *arg, int flags, const char *token, int len, int start, int end));

int store_fts_api(sqlite3 *db, fts5_api **ret);	/* SQLITE_OK or an error code */

/* ---- rank.c: the best of the newest hits ---- */
struct hit { int64_t doc_id; double score; unsigned found_in; };	/* found_in 0: the current text has it */
struct hits { struct hit *list; size_t count; };
int store_ranking_register(struct store *s);	/* SQLITE_OK or an error code */
void store_ranking_free(struct ranking *r);
/*
 * The v->limit best hits of fts, best first; the caller frees ret->list. *ret_bound: how many of the newest were ranked when
 * older ones were left out, 0 when all were. narrow: the filters of v count.
 */
int store_rank(struct store *s, const char *fts, const struct filter_values *v, bool narrow, struct hits *ret,
    int64_t *ret_bound, struct err *reterr);

/* ---- spelling.c: names that are written in several ways ---- */
struct spellings;
/* more: lists of ways to write one name, each ended by NULL, as is the whole; or NULL. */
const struct spellings *store_spellings(struct store *s);	/* store.c */
struct spellings *spellings_new(char *const *const *more);
void spellings_free(struct spellings *all);
/* The phrases that s may be written as, s itself in folded words among them; at most 16. Caller frees list and strings. */
size_t spellings_of(const struct spellings *all, const char *s, size_t n, char ***ret);
/* Is s, several words, one such name and nothing else? */
bool spellings_has(const struct spellings *all, const char *s, size_t n);

/* ---- raw.c: packed texts and responses, keyed by SHA-256 ---- */
enum store_blob { BLOB_TEXT, BLOB_RAW };
/*
 * Keeps p[0..n) under hash unless it is there; like is an earlier one that it probably resembles,
 * or NULL.
 */
int store_blob_put(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH], const void *p, size_t n,
    const unsigned char *like, const char *content_type, struct err *reterr);
/* 1 found (caller frees *ret, NUL behind it), 0 not there, -1. */
int store_blob_get(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH], char **ret, size_t *ret_len,
    struct err *reterr);
/* Packs the row anew, by itself. */
int store_blob_repack(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH], struct err *reterr);
/* Was the text of that hash taken out by store_prune()? 1, 0, -1. */
int store_text_pruned(struct store *s, int64_t doc_id, const unsigned char hash[STORE_HASH], struct err *reterr);
/* The text of that hash, which doc_id had once or has now. ERR_LOCAL when it is lost. */
int store_text_by_hash(struct store *s, int64_t doc_id, const unsigned char hash[STORE_HASH], char **ret, struct err *reterr);

/* ---- sources.c ---- */
int store_source_load(struct store *s, const char *name, struct store_source *ret, struct err *reterr);	/* ERR_INPUT: unknown */

/* ---- looks.c: the log of looking ---- */
/* What the source's row says of its run after this look; the run before it is written when it ends. src, v: before, after. */
int store_look(struct store *s, const struct store_source *src, const struct store_visit *v, enum store_look_kind kind,
    unsigned fresh, struct store_run *ret, struct err *reterr);

/* ---- visits.c: what visit_list.c needs of it ---- */
/* Writes an event of the source as that visit left it. */
int store_visit_tell(struct store *s, const struct store_source *src, const struct store_visit *v, enum store_event_kind kind,
    const char *cause, const char *advice, const struct store_routes *routes, struct err *reterr);
/*
 * Writes the row of the source, and the events of its state; validators of a failed visit vouch for nothing and are left out.
 * fresh: how many rows nobody knew.
 */
int store_visit_row(struct store *s, const struct store_source *src, const struct store_visit *v, enum store_look_kind kind,
    bool baseline, unsigned fresh, const struct store_routes *routes, struct err *reterr);
int store_visit_body(struct store *s, const struct store_source *src, const struct store_visit *v, struct err *reterr);

/* ---- candidates.c ---- */
/* 1 found, 0 not there (any more), -1. */
int store_candidate_load(struct store *s, int64_t id, struct store_candidate *ret, struct err *reterr);
/* Of a document that has no page: does its list say another text now? */
int store_item_differs(struct store *s, int64_t doc_id, const char *summary, bool *ret, struct err *reterr);

/* ---- aliases.c: under which names a document is known ---- */
enum alias_kind { ALIAS_URL, ALIAS_GUID, ALIAS_TEXT };
enum { ALIAS_NONE = 0, ALIAS_RECORDED = -1 };	/* in place of a doc_id: never heard of; a known address never fetched */
/* doc_id, or one of the above, in *ret. */
int store_alias_find(struct store *s, enum alias_kind kind, const char *scope, const char *key, int64_t *ret, struct err *reterr);
/*
 * address: as met, NULL when it is the document's own or no URL. An existing name stays with its
 * document. doc_id 0: recorded.
 */
int store_alias_add(struct store *s, enum alias_kind kind, const char *scope, const char *key, int64_t doc_id,
    const char *address, struct err *reterr);
int store_alias_count(struct store *s, int64_t doc_id, int64_t *ret, struct err *reterr);

/* ---- documents.c: one document on its way into the archive ---- */
struct doc_row {			/* a document's row with its text; owned */
	int64_t doc_id, source_id, published_ms, first_seen_ms, last_changed_ms, story;
	char *url, *title, *published, *text;
	unsigned char text_hash[STORE_HASH], compare_hash[STORE_HASH], raw_hash[STORE_HASH];
	unsigned words, revision;
	enum text_state text_state;
	bool indexed;
	unsigned char pending_hash[STORE_HASH];
	bool has_pending;
	int64_t pending_due_ms;
	char *listed_title, *listed_published;
};
int store_doc_row(struct store *s, int64_t doc_id, struct doc_row *ret, struct err *reterr);
void store_doc_row_done(struct doc_row *r);
char *store_captions_json(const struct document *doc);	/* caller frees; NULL when it has none */

struct text_keys { char text[24]; };	/* "" when the text is too short to be a name */
/* The name that a text gives with its title, on one site. */
void store_text_keys(const char *title, const char *text, unsigned words, struct text_keys *ret);
/* The same of both in comparison form already; words 0: there is no text. */
void store_text_keys_of_plain(const char *title, const char *text, unsigned words, struct text_keys *ret);
int store_text_names_add(struct store *s, const struct text_keys *keys, const char *url, int64_t doc_id,
    struct err *reterr);

struct near {
	int64_t doc_id;
	unsigned bands;			/* shared */
	double likeness;
};

struct nears {				/* owned; store_nears_done */
	struct near *list;		/* most alike first */
	size_t count, cap;
};

struct put_ctx {			/* one store_put() */
	struct store *s;
	const struct store_put *put;
	const struct store_routes *routes;
	struct store_put_result *result;
	struct store_source source;
	struct store_candidate candidate;	/* id 0: none */
	const char *title, *url, *text;	/* borrowed: the page's, else the candidate's */
	char *asked_key, *final_key, *site;
	char published[DATE_ISO_MAX];
	int64_t published_ms;
	struct doc_date date;
	unsigned words;
	bool quiet;
	unsigned returns_to;		/* the revision whose text came again; 0: none */
	const char *gate;		/* why what came is no document: a log-in page, the home page */
	unsigned char text_hash[STORE_HASH], compare_hash[STORE_HASH], raw_hash[STORE_HASH];
	struct text_keys keys;
	struct nears near;		/* what resembles the text; asked once */
	bool near_asked;
};
/*
 * Which document is it? *ret 0: a new one. *same: it stands at the document's own address (look at
 * it as a recheck).
 */
int store_identify(struct put_ctx *p, int64_t *ret_doc, bool *ret_same, struct err *reterr);
int store_names_add(struct put_ctx *p, int64_t doc_id, const char *own_url, struct err *reterr);
int store_claim_add(struct put_ctx *p, int64_t doc_id, struct err *reterr);
/* documents.c: fills p->near; self is the document's own number, 0 when it has none yet. */
int store_put_near(struct put_ctx *p, int64_t self, struct err *reterr);
/* flapping.c: a text that the document had before. */
struct turn { unsigned number; int64_t seen_ms; unsigned char hash[STORE_HASH]; };	/* a revision, by what is compared */
/*
 * How long the text of that hash must last before it is told as the next revision; 0: nothing speaks against it. list: the newest
 * revisions, oldest first. *ret_back_to: the newest that had this text, 0: none, and then the answer is 0. *ret_again: the document
 * returned to an earlier text before. Pure.
 */
int64_t store_turns_hold(const struct turn *list, size_t n, const unsigned char hash[STORE_HASH], int64_t at_ms,
    unsigned *ret_back_to, bool *ret_again);
/* The same of what came; sets p->returns_to. */
int store_flapping(struct put_ctx *p, int64_t doc_id, int64_t *ret_hold_ms, bool *ret_again, struct err *reterr);
/* revisions.c */
int store_revision_first(struct put_ctx *p, int64_t doc_id, struct err *reterr);
int store_import_edit(struct put_ctx *p, int64_t doc_id, struct err *reterr);
int store_recheck_put(struct put_ctx *p, int64_t doc_id, struct err *reterr);
/* Of put->raw, which is not NULL. */
void store_put_raw_hash(const struct store_put *put, unsigned char ret[STORE_HASH]);
int store_raw_keep(struct put_ctx *p, const unsigned char *like, struct err *reterr);
/* removal.c: a look found the document: it is no longer missed. */
int store_document_back(struct put_ctx *p, int64_t doc_id, struct err *reterr);
/* removal.c: a document that is missed was met under another name: it is looked at now. */
int store_alias_found(struct put_ctx *p, int64_t doc_id, struct err *reterr);
/* moved.c: p->url, where the document was found, becomes its address. */
int store_moved(struct put_ctx *p, const struct doc_row *old, struct err *reterr);
/*
 * Takes the document's words out of the index, or does nothing when they are not there yet; it
 * waits to be indexed.
 */
int store_unindex(struct store *s, const struct doc_row *old, struct err *reterr);

/* ---- gap.c: the list as the last good visit found it ---- */
struct window {				/* owned; store_window_done */
	uint64_t *keys;			/* of the items, in their order */
	size_t count, cap;
	char *more;			/* next page of a gap that is being filled, or NULL */
	unsigned pages;			/* read so far */
};
void store_window_done(struct window *w);
void store_window_add(struct window *w, const char *key);
/* moved.c: an address; a document under any of its addresses. */
bool store_window_has(const struct window *w, const char *url);
int store_window_has_document(struct store *s, const struct window *w, int64_t doc_id, bool *ret, struct err *reterr);
int store_window_load(struct store *s, int64_t source_id, struct window *ret, struct err *reterr);
int store_window_save(struct store *s, int64_t source_id, const struct window *now,
    const struct window *before, struct err *reterr);
/* Have two lists nothing in common but what is pinned on top? Pure. */
bool store_window_parted(const uint64_t *before, size_t n, const uint64_t *now, size_t m);
/* Does one of the rows stand for a document that the source has, as title and date say? Its address is another one. */
int store_list_moved(struct store *s, int64_t source_id, const struct store_candidate *rows, size_t n, bool *ret,
    struct err *reterr);
/* more NULL: the gap is filled, or cannot be. */
int store_gap_fill(struct store *s, int64_t source_id, const char *more, unsigned pages,
    struct err *reterr);

/* ---- habit.c: how often a source publishes, how long its list is ---- */
#define HABIT_TIMES_MAX 200
#define HABIT_GAPS_MAX 64
#define HABIT_GAPS_MIN 8		/* fewer are no habit */
struct habit { int64_t rhythm_ms, quiet_after_ms; };
/*
 * times: of publication, sorted and thinned in place; zone_min: of the source's zone; since_ms: where the silence begins, for its limit hangs
 * on the days and hours that follow. False (and zeros) when they are too few. Pure.
 */
bool store_habit_learn(struct release_time *times, size_t n, int zone_min, int64_t since_ms, struct habit *ret);
int store_habit_update(struct store *s, struct store_source *src, int zone_min, int64_t since_ms,
    struct err *reterr);
/* Where its silence begins; fresh: it published just now. */
int64_t store_habit_since(const struct store_source *src, bool fresh, int64_t at_ms);
bool store_habit_is_quiet(const struct store_source *src, int64_t at_ms, char *ret_cause, size_t size);
/* Is the list so much shorter than before that the page was probably rebuilt? */
bool store_habit_is_short(size_t before, size_t now);
bool store_habit_has_shrunk(unsigned looks);	/* in a row that found it short */

/* ---- template.c: the same change on many documents of a site ---- */
/* Of the words that went and came. Pure. */
uint64_t store_change_words(const char *old_title, const char *title, const char *old_text,
    const char *text);
/* *ret: it is the site's template that changed; the text was taken over and nothing more is to be said. */
/* template.c: the page as it is now becomes the text of the last revision. */
int store_take_over(struct put_ctx *p, const struct doc_row *old, struct err *reterr);
/* selection.c: the page says what it said, another part of it is taken for its text. Pure. */
bool store_only_selected(const struct put_ctx *p, const struct doc_row *old);
int store_template_check(struct put_ctx *p, const struct doc_row *old, bool *ret, struct err *reterr);

/* ---- events.c ---- */
struct event_new {
	enum store_event_kind kind;
	int64_t source_id, doc_id, at_ms;	/* doc_id 0: a source's */
	const char *source;
	/* document */
	unsigned previous_revision;		/* 0: none */
	unsigned returns_to;			/* the revision that it is like again; 0: none */
	unsigned change_kinds;			/* of an edit */
	const char *removed;			/* what it took out, or NULL */
	json_t *diff, *kinds;			/* borrowed, or NULL */
	/* source */
	enum store_state state;
	const char *cause, *advice;
	int64_t since_ms;
};
int store_event_add(struct store *s, const struct event_new *e, const struct store_routes *routes, int64_t *ret_seq,
    struct err *reterr);
/* The whole line of an event; caller frees. */
int store_event_line(struct store *s, const char *body, int64_t text_at, int64_t doc_id, const unsigned char *text_hash,
    char **ret, struct err *reterr);
void store_event_hash(const unsigned char prev[STORE_HASH], const char *body, size_t len, int64_t text_at,
    const unsigned char *text_hash, unsigned char out[STORE_HASH]);

/* ---- outbox.c ---- */
/* By kind and kinds of change alone. */
bool store_route_wants(const struct store_route *r, enum store_event_kind kind, unsigned change_kinds);
int store_deliveries_add(struct store *s, const struct event_new *e, int64_t seq, const struct store_doc *doc,
    const struct store_routes *routes, struct err *reterr);

/* ---- pace.c ---- */
/* A new notice of that channel: until when it is held, and why. Counts it when it is not. */
int store_pace_enter(struct store *s, const struct store_route *r, bool urgent, int64_t at_ms, int64_t *ret_until_ms,
    enum pace_hold *ret_hold, struct err *reterr);

/* ---- query.c: the language of queries ---- */
#define QUERY_TERMS_MAX 64
#define QUERY_DEPTH_MAX 24
#define QUERY_MAX 4096			/* bytes */
struct query_list { char *item[QUERY_TERMS_MAX]; size_t count; };
struct query {
	char *fts;			/* expression for FTS5, or NULL: filters alone */
	struct query_list sources, not_sources, labels, not_labels, langs, not_langs, urls, not_urls, stories;
	int64_t after_ms, before_ms;	/* 0: no limit */
	int64_t changed_from_ms, changed_until_ms;	/* of an edit; 0: no limit */
	bool in_revisions;		/* earlier texts too */
	bool removed;			/* fts asks what edits took out: of earlier texts alone */
};
/* spellings may be NULL. */
int query_parse(const char *text, const struct spellings *spellings, struct query *ret, struct err *reterr);
void query_done(struct query *q);
bool query_has_prefix(const char *fts);	/* of query.fts: does a word in it end in *? */
bool query_takes_source(const struct query *q, const char *name, const char *labels_json);
bool query_takes_document(const struct query *q, const struct store_doc *doc);	/* filters alone, all but source and label */
bool store_label_in(const char *labels_json, const char *label);

/* ---- filter.c: what of a query and of store_filter is no word ---- */
struct filter_values {			/* as the statements want them; NULL: any */
	char *sources;			/* JSON array of source_id */
	int64_t only_source;		/* when it is one alone, else 0 */
	char *lang, *langs, *not_langs;	/* one; JSON arrays */
	char *urls, *not_urls;		/* JSON arrays of parts of addresses, in small letters */
	char *stories;			/* JSON array of stories */
	bool changed;			/* an edit between these is wanted */
	int64_t changed_from_ms, changed_until_ms;
	int64_t at_ms;			/* the archive as it was then; 0: as it is */
	int64_t since_ms, until_ms;	/* first seen */
	int64_t after_ms, before_ms;	/* published, else first seen */
	unsigned limit;
};
int store_filter_open(struct store *s, const struct store_filter *f, const struct query *query,
    struct filter_values *ret, struct err *reterr);
void store_filter_close(struct filter_values *v);
/* Binds all of it from the statement's value `first` on, in the order of FILTERS in stmt.c. */
void store_filter_bind(sqlite3_stmt *q, int first, const struct filter_values *v);
/* The walk behind store_list(), store_walk() and a query of filters alone. */
int store_list_run(struct store *s, enum store_stmt which, const struct filter_values *v,
    bool with_text, store_doc_fn *fn, void *arg, struct err *reterr);

/* ---- search.c ---- */
/* The documents that fit query in the order of the statement: STMT_SEARCH, STMT_FIND_NEWEST or _OLDEST. */
int store_query_run(struct store *s, enum store_stmt which, const char *query, const struct store_filter *f,
    bool with_text, store_doc_fn *fn, void *arg, struct err *reterr);

/* ---- match.c ---- */
/* removed: what the edit that is told took out, or NULL. */
int store_match(struct store *s, const char *query, const char *labels_json, const struct store_doc *doc,
    const char *removed, bool *ret, struct err *reterr);
/* The place of the hits in one text; NULL when there is none. Caller frees. */
char *store_match_snippet(struct store *s, const char *fts, const char *title, const char *text, const char *removed);
void matcher_free(struct matcher *m);

/* ---- history.c: earlier texts in an index of their own ---- */
#define REMOVED_GAP "presswatchgap"	/* a word between two runs of removed words, so that no phrase spans them */
/* What an edit took out, in runs; NULL when nothing. Caller frees. */
char *store_removed_words(const struct diff *diff, const char *old_title, const char *title);
/* The revision waits for the index. */
int store_old_wait(struct store *s, int64_t doc_id, unsigned number, struct err *reterr);
/* At most max of those that wait; how many in *ret_done. */
int store_old_index(struct store *s, unsigned max, unsigned *ret_done, struct err *reterr);
/* Out of the index again. */
int store_old_unindex(struct store *s, int64_t doc_id, unsigned number, struct err *reterr);
/* Title, text and removed words of an earlier revision; each NULL when it has none. Caller frees. */
int store_old_read(struct store *s, int64_t doc_id, unsigned number, char **title, char **text, char **removed,
    struct err *reterr);
/* Makes of the current document the one that it was at that time. 0: it was not known yet, 1, -1. */
int store_doc_at(struct store *s, struct store_doc *d, int64_t at_ms, struct err *reterr);

/* ---- near.c ---- */
void store_nears_done(struct nears *n);
int store_near_add(struct store *s, int64_t doc_id, const char *text, struct err *reterr);
/* old, text: NULL when there is none. */
int store_near_replace(struct store *s, int64_t doc_id, const char *old, const char *text, struct err *reterr);
/* Whose texts share a band with k, most bands first: whether they resemble it is for the texts to say. */
int store_near_sharing(struct store *s, const struct sketch *k, int64_t self, struct nears *ret, struct err *reterr);
/*
 * What resembles text, and the other carriers of story (0: none), with how much they share; of what shares less than
 * TIE_EVENT_LIKENESS only that it does, when story is 0.
 */
int store_near_find(struct store *s, const char *text, int64_t self, int64_t story, struct nears *ret,
    struct err *reterr);
/* Sketches of an archive that was written before there were any; 1: more wait. */
int store_near_catch_up(struct store *s, unsigned max, struct err *reterr);

/* ---- trust.c: what a source proved true ---- */
struct guid_count { unsigned stated, kept, turned; };	/* GUIDs of one list: at all; the known one; another one */
/* A GUID beside a known address: a name of that document too. */
int store_guid_met(struct store *s, const struct store_source *src, const char *guid, int64_t doc_id,
    struct guid_count *n, struct err *reterr);
int store_guids_judge(struct store *s, struct store_source *src, const struct guid_count *n, bool doubtful, struct err *reterr);
/* Is a row that says something else than last time worth a look? */
bool store_hints_heard(const struct store_source *src);
int store_hint_follow(struct store *s, int64_t doc_id, int64_t at_ms, struct err *reterr);
/* A look ended: was there an edit? Nothing unless a hint had asked for it. */
int store_hint_judged(struct store *s, int64_t doc_id, bool right, struct err *reterr);

/* ---- story.c ---- */
/* Gives the document the story of what it is a copy of. Before it stands in the index itself. */
int store_story_join(struct put_ctx *p, int64_t doc_id, struct err *reterr);
/* *ret: new reference to a list, oldest first, or NULL. */
int store_story_carriers(struct store *s, const struct store_doc *doc, json_t **ret, struct err *reterr);
int store_story_told(struct store *s, const char *channel, const struct store_doc *doc, bool *ret, struct err *reterr);

/* ---- doc_json.c ---- */
void store_strings_free(char **list, size_t n);
/* The strings of a JSON array; NULL is the empty one. */
void store_strings_of(const json_t *list, char ***ret, size_t *ret_count);

/* ---- walk.c ---- */
/* Makes of the current document the one that revision was. */
int store_as_revision(struct store *s, struct store_doc *d, unsigned number, struct err *reterr);
int store_doc_load(struct store *s, int64_t doc_id, bool with_text, struct store_doc **ret, struct err *reterr);

#endif
