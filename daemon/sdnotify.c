#include "daemon/sdnotify.h"

#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "daemon/intake.h"
#include "base/banned.h"

/* A batch of the writer that takes longer is a disk that hangs: the watchdog is no longer fed. */
#define WRITER_STUCK_MS 120000

void
sdnotify_ready(struct daemon *d)
{
	sd_notifyf(0, "READY=1\nSTATUS=watching %u sources", HASH_COUNT(d->watches));
}

void
sdnotify_reloading(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
}

void
sdnotify_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}

void
sdnotify_tick(struct daemon *d)
{
	int64_t busy = writer_busy_since_ms(d->writer);

	if (busy == 0 || clock_mono_ms() - busy < WRITER_STUCK_MS)
		sd_notifyf(0, "WATCHDOG=1\nSTATUS=watching %u sources, %u requests in flight, %u documents on their way",
		    HASH_COUNT(d->watches), fetcher_in_flight(d->fetcher), intake_count(d->intake));
}
