/* normal: one pass that cleans a line, a builder that parts the lines, and the comparison form. */
#include <stdbool.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/normal.h"
#include "base/banned.h"

#define LEVEL_MAX 8	/* deeper lists are shown at this depth */
#define MARKER_MAX 16	/* bytes of a list item's marker, "xviii." and the like */

enum kind {
	KIND_NONE = 0,
	KIND_PARAGRAPH,
	KIND_LINE,
	KIND_ITEM,
};

struct normal {
	struct buf out;
	struct buf line;	/* scratch */
	enum kind last;
};

/* Letters that ZWJ and ZWNJ shape: Hebrew to Mongolian, and emoji. Elsewhere the joiners are noise. */
static bool
is_joined(uint32_t c)
{
	return (c >= 0x590 && c <= 0x1cff) || (c >= 0x2190 && c <= 0x2bff) || c == 0xfe0f ||
	    c >= 0x1f000;
}

/* Characters without a form of their own: zero-width, soft hyphen, bidi marks, controls. */
static bool
is_noise(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	    (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) ||
	    (c >= 0xe0000 && c <= 0xe007f);
}

static bool
is_blank(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	    c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 ||
	    c == 0x2800;
}

/* Quotation marks and dashes as one kind each, for comparison; 0 when c is neither. */
static char
plain_mark(uint32_t c)
{
	if (c < 0x80)
		return c == '`' ? '\'' : 0;
	if (c == 0xab || c == 0xbb || (c >= 0x201c && c <= 0x201f) || c == 0x2033 || c == 0x2036 ||
	    (c >= 0x300c && c <= 0x300f) || (c >= 0x301d && c <= 0x301f) || c == 0xff02 ||
	    c == 0xff62 || c == 0xff63)
		return '"';
	if (c == 0xb4 || c == 0x2b9 || c == 0x2bb || c == 0x2bc || (c >= 0x2018 && c <= 0x201b) ||
	    c == 0x2032 || c == 0x2035 || c == 0x2039 || c == 0x203a || c == 0xff07)
		return '\'';
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x2e3a || c == 0x2e3b ||
	    c == 0xfe58 || c == 0xfe63 || c == 0xff0d)
		return '-';
	return 0;
}

static bool
is_plain(const char *s, size_t n, size_t i)
{
	return i < n && (unsigned char)s[i] > 0x20 && (unsigned char)s[i] < 0x7f && s[i] != '`';
}

/*
 * Bytes of the letter at s[i..n) when it is one of those that most texts beside ASCII consist of: Latin with marks (U+00C0 to
 * U+027F, U+1E00 to U+1EFF), kana, Han and Hangul (U+3040 to U+CFFF): none is a blank, noise or a mark.
 */
static size_t
letter(const char *s, size_t n, size_t i)
{
	const unsigned char *p = (const unsigned char *)s + i;

	if (p[0] >= 0xc3 && p[0] <= 0xc9)
		return n - i >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
	if (n - i < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
		return 0;
	return (p[0] >= 0xe4 && p[0] <= 0xec) || (p[0] == 0xe3 && p[1] >= 0x81) ||
	    (p[0] == 0xe1 && p[1] >= 0xb8 && p[1] <= 0xbb) ? 3 : 0;
}

/* Bytes of s[i..n) that stay as they are, whatever stands around them, single blanks among them: most of most texts. */
static size_t
plain_run(const char *s, size_t n, size_t i, bool *ret_marks)
{
	size_t from = i, len;

	while (i < n) {
		if (is_plain(s, n, i)) {
			i++;
		} else if (s[i] == ' ' && i > from && is_plain(s, n, i + 1)) {
			i += 2;
		} else if ((signed char)s[i] < 0 && (len = letter(s, n, i)) > 0) {
			i += len;
			*ret_marks |= len == 3;
		} else {
			break;
		}
	}
	return i - from;
}

/*
 * One line into out: blanks squeezed, noise dropped, malformed bytes as U+FFFD. Returns whether a
 * character was met that may not be in NFC. compare: joiners go too, marks are made of one kind.
 */
static bool
squeeze(struct buf *out, const char *s, size_t n, bool compare)
{
	size_t start = out->len;
	bool blank = false, marks = false;
	uint32_t prev = 0, joiner = 0;

	for (size_t i = 0; i < n;) {
		size_t run = plain_run(s, n, i, &marks);
		uint32_t c;
		char plain;

		if (run > 0) {
			if (blank && out->len > start)
				buf_addc(out, ' ');
			buf_add(out, s + i, run);
			i += run;
			prev = 'a';	/* like all of them nothing that joins */
			blank = false;
			joiner = 0;
			continue;
		}
		c = unicode_repair(utf8_next(s, n, &i));
		if (is_blank(c)) {
			blank = true;
			continue;
		}
		if ((c == 0x200c || c == 0x200d) && !compare && !blank && is_joined(prev)) {
			joiner = c;
			continue;
		}
		if (is_noise(c))
			continue;
		if (blank && out->len > start)
			buf_addc(out, ' ');
		else if (joiner != 0 && is_joined(c))
			utf8_put(out, joiner);
		blank = false;
		joiner = 0;
		if (compare && (plain = plain_mark(c)) != 0)
			c = (unsigned char)plain;
		if (c < 0x80)
			buf_addc(out, (char)c);
		else
			utf8_put(out, c);
		marks |= c >= 0x300;
		prev = c;
	}
	return marks;
}

/* Replace b's content from start on by its NFC. */
static void
compose(struct buf *b, size_t start)
{
	CLEANUP(freep) char *nfc = NULL;

	if (b->full || b->len == start)
		return;
	nfc = unicode_nfc(b->data + start, b->len - start);
	buf_cut(b, start);
	buf_adds(b, nfc);
}

/*
 * A clean line of s in b. NFC comes first because dropping looks at neighbours, and again because
 * what was dropped may have stood between a letter and its mark.
 */
static void
clean_line(struct buf *b, const char *s, size_t n, bool compare)
{
	size_t before;

	buf_clear(b);
	if (!squeeze(b, s, n, compare))
		return;
	for (int i = 0; i < 3; i++) {
		CLEANUP(freep) char *was = xmemdup(b->data, b->len);

		before = b->len;
		compose(b, 0);
		if (b->len == before && memcmp(was, b->data, before) == 0)
			break;
		free(was);
		was = buf_take(b, &before);
		squeeze(b, was, before, compare);
	}
}

struct normal *
normal_new(size_t max_bytes)
{
	struct normal *n = xcalloc(1, sizeof(*n));

	buf_init(&n->out, max_bytes);
	buf_init(&n->line, SIZE_MAX / 4);
	return n;
}

void
normal_free(struct normal *n)
{
	if (n == NULL)
		return;
	buf_done(&n->out);
	buf_done(&n->line);
	free(n);
}

int
normal_full(const struct normal *n)
{
	return n->out.full;
}

/* As much of n->line as the ceiling leaves room for, behind head; cut at a character. */
static void
put(struct normal *n, const char *parting, const char *head, enum kind kind)
{
	struct buf *b = &n->out;
	size_t lead = strlen(parting) + strlen(head), room;

	if (b->full)
		return;
	room = b->max > b->len ? b->max - b->len : 0;
	if (room <= lead) {
		b->full = true;
		return;
	}
	buf_adds(b, parting);
	buf_adds(b, head);
	if (n->line.len <= room - lead) {
		buf_add(b, n->line.data, n->line.len);
	} else {
		buf_add(b, n->line.data, utf8_cut(n->line.data, n->line.len, room - lead));
		b->full = true;
	}
	n->last = kind;
}

void
normal_paragraph(struct normal *n, const char *s, size_t len)
{
	clean_line(&n->line, s, len, false);
	if (n->line.len > 0)
		put(n, n->last == KIND_NONE ? "" : "\n\n", "", KIND_PARAGRAPH);
}

void
normal_line(struct normal *n, const char *s, size_t len)
{
	clean_line(&n->line, s, len, false);
	if (n->line.len > 0)
		put(n, n->last == KIND_NONE ? "" : "\n", "", KIND_LINE);
}

void
normal_item(struct normal *n, int level, const char *marker, const char *s, size_t len, int first)
{
	CLEANUP(freep) char *mark = NULL;
	char head[2 * LEVEL_MAX + 4 + MARKER_MAX + 8];
	const char *parting = "\n";

	if (level < 0)
		level = 0;
	if (level > LEVEL_MAX)
		level = LEVEL_MAX;
	if (marker != NULL) {
		mark = unicode_line(marker, strlen(marker));
		mark[utf8_cut(mark, strlen(mark), MARKER_MAX)] = '\0';
	}
	clean_line(&n->line, s, len, false);
	if (n->line.len == 0)
		return;
	if (n->last == KIND_NONE)
		parting = "";
	else if (n->last != KIND_ITEM || (first && level == 0))
		parting = "\n\n";
	snprintf(head, sizeof(head), "%*s%s ", 2 * (level + 1), "",
	    mark != NULL && *mark != '\0' ? mark : "\xe2\x80\xa2");
	put(n, parting, head, KIND_ITEM);
}

char *
normal_take(struct normal *n)
{
	n->last = KIND_NONE;
	if (n->out.len == 0) {
		n->out.full = false;
		return NULL;
	}
	buf_rtrim(&n->out);
	return buf_take(&n->out, NULL);
}

/* Length of a list marker at the start of a clean line, 0: none. "1." "12)" "(a)" "iv." "•" "-" */
static size_t
marker_len(const char *s, size_t n)
{
	size_t i = 0, word;
	bool open = n > 0 && s[0] == '(';

	if (n >= 4 && memcmp(s, "\xe2\x80\xa2 ", 4) == 0)
		return 3;
	if (n >= 2 && (s[0] == '-' || s[0] == '*') && s[1] == ' ')
		return 1;
	i = open;
	word = i;
	while (i < n && i < MARKER_MAX - 2 && ((s[i] >= '0' && s[i] <= '9') ||
	    (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
	    (s[i] == '.' && i > word && i + 1 < n && s[i + 1] != ' ')))
		i++;
	if (i == word || i + 1 >= n || s[i + 1] != ' ' || i - word > 7)
		return 0;
	return (s[i] == '.' && !open) || s[i] == ')' ? i + 1 : 0;
}

/* Blanks at the start of a raw line; a tab counts two, as one level of nesting. */
static size_t
indent_of(const char *s, size_t n)
{
	size_t width = 0;

	for (size_t i = 0; i < n && (s[i] == ' ' || s[i] == '\t'); i++)
		width += s[i] == '\t' ? 2 : 1;
	return width;
}

/* Bytes of the line at s[i..n) and of the end mark after it: CR LF, LF, CR, VT, FF, LS, PS. */
static size_t
line_end(const char *s, size_t n, size_t i, size_t *ret_mark)
{
	for (; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		*ret_mark = 1;
		if (c == '\n' || c == '\v' || c == '\f')
			return i;
		if (c == '\r') {
			*ret_mark = i + 1 < n && s[i + 1] == '\n' ? 2 : 1;
			return i;
		}
		*ret_mark = 3;
		if (c == 0xe2 && i + 2 < n && (unsigned char)s[i + 1] == 0x80 &&
		    ((unsigned char)s[i + 2] == 0xa8 || (unsigned char)s[i + 2] == 0xa9))
			return i;
	}
	*ret_mark = 0;
	return n;
}

/* One line of normal_text(); gap: an empty line stood before it. */
static void
text_line(struct normal *nb, const char *s, size_t len, bool gap)
{
	size_t indent = indent_of(s, len), mark;
	char marker[MARKER_MAX + 8];

	clean_line(&nb->line, s, len, false);
	mark = indent >= 2 ? marker_len(nb->line.data, nb->line.len) : 0;
	if (mark > 0) {
		CLEANUP(freep) char *rest = xmemdup(nb->line.data + mark, nb->line.len - mark);
		bool bullet = mark == 3 && nb->line.data[0] == '\xe2';
		size_t level = (indent - 2) / 2;

		bullet |= mark == 1;
		memcpy(marker, nb->line.data, mark);
		marker[mark] = '\0';
		if (level > LEVEL_MAX)
			level = LEVEL_MAX;
		if (gap || (nb->last != KIND_ITEM && nb->last != KIND_NONE))
			nb->last = KIND_PARAGRAPH;	/* an empty line before, at any level */
		normal_item(nb, (int)level, bullet ? NULL : marker, rest, strlen(rest), gap);
		return;
	}
	put(nb, nb->last == KIND_NONE ? "" : gap ? "\n\n" : "\n", "", KIND_LINE);
}

char *
normal_text(const char *s, size_t len)
{
	/* Cleaning may lengthen: a malformed byte becomes three, NFC at most three times. */
	struct normal *nb = normal_new(SIZE_MAX / 4);
	bool gap = false;
	char *text;

	for (size_t i = 0; i < len;) {
		size_t mark, end = line_end(s, len, i, &mark);

		clean_line(&nb->line, s + i, end - i, false);
		if (nb->line.len == 0) {
			gap = true;
		} else {
			text_line(nb, s + i, end - i, gap);
			gap = false;
		}
		i = end + mark;
		if (mark == 3 && (unsigned char)s[end + 2] == 0xa9)
			gap = true;	/* PARAGRAPH SEPARATOR says what it is */
	}
	text = normal_take(nb);
	normal_free(nb);
	return text != NULL ? text : xstrdup("");
}

char *
normal_compare(const char *s, size_t len)
{
	struct buf b = BUF_INIT(SIZE_MAX / 4);
	char *out;

	clean_line(&b, s, len, true);
	out = buf_take(&b, NULL);
	return out != NULL ? out : xstrdup("");
}
