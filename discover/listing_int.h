#ifndef DISCOVER_LISTING_INT_H
#define DISCOVER_LISTING_INT_H
/* listing_int: links that form a list, the row of each, and what the row says. */
#include "discover/discover_int.h"
#include "discover/rows_int.h"

struct listing_row {
	int anchor;		/* the link that names the document */
	int elem;		/* largest element that holds this link and no other of its group */
	uint32_t start, end;	/* text of the row, with what follows or goes before in flat layouts */
	int first;		/* of a group that is_beside: the link of the row's first document */
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
	bool is_beside;		/* further documents in rows of another: their links say which */
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

/* Leave out rows below a heading "Events" where others stand below another. */
void listing_drop_events(const struct rows *r, struct listing_group *groups, size_t count);

/* Weigh all dates by place and label, once for all rows. */
void listing_rank_dates(struct rows *r);
/* The date of a row: within it, else the heading above it. NULL when there is none. */
const struct rows_date *listing_row_date(const struct rows *r, const struct listing_group *g,
    const struct listing_row *row);
/* What scripts of data say: documents where c has none, dates of those that have none. */
void listing_ld(const struct html *html, const struct discover_opts *opts, struct candidates *c);

/* Take blanks and marks off both ends of a text. */
void listing_trim(const char *text, uint32_t *start, uint32_t *end);
/* Take the dates off both ends of a text, where enough is left. */
void listing_strip_dates(const struct rows *r, uint32_t *start, uint32_t *end);
/* "Press release 9 March 2024 Minister opens ...": where the title begins that a kind and a date lead. */
bool listing_lead_end(const struct rows *r, uint32_t start, uint32_t end, uint32_t *ret_rest);
/* The words of a text as a title, without a remark on its file ("PDF, 120 kB"), without dates when dated. Caller frees; or NULL. */
char *listing_words(const struct rows *r, uint32_t start, uint32_t end, bool dated);
/* A title that is no words of the page: of the link or of its picture. Caller frees; or NULL. */
char *listing_attribute_title(const struct rows *r, const struct rows_anchor *a);
/* The words right above a row that has none of its own (h3, p, h3, p; a table row over each file). Caller frees; or NULL. */
char *listing_title_above(const struct rows *r, const struct listing_group *g, size_t row);
/* title, or what an attribute of its link says where title is cut ("Minister opens the ..."). Takes title; caller frees. */
char *listing_uncut_title(const struct rows *r, const struct rows_anchor *a, char *title);
/* The title of a row with what the link of a further document in it says ("A v. B" and "Dissent"). Caller frees; or NULL. */
char *listing_title_beside(const struct rows *r, const struct rows_anchor *a, const char *title);
/* A title that a script of the row writes. Caller frees; or NULL. */
char *listing_script_title(const struct rows *r, const struct listing_row *row);
/* Is the line the text of a link (the title beside "download")? */
bool listing_is_linked(const struct rows *r, const struct rows_line *line);
/* Does a class speak of titles ("news-title", "headline")? Looked for by first letters: most lines have one. */
bool listing_is_title_class(const char *cls);
/* Words that end with a full stop are a summary sooner than a title. */
bool listing_is_sentence(const char *s, size_t n);
/* Titles of all rows of a group; caller frees each and the array. */
char **listing_titles(const struct rows *r, const struct listing_group *g);

#endif
