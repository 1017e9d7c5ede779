#include "daemon/loop.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

#define LOG_PAUSE_MS 60000

static int64_t
thread_cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
stalled(struct loop_stats *stats, int64_t us)
{
	int64_t now = clock_mono_ms();

	stats->stalls++;
	if (stats->logged_ms != 0 && now - stats->logged_ms < LOG_PAUSE_MS)
		return;
	stats->logged_ms = now;
	log_kv(LOG_P_WARNING, "loop-stalled", "ms", log_num(us / 1000), "limit_ms", log_num(LOOP_STALL_MS), "count",
	    log_num((int64_t)stats->stalls), NULL);
}

void
loop_run(struct event_base *base, struct loop_stats *stats)
{
	int64_t begun = thread_cpu_us(), now;

	while (event_base_loop(base, EVLOOP_ONCE) == 0 && !event_base_got_exit(base) && !event_base_got_break(base)) {
		now = thread_cpu_us();
		stats->turns++;
		if (now - begun > stats->longest_us)
			stats->longest_us = now - begun;
		if (now - begun > LOOP_STALL_MS * 1000)
			stalled(stats, now - begun);
		begun = now;
	}
}
