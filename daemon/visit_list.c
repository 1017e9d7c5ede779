/* visit_list: what a visit found, as the archive takes it. Runs in the writer: it touches nothing of the loop's. */
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "daemon/visit_int.h"
#include "base/banned.h"

#define DAY_MS (24 * 3600 * (int64_t)1000)

static char *
move(char **from)
{
	char *s = *from;

	*from = NULL;
	return s;
}

static void
take_candidate(struct store_candidate *to, struct candidate *c, int64_t now_ms)
{
	char iso[DATE_ISO_MAX];

	*to = (struct store_candidate){ .url = move(&c->url), .guid = move(&c->guid), .title = move(&c->title),
		.language = move(&c->language), .summary = move(c->content != NULL ? &c->content : &c->summary) };
	/* A day of the future is the row's, not the release's: it would stand before all that come. */
	if (c->published.precision != DATE_NONE && date_sort_ms(&c->published, 0) <= now_ms + DAY_MS)
		to->published = xstrdup(date_iso(&c->published, iso));
	to->published_source = c->published.source != DATE_FROM_NOWHERE ? (int)c->published.source :
	    DATE_FROM_ROW;
	if (c->updated.precision != DATE_NONE)
		to->updated = xstrdup(date_iso(&c->updated, iso));
}

void
visit_list_take(struct visit_list *l, struct candidates *found, int64_t now_ms)
{
	l->list = xcalloc(found->count + 1, sizeof(*l->list));
	for (size_t i = 0; i < found->count; i++)
		take_candidate(&l->list[l->count++], &found->list[i], now_ms);
}

uint64_t
visit_list_hash(const struct visit_list *l)
{
	uint64_t h = l->count + 1;

	for (size_t i = 0; i < l->count; i++) {
		const struct store_candidate *c = &l->list[i];
		const char *parts[] = { c->url, c->guid, c->title, c->published, c->updated };

		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			h = digest_xxh64(parts[k] != NULL ? parts[k] : "", parts[k] != NULL ? strlen(parts[k]) : 0, h);
	}
	return h;
}

void
visit_list_clear(struct visit_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		store_candidate_done(&l->list[i]);
	free(l->list);
	*l = (struct visit_list){ 0 };
}
