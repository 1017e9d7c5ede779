/*
 * limits: what a server may take of our time, and of our line beside the content. Looked at ten times a
 * second for all that run.
 */
#include "net/http_int.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "base/banned.h"

/* Less than the lowest speed over the last HTTP_LOW_SPEED_S whole seconds. */
static bool
too_slow(struct http_transfer *t, int64_t now_ms)
{
	int64_t s = (now_ms - t->first_ms) / 1000;

	for (; t->speed_s <= s; t->speed_s++) {
		uint64_t *past = &t->received[t->speed_s % HTTP_LOW_SPEED_S];

		if (t->speed_s >= HTTP_LOW_SPEED_S &&
		    t->bytes - *past < HTTP_LOW_SPEED_BYTES * HTTP_LOW_SPEED_S)
			return true;
		*past = t->bytes;
	}
	return false;
}

/*
 * Chunk extensions and the like never reach our callbacks; the kernel's count of the connection shows
 * them. HTTP/2 shares its connection and has frames of bounded size.
 */
static bool
floods(struct http_transfer *t)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	uint64_t got, bound;
	int unread = 0;

	if (t->fd < 0 || t->http2 || getsockopt(t->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
	    len < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received))
		return false;
	got = info.tcpi_bytes_received;
	if (t->socket_from == 0)
		t->socket_from = got > t->bytes ? got - t->bytes + 1 : 1;
	got -= t->socket_from - 1;
	bound = HTTP_FRAMING_SHARE * t->bytes + HTTP_FRAMING_MAX;
	if (got <= bound || ioctl(t->fd, FIONREAD, &unread) != 0)
		return false;
	return got - (uint64_t)unread > bound;	/* while a body waits for its turn, megabytes stand in the kernel */
}

void
transfer_check_limits(struct http_transfer *t, int64_t now_ms)
{
	struct err *err = &t->answer.err;
	int64_t theirs_ms = now_ms - t->waited_ms;	/* time in which the server could send */

	if (theirs_ms - t->start_ms >= t->total_ms)
		err_set(err, ERR_TEMPORARY, "not finished within %u s", (t->total_ms + 999) / 1000);
	else if (t->asked_ms == 0 && now_ms - t->hop_ms >= (int64_t)t->connect_ms + 2 * HTTP_TICK_MS)
		explain(t, CURLE_OPERATION_TIMEDOUT, err);
	else if (t->asked_ms != 0 && t->first_ms == 0 && theirs_ms - t->asked_ms >= t->first_byte_ms)
		err_set(err, ERR_TEMPORARY, "%s sent no answer within %u s", t->answer.address,
		    (t->first_byte_ms + 999) / 1000);
	else if (t->first_ms != 0 && !t->ended && too_slow(t, theirs_ms))
		err_set(err, ERR_TEMPORARY, "%s sent less than %d bytes a second for %d s",
		    t->answer.address, HTTP_LOW_SPEED_BYTES, HTTP_LOW_SPEED_S);
	else if (t->first_ms != 0 && floods(t))
		err_set(err, ERR_LIMIT, "%s sends framing without content", t->answer.address);
	if (err->class == ERR_NONE)
		return;
	curl_multi_remove_handle(t->http->multi, t->easy);
	transfer_finish(t);
}
