#ifndef WORKER_POOL_INT_H
#define WORKER_POOL_INT_H
/*
 * The pool from inside: pool.c keeps the queue and decides who gets which job; slot.c looks after one worker
 * process from start to end. A slot tells the pool through pool_kick(), pool_job_finish() and pool_job_fail().
 */
#include <pthread.h>
#include <stdatomic.h>

#include "base/hash.h"
#include "worker/pool.h"
#include "worker/worker_int.h"

#define RESTARTS_A_SECOND 10		/* more than that is a storm, and helps nobody */

struct pool_job {
	uint64_t handle;
	enum job_kind kind;
	struct buf frame;	/* head, and body unless it is lasting; empty once sent */
	const char *body;	/* lasting: borrowed */
	size_t body_len, sent;	/* sent: of frame and body */
	struct candidates *parts;	/* of a long answer, as they came */
	size_t parts_bytes;
	struct err refused;	/* the frame could not be made: the answer */
	pool_done_fn *done;	/* NULL: cancelled */
	void *arg;
	struct pool_job *prev, *next;	/* while it waits */
	UT_hash_handle hh;
};

enum slot_state {
	SLOT_EMPTY,	/* no process, none wanted yet */
	SLOT_RESTING,	/* no process until the timer: restarts come too fast */
	SLOT_STARTING,	/* warms up; the timer is its deadline */
	SLOT_IDLE,
	SLOT_BUSY,	/* has a job; the timer is its deadline */
	SLOT_DECODING,	/* a long answer is taken apart in a thread */
	SLOT_DYING,	/* killed or gone, not reaped yet */
};

/* A long answer on its way from bytes to structs. */
struct decode {
	pthread_t thread;
	atomic_bool ended;
	int efd;		/* told at the end */
	struct buf frame;
	struct job_frame head;
	uint32_t id;
	enum job_kind kind;
	int rc;
	struct job_answer answer;
	struct err err;
};

struct slot {
	struct pool *pool;
	enum slot_state state;
	struct child child;
	struct event *ev_read, *ev_write, *ev_dead;
	struct event *ev_timer;		/* made once */
	struct buf in;			/* of one frame */
	struct pool_job *job;
	int64_t deadline_ms;		/* of the job, monotonic */
	struct decode *decode;
	unsigned jobs;			/* since its start */
	struct err verdict;		/* why we killed it; ERR_NONE: it died by itself */
	bool retired;			/* killed because of its age: no failure */
	bool starting;			/* died before it was ready */
};

struct pool {
	struct event_base *base;
	struct pool_opts opts;
	struct child_opts child_opts;
	struct slot *slots;
	struct pool_job *waiting;	/* in order */
	struct pool_job *by_handle;	/* all that wait or run */
	unsigned waiting_count;
	uint64_t next_handle;
	struct event *ev_kick;		/* looks at the queue in a turn of its own */
	int efd;			/* decoders that ended */
	struct event *ev_decoded;
	int64_t restarted_ms[RESTARTS_A_SECOND];	/* ring */
	unsigned restarted_at;
	unsigned start_failures;	/* in a row */
	struct err start_error;
	struct pool_stats stats;
};

/* Look at the queue in the next turn of the loop. */
void pool_kick(struct pool *p);
/* The job ends. The last thing a caller does: the receiver may submit, cancel or free the pool. a is used up. */
void pool_job_finish(struct pool *p, struct pool_job *pj, struct job_answer *a);
void pool_job_fail(struct pool *p, struct pool_job *pj, const struct err *err);
/* How long a replacement has to wait now, in ms; counts it. */
unsigned pool_restart_pause(struct pool *p);
void pool_note_start_failure(struct pool *p, const struct err *err);

void slot_init(struct slot *s, struct pool *p);
void slot_start(struct slot *s);
/* An idle slot gets a job that no longer waits. */
void slot_give(struct slot *s, struct pool_job *pj);
/* Stop kills, done waits for the end; in between nothing is called. Jobs are the pool's to free. */
void slot_stop(struct slot *s);
void slot_done(struct slot *s);
/* A decoder ended: takes its answer. Returns true when it called a receiver: nothing may be touched any more. */
bool slot_decoded(struct slot *s);

/* NULL when there is no thread to be had: then decode here. frame is taken over. */
struct decode *decode_start(struct buf *frame, const struct job_frame *head, uint32_t id, enum job_kind kind,
    int efd);
/* Waits for the thread; the answer, if not taken, is freed. */
void decode_free(struct decode *d);

#endif
