#ifndef DAEMON_SCHEDULER_H
#define DAEMON_SCHEDULER_H
/*
 * scheduler: who is due. A binary heap of due times on a 1 s grid; pure, so that a test can move the clock
 * through years. Times are monotonic ms: a jump of the wall clock makes no burst and no silence.
 */
#include <stddef.h>
#include <stdint.h>

#define SCHEDULER_GRID_MS 1000

struct due {			/* lives in what is scheduled */
	int64_t at_ms;
	size_t place;		/* in the heap, from 1; 0: not scheduled */
};

struct scheduler {
	struct due **heap;
	size_t count, cap;
};

void scheduler_init(struct scheduler *s);
void scheduler_done(struct scheduler *s);
/* Due at at_ms, moved up to the grid; moves it when it is scheduled already. */
void scheduler_set(struct scheduler *s, struct due *d, int64_t at_ms);
void scheduler_remove(struct scheduler *s, struct due *d);
/* The earliest with at_ms <= now_ms, removed; NULL when none is due. */
struct due *scheduler_pop(struct scheduler *s, int64_t now_ms);
/* Time of the earliest, or INT64_MAX. */
int64_t scheduler_next_ms(const struct scheduler *s);

/*
 * When a source comes again: interval with up to 10 % taken off by random (0..1), so that sources that began together
 * drift apart and none waits longer than its interval.
 */
int64_t scheduler_interval_ms(int64_t interval_ms, double random);
/*
 * When a document of that age (since first sight or last edit) is looked at again, as ms from now: ages_s rises, its last
 * gap repeats. 0: never (no ages).
 */
int64_t scheduler_recheck_ms(const int64_t *ages_s, size_t n, int64_t age_ms);

#endif
