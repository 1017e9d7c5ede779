/*
 * diff_kinds: what an edit touched. The words that went and those that came are put in two bags by
 * kind; a kind is changed when its bags differ, so a paragraph that only moved changes nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/dates.h"
#include "document/diff.h"
#include "document/normal.h"
#include "base/banned.h"

#define TEXT_BUF_MAX (8u << 20)
#define READ_MAX (512u << 10)	/* bytes of changed text a side that are judged */
#define DATES_MAX 64		/* dates of one changed paragraph that are looked at */

/*
 * Words that turn a sentence round, as written in lower case. Short words that mean something
 * else in another language (Finnish "en", Romanian "nu") are left out: the bit is a warning.
 */
static const char *const negations[] = {
	"not", "no", "never", "none", "nor", "neither", "cannot", "without", "nobody", "nothing",
	"nicht", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nie", "niemals", "ohne",
	"weder", "nichts", "niemand", "ne", "pas", "jamais", "aucun", "aucune", "sans", "nunca",
	"jamás", "ningún", "ninguna", "ninguno", "sin", "nada", "non", "nessun", "nessuna", "nessuno",
	"senza", "não", "nenhum", "nenhuma", "sem", "niet", "geen", "nooit", "zonder", "inte",
	"ingen", "inget", "inga", "aldrig", "utan", "ikke", "intet", "aldri", "uten", "uden", "żaden",
	"żadna", "żadne", "bez", "nigdy", "nikdy", "není", "nejsou", "nebude", "žádný", "žádná",
	"не", "ни", "нет", "нельзя", "никогда", "без", "ні", "немає", "ніколи", "không", "chưa",
	"chẳng", "đừng", "nem", "nincs", "soha", "ei", "eivät", "δεν", "μη", "μην", "ποτέ", "değil",
	"yok", "لا", "لم", "لن", "ليس", "ليست", "غير", "دون", "לא", "אין", "בלי", "tidak", "bukan",
	"belum", "tanpa", "hindi", "нема", "няма", "nici", "नहीं", NULL,
};

/* The same in scripts without blanks, found as a part of the text. */
static const char *const negation_parts[] = {
	"ない", "なかっ", "ません", "ず、", "ぬ", "無", "非", "未", "不", "没", "沒", "否", "勿", "무", "않",
	"없", "아니", "못", "ไม่", "มิได้", NULL,
};

struct bag {
	uint64_t *v;
	size_t n, cap;
};

enum bag_kind { BAG_NUMBER, BAG_NAME, BAG_NEGATION, BAG_DATE, BAG_COUNT };

struct side {			/* all that went, or all that came */
	struct bag bags[BAG_COUNT];
	size_t read;		/* bytes looked at */
	struct buf form;	/* words alone, in order: equal when only form changed */
	struct buf dateless;	/* the same without dates */
};

static void
bag_add(struct bag *b, const char *s, size_t n)
{
	b->v = xgrow(b->v, &b->cap, b->n + 1, sizeof(*b->v));
	b->v[b->n++] = digest_xxh64(s, n, 0);
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
bags_differ(struct bag *a, struct bag *b)
{
	if (a->n != b->n)
		return true;
	if (a->n == 0)
		return false;
	qsort(a->v, a->n, sizeof(*a->v), by_value);
	qsort(b->v, b->n, sizeof(*b->v), by_value);
	return memcmp(a->v, b->v, a->n * sizeof(*a->v)) != 0;
}

/* The word with its first letter in lower case: negations begin sentences. */
static bool
is_negation(const char *word, size_t n)
{
	struct buf low = BUF_INIT(64);
	size_t i = 0;
	bool found = false;

	if (n > 24)
		return false;
	utf8_put(&low, (uint32_t)u_tolower((UChar32)utf8_next(word, n, &i)));
	buf_add(&low, word + i, n - i);
	for (size_t k = 0; negations[k] != NULL && !found; k++)
		found = negations[k][0] == low.data[0] && strcmp(low.data, negations[k]) == 0;
	buf_done(&low);
	return found;
}

/* "don't", "can’t": the t behind the apostrophe. */
static bool
is_contracted(const char *word, size_t n)
{
	return n > 3 && ((memcmp(word + n - 3, "n't", 3) == 0) ||
	    (n > 5 && memcmp(word + n - 5, "n\xe2\x80\x99t", 5) == 0));
}

struct reader {
	struct side *side;
	const char *text;
	bool sentence;		/* the next word begins one: its capital says nothing */
	size_t end;		/* of the word before */
};

static bool
ends_sentence(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c = utf8_next(s, n, &i);

		if (c == '.' || c == '!' || c == '?' || c == ':' || c == '\n' || c == 0x3002 ||
		    c == 0x2022)
			return true;
	}
	return false;
}

static int
on_word(const char *word, size_t len, size_t offset, void *arg)
{
	struct reader *r = arg;
	bool number = false;
	size_t i = 0;
	uint32_t first;

	r->sentence |= ends_sentence(r->text + r->end, offset - r->end);
	first = utf8_next(word, len, &i);
	for (i = 0; i < len && !number;)
		number = unicode_is_digit(utf8_next(word, len, &i));
	if (number)
		bag_add(&r->side->bags[BAG_NUMBER], word, len);
	else if (unicode_is_upper(first) && !r->sentence)
		bag_add(&r->side->bags[BAG_NAME], word, len);
	if (is_contracted(word, len) || is_negation(word, len))
		bag_add(&r->side->bags[BAG_NEGATION], word, len < 2 ? len : 2);
	r->sentence = false;
	r->end = offset + len;
	return 0;
}

static void
read_negation_parts(struct side *side, const char *text)
{
	const char *p = text;

	while (*p != '\0' && (unsigned char)*p < 0xe0)
		p++;
	if (*p == '\0')
		return;		/* none of those scripts */
	for (size_t i = 0; negation_parts[i] != NULL; i++) {
		size_t n = strlen(negation_parts[i]);

		for (p = text; (p = strstr(p, negation_parts[i])) != NULL; p += n)
			bag_add(&side->bags[BAG_NEGATION], p, n);
	}
}

/* Words of s parted by one blank; marks stay between digits: 1.5 is not 15. */
static void
add_form(struct buf *out, const char *s, size_t n)
{
	bool parted = out->len > 0, digit = false;

	for (size_t i = 0; i < n;) {
		size_t at = i;
		uint32_t c = utf8_next(s, n, &i);

		if (unicode_is_word(c)) {
			if ((parted || unicode_is_unspaced(c)) && out->len > 0 &&
			    out->data[out->len - 1] != ' ' && out->data[out->len - 1] != '\n')
				buf_addc(out, ' ');
			buf_add(out, s + at, i - at);
			parted = unicode_is_unspaced(c);
			digit = unicode_is_digit(c);
			continue;
		}
		if (digit && (c == '.' || c == ',' || c == '/' || c == '-' || c == ':') && i < n &&
		    s[i] >= '0' && s[i] <= '9')
			buf_addc(out, (char)c);
		else
			parted = true;
		digit = false;
	}
}

/* Dates of a changed paragraph: into the bag, and out of the dateless form. */
static void
read_dates(struct side *side, const char *text)
{
	size_t n = strlen(text), from = 0;

	for (int i = 0; i < DATES_MAX; i++) {
		struct doc_date d;
		size_t begin, len;
		char iso[DATE_ISO_MAX];

		if (date_find_yearless(text + from, n - from, NULL, 0, 0, &d, &begin, &len) < 0 ||
		    len == 0)
			break;
		date_iso(&d, iso);
		bag_add(&side->bags[BAG_DATE], iso, strlen(iso));
		add_form(&side->dateless, text + from, begin);
		from += begin + len;
	}
	add_form(&side->dateless, text + from, n - from);
}

/* What one side says in a changed paragraph: the words of the runs, dates of the whole line. */
static void
read_side(struct side *side, const struct diff_block *b, enum diff_op op)
{
	struct buf whole = BUF_INIT(TEXT_BUF_MAX);
	struct reader r = { .side = side, .sentence = true };
	const char *text = b->text;

	if (b->runs_count > 0) {
		for (size_t i = 0; i < b->runs_count; i++)
			if (b->runs[i].op == DIFF_SAME || b->runs[i].op == op)
				buf_adds(&whole, b->runs[i].text);
		text = buf_str(&whole);
	}
	r.text = text;
	side->read += strlen(text);
	unicode_words(text, strlen(text), on_word, &r);
	read_negation_parts(side, text);
	read_dates(side, text);
	add_form(&side->form, text, strlen(text));
	buf_done(&whole);
}

/* +1: c opens a quotation, -1: it closes one, 2: either. */
static int
quote_mark(uint32_t c)
{
	switch (c) {
	case 0x201c: case 0xab: case 0x201e: case 0x300c: case 0x300e: case 0xff62:
		return 1;
	case 0x201d: case 0xbb: case 0x300d: case 0x300f: case 0xff63:
		return -1;
	case '"': case 0xff02:
		return 2;
	default:
		return 0;
	}
}

/* Runs of one side in order: did a changed one stand in quotation marks? */
static bool
changed_in_quotation(const struct diff_block *b, enum diff_op op)
{
	bool inside = false;
	size_t runs = b->runs_count > 0 ? b->runs_count : 1;

	for (size_t k = 0; k < runs; k++) {
		const char *s = b->runs_count > 0 ? b->runs[k].text : b->text;
		enum diff_op run = b->runs_count > 0 ? b->runs[k].op : b->op;
		size_t n = strlen(s);

		if (run != DIFF_SAME && run != op)
			continue;
		for (size_t i = 0; i < n;) {
			uint32_t c = utf8_next(s, n, &i);
			int mark = quote_mark(c);

			if (mark != 0)
				inside = mark == 2 ? !inside : mark == 1;
			else if (inside && run == op && unicode_is_word(c))
				return true;
		}
	}
	return false;
}

static bool
same_text(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && !a->full && !b->full &&
	    (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static bool
titles_differ(const char *a, const char *b)
{
	CLEANUP(freep) char *x = normal_compare(a != NULL ? a : "", a != NULL ? strlen(a) : 0);
	CLEANUP(freep) char *y = normal_compare(b != NULL ? b : "", b != NULL ? strlen(b) : 0);

	return strcmp(x, y) != 0;
}

static void
read_block(struct side *gone, struct side *come, const struct diff_block *b, unsigned *kinds)
{
	if (b->op != DIFF_INSERT) {
		read_side(gone, b, DIFF_DELETE);
		if (changed_in_quotation(b, DIFF_DELETE))
			*kinds |= CHANGE_QUOTATION;
	}
	if (b->op != DIFF_DELETE) {
		read_side(come, b, DIFF_INSERT);
		if (changed_in_quotation(b, DIFF_INSERT))
			*kinds |= CHANGE_QUOTATION;
	}
}

static void
read_title(struct side *side, const char *title)
{
	struct diff_block b = { .op = DIFF_SAME, .text = (char *)(title != NULL ? title : "") };

	read_side(side, &b, DIFF_SAME);
}

/* Where an unchanged paragraph stands, so that words which moved across it are no form. */
static void
add_parting(struct side *side)
{
	if (side->form.len == 0 || side->form.data[side->form.len - 1] != '\n')
		buf_addc(&side->form, '\n');
	if (side->dateless.len == 0 || side->dateless.data[side->dateless.len - 1] != '\n')
		buf_addc(&side->dateless, '\n');
}

unsigned
diff_kinds(const struct diff *d, const char *old_title, const char *new_title)
{
	static const unsigned bits[BAG_COUNT] = { [BAG_NUMBER] = CHANGE_NUMBER,
	    [BAG_NAME] = CHANGE_NAME, [BAG_NEGATION] = CHANGE_NEGATION, [BAG_DATE] = CHANGE_DATE };
	struct side gone = { .form = BUF_INIT(TEXT_BUF_MAX), .dateless = BUF_INIT(TEXT_BUF_MAX) };
	struct side come = { .form = BUF_INIT(TEXT_BUF_MAX), .dateless = BUF_INIT(TEXT_BUF_MAX) };
	unsigned kinds = 0;
	bool all = true;

	if (titles_differ(old_title, new_title)) {
		kinds |= CHANGE_TITLE;
		read_title(&gone, old_title);
		read_title(&come, new_title);
	}
	for (size_t i = 0; i < d->blocks_count; i++) {
		const struct diff_block *b = &d->blocks[i];

		if (b->op == DIFF_SAME && b->runs_count == 0) {
			add_parting(&gone);
			add_parting(&come);
			continue;
		}
		kinds |= CHANGE_BODY;
		if (gone.read < READ_MAX && come.read < READ_MAX)
			read_block(&gone, &come, b, &kinds);
		else
			all = false;
	}
	if (kinds != 0 && all && same_text(&gone.form, &come.form)) {
		kinds = (kinds & (CHANGE_TITLE | CHANGE_BODY)) | CHANGE_FORM_ONLY;
	} else if (kinds != 0) {
		for (size_t i = 0; i < BAG_COUNT; i++)
			if (bags_differ(&gone.bags[i], &come.bags[i]))
				kinds |= bits[i];
		if ((kinds & CHANGE_DATE) != 0 && all && same_text(&gone.dateless, &come.dateless))
			kinds |= CHANGE_DATE_ONLY;
	}
	for (size_t i = 0; i < BAG_COUNT; i++) {
		free(gone.bags[i].v);
		free(come.bags[i].v);
	}
	buf_done(&gone.form);
	buf_done(&gone.dateless);
	buf_done(&come.form);
	buf_done(&come.dateless);
	return kinds;
}
