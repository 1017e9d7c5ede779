/* feed_json: JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1). */
#include <string.h>
#include <strings.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/feed_int.h"
#include "base/banned.h"

static char *
get_link(const json_t *obj, const char *key, const char *url)
{
	return feed_link(NULL, url, json_get_str(obj, key));
}

static void
read_id(const json_t *item, struct candidate *one, struct candidates *c)
{
	const json_t *id = json_object_get(item, "id");
	char *line;

	if (json_is_integer(id)) {
		one->guid = xasprintf("%lld", (long long)json_integer_value(id));
	} else if (json_is_string(id)) {
		line = unicode_line(json_string_value(id), json_string_length(id));
		if (*line != '\0') {
			one->guid = line;
			return;
		}
		free(line);
		c->guids_doubtful = true;
	}
}

static void
read_item(const json_t *item, const struct discover_opts *opts, struct candidates *c)
{
	struct candidate one = { 0 };
	char *content = NULL;
	const char *language;

	if (!json_is_object(item))
		return;
	read_id(item, &one, c);
	one.url = get_link(item, "url", opts->url);
	feed_set(&one.url, get_link(item, "external_url", opts->url));
	if (one.url == NULL && one.guid != NULL && url_is_http(one.guid))
		one.url = feed_link(NULL, opts->url, one.guid);
	one.title = feed_plain(json_get_str(item, "title"), FEED_TITLE_MAX);
	if (feed_wants_texts(&one, opts)) {
		one.summary = feed_plain(json_get_str(item, "summary"), FEED_TEXT_MAX);
		content = feed_plain(json_get_str(item, "content_text"), FEED_TEXT_MAX);
		feed_set(&content, feed_plain(json_get_str(item, "content_html"), FEED_TEXT_MAX));
	}
	language = json_get_str(item, "language");
	one.language = language != NULL ? feed_lang_copy(language) : xstrdup(c->language);
	language = one.language;
	(void)candidate_date(json_get_str(item, "date_published"), language, DATE_FROM_FEED, opts,
	    &one.published);
	(void)candidate_date(json_get_str(item, "date_modified"), language, DATE_FROM_FEED, opts,
	    &one.updated);
	feed_add(c, &one, content, "JSON Feed item", opts);
}

int
feed_read_json(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	const json_t *items, *item, *hub;
	json_t *root = NULL;
	size_t i;
	CLEANUP(freep) char *next = NULL;

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3, n -= 3;
	if (json_read(p, n, &root, reterr) < 0)
		return -1;
	items = json_object_get(root, "items");
	if (!json_is_array(items)) {
		json_decref(root);
		return err_set(reterr, ERR_INPUT, "the body is JSON, but no JSON Feed: it has no items");
	}
	c->title = feed_plain(json_get_str(root, "title"), FEED_TITLE_MAX);
	c->language = feed_lang_copy(json_get_str(root, "language"));
	hub = json_array_get(json_object_get(root, "hubs"), 0);
	c->hub = get_link(hub, "url", opts->url);
	if ((next = get_link(root, "next_url", opts->url)) != NULL)
		candidates_add_more(c, next);
	json_array_foreach(items, i, item) {
		if (c->count >= opts->max) {
			c->cut = true;
			break;
		}
		read_item(item, opts, c);
	}
	json_decref(root);
	return 0;
}
