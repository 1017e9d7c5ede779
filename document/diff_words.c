/* diff_words: words of a line, where its sentences begin, and how alike two lines are. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "document/diff_int.h"
#include "base/banned.h"

/* Words before a full stop that ends no sentence; as written. Letters alone and figures of one or two digits are none either. */
static const char *const abbreviations[] = { "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "No", "Nos", "Nr", "Art", "Gen", "Sen", "Rep",
	"Gov", "Lt", "Col", "Capt", "Sgt", "Hon", "Jr", "Sr", "vs", "Inc", "Ltd", "Co", "Corp", "Sec", "Fig", "Abs", "bzw", "ca", "Mio",
	"Mrd", "Mme", "Sra", "Ing", "TP", "TS", NULL };

struct cutter {
	struct diff_words *w;
	size_t cap;
};

static int
on_word(const char *word, size_t len, size_t offset, void *arg)
{
	struct cutter *c = arg;
	struct diff_words *w = c->w;

	if (w->count >= c->cap) {
		c->cap = c->cap * 2 + 32;
		w->name = xreallocarray(w->name, c->cap, sizeof(*w->name));
		w->begin = xreallocarray(w->begin, c->cap, sizeof(*w->begin));
		w->end = xreallocarray(w->end, c->cap, sizeof(*w->end));
	}
	w->begin[w->count] = (uint32_t)offset;
	w->end[w->count++] = (uint32_t)(offset + len);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void
diff_words_cut(struct diff_names *names, const char *s, struct diff_words *ret)
{
	struct cutter c = { .w = ret };

	memset(ret, 0, sizeof(*ret));
	ret->s = s;
	ret->len = strlen(s);
	unicode_words(s, ret->len, on_word, &c);
	for (size_t i = 0; i < ret->count; i++)
		ret->name[i] = diff_name(names, s + ret->begin[i], ret->end[i] - ret->begin[i]);
	ret->bag = xmemdup(ret->name, ret->count * sizeof(*ret->bag));
	if (ret->count > 0)
		qsort(ret->bag, ret->count, sizeof(*ret->bag), by_name);
}

void
diff_words_done(struct diff_words *w)
{
	free(w->name);
	free(w->bag);
	free(w->begin);
	free(w->end);
	free(w->starts);
	memset(w, 0, sizeof(*w));
}

static double
bags_alike(const uint32_t *x, size_t nx, const uint32_t *y, size_t ny)
{
	size_t i = 0, j = 0, both = 0;

	while (i < nx && j < ny) {
		if (x[i] < y[j])
			i++;
		else if (x[i] > y[j])
			j++;
		else
			both++, i++, j++;
	}
	return 2.0 * (double)both / (double)(nx + ny + 1);
}

double
diff_words_alike(const struct diff_words *a, const struct diff_words *b)
{
	return bags_alike(a->bag, a->count, b->bag, b->count);
}

double
diff_words_part_alike(const struct diff_words *a, size_t i, size_t i_end, const struct diff_words *b, size_t j,
    size_t j_end)
{
	uint32_t *x = xmemdup(a->name + i, (i_end - i) * sizeof(*x)), *y = xmemdup(b->name + j, (j_end - j) * sizeof(*y));
	double alike;

	qsort(x, i_end - i, sizeof(*x), by_name);
	qsort(y, j_end - j, sizeof(*y), by_name);
	alike = bags_alike(x, i_end - i, y, j_end - j);
	free(x);
	free(y);
	return alike;
}

/* ---- sentences ---- */

static bool
ends_no_sentence(const char *word, size_t n)
{
	size_t i = 0, letters = utf8_count(word, n);
	bool digits = true;

	if (memchr(word, '.', n) != NULL || letters == 1)
		return true;	/* U.S., J. */
	for (i = 0; i < n && digits;)
		digits = unicode_is_digit(utf8_next(word, n, &i));
	if (digits)
		return letters <= 2;	/* 3. März */
	for (i = 0; abbreviations[i] != NULL; i++)
		if (strlen(abbreviations[i]) == n && memcmp(abbreviations[i], word, n) == 0)
			return true;
	return false;
}

/* The marks and blanks between two words: stop has been seen, and where the next sentence's own text begins. */
struct parting {
	bool stop, wide;	/* wide: a mark of a script that puts no blank behind it */
	bool dot;		/* the stop is a full stop, which may be an abbreviation's */
	bool blank;		/* after the stop; without a stop: any */
	bool line;
	size_t next;		/* bytes of the parting that belong to the sentence before */
};

static void
read_parting(const char *s, size_t n, struct parting *p)
{
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < n;) {
		uint32_t c = utf8_next(s, n, &i);

		if (c == '.' || c == '!' || c == '?' || c == 0x2026 || c == 0x61f || c == 0x6d4 || c == 0x964) {
			p->stop = true;
			p->dot = c == '.';
			p->blank = false;
			p->next = i;
		} else if (c == 0x3002 || c == 0xff01 || c == 0xff1f || c == 0xff0e || c == 0xff61) {
			p->stop = p->wide = true;
			p->next = i;
		} else if (unicode_is_space(c)) {
			p->line |= c == '\n';
			p->blank = true;
			p->next = i;
		} else if (p->wide && (c == 0x300d || c == 0x300f || c == 0xff09 || c == 0x201d))
			p->next = i;	/* closes what the sentence opened */
	}
}

static bool
is_thai(uint32_t c)
{
	return c >= 0xe00 && c <= 0xeff;	/* Lao too: phrases are parted by blanks, sentences by nothing else */
}

/* Does the word at begin start a sentence, after the word that ended at end? */
static bool
starts_sentence(const char *s, size_t len, size_t word, size_t end, size_t begin, struct parting *p)
{
	size_t i = begin, last = word, at;
	uint32_t first = utf8_next(s, len, &i), before = 0;

	read_parting(s + end, begin - end, p);
	if (p->line || p->wide)
		return true;
	if (!p->blank)
		return false;
	if (p->stop)	/* a small letter goes on: "approx. ten", "...and so on" */
		return (unicode_is_upper(first) || unicode_is_digit(first) || unicode_is_unspaced(first) || first >= 0x590) &&
		    !(p->dot && ends_no_sentence(s + word, end - word));
	while (last < end) {
		at = last;
		before = utf8_next(s, end, &last);
		if (!unicode_is_word(before) && at > word)
			break;
	}
	return is_thai(first) && is_thai(before);
}

void
diff_words_sentences(struct diff_words *w)
{
	struct parting p;

	if (w->starts != NULL)
		return;
	w->starts = xcalloc(w->count + 1, sizeof(*w->starts));
	for (size_t i = 1; i < w->count; i++)
		if (starts_sentence(w->s, w->len, w->begin[i - 1], w->end[i - 1], w->begin[i], &p))
			w->starts[i] = w->end[i - 1] + (uint32_t)p.next;
}
