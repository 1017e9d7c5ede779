#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#include "base/mem.h"
#include "cli/warc.h"
#include "net/inflate.h"
#include "base/banned.h"

#define HEAD_MAX ((size_t)64 << 10)
#define RATIO_MAX 1000
#define RATIO_FROM ((size_t)1 << 20)

struct warc {
	gzFile f;
	char *path;
	struct buf head, block;
};

int
warc_open(const char *path, struct warc **ret, struct err *reterr)
{
	struct warc *w = xcalloc(1, sizeof(*w));

	w->path = xstrdup(path);
	w->head = (struct buf)BUF_INIT(HEAD_MAX);
	w->block = (struct buf)BUF_INIT(WARC_BLOCK_MAX);
	if ((w->f = gzopen(path, "rbe")) == NULL) {
		warc_close(w);
		return err_set(reterr, ERR_LOCAL, "cannot read %s", path);
	}
	*ret = w;
	return 0;
}

void
warc_close(struct warc *w)
{
	if (w == NULL)
		return;
	if (w->f != NULL)
		gzclose(w->f);
	buf_done(&w->head);
	buf_done(&w->block);
	free(w->path);
	free(w);
}

/* The field's value in a head whose lines end in NUL; NULL when it has none. */
static const char *
field(const struct buf *head, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = head->data, *end = p + head->len; p < end; p += strlen(p) + 1)
		if (strncasecmp(p, name, n) == 0 && p[n] == ':')
			return p + n + 1 + strspn(p + n + 1, " \t");
	return NULL;
}

/* Lines up to the empty one; each ends in NUL. 1, 0 at the end of the file, -1. */
static int
read_head(struct warc *w, struct err *reterr)
{
	char line[8192];

	buf_clear(&w->head);
	while (gzgets(w->f, line, sizeof(line)) != NULL) {
		size_t n = strcspn(line, "\r\n");

		if (n == 0 && w->head.len == 0)
			continue;	/* between two records */
		if (n == 0)
			return 1;
		if (line[n] == '\0' || buf_add(&w->head, line, n) < 0 || buf_add(&w->head, "", 1) < 0)
			return err_set(reterr, ERR_INPUT, "%s: the head of a record is too long", w->path);
	}
	if (w->head.len == 0 && gzeof(w->f))
		return 0;
	return err_set(reterr, ERR_INPUT, "%s ends within a record, or is damaged", w->path);
}

static int
read_block(struct warc *w, uint64_t length, bool *ret_cut, struct err *reterr)
{
	char chunk[65536];

	buf_clear(&w->block);
	*ret_cut = length > WARC_BLOCK_MAX - 1;
	while (length > 0) {
		unsigned want = length < sizeof(chunk) ? (unsigned)length : (unsigned)sizeof(chunk);
		int n = gzread(w->f, chunk, want);

		if (n <= 0)
			return err_set(reterr, ERR_INPUT, "%s ends within a record, or is damaged", w->path);
		if (!*ret_cut)
			buf_add(&w->block, chunk, (size_t)n);
		length -= (uint64_t)n;
	}
	return 0;
}

int
warc_next(struct warc *w, struct warc_record *ret, struct err *reterr)
{
	const char *length;
	uint64_t n;
	char *end;
	int rc = read_head(w, reterr);

	if (rc <= 0)
		return rc;
	if (strncmp(w->head.data, "WARC/1.", 7) != 0)
		return err_set(reterr, ERR_INPUT, "%s is no WARC file of version 1", w->path);
	length = field(&w->head, "Content-Length");
	n = length != NULL ? strtoull(length, &end, 10) : 0;
	if (length == NULL || *length < '0' || *length > '9' || *end != '\0')
		return err_set(reterr, ERR_INPUT, "%s: a record has no length", w->path);
	*ret = (struct warc_record){ .type = field(&w->head, "WARC-Type"), .url = field(&w->head, "WARC-Target-URI"),
		.date = field(&w->head, "WARC-Date"), .content_type = field(&w->head, "Content-Type"),
		.profile = field(&w->head, "WARC-Profile"), .digest = field(&w->head, "WARC-Payload-Digest"),
		.block = &w->block };
	if (read_block(w, n, &ret->cut, reterr) < 0)
		return -1;
	ret->at = (int64_t)gzoffset(w->f);
	return 1;
}

/* ---- the page in it ---- */

/* RFC 9112, 7.1: sizes in hex, extensions and trailers of no interest. */
static int
dechunk(const char *p, size_t n, struct buf *out, struct err *reterr)
{
	for (;;) {
		const char *nl = memchr(p, '\n', n);
		unsigned long long size;
		char *end;

		if (nl == NULL)
			break;
		size = strtoull(p, &end, 16);
		if (end == p || size > (size_t)(n - (size_t)(nl + 1 - p)))
			break;
		if (size == 0)
			return 0;
		buf_add(out, nl + 1, (size_t)size);
		n -= (size_t)(nl + 1 - p) + (size_t)size;
		p = nl + 1 + size;
		while (n > 0 && (*p == '\r' || *p == '\n')) {
			p++;
			n--;
		}
	}
	return err_set(reterr, ERR_INPUT, "a response ends within a chunk");
}

/* The lines of a message's head, each ended by NUL; the bytes that it takes, or 0. */
static size_t
http_head(const struct buf *block, struct buf *head)
{
	const char *p = buf_str(block), *end = p + block->len;

	while (p < end) {
		const char *line = p, *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = nl != NULL ? (size_t)(nl - p) : 0;

		if (nl == NULL)
			return 0;
		n -= n > 0 && p[n - 1] == '\r';
		p = nl + 1;
		if (n == 0)
			return (size_t)(p - buf_str(block));
		if (memchr(line, '\0', n) != NULL || buf_add(head, line, n) < 0 || buf_add(head, "", 1) < 0)
			return 0;
	}
	return 0;
}

static int
http_body(const char *p, size_t n, const struct buf *head, struct buf *ret, struct err *reterr)
{
	const char *transfer = field(head, "Transfer-Encoding"), *coding = field(head, "Content-Encoding");
	struct buf plain = BUF_INIT(WARC_BLOCK_MAX);
	enum inflate_kind kind = INFLATE_NONE;
	int rc = 0;

	if (transfer != NULL && strcasestr(transfer, "chunked") != NULL) {
		/* Some writers undo it and keep the field. */
		if (dechunk(p, n, &plain, NULL) == 0) {
			p = buf_str(&plain);
			n = plain.len;
		}
	}
	if (inflate_kind_of(coding, &kind, reterr) < 0) {
		rc = -1;
	} else if (kind == INFLATE_NONE || (n > 1 && kind == INFLATE_GZIP && memcmp(p, "\x1f\x8b", 2) != 0)) {
		buf_add(ret, p, n);
	} else {
		struct inflate *z = inflate_new(kind, RATIO_MAX, RATIO_FROM);
		size_t used;

		if (inflate_feed(z, p, n, SIZE_MAX, ret, &used, reterr) < 0 || inflate_finish(z, reterr) < 0)
			rc = -1;
		inflate_free(z);
	}
	if (rc < 0 && reterr != NULL)
		reterr->class = ERR_INPUT;
	buf_done(&plain);
	return rc;
}

static int
http_page(const struct warc_record *r, struct buf *ret_body, char **ret_type, struct err *reterr)
{
	struct buf head = BUF_INIT(HEAD_MAX);
	size_t at = http_head(r->block, &head);
	const char *space = at > 0 ? strchr(head.data, ' ') : NULL;
	int rc = 0;

	if (at == 0 || strncmp(head.data, "HTTP/", 5) != 0 || space == NULL) {
		rc = err_set(reterr, ERR_INPUT, "a response without a head");
	} else if (strncmp(space + 1, "200", 3) == 0) {
		rc = http_body(buf_str(r->block) + at, r->block->len - at, &head, ret_body, reterr);
		if (rc == 0)
			*ret_type = xstrdup(field(&head, "Content-Type"));
		rc = rc == 0 ? 1 : -1;
	}
	buf_done(&head);
	return rc;
}

int
warc_page(const struct warc_record *r, struct buf *ret_body, char **ret_type, struct err *reterr)
{
	*ret_type = NULL;
	buf_clear(ret_body);
	if (r->type == NULL || r->url == NULL)
		return 0;
	if (r->cut)
		return err_set(reterr, ERR_INPUT, "a record of more than %zu bytes", WARC_BLOCK_MAX);
	if (strcmp(r->type, "response") == 0 && r->content_type != NULL &&
	    strncasecmp(r->content_type, "application/http", 16) == 0)
		return http_page(r, ret_body, ret_type, reterr);
	if (strcmp(r->type, "resource") != 0)
		return 0;
	buf_add(ret_body, buf_str(r->block), r->block->len);
	*ret_type = xstrdup(r->content_type);
	return 1;
}
