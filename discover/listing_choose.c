/* listing_choose: which of the kinds of links on a page is its list of documents. */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include "base/digest.h"
#include "base/hash.h"
#include "base/mem.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define QUALITY_MIN 0.75	/* below it nothing on the page is a list of documents */
#define QUALITY_SHARE 0.62	/* of the best group: a further list, or a part of the same one */
#define LISTS_MAX 20
#define ROW_BYTES 6000		/* text of a row that is looked at */

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

/* Addresses of documents are long, numbered or files; those of sections are short words. */
static double
document_like(const char *url, bool file)
{
	const char *path = strstr(url, "://"), *last, *p;
	size_t digits = 0, hyphens = 0;

	if (file)
		return 1.2;
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

/* Does the link say a date and nothing else ("January 2023", "2013")? Archives are lists of such. */
static bool
is_date_only(const struct rows *r, const struct rows_anchor *a)
{
	size_t k = rows_date_from(r, a->start);

	if (a->end == a->start)
		return false;
	if (k < r->dates_count && r->dates[k].end <= a->end &&
	    r->dates[k].end - r->dates[k].start + 3 >= a->end - a->start)
		return true;
	return a->letters == 0 && a->end - a->start <= 6;
}

/* "Read", beside "Video" and "PDF" in every row: the page itself, of which the file is a copy. */
static bool
invites(const char *s, size_t n)
{
	static const char *const words[] = { "read", "full text", "full story", "continue reading", "html", "weiterlesen", "mehr lesen",
		"lire", "leer", "leia", "leggi", "l\xc3\xa4s ", "les mer", "lees ", "czytaj", NULL };
	size_t len;

	for (size_t i = 0; words[i] != NULL; i++) {
		len = strlen(words[i]);
		if (n >= len && strncasecmp(s, words[i], len) == 0 && (n == len || !isalpha((unsigned char)s[len]) || s[len - 1] == ' '))
			return true;
	}
	return false;
}

/* What the rows of a group say together, before it is weighed. */
struct sums {
	double title, dated, own_dated, rest, like, menu, weak, date_only, files, invites;
	size_t urls, texts;
};

static void
add_row(const struct rows *r, const struct listing_group *g, const struct listing_row *row,
    bool distinct, struct sums *s)
{
	const struct rows_anchor *a = &r->anchors[row->anchor];
	const struct rows_date *d = listing_row_date(r, g, row);
	uint32_t len = row->end - row->start, own = a->end - a->start;
	uint8_t region = r->elems[a->elem].region;
	bool file = a->is_file;

	if (distinct && !rows_is_generic(buf_str(&r->text) + a->start, own))
		s->title += a->letters < 50 ? a->letters / 50.0 : 1.0;
	if (d != NULL && d->date.precision >= DATE_DAY) {
		s->dated += d->start >= row->start ? 1.0 : 0.8;
		s->own_dated += d->start >= row->start;
	}
	if (len > own && len < ROW_BYTES)
		s->rest += len - own < 80 ? (len - own) / 80.0 : 1.0;
	s->like += document_like(a->url, file);
	s->files += file;
	s->invites += !distinct && invites(buf_str(&r->text) + a->start, own);
	s->menu += (region & REGION_MENU) != 0;
	s->weak += (region & (REGION_WEAK | REGION_MAIN)) == REGION_WEAK;
	s->date_only += is_date_only(r, a) && len <= own + 20;
}

static void
collect_sums(const struct rows *r, struct listing_group *g, struct sums *s)
{
	size_t n = g->rows_count, used_words = 0, used_urls = 0, used_texts = 0;
	size_t generic = n >= 20 ? n / 8 : 2;
	struct tally *words = NULL, *urls = NULL, *texts = NULL, *found;
	struct tally *text_slots = xcalloc(n + 1, sizeof(*text_slots));
	struct tally *word_slots = xcalloc(n + 1, sizeof(*word_slots));
	struct tally *url_slots = xcalloc(n + 1, sizeof(*url_slots));

	for (size_t i = 0; i < n; i++) {
		const struct rows_anchor *a = &r->anchors[g->rows[i].anchor];

		count_key(&words, word_slots, &used_words, a->words);
		count_key(&urls, url_slots, &used_urls, digest_xxh64(a->url, strlen(a->url), 0));
		if (a->end > a->start)
			count_key(&texts, text_slots, &used_texts, a->full);
		g->places += i == 0 || g->rows[i].elem != g->rows[i - 1].elem;
	}
	for (size_t i = 0; i < n; i++) {
		const struct rows_anchor *a = &r->anchors[g->rows[i].anchor];

		HASH_FIND(hh, words, &a->words, sizeof(a->words), found);
		add_row(r, g, &g->rows[i], found->count <= generic, s);
	}
	s->urls = used_urls;
	s->texts = used_texts;
	HASH_CLEAR(hh, texts);
	free(text_slots);
	HASH_CLEAR(hh, words);
	HASH_CLEAR(hh, urls);
	free(word_slots);
	free(url_slots);
}

/* Dates among the words of links count only where most rows have no other. */
static void
choose_dating(const struct rows *r, struct listing_group *g)
{
	size_t inside = 0, heading = 0;

	g->heading_first = true;
	for (size_t i = 0; i < g->rows_count; i++) {
		const struct listing_row *row = &g->rows[i];
		const struct rows_anchor *a = &r->anchors[row->anchor];
		const struct rows_date *d = listing_row_date(r, g, row);

		if (d == NULL || d->date.precision < DATE_DAY)
			continue;
		inside += d->start >= a->start && d->start < a->end;
		heading += d->start < row->start;
	}
	g->heading_first = heading * 2 > g->rows_count && heading > inside;
}

static void
judge(const struct rows *r, struct listing_group *g)
{
	double n = g->rows_count > 0 ? (double)g->rows_count : 1, title;
	struct sums s = { 0 };

	choose_dating(r, g);
	collect_sums(r, g, &s);
	g->dated = s.dated / n;
	g->own_dated = s.own_dated / n;
	g->files = s.files / n;
	g->region = s.menu * 2 > n ? REGION_MENU : s.weak * 2 > n ? REGION_WEAK : REGION_NONE;
	title = s.title > 0.6 * s.rest ? s.title : 0.6 * s.rest;
	g->titled = s.title / n;
	g->distinct = (double)s.texts / n;
	g->quality = (1.0 * s.dated + 0.7 * title + 0.3 * s.rest + 0.5 * s.like) / n;
	/* of several links in a row the one whose words differ from row to row names the document */
	g->quality += 0.2 * g->distinct;
	if (s.invites * 2 > n && g->files < 0.5)
		g->quality += 0.3;
	g->quality *= 0.3 + 0.7 * (double)s.urls / n;
	if (g->region == REGION_MENU)
		g->quality *= 0.3;
	else if (g->region == REGION_WEAK)
		g->quality *= 0.7;
	if (s.date_only * 2 > n)
		g->quality *= 0.4;
	g->score = g->quality * sqrt(g->places < 60 ? (double)g->places : 60);
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

static size_t
folder_len(const char *url)
{
	size_t n = strcspn(url, "?#");

	while (n > 0 && url[n - 1] != '/')
		n--;
	return n;
}

/* Do most rows lead to the folder to which url leads? The release shown large above the list does. */
static bool
is_of_folder(const struct rows *r, const struct listing_group *g, const char *url)
{
	size_t len = folder_len(url), same = 0;

	if (strstr(url, "://") == NULL || strcspn(strstr(url, "://") + 3, "/") + 4 + (size_t)(strstr(url, "://") - url) >= len)
		return false;	/* the root is everybody's folder */
	for (size_t i = 0; i < g->rows_count; i++) {
		const char *other = r->anchors[g->rows[i].anchor].url;

		same += folder_len(other) == len && memcmp(other, url, len) == 0;
	}
	return same * 10 >= g->rows_count * 6;
}

/* A further list of the page, or rows of the same list that are built a little differently. */
static bool
is_further(const struct rows *r, const struct listing_group *best, const struct listing_group *g)
{
	if (g->quality < QUALITY_SHARE * best->quality || g->quality < QUALITY_MIN ||
	    g->region == REGION_MENU)
		return false;
	if (best->dated > 0.5 && g->dated < 0.5)
		return false;
	if (best->own_dated > 0.5 && g->own_dated < 0.5)
		return false;
	/* a single link may be a row of its own kind, but then dated, and in the same box or of the same folder */
	if (g->rows_count < 2)
		return g->own_dated > 0 && best->common >= 0 &&
		    ((g->rows[0].elem > best->common && g->rows[0].elem < r->elems[best->common].last) ||
		    (g->titled >= 0.3 && is_of_folder(r, best, r->anchors[g->rows[0].anchor].url)));
	return true;
}

/*
 * Rows with a page and a file each (the press release and its PDF, the case and its decision): which of both is
 * the document depends on the site, so both are candidates. One of the two groups is the best, g the other.
 */
static bool
is_page_and_file(const struct listing_group *best, const struct listing_group *g)
{
	const struct listing_group *page = best->files < 0.2 ? best : g, *file = page == best ? g : best;

	return page->files < 0.2 && file->files > 0.8 && page->distinct > 0.7 && best->places >= 3 &&
	    g->places * 10 >= best->places * 8 && g->rows_count * 8 <= best->places * 10 &&
	    g->region != REGION_MENU && is_inside(best, g);
}

/* Do all rows of b share their element with one of a? Both are in document order. They learn its link. */
static bool
shares_rows(const struct listing_group *a, struct listing_group *b)
{
	size_t i = 0;

	for (size_t k = 0; k < b->rows_count; k++) {
		while (i < a->rows_count && a->rows[i].elem < b->rows[k].elem)
			i++;
		if (i == a->rows_count || a->rows[i].elem != b->rows[k].elem)
			return false;
		b->rows[k].first = a->rows[i].anchor;
	}
	return true;
}

/*
 * A second file in the place of the first, in some of the rows: the dissent beside the opinion, a correction. Files that all rows
 * have are the same document once more, in another format or language.
 */
static bool
is_beside(const struct rows *r, const struct listing_group *best, struct listing_group *g)
{
	return best->files >= 0.8 && g->files >= 0.8 && g->rows_count > 0 && g->rows_count * 2 <= best->rows_count &&
	    r->anchors[g->anchors[0]].path == r->anchors[best->anchors[0]].path && g->region != REGION_MENU &&
	    shares_rows(best, g);
}

/* Where most rows are dated, what stands outside of all those and has no date is furniture of like build. */
static void
drop_strays(const struct rows *r, struct listing_group *g)
{
	int box = -1;
	size_t kept = 0;

	if (g->rows_count < 4 || g->own_dated < 0.6)
		return;
	for (size_t i = 0; i < g->rows_count; i++) {
		const struct rows_date *d = listing_row_date(r, g, &g->rows[i]);

		if (d != NULL && d->start >= g->rows[i].start)
			box = box < 0 ? g->rows[i].elem : rows_common(r, box, g->rows[i].elem);
	}
	for (size_t i = 0; i < g->rows_count; i++) {
		const struct rows_date *d = listing_row_date(r, g, &g->rows[i]);
		bool own = d != NULL && d->start >= g->rows[i].start;
		bool in = g->rows[i].elem >= box && g->rows[i].elem < r->elems[box].last;
		bool alike = g->files < 0.8 || r->anchors[g->rows[i].anchor].is_file;

		if (own || (in && alike))
			g->rows[kept++] = g->rows[i];
	}
	g->rows_count = kept;
}

/* Rows of one box from i on: how many there are and how many have a date, their own or that of a heading. */
static void
count_box(const struct rows *r, const struct listing_group *g, size_t i, size_t *ret_rows, size_t *ret_dated)
{
	int box = r->elems[g->rows[i].elem].parent;
	const struct rows_date *d;

	*ret_rows = *ret_dated = 0;
	for (; i < g->rows_count && r->elems[g->rows[i].elem].parent == box; i++, (*ret_rows)++) {
		d = listing_row_date(r, g, &g->rows[i]);
		*ret_dated += d != NULL && d->date.precision >= DATE_DAY;
	}
}

/*
 * The list of documents and the list of archives may be built alike (ul, li, a) and stand in two boxes. Where some
 * boxes hold dated rows and others none, the others' links leave g for *rest. False: nothing to part.
 */
static bool
part_boxes(const struct rows *r, struct listing_group *g, struct listing_group *rest)
{
	size_t rows, dated, with = 0, without = 0, kept = 0;

	g->heading_first = true;
	for (size_t i = 0; i < g->rows_count; i += rows) {
		count_box(r, g, i, &rows, &dated);
		if (dated * 10 >= rows * 7)
			with += rows;
		else if (dated == 0 && rows >= 2)
			without += rows;
	}
	if (with < 2 || without == 0)
		return false;
	*rest = (struct listing_group){ .path = g->path };
	rest->anchors = xcalloc(without, sizeof(*rest->anchors));
	for (size_t i = 0; i < g->rows_count; i += rows) {
		count_box(r, g, i, &rows, &dated);
		for (size_t k = i; k < i + rows; k++) {
			if (dated == 0 && rows >= 2)
				rest->anchors[rest->count++] = g->rows[k].anchor;
			else
				g->anchors[kept++] = g->rows[k].anchor;
		}
	}
	g->count = kept;
	free(g->rows);
	g->rows = NULL;
	return true;
}

void
listing_part_groups(const struct rows *r, struct listing_group **groups, size_t *count)
{
	size_t before = *count, cap = *count;
	struct listing_group rest;

	for (size_t i = 0; i < before; i++) {
		listing_find_rows(r, &(*groups)[i]);
		if ((*groups)[i].rows_count < 4 || !part_boxes(r, &(*groups)[i], &rest))
			continue;
		listing_find_rows(r, &(*groups)[i]);
		listing_find_rows(r, &rest);
		*groups = xgrow(*groups, &cap, *count + 1, sizeof(**groups));
		(*groups)[(*count)++] = rest;
	}
}

/* A single link is a list only when it reads like an item: dated, with words for a title. */
static bool
may_be_best(const struct listing_group *g)
{
	if (g->quality < QUALITY_MIN)
		return false;
	return g->rows_count >= 2 || (g->own_dated > 0 && g->titled >= 0.3 && g->region == REGION_NONE);
}

static int
by_score(const void *a, const void *b)
{
	const struct listing_group *x = *(struct listing_group *const *)a;
	const struct listing_group *y = *(struct listing_group *const *)b;

	return x->score > y->score ? -1 : x->score < y->score;
}

/* Is g a second link in rows of a list that was taken already? */
static bool
is_taken(struct listing_group *const *taken, size_t count, const struct listing_group *g)
{
	for (size_t i = 0; i < count; i++) {
		if (is_inside(taken[i], g))
			return true;
	}
	return false;
}

void
listing_choose(const struct rows *r, struct listing_group *groups, size_t count)
{
	struct listing_group **order = xcalloc(count + 1, sizeof(*order)), *best = NULL;
	struct listing_group *taken[LISTS_MAX];
	size_t lists = 0;

	for (size_t i = 0; i < count; i++) {
		judge(r, &groups[i]);
		order[i] = &groups[i];
	}
	if (count > 1)
		qsort(order, count, sizeof(*order), by_score);
	for (size_t i = 0; i < count && lists < LISTS_MAX; i++) {
		struct listing_group *g = order[i];

		if (best == NULL) {
			if (!may_be_best(g))
				continue;
			best = g;
		} else if (is_beside(r, best, g)) {
			g->is_beside = true;
		} else if (!is_page_and_file(best, g) &&
		    (!is_further(r, best, g) || is_taken(taken, lists, g))) {
			continue;
		}
		g->is_list = true;
		taken[lists++] = g;
	}
	free(order);
	for (size_t i = 0; i < count; i++) {
		if (groups[i].is_list && !groups[i].is_beside)
			drop_strays(r, &groups[i]);
	}
	listing_drop_events(r, groups, count);
}
