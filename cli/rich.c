/* rich: a paragraph whose words differ in style, wrapped as one. */
#include <string.h>
#include "base/unicode.h"
#include "cli/out_int.h"
#include "base/banned.h"

/* No filtered text holds U+0001, so it can mark a change of style: the digit of the new one follows. */
#define MARK '\001'

void
rich_add(struct buf *b, enum style style, const char *s)
{
	rich_addn(b, style, s, s != NULL ? strlen(s) : 0);
}

void
rich_addn(struct buf *b, enum style style, const char *s, size_t n)
{
	if (n == 0)
		return;
	buf_addc(b, MARK);
	buf_addc(b, (char)('0' + style));
	out_filter_line(b, s, n);
}

struct rich { struct out *o; enum style style; int column, left, width; };

static void
turn(struct rich *r, enum style style)
{
	if (style == r->style)
		return;
	if (r->style != STYLE_PLAIN)
		out_end(r->o, r->style);
	out_begin(r->o, style);
	r->style = style;
}

static void
new_line(struct rich *r)
{
	enum style style = r->style;

	turn(r, STYLE_PLAIN);
	fprintf(r->o->f, "\n%*s", r->left, "");
	turn(r, style);
	r->column = r->left;
}

/* The bytes of s[0..n) up to the next place where a line may end, and the columns they take. */
static size_t
word(const char *s, size_t n, int *ret_width)
{
	size_t i = 0, at;
	uint32_t c;

	*ret_width = 0;
	while (i < n) {
		if (s[i] == MARK) {
			i += 2;
			continue;
		}
		at = i;
		c = utf8_next(s, n, &i);
		if (c == ' ')
			return at;
		*ret_width += utf8_width(s + at, i - at);
		if (unicode_is_unspaced(c))
			return i;
	}
	return n;
}

/* A word, broken where it alone is wider than a line. */
static void
put_word(struct rich *r, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t at = i;
		int w;

		if (s[i] == MARK) {
			turn(r, (enum style)(s[i + 1] - '0'));
			i += 2;
			continue;
		}
		utf8_next(s, n, &i);
		w = utf8_width(s + at, i - at);
		if (r->width > 0 && r->column + w > r->width && r->column > r->left)
			new_line(r);
		fwrite(s + at, 1, i - at, r->o->f);
		r->column += w;
	}
}

/* Prints the blanks that s begins with and turns to the style behind them; returns where the words begin. */
static size_t
indent(struct rich *r, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == MARK)) {
		if (s[i] == MARK) {
			turn(r, (enum style)(s[i + 1] - '0'));
			i += 2;
			continue;
		}
		putc(' ', r->o->f);
		r->column++;
		i++;
	}
	return i;
}

void
rich_print(struct out *o, const struct buf *b, int column, int left)
{
	struct rich r = { o, STYLE_PLAIN, column, 0, o->width > OUT_READING_WIDTH ? OUT_READING_WIDTH : o->width };
	const char *s = buf_str(b);
	size_t n = b->len, i = 0, len;
	bool blank = false;
	int w;

	r.left = left > r.width / 2 ? 0 : left;
	if (column == 0)
		i = indent(&r, s, n);
	while (i < n) {
		if (s[i] == ' ') {
			blank = true;
			i++;
			continue;
		}
		len = word(s + i, n - i, &w);
		if (blank && w > 0 && r.width > 0 && r.column + 1 + w > r.width && r.column > r.left)
			new_line(&r);
		else if (blank && (w > 0 || r.width == 0)) {
			putc(' ', o->f);
			r.column++;
		} else if (w > 0 && r.width > 0 && r.column + w > r.width && r.column > r.left)
			new_line(&r);
		if (w > 0)
			blank = false;
		put_word(&r, s + i, len);
		i += len;
	}
	turn(&r, STYLE_PLAIN);
	out_nl(o);
}

void
rich_line(struct out *o, enum style style, const char *s, int left)
{
	struct buf b = BUF_INIT(1 << 20);

	rich_add(&b, style, s);
	rich_print(o, &b, 0, left);
	buf_done(&b);
}
