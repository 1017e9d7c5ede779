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

static const struct region_word region_words[] = {
	{ "nav", REGION_MENU }, { "navbar", REGION_MENU }, { "navigation", REGION_MENU },
	{ "menu", REGION_MENU }, { "submenu", REGION_MENU }, { "megamenu", REGION_MENU },
	{ "menubar", REGION_MENU }, { "topnav", REGION_MENU }, { "subnav", REGION_MENU },
	{ "gnav", REGION_MENU }, { "sidenav", REGION_MENU }, { "leftnav", REGION_MENU },
	{ "dropdown", REGION_MENU }, { "breadcrumb", REGION_MENU }, { "breadcrumbs", REGION_MENU },
	{ "footer", REGION_MENU }, { "pager", REGION_MENU }, { "pagination", REGION_MENU },
	{ "paging", REGION_MENU }, { "social", REGION_MENU }, { "share", REGION_MENU },
	{ "skip", REGION_MENU }, { "toolbar", REGION_MENU }, { "facet", REGION_MENU },
	{ "facets", REGION_MENU }, { "filter", REGION_MENU }, { "filters", REGION_MENU },
	{ "cookie", REGION_MENU }, { "login", REGION_MENU }, { "lang", REGION_MENU },
	{ "language", REGION_MENU }, { "sitemap", REGION_MENU }, { "cloud", REGION_MENU },
	{ "header", REGION_WEAK }, { "sidebar", REGION_WEAK }, { "aside", REGION_WEAK },
	{ "related", REGION_WEAK }, { "widget", REGION_WEAK }, { "tags", REGION_WEAK },
	{ "banner", REGION_WEAK }, { "promo", REGION_WEAK }, { "ad", REGION_WEAK },
	{ "popular", REGION_WEAK }, { "archives", REGION_WEAK }, { "archive", REGION_NONE },
	{ "tabs", REGION_NONE }, { "topics", REGION_WEAK }, { "carousel", REGION_WEAK },
	{ "main", REGION_MAIN }, { "maincontent", REGION_MAIN }, { "content", REGION_MAIN },
	{ "maincontents", REGION_MAIN },
};

/* Words of a class or id: parted by blanks, '-', '_' and by capitals. */
static uint8_t
region_of_words(const char *s)
{
	uint8_t region = 0;
	size_t len;

	while (s != NULL && *s != '\0') {
		s += strspn(s, " \t\r\n-_:.");
		for (len = 0; s[len] != '\0' && strchr(" \t\r\n-_:.", s[len]) == NULL; len++) {
			if (len > 0 && isupper((unsigned char)s[len]) && islower((unsigned char)s[len - 1]))
				break;
		}
		for (size_t i = 0; len > 1 && i < sizeof(region_words) / sizeof(region_words[0]); i++) {
			/* the first letters spare most comparisons */
			if (((region_words[i].word[0] ^ s[0]) & ~0x20) == 0 &&
			    ((region_words[i].word[1] ^ s[1]) & ~0x20) == 0 &&
			    strlen(region_words[i].word) == len &&
			    strncasecmp(region_words[i].word, s, len) == 0)
				region |= region_words[i].region;
		}
		s += len;
	}
	return region;
}

uint8_t
rows_region(const xmlNode *node)
{
	static const struct region_word tags[] = { { "nav", REGION_MENU }, { "footer", REGION_MENU },
		{ "menu", REGION_MENU }, { "header", REGION_WEAK }, { "aside", REGION_WEAK },
		{ "main", REGION_MAIN }, { "article", REGION_MAIN } };
	static const struct region_word roles[] = { { "navigation", REGION_MENU }, { "menu", REGION_MENU },
		{ "menubar", REGION_MENU }, { "contentinfo", REGION_MENU }, { "banner", REGION_WEAK },
		{ "complementary", REGION_WEAK }, { "main", REGION_MAIN }, { "search", REGION_MENU } };
	const char *role = tree_attr(node, "role");
	uint8_t region = 0;

	/* "menuLink" on a link is a style, not a place */
	if (tree_is(node, "body") || tree_is(node, "html") || !tree_is_block(node))
		return 0;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (tree_is(node, tags[i].word))
			region |= tags[i].region;
	}
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
