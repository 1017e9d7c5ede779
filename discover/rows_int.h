#ifndef DISCOVER_ROWS_INT_H
#define DISCOVER_ROWS_INT_H
/*
 * rows_int: a page laid out flat, so that questions about it are look-ups in arrays: its elements in document
 * order, its visible text in lines, its links and its dates, each with its place in the text. Built in one
 * walk; everything after that works on numbers.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libxml/tree.h>
#include "base/buf.h"
#include "document/dates.h"
#include "discover/discover.h"
#include "markup/html.h"

#define ROWS_MAX_ANCHORS 20000	/* links of a page that are looked at */
#define ROWS_MAX_TEXT (8u << 20)
#define ROWS_MAX_DATES 20000

enum region {
	REGION_NONE = 0,
	REGION_MAIN = 1 << 0,	/* main, article, role=main, class or id content */
	REGION_WEAK = 1 << 1,	/* header, sidebar, aside, related: lists there are seldom the list */
	REGION_MENU = 1 << 2,	/* nav, menu, footer, breadcrumb, pager: never the list */
};

/* What the name of an element says. */
enum rows_is {
	ROWS_SILENT = 1 << 0,	/* nothing of it is text of the page */
	ROWS_HEADING = 1 << 1,
	ROWS_DRESS = 1 << 2,
	ROWS_BOX = 1 << 3,
	ROWS_UNCLOSED = 1 << 4,	/* its end tag is often left out */
	ROWS_LIST = 1 << 5,
	ROWS_CELL = 1 << 6,
	ROWS_LINK = 1 << 7,
	ROWS_PICTURE = 1 << 8,
	ROWS_SOURCE = 1 << 9,	/* its line ends count */
	ROWS_BLOCK = 1 << 10,	/* by HTML's default display */
	ROWS_WHOLE = 1 << 11,	/* the page itself */
};

struct rows_kind {
	uint64_t name;		/* its letters, or 0 */
	uint64_t tag;		/* its hash */
	uint16_t is;
	uint8_t region;
};

/* Kinds of the names that a walk has met. */
#define ROWS_KIND_BITS 7
struct rows_kinds {
	struct rows_kind slots[1 << ROWS_KIND_BITS];
};

struct rows_elem {
	xmlNodePtr node;
	int parent;		/* -1: the root */
	int depth;
	int last;		/* behind the last element below it */
	uint32_t start, end;	/* its text */
	uint64_t path;		/* hash of the tags above it, with cells numbered */
	uint64_t local;		/* hash of its own tag, first class and cell number */
	uint64_t cls;		/* hash of its first class */
	uint8_t region;
	uint16_t is;		/* enum rows_is bits */
	bool block;		/* by HTML's default display */
	bool preformatted;	/* line ends of the source are line ends */
};

struct rows_line {
	uint32_t start, end;
	int elem;		/* innermost block around its first character */
	bool heading;		/* h1 to h6, dt, caption, th, summary */
};

struct rows_date {
	uint32_t start, end;	/* of the words that say it */
	int line;		/* -1: said by an attribute */
	bool relative;		/* "2 days ago": any other date of its element is better */
	bool alone;		/* the line says little else */
	int rank;		/* how well it is placed and labelled; set by listing_rank_dates() */
	bool disowned;		/* by its label: "last modified" */
	struct doc_date date;
};

struct rows_anchor {
	int elem;
	char *url;
	uint64_t path;		/* links of one path may be one list */
	uint32_t start, end;
	uint32_t letters;	/* characters of words in its text */
	uint64_t words;		/* hash of its text without digits and marks */
	uint64_t full;		/* hash of its whole text */
	bool has_image;
	bool is_file;		/* by its address */
};

struct rows {
	const struct html *html;	/* borrowed */
	struct buf text;	/* lines ended by '\n' */
	struct rows_elem *elems;
	size_t elems_count, elems_cap;
	struct rows_line *lines;
	size_t lines_count, lines_cap;
	struct rows_date *dates;
	size_t dates_count, dates_cap;
	struct rows_anchor *anchors;
	size_t anchors_count, anchors_cap;
	char language[16];	/* for dates: of the page, with the habit of its numbers */
};

/* Lay out the tree (node->_private of its elements is overwritten). html is borrowed as long as r, opts for the call. */
void rows_build(struct rows *r, const struct html *html, const struct discover_opts *opts);
void rows_done(struct rows *r);

/* Kind of an element, good until the next call with the same known, which begins as zeros. */
const struct rows_kind *rows_kind(struct rows_kinds *known, const xmlNode *node);
/* Hash of a name in lower case without its digits. */
uint64_t rows_hash_name(const char *s, size_t n);
/* enum region bits that a name claims, and those that an element itself claims. */
uint8_t rows_tag_region(const xmlNode *node);
uint8_t rows_region(const xmlNode *node, const struct rows_kind *kind);
/* Where an element leads, as it is written: an href or what its script opens. Caller frees; NULL: nowhere. */
char *rows_target(xmlNodePtr node);
/* A file rather than a page: by its ending, or by a word of its address. */
bool rows_is_file(const char *url);
/* Element of a node of the tree, or -1. */
int rows_elem_of(const struct rows *r, const xmlNode *node);
/* First line or date that ends behind text offset at. */
size_t rows_line_from(const struct rows *r, uint32_t at);
size_t rows_date_from(const struct rows *r, uint32_t at);
/* Index of the nearest element that holds both. */
int rows_common(const struct rows *r, int a, int b);
/* Letters (as characters) and hash of the words of a text, digits and marks left out. */
uint32_t rows_words(const char *s, size_t n, uint64_t *ret_hash);
/* Is the text one of the words that links bear when they say nothing ("PDF", "Read more")? */
bool rows_is_generic(const char *s, size_t n);
/* Day, month and order of the page's numeric dates decide the language for dates. */
void rows_date_habit(struct rows *r, const char *page_language, const struct discover_opts *opts);
void rows_find_dates(struct rows *r, const struct discover_opts *opts);
/* A date at the end of r->dates, or NULL when there are too many. Dates are added in the order of the text. */
struct rows_date *rows_add_date(struct rows *r, uint32_t start, uint32_t end, int line);

/* Dates that attributes say: <time datetime>, data-date, itemprop ... After those of all lines. */
void rows_attribute_dates(struct rows *r, const char *language);
/* A date that a short line counts back from now: "2 days ago", "gestern". */
void rows_relative_line(struct rows *r, int index, const char *language, int64_t now_ms);

/* What the headings met so far say of the dates below them. */
struct rows_bare {
	const char *language;
	int64_t now_ms;
	int year, month;	/* 0: not said */
	size_t anchor;		/* first link that ends behind the line */
	size_t *days;		/* dates made of a bare day below the month */
	size_t days_count, days_cap;
};

/* Finds dates without a year or month in a line, by what stands above; lines in order. dated: it has full dates. */
void rows_bare_line(struct rows *r, struct rows_bare *b, int index, bool dated);
void rows_bare_end(struct rows *r, struct rows_bare *b);

#endif
