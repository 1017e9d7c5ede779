#ifndef STORE_QUERY_H
#define STORE_QUERY_H
/* query: what the command asks of the archive; the connection may be read-only. */
#include <jansson.h>
#include "store/store.h"

struct store_filter {			/* borrowed; zero means no limit */
	const char *query;		/* of store_list and store_walk: as store_search has it, in their order */
	const char *source, *lang, *label;
	int64_t since_ms, until_ms;	/* first seen */
	int64_t at_ms;			/* the archive as it was at that time; 0: as it is */
	unsigned limit;
};

struct store_doc {			/* one document as the exported document has it; owned */
	int64_t doc_id;
	char *id;			/* for users and the export: decimal */
	char *source, *url;
	char **aliases;
	size_t aliases_count;
	char *title, *published, *modified, *language, *section, *author, *dateline, *text, *state, *story;
	char **captions, **labels;
	size_t captions_count, labels_count;
	enum text_state text_state;
	unsigned words, revision;
	unsigned found_in;		/* of a search: the earlier revision that has the words; 0: this one */
	int64_t first_seen_ms, last_changed_ms, published_ms;
};
void store_doc_free(struct store_doc *d);
CLEANUP_DEFINE(struct store_doc, store_doc_free);
json_t *store_doc_json(const struct store_doc *d, bool with_text);	/* exported document, fields in the design's order */
/* The exported document again; times that it does not say are now_ms. Caller frees. */
struct store_doc *store_doc_of_json(const json_t *j, int64_t now_ms);

typedef int store_doc_fn(const struct store_doc *d, const char *snippet, void *arg);	/* non-zero stops */
/* Newest first. with_text: fill text (slower). Returns the number found or -1. */
int store_list(struct store *s, const struct store_filter *f, bool with_text, store_doc_fn *fn, void *arg, struct err *reterr);
/* All documents in order of first sight, for export. */
int store_walk(struct store *s, const struct store_filter *f, store_doc_fn *fn, void *arg, struct err *reterr);
/*
 * Full-text search, best first: words, "phrases", AND OR NOT, prefix*, and the fields that query.c names; with in:revisions earlier
 * texts are searched too, with removed: what edits took out of them. snippet marks hits with U+0002 and U+0003. Returns the number found or -1 (ERR_INPUT: points at the character of the query).
 */
int store_search(struct store *s, const char *query, const struct store_filter *f, store_doc_fn *fn, void *arg, struct err *reterr);
/*
 * How many hits, the newest, the last store_search() ranked when it left older ones out, so that it ends in time; 0 when it
 * ranked all.
 */
int64_t store_search_bound(const struct store *s);
/* By id, or by an address it is known under. revision 0: the current one. ERR_INPUT: not found. */
int store_get(struct store *s, const char *id_or_url, unsigned revision, struct store_doc **ret, struct err *reterr);
/* The same as it was at that time. ERR_INPUT: not found, or not known yet. */
int store_get_at(struct store *s, const char *id_or_url, int64_t at_ms, struct store_doc **ret, struct err *reterr);

/*
 * Would the event have been told on that route, had there been the route? To be asked in the order of the log with one replay, which
 * knows what a route with once_per_story has told. Pace is left aside.
 */
struct store_replay;
struct store_replay *store_replay_new(void);
void store_replay_free(struct store_replay *r);
CLEANUP_DEFINE(struct store_replay, store_replay_free);
int store_replay_event(struct store *s, struct store_replay *r, const struct store_route *route, const struct store_event *e,
    bool *ret, struct err *reterr);

struct store_revision { unsigned number; int64_t seen_ms; const char *title; unsigned words, words_inserted, words_deleted, kinds;
	const char *text_hash, *raw_hash, *extractor;	/* hashes in hex; raw_hash may be NULL */
	int64_t pruned_ms; };				/* when its text was taken out; 0: it is there */
int store_history(struct store *s, int64_t doc_id, int (*fn)(const struct store_revision *r, void *arg), void *arg, struct err *reterr);
struct store_similarity {
	double share;			/* of the shingles of both texts, 0..1 */
	const char *tie;		/* "exact" "near" "event" "form" "none": document/tie.h */
	bool story;			/* both are carriers of one story */
};
typedef int store_similar_fn(const struct store_doc *d, const struct store_similarity *how, void *arg);	/* non-zero stops */
/* Near-duplicates and carriers of the same story, most alike first. Returns how many were told, or -1. */
int store_similar(struct store *s, int64_t doc_id, store_similar_fn *fn, void *arg, struct err *reterr);
/* Raw response of a revision (0: current). Caller frees. ERR_INPUT: none kept. */
int store_raw_of(struct store *s, int64_t doc_id, unsigned revision, char **ret, size_t *ret_len, char **ret_content_type, struct err *reterr);
/* The event chain and every hash: 0 all well; -1 names the first damage. progress may be NULL. */
int store_verify(struct store *s, void (*progress)(int64_t done, int64_t all, void *arg), void *arg, struct err *reterr);
/*
 * Puts an exported document into the archive, under the rules of identity that a fetched one has, but without an event and
 * without rechecks: nobody knows what its page looked like. doc holds the same as d in the form of a fetched one. The documents of
 * an export, put into an empty archive in its order, get the same ids.
 */
/* NEW; KNOWN: its address is; ALIAS: another name of one that is there; REVISION: the next one of one that is there */
enum store_imported { IMPORT_NEW, IMPORT_KNOWN, IMPORT_ALIAS, IMPORT_REVISION };
/*
 * raw: the response that it was read from, or NULL. after: SHA-256 of the text of the revision before, which came just before; NULL:
 * there is none. Where the archive has just that text as just that revision, the document gets this one on top.
 */
struct store_import_raw { const void *raw; size_t len; const char *content_type; const unsigned char *after; };
int store_import(struct store *s, const struct store_doc *d, const struct document *doc, const struct store_import_raw *raw,
    enum store_imported *ret, struct err *reterr);
/*
 * Takes out what is old, for room; what goes leaves a stub under which the chain of events and every hash can still be verified.
 * RAW: responses; REVISIONS: earlier texts with their responses; DOCUMENTS: all texts of documents that did not change since.
 * ERR_INPUT: no such source. With dry_run it only counts, by the same rules, and the store may be open for reading. In steps of a
 * transaction each: one that is interrupted leaves a whole archive, and what it began is finished by the next.
 */
enum store_prune_what { PRUNE_RAW, PRUNE_REVISIONS, PRUNE_DOCUMENTS };
struct store_prune {
	enum store_prune_what what;
	const char *source;		/* or NULL: all */
	int64_t before_ms, now_ms;	/* seen (documents: changed) before that */
	unsigned keep;			/* so many of the newest revisions of a document stay */
	bool dry_run;
	unsigned step;			/* documents in one transaction; 0: some hundred */
};
struct store_pruned { int64_t documents, revisions, responses, bytes; };	/* bytes: as they are packed */
int store_prune(struct store *s, const struct store_prune *what, struct store_pruned *ret, struct err *reterr);
/* The looks at each document of a source that was looked at since then, in order of number. ERR_INPUT: no such source. */
struct store_document_look {
	int64_t doc_id, first_seen_ms, last_changed_ms, last_ms, next_ms;	/* next 0: never */
	int64_t looks;			/* that found it there, the first among them */
	unsigned failures;		/* looks in a row that did not */
	const char *url, *title, *error;	/* title, error: or NULL */
};
int store_document_looks(struct store *s, const char *source, int64_t since_ms,
    int (*fn)(const struct store_document_look *look, void *arg), void *arg, struct err *reterr);
/* The log of looking at a source, oldest first, from since_ms on. ERR_INPUT: no such source. */
struct store_look {
	int64_t first_ms, last_ms, count, bytes, pause_ms;
	enum store_look_kind kind;
	enum store_state state;
	long status;
	unsigned fresh;
	const char *reason;		/* of a state that is not well, or NULL */
	bool merged;			/* looks of one outcome and day, maybe with others between them */
};
int store_looks(struct store *s, const char *source, int64_t since_ms,
    int (*fn)(const struct store_look *look, void *arg), void *arg, struct err *reterr);
int store_backup(struct store *s, const char *path, void (*progress)(int64_t done, int64_t all, void *arg), void *arg, struct err *reterr);

#endif
