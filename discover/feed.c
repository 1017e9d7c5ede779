/* feed: which kind of feed it is, and what the readers share. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "base/digest.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "discover/feed_int.h"
#include "markup/html.h"
#include "markup/tree.h"
#include "markup/xml.h"
#include "base/banned.h"

#define BASE_DEPTH 8		/* xml:base elements above one another that are followed */
#define LANG_DEPTH 16		/* elements above one another that are asked for their language */
#define LANG_MAX 35		/* a longer tag is none (RFC 5646, 4.4.1) */
#define PLAIN_BYTES (256u << 10)	/* of HTML that is read for a summary */

const char *
feed_local(const xmlNode *node)
{
	const char *name = (const char *)node->name, *colon = strchr(name, ':');

	return colon != NULL && colon[1] != '\0' ? colon + 1 : name;
}

enum feed_ns
feed_ns(const xmlNode *node)
{
	static const struct { const char *part; enum feed_ns ns; } rows[] = {
		{ "purl.org/dc/", NS_DC }, { "rss/1.0/modules/content", NS_CONTENT },
		{ "rss/1.0/modules", NS_OTHER }, { "w3.org/2005/Atom", NS_ATOM },
		{ "purl.org/atom", NS_ATOM }, { "purl.org/rss/", NS_CORE },
		{ "1999/xhtml", NS_CONTENT }, { "search.yahoo.com/mrss", NS_MEDIA }, { "netscape.com", NS_CORE }, { "userland.com", NS_CORE }, { "harvard.edu", NS_CORE },
	};
	static const struct { const char *prefix; enum feed_ns ns; } prefixes[] = {
		{ "dc:", NS_DC }, { "dcterms:", NS_DC }, { "content:", NS_CONTENT }, { "atom:", NS_ATOM }, { "media:", NS_MEDIA },
		{ "rss:", NS_CORE },
	};
	const char *name = (const char *)node->name, *href;

	if (node->ns == NULL || node->ns->href == NULL) {
		if (strchr(name, ':') == NULL)
			return NS_CORE;
		for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
			if (strncasecmp(name, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
				return prefixes[i].ns;
		}
		return NS_OTHER;
	}
	href = (const char *)node->ns->href;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcasestr(href, rows[i].part) != NULL)
			return rows[i].ns;
	}
	/* an unknown default namespace is the feed's own, an unknown prefix is an extension */
	return node->ns->prefix == NULL ? NS_CORE : NS_OTHER;
}

bool
feed_is(const xmlNode *node, enum feed_ns ns, const char *local)
{
	return node->type == XML_ELEMENT_NODE && strcasecmp(feed_local(node), local) == 0 &&
	    feed_ns(node) == ns;
}

char *
feed_base(const xmlNode *node, const char *url)
{
	const char *bases[BASE_DEPTH];
	size_t count = 0;
	char *base, *next;

	for (; node != NULL && node->type == XML_ELEMENT_NODE && count < BASE_DEPTH; node = node->parent) {
		const char *b = tree_attr(node, "base");

		if (b == NULL)
			b = tree_attr(node, "xml:base");
		if (b != NULL && *b != '\0')
			bases[count++] = b;
	}
	base = xstrdup(url);
	while (count > 0) {
		next = url_resolve(base, bases[--count]);
		if (next != NULL) {
			free(base);
			base = next;
		}
	}
	return base;
}

char *
feed_link(const xmlNode *node, const char *url, const char *ref)
{
	CLEANUP(freep) char *base = NULL, *clean = NULL;

	if (ref == NULL)
		return NULL;
	clean = unicode_line(ref, strlen(ref));
	if (*clean == '\0')
		return NULL;
	base = feed_base(node, url);
	return url_resolve(base, clean);
}

char *
feed_text(xmlNodePtr node)
{
	char *line = tree_line(node);

	if (*line != '\0')
		return line;
	free(line);
	return NULL;
}

/* Does s hold a tag or an entity, rather than a lone "<" or "&"? */
static bool
holds_markup(const char *s)
{
	for (const char *p = s; (p = strpbrk(p, "<&")) != NULL; p++) {
		if (*p == '<') {
			const char *name = p + 1 + (p[1] == '/' || p[1] == '!');
			size_t len = strcspn(name, " \t\r\n/>");

			if (p[1] == '!' && strncmp(p, "<!--", 4) == 0)
				return true;
			if (isalpha((unsigned char)*name) && len < 12 && strchr(name, '>') != NULL)
				return true;
		} else if (p[1] == '#' ? isxdigit((unsigned char)p[2]) || p[2] == 'x' :
		    isalpha((unsigned char)p[1])) {
			size_t len = strcspn(p + 1, "; <&") + 1;

			if (p[len] == ';' && len < 12)
				return true;
		}
	}
	return false;
}

char *
feed_plain(const char *s, size_t max)
{
	CLEANUP(html_freep) struct html *h = NULL;
	struct buf page = BUF_INIT(PLAIN_BYTES + 64);
	char *line;

	if (s == NULL)
		return NULL;
	if (holds_markup(s)) {
		buf_adds(&page, "<body><div>");
		buf_add(&page, s, utf8_cut(s, strlen(s), PLAIN_BYTES));
		if (html_parse(buf_str(&page), page.len, "text/html; charset=utf-8", "", &h, NULL) == 0)
			line = tree_line(xmlDocGetRootElement(h->doc));
		else
			line = xstrdup("");
	} else {
		line = unicode_line(s, strlen(s));
	}
	buf_done(&page);
	if (*line == '\0') {
		free(line);
		return NULL;
	}
	line[utf8_cut(line, strlen(line), max)] = '\0';
	return line;
}

void
feed_set(char **field, char *value)
{
	if (value == NULL)
		return;
	if (*field == NULL)
		*field = value;
	else
		free(value);
}

/* The address of an item that names none: the list's, with a name by title and date, else by id, else by text. */
static char *
name_item(const struct candidate *one, const char *content, const struct discover_opts *opts)
{
	CLEANUP(freep) char *list = url_resolve(opts->url, opts->url);
	const char *what = one->title, *when = "";
	unsigned char hash[SHA256_LEN];
	char name[SHA256_HEX];

	if (one->published.precision != DATE_NONE)
		when = one->published.stated;
	else if (one->updated.precision != DATE_NONE && what == NULL && one->guid == NULL)
		when = one->updated.stated;
	if (what == NULL)
		what = one->guid != NULL ? one->guid : one->summary != NULL ? one->summary : content;
	if (what == NULL && *when != '\0')
		what = "";
	if (list == NULL || what == NULL)
		return NULL;
	digest_sha256v(hash, what, strlen(what) + 1, when, strlen(when), NULL);
	return xasprintf("%s%s%.16s", list, URL_ITEM_MARK, digest_hex(hash, SHA256_LEN, name));
}

void
feed_add(struct candidates *c, struct candidate *one, char *content, const char *why,
    const struct discover_opts *opts)
{
	bool named = one->url != NULL;
	size_t len;

	if (!named && (one->url = name_item(one, content, opts)) == NULL) {
		candidate_clear(one);
		free(content);
		return;
	}
	if (one->summary == NULL)
		one->summary = xstrdup(content);
	if (named)
		free(content);
	else
		one->content = content != NULL ? content : xstrdup(one->summary);
	if (one->summary != NULL && (len = strlen(one->summary)) > FEED_SUMMARY_MAX)
		one->summary[utf8_cut(one->summary, len, FEED_SUMMARY_MAX)] = '\0';
	one->why = xasprintf("%s%s", why, named ? "" : " without an address");
	*candidates_add(c) = *one;
}

bool
feed_wants_texts(const struct candidate *one, const struct discover_opts *opts)
{
	return one->url == NULL || opts->summaries;
}

void
feed_media(xmlNodePtr node, char **title, char **summary)
{
	for (xmlNodePtr at = node; at != NULL; at = tree_next(at, node, false)) {
		CLEANUP(freep) char *text = NULL;

		if (title != NULL && feed_is(at, NS_MEDIA, "title")) {
			text = feed_text(at);
			feed_set(title, feed_plain(text, FEED_TITLE_MAX));
		} else if (summary != NULL && feed_is(at, NS_MEDIA, "description")) {
			text = feed_text(at);
			feed_set(summary, feed_plain(text, FEED_SUMMARY_MAX));
		}
	}
}

const char *
feed_lang(const xmlNode *node)
{
	const char *lang;

	for (int up = 0; node != NULL && node->type == XML_ELEMENT_NODE && up < LANG_DEPTH; node = node->parent, up++) {
		lang = tree_attr(node, "lang");
		if (lang == NULL)
			lang = tree_attr(node, "xml:lang");
		if (lang != NULL)
			return lang;
	}
	return NULL;
}

char *
feed_lang_copy(const char *lang)
{
	char *copy = lang != NULL && *lang != '\0' && strlen(lang) <= LANG_MAX ? unicode_line(lang, strlen(lang)) : NULL;

	for (char *p = copy; p != NULL && *p != '\0'; p++)
		*p = *p == '_' ? '-' : *p;
	return copy;
}

void
feed_read_atom_link(xmlNodePtr link, const struct discover_opts *opts, struct candidates *c)
{
	const char *rel = tree_attr(link, "rel");
	CLEANUP(freep) char *href = NULL;
	/* RFC 5005: the next page of a paged feed, the older part of an archived one */
	bool more = rel != NULL && (strcasecmp(rel, "next") == 0 || strcasecmp(rel, "prev-archive") == 0);

	if (rel == NULL || (!more && strcasecmp(rel, "hub") != 0))
		return;
	href = feed_link(link, opts->url, tree_attr(link, "href"));
	if (href == NULL)
		return;
	if (more) {
		candidates_add_more(c, href);
	} else if (c->hub == NULL) {
		c->hub = href;
		href = NULL;
	}
}

struct seen {
	const char *guid;	/* borrowed from its candidate */
	UT_hash_handle hh;
};

/* A GUID that names two items, or nothing, is not to be trusted as a name. */
static void
check_guids(struct candidates *c)
{
	struct seen *table = NULL, *rows, *found;
	size_t used = 0;

	if (c->count == 0)
		return;
	rows = xcalloc(c->count, sizeof(*rows));
	for (size_t i = 0; i < c->count; i++) {
		const char *guid = c->list[i].guid;

		if (guid == NULL)
			continue;
		HASH_FIND_STR(table, guid, found);
		if (found != NULL) {
			c->guids_doubtful = true;
			continue;
		}
		rows[used].guid = guid;
		HASH_ADD_KEYPTR(hh, table, rows[used].guid, strlen(guid), &rows[used]);
		used++;
	}
	HASH_CLEAR(hh, table);
	free(rows);
}

static bool
is_json(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)p[i] >= 0x80 || isspace((unsigned char)p[i]))
			continue;	/* a byte order mark */
		return p[i] == '{';
	}
	return false;
}

int
feed_read(const char *p, size_t n, const struct discover_opts *opts, struct candidates *c,
    struct err *reterr)
{
	CLEANUP(xml_freep) struct xml *x = NULL;
	xmlNodePtr root;

	if (is_json(p, n)) {
		if (feed_read_json(p, n, opts, c, reterr) < 0)
			return -1;
		check_guids(c);
		return 0;
	}
	if (xml_parse(p, n, opts->content_type, &x, reterr) < 0)
		return -1;
	c->truncated = x->truncated;
	c->charset = xstrdup(x->charset.name);
	c->cut = x->cut;
	root = xmlDocGetRootElement(x->doc);
	if (strcasecmp(feed_local(root), "feed") == 0)
		feed_read_atom(root, opts, c);
	else if (strcasecmp(feed_local(root), "html") == 0)
		return err_set(reterr, ERR_INPUT, "an HTML page stands at the feed's address");
	else
		feed_read_rss(root, opts, c);
	/* the end of a cut feed may have taken its address, or the end of its title */
	if (c->truncated && c->count > 0 && url_is_item(c->list[c->count - 1].url))
		candidate_clear(&c->list[--c->count]);
	check_guids(c);
	if (c->count == 0 && c->truncated)
		return err_set(reterr, ERR_INPUT, "the feed ends before its first item");
	return 0;
}
