/*
 * features: what is known of a block, as numbers for the scores. The order of the numbers is the order
 * of the columns in the tables of model_*.c: a new feature goes to the end, and the tables are trained again
 * (tests/bench/train.sh).
 */
#include <math.h>
#include <string.h>
#include "base/digest.h"
#include "base/mem.h"
#include "extract/extract_int.h"
#include "base/banned.h"

/* A container with more than these shares of the page is the page itself: its name says nothing. */
#define MOST_OF_TEXT 0.5	/* of the text outside links */
#define MUCH_OF_TEXT 0.15	/* when it holds the h1 as well */

static const uint32_t positive = EV_BODY | EV_CONTENT | EV_LEAD | EV_TITLE | EV_CAPTION;

static uint32_t
up_bit(enum tag t)
{
	switch (t) {
	case TAG_ARTICLE: return UP_ARTICLE;
	case TAG_MAIN: return UP_MAIN;
	case TAG_NAV: return UP_NAV;
	case TAG_ASIDE: return UP_ASIDE;
	case TAG_HEADER: return UP_HEADER;
	case TAG_FOOTER: return UP_FOOTER;
	case TAG_FORM: return UP_FORM;
	case TAG_FIGURE: return UP_FIGURE;
	case TAG_FIGCAPTION: return UP_FIGCAPTION | UP_FIGURE;
	case TAG_TABLE: return UP_TABLE;
	case TAG_UL: case TAG_OL: case TAG_LI: case TAG_DL: return UP_LIST;
	case TAG_BLOCKQUOTE: return UP_QUOTE;
	case TAG_A: return UP_LINK;
	case TAG_SECTION: return UP_SECTION;
	case TAG_PRE: return UP_PRE;
	case TAG_ADDRESS: return UP_ADDRESS;
	case TAG_TIME: return UP_TIME;
	default: return 0;
	}
}

static bool
holds_most(const struct page *pg, const struct node *nd)
{
	double own = (double)(nd->chars - nd->link_chars), all = (double)(pg->chars - pg->link_chars);
	size_t i = (size_t)(nd - pg->nodes);

	if (nd->tag == TAG_BODY || own > MOST_OF_TEXT * all || nd->chars > 0.7 * pg->chars)
		return true;
	for (size_t k = 0; k < pg->h1_count && k < 4; k++) {
		if (pg->h1[k] > i && pg->h1[k] < nd->end && own > MUCH_OF_TEXT * all)
			return true;
	}
	return false;
}

/* Count siblings of one shape: open addressing over (parent, sig), linear in the page. */
static void
count_same(struct page *pg)
{
	size_t size = 64, i, slot;
	struct { uint64_t key; uint32_t count; } *table;

	while (size < 2 * pg->node_count)
		size *= 2;
	table = xcalloc(size, sizeof(*table));
	for (int pass = 0; pass < 2; pass++) {
		for (i = 1; i < pg->node_count; i++) {
			uint64_t key = ((uint64_t)(pg->nodes[i].parent + 1) << 32) | pg->nodes[i].sig;

			slot = (size_t)(key * 0x9e3779b97f4a7c15ull >> 20) & (size - 1);
			while (table[slot].key != 0 && table[slot].key != key)
				slot = (slot + 1) & (size - 1);
			table[slot].key = key;
			if (pass == 0)
				table[slot].count++;
			else
				pg->nodes[i].same = table[slot].count;
		}
	}
	free(table);
}

static void
count_dups(struct page *pg)
{
	size_t size = 64, i, slot;
	struct { uint64_t key; uint32_t count; } *table;

	while (size < 2 * pg->block_count)
		size *= 2;
	table = xcalloc(size, sizeof(*table));
	for (int pass = 0; pass < 2; pass++) {
		for (i = 0; i < pg->block_count; i++) {
			struct block *b = &pg->blocks[i];
			uint64_t key = digest_xxh64(page_block_text(pg, b), b->len, 1) | 1;

			slot = (size_t)(key >> 20) & (size - 1);
			while (table[slot].key != 0 && table[slot].key != key)
				slot = (slot + 1) & (size - 1);
			table[slot].key = key;
			if (pass == 0)
				table[slot].count++;
			else
				b->dup = table[slot].count;
		}
	}
	free(table);
}

uint32_t
features_shape(const struct page *pg, const struct block *b)
{
	uint32_t up = pg->nodes[b->node].parent;

	return (pg->nodes[b->node].sig * 31 + pg->nodes[up].sig) % SHAPES;
}

static bool
is_long(const struct block *b)
{
	return b->chars >= 120 && b->link_chars * 3 < b->chars;
}

/* Numbers of the page as a whole: what kind of page this is. */
static void
page_habits(struct page *pg)
{
	const char *type = meta_get(pg, "og:type");
	double all = 0, in_long = 0, in_cards = 0, in_posts = 0;

	pg->og_article = type == NULL ? -1 : strcasecmp(type, "article") == 0 ? 1 : 0;
	for (size_t i = 0; i < pg->block_count; i++) {
		const struct block *b = &pg->blocks[i];

		all += b->chars;
		if (pg->nodes[b->node].ev_up & EV_CARD)
			in_cards += b->chars;
		if (pg->nodes[b->node].ev_up & (EV_POST | EV_COMMENT))
			in_posts += b->chars;
		if (is_long(b))
			in_long += b->chars;
	}
	pg->shapes = xcalloc(SHAPES, sizeof(*pg->shapes));
	pg->long_before = xcalloc(pg->block_count + 1, sizeof(*pg->long_before));
	for (size_t i = 0; i < pg->block_count; i++) {
		const struct block *b = &pg->blocks[i];
		struct shape *sh = &pg->shapes[features_shape(pg, b)];

		sh->chars += (float)b->chars;
		sh->link_chars += (float)b->link_chars;
		sh->blocks++;
		pg->long_before[i + 1] = pg->long_before[i] + (is_long(b) ? (float)b->chars : 0);
	}
	pg->card_share = all > 0 ? (float)(in_cards / all) : 0;
	pg->post_share = all > 0 ? (float)(in_posts / all) : 0;
	pg->long_share = all > 0 ? (float)(in_long / all) : 0;
}

void
features_prepare(struct page *pg)
{
	struct phrases phrases;

	for (size_t i = 0; i < pg->node_count; i++) {
		struct node *nd = &pg->nodes[i];
		const struct node *up = &pg->nodes[nd->parent];
		bool most = holds_most(pg, nd);
		uint32_t own = most ? nd->ev & positive : nd->ev;

		if (nd->tag == TAG_BLOCKQUOTE)
			own &= ~(uint32_t)EV_SHARE;	/* a quoted post of a network is a quotation */
		nd->ev_up = own | (i == 0 ? 0 : up->ev_up);
		nd->tags_up = up_bit((enum tag)nd->tag) | (i == 0 ? 0 : up->tags_up);
		if (most)
			nd->tags_up &= ~(uint32_t)(UP_FORM | UP_TABLE | UP_ASIDE | UP_HEADER | UP_LIST);
	}
	count_same(pg);
	count_dups(pg);
	phrases_init(&phrases);
	for (size_t i = 0; i < pg->block_count; i++) {
		struct block *b = &pg->blocks[i];

		b->phrase = phrase_of(&phrases, page_block_text(pg, b), b->len);
	}
	overlap_jsonld(pg);
	page_habits(pg);
	company_prepare(pg);
}

static float
ratio(double a, double b)
{
	return b > 0 ? (float)(a / b) : 0;
}

/* Logarithm to base 2 of 1 + x, straight between powers of 2: trees ask for the order of values alone. */
static float
lg(double x)
{
	float f = 1 + (float)x;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return (float)((int32_t)bits - 0x3f800000) / (1 << 23);
}

/* Nearest ancestor that holds more than this element's blocks; the element itself at the root. */
uint32_t
features_wider(const struct page *pg, uint32_t i)
{
	uint32_t up = i;

	while (up != 0) {
		up = pg->nodes[up].parent;
		if (pg->nodes[up].b1 - pg->nodes[up].b0 > pg->nodes[i].b1 - pg->nodes[i].b0)
			break;
	}
	return up;
}

static void
put_container(const struct page *pg, uint32_t i, float *out, size_t *k)
{
	const struct node *nd = &pg->nodes[i];
	uint32_t blocks = nd->b1 - nd->b0;

	out[(*k)++] = lg(nd->chars);
	out[(*k)++] = ratio(nd->link_chars, nd->chars);
	out[(*k)++] = lg(blocks);
	out[(*k)++] = lg(ratio(nd->chars, blocks));
	out[(*k)++] = ratio(nd->chars, pg->chars);
}

static void
put_neighbour(const struct page *pg, size_t i, int d, float *out, size_t *k)
{
	int64_t j = (int64_t)i + d;
	const struct block *b = j >= 0 && j < (int64_t)pg->block_count ? &pg->blocks[j] : NULL;

	out[(*k)++] = b != NULL ? lg(b->chars) : -1;
	out[(*k)++] = b != NULL ? ratio(b->link_chars, b->chars) : -1;
}

static bool
ends_sentence(const char *s, size_t n)
{
	static const char *const ends[] = { ".", "!", "?", ":", "\"", "”", "。", "！", "？", "」", "»",
	    "…", "“", "’", "؟", "।", ")", NULL };

	for (size_t i = 0; ends[i] != NULL; i++) {
		size_t k = strlen(ends[i]);

		if (n >= k && memcmp(s + n - k, ends[i], k) == 0)
			return true;
	}
	return false;
}

static void
put_kind(enum tag tag, float *out, size_t *k)
{
	static const uint8_t kinds[] = { TAG_P, TAG_LI, TAG_H1, TAG_H2, TAG_H3, TAG_H4, TAG_TD, TAG_DIV,
	    TAG_DD, TAG_DT, TAG_BLOCKQUOTE, TAG_SECTION };

	for (size_t i = 0; i < sizeof(kinds); i++)
		out[(*k)++] = kinds[i] == tag;
}

static void
put_bits(uint32_t bits, int count, float *out, size_t *k)
{
	for (int i = 0; i < count; i++)
		out[(*k)++] = (float)(bits >> i & 1);
}

/* Teasers end in an ellipsis. */
static bool
is_cut_short(const char *s, size_t n)
{
	return (n >= 3 && memcmp(s + n - 3, "...", 3) == 0) || (n >= 3 && memcmp(s + n - 3, "…", 3) == 0) ||
	    (n >= 5 && memcmp(s + n - 5, "[...]", 5) == 0);
}

static bool
is_lower_case(const char *s)
{
	return s[0] >= 'a' && s[0] <= 'z';
}

/* What the nearest heading above says: a list under "Related" is not the body. */
static void
put_heading_above(const struct page *pg, size_t i, float *out, size_t *k)
{
	size_t d = 0;
	float related = 0, share = 0;

	for (; d < 12 && d < i; d++) {
		const struct block *b = &pg->blocks[i - d - 1];
		uint8_t tag = pg->nodes[b->node].tag;

		if ((tag < TAG_H1 || tag > TAG_H6) && !(b->chars < 60 && b->strong_chars * 10 > b->chars * 9))
			continue;
		related = (b->phrase & (PH_RELATED | PH_MORE)) != 0;
		share = (b->phrase & (PH_COMMENT | PH_SHARE | PH_SUBSCRIBE | PH_AD)) != 0;
		break;
	}
	out[(*k)++] = (float)d;
	out[(*k)++] = related;
	out[(*k)++] = share;
}

/* Scripts without blanks have no words: a length in their stead. */
static double
words_of(const struct block *b)
{
	return b->words > b->chars / 8 ? b->words : b->chars / 8;
}

/* Where the block stands between the long blocks of the page, and what its like are. */
static void
put_company(const struct page *pg, size_t i, float *out, size_t *k)
{
	const struct block *b = &pg->blocks[i];
	const struct shape *sh = &pg->shapes[features_shape(pg, b)];
	float all = pg->long_before[pg->block_count];

	out[(*k)++] = lg((double)sh->chars);
	out[(*k)++] = ratio((double)sh->link_chars, (double)sh->chars);
	out[(*k)++] = lg(ratio((double)sh->chars, (double)sh->blocks));
	out[(*k)++] = ratio((double)sh->chars, pg->chars);
	out[(*k)++] = ratio((double)pg->long_before[i], (double)all);
	out[(*k)++] = ratio((double)pg->long_before[i + 1], (double)all);
	out[(*k)++] = lg((double)all);
}

/* Steps up to the container that the block shares with the headline, and that one's share of the page. */
static void
put_title_kinship(const struct page *pg, const struct block *b, float *out, size_t *k)
{
	uint32_t i = b->node, t = pg->title_block;
	int steps = 0;

	if (t == UINT32_MAX) {
		out[(*k)++] = -1;
		out[(*k)++] = -1;
		return;
	}
	while (i != 0 && (t < pg->nodes[i].b0 || t >= pg->nodes[i].b1)) {
		i = pg->nodes[i].parent;
		steps++;
	}
	out[(*k)++] = (float)steps;
	out[(*k)++] = ratio(pg->nodes[i].chars, pg->chars);
}

size_t
features_alone(const struct page *pg, size_t i, float out[FEATURES_MAX])
{
	const struct block *b = &pg->blocks[i];
	const struct node *nd = &pg->nodes[b->node];
	const char *s = page_block_text(pg, b);
	uint32_t w1 = features_wider(pg, b->node), w2 = features_wider(pg, w1), up = b->node, rep = 1;
	size_t k = 0;
	double before = i > 0 ? (double)pg->blocks[i].off : 0, all = (double)pg->text.len;

	out[k++] = lg(b->chars);
	out[k++] = ratio(b->link_chars, b->chars);
	out[k++] = lg(b->links);
	out[k++] = lg(words_of(b));
	out[k++] = 100 * ratio(b->commas, b->chars);
	out[k++] = lg(b->ends);
	out[k++] = ends_sentence(s, b->len);
	out[k++] = ratio(b->digits, b->chars);
	out[k++] = lg(b->breaks);
	out[k++] = ratio(b->strong_chars, b->chars);
	put_kind((enum tag)nd->tag, out, &k);
	out[k++] = ratio(before, all);
	out[k++] = (float)(i < 200 ? i : 200);
	out[k++] = pg->title_block == UINT32_MAX ? -200 : (float)fmax(-100, fmin(100,
	    (double)i - (double)pg->title_block));
	put_container(pg, w1, out, &k);
	put_container(pg, w2, out, &k);
	put_neighbour(pg, i, -1, out, &k);
	put_neighbour(pg, i, 1, out, &k);
	put_neighbour(pg, i, -2, out, &k);
	put_neighbour(pg, i, 2, out, &k);
	for (int d = 0; d < 5 && up != 0; d++, up = pg->nodes[up].parent) {
		if (pg->nodes[up].tag != TAG_P && pg->nodes[up].same > rep)
			rep = pg->nodes[up].same;
	}
	out[k++] = lg(rep);
	out[k++] = lg(b->dup);
	out[k++] = nd->depth;
	out[k++] = lg(pg->chars);
	out[k++] = ratio(pg->link_chars, pg->chars);
	put_bits(nd->tags_up, 17, out, &k);
	put_bits(nd->ev_up, EV_COUNT, out, &k);
	put_bits(b->phrase, PH_COUNT, out, &k);
	out[k++] = b->in_ld;
	out[k++] = (float)pg->ld.rank;
	out[k++] = pg->ld.forum ? 1 : 0;
	out[k++] = pg->og_article;
	out[k++] = pg->long_share;
	out[k++] = lg(pg->nodes[0].links);
	out[k++] = (float)(pg->h1_count < 20 ? pg->h1_count : 20);
	out[k++] = is_cut_short(s, b->len);
	put_heading_above(pg, i, out, &k);
	out[k++] = is_lower_case(s);
	out[k++] = pg->card_share;
	out[k++] = pg->post_share;
	out[k++] = pg->nodes[w1].links > 0 ? lg(ratio(pg->nodes[w1].chars, pg->nodes[w1].links)) : 12;
	put_company(pg, i, out, &k);
	put_title_kinship(pg, b, out, &k);
	out[k++] = b->in_description;
	company_put(pg, i, out, &k);
	return k;
}
