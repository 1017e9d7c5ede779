/* inflate: over zlib; see the header. */
#include "net/inflate.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/banned.h"

enum where {
	W_HEAD,		/* deflate: the first two bytes tell zlib from raw */
	W_STREAM,
	W_AFTER,	/* a whole stream was read; another gzip member may follow */
	W_REST,		/* what follows is no member: dropped, the content is whole */
};

struct inflate {
	z_stream z;
	enum inflate_kind kind;
	enum where where;
	bool open;
	uint8_t head[2];
	size_t head_len;
	size_t max_ratio, ratio_from;
	size_t in, out;
	size_t offered;		/* in, and what the present call may still take */
	size_t stop;		/* out at which the present call has done enough */
	bool more;		/* the stream stopped for want of room */
};

int
inflate_kind_of(const char *s, enum inflate_kind *ret, struct err *reterr)
{
	enum inflate_kind kind = INFLATE_NONE;
	const char *all = s;

	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, ",");
		const char *next = s[n] == ',' ? s + n + 1 : s + n;

		while (n > 0 && (*s == ' ' || *s == '\t'))
			s++, n--;
		while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
			n--;
		if (n > 0 && !(n == 8 && strncasecmp(s, "identity", 8) == 0)) {
			if (kind != INFLATE_NONE)
				return err_set(reterr, ERR_LIMIT,
				    "more than one content encoding: %.80s", all);
			if ((n == 4 && strncasecmp(s, "gzip", 4) == 0) ||
			    (n == 6 && strncasecmp(s, "x-gzip", 6) == 0))
				kind = INFLATE_GZIP;
			else if (n == 7 && strncasecmp(s, "deflate", 7) == 0)
				kind = INFLATE_DEFLATE;
			else
				return err_set(reterr, ERR_TEMPORARY,
				    "unknown content encoding: %.80s", all);
		}
		s = next;
	}
	*ret = kind;
	return 0;
}

struct inflate *
inflate_new(enum inflate_kind kind, size_t max_ratio, size_t ratio_from)
{
	struct inflate *z = xcalloc(1, sizeof(*z));

	z->kind = kind;
	z->max_ratio = max_ratio;
	z->ratio_from = ratio_from;
	z->where = kind == INFLATE_GZIP ? W_STREAM : W_HEAD;
	return z;
}

void
inflate_free(struct inflate *z)
{
	if (z == NULL)
		return;
	if (z->open)
		inflateEnd(&z->z);
	free(z);
}

static int
open_stream(struct inflate *z, int window_bits, struct err *reterr)
{
	if (z->open)
		inflateEnd(&z->z);
	memset(&z->z, 0, sizeof(z->z));
	z->open = inflateInit2(&z->z, window_bits) == Z_OK;
	z->where = W_STREAM;
	return z->open ? 0 : err_set(reterr, ERR_LOCAL, "zlib could not start");
}

/* Decode until the input is used up, the stream ends or enough came out. */
static int
run(struct inflate *z, const uint8_t **p, size_t *n, struct buf *out, struct err *reterr)
{
	uint8_t chunk[INFLATE_STEP];
	int rc = Z_OK;

	z->z.next_in = (Bytef *)(uintptr_t)*p;
	z->z.avail_in = (uInt)*n;
	do {
		size_t got, room;

		z->z.next_out = chunk;
		z->z.avail_out = sizeof(chunk);
		rc = inflate(&z->z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return err_set(reterr, ERR_TEMPORARY, "the compressed content is corrupt: %s",
			    z->z.msg != NULL ? z->z.msg : "bad stream");
		got = sizeof(chunk) - z->z.avail_out;
		z->out += got;
		if (z->out > z->ratio_from && z->out / z->max_ratio > z->offered)
			return err_set(reterr, ERR_LIMIT, "the content is compressed over %zu to 1",
			    z->max_ratio);
		room = out->max > out->len ? out->max - out->len : 0;
		if (got > room) {
			buf_add(out, chunk, room);
			out->full = true;
			return err_set(reterr, ERR_LIMIT, "the content is over %zu bytes when "
			    "decompressed", out->max);
		}
		buf_add(out, chunk, got);
		z->more = rc == Z_OK && (z->z.avail_in > 0 || z->z.avail_out == 0);
	} while (z->more && z->out < z->stop);
	*p += *n - z->z.avail_in;
	*n = z->z.avail_in;
	if (rc == Z_STREAM_END) {
		z->where = z->kind == INFLATE_GZIP ? W_AFTER : W_REST;
		z->head_len = 0;
	}
	return 0;
}

/* Gather the two bytes that tell formats apart. True when both are there. */
static bool
gather(struct inflate *z, const uint8_t **p, size_t *n)
{
	while (z->head_len < 2 && *n > 0) {
		z->head[z->head_len++] = *(*p)++;
		(*n)--;
	}
	return z->head_len == 2;
}

/* Begin the stream that head announces and feed it those two bytes. */
static int
begin(struct inflate *z, int window_bits, struct buf *out, struct err *reterr)
{
	const uint8_t *p = z->head;
	size_t n = 2;

	if (open_stream(z, window_bits, reterr) < 0)
		return -1;
	return run(z, &p, &n, out, reterr);
}

/* One step of the format; -1 with the error. */
static int
step(struct inflate *z, const uint8_t **p, size_t *n, struct buf *out, struct err *reterr)
{
	switch (z->where) {
	case W_HEAD:	/* RFC 1950 2.2: method 8 and a check; else raw, as some servers send it */
		if (!gather(z, p, n))
			break;
		return begin(z, (z->head[0] & 0x0f) == 8 && (z->head[0] * 256 + z->head[1]) % 31 == 0 ?
		    MAX_WBITS : -MAX_WBITS, out, reterr);
	case W_STREAM:
		if (!z->open && open_stream(z, MAX_WBITS + 16, reterr) < 0)
			return -1;
		return run(z, p, n, out, reterr);
	case W_AFTER:
		if (!gather(z, p, n))
			break;
		if (z->head[0] == 0x1f && z->head[1] == 0x8b)
			return begin(z, MAX_WBITS + 16, out, reterr);
		z->where = W_REST;
		break;
	case W_REST:
		*p += *n;
		*n = 0;
		break;
	}
	return 0;
}

int
inflate_feed(struct inflate *z, const void *data, size_t n, size_t piece, struct buf *out, size_t *ret_used,
    struct err *reterr)
{
	const uint8_t *p = data;
	size_t left = n;

	z->offered = z->in + n;
	z->stop = piece < SIZE_MAX - z->out ? z->out + piece : SIZE_MAX;
	while ((left > 0 || z->more) && z->out < z->stop)
		if (step(z, &p, &left, out, reterr) < 0)
			return -1;
	z->in += n - left;
	*ret_used = n - left;
	return left > 0 || z->more;
}

int
inflate_finish(struct inflate *z, struct err *reterr)
{
	if (z->in == 0 || z->where == W_AFTER || z->where == W_REST)
		return 0;
	return err_set(reterr, ERR_TEMPORARY, "the compressed content was cut");
}
