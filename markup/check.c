/* check: the look at a text before libxml2 sees it. */
#include <string.h>
#include <strings.h>
#include "markup/markup_int.h"
#include "base/banned.h"

#define TAG_MAX (1u << 20)	/* of a text that comes in pieces */
#define CDATA_LEN 9		/* of "<![CDATA[" */

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

/* Behind the end of a CDATA section that is open at i; what may be the start of its mark is left to the next piece. */
static size_t
past_cdata(struct markup_check *st, const char *p, size_t i, size_t n, bool last)
{
	const char *end = memmem(p + i, n - i, "]]>", 3);

	st->in_cdata = end == NULL;
	if (end != NULL)
		return (size_t)(end - p) + 3;
	return last ? n : n - i > 2 ? n - 2 : i;
}

int
markup_check_piece(struct markup_check *st, const char *p, size_t n, bool last, size_t max_attrs,
    size_t *ret_whole, struct err *reterr)
{
	struct markup_tag tag;
	const char *lt;
	size_t i = 0, end;

	while (i < n) {
		if (st->in_cdata) {
			i = past_cdata(st, p, i, n, last);
			if (st->in_cdata)
				break;
			continue;
		}
		lt = memchr(p + i, '<', n - i);
		i = lt != NULL ? (size_t)(lt - p) : n;
		if (lt == NULL || (n - i < CDATA_LEN && !last))
			break;
		if (n - i >= CDATA_LEN && memcmp(lt, "<![CDATA[", CDATA_LEN) == 0) {
			st->in_cdata = true;
			i += CDATA_LEN;
		} else if (i + 1 >= n || !markup_is_letter(p[i + 1])) {
			i++;
		} else {
			end = markup_scan_tag(p, i + 1, n, &tag);
			if (markup_refuse_tag(p, &tag, max_attrs, reterr) < 0)
				return -1;
			if (end >= n && !last)
				break;
			i = end;
		}
	}
	*ret_whole = i;
	return n - i <= TAG_MAX ? 0 : err_set(reterr, ERR_LIMIT, "a tag of more than %u bytes", TAG_MAX);
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
