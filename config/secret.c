/* secret: key files, read when the configuration is, so that a wrong one is a mistake now and not at night. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

#define SECRET_FILE_MAX 4096
#define SOURCE_FILE_MAX (256u << 10)	/* read anew for each request: no browser's whole store */

int
config_secret_parse(const char *text, size_t n, unsigned char **ret, size_t *ret_len,
    struct err *reterr)
{
	static const char prefix[] = "whsec_";
	CLEANUP(freep) char *copy = NULL;
	CLEANUP(freep) unsigned char *key = NULL;
	size_t len;

	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	copy = xstrndup(text, n);
	if (strncmp(copy, prefix, sizeof(prefix) - 1) == 0) {
		if (digest_unbase64(copy + sizeof(prefix) - 1, &key, &len) < 0)
			return err_set(reterr, ERR_CONFIG, "what follows whsec_ is no base64");
	} else {
		len = n;
		key = xmemdup(text, n);
	}
	if (len < CONFIG_SECRET_MIN)
		return err_set(reterr, ERR_CONFIG, "the key has %zu bytes; at least %d are wanted",
		    len, CONFIG_SECRET_MIN);
	*ret = key;
	*ret_len = len;
	key = NULL;
	return 0;
}

/* A file that holds a secret: regular, and not for everyone's eyes. */
static int
read_private(const char *key, const char *path, struct buf *b, struct err *reterr)
{
	struct err err = { 0 };
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(reterr, ERR_CONFIG, "%s: cannot read %s: %s", key, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(reterr, ERR_CONFIG, "%s: %s is no regular file", key, path);
	if (st.st_mode & 007)
		return err_set(reterr, ERR_CONFIG, "%s: everyone may read %s (mode %03o); chmod o= it", key, path,
		    (unsigned)(st.st_mode & 0777));
	if (file_read(path, b, &err) < 0)
		return err_set(reterr, ERR_CONFIG, "%s: %s", key, err.text);
	return 0;
}

static void
wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->len);
	buf_done(b);
}

int
config_read_secret(struct config_reader *r, const char *key, const char *path, int line,
    bool decode, unsigned char **ret, size_t *ret_len)
{
	struct buf b = BUF_INIT(SECRET_FILE_MAX);
	struct err err = { 0 };
	int rc = -1;

	if (read_private(key, path, &b, &err) < 0)
		config_bad_at(r, r->file, line, 0, "%s", err.text);
	else if (decode && config_secret_parse(buf_str(&b), b.len, ret, ret_len, &err) < 0)
		config_bad_at(r, r->file, line, 0, "%s: %s: %s", key, path, err.text);
	else
		rc = 0;
	if (rc == 0 && !decode && ret != NULL) {	/* a password: the first line as it stands */
		*ret_len = strcspn(buf_str(&b), "\r\n");
		*ret = (unsigned char *)xstrndup(buf_str(&b), *ret_len);
	}
	wipe(&b);
	return rc;
}

/* ---- files of a source; what is wrong is said by place, never by the line itself ---- */

const char *const config_source_files[3] = { "headers-file", "cookies-file", "proxy-file" };

int
config_source_path(struct config_reader *r, const struct config_key *key, const struct config_item *items,
    size_t n, void *base)
{
	struct cfg_source *s = base;

	if (s->secrets == NULL)
		s->secrets = xcalloc(1, sizeof(*s->secrets));
	return config_path(r, key, items, n, s->secrets);
}

static bool
is_plain(const char *s, size_t n, bool tabs)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < 0x20 && !(tabs && s[i] == '\t')) || s[i] == 0x7f)
			return false;
	return true;
}

/* domain, TRUE or FALSE, path, TRUE or FALSE, seconds, name, value: with tabs between; an empty value may be left out */
static bool
is_cookie(const char *line, size_t n)
{
	const char *at = line, *end = line + n;
	unsigned field = 0;

	if (!is_plain(line, n, true))
		return false;
	for (;; field++) {
		const char *tab = memchr(at, '\t', (size_t)(end - at));
		size_t len = (size_t)((tab != NULL ? tab : end) - at);

		if ((field == 1 || field == 3) && !(len == 4 && strncasecmp(at, "true", 4) == 0) &&
		    !(len == 5 && strncasecmp(at, "false", 5) == 0))
			return false;
		if (field == 4 && (len == 0 || strspn(at, "0123456789") < len))
			return false;
		if (field < 6 && len == 0)
			return false;
		if (tab == NULL)
			break;
		at = tab + 1;
	}
	return field == 5 || field == 6;
}

static bool
is_header(const char *line, size_t n)
{
	size_t name = strspn(line, "!#$%&'*+-.^_`|~0123456789"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return name > 0 && name < n && line[name] == ':' && is_plain(line, n, true);
}

static void
add_header(struct cfg_source *s, const char *line, size_t n)
{
	size_t count = 0;

	while (s->headers != NULL && s->headers[count] != NULL)
		count++;
	s->headers = xreallocarray(s->headers, count + 2, sizeof(*s->headers));
	s->headers[count] = xstrndup(line, n);
	s->headers[count + 1] = NULL;
}

static int
take_lines(struct cfg_source *s, const char *key, const char *path, bool cookies, const char *text,
    struct buf *ret, struct err *reterr)
{
	static const char http_only[] = "#HttpOnly_";
	size_t line = 1, n, found = 0;

	for (const char *at = text; *at != '\0'; at += n + (at[n] != '\0'), line++) {
		size_t len = n = strcspn(at, "\n");

		if (len > 0 && at[len - 1] == '\r')
			len--;
		if (len == 0 || (at[0] == '#' && !(cookies && strncmp(at, http_only, sizeof(http_only) - 1) == 0)))
			continue;
		if (!(cookies ? is_cookie(at, len) : is_header(at, len)))
			return err_set(reterr, ERR_CONFIG, "%s: %s line %zu is no %s", key, path, line,
			    cookies ? "cookie: Netscape's form has seven fields with tabs between" :
			    "header of the form \"Name: value\"");
		found++;
		if (cookies) {
			buf_add(ret, at, len);
			buf_add(ret, "\n", 1);
		} else {
			add_header(s, at, len);
		}
	}
	return found > 0 ? 0 : err_set(reterr, ERR_CONFIG, "%s: %s has no %s", key, path,
	    cookies ? "cookies" : "headers");
}

static int
take_proxy(struct cfg_source *s, const char *key, const char *path, const char *text, struct err *reterr)
{
	size_t n = strcspn(text, "\r\n"), scheme = strcspn(text, ":");

	if (n == 0 || strncmp(text + scheme, "://", 3) != 0 || !is_plain(text, n, false) ||
	    !((scheme == 4 && strncmp(text, "http", 4) == 0) || (scheme == 5 && strncmp(text, "https", 5) == 0) ||
	    (scheme == 6 && strncmp(text, "socks5", 6) == 0) || (scheme == 7 && strncmp(text, "socks5h", 7) == 0)))
		return err_set(reterr, ERR_CONFIG, "%s: %s line 1 is no address of a proxy (http://, https://, "
		    "socks5:// or socks5h://)", key, path);
	s->proxy = xstrndup(text, n);
	return 0;
}

static int
read_source_file(struct cfg_source *s, int which, struct err *reterr)
{
	const char *key = config_source_files[which], *paths[] = { s->secrets->headers_file,
		s->secrets->cookies_file, s->secrets->proxy_file };
	struct buf b = BUF_INIT(SOURCE_FILE_MAX), lines = BUF_INIT(SOURCE_FILE_MAX + 1);
	int rc;

	if (paths[which] == NULL)
		return 0;
	if ((rc = read_private(key, paths[which], &b, reterr)) < 0)
		;
	else if (strlen(buf_str(&b)) != b.len)
		rc = err_set(reterr, ERR_CONFIG, "%s: %s is no text", key, paths[which]);
	else if (which == 2)
		rc = take_proxy(s, key, paths[which], buf_str(&b), reterr);
	else
		rc = take_lines(s, key, paths[which], which == 1, buf_str(&b), &lines, reterr);
	if (rc == 0 && which == 1)
		s->secrets->cookies = xstrndup(buf_str(&lines), lines.len);
	wipe(&b);
	wipe(&lines);
	return rc;
}

void
config_read_source_secrets(struct config_reader *r, struct cfg_source *s, const int lines[3])
{
	struct err err = { 0 };

	for (int i = 0; i < 3; i++)
		if (read_source_file(s, i, &err) < 0)
			config_bad_at(r, r->file, lines[i], 0, "%s", err.text);
	s->secrets->read = true;
}

int
config_source_secrets(struct cfg_source *s, struct err *reterr)
{
	if (s->secrets == NULL || s->secrets->read)
		return 0;
	for (int i = 0; i < 3; i++)
		if (read_source_file(s, i, reterr) < 0)
			return -1;
	s->secrets->read = true;
	return 0;
}
