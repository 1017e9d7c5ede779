#ifndef NET_CONFINE_H
#define NET_CONFINE_H
/*
 * confine: limits of a program of others that reads hostile bytes: processor time, memory, descriptors; no network, no
 * writing of files, no signals to others, and, where the kernel has Landlock, no reading but of the system's
 * libraries. A filter by hand, because it is set between vfork() and execve(), where nothing may allocate.
 */
#include <stdbool.h>
#include <stddef.h>

struct confine {		/* 0 and false: as we are */
	unsigned cpu_s;
	size_t memory_bytes;	/* address space */
	unsigned files;		/* open descriptors */
	bool sealed;		/* no network, no writing, no strangers' files */
};

/* Before the fork: a Landlock rule set for program, to be closed by the caller; -1 where there is none. */
int confine_prepare(const struct confine *c, const char *program);
/* In the child; calls only what is safe there. 0 or an error number. */
int confine_apply(const struct confine *c, int ruleset);

#endif
