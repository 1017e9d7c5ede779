/*
 * listing_ld: what a page says of its documents for programs: schema.org lists and the data from which a script would build the
 * list, where its words show none; dates of articles, where its rows have none.
 */
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
#define DATA_DEPTH 12		/* of data from which a script would build a page */
#define DATA_ITEMS 3
#define DATA_TITLE 8		/* bytes */
#define FILL_MAX 1000		/* candidates whose dates are looked for */

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

/* A date that some key of the object says: published before any other, never when it was changed or ends. */
static bool
data_date(const struct ld *l, const json_t *thing, struct doc_date *ret)
{
	static const char *const names[] = { "publi", "release", "date", "posted", "created", NULL };
	static const char *const others[] = { "updat", "modif", "end", "expir", "un", "changed", NULL };
	const json_t *value;
	const char *key;

	for (size_t i = 0; names[i] != NULL; i++) {
		json_object_foreach((json_t *)thing, key, value) {
			bool other = false;

			for (size_t k = 0; others[k] != NULL && !other; k++)
				other = strcasestr(key, others[k]) != NULL;
			if (!other && strcasestr(key, names[i]) != NULL && json_is_string(value) &&
			    candidate_date(json_string_value(value), NULL, DATE_FROM_ROW, l->opts, ret) == 0)
				return true;
		}
	}
	return false;
}

static const char *
first_of(const json_t *thing, const char *const *keys)
{
	for (size_t i = 0; keys[i] != NULL; i++) {
		const json_t *value = json_object_get(thing, keys[i]);

		if (json_is_object(value))	/* {"title": {"rendered": "..."}} */
			value = json_object_get(value, "rendered");
		if (json_is_string(value) && json_string_length(value) > 0)
			return json_string_value(value);
	}
	return NULL;
}

/* Where an object of data leads: an address or a path from the root, no bare name. */
static const char *
data_url(const json_t *thing)
{
	static const char *const keys[] = { "url", "href", "link", "path", "permalink", "pageUrl", "uri", NULL };
	const char *url = first_of(thing, keys);

	return url != NULL && (*url == '/' || strncasecmp(url, "http", 4) == 0) ? url : NULL;
}

static const char *
data_title(const json_t *thing)
{
	static const char *const keys[] = { "title", "headline", "name", "heading", NULL };
	const char *title = first_of(thing, keys);

	return title != NULL && strlen(title) >= DATA_TITLE ? title : NULL;
}

/* The array of most objects that have address, title and date: menus have none. */
static void
find_data(struct ld *l, const json_t *j, int depth, const json_t **best, size_t *most)
{
	const json_t *value;
	const char *key;
	size_t i, good = 0;
	struct doc_date date;

	if (depth > DATA_DEPTH)
		return;
	json_array_foreach(j, i, value)
		good += json_is_object(value) && data_url(value) != NULL && data_title(value) != NULL && data_date(l, value, &date);
	if (good >= DATA_ITEMS && good > *most && good * 10 >= json_array_size(j) * 8) {
		*best = j;
		*most = good;
	}
	json_array_foreach(j, i, value)
		find_data(l, value, depth + 1, best, most);
	if (json_is_object(j))
		json_object_foreach((json_t *)j, key, value)
			find_data(l, value, depth + 1, best, most);
}

static void
add_data(struct ld *l, const json_t *list)
{
	const json_t *thing;
	size_t i;

	json_array_foreach(list, i, thing) {
		const char *url = data_url(thing), *title = data_title(thing);
		struct candidate *one;
		char *at;

		if (url == NULL || title == NULL || (at = url_resolve(l->base, url)) == NULL)
			continue;
		if (l->c->count >= l->opts->max) {
			l->c->cut = true;
			free(at);
			return;
		}
		one = candidates_add(l->c);
		one->url = at;
		one->title = feed_plain(title, FEED_TITLE_MAX);
		(void)data_date(l, thing, &one->published);
		one->why = xstrdup("list in the data of a script");
	}
}

/* Dates of articles that the page describes go to candidates of their address that have none. */
static void
fill_dates(struct ld *l, const json_t *j, int depth)
{
	const char *stated = json_get_str(j, "datePublished"), *url = json_get_str(j, "url"), *key;
	const json_t *value;
	size_t i;

	if (depth > DATA_DEPTH)
		return;
	if (url == NULL)
		url = json_get_str(j, "@id");
	if (stated != NULL && url != NULL) {
		CLEANUP(freep) char *at = url_resolve(l->base, url);

		for (size_t k = 0; at != NULL && k < l->c->count; k++) {
			struct candidate *one = &l->c->list[k];

			if (one->published.precision == DATE_NONE && strcmp(one->url, at) == 0)
				(void)candidate_date(stated, NULL, DATE_FROM_ROW, l->opts, &one->published);
		}
	}
	json_array_foreach(j, i, value)
		fill_dates(l, value, depth + 1);
	if (json_is_object(j))
		json_object_foreach((json_t *)j, key, value)
			fill_dates(l, value, depth + 1);
}

/* One script: a list while none was found, else what is missing of the one that was. */
static void
read_script(struct ld *l, const char *type, const char *text, bool listed)
{
	const json_t *best = NULL;
	size_t most = 0;
	json_t *j = NULL;

	if (json_read(text, strlen(text), &j, NULL) < 0)
		return;
	if (strcasestr(type, "ld+json") == NULL) {
		find_data(l, j, 0, &best, &most);
		if (best != NULL)
			add_data(l, best);
	} else if (listed) {
		fill_dates(l, j, 0);
	} else {
		walk(l, j, 0);
	}
	json_decref(j);
}

static bool
lacks_dates(const struct candidates *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].published.precision == DATE_NONE)
			return c->count <= FILL_MAX;
	return false;
}

void
listing_ld(const struct html *html, const struct discover_opts *opts, struct candidates *c)
{
	struct ld l = { .c = c, .opts = opts, .base = html->base_href };
	xmlNodePtr root = xmlDocGetRootElement(html->doc);
	bool listed = c->count > 0;
	size_t scripts = 0;

	if (listed && !lacks_dates(c))
		return;
	/* what is stated as a list is asked before the data of scripts */
	for (int pass = 0; pass < (listed ? 1 : 2) && (listed || c->count == 0); pass++) {
		const char *wanted = pass == 0 ? "application/ld+json" : "application/json";

		for (xmlNodePtr at = root; at != NULL && scripts < LD_SCRIPTS; at = tree_next(at, root, false)) {
			const char *type = tree_is(at, "script") ? tree_attr(at, "type") : NULL;

			if (type == NULL || strcasestr(type, wanted) == NULL)
				continue;
			scripts++;
			read_script(&l, type, html_script(html, at), listed);
		}
	}
}
