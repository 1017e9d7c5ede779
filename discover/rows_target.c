/* rows_target: where an element leads: its href, or the address that its script would open. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "discover/rows_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define SCRIPT_BYTES 2000	/* of a script in an attribute that are read */

/* Is a quoted word of a script an address rather than a name: a path, or a file of a kind that documents are? */
static bool
is_address(const char *s, size_t n)
{
	static const char *const endings[] = { ".pdf", ".htm", ".html", ".aspx", ".asp", ".php", ".jsp", ".doc", ".docx", NULL };
	size_t path = strcspn(s, "?'\"&"), len;

	if (n < 2 || memchr(s, ' ', n) != NULL || memchr(s, '\\', n) != NULL)
		return false;
	if (*s == '/' || strncasecmp(s, "http://", 7) == 0 || strncasecmp(s, "https://", 8) == 0)
		return true;
	path = path < n ? path : n;
	for (size_t i = 0; endings[i] != NULL; i++) {
		len = strlen(endings[i]);
		if (path > len && strncasecmp(s + path - len, endings[i], len) == 0)
			return true;
	}
	return false;
}

/* The first address in quotes of a script; caller frees; NULL when there is none. */
static char *
quoted_address(const char *script)
{
	const char *end = script + strnlen(script, SCRIPT_BYTES), *p = script, *close;

	for (; p < end && (p = strpbrk(p, "'\"")) != NULL && p < end; p = close + 1) {
		if ((close = strchr(p + 1, *p)) == NULL || close > end)
			return NULL;
		if (is_address(p + 1, (size_t)(close - p - 1)))
			return xstrndup(p + 1, (size_t)(close - p - 1));
	}
	return NULL;
}

static bool
holds_link(xmlNodePtr node)
{
	for (xmlNodePtr at = node; at != NULL; at = tree_next(at, node, false))
		if (at != node && tree_is(at, "a") && tree_attr(at, "href") != NULL)
			return true;
	return false;
}

char *
rows_target(xmlNodePtr node)
{
	static const char *const data[] = { "data-href", "data-url", "data-link", NULL };
	const char *value = tree_is(node, "a") ? tree_attr(node, "href") : NULL, *script;
	bool link = tree_is(node, "a");

	if (value != NULL) {
		value += strspn(value, " \t\r\n");
		if (strncasecmp(value, "mailto:", 7) == 0 || strncasecmp(value, "tel:", 4) == 0)
			return NULL;
		if (strncasecmp(value, "javascript:", 11) == 0 && (script = quoted_address(value)) != NULL)
			return (char *)script;
		if (*value != '\0' && *value != '#' && strncasecmp(value, "javascript:", 11) != 0)
			return xstrdup(value);
	}
	if (!link && (node->properties == NULL || !tree_is_block(node)))
		return NULL;
	script = tree_attr(node, "onclick");
	if (script != NULL && (link || strstr(script, "location") != NULL || strstr(script, "open") != NULL)) {
		if (!link && holds_link(node))
			return NULL;
		return quoted_address(script);
	}
	for (size_t i = 0; data[i] != NULL; i++) {
		if ((value = tree_attr(node, data[i])) != NULL && is_address(value, strlen(value)) &&
		    (link || !holds_link(node)))
			return xstrdup(value);
	}
	return NULL;
}

bool
rows_is_file(const char *url)
{
	static const char *const endings[] = { ".pdf", ".doc", ".docx", ".rtf", ".odt", ".txt", NULL };
	static const char *const words[] = { "download", "document.do", "getfile", "viewfile", "attachment",
		"getdocument", ".pdf?", NULL };
	static const bool begins[256] = { ['d'] = true, ['D'] = true, ['g'] = true, ['G'] = true, ['v'] = true, ['V'] = true,
		['a'] = true, ['A'] = true, ['.'] = true };
	size_t n = strcspn(url, "?"), len;

	for (size_t i = 0; endings[i] != NULL; i++) {
		len = strlen(endings[i]);
		if (n > len && url[n - len] == '.' && strncasecmp(url + n - len, endings[i], len) == 0)
			return true;
	}
	/* first by what a word begins with */
	for (const char *p = url; *p != '\0'; p++) {
		char c = *p | 0x20;

		if (!begins[(unsigned char)*p])
			continue;
		for (size_t i = 0; words[i] != NULL; i++) {
			if (words[i][0] == c && ((words[i][1] ^ p[1]) & ~0x20) == 0 &&
			    strncasecmp(p, words[i], strlen(words[i])) == 0)
				return true;
		}
	}
	return false;
}
