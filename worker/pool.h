#ifndef WORKER_POOL_H
#define WORKER_POOL_H
/*
 * pool: N workers, each a child process made by re-executing this program ("--worker"), fed over a
 * socket pair. A worker that dies, hangs, grows or lies is killed and replaced, and its job ends with
 * ERR_LIMIT or ERR_LOCAL and the reason; the loop never waits for one.
 */
#include <event2/event.h>
#include "worker/job.h"

struct pool;
typedef void pool_done_fn(const struct job_answer *answer, void *arg);

struct pool_opts {
	unsigned workers;	/* 0: one */
	unsigned wall_ms;	/* for one job; 0: 10 s */
	unsigned cpu_s;		/* for one job; 0: 2 s */
	size_t memory_bytes;	/* address space of a worker; 0: 512 MB; ignored under sanitizers */
	unsigned jobs_max;	/* a worker is replaced after that many; 0: 10,000 */
};

struct pool_stats {
	unsigned workers, busy, waiting;
	uint64_t jobs, restarts;	/* restarts: not those after jobs_max */
	bool unfiltered;	/* a worker runs without system call filter: old kernel or sanitizers */
};

/* Workers start lazily. base is the loop on which answers come. The opts are copied. ERR_LOCAL. */
int pool_new(struct event_base *base, const struct pool_opts *opts, struct pool **ret, struct err *reterr);
/* Kills the workers; waiting jobs are dropped without an answer. May be called from within done. */
void pool_free(struct pool *p);
/* job->bytes and its options are copied (encoded) before this returns. done is called once, from the loop, never from
 * within pool_submit; the answer is the pool's and gone after done. Returns a handle for pool_cancel. */
uint64_t pool_submit(struct pool *p, const struct job *j, pool_done_fn *done, void *arg);
void pool_cancel(struct pool *p, uint64_t handle);	/* done will not be called */
/* Within done: the answer's document or candidates are the receiver's from now on. NULL when it has none. */
struct document *pool_take_document(const struct job_answer *answer);
struct candidates *pool_take_candidates(const struct job_answer *answer);
void pool_get_stats(const struct pool *p, struct pool_stats *ret);

/*
 * The child's side: call first in main(); when argv says "--worker" it serves its pipe and exits, never
 * returning. Otherwise returns.
 */
void worker_main(int argc, char **argv);
/* One job in one fresh worker, waiting for it: for `presswatch extract|links|try`. */
int pool_run_one(const struct job *j, struct job_answer *ret, struct err *reterr);

#endif
