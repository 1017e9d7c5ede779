/* tags: the elements that the extractor tells apart. */
#include <stdlib.h>
#include <string.h>
#include "extract/extract_int.h"
#include "base/banned.h"

struct tag_row {
	const char *name;
	enum tag tag;
};

/* Sorted by name. TAG_SKIP: what is below is no text of the page. */
static const struct tag_row rows[] = {
	{ "a", TAG_A }, { "address", TAG_ADDRESS }, { "applet", TAG_SKIP }, { "area", TAG_SKIP },
	{ "article", TAG_ARTICLE }, { "aside", TAG_ASIDE }, { "audio", TAG_SKIP }, { "b", TAG_STRONG },
	{ "base", TAG_SKIP }, { "blockquote", TAG_BLOCKQUOTE }, { "body", TAG_BODY }, { "br", TAG_BR },
	{ "button", TAG_BUTTON }, { "canvas", TAG_SKIP }, { "caption", TAG_CAPTION },
	{ "datalist", TAG_SKIP }, { "dd", TAG_DD }, { "details", TAG_DETAILS }, { "dialog", TAG_SKIP },
	{ "div", TAG_DIV }, { "dl", TAG_DL }, { "dt", TAG_DT }, { "em", TAG_EM },
	{ "embed", TAG_SKIP },
	{ "figcaption", TAG_FIGCAPTION }, { "figure", TAG_FIGURE }, { "footer", TAG_FOOTER },
	{ "form", TAG_FORM }, { "frameset", TAG_SKIP }, { "h1", TAG_H1 }, { "h2", TAG_H2 },
	{ "h3", TAG_H3 }, { "h4", TAG_H4 }, { "h5", TAG_H5 }, { "h6", TAG_H6 }, { "head", TAG_HEAD },
	{ "header", TAG_HEADER }, { "hr", TAG_HR }, { "html", TAG_HTML }, { "iframe", TAG_SKIP },
	{ "img", TAG_IMG }, { "input", TAG_INPUT }, { "label", TAG_LABEL }, { "li", TAG_LI },
	{ "link", TAG_LINK }, { "main", TAG_MAIN }, { "map", TAG_SKIP }, { "meta", TAG_META },
	{ "nav", TAG_NAV }, { "noframes", TAG_SKIP }, { "noscript", TAG_NOSCRIPT }, { "object", TAG_SKIP },
	{ "ol", TAG_OL }, { "option", TAG_SKIP }, { "p", TAG_P }, { "pre", TAG_PRE },
	{ "script", TAG_SCRIPT }, { "section", TAG_SECTION }, { "select", TAG_SKIP },
	{ "span", TAG_SPAN }, { "strong", TAG_STRONG }, { "style", TAG_SKIP }, { "svg", TAG_SKIP },
	{ "table", TAG_TABLE }, { "td", TAG_TD }, { "template", TAG_SKIP }, { "textarea", TAG_SKIP },
	{ "th", TAG_TH }, { "time", TAG_TIME }, { "title", TAG_TITLE }, { "tr", TAG_TR },
	{ "ul", TAG_UL }, { "video", TAG_SKIP },
};

static int
cmp_row(const void *key, const void *row)
{
	return strcmp(key, ((const struct tag_row *)row)->name);
}

enum tag
tag_of(const char *name)
{
	const struct tag_row *r;

	if (name == NULL)
		return TAG_OTHER;
	r = bsearch(name, rows, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]), cmp_row);
	if (r != NULL)
		return r->tag;
	if (strcmp(name, "i") == 0)
		return TAG_EM;
	/* Elements that only HTML of the nineties knows, and table parts. */
	if (strcmp(name, "center") == 0 || strcmp(name, "fieldset") == 0 ||
	    strcmp(name, "hgroup") == 0 || strcmp(name, "tbody") == 0 || strcmp(name, "thead") == 0 ||
	    strcmp(name, "tfoot") == 0 || strcmp(name, "menu") == 0 || strcmp(name, "dir") == 0 ||
	    strcmp(name, "summary") == 0 || strcmp(name, "search") == 0 || strcmp(name, "listing") == 0)
		return TAG_DIV;
	return TAG_OTHER;
}

bool
tag_is_block(enum tag t)
{
	switch (t) {
	case TAG_OTHER: case TAG_A: case TAG_BR: case TAG_EM: case TAG_IMG: case TAG_INPUT: case TAG_LABEL:
	case TAG_SPAN: case TAG_STRONG: case TAG_TIME: case TAG_BUTTON: case TAG_LINK: case TAG_META: case TAG_NOSCRIPT:
	case TAG_SCRIPT: case TAG_SKIP: case TAG_TITLE:
		return false;
	default:
		return true;
	}
}
