/* listing_words: pieces of rows made titles: dates and remarks on files off their ends; titles that are not in the text. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "discover/feed_int.h"
#include "discover/listing_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define TITLE_CHARS 512
#define SENTENCE_MIN 40		/* bytes of it; shorter ones end with an abbreviation */
#define TITLE_LEFT 6		/* bytes of a title that must be left without its date */
#define MIDDLE_BYTES 240	/* of a title: longer ones are sentences, whose dates are theirs */
#define LINE_LINKS 50		/* of a line that are looked at */
#define LEAD_BYTES 32		/* of a kind of document before the date that leads a title */
#define LEAD_REST 12		/* letters that must follow it */
#define TAIL_BYTES 16		/* of what may stand behind a date in the middle of a title and goes with it */
#define NOTE_BYTES 40		/* of a remark on a file */
#define ABOVE_LINES 6		/* above a row in which its title is looked for */
#define ABOVE_BYTES 300
#define ROW_TEXT 6000
#define ROW_NODES 400

void
listing_trim(const char *text, uint32_t *start, uint32_t *end)
{
	while (*start < *end && strchr(" \n,;:|-", text[*start]) != NULL)
		(*start)++;
	while (*end > *start && strchr(" \n,;|-([", text[*end - 1]) != NULL)
		(*end)--;
	/* dashes of other kinds: U+2010 to U+2015 */
	while (*end >= *start + 3 && memcmp(text + *start, "\xe2\x80", 2) == 0 && (unsigned char)text[*start + 2] <= 0x95 &&
	    (unsigned char)text[*start + 2] >= 0x90)
		for (*start += 3; *start < *end && text[*start] == ' ';)
			(*start)++;
	while (*end >= *start + 3 && memcmp(text + *end - 3, "\xe2\x80", 2) == 0 && (unsigned char)text[*end - 1] <= 0x95 &&
	    (unsigned char)text[*end - 1] >= 0x90)
		for (*end -= 3; *end > *start && text[*end - 1] == ' ';)
			(*end)--;
}

/* "filed 9 February 2023", "statement of 9 February 2023": the date belongs to the words before it. */
static bool
is_spoken(const char *text, uint32_t start, uint32_t at)
{
	static const char *const words[] = { "on", "of", "dated", "filed", "from", "since", "until", "till", "to", "in", "by", "for",
		"and", "after", "before", "vom", "am", "zum", "du", "le", "au", "de", "del", "den", "il", "al", NULL };
	uint32_t end = at, from;

	while (end > start && text[end - 1] == ' ')
		end--;
	for (from = end; from > start && isalpha((unsigned char)text[from - 1]);)
		from--;
	for (size_t i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == end - from && memcmp(words[i], text + from, end - from) == 0)
			return true;
	return false;
}

/* "09.02.2023 - Minister opens the harbour (February 9, 2023)": the date at either end is no part of the title. */
void
listing_strip_dates(const struct rows *r, uint32_t *start, uint32_t *end)
{
	const char *text = buf_str(&r->text);
	uint32_t from = *start, to = *end, last = to;
	size_t k;

	if (from < to && strchr("([", text[from]) != NULL)
		from++;
	k = rows_date_from(r, from);
	if (k < r->dates_count && r->dates[k].start == from && r->dates[k].end <= to) {
		from = r->dates[k++].end;
		while (from < to && strchr(")]. ", text[from]) != NULL)
			from++;
	} else {
		from = *start;
	}
	while (last > from && strchr(")].", text[last - 1]) != NULL)
		last--;
	while (k + 1 < r->dates_count && r->dates[k + 1].end <= last)
		k++;
	if (k < r->dates_count && r->dates[k].start >= from && r->dates[k].end <= last && last - from <= MIDDLE_BYTES &&
	    (r->dates[k].end == last || (last - r->dates[k].end <= TAIL_BYTES && isdigit((unsigned char)text[r->dates[k].start]))) &&
	    !is_spoken(text, from, r->dates[k].start))
		to = r->dates[k].start;
	listing_trim(text, &from, &to);
	if (to < from + TITLE_LEFT)
		return;		/* little else: leave it whole */
	*start = from;
	*end = to;
}

bool
listing_lead_end(const struct rows *r, uint32_t start, uint32_t end, uint32_t *ret_rest)
{
	const char *text = buf_str(&r->text);
	size_t k = rows_date_from(r, start + 1);
	uint32_t rest;
	uint64_t h;

	if (k == r->dates_count || r->dates[k].start > start + LEAD_BYTES || r->dates[k].end >= end || r->dates[k].end == r->dates[k].start ||
	    r->dates[k].date.precision < DATE_DAY || text[r->dates[k].start - 1] != ' ' || is_spoken(text, start, r->dates[k].start))
		return false;
	rest = r->dates[k].end;
	listing_trim(text, &rest, &end);
	if (rest >= end || text[rest - 1] != ' ' || rows_words(text + rest, end - rest, &h) < LEAD_REST)
		return false;
	*ret_rest = rest;
	return true;
}

/* A remark in brackets at the end that speaks of the file: "(PDF, 120 kB)", "[opens in a new window]". */
static bool
is_file_note(const char *s, size_t n)
{
	static const char *const words[] = { "pdf", "doc", "docx", "word", "html", "xls", "xlsx", "rtf", "odt", "opens", "external",
		"new window", "download", NULL };
	size_t i = 0, len;

	for (size_t k = 0; words[k] != NULL; k++) {
		len = strlen(words[k]);
		if (n >= len && strncasecmp(s, words[k], len) == 0 && (n == len || !isalpha((unsigned char)s[len])))
			return true;
	}
	while (i < n && (isdigit((unsigned char)s[i]) || strchr(".,", s[i]) != NULL))
		i++;
	if (i == 0)
		return false;
	while (i < n && s[i] == ' ')
		i++;
	return n - i >= 2 && strchr("kKmM", s[i]) != NULL && strchr("bBiI", s[i + 1]) != NULL;
}

static uint32_t
without_note(const char *text, uint32_t start, uint32_t end)
{
	static const struct { const char *open, *close; } brackets[] = {
		{ "(", ")" }, { "[", "]" }, { "\xef\xbc\x88", "\xef\xbc\x89" }, { "\xe3\x80\x90", "\xe3\x80\x91" },
	};

	for (size_t i = 0; i < sizeof(brackets) / sizeof(brackets[0]); i++) {
		uint32_t len = (uint32_t)strlen(brackets[i].close), at = end - len;

		if (end < start + TITLE_LEFT + 2 * len || memcmp(text + at, brackets[i].close, len) != 0)
			continue;
		while (at > start + TITLE_LEFT + len && end - at < NOTE_BYTES && memcmp(text + at - len, brackets[i].open, len) != 0)
			at--;
		if (memcmp(text + at - len, brackets[i].open, len) != 0 || !is_file_note(text + at, end - len - at))
			return end;
		for (at -= len; at > start && text[at - 1] == ' ';)
			at--;
		return at;
	}
	return end;
}

char *
listing_words(const struct rows *r, uint32_t start, uint32_t end, bool dated)
{
	const char *text = buf_str(&r->text);
	char *line;

	end = without_note(text, start, end);
	if (dated) {
		listing_strip_dates(r, &start, &end);
		end = without_note(text, start, end);
	}
	line = unicode_line(text + start, end - start);
	line[utf8_cut_chars(line, strlen(line), TITLE_CHARS)] = '\0';
	if (*line != '\0')
		return line;
	free(line);
	return NULL;
}

char *
listing_attribute_title(const struct rows *r, const struct rows_anchor *a)
{
	static const char *const names[] = { "title", "aria-label", NULL };
	xmlNodePtr node = r->elems[a->elem].node;
	const char *value = NULL;

	for (size_t i = 0; names[i] != NULL && value == NULL; i++) {
		value = tree_attr(node, names[i]);
		if (value != NULL && rows_is_generic(value, strlen(value)))
			value = NULL;
	}
	for (xmlNodePtr at = node; at != NULL && value == NULL && a->has_image; at = tree_next(at, node, false)) {
		if (tree_is(at, "img"))
			value = tree_attr(at, "alt");
	}
	if (value == NULL || *value == '\0')
		return NULL;
	return unicode_line(value, strlen(value));
}

/*
 * Some result pages write the title by a script in the row: document.write('<a href="X">Title</a>'). The words
 * between are taken when X is the row's own address.
 */
char *
listing_script_title(const struct rows *r, const struct listing_row *row)
{
	const char *href = tree_attr(r->elems[r->anchors[row->anchor].elem].node, "href"), *text, *end;
	xmlNodePtr root = r->elems[row->elem].node;
	CLEANUP(freep) char *piece = NULL;
	size_t looked = 0;

	if (href == NULL || strlen(href) < 8 || row->end - row->start > ROW_TEXT)
		return NULL;
	for (xmlNodePtr at = root; at != NULL && looked++ < ROW_NODES; at = tree_next(at, root, false)) {
		if (!tree_is(at, "script"))
			continue;
		text = html_script(r->html, at);
		for (int n = 0; n < 8 && (text = strstr(text, href)) != NULL; n++) {
			char *title;

			if ((text = strchr(text, '>')) == NULL || (end = strstr(++text, "</a")) == NULL)
				break;
			if (end - text > TITLE_CHARS)
				continue;
			free(piece);
			piece = xstrndup(text, (size_t)(end - text));
			if ((title = feed_plain(piece, TITLE_CHARS)) != NULL)
				return title;
		}
	}
	return NULL;
}

char *
listing_title_above(const struct rows *r, const struct listing_group *g, size_t row)
{
	const char *text = buf_str(&r->text);
	uint32_t from = row > 0 ? g->rows[row - 1].end : r->elems[g->common].start;
	size_t k = rows_line_from(r, g->rows[row].start), best = r->lines_count;

	while (k > 0 && k < r->lines_count && r->lines[k].start >= g->rows[row].start)
		k--;
	for (size_t n = 0; n < ABOVE_LINES && k < r->lines_count && r->lines[k].start >= from && r->lines[k].end <= g->rows[row].start;
	    k--, n++) {
		const struct rows_line *line = &r->lines[k];
		size_t d = rows_date_from(r, line->start);
		uint64_t h;

		if (rows_words(text + line->start, line->end - line->start, &h) >= TITLE_LEFT && line->end - line->start <= ABOVE_BYTES &&
		    !(d < r->dates_count && r->dates[d].start < line->end && r->dates[d].alone) &&
		    (best == r->lines_count || (line->heading && !r->lines[best].heading)))
			best = k;
		if (k == 0)
			break;
	}
	return best < r->lines_count ? listing_words(r, r->lines[best].start, r->lines[best].end, false) : NULL;
}

char *
listing_uncut_title(const struct rows *r, const struct rows_anchor *a, char *title)
{
	const char *value = tree_attr(r->elems[a->elem].node, "title");
	size_t n = title != NULL ? strlen(title) : 0;
	char *whole;

	if (n > 3 && strcmp(title + n - 3, "\xe2\x80\xa6") == 0)
		n -= 3;
	else if (n > 3 && strcmp(title + n - 3, "...") == 0)
		n -= 3;
	else
		return title;
	while (n > 0 && title[n - 1] == ' ')
		n--;
	if (value == NULL || n < TITLE_LEFT)
		return title;
	whole = unicode_line(value, strlen(value));
	if (strlen(whole) <= n || strncasecmp(whole, title, n) != 0) {
		free(whole);
		return title;
	}
	free(title);
	whole[utf8_cut_chars(whole, strlen(whole), TITLE_CHARS)] = '\0';
	return whole;
}

char *
listing_title_beside(const struct rows *r, const struct rows_anchor *a, const char *title)
{
	char *own = listing_words(r, a->start, a->end, false), *both;

	if (own == NULL || title == NULL || rows_is_generic(own, strlen(own)) || strstr(title, own) != NULL) {
		free(own);
		return title != NULL ? xstrdup(title) : NULL;
	}
	both = xasprintf("%s \xe2\x80\x93 %s", title, own);
	free(own);
	both[utf8_cut_chars(both, strlen(both), TITLE_CHARS)] = '\0';
	return both;
}

bool
listing_is_title_class(const char *cls)
{
	static const char *const words[] = { "title", "headline", "caption", "name" };

	for (; *cls != '\0'; cls++) {
		char c = *cls | 0x20;

		if (c != 't' && c != 'h' && c != 'c' && c != 'n')
			continue;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (words[i][0] == c && strncasecmp(words[i], cls, strlen(words[i])) == 0)
				return true;
	}
	return false;
}

bool
listing_is_sentence(const char *s, size_t n)
{
	static const char *const stops[] = { ".", "\xe3\x80\x82", "\xe0\xa5\xa4", NULL };	/* 。 and danda */

	for (size_t i = 0; n >= SENTENCE_MIN && stops[i] != NULL; i++)
		if (memcmp(s + n - strlen(stops[i]), stops[i], strlen(stops[i])) == 0)
			return true;
	return false;
}

bool
listing_is_linked(const struct rows *r, const struct rows_line *line)
{
	size_t lo = 0, hi = r->anchors_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->anchors[mid].end <= line->start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t n = 0; lo < r->anchors_count && r->anchors[lo].start < line->end && n < LINE_LINKS;
	    lo++, n++) {
		const struct rows_anchor *a = &r->anchors[lo];

		if ((a->end - a->start) * 2 > line->end - line->start)
			return true;
	}
	return false;
}
