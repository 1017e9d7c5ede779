#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "worker/sandbox.h"
#include "base/banned.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WITH_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WITH_SANITIZER 1
#endif
#endif
#ifndef WITH_SANITIZER
#define WITH_SANITIZER 0
#endif

/* There in a coverage build only, which writes its counters to files at the end. */
extern void __gcov_init(void *) __attribute__((weak));

bool
sandbox_instrumented(void)
{
	return WITH_SANITIZER || __gcov_init != NULL;
}

static int
set_limit(int what, const char *name, rlim_t value, struct err *reterr)
{
	struct rlimit old, limit = { value, value };

	/* A lower hard limit of the administrator stands. */
	if (getrlimit((__rlimit_resource_t)what, &old) == 0 && old.rlim_max < value)
		limit.rlim_cur = limit.rlim_max = old.rlim_max;
	if (setrlimit((__rlimit_resource_t)what, &limit) < 0)
		return err_set(reterr, ERR_LOCAL, "worker cannot set %s: %s", name, strerror(errno));
	return 0;
}

int
sandbox_limits(int keep_fd, size_t memory_bytes, struct err *reterr)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_set(reterr, ERR_LOCAL, "worker: PR_SET_PDEATHSIG: %s", strerror(errno));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(reterr, ERR_LOCAL, "worker: PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
	if (close_range((unsigned)keep_fd + 1, ~0u, 0) < 0)
		return err_set(reterr, ERR_LOCAL, "worker: close_range: %s", strerror(errno));
	if (set_limit(RLIMIT_CORE, "RLIMIT_CORE", 0, reterr) < 0)
		return -1;
	/* No RLIMIT_FSIZE: nothing can be opened, and stderr may be a long file already. */
	if (sandbox_instrumented())	/* shadow memory, counters and leak reports need these */
		return 0;
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_set(reterr, ERR_LOCAL, "worker: PR_SET_DUMPABLE: %s", strerror(errno));
	return set_limit(RLIMIT_AS, "RLIMIT_AS", memory_bytes, reterr);
}

/*
 * What parsing needs of the kernel: memory, its pipe, clocks, signals of its own, an end. Everything
 * else fails with EPERM, because libraries look for optional files and cope; what only an intruder
 * would call ends the process instead, so that it shows in the log.
 */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(membarrier),
	SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(setitimer), SCMP_SYS(getitimer),
	SCMP_SYS(getrusage), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static const int deadly[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone),
	SCMP_SYS(clone3), SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
	SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kill), SCMP_SYS(tkill),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(keyctl), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd),
};

/* Memory may be mapped and its protection changed, but never made executable. */
static int
allow_memory(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp not_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int rc;

	rc = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &not_exec);
	if (rc == 0)
		rc = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &not_exec);
	return rc;
}

static int
add_rules(scmp_filter_ctx f)
{
	/* abort() and the like signal the process itself. */
	const struct scmp_arg_cmp self = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
	size_t i;
	int rc = allow_memory(f);

	for (i = 0; rc == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; rc == 0 && i < sizeof(deadly) / sizeof(deadly[0]); i++)
		rc = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	if (rc == 0)
		rc = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self);
	return rc;
}

/*
 * Landlock, below the filter: no file, no TCP, no signal or abstract socket to others, by whatever system call. Rules for nothing,
 * so all that the kernel knows to forbid is forbidden. The attributes grew with the versions; older kernels want fewer.
 */
int
sandbox_landlock(void)
{
	const struct { uint64_t files, net, scoped; } all[] = {
		{ 0x1fff, 0, 0 }, { 0x3fff, 0, 0 }, { 0x7fff, 0, 0 }, { 0x7fff, 3, 0 }, { 0xffff, 3, 0 }, { 0xffff, 3, 3 },
	};
	const long newest = sizeof(all) / sizeof(all[0]);
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	int fd, rc;

	if (version < 1)
		return 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &all[(version < newest ? version : newest) - 1], size, 0);
	if (fd < 0)
		return 0;
	rc = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
	return rc == 0 ? (int)version : 0;
}

int
sandbox_seal(int keep_fd, bool *ret_filtered, struct err *reterr)
{
	scmp_filter_ctx f;
	int rc;

	*ret_filtered = false;
	if (sandbox_instrumented())
		return 0;
	(void)sandbox_landlock();	/* where the kernel has it: the filter forbids the same by other means */
	/* Even without a filter nothing can be opened: every descriptor below the limit is taken. */
	if (set_limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", (rlim_t)keep_fd + 1, reterr) < 0)
		return -1;
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL)
		return 0;	/* this kernel was built without */
	f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (f == NULL)
		return err_set(reterr, ERR_LOCAL, "worker: seccomp_init failed");
	rc = add_rules(f);
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	if (rc < 0)
		return err_set(reterr, ERR_LOCAL, "worker cannot load its system call filter: %s",
		    strerror(-rc));
	*ret_filtered = true;
	return 0;
}

void
sandbox_cpu_limit(unsigned cpu_s)
{
	const struct itimerval t = { .it_value = { .tv_sec = (time_t)cpu_s } };

	(void)setitimer(ITIMER_PROF, &t, NULL);
}
