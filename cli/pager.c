/* pager: a long answer through less(1), as people know it from git: one that fits the screen stays on it. */
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli/cli.h"
#include "base/banned.h"

static pid_t pager;

/* PRESSWATCH_PAGER, PAGER, or less; NULL when there shall be none. */
static const char *
program(void)
{
	const char *p = getenv("PRESSWATCH_PAGER"), *path = getenv("PATH");

	if (p == NULL)
		p = getenv("PAGER");
	if (p != NULL)
		return p[0] == '\0' || strcmp(p, "cat") == 0 ? NULL : p;
	for (; path != NULL && *path != '\0'; path += *path == ':') {
		struct buf b = BUF_INIT(8192);
		size_t n = strcspn(path, ":");
		int rc;

		buf_add(&b, path, n);
		buf_adds(&b, "/less");
		rc = access(buf_str(&b), X_OK);
		buf_done(&b);
		if (rc == 0)
			return "less";
		path += n;
	}
	return NULL;
}

static void
become(const char *command, int from)
{
	dup2(from, STDIN_FILENO);
	close(from);
	setenv("LESS", "FRX", 0);
	setenv("LESSCHARSET", "utf-8", 0);
	execlp("sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

bool
pager_start(struct out *o)
{
	const char *command;
	struct winsize ws;
	int fds[2];

	if (!o->tty || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_row == 0 ||
	    (command = program()) == NULL || pipe(fds) < 0)
		return false;
	fflush(stdout);
	if ((pager = fork()) < 0) {
		close(fds[0]);
		close(fds[1]);
		return false;
	}
	if (pager == 0) {
		close(fds[1]);
		become(command, fds[0]);
	}
	close(fds[0]);
	dup2(fds[1], STDOUT_FILENO);
	close(fds[1]);
	signal(SIGPIPE, SIG_IGN);	/* a reader may leave early: no failure */
	return true;
}

void
pager_end(void)
{
	int status;

	if (pager <= 0)
		return;
	fclose(stdout);
	while (waitpid(pager, &status, 0) < 0)
		;
	pager = 0;
}
