#ifndef DISCOVER_LISTING_INT_H
#define DISCOVER_LISTING_INT_H
/* listing_int: links that form a list, the row of each, and what the row says. */
#include "discover/discover_int.h"
#include "discover/rows_int.h"

struct listing_row {
	int anchor;		/* the link that names the document */
	int elem;		/* largest element that holds this link and no other of its group */
	uint32_t start, end;	/* text of the row, with what follows or goes before in flat layouts */
};

struct listing_group {
	uint64_t path;
	int *anchors;		/* in document order */
	size_t count, cap;
	struct listing_row *rows;
	size_t rows_count;
	int common;		/* element that holds all of them */
	double score, quality;
	double dated;		/* share of rows with a date, their own or a heading's */
	double own_dated;	/* share of rows with a date of their own */
	double distinct;	/* different texts of links, per row */
	double titled;		/* how much the texts of the links say, 0 to 1 */
	double files;		/* share of links to files (PDF ...) */
	size_t places;		/* distinct row elements */
	uint8_t region;
	bool heading_first;	/* dates among the words of links are parts of titles here */
	bool is_list;
};

/* Links of equal path together; *ret_groups in order of first link. */
void listing_group_anchors(const struct rows *r, struct listing_group **ret_groups, size_t *ret_count);
void listing_groups_free(struct listing_group *groups, size_t count);
/* Fill g->rows from g->anchors. */
void listing_find_rows(const struct rows *r, struct listing_group *g);
/* Find the rows of all groups, and part groups whose rows stand in boxes of two kinds. */
void listing_part_groups(const struct rows *r, struct listing_group **groups, size_t *count);
/* Mark the groups that are the list of documents. */
void listing_choose(const struct rows *r, struct listing_group *groups, size_t count);

/* Weigh all dates by place and label, once for all rows. */
void listing_rank_dates(struct rows *r);
/* The date of a row: within it, else the heading above it. NULL when there is none. */
const struct rows_date *listing_row_date(const struct rows *r, const struct listing_group *g,
    const struct listing_row *row);
/* Titles of all rows of a group; caller frees each and the array. */
char **listing_titles(const struct rows *r, const struct listing_group *g);

#endif
