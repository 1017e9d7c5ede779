#include "net/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

#include "base/mem.h"
#include "net/spawn.h"
#include "base/banned.h"

#define POLL_MS 50			/* where the kernel has no pidfds */
#define TURN_BYTES (256u << 10)		/* read from a stream in one turn of the loop */
#define ARGS_MAX 1024

struct command {
	struct command *prev, *next;	/* waiting or running */
	struct command_set *set;
	command_done_fn *done;
	void *arg;
	char **argv, **env;
	const char *in;
	size_t in_len, sent;
	struct confine limits;
	bool confined, sweep, reads_out;
	unsigned timeout_ms;
	pid_t pid;			/* 0: not running */
	int fd_in, fd_out, fd_err, pidfd;	/* our ends; -1: closed */
	struct event *ev_in, *ev_out, *ev_err, *ev_dead, *ev_timer;
	bool late, killed;		/* TERM was sent; KILL was */
	bool over;			/* it wrote too much */
	struct buf out;
	char line[COMMAND_SAID + 1], said[COMMAND_SAID + 1];	/* being read; last one that said something */
	size_t line_len;
};

struct command_set {
	struct event_base *base;
	struct event *pump;
	unsigned at_once, count;
	struct command *waiting, *running;
};

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

static char **
copy_strings(const char *const *list, const char *last)
{
	char **copy;
	size_t n = 0, i;

	while (list != NULL && list[n] != NULL && n < ARGS_MAX)
		n++;
	copy = xcalloc(n + 2, sizeof(*copy));
	for (i = 0; i < n; i++)
		copy[i] = xstrdup(list[i]);
	copy[n] = xstrdup(last);
	return copy;
}

static void
free_strings(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

static void
command_free(struct command *c)
{
	free_strings(c->argv);
	free_strings(c->env);
	buf_done(&c->out);
	free(c);
}

/* The process is reaped or never was: nothing of it stays. */
static void
command_close(struct command *c)
{
	event_drop(&c->ev_in);
	event_drop(&c->ev_out);
	event_drop(&c->ev_err);
	event_drop(&c->ev_dead);
	event_drop(&c->ev_timer);
	fd_drop(&c->fd_in);
	fd_drop(&c->fd_out);
	fd_drop(&c->fd_err);
	fd_drop(&c->pidfd);
	c->pid = 0;
}

/* Off the list of those that run; its place is free. */
static void
leave_running(struct command *c)
{
	DL_DELETE(c->set->running, c);
	c->set->count--;
	if (c->set->waiting != NULL)
		event_active(c->set->pump, EV_TIMEOUT, 0);
}

static void
finish(struct command *c, enum command_end end, int status)
{
	struct command_answer a = { .end = end, .status = status, .program = c->argv[0],
		.timeout_ms = c->timeout_ms, .out = c->out, .said = c->said };

	command_close(c);
	leave_running(c);
	c->done(&a, c->arg);
	c->out = a.out;
	command_free(c);
}

static void
timer_set(struct command *c, unsigned ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	evtimer_add(c->ev_timer, &tv);
}

/* ---- streams ---------------------------------------------------------------------------------------------------- */

/* Keeps the last line that is not blank: by habit it says what went wrong. */
static void
take_err(struct command *c, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n') {
			c->line[c->line_len] = '\0';
			if (strspn(c->line, " \t\r") < c->line_len)
				memcpy(c->said, c->line, sizeof(c->said));
			c->line_len = 0;
		} else if (c->line_len < COMMAND_SAID) {
			c->line[c->line_len++] = p[i];
		}
	}
}

static void
take_out(struct command *c, const char *p, size_t n)
{
	size_t free_bytes = c->out.max - c->out.len;

	if (n > free_bytes)
		c->over = true;
	buf_add(&c->out, p, n > free_bytes ? free_bytes : n);
}

/* Returns false at the end of the stream. */
static bool
read_stream(struct command *c, int fd, void (*take)(struct command *, const char *, size_t), size_t most)
{
	char chunk[16384];
	size_t turn = 0;
	ssize_t n;

	while (turn < most && !c->over) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		take(c, chunk, (size_t)n);
		turn += (size_t)n;
	}
	return true;
}

static void
on_out(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;

	if (read_stream(c, c->fd_out, take_out, TURN_BYTES) && !c->over)
		return;
	event_drop(&c->ev_out);
	fd_drop(&c->fd_out);
	if (c->over && !c->killed) {	/* enough: its end is told by the kernel */
		c->killed = true;
		kill(-c->pid, SIGKILL);
		timer_set(c, POLL_MS);
	}
}

static void
on_err(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;

	if (read_stream(c, c->fd_err, take_err, TURN_BYTES))
		return;
	event_drop(&c->ev_err);
	fd_drop(&c->fd_err);
}

static void
on_in(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;
	ssize_t n;

	while (c->sent < c->in_len) {
		n = write(c->fd_in, c->in + c->sent, c->in_len - c->sent);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			break;	/* it does not want to read: its exit status decides */
		c->sent += (size_t)n;
	}
	event_drop(&c->ev_in);
	fd_drop(&c->fd_in);
}

/* ---- its end ---------------------------------------------------------------------------------------------------- */

static void
reap(struct command *c)
{
	siginfo_t si = { 0 };
	int status = 0;

	/* Until it is reaped, its number and its group's are taken: the last moment to end what it left. */
	if (waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid == 0) {
		timer_set(c, POLL_MS);
		return;
	}
	if (c->late || c->sweep)
		kill(-c->pid, SIGKILL);
	if (waitpid(c->pid, &status, WNOHANG) <= 0)
		status = 0;
	if (c->fd_out >= 0)
		(void)read_stream(c, c->fd_out, take_out, c->out.max);
	if (c->fd_err >= 0)
		(void)read_stream(c, c->fd_err, take_err, TURN_BYTES);
	take_err(c, "\n", 1);	/* a last line without its end counts */
	if (c->over)
		finish(c, COMMAND_LONG, 0);
	else if (c->late)
		finish(c, COMMAND_LATE, 0);
	else if (WIFSIGNALED(status))
		finish(c, COMMAND_KILLED, WTERMSIG(status));
	else
		finish(c, COMMAND_EXITED, WEXITSTATUS(status));
}

static void
on_dead(evutil_socket_t fd, short what, void *arg)
{
	reap(arg);
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;
	siginfo_t si = { 0 };

	if (waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || si.si_pid != 0)
		reap(c);
}

/* Time is up: first politely, then not; and where there are no pidfds, a look whether it has ended. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct command *c = arg;

	if (c->killed) {
		reap(c);
	} else if (c->late) {
		c->killed = true;
		kill(-c->pid, SIGKILL);
		timer_set(c, POLL_MS);
	} else {
		c->late = true;
		kill(-c->pid, SIGTERM);
		timer_set(c, COMMAND_GRACE_MS);
	}
}

/* ---- its beginning ---------------------------------------------------------------------------------------------- */

static struct event *
watch_fd(struct command *c, int fd, short what, event_callback_fn fn)
{
	struct event *ev;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	ev = event_new(c->set->base, fd, what | EV_PERSIST, fn, c);
	event_add(ev, NULL);
	return ev;
}

static void
watch(struct command *c)
{
	const struct timeval poll = { .tv_usec = POLL_MS * 1000 };

	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd >= 0) {
		c->ev_dead = event_new(c->set->base, c->pidfd, EV_READ, on_dead, c);
		event_add(c->ev_dead, NULL);
	} else {
		c->ev_dead = event_new(c->set->base, -1, EV_PERSIST, on_poll, c);
		event_add(c->ev_dead, &poll);
	}
	c->ev_in = watch_fd(c, c->fd_in, EV_WRITE, on_in);
	c->ev_err = watch_fd(c, c->fd_err, EV_READ, on_err);
	if (c->reads_out)
		c->ev_out = watch_fd(c, c->fd_out, EV_READ, on_out);
	c->ev_timer = evtimer_new(c->set->base, on_timer, c);
	timer_set(c, c->timeout_ms);
}

static void
run(struct command *c)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	struct spawn b = { .argv = c->argv, .env = c->env, .with_us = c->sweep, .ruleset = -1,
		.limits = c->confined ? &c->limits : NULL };

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		b.failed = errno;
	else if (c->reads_out ? pipe2(out, O_CLOEXEC) < 0 : (out[1] = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0)
		b.failed = errno;
	if (b.failed == 0) {
		b.fds[0] = in[0];
		b.fds[1] = out[1];
		b.fds[2] = err[1];
		if (c->confined)
			b.ruleset = confine_prepare(&c->limits, c->argv[0]);
		c->pid = spawn_child(&b);
	}
	fd_drop(&b.ruleset);
	fd_drop(&in[0]);
	fd_drop(&out[1]);
	fd_drop(&err[1]);
	c->fd_in = in[1];
	c->fd_out = out[0];
	c->fd_err = err[0];
	if (b.failed != 0)
		finish(c, COMMAND_NOT_RUN, b.failed);
	else
		watch(c);
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct command_set *s = arg;
	struct command *c;

	while (s->count < s->at_once && (c = s->waiting) != NULL) {
		DL_DELETE(s->waiting, c);
		DL_APPEND(s->running, c);
		s->count++;
		run(c);
	}
}

/* ---- the face --------------------------------------------------------------------------------------------------- */

struct command_set *
command_set_new(struct event_base *base, unsigned at_once)
{
	struct command_set *s = xcalloc(1, sizeof(*s));

	s->base = base;
	s->at_once = at_once;
	s->pump = event_new(base, -1, 0, on_pump, s);
	return s;
}

void
command_set_free(struct command_set *s)
{
	if (s == NULL)
		return;
	while (s->waiting != NULL)
		command_cancel(s->waiting);
	while (s->running != NULL)
		command_cancel(s->running);
	event_free(s->pump);
	free(s);
}

struct command *
command_start(struct command_set *s, const struct command_opts *opts, command_done_fn *done, void *arg)
{
	struct command *c = xcalloc(1, sizeof(*c));

	c->set = s;
	c->done = done;
	c->arg = arg;
	c->argv = copy_strings(opts->argv, opts->last);
	c->env = copy_strings(opts->env, NULL);
	c->in = opts->in;
	c->in_len = opts->in_len;
	c->reads_out = opts->max_out != 0;
	c->timeout_ms = opts->timeout_ms;
	c->sweep = opts->sweep;
	c->confined = opts->confine != NULL;
	if (c->confined)
		c->limits = *opts->confine;
	buf_init(&c->out, opts->max_out);
	c->fd_in = c->fd_out = c->fd_err = c->pidfd = -1;
	DL_APPEND(s->waiting, c);
	event_active(s->pump, EV_TIMEOUT, 0);
	return c;
}

void
command_cancel(struct command *c)
{
	struct command *w;

	if (c == NULL)
		return;
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
		command_close(c);
		leave_running(c);
	} else {
		DL_FOREACH(c->set->waiting, w)
			if (w == c)
				break;
		if (w != NULL)
			DL_DELETE(c->set->waiting, c);
	}
	command_free(c);
}

void
command_why(const struct command_answer *a, char *ret, size_t size)
{
	const char *sep = a->said[0] != '\0' ? ": " : "", *sig;

	switch (a->end) {
	case COMMAND_LATE:
		snprintf(ret, size, "%s took over %u s and was ended%s%s", a->program, (a->timeout_ms + 999) / 1000,
		    sep, a->said);
		return;
	case COMMAND_LONG:
		snprintf(ret, size, "%s wrote over %zu bytes and was ended", a->program, a->out.max);
		return;
	case COMMAND_KILLED:
		sig = sigabbrev_np(a->status);
		snprintf(ret, size, "%s was ended by SIG%s%s%s", a->program, sig != NULL ? sig : "?", sep, a->said);
		return;
	case COMMAND_NOT_RUN:
		snprintf(ret, size, "cannot run %s: %s", a->program, strerrordesc_np(a->status));
		return;
	case COMMAND_EXITED:
		break;
	}
	snprintf(ret, size, "%s ended with exit status %d%s%s", a->program, a->status, sep, a->said);
}

static const char *
search_path(void)
{
	const char *path = getenv("PATH");

	return path != NULL && path[0] != '\0' ? path : "/usr/local/bin:/usr/bin:/bin";
}

char *
command_find(const char *name)
{
	const char *p = search_path();

	while (*p != '\0') {
		size_t n = strcspn(p, ":");
		char *file = xasprintf("%.*s/%s", (int)n, p, name);

		if (p[0] == '/' && access(file, X_OK) == 0)
			return file;
		free(file);
		p += n + (p[n] == ':');
	}
	return NULL;
}

void
command_env(char **env, size_t *n)
{
	static const char *const names[] = { "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR",
		"STATE_DIRECTORY" };

	env[(*n)++] = xasprintf("PATH=%s", search_path());
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL)
			env[(*n)++] = xasprintf("%s=%s", names[i], value);
	}
}
