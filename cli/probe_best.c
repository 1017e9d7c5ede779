/* probe_best: the best entrance to the documents behind an address. */
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/probe.h"
#include "base/banned.h"

#define TRIES_MAX 8		/* further addresses that are asked */
#define SITEMAP_TRIES 2

struct tries {
	char *list[TRIES_MAX + 1];
	size_t count, named;	/* the first so many the page names itself */
};

struct known {
	const char *key;
	UT_hash_handle hh;
};

static void
add_try(struct tries *t, const char *base, const char *ref, const char *own)
{
	char *url = url_resolve(base, ref);

	for (size_t i = 0; url != NULL && i < t->count; i++) {
		if (strcmp(t->list[i], url) == 0) {
			free(url);
			url = NULL;
		}
	}
	if (url == NULL || strcmp(url, own) == 0 || t->count == TRIES_MAX) {
		free(url);
		return;
	}
	t->list[t->count++] = url;
}

/* Feeds that the page names; where it names none, the places where they usually stand; sitemaps of robots.txt. */
static void
collect(const struct probe_found *f, struct tries *t)
{
	static const char *const places[] = { "feed/", "/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "rss.xml", NULL };

	for (size_t i = 0; i < f->candidates->feeds_count; i++)
		add_try(t, f->url, f->candidates->feeds[i], f->url);
	t->named = t->count;
	for (size_t i = 0; places[i] != NULL && t->named == 0; i++)
		add_try(t, f->url, places[i], f->url);
	for (size_t i = 0; i < f->sitemaps_count && i < SITEMAP_TRIES; i++)
		add_try(t, f->url, f->sitemaps[i], f->url);
}

static double
worth(const struct probe_found *f)
{
	const struct candidates *c = f->candidates;
	size_t dated = 0, titled = 0;

	if (c == NULL || (c->kind != KIND_LISTING && c->kind != KIND_FEED && c->kind != KIND_SITEMAP))
		return 0;
	for (size_t i = 0; i < c->count; i++) {
		dated += c->list[i].published.precision != DATE_NONE;
		titled += c->list[i].title != NULL;
	}
	/* a sitemap lists every page of a site: only one of dated news is an entrance to releases */
	if (c->kind == KIND_SITEMAP && (dated * 2 < c->count || titled * 2 < c->count))
		return 0;
	return (0.4 * (double)c->count + 0.4 * (double)dated + 0.2 * (double)titled) * (c->kind == KIND_FEED ? 1.2 : 1);
}

/* Do both speak of the same documents? A feed of comments or of another part of the site does not. */
static bool
is_same_list(const struct candidates *a, const struct candidates *b)
{
	struct known *table = NULL, *rows, *found;
	size_t used = 0, common = 0;
	char **keys;

	if (a->count < 3)
		return true;
	rows = xcalloc(a->count, sizeof(*rows));
	keys = xcalloc(a->count, sizeof(*keys));
	for (size_t i = 0; i < a->count; i++) {
		if ((keys[i] = url_key(a->list[i].url)) == NULL)
			continue;
		HASH_FIND_STR(table, keys[i], found);
		if (found == NULL) {
			rows[used].key = keys[i];
			HASH_ADD_KEYPTR(hh, table, rows[used].key, strlen(keys[i]), &rows[used]);
			used++;
		}
	}
	for (size_t i = 0; i < b->count; i++) {
		CLEANUP(freep) char *key = url_key(b->list[i].url);

		if (key == NULL)
			continue;
		HASH_FIND_STR(table, key, found);
		common += found != NULL;
	}
	HASH_CLEAR(hh, table);
	for (size_t i = 0; i < a->count; i++)
		free(keys[i]);
	free(keys);
	free(rows);
	return common * 2 >= (a->count < b->count ? a->count : b->count);
}

int
probe_best(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *ret, char **ret_url,
    struct err *reterr)
{
	struct probe_found best = { 0 };
	struct tries t = { 0 };
	struct candidates *own;
	size_t at = TRIES_MAX;

	*ret_url = NULL;
	if (probe_read(p, src, now_ms, &best, reterr) < 0) {
		*ret = best;
		return -1;
	}
	own = best.candidates;
	if (own->kind == KIND_LISTING)
		collect(&best, &t);
	for (size_t i = 0; i < t.count; i++) {
		struct cfg_source other = *src;
		struct probe_found found = { 0 };
		struct err err = { 0 };

		other.url = t.list[i];
		other.kind = CFG_KIND_AUTO;
		if (probe_read(p, &other, now_ms, &found, &err) == 0 && found.candidates->kind != KIND_LISTING &&
		    worth(&found) > worth(&best) && is_same_list(own, found.candidates)) {
			if (best.candidates != own)
				probe_found_done(&best);
			else
				best.candidates = NULL, probe_found_done(&best);
			best = found;
			at = i;
			continue;
		}
		probe_found_done(&found);
	}
	if (at < t.count) {
		*ret_url = xstrdup(t.list[at]);
		best.beside = own->count;
	}
	if (best.candidates != own)
		candidates_free(own);
	for (size_t i = 0; i < t.count; i++)
		free(t.list[i]);
	*ret = best;
	return 0;
}
