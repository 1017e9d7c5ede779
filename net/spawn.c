#include "net/spawn.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

/* Between vfork() and execve(): system calls only. */
static _Noreturn void
become(struct spawn *b)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL);
	(void)setsid();
	for (int fd = 0; fd < 3; fd++)
		if (dup2(b->fds[fd], fd) < 0)
			b->failed = errno;
	if (b->with_us && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		b->failed = errno;
	if (b->failed == 0 && b->limits != NULL)
		b->failed = confine_apply(b->limits, b->ruleset);
	/* Everything of ours is closed on exec; this is for what a library opened without saying so. */
	(void)syscall(SYS_close_range, 3u, ~0u, 0u);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (b->failed == 0) {
		execve(b->argv[0], b->argv, b->env);
		b->failed = errno;
	}
	_exit(127);
}

pid_t
spawn_child(struct spawn *b)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);	/* no handler of ours runs in the child */
	pid = vfork();
	if (pid == 0)
		become(b);
	if (pid < 0)
		b->failed = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid > 0 && b->failed != 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return 0;
	}
	return pid > 0 ? pid : 0;
}
