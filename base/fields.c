#include "base/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/banned.h"

#define NUM_BYTES_MAX 10	/* 64 bits, seven a byte */

void
fields_put_num(struct buf *b, uint64_t n)
{
	char out[NUM_BYTES_MAX];
	size_t len = 0;

	for (; n >= 0x80; n >>= 7)
		out[len++] = (char)(n | 0x80);
	out[len++] = (char)n;
	buf_add(b, out, len);
}

/* Small ones of either sign are short: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
void
fields_put_int(struct buf *b, int64_t n)
{
	fields_put_num(b, (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

void
fields_put_str(struct buf *b, const char *s)
{
	CLEANUP(freep) char *clean = NULL;
	size_t n;

	if (s == NULL) {
		fields_put_num(b, 0);
		return;
	}
	n = strlen(s);
	if (!utf8_valid(s, n)) {
		s = clean = unicode_clean(s, n);
		n = strlen(s);
	}
	fields_put_num(b, (uint64_t)n + 1);
	buf_add(b, s, n + 1);
}

void
fields_put_strs(struct buf *b, char *const *list, size_t n)
{
	fields_put_num(b, n);
	for (size_t i = 0; i < n; i++)
		fields_put_str(b, list[i]);
}

void
fields_init(struct fields *f, const char *p, size_t n)
{
	f->p = p;
	f->end = p + n;
	f->bad = false;
}

void
fields_spoil(struct fields *f)
{
	f->bad = true;
	f->p = f->end;
}

uint64_t
fields_num(struct fields *f, uint64_t max)
{
	uint64_t n = 0;
	unsigned char c;

	for (unsigned shift = 0; f->p < f->end; shift += 7) {
		c = (unsigned char)*f->p++;
		if (shift == 63 && c > 1)	/* more than 64 bits */
			break;
		n |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			if (n <= max)
				return n;
			break;
		}
	}
	fields_spoil(f);
	return 0;
}

int64_t
fields_int(struct fields *f)
{
	uint64_t n = fields_num(f, UINT64_MAX);

	return (int64_t)(n >> 1 ^ ((n & 1) != 0 ? UINT64_MAX : 0));
}

bool
fields_flag(struct fields *f)
{
	return fields_num(f, 1) != 0;
}

static const char *
string(struct fields *f, size_t *ret_len)
{
	size_t n = (size_t)fields_num(f, (uint64_t)(f->end - f->p));
	const char *s = f->p;

	if (n == 0)
		return NULL;
	if (n > (size_t)(f->end - s) || strnlen(s, n) != n - 1 || !utf8_valid(s, n - 1)) {
		fields_spoil(f);
		return NULL;
	}
	f->p += n;
	*ret_len = n - 1;
	return s;
}

const char *
fields_str(struct fields *f)
{
	size_t n;

	return string(f, &n);
}

char *
fields_copy(struct fields *f)
{
	size_t n;
	const char *s = string(f, &n);

	return s != NULL ? xmemdup(s, n) : NULL;
}

void
fields_strs(struct fields *f, size_t max, char ***ret_list, size_t *ret_count)
{
	size_t left = (size_t)(f->end - f->p);
	size_t n = (size_t)fields_num(f, left < max ? left : max);	/* none is shorter than a byte */

	*ret_list = n > 0 ? xcalloc(n, sizeof(**ret_list)) : NULL;
	*ret_count = 0;
	while (*ret_count < n && !f->bad) {
		char *s = fields_copy(f);

		if (s == NULL)
			fields_spoil(f);
		else
			(*ret_list)[(*ret_count)++] = s;
	}
}

bool
fields_end(const struct fields *f)
{
	return !f->bad && f->p == f->end;
}
