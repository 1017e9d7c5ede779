#ifndef BASE_MEM_H
#define BASE_MEM_H
/*
 * mem: allocation that cannot fail. Out of memory ends the process with a message and status 3, as any failure of the
 * daemon and the command: systemd starts it again, and the archive has lost nothing, because what was not committed was never
 * vouched for. No signal and no core: it is no fault of the program. Sizes are multiplied with an overflow check.
 */
#include <stddef.h>

#define MEM_EXIT 3

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
