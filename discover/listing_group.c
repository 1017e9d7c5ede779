/* listing_group: links of one kind, the rows they stand in, and which kind is the list. */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>
#include "base/mem.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define QUALITY_MIN 0.75	/* below it nothing on the page is a list of documents */
#define QUALITY_SHARE 0.62	/* of the best group: a further list, or a part of the same one */
#define ROW_BYTES 6000		/* text of a row that is looked at */

struct slot {
	uint64_t path;
	size_t index;
	UT_hash_handle hh;
};

void
listing_group_anchors(const struct rows *r, struct listing_group **ret_groups, size_t *ret_count)
{
	struct listing_group *groups = NULL;
	struct slot *table = NULL, *found, *slots = xcalloc(r->anchors_count + 1, sizeof(*slots));
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < r->anchors_count; i++) {
		const struct rows_anchor *a = &r->anchors[i];
		uint64_t path = a->path ^ (uint64_t)(r->elems[a->elem].region & REGION_MENU);
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

struct tally {
	uint64_t key;
	size_t count;
	UT_hash_handle hh;
};

static void
count_key(struct tally **table, struct tally *slots, size_t *used, uint64_t key)
{
	struct tally *found;

	HASH_FIND(hh, *table, &key, sizeof(key), found);
	if (found == NULL) {
		found = &slots[(*used)++];
		found->key = key;
		HASH_ADD(hh, *table, key, sizeof(key), found);
	}
	found->count++;
}

static uint64_t
hash_url(const char *url)
{
	uint64_t h = 1469598103934665603u;

	for (; *url != '\0'; url++)
		h = (h ^ (unsigned char)*url) * 1099511628211u;
	return h;
}

/* Addresses of documents are long, numbered or files; those of sections are short words. */
static double
document_like(const char *url)
{
	static const char *const files[] = { ".pdf", ".doc", ".docx", ".rtf", ".odt", ".txt", NULL };
	const char *path = strstr(url, "://"), *last, *p;
	size_t digits = 0, hyphens = 0, len, n = strcspn(url, "?");

	for (size_t i = 0; files[i] != NULL; i++) {
		len = strlen(files[i]);
		if (n > len && strncasecmp(url + n - len, files[i], len) == 0)
			return 1.0;
	}
	path = path != NULL ? strchr(path + 3, '/') : NULL;
	if (path == NULL)
		return 0;
	last = path;
	for (p = path; *p != '\0'; p++) {
		if (*p == '/' && p[1] != '\0')
			last = p + 1;
		digits += isdigit((unsigned char)*p) != 0;
		hyphens += *p == '-' || *p == '_';
	}
	if (hyphens >= 3 || digits >= 4 || strlen(last) >= 24)
		return 1.0;
	return digits >= 1 || hyphens >= 2 ? 0.5 : 0.0;
}

static void
judge(const struct rows *r, struct listing_group *g)
{
	size_t n = g->rows_count, used_words = 0, used_urls = 0, generic;
	struct tally *words = NULL, *urls = NULL, *found;
	struct tally *word_slots = xcalloc(n + 1, sizeof(*word_slots));
	struct tally *url_slots = xcalloc(n + 1, sizeof(*url_slots));
	double title = 0, dated = 0, rest = 0, like = 0, menu = 0, weak = 0;

	for (size_t i = 0; i < n; i++) {
		const struct rows_anchor *a = &r->anchors[g->rows[i].anchor];

		count_key(&words, word_slots, &used_words, a->words);
		count_key(&urls, url_slots, &used_urls, hash_url(a->url));
	}
	generic = n >= 20 ? n / 8 : 2;
	for (size_t i = 0; i < n; i++) {
		const struct listing_row *row = &g->rows[i];
		const struct rows_anchor *a = &r->anchors[row->anchor];
		const struct rows_date *d = listing_row_date(r, g, row);
		uint32_t len = row->end - row->start, own = a->end - a->start;
		uint8_t region = r->elems[a->elem].region;

		HASH_FIND(hh, words, &a->words, sizeof(a->words), found);
		if (found->count <= generic && !rows_is_generic(buf_str(&r->text) + a->start, own))
			title += a->letters < 50 ? a->letters / 50.0 : 1.0;
		if (d != NULL && d->date.precision >= DATE_DAY)
			dated += d->start >= row->start ? 1.0 : 0.8;
		if (len > own && len < ROW_BYTES)
			rest += len - own < 80 ? (len - own) / 80.0 : 1.0;
		like += document_like(a->url);
		menu += (region & REGION_MENU) != 0;
		weak += (region & (REGION_WEAK | REGION_MAIN)) == REGION_WEAK;
	}
	g->dated = n > 0 ? dated / n : 0;
	g->region = menu * 2 > n ? REGION_MENU : weak * 2 > n ? REGION_WEAK : REGION_NONE;
	g->quality = (1.0 * dated + 0.7 * title + 0.3 * rest + 0.5 * like) / (n > 0 ? n : 1);
	g->quality *= n > 0 ? 0.3 + 0.7 * (double)used_urls / n : 0;
	if (g->region == REGION_MENU)
		g->quality *= 0.3;
	else if (g->region == REGION_WEAK)
		g->quality *= 0.7;
	g->score = g->quality * pow(used_urls < 60 ? used_urls : 60, 0.5);
	HASH_CLEAR(hh, words);
	HASH_CLEAR(hh, urls);
	free(word_slots);
	free(url_slots);
}

/* Do most rows of b stand inside rows of a? Then b holds second links of the same documents. */
static bool
is_inside(const struct listing_group *a, const struct listing_group *b)
{
	size_t i = 0, inside = 0;

	for (size_t k = 0; k < b->rows_count; k++) {
		while (i < a->rows_count && a->rows[i].end <= b->rows[k].start)
			i++;
		if (i == a->rows_count)
			break;
		/* the rows meet */
		inside += a->rows[i].start < b->rows[k].end;
	}
	return inside * 2 > b->rows_count;
}

void
listing_choose(const struct rows *r, struct listing_group *groups, size_t count)
{
	struct listing_group *best = NULL;

	for (size_t i = 0; i < count; i++) {
		listing_find_rows(r, &groups[i]);
		judge(r, &groups[i]);
		if ((groups[i].rows_count >= 2 || groups[i].dated > 0) &&
		    groups[i].quality >= QUALITY_MIN && (best == NULL || groups[i].score > best->score))
			best = &groups[i];
	}
	if (best == NULL)
		return;
	best->is_list = true;
	for (size_t i = 0; i < count; i++) {
		struct listing_group *g = &groups[i];

		if (g == best || g->quality < QUALITY_SHARE * best->quality || g->quality < QUALITY_MIN ||
		    (best->dated > 0.5 && g->dated < 0.5) || g->region == REGION_MENU ||
		    is_inside(best, g))
			continue;
		g->is_list = true;
	}
}
