#ifndef STORE_STORE_H
#define STORE_STORE_H
/*
 * store: the archive, as intentions: record a visit, put a document, take deliveries, search. Synchronous and without threads
 * of its own: the daemon's writer thread, the command and tests call it directly. All times are ms since 1970 UTC. SQL lives
 * behind this header only.
 *
 * Every call is one transaction by itself, or part of the caller's between store_begin() and store_commit(); a call that
 * fails leaves no trace of itself in either case. ERR_LOCAL: disk or database; ERR_TEMPORARY: locked by another process.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cleanup.h"
#include "base/err.h"
#include "document/document.h"
#include "store/rhythm.h"

struct store;

enum store_mode { STORE_READ, STORE_WRITE };	/* WRITE creates, migrates and takes the archive's lock */

struct store_opts {
	const char *event_source;	/* CloudEvents "source" prefix; NULL: "presswatch" */
	int cache_kib;			/* page cache; 0: 8 MiB */
	unsigned ranked_max;		/* hits of a search that are ranked, the newest; 0: 20,000 */
};

/*
 * ERR_CONFIG: no such archive, one that is newer than this program, or not an archive; ERR_TEMPORARY: another daemon holds the
 * lock (names its pid); ERR_LOCAL: read-only, damaged (with advice; never deleted).
 */
int store_open(const char *path, enum store_mode mode, const struct store_opts *opts, struct store **ret,
    struct err *reterr);
void store_close(struct store *s);
CLEANUP_DEFINE(struct store, store_close);
int store_begin(struct store *s, struct err *reterr);
int store_commit(struct store *s, struct err *reterr);
void store_rollback(struct store *s);

/* ---- sources ------------------------------------------------------------------------------------------------------ */

enum store_state { STATE_NEW = 0, STATE_OK, STATE_FAILING, STATE_BLOCKED, STATE_EMPTY, STATE_QUIET, STATE_ENDED, STATE_REDESIGNED,
	STATE_COUNT };
const char *store_state_name(enum store_state s);
/* Are its GUIDs names? doubtful: some are empty or repeated; rotating: others at each visit. */
enum store_guids { GUIDS_NONE = 0, GUIDS_TRUSTED, GUIDS_DOUBTFUL, GUIDS_ROTATING };
const char *store_guids_name(enum store_guids g);

enum store_look_kind { LOOK_SAME, LOOK_READ, LOOK_FAILED };	/* nothing changed; the list was read; no list came */
const char *store_look_kind_name(enum store_look_kind kind);

struct store_run {			/* looks with one outcome, the last of them the last look */
	int64_t first_ms, count, bytes, pause_ms;	/* pause: the longest between two of them */
	enum store_look_kind kind;
	long status;
	unsigned fresh;			/* new addresses */
};

struct store_source {			/* strings owned by the struct when it is read */
	int64_t id;
	char *name, *url;
	int kind;			/* what it turned out to be (enum source_kind of discover), 0 unknown */
	char *labels;			/* JSON array */
	char *etag, *last_modified;
	unsigned char body_hash[32];	/* of the last body that was read; all 0: none */
	uint64_t list_hash;		/* of the last list of candidates; 0: none */
	int64_t last_visit_ms, last_good_ms, next_visit_ms, last_new_ms, last_full_ms;	/* full: unconditional look */
	unsigned failures;		/* in a row */
	enum store_state state;
	int64_t state_since_ms;
	char *cause;			/* of the state, in words */
	int64_t visits;			/* all */
	bool baseline;			/* the first good visit is recorded */
	bool configured;		/* still in the configuration */
	int64_t documents;		/* filled by store_sources only */
	enum store_state told;		/* trouble that was told and is not over: failing or quiet, else new */
	int64_t last_gap_ms;		/* of the last source.gap */
	int64_t rhythm_ms;		/* typical pause between days of publication; 0: not known yet */
	int64_t quiet_after_ms;		/* silence beyond it is unusual; 0: not known yet */
	int64_t watched_ms;		/* since then we know of its silence: the first good visit */
	unsigned shrunk;		/* looks in a row that found far fewer items than before */
	bool lies;			/* its validators stayed while the list changed: no longer sent */
	struct store_run run;
	enum store_guids guids;
	unsigned guid_turns;		/* visits in a row with other GUIDs */
	int64_t hints_right, hints_wrong;	/* rows that said "changed": what the look found */
	bool paused;			/* somebody said pause: not visited, its documents not looked at */
};
void store_source_done(struct store_source *src);

struct store_source_def { const char *name, *was, *url; const char *const *labels; size_t labels_count; };
/* Makes the archive's sources those of the configuration: adds, renames by `was`, marks others as no longer configured.
 * A changed url drops validators and hashes, keeps history. */
int store_sources_sync(struct store *s, const struct store_source_def *defs, size_t n, struct err *reterr);
/* What that would do, by reading alone: fn for each source that would change. */
enum { SYNC_ADD = 1, SYNC_RENAME = 2, SYNC_MOVE = 4, SYNC_BACK = 8, SYNC_LABELS = 16, SYNC_DROP = 32 };
struct store_sync {
	unsigned what;			/* bits of the above */
	const struct store_source_def *def;	/* NULL: dropped */
	const char *name, *was, *url;	/* was, url: as the archive has them */
	int64_t documents;
	bool baseline;			/* its first good visit is recorded */
};
int store_sources_plan(struct store *s, const struct store_source_def *defs, size_t n,
    int (*fn)(const struct store_sync *sync, void *arg), void *arg, struct err *reterr);
/*
 * By which rules (config_rules_hash()) a source's list was read. The archive remembers them, because a server's "unchanged" speaks
 * of its bytes and not of our rules: after a change the next visit must read all anew.
 */
struct store_rule {
	const char *source;
	uint64_t hash, parts;		/* parts: told back, not judged */
	const char *facts;		/* what else a plan speaks of, or NULL; told back, too */
};
/* What vouched for the list of a source whose rules are others goes with it, so that a crash cannot leave it unread. */
int store_rules_set(struct store *s, const struct store_rule *list, size_t n, struct err *reterr);
/* fn for every source whose rules are others than the archive remembers; the parts that it remembers may be 0: not known. */
void store_rules_changed(struct store *s, const struct store_rule *list, size_t n,
    void (*fn)(const struct store_rule *now, uint64_t old_parts, void *arg), void *arg);
/* The facts that came with the rules of each source in force; not for one that an earlier program wrote. */
void store_rules_facts(struct store *s, void (*fn)(const char *source, const char *facts, void *arg), void *arg);
/* Which extractor, under which rules, gave the text of the newest document of a source; NULL: none. Caller frees. */
char *store_source_extractor(struct store *s, const char *source);
/* In order of name; fn returns non-zero to stop. The struct lives for the call. */
int store_sources(struct store *s, int (*fn)(const struct store_source *src, void *arg), void *arg, struct err *reterr);
/* The same without the number of documents, which takes time that grows with the archive. */
int store_sources_state(struct store *s, int (*fn)(const struct store_source *src, void *arg), void *arg, struct err *reterr);

/* What the answers of a source say of where else it can be had. */
struct store_entrance {
	char *source, *hub;		/* WebSub, or NULL */
	char *moved_from, *moved_to;	/* a permanent redirect of that address, or NULL */
	unsigned moved_seen;		/* visits in a row that met it */
	int64_t moved_ms;		/* since then */
};
#define STORE_MOVED_LEARNED 3		/* so often in a row: the new address is asked at once from then on */
void store_entrance_done(struct store_entrance *e);
int store_entrance_hub(struct store *s, const char *source, const char *hub, struct err *reterr);
/* A visit of `from` was led to `to` for good; NULL: it was not, which forgets. *ret_seen: how often in a row now. */
int store_entrance_moved(struct store *s, const char *source, const char *from, const char *to, int64_t now_ms,
    unsigned *ret_seen, struct err *reterr);
int store_entrances(struct store *s, int (*fn)(const struct store_entrance *e, void *arg), void *arg, struct err *reterr);

/* A paused source is not visited, its candidates and rechecks rest; it holds over restarts. ERR_INPUT: no such source. */
int store_source_pause(struct store *s, const char *source, bool pause, struct err *reterr);

/* When the newest documents of a source were published: as stated, else as first seen; day_only: the hour is not known. */
int store_source_times(struct store *s, const char *source, struct release_time *list, size_t max, size_t *ret_n,
    struct err *reterr);

/* ---- channels a notice goes to --------------------------------------------------------------------------------------- */

enum store_event_kind { EV_DOCUMENT_NEW, EV_DOCUMENT_EDITED, EV_DOCUMENT_REMOVED, EV_DOCUMENT_RESTORED,
	EV_SOURCE_FAILING, EV_SOURCE_RECOVERED, EV_SOURCE_GAP, EV_SOURCE_QUIET,
	EV_SOURCE_TEMPLATE, EV_SOURCE_STALE, EV_CHANNEL_FAILING, EV_CHANNEL_RECOVERED, EV_COUNT };
const char *store_event_type(enum store_event_kind k);	/* "document.new" ... */

enum store_digest { DIGEST_NONE = 0, DIGEST_EVERY, DIGEST_DAILY };
enum pace_hold { HOLD_NONE = 0, HOLD_DIGEST, HOLD_QUIET, HOLD_STORM };

struct store_pace {			/* when a channel is told; zeros: at once */
	enum store_digest digest;
	int64_t digest_every_ms;
	int digest_minute;		/* of the day, there */
	int quiet_from, quiet_until;	/* minutes of the day; equal: none */
	const char *zone;		/* IANA, or NULL: of this machine */
	const char *urgent;		/* query: such documents wait for neither; or NULL */
	unsigned storm;			/* notices that are told one by one in an hour; 0: any number */
	bool people;			/* a batch is one message for readers, however long; else for a program */
};

struct store_route {			/* borrowed for the call */
	const char *channel;
	unsigned kinds;			/* bits 1 << store_event_kind */
	const char *match;		/* query of the archive, or NULL */
	bool once_per_story;
	unsigned when;			/* enum change_kind bits: only edits that have one of them; 0: all */
	const struct store_pace *pace;	/* or NULL: at once */
};
struct store_routes { const struct store_route *list; size_t count; };
/* The kinds of events of a route by the four groups that an administrator knows; removals: and documents that are back. */
unsigned store_kinds_of(bool news, bool edits, bool removals, bool troubles);
/* Is it a query that store_search understands? ERR_INPUT points at the character. */
int store_query_check(const char *query, struct err *reterr);
/* Names that are written in several ways, beside those of the shipped table: lists ended by NULL, as is the whole; or NULL. */
void store_set_spellings(struct store *s, char *const *const *more);

/* ---- visits and candidates -------------------------------------------------------------------------------------------- */

struct store_visit {			/* borrowed for the call */
	const char *source;		/* name */
	int64_t at_ms, next_visit_ms;
	long http_status;		/* 0: none came */
	size_t bytes;
	const char *etag, *last_modified;	/* to send next time; NULL: none */
	const unsigned char *body_hash;	/* 32 bytes, or NULL: keep what stands */
	uint64_t list_hash;
	int kind;
	bool full;			/* it was an unconditional look */
	enum store_state state;		/* the source's state after it */
	const char *cause, *advice;	/* of a state that is not ok */
	const char *page_title;
	bool lied;			/* the validators are the old ones and the list is not */
	enum store_state *after;	/* out: the state as the archive judged it, or NULL */
};

struct store_candidate {		/* borrowed when given; owned by the struct when read */
	int64_t id;
	char *source;
	char *url, *guid, *title;	/* guid NULL when none or not trusted */
	char *published, *updated;	/* date_iso(), or NULL */
	int published_source;		/* enum date_source */
	char *language, *summary;
	bool quiet;			/* tell nobody */
	bool held;			/* quiet because too many were new at once */
	unsigned attempts;
	int64_t not_before_ms, found_ms;
	char *last_error;
};
void store_candidate_done(struct store_candidate *c);

struct store_visit_result { unsigned found, known, fresh, recorded, touched, held; bool gap; };	/* fresh: now waiting to be fetched; recorded: beyond
	the newest baseline_max, kept as known addresses; touched: known documents whose row changed, now due for a recheck;
	held: fresh > max_fresh, so all of them are quiet and one source.gap says so */

/* What was vouched for had changed: its validators are not sent any more; source.stale, once. */
int store_source_distrust(struct store *s, const char *source, int64_t at_ms, const struct store_routes *routes,
    struct err *reterr);
/* Nothing new (304, or equal bytes or list): validators, times and state only. Many visits in one call. */
int store_visits_same(struct store *s, const struct store_visit *v, size_t n, const struct store_routes *const *routes,
    struct err *reterr);
/*
 * A list was read: one transaction stores validators, state and the candidates not known yet (by URL key, or GUID within the
 * source). The first good visit of a source is quiet unless announce; of a quiet baseline only the newest baseline_max are fetched.
 * max_fresh: on later visits more new ones than that are kept too, but quietly but for one event (a storm); 0: no hold.
 * trust_guid: GUIDs of this list may be names.
 */
/*
 * window: the list shows the newest of a longer row (a feed, a listing): two good visits must have an item in common, else
 * source.gap is told, result.gap set, and more, the next page, is kept until the gap is filled (store_fills).
 */
struct store_visit_opts { bool window; const char *more; bool announce, trust_guid; unsigned baseline_max, max_fresh; int64_t next_check_ms;
	int zone_min; /* of the source's zone, now */ };
int store_visit_read(struct store *s, const struct store_visit *v, const struct store_candidate *list, size_t n,
    const struct store_visit_opts *opts, const struct store_routes *routes, struct store_visit_result *ret,
    struct err *reterr);
/* Gaps that are being filled: the page to read next. */
#define STORE_FILL_PAGES 10
struct store_fill { const char *source, *url; unsigned pages; };
int store_fills(struct store *s, int (*fn)(const struct store_fill *f, void *arg), void *arg,
    struct err *reterr);
/* That page was read: what stands before a known item becomes candidates. n 0: it could not be had, no more is tried. */
struct store_fill_result { unsigned found, known, fresh; bool over; };
int store_fill_read(struct store *s, const char *source, const struct store_candidate *list, size_t n,
    const char *more, int64_t at_ms, struct store_fill_result *ret, struct err *reterr);
/* Has the archive heard of that address: a document's, one of the first visit, or one that waits? ERR_INPUT. */
int store_url_known(struct store *s, const char *url, bool *ret, struct err *reterr);
/* Failed: failures + 1; a change of state writes source.failing or source.recovered (once each). */
int store_visit_failed(struct store *s, const struct store_visit *v, const struct store_routes *routes, struct err *reterr);

/* Waiting candidates with not_before_ms <= now_ms and id > after_id, oldest first, at most limit. */
int store_candidates_due(struct store *s, int64_t now_ms, int64_t after_id, unsigned limit,
    int (*fn)(const struct store_candidate *c, void *arg), void *arg, struct err *reterr);
/* Gives a candidate up: its address stays known, so it is not found again. */
int store_candidate_drop(struct store *s, int64_t id, struct err *reterr);
int store_candidate_retry(struct store *s, int64_t id, int64_t not_before_ms, const char *error, struct err *reterr);

/* ---- documents --------------------------------------------------------------------------------------------------------- */

struct store_put {			/* borrowed for the call */
	const char *source;
	int64_t candidate_id;		/* 0: a recheck or a page source */
	int64_t doc_id;			/* recheck: the document looked at; 0: find it by its names */
	const char *url;		/* asked for */
	const char *const *hops;	/* redirects on the way, as asked */
	size_t hops_count;
	const char *etag, *last_modified, *content_type;
	long http_status;
	const void *raw;		/* response body, or NULL: keep none */
	size_t raw_len;
	const unsigned char *raw_hash;	/* its SHA-256, or NULL: not made yet */
	const struct document *doc;	/* doc->title NULL: the candidate's is used */
	const char *extractor;		/* version and rules that derived it */
	int64_t at_ms;
	int64_t next_check_ms;		/* when nothing changed; 0: no recheck of its own */
	int64_t next_check_hot_ms;	/* when it is new or was edited */
	int64_t confirm_ms;		/* a difference is only remembered and looked at again that much later; 0: at once */
	bool quiet;			/* new documents without an event (page source's first visit) */
	bool announce;			/* page source: tell of the first version */
	bool doubtful;			/* the bytes may be half a page: a difference counts only when it lasts */
	bool imported;			/* with doc_id: its next revision, as another archive had it: no event, no judgement */
	bool ask;	/* recheck: a page that is nothing like the document is not judged: PUT_STRANGE */
	bool ask_page;	/* recheck: an edit is not told before both pages are known whole: PUT_DIFFERS */
	const char *old_page, *new_page;	/* all that the kept response and this one say, or NULL: not known */
	bool moved;	/* recheck, with ask: url is another of its addresses, its own is dead; where the document is found becomes its address */
};

enum put_result {
	PUT_NEW,	/* document and (unless quiet) document.new */
	PUT_ALIAS,	/* another name of a document that we have */
	PUT_SAME,	/* nothing changed; doc_id 0: a candidate ended at a log-in or home page and waits for another try */
	PUT_PENDING,	/* differs; waits for the second look */
	PUT_REVISION,	/* edited: revision and document.edited */
	PUT_STRANGE,	/* with ask: nothing like the document stands there; nothing was written */
	PUT_DIFFERS,	/* with ask_page: nothing was written; old_page and new_page are wanted */
	PUT_LED_HOME,	/* with ask: it leads to the home page or the list; nothing was written */
};

struct store_put_result {
	enum put_result what;
	int64_t doc_id;
	int64_t event_seq;		/* 0: none */
	bool moved;			/* it has another address now */
	bool urgent_check;		/* pending: document due at at_ms + confirm_ms */
	const char *held;		/* static: why a difference is not told (yet), or NULL */
};

/*
 * One transaction: dedup, document or revision or alias, event, deliveries; the candidate is done. A text_state none never
 * replaces a text that we have (PUT_SAME).
 */
int store_put(struct store *s, const struct store_put *put, const struct store_routes *routes,
    struct store_put_result *ret, struct err *reterr);
/* Same document, another extractor: replaces the derived text, writes no event, no revision. */
int store_rederive(struct store *s, int64_t doc_id, const struct document *doc, const char *extractor, struct err *reterr);

struct store_recheck {			/* a document that is due; strings owned */
	int64_t doc_id;
	char *source, *url, *etag, *last_modified, *title, *published, *extractor, *content_type;
	char *listed_title, *listed_published;	/* of its row: hints */
	unsigned char raw_hash[32];	/* of the revision's kept response; all 0: none kept */
	unsigned char body_hash[32];	/* of the last response that agreed with the revision; all 0: unknown */
	int64_t first_seen_ms, last_changed_ms, last_check_ms;
	bool pending;			/* this is the second look */
	bool has_text;
	int64_t gone_since_ms;		/* 0: it was there at the last look */
	int64_t checks;			/* looks so far */
};
void store_recheck_done(struct store_recheck *r);
/* Due documents of configured sources, most overdue first. */
int store_rechecks_due(struct store *s, int64_t now_ms, unsigned limit,
    int (*fn)(const struct store_recheck *r, void *arg), void *arg, struct err *reterr);
/*
 * Documents whose present text was derived from a response that is kept: those of the source (NULL: of all, configured or not)
 * behind after_id, in order, at most limit.
 */
int store_derived(struct store *s, const char *source, int64_t after_id, unsigned limit,
    int (*fn)(const struct store_recheck *r, void *arg), void *arg, struct err *reterr);
int store_count_derived(struct store *s, const char *source, int64_t *ret, struct err *reterr);
struct store_recheck_same { int64_t doc_id, at_ms, next_check_ms; const char *etag, *last_modified; };
/* 304 or equal bytes. Many in one call. A pending difference is dropped when dropped_pending. */
int store_rechecks_same(struct store *s, const struct store_recheck_same *r, size_t n, struct err *reterr);
int store_recheck_failed(struct store *s, int64_t doc_id, int64_t at_ms, int64_t next_check_ms, long http_status,
    const char *error, struct err *reterr);
/*
 * The document is not at its address: 404, 410, an error page that says 200, a redirect to the home
 * page. The third such look in a row, span_ms after the first, writes document.removed, unless its
 * source fails, or many documents of it went at once (then a day must pass). Its text stays. Found
 * again it is document.restored, by store_put.
 */
struct store_gone {
	int64_t doc_id, at_ms, next_check_ms, span_ms;
	long http_status;
	const char *cause;
};
struct store_gone_result { bool removed, held; int64_t event_seq; };
int store_recheck_gone(struct store *s, const struct store_gone *g, const struct store_routes *routes,
    struct store_gone_result *ret, struct err *reterr);
/*
 * Under which other addresses the document is known, those first that the last list of its source names: at most limit into ret,
 * each to be freed.
 */
int store_other_addresses(struct store *s, int64_t doc_id, char **ret, unsigned limit, unsigned *ret_count, struct err *reterr);
/* The stored response; caller frees *ret. ERR_INPUT: none kept. */
int store_raw(struct store *s, const unsigned char hash[32], char **ret, size_t *ret_len, struct err *reterr);

/* ---- events and deliveries ------------------------------------------------------------------------------------------------ */

struct store_event { int64_t seq; const char *id, *type, *source; int64_t time_ms; const char *json; /* whole CloudEvents line */ };
/* Events with seq > after, oldest first. */
int store_events(struct store *s, int64_t after_seq, unsigned limit, int (*fn)(const struct store_event *e, void *arg),
    void *arg, struct err *reterr);
int store_event_seq_of(struct store *s, const char *event_id, int64_t *ret_seq, struct err *reterr);	/* id or decimal seq; ERR_INPUT */
int64_t store_last_seq(struct store *s);

/* root: id of the first message that told of the same document (or trouble) on that channel, or NULL. */
struct store_delivery { int64_t seq; const char *channel, *source, *event_id, *type, *json, *root; unsigned attempts; int64_t first_ms; };
/* The oldest undelivered event of each source on that channel, when its not_before_ms <= now_ms (or any). */
int store_deliveries_due(struct store *s, const char *channel, int64_t now_ms, bool any, unsigned limit,
    int (*fn)(const struct store_delivery *d, void *arg), void *arg, struct err *reterr);
/* When the next delivery of any channel is due; 0: none waits. */
int64_t store_deliveries_next_ms(struct store *s);
int store_delivery_done(struct store *s, int64_t seq, const char *channel, int64_t at_ms, struct err *reterr);
int store_delivery_failed(struct store *s, int64_t seq, const char *channel, int64_t at_ms, int64_t not_before_ms, bool dead,
    const char *error, struct err *reterr);

/* Until when an event of at_ms waits, and why; HOLD_NONE: not at all. Pure, without the storm guard. */
enum pace_hold store_pace_hold(const struct store_pace *p, int64_t at_ms, int64_t *ret_until_ms);
/* The pace of a channel as configured: when it is another one than before, what is held waits by the new one. */
int store_pace_set(struct store *s, const char *channel, const struct store_pace *pace, int64_t now_ms, struct err *reterr);
/*
 * What was held and whose time has come goes on its way: as a batch when it is for a digest, came in a storm, or would be
 * one; else each alone. all: whatever its time. Returns how many, or -1. To be called before deliveries are taken.
 */
int store_pace_release(struct store *s, const char *channel, const struct store_pace *pace, int64_t now_ms, bool all,
    struct err *reterr);
/* When something that is held on that channel is due; 0: nothing is held. */
int64_t store_pace_next_ms(struct store *s, const char *channel);

/* Notices that are told in one message. A batch for programs has at most so many events, and about so many bytes. */
#define STORE_BATCH_EVENTS 100
#define STORE_BATCH_BYTES (1 << 20)
struct store_batch { int64_t batch_id, made_ms; char id[40]; enum pace_hold kind; unsigned attempts; };
/* The oldest batch of the channel when its not_before_ms <= now_ms (or any) and nothing of its sources is to come before it. 1, 0, -1. */
int store_batch_due(struct store *s, const char *channel, int64_t now_ms, bool any, struct store_batch *ret,
    struct err *reterr);
struct store_batch_source { const char *name; int64_t count, first_ms, last_ms, first_seq; };
int store_batch_sources(struct store *s, const char *channel, int64_t batch_id,
    int (*fn)(const struct store_batch_source *src, void *arg), void *arg, struct err *reterr);
/* Its events in order: of each source the newest per_source, at most limit in all; without their texts unless with_text. */
int store_batch_events(struct store *s, const char *channel, int64_t batch_id, unsigned per_source, unsigned limit,
    bool with_text, int (*fn)(const struct store_delivery *d, void *arg), void *arg, struct err *reterr);
int store_batch_done(struct store *s, const char *channel, int64_t batch_id, int64_t at_ms, struct err *reterr);
int store_batch_failed(struct store *s, const char *channel, int64_t batch_id, int64_t at_ms, int64_t not_before_ms,
    bool dead, const char *error, struct err *reterr);

/*
 * How an attempt on a channel ended. One that fails for STORE_CHANNEL_FAILS_MS, or gives a notice up, is told on the other
 * routes, once, as channel.failing; and once, as channel.recovered, when it takes notices again.
 */
#define STORE_CHANNEL_FAILS_MS 3600000
int store_channel_attempt(struct store *s, const char *channel, bool good, bool dead, const char *error, int64_t at_ms,
    const struct store_routes *routes, struct err *reterr);

/* A channel that ever had a notice. error: of the newest failed attempt that is not made good, or NULL. */
struct store_channel { const char *name; bool paused; int64_t waiting, dead, told, oldest_ms, next_ms, last_told_ms, error_ms; const char *error;
	int64_t held, held_until_ms; enum pace_hold hold; };	/* held: of those that wait, for a digest or the end of quiet hours or a storm */
int store_channels(struct store *s, int (*fn)(const struct store_channel *c, void *arg), void *arg, struct err *reterr);
/* Those alone for which something waits or was given up, told and last_told_ms left 0: costs nothing for all that was told. */
int store_channels_open(struct store *s, int (*fn)(const struct store_channel *c, void *arg), void *arg, struct err *reterr);
/* A paused channel keeps what waits for it. */
int store_channel_pause(struct store *s, const char *channel, bool pause, struct err *reterr);
bool store_channel_paused(struct store *s, const char *channel);
/* Notices that were given up, oldest first. */
struct store_dead { const char *channel, *event_id, *type, *source, *error; int64_t seq, first_ms, at_ms; unsigned attempts; };
int store_dead_letters(struct store *s, int (*fn)(const struct store_dead *d, void *arg), void *arg, struct err *reterr);
/*
 * Lets notices wait again, due now, with all their attempts: those given up (seq 0), or those of one event, told or given up.
 * channel NULL: of all channels; a channel named with an event gets it even when it never did. Returns how many, or -1.
 */
int store_redeliver(struct store *s, int64_t seq, const char *channel, int64_t at_ms, struct err *reterr);

/*
 * What was kept without a notice because too many addresses were new at once (store_visit_opts.max_fresh) is told now, as
 * document.new; what is not fetched yet will be. all: every document of the source of which nobody was ever told.
 * At most max of them, so that others have their turn. Returns how many (max: there may be more), or -1.
 */
int store_held_release(struct store *s, const char *source, bool all, int max, const struct store_routes *routes,
    int64_t at_ms, struct err *reterr);
int store_held_count(struct store *s, const char *source, int64_t *ret, struct err *reterr);

/* ---- upkeep --------------------------------------------------------------------------------------------------------------- */

/* Puts up to max documents that wait into the search index, or merges a little. Returns 1 when more waits, 0, or -1. */
int store_index_step(struct store *s, unsigned max, struct err *reterr);
int store_checkpoint(struct store *s, struct err *reterr);
/* After a walk through whole tables, outside a transaction: their pages need not stand in memory. */
void store_forget_pages(struct store *s);
struct store_counts { int64_t documents, revisions, events, candidates, deliveries, dead_deliveries, file_bytes, unindexed; };
/* Bytes of all responses as they are packed. Walks the whole table: for who shows it, not for each status. */
int store_raw_bytes(struct store *s, int64_t *ret, struct err *reterr);
/* When the candidate was found that waits longest; 0: none waits. */
int64_t store_oldest_candidate_ms(struct store *s);
/*
 * How long after their publication the newest documents of a source were found, in ms: those with a time of publication that lies
 * after its first good visit, at most max. Returns how many.
 */
size_t store_source_delays(struct store *s, int64_t source_id, int64_t *ret, size_t max);
int store_get_counts(struct store *s, struct store_counts *ret, struct err *reterr);
#define STORE_META_CHANNELS "channels"	/* what the configuration in force says of each: config_channels_facts() */
/* Meta values ("once", version notes ...). Caller frees; NULL when absent. */
char *store_meta_get(struct store *s, const char *key);
int store_meta_set(struct store *s, const char *key, const char *value, struct err *reterr);

#endif
