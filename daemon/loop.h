#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H
/*
 * loop: the event loop turn by turn, and what its longest turn cost. A turn is everything that one look at the sockets and
 * timers made ready. It is counted in CPU time of the thread, so that a machine which is busy with other things does not look
 * like a fault of ours; no step of a turn waits for disk or network.
 */
#include <stdint.h>
#include <event2/event.h>

#define LOOP_STALL_MS 50		/* no turn should take longer; one that does is logged, at most one a minute */

struct loop_stats {
	uint64_t turns;
	uint64_t stalls;		/* turns over LOOP_STALL_MS */
	int64_t longest_us;
	int64_t logged_ms;		/* monotonic: when a stall was logged last; 0: never */
};

/* Turns until event_base_loopexit() or loopbreak(). */
void loop_run(struct event_base *base, struct loop_stats *stats);

#endif
