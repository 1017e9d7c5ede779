#include "daemon/writer.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/banned.h"

#define BATCH_MAX 64		/* intentions that share a commit: bounds what one failed commit takes back */
#define INDEX_STEP 32		/* documents put into the search index between two looks at the queue */

struct intention {
	struct intention *next;
	writer_fn *fn;
	writer_done_fn *done;
	void *arg;
	int rc;
	struct err err;
};

struct queue {
	struct intention *first, **last;
};

struct writer {
	struct store *store;
	struct event *wake_event;
	int wake_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct queue posted, finished;	/* under lock */
	int64_t busy_since_ms;		/* under lock */
	bool stop;			/* under lock */
	bool index_waits;		/* the thread's own */
	unsigned waiting;		/* the loop's own */
};

static void
queue_init(struct queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void
queue_put(struct queue *q, struct intention *i)
{
	i->next = NULL;
	*q->last = i;
	q->last = &i->next;
}

/* Moves at most max intentions out of q, in order. */
static struct intention *
queue_take(struct queue *q, unsigned max)
{
	struct intention *first = q->first, *i = first;

	if (first == NULL)
		return NULL;
	while (--max > 0 && i->next != NULL)
		i = i->next;
	q->first = i->next;
	if (q->first == NULL)
		q->last = &q->first;
	i->next = NULL;
	return first;
}

static void
run_batch(struct writer *w, struct intention *batch)
{
	struct err err = { 0 };
	struct intention *i;

	if (store_begin(w->store, &err) < 0) {
		for (i = batch; i != NULL; i = i->next) {
			i->rc = -1;
			i->err = err;
		}
		return;
	}
	for (i = batch; i != NULL; i = i->next)
		i->rc = i->fn(w->store, i->arg, &i->err);
	if (store_commit(w->store, &err) == 0)
		return;
	store_rollback(w->store);
	for (i = batch; i != NULL; i = i->next) {
		i->rc = -1;
		i->err = err;
	}
}

static void
hand_back(struct writer *w, struct intention *batch)
{
	uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	while (batch != NULL) {
		struct intention *next = batch->next;

		queue_put(&w->finished, batch);
		batch = next;
	}
	w->busy_since_ms = 0;
	pthread_mutex_unlock(&w->lock);
	while (write(w->wake_fd, &one, sizeof(one)) < 0)
		;
}

/* One bounded step of the index; the next look at the queue comes before the one after it. */
static void
index_step(struct writer *w)
{
	struct err err = { 0 };
	int rc = store_index_step(w->store, INDEX_STEP, &err);

	if (rc < 0)
		log_kv(LOG_P_WARNING, "index-failed", "text", err.text, NULL);
	w->index_waits = rc > 0;
}

static void *
writer_thread(void *arg)
{
	struct writer *w = arg;
	struct intention *batch;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->posted.first == NULL && !w->index_waits && !w->stop)
			pthread_cond_wait(&w->more, &w->lock);
		batch = queue_take(&w->posted, BATCH_MAX);
		if (batch == NULL && !w->index_waits)
			break;
		w->busy_since_ms = clock_mono_ms();
		pthread_mutex_unlock(&w->lock);
		if (batch != NULL) {
			run_batch(w, batch);
			hand_back(w, batch);
			w->index_waits = true;
		} else
			index_step(w);
		pthread_mutex_lock(&w->lock);
		w->busy_since_ms = 0;
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Runs the completions of what the thread handed back. */
static void
complete(struct writer *w)
{
	struct intention *i;

	pthread_mutex_lock(&w->lock);
	i = w->finished.first;
	queue_init(&w->finished);
	pthread_mutex_unlock(&w->lock);
	while (i != NULL) {
		struct intention *next = i->next;

		w->waiting--;
		if (i->done != NULL)
			i->done(i->arg, i->rc, &i->err);
		free(i);
		i = next;
	}
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) > 0)
		complete(arg);
}

int
writer_start(struct event_base *base, struct store *s, struct writer **ret, struct err *reterr)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	w->store = s;
	w->index_waits = true;
	queue_init(&w->posted);
	queue_init(&w->finished);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->wake_fd < 0) {
		free(w);
		return err_set(reterr, ERR_LOCAL, "cannot make an eventfd");
	}
	w->wake_event = event_new(base, w->wake_fd, EV_READ | EV_PERSIST, on_wake, w);
	event_add(w->wake_event, NULL);
	if (pthread_create(&w->thread, NULL, writer_thread, w) != 0) {
		event_free(w->wake_event);
		close(w->wake_fd);
		free(w);
		return err_set(reterr, ERR_LOCAL, "cannot start the writer thread");
	}
	*ret = w;
	return 0;
}

void
writer_post(struct writer *w, writer_fn *fn, writer_done_fn *done, void *arg)
{
	struct intention *i = xcalloc(1, sizeof(*i));

	i->fn = fn;
	i->done = done;
	i->arg = arg;
	w->waiting++;
	pthread_mutex_lock(&w->lock);
	queue_put(&w->posted, i);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

unsigned
writer_waiting(const struct writer *w)
{
	return w->waiting;
}

int64_t
writer_busy_since_ms(struct writer *w)
{
	int64_t since;

	pthread_mutex_lock(&w->lock);
	since = w->busy_since_ms;
	pthread_mutex_unlock(&w->lock);
	return since;
}

void
writer_stop(struct writer *w)
{
	if (w == NULL)
		return;
	/* A completion may post again, so ask the thread to end only when nothing is left. */
	while (w->waiting > 0) {
		usleep(1000);
		complete(w);
	}
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	event_free(w->wake_event);
	close(w->wake_fd);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->more);
	store_close(w->store);
	free(w);
}
