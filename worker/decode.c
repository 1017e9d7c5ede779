/* decode: long answers become structs in a thread, so that no turn of the loop takes half a second. */
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/mem.h"
#include "worker/pool_int.h"
#include "base/banned.h"

/* Touches nothing but d. Decoding is pure: no globals, no loop. */
static void *
decode_thread(void *arg)
{
	struct decode *d = arg;

	d->rc = answer_read(d->frame.data, &d->head, d->id, d->kind, &d->answer, &d->err);
	atomic_store(&d->ended, true);
	eventfd_write(d->efd, 1);
	return NULL;
}

struct decode *
decode_start(struct buf *frame, const struct job_frame *head, uint32_t id, enum job_kind kind, int efd)
{
	struct decode *d = xcalloc(1, sizeof(*d));
	sigset_t all, old;
	int rc;

	d->efd = efd;
	d->frame = *frame;
	d->head = *head;
	d->id = id;
	d->kind = kind;
	sigfillset(&all);	/* signals are for the loop's thread */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&d->thread, NULL, decode_thread, d);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0) {
		free(d);
		return NULL;
	}
	buf_init(frame, frame->max);
	return d;
}

void
decode_free(struct decode *d)
{
	if (d == NULL)
		return;
	pthread_join(d->thread, NULL);
	job_answer_done(&d->answer);
	buf_done(&d->frame);
	free(d);
}
