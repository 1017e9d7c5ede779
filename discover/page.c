/* page: a source that is one document: the page itself is the only candidate. */
#include <string.h>
#include "base/mem.h"
#include "base/url.h"
#include "discover/discover_int.h"
#include "base/banned.h"

int
page_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	char *url = url_resolve(opts->url, opts->url);
	struct candidate *one;

	(void)p;
	(void)n;
	if (url == NULL)
		return err_set(reterr, ERR_INPUT, "\"%s\" is no http address", opts->url);
	one = candidates_add(c);
	one->url = url;
	one->why = xstrdup("the page itself");
	return 0;
}
