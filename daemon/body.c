#include "daemon/body.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
	http_answer_hash(a, b->hash);
	b->bytes = buf_take(&a->body, &b->len);
	b->share = a->share;
	a->share = NULL;
}

#define TAIL 4096	/* servers add comments and counters after the end tag */

static bool
has_tag(const char *p, size_t n, const char *tag)
{
	size_t len = strlen(tag);

	for (; n >= len; p++, n--)
		if (*p == '<' && strncasecmp(p, tag, len) == 0)
			return true;
	return false;
}

enum body_end
body_end(const struct body *b)
{
	size_t tail = b->len < TAIL ? b->len : TAIL, end = b->len;

	if (b->len == 0 || (b->content_type != NULL && strcasestr(b->content_type, "html") == NULL) ||
	    !has_tag(b->bytes, tail, "<html"))
		return BODY_WHOLE;
	if (has_tag(b->bytes + b->len - tail, tail, "</html") || has_tag(b->bytes + b->len - tail, tail, "</body"))
		return BODY_WHOLE;
	if (b->doubtful_end)
		return BODY_CUT;
	while (end > 0 && strchr(" \t\r\n", b->bytes[end - 1]) != NULL)
		end--;
	return end > 0 && b->bytes[end - 1] == '>' ? BODY_WHOLE : BODY_ODD;
}

void
body_done(struct body *b)
{
	free(b->bytes);
	http_share_free(b->share);
	free(b->url);
	free(b->content_type);
	free(b->etag);
	free(b->last_modified);
	for (size_t i = 0; i < b->hops_count; i++)
		free(b->hops[i]);
	free(b->hops);
	*b = (struct body){ 0 };
}
