/* feed_rss: RSS 0.9x, 1.0 and 2.0, with the Dublin Core, content and Atom elements that they carry. */
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/url.h"
#include "discover/feed_int.h"
#include "markup/tree.h"
#include "base/banned.h"

/* What an item says, before it is weighed. */
struct item {
	char *link, *alternate, *permalink, *about;
	char *description, *content;
	char *media_title, *media_text;
	const char *date, *created, *updated, *dc_date;
	char *texts[5];		/* owners of the dates above */
	const xmlNode *said;	/* first of title and texts: its language is the item's */
	size_t texts_count;
	bool guid_seen;
};

static void
item_done(struct item *it)
{
	free(it->link);
	free(it->alternate);
	free(it->permalink);
	free(it->about);
	free(it->description);
	for (size_t i = 0; i < it->texts_count; i++)
		free(it->texts[i]);
}

static void
keep_date(struct item *it, const char **field, xmlNodePtr node)
{
	char *text;

	if (*field != NULL || it->texts_count == 4 || (text = feed_text(node)) == NULL)
		return;
	it->texts[it->texts_count++] = text;
	*field = text;
}

static void
keep_text(char **field, xmlNodePtr node)
{
	CLEANUP(freep) char *text = feed_text(node);

	feed_set(field, feed_plain(text, FEED_TEXT_MAX));
}

enum text_kind { NO_TEXT, DESCRIPTION, DC_DESCRIPTION, CONTENT };

static enum text_kind
text_kind(const xmlNode *node, enum feed_ns ns)
{
	static const struct { enum feed_ns ns; const char *name; enum text_kind kind; } rows[] = {
		{ NS_CORE, "description", DESCRIPTION }, { NS_CORE, "summary", DESCRIPTION },
		{ NS_CORE, "abstract", DESCRIPTION }, { NS_CORE, "fullitem", CONTENT },
		{ NS_CORE, "body", CONTENT }, { NS_DC, "description", DC_DESCRIPTION },
		{ NS_CONTENT, "encoded", CONTENT }, { NS_CONTENT, "body", CONTENT }, { NS_CONTENT, "div", CONTENT },
	};
	const char *name = feed_local(node);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].ns == ns && strcasecmp(rows[i].name, name) == 0)
			return rows[i].kind;
	}
	return NO_TEXT;
}

/* Description and content, which are wanted only of some. A second description is the longer text. */
static void
read_texts(struct item *it, xmlNodePtr node)
{
	for (xmlNodePtr child = node->children; child != NULL; child = child->next) {
		enum text_kind kind;
		enum feed_ns ns;

		if (child->type != XML_ELEMENT_NODE)
			continue;
		ns = feed_ns(child);
		kind = text_kind(child, ns);
		if (ns == NS_MEDIA)
			feed_media(child, NULL, &it->media_text);
		else if (kind == DC_DESCRIPTION || (kind == DESCRIPTION && it->description == NULL))
			keep_text(&it->description, child);
		else if (kind != NO_TEXT)
			keep_text(&it->content, child);
	}
	feed_set(&it->content, it->media_text);
}

static char *
language_of(xmlNodePtr node)
{
	CLEANUP(freep) char *text = feed_text(node);

	return feed_lang_copy(text);
}

static void
read_guid(struct item *it, xmlNodePtr node, const char *url, struct candidate *one)
{
	const char *permalink = tree_attr(node, "isPermaLink");
	char *guid = feed_text(node);

	it->guid_seen = true;
	if (guid == NULL)
		return;
	free(one->guid);
	one->guid = NULL;
	if (permalink == NULL || strcasecmp(permalink, "false") != 0) {
		if (url_is_http(guid) || (permalink != NULL && strcasecmp(permalink, "true") == 0))
			feed_set(&it->permalink, feed_link(node, url, guid));
	}
	feed_set(&one->guid, guid);
}

static void
read_link(struct item *it, xmlNodePtr node, const char *url)
{
	const char *rel = tree_attr(node, "rel"), *href = tree_attr(node, "href");
	char *text = feed_text(node);

	if (text != NULL && feed_ns(node) != NS_ATOM)
		feed_set(&it->link, feed_link(node, url, text));
	else if (href != NULL && (rel == NULL || strcasecmp(rel, "alternate") == 0))
		feed_set(&it->alternate, feed_link(node, url, href));
	free(text);
}

static void
read_core(struct item *it, xmlNodePtr node, const struct discover_opts *opts, struct candidate *one)
{
	const char *name = feed_local(node);
	CLEANUP(freep) char *text = NULL;

	if (strcasecmp(name, "title") == 0) {
		text = feed_text(node);
		feed_set(&one->title, feed_plain(text, FEED_TITLE_MAX));
		it->said = it->said != NULL ? it->said : node;
	} else if (strcasecmp(name, "link") == 0) {
		read_link(it, node, opts->url);
	} else if (strcasecmp(name, "guid") == 0) {
		read_guid(it, node, opts->url, one);
	} else if (strcasecmp(name, "pubDate") == 0 || strcasecmp(name, "date") == 0) {
		keep_date(it, &it->date, node);
	} else if (strcasecmp(name, "language") == 0) {
		feed_set(&one->language, language_of(node));
	}
}

static void
read_extension(struct item *it, xmlNodePtr node, enum feed_ns ns, const struct discover_opts *opts,
    struct candidate *one)
{
	const char *name = feed_local(node);
	CLEANUP(freep) char *text = NULL;

	if (ns == NS_DC && strcasecmp(name, "title") == 0) {
		text = feed_text(node);
		feed_set(&one->title, feed_plain(text, FEED_TITLE_MAX));
	} else if (ns == NS_DC && (strcasecmp(name, "date") == 0 || strcasecmp(name, "issued") == 0 ||
	    strcasecmp(name, "available") == 0 || strcasecmp(name, "created") == 0)) {
		keep_date(it, &it->created, node);
		if (strcasecmp(name, "date") == 0)
			it->dc_date = it->created;
	} else if (ns == NS_DC && strcasecmp(name, "modified") == 0) {
		keep_date(it, &it->updated, node);
	} else if (ns == NS_DC && strcasecmp(name, "language") == 0) {
		feed_set(&one->language, language_of(node));
	} else if (ns == NS_ATOM && strcasecmp(name, "link") == 0) {
		read_link(it, node, opts->url);
	} else if (ns == NS_ATOM && (strcasecmp(name, "published") == 0 ||
	    strcasecmp(name, "issued") == 0)) {
		keep_date(it, &it->created, node);
	} else if (ns == NS_ATOM && (strcasecmp(name, "updated") == 0 ||
	    strcasecmp(name, "modified") == 0)) {
		keep_date(it, &it->updated, node);
	}
}

/* An address that several sources name: the link, else Atom's, else a GUID that is one, else rdf:about. */
static char *
take_address(struct item *it)
{
	char **from[] = { &it->link, &it->alternate, &it->permalink, &it->about };
	char *url = NULL;

	for (size_t i = 0; i < 4 && url == NULL; i++) {
		url = *from[i];
		*from[i] = NULL;
	}
	return url;
}

/* Names and addresses that stand in the attributes of an item: RSS 1.0 (RDF Site Summary, 5.5) and CDF. */
static void
read_attributes(struct item *it, xmlNodePtr node, const struct discover_opts *opts, struct candidate *one)
{
	const char *about = tree_attr(node, "about"), *lastmod = tree_attr(node, "LASTMOD");

	it->alternate = feed_link(node, opts->url, tree_attr(node, "HREF"));
	if (lastmod != NULL)
		it->updated = it->texts[it->texts_count++] = xstrdup(lastmod);
	if (about == NULL || *about == '\0')
		return;
	if (url_is_http(about))
		it->about = feed_link(node, opts->url, about);
	one->guid = xstrdup(about);
}

/* The language of an item: its own word for it, else xml:lang of its title or text, else the channel's. */
static char *
item_language(const struct item *it, xmlNodePtr node, const struct candidates *c)
{
	const char *lang = feed_lang(it->said != NULL ? it->said : node);

	return lang != NULL ? feed_lang_copy(lang) : xstrdup(c->language);
}

static void
read_item(xmlNodePtr node, const struct discover_opts *opts, struct candidates *c)
{
	struct candidate one = { 0 };
	struct item it = { 0 };
	enum feed_ns ns;

	read_attributes(&it, node, opts, &one);
	for (xmlNodePtr child = node->children; child != NULL; child = child->next) {
		if (child->type != XML_ELEMENT_NODE)
			continue;
		ns = feed_ns(child);
		if (text_kind(child, ns) != NO_TEXT)
			it.said = it.said != NULL ? it.said : child;
		else if (ns == NS_CORE)
			read_core(&it, child, opts, &one);
		else if (ns == NS_MEDIA)
			feed_media(child, &it.media_title, NULL);
		else if (ns != NS_OTHER)
			read_extension(&it, child, ns, opts, &one);
	}
	if (it.guid_seen && one.guid == NULL)
		c->guids_doubtful = true;
	if (one.language == NULL)
		one.language = item_language(&it, node, c);
	if (candidate_date(it.date, one.language, DATE_FROM_FEED, opts, &one.published) < 0)
		(void)candidate_date(it.created, one.language, DATE_FROM_FEED, opts, &one.published);
	if (it.updated == NULL)
		it.updated = it.dc_date;	/* Dublin Core: a date of any event in its life */
	(void)candidate_date(it.updated, one.language, DATE_FROM_FEED, opts, &one.updated);
	feed_set(&one.title, it.media_title);
	one.url = take_address(&it);
	if (feed_wants_texts(&one, opts))
		read_texts(&it, node);
	one.summary = it.description;
	feed_add(c, &one, it.content, "RSS item", opts);
	it.description = NULL;
	item_done(&it);
}

static void
read_channel(xmlNodePtr node, const struct discover_opts *opts, struct candidates *c)
{
	const char *name = feed_local(node);
	enum feed_ns ns = feed_ns(node);
	CLEANUP(freep) char *text = NULL;
	long ttl;

	if (ns == NS_ATOM && strcasecmp(name, "link") == 0) {
		feed_read_atom_link(node, opts, c);
	} else if ((ns == NS_CORE || ns == NS_DC) && strcasecmp(name, "language") == 0) {
		feed_set(&c->language, language_of(node));
	} else if ((ns == NS_CORE || ns == NS_DC) && strcasecmp(name, "title") == 0) {
		text = feed_text(node);
		feed_set(&c->title, feed_plain(text, FEED_TITLE_MAX));
	} else if (ns == NS_CORE && strcasecmp(name, "ttl") == 0 && (text = feed_text(node)) != NULL) {
		ttl = strtol(text, NULL, 10);
		c->ttl_min = ttl > 0 && ttl <= 60 * 24 * 7 ? (int)ttl : 0;
	}
}

void
feed_read_rss(xmlNodePtr root, const struct discover_opts *opts, struct candidates *c)
{
	bool skip;

	c->language = feed_lang_copy(feed_lang(root));
	for (xmlNodePtr at = root; at != NULL; at = tree_next(at, root, skip)) {
		skip = false;
		if (at->type != XML_ELEMENT_NODE)
			continue;
		/* an item of a broken feed may stand inside the one before */
		if (strcasecmp(feed_local(at), "item") == 0 && feed_ns(at) == NS_CORE) {
			if (c->count >= opts->max) {
				c->cut = true;
				return;
			}
			read_item(at, opts, c);
		} else if (at->parent != NULL && at->parent->type == XML_ELEMENT_NODE &&
		    strcasecmp(feed_local(at->parent), "channel") == 0) {
			read_channel(at, opts, c);
			skip = strcasecmp(feed_local(at), "image") == 0 ||
			    strcasecmp(feed_local(at), "textInput") == 0;
		}
	}
}
