#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "worker/pool_int.h"
#include "base/banned.h"

#define JOBS_MAX 10000
#define JOIN_BYTES (64u << 10)		/* a body up to this joins its frame: one system call for both */
#define START_FAILURES_MAX 3		/* in a row, with no worker alive: waiting jobs are told */
#define START_PAUSE_MS 50		/* after a worker that did not come up; doubled each time */
#define START_PAUSE_DOUBLINGS 9		/* up to 25 s */

static void
waiting_remove(struct pool *p, struct pool_job *pj)
{
	DL_DELETE(p->waiting, pj);
	pj->prev = NULL;	/* utlist keeps it set for every member: NULL says "not waiting" */
	p->waiting_count--;
}

void
pool_kick(struct pool *p)
{
	event_active(p->ev_kick, EV_TIMEOUT, 0);
}

static void
job_free(struct pool *p, struct pool_job *pj)
{
	HASH_DEL(p->by_handle, pj);
	buf_done(&pj->frame);
	candidates_free(pj->parts);
	free(pj);
}

void
pool_job_finish(struct pool *p, struct pool_job *pj, struct job_answer *a)
{
	pool_done_fn *done = pj->done;
	void *arg = pj->arg;

	p->stats.jobs++;
	if (pj->parts != NULL && a->candidates != NULL) {	/* the last part stands in the answer */
		candidates_append(pj->parts, a->candidates);
		candidates_swap(pj->parts, a->candidates);
	}
	job_free(p, pj);
	if (done != NULL)
		done(a, arg);
	job_answer_done(a);
}

void
pool_job_fail(struct pool *p, struct pool_job *pj, const struct err *err)
{
	struct job_answer a = { .err = *err };

	pool_job_finish(p, pj, &a);
}

/*
 * No more than RESTARTS_A_SECOND; and when workers do not even start, longer each time.
 */
unsigned
pool_restart_pause(struct pool *p)
{
	int64_t now_ms = clock_mono_ms(), oldest = p->restarted_ms[p->restarted_at], at = now_ms;

	if (p->start_failures > 0)
		at += START_PAUSE_MS << (p->start_failures < START_PAUSE_DOUBLINGS ?
		    p->start_failures : START_PAUSE_DOUBLINGS);
	if (oldest != 0 && oldest + 1000 > at)
		at = oldest + 1000;
	p->restarted_ms[p->restarted_at] = at;
	p->restarted_at = (p->restarted_at + 1) % RESTARTS_A_SECOND;
	return (unsigned)(at - now_ms);
}

void
pool_note_start_failure(struct pool *p, const struct err *err)
{
	p->start_error = *err;
	if (++p->start_failures == 1)
		log_kv(LOG_P_ERR, "worker-start-failed", "text", err->text, NULL);
}

/* No worker comes up: better to say so than to keep jobs for ever. */
static bool
hopeless(const struct pool *p)
{
	unsigned i;

	if (p->start_failures < START_FAILURES_MAX)
		return false;
	for (i = 0; i < p->opts.workers; i++)
		if (p->slots[i].state == SLOT_IDLE || p->slots[i].state == SLOT_BUSY ||
		    p->slots[i].state == SLOT_DECODING)
			return false;
	return true;
}

/* Hands out what waits; starts workers while more waits than those that start already will take. */
static void
on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct pool *p = arg;
	struct pool_job *pj;
	unsigned i, starting = 0;

	for (i = 0; i < p->opts.workers && p->waiting != NULL; i++) {
		pj = p->waiting;
		if (p->slots[i].state == SLOT_IDLE && pj->refused.class == ERR_NONE) {
			waiting_remove(p, pj);
			slot_give(&p->slots[i], pj);
		} else if (p->slots[i].state == SLOT_STARTING) {
			starting++;
		}
	}
	for (i = 0; i < p->opts.workers && starting < p->waiting_count; i++) {
		if (p->slots[i].state == SLOT_EMPTY) {
			slot_start(&p->slots[i]);
			starting++;
		}
	}
	pj = p->waiting;
	if (pj == NULL || (pj->refused.class == ERR_NONE && !hopeless(p)))
		return;
	pool_kick(p);
	waiting_remove(p, pj);
	pool_job_fail(p, pj, pj->refused.class != ERR_NONE ? &pj->refused : &p->start_error);
}

/* One receiver a turn: it may free the pool. */
static void
on_decoded(evutil_socket_t fd, short what, void *arg)
{
	struct pool *p = arg;
	eventfd_t n;
	unsigned i;

	eventfd_read(p->efd, &n);
	for (i = 0; i < p->opts.workers; i++) {
		if (p->slots[i].decode == NULL || !atomic_load(&p->slots[i].decode->ended))
			continue;
		eventfd_write(p->efd, 1);	/* another may have ended: look again */
		if (slot_decoded(&p->slots[i]))
			return;
	}
}

int
pool_new(struct event_base *base, const struct pool_opts *opts, struct pool **ret, struct err *reterr)
{
	struct pool *p;
	unsigned i;
	int efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (efd < 0)
		return err_set(reterr, ERR_LOCAL, "eventfd: %s", strerror(errno));
	p = xcalloc(1, sizeof(*p));
	p->efd = efd;
	p->base = base;
	p->opts = *opts;
	if (p->opts.workers == 0)
		p->opts.workers = 1;
	if (p->opts.wall_ms == 0)
		p->opts.wall_ms = WORKER_WALL_MS;
	if (p->opts.jobs_max == 0)
		p->opts.jobs_max = JOBS_MAX;
	p->child_opts.cpu_s = opts->cpu_s != 0 ? opts->cpu_s : WORKER_CPU_S;
	p->child_opts.memory_bytes = opts->memory_bytes != 0 ? opts->memory_bytes : WORKER_MEMORY;
	p->ev_kick = evtimer_new(base, on_kick, p);
	p->slots = xcalloc(p->opts.workers, sizeof(*p->slots));
	for (i = 0; i < p->opts.workers; i++)
		slot_init(&p->slots[i], p);
	p->ev_decoded = event_new(base, efd, EV_READ | EV_PERSIST, on_decoded, p);
	event_add(p->ev_decoded, NULL);
	*ret = p;
	return 0;
}

void
pool_free(struct pool *p)
{
	struct pool_job *pj, *next;
	unsigned i;

	if (p == NULL)
		return;
	for (i = 0; i < p->opts.workers; i++)	/* all at once, then wait for each */
		slot_stop(&p->slots[i]);
	for (i = 0; i < p->opts.workers; i++)
		slot_done(&p->slots[i]);
	HASH_ITER(hh, p->by_handle, pj, next)
		job_free(p, pj);
	event_free(p->ev_kick);
	event_free(p->ev_decoded);
	close(p->efd);
	free(p->slots);
	free(p);
}

/* The body joins the frame: whoever has it may go. */
static void
own_body(struct pool_job *pj)
{
	if (pj->body_len > 0)
		(void)buf_add(&pj->frame, pj->body, pj->body_len);	/* job_encode() looked at the limit */
	pj->body = NULL;
	pj->body_len = 0;
}

uint64_t
pool_submit(struct pool *p, const struct job *j, pool_done_fn *done, void *arg)
{
	struct pool_job *pj = xcalloc(1, sizeof(*pj));

	pj->handle = ++p->next_handle;
	if ((uint32_t)pj->handle == WORKER_READY_ID)
		pj->handle = ++p->next_handle;
	pj->kind = j->kind;
	pj->done = done;
	pj->arg = arg;
	buf_init(&pj->frame, JOB_FRAME_HEAD + JOB_MAX_OPTS + (size_t)JOB_MAX_BYTES);
	if (job_encode((uint32_t)pj->handle, j, &pj->frame, &pj->refused) == 0) {
		pj->body = j->bytes;
		pj->body_len = j->len;
		if (!j->lasting || j->len <= JOIN_BYTES)
			own_body(pj);
	}
	HASH_ADD(hh, p->by_handle, handle, sizeof(pj->handle), pj);
	DL_APPEND(p->waiting, pj);
	p->waiting_count++;
	pool_kick(p);
	return pj->handle;
}

void
pool_cancel(struct pool *p, uint64_t handle)
{
	struct pool_job *pj;

	HASH_FIND(hh, p->by_handle, &handle, sizeof(handle), pj);
	if (pj == NULL)
		return;
	pj->done = NULL;
	if (pj->prev != NULL) {
		waiting_remove(p, pj);
		job_free(p, pj);
	} else {
		own_body(pj);	/* a worker is reading it */
	}
}

struct document *
pool_take_document(const struct job_answer *answer)
{
	struct job_answer *own = (struct job_answer *)answer;	/* the pool's, never a constant */
	struct document *doc = own->document;

	own->document = NULL;
	return doc;
}

struct candidates *
pool_take_candidates(const struct job_answer *answer)
{
	struct job_answer *own = (struct job_answer *)answer;
	struct candidates *c = own->candidates;

	own->candidates = NULL;
	return c;
}

void
pool_get_stats(const struct pool *p, struct pool_stats *ret)
{
	unsigned i;

	*ret = p->stats;
	ret->workers = ret->busy = 0;
	ret->waiting = p->waiting_count;
	for (i = 0; i < p->opts.workers; i++) {
		ret->workers += p->slots[i].child.pid > 0;
		ret->busy += p->slots[i].job != NULL;
	}
}
