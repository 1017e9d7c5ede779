#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/banned.h"

#define BUF_FIRST 64	/* bytes of the first allocation */

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT(max);
}

void
buf_done(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Room for total bytes and the NUL; total is at most the ceiling. */
static void
grow(struct buf *b, size_t total)
{
	size_t cap = b->cap;

	if (total < b->cap)
		return;
	if (cap < BUF_FIRST)
		cap = BUF_FIRST;
	while (cap <= total)
		cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
	if (b->max < SIZE_MAX && cap > b->max + 1)
		cap = b->max + 1;
	b->data = xrealloc(b->data, cap);
	b->cap = cap;
	b->data[b->len] = '\0';
}

void
buf_reserve(struct buf *b, size_t more)
{
	if (more > b->max - b->len)
		more = b->max - b->len;
	grow(b, b->len + more);
}

int
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n > b->max - b->len || b->len + n == SIZE_MAX) {
		b->full = true;
		return -1;
	}
	if (b->len + n >= b->cap)
		grow(b, b->len + n);
	if (n > 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = buf_addv(b, fmt, ap);
	va_end(ap);
	return rc;
}

int
buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	char small[256], *large;
	va_list again;
	int n, rc;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n < 0) {	/* a bug of ours in fmt: nothing sensible to add */
		b->full = true;
		rc = -1;
	} else if ((size_t)n < sizeof(small)) {
		rc = buf_add(b, small, (size_t)n);
	} else if ((size_t)n > b->max - b->len) {
		b->full = true;
		rc = -1;
	} else {
		large = xmalloc((size_t)n + 1);
		vsnprintf(large, (size_t)n + 1, fmt, again);
		rc = buf_add(b, large, (size_t)n);
		free(large);
	}
	va_end(again);
	return rc;
}

void
buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

void
buf_rtrim(struct buf *b)
{
	size_t n = b->len;

	while (n > 0 && strchr(" \t\r\n\f\v", b->data[n - 1]) != NULL && b->data[n - 1] != '\0')
		n--;
	buf_cut(b, n);
}

const char *
buf_str(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

char *
buf_take(struct buf *b, size_t *ret_len)
{
	char *data = b->data != NULL ? b->data : xstrdup("");

	if (ret_len != NULL)
		*ret_len = b->len;
	buf_init(b, b->max);
	return data;
}
