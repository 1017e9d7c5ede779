#include "daemon/body.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/banned.h"

void
body_take_validators(struct body *b, const struct http_answer *a)
{
	b->etag = xstrdup(a->etag);
	b->last_modified = xstrdup(a->last_modified);
	b->status = a->status;
}

void
body_take(struct body *b, struct http_answer *a)
{
	body_take_validators(b, a);
	b->url = xstrdup(a->url);
	b->content_type = xstrdup(a->content_type);
	b->doubtful_end = a->close_delimited;
	b->hops = xcalloc(a->hops_count + 1, sizeof(char *));
	for (size_t i = 0; i < a->hops_count; i++)
		b->hops[b->hops_count++] = xstrdup(a->hops[i].url);
	b->bytes = buf_take(&a->body, &b->len);
	digest_sha256(b->bytes, b->len, b->hash);
}

void
body_done(struct body *b)
{
	free(b->bytes);
	free(b->url);
	free(b->content_type);
	free(b->etag);
	free(b->last_modified);
	for (size_t i = 0; i < b->hops_count; i++)
		free(b->hops[i]);
	free(b->hops);
	*b = (struct body){ 0 };
}
