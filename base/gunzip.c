/* gunzip: a stage of pull over zlib; see pull.h. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/pull.h"
#include "base/banned.h"

#define CHUNK (32u << 10)	/* compressed bytes asked for at once */
#define MEMBER_HEAD 2		/* bytes that tell another member from padding */

struct gunzip {
	struct pull from;
	z_stream z;
	bool open;		/* a member is being read */
	bool ended;		/* nothing comes any more */
	size_t max, left;	/* bytes that may come out, and still may */
	unsigned char in[CHUNK];
};

struct gunzip *
gunzip_new(struct pull from, size_t max_bytes)
{
	struct gunzip *z = xcalloc(1, sizeof(*z));

	z->from = from;
	z->max = z->left = max_bytes;
	z->z.next_in = z->in;
	return z;
}

void
gunzip_free(struct gunzip *z)
{
	if (z == NULL)
		return;
	if (z->open)
		inflateEnd(&z->z);
	free(z);
}

/* More input behind what is left of the last. 1, 0 at the end, -1. */
static int
more_input(struct gunzip *z, struct err *reterr)
{
	ssize_t n;

	memmove(z->in, z->z.next_in, z->z.avail_in);
	n = z->from.read(z->from.arg, (char *)z->in + z->z.avail_in, sizeof(z->in) - z->z.avail_in, reterr);
	if (n < 0)
		return -1;
	z->z.next_in = z->in;
	z->z.avail_in += (uInt)n;
	return n > 0;
}

/* Begins the member that stands at the input. 1, 0 when none does, -1. */
static int
next_member(struct gunzip *z, struct err *reterr)
{
	int rc = 1;

	while (z->z.avail_in < MEMBER_HEAD && rc > 0)
		rc = more_input(z, reterr);
	if (rc < 0)
		return -1;
	if (z->z.avail_in < MEMBER_HEAD || z->z.next_in[0] != 0x1f || z->z.next_in[1] != 0x8b)
		return 0;
	z->open = inflateInit2(&z->z, MAX_WBITS + 16) == Z_OK;
	return z->open ? 1 : err_set(reterr, ERR_LOCAL, "zlib could not start");
}

/* One step, into what z.next_out has. */
static int
inflate_some(struct gunzip *z, struct err *reterr)
{
	uInt room = z->z.avail_out;
	int rc;

	if (z->z.avail_in == 0) {
		rc = more_input(z, reterr);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return err_set(reterr, ERR_INPUT, "compressed content ends before its end mark");
	}
	rc = inflate(&z->z, Z_NO_FLUSH);
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return err_set(reterr, ERR_INPUT, "compressed content is malformed");
	if (room - z->z.avail_out > z->left)
		return err_set(reterr, ERR_LIMIT, "inflated content is over %zu bytes", z->max);
	z->left -= room - z->z.avail_out;
	if (rc == Z_STREAM_END) {
		inflateEnd(&z->z);
		z->open = false;
	}
	return 0;
}

static ssize_t
gunzip_read(void *arg, char *p, size_t n, struct err *reterr)
{
	struct gunzip *z = arg;
	int rc;

	if (n > UINT_MAX)
		n = UINT_MAX;
	z->z.next_out = (unsigned char *)p;
	z->z.avail_out = (uInt)n;
	while (!z->ended && z->z.avail_out == n && n > 0) {
		if (!z->open) {
			rc = next_member(z, reterr);
			if (rc < 0)
				return -1;
			if (rc == 0) {
				z->ended = true;
				break;
			}
		}
		if (inflate_some(z, reterr) < 0)
			return -1;
	}
	return (ssize_t)(n - z->z.avail_out);
}

struct pull
pull_of_gunzip(struct gunzip *z)
{
	return (struct pull){ gunzip_read, z };
}
