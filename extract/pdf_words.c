/* pdf_words: what pdftotext -bbox-layout writes, one element a line, as lines of words with their places. */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/pdf_int.h"
#include "base/banned.h"

#define TEXT_MAX (8u << 20)
#define LINES_MAX 1000000u
#define PLACE_MAX 100000.0f	/* points; no page is larger */

struct element {		/* one line of the input */
	const char *p;
	size_t n;
};

static bool
is(const struct element *e, const char *tag)
{
	size_t n = strlen(tag);

	return e->n >= n && memcmp(e->p, tag, n) == 0;
}

/* A decimal number as pdftotext writes it; anything else is 0. */
static float
number(const char *s, size_t n)
{
	double value = 0, scale = 1;
	bool minus = n > 0 && *s == '-', fraction = false;

	for (size_t i = minus; i < n; i++) {
		if (s[i] == '.' && !fraction)
			fraction = true;
		else if (s[i] < '0' || s[i] > '9')
			break;
		else if (value > 1e12)
			return 0;
		else {
			value = value * 10 + (s[i] - '0');
			scale = fraction ? scale * 10 : scale;
		}
	}
	value /= scale;
	value = value > (double)PLACE_MAX ? 0 : value;
	return (float)(minus ? -value : value);
}

static float
attribute(const struct element *e, const char *name)
{
	const char *at = memmem(e->p, e->n, name, strlen(name));
	const char *end = e->p + e->n;

	return at == NULL ? 0 : number(at + strlen(name), (size_t)(end - at) - strlen(name));
}

static void
add_decoded(struct buf *b, const char *s, size_t n)
{
	static const struct { const char *name; size_t len; char c; } entities[] = { { "&amp;", 5, '&' }, { "&lt;", 4, '<' },
		{ "&gt;", 4, '>' }, { "&quot;", 6, '"' }, { "&apos;", 6, '\'' }, { "&#39;", 5, '\'' } };

	for (size_t i = 0; i < n; i++) {
		size_t k = 0, count = sizeof(entities) / sizeof(entities[0]);

		for (; s[i] == '&' && k < count; k++)
			if (n - i >= entities[k].len && memcmp(s + i, entities[k].name, entities[k].len) == 0)
				break;
		if (s[i] == '&' && k < count) {
			buf_addc(b, entities[k].c);
			i += entities[k].len - 1;
		} else
			buf_addc(b, s[i]);
	}
}

/* What stands between "<tag ...>" and "</tag>". */
static struct element
content(const struct element *e, const char *end_tag)
{
	struct element in = { e->p, 0 };
	const char *begin = memchr(e->p, '>', e->n), *end;

	if (begin == NULL)
		return in;
	begin++;
	end = memmem(begin, (size_t)(e->p + e->n - begin), end_tag, strlen(end_tag));
	in.p = begin;
	in.n = end != NULL ? (size_t)(end - begin) : 0;
	return in;
}

/* ---- known words ----------------------------------------------------------------------------------------------- */

static uint64_t
word_hash(const char *s, size_t n)
{
	char small[256];
	size_t k = 0;

	while (n > 0 && strchr("([\"'", *s) != NULL)
		s++, n--;
	while (n > 0 && strchr(".,;:!?)]\"'", s[n - 1]) != NULL)
		n--;
	for (; k < n && k < sizeof(small); k++)
		small[k] = s[k] >= 'A' && s[k] <= 'Z' ? (char)(s[k] | 32) : s[k];
	return digest_xxh64(small, k, 0);
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

bool
pdf_has_word(const struct pdf_words *w, const char *s, size_t n)
{
	uint64_t hash = word_hash(s, n);

	return w->known_count > 0 &&
	    bsearch(&hash, w->known, w->known_count, sizeof(hash), by_value) != NULL;
}

/* ---- the elements ---------------------------------------------------------------------------------------------- */

static struct pdf_line *
open_line(struct pdf_words *w)
{
	return w->line_count > 0 ? &w->lines[w->line_count - 1] : NULL;
}

static void
begin_page(struct pdf_words *w, const struct element *e)
{
	w->pages = xgrow(w->pages, &w->pages_cap, w->page_count + 1u, sizeof(*w->pages));
	w->pages[w->page_count++] = (struct pdf_page){ .height = attribute(e, "height=\"") };
}

static void
begin_block(struct pdf_words *w, const struct element *e)
{
	w->blocks = xgrow(w->blocks, &w->blocks_cap, w->block_count + 1u, sizeof(*w->blocks));
	w->blocks[w->block_count++] = (struct pdf_block){ .x0 = attribute(e, "xMin=\""), .x1 = attribute(e, "xMax=\"") };
}

static void
begin_line(struct pdf_words *w, const struct element *e)
{
	struct pdf_line *before = open_line(w), *ln;
	struct pdf_block *bl;
	float pitch;

	if (w->page_count == 0 || w->block_count == 0 || w->line_count >= LINES_MAX)
		return;
	if (before != NULL && before->len == 0)		/* no word came: its place is taken */
		w->line_count--;
	w->lines = xgrow(w->lines, &w->lines_cap, w->line_count + 1u, sizeof(*w->lines));
	ln = &w->lines[w->line_count++];
	*ln = (struct pdf_line){ .at = (uint32_t)w->text.len, .page = w->page_count - 1, .block = w->block_count - 1,
		.x0 = attribute(e, "xMin=\""), .x1 = attribute(e, "xMax=\""), .y0 = attribute(e, "yMin=\""),
		.y1 = attribute(e, "yMax=\"") };
	if (w->line_count < 2 || ln[-1].block != ln->block)
		return;
	bl = &w->blocks[ln->block];
	pitch = ln->y0 - ln[-1].y0;
	if (pitch > 1 && (bl->pitch <= 0 || pitch < bl->pitch))
		bl->pitch = pitch;
}

static void
add_word(struct pdf_words *w, const struct element *e)
{
	struct pdf_line *ln = open_line(w);
	struct element in = content(e, "</word>");
	CLEANUP(freep) char *line = NULL;
	struct buf raw = BUF_INIT(4096);
	float height = attribute(e, "yMax=\"") - attribute(e, "yMin=\"");
	size_t n;

	if (ln == NULL || ln->block + 1 != w->block_count)
		return;
	add_decoded(&raw, in.p, in.n);
	/* A soft hyphen at a word's end says that the word was broken: kept until lines are joined. */
	line = unicode_clean(buf_str(&raw), raw.len);
	buf_done(&raw);
	n = strlen(line);
	if (n == 0 || w->text.len + n + 1 > TEXT_MAX) {
		w->cut |= n > 0;
		return;
	}
	if (ln->len > 0) {
		buf_addc(&w->text, ' ');
	} else {
		ln->first_width = attribute(e, "xMax=\"") - attribute(e, "xMin=\"");
		ln->height = height;
	}
	if (height > ln->height)
		ln->height = height;
	buf_add(&w->text, line, n);
	ln->len = (uint32_t)(w->text.len - ln->at);
	w->known = xgrow(w->known, &w->known_cap, w->known_count + 1, sizeof(*w->known));
	w->known[w->known_count++] = word_hash(line, n);
}

static void
set_title(struct pdf_words *w, const struct element *e)
{
	struct element in = content(e, "</title>");
	struct buf raw = BUF_INIT(4096);

	if (w->title != NULL || in.n == 0)
		return;
	add_decoded(&raw, in.p, in.n);
	w->title = unicode_line(buf_str(&raw), raw.len);
	buf_done(&raw);
}

void
pdf_words_read(const char *p, size_t n, struct pdf_words *w)
{
	const char *end = p + n;

	*w = (struct pdf_words){ .cut = true };
	buf_init(&w->text, TEXT_MAX);
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct element e = { p, (size_t)((nl != NULL ? nl : end) - p) };

		while (e.n > 0 && *e.p == ' ')
			e.p++, e.n--;
		if (is(&e, "<word "))
			add_word(w, &e);
		else if (is(&e, "<line "))
			begin_line(w, &e);
		else if (is(&e, "<block "))
			begin_block(w, &e);
		else if (is(&e, "<page "))
			begin_page(w, &e);
		else if (is(&e, "<title>") && w->page_count == 0)
			set_title(w, &e);
		else if (is(&e, "</doc>"))
			w->cut = false;
		p = nl != NULL ? nl + 1 : end;
	}
	if (w->line_count > 0 && open_line(w)->len == 0)
		w->line_count--;
	if (w->known_count > 0)
		qsort(w->known, w->known_count, sizeof(*w->known), by_value);
}

void
pdf_words_done(struct pdf_words *w)
{
	buf_done(&w->text);
	free(w->pages);
	free(w->blocks);
	free(w->lines);
	free(w->known);
	free(w->title);
	*w = (struct pdf_words){ 0 };
}
