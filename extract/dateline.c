/*
 * dateline: the visible date line. Short blocks near the headline, or with a name that says "date", that
 * hold a date; the nearer and the barer, the better. Teasers, comments and footers never count.
 */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/extract_int.h"
#include "base/banned.h"

#define LINE_CHARS 200		/* a longer block is prose that mentions a date */
#define META_LINE_CHARS 600	/* unless its element says that it is the lines about the text */
#define TRIES_MAX 40		/* blocks in which a date is looked for */
#define NEAR_BLOCKS 12
#define AFTER_FOUND 5		/* lines looked at for an "updated" when the date is known */
#define ROWS_MIN 6		/* that many siblings of one shape with links are a list */
#define SCORE_MIN -2.2
#define SCORE_BEGINS 0.3		/* of a paragraph that begins with place and date */
#define SCORE_NEVER -9		/* a teaser's, a comment's or a footer's date */

struct line_cand {
	uint32_t block;
	double score;
	struct doc_date date;
};

static bool
may_hold_date(const struct block *b, const struct node *nd)
{
	return b->digits >= 1 && b->chars >= 5 && (b->chars <= LINE_CHARS ||
	    (b->chars <= META_LINE_CHARS && (nd->ev & (EV_META | EV_DATE)) != 0));
}

/* words: with small ASCII letters; NULL ends them. */
static bool
has_any(const char *s, size_t n, const char *const *words)
{
	CLEANUP(freep) char *line = xstrndup(s, n);

	for (; *words != NULL; words++) {
		if (strcasestr(line, *words) != NULL)
			return true;
	}
	return false;
}

/* "Posted on", "veröffentlicht am", "发表于": asked of lines whose phrase says so much already. */
static bool
says_published(const char *s, size_t n)
{
	static const char *const words[] = { "publish", "posted", "released", "veröffentlicht", "erschienen",
	    "erstellt", "gepostet", "publié", "mis en ligne", "publicado", "publicada", "pubblicat", "gepubliceerd",
	    "publicerad", "julkaistu", "opublikowan", "zveřejněno", "опубликован", "yayınlan", "đăng", "发表", "发布",
	    "發表", "發布", "公開日", "掲載", "投稿", "등록", "입력", NULL };

	return has_any(s, n, words);
}

static bool
in_furniture(const struct node *nd)
{
	return (nd->ev_up & (EV_COMMENT | EV_RELATED | EV_FOOT | EV_COOKIE | EV_AD)) != 0 ||
	    (nd->tags_up & (UP_NAV | UP_ASIDE)) != 0 ||
	    (nd->tags_up & (UP_FOOTER | UP_ARTICLE)) == UP_FOOTER;	/* an article's own footer has its date */
}

/* One of many alike: a row of a list, whose date is that of another document. */
static bool
is_row(const struct page *pg, const struct block *b)
{
	uint32_t i = b->node;

	for (int up = 0; up < 3 && i != 0; up++, i = pg->nodes[i].parent) {
		if (pg->nodes[i].same >= ROWS_MIN && pg->nodes[i].tag != TAG_P && pg->nodes[i].links > 0)
			return true;
	}
	return false;
}

static double
line_score(const struct page *pg, uint32_t i)
{
	const struct block *b = &pg->blocks[i];
	const struct node *nd = &pg->nodes[b->node];
	bool stated = (b->phrase & PH_UPDATED) != 0 && says_published(page_block_text(pg, b), b->len) &&
	    !(nd->ev_up & (EV_COMMENT | EV_RELATED | EV_CARD)) && !(nd->tags_up & (UP_NAV | UP_ASIDE)) && !is_row(pg, b);
	double s = 0, d = -1;

	if (pg->title_block != UINT32_MAX) {
		d = (double)i - (double)pg->title_block;
		if (d > 0)
			s += d <= NEAR_BLOCKS ? 2 - d * 0.1 : -0.03 * d;
		else
			s += d >= -4 ? 1.2 + d * 0.2 : -1 + 0.02 * (d > -50 ? d : -50);
	}
	if (nd->ev_up & EV_DATE)
		s += 1.5;
	else if (nd->ev_up & EV_META)
		s += 0.8;
	if (nd->tags_up & UP_TIME)
		s += 0.7;
	if (b->phrase & PH_UPDATED)
		s += stated ? 1.2 : 0.3;
	if (!stated && ((b->phrase & PH_COPYRIGHT) != 0 ||
	    (in_furniture(nd) && (d < -3 || d > 6 || pg->title_block == UINT32_MAX))))
		return SCORE_NEVER;
	if (b->chars > 60 && !stated)
		s -= (b->chars - 60) / 80.0;
	if (in_furniture(nd) && !stated)
		s -= 1.3;
	if (nd->ev_up & EV_CARD || nd->tags_up & UP_LINK)
		s -= 1;
	if (is_row(pg, b))
		s -= 2;
	if (nd->same > 3 && nd->tag != TAG_P && nd->tag != TAG_SPAN)
		s -= 0.7;
	if (b->keep && b->chars > 80)
		s -= 1;
	return s;
}

static bool
says_modified(const char *s, size_t n)
{
	static const char *const words[] = { "updat", "modif", "aktualisiert", "mis à jour", "mise à jour",
	    "actualiz", "atualiz", "aggiornat", "更新", "änderung", "Änderung", "changed", "修改", "oppdatert", "uppdater", "opdateret", "päivitetty",
	    "edited", "stand:", "обновлено", "geändert", "zmieniono", "aktualizacja", "güncelle", NULL };

	return has_any(s, n, words);
}

/*
 * "BERLIN, 12 November 2021 – The ministry ...": a release that begins with place and date. Only at the very
 * beginning of one of the first paragraphs; a date later in a sentence is what the sentence is about.
 */
static bool
begins_with_date(const struct page *pg, const char *language, struct doc_date *ret, uint32_t *ret_block)
{
	size_t at, len, seen = 0;

	for (uint32_t i = 0; i < pg->block_count && seen < 3; i++) {
		const struct block *b = &pg->blocks[i];
		const char *s = page_block_text(pg, b);
		struct doc_date d;
		size_t n;

		if (!b->keep || b->chars < 60)
			continue;
		seen++;
		if (b->digits == 0)
			continue;
		n = utf8_cut(s, b->len, 100);
		if (date_find(s, n, language, &d, &at, &len) < 0 || d.precision < DATE_DAY || at > 48 ||
		    memchr(s, '.', at < 12 ? 0 : at - 4) != NULL)
			continue;
		if (at > 0 && at + len < n && strchr(" -:,.)", s[at + len]) == NULL &&
		    (unsigned char)s[at + len] < 0x80)
			continue;
		if (at > 0 && s[at - 1] != '(' && s[at - 1] != '[' && !(at > 1 && s[at - 2] == ',') &&
		    (at + len >= n || (s[at + len] != ')' && s[at + len] != ':' &&
		    strncmp(s + at + len, " -", 2) != 0 && strncmp(s + at + len, " –", 4) != 0 &&
		    strncmp(s + at + len, " —", 4) != 0)))
			continue;
		*ret = d;
		*ret_block = i;
		return true;
	}
	return false;
}

/* Insert into a short list in falling order of score. */
static void
rank(struct line_cand *list, size_t *n, uint32_t block, double score)
{
	size_t at = *n;

	if (*n == TRIES_MAX) {
		if (list[*n - 1].score >= score)
			return;
		at = *n - 1;
	} else
		(*n)++;
	while (at > 0 && list[at - 1].score < score) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = (struct line_cand){ .block = block, .score = score };
}

/*
 * The date that a line gives as that of publication; one that it gives as that of a change goes to *ret_modified,
 * unless one is known. "Updated 5 May, published 3 May": the second date counts.
 */
static bool
date_of_line(const char *s, size_t n, const char *language, struct doc_date *ret, size_t *ret_at, size_t *ret_len,
    struct doc_date *ret_modified)
{
	size_t end;

	if (date_find(s, n, language, ret, ret_at, ret_len) < 0 || ret->precision < DATE_DAY)
		return false;
	if (*ret_at == 0 || !says_modified(s, *ret_at))
		return true;
	if (ret_modified->precision == DATE_NONE)
		*ret_modified = *ret;
	end = *ret_at + *ret_len;
	if (date_find(s + end, n - end, language, ret, ret_at, ret_len) < 0 || ret->precision < DATE_DAY ||
	    !says_published(s + end, *ret_at) || says_modified(s + end, *ret_at))
		return false;
	*ret_at += end;
	return true;
}

bool
dateline_find(struct page *pg, const char *language, struct doc_date *ret_published,
    struct doc_date *ret_modified, uint32_t *ret_block, double *ret_score)
{
	struct line_cand list[TRIES_MAX];
	size_t n = 0, at, len;
	bool found = false;

	for (uint32_t i = 0; i < pg->block_count; i++) {
		const struct block *b = &pg->blocks[i];
		double s;

		if (!may_hold_date(b, &pg->nodes[b->node]) || i == pg->title_block)
			continue;
		s = line_score(pg, i);
		if (s > SCORE_MIN)
			rank(list, &n, i, s);
	}
	for (size_t i = 0; i < n && (!found || i < AFTER_FOUND); i++) {
		const struct block *b = &pg->blocks[list[i].block];
		const char *s = page_block_text(pg, b);
		struct doc_date d;

		if (!date_of_line(s, b->len, language, &d, &at, &len, ret_modified))
			continue;
		if (found)
			continue;
		found = true;
		*ret_published = d;
		*ret_block = list[i].block;
		*ret_score = list[i].score;
		if (at + len < b->len && ret_modified->precision == DATE_NONE) {
			struct doc_date m;
			size_t at2, len2;
			const char *rest = s + at + len;

			if (says_modified(rest, b->len - at - len) &&
			    date_find(rest, b->len - at - len, language, &m, &at2, &len2) == 0 &&
			    m.precision >= DATE_DAY)
				*ret_modified = m;
		}
	}
	if (!found && begins_with_date(pg, language, ret_published, ret_block)) {
		*ret_score = SCORE_BEGINS;
		found = true;
	}
	if (!found && ret_modified->precision != DATE_NONE && n > 0)
		*ret_score = list[0].score;
	return found;
}
