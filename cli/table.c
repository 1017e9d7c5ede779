/* table: aligned columns. On a terminal the flexible ones give way until a row fits. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "cli/out.h"
#include "base/banned.h"

#define COLUMNS_MAX 16
#define GAP 2		/* blanks between columns */
#define FLEXIBLE_MIN 8	/* a flexible column is never narrower */
#define CELL_MAX 8192
#define NOTE_INDENT 4

struct cell { char *text; int width; enum style style; };

struct table {
	struct table_column columns[COLUMNS_MAX];
	size_t n;
	struct cell *cells;	/* row after row */
	size_t count, cap;
	struct note { size_t row; char *text; enum style style; } *notes;	/* in order of row */
	size_t notes_count, notes_cap;
	int widths[COLUMNS_MAX];
	bool always_head, goes_on;
};

struct table *
table_new(const struct table_column *columns, size_t n)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->n = n < COLUMNS_MAX ? n : COLUMNS_MAX;
	for (size_t i = 0; i < t->n; i++) {
		t->columns[i] = columns[i];
		if (columns[i].head != NULL)
			t->widths[i] = (int)strlen(columns[i].head);
	}
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i].text);
	for (size_t i = 0; i < t->notes_count; i++)
		free(t->notes[i].text);
	free(t->notes);
	free(t->cells);
	free(t);
}

void
table_add(struct table *t, enum style style, const char *text)
{
	size_t column = t->count % t->n;
	struct buf b = BUF_INIT(CELL_MAX);
	struct cell *c;

	t->cells = xgrow(t->cells, &t->cap, t->count + 1, sizeof(*t->cells));
	c = &t->cells[t->count++];
	if (text != NULL)
		out_filter_line(&b, text, strlen(text));
	*c = (struct cell){ .width = utf8_width(buf_str(&b), b.len),
		.style = style != STYLE_PLAIN ? style : t->columns[column].style };
	c->text = xstrdup(buf_str(&b));
	buf_done(&b);
	if (c->width > t->widths[column])
		t->widths[column] = c->width;
}

void
table_addf(struct table *t, enum style style, const char *fmt, ...)
{
	struct buf b = BUF_INIT(CELL_MAX);
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	table_add(t, style, buf_str(&b));
	buf_done(&b);
}

void
table_width(struct table *t, size_t column, int least, int most)
{
	t->widths[column] = t->widths[column] < least ? least : t->widths[column] > most ? most : t->widths[column];
}

size_t
table_rows(const struct table *t)
{
	return t->count / t->n;
}

void
table_note(struct table *t, enum style style, const char *text)
{
	t->notes = xgrow(t->notes, &t->notes_cap, t->notes_count + 1, sizeof(*t->notes));
	t->notes[t->notes_count++] = (struct note){ table_rows(t) - 1, xstrdup(text), style };
}

void
table_always_head(struct table *t)
{
	t->always_head = true;
}

void
table_goes_on(struct table *t)
{
	t->goes_on = true;
}

static int
over_cap(const struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->columns[i].cap > 0 && t->widths[i] > t->columns[i].cap)
			return (int)i;
	return -1;
}

static int
widest_flexible(const struct table *t)
{
	int widest = -1;

	for (size_t i = 0; i < t->n; i++)
		if (t->columns[i].flexible && t->widths[i] > FLEXIBLE_MIN &&
		    (widest < 0 || t->widths[i] > t->widths[widest]))
			widest = (int)i;
	return widest;
}

/* Takes columns from those over their cap, then from the widest flexible one until the row fits, or none can give more. */
static void
fit(struct table *t, int width)
{
	int total = 0;

	for (size_t i = 0; i < t->n; i++)
		total += t->widths[i] + (i > 0 ? GAP : 0);
	while (width > 0 && total > width) {
		int widest = over_cap(t);

		if (widest < 0)
			widest = widest_flexible(t);
		if (widest < 0)
			return;
		t->widths[widest]--;
		total--;
	}
}

/* Prints s in at most width columns; cut text ends in an ellipsis. Returns the columns used. */
static int
print_cut(struct out *o, const char *s, int full, int width)
{
	size_t i = 0, n = strlen(s), keep = 0;
	int used = 0;

	if (full <= width) {
		fputs(s, o->f);
		return full;
	}
	while (i < n) {
		size_t at = i;
		int w;

		utf8_next(s, n, &i);
		w = utf8_width(s + at, i - at);
		if (used + w > width - 1)
			break;
		used += w;
		keep = i;
	}
	fprintf(o->f, "%.*s…", (int)keep, s);
	return used + 1;
}

static void
print_cell(const struct table *t, struct out *o, size_t column, bool last, const char *text,
    int full, enum style style)
{
	int width = t->widths[column], used;

	if (full == 0)
		style = STYLE_PLAIN;
	if (t->columns[column].right && full < width)
		fprintf(o->f, "%*s", width - full, "");
	out_begin(o, style);
	used = print_cut(o, text, full, width);
	out_end(o, style);
	if (t->columns[column].right)
		used = width;
	if (!last)
		fprintf(o->f, "%*s", width - used + GAP, "");
}

static void
print_note(struct out *o, const struct note *note)
{
	struct buf b = BUF_INIT(CELL_MAX * 4);

	if (o->tty) {
		fprintf(o->f, "%*s", NOTE_INDENT, "");
		rich_add(&b, note->style, note->text);
		rich_print(o, &b, NOTE_INDENT, NOTE_INDENT);
	}
	buf_done(&b);
}

static void
markdown_cell(const struct out *o, const char *s)
{
	FILE *f = o->f;

	fputs(" ", f);
	for (; *s != '\0'; s++) {
		if (strchr("|\\<`*_[", *s) != NULL)
			putc('\\', f);
		putc(*s, f);
	}
	fputs(" |", f);
}

/* Cells of one line, whole: for another program, or for a page. */
static void
print_line(const struct out *o, const char *const *texts, size_t n)
{
	bool csv = o->format == OUT_CSV;

	for (size_t i = 0; i < n; i++) {
		fputs(csv ? i > 0 ? "," : "" : i > 0 ? "" : "|", o->f);
		(csv ? out_csv_cell : markdown_cell)(o, texts[i]);
	}
	fputs(csv ? "\r\n" : "\n", o->f);
}

static void
print_heads(const struct table *t, const struct out *o)
{
	const char *heads[COLUMNS_MAX];

	for (size_t i = 0; i < t->n; i++)
		heads[i] = t->columns[i].head != NULL ? t->columns[i].head : "";
	print_line(o, heads, t->n);
	if (o->format == OUT_CSV)
		return;
	putc('|', o->f);
	for (size_t i = 0; i < t->n; i++)
		fputs(t->columns[i].right ? " ---: |" : " --- |", o->f);
	putc('\n', o->f);
}

static void
print_cells(const struct table *t, const struct out *o)
{
	const char *texts[COLUMNS_MAX];

	if (!t->goes_on)
		print_heads(t, o);
	for (size_t i = 0; i + t->n <= t->count; i += t->n) {
		for (size_t j = 0; j < t->n; j++)
			texts[j] = t->cells[i + j].text;
		print_line(o, texts, t->n);
	}
}

void
table_print(struct table *t, struct out *o)
{
	size_t note = 0;

	if (t->count == 0)
		return;
	if (o->format != OUT_TEXT) {
		print_cells(t, o);
		return;
	}
	fit(t, o->width);
	if (t->columns[0].head != NULL && (o->tty || t->always_head)) {
		for (size_t i = 0; i < t->n; i++)
			print_cell(t, o, i, i + 1 == t->n, t->columns[i].head,
			    (int)strlen(t->columns[i].head), STYLE_DIM);
		out_nl(o);
	}
	for (size_t i = 0; i + t->n <= t->count; i += t->n) {
		size_t n = t->n;

		while (n > 1 && t->cells[i + n - 1].width == 0)
			n--;	/* no blanks at the end of a line */
		for (size_t j = 0; j < n; j++) {
			const struct cell *c = &t->cells[i + j];

			print_cell(t, o, j, j + 1 == n, c->text, c->width, c->style);
		}
		out_nl(o);
		for (; note < t->notes_count && t->notes[note].row == i / t->n; note++)
			print_note(o, &t->notes[note]);
	}
}
