#ifndef DAEMON_SDNOTIFY_H
#define DAEMON_SDNOTIFY_H
/* sdnotify: what the service manager is told (sd_notify(3)); silent without one. */
#include "daemon/daemon.h"

void sdnotify_ready(struct daemon *d);
void sdnotify_reloading(void);
void sdnotify_stopping(void);
/* Each second: the watchdog, when the loop turns and the writer is not stuck; the status line. */
void sdnotify_tick(struct daemon *d);

#endif
