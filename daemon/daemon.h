#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H
/*
 * daemon: start, signals, reload, stop; and what the steps of the daemon share. The loop's thread owns all of it
 * but the archive, which is the writer's.
 */
#include <stdbool.h>
#include <event2/event.h>
#include "base/hash.h"
#include "daemon/loop.h"
#include "daemon/scheduler.h"
#include "daemon/wire.h"
#include "daemon/writer.h"
#include "discover/discover.h"
#include "worker/pool.h"

#define ARCHIVE_RETRY_MS 10000		/* the archive could not be written: try again then */

struct intake;
struct deliver;
struct control;
struct visit;
struct visit_file;
struct visit_same;
struct rhythm;

struct watch {			/* a source at run time: poll state in memory */
	struct due due;		/* first member: the scheduler hands it back */
	struct daemon *d;
	const char *name;	/* the plan's; its own once it is gone */
	const struct plan_source *ps;	/* in d->plan */
	struct visit *visit;	/* under way, or NULL */
	/* ten thousand of these lie idle: what is narrow stands together */
	bool again;		/* asked for while a visit was under way */
	bool gone;		/* no longer configured: freed when its visit ends */
	bool seen_good;		/* a visit succeeded, ever */
	/* what the archive holds too */
	bool lies;		/* its validators do: not sent any more */
	bool paused;		/* by a person: only an asked-for visit is made */
	unsigned char moved_seen;	/* visits in a row that were led to moved */
	enum source_kind kind : 8;
	enum store_state state : 8;
	unsigned failures;
	unsigned since_full;	/* visits since the last unconditional look */
	char *etag, *last_modified;
	unsigned char body_hash[32];
	uint64_t list_hash;
	uint64_t shape;		/* of the listing that list_hash stands for, since the start; 0: none */
	int64_t last_full_ms;	/* wall */
	int64_t last_visit_ms, next_visit_ms;
	char *moved;		/* address that a permanent redirect names, or NULL: entrance.h */
	struct rhythm *rhythm;	/* adaptive: when it publishes, or NULL: not known */
	char *fill_url;		/* page to go on with since before the start, or NULL */
	struct fill *fill;	/* a gap that is being filled, or NULL */
	struct visit_file *files;	/* of a sitemap index: their validators, in memory only */
	UT_hash_handle hh;
};

struct daemon {
	struct event_base *base;
	struct plan *plan;
	struct http *http;
	struct fetcher *fetcher;
	struct pool *pool;
	struct pdf *pdf;
	struct notify *notify;
	struct writer *writer;
	struct scheduler scheduler;
	struct watch *watches;		/* by name */
	struct intake *intake;		/* candidates and rechecks */
	struct deliver *deliver;
	struct control *control;
	struct event *tick, *sig_term, *sig_int, *sig_hup, *sig_pipe;
	const char *config_path;
	bool once;			/* --once */
	bool stopping;
	int64_t started_ms;
	struct visit_same *same;	/* unchanged visits, written in batches */
	size_t same_count, same_cap;
	int64_t flushed_ms;		/* monotonic: when they were written last */
	unsigned visits_running;
	unsigned fills_running;
	unsigned once_visits_left;
	int64_t resync_ms;	/* monotonic: when the archive is told of the sources again; 0: it knows */
	bool trouble;			/* --once: some source or channel failed */
	uint64_t visits_done, visits_failed, visits_ms;	/* good ones, the others; ms: of all together */
	struct loop_stats loop;
};

struct daemon_opts { const char *config_path; bool once; };

/* Runs until told to stop. Returns the exit code of presswatchd(8). */
int daemon_run(const struct daemon_opts *opts);
/* --check: every mistake of that configuration on stderr. Returns the exit code. */
int daemon_check(const char *path);
/* What may be finished is looked at soon: --once ends when nothing is under way. */
void daemon_progress(struct daemon *d);
/* Loads the configuration anew; a bad one keeps the running one. 0 or -1 with a sentence. */
int daemon_reload(struct daemon *d, struct err *reterr);
/* A number in 0..1. */
double daemon_random(void);

#endif
