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

/* Numbers in words, where they are no other word too; lower case. */
static const char *const number_words[] = {
	"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty", "thirty", "forty",
	"fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "millions", "billion", "billions",
	"trillion", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "zehn", "zwölf", "hundert", "tausend", "millionen",
	"milliarden", "deux", "trois", "quatre", "cinq", "dix", "douze", "vingt", "cent", "mille", "millions", "milliards",
	"dos", "tres", "cuatro", "cinco", "diez", "doce", "veinte", "cien", "mil", "millones", "två", "tre", "fyra", "fem",
	"tio", "tolv", "tjugo", "hundra", "tusen", "miljoner", "miljarder", "hai", "bốn", "mười", "trăm", "nghìn", "triệu", "tỷ",
	NULL,
};

/* Ends of the names of files; what is changed in one is an attachment. */
static const char *const file_ends[] = { ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".csv",
	".zip", NULL };

/* Titles that stand behind a name in scripts without capitals. */
static const char *const titles_behind[] = { "大臣", "首相", "大統領", "長官", "知事", "社長", "会長", "総裁", "氏", "总统", "總統",
	"部长", "部長", "主席", "总理", "總理", "先生", "女士", NULL };

struct bag {
	uint64_t *v;
	size_t n, cap;
	uint64_t place;		/* equal words of different places differ */
};

enum bag_kind { BAG_NUMBER, BAG_NAME, BAG_NEGATION, BAG_DATE, BAG_FILE, BAG_QUOTED, BAG_COUNT };

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
	b->v[b->n++] = digest_xxh64(s, n, b->place);
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

/* The word with its first letter in lower case: it may begin a sentence. */
static bool
is_one_of(const char *const *list, const char *word, size_t n)
{
	struct buf low = BUF_INIT(64);
	size_t i = 0;
	bool found = false;

	if (n > 24)
		return false;
	utf8_put(&low, (uint32_t)u_tolower((UChar32)utf8_next(word, n, &i)));
	buf_add(&low, word + i, n - i);
	for (size_t k = 0; list[k] != NULL && !found; k++)
		found = list[k][0] == low.data[0] && strcmp(low.data, list[k]) == 0;
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

/* "annex-2.pdf", or what stands beside its link: "(PDF, 200 KB)". */
static bool
is_file(const char *word, size_t n)
{
	for (size_t k = 0; file_ends[k] != NULL; k++) {
		size_t len = strlen(file_ends[k]);

		if ((n > len && strncasecmp(word + n - len, file_ends[k], len) == 0) ||
		    (n == len - 1 && strncasecmp(word, file_ends[k] + 1, n) == 0 && word[0] >= 'A' && word[0] <= 'Z'))
			return true;
	}
	return false;
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
	if (is_file(word, len))
		bag_add(&r->side->bags[BAG_FILE], word, len);
	else if (number || is_one_of(number_words, word, len))
		bag_add(&r->side->bags[BAG_NUMBER], word, len);
	else if (unicode_is_upper(first) && !r->sentence)
		bag_add(&r->side->bags[BAG_NAME], word, len);
	if (is_contracted(word, len) || is_one_of(negations, word, len))
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

enum script { SCRIPT_OTHER, SCRIPT_HAN, SCRIPT_KATAKANA, SCRIPT_NUMERAL };

static enum script
script_of(uint32_t c)
{
	static const uint32_t numerals[] = { 0x3007, 0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94, 0x516d, 0x4e03, 0x516b, 0x4e5d,
		0x5341, 0x767e, 0x5343, 0x4e07, 0x842c, 0x5104, 0x4ebf, 0x5146 };

	for (size_t i = 0; i < sizeof(numerals) / sizeof(numerals[0]); i++)
		if (c == numerals[i])
			return SCRIPT_NUMERAL;
	if ((c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc)
		return SCRIPT_KATAKANA;
	return c >= 0x4e00 && c <= 0x9fff ? SCRIPT_HAN : SCRIPT_OTHER;
}

static bool
bears_title(const char *s, size_t n)
{
	for (size_t i = 0; titles_behind[i] != NULL; i++)
		if (n > strlen(titles_behind[i]) && memmem(s + 3, n - 3, titles_behind[i], strlen(titles_behind[i])) != NULL)
			return true;
	return false;
}

/* Scripts without capitals: foreign names in katakana, names before a title, numbers of two numerals and more. */
static void
read_unspaced(struct side *side, const char *text, size_t n)
{
	size_t from = 0, end = 0;
	unsigned count = 0;
	enum script run = SCRIPT_OTHER;

	for (size_t i = 0; end < n;) {
		size_t at = i;
		enum script now = i < n ? script_of(utf8_next(text, n, &i)) : SCRIPT_OTHER;

		end = at;
		if (now == run && at < n) {
			count++;
			continue;
		}
		if (count >= 2 && (run == SCRIPT_NUMERAL || run == SCRIPT_KATAKANA ||
		    (run == SCRIPT_HAN && bears_title(text + from, at - from))))
			bag_add(&side->bags[run == SCRIPT_NUMERAL ? BAG_NUMBER : BAG_NAME], text + from, at - from);
		run = now;
		from = at;
		count = 1;
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
	read_unspaced(side, text, strlen(text));
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

static int
on_quoted(const char *word, size_t len, size_t offset, void *arg)
{
	bag_add(arg, word, len);
	return 0;
}

/*
 * Runs of one side in order: did a changed one stand in quotation marks? What is said there goes into a bag too: a sentence that
 * was written anew about an old quotation did not change the quotation.
 */
static bool
changed_in_quotation(struct side *side, const struct diff_block *b, enum diff_op op)
{
	struct buf quoted = BUF_INIT(TEXT_BUF_MAX);
	bool inside = false, changed = false;
	size_t runs = b->runs_count > 0 ? b->runs_count : 1;

	for (size_t k = 0; k < runs; k++) {
		const char *s = b->runs_count > 0 ? b->runs[k].text : b->text;
		enum diff_op run = b->runs_count > 0 ? b->runs[k].op : b->op;
		size_t n = strlen(s);

		if (run != DIFF_SAME && run != op)
			continue;
		for (size_t i = 0; i < n;) {
			size_t at = i;
			uint32_t c = utf8_next(s, n, &i);
			int mark = quote_mark(c);

			if (mark != 0)
				inside = mark == 2 ? !inside : mark == 1;
			if (inside)
				buf_add(&quoted, s + at, i - at);
			changed |= inside && mark == 0 && run == op && unicode_is_word(c);
		}
	}
	unicode_words(buf_str(&quoted), quoted.len, on_quoted, &side->bags[BAG_QUOTED]);
	buf_done(&quoted);
	return changed;
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

/*
 * at: which block of the diff. A "not" that went from one paragraph and another that came in the next are two changes, not none; so
 * are numbers that changed places. What went or came as a whole may stand elsewhere now.
 */
static void
read_block(struct side *gone, struct side *come, const struct diff_block *b, size_t at, bool *quoted)
{
	uint64_t place = b->op == DIFF_SAME ? at + 1 : 0;

	gone->bags[BAG_NUMBER].place = gone->bags[BAG_NEGATION].place = place;
	come->bags[BAG_NUMBER].place = come->bags[BAG_NEGATION].place = place;
	if (b->op != DIFF_INSERT) {
		read_side(gone, b, DIFF_DELETE);
		*quoted |= changed_in_quotation(gone, b, DIFF_DELETE);
	}
	if (b->op != DIFF_DELETE) {
		read_side(come, b, DIFF_INSERT);
		*quoted |= changed_in_quotation(come, b, DIFF_INSERT);
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
	    [BAG_NAME] = CHANGE_NAME, [BAG_NEGATION] = CHANGE_NEGATION, [BAG_DATE] = CHANGE_DATE,
	    [BAG_FILE] = CHANGE_ATTACHMENT,
	    [BAG_QUOTED] = CHANGE_QUOTATION };
	struct side gone = { .form = BUF_INIT(TEXT_BUF_MAX), .dateless = BUF_INIT(TEXT_BUF_MAX) };
	struct side come = { .form = BUF_INIT(TEXT_BUF_MAX), .dateless = BUF_INIT(TEXT_BUF_MAX) };
	unsigned kinds = 0;
	bool all = true, quoted = false;

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
			read_block(&gone, &come, b, i, &quoted);
		else
			all = false;
	}
	if (kinds != 0 && all && same_text(&gone.form, &come.form)) {
		kinds = (kinds & (CHANGE_TITLE | CHANGE_BODY)) | CHANGE_FORM_ONLY;
	} else if (kinds != 0) {
		for (size_t i = 0; i < BAG_COUNT; i++)
			if ((i != BAG_QUOTED || quoted) && bags_differ(&gone.bags[i], &come.bags[i]))
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
