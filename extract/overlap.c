/*
 * overlap: how much of each block the publisher's own articleBody (JSON-LD) holds, by runs of three words
 * (three characters in scripts without blanks), and the same for the page's description. A Bloom-like table of
 * hashes: linear in both texts.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define LD_BODY_MIN 200		/* bytes; a shorter one is a summary */
#define NEAR_TITLE 40		/* blocks from the headline on among which the described lead is looked for */

#define TITLE_LIKE_CHARS 300	/* of a block that may repeat the title */

struct words {
	const char *s;
	size_t n, i;
	uint64_t last[3];
	unsigned seen;
};

/* Hash of the next run of three words; false at the end. */
static bool
next_run(struct words *w, uint64_t *ret)
{
	while (w->i < w->n) {
		uint64_t h = 0xcbf29ce484222325ull;
		bool any = false;

		while (w->i < w->n) {
			size_t at = w->i;
			unsigned char c = (unsigned char)w->s[at];

			if (c < 0x80) {
				bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

				w->i++;
				if (!letter) {
					if (any)
						break;
					continue;
				}
				h = (h ^ (c | 0x20)) * 0x100000001b3ull;
				any = true;
				continue;
			}
			uint32_t u = utf8_next(w->s, w->n, &w->i);

			if (!unicode_is_word(u)) {
				if (any)
					break;
				continue;
			}
			if (unicode_is_unspaced(u) && any) {
				w->i = at;
				break;
			}
			h = (h ^ u) * 0x100000001b3ull;
			any = true;
			if (unicode_is_unspaced(u))
				break;
		}
		if (!any)
			return false;
		w->last[0] = w->last[1];
		w->last[1] = w->last[2];
		w->last[2] = h;
		if (++w->seen >= 3) {
			*ret = (w->last[0] * 31 + w->last[1]) * 0x9e3779b97f4a7c15ull ^ w->last[2];
			return true;
		}
	}
	return false;
}

struct table {
	uint64_t *run;		/* by hash; a clash loses one run, no more */
	size_t size;		/* a power of 2 */
};

static void
table_init(struct table *t, const char *text)
{
	struct words w = { .s = text, .n = strlen(text) };
	uint64_t h;

	for (t->size = 256; t->size < w.n; t->size *= 2)
		continue;
	t->run = xcalloc(t->size, sizeof(*t->run));
	while (next_run(&w, &h))
		t->run[(h >> 20) & (t->size - 1)] = h;
}

/* Share of the block's runs that the text holds; `none` for a block without one. */
static float
share_of(const struct table *t, const struct page *pg, const struct block *b, float none)
{
	struct words v = { .s = page_block_text(pg, b), .n = b->len };
	unsigned all = 0, hit = 0;
	uint64_t h;

	while (next_run(&v, &h)) {
		all++;
		hit += t->run[(h >> 20) & (t->size - 1)] == h;
	}
	return all > 0 ? (float)hit / (float)all : none;
}

void
overlap_jsonld(struct page *pg)
{
	struct table t;

	for (size_t i = 0; i < pg->block_count; i++)
		pg->blocks[i].in_ld = -1;
	if (pg->ld.body == NULL || strlen(pg->ld.body) < LD_BODY_MIN)
		return;
	CLEANUP(freep) char *body = jsonld_plain(pg->ld.body, strlen(pg->ld.body));

	table_init(&t, body);
	for (size_t i = 0; i < pg->block_count; i++)
		pg->blocks[i].in_ld = share_of(&t, pg, &pg->blocks[i], 0.5f);
	free(t.run);
}

void
overlap_description(struct page *pg)
{
	static const char *const names[] = { "og:description", "description", "twitter:description", NULL };
	const char *text = meta_first(pg, names);
	size_t from = pg->title_block == UINT32_MAX ? 0 : pg->title_block, n = pg->block_count;
	struct table t;

	for (size_t i = 0; i < n; i++)
		pg->blocks[i].in_description = text == NULL ? -1 : 0;
	if (text == NULL)
		return;
	CLEANUP(freep) char *plain = jsonld_plain(text, strlen(text));

	table_init(&t, plain);
	for (size_t i = from; i < n && i < from + NEAR_TITLE; i++)
		pg->blocks[i].in_description = share_of(&t, pg, &pg->blocks[i], 0);
	free(t.run);
}

void
overlap_title(struct page *pg, const char *title)
{
	struct table t;

	for (size_t i = 0; i < pg->block_count; i++)
		pg->blocks[i].in_title = title == NULL ? -1 : 0;
	if (title == NULL)
		return;
	table_init(&t, title);
	for (size_t i = 0; i < pg->block_count; i++) {
		if (pg->blocks[i].chars < TITLE_LIKE_CHARS)
			pg->blocks[i].in_title = share_of(&t, pg, &pg->blocks[i], 0);
	}
	free(t.run);
}
