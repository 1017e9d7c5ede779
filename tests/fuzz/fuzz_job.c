/*
 * The pipe between daemon and worker. First byte even: bytes as an answer of a worker that was taken over; odd: as a job, as a
 * worker reads it, the next byte telling how long its head is. What is taken can be written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "worker/worker_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_answer(const char *p, size_t n)
{
	struct job_answer a = { 0 }, again = { 0 };
	struct buf b = BUF_INIT(JOB_FRAME_HEAD + (size_t)JOB_MAX_ANSWER);
	struct job_frame f;
	struct err err = { 0 };

	if (job_answer_decode(p, n, &a, &err) < 0) {
		if (err.class == ERR_NONE)
			abort();
		return;
	}
	if (a.err.class == ERR_NONE && (a.candidates != NULL) == (a.document != NULL))
		abort();
	if (job_answer_encode(7, &a, &b, &err) == 0) {
		job_frame_read(b.data, &f);
		if (f.id != 7 || f.head_len != b.len - JOB_FRAME_HEAD ||
		    job_answer_decode(b.data + JOB_FRAME_HEAD, f.head_len, &again, &err) < 0)
			abort();
		job_answer_done(&again);
	}
	buf_done(&b);
	job_answer_done(&a);
}

static void
read_job(const char *p, size_t n)
{
	struct job_received r = { 0 };
	struct err err = { 0 };
	size_t head;

	if (n == 0)
		return;
	head = (unsigned char)*p++;
	n--;
	if (head > n)
		head = n;
	if (job_decode(p, head, p + head, n - head, &r, &err) == 0) {
		if (r.job.kind >= JOB_KIND_COUNT || r.job.len != n - head)
			abort();
		job_received_done(&r);
	} else if (err.class != ERR_INPUT)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 1)
		read_job((const char *)data + 1, size - 1);
	else
		read_answer((const char *)data + 1, size - 1);
	return 0;
}
