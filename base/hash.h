#ifndef BASE_HASH_H
#define BASE_HASH_H
/* hash: uthash, whose tables grow by our allocation: its own ends the process with exit(-1) and no word. */
#include "base/mem.h"

#define uthash_malloc(n) xmalloc(n)
#include <uthash.h>

#endif
