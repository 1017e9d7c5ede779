#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/pull.h"
#include "base/banned.h"

#define CHUNK (64 << 10)	/* bytes of one read */

int
file_read(const char *path, struct buf *b, struct err *reterr)
{
	CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(freep) char *chunk = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	if (S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((uintmax_t)st.st_size > b->max - b->len)
			return err_set(reterr, ERR_LIMIT, "%s is over %zu bytes", path, b->max);
		buf_reserve(b, (size_t)st.st_size);
	}
	chunk = xmalloc(CHUNK);
	while ((n = read(fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
		if (buf_add(b, chunk, (size_t)n) < 0)
			return err_set(reterr, ERR_LIMIT, "%s is over %zu bytes", path, b->max);
	}
	return 0;
}

static int
inflate_all(const struct buf *raw, struct buf *out, struct err *reterr)
{
	struct pull_mem m = { raw->data, raw->len };
	struct gunzip *z = gunzip_new(pull_of_mem(&m), out->max - out->len);
	int rc = pull_all(pull_of_gunzip(z), out, reterr);

	gunzip_free(z);
	return rc;
}

int
file_read_gz(const char *path, struct buf *b, struct err *reterr)
{
	struct buf raw = BUF_INIT(b->max - b->len);
	struct err err = { 0 };
	int rc = -1;

	if (file_read(path, &raw, reterr) < 0)
		goto out;
	if (raw.len >= 2 && memcmp(raw.data, "\x1f\x8b", 2) == 0) {
		rc = inflate_all(&raw, b, &err);
		if (rc < 0)
			err_set(reterr, err.class, "%s: %s", path, err.text);
	} else {
		rc = raw.len > 0 ? buf_add(b, raw.data, raw.len) : 0;
		if (rc < 0)
			err_set(reterr, ERR_LIMIT, "%s is over %zu bytes", path, b->max);
	}
out:
	buf_done(&raw);
	return rc;
}

int
file_write_all(int fd, const void *p, size_t n)
{
	const char *s = p;
	ssize_t done;

	while (n > 0) {
		done = write(fd, s, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		s += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
fsync_folder_of(const char *path)
{
	CLEANUP(freep) char *dir = file_beside(path, ".");
	CLEANUP(closep) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fsync(fd);
}

int
file_write_atomic(const char *path, const void *p, size_t n, mode_t mode, struct err *reterr)
{
	CLEANUP(freep) char *tmp = xasprintf("%s.tmp.XXXXXX", path);
	CLEANUP(closep) int fd = mkostemp(tmp, O_CLOEXEC);
	int saved;

	if (fd < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	if (fchmod(fd, mode) < 0 || file_write_all(fd, p, n) < 0 || fsync(fd) < 0 ||
	    rename(tmp, path) < 0) {
		saved = errno;
		unlink(tmp);
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(saved));
	}
	if (fsync_folder_of(path) < 0)
		return err_set(reterr, ERR_LOCAL, "folder of %s: %s", path, strerror(errno));
	return 0;
}

int
file_append(const char *path, const void *p, size_t n, mode_t mode, struct err *reterr)
{
	CLEANUP(closep) int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode);
	ssize_t done;

	if (fd < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	do
		done = write(fd, p, n);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	if ((size_t)done < n)
		return err_set(reterr, ERR_LOCAL, "%s: only %zd of %zu bytes were written", path,
		    done, n);
	/* A pipe or a terminal has nothing to sync. */
	if (fdatasync(fd) < 0 && errno != EINVAL && errno != EROFS)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	return 0;
}

char *
file_beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	if (name[0] == '/' || slash == NULL)
		return xstrdup(name);
	return xasprintf("%.*s%s", (int)(slash - path + 1), path, name);
}
