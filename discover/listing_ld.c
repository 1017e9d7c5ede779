/* listing_ld: documents that a page lists for machines alone (schema.org ItemList, Blog), where its words show no list. */
#include <string.h>
#include <strings.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "discover/feed_int.h"
#include "discover/listing_int.h"
#include "markup/html.h"
#include "markup/tree.h"
#include "base/banned.h"

#define LD_DEPTH 6		/* objects within one another */
#define LD_SCRIPTS 50

struct ld {
	struct candidates *c;
	const struct discover_opts *opts;
	const char *base;
};

static bool
is_type(const json_t *j, const char *name)
{
	const json_t *type = json_object_get(j, "@type"), *one;
	size_t i;

	if (json_is_string(type))
		return strcasecmp(json_string_value(type), name) == 0;
	json_array_foreach(type, i, one)
		if (json_is_string(one) && strcasecmp(json_string_value(one), name) == 0)
			return true;
	return false;
}

static void
add_item(struct ld *l, const json_t *item)
{
	const json_t *thing = json_is_object(json_object_get(item, "item")) ? json_object_get(item, "item") : item;
	const char *url = json_get_str(thing, "url"), *title = json_get_str(thing, "headline");
	struct candidate *one;
	char *at;

	if (url == NULL)
		url = json_get_str(thing, "@id");
	if (url == NULL)
		url = json_get_str(item, "item");
	if (url == NULL && (url = json_get_str(item, "url")) == NULL)
		return;
	if ((at = url_resolve(l->base, url)) == NULL)
		return;
	if (l->c->count >= l->opts->max) {
		l->c->cut = true;
		free(at);
		return;
	}
	one = candidates_add(l->c);
	one->url = at;
	one->title = feed_plain(title != NULL ? title : json_get_str(thing, "name"), FEED_TITLE_MAX);
	if (one->title == NULL)
		one->title = feed_plain(json_get_str(item, "name"), FEED_TITLE_MAX);
	(void)candidate_date(json_get_str(thing, "datePublished"), NULL, DATE_FROM_ROW, l->opts, &one->published);
	one->why = xstrdup("JSON-LD list");
}

static void
add_list(struct ld *l, const json_t *list)
{
	const json_t *item;
	size_t i;

	if (json_is_object(list))
		add_item(l, list);
	json_array_foreach(list, i, item)
		if (json_is_object(item))
			add_item(l, item);
}

/* Lists of documents in an object and in what it holds; trails of breadcrumbs are lists of another type. */
static void
walk(struct ld *l, const json_t *j, int depth)
{
	const json_t *value;
	const char *key;
	size_t i;

	if (depth > LD_DEPTH || is_type(j, "BreadcrumbList") || is_type(j, "SiteNavigationElement"))
		return;
	if (is_type(j, "ItemList"))
		add_list(l, json_object_get(j, "itemListElement"));
	else if (is_type(j, "Blog"))
		add_list(l, json_object_get(j, "blogPost"));
	else if (json_is_object(j))
		json_object_foreach((json_t *)j, key, value)
			walk(l, value, depth + 1);
	else
		json_array_foreach(j, i, value)
			walk(l, value, depth + 1);
}

void
listing_ld(const struct html *html, const struct discover_opts *opts, struct candidates *c)
{
	struct ld l = { .c = c, .opts = opts, .base = html->base_href };
	xmlNodePtr root = xmlDocGetRootElement(html->doc);
	size_t scripts = 0;

	for (xmlNodePtr at = root; at != NULL && scripts < LD_SCRIPTS; at = tree_next(at, root, false)) {
		const char *type = tree_is(at, "script") ? tree_attr(at, "type") : NULL;
		const char *text;
		json_t *j = NULL;

		if (type == NULL || strcasestr(type, "ld+json") == NULL)
			continue;
		scripts++;
		text = html_script(html, at);
		if (json_read(text, strlen(text), &j, NULL) < 0)
			continue;
		walk(&l, j, 0);
		json_decref(j);
	}
}
