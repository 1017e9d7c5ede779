/* check: the look at a text before libxml2 sees it. */
#include <string.h>
#include <strings.h>
#include "markup/markup_int.h"
#include "base/banned.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Behind the end of a quoted value at p[i] (the quote itself). */
static size_t
skip_quoted(const char *p, size_t i, size_t n)
{
	const char *end = memchr(p + i + 1, p[i], n - i - 1);

	return end != NULL ? (size_t)(end - p) + 1 : n;
}

size_t
markup_scan_tag(const char *p, size_t i, size_t n, struct markup_tag *ret)
{
	size_t attrs = 0;
	bool in_name = false;

	ret->name = i;
	while (i < n && !is_blank(p[i]) && p[i] != '>' && p[i] != '/' && p[i] != '<')
		i++;
	ret->name_len = i - ret->name;
	ret->empty = false;
	for (; i < n && p[i] != '>' && p[i] != '<'; i++) {
		ret->empty = p[i] == '/';
		if (is_blank(p[i]) || p[i] == '/') {
			in_name = false;
			continue;
		}
		if (p[i] == '=') {
			for (i++; i < n && is_blank(p[i]); i++)
				;
			if (i < n && (p[i] == '"' || p[i] == '\'')) {
				i = skip_quoted(p, i, n) - 1;
			} else {
				while (i < n && !is_blank(p[i]) && p[i] != '>')
					i++;
				i--;
			}
			in_name = false;
			continue;
		}
		if (!in_name)
			attrs++;
		in_name = true;
	}
	ret->attrs = attrs;
	return i;
}

static size_t
skip_past(const char *p, size_t i, size_t n, const char *mark)
{
	const char *end = memmem(p + i, n - i, mark, strlen(mark));

	return end != NULL ? (size_t)(end - p) + strlen(mark) : n;
}

static bool
begins(const char *p, size_t i, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n - i >= len && strncasecmp(p + i, word, len) == 0;
}

bool
markup_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (c & 0x80);
}

int
markup_refuse_tag(const char *p, const struct markup_tag *tag, size_t max_attrs, struct err *reterr)
{
	if (tag->attrs <= max_attrs)
		return 0;
	return err_set(reterr, ERR_LIMIT, "an element <%.*s> with more than %zu attributes",
	    (int)(tag->name_len < 32 ? tag->name_len : 32), p + tag->name, max_attrs);
}

int
markup_check_tags(const char *p, size_t n, size_t max_attrs, struct err *reterr)
{
	struct markup_tag tag;
	const char *lt;
	size_t i = 0;

	while (i < n && (lt = memchr(p + i, '<', n - i)) != NULL) {
		i = (size_t)(lt - p);
		if (begins(p, i, n, "<!--")) {
			i = skip_past(p, i + 2, n, "-->");
		} else if (begins(p, i, n, "<![CDATA[")) {
			i = skip_past(p, i, n, "]]>");
		} else if (i + 1 >= n || !markup_is_letter(p[i + 1])) {
			i++;
		} else {
			i = markup_scan_tag(p, i + 1, n, &tag);
			if (markup_refuse_tag(p, &tag, max_attrs, reterr) < 0)
				return -1;
		}
	}
	return 0;
}

const char *
markup_binary_kind(const char *p, size_t n)
{
	static const struct { const char *magic; size_t len; const char *what; } rows[] = {
		{ "%PDF-", 5, "a PDF file" }, { "\x1f\x8b", 2, "gzip data" },
		{ "PK\x03\x04", 4, "a ZIP or office file" }, { "\x89PNG", 4, "a PNG picture" },
		{ "\xff\xd8\xff", 3, "a JPEG picture" }, { "GIF8", 4, "a GIF picture" },
		{ "\xd0\xcf\x11\xe0", 4, "an office file" }, { "\x7f" "ELF", 4, "a program" },
		{ "RIFF", 4, "a media file" }, { "{\\rtf", 5, "an RTF file" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (n >= rows[i].len && memcmp(p, rows[i].magic, rows[i].len) == 0)
			return rows[i].what;
	}
	return NULL;
}

bool
markup_is_blank(const char *p, size_t n)
{
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3, n -= 3;
	for (size_t i = 0; i < n; i++) {
		if (!is_blank(p[i]) && p[i] != '\0')
			return false;
	}
	return true;
}
