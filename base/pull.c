#include "base/pull.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/banned.h"

#define PIECE (64u << 10)

static ssize_t
mem_read(void *arg, char *p, size_t n, struct err *reterr)
{
	struct pull_mem *m = arg;

	if (n > m->n)
		n = m->n;
	if (n > 0)
		memcpy(p, m->p, n);
	m->p += n;
	m->n -= n;
	return (ssize_t)n;
}

struct pull
pull_of_mem(struct pull_mem *m)
{
	return (struct pull){ mem_read, m };
}

int
pull_all(struct pull from, struct buf *out, struct err *reterr)
{
	CLEANUP(freep) char *piece = xmalloc(PIECE);
	size_t before = out->len;
	ssize_t n;

	while ((n = from.read(from.arg, piece, PIECE, reterr)) > 0)
		if (buf_add(out, piece, (size_t)n) < 0) {
			n = err_set(reterr, ERR_LIMIT, "more than %zu bytes", out->max);
			break;
		}
	if (n < 0)
		buf_cut(out, before);
	return n < 0 ? -1 : 0;
}

void
pull_head_init(struct pull_head *h, struct pull from, size_t max)
{
	*h = (struct pull_head){ .from = from };
	buf_init(&h->head, max);
}

void
pull_head_done(struct pull_head *h)
{
	buf_done(&h->head);
}

int
pull_head_fill(struct pull_head *h, size_t want, struct err *reterr)
{
	struct buf *b = &h->head;
	ssize_t n;

	if (want > b->max)
		return err_set(reterr, ERR_LIMIT, "a head of %zu bytes is over the limit of %zu", want, b->max);
	if (want > b->len)
		buf_reserve(b, want - b->len);
	while (!h->ended && b->len < want) {
		n = h->from.read(h->from.arg, b->data + b->len, want - b->len, reterr);
		if (n < 0)
			return -1;
		h->ended = n == 0;
		b->len += (size_t)n;
	}
	if (b->data != NULL)
		b->data[b->len] = '\0';
	return 0;
}

static ssize_t
head_read(void *arg, char *p, size_t n, struct err *reterr)
{
	struct pull_head *h = arg;
	size_t left = h->head.len - h->at;

	if (left == 0)
		return h->ended ? 0 : h->from.read(h->from.arg, p, n, reterr);
	if (n > left)
		n = left;
	memcpy(p, h->head.data + h->at, n);
	h->at += n;
	return (ssize_t)n;
}

struct pull
pull_of_head(struct pull_head *h)
{
	return (struct pull){ head_read, h };
}
