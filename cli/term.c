/* term: what stdout is: its width, whether it takes colour, and the filter that guards it. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/unicode.h"
#include "cli/out_int.h"
#include "base/banned.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 1000

static const char *const style_on[STYLE_COUNT] = {
    [STYLE_PLAIN] = "",
    [STYLE_BOLD] = "\033[1m",
    [STYLE_DIM] = "\033[2m",
    [STYLE_RED] = "\033[31m",
    [STYLE_GREEN] = "\033[32m",
    [STYLE_YELLOW] = "\033[33m",
    [STYLE_CYAN] = "\033[36m",
};

static int
terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws;
	long n = 0;

	if (ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		n = ws.ws_col;
	else if (columns != NULL)
		n = strtol(columns, NULL, 10);
	if (n <= 0)
		n = 80;
	return n < WIDTH_MIN ? WIDTH_MIN : n > WIDTH_MAX ? WIDTH_MAX : (int)n;
}

void
out_init(struct out *o, FILE *f)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	*o = (struct out){ .f = f, .tty = isatty(fileno(f)) };
	if (!o->tty)
		return;
	o->width = terminal_width(fileno(f));
	o->colour =
	    (no_color == NULL || no_color[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

void
out_begin(struct out *o, enum style style)
{
	if (o->colour && style != STYLE_PLAIN)
		fputs(style_on[style], o->f);
}

void
out_end(struct out *o, enum style style)
{
	if (o->colour && style != STYLE_PLAIN)
		fputs("\033[0m", o->f);
}

void
out_nl(struct out *o)
{
	putc('\n', o->f);
}

/* U+061C, U+200E, U+200F, U+202A..U+202E, U+2066..U+2069: they can show a line in another order than it has. */
static bool
is_bidi(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Line separators count as controls too: a one-line field has one line. */
static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

void
out_filter_line(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c = utf8_next(s, n, &i);

		if (c == '\t' || c == '\n')
			buf_addc(b, ' ');
		else if (!is_control(c) && !is_bidi(c))
			utf8_put(b, c);
	}
}

/* The same for a text: newline and tab stay, and bidi marks, which right-to-left text needs inside a paragraph. */
void
out_filter_block(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c = utf8_next(s, n, &i);

		if (c == '\n' || c == '\t' || (!is_control(c) && !(c >= 0x202a && c <= 0x202e) &&
		    !(c >= 0x2066 && c <= 0x2069)))
			utf8_put(b, c);
	}
}
