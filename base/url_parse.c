/*
 * The basic URL parser (WHATWG URL 4.4), as a recursive descent over byte ranges in place of the
 * standard's machine of single characters: each state there that reads to a delimiter is one
 * function here and has its name.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/unicode.h"
#include "base/url_int.h"
#include "base/banned.h"

#define INPUT_MAX ((size_t)1 << 20)	/* bytes; an address of that length is no address */

struct parser {
	const char *p, *end;		/* what is left */
	const struct url *base;
	struct url_parts o;		/* what was read */
	struct err *reterr;
};

static const struct {
	const char *name;
	int port;
} special_schemes[] = {
	{ "https", 443 }, { "http", 80 }, { "ws", 80 }, { "wss", 443 }, { "ftp", 21 },
	{ "file", 0 },
};

int
url_default_port(const char *scheme, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(special_schemes) / sizeof(special_schemes[0]); i++)
		if (strlen(special_schemes[i].name) == n &&
		    memcmp(special_schemes[i].name, scheme, n) == 0)
			return special_schemes[i].port;
	return -1;
}

/* The character at the front, -1 at the end. */
static int
peek(const struct parser *u)
{
	return u->p < u->end ? (unsigned char)*u->p : -1;
}

static bool
is_slash(const struct parser *u, int c)
{
	return c == '/' || (c == '\\' && u->o.special);
}

static size_t
left(const struct parser *u)
{
	return (size_t)(u->end - u->p);
}

static void
set(struct buf *b, const char *s)
{
	buf_clear(b);
	buf_adds(b, s);
}

static void
copy_authority(struct parser *u)
{
	const struct url *base = u->base;

	set(&u->o.username, base->username);
	set(&u->o.password, base->password);
	u->o.has_host = base->host != NULL;
	if (u->o.has_host)
		set(&u->o.host, base->host);
	u->o.port = base->port;
}

static void
copy_query(struct parser *u)
{
	u->o.has_query = u->base->query != NULL;
	if (u->o.has_query)
		set(&u->o.query, u->base->query);
}

static void
set_scheme(struct parser *u, const char *s, size_t n)
{
	size_t i;

	buf_clear(&u->o.scheme);
	buf_add(&u->o.scheme, s, n);
	for (i = 0; i < n; i++)
		u->o.scheme.data[i] = (char)tolower((unsigned char)u->o.scheme.data[i]);
	u->o.special = url_is_special(u->o.scheme.data, n);
	u->o.file = n == 4 && memcmp(u->o.scheme.data, "file", 4) == 0;
}

/* Fragment state and query state: what follows the path, from '?' or '#' on. */
static void
read_tail(struct parser *u)
{
	const char *stop;

	if (peek(u) == '?') {
		u->p++;
		stop = memchr(u->p, '#', left(u));
		if (stop == NULL)
			stop = u->end;
		u->o.has_query = true;
		buf_clear(&u->o.query);
		url_encode(&u->o.query, u->p, (size_t)(stop - u->p),
		    u->o.special ? SET_SPECIAL_QUERY : SET_QUERY);
		u->p = stop;
	}
	if (peek(u) == '#') {
		u->p++;
		u->o.has_fragment = true;
		url_encode(&u->o.fragment, u->p, left(u), SET_FRAGMENT);
		u->p = u->end;
	}
}

/* Path state, to the end of the input. The front is the first character of a segment. */
static void
read_path(struct parser *u)
{
	const char *s;
	bool slash;
	int n_dots;

	for (;;) {
		for (s = u->p; u->p < u->end && *u->p != '?' && *u->p != '#' &&
		    !is_slash(u, (unsigned char)*u->p); u->p++)
			;
		slash = u->p < u->end && is_slash(u, (unsigned char)*u->p);
		n_dots = url_path_dots(s, (size_t)(u->p - s));
		if (n_dots == 2)
			url_path_shorten(&u->o);
		if (n_dots == 0)
			url_path_add(&u->o, s, (size_t)(u->p - s));
		else if (!slash)
			buf_addc(&u->o.path, '/');
		if (!slash)
			break;
		u->p++;
	}
	read_tail(u);
}

/* Path start state. */
static void
start_path(struct parser *u)
{
	int c = peek(u);

	if (!u->o.special && (c < 0 || c == '?' || c == '#')) {
		read_tail(u);
		return;
	}
	if (is_slash(u, c))
		u->p++;
	read_path(u);
}

static void
read_opaque_path(struct parser *u)
{
	const char *s = u->p;

	u->o.opaque = true;
	while (u->p < u->end && *u->p != '?' && *u->p != '#')
		u->p++;
	if (u->p < u->end && u->p > s && u->p[-1] == ' ') {
		/* The last blank before a query would be lost when the query goes. */
		url_encode(&u->o.path, s, (size_t)(u->p - s) - 1, SET_C0);
		buf_adds(&u->o.path, "%20");
	} else {
		url_encode(&u->o.path, s, (size_t)(u->p - s), SET_C0);
	}
	read_tail(u);
}

static int
read_port(struct parser *u, const char *s, const char *end)
{
	int port = 0;

	if (s == end)
		return 0;
	for (; s < end; s++) {
		if (!isdigit((unsigned char)*s))
			return err_set(u->reterr, ERR_INPUT, "port is no number");
		port = port * 10 + *s - '0';
		if (port > 65535)
			return err_set(u->reterr, ERR_INPUT, "port is over 65535");
	}
	u->o.port = port;
	if (u->o.special && port == url_default_port(u->o.scheme.data, u->o.scheme.len))
		u->o.port = -1;
	return 0;
}

/* Host state: "host", "host:port"; a ':' in brackets belongs to the host. */
static int
read_host(struct parser *u, const char *s, const char *end, bool after_at)
{
	const char *colon;
	bool brackets = false;

	for (colon = s; colon < end && (brackets || *colon != ':'); colon++) {
		if (*colon == '[')
			brackets = true;
		else if (*colon == ']')
			brackets = false;
	}
	u->o.has_host = true;
	if (colon == s && (u->o.special || after_at || colon < end))
		return err_set(u->reterr, ERR_INPUT, "no host");
	if (colon > s &&
	    url_host_parse(&u->o.host, s, (size_t)(colon - s), u->o.special, u->reterr) < 0)
		return -1;
	return colon < end ? read_port(u, colon + 1, end) : 0;
}

/* Authority state: "user:password@host:port"; the last '@' counts. */
static int
read_authority(struct parser *u)
{
	const char *s = u->p, *at = NULL, *colon;

	for (; u->p < u->end && *u->p != '?' && *u->p != '#' && !is_slash(u, (unsigned char)*u->p);
	    u->p++)
		if (*u->p == '@')
			at = u->p;
	if (at != NULL) {
		colon = memchr(s, ':', (size_t)(at - s));
		url_encode(&u->o.username, s, (size_t)((colon != NULL ? colon : at) - s),
		    SET_USERINFO);
		if (colon != NULL)
			url_encode(&u->o.password, colon + 1, (size_t)(at - colon - 1),
			    SET_USERINFO);
		s = at + 1;
	}
	if (read_host(u, s, u->p, at != NULL) < 0)
		return -1;
	start_path(u);
	return 0;
}

/* Special authority ignore slashes state. */
static int
read_special_authority(struct parser *u)
{
	while (u->p < u->end && (*u->p == '/' || *u->p == '\\'))
		u->p++;
	return read_authority(u);
}

/* What is left stands relative to base, which has the same scheme and no opaque path. */
static int
read_relative(struct parser *u)
{
	int c = peek(u);

	if (is_slash(u, c)) {
		u->p++;
		c = peek(u);
		if (is_slash(u, c)) {
			u->p++;
			return u->o.special ? read_special_authority(u) : read_authority(u);
		}
		copy_authority(u);
		read_path(u);
		return 0;
	}
	copy_authority(u);
	set(&u->o.path, u->base->path);
	if (c < 0 || c == '?' || c == '#') {
		if (c != '?')
			copy_query(u);
		read_tail(u);
		return 0;
	}
	url_path_shorten(&u->o);
	read_path(u);
	return 0;
}

/* File host state. */
static int
read_file_host(struct parser *u)
{
	const char *s = u->p;

	while (u->p < u->end && strchr("/\\?#", *u->p) == NULL)
		u->p++;
	if (url_path_is_drive(s, (size_t)(u->p - s))) {
		u->p = s;
		read_path(u);
		return 0;
	}
	if (u->p > s) {
		if (url_host_parse(&u->o.host, s, (size_t)(u->p - s), true, u->reterr) < 0)
			return -1;
		if (strcmp(u->o.host.data, "localhost") == 0)
			buf_clear(&u->o.host);
	}
	start_path(u);
	return 0;
}

/* File state and file slash state. */
static int
read_file(struct parser *u)
{
	const struct url *base = u->base;
	int c = peek(u);

	if (base != NULL && strcmp(base->scheme, "file") != 0)
		base = NULL;

	u->o.has_host = true;
	if (c == '/' || c == '\\') {
		u->p++;
		c = peek(u);
		if (c == '/' || c == '\\') {
			u->p++;
			return read_file_host(u);
		}
		if (base != NULL) {
			set(&u->o.host, base->host != NULL ? base->host : "");
			if (!url_path_starts_with_drive(u->p, left(u)) &&
			    url_path_has_drive(base->path))
				buf_add(&u->o.path, base->path, 3);
		}
		read_path(u);
		return 0;
	}
	if (base == NULL) {
		read_path(u);
		return 0;
	}
	set(&u->o.host, base->host != NULL ? base->host : "");
	set(&u->o.path, base->path);
	if (c < 0 || c == '?' || c == '#') {
		if (c != '?')
			copy_query(u);
		read_tail(u);
		return 0;
	}
	if (url_path_starts_with_drive(u->p, left(u)))
		buf_clear(&u->o.path);
	else
		url_path_shorten(&u->o);
	read_path(u);
	return 0;
}

/* Length of "scheme" when the input begins with "scheme:", else 0. */
static size_t
scheme_len(const char *s, size_t n)
{
	size_t i;

	if (n == 0 || !isalpha((unsigned char)s[0]))
		return 0;
	for (i = 1; i < n; i++) {
		if (s[i] == ':')
			return i;
		if (!isalnum((unsigned char)s[i]) && s[i] != '+' && s[i] != '-' && s[i] != '.')
			return 0;
	}
	return 0;
}

static int
read_after_scheme(struct parser *u)
{
	bool two = left(u) >= 2 && u->p[0] == '/' && u->p[1] == '/';

	if (u->o.file)
		return read_file(u);
	if (u->o.special) {
		if (u->base != NULL && strcmp(u->base->scheme, u->o.scheme.data) == 0 && !two)
			return read_relative(u);
		return read_special_authority(u);
	}
	if (two) {
		u->p += 2;
		return read_authority(u);
	}
	if (peek(u) == '/') {
		u->p++;
		read_path(u);
		return 0;
	}
	read_opaque_path(u);
	return 0;
}

/* Scheme start, scheme and no scheme states. */
static int
read_url(struct parser *u)
{
	size_t n = scheme_len(u->p, left(u));

	if (n > 0) {
		set_scheme(u, u->p, n);
		u->p += n + 1;
		return read_after_scheme(u);
	}
	if (u->base == NULL)
		return err_set(u->reterr, ERR_INPUT, "address without a scheme");
	if (u->base->opaque && peek(u) != '#')
		return err_set(u->reterr, ERR_INPUT, "relative address against an opaque one");
	set_scheme(u, u->base->scheme, strlen(u->base->scheme));
	if (u->base->opaque) {
		u->o.opaque = true;
		set(&u->o.path, u->base->path);
		copy_query(u);
		read_tail(u);
		return 0;
	}
	return u->o.file ? read_file(u) : read_relative(u);
}

/* Input as the parser wants it: trimmed, valid UTF-8, no tabs and newlines. NULL: already so. */
static char *
tidy(const char **s, size_t *n)
{
	struct buf b = BUF_INIT(INPUT_MAX * 3);
	bool dirty = false, ascii = true;
	size_t i = 0;
	uint32_t c;

	while (*n > 0 && (unsigned char)(*s)[0] <= ' ')
		++*s, --*n;
	while (*n > 0 && (unsigned char)(*s)[*n - 1] <= ' ')
		--*n;
	for (i = 0; i < *n; i++) {
		c = (unsigned char)(*s)[i];
		dirty |= c == '\t' || c == '\n' || c == '\r';
		ascii &= c < 0x80;
	}
	if (!dirty && (ascii || utf8_valid(*s, *n)))
		return NULL;
	for (i = 0; i < *n; ) {
		c = utf8_next(*s, *n, &i);
		if (c != '\t' && c != '\n' && c != '\r')
			utf8_put(&b, c);
	}
	*n = b.len;
	*s = buf_take(&b, NULL);
	return (char *)*s;
}

int
url_parse(const char *input, size_t len, const struct url *base, struct url **ret_url,
    struct err *reterr)
{
	CLEANUP(freep) char *tidied = NULL;
	struct parser u = { .base = base, .reterr = reterr };
	int rc;

	if (len > INPUT_MAX)
		return err_set(reterr, ERR_INPUT, "address of %zu bytes", len);
	url_parts_init(&u.o);
	tidied = tidy(&input, &len);
	u.p = input;
	u.end = input + len;
	rc = read_url(&u);
	if (rc == 0 && url_parts_full(&u.o))
		rc = err_set(reterr, ERR_INPUT, "address grew beyond all measure");
	if (rc == 0)
		*ret_url = url_build(&u.o);
	url_parts_done(&u.o);
	return rc;
}
