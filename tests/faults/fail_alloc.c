/*
 * fail_alloc: preloaded into a program, lets its allocations fail: $FAIL_ALLOC is N, the N-th fails, or "N+", it and all after
 * it. At the end of the process the number of allocations is written to $FAIL_ALLOC_COUNT. Calls before main() do not count;
 * with $FAIL_ALLOC_FROM=socket those before the first socket() do not: what a daemon does once it has started.
 * $FAIL_ALLOC_WORKERS is a $FAIL_ALLOC for the programs that this one starts by posix_spawn(). A fatal signal is told with the
 * stack that met it and that of the first allocation that failed. Under a sanitizer, allocations go on to its own.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEPTH 40
#define ENV_MAX 32

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__interceptor_malloc(size_t n) __attribute__((weak));
extern void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
extern void *__interceptor_realloc(void *p, size_t n) __attribute__((weak));

static atomic_long calls, fails_at;
static atomic_bool counting;
static bool lasting;
static const char *count_path, *for_workers, *self;
static void *failed_at[DEPTH];
static atomic_int failed_depth;
static _Thread_local bool inside;

static void
tell(int sig)
{
	static const char met[] = "fail_alloc: a fatal signal at\n", first[] = "fail_alloc: after this failed\n";
	void *stack[DEPTH];

	inside = true;
	if (write(STDERR_FILENO, met, sizeof(met) - 1) > 0)
		backtrace_symbols_fd(stack, backtrace(stack, DEPTH), STDERR_FILENO);
	if (write(STDERR_FILENO, first, sizeof(first) - 1) > 0)
		backtrace_symbols_fd(failed_at, failed_depth, STDERR_FILENO);
	signal(sig, SIG_DFL);
	raise(sig);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("FAIL_ALLOC"), *from = getenv("FAIL_ALLOC_FROM");
	static const int fatal[] = { SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL };
	void *stack[DEPTH];

	(void)backtrace(stack, DEPTH);	/* it loads a library at its first call */
	if (at != NULL && __interceptor_malloc == NULL)
		for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
			signal(fatal[i], tell);
	count_path = getenv("FAIL_ALLOC_COUNT");
	for_workers = getenv("FAIL_ALLOC_WORKERS");
	self = getenv("LD_PRELOAD");
	lasting = at != NULL && strchr(at, '+') != NULL;
	fails_at = at != NULL ? atol(at) : 0;
	calls = 0;
	counting = from == NULL || strcmp(from, "socket") != 0;
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
	long n;

	if (!counting || inside)	/* in this order: before main() there may be no thread-local memory yet */
		return false;
	n = ++calls;
	if (fails_at == 0 || (lasting ? n < fails_at : n != fails_at))
		return false;
	if (failed_depth == 0) {
		inside = true;
		failed_depth = backtrace(failed_at, DEPTH);
		inside = false;
	}
	errno = ENOMEM;
	return true;
}

/* The sanitizer's when there is one. Neither is looked up: that would allocate. */
#define NEXT(name) (__interceptor_##name != NULL ? __interceptor_##name : __libc_##name)

void *malloc(size_t n) { return fails() ? NULL : NEXT(malloc)(n); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : NEXT(calloc)(n, size); }
void *realloc(void *p, size_t n) { return fails() ? NULL : NEXT(realloc)(p, n); }

int
socket(int domain, int type, int protocol)
{
	static int (*next)(int, int, int);

	counting = true;
	if (next == NULL)
		next = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	return next(domain, type, protocol);
}

int
posix_spawn(pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[])
{
	static int (*next)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *,
	    char *const *);
	static char preload[4096], at[64];
	char *more[ENV_MAX + 3];
	size_t n = 0;

	if (next == NULL)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "posix_spawn");
	if (for_workers == NULL)
		return next(ret_pid, path, actions, attr, argv, env);
	for (; env[n] != NULL && n < ENV_MAX; n++)
		more[n] = env[n];
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", self);
	snprintf(at, sizeof(at), "FAIL_ALLOC=%s", for_workers);
	more[n++] = preload;
	more[n++] = at;
	more[n] = NULL;
	return next(ret_pid, path, actions, attr, argv, more);
}
