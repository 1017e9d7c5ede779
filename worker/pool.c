#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uthash.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "worker/pool.h"
#include "worker/worker_int.h"
#include "base/banned.h"

#define JOBS_MAX 10000
#define READ_CHUNK (256u << 10)		/* bytes of an answer taken in one turn of the loop */
#define RESTARTS_A_SECOND 10		/* more than that is a storm, and helps nobody */
#define REAP_MS 20			/* between two looks at a dying child where there are no pidfds */
#define START_FAILURES_MAX 3		/* in a row, with no worker alive: waiting jobs are told */

struct pool_job {
	uint64_t handle;
	enum job_kind kind;
	struct buf frame;	/* empty once sent */
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
	SLOT_DYING,	/* killed or gone, not reaped yet */
};

struct slot {
	struct pool *pool;
	enum slot_state state;
	struct child child;
	struct event *ev_read, *ev_write, *ev_dead;
	struct event *ev_timer;		/* made once */
	struct buf in;			/* of one frame */
	struct pool_job *job;
	size_t sent;			/* of job->frame */
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
	int64_t restarted_ms[RESTARTS_A_SECOND];	/* ring */
	unsigned restarted_at;
	unsigned start_failures;	/* in a row */
	struct err start_error;
	struct pool_stats stats;
};

static void slot_start(struct slot *s);

static void
waiting_remove(struct pool *p, struct pool_job *pj)
{
	DL_DELETE(p->waiting, pj);
	pj->prev = NULL;	/* utlist keeps it set for every member: NULL says "not waiting" */
	p->waiting_count--;
}

static void
kick(struct pool *p)
{
	event_active(p->ev_kick, EV_TIMEOUT, 0);
}

static void
timer_set(struct slot *s, unsigned ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	evtimer_add(s->ev_timer, &tv);
}

static void
event_drop(struct event **ev)
{
	if (*ev != NULL)
		event_free(*ev);
	*ev = NULL;
}

static void
job_free(struct pool *p, struct pool_job *pj)
{
	HASH_DEL(p->by_handle, pj);
	buf_done(&pj->frame);
	free(pj);
}

/* The last thing its caller does: the receiver may submit, cancel or free the pool. */
static void
job_finish(struct pool *p, struct pool_job *pj, struct job_answer *a)
{
	pool_done_fn *done = pj->done;
	void *arg = pj->arg;

	p->stats.jobs++;
	job_free(p, pj);
	if (done != NULL)
		done(a, arg);
	job_answer_done(a);
}

static void
job_fail(struct pool *p, struct pool_job *pj, const struct err *err)
{
	struct job_answer a = { .err = *err };

	job_finish(p, pj, &a);
}

/*
 * How long a replacement has to wait so that there are no more than RESTARTS_A_SECOND; and when
 * workers do not even start, longer each time.
 */
static unsigned
restart_pause_ms(struct pool *p)
{
	int64_t now_ms = clock_mono_ms(), oldest = p->restarted_ms[p->restarted_at], at = now_ms;
	unsigned failures = p->start_failures < 9 ? p->start_failures : 9;

	if (failures > 0)
		at += 50 << failures;
	if (oldest != 0 && oldest + 1000 > at)
		at = oldest + 1000;
	p->restarted_ms[p->restarted_at] = at;
	p->restarted_at = (p->restarted_at + 1) % RESTARTS_A_SECOND;
	return (unsigned)(at - now_ms);
}

/* The slot's process ends; its job is told when it has been reaped and the reason is known. */
static void
slot_kill(struct slot *s)
{
	s->starting = s->state == SLOT_STARTING;
	s->state = SLOT_DYING;
	event_drop(&s->ev_read);
	event_drop(&s->ev_write);
	child_kill(&s->child);
	buf_done(&s->in);
	if (s->ev_dead == NULL)
		timer_set(s, REAP_MS);
	else
		evtimer_del(s->ev_timer);
}

static void
note_start_failure(struct pool *p, const struct err *err)
{
	p->start_error = *err;
	if (++p->start_failures == 1)
		log_kv(LOG_P_ERR, "worker-start-failed", "text", err->text, NULL);
}

/* The one place where a process leaves its slot. */
static void
slot_reap(struct slot *s)
{
	struct pool *p = s->pool;
	struct pool_job *pj = s->job;
	struct err why = s->verdict;
	unsigned pause_ms;
	int status;

	if (!child_reap(&s->child, &status)) {
		timer_set(s, REAP_MS);
		return;
	}
	event_drop(&s->ev_dead);
	evtimer_del(s->ev_timer);
	if (why.class == ERR_NONE)
		child_reason(status, &p->child_opts, &why);
	if (s->starting)
		note_start_failure(p, &why);
	s->job = NULL;
	s->state = SLOT_EMPTY;
	if (s->retired) {
		slot_start(s);
	} else {
		p->stats.restarts++;
		pause_ms = restart_pause_ms(p);
		if (pause_ms == 0) {
			slot_start(s);
		} else {
			s->state = SLOT_RESTING;
			timer_set(s, pause_ms);
		}
	}
	kick(p);
	if (pj != NULL)
		job_fail(p, pj, &why);
}

static void
on_dead(evutil_socket_t fd, short what, void *arg)
{
	struct slot *s = arg;

	if (s->state != SLOT_DYING)
		slot_kill(s);
	slot_reap(s);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct slot *s = arg;
	unsigned ms = s->pool->opts.wall_ms;

	switch (s->state) {
	case SLOT_RESTING:
		s->state = SLOT_EMPTY;
		slot_start(s);
		kick(s->pool);
		break;
	case SLOT_STARTING:
	case SLOT_BUSY:
		(void)err_set(&s->verdict, s->state == SLOT_BUSY ? ERR_LIMIT : ERR_LOCAL,
		    "worker exceeded %u%s", ms < 1000 ? ms : ms / 1000, ms < 1000 ? " ms" : " s");
		slot_kill(s);
		break;
	case SLOT_DYING:
		slot_reap(s);
		break;
	case SLOT_EMPTY:
	case SLOT_IDLE:
		break;
	}
}

static void
frame_ready(struct slot *s, const struct job_frame *f)
{
	struct pool *p = s->pool;
	bool filtered;

	if (ready_read(s->in.data, f, &filtered, &s->verdict) < 0) {
		slot_kill(s);
		return;
	}
	if (!filtered && !p->stats.unfiltered && !p->stats.jobs)
		log_debug("workers run without a system call filter");
	p->stats.unfiltered = !filtered;
	p->start_failures = 0;
	buf_clear(&s->in);
	evtimer_del(s->ev_timer);
	s->state = SLOT_IDLE;
	kick(p);
}

static void
frame_answer(struct slot *s, const struct job_frame *f)
{
	struct pool *p = s->pool;
	struct pool_job *pj = s->job;
	struct job_answer a;

	if (s->sent < pj->frame.len || answer_read(s->in.data, f, (uint32_t)pj->handle, pj->kind, &a,
	    &s->verdict) < 0) {
		if (s->verdict.class == ERR_NONE)
			(void)err_set(&s->verdict, ERR_LOCAL, "worker answered before it was asked");
		slot_kill(s);
		return;
	}
	buf_done(&s->in);
	buf_init(&s->in, JOB_MAX_ANSWER + JOB_FRAME_HEAD);
	evtimer_del(s->ev_timer);
	s->job = NULL;
	s->state = SLOT_IDLE;
	if (++s->jobs >= p->opts.jobs_max) {
		s->retired = true;
		slot_kill(s);
	}
	kick(p);
	job_finish(p, pj, &a);
}

/* Bytes wanted to complete what is under way: first the frame's head, then all of it. */
static size_t
bytes_missing(const struct slot *s, struct job_frame *f)
{
	if (s->in.len < JOB_FRAME_HEAD)
		return JOB_FRAME_HEAD - s->in.len;
	job_frame_read(s->in.data, f);
	return JOB_FRAME_HEAD + (size_t)f->head_len - s->in.len;
}

/*
 * Never reads past the frame under way, so a frame is handled at most once a turn and nothing of the
 * slot is touched after its receiver ran. EOF is left to the end of the process, which has the reason.
 */
static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	struct slot *s = arg;
	struct job_frame f = { 0 };
	size_t want, turn = 0;
	ssize_t n;

	while ((want = bytes_missing(s, &f)) > 0) {
		if (s->in.len == JOB_FRAME_HEAD)
			buf_reserve(&s->in, want);
		if (turn >= READ_CHUNK)
			return;
		if (want > READ_CHUNK)
			want = READ_CHUNK;
		buf_reserve(&s->in, want);
		n = recv(s->child.fd, s->in.data + s->in.len, want, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			slot_kill(s);
			return;
		}
		s->in.len += (size_t)n;
		s->in.data[s->in.len] = '\0';
		turn += (size_t)n;
		if (s->in.len == JOB_FRAME_HEAD) {
			job_frame_read(s->in.data, &f);
			if (!answer_fits(&f) || s->state == SLOT_IDLE) {
				(void)err_set(&s->verdict, ERR_LOCAL,
				    "worker sent a frame that no worker sends");
				slot_kill(s);
				return;
			}
		}
	}
	if (s->state == SLOT_STARTING)
		frame_ready(s, &f);
	else
		frame_answer(s, &f);
}

static void
on_write(evutil_socket_t fd, short what, void *arg)
{
	struct slot *s = arg;
	struct buf *b = &s->job->frame;
	ssize_t n;

	while (s->sent < b->len) {
		n = send(s->child.fd, b->data + s->sent, b->len - s->sent, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			event_add(s->ev_write, NULL);
			return;
		}
		if (n < 0)	/* it died: the reason follows from its status */
			return;
		s->sent += (size_t)n;
	}
	buf_done(b);
	s->sent = 0;
}

static void
slot_start(struct slot *s)
{
	struct pool *p = s->pool;
	struct err err;

	if (child_start(&p->child_opts, &s->child, &err) < 0) {
		note_start_failure(p, &err);
		s->state = SLOT_RESTING;
		timer_set(s, 1000);
		return;
	}
	err_clear(&s->verdict);
	s->retired = s->starting = false;
	s->jobs = 0;
	buf_init(&s->in, JOB_MAX_ANSWER + JOB_FRAME_HEAD);
	s->ev_read = event_new(p->base, s->child.fd, EV_READ | EV_PERSIST, on_read, s);
	s->ev_write = event_new(p->base, s->child.fd, EV_WRITE, on_write, s);
	event_add(s->ev_read, NULL);
	if (s->child.pidfd >= 0) {
		s->ev_dead = event_new(p->base, s->child.pidfd, EV_READ, on_dead, s);
		event_add(s->ev_dead, NULL);
	}
	s->state = SLOT_STARTING;
	timer_set(s, p->opts.wall_ms);
}

static void
slot_give(struct slot *s, struct pool_job *pj)
{
	struct pool *p = s->pool;

	waiting_remove(p, pj);
	s->job = pj;
	s->sent = 0;
	s->state = SLOT_BUSY;
	timer_set(s, p->opts.wall_ms);
	on_write(s->child.fd, EV_WRITE, s);
}

/* No worker comes up: better to say so than to keep jobs for ever. */
static bool
hopeless(const struct pool *p)
{
	unsigned i;

	if (p->start_failures < START_FAILURES_MAX)
		return false;
	for (i = 0; i < p->opts.workers; i++)
		if (p->slots[i].state == SLOT_IDLE || p->slots[i].state == SLOT_BUSY)
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
		if (p->slots[i].state == SLOT_IDLE && p->waiting->refused.class == ERR_NONE)
			slot_give(&p->slots[i], p->waiting);
		else if (p->slots[i].state == SLOT_STARTING)
			starting++;
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
	kick(p);
	waiting_remove(p, pj);
	job_fail(p, pj, pj->refused.class != ERR_NONE ? &pj->refused : &p->start_error);
}

int
pool_new(struct event_base *base, const struct pool_opts *opts, struct pool **ret, struct err *reterr)
{
	struct pool *p = xcalloc(1, sizeof(*p));
	unsigned i;

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
	for (i = 0; i < p->opts.workers; i++) {
		p->slots[i].pool = p;
		p->slots[i].child = (struct child){ .fd = -1, .pidfd = -1 };
		p->slots[i].ev_timer = evtimer_new(base, on_timer, &p->slots[i]);
	}
	*ret = p;
	return 0;
}

void
pool_free(struct pool *p)
{
	struct pool_job *pj, *next;
	unsigned i;
	int status;

	if (p == NULL)
		return;
	for (i = 0; i < p->opts.workers; i++)	/* all at once, then wait for each */
		child_kill(&p->slots[i].child);
	for (i = 0; i < p->opts.workers; i++) {
		event_drop(&p->slots[i].ev_read);
		event_drop(&p->slots[i].ev_write);
		event_drop(&p->slots[i].ev_dead);
		event_drop(&p->slots[i].ev_timer);
		child_end(&p->slots[i].child, &status);
		buf_done(&p->slots[i].in);
	}
	HASH_ITER(hh, p->by_handle, pj, next)
		job_free(p, pj);
	event_free(p->ev_kick);
	free(p->slots);
	free(p);
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
	(void)job_encode((uint32_t)pj->handle, j, &pj->frame, &pj->refused);
	HASH_ADD(hh, p->by_handle, handle, sizeof(pj->handle), pj);
	DL_APPEND(p->waiting, pj);
	p->waiting_count++;
	kick(p);
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
		ret->busy += p->slots[i].state == SLOT_BUSY;
	}
}
