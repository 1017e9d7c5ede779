/*
 * The basic URL parser (WHATWG URL 4.4), as a recursive descent over byte ranges in place of the
 * standard's machine of single characters: each state there that reads to a delimiter is one
 * function here and has its name.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/unicode.h"
#include "base/url_int.h"
#include "base/banned.h"

#define INPUT_MAX ((size_t)1 << 20)	/* bytes; an address of that length is no address */
#define PART_MAX (INPUT_MAX * 4)	/* each byte may become %XX, and a base adds its own */

struct parser {
	const char *p, *end;		/* what is left */
	const struct url *base;
	struct buf scheme, username, password, host, path, query, fragment;
	bool has_host, has_query, has_fragment, special, file, opaque;
	int port;
	struct err *reterr;
};

static const struct {
	const char *name;
	int port;
} special_schemes[] = {
	{ "https", 443 }, { "http", 80 }, { "ws", 80 }, { "wss", 443 }, { "ftp", 21 }, { "file", 0 },
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
	return c == '/' || (c == '\\' && u->special);
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

	set(&u->username, base->username);
	set(&u->password, base->password);
	u->has_host = base->host != NULL;
	if (u->has_host)
		set(&u->host, base->host);
	u->port = base->port;
}

static void
copy_query(struct parser *u)
{
	u->has_query = u->base->query != NULL;
	if (u->has_query)
		set(&u->query, u->base->query);
}

static void
set_scheme(struct parser *u, const char *s, size_t n)
{
	size_t i;

	buf_clear(&u->scheme);
	buf_add(&u->scheme, s, n);
	for (i = 0; i < n; i++)
		u->scheme.data[i] = (char)tolower((unsigned char)u->scheme.data[i]);
	u->special = url_is_special(u->scheme.data, n);
	u->file = n == 4 && memcmp(u->scheme.data, "file", 4) == 0;
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
		u->has_query = true;
		buf_clear(&u->query);
		url_encode(&u->query, u->p, (size_t)(stop - u->p),
		    u->special ? SET_SPECIAL_QUERY : SET_QUERY);
		u->p = stop;
	}
	if (peek(u) == '#') {
		u->p++;
		u->has_fragment = true;
		url_encode(&u->fragment, u->p, left(u), SET_FRAGMENT);
		u->p = u->end;
	}
}

/* Length of "." or "%2e" at s, else 0. */
static size_t
dot_len(const char *s, size_t n)
{
	if (n > 0 && s[0] == '.')
		return 1;
	if (n >= 3 && s[0] == '%' && s[1] == '2' && (s[2] == 'e' || s[2] == 'E'))
		return 3;
	return 0;
}

/* 1 or 2 for a single-dot or double-dot segment, else 0. */
static int
dots(const char *s, size_t n)
{
	size_t one = dot_len(s, n), two;

	if (one == 0)
		return 0;
	if (one == n)
		return 1;
	two = dot_len(s + one, n - one);
	return two > 0 && one + two == n ? 2 : 0;
}

static bool
is_drive_letter(const char *s, size_t n)
{
	return n == 2 && isalpha((unsigned char)s[0]) && (s[1] == ':' || s[1] == '|');
}

static bool
starts_with_drive_letter(const char *s, size_t n)
{
	return n >= 2 && is_drive_letter(s, 2) && (n == 2 || strchr("/\\?#", s[2]) != NULL);
}

/* "/C:" and nothing more of a path, or that and more. */
static bool
path_begins_with_drive(const char *path)
{
	return path[0] == '/' && isalpha((unsigned char)path[1]) && path[2] == ':' &&
	    (path[3] == '/' || path[3] == '\0');
}

/* Shorten a path: drop its last segment, but never the drive letter of a file. */
static void
shorten(struct parser *u)
{
	const char *path = buf_str(&u->path), *slash = memrchr(path, '/', u->path.len);

	if (slash == NULL || (u->file && u->path.len == 3 && path_begins_with_drive(path)))
		return;
	buf_cut(&u->path, (size_t)(slash - path));
}

static void
add_segment(struct parser *u, const char *s, size_t n)
{
	buf_addc(&u->path, '/');
	if (u->file && u->path.len == 1 && is_drive_letter(s, n)) {
		buf_addc(&u->path, s[0]);
		buf_addc(&u->path, ':');
		return;
	}
	url_encode(&u->path, s, n, SET_PATH);
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
		n_dots = dots(s, (size_t)(u->p - s));
		if (n_dots == 2)
			shorten(u);
		if (n_dots == 0)
			add_segment(u, s, (size_t)(u->p - s));
		else if (!slash)
			buf_addc(&u->path, '/');
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

	if (!u->special && (c < 0 || c == '?' || c == '#')) {
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

	u->opaque = true;
	while (u->p < u->end && *u->p != '?' && *u->p != '#')
		u->p++;
	if (u->p < u->end && u->p > s && u->p[-1] == ' ') {
		/* The last blank before a query would be lost when the query goes. */
		url_encode(&u->path, s, (size_t)(u->p - s) - 1, SET_C0);
		buf_adds(&u->path, "%20");
	} else {
		url_encode(&u->path, s, (size_t)(u->p - s), SET_C0);
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
	u->port = u->special && port == url_default_port(u->scheme.data, u->scheme.len) ? -1 : port;
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
	u->has_host = true;
	if (colon == s && (u->special || after_at || colon < end))
		return err_set(u->reterr, ERR_INPUT, "no host");
	if (colon > s &&
	    url_host_parse(&u->host, s, (size_t)(colon - s), u->special, u->reterr) < 0)
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
		url_encode(&u->username, s, (size_t)((colon != NULL ? colon : at) - s),
		    SET_USERINFO);
		if (colon != NULL)
			url_encode(&u->password, colon + 1, (size_t)(at - colon - 1), SET_USERINFO);
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
			return u->special ? read_special_authority(u) : read_authority(u);
		}
		copy_authority(u);
		read_path(u);
		return 0;
	}
	copy_authority(u);
	set(&u->path, u->base->path);
	if (c < 0 || c == '?' || c == '#') {
		if (c != '?')
			copy_query(u);
		read_tail(u);
		return 0;
	}
	shorten(u);
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
	if (is_drive_letter(s, (size_t)(u->p - s))) {
		u->p = s;
		read_path(u);
		return 0;
	}
	if (u->p > s) {
		if (url_host_parse(&u->host, s, (size_t)(u->p - s), true, u->reterr) < 0)
			return -1;
		if (strcmp(u->host.data, "localhost") == 0)
			buf_clear(&u->host);
	}
	start_path(u);
	return 0;
}

/* File state and file slash state. */
static int
read_file(struct parser *u)
{
	const struct url *base = u->base != NULL && strcmp(u->base->scheme, "file") == 0 ? u->base : NULL;
	int c = peek(u);

	u->has_host = true;
	if (c == '/' || c == '\\') {
		u->p++;
		c = peek(u);
		if (c == '/' || c == '\\') {
			u->p++;
			return read_file_host(u);
		}
		if (base != NULL) {
			set(&u->host, base->host != NULL ? base->host : "");
			if (!starts_with_drive_letter(u->p, left(u)) &&
			    path_begins_with_drive(base->path))
				buf_add(&u->path, base->path, 3);
		}
		read_path(u);
		return 0;
	}
	if (base == NULL) {
		read_path(u);
		return 0;
	}
	set(&u->host, base->host != NULL ? base->host : "");
	set(&u->path, base->path);
	if (c < 0 || c == '?' || c == '#') {
		if (c != '?')
			copy_query(u);
		read_tail(u);
		return 0;
	}
	if (starts_with_drive_letter(u->p, left(u)))
		buf_clear(&u->path);
	else
		shorten(u);
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

	if (u->file)
		return read_file(u);
	if (u->special) {
		if (u->base != NULL && strcmp(u->base->scheme, u->scheme.data) == 0 && !two)
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
		return err_set(u->reterr, ERR_INPUT, "relative address, but nothing to be relative to");
	set_scheme(u, u->base->scheme, strlen(u->base->scheme));
	if (u->base->opaque) {
		u->opaque = true;
		set(&u->path, u->base->path);
		copy_query(u);
		read_tail(u);
		return 0;
	}
	return u->file ? read_file(u) : read_relative(u);
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
static struct url *
build(const struct parser *u)
{
	size_t text = u->scheme.len + u->username.len + u->password.len + u->host.len + u->path.len +
	    u->query.len + u->fragment.len;
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

/* Input as the parser wants it: trimmed, valid UTF-8, without tabs and newlines. NULL: already so. */
static char *
tidy(const char **s, size_t *n)
{
	struct buf b = BUF_INIT(PART_MAX);
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
	struct parser u = {
		.base = base, .port = -1, .reterr = reterr,
		.scheme = BUF_INIT(PART_MAX), .username = BUF_INIT(PART_MAX),
		.password = BUF_INIT(PART_MAX), .host = BUF_INIT(PART_MAX), .path = BUF_INIT(PART_MAX),
		.query = BUF_INIT(PART_MAX), .fragment = BUF_INIT(PART_MAX),
	};
	int rc;

	if (len > INPUT_MAX)
		return err_set(reterr, ERR_INPUT, "address of %zu bytes", len);
	tidied = tidy(&input, &len);
	u.p = input;
	u.end = input + len;
	rc = read_url(&u);
	if (rc == 0)
		*ret_url = build(&u);
	buf_done(&u.scheme);
	buf_done(&u.username);
	buf_done(&u.password);
	buf_done(&u.host);
	buf_done(&u.path);
	buf_done(&u.query);
	buf_done(&u.fragment);
	return rc;
}

void
url_free(struct url *u)
{
	free(u);
}
