/*
 * sink_exec: run a command for each event. No shell, fixed arguments; the event stands on stdin, its main
 * parts in PRESSWATCH_* variables. The command runs in a session of its own, so that at the time limit it is
 * ended with everything it started. At most EXEC_CHILDREN run at once; others wait for their turn.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "notify/exec_env.h"
#include "notify/notify_int.h"
#include "base/banned.h"

#define EXEC_CHILDREN 16		/* a unit's TasksMax is small, and a machine has few processors */
#define GRACE_MS 5000			/* between TERM and KILL */
#define POLL_MS 50			/* where the kernel has no pidfds */
#define STDERR_TURN (64u << 10)		/* read in one turn of the loop */
#define STDERR_LINE 200			/* bytes kept of the last line */

struct command {
	struct delivery *d;
	char **argv;
	unsigned timeout_ms;
	bool queued;
	pid_t pid;			/* 0: not running */
	int in, err, pidfd;		/* our ends; -1: closed */
	struct event *ev_in, *ev_err, *ev_dead, *ev_timer;
	size_t sent;
	bool termed;			/* over its time: TERM was sent */
	bool killed;
	char line[STDERR_LINE + 1], last[STDERR_LINE + 1];	/* being read; last one that said something */
	size_t line_len;
	struct command *prev, *next;
};

struct exec_queue {
	struct command *waiting;
	unsigned running;
};

static void command_run(struct command *c);

static void
event_drop(struct event **ev)
{
	if (*ev != NULL)
		event_free(*ev);
	*ev = NULL;
}

static void
fd_drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
timer_set(struct command *c, unsigned ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	evtimer_add(c->ev_timer, &tv);
}

void
exec_queue_free(struct exec_queue *q)
{
	free(q);
}

static void
next_in_queue(struct exec_queue *q)
{
	struct command *c = q->waiting;

	if (c == NULL || q->running >= EXEC_CHILDREN)
		return;
	DL_DELETE(q->waiting, c);
	c->queued = false;
	command_run(c);
}

/* The process is reaped or never was: nothing of it stays. */
static void
command_close(struct command *c)
{
	event_drop(&c->ev_in);
	event_drop(&c->ev_err);
	event_drop(&c->ev_dead);
	event_drop(&c->ev_timer);
	fd_drop(&c->in);
	fd_drop(&c->err);
	fd_drop(&c->pidfd);
	if (c->pid > 0)
		c->d->n->exec->running--;
	c->pid = 0;
}

/* Keeps the last line that is not blank: by habit it says what went wrong. */
static void
take_stderr(struct command *c, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n') {
			c->line[c->line_len] = '\0';
			if (strspn(c->line, " \t\r") < c->line_len)
				memcpy(c->last, c->line, sizeof(c->last));
			c->line_len = 0;
		} else if (c->line_len < STDERR_LINE) {
			c->line[c->line_len++] = p[i];
		}
	}
}

/* Returns false at the end of the stream. */
static bool
read_stderr(struct command *c)
{
	char chunk[4096];
	size_t turn = 0;
	ssize_t n;

	while (turn < STDERR_TURN) {
		n = read(c->err, chunk, sizeof(chunk));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		take_stderr(c, chunk, (size_t)n);
		turn += (size_t)n;
	}
	return true;
}

static void
on_stderr(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;

	if (read_stderr(c))
		return;
	event_drop(&c->ev_err);
	fd_drop(&c->err);
}

static void
on_stdin(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;
	size_t len = c->d->body_len + 1;
	ssize_t n;

	while (c->sent < len) {
		n = c->sent < c->d->body_len ?
		    write(c->in, c->d->body + c->sent, c->d->body_len - c->sent) :
		    write(c->in, "\n", 1);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			break;	/* it does not want to read: its exit status decides */
		c->sent += (size_t)n;
	}
	event_drop(&c->ev_in);
	fd_drop(&c->in);
}

static void
command_verdict(struct command *c, int status)
{
	const char *why = c->last, *sep = why[0] != '\0' ? ": " : "";
	int sig;

	if (c->termed)
		delivery_finish(c->d, ERR_TEMPORARY, -1, "%s took over %u s and was ended%s%s",
		    c->argv[0], (c->timeout_ms + 999) / 1000, sep, why);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		delivery_finish(c->d, ERR_NONE, -1, "exit status 0");
	else if (WIFEXITED(status))
		delivery_finish(c->d, ERR_TEMPORARY, -1, "%s ended with exit status %d%s%s",
		    c->argv[0], WEXITSTATUS(status), sep, why);
	else {
		sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		delivery_finish(c->d, ERR_TEMPORARY, -1, "%s was ended by SIG%s%s%s", c->argv[0],
		    sigabbrev_np(sig) != NULL ? sigabbrev_np(sig) : "?", sep, why);
	}
}

static void
command_reap(struct command *c)
{
	struct exec_queue *q = c->d->n->exec;
	siginfo_t si = { 0 };
	int status;

	/* Until it is reaped, its number and its group's are taken: the last moment to end what it left. */
	if (waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid == 0) {
		timer_set(c, POLL_MS);
		return;
	}
	if (c->termed)
		kill(-c->pid, SIGKILL);
	if (waitpid(c->pid, &status, WNOHANG) <= 0)
		status = 0;
	if (c->err >= 0)
		(void)read_stderr(c);
	take_stderr(c, "\n", 1);	/* a last line without its end counts */
	command_close(c);
	command_verdict(c, status);
	next_in_queue(q);
}

static void
on_dead(evutil_socket_t fd, short what, void *arg)
{
	command_reap(arg);
}

/* Time is up: first politely, then not; and where there are no pidfds, a look whether it has ended. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;

	if (c->killed) {
		command_reap(c);
	} else if (c->termed) {
		c->killed = true;
		kill(-c->pid, SIGKILL);
		timer_set(c, POLL_MS);
	} else {
		c->termed = true;
		kill(-c->pid, SIGTERM);
		timer_set(c, GRACE_MS);
	}
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;
	siginfo_t si = { 0 };

	if (waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || si.si_pid != 0)
		command_reap(c);
}

static void
watch_command(struct command *c)
{
	const struct timeval poll = { .tv_usec = POLL_MS * 1000 };
	struct event_base *base = c->d->n->base;

	c->d->n->exec->running++;
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd >= 0) {
		c->ev_dead = event_new(base, c->pidfd, EV_READ, on_dead, c);
		event_add(c->ev_dead, NULL);
	} else {
		c->ev_dead = event_new(base, -1, EV_PERSIST, on_poll, c);
		event_add(c->ev_dead, &poll);
	}
	c->ev_in = event_new(base, c->in, EV_WRITE | EV_PERSIST, on_stdin, c);
	event_add(c->ev_in, NULL);
	c->ev_err = event_new(base, c->err, EV_READ | EV_PERSIST, on_stderr, c);
	event_add(c->ev_err, NULL);
	c->ev_timer = evtimer_new(base, on_timer, c);
	timer_set(c, c->timeout_ms);
}

/* Returns 0 or an error number; in and err are the child's ends. */
static int
spawn_command(struct command *c, int in, int err)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t none, all;
	char **env;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&fa) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&fa);
		return ENOMEM;
	}
	rc = posix_spawn_file_actions_adddup2(&fa, in, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&fa, err, STDERR_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&fa, STDERR_FILENO + 1);
	if (rc == 0)
		rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
		    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(&attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(&attr, &all);
	if (rc == 0) {
		env = exec_env_new(c->d);
		rc = posix_spawn(&c->pid, c->argv[0], &fa, &attr, c->argv, env);
		exec_env_free(env);
	}
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

static void
command_run(struct command *c)
{
	int in[2] = { -1, -1 }, err[2] = { -1, -1 }, rc = 0;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		rc = errno;
	if (rc == 0)
		rc = spawn_command(c, in[0], err[1]);
	fd_drop(&in[0]);
	fd_drop(&err[1]);
	c->in = in[1];
	c->err = err[0];
	if (rc != 0) {
		c->pid = 0;
		command_close(c);
		delivery_finish(c->d, ERR_TEMPORARY, -1, "cannot run %s: %s", c->argv[0], strerror(rc));
		return;
	}
	fcntl(c->in, F_SETFL, O_NONBLOCK);
	fcntl(c->err, F_SETFL, O_NONBLOCK);
	watch_command(c);
}

static char **
copy_argv(const char *const *argv)
{
	size_t n = 0, i;
	char **copy;

	while (argv[n] != NULL)
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (i = 0; i < n; i++)
		copy[i] = xstrdup(argv[i]);
	return copy;
}

static void
exec_start(struct delivery *d, const struct sink_opts *o)
{
	struct command *c;

	if (d->n->exec == NULL)
		d->n->exec = xcalloc(1, sizeof(*d->n->exec));
	if (o->argv == NULL || o->argv[0] == NULL) {
		delivery_finish(d, ERR_TEMPORARY, -1, "channel %s names no command", d->channel);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->d = d;
	c->argv = copy_argv(o->argv);
	c->timeout_ms = o->timeout_ms != 0 ? o->timeout_ms : SINK_EXEC_MS;
	c->in = c->err = c->pidfd = -1;
	c->queued = true;
	d->state = c;
	DL_APPEND(d->n->exec->waiting, c);
	next_in_queue(d->n->exec);
}

static void
exec_end(struct delivery *d)
{
	struct command *c = d->state;

	if (c == NULL)
		return;
	if (c->queued)
		DL_DELETE(d->n->exec->waiting, c);
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	command_close(c);
	for (size_t i = 0; c->argv[i] != NULL; i++)
		free(c->argv[i]);
	free(c->argv);
	free(c);
}

const struct sink sink_exec = { "exec", exec_start, exec_end };
