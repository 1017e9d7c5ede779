#ifndef CLI_OUT_H
#define CLI_OUT_H
/*
 * out: everything that reaches stdout. No control character of a page gets through: C0 (but newline, and tab in
 * blocks), DEL, C1, and in one-line fields bidi controls are dropped. On a terminal columns are cut to its width
 * and coloured; in a pipe they are aligned, whole and plain.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/buf.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW, STYLE_CYAN, STYLE_COUNT };

enum out_format { OUT_TEXT, OUT_CSV, OUT_MARKDOWN };	/* of tables */

struct out {
	FILE *f;
	enum out_format format;
	int width;	/* columns; 0: no limit (a pipe) */
	bool colour;
	bool tty;
};

/* term.c: width by ioctl, then COLUMNS; colour on a terminal unless NO_COLOR is set or TERM is dumb. */
void out_init(struct out *o, FILE *f);

void out_begin(struct out *o, enum style style);	/* colour on, off; nothing without colour */
void out_end(struct out *o, enum style style);
void out_nl(struct out *o);
/* One-line field: filtered; returns the columns it took. */
int out_line(struct out *o, enum style style, const char *s);
/* Appends s[0..n) without what must not reach a terminal. */
void out_filter_line(struct buf *b, const char *s, size_t n);
/* Text of several lines; on a terminal long lines are wrapped at words, items of lists hang. */
void out_block(struct out *o, const char *s);
/* Columns of the marker that an item of a list begins with ("  1. ", "  • "), under which its further lines hang; 0: s is none. */
int out_hang(const char *s, size_t n);
/* A sentence of the program's own with values in it: filtered as one line, newline added. */
void out_printf(struct out *o, enum style style, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#define OUT_READING_WIDTH 100	/* longer lines are hard to read, however wide the terminal */
/* rich.c: one paragraph in several styles. rich_add appends s, filtered as one line. */
void rich_add(struct buf *b, enum style style, const char *s);
void rich_addn(struct buf *b, enum style style, const char *s, size_t n);
/*
 * Prints it and a newline: on a terminal wrapped at words; the cursor stands in column, further lines begin at left.
 * Runs of blanks become one, but those that a line begins with (column 0) stay.
 */
void rich_print(struct out *o, const struct buf *b, int column, int left);
void rich_line(struct out *o, enum style style, const char *s, int left);

/* One JSON line. DEL and C1, which JSON lets through, are written as \u escapes. Takes the reference. */
void out_json(struct out *o, json_t *j);
void out_json_text(struct out *o, const char *line);	/* one that is serialised already */

/*
 * A cell of CSV (RFC 4180): in quotes, quotes doubled, line breaks stay. What a spreadsheet would run as a formula gets an
 * apostrophe in front, which it takes for "this is text"; a dash alone is none. NULL is empty.
 */
void out_csv_cell(const struct out *o, const char *s);

/* "2023-02-09 16:45" in local time, "-" when 0. */
#define OUT_TIME_MAX 32
char *out_time(int64_t ms, char out[OUT_TIME_MAX]);
/* "3 min ago", "in 2 h", "-": in the largest unit that fits. */
char *out_ago(int64_t ms, int64_t now_ms, char out[64]);
/* "2 h". */
char *out_span(int64_t ms, char out[64]);
/* "592 KiB". */
char *out_bytes(int64_t bytes, char out[OUT_TIME_MAX]);

/* A table: rows are kept until table_print, which knows the widths. */
struct table_column {
	const char *head;	/* NULL: no heading line at all */
	bool right;		/* numbers */
	bool flexible;		/* cut when the terminal is too narrow */
	int cap;		/* cut to this width first; 0: the widest is cut first */
	enum style style;
};
struct table;
struct table *table_new(const struct table_column *columns, size_t n);
void table_free(struct table *t);
#include "base/cleanup.h"
CLEANUP_DEFINE(struct table, table_free);
/* The next cell of the current row; NULL is empty. style STYLE_PLAIN: the column's. */
void table_add(struct table *t, enum style style, const char *text);
void table_addf(struct table *t, enum style style, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The column's width on a terminal is between these, whatever it holds. */
void table_width(struct table *t, size_t column, int least, int most);
size_t table_rows(const struct table *t);
/* A sentence under the row that was just filled, indented and wrapped; on a terminal only. */
void table_note(struct table *t, enum style style, const char *text);
/* The heading line in a pipe too. */
void table_always_head(struct table *t);
/* Its heading was printed with earlier rows. */
void table_goes_on(struct table *t);
void table_print(struct table *t, struct out *o);

#endif
