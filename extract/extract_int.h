#ifndef EXTRACT_EXTRACT_INT_H
#define EXTRACT_EXTRACT_INT_H
/*
 * extract_int: what the files of this room share. A page is read once into two flat arrays in document
 * order: nodes (elements, each with the range of its subtree) and blocks (runs of inline text between two
 * block boundaries). Every later step works on these arrays; only selectors look at the tree again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libxml/tree.h>
#include <jansson.h>
#include "base/buf.h"
#include "document/document.h"
#include "extract/extract.h"
#include "markup/html.h"

#define PAGE_NODES_MAX 1000000u	/* elements of one page; a page of 32 MiB has fewer unless it is an attack */
#define PAGE_BLOCKS_MAX 200000u
#define JSONLD_MAX_BYTES (2u << 20)	/* of one script element */
#define LINE_MAX_BYTES 4096		/* of a title, byline or date line candidate */

enum tag {
	TAG_OTHER = 0, TAG_A, TAG_ADDRESS, TAG_ARTICLE, TAG_ASIDE, TAG_BLOCKQUOTE, TAG_BODY, TAG_BR,
	TAG_BUTTON, TAG_CAPTION, TAG_DD, TAG_DETAILS, TAG_DIV, TAG_DL, TAG_DT, TAG_EM, TAG_FIGCAPTION,
	TAG_FIGURE, TAG_FOOTER, TAG_FORM, TAG_H1, TAG_H2, TAG_H3, TAG_H4, TAG_H5, TAG_H6, TAG_HEAD,
	TAG_HEADER, TAG_HR, TAG_HTML, TAG_IMG, TAG_INPUT, TAG_LABEL, TAG_LI, TAG_LINK, TAG_MAIN,
	TAG_META, TAG_NAV, TAG_NOSCRIPT, TAG_OL, TAG_P, TAG_PRE, TAG_SCRIPT, TAG_SECTION, TAG_SKIP, TAG_SPAN,
	TAG_STRONG, TAG_TABLE, TAG_TD, TAG_TH, TAG_TIME, TAG_TITLE, TAG_TR, TAG_UL, TAG_COUNT
};

/* What class, id, role and itemprop of an element say: one bit for a family of words. */
enum evidence {
	EV_BODY = 1 << 0,	/* articleBody, entry-content, story-body */
	EV_CONTENT = 1 << 1,	/* content, main, article, text */
	EV_LEAD = 1 << 2,	/* standfirst, intro, sapo, chapo */
	EV_TITLE = 1 << 3,
	EV_NAV = 1 << 4,	/* nav, menu, breadcrumb, pagination */
	EV_SHARE = 1 << 5,
	EV_RELATED = 1 << 6,	/* related, recommended, most read, more from */
	EV_COMMENT = 1 << 7,
	EV_AD = 1 << 8,
	EV_META = 1 << 9,	/* byline, date, tags, kicker */
	EV_SUBSCRIBE = 1 << 10,	/* newsletter, sign-up, paywall, login */
	EV_COOKIE = 1 << 11,
	EV_FOOT = 1 << 12,
	EV_HEAD = 1 << 13,
	EV_SIDE = 1 << 14,	/* sidebar, widget, rail, module, box */
	EV_CAPTION = 1 << 15,
	EV_MEDIA = 1 << 16,	/* gallery, player, slideshow */
	EV_HIDDEN = 1 << 17,	/* by class name, style or attribute */
	EV_CARD = 1 << 18,	/* teaser, card, tile, item */
	EV_AUTHOR = 1 << 19,
	EV_DATE = 1 << 20,
	EV_TAGS = 1 << 21,	/* keywords, topics */
	EV_TOC = 1 << 22,	/* table of contents, toolbar, back to top */
	EV_BIO = 1 << 23,	/* about the author */
	EV_SECTION = 1 << 24,	/* kicker, category, rubric */
	EV_POST = 1 << 25,	/* forum post, message, review */
	EV_COUNT = 26
};

struct node {
	xmlNodePtr x;
	uint32_t parent;		/* index; 0 is its own parent */
	uint32_t end;			/* subtree is [i, end) */
	uint32_t b0, b1;		/* blocks of the subtree */
	uint32_t ev;			/* evidence of its own attributes */
	uint32_t ev_up;			/* of it and its ancestors that hold less than most of the page */
	uint32_t tags_up;		/* UP_ bits: which telling elements it stands in */
	uint32_t sig;			/* hash of tag and class */
	uint32_t same;			/* siblings of one tag and class, itself counted */
	uint32_t chars, link_chars;	/* weighted characters of the subtree */
	uint32_t links, images;
	uint16_t depth;
	uint8_t tag;
	uint8_t block;			/* starts and ends a block */
	float score;			/* sum over its blocks */
	int32_t num;			/* li: its number; ol, ul: number of the last item */
};

enum up {
	UP_ARTICLE = 1 << 0, UP_MAIN = 1 << 1, UP_NAV = 1 << 2, UP_ASIDE = 1 << 3, UP_HEADER = 1 << 4,
	UP_FOOTER = 1 << 5, UP_FORM = 1 << 6, UP_FIGURE = 1 << 7, UP_TABLE = 1 << 8, UP_LIST = 1 << 9,
	UP_QUOTE = 1 << 10, UP_LINK = 1 << 11, UP_SECTION = 1 << 12, UP_FIGCAPTION = 1 << 13,
	UP_PRE = 1 << 14, UP_ADDRESS = 1 << 15, UP_TIME = 1 << 16
};

/* What the letters of a block are like. */
enum texture_bit {
	TEXTURE_DAY = 1 << 0, TEXTURE_HOUR = 1 << 1, TEXTURE_QUOTE = 1 << 2, TEXTURE_ADDRESS = 1 << 3,
	TEXTURE_ASKS = 1 << 4,		/* or calls */
	TEXTURE_BAR = 1 << 5, TEXTURE_MONEY = 1 << 6, TEXTURE_COUNT = 7
};

struct texture {
	uint8_t capitals, shorts;	/* percent of the words that begin so, or are of three letters or less */
	uint8_t unspaced;		/* percent of the bytes: Han, kana, hangul */
	uint8_t bits;			/* TEXTURE_ */
};

struct block {
	uint32_t node;			/* innermost block element that holds it */
	uint32_t off, len;		/* its bytes in page.text; lines parted by '\n' where a br stood */
	uint32_t chars, link_chars;	/* weighted: a Han or kana character counts two */
	uint16_t links, commas, ends, digits, words, breaks;
	uint16_t strong_chars, slant_chars;
	struct texture texture;
	uint32_t dup;			/* blocks of the page with the same text */
	uint32_t phrase;		/* PH_ bits, see phrases.c */
	float s1, s2;			/* log odds of being body: alone, in context */
	float in_ld;			/* share of its words that the JSON-LD articleBody holds; -1: none stated */
	float in_title;			/* the same of the page's title */
	float in_description;		/* the same of the page's own description; asked of blocks near the headline */
	float run_share;		/* of the good characters of the page in the run that holds it; 0: in none */
	uint16_t good_before, good_after;	/* blocks to the nearest one that is surely body by s1 */
	bool keep;
};

struct meta_item {
	const char *name;		/* name, property, itemprop or http-equiv; borrowed from the tree */
	const char *content;
};

/* What a page's JSON-LD says of its main thing. Strings owned. */
struct jsonld {
	char *headline, *name, *body, *published, *modified, *author, *section, *language, *site;
	char *type;			/* "NewsArticle", "WebPage" ... of the thing taken */
	bool forum;			/* a DiscussionForumPosting, QAPage or the like */
	bool list;			/* an ItemList, CollectionPage or the like */
	int rank;
};

/* Blocks whose element and its parent have the same tags and classes: rows of one list, paragraphs of one text. */
#define SHAPES 4096			/* slots; a clash mixes two shapes' means, no more */
struct shape {
	float chars, link_chars, blocks, dated;
	float sum, size;		/* of s1, see context.c */
};

struct page {
	struct html *html;
	const struct extract_opts *opts;
	struct node *nodes;
	size_t node_count, node_cap;
	struct block *blocks;
	size_t block_count, block_cap;
	struct buf text;		/* of all blocks, collapsed, each followed by NUL */
	struct meta_item *metas;
	size_t meta_count, meta_cap;
	xmlNodePtr *links;		/* link elements */
	size_t link_count, link_cap;
	xmlNodePtr *scripts;		/* JSON-LD scripts */
	size_t script_count, script_cap;
	xmlNodePtr *other_scripts;	/* all others, for dates that stand nowhere else */
	size_t other_script_count, other_script_cap;
	xmlNodePtr title_x, html_x;
	uint32_t *h1;			/* nodes of h1 elements and of times, in document order */
	size_t h1_count, h1_cap;
	uint32_t *times;
	size_t time_count, time_cap;
	uint32_t chars, link_chars;	/* of the whole page */
	struct jsonld ld;
	uint32_t title_node;		/* element that bears the headline, 0: none */
	uint32_t title_block;		/* UINT32_MAX: none */
	uint32_t body_node;		/* container chosen */
	float dateline_score;		/* how sure the visible date line is; below 0: hardly */
	bool language_agreed;		/* page and text name one language */
	bool cut;			/* a limit ended the walk early */
	float og_article;		/* 1: og:type says article, 0: something else, -1: nothing */
	float card_share, post_share;	/* of the text in teasers, in posts and comments, by their names */
	float long_share;		/* of the text that stands in long blocks */
	float *alone;			/* FEATURES_MAX numbers a block, as features_alone() gave them; NULL: not kept */
	size_t alone_count;		/* how many of them are set; 0: none */
	float *sums;			/* block_count + 1 running sums of score times size, and of size */
	float *sizes;
	struct shape *shapes;		/* SHAPES of them */
	float *long_before;		/* block_count + 1 running sums of characters in long blocks */
	uint32_t *dated_before;		/* block_count + 1 running counts of blocks with a day or an hour */
	uint32_t *heads_before;		/* of headings, and of short texts that are one link */
	uint32_t *ends_before;		/* of short blocks that say what comes is no body: "Related", "Comments" */
	uint32_t best_block;		/* the one with most evidence of being body, UINT32_MAX: none */
	float good;			/* characters in blocks with s1 > 0 */
	uint32_t run0, run1;		/* the largest run of such blocks */
	float run_share;		/* its share of them */
	const float *given1, *given2;	/* scores from outside, for training; NULL: the tables' */
};

/* page.c */
void page_init(struct page *pg, struct html *html, const struct extract_opts *opts);
void page_build(struct page *pg);
void page_done(struct page *pg);
const char *page_block_text(const struct page *pg, const struct block *b);
char *page_node_line(const struct page *pg, uint32_t node);	/* text of its blocks as one line; caller frees */
uint32_t page_node_of(const struct page *pg, const xmlNode *x);	/* 0 when it is not in the flat array */
uint32_t page_weight(const char *s, size_t n);

/* tags.c */
enum tag tag_of(const char *name);
bool tag_is_block(enum tag t);

/* evidence.c */
#define EVIDENCE_SLOTS 1024
struct evidence_cache {
	uint16_t first[27];	/* row where each letter's words begin */
	uint64_t second[26];	/* their second letters, by 64 */
	struct {
		uint64_t hash;
		uint32_t ev;
		bool used;
	} slot[EVIDENCE_SLOTS];
};
void evidence_init(struct evidence_cache *cache);
uint32_t evidence_words(struct evidence_cache *cache, const char *s, uint64_t hash);
bool evidence_is_updated(const char *cls);	/* "updated", "modified" in a class, but not "published" */
uint32_t evidence_of(struct evidence_cache *cache, const xmlNode *x, enum tag tag, uint32_t *ret_sig);

/* phrases.c: what a short text says about itself, in many languages */
enum phrase {
	PH_MORE = 1 << 0,	/* read more, continue reading */
	PH_SHARE = 1 << 1, PH_SUBSCRIBE = 1 << 2, PH_COPYRIGHT = 1 << 3, PH_RELATED = 1 << 4,
	PH_COMMENT = 1 << 5, PH_PHOTO = 1 << 6, PH_BYLINE = 1 << 7, PH_UPDATED = 1 << 8, PH_AD = 1 << 9,
	PH_COOKIE = 1 << 10, PH_BACK = 1 << 11, PH_LOGIN = 1 << 12, PH_DATE = 1 << 13, PH_TAGS = 1 << 14,
	PH_SCRIPT = 1 << 15, PH_COUNT = 16
};
#define PHRASE_ROWS_MAX 512
struct phrases {
	uint16_t first[257];	/* where in row[] those of a first byte begin */
	uint16_t head[256];	/* and from where on they stand at a beginning only */
	uint16_t row[PHRASE_ROWS_MAX];
	uint64_t second[256];	/* of those that may stand anywhere: which second bytes, by 64 */
};
void phrases_init(struct phrases *idx);
uint32_t phrase_of(const struct phrases *idx, const char *s, size_t n);

/* texture.c */
void texture_of(const char *s, size_t n, struct texture *ret);

/* company.c: what stands around a block */
void company_prepare(struct page *pg);
void company_put(const struct page *pg, size_t block, float *out, size_t *k);

/* features.c */
#define FEATURES_MAX 240
size_t features_alone(const struct page *pg, size_t block, float out[FEATURES_MAX]);
void context_prepare(struct page *pg);	/* after s1 of all blocks */
size_t features_context(const struct page *pg, size_t block, float out[FEATURES_MAX]);
void features_prepare(struct page *pg);
uint32_t features_wider(const struct page *pg, uint32_t node);	/* nearest ancestor with more blocks */
uint32_t features_shape(const struct page *pg, const struct block *b);	/* its slot */

/* overlap.c: block.in_ld and in_title of all blocks, block.in_description of those near the headline */
void overlap_jsonld(struct page *pg);
void overlap_description(struct page *pg);
void overlap_title(struct page *pg, const char *title);	/* title may be NULL */

/* model_alone.c, model_context.c: written by tests/bench/train.sh */
#define MODEL_DEPTH 4
#define MODEL_ROUND 32		/* trees after which a clear score ends the sum */
#define MODEL_OUT (-3500)	/* thousandths of log odds */
#define MODEL_IN 5000
struct model_tree {
	uint8_t feature[(1 << MODEL_DEPTH) - 1];	/* inner nodes, children of i at 2 i + 1 and 2 i + 2 */
	float limit[(1 << MODEL_DEPTH) - 1];		/* above it: the right child */
	int16_t leaf[1 << MODEL_DEPTH];			/* log odds, thousandths */
};
extern const struct model_tree model_alone[], model_context[];
extern const size_t model_alone_count, model_context_count;

/* score.c */
void score_blocks(struct page *pg);	/* s1 */
void score_choose(struct page *pg);	/* body_node by s1 */
void score_context(struct page *pg);	/* s2 */

/* extract.c: all steps after page_build() */
int extract_built(struct page *pg, struct document *doc, struct err *reterr);

/* prune.c */
void prune_blocks(struct page *pg);
void prune_mark_all(struct page *pg, uint32_t node);	/* keep all of a subtree but headline and captions */

/* blocks.c */
void blocks_write(struct page *pg, struct document *doc);
uint32_t blocks_caption_of(const struct page *pg, const struct block *b);	/* 0: it is none */
void blocks_captions(struct page *pg, struct document *doc);

/* meta.c */
const char *meta_get(const struct page *pg, const char *name);
const char *meta_first(const struct page *pg, const char *const *names);	/* names ends in NULL */
void meta_read(struct page *pg, struct document *doc);
bool meta_is_section(const struct page *pg, size_t block);	/* a label such as "Making news" */
void meta_declared_language(struct page *pg, struct document *doc);	/* before the text is known */

/* jsonld.c */
void jsonld_read(const struct page *pg, struct jsonld *ret);
void jsonld_text(const char *s, size_t n, struct jsonld *ret);	/* one script's content */
void jsonld_done(struct jsonld *ld);
/* Text of a string that may hold tags and character references. Caller frees. */
char *jsonld_plain(const char *s, size_t n);
/* The same for text of the tree, in which "<b>" is no tag any more. */
char *plain_references(const char *s, size_t n);

/* title.c */
void title_choose(struct page *pg, struct document *doc);

/* title_key.c */
char *title_key(const char *s);		/* folded letters and digits, single blanks between; caller frees */
bool title_holds(const char *hay, const char *needle);	/* keys; as whole words */
void title_squeeze(char *s);		/* blanks out, in place */

/* dateline.c, dates_page.c */
/*
 * The best visible date line: its date, the modified date it states, its block and how sure it is.
 * False: none.
 */
bool dateline_find(struct page *pg, const char *language, struct doc_date *ret_published,
    struct doc_date *ret_modified, uint32_t *ret_block, double *ret_score);
void dates_choose(struct page *pg, struct document *doc);

#endif
