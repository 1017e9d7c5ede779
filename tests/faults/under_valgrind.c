/*
 * under_valgrind: preloaded into the daemon and the command where valgrind runs them, so that it comes along into their workers.
 * A worker is this program started anew through /proc/self/exe, which there is valgrind's own; it closes all descriptors,
 * valgrind's among them; it bounds memory, CPU and time, which valgrind needs twenty times of; and its filter forbids what valgrind
 * asks of the kernel. Nothing else is changed: the seal has tests of its own.
 */
#include <dlfcn.h>
#include <event2/event.h>
#include <seccomp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#define ENV_MAX 40

int
posix_spawn(pid_t *ret_pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
    char *const argv[], char *const env[])
{
	static int (*next)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *,
	    char *const *);
	static char program[4096];
	const char *preload = getenv("LD_PRELOAD"), *lib = getenv("VALGRIND_LIB");
	char *more[ENV_MAX + 3], line[2][4096];
	ssize_t len;
	size_t n = 0;

	if (next == NULL)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "posix_spawn");
	if (strcmp(path, "/proc/self/exe") != 0)
		return next(ret_pid, path, actions, attr, argv, env);
	len = readlink(path, program, sizeof(program) - 1);
	program[len > 0 ? len : 0] = '\0';
	for (; env[n] != NULL && n < ENV_MAX; n++)
		more[n] = env[n];
	if (preload != NULL) {
		snprintf(line[0], sizeof(line[0]), "LD_PRELOAD=%s", preload);
		more[n++] = line[0];
	}
	if (lib != NULL) {
		snprintf(line[1], sizeof(line[1]), "VALGRIND_LIB=%s", lib);
		more[n++] = line[1];
	}
	more[n] = NULL;
	return next(ret_pid, program, actions, attr, argv, more);
}

/* A worker's ten seconds. */
int
event_add(struct event *ev, const struct timeval *timeout)
{
	static int (*next)(struct event *, const struct timeval *);
	const struct timeval longer = { .tv_sec = 600 };

	if (next == NULL)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "event_add");
	return next(ev, timeout != NULL && timeout->tv_sec == 10 && timeout->tv_usec == 0 ? &longer : timeout);
}

int close_range(unsigned first, unsigned last, int flags) { return 0; }
int setrlimit(__rlimit_resource_t what, const struct rlimit *limit) { return 0; }
int setitimer(__itimer_which_t which, const struct itimerval *to, struct itimerval *old) { return 0; }
int seccomp_load(const scmp_filter_ctx ctx) { return 0; }
int seccomp_rule_add(scmp_filter_ctx ctx, uint32_t action, int call, unsigned count, ...) { return 0; }
int seccomp_rule_add_array(scmp_filter_ctx ctx, uint32_t action, int call, unsigned count, const struct scmp_arg_cmp *args) { return 0; }
