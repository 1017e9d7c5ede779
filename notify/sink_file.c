/*
 * sink_file: one event, one line, appended and synced before we say yes. This is the one sink that works in
 * the loop itself: a local file takes the line in well under a millisecond, and the sync as long as the
 * disk needs. A file on a network drive is better served by an exec channel; the manual says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "notify/notify_int.h"
#include "base/banned.h"

/* A line that a crash or a full disk cut earlier is ended first, so that ours stays whole. */
static bool
last_line_is_open(const char *path, const struct stat *st)
{
	CLEANUP(closep) int fd = -1;
	char c;

	if (!S_ISREG(st->st_mode) || st->st_size == 0)
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd >= 0 && pread(fd, &c, 1, st->st_size - 1) == 1 && c != '\n';
}

/* Readers never find half a line: what did not fit is taken back. */
static int
append_line(int fd, const char *path, const char *body, size_t len, struct err *reterr)
{
	struct buf b = BUF_INIT(len + 2);
	struct stat st;
	ssize_t done;
	int rc = 0;

	if (fstat(fd, &st) < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	if (last_line_is_open(path, &st))
		buf_addc(&b, '\n');
	buf_add(&b, body, len);
	buf_addc(&b, '\n');
	do
		done = write(fd, b.data, b.len);
	while (done < 0 && errno == EINTR);
	if (done < 0) {
		rc = err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	} else if ((size_t)done < b.len) {
		if (S_ISREG(st.st_mode) && ftruncate(fd, st.st_size) < 0)
			rc = err_set(reterr, ERR_LOCAL, "%s: half a line is left: %s", path,
			    strerror(errno));
		else
			rc = err_set(reterr, ERR_LOCAL, "%s: only %zd of %zu bytes fit", path, done,
			    b.len);
	} else if (fdatasync(fd) < 0 && errno != EINVAL && errno != EROFS) {	/* a pipe has nothing to sync */
		rc = err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	}
	buf_done(&b);
	return rc;
}

static void
file_start(struct delivery *d, const struct sink_opts *o)
{
	/* A named pipe that nobody reads must neither stop the loop nor swallow the event: ENXIO. */
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	CLEANUP(closep) int fd = open(o->path, flags, 0640);
	struct err err;

	if (fd < 0)
		delivery_finish(d, ERR_TEMPORARY, -1, "%s: %s", o->path, strerror(errno));
	else if (append_line(fd, o->path, d->body, d->body_len, &err) < 0)
		delivery_finish(d, ERR_TEMPORARY, -1, "%s", err.text);
	else
		delivery_finish(d, ERR_NONE, -1, "appended");
}

const struct sink sink_file = { "file", file_start, NULL };
