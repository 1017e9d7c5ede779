/* rows_region: menus, side boxes and the main part of a page, by tags, roles, classes and ids. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "discover/rows_int.h"
#include "markup/tree.h"
#include "base/banned.h"

struct region_word {
	const char *word;
	uint8_t region;
};

/* By their first letter. */
static const struct region_word region_words[26][10] = {
	['a' - 'a'] = { { "aside", REGION_WEAK }, { "ad", REGION_WEAK },
	    { "archives", REGION_WEAK } },
	['b' - 'a'] = { { "breadcrumb", REGION_MENU }, { "breadcrumbs", REGION_MENU },
	    { "banner", REGION_WEAK } },
	['c' - 'a'] = { { "cookie", REGION_MENU }, { "cloud", REGION_MENU },
	    { "carousel", REGION_WEAK }, { "content", REGION_MAIN } },
	['d' - 'a'] = { { "dropdown", REGION_MENU } },
	['f' - 'a'] = { { "footer", REGION_MENU }, { "facet", REGION_MENU },
	    { "facets", REGION_MENU }, { "filter", REGION_MENU }, { "filters", REGION_MENU } },
	['g' - 'a'] = { { "gnav", REGION_MENU } },
	['h' - 'a'] = { { "header", REGION_WEAK } },
	['l' - 'a'] = { { "leftnav", REGION_MENU }, { "login", REGION_MENU },
	    { "lang", REGION_MENU }, { "language", REGION_MENU } },
	['m' - 'a'] = { { "menu", REGION_MENU }, { "megamenu", REGION_MENU },
	    { "menubar", REGION_MENU }, { "main", REGION_MAIN }, { "maincontent", REGION_MAIN },
	    { "maincontents", REGION_MAIN } },
	['n' - 'a'] = { { "nav", REGION_MENU }, { "navbar", REGION_MENU },
	    { "navigation", REGION_MENU } },
	['p' - 'a'] = { { "pager", REGION_MENU }, { "pagination", REGION_MENU },
	    { "paging", REGION_MENU }, { "promo", REGION_WEAK }, { "popular", REGION_WEAK } },
	['r' - 'a'] = { { "related", REGION_WEAK } },
	['s' - 'a'] = { { "submenu", REGION_MENU }, { "subnav", REGION_MENU },
	    { "sidenav", REGION_MENU }, { "social", REGION_MENU }, { "share", REGION_MENU },
	    { "skip", REGION_MENU }, { "sitemap", REGION_MENU }, { "sidebar", REGION_WEAK } },
	['t' - 'a'] = { { "topnav", REGION_MENU }, { "toolbar", REGION_MENU },
	    { "tags", REGION_WEAK }, { "topics", REGION_WEAK } },
	['w' - 'a'] = { { "widget", REGION_WEAK } },
};

/* What parts the words of a class or id. */
static bool
is_gap(char c)
{
	return c == ' ' || c == '-' || c == '_' || c == '\t' || c == '\r' || c == '\n' || c == ':' || c == '.';
}

static uint8_t
region_of_word(const char *s, size_t len)
{
	int letter = (*s | 0x20) - 'a';

	if (len < 2 || letter < 0 || letter >= 26)
		return 0;
	for (const struct region_word *w = region_words[letter]; w->word != NULL; w++) {
		if (((w->word[1] ^ s[1]) & ~0x20) == 0 && strlen(w->word) == len &&
		    strncasecmp(w->word, s, len) == 0)
			return w->region;
	}
	return 0;
}

/* Words of a class or id: parted by blanks, '-', '_' and by capitals. */
static uint8_t
region_of_words(const char *s)
{
	uint8_t region = 0;
	size_t len;

	while (s != NULL && *s != '\0') {
		while (is_gap(*s))
			s++;
		for (len = 0; s[len] != '\0' && !is_gap(s[len]); len++) {
			if (len > 0 && isupper((unsigned char)s[len]) && islower((unsigned char)s[len - 1]))
				break;
		}
		region |= region_of_word(s, len);
		s += len;
	}
	return region;
}

uint8_t
rows_tag_region(const xmlNode *node)
{
	static const struct region_word tags[] = { { "nav", REGION_MENU }, { "footer", REGION_MENU },
		{ "menu", REGION_MENU }, { "header", REGION_WEAK }, { "aside", REGION_WEAK },
		{ "main", REGION_MAIN }, { "article", REGION_MAIN } };

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (tree_is(node, tags[i].word))
			return tags[i].region;
	}
	return REGION_NONE;
}

uint8_t
rows_region(const xmlNode *node, const struct rows_kind *kind)
{
	static const struct region_word roles[] = { { "navigation", REGION_MENU }, { "menu", REGION_MENU },
		{ "menubar", REGION_MENU }, { "contentinfo", REGION_MENU }, { "banner", REGION_WEAK },
		{ "complementary", REGION_WEAK }, { "main", REGION_MAIN }, { "search", REGION_MENU } };
	const char *role;
	uint8_t region = kind->region;

	/* "menuLink" on a link is a style, not a place */
	if ((kind->is & ROWS_WHOLE) || !(kind->is & ROWS_BLOCK))
		return 0;
	role = node->properties != NULL ? tree_attr(node, "role") : NULL;
	for (size_t i = 0; role != NULL && i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strcasecmp(role, roles[i].word) == 0)
			region |= roles[i].region;
	}
	region |= region_of_words(tree_attr(node, "class"));
	region |= region_of_words(tree_attr(node, "id"));
	/* "main-nav" is a menu, "main-header" a header */
	if (region & (REGION_MENU | REGION_WEAK))
		region &= (uint8_t)~REGION_MAIN;
	return region;
}
