/* plain: strings of metadata that were escaped once too often, as text. */
#include <stdlib.h>
#include <string.h>
#include "base/unicode.h"
#include "base/mem.h"
#include "extract/extract_int.h"
#include "base/banned.h"

static const struct {
	const char *name;
	uint32_t c;
} entities[] = {
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", ' ' },
	{ "ndash", 0x2013 }, { "mdash", 0x2014 }, { "lsquo", 0x2018 }, { "rsquo", 0x2019 },
	{ "ldquo", 0x201c }, { "rdquo", 0x201d }, { "bdquo", 0x201e }, { "hellip", 0x2026 },
	{ "laquo", 0xab }, { "raquo", 0xbb }, { "auml", 0xe4 }, { "ouml", 0xf6 }, { "uuml", 0xfc },
	{ "Auml", 0xc4 }, { "Ouml", 0xd6 }, { "Uuml", 0xdc }, { "szlig", 0xdf }, { "eacute", 0xe9 },
	{ "egrave", 0xe8 }, { "agrave", 0xe0 }, { "aacute", 0xe1 }, { "oacute", 0xf3 }, { "iacute", 0xed },
	{ "uacute", 0xfa }, { "ntilde", 0xf1 }, { "ccedil", 0xe7 }, { "ecirc", 0xea }, { "acirc", 0xe2 },
	{ "ocirc", 0xf4 }, { "atilde", 0xe3 }, { "otilde", 0xf5 }, { "euro", 0x20ac }, { "copy", 0xa9 },
};

/* Character of the reference at s ("&...;"), its length in *ret_len; 0: none. */
static uint32_t
reference(const char *s, size_t n, size_t *ret_len)
{
	const char *semi = memchr(s, ';', n < 12 ? n : 12);
	size_t k;

	if (semi == NULL || semi - s < 3)
		return 0;
	k = (size_t)(semi - s) - 1;
	*ret_len = k + 2;
	if (s[1] == '#') {
		char num[12] = { 0 }, *end;
		bool hex = s[2] == 'x' || s[2] == 'X';
		unsigned long c;

		memcpy(num, s + (hex ? 3 : 2), k - (hex ? 2 : 1));
		c = strtoul(num, &end, hex ? 16 : 10);
		if (*end != '\0' || end == num || c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return 0;
		return (uint32_t)c;
	}
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (strlen(entities[i].name) == k && memcmp(entities[i].name, s + 1, k) == 0)
			return entities[i].c;
	}
	return 0;
}

/* "<b>", "</p>", "<br/>", "<!--": markup; "<others>" is what somebody wrote. */
static bool
is_markup(const char *s, size_t n)
{
	static const char *const inline_tags[] = { "i", "em", "u", "s", "font", "sup", "sub", "small", "mark", "cite", "q",
	    "abbr", "code", "big", "wbr", "nobr", "tt", "ins", "del", "center", "iframe", "picture", "source", NULL };
	char name[12];
	size_t k = 0;

	if (n < 2 || s[0] != '<')
		return false;
	if (s[1] == '!')
		return true;
	s += s[1] == '/' ? 2 : 1;
	while (k < sizeof(name) - 1 && ((s[k] | 32) >= 'a' || (s[k] >= '0' && s[k] <= '9')) && (s[k] | 32) <= 'z') {
		name[k] = (char)(s[k] | (s[k] >= 'A' ? 32 : 0));
		k++;
	}
	name[k] = '\0';
	if (k == 0 || (s[k] != '>' && s[k] != '/' && s[k] != ' ' && s[k] != '\t' && s[k] != '\n'))
		return false;
	for (size_t i = 0; inline_tags[i] != NULL; i++)
		if (strcmp(inline_tags[i], name) == 0)
			return true;
	return tag_of(name) != TAG_OTHER;
}

static char *
plain(const char *s, size_t n, bool markup)
{
	struct buf b = BUF_INIT(4 * JSONLD_MAX_BYTES);
	size_t i = 0, k = 0;

	while (i < n) {
		if (markup && s[i] == '<' && is_markup(s + i, n - i)) {
			const char *gt = memchr(s + i, '>', n - i < 2000 ? n - i : 2000);

			if (gt != NULL) {
				buf_addc(&b, ' ');
				i = (size_t)(gt - s) + 1;
				continue;
			}
		} else if (s[i] == '&') {
			uint32_t c = reference(s + i, n - i, &k);

			if (c != 0) {
				utf8_put(&b, c);
				i += k;
				continue;
			}
		}
		buf_addc(&b, s[i++]);
	}
	return b.data != NULL ? buf_take(&b, NULL) : xstrdup("");
}

char *
jsonld_plain(const char *s, size_t n)
{
	return plain(s, n, true);
}

char *
plain_references(const char *s, size_t n)
{
	return plain(s, n, false);
}
