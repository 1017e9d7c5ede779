/* listing_group: links of one kind, the rows they stand in, and which kind is the list. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>
#include "base/mem.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define ROW_BYTES 6000		/* text of a row that is looked at */

struct slot {
	uint64_t path;
	size_t index;
	UT_hash_handle hh;
};

/* How often each text stands among the links of a path: "Summary" beside every title is no title. */
struct repeat {
	uint64_t key;
	size_t count;
	UT_hash_handle hh;
};

static uint64_t
repeat_key(const struct rows_anchor *a)
{
	return a->path * 0x9e3779b97f4a7c15u ^ a->full;
}

static struct repeat *
count_repeats(const struct rows *r, struct repeat *slots)
{
	struct repeat *table = NULL, *found;
	size_t used = 0;

	for (size_t i = 0; i < r->anchors_count; i++) {
		uint64_t keys[2] = { r->anchors[i].path, repeat_key(&r->anchors[i]) };

		for (size_t k = 0; k < 2; k++) {
			HASH_FIND(hh, table, &keys[k], sizeof(keys[k]), found);
			if (found == NULL) {
				found = &slots[used++];
				found->key = keys[k];
				HASH_ADD(hh, table, key, sizeof(found->key), found);
			}
			found->count++;
		}
	}
	return table;
}

/* Path of a link, and its text too where that is one of a few that are repeated beside others. */
static uint64_t
kind_of(const struct rows *r, const struct rows_anchor *a, struct repeat *repeats)
{
	uint64_t key = repeat_key(a), path = a->path;
	struct repeat *same, *all;

	HASH_FIND(hh, repeats, &key, sizeof(key), same);
	HASH_FIND(hh, repeats, &path, sizeof(path), all);
	path ^= (uint64_t)(r->elems[a->elem].region & REGION_MENU);
	if (a->letters >= 3 && same->count >= 3 && same->count * 12 > all->count &&
	    same->count * 10 < all->count * 8)
		return path ^ key;
	return path;
}

void
listing_group_anchors(const struct rows *r, struct listing_group **ret_groups, size_t *ret_count)
{
	struct listing_group *groups = NULL;
	struct slot *table = NULL, *found, *slots = xcalloc(r->anchors_count + 1, sizeof(*slots));
	struct repeat *repeat_slots = xcalloc(2 * r->anchors_count + 1, sizeof(*repeat_slots));
	struct repeat *repeats = count_repeats(r, repeat_slots);
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < r->anchors_count; i++) {
		const struct rows_anchor *a = &r->anchors[i];
		uint64_t path = kind_of(r, a, repeats);
		struct listing_group *g;

		HASH_FIND(hh, table, &path, sizeof(path), found);
		if (found == NULL) {
			groups = xgrow(groups, &cap, count + 1, sizeof(*groups));
			groups[count] = (struct listing_group){ .path = path };
			found = &slots[count];
			found->path = path;
			found->index = count++;
			HASH_ADD(hh, table, path, sizeof(path), found);
		}
		g = &groups[found->index];
		/* picture and title of one card */
		if (g->count > 0 && strcmp(r->anchors[g->anchors[g->count - 1]].url, a->url) == 0) {
			const struct rows_anchor *last = &r->anchors[g->anchors[g->count - 1]];

			if (a->letters > last->letters)
				g->anchors[g->count - 1] = (int)i;
			continue;
		}
		g->anchors = xgrow(g->anchors, &g->cap, g->count + 1, sizeof(*g->anchors));
		g->anchors[g->count++] = (int)i;
	}
	HASH_CLEAR(hh, table);
	HASH_CLEAR(hh, repeats);
	free(repeat_slots);
	free(slots);
	*ret_groups = groups;
	*ret_count = count;
}

void
listing_groups_free(struct listing_group *groups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(groups[i].anchors);
		free(groups[i].rows);
	}
	free(groups);
}

static int
ancestor_at(const struct rows *r, int elem, int depth)
{
	while (r->elems[elem].depth > depth)
		elem = r->elems[elem].parent;
	return elem;
}

/* A single link's row: as far up as the text stays short and no landmark is reached. */
static int
lone_row(const struct rows *r, int elem)
{
	static const char *const stops[] = { "body", "main", "table", "tbody", "ul", "ol", "dl", "section",
		"html", "form", NULL };
	uint32_t own = r->elems[elem].end - r->elems[elem].start;

	for (int up = r->elems[elem].parent; up >= 0; up = r->elems[elem].parent) {
		if (tree_is_any(r->elems[up].node, stops) ||
		    r->elems[up].end - r->elems[up].start > own + 600)
			break;
		elem = up;
	}
	return elem;
}

/*
 * Depth at which most rows begin: a row with several documents of one group shares the element that other
 * rows have for themselves.
 */
static int
usual_depth(const struct rows *r, const struct listing_row *rows, size_t n)
{
	int tally[257] = { 0 }, best = -1;

	for (size_t i = 0; i < n; i++) {
		int d = r->elems[rows[i].elem].depth;

		if (d >= 0 && d < 257)
			tally[d]++;
	}
	for (int d = 0; d < 257; d++) {
		if (best < 0 || tally[d] > tally[best])
			best = d;
	}
	return best;
}

static void
share_rows(const struct rows *r, struct listing_row *rows, size_t n)
{
	int depth = usual_depth(r, rows, n), up;
	uint64_t kind = 0;

	for (size_t i = 0; i < n && kind == 0; i++) {
		if (r->elems[rows[i].elem].depth == depth)
			kind = r->elems[rows[i].elem].path;
	}
	for (size_t i = 0; i < n; i++) {
		if (r->elems[rows[i].elem].depth <= depth)
			continue;
		up = ancestor_at(r, rows[i].elem, depth);
		if (r->elems[up].path == kind)
			rows[i].elem = up;
	}
	/* cells of one table row are one row, whatever depth is usual */
	for (size_t i = 0; i < n; i++) {
		for (up = rows[i].elem; up >= 0 && r->elems[rows[i].elem].depth - r->elems[up].depth < 6;
		    up = r->elems[up].parent) {
			if (tree_is(r->elems[up].node, "tr")) {
				if (r->elems[up].end - r->elems[up].start < ROW_BYTES)
					rows[i].elem = up;
				break;
			}
			if (tree_is(r->elems[up].node, "table"))
				break;
		}
	}
}

static bool
has_date(const struct rows *r, uint32_t from, uint32_t to)
{
	for (size_t i = rows_date_from(r, from); i < r->dates_count && r->dates[i].start < to; i++) {
		if (r->dates[i].date.precision >= DATE_DAY)
			return true;
	}
	return false;
}

/*
 * In a flat layout (h3, p, h3, p ... or links parted by br) what a row says stands between its own element and
 * the next one, or between the one before and itself. The first and last rows tell which.
 */
static void
extend_rows(const struct rows *r, struct listing_group *g)
{
	size_t n = g->rows_count, own = 0, after = 0, before = 0;

	for (size_t i = 0; i < n; i++) {
		struct listing_row *row = &g->rows[i];
		int parent = r->elems[row->elem].parent;
		uint32_t bound = parent >= 0 ? r->elems[parent].end : (uint32_t)r->text.len;
		uint32_t floor_ = parent >= 0 ? r->elems[parent].start : 0;
		uint32_t next = i + 1 < n ? r->elems[g->rows[i + 1].elem].start : bound;
		uint32_t prev = i > 0 ? r->elems[g->rows[i - 1].elem].end : floor_;

		row->start = r->elems[row->elem].start;
		row->end = r->elems[row->elem].end;
		row->lead = prev > floor_ && prev <= row->start ? prev : floor_;
		own += has_date(r, row->start, row->end);
		if (next > bound)
			next = bound;
		after += next > row->end && has_date(r, row->end, next < row->end + ROW_BYTES ? next :
		    row->end + ROW_BYTES);
		before += row->lead < row->start && has_date(r, row->lead, row->start);
	}
	if (n == 0 || own * 2 >= n)
		return;
	/* dt and th say what follows them */
	bool dd = tree_is(r->elems[g->rows[0].elem].node, "dd");
	bool first_led = has_date(r, g->rows[0].lead, g->rows[0].start);

	for (size_t i = 0; i < n; i++) {
		struct listing_row *row = &g->rows[i];
		int parent = r->elems[row->elem].parent;
		uint32_t bound = parent >= 0 ? r->elems[parent].end : (uint32_t)r->text.len;
		uint32_t next = i + 1 < n ? r->elems[g->rows[i + 1].elem].start : bound;

		if (next > bound || i + 1 == n)
			next = bound < row->end + 600 ? bound : row->end + 600;
		if (dd || (first_led && before >= after))
			row->start = row->lead > row->start - (row->start < 600 ? row->start : 600) ?
			    row->lead : row->start;
		else if (next > row->end)
			row->end = next;
	}
}

void
listing_find_rows(const struct rows *r, struct listing_group *g)
{
	size_t n = g->count;

	g->rows = xcalloc(n + 1, sizeof(*g->rows));
	g->rows_count = n;
	g->common = n > 0 ? r->anchors[g->anchors[0]].elem : 0;
	for (size_t i = 0; i < n; i++) {
		int elem = r->anchors[g->anchors[i]].elem, depth = -1;

		g->common = rows_common(r, g->common, elem);
		if (i > 0) {
			int up = rows_common(r, r->anchors[g->anchors[i - 1]].elem, elem);

			depth = r->elems[up].depth;
		}
		if (i + 1 < n) {
			int up = rows_common(r, elem, r->anchors[g->anchors[i + 1]].elem);

			if (r->elems[up].depth > depth)
				depth = r->elems[up].depth;
		}
		g->rows[i].anchor = g->anchors[i];
		g->rows[i].elem = n > 1 ? ancestor_at(r, elem, depth + 1) : lone_row(r, elem);
	}
	share_rows(r, g->rows, n);
	extend_rows(r, g);
}
