/*
 * evidence: what the names that authors give their elements say about them. Names are words in
 * any of a dozen languages run together ("articleBody", "related-news__list"), so the table is searched
 * at every letter; a row says whether the word must stand alone, must begin a word, or may stand
 * anywhere. No row knows a site.
 */
#include <string.h>
#include "extract/extract_int.h"
#include "base/digest.h"
#include "base/banned.h"

enum where { ALONE, BEGIN, ANY };

struct word_row {
	const char *word;
	enum where where;
	uint32_t ev;
};

/* Sorted by the first letter; within a letter all rows that match count. */
static const struct word_row words[] = {
	{ "about-author", ANY, EV_BIO }, { "aboutauthor", ANY, EV_BIO }, { "aboutthe", BEGIN, EV_BIO },
	{ "ad", ALONE, EV_AD }, { "ads", ALONE, EV_AD }, { "adslot", ANY, EV_AD },
	{ "adsbygoogle", ANY, EV_AD }, { "advert", BEGIN, EV_AD }, { "adv", ALONE, EV_AD },
	{ "advertorial", ANY, EV_AD }, { "adcontainer", ANY, EV_AD }, { "adunit", ANY, EV_AD },
	{ "addthis", ANY, EV_SHARE }, { "addtoany", ANY, EV_SHARE }, { "affiliate", ANY, EV_AD },
	{ "also", ALONE, EV_RELATED }, { "alsolike", ANY, EV_RELATED }, { "alert", BEGIN, EV_COOKIE },
	{ "anzeige", BEGIN, EV_AD }, { "abo", ALONE, EV_SUBSCRIBE }, { "article", ANY, EV_CONTENT },
	{ "artikel", ANY, EV_CONTENT }, { "artigo", ANY, EV_CONTENT }, { "articulo", ANY, EV_CONTENT },
	{ "articlebody", ANY, EV_BODY }, { "article-body", ANY, EV_BODY }, { "article_body", ANY, EV_BODY },
	{ "article__body", ANY, EV_BODY }, { "articletext", ANY, EV_BODY }, { "article-text", ANY, EV_BODY },
	{ "article_text", ANY, EV_BODY }, { "article__text", ANY, EV_BODY },
	{ "articlecontent", ANY, EV_BODY }, { "article-content", ANY, EV_BODY },
	{ "article_content", ANY, EV_BODY }, { "article__content", ANY, EV_BODY },
	{ "article-main", ANY, EV_BODY }, { "artikeltext", ANY, EV_BODY }, { "artikel-text", ANY, EV_BODY },
	{ "author", BEGIN, EV_AUTHOR | EV_META }, { "autor", BEGIN, EV_AUTHOR | EV_META },
	{ "auteur", BEGIN, EV_AUTHOR | EV_META }, { "autore", BEGIN, EV_AUTHOR | EV_META },
	{ "author-bio", ANY, EV_BIO }, { "authorbio", ANY, EV_BIO }, { "author-box", ANY, EV_BIO },
	{ "authorbox", ANY, EV_BIO }, { "author-info", ANY, EV_BIO }, { "author__bio", ANY, EV_BIO },
	{ "author_bio", ANY, EV_BIO }, { "archive", BEGIN, EV_NAV }, { "aside", ANY, EV_SIDE },
	{ "agree", ALONE, EV_COOKIE }, { "anchor", ALONE, EV_TOC }, { "attachment", BEGIN, EV_MEDIA },
	{ "banner", ANY, EV_AD }, { "bandeau", ALONE, EV_AD }, { "body", ALONE, EV_CONTENT },
	{ "body-copy", ANY, EV_BODY }, { "bodycopy", ANY, EV_BODY }, { "body-text", ANY, EV_BODY },
	{ "bodytext", ANY, EV_BODY }, { "breadcrumb", ANY, EV_NAV }, { "bread", ALONE, EV_NAV },
	{ "bread-crumb", ANY, EV_NAV }, { "brotkr", ANY, EV_NAV }, { "byline", ANY, EV_AUTHOR | EV_META },
	{ "bio", ALONE, EV_BIO }, { "biography", BEGIN, EV_BIO }, { "box", ALONE, EV_SIDE },
	{ "bildunterschrift", ANY, EV_CAPTION }, { "backlink", ANY, EV_TOC }, { "backtotop", ANY, EV_TOC },
	{ "back-to-top", ANY, EV_TOC }, { "blog", ALONE, EV_CONTENT }, { "button", ANY, EV_TOC },
	{ "btn", ALONE, EV_TOC }, { "bottom", ALONE, EV_FOOT }, { "bookmark", ANY, EV_SHARE },
	{ "berita", ANY, EV_CONTENT },
	{ "catchline", ANY, EV_SECTION }, { "caption", ANY, EV_CAPTION }, { "card", ALONE, EV_CARD }, { "cards", ALONE, EV_CARD },
	{ "carousel", ANY, EV_RELATED | EV_MEDIA }, { "category", BEGIN, EV_SECTION },
	{ "categories", BEGIN, EV_TAGS }, { "cate", ALONE, EV_SECTION }, { "chapo", ALONE, EV_LEAD },
	{ "chapeau", ALONE, EV_LEAD }, { "cmp", ALONE, EV_COOKIE }, { "comment", ANY, EV_COMMENT },
	{ "comentario", ANY, EV_COMMENT }, { "commentaire", ANY, EV_COMMENT }, { "cookie", ANY, EV_COOKIE },
	{ "consent", ANY, EV_COOKIE }, { "content", ANY, EV_CONTENT }, { "contenido", ANY, EV_CONTENT },
	{ "conteudo", ANY, EV_CONTENT }, { "contenu", ANY, EV_CONTENT }, { "contact", BEGIN, EV_FOOT },
	{ "copyright", ANY, EV_FOOT }, { "corrections", ALONE, EV_META }, { "credit", BEGIN, EV_CAPTION },
	{ "crumb", ANY, EV_NAV }, { "cta", ALONE, EV_SUBSCRIBE }, { "cuerpo", ANY, EV_BODY },
	{ "corpo", ALONE, EV_BODY }, { "contentbody", ANY, EV_BODY }, { "content-body", ANY, EV_BODY },
	{ "content__body", ANY, EV_BODY }, { "copete", ANY, EV_LEAD },
	{ "dachzeile", ANY, EV_SECTION }, { "date", ANY, EV_DATE | EV_META }, { "datum", BEGIN, EV_DATE | EV_META },
	{ "dateline", ANY, EV_DATE | EV_META }, { "datetime", ANY, EV_DATE | EV_META },
	{ "dek", ALONE, EV_LEAD }, { "description", ALONE, EV_LEAD }, { "disclaimer", ANY, EV_FOOT },
	{ "disqus", ANY, EV_COMMENT }, { "donate", ANY, EV_SUBSCRIBE }, { "donation", ANY, EV_SUBSCRIBE },
	{ "dropdown", ANY, EV_NAV }, { "d-none", ALONE, EV_HIDDEN }, { "detail", BEGIN, EV_CONTENT },
	{ "discussion", BEGIN, EV_COMMENT }, { "dfp", ALONE, EV_AD },
	{ "entry-content", ANY, EV_BODY }, { "entrycontent", ANY, EV_BODY }, { "entry-body", ANY, EV_BODY },
	{ "entry", ALONE, EV_CONTENT }, { "editor", ALONE, EV_CONTENT }, { "empfehl", ANY, EV_RELATED },
	{ "embed", BEGIN, EV_MEDIA }, { "eyebrow", ANY, EV_SECTION }, { "entradilla", ANY, EV_LEAD },
	{ "excerpt", ANY, EV_CARD }, { "extra", ALONE, EV_SIDE }, { "episode", BEGIN, EV_MEDIA },
	{ "etiqueta", ANY, EV_TAGS },
	{ "facebook", ANY, EV_SHARE }, { "facts", ALONE, EV_SIDE }, { "fact", ALONE, EV_SIDE },
	{ "feedback", ANY, EV_COMMENT }, { "fecha", BEGIN, EV_DATE | EV_META }, { "featured", ANY, EV_RELATED },
	{ "foot", BEGIN, EV_FOOT }, { "footer", ANY, EV_FOOT }, { "fb", ALONE, EV_SHARE },
	{ "follow", BEGIN, EV_SHARE }, { "footnote", ANY, EV_CONTENT }, { "form", ALONE, EV_SUBSCRIBE },
	{ "fulltext", ANY, EV_BODY }, { "full-text", ANY, EV_BODY }, { "flash", ALONE, EV_RELATED },
	{ "feed", ALONE, EV_RELATED }, { "fontsize", ANY, EV_TOC }, { "font-size", ANY, EV_TOC },
	{ "faq", BEGIN, EV_CONTENT }, { "filter", ANY, EV_NAV }, { "figcaption", ANY, EV_CAPTION },
	{ "gallery", ANY, EV_MEDIA }, { "galerie", ANY, EV_MEDIA }, { "galeria", ANY, EV_MEDIA },
	{ "gdpr", ANY, EV_COOKIE }, { "grid", ALONE, EV_CARD }, { "gnav", ANY, EV_NAV },
	{ "glossary", BEGIN, EV_SIDE },
	{ "head", ALONE, EV_HEAD }, { "header", ANY, EV_HEAD }, { "headline", ANY, EV_TITLE },
	{ "heading", BEGIN, EV_TITLE }, { "hidden", ANY, EV_HIDDEN }, { "hide", ALONE, EV_HIDDEN },
	{ "hot", ALONE, EV_RELATED }, { "highlights", ALONE, EV_RELATED }, { "haber", ALONE, EV_CONTENT },
	{ "icon", ALONE, EV_TOC }, { "image", BEGIN, EV_MEDIA }, { "img", ALONE, EV_MEDIA },
	{ "infobox", ANY, EV_SIDE }, { "info-box", ANY, EV_SIDE }, { "instagram", ANY, EV_SHARE },
	{ "intro", BEGIN, EV_LEAD }, { "item", ALONE, EV_CARD }, { "items", ALONE, EV_CARD },
	{ "invisible", ALONE, EV_HIDDEN }, { "ingress", ANY, EV_LEAD }, { "isi", ALONE, EV_BODY },
	{ "inhalt", BEGIN, EV_CONTENT }, { "interstitial", ANY, EV_AD },
	{ "jp-relatedposts", ANY, EV_RELATED }, { "jump", ALONE, EV_TOC },
	{ "keyword", ANY, EV_TAGS }, { "kicker", ANY, EV_SECTION }, { "kommentar", ANY, EV_COMMENT },
	{ "legal", ANY, EV_FOOT }, { "legend", BEGIN, EV_CAPTION }, { "lead", ALONE, EV_LEAD },
	{ "leadin", ALONE, EV_LEAD }, { "lede", ALONE, EV_LEAD }, { "leden", ALONE, EV_LEAD },
	{ "likes", ALONE, EV_SHARE }, { "like", ALONE, EV_SHARE }, { "linkedin", ANY, EV_SHARE },
	{ "links", ALONE, EV_RELATED }, { "linkbox", ANY, EV_RELATED }, { "list", ALONE, EV_CARD },
	{ "listing", ANY, EV_CARD }, { "login", ANY, EV_SUBSCRIBE }, { "logo", ANY, EV_HEAD },
	{ "latest", BEGIN, EV_RELATED }, { "livefyre", ANY, EV_COMMENT }, { "leserbrief", ANY, EV_COMMENT },
	{ "lire-aussi", ANY, EV_RELATED }, { "lireaussi", ANY, EV_RELATED }, { "leggi-anche", ANY, EV_RELATED },
	{ "location", ALONE, EV_META }, { "license", BEGIN, EV_FOOT }, { "lightbox", ANY, EV_MEDIA },
	{ "label", ALONE, EV_SECTION }, { "lang", ALONE, EV_NAV }, { "language", BEGIN, EV_NAV },
	{ "main", ALONE, EV_CONTENT }, { "maincontent", ANY, EV_CONTENT }, { "masthead", ANY, EV_HEAD },
	{ "media", ALONE, EV_MEDIA }, { "menu", ANY, EV_NAV }, { "message", BEGIN, EV_POST },
	{ "meta", BEGIN, EV_META }, { "metadata", ANY, EV_META }, { "modal", ANY, EV_COOKIE },
	{ "more", ALONE, EV_RELATED }, { "mostread", ANY, EV_RELATED }, { "most-read", ANY, EV_RELATED },
	{ "mostpopular", ANY, EV_RELATED }, { "most-popular", ANY, EV_RELATED },
	{ "meistgelesen", ANY, EV_RELATED }, { "module", BEGIN, EV_SIDE }, { "marginal", ANY, EV_SIDE },
	{ "messages", ALONE, EV_POST }, { "mehr", ALONE, EV_RELATED }, { "megamenu", ANY, EV_NAV },
	{ "makale", ANY, EV_CONTENT }, { "mas-leid", ANY, EV_RELATED },
	{ "nav", BEGIN, EV_NAV }, { "navi", ANY, EV_NAV }, { "navbar", ANY, EV_NAV },
	{ "newsletter", ANY, EV_SUBSCRIBE }, { "news", ALONE, EV_CONTENT }, { "next", ALONE, EV_NAV },
	{ "noprint", ANY, EV_TOC }, { "no-print", ANY, EV_TOC }, { "notice", BEGIN, EV_COOKIE },
	{ "noticia", ANY, EV_CONTENT }, { "nota", ALONE, EV_CONTENT }, { "notification", ANY, EV_COOKIE },
	{ "overline", ANY, EV_SECTION }, { "outbrain", ANY, EV_RELATED }, { "overlay", ANY, EV_COOKIE }, { "other", ALONE, EV_RELATED },
	{ "offer", BEGIN, EV_AD }, { "othernews", ANY, EV_RELATED }, { "other-news", ANY, EV_RELATED },
	{ "pretitle", ANY, EV_SECTION }, { "pager", ANY, EV_NAV }, { "pagination", ANY, EV_NAV }, { "pagetop", ANY, EV_TOC },
	{ "paywall", ANY, EV_SUBSCRIBE }, { "perex", ANY, EV_LEAD }, { "photo", BEGIN, EV_MEDIA },
	{ "pinterest", ANY, EV_SHARE }, { "player", ANY, EV_MEDIA }, { "playlist", ANY, EV_MEDIA },
	{ "popular", ANY, EV_RELATED }, { "popup", ANY, EV_COOKIE }, { "pop-up", ANY, EV_COOKIE },
	{ "post", ALONE, EV_CONTENT | EV_POST }, { "postbody", ANY, EV_BODY | EV_POST },
	{ "post-body", ANY, EV_BODY }, { "post-content", ANY, EV_BODY }, { "postcontent", ANY, EV_BODY },
	{ "post_content", ANY, EV_BODY }, { "post__content", ANY, EV_BODY }, { "posts", ALONE, EV_CARD },
	{ "posted", BEGIN, EV_META }, { "postmeta", ANY, EV_META }, { "post-meta", ANY, EV_META },
	{ "print", ALONE, EV_TOC }, { "privacy", ANY, EV_COOKIE }, { "profile", BEGIN, EV_BIO },
	{ "promo", ANY, EV_RELATED }, { "promotion", ANY, EV_AD }, { "publicidad", ANY, EV_AD },
	{ "publi", ALONE, EV_AD }, { "pubdate", ANY, EV_DATE | EV_META }, { "published", ANY, EV_DATE | EV_META },
	{ "publish", BEGIN, EV_DATE | EV_META }, { "pullquote", ANY, EV_SIDE }, { "pull-quote", ANY, EV_SIDE },
	{ "prev", ALONE, EV_NAV }, { "previous", ALONE, EV_NAV }, { "podcast", ANY, EV_MEDIA },
	{ "poll", ALONE, EV_SIDE }, { "product", BEGIN, EV_CARD }, { "piano", ALONE, EV_SUBSCRIBE },
	{ "plusone", ANY, EV_SHARE }, { "profil", ALONE, EV_BIO }, { "permalink", ANY, EV_META },
	{ "quicklinks", ANY, EV_NAV }, { "quiz", BEGIN, EV_SIDE },
	{ "roofline", ANY, EV_SECTION }, { "rail", ALONE, EV_SIDE }, { "rating", ANY, EV_META }, { "readmore", ANY, EV_RELATED },
	{ "read-more", ANY, EV_RELATED }, { "read-also", ANY, EV_RELATED }, { "recommend", ANY, EV_RELATED },
	{ "recirc", ANY, EV_RELATED }, { "recent", BEGIN, EV_RELATED }, { "register", ALONE, EV_SUBSCRIBE },
	{ "registration", ANY, EV_SUBSCRIBE }, { "relacionad", ANY, EV_RELATED }, { "relat", BEGIN, EV_RELATED },
	{ "related", ANY, EV_RELATED }, { "replies", ANY, EV_COMMENT }, { "reply", ANY, EV_COMMENT },
	{ "respond", ALONE, EV_COMMENT }, { "review", BEGIN, EV_POST }, { "ressort", ANY, EV_SECTION },
	{ "rubrik", ANY, EV_SECTION }, { "rubrique", ANY, EV_SECTION }, { "rich-text", ANY, EV_CONTENT },
	{ "richtext", ANY, EV_CONTENT }, { "rss", ALONE, EV_SHARE }, { "rtext", ALONE, EV_CONTENT },
	{ "reklam", ANY, EV_AD }, { "role-main", ALONE, EV_CONTENT }, { "right", ALONE, EV_SIDE },
	{ "spitzmarke", ANY, EV_SECTION }, { "supertitle", ANY, EV_SECTION }, { "sapo", ALONE, EV_LEAD }, { "search", ANY, EV_NAV }, { "section-title", ANY, EV_SECTION },
	{ "see-also", ANY, EV_RELATED }, { "seealso", ANY, EV_RELATED }, { "share", ANY, EV_SHARE },
	{ "sharing", ANY, EV_SHARE }, { "sharebar", ANY, EV_SHARE }, { "side", ALONE, EV_SIDE },
	{ "sidebar", ANY, EV_SIDE }, { "sign-up", ANY, EV_SUBSCRIBE }, { "signup", ANY, EV_SUBSCRIBE },
	{ "sitemap", ANY, EV_NAV }, { "skip", ALONE, EV_NAV }, { "skyscraper", ANY, EV_AD },
	{ "slider", ANY, EV_MEDIA }, { "slideshow", ANY, EV_MEDIA }, { "social", ANY, EV_SHARE },
	{ "source", ALONE, EV_META }, { "sponsor", ANY, EV_AD }, { "sr-only", ALONE, EV_HIDDEN },
	{ "screen-reader", ANY, EV_HIDDEN }, { "standfirst", ANY, EV_LEAD }, { "storybody", ANY, EV_BODY },
	{ "story-body", ANY, EV_BODY }, { "story-content", ANY, EV_BODY }, { "storycontent", ANY, EV_BODY },
	{ "story-text", ANY, EV_BODY }, { "story", ANY, EV_CONTENT }, { "subscribe", ANY, EV_SUBSCRIBE },
	{ "subscription", ANY, EV_SUBSCRIBE }, { "subtitle", ANY, EV_LEAD }, { "subheadline", ANY, EV_LEAD },
	{ "subhead", ANY, EV_LEAD }, { "suggest", BEGIN, EV_RELATED }, { "summary", ALONE, EV_LEAD },
	{ "similar", ANY, EV_RELATED }, { "skip-link", ANY, EV_NAV }, { "signature", ANY, EV_BIO },
	{ "site-", BEGIN, EV_HEAD }, { "spot", ALONE, EV_LEAD }, { "survey", ANY, EV_SIDE },
	{ "topline", ANY, EV_SECTION }, { "tab", ALONE, EV_NAV }, { "tabs", ALONE, EV_NAV }, { "taboola", ANY, EV_RELATED },
	{ "tag", ALONE, EV_TAGS }, { "tags", ANY, EV_TAGS }, { "taglist", ANY, EV_TAGS },
	{ "tagcloud", ANY, EV_TAGS }, { "teaser", ANY, EV_CARD }, { "text", ALONE, EV_CONTENT },
	{ "texte", ALONE, EV_CONTENT }, { "texto", ALONE, EV_BODY }, { "textbody", ANY, EV_BODY },
	{ "text-body", ANY, EV_BODY }, { "thumb", ANY, EV_CARD }, { "thread", ALONE, EV_POST },
	{ "time", ALONE, EV_DATE | EV_META }, { "timestamp", ANY, EV_DATE | EV_META },
	{ "title", ANY, EV_TITLE }, { "titel", ANY, EV_TITLE }, { "titulo", ANY, EV_TITLE },
	{ "titre", ANY, EV_TITLE }, { "toc", ALONE, EV_TOC }, { "toolbar", ANY, EV_TOC },
	{ "tools", ALONE, EV_TOC }, { "toolbox", ANY, EV_TOC }, { "toolbelt", ANY, EV_TOC },
	{ "topic", BEGIN, EV_TAGS }, { "topbar", ANY, EV_HEAD }, { "topnav", ANY, EV_NAV },
	{ "trending", ANY, EV_RELATED }, { "totop", ANY, EV_TOC }, { "tweet", ANY, EV_SHARE },
	{ "twitter", ANY, EV_SHARE }, { "trackback", ANY, EV_COMMENT }, { "tile", ALONE, EV_CARD },
	{ "tooltip", ANY, EV_HIDDEN }, { "ticker", ANY, EV_RELATED }, { "transcript", ANY, EV_CONTENT },
	{ "uhrzeit", ANY, EV_DATE }, { "upsell", ANY, EV_SUBSCRIBE }, { "user", BEGIN, EV_POST },
	{ "utility", ANY, EV_TOC }, { "updated", BEGIN, EV_DATE | EV_META },
	{ "verwandt", ANY, EV_RELATED }, { "video", BEGIN, EV_MEDIA }, { "vorspann", ANY, EV_LEAD },
	{ "visually-hidden", ANY, EV_HIDDEN }, { "visuallyhidden", ANY, EV_HIDDEN }, { "vote", BEGIN, EV_SHARE },
	{ "views", ALONE, EV_META }, { "viewcount", ANY, EV_META },
	{ "warning", BEGIN, EV_COOKIE }, { "weiterlesen", ANY, EV_RELATED }, { "weitere", ANY, EV_RELATED },
	{ "werbung", ANY, EV_AD }, { "whatsapp", ANY, EV_SHARE }, { "widget", ANY, EV_SIDE },
	{ "wysiwyg", ANY, EV_CONTENT }, { "written", ALONE, EV_META }, { "welcome", ALONE, EV_COOKIE },
	{ "yarpp", ANY, EV_RELATED }, { "you-may", ANY, EV_RELATED }, { "youmay", ANY, EV_RELATED },
	{ "zitat", ANY, EV_SIDE }, { "zusammenfassung", ANY, EV_LEAD }, { "zone", ALONE, EV_SIDE },
};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))
#define NAME_MAX_BYTES 160

/* Row where the words of a letter begin; rows are in order of their first letter. */
void
evidence_init(struct evidence_cache *cache)
{
	size_t r = 0;

	memset(cache, 0, sizeof(*cache));
	for (int letter = 0; letter < 27; letter++) {
		while (r < WORD_COUNT && words[r].word[0] < 'a' + letter)
			r++;
		cache->first[letter] = (uint16_t)r;
	}
	for (r = 0; r < WORD_COUNT; r++)
		cache->second[words[r].word[0] - 'a'] |= 1ull << (words[r].word[1] & 63);
}

/*
 * Lower-case copy of s in low, with the places where a word begins: after anything that is no letter and
 * where a capital follows a small letter.
 */
static size_t
split_name(const char *s, char *low, bool *begin)
{
	bool was_letter = false, was_small = false;
	size_t n = 0;

	for (; *s != '\0' && n < NAME_MAX_BYTES - 1; s++, n++) {
		unsigned char c = (unsigned char)*s;
		bool upper = c >= 'A' && c <= 'Z', small = c >= 'a' && c <= 'z';

		begin[n] = !was_letter || (upper && was_small);
		low[n] = (char)(upper ? c + 32 : c == '_' ? '-' : c);
		was_letter = upper || small;
		was_small = small;
	}
	low[n] = '\0';
	begin[n] = true;
	return n;
}

static bool
row_matches(const struct word_row *r, const char *low, const bool *begin, size_t i, size_t n)
{
	size_t k = 1;

	if (r->where != ANY && !begin[i])
		return false;
	for (; r->word[k] != '\0'; k++) {
		char c = r->word[k];

		if (low[i + k] != (c == '_' ? '-' : c))	/* low ends in NUL, so this stops there */
			return false;
	}
	if (r->where == ALONE && i + k < n && !begin[i + k] && low[i + k] >= 'a' && low[i + k] <= 'z')
		return false;
	return true;
}

static uint32_t
find_words(const struct evidence_cache *cache, const char *s)
{
	char low[NAME_MAX_BYTES];
	bool begin[NAME_MAX_BYTES];
	size_t n = split_name(s, low, begin), i, r;
	uint32_t ev = 0;

	for (i = 0; i + 1 < n; i++) {
		if (low[i] < 'a' || low[i] > 'z' || (cache->second[low[i] - 'a'] >> (low[i + 1] & 63) & 1) == 0)
			continue;
		for (r = cache->first[low[i] - 'a']; r < cache->first[low[i] - 'a' + 1]; r++) {
			if (words[r].word[1] == low[i + 1] && (ev & words[r].ev) != words[r].ev &&
			    row_matches(&words[r], low, begin, i, n))
				ev |= words[r].ev;
		}
	}
	return ev;
}

/* Pages say the same name hundreds of times: what was found last for a hash is kept. */
uint32_t
evidence_words(struct evidence_cache *cache, const char *s, uint64_t hash)
{
	size_t slot = (hash >> 17) % EVIDENCE_SLOTS;

	if (!cache->slot[slot].used || cache->slot[slot].hash != hash) {
		cache->slot[slot].used = true;
		cache->slot[slot].hash = hash;
		cache->slot[slot].ev = find_words(cache, s);
	}
	return cache->slot[slot].ev;
}

bool
evidence_is_updated(const char *cls)
{
	return cls != NULL && (strcasestr(cls, "updat") != NULL || strcasestr(cls, "modif") != NULL) &&
	    strcasestr(cls, "publi") == NULL && strcasestr(cls, "entry-date") == NULL;
}

static bool
style_hides(const char *s)
{
	const char *p = strcasestr(s, "display");

	if (p != NULL) {
		p += 7;
		while (*p == ' ' || *p == ':')
			p++;
		if (strncasecmp(p, "none", 4) == 0)
			return true;
	}
	p = strcasestr(s, "visibility");
	return p != NULL && strcasestr(p, "hidden") != NULL;
}

/* Attributes whose value names what the element is for. */
static bool
names_purpose(const char *attr)
{
	switch (attr[0]) {
	case 'c': return strcmp(attr, "class") == 0;
	case 'i': return strcmp(attr, "id") == 0 || strcmp(attr, "itemprop") == 0;
	case 'r': return strcmp(attr, "role") == 0;
	case 'n': return strcmp(attr, "name") == 0;
	case 'd': return strcmp(attr, "data-testid") == 0 || strcmp(attr, "data-component") == 0;
	default: return false;
	}
}

uint32_t
evidence_of(struct evidence_cache *cache, const xmlNode *x, enum tag tag, uint32_t *ret_sig)
{
	const xmlAttr *a;
	uint32_t ev = 0;
	uint64_t sig = (uint64_t)tag;

	for (a = x->properties; a != NULL; a = a->next) {
		const char *name = (const char *)a->name, *value;

		if (strcmp(name, "hidden") == 0) {
			ev |= EV_HIDDEN;
			continue;
		}
		if (a->children == NULL || a->children->content == NULL || a->children->next != NULL)
			continue;
		value = (const char *)a->children->content;
		if (strcmp(name, "style") == 0) {
			if (style_hides(value))
				ev |= EV_HIDDEN;
		} else if (strcmp(name, "aria-hidden") == 0) {
			if (strcmp(value, "true") == 0)
				ev |= EV_HIDDEN;
		} else if (names_purpose(name)) {
			uint64_t hash = digest_xxh64(value, strlen(value), (uint64_t)tag);

			ev |= evidence_words(cache, value, hash);
			if (name[0] == 'c' || name[0] == 'r')
				sig = sig * 31 + hash;
		}
	}
	*ret_sig = (uint32_t)(sig ^ (sig >> 32));
	return ev;
}
