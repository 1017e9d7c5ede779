/*
 * fail_alloc: preloaded into a program, lets its allocations fail: $FAIL_ALLOC is N, the N-th fails, or "N+", it and all after
 * it. At the end of the process the number of allocations is written to $FAIL_ALLOC_COUNT. Calls before main() do not count.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

static atomic_long calls, fails_at;
static bool lasting;
static const char *count_path;

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("FAIL_ALLOC");

	count_path = getenv("FAIL_ALLOC_COUNT");
	lasting = at != NULL && strchr(at, '+') != NULL;
	calls = 0;
	fails_at = at != NULL ? atol(at) : 0;
}

__attribute__((destructor)) static void
end(void)
{
	char text[32];
	int fd, n;

	if (count_path == NULL || (fd = open(count_path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) < 0)
		return;
	n = snprintf(text, sizeof(text), "%ld\n", (long)calls);
	if (write(fd, text, (size_t)n) != n)
		abort();
	close(fd);
}

static bool
fails(void)
{
	long n = ++calls;

	if (fails_at == 0 || (lasting ? n < fails_at : n != fails_at))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n) { return fails() ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }
void *realloc(void *p, size_t n) { return fails() ? NULL : __libc_realloc(p, n); }
