#include "discover/discover_int.h"
int
listing_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	return 0;
}
