#ifndef NET_COMMAND_H
#define NET_COMMAND_H
/*
 * command: a program run on the loop without a shell: bytes to its stdin, a bounded stdout, the last line
 * of its stderr, a time limit. It runs in a session of its own, so that it is ended with everything it started. A
 * set runs at most so many at once; others wait for their turn, and their time begins with it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/event.h>
#include "base/buf.h"
#include "base/err.h"
#include "net/confine.h"

#define COMMAND_GRACE_MS 5000		/* between TERM and KILL */
#define COMMAND_SAID 200		/* bytes kept of the last line of stderr */

struct command_set;
struct command;

struct command_opts {			/* copied, but for what in points to */
	const char *const *argv;	/* argv[0]: absolute path */
	const char *last;		/* one more argument, or NULL */
	const char *const *env;
	const char *in;			/* for its stdin; borrowed until done or command_cancel() */
	size_t in_len;
	size_t max_out;			/* bytes of stdout; more ends it. 0: stdout is not read */
	unsigned timeout_ms;
	bool sweep;			/* what it leaves running ends with it, and it ends with us */
	const struct confine *confine;	/* NULL: it may do what we may */
};

enum command_end {
	COMMAND_EXITED,		/* status: exit status */
	COMMAND_KILLED,		/* status: signal; not ours */
	COMMAND_LATE,		/* over its time */
	COMMAND_LONG,		/* more output than max_out; out holds that much */
	COMMAND_NOT_RUN,	/* status: error number */
};

struct command_answer {			/* the library's; gone after done */
	enum command_end end;
	int status;
	const char *program;		/* argv[0] */
	unsigned timeout_ms;
	struct buf out;			/* the receiver may take it with buf_take */
	const char *said;		/* last line of stderr that is not blank; "" for none */
};

typedef void command_done_fn(struct command_answer *answer, void *arg);

struct command_set *command_set_new(struct event_base *base, unsigned at_once);
void command_set_free(struct command_set *s);	/* ends what runs; no callback comes */
/* done is called once, from the loop, never from within; then the command is gone. */
struct command *command_start(struct command_set *s, const struct command_opts *opts, command_done_fn *done,
    void *arg);
void command_cancel(struct command *c);		/* no callback */

/* What became of it, in words: "/bin/x ended with exit status 3: no such page". */
void command_why(const struct command_answer *a, char *ret, size_t size);
/* Absolute path of a program on $PATH; caller frees. NULL: there is none. */
char *command_find(const char *name);
/* The few variables of ours that programs expect, as "NAME=value": appended to env[*n ..], at most COMMAND_ENV_MAX. */
#define COMMAND_ENV_MAX 10
void command_env(char **env, size_t *n);

#endif
