/* discover: bytes of a source to candidates. */
#include <string.h>
#include "base/mem.h"
#include "discover/discover.h"
#include "discover/discover_int.h"
#include "base/banned.h"

typedef int (*read_fn)(const char *, size_t, const struct discover_opts *, struct candidates *,
    struct err *);

static const struct {
	read_fn read;
	size_t max;
	const char *what;
} readers[KIND_COUNT] = {
	[KIND_LISTING] = { listing_read, DISCOVER_MAX_LINKS, "an HTML page" },
	[KIND_FEED] = { feed_read, DISCOVER_MAX_LINKS, "a feed" },
	[KIND_SITEMAP] = { sitemap_read, DISCOVER_MAX_SITEMAP, "a sitemap" },
	[KIND_PAGE] = { page_read, 1, "a page" },
};

static int
check_kind(enum source_kind wanted, enum source_kind found, struct err *reterr)
{
	if (wanted == KIND_PAGE || wanted == found)
		return 0;
	return err_set(reterr, ERR_INPUT, "%s stands where %s was expected (kind: %s)",
	    readers[found].what, readers[wanted].what, source_kind_name(wanted));
}

int
discover(const char *p, size_t n, const struct discover_opts *opts, struct candidates **ret,
    struct err *reterr)
{
	CLEANUP(candidates_freep) struct candidates *c = NULL;
	struct discover_opts o = *opts;
	enum source_kind found;
	size_t i = 0;

	while (i < n && strchr(" \t\r\n", p[i]) != NULL)
		i++;
	if (i == n)
		return err_set(reterr, ERR_INPUT, n == 0 ? "the body is empty (0 bytes)" :
		    "the body holds nothing but blanks");
	found = discover_sniff(p, n, opts->content_type);
	if (o.kind == KIND_AUTO)
		o.kind = found;
	if (check_kind(o.kind, found, reterr) < 0)
		return -1;
	if (o.url == NULL)
		o.url = "";
	if (o.max == 0)
		o.max = readers[o.kind].max;
	c = candidates_new();
	c->kind = o.kind;
	if (readers[o.kind].read(p, n, &o, c, reterr) < 0)
		return -1;
	*ret = c;
	c = NULL;
	return 0;
}
