/*
 * arena: see arena.h. Every block has its size before it, and whether it lies in an arena. Memory that is not there is never told
 * to libxml2, which would hand on half a tree as a whole one.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlmemory.h>
#include "base/mem.h"
#include "markup/arena.h"
#include "base/banned.h"

#define CHUNK_BYTES (256u << 10)
#define SPARE_CHUNKS 8			/* kept for the next page: most trees fit */
#define CLASSES 64			/* of 16 bytes: freed blocks up to 1 KB serve again while the arena is open */
#define HEAD 8				/* bytes of the size, so that what follows is aligned by 16 */
#define IN_ARENA 1u

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WITH_ARENAS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WITH_ARENAS 0
#endif
#endif
#ifndef WITH_ARENAS
#define WITH_ARENAS 1
#endif

struct chunk {
	struct chunk *next;
	size_t size;			/* of all of it */
};

struct freed {
	struct freed *next;
};

struct arena {
	struct chunk *chunks;		/* the first is the one that is filled */
	char *at, *end;			/* room in it */
	struct freed *freed[CLASSES];
};

static _Thread_local struct arena *open_arena;
static _Thread_local struct chunk *spare;
static _Thread_local unsigned spare_count;

static uint64_t *
head_of(void *p)
{
	return (uint64_t *)((char *)p - HEAD);
}

static size_t
room_of(void *p)
{
	return (size_t)(*head_of(p) & ~(uint64_t)IN_ARENA);
}

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *c = spare;

	if (size == CHUNK_BYTES && c != NULL) {
		spare = c->next;
		spare_count--;
		return c;
	}
	c = xmalloc(size);
	c->size = size;
	return c;
}

static void
chunk_free(struct chunk *c)
{
	if (c->size == CHUNK_BYTES && spare_count < SPARE_CHUNKS) {
		c->next = spare;
		spare = c;
		spare_count++;
	} else {
		free(c);
	}
}

/* Bytes of a block that holds size and its head. */
static size_t
whole(size_t size)
{
	return (size + HEAD + 15) & ~(size_t)15;
}

static void *
place(char *at, size_t total)
{
	*(uint64_t *)at = (uint64_t)(total - HEAD) | IN_ARENA;
	return at + HEAD;
}

/* Room for one block: in the chunk under way, in a new one, or in one of its own when it is large. */
static void *
from_arena(struct arena *a, size_t size)
{
	size_t total = whole(size), class = total / 16;
	struct chunk *c;

	if (class < CLASSES && a->freed[class] != NULL) {
		struct freed *f = a->freed[class];

		a->freed[class] = f->next;
		return f;
	}
	if ((size_t)(a->end - a->at) >= total) {
		a->at += total;
		return place(a->at - total, total);
	}
	if (total > CHUNK_BYTES / 4) {
		c = chunk_new(sizeof(*c) + HEAD + total);
		if (a->chunks != NULL) {
			c->next = a->chunks->next;
			a->chunks->next = c;
		} else {
			c->next = NULL;
			a->chunks = c;
		}
		return place((char *)(c + 1) + HEAD, total);
	}
	c = chunk_new(CHUNK_BYTES);
	c->next = a->chunks;
	a->chunks = c;
	a->at = (char *)(c + 1) + HEAD;
	a->end = (char *)c + CHUNK_BYTES;
	a->at += total;
	return place(a->at - total, total);
}

static void *
take(size_t size)
{
	char *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	if (open_arena != NULL)
		return from_arena(open_arena, size);
	p = xmalloc(size + 2 * HEAD);
	*(uint64_t *)(p + HEAD) = (uint64_t)(whole(size) - HEAD) & ~(uint64_t)IN_ARENA;
	return p + 2 * HEAD;
}

static void
give(void *p)
{
	size_t class;

	if (p == NULL)
		return;
	if ((*head_of(p) & IN_ARENA) == 0) {
		free((char *)p - 2 * HEAD);
		return;
	}
	if (open_arena == NULL)
		return;		/* it goes with its tree */
	class = (room_of(p) + HEAD) / 16;
	if (class < CLASSES) {
		struct freed *f = p;

		f->next = open_arena->freed[class];
		open_arena->freed[class] = f;
	}
}

static void *
resize(void *p, size_t size)
{
	struct arena *a = open_arena;
	size_t room, more;
	char *moved;

	if (p == NULL)
		return take(size);
	if (size > SIZE_MAX / 2)
		return NULL;
	room = room_of(p);
	if ((*head_of(p) & IN_ARENA) == 0) {
		moved = xrealloc((char *)p - 2 * HEAD, size + 2 * HEAD);
		*(uint64_t *)(moved + HEAD) = (uint64_t)(whole(size) - HEAD) & ~(uint64_t)IN_ARENA;
		return moved + 2 * HEAD;
	}
	if (size <= room)
		return p;
	more = whole(size) - HEAD - room;
	if (a != NULL && (char *)p + room == a->at && (size_t)(a->end - a->at) >= more) {
		a->at += more;	/* the last one grows where it stands */
		(void)place((char *)p - HEAD, whole(size));
		return p;
	}
	if ((moved = take(size)) == NULL)
		return NULL;
	memcpy(moved, p, room);
	give(p);
	return moved;
}

static char *
copy(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = take(n);

	if (p != NULL)
		memcpy(p, s, n);
	return p;
}

/* Before libxml2 allocates anything: every block it frees must have our head. */
__attribute__((constructor)) static void
setup(void)
{
	if (WITH_ARENAS && xmlMemSetup(give, take, resize, copy) != 0)
		abort();
}

struct arena *
arena_begin(void)
{
	assert(open_arena == NULL);
	if (!WITH_ARENAS)
		return NULL;
	open_arena = xcalloc(1, sizeof(*open_arena));
	return open_arena;
}

void
arena_end(void)
{
	if (open_arena == NULL)
		return;
	xmlResetLastError();	/* its words lie in the arena */
	open_arena = NULL;
}

void
arena_free(struct arena *a)
{
	struct chunk *next;

	if (a == NULL)
		return;
	assert(a != open_arena);
	for (struct chunk *c = a->chunks; c != NULL; c = next) {
		next = c->next;
		chunk_free(c);
	}
	free(a);
}
