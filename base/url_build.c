/* From the parts that the parser read to a struct url, and its serialised form. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url_int.h"
#include "base/banned.h"

/* An address of 1 MB read against one of 4: each byte may become %XX, and a base adds its own. */
#define PART_MAX ((size_t)8 << 20)

void
url_parts_init(struct url_parts *u)
{
	*u = (struct url_parts){
		.port = -1,
		.scheme = BUF_INIT(PART_MAX), .username = BUF_INIT(PART_MAX),
		.password = BUF_INIT(PART_MAX), .host = BUF_INIT(PART_MAX),
		.path = BUF_INIT(PART_MAX), .query = BUF_INIT(PART_MAX),
		.fragment = BUF_INIT(PART_MAX),
	};
}

void
url_parts_done(struct url_parts *u)
{
	buf_done(&u->scheme);
	buf_done(&u->username);
	buf_done(&u->password);
	buf_done(&u->host);
	buf_done(&u->path);
	buf_done(&u->query);
	buf_done(&u->fragment);
}

bool
url_parts_full(const struct url_parts *u)
{
	return u->scheme.full || u->username.full || u->password.full || u->host.full ||
	    u->path.full || u->query.full || u->fragment.full;
}

/* Appends s and a NUL at *to, moves *to behind it. */
static char *
place(char **to, const struct buf *b)
{
	char *at = *to;

	if (b->len > 0)
		memcpy(at, b->data, b->len);
	at[b->len] = '\0';
	*to += b->len + 1;
	return at;
}

static char *
append(char *to, const char *s)
{
	return stpcpy(to, s);
}

/* URL serializer (4.5). */
static void
serialise(const struct url *u, char *to)
{
	char port[16];

	to = append(append(to, u->scheme), ":");
	if (u->host != NULL) {
		to = append(to, "//");
		if (u->username[0] != '\0' || u->password[0] != '\0') {
			to = append(to, u->username);
			if (u->password[0] != '\0')
				to = append(append(to, ":"), u->password);
			to = append(to, "@");
		}
		to = append(to, u->host);
		if (u->port >= 0) {
			snprintf(port, sizeof(port), ":%d", u->port);
			to = append(to, port);
		}
	} else if (!u->opaque && u->path[0] == '/' && u->path[1] == '/') {
		to = append(to, "/.");	/* else the path would read as a host */
	}
	to = append(to, u->path);
	if (u->query != NULL)
		to = append(append(to, "?"), u->query);
	if (u->fragment != NULL)
		append(append(to, "#"), u->fragment);
}

/* One block holds the struct and all its strings. */
struct url *
url_build(const struct url_parts *u)
{
	size_t text = u->scheme.len + u->username.len + u->password.len + u->host.len +
	    u->path.len + u->query.len + u->fragment.len;
	struct url *r = xmalloc(sizeof(*r) + 2 * text + 40);
	char *to = (char *)(r + 1);

	r->scheme = place(&to, &u->scheme);
	r->username = place(&to, &u->username);
	r->password = place(&to, &u->password);
	r->host = u->has_host ? place(&to, &u->host) : NULL;
	r->port = u->port;
	r->path = place(&to, &u->path);
	r->query = u->has_query ? place(&to, &u->query) : NULL;
	r->fragment = u->has_fragment ? place(&to, &u->fragment) : NULL;
	r->opaque = u->opaque;
	r->href = to;
	serialise(r, to);
	return r;
}

void
url_free(struct url *u)
{
	free(u);
}
