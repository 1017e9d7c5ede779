/*
 * pdf: the words of a PDF and where they stand (pdftotext -bbox-layout) to paragraphs. Lines that repeat at the
 * pages' edges and page numbers go; lines of a paragraph are joined by what their places say.
 */
#include <string.h>
#include "base/hash.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/lang.h"
#include "document/normal.h"
#include "extract/pdf_int.h"
#include "base/banned.h"

#define EDGE 0.12f		/* of a page's height: where running heads and page numbers stand */
#define HEAD_TEXT 160		/* bytes of a line that can be a running head */
#define PITCH_MORE 1.35f	/* lines farther apart than that belong to two paragraphs */
#define TITLE_LINES 4
#define TITLE_LARGER 1.15f

/* ---- running heads and page numbers --------------------------------------------------------------------------- */

struct head {			/* a line at the edge of pages, its numbers made equal */
	uint64_t key;
	uint32_t pages, last_page, first_line;
	bool numbered;		/* some number was in it */
	UT_hash_handle hh;
};

static bool
at_top(const struct pdf_page *pg, const struct pdf_line *ln)
{
	return ln->y1 < EDGE * pg->height;
}

static bool
at_edge(const struct pdf_page *pg, const struct pdf_line *ln)
{
	return ln->len <= HEAD_TEXT && pg->height > 0 && (at_top(pg, ln) || ln->y0 > (1 - EDGE) * pg->height);
}

/* Digits become one '#'; *ret_bare: nothing is there but numbers and marks; *ret_number: the first of them. */
static uint64_t
head_key(const char *s, size_t n, bool top, bool *ret_bare, long *ret_number)
{
	char key[HEAD_TEXT + 1];
	size_t k = 0;

	key[k++] = top ? 't' : 'b';
	*ret_bare = true;
	*ret_number = -1;
	for (size_t i = 0; i < n && k < sizeof(key); i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= '0' && c <= '9') {
			long number = 0;

			for (; i < n && s[i] >= '0' && s[i] <= '9'; i++)
				number = number < 100000 ? number * 10 + (s[i] - '0') : number;
			i--;
			if (*ret_number < 0)
				*ret_number = number;
			key[k++] = '#';
			continue;
		}
		if (c == 0xe2)
			i += 2;		/* dashes and dots of any kind */
		else if (c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z'))
			*ret_bare = false;
		key[k++] = (char)c;
	}
	return digest_xxh64(key, k, 0);
}

static void
count_heads(struct pdf_words *w, struct head **table)
{
	for (uint32_t i = 0; i < w->line_count; i++) {
		struct pdf_line *ln = &w->lines[i];
		struct pdf_page *pg = &w->pages[ln->page];
		struct head *h;
		uint64_t key;
		bool bare;
		long number;

		if (!at_edge(pg, ln))
			continue;
		key = head_key(w->text.data + ln->at, ln->len, at_top(pg, ln), &bare, &number);
		HASH_FIND(hh, *table, &key, sizeof(key), h);
		if (h == NULL) {
			h = xcalloc(1, sizeof(*h));
			h->key = key;
			h->first_line = i;
			h->last_page = UINT32_MAX;
			HASH_ADD(hh, *table, key, sizeof(key), h);
		}
		h->numbered |= number >= 0;
		if (h->last_page != ln->page)
			h->pages++;
		h->last_page = ln->page;
	}
}

static bool
drop_line(const struct pdf_words *w, struct head *table, uint32_t i)
{
	const struct pdf_line *ln = &w->lines[i];
	const struct pdf_page *pg = &w->pages[ln->page];
	struct head *h;
	uint64_t key;
	bool bare, top;
	long number;

	if (!at_edge(pg, ln))
		return false;
	top = at_top(pg, ln);
	key = head_key(w->text.data + ln->at, ln->len, top, &bare, &number);
	if (bare && number == (long)ln->page + 1)
		return true;
	HASH_FIND(hh, table, &key, sizeof(key), h);
	/* Left and right pages may have heads of their own, and chapters too: two pages in five are enough, or three. */
	if (h == NULL || h->pages < 2 || (h->pages < 3 && h->pages * 5 < w->page_count * 2))
		return false;
	return bare || h->numbered || !top || h->first_line != i;	/* the first head may be all there is of it */
}

static void
drop_heads(struct pdf_words *w)
{
	struct head *table = NULL, *h, *tmp;

	count_heads(w, &table);
	for (uint32_t i = 0; i < w->line_count; i++)
		w->lines[i].dropped = drop_line(w, table, i);
	HASH_ITER(hh, table, h, tmp) {
		HASH_DEL(table, h);
		free(h);
	}
}

/* ---- where paragraphs end ------------------------------------------------------------------------------------- */

enum joint { JOINED, LINE_ENDS, PARAGRAPH_ENDS };

static uint32_t
last_char(const char *s, size_t n)
{
	size_t i = n;

	while (i > 0 && ((unsigned char)s[i - 1] & 0xc0) == 0x80)
		i--;
	i -= i > 0;
	return n == 0 ? 0 : utf8_next(s, n, &i);
}

static uint32_t
first_char(const char *s, size_t n)
{
	size_t i = 0;

	return n == 0 ? 0 : utf8_next(s, n, &i);
}

/* A sentence ends here, perhaps within quotation marks or brackets. */
static bool
ends_sentence(const char *s, size_t n)
{
	static const uint32_t marks[] = { '.', '!', '?', ':', ';', 0x3002, 0xff01, 0xff1f, 0xff1a, 0x0964, 0x061f, 0x06d4 };
	static const uint32_t closing[] = { '"', '\'', ')', ']', 0x201d, 0x2019, 0xbb, 0x300d, 0x300f, 0xff09 };
	uint32_t c = last_char(s, n);

	for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
		if (c == closing[i]) {
			while (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0x80)
				n--;
			n -= n > 0;
			c = last_char(s, n);
			break;
		}
	}
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (c == marks[i])
			return true;
	return false;
}

/* A letter that does not begin a sentence; scripts without cases never do. */
static bool
goes_on(uint32_t c)
{
	return unicode_is_word(c) && !unicode_is_upper(c) && !unicode_is_digit(c);
}

static size_t
bullet_len(const char *s, size_t n, bool *ret_sure)
{
	/* The last but three is what word processors make of a bullet; dashes may stand within a sentence too. */
	static const char *const bullets[] = { "•", "▪", "◦", "‣", "●", "■", "\xef\x82\xb7", "-", "–", "*" };

	*ret_sure = true;
	for (size_t i = 0; i < sizeof(bullets) / sizeof(bullets[0]); i++) {
		size_t len = strlen(bullets[i]);

		*ret_sure = i < 7;
		if (n > len + 1 && memcmp(s, bullets[i], len) == 0 && s[len] == ' ')
			return len + 1;
	}
	return 0;
}

/* "1." "(a)" "IV)" and a blank. */
static bool
numbered(const char *s, size_t n)
{
	size_t i = n > 0 && s[0] == '(', begin = i;

	while (i < n && i < begin + 4 && ((s[i] >= '0' && s[i] <= '9') || ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z')))
		i++;
	return i > begin && i + 1 < n && (s[i] == '.' || s[i] == ')') && s[i + 1] == ' ' &&
	    (begin == 1 || i - begin <= 2);
}

static enum joint
joint_across(const struct pdf_words *w, const struct pdf_line *a, const struct pdf_line *b)
{
	const char *p = w->text.data + a->at, *q = w->text.data + b->at;

	/* Another column, block or page goes on where a sentence is not finished, in letters of the same size. */
	if (!ends_sentence(p, a->len) && goes_on(first_char(q, b->len)) && b->height < a->height * TITLE_LARGER &&
	    a->height < b->height * TITLE_LARGER && a->len > 20)
		return JOINED;
	return PARAGRAPH_ENDS;
}

static enum joint
joint_of(const struct pdf_words *w, const struct pdf_line *a, const struct pdf_line *b)
{
	const struct pdf_block *bl = &w->blocks[b->block];
	const char *p = w->text.data + a->at, *q = w->text.data + b->at;
	bool sentence = ends_sentence(p, a->len), lower = goes_on(first_char(q, b->len)) &&
	    unicode_is_unspaced(first_char(q, b->len)) == 0;
	float pitch = b->y0 - a->y0, first_width = b->first_width;
	bool sure;

	if (bullet_len(q, b->len, &sure) > 0 && (sure || sentence))
		return PARAGRAPH_ENDS;
	if (sentence && numbered(q, b->len))
		return PARAGRAPH_ENDS;
	if (unicode_is_unspaced(first_char(q, b->len)))
		first_width = b->height;
	if (a->block != b->block)
		return joint_across(w, a, b);
	if (b->height > a->height * TITLE_LARGER || a->height > b->height * TITLE_LARGER)
		return PARAGRAPH_ENDS;
	if (bl->pitch > 0 && pitch > bl->pitch * PITCH_MORE)
		return PARAGRAPH_ENDS;
	/* The next word would have fitted: the line was ended on purpose. */
	if (a->x1 + a->height * 0.3f + first_width < bl->x1 - a->height * 0.8f && !lower)
		return sentence ? PARAGRAPH_ENDS : LINE_ENDS;
	if (sentence && b->x0 > bl->x0 + b->height && a->x0 < bl->x0 + b->height * 0.5f)
		return PARAGRAPH_ENDS;	/* first line set in */
	return JOINED;
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

struct pdf_writer {
	struct pdf_words *w;
	struct normal *out;
	struct buf para;
	const char *title;	/* not said again in the body */
	enum joint began;	/* what stood before the paragraph */
	bool in_list;
	unsigned written;
};

static bool
is_title(const struct pdf_writer *wr)
{
	CLEANUP(freep) char *a = NULL, *b = NULL;

	if (wr->title == NULL || wr->written > 5)
		return false;
	a = unicode_fold(wr->para.data, wr->para.len);
	b = unicode_fold(wr->title, strlen(wr->title));
	return strcmp(a, b) == 0;
}

static void
write_paragraph(struct pdf_writer *wr)
{
	const char *s = buf_str(&wr->para);
	size_t n = wr->para.len, bullet;
	bool sure;

	if (n == 0)
		return;
	bullet = bullet_len(s, n, &sure);
	if (is_title(wr)) {
		wr->title = NULL;
	} else if (bullet > 0) {
		normal_item(wr->out, 0, NULL, s + bullet, n - bullet, !wr->in_list);
		wr->written++;
	} else {
		if (wr->began == LINE_ENDS)
			normal_line(wr->out, s, n);
		else
			normal_paragraph(wr->out, s, n);
		wr->written++;
	}
	wr->in_list = bullet > 0;
	buf_clear(&wr->para);
}

/* Where the last word begins; of one that is too long to be a word, somewhere in it. */
static size_t
last_word(const char *s, size_t n)
{
	size_t i = n;

	while (i > 0 && n - i < HEAD_TEXT && s[i - 1] != ' ')
		i--;
	return i;
}

/*
 * A hyphen at a line's end goes when the whole word stands elsewhere in the document, or when the document is known
 * to break words and this one nowhere stands with its hyphen. *ret_cut: bytes to take off.
 */
static bool
hyphen_goes(const struct pdf_words *w, const struct buf *para, const char *q, size_t n, size_t *ret_cut)
{
	static const struct { const char *mark; size_t len; } marks[] = { { "-", 1 }, { "\xe2\x80\x90", 3 },
		{ "\xc2\xad", 2 } };
	size_t begin = last_word(para->data, para->len), word = 0;
	char joined[HEAD_TEXT];
	int a, b;

	*ret_cut = 0;
	for (size_t i = 0; i < 3; i++) {
		size_t len = marks[i].len;

		if (para->len > begin + len && memcmp(para->data + para->len - len, marks[i].mark, len) == 0)
			*ret_cut = len;
	}
	while (word < n && q[word] != ' ')
		word++;
	if (*ret_cut == 0 || !goes_on(first_char(q, n)) || para->len - begin + word >= sizeof(joined))
		return false;
	if (*ret_cut == 2)
		return true;
	a = snprintf(joined, sizeof(joined), "%.*s%.*s", (int)(para->len - begin - *ret_cut), para->data + begin,
	    (int)word, q);
	if (pdf_has_word(w, joined, (size_t)a))
		return true;
	b = snprintf(joined, sizeof(joined), "%.*s-%.*s", (int)(para->len - begin - *ret_cut), para->data + begin,
	    (int)word, q);
	return !pdf_has_word(w, joined, (size_t)b) && w->breaks_words;
}

static void
join_line(struct pdf_writer *wr, const char *q, size_t n)
{
	struct buf *para = &wr->para;
	size_t cut;

	if (hyphen_goes(wr->w, para, q, n, &cut))
		buf_cut(para, para->len - cut);
	else if (cut == 0 && !(unicode_is_unspaced(last_char(para->data, para->len)) &&
	    unicode_is_unspaced(first_char(q, n))))
		buf_addc(para, ' ');
	buf_add(para, q, n);
}

/* Does the document break words at line ends at all? Lines whose halves make a word that stands elsewhere say so. */
static void
learn_hyphens(struct pdf_words *w)
{
	unsigned soft = 0, hard = 0;

	for (uint32_t i = 0; i + 1 < w->line_count; i++) {
		const struct pdf_line *a = &w->lines[i], *b = &w->lines[i + 1];
		struct buf para = { .data = w->text.data + a->at, .len = a->len, .max = a->len };
		size_t cut;

		if (a->block != b->block)
			continue;
		if (hyphen_goes(w, &para, w->text.data + b->at, b->len, &cut))
			soft++;
		else if (cut > 0)
			hard++;
	}
	/* Of rare words no second one stands anywhere, so a few that do are enough. */
	w->breaks_words = soft > 0 && soft * 10 >= hard;
}

static void
write_body(struct pdf_words *w, struct document *doc, struct normal *out)
{
	struct pdf_writer wr = { .w = w, .out = out, .title = doc->title, .began = PARAGRAPH_ENDS };
	const struct pdf_line *before = NULL;

	buf_init(&wr.para, DOCUMENT_TEXT_MAX);
	for (uint32_t i = 0; i < w->line_count; i++) {
		const struct pdf_line *ln = &w->lines[i];
		enum joint j = PARAGRAPH_ENDS;

		if (ln->dropped || ln->len == 0)
			continue;
		if (before != NULL)
			j = joint_of(w, before, ln);
		if (j == JOINED && before != NULL) {
			join_line(&wr, w->text.data + ln->at, ln->len);
		} else {
			write_paragraph(&wr);
			wr.began = j;
			buf_add(&wr.para, w->text.data + ln->at, ln->len);
		}
		before = ln;
	}
	write_paragraph(&wr);
	buf_done(&wr.para);
}

/* ---- title and the face --------------------------------------------------------------------------------------- */

/* What programs write into a PDF's own title: file names, their own names. */
static bool
good_title(const char *s)
{
	static const char *const ends[] = { ".doc", ".docx", ".pdf", ".indd", ".rtf", ".odt", ".qxd", ".ppt", ".pptx", ".xls",
		".xlsx", ".dvi", ".tex" };
	size_t n = strlen(s);

	if (n < 8 || strchr(s, ' ') == NULL || strncasecmp(s, "Microsoft Word", 14) == 0 ||
	    strncasecmp(s, "untitled", 8) == 0)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (n > strlen(ends[i]) && strcasecmp(s + n - strlen(ends[i]), ends[i]) == 0)
			return false;
	return true;
}

/* The largest lines of the first page, when they are larger than its text and few. */
static char *
largest_lines(const struct pdf_words *w)
{
	struct buf b = BUF_INIT(4 * DOCUMENT_TITLE_MAX);
	float large = 0;
	uint32_t first = 0, lines = 0, count = 0;
	size_t smaller = 0;

	for (; count < w->line_count && w->lines[count].page == 0; count++) {
		if (!w->lines[count].dropped && w->lines[count].len > 3 && w->lines[count].height > large * 1.02f) {
			large = w->lines[count].height;
			first = count;
		}
	}
	for (uint32_t i = 0; i < count; i++)
		smaller += w->lines[i].height * TITLE_LARGER < large;
	for (uint32_t i = first; i < count && w->lines[i].height > large * 0.98f; i++, lines++) {
		if (b.len > 0)
			buf_addc(&b, ' ');
		buf_add(&b, w->text.data + w->lines[i].at, w->lines[i].len);
	}
	if (lines > TITLE_LINES || smaller < lines || b.len < 8)
		buf_clear(&b);
	return buf_take(&b, NULL);
}

static void
choose_title(struct pdf_words *w, const struct extract_opts *opts, struct document *doc)
{
	CLEANUP(freep) char *large = NULL;

	if (opts->title_hint != NULL && opts->title_hint[0] != '\0') {
		document_set_line(&doc->title, opts->title_hint, DOCUMENT_TITLE_MAX);
		return;
	}
	large = largest_lines(w);
	if (w->title != NULL && good_title(w->title))
		document_set_line(&doc->title, w->title, DOCUMENT_TITLE_MAX);
	else if (large != NULL && large[0] != '\0')
		document_set_line(&doc->title, large, DOCUMENT_TITLE_MAX);
}

void
pdf_extract(const char *p, size_t n, const struct extract_opts *opts, struct document *doc)
{
	struct normal *out = normal_new(DOCUMENT_TEXT_MAX);
	struct pdf_words w;
	char lang[LANG_MAX];

	pdf_words_read(p, n, &w);
	drop_heads(&w);
	choose_title(&w, opts, doc);
	learn_hyphens(&w);
	write_body(&w, doc, out);
	doc->text_state = w.cut || normal_full(out) ? TEXT_CUT : TEXT_FULL;
	doc->text = normal_take(out);
	normal_free(out);
	pdf_words_done(&w);
	if (doc->text == NULL || doc->text[0] == '\0') {
		free(doc->text);
		doc->text = NULL;
		doc->text_state = TEXT_NONE;
		doc->trouble = xstrdup("scanned or empty PDF");
		return;
	}
	if (lang_decide(opts->language_hint, doc->text, strlen(doc->text), lang)[0] != '\0')
		document_set_line(&doc->language, lang, 0);
	doc->words = (unsigned)unicode_word_count(doc->text, strlen(doc->text));
}
