#ifndef BASE_MEM_H
#define BASE_MEM_H
/*
 * mem: allocation that cannot fail. A failure is met with the reserve and asked again, so that one that passes by costs nothing.
 * What is out of memory for good ends the process with a message and status 3, as any failure of the daemon and the command:
 * systemd starts it again, and the archive has lost nothing, because what was not committed was never vouched for. No signal
 * and no core: it is no fault of the program. Sizes are multiplied with an overflow check.
 */
#include <stdbool.h>
#include <stddef.h>

#define MEM_EXIT 3

/* Lays the reserve by, where it is not there. True: an allocation failed since the last call, and passed. Any thread. */
bool mem_reserve(void);

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);			/* NULL gives NULL */
char *xstrndup(const char *s, size_t max);
void *xmemdup(const void *p, size_t n);		/* a NUL byte is appended */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Grow *array (element size) so that it holds at least need elements; doubles. */
void *xgrow(void *array, size_t *cap, size_t need, size_t size);

#endif
