/* feed_atom: Atom 1.0 (RFC 4287) and 0.3. */
#include <string.h>
#include <strings.h>
#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/feed_int.h"
#include "markup/tree.h"
#include "base/banned.h"

/*
 * Is markup hidden in the text? Not in xhtml or text; where nothing is said the text is plain by the standard, but
 * many feeds escape HTML all the same: an end tag or an entity gives them away.
 */
static bool
is_html(const xmlNode *node, const char *type, const char *mode, const char *text)
{
	for (const xmlNode *child = node->children; child != NULL; child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			return false;
	}
	if (mode != NULL)
		return strcasecmp(mode, "xml") != 0;
	if (type == NULL || strcasecmp(type, "text/plain") == 0)
		return strstr(text, "</") != NULL || strchr(text, '&') != NULL;
	return strcasecmp(type, "xhtml") != 0 && strcasecmp(type, "text") != 0;
}

/* A text construct (RFC 4287, 3.1; Atom 0.3 says it by mode) as plain text; NULL when empty. */
static char *
construct(xmlNodePtr node, size_t max)
{
	const char *type = tree_attr(node, "type"), *mode = tree_attr(node, "mode");
	CLEANUP(freep) char *text = NULL;
	unsigned char *bytes;
	size_t len;

	if (type != NULL && strchr(type, '/') != NULL && strncasecmp(type, "text/", 5) != 0 &&
	    strstr(type, "xml") == NULL && strcasecmp(type, "application/octet-stream") != 0)
		return NULL;	/* a picture, a sound */
	text = feed_text(node);
	if (text == NULL)
		return NULL;
	if ((mode != NULL && strcasecmp(mode, "base64") == 0) ||
	    (type != NULL && strcasecmp(type, "application/octet-stream") == 0)) {
		if (digest_unbase64(text, &bytes, &len) < 0)
			return NULL;
		free(text);
		text = xmemdup(bytes, len);
		free(bytes);
		return feed_plain(text, max);
	}
	if (!is_html(node, type, mode, text)) {
		char *out = text;

		out[utf8_cut(out, strlen(out), max)] = '\0';
		text = NULL;
		return out;
	}
	return feed_plain(text, max);
}

struct entry {
	const xmlNode *said;	/* last of title, summary and content: its language is the entry's */
	bool published_seen;
	char *alternate, *other, *id_link, *content;
	char *published, *updated, *created;
	char *media_title, *media_text;
};

static void
read_entry_link(struct entry *e, xmlNodePtr node, const struct discover_opts *opts)
{
	const char *rel = tree_attr(node, "rel"), *href = tree_attr(node, "href");
	const char *type = tree_attr(node, "type");
	CLEANUP(freep) char *text = NULL;

	if (href == NULL)
		href = text = feed_text(node);
	if (href == NULL)
		return;
	if (rel == NULL || *rel == '\0' || strcasecmp(rel, "alternate") == 0) {
		/* of several alternates the web page, not the feed or the recording */
		if (type == NULL || strcasestr(type, "html") != NULL)
			feed_set(&e->alternate, feed_link(node, opts->url, href));
		else
			feed_set(&e->other, feed_link(node, opts->url, href));
	} else if (strcasecmp(rel, "self") == 0 || strcasecmp(rel, "related") == 0 ||
	    strcasecmp(rel, "via") == 0) {
		feed_set(&e->other, feed_link(node, opts->url, href));
	}
}

/* Of a date that is stated twice the last is taken, as other readers do. */
static void
last_text(char **field, xmlNodePtr node)
{
	char *text = feed_text(node);

	if (text == NULL)
		return;
	free(*field);
	*field = text;
}

static void
read_entry_part(struct entry *e, xmlNodePtr node, const struct discover_opts *opts,
    struct candidate *one)
{
	const char *name = feed_local(node);

	if (strcasecmp(name, "title") == 0) {
		feed_set(&one->title, construct(node, FEED_TITLE_MAX));
		e->said = node;
	} else if (strcasecmp(name, "link") == 0) {
		read_entry_link(e, node, opts);
	} else if (strcasecmp(name, "id") == 0) {
		feed_set(&one->guid, feed_text(node));
		if (one->guid != NULL && url_is_http(one->guid))
			feed_set(&e->id_link, feed_link(node, opts->url, one->guid));
	} else if (strcasecmp(name, "published") == 0) {
		last_text(&e->published, node);
		e->published_seen = true;
	} else if (strcasecmp(name, "issued") == 0 && !e->published_seen) {
		last_text(&e->published, node);
	} else if (strcasecmp(name, "created") == 0) {
		last_text(&e->created, node);
	} else if (strcasecmp(name, "updated") == 0 || strcasecmp(name, "modified") == 0) {
		last_text(&e->updated, node);
	} else if (strcasecmp(name, "summary") == 0) {
		e->said = node;
	} else if (strcasecmp(name, "content") == 0) {
		e->said = node;
		feed_set(&e->other, feed_link(node, opts->url, tree_attr(node, "src")));
	}
}

/* Summary and content, which are wanted only of some. */
static void
read_texts(struct entry *e, xmlNodePtr node, struct candidate *one)
{
	for (xmlNodePtr child = node->children; child != NULL; child = child->next) {
		enum feed_ns ns;

		if (child->type != XML_ELEMENT_NODE)
			continue;
		ns = feed_ns(child);
		if (ns == NS_MEDIA)
			feed_media(child, NULL, &e->media_text);
		else if (ns != NS_ATOM && ns != NS_CORE)
			continue;
		else if (strcasecmp(feed_local(child), "summary") == 0)
			feed_set(&one->summary, construct(child, FEED_TEXT_MAX));
		else if (strcasecmp(feed_local(child), "content") == 0 && tree_attr(child, "src") == NULL)
			feed_set(&e->content, construct(child, FEED_TEXT_MAX));
	}
	feed_set(&e->content, e->media_text);
}

static char *
take_address(struct entry *e)
{
	char **from[] = { &e->alternate, &e->other, &e->id_link };
	char *url = NULL;

	for (size_t i = 0; i < 3 && url == NULL; i++) {
		url = *from[i];
		*from[i] = NULL;
	}
	return url;
}

static void
read_entry(xmlNodePtr node, const struct discover_opts *opts, struct candidates *c)
{
	const char *lang;
	struct candidate one = { 0 };
	struct entry e = { 0 };
	bool id_seen = false;

	for (xmlNodePtr child = node->children; child != NULL; child = child->next) {
		enum feed_ns ns;

		if (child->type != XML_ELEMENT_NODE)
			continue;
		ns = feed_ns(child);
		if (ns == NS_ATOM || ns == NS_CORE) {
			id_seen |= strcasecmp(feed_local(child), "id") == 0;
			read_entry_part(&e, child, opts, &one);
		} else if (ns == NS_DC && strcasecmp(feed_local(child), "date") == 0) {
			feed_set(&e.created, feed_text(child));
		} else if (ns == NS_MEDIA) {
			feed_media(child, &e.media_title, NULL);
		}
	}
	if (id_seen && one.guid == NULL)
		c->guids_doubtful = true;
	feed_set(&one.title, e.media_title);
	lang = feed_lang(e.said != NULL ? e.said : node);
	one.language = feed_lang_copy(lang);
	if (lang == NULL)
		one.language = xstrdup(c->language);
	lang = one.language;
	if (candidate_date(e.published, lang, DATE_FROM_FEED, opts, &one.published) < 0)
		(void)candidate_date(e.created, lang, DATE_FROM_FEED, opts, &one.published);
	if (candidate_date(e.updated, lang, DATE_FROM_FEED, opts, &one.updated) == 0 &&
	    one.published.precision == DATE_NONE)
		one.published = one.updated;
	one.url = take_address(&e);
	if (feed_wants_texts(&one, opts))
		read_texts(&e, node, &one);
	feed_add(c, &one, e.content, "Atom entry", opts);
	free(e.alternate);
	free(e.other);
	free(e.id_link);
	free(e.published);
	free(e.updated);
	free(e.created);
}

void
feed_read_atom(xmlNodePtr root, const struct discover_opts *opts, struct candidates *c)
{
	feed_set(&c->language, feed_lang_copy(feed_lang(root)));
	for (xmlNodePtr at = root; at != NULL; at = tree_next(at, root, false)) {
		if (at->type != XML_ELEMENT_NODE)
			continue;
		if (strcasecmp(feed_local(at), "entry") == 0) {
			if (c->count >= opts->max) {
				c->cut = true;
				return;
			}
			read_entry(at, opts, c);
		} else if (at->parent == root && strcasecmp(feed_local(at), "link") == 0) {
			feed_read_atom_link(at, opts, c);
		} else if (at->parent == root && strcasecmp(feed_local(at), "title") == 0) {
			feed_set(&c->title, construct(at, FEED_TITLE_MAX));
		}
	}
}
