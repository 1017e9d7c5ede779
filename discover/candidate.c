/* candidate: lists of candidates, and their JSON for the worker's wire. */
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "discover/candidate.h"
#include "discover/discover_int.h"
#include "base/banned.h"

#define ADDRESSES_MAX 1000	/* further files or feeds of one page */
#define DAY_MS (24 * 3600 * (int64_t)1000)

static const char *const kind_names[KIND_COUNT] = {
	[KIND_AUTO] = "auto", [KIND_LISTING] = "listing", [KIND_FEED] = "feed",
	[KIND_SITEMAP] = "sitemap", [KIND_PAGE] = "page",
};

const char *
source_kind_name(enum source_kind k)
{
	return (unsigned)k < KIND_COUNT ? kind_names[k] : "auto";
}

int
source_kind_parse(const char *name, enum source_kind *ret)
{
	for (int k = 0; k < KIND_COUNT; k++) {
		if (strcmp(kind_names[k], name) == 0) {
			*ret = (enum source_kind)k;
			return 0;
		}
	}
	return -1;
}

struct candidates *
candidates_new(void)
{
	return xcalloc(1, sizeof(struct candidates));
}

void
candidate_clear(struct candidate *c)
{
	free(c->url);
	free(c->guid);
	free(c->title);
	free(c->language);
	free(c->summary);
	free(c->content);
	free(c->why);
	*c = (struct candidate){ 0 };
}

void
candidates_free(struct candidates *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		candidate_clear(&c->list[i]);
	for (size_t i = 0; i < c->more_count; i++)
		free(c->more[i]);
	for (size_t i = 0; i < c->feeds_count; i++)
		free(c->feeds[i]);
	free(c->list);
	free(c->more);
	free(c->feeds);
	free(c->title);
	free(c->language);
	free(c->hub);
	free(c->charset);
	free(c);
}

struct candidate *
candidates_add(struct candidates *c)
{
	struct candidate *added;

	c->list = xgrow(c->list, &c->cap, c->count + 1, sizeof(*c->list));
	added = &c->list[c->count++];
	*added = (struct candidate){ 0 };
	return added;
}

static void
add_address(char ***list, size_t *count, const char *url)
{
	if (url == NULL || *count >= ADDRESSES_MAX)
		return;
	/* a sitemap index is long and has no doubles; pages name a handful */
	for (size_t i = 0; i < *count && i < 64; i++) {
		if (strcmp((*list)[i], url) == 0)
			return;
	}
	*list = xreallocarray(*list, *count + 1, sizeof(**list));
	(*list)[(*count)++] = xstrdup(url);
}

void
candidates_add_more(struct candidates *c, const char *url)
{
	add_address(&c->more, &c->more_count, url);
}

void
candidates_add_feed(struct candidates *c, const char *url)
{
	add_address(&c->feeds, &c->feeds_count, url);
}

int
candidate_date(const char *s, const char *language, enum date_source source,
    const struct discover_opts *opts, struct doc_date *ret)
{
	struct doc_date found = { 0 };

	if (s == NULL || *s == '\0' || date_parse(s, strlen(s), language, &found, NULL) < 0)
		return -1;
	found.source = source;
	if (opts->now_ms > 0 && date_sort_ms(&found, 0) > opts->now_ms + 2 * DAY_MS)
		found.doubtful = true;
	*ret = found;
	return 0;
}

static void
put_date(json_t *obj, const char *key, const struct doc_date *d)
{
	char iso[DATE_ISO_MAX];
	json_t *j;

	if (d->precision == DATE_NONE)
		return;
	j = json_object();
	json_put_str(j, "iso", date_iso(d, iso));
	json_put_str(j, "from", date_source_name(d->source));
	json_put_str(j, "stated", d->stated[0] != '\0' ? d->stated : NULL);
	if (d->doubtful)
		json_object_set_new(j, "doubtful", json_true());
	json_object_set_new(obj, key, j);
}

static void
get_date(const json_t *obj, const char *key, struct doc_date *ret)
{
	const json_t *j = json_object_get(obj, key);
	const char *iso = json_get_str(j, "iso"), *from = json_get_str(j, "from"), *stated;
	struct doc_date d = { 0 };
	size_t n;

	if (iso == NULL || date_from_iso(iso, &d) < 0)
		return;
	if (from == NULL || date_source_parse(from, &d.source) < 0)
		d.source = DATE_FROM_NOWHERE;
	if ((stated = json_get_str(j, "stated")) != NULL) {
		n = strlen(stated);
		n = n < sizeof(d.stated) ? n : sizeof(d.stated) - 1;
		memcpy(d.stated, stated, n);
		d.stated[n] = '\0';
	}
	d.doubtful = json_is_true(json_object_get(j, "doubtful"));
	*ret = d;
}

static json_t *
candidate_to_json(const struct candidate *c)
{
	json_t *j = json_object();

	json_put_str(j, "url", c->url);
	json_put_str(j, "guid", c->guid);
	json_put_str(j, "title", c->title);
	put_date(j, "published", &c->published);
	put_date(j, "updated", &c->updated);
	json_put_str(j, "language", c->language);
	json_put_str(j, "summary", c->summary);
	json_put_str(j, "content", c->content);
	json_put_str(j, "why", c->why);
	return j;
}

json_t *
candidates_to_json(const struct candidates *c)
{
	json_t *j = json_object(), *list = json_array();

	json_put_str(j, "kind", source_kind_name(c->kind));
	json_put_str(j, "title", c->title);
	json_put_str(j, "language", c->language);
	json_put_strs(j, "more", c->more, c->more_count);
	json_put_strs(j, "feeds", c->feeds, c->feeds_count);
	json_put_str(j, "hub", c->hub);
	json_put_str(j, "charset", c->charset);
	if (c->guids_doubtful)
		json_object_set_new(j, "guids_doubtful", json_true());
	if (c->cut)
		json_object_set_new(j, "cut", json_true());
	if (c->truncated)
		json_object_set_new(j, "truncated", json_true());
	if (c->shape != 0)
		json_put_int(j, "shape", (int64_t)c->shape);
	if (c->same)
		json_object_set_new(j, "same", json_true());
	if (c->ttl_min > 0)
		json_put_int(j, "ttl_min", c->ttl_min);
	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(list, candidate_to_json(&c->list[i]));
	json_object_set_new(j, "list", list);
	return j;
}

static void
get_addresses(const json_t *j, const char *key, struct candidates *c,
    void (*add)(struct candidates *, const char *))
{
	const json_t *list = json_object_get(j, key), *item;
	size_t i;

	json_array_foreach(list, i, item)
		add(c, json_string_value(item));
}

static char *
get_copy(const json_t *j, const char *key)
{
	return xstrdup(json_get_str(j, key));
}

int
candidates_from_json(const json_t *j, struct candidates **ret, struct err *reterr)
{
	CLEANUP(candidates_freep) struct candidates *c = candidates_new();
	const json_t *list = json_object_get(j, "list"), *item;
	const char *kind = json_get_str(j, "kind");
	size_t i;

	if (!json_is_array(list) || kind == NULL || source_kind_parse(kind, &c->kind) < 0)
		return err_set(reterr, ERR_INPUT, "no list of candidates");
	c->title = get_copy(j, "title");
	c->language = get_copy(j, "language");
	c->hub = get_copy(j, "hub");
	c->charset = get_copy(j, "charset");
	get_addresses(j, "more", c, candidates_add_more);
	get_addresses(j, "feeds", c, candidates_add_feed);
	c->guids_doubtful = json_is_true(json_object_get(j, "guids_doubtful"));
	c->cut = json_is_true(json_object_get(j, "cut"));
	c->truncated = json_is_true(json_object_get(j, "truncated"));
	c->shape = (uint64_t)json_get_int(j, "shape", 0);
	c->same = json_is_true(json_object_get(j, "same"));
	c->ttl_min = (int)json_get_int(j, "ttl_min", 0);
	json_array_foreach(list, i, item) {
		struct candidate *one;

		if (json_get_str(item, "url") == NULL)
			return err_set(reterr, ERR_INPUT, "candidate %zu has no address", i);
		one = candidates_add(c);
		one->url = get_copy(item, "url");
		one->guid = get_copy(item, "guid");
		one->title = get_copy(item, "title");
		get_date(item, "published", &one->published);
		get_date(item, "updated", &one->updated);
		one->language = get_copy(item, "language");
		one->summary = get_copy(item, "summary");
		one->content = get_copy(item, "content");
		one->why = get_copy(item, "why");
	}
	*ret = c;
	c = NULL;
	return 0;
}

json_t *
candidate_to_line(const struct candidate *c, bool explain)
{
	json_t *j = json_object();
	char iso[DATE_ISO_MAX];

	json_put_str(j, "url", c->url);
	json_put_str(j, "title", c->title);
	if (c->published.precision != DATE_NONE)
		json_put_str(j, "published", date_iso(&c->published, iso));
	if (explain)
		json_put_str(j, "why", c->why);
	return j;
}
