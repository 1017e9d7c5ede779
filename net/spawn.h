#ifndef NET_SPAWN_H
#define NET_SPAWN_H
/*
 * spawn: a child process with three descriptors and, if asked, limits. By vfork(): a daemon of some hundred megabytes
 * need not be copied, and the reason of a failing execve() comes back through shared memory.
 */
#include <stdbool.h>
#include <sys/types.h>
#include "net/confine.h"

struct spawn {			/* borrowed for the call */
	char **argv, **env;
	int fds[3], ruleset;	/* its stdin, stdout, stderr; of confine_prepare() or -1 */
	const struct confine *limits;	/* or NULL */
	bool with_us;		/* it ends when this thread does */
	int failed;		/* error number; written by the child, whose memory is ours until execve() */
};

/* In a session of its own, signals as a program expects them. Its number, or 0 with failed set. */
pid_t spawn_child(struct spawn *b);

#endif
