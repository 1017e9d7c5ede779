#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H
/*
 * cleanup: CLEANUP(freep) char *s = NULL; frees s at every way out of the block.
 * A type with X_free(struct X *) defines X_freep by CLEANUP_DEFINE(struct X, X_free).
 */
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define CLEANUP_DEFINE(type, fn)                                                                   \
	static inline __attribute__((unused)) void fn##p(type **p)                                 \
	{                                                                                          \
		if (*p != NULL)                                                                    \
			fn(*p);                                                                    \
	}                                                                                          \
	struct cleanup_swallow_semicolon

static inline __attribute__((unused)) void
freep(void *p)
{
	free(*(void **)p);
}

static inline __attribute__((unused)) void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline __attribute__((unused)) void
fclosep(FILE **f)
{
	if (*f != NULL)
		fclose(*f);
}

#endif
