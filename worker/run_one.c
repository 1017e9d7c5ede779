/* run_one: one job in one fresh worker without a loop, for the command. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "worker/pool.h"
#include "worker/worker_int.h"
#include "base/banned.h"

struct talk {
	struct child child;
	struct child_opts opts;
	int64_t deadline_ms;	/* monotonic */
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

static int
read_n(struct talk *t, struct buf *b, size_t n, struct err *reterr)
{
	size_t end = b->len + n;
	ssize_t rc;

	buf_reserve(b, n);
	while (b->len < end) {
		rc = recv(t->child.fd, b->data + b->len, end - b->len, 0);
		if (rc > 0)
			b->len += (size_t)rc;
		else if (rc < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (wait_for(t, POLLIN, reterr) < 0)
				return -1;
		} else
			return mourn(t, reterr);
	}
	return 0;
}

static int
read_frame(struct talk *t, struct buf *b, struct job_frame *f, struct err *reterr)
{
	buf_clear(b);
	if (read_n(t, b, JOB_FRAME_HEAD, reterr) < 0)
		return -1;
	job_frame_read(b->data, f);
	if (!answer_fits(f))
		return err_set(reterr, ERR_LOCAL, "worker sent a frame that no worker sends");
	return read_n(t, b, f->head_len, reterr);
}

static int
send_all(struct talk *t, const struct buf *b, struct err *reterr)
{
	size_t sent = 0;
	ssize_t rc;

	while (sent < b->len) {
		rc = send(t->child.fd, b->data + sent, b->len - sent, MSG_NOSIGNAL);
		if (rc >= 0)
			sent += (size_t)rc;
		else if (errno == EAGAIN || errno == EINTR) {
			if (wait_for(t, POLLOUT, reterr) < 0)
				return -1;
		} else
			return mourn(t, reterr);
	}
	return 0;
}

static int
converse(struct talk *t, const struct job *j, struct buf *b, struct job_answer *ret,
    struct err *reterr)
{
	struct job_frame f;
	bool filtered;

	if (read_frame(t, b, &f, reterr) < 0 || ready_read(b->data, &f, &filtered, reterr) < 0)
		return -1;
	buf_clear(b);
	if (job_encode(1, j, b, reterr) < 0 || send_all(t, b, reterr) < 0 ||
	    read_frame(t, b, &f, reterr) < 0)
		return -1;
	return answer_read(b->data, &f, 1, j->kind, ret, reterr);
}

int
pool_run_one(const struct job *j, struct job_answer *ret, struct err *reterr)
{
	struct talk t = { .opts = { WORKER_CPU_S, WORKER_MEMORY } };
	struct buf b = BUF_INIT(JOB_FRAME_HEAD + JOB_MAX_OPTS + (size_t)JOB_MAX_BYTES);
	int rc, status;

	if (child_start(&t.opts, &t.child, reterr) < 0)
		return -1;
	t.deadline_ms = clock_mono_ms() + WORKER_WALL_MS;
	rc = converse(&t, j, &b, ret, reterr);
	child_end(&t.child, &status);
	buf_done(&b);
	return rc;
}
