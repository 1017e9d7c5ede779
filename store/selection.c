/*
 * selection: was the page edited, or is only another part of it taken for its text? A redesign puts other marks about the same
 * words, and what is body or furniture is judged anew. A paragraph that the page shows as often as before did not go or come: when that is so of
 * all that seems to have changed, the new reading is taken over, as that of a better extractor would be.
 */
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/diff.h"
#include "document/normal.h"
#include "store/store_int.h"
#include "base/banned.h"

#define CHANGES_MAX 200		/* paragraphs; each is looked for in both pages */
#define PAGE_MAX (16u << 20)

static int
on_word(const char *word, size_t len, size_t offset, void *arg)
{
	buf_add(arg, word, len);
	buf_addc(arg, ' ');
	return 0;
}

/* The words alone, each between blanks. Caller frees. */
static char *
words_of(const char *text)
{
	struct buf b = BUF_INIT(PAGE_MAX);

	buf_addc(&b, ' ');
	unicode_words(text, strlen(text), on_word, &b);
	return buf_take(&b, NULL);
}

static unsigned
times_in(const char *page, const char *words)
{
	unsigned n = 0;

	for (const char *at = page; (at = strstr(at, words)) != NULL; at++)
		n++;
	return n;
}

/* Does the page show that paragraph as often as before, and does it show it? Marks alone say nothing. */
static bool
stands_as_before(const char *old_page, const char *page, const char *paragraph)
{
	CLEANUP(freep) char *words = words_of(paragraph);
	unsigned before;

	if (words[1] == '\0')
		return true;
	before = times_in(old_page, words);
	return before > 0 && before == times_in(page, words);
}

/* The line as it was before a change inside it. Caller frees. */
static char *
line_before(const struct diff_block *b)
{
	struct buf line = BUF_INIT(PAGE_MAX);

	for (size_t k = 0; k < b->runs_count; k++)
		if (b->runs[k].op != DIFF_INSERT)
			buf_adds(&line, b->runs[k].text);
	buf_addc(&line, '\0');
	return buf_take(&line, NULL);
}

static bool
block_stands(const char *old_page, const char *page, const struct diff_block *b)
{
	CLEANUP(freep) char *before = NULL;

	if (b->runs_count == 0)
		return b->op == DIFF_SAME || stands_as_before(old_page, page, b->text);
	before = line_before(b);
	return stands_as_before(old_page, page, before) && stands_as_before(old_page, page, b->text);
}

static bool
same_title(const char *a, const char *b)
{
	CLEANUP(freep) char *x = normal_compare(a != NULL ? a : "", a != NULL ? strlen(a) : 0);
	CLEANUP(freep) char *y = normal_compare(b != NULL ? b : "", b != NULL ? strlen(b) : 0);

	return strcmp(x, y) == 0;
}

bool
store_only_selected(const struct put_ctx *p, const struct doc_row *old)
{
	CLEANUP(diff_freep) struct diff *d = NULL;
	CLEANUP(freep) char *old_page = NULL, *page = NULL;
	size_t changes = 0;
	bool stands = true;

	if (p->put->old_page == NULL || p->put->new_page == NULL || old->text == NULL || p->text == NULL ||
	    !same_title(old->title, p->title))
		return false;
	old_page = words_of(p->put->old_page);
	page = words_of(p->put->new_page);
	d = diff_texts(old->text, p->text);
	for (size_t i = 0; i < d->blocks_count && stands; i++) {
		const struct diff_block *b = &d->blocks[i];

		if (b->op != DIFF_SAME || b->runs_count > 0)
			stands = ++changes <= CHANGES_MAX && block_stands(old_page, page, b);
	}
	return stands;
}
