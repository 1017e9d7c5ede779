/* listing_events: a list of events beside the list of documents, built like it and dated like it. Its heading tells. */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "discover/listing_int.h"
#include "base/banned.h"

#define HEADING_BYTES 80
#define OTHERS_MIN 2	/* rows that must be left: else events are what the page is for */

static bool
says_events(const char *s, size_t n)
{
	static const char *const words[] = { "events", "upcoming events", "event calendar", "events calendar", "calendar",
		"calendar of events", "diary", "agenda", "veranstaltungen", "termine", "veranstaltungskalender",
		"\xc3\xa9v\xc3\xa9nements", "\xc3\xa9v\xc3\xa8nements", "eventos", "pr\xc3\xb3ximos eventos", "calendario",
		"eventi", "evenementen", "evenemang", "arrangementer", "tapahtumat", "wydarzenia", "rendezv\xc3\xa9nyek",
		"\xd0\xbc\xd0\xb5\xd1\x80\xd0\xbe\xd0\xbf\xd1\x80\xd0\xb8\xd1\x8f\xd1\x82\xd0\xb8\xd1\x8f",	/* Russian */
		"\xce\xb5\xce\xba\xce\xb4\xce\xb7\xce\xbb\xcf\x8e\xcf\x83\xce\xb5\xce\xb9\xcf\x82",	/* Greek */
		"\xe3\x82\xa4\xe3\x83\x99\xe3\x83\xb3\xe3\x83\x88",	/* Japanese */
		"\xe3\x82\xa4\xe3\x83\x99\xe3\x83\xb3\xe3\x83\x88\xe6\x83\x85\xe5\xa0\xb1",
		"\xed\x96\x89\xec\x82\xac", "\xed\x96\x89\xec\x82\xac\xec\x9d\xbc\xec\xa0\x95",	/* Korean */
		"\xe6\xb4\xbb\xe5\x8a\xa8", "\xe6\xb4\xbb\xe5\x8b\x95",	/* Chinese */
		"\xd8\xa7\xd9\x84\xd9\x81\xd8\xb9\xd8\xa7\xd9\x84\xd9\x8a\xd8\xa7\xd8\xaa",	/* Arabic */
		"\xe0\xb8\x81\xe0\xb8\xb4\xe0\xb8\x88\xe0\xb8\x81\xe0\xb8\xa3\xe0\xb8\xa3\xe0\xb8\xa1", NULL };	/* Thai */
	CLEANUP(freep) char *folded = NULL;

	if (n == 0 || n > HEADING_BYTES)
		return false;
	folded = unicode_fold(s, n);
	for (size_t i = 0; words[i] != NULL; i++) {
		CLEANUP(freep) char *word = unicode_fold(words[i], strlen(words[i]));

		if (strcmp(word, folded) == 0)
			return true;
	}
	return false;
}

/* Does the heading nearest above the row, behind the box before, say so? */
static bool
is_event(const struct rows *r, const struct listing_group *g, size_t row)
{
	int box = r->elems[g->rows[row].elem].parent;
	size_t first = row, k;
	uint32_t from;

	while (first > 0 && r->elems[g->rows[first - 1].elem].parent == box)
		first--;
	from = first > 0 ? g->rows[first - 1].end : 0;
	for (k = rows_line_from(r, g->rows[first].start); k > 0 && r->lines[k - 1].start >= from; k--) {
		const struct rows_line *line = &r->lines[k - 1];

		if (line->heading)
			return says_events(buf_str(&r->text) + line->start, line->end - line->start);
	}
	return false;
}

void
listing_drop_events(const struct rows *r, struct listing_group *groups, size_t count)
{
	size_t events = 0, others = 0, kept, boxes = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; groups[i].is_list && k < groups[i].rows_count; k++)
			boxes += k == 0 || r->elems[groups[i].rows[k].elem].parent != r->elems[groups[i].rows[k - 1].elem].parent;
	if (boxes < 2)		/* one list: the page is for it */
		return;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < count; i++) {
			struct listing_group *g = &groups[i];
			bool event = false;

			kept = 0;
			if (!g->is_list)
				continue;
			for (size_t k = 0; k < g->rows_count; k++) {
				if (k == 0 || r->elems[g->rows[k].elem].parent != r->elems[g->rows[k - 1].elem].parent)
					event = is_event(r, g, k);
				events += event;
				others += !event;
				if (round == 1 && !event)
					g->rows[kept++] = g->rows[k];
			}
			if (round == 1)
				g->rows_count = kept;
		}
		if (events == 0 || others < OTHERS_MIN)
			return;
	}
}
