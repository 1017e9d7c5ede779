#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/banned.h"

#define CHUNK (64 << 10)	/* bytes of one read or one step of inflate */

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

int
file_read_gz(const char *path, struct buf *b, struct err *reterr)
{
	struct buf raw = BUF_INIT(b->max - b->len);
	struct err err = { 0 };
	int rc = -1;

	if (file_read(path, &raw, reterr) < 0)
		goto out;
	if (raw.len >= 2 && memcmp(raw.data, "\x1f\x8b", 2) == 0) {
		rc = file_gunzip(raw.data, raw.len, b, &err);
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

/*
 * One stream of zlib's window_bits kind from the front of *z. Returns Z_STREAM_END, Z_DATA_ERROR,
 * Z_BUF_ERROR when the end mark is missing, or Z_MEM_ERROR for the ceiling of out.
 */
static int
inflate_stream(z_stream *z, int window_bits, unsigned char *chunk, struct buf *out)
{
	int rc;

	if (inflateInit2(z, window_bits) != Z_OK)
		return Z_DATA_ERROR;
	do {
		z->next_out = chunk;
		z->avail_out = CHUNK;
		rc = inflate(z, Z_NO_FLUSH);
		if ((rc == Z_OK || rc == Z_STREAM_END) &&
		    buf_add(out, chunk, CHUNK - z->avail_out) < 0) {
			rc = Z_MEM_ERROR;
			break;
		}
	} while (rc == Z_OK);
	inflateEnd(z);
	return rc == Z_STREAM_END || rc == Z_BUF_ERROR || rc == Z_MEM_ERROR ? rc : Z_DATA_ERROR;
}

/* A gzip file may be several members in a row; what follows the last one is padding. */
static int
inflate_members(z_stream *z, int window_bits, unsigned char *chunk, struct buf *out)
{
	int rc;

	do
		rc = inflate_stream(z, window_bits, chunk, out);
	while (rc == Z_STREAM_END && window_bits > MAX_WBITS && z->avail_in > 2 &&
	    z->next_in[0] == 0x1f && z->next_in[1] == 0x8b);
	return rc;
}

int
file_gunzip(const void *p, size_t n, struct buf *out, struct err *reterr)
{
	CLEANUP(freep) unsigned char *chunk = xmalloc(CHUNK);
	const unsigned char *in = p;
	size_t before = out->len;
	bool full = out->full, zlib_head;
	z_stream z = { 0 };
	int bits, rc;

	if (n > UINT_MAX)
		return err_set(reterr, ERR_LIMIT, "compressed content of %zu bytes", n);
	if (n < 2)
		return err_set(reterr, ERR_INPUT, "compressed content ends before its end mark");
	zlib_head = (in[0] & 15) == Z_DEFLATED && (in[0] << 8 | in[1]) % 31 == 0;
	bits = in[0] == 0x1f && in[1] == 0x8b ? MAX_WBITS + 16 : zlib_head ? MAX_WBITS : -MAX_WBITS;
	z.next_in = (unsigned char *)in;
	z.avail_in = (uInt)n;
	rc = inflate_members(&z, bits, chunk, out);
	if (rc == Z_DATA_ERROR && bits == MAX_WBITS) {
		/* Raw deflate whose first bytes happen to look like a zlib header. */
		buf_cut(out, before);
		z = (z_stream){ .next_in = (unsigned char *)in, .avail_in = (uInt)n };
		rc = inflate_members(&z, -MAX_WBITS, chunk, out);
	}
	if (rc == Z_STREAM_END) {
		out->full = full;
		return 0;
	}
	buf_cut(out, before);
	if (rc == Z_MEM_ERROR)
		return err_set(reterr, ERR_LIMIT, "inflated content is over %zu bytes", out->max);
	if (rc == Z_BUF_ERROR)
		return err_set(reterr, ERR_INPUT, "compressed content ends before its end mark");
	return err_set(reterr, ERR_INPUT, "compressed content is malformed");
}

char *
file_beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	if (name[0] == '/' || slash == NULL)
		return xstrdup(name);
	return xasprintf("%.*s%s", (int)(slash - path + 1), path, name);
}
