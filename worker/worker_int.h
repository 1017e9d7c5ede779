#ifndef WORKER_WORKER_INT_H
#define WORKER_WORKER_INT_H
/* What pool.c, run_one.c and worker.c share: how a worker is started, greeted and mourned. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "worker/job.h"

#define WORKER_FD 3			/* the child's end of the pipe */
#define WORKER_READY_ID 0		/* of the frame that says "sealed and warm"; jobs count from 1 */
#define WORKER_EXIT_MEMORY MEM_EXIT	/* the address space was used up */
#define WORKER_EXIT_START 71		/* could not start, said why on stderr */

#define WORKER_WALL_MS 10000
#define WORKER_CPU_S 2
#define WORKER_MEMORY (512u << 20)

struct child {
	pid_t pid;	/* 0: none */
	int fd;		/* our end, close on exec and non-blocking; -1: none */
	int pidfd;	/* readable once the child is dead; -1 where the kernel has none */
};

struct child_opts {
	unsigned cpu_s;
	size_t memory_bytes;
};

/* ERR_LOCAL. */
int child_start(const struct child_opts *opts, struct child *ret, struct err *reterr);
/* SIGKILL and close our end; the child still waits to be reaped. */
void child_kill(struct child *c);
/* Never blocks: true once the child is gone, then *ret_status is its wait status and c is empty. */
bool child_reap(struct child *c, int *ret_status);
/* Kill and wait: milliseconds, for the end of a program. */
void child_end(struct child *c, int *ret_status);
/* Why a worker that nobody killed ended: ERR_LIMIT when its job may be the cause, else ERR_LOCAL. */
void child_reason(int status, const struct child_opts *opts, struct err *ret);

/* worker_main() with another way to run a job: a test's worker crashes, hangs and lies on demand. */
typedef void worker_run_fn(const struct job *j, struct job_answer *ret);
void worker_main_with(int argc, char **argv, worker_run_fn *run);

/* Turns one whole answer frame into an answer; -1 (ERR_LOCAL) when it is not the answer to that job. */
int answer_read(const char *frame, const struct job_frame *f, uint32_t id, enum job_kind kind,
    struct job_answer *ret, struct err *reterr);
/* Is the frame's announced size one that a worker of ours would send? */
bool answer_fits(const struct job_frame *f);
/* The first frame: *ret_filtered says whether the system call filter is in force. ERR_LOCAL. */
int ready_read(const char *frame, const struct job_frame *f, bool *ret_filtered, struct err *reterr);
int ready_encode(bool filtered, struct buf *b, struct err *reterr);

#endif
