#include "document/tie.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/diff.h"
#include "document/fingerprint.h"
#include "base/banned.h"

#define SURE_LIKENESS 0.8	/* from here on headlines may be as they like, elsewhere */
#define FURNITURE_LIKENESS 0.9
#define NUMBERS_FEW 3		/* fewer say nothing */
#define NUMBERS_MANY 6
#define SWAPS_MAX 1		/* a number that was put in the place of another: the day in a dateline */
#define PHONE_DIGITS 7
#define READ_MAX (256u << 10)	/* bytes of a text whose numbers are compared */

enum word_class { WORD_PLAIN, WORD_NAME, WORD_NUMBER };

struct word {
	uint64_t hash;		/* of its folded form */
	enum word_class class;
};

struct words {
	struct word *v;
	size_t n, cap;
	bool numbers_only;
};

static void
words_done(struct words *w)
{
	free(w->v);
}

static enum word_class
class_of(const char *word, size_t len, bool first)
{
	size_t i = 0;
	bool upper = unicode_is_upper(utf8_next(word, len, &i));

	for (i = 0; i < len;)
		if (unicode_is_digit(utf8_next(word, len, &i)))
			return WORD_NUMBER;
	return upper && !first ? WORD_NAME : WORD_PLAIN;
}

static int
on_word(const char *word, size_t len, size_t offset, void *arg)
{
	struct words *w = arg;
	enum word_class class = class_of(word, len, offset == 0);
	CLEANUP(freep) char *folded = NULL;

	if (w->numbers_only && class != WORD_NUMBER)
		return 0;
	folded = unicode_fold(word, len);
	w->v = xgrow(w->v, &w->cap, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = (struct word){ digest_xxh64(folded, strlen(folded), 0), class };
	return 0;
}

static int
by_hash(const void *va, const void *vb)
{
	const struct word *a = va, *b = vb;

	return (a->hash > b->hash) - (a->hash < b->hash);
}

static void
words_sort(struct words *w)
{
	size_t kept = 0;

	if (w->n > 1)
		qsort(w->v, w->n, sizeof(*w->v), by_hash);
	for (size_t i = 0; i < w->n; i++)
		if (kept == 0 || w->v[kept - 1].hash != w->v[i].hash)
			w->v[kept++] = w->v[i];
	w->n = kept;
}

/* Walks two sorted sets; what only one has is counted by its class. */
static size_t
words_common(const struct words *a, const struct words *b, size_t only_a[3], size_t only_b[3])
{
	size_t i = 0, k = 0, both = 0;

	while (i < a->n || k < b->n) {
		if (k == b->n || (i < a->n && a->v[i].hash < b->v[k].hash)) {
			only_a[a->v[i++].class]++;
		} else if (i == a->n || b->v[k].hash < a->v[i].hash) {
			only_b[b->v[k++].class]++;
		} else {
			both++;
			i++;
			k++;
		}
	}
	return both;
}

/* An address for questions: mail, web, telephone. Its numbers are not those of the news. */
static bool
is_contact(const char *line, size_t n)
{
	unsigned digits = 0;

	if (memchr(line, '@', n) != NULL || memmem(line, n, "://", 3) != NULL)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (line[i] >= '0' && line[i] <= '9')
			digits++;
		else if (strchr(" -/()+", line[i]) == NULL)
			digits = 0;
		if (digits >= PHONE_DIGITS)
			return true;
	}
	return false;
}

static void
read_numbers(const char *text, struct words *ret)
{
	size_t n = strnlen(text, READ_MAX), from = 0, len;

	ret->numbers_only = true;
	for (; from < n; from += len + 1) {
		const char *end = memchr(text + from, '\n', n - from);

		len = end != NULL ? (size_t)(end - text) - from : n - from;
		if (!is_contact(text + from, len))
			(void)unicode_words(text + from, len, on_word, ret);
	}
	words_sort(ret);
}

static bool
numbers_are_others(const char *a, const char *b)
{
	CLEANUP(words_done) struct words x = { 0 };
	CLEANUP(words_done) struct words y = { 0 };
	size_t only_x[3] = { 0 }, only_y[3] = { 0 }, both, fewer;

	read_numbers(a, &x);
	read_numbers(b, &y);
	both = words_common(&x, &y, only_x, only_y);
	fewer = x.n < y.n ? x.n : y.n;
	if (fewer < NUMBERS_FEW)
		return false;
	return fewer < NUMBERS_MANY ? both * 2 < fewer : both * 10 < fewer * 7;
}

/* Numbers that stand exactly where the other text has other numbers. */
static unsigned
count_swaps(const struct diff *d)
{
	unsigned swaps = 0;

	for (size_t i = 0; i < d->blocks_count; i++) {
		const struct diff_block *b = &d->blocks[i];

		if (b->runs_count == 0 || is_contact(b->text, strlen(b->text)))
			continue;
		for (size_t k = 0; k + 1 < b->runs_count; k++) {
			CLEANUP(words_done) struct words x = { .numbers_only = true };
			CLEANUP(words_done) struct words y = { .numbers_only = true };
			size_t only_x[3] = { 0 }, only_y[3] = { 0 };

			if (b->runs[k].op == DIFF_SAME || b->runs[k + 1].op == DIFF_SAME ||
			    b->runs[k].op == b->runs[k + 1].op)
				continue;
			(void)unicode_words(b->runs[k].text, strlen(b->runs[k].text), on_word, &x);
			(void)unicode_words(b->runs[k + 1].text, strlen(b->runs[k + 1].text), on_word, &y);
			words_sort(&x);
			words_sort(&y);
			(void)words_common(&x, &y, only_x, only_y);
			swaps += only_x[WORD_NUMBER] > 0 && only_y[WORD_NUMBER] > 0;
		}
	}
	return swaps;
}

/* Two headlines of one pattern with other names or numbers in it. */
static bool
titles_are_a_form(const char *a, const char *b)
{
	CLEANUP(words_done) struct words x = { 0 };
	CLEANUP(words_done) struct words y = { 0 };
	size_t only_x[3] = { 0 }, only_y[3] = { 0 }, both, fewer;

	if (a == NULL || b == NULL)
		return false;
	(void)unicode_words(a, strlen(a), on_word, &x);
	(void)unicode_words(b, strlen(b), on_word, &y);
	words_sort(&x);
	words_sort(&y);
	both = words_common(&x, &y, only_x, only_y);
	fewer = x.n < y.n ? x.n : y.n;
	if (both * 2 < fewer)
		return false;
	return (only_x[WORD_NUMBER] > 0 && only_y[WORD_NUMBER] > 0) ||
	    (only_x[WORD_NAME] > 0 && only_y[WORD_NAME] > 0);
}

static bool
same_title(const char *a, const char *b)
{
	return a != NULL && b != NULL && fingerprint_exact(a, "") == fingerprint_exact(b, "");
}

static bool
is_form(const struct tie_text *a, const struct tie_text *b, double likeness, bool same_site)
{
	CLEANUP(diff_freep) struct diff *d = NULL;
	unsigned swaps;

	if (numbers_are_others(a->text, b->text))
		return true;
	if (titles_are_a_form(a->title, b->title) && (same_site || likeness < SURE_LIKENESS))
		return true;
	d = diff_texts(a->text, b->text);
	swaps = count_swaps(d);
	if (!same_site)
		return swaps > SWAPS_MAX;
	if (swaps > 0)
		return true;
	if (same_title(a->title, b->title))
		return false;
	return likeness < FURNITURE_LIKENESS || (diff_kinds(d, NULL, NULL) &
	    (CHANGE_NUMBER | CHANGE_NAME | CHANGE_NEGATION)) != 0;
}

enum tie
tie_judge(const struct tie_text *a, const struct tie_text *b, double likeness, bool same_site)
{
	if (a->text == NULL || b->text == NULL || likeness < TIE_EVENT_LIKENESS)
		return TIE_NONE;
	if (likeness >= 1 && fingerprint_exact(NULL, a->text) == fingerprint_exact(NULL, b->text))
		return TIE_EXACT;
	if (is_form(a, b, likeness, same_site))
		return TIE_FORM;
	return likeness >= TIE_NEAR_LIKENESS ? TIE_NEAR : TIE_EVENT;
}

const char *
tie_name(enum tie tie)
{
	static const char *const names[TIE_COUNT] = { "none", "form", "event", "near", "exact" };

	return tie < TIE_COUNT ? names[tie] : names[TIE_NONE];
}
