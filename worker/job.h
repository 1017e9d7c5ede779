#ifndef WORKER_JOB_H
#define WORKER_JOB_H
/*
 * job: one piece of parsing for a worker, and its answer; and how both travel over the pipe: a frame is
 * 12 bytes (u32 id, u32 bytes of head, u32 bytes of body, little endian), a JSON head, raw bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "discover/discover.h"
#include "extract/extract.h"

enum job_kind { JOB_DISCOVER, JOB_EXTRACT, JOB_KIND_COUNT };

struct job {
	enum job_kind kind;
	const char *bytes;	/* borrowed until the answer */
	size_t len;
	struct discover_opts discover;	/* the one that kind names is read */
	struct extract_opts extract;
};

struct job_answer {
	struct err err;			/* class ERR_NONE: one of the two below is set */
	struct candidates *candidates;	/* owned by the answer */
	struct document *document;
	int64_t cpu_us;			/* CPU time of the worker for this job */
};

void job_answer_done(struct job_answer *a);
/* Runs the job here, in this process: what the worker does, and tests. */
void job_run(const struct job *j, struct job_answer *ret);

/* The wire. Encoders append one frame to b; decoders read head and body of one whole frame. */
int job_encode(uint32_t id, const struct job *j, struct buf *b, struct err *reterr);
int job_answer_encode(uint32_t id, const struct job_answer *a, struct buf *b, struct err *reterr);
int job_answer_decode(const char *head, size_t head_len, struct job_answer *ret, struct err *reterr);

#endif
