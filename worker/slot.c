/* slot: one worker process from start to end, seen from the loop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "worker/pool_int.h"
#include "base/banned.h"

#define READ_CHUNK (256u << 10)		/* bytes of an answer taken in one turn of the loop */
#define DECODE_BYTES (256u << 10)		/* longer answers are decoded in a thread: they take a millisecond and more */
#define WRITE_CHUNK (256u << 10)	/* bytes of a job given in one */
#define REAP_MS 20			/* between two looks at a dying child where there are no pidfds */

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
slot_replace(struct slot *s)
{
	unsigned pause_ms;

	s->state = SLOT_EMPTY;
	if (s->retired) {
		slot_start(s);
		return;
	}
	s->pool->stats.restarts++;
	pause_ms = pool_restart_pause(s->pool);
	if (pause_ms == 0) {
		slot_start(s);
	} else {
		s->state = SLOT_RESTING;
		timer_set(s, pause_ms);
	}
}

/* The one place where a process leaves its slot. */
static void
slot_reap(struct slot *s)
{
	struct pool *p = s->pool;
	struct pool_job *pj = s->job;
	struct err why = s->verdict;
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
		pool_note_start_failure(p, &why);
	s->job = NULL;
	slot_replace(s);
	pool_kick(p);
	if (pj != NULL)
		pool_job_fail(p, pj, &why);
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
		pool_kick(s->pool);
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
	case SLOT_DECODING:
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
	p->stats.unfiltered = !filtered;
	p->start_failures = 0;
	buf_clear(&s->in);
	evtimer_del(s->ev_timer);
	s->state = SLOT_IDLE;
	pool_kick(p);
}

/*
 * A whole answer has come and is sound: the slot is free again, or at the end of its days. False: it came before the
 * question was sent, and no receiver was called.
 */
static bool
slot_answered(struct slot *s, struct job_answer *a)
{
	struct pool *p = s->pool;
	struct pool_job *pj = s->job;

	if (pj->sent < pj->frame.len + pj->body_len) {
		(void)err_set(&s->verdict, ERR_LOCAL, "worker answered before it was asked");
		job_answer_done(a);
		slot_kill(s);
		return false;
	}
	evtimer_del(s->ev_timer);
	buf_done(&s->in);
	s->job = NULL;
	s->state = SLOT_IDLE;
	if (++s->jobs >= p->opts.jobs_max) {
		s->retired = true;
		slot_kill(s);
	}
	pool_kick(p);
	pool_job_finish(p, pj, a);
	return true;
}

/* The first candidates of a long list: the worker goes on. */
static void
slot_part(struct slot *s, struct job_answer *a, size_t bytes)
{
	struct pool_job *pj = s->job;
	int64_t left_ms = s->deadline_ms - clock_mono_ms();

	pj->parts_bytes += bytes;
	if (pj->parts_bytes > JOB_MAX_ANSWER) {
		(void)err_set(&s->verdict, ERR_LIMIT, "an answer of more than %u bytes", JOB_MAX_ANSWER);
		job_answer_done(a);
		slot_kill(s);
		return;
	}
	if (pj->parts == NULL)
		pj->parts = candidates_new();
	candidates_append(pj->parts, a->candidates);
	job_answer_done(a);
	buf_clear(&s->in);
	s->state = SLOT_BUSY;
	timer_set(s, left_ms > 0 ? (unsigned)left_ms : 1);
}

/* While the thread works the process has nothing to say, and its death can wait. */
static bool
decode_aside(struct slot *s, const struct job_frame *f)
{
	if (f->head_len < DECODE_BYTES)
		return false;
	s->decode = decode_start(&s->in, f, (uint32_t)s->job->handle, s->job->kind, s->pool->efd);
	if (s->decode == NULL)
		return false;
	evtimer_del(s->ev_timer);
	s->state = SLOT_DECODING;
	event_del(s->ev_read);
	if (s->ev_dead != NULL)
		event_del(s->ev_dead);
	return true;
}

bool
slot_decoded(struct slot *s)
{
	struct decode *d = s->decode;
	struct job_answer a;
	size_t bytes;

	if (d == NULL || !atomic_load(&d->ended))
		return false;
	s->decode = NULL;
	a = d->answer;
	d->answer = (struct job_answer){ 0 };
	s->verdict = d->err;
	event_add(s->ev_read, NULL);
	if (s->ev_dead != NULL)
		event_add(s->ev_dead, NULL);
	if (d->rc < 0) {
		decode_free(d);
		slot_kill(s);
		return false;
	}
	bytes = d->head.head_len;
	decode_free(d);
	err_clear(&s->verdict);
	if (a.part) {
		slot_part(s, &a, bytes);
		return false;
	}
	return slot_answered(s, &a);
}

static void
frame_answer(struct slot *s, const struct job_frame *f)
{
	struct job_answer a;

	if (decode_aside(s, f))
		return;
	if (answer_read(s->in.data, f, (uint32_t)s->job->handle, s->job->kind, &a, &s->verdict) < 0)
		slot_kill(s);
	else if (a.part)
		slot_part(s, &a, f->head_len);
	else
		(void)slot_answered(s, &a);
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

/* False: the frame that begins is none that a worker sends now, and the worker is killed. */
static bool
frame_expected(struct slot *s, const struct job_frame *f)
{
	if (answer_fits(f) && s->state != SLOT_IDLE)
		return true;
	(void)err_set(&s->verdict, ERR_LOCAL, "worker sent a frame that no worker sends");
	slot_kill(s);
	return false;
}

/*
 * Never reads past the frame under way, so a frame is handled at most once a turn and nothing of the
 * slot is touched after its receiver ran. At the end of the stream the process is near its end too, which has the reason.
 */
static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	struct slot *s = arg;
	struct job_frame f = { 0 };
	size_t want, turn = 0;
	ssize_t n;

	while ((want = bytes_missing(s, &f)) > 0) {
		if (turn >= READ_CHUNK)
			return;
		buf_reserve(&s->in, want);
		n = recv(s->child.fd, s->in.data + s->in.len, want < READ_CHUNK ? want : READ_CHUNK, 0);
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
			if (!frame_expected(s, &f))
				return;
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
	struct pool_job *pj = s->job;
	size_t turn = 0, left;
	const char *from;
	ssize_t n;

	while (pj->sent < pj->frame.len + pj->body_len) {
		left = pj->sent < pj->frame.len ? pj->frame.len - pj->sent : pj->frame.len + pj->body_len - pj->sent;
		from = pj->sent < pj->frame.len ? pj->frame.data + pj->sent : pj->body + (pj->sent - pj->frame.len);
		n = send(s->child.fd, from, left < WRITE_CHUNK ? left : WRITE_CHUNK, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)	/* it died: the reason follows from its status */
			return;
		pj->sent += n > 0 ? (size_t)n : 0;
		turn += n > 0 ? (size_t)n : 0;
		if (n < 0 || (turn >= WRITE_CHUNK && pj->sent < pj->frame.len + pj->body_len)) {
			event_add(s->ev_write, NULL);
			return;
		}
	}
	buf_done(&pj->frame);
	pj->body_len = pj->sent = 0;
}

void
slot_start(struct slot *s)
{
	struct pool *p = s->pool;
	struct err err;

	if (child_start(&p->child_opts, &s->child, &err) < 0) {
		pool_note_start_failure(p, &err);
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

void
slot_give(struct slot *s, struct pool_job *pj)
{
	s->job = pj;
	s->deadline_ms = clock_mono_ms() + s->pool->opts.wall_ms;
	s->state = SLOT_BUSY;
	timer_set(s, s->pool->opts.wall_ms);
	on_write(s->child.fd, EV_WRITE, s);
}

void
slot_init(struct slot *s, struct pool *p)
{
	s->pool = p;
	s->child = (struct child){ .fd = -1, .pidfd = -1 };
	s->ev_timer = evtimer_new(p->base, on_timer, s);
}

void
slot_stop(struct slot *s)
{
	event_drop(&s->ev_read);
	event_drop(&s->ev_write);
	event_drop(&s->ev_dead);
	event_drop(&s->ev_timer);
	child_kill(&s->child);
}

void
slot_done(struct slot *s)
{
	int status;

	child_end(&s->child, &status);
	decode_free(s->decode);
	buf_done(&s->in);
}
