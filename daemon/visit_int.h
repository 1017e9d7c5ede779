#ifndef DAEMON_VISIT_INT_H
#define DAEMON_VISIT_INT_H
/* visit_int: what visit.c, visit_files.c and visit_record.c share; for them alone. */
#include "daemon/body.h"
#include "daemon/visit.h"
#include "fetchers/fetch.h"

/* Further file of a sitemap index: its validators, in memory only. */
struct visit_file {
	char *url;
	char *etag, *last_modified;
	unsigned char hash[32];
	UT_hash_handle hh;
};

struct visit {
	struct watch *watch;
	struct daemon *d;
	struct plan *plan;		/* a reference */
	const struct plan_source *ps;
	uint64_t fetch, job;		/* handles, 0: none */
	struct body body;
	bool recording;			/* the writer has it: not to be cancelled */
	bool full;			/* an unconditional look */
	int64_t started_ms;
	char *asked;			/* address: the configured one, or where it moved to */
	char *hub;			/* WebSub, of a Link header, or NULL */
	struct candidates *found;
	enum diagnosis why;		/* what stood there in place of a list */
	/* sitemap index */
	char **files;			/* to be read, from files_at on */
	unsigned char *depth;
	size_t files_count, files_cap, files_at;
	struct body file;		/* the one that a worker reads */
	struct visit_file *read_now;	/* validators to keep once the visit is recorded */
	bool files_failed;		/* some file could not be read: come again, record what was */
};

/* What a visit found and its source takes, as the archive is given it. */
struct visit_list {
	struct store_candidate *list;
	size_t count;
};
/* Into an empty list; the strings of found move over. Any thread. */
void visit_list_take(struct visit_list *l, struct candidates *found, int64_t now_ms);
/* Equal for equal lists: an unchanged list behind changed bytes ends here. */
uint64_t visit_list_hash(const struct visit_list *l);
void visit_list_clear(struct visit_list *l);

/* Ends of a visit; each schedules the next one and frees v. */
void visit_end_same(struct visit *v);
void visit_end_read(struct visit *v);
void visit_end_page(struct visit *v, int rc, const struct err *err, bool look_again_soon);
void visit_end_failed(struct visit *v, enum fetch_outcome outcome, long status, const struct err *err,
    int64_t retry_after_ms);
void visit_free(struct visit *v);

/* Reads the further files that found names, one after the other, then visit_end_read(). */
void visit_files_begin(struct visit *v);
/* Moves the validators of read files to the watch. */
void visit_files_keep(struct visit *v);
void visit_files_free(struct visit_file **table);

/* The discovery job of body, which stays until done or the end of v; done gets v. */
void visit_discover(struct visit *v, const struct body *body, enum source_kind kind, pool_done_fn *done);

#endif
