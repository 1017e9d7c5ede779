/* listing_group: links of one kind, the rows they stand in, and which kind is the list. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/hash.h"
#include "base/mem.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define ROW_BYTES 6000		/* text of a row that is looked at */
#define CELL_LETTERS 10		/* of a link that is a title */
#define LABEL_LETTERS 2		/* "EN", "FR" beside each title */
#define LEAD_BYTES 600		/* text before a first or behind a last row that may be its own */

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

/* "English (1.4 MB)", "PDF, 120 Ko": a number and a unit of files, which differ from row to row. */
static bool
says_size(const char *s, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++) {
		char unit = s[i] | 0x20, byte = s[i + 1] | 0x20;
		size_t k = i;

		if ((unit != 'k' && unit != 'm') || (byte != 'b' && byte != 'o') ||
		    (i + 2 < n && isalpha((unsigned char)s[i + 2])))
			continue;
		while (k > 0 && (s[k - 1] == ' ' || (unsigned char)s[k - 1] == 0xa0 || (unsigned char)s[k - 1] == 0xc2))
			k--;
		if (k > 0 && isdigit((unsigned char)s[k - 1]))
			return true;
	}
	return false;
}

static uint64_t
repeat_key(const struct rows *r, const struct rows_anchor *a)
{
	uint64_t text = says_size(buf_str(&r->text) + a->start, a->end - a->start) ? a->words : a->full;

	return a->path * 0x9e3779b97f4a7c15u ^ text;
}

static struct repeat *
count_repeats(const struct rows *r, struct repeat *slots)
{
	struct repeat *table = NULL, *found;
	size_t used = 0;

	for (size_t i = 0; i < r->anchors_count; i++) {
		uint64_t keys[2] = { r->anchors[i].path, repeat_key(r, &r->anchors[i]) };

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
	uint64_t key = repeat_key(r, a), path = a->path;
	struct repeat *same, *all;

	HASH_FIND(hh, repeats, &key, sizeof(key), same);
	HASH_FIND(hh, repeats, &path, sizeof(path), all);
	path ^= (uint64_t)(r->elems[a->elem].region & REGION_MENU);
	if (a->letters >= LABEL_LETTERS && same->count >= 3 && same->count * 12 > all->count &&
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

static bool
has_date(const struct rows *r, uint32_t from, uint32_t to)
{
	for (size_t i = rows_date_from(r, from), n = 0; i < r->dates_count && r->dates[i].start < to && n < 100;
	    i++, n++) {
		if (r->dates[i].date.precision >= DATE_DAY)
			return true;
	}
	return false;
}

/* Does the cell hold a document of its own: words that are a link, and a date? */
static bool
is_own_row(const struct rows *r, int cell)
{
	size_t lo = 0, hi = r->anchors_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->anchors[mid].elem < cell)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < r->anchors_count && r->anchors[lo].elem < r->elems[cell].last; lo++)
		if (r->anchors[lo].letters >= CELL_LETTERS)
			return has_date(r, r->elems[cell].start, r->elems[cell].end);
	return false;
}

/* A table row that only lays documents out side by side; *ret_cell is that of elem. */
static bool
is_layout_row(const struct rows *r, int tr, int elem, int *ret_cell)
{
	size_t own = 0;

	for (int cell = tr + 1; cell < r->elems[tr].last; cell = r->elems[cell].last) {
		own += is_own_row(r, cell);
		if (elem >= cell && elem < r->elems[cell].last)
			*ret_cell = cell;
	}
	return own >= 2;
}

/* The table row around a row's element is the row, where it is not too long. */
static void
lift_to_table_row(const struct rows *r, struct listing_row *row)
{
	for (int up = row->elem; up >= 0 && r->elems[row->elem].depth - r->elems[up].depth < 6; up = r->elems[up].parent) {
		int cell = row->elem;

		if (tree_is(r->elems[up].node, "table"))
			return;
		if (!tree_is(r->elems[up].node, "tr"))
			continue;
		if (is_layout_row(r, up, r->anchors[row->anchor].elem, &cell))
			row->elem = cell;
		else if (r->elems[up].end - r->elems[up].start < ROW_BYTES)
			row->elem = up;
		return;
	}
}

/* The cell around an element, or -1. */
static int
cell_around(const struct rows *r, int elem)
{
	while (elem >= 0 && !(r->elems[elem].is & ROWS_CELL))
		elem = r->elems[elem].parent;
	return elem;
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
	/* a table that lays out the page holds all rows in one cell */
	if (n >= 3 && (up = cell_around(r, rows[0].elem)) >= 0 && up == cell_around(r, rows[n - 1].elem))
		return;
	/* cells of one table row are one row, whatever depth is usual */
	for (size_t i = 0; i < n; i++)
		lift_to_table_row(r, &rows[i]);
}

/* Where the neighbour's part begins (or ends) on the level of elem: a row may be deeper in its own section. */
static uint32_t
edge_of(const struct rows *r, int neighbour, int elem, bool start)
{
	if (r->elems[neighbour].depth > r->elems[elem].depth)
		neighbour = ancestor_at(r, neighbour, r->elems[elem].depth);
	return start ? r->elems[neighbour].start : r->elems[neighbour].end;
}

/* Text that row i may claim before and behind its element, within the element's parent. */
static void
free_space(const struct rows *r, const struct listing_group *g, size_t i, uint32_t *ret_from, uint32_t *ret_to)
{
	int elem = g->rows[i].elem, parent = r->elems[elem].parent;
	uint32_t from = parent >= 0 ? r->elems[parent].start : 0;
	uint32_t to = parent >= 0 ? r->elems[parent].end : (uint32_t)r->text.len, edge;

	if (i > 0 && (edge = edge_of(r, g->rows[i - 1].elem, elem, false)) > from)
		from = edge < r->elems[elem].start ? edge : r->elems[elem].start;
	if (i + 1 < g->rows_count && (edge = edge_of(r, g->rows[i + 1].elem, elem, true)) < to)
		to = edge > r->elems[elem].end ? edge : r->elems[elem].end;
	*ret_from = from;
	*ret_to = to;
}

/* Where each link stands on a line of its own beside other words, the line is the row. */
static void
take_lines(const struct rows *r, struct listing_group *g)
{
	size_t known = 0;

	for (size_t i = 0; i < g->rows_count; i++) {
		struct listing_row *row = &g->rows[i];
		size_t k = rows_line_from(r, row->start);

		if (k == r->lines_count || r->lines[k].start > row->start || r->lines[k].end < row->end || row->end == row->start ||
		    r->lines[k].end - r->lines[k].start == row->end - row->start)
			return;
		known += i > 0 && r->lines[k].start < g->rows[i - 1].end;
	}
	for (size_t i = 0; known == 0 && i < g->rows_count; i++) {
		const struct rows_line *line = &r->lines[rows_line_from(r, g->rows[i].start)];

		g->rows[i].start = line->start;
		g->rows[i].end = line->end;
	}
}

/*
 * In a flat layout (h3, p, h3, p ... or links parted by br) what a row says stands between its own element and
 * the next one, or between the one before and itself. The first and last rows tell which.
 */
static void
extend_rows(const struct rows *r, struct listing_group *g)
{
	size_t n = g->rows_count, own = 0, after = 0, before = 0, first = n;
	uint32_t from, to;
	bool led;

	for (size_t i = 0; i < n; i++) {
		g->rows[i].start = r->elems[g->rows[i].elem].start;
		g->rows[i].end = r->elems[g->rows[i].elem].end;
	}
	take_lines(r, g);
	for (size_t i = 0; i < n; i++) {
		const struct listing_row *row = &g->rows[i];

		free_space(r, g, i, &from, &to);
		if (has_date(r, row->start, row->end))
			own++;
		else if (first == n && has_date(r, from, to))
			first = i;	/* has one to claim */
		after += has_date(r, row->end, to < row->end + ROW_BYTES ? to : row->end + ROW_BYTES);
		before += has_date(r, from, row->start);
	}
	if (n == 0 || own * 2 >= n)
		return;
	first = first < n ? first : 0;
	/* dt and th say what follows them; a row that holds its date tells nothing (a list of one in its section) */
	free_space(r, g, first, &from, &to);
	led = tree_is(r->elems[g->rows[first].elem].node, "dd") ||
	    (before >= after && has_date(r, from, g->rows[first].start));
	for (size_t i = 0; i < n; i++) {
		struct listing_row *row = &g->rows[i];

		free_space(r, g, i, &from, &to);
		if (led && row->start - from <= LEAD_BYTES)
			row->start = from;
		else if (!led)
			row->end = i + 1 < n || to < row->end + LEAD_BYTES ? to : row->end + LEAD_BYTES;
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
