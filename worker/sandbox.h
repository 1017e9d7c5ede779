#ifndef WORKER_SANDBOX_H
#define WORKER_SANDBOX_H
/*
 * sandbox: what a worker gives up before it reads the first byte of a page. Limits first, then (after
 * everything was loaded that needs a file) the system call filter: no file can be opened, no socket
 * made, no program started, no process signalled but itself. What leaves is a frame on the pipe.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/* True when built with sanitizers or for coverage, whose run-times need more than a filter would allow. */
bool sandbox_instrumented(void);

/*
 * Before warming up: no privileges ever, dies with its parent, no core file, address space of
 * memory_bytes; every descriptor above keep_fd is closed. ERR_LOCAL.
 */
int sandbox_limits(int keep_fd, size_t memory_bytes, struct err *reterr);

/*
 * After warming up: no further descriptor, and the filter. Returns 0 and *ret_filtered: false where the
 * kernel has no filter (the limits hold all the same) or the build is instrumented.
 * ERR_LOCAL: the filter exists and could not be loaded.
 */
int sandbox_seal(int keep_fd, bool *ret_filtered, struct err *reterr);

/* Part of it: Landlock with every right taken. Returns the version that the kernel has, 0 for none. For tests, and for seal. */
int sandbox_landlock(void);

/*
 * CPU seconds for one job: at the limit the kernel ends the process with SIGPROF. 0 switches off.
 */
void sandbox_cpu_limit(unsigned cpu_s);

#endif
