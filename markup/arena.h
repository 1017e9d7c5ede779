#ifndef MARKUP_ARENA_H
#define MARKUP_ARENA_H
/*
 * arena: the memory of one tree. What libxml2 allocates between arena_begin() and arena_end() lies side by side
 * in a few blocks, and arena_free() gives the tree back at once, without a walk. Anything libxml2 allocates at
 * other times, XPath's results among them, comes from malloc as before.
 */

struct arena;

/*
 * From here on this thread's trees are made in the arena. NULL under sanitizers, which want to see each block by
 * itself: then a tree is freed by libxml2. One arena is open at a time.
 */
struct arena *arena_begin(void);
/* After the parser was freed: what is left is the tree. */
void arena_end(void);
/* The tree and all that hangs on it. Not while it is open. NULL is fine. */
void arena_free(struct arena *a);

#endif
