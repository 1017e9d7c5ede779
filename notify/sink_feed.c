/*
 * sink_feed: the newest events as a file that readers of feeds fetch: Atom (RFC 4287) and JSON Feed 1.1 side by side. The
 * JSON one is also the memory of the sink: it is read, the event put in front, both are written beside and renamed, so a
 * reader finds a whole feed or the one before. An event that comes twice stands in it once.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "notify/notify_int.h"
#include "notify/render.h"
#include "base/banned.h"

#define FEED_MAX ((size_t)64 << 20)
#define TEXT_CHARS 5000		/* of an item; the rest stands behind its address */
#define VERSION_URL "https://jsonfeed.org/version/1.1"

/* The two paths of a feed: the name without .atom, .xml or .json, and both endings. */
static void
feed_paths(const char *path, char **ret_atom, char **ret_json)
{
	static const char *const endings[] = { ".atom", ".xml", ".json" };
	size_t n = strlen(path);

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(endings[i]);

		if (n <= len || strcmp(path + n - len, endings[i]) != 0)
			continue;
		*ret_atom = xasprintf("%.*s%s", (int)(n - len), path, i < 2 ? endings[i] : ".atom");
		*ret_json = xasprintf("%.*s.json", (int)(n - len), path);
		return;
	}
	*ret_atom = xasprintf("%s.atom", path);
	*ret_json = xasprintf("%s.json", path);
}

/* The items of the feed as it stands; a file that is no feed of this channel is left alone. */
static int
feed_read(const char *path, const char *channel, json_t **ret_items, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *feed = NULL;
	struct buf b = BUF_INIT(FEED_MAX);
	struct err err = { 0 };
	const char *owner;
	json_t *items;
	int rc = 0;

	if (access(path, F_OK) < 0 && errno == ENOENT) {
		*ret_items = json_array();
		buf_done(&b);
		return 0;
	}
	if (file_read(path, &b, reterr) < 0) {
		rc = -1;
	} else if (json_read(buf_str(&b), b.len, &feed, &err) < 0 ||
	    (owner = json_get_str(feed, "_presswatch_channel")) == NULL || strcmp(owner, channel) != 0 ||
	    !json_is_array(items = json_object_get(feed, "items"))) {
		rc = err_set(reterr, ERR_CONFIG, "%s is there and no feed of this channel: move it away", path);
	} else {
		*ret_items = json_incref(items);
	}
	buf_done(&b);
	return rc;
}

static json_t *
item_of(const struct delivery *d)
{
	struct rendered r;
	json_t *item = json_object(), *tags = json_array();
	CLEANUP(freep) char *id = xasprintf("urn:uuid:%s", d->id);
	CLEANUP(freep) char *text = NULL;
	const char *whole;

	render_event(d->id, d->type, d->body, d->body_len, &r);
	whole = buf_str(&r.text);
	text = xstrndup(whole, utf8_cut_chars(whole, r.text.len, TEXT_CHARS));
	json_put_str(item, "id", id);
	json_put_str(item, "url", r.summary.url[0] != '\0' ? r.summary.url : NULL);
	json_put_str(item, "title", buf_str(&r.subject));
	json_put_str(item, "content_text", text);
	json_put_str(item, "date_published", r.summary.time);
	json_put_str(item, "language", r.summary.language[0] != '\0' ? r.summary.language : NULL);
	json_array_append_new(tags, json_string(d->type));
	if (r.source[0] != '\0')
		json_array_append_new(tags, json_string(r.source));
	json_object_set_new(item, "tags", tags);
	rendered_done(&r);
	return item;
}

/* The new item first, those before it without one of the same id, at most max. */
static json_t *
items_with(const json_t *old, json_t *item, unsigned max)
{
	json_t *items = json_array();
	const char *id = json_get_str(item, "id"), *other;

	json_array_append_new(items, item);
	for (size_t i = 0; i < json_array_size(old) && json_array_size(items) < max; i++) {
		other = json_get_str(json_array_get(old, i), "id");
		if (other != NULL && strcmp(other, id) != 0)
			json_array_append(items, json_array_get(old, i));
	}
	return items;
}

static int
write_json(const char *path, const char *channel, json_t *items, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *feed = json_object();
	CLEANUP(freep) char *title = xasprintf("presswatch: %s", channel);
	CLEANUP(freep) char *text = NULL;

	json_put_str(feed, "version", VERSION_URL);
	json_put_str(feed, "title", title);
	json_put_str(feed, "_presswatch_channel", channel);
	json_object_set(feed, "items", items);
	text = json_dumps(feed, JSON_INDENT(1));
	return file_write_atomic(path, text, strlen(text), 0644, reterr);
}

/* ---- Atom ---------------------------------------------------------------------------------------------------------- */

/* Control characters cannot be said in XML 1.0, nor can U+FFFE and U+FFFF. */
static void
add_escaped(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n;) {
		uint32_t c = utf8_next(s, n, &i);

		if (c == '<')
			buf_adds(b, "&lt;");
		else if (c == '>')
			buf_adds(b, "&gt;");
		else if (c == '&')
			buf_adds(b, "&amp;");
		else if (c == '"')
			buf_adds(b, "&quot;");
		else if ((c >= 0x20 || c == '\n' || c == '\t') && c != 0xfffe && c != 0xffff)
			utf8_put(b, c);
	}
}

static void
add_element(struct buf *b, const char *name, const char *attributes, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(b, "<%s%s>", name, attributes);
	add_escaped(b, value);
	buf_addf(b, "</%s>\n", name);
}

static void
add_entry(struct buf *b, const json_t *item)
{
	const json_t *tags = json_object_get(item, "tags");
	const char *url = json_get_str(item, "url"), *tag, *date = json_get_str(item, "date_published");

	buf_adds(b, "<entry>\n");
	add_element(b, "id", "", json_get_str(item, "id"));
	add_element(b, "title", "", json_get_str(item, "title"));
	add_element(b, "updated", "", date);
	add_element(b, "published", "", date);
	if (url != NULL) {
		buf_adds(b, "<link rel=\"alternate\" href=\"");
		add_escaped(b, url);
		buf_adds(b, "\"/>\n");
	}
	for (size_t i = 0; i < json_array_size(tags); i++)
		if ((tag = json_string_value(json_array_get(tags, i))) != NULL) {
			buf_adds(b, "<category term=\"");
			add_escaped(b, tag);
			buf_adds(b, "\"/>\n");
		}
	add_element(b, "content", " type=\"text\"", json_get_str(item, "content_text"));
	buf_adds(b, "</entry>\n");
}

static int
write_atom(const char *path, const char *channel, const json_t *items, struct err *reterr)
{
	struct buf b = BUF_INIT(FEED_MAX);
	int rc;

	buf_adds(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>urn:presswatch:channel:");
	add_escaped(&b, channel);
	buf_adds(&b, "</id>\n<title>presswatch: ");
	add_escaped(&b, channel);
	buf_adds(&b, "</title>\n<author><name>presswatch</name></author>\n");
	add_element(&b, "updated", "", json_get_str(json_array_get(items, 0), "date_published"));
	for (size_t i = 0; i < json_array_size(items); i++)
		add_entry(&b, json_array_get(items, i));
	buf_adds(&b, "</feed>\n");
	rc = b.full ? err_set(reterr, ERR_LIMIT, "the feed is over %zu bytes", FEED_MAX) :
	    file_write_atomic(path, b.data, b.len, 0644, reterr);
	buf_done(&b);
	return rc;
}

/* JSON last: until it is written the event is not remembered, and is tried again. */
static int
feed_put(struct delivery *d, const struct sink_opts *o, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *old = NULL, *items = NULL;
	CLEANUP(freep) char *atom = NULL, *json = NULL;

	feed_paths(o->path, &atom, &json);
	if (feed_read(json, d->channel, &old, reterr) < 0)
		return -1;
	items = items_with(old, item_of(d), o->feed_items != 0 ? o->feed_items : FEED_ITEMS);
	if (write_atom(atom, d->channel, items, reterr) < 0)
		return -1;
	return write_json(json, d->channel, items, reterr);
}

static void
feed_start(struct delivery *d, const struct sink_opts *o)
{
	struct err err = { 0 };

	if (feed_put(d, o, &err) < 0)	/* an administrator can mend it, so the event waits */
		delivery_finish(d, ERR_TEMPORARY, -1, "%s", err.text);
	else
		delivery_finish(d, ERR_NONE, -1, "written");
}

const struct sink sink_feed = { "feed", feed_start, NULL };
