#ifndef BASE_LOCAL_H
#define BASE_LOCAL_H
/*
 * local: the clock on the wall of a place, for what happens "at eight in the morning" there. Zones are IANA names, NULL is the
 * zone of this machine; an unknown one is UTC. Days on which the clock is moved have their rules: a time that the clock
 * leaves out comes when it has left it out, one that it shows twice comes the first time.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/clock.h"

/* The first moment after after_ms at which the day there is minute (0..1439) old by the clock: once a day. */
int64_t local_next(const char *zone, int minute, int64_t after_ms);
/* Is it between from and until (minutes; until before from: over midnight)? Then *ret_end_ms is when that ends. */
bool local_between(const char *zone, int from, int until, int64_t at_ms, int64_t *ret_end_ms);
/* The first moment after at_ms at which the clock shows a multiple of step_ms (a minute to a day) since midnight. */
int64_t local_step(const char *zone, int64_t step_ms, int64_t at_ms);
/* RFC 3339 with the offset that holds there then. Returns out. */
char *local_rfc3339(const char *zone, int64_t ms, char out[CLOCK_TEXT_MAX]);

#endif
