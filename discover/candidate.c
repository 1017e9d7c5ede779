/* candidate: lists of candidates, and their form on the pipe between a worker and the program. */
#include <limits.h>
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

void
candidates_append(struct candidates *to, struct candidates *from)
{
	if (from->count == 0)
		return;
	to->list = xgrow(to->list, &to->cap, to->count + from->count, sizeof(*to->list));
	memcpy(to->list + to->count, from->list, from->count * sizeof(*from->list));
	to->count += from->count;
	from->count = 0;
}

void
candidates_swap(struct candidates *a, struct candidates *b)
{
	struct candidate *list = a->list;
	size_t count = a->count, cap = a->cap;

	a->list = b->list;
	a->count = b->count;
	a->cap = b->cap;
	b->list = list;
	b->count = count;
	b->cap = cap;
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

void
candidates_encode(const struct candidates *c, struct buf *b)
{
	fields_put_num(b, c->kind);
	fields_put_str(b, c->title);
	fields_put_str(b, c->language);
	fields_put_strs(b, c->more, c->more_count);
	fields_put_strs(b, c->feeds, c->feeds_count);
	fields_put_str(b, c->hub);
	fields_put_str(b, c->charset);
	fields_put_num(b, c->guids_doubtful);
	fields_put_num(b, c->cut);
	fields_put_num(b, c->truncated);
	fields_put_num(b, c->shape);
	fields_put_num(b, c->same);
	fields_put_num(b, c->ttl_min > 0 ? (uint64_t)c->ttl_min : 0);
	fields_put_num(b, c->refused);
	fields_put_num(b, c->count);
	for (size_t i = 0; i < c->count; i++) {
		const struct candidate *one = &c->list[i];

		fields_put_str(b, one->url);
		fields_put_str(b, one->guid);
		fields_put_str(b, one->title);
		date_encode(&one->published, b);
		date_encode(&one->updated, b);
		fields_put_str(b, one->language);
		fields_put_str(b, one->summary);
		fields_put_str(b, one->content);
		fields_put_str(b, one->why);
	}
}

static void
decode_one(struct fields *f, struct candidate *one)
{
	one->url = fields_copy(f);
	one->guid = fields_copy(f);
	one->title = fields_copy(f);
	date_decode(f, &one->published);
	date_decode(f, &one->updated);
	one->language = fields_copy(f);
	one->summary = fields_copy(f);
	one->content = fields_copy(f);
	one->why = fields_copy(f);
	if (one->url == NULL)
		fields_spoil(f);
}

int
candidates_decode(struct fields *f, struct candidates **ret, struct err *reterr)
{
	CLEANUP(candidates_freep) struct candidates *c = candidates_new();
	uint64_t count;

	c->kind = (enum source_kind)fields_num(f, KIND_COUNT - 1);
	c->title = fields_copy(f);
	c->language = fields_copy(f);
	fields_strs(f, ADDRESSES_MAX, &c->more, &c->more_count);
	fields_strs(f, ADDRESSES_MAX, &c->feeds, &c->feeds_count);
	c->hub = fields_copy(f);
	c->charset = fields_copy(f);
	c->guids_doubtful = fields_flag(f);
	c->cut = fields_flag(f);
	c->truncated = fields_flag(f);
	c->shape = fields_num(f, UINT64_MAX);
	c->same = fields_flag(f);
	c->ttl_min = (int)fields_num(f, INT_MAX);
	c->refused = (size_t)fields_num(f, SIZE_MAX);
	count = fields_num(f, UINT64_MAX);
	for (uint64_t i = 0; i < count && !f->bad; i++)
		decode_one(f, candidates_add(c));
	if (f->bad)
		return err_set(reterr, ERR_INPUT, "the bytes hold no list of candidates");
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
