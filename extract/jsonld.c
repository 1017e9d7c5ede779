/*
 * jsonld: what the page's JSON-LD says of its main thing. Authors write it by string pasting, so raw
 * line breaks inside strings, comment wrappers and trailing commas are forgiven.
 */
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define DEPTH_MAX 8
#define THINGS_MAX 2000		/* objects looked at in one script */

static const struct {
	const char *type;
	int rank;
} ranks[] = {
	{ "NewsArticle", 10 }, { "ReportageNewsArticle", 10 }, { "AnalysisNewsArticle", 10 },
	{ "OpinionNewsArticle", 10 }, { "BackgroundNewsArticle", 10 }, { "AdvertiserContentArticle", 9 },
	{ "LiveBlogPosting", 9 }, { "Article", 9 }, { "BlogPosting", 9 }, { "ScholarlyArticle", 9 },
	{ "TechArticle", 9 }, { "Report", 9 }, { "SocialMediaPosting", 8 }, { "Review", 6 },
	{ "DiscussionForumPosting", 8 }, { "QAPage", 5 }, { "Question", 5 }, { "Recipe", 7 },
	{ "VideoObject", 3 }, { "Product", 4 }, { "Event", 4 }, { "JobPosting", 5 }, { "PressRelease", 10 },
	{ "GovernmentService", 4 }, { "WebPage", 3 }, { "ItemPage", 3 }, { "AboutPage", 3 },
	{ "HowTo", 6 }, { "PodcastEpisode", 5 }, { "Dataset", 4 }, { "CreativeWork", 4 }, { "FAQPage", 3 }, { "CollectionPage", 2 }, { "MedicalWebPage", 4 },
};

static int
rank_of(const char *type)
{
	for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++) {
		if (strcmp(ranks[i].type, type) == 0)
			return ranks[i].rank;
	}
	return 0;
}

/* "NewsArticle" of "NewsArticle", "http://schema.org/NewsArticle" or ["Article", "NewsArticle"]. */
static const char *
type_of(const json_t *o)
{
	const json_t *t = json_object_get(o, "@type");
	const char *s = NULL, *best = NULL, *slash;
	size_t i;
	const json_t *e;

	if (json_is_array(t)) {
		json_array_foreach(t, i, e) {
			s = json_string_value(e);
			if (s != NULL && (best == NULL || rank_of(s) > rank_of(best)))
				best = s;
		}
		s = best;
	} else
		s = json_string_value(t);
	if (s == NULL)
		return NULL;
	slash = strrchr(s, '/');
	return slash != NULL ? slash + 1 : s;
}

static const char *
string_of(const json_t *v)
{
	const char *s;

	if (json_is_array(v))
		v = json_array_get(v, 0);
	if (json_is_object(v)) {
		s = json_string_value(json_object_get(v, "name"));
		return s != NULL ? s : json_string_value(json_object_get(v, "@value"));
	}
	return json_string_value(v);
}

static void
take(char **field, const json_t *o, const char *key)
{
	const char *s = string_of(json_object_get(o, key));

	if (*field == NULL && s != NULL && s[0] != '\0')
		*field = xstrdup(s);
}

/* Names of all authors, parted by commas. */
static void
take_author(struct jsonld *ret, const json_t *o)
{
	const json_t *a = json_object_get(o, "author"), *e;
	struct buf b = BUF_INIT(512);
	const char *s;
	size_t i;

	if (a == NULL)
		a = json_object_get(o, "creator");
	if (json_is_array(a)) {
		json_array_foreach(a, i, e) {
			s = string_of(e);
			if (s != NULL && s[0] != '\0' && strstr(s, "://") == NULL)
				buf_addf(&b, "%s%s", b.len > 0 ? ", " : "", s);
		}
	} else if ((s = string_of(a)) != NULL && strstr(s, "://") == NULL)
		buf_adds(&b, s);
	if (b.len > 0 && ret->author == NULL)
		ret->author = buf_take(&b, NULL);
	buf_done(&b);
}

static void
clear(struct jsonld *ld)
{
	char *site = ld->site;
	bool forum = ld->forum, list = ld->list;

	ld->site = NULL;
	jsonld_done(ld);
	*ld = (struct jsonld){ .site = site, .forum = forum, .list = list };
}

static void
read_thing(const json_t *o, const char *type, struct jsonld *ret)
{
	int rank = rank_of(type);
	const char *site;

	if (strcmp(type, "DiscussionForumPosting") == 0 || strcmp(type, "QAPage") == 0)
		ret->forum = true;
	if (strcmp(type, "ItemList") == 0 || strcmp(type, "CollectionPage") == 0)
		ret->list = true;
	if (ret->site == NULL && (strcmp(type, "WebSite") == 0 || strcmp(type, "NewsMediaOrganization") == 0 ||
	    strcmp(type, "Organization") == 0))
		take(&ret->site, o, "name");
	site = string_of(json_object_get(o, "publisher"));
	if (ret->site == NULL && site != NULL)
		ret->site = xstrdup(site);
	if (rank == 0)
		return;
	if (json_object_get(o, "articleBody") != NULL)
		rank++;
	if (json_object_get(o, "headline") != NULL && json_object_get(o, "datePublished") != NULL)
		rank++;
	if (rank <= ret->rank)
		return;
	clear(ret);
	ret->rank = rank;
	ret->type = xstrdup(type);
	take(&ret->headline, o, "headline");
	take(&ret->name, o, "name");
	take(&ret->body, o, "articleBody");
	take(&ret->published, o, "datePublished");
	if (ret->published == NULL)
		take(&ret->published, o, "dateCreated");
	if (ret->published == NULL)
		take(&ret->published, o, "uploadDate");
	take(&ret->modified, o, "dateModified");
	take(&ret->section, o, "articleSection");
	take(&ret->language, o, "inLanguage");
	take_author(ret, o);
}

static void
walk(const json_t *v, struct jsonld *ret, int depth, int *budget)
{
	static const char *const inner[] = { "@graph", "mainEntity", "mainEntityOfPage", "hasPart", NULL };
	const json_t *e;
	const char *type;
	size_t i;

	if (v == NULL || depth > DEPTH_MAX || --*budget < 0)
		return;
	if (json_is_array(v)) {
		json_array_foreach(v, i, e)
			walk(e, ret, depth + 1, budget);
		return;
	}
	if (!json_is_object(v))
		return;
	type = type_of(v);
	if (type != NULL)
		read_thing(v, type, ret);
	for (i = 0; inner[i] != NULL; i++) {
		if (i == 3 && (type == NULL || strcmp(type, "WebPage") != 0))
			continue;
		walk(json_object_get(v, inner[i]), ret, depth + 1, budget);
	}
}

/* Control characters become blanks, commas before a closing bracket go, comment wrappers are cut. */
static void
repair(const char *s, size_t n, struct buf *out)
{
	bool quoted = false;
	size_t i = 0, j;

	while (i < n && s[i] != '{' && s[i] != '[')
		i++;
	while (n > i && s[n - 1] != '}' && s[n - 1] != ']')
		n--;
	for (; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (quoted && c == '\\' && i + 1 < n) {
			static const char legal[] = "\"\\/bfnrtu";

			if (strchr(legal, s[i + 1]) != NULL) {
				buf_addc(out, '\\');
				buf_addc(out, s[++i]);
			}
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		if (!quoted && c == ',') {
			for (j = i + 1; j < n && (unsigned char)s[j] <= ' '; j++)
				continue;
			if (j < n && (s[j] == '}' || s[j] == ']'))
				continue;
		}
		buf_addc(out, (char)(c < 0x20 ? ' ' : c));
	}
}

/* A script that is no JSON may still state its dates in so many words. */
static void
grep_string(const char *s, const char *key, char **field)
{
	const char *p = strstr(s, key), *e;

	if (p == NULL || *field != NULL)
		return;
	p += strlen(key);
	while (*p == '"' || *p == ' ' || *p == ':')
		p++;
	e = strchr(p, '"');
	if (e != NULL && e - p < LINE_MAX_BYTES && e > p)
		*field = xstrndup(p, (size_t)(e - p));
}

void
jsonld_text(const char *s, size_t n, struct jsonld *ret)
{
	struct buf b = BUF_INIT(JSONLD_MAX_BYTES);
	int budget = THINGS_MAX;
	json_t *j = NULL;
	struct err err;

	if (n > JSONLD_MAX_BYTES)
		return;
	repair(s, n, &b);
	if (b.len > 0 && json_read(buf_str(&b), b.len, &j, &err) == 0) {
		walk(j, ret, 0, &budget);
		json_decref(j);
	} else if (ret->rank == 0 && b.len > 0) {
		grep_string(buf_str(&b), "\"datePublished\"", &ret->published);
		grep_string(buf_str(&b), "\"dateModified\"", &ret->modified);
		grep_string(buf_str(&b), "\"headline\"", &ret->headline);
	}
	buf_done(&b);
}

void
jsonld_read(const struct page *pg, struct jsonld *ret)
{
	for (size_t i = 0; i < pg->script_count; i++) {
		const char *s = html_script(pg->html, pg->scripts[i]);

		jsonld_text(s, strlen(s), ret);
	}
}

void
jsonld_done(struct jsonld *ld)
{
	free(ld->headline);
	free(ld->name);
	free(ld->body);
	free(ld->published);
	free(ld->modified);
	free(ld->author);
	free(ld->section);
	free(ld->language);
	free(ld->site);
	free(ld->type);
	memset(ld, 0, sizeof(*ld));
}
