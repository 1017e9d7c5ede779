#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/control.h"
#include "base/banned.h"

#define ANSWER_MAX ((size_t)64 << 20)

static int
connect_to(const char *path, struct err *reterr)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(reterr, ERR_CONFIG, "the path of the control socket is too long: %s",
		    path);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return err_set(reterr, ERR_LOCAL, "cannot make a socket: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		(void)err_set(reterr, ERR_TEMPORARY, "no daemon answers at %s: %s", path,
		    strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

/* Reads up to the first newline, or the end. */
static int
read_line(int fd, struct buf *b, int timeout_ms, struct err *reterr)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	char chunk[16384];

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = until - clock_mono_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return err_set(reterr, ERR_TEMPORARY,
			    "the daemon did not answer within %d s", timeout_ms / 1000);
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return b->len > 0 ? 0 :
					    err_set(reterr, ERR_TEMPORARY,
						"the daemon closed without an answer");
		if (buf_add(b, chunk, (size_t)n) < 0)
			return err_set(reterr, ERR_LIMIT, "the daemon's answer is too long");
		if (memchr(chunk, '\n', (size_t)n) != NULL)
			return 0;
	}
}

static int
judge(const struct buf *line, json_t **ret, struct err *reterr)
{
	json_t *j = NULL;
	const char *text;

	if (json_read(buf_str(line), line->len, &j, reterr) < 0)
		return -1;
	if (!json_is_true(json_object_get(j, "ok"))) {
		text = json_get_str(j, "error");
		(void)err_set(reterr, ERR_PERMANENT, "%s",
		    text != NULL ? text : "the daemon said no");
		json_decref(j);
		return -1;
	}
	*ret = j;
	return 0;
}

int
control_ask(const char *path, const json_t *request, int timeout_ms, json_t **ret,
    struct err *reterr)
{
	CLEANUP(freep) char *line = json_line(request);
	CLEANUP(closep) int fd = connect_to(path, reterr);
	struct buf answer = BUF_INIT(ANSWER_MAX);
	int rc = -1;

	if (fd < 0)
		return -1;
	if (file_write_all(fd, line, strlen(line)) < 0 || file_write_all(fd, "\n", 1) < 0)
		rc = err_set(reterr, ERR_TEMPORARY, "the daemon at %s does not read", path);
	else if (read_line(fd, &answer, timeout_ms, reterr) == 0)
		rc = judge(&answer, ret, reterr);
	buf_done(&answer);
	return rc;
}
