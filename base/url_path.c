/* Segments of a path: single and double dots, and the drive letters of file addresses. */
#include <ctype.h>
#include <string.h>

#include "base/url_int.h"
#include "base/banned.h"

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
int
url_path_dots(const char *s, size_t n)
{
	size_t one = dot_len(s, n), two;

	if (one == 0)
		return 0;
	if (one == n)
		return 1;
	two = dot_len(s + one, n - one);
	return two > 0 && one + two == n ? 2 : 0;
}

bool
url_path_is_drive(const char *s, size_t n)
{
	return n == 2 && isalpha((unsigned char)s[0]) && (s[1] == ':' || s[1] == '|');
}

bool
url_path_starts_with_drive(const char *s, size_t n)
{
	return n >= 2 && url_path_is_drive(s, 2) && (n == 2 || strchr("/\\?#", s[2]) != NULL);
}

/* "/C:" and nothing more of a path, or that and more. */
bool
url_path_has_drive(const char *path)
{
	return path[0] == '/' && isalpha((unsigned char)path[1]) && path[2] == ':' &&
	    (path[3] == '/' || path[3] == '\0');
}

/* Shorten a path: drop its last segment, but never the drive letter of a file. */
void
url_path_shorten(struct url_parts *u)
{
	const char *path = buf_str(&u->path), *slash = memrchr(path, '/', u->path.len);

	if (slash == NULL || (u->file && u->path.len == 3 && url_path_has_drive(path)))
		return;
	buf_cut(&u->path, (size_t)(slash - path));
}

void
url_path_add(struct url_parts *u, const char *s, size_t n)
{
	buf_addc(&u->path, '/');
	if (u->file && u->path.len == 1 && url_path_is_drive(s, n)) {
		buf_addc(&u->path, s[0]);
		buf_addc(&u->path, ':');
		return;
	}
	url_encode(&u->path, s, n, SET_PATH);
}
