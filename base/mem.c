#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/banned.h"

#define RESERVE_BYTES (256u << 10)	/* enough to end a step or to tell of it; untouched, so that it costs addresses alone */

static void *_Atomic reserve;
static atomic_bool failed;

bool
mem_reserve(void)
{
	void *p, *none = NULL;

	if (atomic_load(&reserve) == NULL) {
		p = malloc(RESERVE_BYTES);
		if (p != NULL && !atomic_compare_exchange_strong(&reserve, &none, p))
			free(p);
	}
	return atomic_exchange(&failed, false);
}

/* Whatever can be given back is, before an allocation is asked again: the last time. */
static void
make_room(void)
{
	atomic_store(&failed, true);
	free(atomic_exchange(&reserve, NULL));
	malloc_trim(0);
}

/* No stdio: it may want memory itself. */
static _Noreturn void
out_of_memory(void)
{
	static const char msg[] = "presswatch: out of memory\n";
	ssize_t n;

	n = write(STDERR_FILENO, msg, sizeof(msg) - 1);
	(void)n;
	_exit(MEM_EXIT);
}

static size_t
times(size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		out_of_memory();
	return total;
}

void *
xmalloc(size_t size)
{
	void *p;

	if (size == 0)
		size = 1;
	if ((p = malloc(size)) != NULL)
		return p;
	make_room();
	if ((p = malloc(size)) == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p;

	if (times(n, size) == 0)
		n = size = 1;
	if ((p = calloc(n, size)) != NULL)
		return p;
	make_room();
	if ((p = calloc(n, size)) == NULL)
		out_of_memory();
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	void *moved;

	if (size == 0)
		size = 1;
	if ((moved = realloc(p, size)) != NULL)
		return moved;
	make_room();
	if ((moved = realloc(p, size)) == NULL)
		out_of_memory();
	return moved;
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	return xrealloc(p, times(n, size));
}

char *
xstrdup(const char *s)
{
	return s != NULL ? xmemdup(s, strlen(s)) : NULL;
}

char *
xstrndup(const char *s, size_t max)
{
	return s != NULL ? xmemdup(s, strnlen(s, max)) : NULL;
}

void *
xmemdup(const void *p, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		out_of_memory();
	copy = xmalloc(n + 1);
	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n >= 0)
		return s;
	make_room();
	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	return s;
}

void *
xgrow(void *array, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap;

	if (need <= *cap && array != NULL)
		return array;
	if (want < 8)
		want = 8;
	while (want < need)
		want = times(want, 2);
	array = xreallocarray(array, want, size);
	*cap = want;
	return array;
}
