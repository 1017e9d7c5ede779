/* listing_title: the titles that rows give to their links, column by column. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/hash.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define PROSE 170		/* a line longer than this is a summary rather than a title */
#define LABEL_MAX 30
#define ROW_LINES 200		/* of a row that are looked at */
#define PIECES_MAX 100000	/* of all rows: rows that share one large element end here */
#define PIECE_BYTES 4096
#define LINK_COLUMN 0xa		/* key of the column of the links' own texts */
#define FEW_LETTERS 6		/* a docket number, no title */
#define REPEATED_LETTERS 12	/* of a title that a link says again with other words */
#define ROW_PIECES 16		/* among which it is looked for, on either side */

/* A piece of a row that may be its title. */
struct piece {
	uint64_t column;
	uint64_t words;
	uint32_t start, end;
	uint32_t letters;
	size_t row;
	struct column *in;	/* the column, once all are known */
	int elem;		/* of its line, -1: it is no line of its own */
	uint32_t line_start;	/* before the label that was taken off */
	uint8_t bonus;		/* tenths */
};

struct pieces {
	const struct listing_row *rows;
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

static struct piece *
add_piece(struct pieces *ps, const struct rows *r, uint64_t column, uint32_t start, uint32_t end,
    size_t row, uint8_t bonus)
{
	const struct rows_anchor *a;
	struct piece *p;

	listing_trim(buf_str(&r->text), &start, &end);
	if (column != LINK_COLUMN)
		listing_strip_dates(r, &start, &end);
	if (start >= end)
		return NULL;
	if (end - start > PIECE_BYTES)
		end = start + (uint32_t)utf8_cut(buf_str(&r->text) + start, end - start, PIECE_BYTES);
	ps->list = xgrow(ps->list, &ps->cap, ps->count + 1, sizeof(*ps->list));
	p = &ps->list[ps->count++];
	*p = (struct piece){ .column = column, .start = start, .end = end, .row = row, .bonus = bonus, .elem = -1 };
	a = &r->anchors[ps->rows[row].anchor];
	if (a->start == start && a->end == end) {	/* counted already */
		p->letters = a->letters;
		p->words = a->words;
	} else {
		p->letters = rows_words(buf_str(&r->text) + start, end - start, &p->words);
	}
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
	const char *cls;

	if (line->heading)
		return 14;
	for (int e = line->elem, up = 0; e >= 0 && up < 2; e = r->elems[e].parent, up++) {
		cls = tree_attr(r->elems[e].node, "class");
		if (cls != NULL && listing_is_title_class(cls))
			return 13;
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
		if (r->elems[e].is & ROWS_CELL)
			return kind * 31 + r->elems[e].local;
	}
	return kind;
}

/* A line of the row besides the link's own. */
static void
collect_line(struct pieces *ps, const struct rows *r, const struct listing_row *row,
    const struct rows_line *line, struct key_count *keys, size_t index)
{
	const char *text = buf_str(&r->text);
	uint32_t start = line->start, label;
	struct piece *added;
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
	if (listing_is_linked(r, line))
		bonus += 7;
	/* what follows a row in a flat layout is its summary sooner than its title */
	if (start >= r->elems[row->elem].end)
		bonus -= 3;
	added = add_piece(ps, r, key, start, line->end, index, (uint8_t)bonus);
	if (added != NULL) {
		added->elem = line->elem;
		added->line_start = label > 0 ? line->start : added->start;
	}
}

static void
collect_row(struct pieces *ps, const struct rows *r, const struct listing_row *row, size_t index)
{
	const struct rows_anchor *a = &r->anchors[row->anchor];
	struct key_count keys = { .used = 0 };
	struct piece *added;

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
			added = add_piece(ps, r, key, from, to, index,
			    (uint8_t)(line_bonus(r, line) + (whole ? 10 : 4)));
			if (added != NULL && !whole) {
				added->elem = line->elem;
				added->line_start = added->start;
			}
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

/*
 * "Read more about X" beside X: the piece at i of a row holds another piece of it that says most of it. Pieces of a row stand together.
 */
static bool
repeats_another(const struct rows *r, const struct pieces *ps, size_t i)
{
	const struct piece *p = &ps->list[i], *q;
	const char *text = buf_str(&r->text);
	size_t from = i;

	while (from > 0 && i - from < ROW_PIECES && ps->list[from - 1].row == p->row)
		from--;
	for (size_t k = from; k < ps->count && k < from + 2 * ROW_PIECES && ps->list[k].row == p->row; k++) {
		q = &ps->list[k];
		if (q->letters >= REPEATED_LETTERS && q->letters + 3 <= p->letters && q->letters * 5 >= p->letters * 2 &&
		    memmem(text + p->start, p->end - p->start, text + q->start, q->end - q->start) != NULL &&
		    (q->start >= p->end || q->end <= p->start) && memcmp(text + p->start, text + q->start, REPEATED_LETTERS) != 0)
			return true;
	}
	return false;
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
	else if (listing_is_sentence(buf_str(&r->text) + p->start, len))
		worth *= 0.7;
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

/* Do nearly all titles begin or end with a date? Then the list writes it there, and it is no part of them. */
static bool
are_dated(const struct rows *r, const struct piece *const *chosen, size_t rows)
{
	size_t known = 0, dated = 0;

	for (size_t i = 0; i < rows; i++) {
		uint32_t start, end;

		if (chosen[i] == NULL)
			continue;
		start = chosen[i]->start;
		end = chosen[i]->end;
		listing_strip_dates(r, &start, &end);
		known++;
		dated += start != chosen[i]->start || end != chosen[i]->end;
	}
	return known >= 3 && dated * 10 >= known * 8;
}

/* Do nearly all titles follow a kind of document and a date, and differ without them? */
static bool
are_led(const struct rows *r, const struct piece *const *chosen, size_t rows)
{
	size_t known = 0, led = 0, same = 0;
	uint64_t before = 0, h;
	uint32_t rest;

	for (size_t i = 0; i < rows; i++) {
		if (chosen[i] == NULL)
			continue;
		known++;
		if (!listing_lead_end(r, chosen[i]->start, chosen[i]->end, &rest))
			continue;
		(void)rows_words(buf_str(&r->text) + rest, chosen[i]->end - rest, &h);
		same += led++ > 0 && h == before;
		before = h;
	}
	return known >= 3 && led * 10 >= known * 8 && same * 5 <= led;
}

/* Neither what was found nor the link itself could be a title. */
static bool
is_bare(const struct rows *r, const struct rows_anchor *a, const struct piece *p)
{
	const char *text = buf_str(&r->text);

	if (p != NULL && p->letters >= 3 && !rows_is_generic(text + p->start, p->end - p->start))
		return false;
	return a->letters < 3 || rows_is_generic(text + a->start, a->end - a->start);
}

static struct column *
column_of(struct column **table, uint64_t key, struct column *slots, size_t *used)
{
	struct column *found;

	HASH_FIND(hh, *table, &key, sizeof(key), found);
	if (found == NULL) {
		found = &slots[(*used)++];
		found->key = key;
		HASH_ADD(hh, *table, key, sizeof(found->key), found);
	}
	found->rows++;
	return found;
}

/* The column of a piece by its element's name alone, as the n-th such of its row. */
static uint64_t
plain_column(const struct rows *r, const struct piece *p, struct key_count *keys)
{
	const char *name = (const char *)r->elems[p->elem].node->name;
	uint64_t key = rows_hash_name(name, strlen(name)) * 31 + 0x200;

	return key * 31 + nth_of(keys, key);
}

/*
 * Each piece into its column. What few rows have is none: a class that a program made up, or words before a colon that are no
 * label. Such a piece goes by its element's name alone, the label given back.
 */
static struct column *
make_columns(const struct rows *r, struct pieces *ps, size_t rows, struct column *slots)
{
	struct column *table = NULL;
	struct key_count keys = { .used = 0 };
	size_t used = 0;

	for (size_t i = 0; i < ps->count; i++)
		ps->list[i].in = column_of(&table, ps->list[i].column, slots, &used);
	for (size_t i = 0; rows >= 3 && i < ps->count; i++) {
		struct piece *p = &ps->list[i];

		if (i > 0 && p->row != p[-1].row)
			keys.used = 0;
		if (p->elem < 0 || p->in->rows * 2 > rows || p->in->key != p->column)
			continue;
		if (p->line_start == p->start) {
			p->column = plain_column(r, p, &keys);
		} else if (p->in->rows == 1) {
			p->start = p->line_start;
			p->letters = rows_words(buf_str(&r->text) + p->start, p->end - p->start, &p->words);
			p->column = line_kind(r, &r->lines[rows_line_from(r, p->start)]) * 31 + 0x100;
		}
		p->in = column_of(&table, p->column, slots, &used);
	}
	return table;
}

char **
listing_titles(const struct rows *r, const struct listing_group *g)
{
	struct pieces ps = { .rows = g->rows };
	struct seen_words *seen = NULL, *slots;
	struct column *columns, *column_slots;
	const struct column *best;
	const struct piece **chosen = xcalloc(g->rows_count + 1, sizeof(*chosen));
	char **titles = xcalloc(g->rows_count + 1, sizeof(*titles));
	uint32_t start;
	size_t used = 0;
	double *worth;
	bool dated, led;

	for (size_t i = 0; i < g->rows_count && ps.count < PIECES_MAX; i++)
		collect_row(&ps, r, &g->rows[i], i);
	slots = xcalloc(ps.count + 1, sizeof(*slots));
	column_slots = xcalloc(2 * ps.count + 1, sizeof(*column_slots));
	columns = make_columns(r, &ps, g->rows_count, column_slots);
	worth = xcalloc(ps.count + 1, sizeof(*worth));
	for (size_t i = 0; i < ps.count; i++)
		(void)same_words(&seen, ps.list[i].column, ps.list[i].words, true, slots, &used);
	for (size_t i = 0; i < ps.count; i++) {
		struct piece *p = &ps.list[i];

		worth[i] = piece_worth(r, p, same_words(&seen, p->column, p->words, false, slots, &used),
		    g->rows_count);
		if (worth[i] > 0 && p->column == LINK_COLUMN && repeats_another(r, &ps, i))
			worth[i] *= 0.3;
		p->in->score += worth[i];
	}
	best = best_column(columns);
	if (best != NULL && best->score > 0)
		pick(r, &ps, worth, best->key, chosen, g->rows_count);
	dated = are_dated(r, chosen, g->rows_count);
	led = !dated && are_led(r, chosen, g->rows_count);
	for (size_t i = 0; i < g->rows_count; i++) {
		const struct rows_anchor *a = &r->anchors[g->rows[i].anchor];

		if (chosen[i] == NULL || chosen[i]->letters < FEW_LETTERS)
			titles[i] = listing_script_title(r, &g->rows[i]);
		if (titles[i] == NULL && is_bare(r, a, chosen[i]))
			titles[i] = listing_title_above(r, g, i);
		if (titles[i] == NULL && chosen[i] != NULL) {
			if (!led || !listing_lead_end(r, chosen[i]->start, chosen[i]->end, &start))
				start = chosen[i]->start;
			titles[i] = listing_words(r, start, chosen[i]->end, dated);
		}
		if (titles[i] == NULL)
			titles[i] = listing_attribute_title(r, a);
		if (titles[i] == NULL && a->end > a->start)
			titles[i] = unicode_line(buf_str(&r->text) + a->start, a->end - a->start);
		titles[i] = listing_uncut_title(r, a, titles[i]);
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
