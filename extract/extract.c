/* extract: the order of steps from bytes to document. */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "document/lang.h"
#include "document/normal.h"
#include "extract/extract_int.h"
#include "extract/pdf_int.h"
#include "markup/select.h"
#include "markup/tree.h"
#include "base/banned.h"

#define SELECTED_MAX 2000
#define RESCUE_MIN_BYTES 400	/* a shorter articleBody is a summary */
#define RESCUE_TIMES 3		/* how much longer it must be than what the tree gave */
#define THIN_WORDS 25		/* fewer words beside many links: a listing */

/* What bytes are that are no page, by their first ones. NULL: they may be one. */
static const char *
foreign_kind(const char *p, size_t n)
{
	static const struct { const char *magic; size_t len; const char *kind; } kinds[] = {
		{ "%PDF-", 5, "a PDF" }, { "\x89PNG", 4, "a PNG image" }, { "\xff\xd8\xff", 3, "a JPEG image" },
		{ "GIF8", 4, "a GIF image" }, { "PK\x03\x04", 4, "a ZIP archive or office document" },
		{ "\xd0\xcf\x11\xe0", 4, "an old office document" }, { "\x1f\x8b", 2, "gzip data" },
		{ "Rar!", 4, "a RAR archive" }, { "{\\rtf", 5, "an RTF document" }, { "II*\0", 4, "a TIFF image" },
		{ "\0\0\1\0", 4, "an icon" }, { "OggS", 4, "Ogg media" }, { "ID3", 3, "an MP3 sound" },
		{ "\x7f" "ELF", 4, "a program" }, { "BM\0", 3, "a bitmap" }, { "wOF", 3, "a font" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (n >= kinds[i].len && memcmp(p, kinds[i].magic, kinds[i].len) == 0)
			return kinds[i].kind;
	}
	if (n >= 12 && memcmp(p, "RIFF", 4) == 0)
		return memcmp(p + 8, "WEBP", 4) == 0 ? "a WebP image" : "RIFF media";
	if (n >= 12 && memcmp(p + 4, "ftyp", 4) == 0)
		return "MP4 media";
	return NULL;
}

static bool
type_is(const char *content_type, const char *want)
{
	return content_type != NULL && strncasecmp(content_type, want, strlen(want)) == 0;
}

static struct document *
new_document(const struct extract_opts *opts)
{
	struct document *doc = document_new();

	doc->url = xstrdup(opts->url);
	return doc;
}

/* text/plain: the first short line is the title when an empty line follows it. */
static int
extract_plain(const char *p, size_t n, const struct extract_opts *opts, struct document **ret_doc,
    struct err *reterr)
{
	struct charset_result cs;
	struct buf utf8 = BUF_INIT(2 * (size_t)HTML_MAX_BYTES);
	struct document *doc;
	char http[64], lang[LANG_MAX], *end;
	int rc;

	charset_decide_html(p, n, charset_of_content_type(opts->content_type, http), &cs);
	rc = charset_to_utf8(p, n, &cs, &utf8, reterr);
	if (rc == 0) {
		doc = new_document(opts);
		doc->text = normal_text(buf_str(&utf8), utf8.len);
		end = doc->text != NULL ? strstr(doc->text, "\n\n") : NULL;
		if (end != NULL && end - doc->text < 300 && memchr(doc->text, '\n', (size_t)(end - doc->text)) == NULL) {
			CLEANUP(freep) char *title = xstrndup(doc->text, (size_t)(end - doc->text));

			document_set_line(&doc->title, title, DOCUMENT_TITLE_MAX);
			memmove(doc->text, end + 2, strlen(end + 2) + 1);
		} else if (opts->title_hint != NULL)
			document_set_line(&doc->title, opts->title_hint, DOCUMENT_TITLE_MAX);
		if (doc->text == NULL || doc->text[0] == '\0') {
			free(doc->text);
			doc->text = NULL;
			doc->text_state = TEXT_NONE;
			doc->trouble = xstrdup("the file holds no text");
		} else {
			if (lang_decide(opts->language_hint, doc->text, strlen(doc->text), lang)[0] != '\0')
				document_set_line(&doc->language, lang, 0);
			doc->words = (unsigned)unicode_word_count(doc->text, strlen(doc->text));
		}
		*ret_doc = doc;
	}
	buf_done(&utf8);
	return rc;
}

/* Run a selector; the nodes' places in the flat array. -1: the selector is malformed. */
static int
selected(struct page *pg, const char *selector, uint32_t **ret, size_t *ret_count, struct err *reterr)
{
	CLEANUP(select_freep) struct select *sel = NULL;
	CLEANUP(freep) xmlNodePtr *found = NULL;
	int n;

	*ret = NULL;
	*ret_count = 0;
	if (select_compile(selector, &sel, reterr) < 0)
		return -1;
	n = select_all(sel, pg->html->doc, NULL, SELECTED_MAX, &found, NULL);
	if (n <= 0)
		return 0;
	*ret = xcalloc((size_t)n, sizeof(**ret));
	for (int i = 0; i < n; i++) {
		uint32_t at = page_node_of(pg, found[i]);

		if (at != 0 && pg->nodes[at].x == found[i])
			(*ret)[(*ret_count)++] = at;
	}
	return 0;
}

static int
apply_remove(struct page *pg, struct err *reterr)
{
	for (size_t s = 0; s < pg->opts->select_remove_count; s++) {
		CLEANUP(freep) uint32_t *at = NULL;
		size_t n;

		if (selected(pg, pg->opts->select_remove[s], &at, &n, reterr) < 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			for (uint32_t b = pg->nodes[at[i]].b0; b < pg->nodes[at[i]].b1; b++)
				pg->blocks[b].keep = false;
		}
	}
	return 0;
}

/* The body by the administrator's selector: all of it, but for headline, captions and what is removed. */
static int
apply_body(struct page *pg, bool *ret_done, struct err *reterr)
{
	CLEANUP(freep) uint32_t *at = NULL;
	size_t n;

	*ret_done = false;
	if (pg->opts->select_body == NULL)
		return 0;
	if (selected(pg, pg->opts->select_body, &at, &n, reterr) < 0)
		return -1;
	if (n == 0)
		return 0;	/* the page is of another kind: guess as for any page */
	for (size_t b = 0; b < pg->block_count; b++)
		pg->blocks[b].keep = false;
	for (size_t i = 0; i < n; i++)
		prune_mark_all(pg, at[i]);
	pg->body_node = n == 1 ? at[0] : 0;
	*ret_done = true;
	return 0;
}

static int
apply_line(struct page *pg, const char *selector, char **ret_line, uint32_t *ret_node, struct err *reterr)
{
	CLEANUP(freep) uint32_t *at = NULL;
	size_t n;

	*ret_line = NULL;
	if (selector == NULL)
		return 0;
	if (selected(pg, selector, &at, &n, reterr) < 0)
		return -1;
	if (n > 0) {
		*ret_line = page_node_line(pg, at[0]);
		*ret_node = at[0];
	}
	return 0;
}

static int
choose_title(struct page *pg, struct document *doc, struct err *reterr)
{
	CLEANUP(freep) char *line = NULL;
	uint32_t node = 0;

	if (apply_line(pg, pg->opts->select_title, &line, &node, reterr) < 0)
		return -1;
	title_choose(pg, doc);
	if (line != NULL && line[0] != '\0') {
		document_set_line(&doc->title, line, DOCUMENT_TITLE_MAX);
		pg->title_node = node;
		if (pg->nodes[node].b0 < pg->nodes[node].b1)
			pg->title_block = pg->nodes[node].b0;
	}
	return 0;
}

static int
choose_dates(struct page *pg, struct document *doc, struct err *reterr)
{
	CLEANUP(freep) char *line = NULL;
	uint32_t node = 0;
	struct doc_date d;
	size_t at, len;

	if (apply_line(pg, pg->opts->select_date, &line, &node, reterr) < 0)
		return -1;
	dates_choose(pg, doc);
	if (line != NULL && date_find(line, strlen(line), doc->language, &d, &at, &len) == 0) {
		d.source = DATE_FROM_SELECTOR;
		doc->published = d;
		document_set_line(&doc->dateline, line, 300);
	}
	return 0;
}

/* Kept text that is links, and how many kept blocks are little else: a list of documents is made of such. */
static void
count_rows(const struct page *pg, double *ret_share, unsigned *ret_rows, unsigned *ret_prose)
{
	double all = 0, linked = 0;

	*ret_rows = *ret_prose = 0;
	for (size_t i = 0; i < pg->block_count; i++) {
		const struct block *b = &pg->blocks[i];

		if (!b->keep)
			continue;
		all += b->chars;
		linked += b->link_chars;
		*ret_rows += b->links > 0 && b->link_chars * 2 > b->chars;
		*ret_prose += b->chars >= 200 && b->link_chars * 4 < b->chars;
	}
	*ret_share = all > 0 ? linked / all : 0;
}

static void
judge_kind(struct page *pg, struct document *doc)
{
	double density = pg->chars > 0 ? (double)pg->link_chars / pg->chars : 0, share;
	unsigned rows, prose;
	bool article = pg->ld.rank >= 8;

	count_rows(pg, &share, &rows, &prose);
	doc->listing = !article && prose < 3 && ((doc->words < THIN_WORDS && pg->nodes[0].links > 30) ||
	    (density > 0.5 && pg->nodes[0].links > 40 && doc->words < 150) ||
	    (pg->ld.list && density > 0.4 && doc->words < 150) || (rows >= 8 && share > 0.5));
	if (doc->listing && doc->published.source == DATE_FROM_VISIBLE && pg->dateline_score < 0)
		doc->published = (struct doc_date){ 0 };	/* the date of one of its rows */
	if (doc->text_state != TEXT_NONE || doc->trouble != NULL)
		return;
	if (doc->listing)
		doc->trouble = xstrdup("the page is a list of links, not a document");
	else if (pg->html->too_deep)
		doc->trouble = xstrdup("the page is nested too deeply to be read");
	else if (pg->block_count == 0)
		doc->trouble = xstrdup("the page holds no text (it may be built by a script)");
	else
		doc->trouble = xstrdup("no body text was found on the page");
}

/*
 * A page that a script builds may hold its whole text in JSON-LD alone: that text is taken when the tree has
 * little beside it.
 */
static void
rescue_from_jsonld(struct page *pg, struct document *doc)
{
	size_t n = pg->ld.body != NULL ? strlen(pg->ld.body) : 0, have = doc->text != NULL ? strlen(doc->text) : 0;

	if (n < RESCUE_MIN_BYTES || have * RESCUE_TIMES > n || pg->opts->select_body != NULL)
		return;
	CLEANUP(freep) char *plain = jsonld_plain(pg->ld.body, n);

	free(doc->text);
	doc->text = normal_text(plain, utf8_cut(plain, strlen(plain), DOCUMENT_TEXT_MAX));
	doc->words = doc->text != NULL ? (unsigned)unicode_word_count(doc->text, strlen(doc->text)) : 0;
	doc->text_state = doc->text != NULL && doc->text[0] != '\0' ? TEXT_FULL : TEXT_NONE;
	if (doc->text_state == TEXT_NONE) {
		free(doc->text);
		doc->text = NULL;
	}
}

int
extract_built(struct page *pg, struct document *doc, struct err *reterr)
{
	bool done;

	if (pg->node_count == 0)
		return err_set(reterr, ERR_INPUT, "the page holds no element");
	jsonld_read(pg, &pg->ld);
	features_prepare(pg);
	if (choose_title(pg, doc, reterr) < 0)
		return -1;
	overlap_description(pg);
	overlap_title(pg, doc->title);
	score_blocks(pg);
	score_choose(pg);
	score_context(pg);
	if (apply_body(pg, &done, reterr) < 0)
		return -1;
	if (!done)
		prune_blocks(pg);
	meta_declared_language(pg, doc);
	if (choose_dates(pg, doc, reterr) < 0 || apply_remove(pg, reterr) < 0)
		return -1;
	blocks_write(pg, doc);
	blocks_captions(pg, doc);
	rescue_from_jsonld(pg, doc);
	meta_read(pg, doc);
	judge_kind(pg, doc);
	return 0;
}

int
extract_page(const char *p, size_t n, const struct extract_opts *opts, struct document **ret_doc,
    struct err *reterr)
{
	CLEANUP(html_freep) struct html *html = NULL;
	CLEANUP(document_freep) struct document *doc = NULL;
	const char *kind = foreign_kind(p, n);
	struct page pg;
	int rc;

	if (kind != NULL)
		return err_set(reterr, ERR_INPUT, "not a page but %s", kind);
	if (type_is(opts->content_type, EXTRACT_PDF_WORDS)) {
		doc = new_document(opts);
		pdf_extract(p, n, opts, doc);
		*ret_doc = doc;
		doc = NULL;
		return 0;
	}
	if (type_is(opts->content_type, "text/plain"))
		return extract_plain(p, n, opts, ret_doc, reterr);
	if (html_parse(p, n, opts->content_type, opts->url, &html, reterr) < 0)
		return -1;
	page_init(&pg, html, opts);
	doc = new_document(opts);
	page_build(&pg);
	rc = extract_built(&pg, doc, reterr);
	page_done(&pg);
	if (rc < 0)
		return -1;
	*ret_doc = doc;
	doc = NULL;
	return 0;
}
