/* discover: bytes of a source to candidates. */
#include <string.h>
#include "base/mem.h"
#include "base/pattern.h"
#include "discover/discover.h"
#include "discover/discover_int.h"
#include "base/banned.h"

typedef int (*read_fn)(const char *, size_t, const struct discover_opts *, struct candidates *,
    struct err *);

#define HEAD_BYTES (256u << 10)	/* looked at before the rest is asked for */

static const struct {
	read_fn read;		/* NULL: as a stream */
	size_t max;
	const char *what;
} readers[KIND_COUNT] = {
	[KIND_LISTING] = { listing_read, DISCOVER_MAX_LINKS, "an HTML page" },
	[KIND_FEED] = { feed_read, DISCOVER_MAX_LINKS, "a feed" },
	[KIND_SITEMAP] = { NULL, DISCOVER_MAX_SITEMAP, "a sitemap" },
	[KIND_PAGE] = { page_read, 1, "a page" },
};

void
discover_refuse(struct candidates *c, const struct discover_opts *o)
{
	size_t kept = 0;

	if (o->include_count + o->exclude_count == 0)
		return;
	for (size_t i = 0; i < c->count; i++) {
		const char *url = c->list[i].url;

		if ((o->include_count > 0 && !pattern_any(o->include, o->include_count, url)) ||
		    pattern_any(o->exclude, o->exclude_count, url))
			candidate_clear(&c->list[i]);
		else
			c->list[kept++] = c->list[i];
	}
	c->refused += c->count - kept;
	c->count = kept;
	kept = 0;
	for (size_t i = 0; i < c->more_count; i++) {
		if (c->kind == KIND_SITEMAP && pattern_any(o->exclude, o->exclude_count, c->more[i]))
			free(c->more[i]);
		else
			c->more[kept++] = c->more[i];
	}
	c->more_count = kept;
}

static int
check_kind(enum source_kind wanted, enum source_kind found, struct err *reterr)
{
	if (wanted == KIND_PAGE || wanted == found)
		return 0;
	return err_set(reterr, ERR_INPUT, "%s stands where %s was expected (kind: %s)",
	    readers[found].what, readers[wanted].what, source_kind_name(wanted));
}

/* What to read it as, checked against what opts want; o is opts with defaults filled in. */
static int
settle(const char *p, size_t n, const struct discover_opts *opts, struct discover_opts *o, struct err *reterr)
{
	enum source_kind found;
	size_t i = 0;

	while (i < n && strchr(" \t\r\n", p[i]) != NULL)
		i++;
	if (i == n)
		return err_set(reterr, ERR_INPUT, n == 0 ? "the body is empty (0 bytes)" :
		    "the body holds nothing but blanks");
	found = discover_sniff(p, n, opts->content_type);
	*o = *opts;
	if (o->kind == KIND_AUTO)
		o->kind = found;
	if (check_kind(o->kind, found, reterr) < 0)
		return -1;
	if (o->url == NULL)
		o->url = "";
	if (o->max == 0)
		o->max = readers[o->kind].max;
	return 0;
}

/* head holds all there is, unless the kind is read as a stream. */
static int
read_kind(struct pull_head *head, const struct discover_opts *o, const struct discover_parts *parts,
    struct candidates **ret, struct err *reterr)
{
	CLEANUP(candidates_freep) struct candidates *c = candidates_new();
	const struct buf *b = &head->head;
	int rc;

	c->kind = o->kind;
	if (readers[o->kind].read == NULL)
		rc = sitemap_read(pull_of_head(head), o, parts, c, reterr);
	else
		rc = readers[o->kind].read(buf_str(b), b->len, o, c, reterr);
	if (rc < 0)
		return -1;
	discover_refuse(c, o);
	*ret = c;
	c = NULL;
	return 0;
}

int
discover(const char *p, size_t n, const struct discover_opts *opts, struct candidates **ret,
    struct err *reterr)
{
	/* The head of a pull whose end has come: nothing is copied. */
	struct pull_head head = { .head = { .data = (char *)p, .len = n }, .ended = true };
	struct discover_opts o;

	if (settle(p, n, opts, &o, reterr) < 0)
		return -1;
	return read_kind(&head, &o, NULL, ret, reterr);
}

int
discover_pull(struct pull_head *head, size_t size, const struct discover_opts *opts, const struct discover_parts *parts,
    struct candidates **ret, struct err *reterr)
{
	struct discover_opts o;

	if (pull_head_fill(head, size < HEAD_BYTES ? size : HEAD_BYTES, reterr) < 0 ||
	    settle(buf_str(&head->head), head->head.len, opts, &o, reterr) < 0)
		return -1;
	if (readers[o.kind].read != NULL && pull_head_fill(head, size, reterr) < 0)
		return -1;
	return read_kind(head, &o, parts, ret, reterr);
}
