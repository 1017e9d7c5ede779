#ifndef DAEMON_FILL_H
#define DAEMON_FILL_H
/*
 * fill: the releases that slipped through between two visits: the next pages of the list, one after the other, until a known
 * item is met. Where it stands is in the archive, so a restart goes on; a page that fails is tried again a few times.
 */
#include "daemon/daemon.h"

/* Reads that page of w's list, and those after it. Nothing when a fill of w is under way. */
void fill_begin(struct watch *w, const char *url);
/* What the archive does not have yet is dropped; it knows the page to go on with. */
void fill_cancel(struct watch *w);

#endif
