/*
 * overlap: how much of each block the publisher's own articleBody (JSON-LD) holds, by runs of three words
 * (three characters in scripts without blanks). A Bloom-like table of hashes: linear in both texts.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define LD_BODY_MIN 200		/* bytes; a shorter one is a summary */

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

void
overlap_jsonld(struct page *pg)
{
	size_t size = 1024, n = pg->ld.body != NULL ? strlen(pg->ld.body) : 0;
	uint64_t *table, h;

	for (size_t i = 0; i < pg->block_count; i++)
		pg->blocks[i].in_ld = -1;
	if (n < LD_BODY_MIN)
		return;
	CLEANUP(freep) char *body = jsonld_plain(pg->ld.body, n);
	struct words w = { .s = body, .n = strlen(body) };

	while (size < w.n)
		size *= 2;
	table = xcalloc(size, sizeof(*table));
	while (next_run(&w, &h))
		table[(h >> 20) & (size - 1)] = h;	/* a clash loses one run, no more */
	for (size_t i = 0; i < pg->block_count; i++) {
		struct block *b = &pg->blocks[i];
		struct words v = { .s = page_block_text(pg, b), .n = b->len };
		unsigned all = 0, hit = 0;

		while (next_run(&v, &h)) {
			all++;
			hit += table[(h >> 20) & (size - 1)] == h;
		}
		b->in_ld = all > 0 ? (float)hit / (float)all : 0.5f;
	}
	free(table);
}
