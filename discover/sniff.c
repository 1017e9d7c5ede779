/* sniff: what a source's bytes are, by their first kilobytes. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "discover/discover.h"
#include "base/banned.h"

#define HEAD_BYTES 8192

/* Start of the text without zeros (UTF-16 reads as ASCII then) and without a byte order mark. */
static size_t
head_of(const char *p, size_t n, char out[HEAD_BYTES + 1])
{
	size_t len = 0, i = 0;

	while (i < n && ((unsigned char)p[i] >= 0x80 || isspace((unsigned char)p[i]) || p[i] == '\0'))
		i++;
	if (n - i > HEAD_BYTES && memchr(p + i, '\0', HEAD_BYTES) == NULL) {
		memcpy(out, p + i, HEAD_BYTES);
		out[HEAD_BYTES] = '\0';
		return HEAD_BYTES;
	}
	for (; i < n && len < HEAD_BYTES; i++) {
		if (p[i] != '\0')
			out[len++] = p[i];
	}
	out[len] = '\0';
	return len;
}

/* Local name of the first element, behind declaration, comments and DOCTYPE; "" when there is none. */
static void
first_element(const char *s, char name[32])
{
	const char *end;
	size_t len;

	name[0] = '\0';
	while ((s = strchr(s, '<')) != NULL) {
		if (strncmp(s, "<!--", 4) == 0) {
			if ((end = strstr(s, "-->")) == NULL)
				return;
			s = end + 3;
			continue;
		}
		if (isalpha((unsigned char)s[1])) {
			s++;
			len = strcspn(s, " \t\r\n/>:");
			if (s[len] == ':') {
				s += len + 1;
				len = strcspn(s, " \t\r\n/>");
			}
			if (len < 32) {
				memcpy(name, s, len);
				name[len] = '\0';
			}
			return;
		}
		s++;
	}
}

static bool
mentions(const char *s, const char *word)
{
	return s != NULL && strcasestr(s, word) != NULL;
}

enum source_kind
discover_sniff(const char *p, size_t n, const char *content_type)
{
	static const struct { const char *name; enum source_kind kind; } roots[] = {
		{ "rss", KIND_FEED }, { "RDF", KIND_FEED }, { "feed", KIND_FEED }, { "channel", KIND_FEED },
		{ "urlset", KIND_SITEMAP }, { "sitemapindex", KIND_SITEMAP },
		{ "html", KIND_LISTING }, { "body", KIND_LISTING }, { "head", KIND_LISTING },
	};
	char head[HEAD_BYTES + 1], name[32];

	if (n >= 2 && memcmp(p, "\x1f\x8b", 2) == 0)
		return KIND_SITEMAP;
	head_of(p, n, head);
	if (head[0] == '{' && (mentions(head, "jsonfeed.org") || mentions(head, "\"items\"") ||
	    mentions(content_type, "feed+json")))
		return KIND_FEED;
	if ((strncmp(head, "http://", 7) == 0 || strncmp(head, "https://", 8) == 0) &&
	    strchr(head, '<') == NULL)
		return KIND_SITEMAP;
	first_element(head, name);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (strcasecmp(name, roots[i].name) == 0)
			return roots[i].kind;
	}
	if (mentions(content_type, "rss+xml") || mentions(content_type, "atom+xml") ||
	    mentions(content_type, "feed+json"))
		return KIND_FEED;
	return KIND_LISTING;
}
