#ifndef BASE_FILE_H
#define BASE_FILE_H
/* file: whole files, read with a ceiling and written so that a reader never sees half of one. */
#include <stddef.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"

/* Read path into *b (initialised, its max is the limit). ERR_LOCAL (names path), ERR_LIMIT. */
int file_read(const char *path, struct buf *b, struct err *reterr);
/* Same, inflating when the content begins with the gzip magic. */
int file_read_gz(const char *path, struct buf *b, struct err *reterr);
/* Write, fsync, rename over path, fsync the folder. */
int file_write_atomic(const char *path, const void *p, size_t n, mode_t mode, struct err *reterr);
/* Append with O_APPEND in one write, then fdatasync. */
int file_append(const char *path, const void *p, size_t n, mode_t mode, struct err *reterr);
/* All of p or an error; retries EINTR. */
int file_write_all(int fd, const void *p, size_t n);
/* dir of path joined with name unless name is absolute; caller frees. */
char *file_beside(const char *path, const char *name);

#endif
