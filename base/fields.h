#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H
/*
 * fields: values one after the other as bytes, for a pipe with the same program at both ends: no names, so both write and
 * read them in one order. A number is seven bits a byte, lowest first, the high bit says that more follow; a string is its
 * length and one more (0: NULL), its bytes and a NUL.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

/* Each appends one field; over the buffer's ceiling nothing is added and b->full is set. */
void fields_put_num(struct buf *b, uint64_t n);
void fields_put_int(struct buf *b, int64_t n);
/* NULL stays NULL; malformed UTF-8 is mended: losing a bad byte is better than losing the whole value. */
void fields_put_str(struct buf *b, const char *s);
/* How many, then each. */
void fields_put_strs(struct buf *b, char *const *list, size_t n);

/* Where reading stands. The first field that is none sets bad, which stays; all that is read then is 0 or NULL. */
struct fields {
	const char *p, *end;
	bool bad;
};

void fields_init(struct fields *f, const char *p, size_t n);
/* A number of at most max. */
uint64_t fields_num(struct fields *f, uint64_t max);
int64_t fields_int(struct fields *f);
bool fields_flag(struct fields *f);
/* Valid UTF-8 without NUL, borrowed from the bytes that are read; NULL where NULL was put. */
const char *fields_str(struct fields *f);
/* The same, owned by the caller. */
char *fields_copy(struct fields *f);
/* Strings, owned, none of them NULL; over max of them is bad. *ret_list is NULL when there are none. */
void fields_strs(struct fields *f, size_t max, char ***ret_list, size_t *ret_count);
/* What was read makes no sense: nothing that follows is believed. */
void fields_spoil(struct fields *f);
/* Everything was read and nothing was bad. */
bool fields_end(const struct fields *f);

#endif
