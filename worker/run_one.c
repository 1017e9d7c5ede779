/* run_one: one job in one fresh worker without a loop, for the command. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "worker/pool.h"
#include "worker/worker_int.h"
#include "base/banned.h"

#define CHUNK (64u << 10)

struct talk {
	struct child child;
	struct child_opts opts;
	int64_t deadline_ms;	/* monotonic */
	struct buf in;		/* all that came */
	size_t at;		/* of in: read already */
};

/* 0: fd is ready for events; -1 with ERR_LIMIT at the deadline. */
static int
wait_for(struct talk *t, short events, struct err *reterr)
{
	struct pollfd pfd = { .fd = t->child.fd, .events = events };
	int64_t left_ms;
	int rc;

	do {
		left_ms = t->deadline_ms - clock_mono_ms();
		if (left_ms <= 0)
			return err_set(reterr, ERR_LIMIT, "worker exceeded %d s",
			    WORKER_WALL_MS / 1000);
		rc = poll(&pfd, 1, (int)left_ms);
	} while (rc == 0 || (rc < 0 && errno == EINTR));
	if (rc < 0)
		return err_set(reterr, ERR_LOCAL, "poll: %s", strerror(errno));
	return 0;
}

/* The worker hung up: how it ended is the reason. Always -1. */
static int
mourn(struct talk *t, struct err *reterr)
{
	int status;

	child_end(&t->child, &status);
	child_reason(status, &t->opts, reterr);
	return -1;
}

/* What has come, without waiting; -1 when the worker hung up. */
static int
take_in(struct talk *t, struct err *reterr)
{
	ssize_t rc;

	buf_reserve(&t->in, CHUNK);
	rc = recv(t->child.fd, t->in.data + t->in.len, CHUNK, 0);
	if (rc > 0)
		t->in.len += (size_t)rc;
	else if (rc == 0 || (errno != EAGAIN && errno != EINTR))
		return mourn(t, reterr);
	if (t->in.len > JOB_MAX_ANSWER)
		return err_set(reterr, ERR_LIMIT, "an answer of more than %u bytes", JOB_MAX_ANSWER);
	return 0;
}

/* The next whole frame; t->at is behind it then, and *ret_frame borrowed until the next call. */
static int
read_frame(struct talk *t, const char **ret_frame, struct job_frame *f, struct err *reterr)
{
	size_t len = JOB_FRAME_HEAD;

	for (;;) {
		if (t->in.len - t->at >= JOB_FRAME_HEAD) {
			job_frame_read(t->in.data + t->at, f);
			if (!answer_fits(f))
				return err_set(reterr, ERR_LOCAL, "worker sent a frame that no worker sends");
			len = JOB_FRAME_HEAD + f->head_len;
		}
		if (t->in.len - t->at >= len && len > JOB_FRAME_HEAD)
			break;
		if (wait_for(t, POLLIN, reterr) < 0 || take_in(t, reterr) < 0)
			return -1;
	}
	*ret_frame = t->in.data + t->at;
	t->at += len;
	return 0;
}

/* The worker may answer in parts while it still reads: who only wrote would wait for ever. */
static int
send_all(struct talk *t, const char *p, size_t n, struct err *reterr)
{
	ssize_t rc;

	while (n > 0) {
		rc = send(t->child.fd, p, n, MSG_NOSIGNAL);
		if (rc >= 0) {
			p += rc;
			n -= (size_t)rc;
		} else if (errno == EAGAIN || errno == EINTR) {
			if (wait_for(t, POLLIN | POLLOUT, reterr) < 0 || take_in(t, reterr) < 0)
				return -1;
		} else
			return mourn(t, reterr);
	}
	return 0;
}

static int
read_answers(struct talk *t, enum job_kind kind, struct job_answer *ret, struct err *reterr)
{
	CLEANUP(candidates_freep) struct candidates *parts = candidates_new();
	struct job_answer a;
	struct job_frame f;
	const char *frame;

	for (;;) {
		if (read_frame(t, &frame, &f, reterr) < 0 || answer_read(frame, &f, 1, kind, &a, reterr) < 0)
			return -1;
		if (!a.part)
			break;
		candidates_append(parts, a.candidates);
		job_answer_done(&a);
	}
	if (a.candidates != NULL) {
		candidates_append(parts, a.candidates);
		candidates_swap(parts, a.candidates);
	}
	*ret = a;
	return 0;
}

static int
converse(struct talk *t, const struct job *j, struct job_answer *ret, struct err *reterr)
{
	struct buf b = BUF_INIT(JOB_FRAME_HEAD + (size_t)JOB_MAX_OPTS);
	struct job_frame f;
	const char *frame;
	bool filtered;
	int rc = -1;

	if (read_frame(t, &frame, &f, reterr) == 0 && ready_read(frame, &f, &filtered, reterr) == 0 &&
	    job_encode(1, j, &b, reterr) == 0 && send_all(t, b.data, b.len, reterr) == 0 &&
	    send_all(t, j->bytes, j->len, reterr) == 0)
		rc = read_answers(t, j->kind, ret, reterr);
	buf_done(&b);
	return rc;
}

int
pool_run_one(const struct job *j, struct job_answer *ret, struct err *reterr)
{
	struct talk t = { .opts = { WORKER_CPU_S, WORKER_MEMORY } };
	int rc, status;

	if (child_start(&t.opts, &t.child, reterr) < 0)
		return -1;
	buf_init(&t.in, JOB_MAX_ANSWER + (size_t)CHUNK);
	t.deadline_ms = clock_mono_ms() + WORKER_WALL_MS;
	rc = converse(&t, j, ret, reterr);
	child_end(&t.child, &status);
	buf_done(&t.in);
	return rc;
}
