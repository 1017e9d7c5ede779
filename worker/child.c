/* child: a worker process seen from outside: its start, its end and what it says. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "worker/worker_int.h"
#include "base/banned.h"

#define ENV_MAX 16

/* A worker's environment is ours, but for what a sanitizer, coverage or the log prefix reads. */
static void
fill_env(char *env[ENV_MAX])
{
	static const char *const kept[] = { "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=",
		"GCOV_PREFIX=", "GCOV_PREFIX_STRIP=", "LLVM_PROFILE_FILE=", "JOURNAL_STREAM=",
		"LD_LIBRARY_PATH=" };
	static char lang[] = "LC_ALL=C.UTF-8", zone[] = "TZ=UTC";
	size_t n = 0, i, k;

	env[n++] = lang;
	env[n++] = zone;	/* else ICU would go looking for the machine's own */
	for (k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
		for (i = 0; environ[i] != NULL && n < ENV_MAX - 1; i++)
			if (strncmp(environ[i], kept[k], strlen(kept[k])) == 0)
				env[n++] = environ[i];
	env[n] = NULL;
}

/*
 * stdin and stdout lead nowhere, stderr stays ours, the pipe becomes WORKER_FD. Signals are as at boot, and the
 * group is the worker's own: an interrupt from the terminal is for the parent alone.
 */
static int
spawn_self(int theirs, const struct child_opts *opts, pid_t *ret_pid)
{
	char name[] = "presswatch-worker", flag[] = "--worker", cpu[24], memory[24];
	char *argv[] = { name, flag, cpu, memory, NULL }, *env[ENV_MAX];
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	snprintf(cpu, sizeof(cpu), "%u", opts->cpu_s);
	snprintf(memory, sizeof(memory), "%zu", opts->memory_bytes);
	fill_env(env);
	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&fa) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&fa);
		return ENOMEM;
	}
	rc = posix_spawn_file_actions_addopen(&fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&fa, theirs, WORKER_FD);
	if (rc == 0)
		rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
		    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(&attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(&attr, &all);
	if (rc == 0)
		rc = posix_spawn(ret_pid, "/proc/self/exe", &fa, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

int
child_start(const struct child_opts *opts, struct child *ret, struct err *reterr)
{
	int pair[2], rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(reterr, ERR_LOCAL, "cannot start a worker: socketpair: %s",
		    strerror(errno));
	rc = spawn_self(pair[1], opts, &pid);
	close(pair[1]);
	if (rc != 0) {
		close(pair[0]);
		return err_set(reterr, ERR_LOCAL, "cannot start a worker: %s", strerror(rc));
	}
	fcntl(pair[0], F_SETFL, O_NONBLOCK);	/* our end only: the worker may wait */
	ret->pid = pid;
	ret->fd = pair[0];
	ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);	/* close on exec by itself */
	return 0;
}

void
child_kill(struct child *c)
{
	if (c->pid > 0)
		kill(c->pid, SIGKILL);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void
child_forget(struct child *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->pidfd >= 0)
		close(c->pidfd);
	*c = (struct child){ .fd = -1, .pidfd = -1 };
}

bool
child_reap(struct child *c, int *ret_status)
{
	pid_t pid;

	do
		pid = waitpid(c->pid, ret_status, WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return false;
	if (pid < 0)	/* somebody else reaped it: the status is lost, not the child */
		*ret_status = 0;
	child_forget(c);
	return true;
}

void
child_end(struct child *c, int *ret_status)
{
	pid_t pid;

	*ret_status = 0;
	if (c->pid <= 0)
		return;
	child_kill(c);
	do
		pid = waitpid(c->pid, ret_status, 0);
	while (pid < 0 && errno == EINTR);
	child_forget(c);
}

void
child_reason(int status, const struct child_opts *opts, struct err *ret)
{
	const char *name;
	int sig;

	if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_MEMORY) {
		(void)err_set(ret, ERR_LIMIT, "parsing took over %zu MB of memory",
		    opts->memory_bytes >> 20);
	} else if (WIFEXITED(status)) {
		(void)err_set(ret, ERR_LOCAL, "worker ended with status %d", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) {
		(void)err_set(ret, ERR_LIMIT, "parsing took over %u s of CPU", opts->cpu_s);
	} else if (WIFSIGNALED(status)) {
		sig = WTERMSIG(status);
		name = sigabbrev_np(sig);
		(void)err_set(ret, ERR_LIMIT, "worker died (SIG%s%s)", name != NULL ? name : "?",
		    sig == SIGABRT ? ": a promise in the parser was broken" :
		    sig == SIGSYS ? ": a system call that no parser needs" :
		    sig == SIGKILL ? ": out of memory, or an administrator" : "");
	} else {
		(void)err_set(ret, ERR_LOCAL, "worker ended with wait status %d", status);
	}
}

bool
answer_fits(const struct job_frame *f)
{
	return f->head_len > 0 && f->head_len <= JOB_MAX_ANSWER && f->body_len == 0;
}

int
answer_read(const char *frame, const struct job_frame *f, uint32_t id, enum job_kind kind,
    struct job_answer *ret, struct err *reterr)
{
	struct job_answer a;
	struct err err;

	if (f->id != id)
		return err_set(reterr, ERR_LOCAL, "worker answered %u when asked %u", f->id, id);
	if (job_answer_decode(frame + JOB_FRAME_HEAD, f->head_len, &a, &err) < 0)
		return err_set(reterr, ERR_LOCAL, "worker sent a malformed answer: %s", err.text);
	if (a.err.class == ERR_NONE && (kind == JOB_DISCOVER) != (a.candidates != NULL)) {
		job_answer_done(&a);
		return err_set(reterr, ERR_LOCAL, "worker answered another kind of question");
	}
	*ret = a;
	return 0;
}

int
ready_encode(bool filtered, struct buf *b, struct err *reterr)
{
	return job_frame_add(b, WORKER_READY_ID, filtered ? "\1" : "\0", 1, 0, reterr);
}

int
ready_read(const char *frame, const struct job_frame *f, bool *ret_filtered, struct err *reterr)
{
	struct fields head;
	bool filtered;

	fields_init(&head, frame + JOB_FRAME_HEAD, f->head_len);
	filtered = fields_flag(&head);
	if (f->id != WORKER_READY_ID || !fields_end(&head))
		return err_set(reterr, ERR_LOCAL, "worker did not greet as one of ours");
	*ret_filtered = filtered;
	return 0;
}
