#ifndef WORKER_JOB_H
#define WORKER_JOB_H
/*
 * job: one piece of parsing for a worker, and its answer; and how both travel over the pipe: a frame is
 * 12 bytes (u32 id, u32 bytes of head, u32 bytes of body, little endian), a head of fields (base/fields.h), raw bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "discover/diagnosis.h"
#include "discover/discover.h"
#include "extract/extract.h"

enum job_kind { JOB_DISCOVER, JOB_EXTRACT, JOB_KIND_COUNT };

struct job {
	enum job_kind kind;
	const char *bytes;	/* borrowed until the answer */
	size_t len;
	bool lasting;		/* for pool_submit(): bytes stay until done or pool_cancel(), so that none are copied */
	const struct pull *stream;	/* in a worker, of a discovery: len bytes that still come, in place of bytes */
	const struct discover_parts *parts;	/* with stream: where the first candidates go */
	struct discover_opts discover;	/* the one that kind names is read */
	struct extract_opts extract;
};

struct job_answer {
	struct err err;			/* class ERR_NONE: one of the two below is set */
	struct candidates *candidates;	/* owned by the answer */
	bool part;			/* the first ones of a long list: more answers follow */
	struct document *document;
	enum diagnosis why;		/* of a discovery that failed or found no list: what the page looks like */
	int64_t cpu_us;			/* CPU time of the worker for this job */
};

void job_answer_done(struct job_answer *a);
/* Runs the job here, in this process: what the worker does, and tests. ret is written without being read. */
void job_run(const struct job *j, struct job_answer *ret);

/*
 * The wire. Encoders append one frame to b, a job's without its body: the job's bytes follow. Decoders read head and body of
 * one whole frame.
 */
int job_encode(uint32_t id, const struct job *j, struct buf *b, struct err *reterr);
int job_answer_encode(uint32_t id, const struct job_answer *a, struct buf *b, struct err *reterr);
int job_answer_decode(const char *head, size_t head_len, struct job_answer *ret, struct err *reterr);

/*
 * What both ends need besides. A job over these bytes is refused with ERR_LIMIT before it is sent; a frame
 * that announces more is not read at all: its sender is broken or lies.
 */
#define JOB_FRAME_HEAD 12		/* bytes before the head */
#define JOB_MAX_OPTS (1u << 20)		/* head of a job: addresses, selectors, hints */
#define JOB_MAX_BYTES (72u << 20)	/* bytes of a page or sitemap, 64 MB with some air */
#define JOB_MAX_ANSWER (64u << 20)	/* head of an answer; it has no body */

struct job_frame {
	uint32_t id, head_len, body_len;
};

/* Reads p[0..JOB_FRAME_HEAD). Any bytes give some answer: the caller compares with the limits. */
void job_frame_read(const char *p, struct job_frame *ret);
/* Appends one frame without its body of body_len bytes. ERR_LIMIT when b's ceiling or 32 bits are not enough. */
int job_frame_add(struct buf *b, uint32_t id, const char *head, size_t head_len, size_t body_len, struct err *reterr);

/* A job as it came over the wire; its strings live in head, its bytes are the caller's. */
struct job_received {
	struct job job;
	char **remove, **include, **exclude;
};

/* ERR_INPUT: no job of ours. On success free with job_received_done. */
int job_decode(const char *head, size_t head_len, const char *body, size_t body_len,
    struct job_received *ret, struct err *reterr);
void job_received_done(struct job_received *r);

#endif
