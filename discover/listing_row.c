/* listing_row: the date and the title that a row gives to its link. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "discover/feed_int.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define HEADING_LOOK 400	/* dates looked at backwards for a heading */
#define TITLE_CHARS 512
#define PROSE 170		/* a line longer than this is a summary rather than a title */
#define LABEL_MAX 30
#define ROW_LINES 200		/* of a row that are looked at */
#define ROW_DATES 40
#define PIECES_MAX 100000	/* of all rows: rows that share one large element end here */
#define LINE_LINKS 50
#define PIECE_BYTES 4096
#define ROW_TEXT 6000
#define ROW_NODES 400
#define LINK_COLUMN 0xa		/* key of the column of the links' own texts */
#define FEW_LETTERS 6		/* a docket number, no title */

static bool
within(const struct rows_date *d, uint32_t from, uint32_t to)
{
	return d->start >= from && d->start < to;
}

struct label_word {
	const char *word;
	int worth;
};

/* Words that say which of several dates of a row is its publication. */
static const struct label_word label_words[] = {
	{ "publi", 2 }, { "issue", 2 }, { "release", 2 }, { "posted", 2 }, { "decision", 2 },
	{ "decided", 2 }, { "dispo", 2 }, { "opinion", 1 }, { "filed", 1 }, { "ver\xc3\xb6" "ff", 2 },
	{ "erschienen", 2 }, { "fecha", 1 }, { "update", -2 }, { "modif", -2 }, { "revis", -2 },
	{ "correct", -2 }, { "amend", -1 }, { "argu", -2 }, { "hearing", -2 }, { "submitted", -1 },
	{ "expire", -3 }, { "deadline", -3 }, { "due", -1 }, { "until", -3 }, { "effective", -1 },
	{ "meeting", -2 }, { "reclass", -2 }, { "lower court", -2 }, { "born", -3 }, { "dated", -1 },
};

static int
label_worth(const char *s, size_t n)
{
	char label[64];
	int worth = 0;

	if (n >= sizeof(label)) {
		s += n - (sizeof(label) - 1);
		n = sizeof(label) - 1;
	}
	memcpy(label, s, n);
	label[n] = '\0';
	for (size_t i = 0; i < sizeof(label_words) / sizeof(label_words[0]); i++) {
		if (strcasestr(label, label_words[i].word) != NULL)
			worth += label_words[i].worth;
	}
	return worth;
}

/* Number of a cell's column, and its row and table; false outside a table. */
static bool
cell_of(const struct rows *r, int elem, int *column, int *table)
{
	for (int up = 0; elem >= 0 && up < 6; up++, elem = r->elems[elem].parent) {
		const xmlNode *node = r->elems[elem].node;

		if (!tree_is(node, "td") && !tree_is(node, "th"))
			continue;
		*column = 0;
		for (const xmlNode *p = node->prev; p != NULL && *column < 64; p = p->prev)
			*column += p->type == XML_ELEMENT_NODE;
		while (elem >= 0 && !tree_is(r->elems[elem].node, "table"))
			elem = r->elems[elem].parent;
		*table = elem;
		return elem >= 0;
	}
	return false;
}

/* Worth of the column's heading in the first row of its table. */
static int
header_worth(const struct rows *r, int elem)
{
	int column, table, at;

	if (!cell_of(r, elem, &column, &table))
		return 0;
	for (size_t i = rows_line_from(r, r->elems[table].start), n = 0; i < r->lines_count && n < 40;
	    i++, n++) {
		const struct rows_line *line = &r->lines[i];
		int other;

		if (line->start >= r->elems[table].end)
			break;
		if (cell_of(r, line->elem, &at, &other) && other == table && at == column)
			return label_worth(buf_str(&r->text) + line->start, line->end - line->start);
	}
	return 0;
}

/* How well a date of a row is placed and labelled; higher is better, 0 is among prose. */
static int
date_rank(const struct rows *r, const struct rows_date *d)
{
	const struct rows_line *line;
	int rank, worth;

	if (d->line < 0)
		return 40;
	line = &r->lines[d->line];
	rank = d->date.source == DATE_FROM_TIME_ELEMENT ? 40 : d->alone ? 30 :
	    line->end - line->start < 200 ? 20 : 10;
	if (d->start > line->start) {
		worth = label_worth(buf_str(&r->text) + line->start, d->start - line->start);
		/* praise is for labels; a remark ("posted again on") is none */
		if (worth < 0 || memchr(buf_str(&r->text) + line->start, ':', d->start - line->start) != NULL)
			rank += 2 * worth;
	} else {
		rank += 2 * header_worth(r, line->elem);
	}
	return rank;
}

void
listing_rank_dates(struct rows *r)
{
	for (size_t i = 0; i < r->dates_count; i++)
		r->dates[i].rank = date_rank(r, &r->dates[i]);
}

/* The row of the group to whose text a date belongs, or NULL. */
static const struct listing_row *
row_of(const struct listing_group *g, const struct rows_date *d)
{
	size_t lo = 0, hi = g->rows_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (g->rows[mid].end <= d->start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < g->rows_count && g->rows[lo].start <= d->start ? &g->rows[lo] : NULL;
}

/* The nearest date above a row that heads a part of the page rather than belonging to another row's words. */
static const struct rows_date *
heading_date(const struct rows *r, const struct listing_group *g, const struct listing_row *row)
{
	size_t k = rows_date_from(r, row->start);

	for (size_t look = 0; k > 0 && look < HEADING_LOOK; look++) {
		const struct rows_date *d = &r->dates[--k];
		const struct listing_row *other;

		if (d->start + 400 < r->elems[g->common].start)
			break;
		if (d->date.precision < DATE_DAY)
			continue;
		if (!d->alone && (d->line < 0 || d->start != r->lines[d->line].start ||
		    r->lines[d->line].end - d->end >= 60))
			continue;
		/* what leads a row in a flat layout heads those below it too */
		if ((other = row_of(g, d)) == NULL || d->start < r->elems[other->elem].start)
			return d;
		if (r->elems[other->elem].last > row->elem)
			return d;
		/* under headings what rows say of dates is a remark */
		if (g->heading_first)
			continue;
		/* in a table one date may stand for the rows below it */
		return tree_is(r->elems[row->elem].node, "tr") &&
		    r->elems[other->elem].parent == r->elems[row->elem].parent ? d : NULL;
	}
	return NULL;
}

/* Does the date stand right before the link, or as the row's last words? Then it is the row's, as in a column. */
static bool
frames(const struct listing_row *row, const struct rows_anchor *a, const struct rows_date *d)
{
	return (d->end <= a->start && d->end + 6 >= a->start) || d->end + 3 >= row->end;
}

const struct rows_date *
listing_row_date(const struct rows *r, const struct listing_group *g, const struct listing_row *row)
{
	const struct rows_anchor *a = &r->anchors[row->anchor];
	const struct rows_date *best = NULL, *inside = NULL, *heading = NULL;
	int best_rank = 0, rank;
	size_t from = rows_date_from(r, row->start), count = 0;

	for (size_t i = from; i < r->dates_count && within(&r->dates[i], row->start, row->end); i++) {
		const struct rows_date *d = &r->dates[i];

		if (++count > ROW_DATES)
			break;
		if (d->date.precision < DATE_DAY)
			continue;
		/* a date among the words of the link may be part of the title */
		if (within(d, a->start, a->end) && !d->alone) {
			if (inside == NULL)
				inside = d;
			continue;
		}
		rank = d->rank < 26 && frames(row, a, d) ? 26 : d->rank;
		if (rank > best_rank) {
			best = d;
			best_rank = rank;
		}
	}
	if (best_rank >= (g->heading_first ? 26 : 16))
		return best;
	heading = heading_date(r, g, row);
	if (g->heading_first && heading != NULL)
		return heading;
	if (best_rank >= 16)
		return best;
	if (inside != NULL)
		return inside;
	return best != NULL ? best : heading;
}

/* A piece of a row that may be its title. */
struct piece {
	uint64_t column;
	uint64_t words;
	uint32_t start, end;
	uint32_t letters;
	size_t row;
	uint8_t bonus;		/* tenths */
	UT_hash_handle hh;
};

struct pieces {
	struct piece *list;
	size_t count, cap;
};

struct column {
	uint64_t key;
	double score;
	size_t rows;
	UT_hash_handle hh;
};

struct seen_words {
	uint64_t key;
	size_t count;
	UT_hash_handle hh;
};

static void
trim(const char *text, uint32_t *start, uint32_t *end)
{
	while (*start < *end && strchr(" \n,;:|-", text[*start]) != NULL)
		(*start)++;
	while (*end > *start && strchr(" \n,;|-([", text[*end - 1]) != NULL)
		(*end)--;
}

/* "09.02.2023 - Minister opens the harbour": the date at either end is no part of the title. */
static void
strip_dates(const struct rows *r, uint32_t *start, uint32_t *end)
{
	size_t k = rows_date_from(r, *start);
	uint32_t from = *start, to = *end;

	if (k < r->dates_count && r->dates[k].start == from && r->dates[k].end <= to)
		from = r->dates[k++].end;
	while (k < r->dates_count && r->dates[k].end < to)
		k++;
	if (k < r->dates_count && r->dates[k].start >= from && r->dates[k].end == to)
		to = r->dates[k].start;
	trim(buf_str(&r->text), &from, &to);
	if (to < from + 10)
		return;		/* little else: leave it whole */
	*start = from;
	*end = to;
}

static struct piece *
add_piece(struct pieces *ps, const struct rows *r, uint64_t column, uint32_t start, uint32_t end,
    size_t row, uint8_t bonus)
{
	struct piece *p;

	trim(buf_str(&r->text), &start, &end);
	if (column != LINK_COLUMN)
		strip_dates(r, &start, &end);
	if (start >= end)
		return NULL;
	if (end - start > PIECE_BYTES)
		end = start + (uint32_t)utf8_cut(buf_str(&r->text) + start, end - start, PIECE_BYTES);
	ps->list = xgrow(ps->list, &ps->cap, ps->count + 1, sizeof(*ps->list));
	p = &ps->list[ps->count++];
	*p = (struct piece){ .column = column, .start = start, .end = end, .row = row, .bonus = bonus };
	p->letters = rows_words(buf_str(&r->text) + start, end - start, &p->words);
	return p;
}

/* Length of a label ("Caption: ") at the start of a line, or 0. */
static uint32_t
label_len(const char *s, uint32_t n)
{
	for (uint32_t i = 0; i < n && i < LABEL_MAX; i++) {
		if (isdigit((unsigned char)s[i]))
			return 0;
		if (s[i] == ':' && i > 1 && i + 1 < n && s[i + 1] == ' ')
			return i + 2;
	}
	return 0;
}

static uint8_t
line_bonus(const struct rows *r, const struct rows_line *line)
{
	static const char *const words[] = { "title", "headline", "caption", "name", NULL };
	const char *cls;

	if (line->heading)
		return 14;
	for (int e = line->elem, up = 0; e >= 0 && up < 2; e = r->elems[e].parent, up++) {
		cls = tree_attr(r->elems[e].node, "class");
		for (size_t i = 0; cls != NULL && words[i] != NULL; i++) {
			if (strcasestr(cls, words[i]) != NULL)
				return 13;
		}
	}
	return 10;
}

/* The line around the link without the link's own words and without its date. */
static void
add_residue(struct pieces *ps, const struct rows *r, const struct listing_row *row,
    const struct rows_line *line, size_t index)
{
	const struct rows_anchor *a = &r->anchors[row->anchor];
	uint64_t key = 0x5e5e5e;
	uint32_t from = line->start > row->start ? line->start : row->start;
	uint32_t to = line->end < row->end ? line->end : row->end;

	/* up to the next link on either side: the words there are its own */
	if (row->anchor > 0 && r->anchors[row->anchor - 1].end > from)
		from = r->anchors[row->anchor - 1].end;
	if ((size_t)row->anchor + 1 < r->anchors_count && r->anchors[row->anchor + 1].start < to)
		to = r->anchors[row->anchor + 1].start;
	if (a->start > from)
		(void)add_piece(ps, r, key, from, a->start, index, 12);
	if (a->end < to)
		(void)add_piece(ps, r, key + 1, a->end, to, index, 12);
}

/* Keys met in a row, to number lines of one kind. */
struct key_count {
	uint64_t key[32];
	uint64_t count[32];
	size_t used;
};

static uint64_t
nth_of(struct key_count *k, uint64_t key)
{
	for (size_t i = 0; i < k->used; i++) {
		if (k->key[i] == key)
			return ++k->count[i];
	}
	if (k->used < 32) {
		k->key[k->used] = key;
		k->count[k->used++] = 0;
	}
	return 0;
}

/* Kind of a line: its own element and the cell it stands in. */
static uint64_t
line_kind(const struct rows *r, const struct rows_line *line)
{
	uint64_t kind = r->elems[line->elem].local;
	int e = r->elems[line->elem].parent;

	for (int up = 0; e >= 0 && up < 3; e = r->elems[e].parent, up++) {
		if (tree_is(r->elems[e].node, "td") || tree_is(r->elems[e].node, "th"))
			return kind * 31 + r->elems[e].local;
	}
	return kind;
}

/* Is the line the text of another link (the title beside "download")? */
static bool
is_linked(const struct rows *r, const struct rows_line *line)
{
	size_t lo = 0, hi = r->anchors_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->anchors[mid].end <= line->start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t n = 0; lo < r->anchors_count && r->anchors[lo].start < line->end && n < LINE_LINKS;
	    lo++, n++) {
		const struct rows_anchor *a = &r->anchors[lo];

		if ((a->end - a->start) * 2 > line->end - line->start)
			return true;
	}
	return false;
}

/* A line of the row besides the link's own. */
static void
collect_line(struct pieces *ps, const struct rows *r, const struct listing_row *row,
    const struct rows_line *line, struct key_count *keys, size_t index)
{
	const char *text = buf_str(&r->text);
	uint32_t start = line->start, label;
	uint64_t key, h;
	int bonus = line_bonus(r, line);
	size_t d = rows_date_from(r, line->start);

	if (d < r->dates_count && r->dates[d].start < line->end && r->dates[d].alone)
		return;
	label = label_len(text + start, line->end - start);
	if (label > 0) {
		(void)rows_words(text + start, label, &h);
		key = h;
		start += label;
	} else {
		key = line_kind(r, line);
		key = key * 31 + nth_of(keys, key) + 0x100;
	}
	if (is_linked(r, line))
		bonus += 7;
	/* what follows a row in a flat layout is its summary sooner than its title */
	if (start >= r->elems[row->elem].end)
		bonus -= 3;
	(void)add_piece(ps, r, key, start, line->end, index, (uint8_t)bonus);
}

static void
collect_row(struct pieces *ps, const struct rows *r, const struct listing_row *row, size_t index)
{
	const struct rows_anchor *a = &r->anchors[row->anchor];
	struct key_count keys = { .used = 0 };

	for (size_t i = rows_line_from(r, row->start), n = 0; i < r->lines_count && n < ROW_LINES; i++, n++) {
		const struct rows_line *line = &r->lines[i];

		if (line->start >= row->end)
			break;
		if (line->start < a->end && line->end > a->start) {
			/* the link's own line, or one of several inside it */
			uint32_t from = a->start > line->start ? a->start : line->start;
			uint32_t to = a->end < line->end ? a->end : line->end;
			bool whole = a->start >= line->start && a->end <= line->end;
			uint64_t key = line_kind(r, line);

			key = whole ? LINK_COLUMN : key * 31 + nth_of(&keys, key) + 0x1000;
			(void)add_piece(ps, r, key, from, to, index,
			    (uint8_t)(line_bonus(r, line) + (whole ? 10 : 4)));
			add_residue(ps, r, row, line, index);
		} else {
			collect_line(ps, r, row, line, &keys, index);
		}
	}
}

/* Of pieces sorted by column: how often the same words stand in it. */
static size_t
same_words(struct seen_words **table, uint64_t column, uint64_t words, bool add, struct seen_words *slots,
    size_t *used)
{
	uint64_t key = column * 0x9e3779b97f4a7c15u ^ words;
	struct seen_words *found;

	HASH_FIND(hh, *table, &key, sizeof(key), found);
	if (found == NULL && add) {
		found = &slots[(*used)++];
		found->key = key;
		HASH_ADD(hh, *table, key, sizeof(key), found);
	}
	if (found != NULL && add)
		found->count++;
	return found != NULL ? found->count : 0;
}

/* What a piece is worth as the title of its row. */
static double
piece_worth(const struct rows *r, const struct piece *p, size_t same, size_t rows)
{
	uint32_t len = p->end - p->start;
	double worth;

	if (same > (rows >= 16 ? rows / 8 : 2) || (rows > 1 && same == rows) ||
	    rows_is_generic(buf_str(&r->text) + p->start, len))
		return 0;
	worth = p->letters < 40 ? p->letters : 40;
	worth *= p->bonus / 10.0;
	if (len > 2 * PROSE)
		worth *= 0.15;
	else if (len > PROSE)
		worth *= 0.4;
	return worth;
}

static const struct column *
best_column(struct column *columns)
{
	const struct column *best = NULL, *c;

	for (c = columns; c != NULL; c = c->hh.next) {
		if (best == NULL || c->score > best->score)
			best = c;
	}
	return best;
}

static char *
piece_text(const struct rows *r, const struct piece *p)
{
	char *line = unicode_line(buf_str(&r->text) + p->start, p->end - p->start);

	line[utf8_cut_chars(line, strlen(line), TITLE_CHARS)] = '\0';
	if (*line != '\0')
		return line;
	free(line);
	return NULL;
}

/* A title that is no words of the page: of the link or of its picture. */
static char *
attribute_title(const struct rows *r, const struct rows_anchor *a)
{
	static const char *const names[] = { "title", "aria-label", NULL };
	xmlNodePtr node = r->elems[a->elem].node;
	const char *value = NULL;

	for (size_t i = 0; names[i] != NULL && value == NULL; i++) {
		value = tree_attr(node, names[i]);
		if (value != NULL && rows_is_generic(value, strlen(value)))
			value = NULL;
	}
	for (xmlNodePtr at = node; at != NULL && value == NULL && a->has_image; at = tree_next(at, node, false)) {
		if (tree_is(at, "img"))
			value = tree_attr(at, "alt");
	}
	if (value == NULL || *value == '\0')
		return NULL;
	return unicode_line(value, strlen(value));
}

/*
 * Some result pages write the title by a script in the row: document.write('<a href="X">Title</a>'). The words
 * between are taken when X is the row's own address.
 */
static char *
script_title(const struct rows *r, const struct listing_row *row)
{
	const char *href = tree_attr(r->elems[r->anchors[row->anchor].elem].node, "href"), *text, *end;
	xmlNodePtr root = r->elems[row->elem].node;
	CLEANUP(freep) char *piece = NULL;
	size_t looked = 0;

	if (href == NULL || strlen(href) < 8 || row->end - row->start > ROW_TEXT)
		return NULL;
	for (xmlNodePtr at = root; at != NULL && looked++ < ROW_NODES; at = tree_next(at, root, false)) {
		if (!tree_is(at, "script") || at->children == NULL || at->children->content == NULL)
			continue;
		text = (const char *)at->children->content;
		for (int n = 0; n < 8 && (text = strstr(text, href)) != NULL; n++) {
			char *title;

			if ((text = strchr(text, '>')) == NULL || (end = strstr(++text, "</a")) == NULL)
				break;
			if (end - text > TITLE_CHARS)
				continue;
			free(piece);
			piece = xstrndup(text, (size_t)(end - text));
			if ((title = feed_plain(piece, TITLE_CHARS)) != NULL)
				return title;
		}
	}
	return NULL;
}

/* The piece of the best column in each row; where it is missing, the row's own best piece. */
static void
pick(const struct rows *r, const struct pieces *ps, const double *worth, uint64_t column,
    const struct piece **chosen, size_t rows)
{
	double *best = xcalloc(rows + 1, sizeof(*best));

	for (size_t i = 0; i < ps->count; i++) {
		const struct piece *p = &ps->list[i];
		double w = worth[i] + (p->column == column && p->letters >= 3 ? 1000 : 0);

		if (w > best[p->row]) {
			best[p->row] = w;
			chosen[p->row] = p;
		}
	}
	free(best);
}

char **
listing_titles(const struct rows *r, const struct listing_group *g)
{
	struct pieces ps = { 0 };
	struct seen_words *seen = NULL, *slots;
	struct column *columns = NULL, *column_slots, *found;
	const struct column *best;
	const struct piece **chosen = xcalloc(g->rows_count + 1, sizeof(*chosen));
	char **titles = xcalloc(g->rows_count + 1, sizeof(*titles));
	size_t used = 0, used_columns = 0;
	double *worth;

	for (size_t i = 0; i < g->rows_count && ps.count < PIECES_MAX; i++)
		collect_row(&ps, r, &g->rows[i], i);
	slots = xcalloc(ps.count + 1, sizeof(*slots));
	column_slots = xcalloc(ps.count + 1, sizeof(*column_slots));
	worth = xcalloc(ps.count + 1, sizeof(*worth));
	for (size_t i = 0; i < ps.count; i++)
		(void)same_words(&seen, ps.list[i].column, ps.list[i].words, true, slots, &used);
	for (size_t i = 0; i < ps.count; i++) {
		struct piece *p = &ps.list[i];

		worth[i] = piece_worth(r, p, same_words(&seen, p->column, p->words, false, slots, &used),
		    g->rows_count);
		HASH_FIND(hh, columns, &p->column, sizeof(p->column), found);
		if (found == NULL) {
			found = &column_slots[used_columns++];
			found->key = p->column;
			HASH_ADD(hh, columns, key, sizeof(found->key), found);
		}
		found->score += worth[i];
	}
	best = best_column(columns);
	if (best != NULL && best->score > 0)
		pick(r, &ps, worth, best->key, chosen, g->rows_count);
	for (size_t i = 0; i < g->rows_count; i++) {
		const struct rows_anchor *a = &r->anchors[g->rows[i].anchor];

		if (chosen[i] == NULL || chosen[i]->letters < FEW_LETTERS)
			titles[i] = script_title(r, &g->rows[i]);
		if (titles[i] == NULL && chosen[i] != NULL)
			titles[i] = piece_text(r, chosen[i]);
		if (titles[i] == NULL)
			titles[i] = attribute_title(r, a);
		if (titles[i] == NULL && a->end > a->start)
			titles[i] = unicode_line(buf_str(&r->text) + a->start, a->end - a->start);
	}
	HASH_CLEAR(hh, seen);
	HASH_CLEAR(hh, columns);
	free(slots);
	free(column_slots);
	free(worth);
	free(chosen);
	free(ps.list);
	return titles;
}
