#include "net/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/banned.h"

/* ---- which files it may read ----------------------------------------------------------------------------------- */

#define READ_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE)
#define READ_TREE (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* All that the first version of Landlock knows. */
#define EVERYTHING (LANDLOCK_ACCESS_FS_MAKE_SYM | (LANDLOCK_ACCESS_FS_MAKE_SYM - 1))

static void
allow(int ruleset, const char *path, unsigned long long access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;		/* not every system has every folder */
	(void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

int
confine_prepare(const struct confine *c, const char *program)
{
	static const char *const trees[] = { "/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/var/cache/fontconfig" };
	static const char *const files[] = { "/etc/ld.so.cache", "/etc/ld.so.preload", "/dev/null", "/dev/urandom" };
	const struct landlock_ruleset_attr attr = { .handled_access_fs = EVERYTHING };
	int fd;

	if (!c->sealed)
		return -1;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return -1;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
		allow(fd, trees[i], READ_TREE);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		allow(fd, files[i], LANDLOCK_ACCESS_FS_READ_FILE);
	allow(fd, program, READ_FILE);
	return fd;
}

/* ---- which system calls it may make ---------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* Both machines are little-endian: the lower half of an argument comes first. */
#define LOAD_ARG(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[i]))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define DENY(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1), REFUSE
/* Opened for reading only: anything else in the flags is refused. */
#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define READ_ONLY(nr, flags)                                                                       \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 4), LOAD_ARG(flags),                          \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, WRITES, 0, 1), REFUSE, ANSWER(SECCOMP_RET_ALLOW)

static const struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
#ifdef __x86_64__
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), REFUSE,	/* x32 */
	READ_ONLY(__NR_open, 1),
	DENY(__NR_creat), DENY(__NR_unlink), DENY(__NR_rename), DENY(__NR_link), DENY(__NR_symlink), DENY(__NR_mkdir),
	DENY(__NR_rmdir), DENY(__NR_mknod), DENY(__NR_chmod), DENY(__NR_chown), DENY(__NR_lchown),
#endif
	READ_ONLY(__NR_openat, 2),
	DENY(__NR_openat2),
	/* network */
	DENY(__NR_socket), DENY(__NR_socketpair), DENY(__NR_connect), DENY(__NR_bind), DENY(__NR_listen),
	/* files */
	DENY(__NR_unlinkat), DENY(__NR_renameat), DENY(__NR_renameat2), DENY(__NR_linkat), DENY(__NR_symlinkat),
	DENY(__NR_mkdirat), DENY(__NR_mknodat), DENY(__NR_fchmod), DENY(__NR_fchmodat), DENY(__NR_fchown),
	DENY(__NR_fchownat), DENY(__NR_truncate), DENY(__NR_ftruncate), DENY(__NR_setxattr), DENY(__NR_removexattr),
	DENY(__NR_utimensat), DENY(__NR_mount), DENY(__NR_umount2), DENY(__NR_pivot_root), DENY(__NR_chroot),
	/* other processes, and doors into the kernel that no reader of files needs */
	DENY(__NR_kill), DENY(__NR_pidfd_open), DENY(__NR_pidfd_send_signal), DENY(__NR_pidfd_getfd),
	DENY(__NR_ptrace), DENY(__NR_process_vm_readv), DENY(__NR_process_vm_writev), DENY(__NR_prlimit64),
	DENY(__NR_unshare), DENY(__NR_setns), DENY(__NR_setsid), DENY(__NR_setpgid), DENY(__NR_bpf),
	DENY(__NR_perf_event_open), DENY(__NR_io_uring_setup), DENY(__NR_userfaultfd), DENY(__NR_keyctl),
	DENY(__NR_add_key), DENY(__NR_request_key),
	ANSWER(SECCOMP_RET_ALLOW),
};
#endif

static int
seal(int ruleset)
{
	if (ruleset >= 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return errno;
#ifdef OUR_ARCH
	{
		const struct sock_fprog prog = { .len = sizeof(filter) / sizeof(filter[0]),
			.filter = (struct sock_filter *)filter };

		/* EINVAL: this kernel was built without; the limits and Landlock remain. */
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0 && errno != EINVAL)
			return errno;
	}
#endif
	return 0;
}

static int
limit(int what, rlim_t value)
{
	struct rlimit old, new = { value, value };

	/* A lower hard limit of the administrator stands. */
	if (getrlimit((__rlimit_resource_t)what, &old) == 0 && old.rlim_max < value)
		new.rlim_cur = new.rlim_max = old.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &new) < 0 ? errno : 0;
}

int
confine_apply(const struct confine *c, int ruleset)
{
	int rc = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	rc = limit(RLIMIT_CORE, 0);
	if (rc == 0 && c->cpu_s != 0)
		rc = limit(RLIMIT_CPU, c->cpu_s);
	if (rc == 0 && c->memory_bytes != 0)
		rc = limit(RLIMIT_AS, c->memory_bytes);
	if (rc == 0 && c->files != 0)
		rc = limit(RLIMIT_NOFILE, c->files);
	if (rc == 0 && c->sealed)
		rc = limit(RLIMIT_FSIZE, 0);
	if (rc == 0 && c->sealed)
		rc = seal(ruleset);
	return rc;
}
