#ifndef DAEMON_WRITER_H
#define DAEMON_WRITER_H
/*
 * writer: the thread that owns the archive. The loop posts intentions and gets their completions back on
 * the loop, by eventfd. Intentions that wait share one commit; each keeps its own savepoint, so one that
 * fails takes no other with it. When none waits, the search index is brought up to date in small steps.
 */
#include <stdbool.h>
#include <event2/event.h>
#include "base/err.h"
#include "store/store.h"

struct writer;

/* On the writer's thread. arg belongs to the intention until done is called. */
typedef int writer_fn(struct store *s, void *arg, struct err *reterr);
/* On the loop, in order of posting: rc 0 means it is committed. */
typedef void writer_done_fn(void *arg, int rc, const struct err *err);

/* Takes the store over: writer_stop() closes it. */
int writer_start(struct event_base *base, struct store *s, struct writer **ret, struct err *reterr);
void writer_post(struct writer *w, writer_fn *fn, writer_done_fn *done, void *arg);
/* Intentions that were posted and not yet completed. */
unsigned writer_waiting(const struct writer *w);
/* Monotonic time at which the batch under way began; 0 when none is: for the watchdog. */
int64_t writer_busy_since_ms(struct writer *w);
/* Everything posted is done and its completion called, the index is complete, the store closed. */
void writer_stop(struct writer *w);

#endif
