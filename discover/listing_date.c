/* listing_date: the date that a row gives to its link. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define HEADING_LOOK 400	/* dates looked at backwards for a heading */
#define HEADING_BYTES 120	/* of a heading that ends with its date */
#define ROW_DATES 40		/* of a row that are looked at */

/* Ranks of date_rank() at which a date is believed: as in a column of dates, and in a short line. */
#define RANK_COLUMN 26
#define RANK_LINE 16
#define RANK_ROW 25	/* said by an attribute of the row: short of a column of dates */
#define DISOWNED 12	/* what a label takes off: any other date of a short line is better */

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
	uint32_t letters = 0;	/* those of it: most words begin with none of them */
	int worth = 0;

	if (n >= sizeof(label)) {
		s += n - (sizeof(label) - 1);
		n = sizeof(label) - 1;
	}
	for (size_t i = 0; i < n; i++)
		letters |= 1u << ((label[i] = (char)tolower((unsigned char)s[i])) & 31);
	label[n] = '\0';
	for (size_t i = 0; n > 2 && i < sizeof(label_words) / sizeof(label_words[0]); i++) {
		const char *word = label_words[i].word, *at = label;

		if ((letters >> (word[0] & 31) & 1) == 0)
			continue;
		while ((at = strchr(at, word[0])) != NULL && strncmp(at, word, strlen(word)) != 0)
			at++;
		if (at != NULL)
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

		if (!(r->elems[elem].is & ROWS_CELL))
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

/* Is a date parted on both sides from what else its line says ("Press release | 9 March 2024 | Energy")? */
static bool
is_parted(const char *line, size_t begin, size_t end, size_t n)
{
	static const char *const bars[] = { "|", "\xc2\xb7", "\xe2\x80\xa2", "\xe2\x80\x93", "\xe2\x80\x94", NULL };
	bool before = begin == 0, behind = end == n;

	for (size_t i = 0; bars[i] != NULL; i++) {
		size_t len = strlen(bars[i]);

		before |= begin >= len + 1 && line[begin - 1] == ' ' && memcmp(line + begin - 1 - len, bars[i], len) == 0;
		behind |= end + len + 1 <= n && line[end] == ' ' && memcmp(line + end + 1, bars[i], len) == 0;
	}
	return before && behind && end - begin < n;
}

/* How well a date of a row is placed and labelled; higher is better, 0 is among prose. last: where the one before ends. */
static int
date_rank(const struct rows *r, struct rows_date *d, uint32_t last)
{
	const struct rows_line *line;
	const char *text = buf_str(&r->text);
	uint32_t from;
	int rank, worth;

	if (d->line < 0)
		return d->alone ? 40 : RANK_ROW;
	line = &r->lines[d->line];
	rank = d->date.source == DATE_FROM_TIME_ELEMENT ? 40 : d->alone ? 30 :
	    is_parted(text + line->start, d->start - line->start, d->end - line->start, line->end - line->start) ? 24 :
	    line->end - line->start < 200 ? 20 : 10;
	from = last > line->start && last <= d->start ? last : line->start;
	if (d->start > line->start) {
		worth = label_worth(text + from, d->start - from);
		/* praise is for labels; a remark ("posted again on") is none */
		if (worth < 0 || memchr(text + from, ':', d->start - from) != NULL)
			rank += worth <= -2 ? -DISOWNED : 2 * worth;
		d->disowned = worth < 0;
	} else {
		rank += 2 * header_worth(r, line->elem);
	}
	return rank;
}

void
listing_rank_dates(struct rows *r)
{
	for (size_t i = 0; i < r->dates_count; i++)
		r->dates[i].rank = date_rank(r, &r->dates[i], i > 0 ? r->dates[i - 1].end : 0);
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

/* "Published in the journal of March 12, 2024:" heads what follows, as a heading or with its colon. */
static bool
ends_heading(const struct rows *r, const struct rows_date *d)
{
	const struct rows_line *line = &r->lines[d->line];
	const char *text = buf_str(&r->text);

	return line->end - line->start <= HEADING_BYTES && line->end - d->end <= 2 &&
	    (line->heading || text[line->end - 1] == ':');
}

/* The nearest date above a row that heads a part of the page rather than belonging to another row's words. */
static const struct rows_date *
heading_date(const struct rows *r, const struct listing_group *g, const struct listing_row *row)
{
	uint32_t own = r->elems[row->elem].start;	/* what leads the row may be a heading too */
	size_t k = rows_date_from(r, own > row->start ? own : row->start);

	for (size_t look = 0; k > 0 && look < HEADING_LOOK; look++) {
		const struct rows_date *d = &r->dates[--k];
		const struct listing_row *other;

		if (d->start + 400 < r->elems[g->common].start)
			break;
		if (d->date.precision < DATE_DAY || (d->relative && !r->lines[d->line].heading))
			continue;
		if (!d->alone && (d->line < 0 || ((d->start != r->lines[d->line].start ||
		    r->lines[d->line].end - d->end >= 60) && !ends_heading(r, d))))
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

/* The best dates of a row's own text: outside the link, and among the link's words. */
struct own_dates {
	const struct rows_date *best, *inside;
	int rank;
};

static struct own_dates
own_dates(const struct rows *r, const struct listing_row *row)
{
	const struct rows_anchor *a = &r->anchors[row->anchor];
	struct own_dates own = { 0 };
	size_t i = rows_date_from(r, row->start);

	for (size_t n = 0; i < r->dates_count && within(&r->dates[i], row->start, row->end) && n < ROW_DATES;
	    i++, n++) {
		const struct rows_date *d = &r->dates[i];
		int rank;

		if (d->date.precision < DATE_DAY)
			continue;
		/* a date among the words of the link may be part of the title */
		if (within(d, a->start, a->end) && !d->alone && d->line >= 0) {
			if (own.inside == NULL)
				own.inside = d;
			continue;
		}
		rank = d->rank < RANK_COLUMN && !d->disowned && frames(row, a, d) ? RANK_COLUMN : d->rank;
		if (rank > own.rank) {
			own.best = d;
			own.rank = rank;
		}
	}
	return own;
}

const struct rows_date *
listing_row_date(const struct rows *r, const struct listing_group *g, const struct listing_row *row)
{
	struct own_dates own = own_dates(r, row);
	const struct rows_date *heading;

	if (own.rank >= (g->heading_first ? RANK_COLUMN : RANK_LINE))
		return own.best;
	heading = heading_date(r, g, row);
	if (g->heading_first && heading != NULL)
		return heading;
	if (own.rank >= RANK_LINE)
		return own.best;
	if (own.inside != NULL)
		return own.inside;
	return own.best != NULL ? own.best : heading;
}
