#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/unicode.h"
#include "base/banned.h"

/*
 * The sentence may quote a page or a server, so nothing of it may break the line of a log or the
 * encoding of whatever it is written into. A cut UTF-8 character at the end is dropped whole.
 */
static void
make_one_line(char *text, size_t n)
{
	size_t i = 0, start;
	uint32_t c;

	n = utf8_cut(text, n, n);
	text[n] = '\0';
	while (i < n) {
		start = i;
		c = utf8_next(text, n, &i);
		if (c < 0x20 || c == 0x7f)
			text[start] = ' ';
		else if ((c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029)
			memset(text + start, ' ', i - start);
		else if (c == 0xfffd && i - start == 1)
			text[start] = '?';	/* a byte that is no UTF-8 */
	}
}

int
(err_set)(struct err *err, enum err_class class, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];	/* the arguments may point into err->text */
	va_list ap;
	int n;

	if (err == NULL)
		return -1;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(text))
		n = sizeof(text) - 1;
	make_one_line(text, (size_t)n);
	err->class = class;
	memcpy(err->text, text, sizeof(text));
	return -1;
}

void
err_clear(struct err *err)
{
	err->class = ERR_NONE;
	err->text[0] = '\0';
}

const char *
err_class_name(enum err_class class)
{
	static const char *const name[ERR_CLASS_COUNT] = {
		[ERR_NONE] = "none",
		[ERR_TEMPORARY] = "temporary",
		[ERR_PERMANENT] = "permanent",
		[ERR_INPUT] = "input",
		[ERR_LIMIT] = "limit",
		[ERR_CONFIG] = "config",
		[ERR_LOCAL] = "local",
	};

	if ((unsigned)class >= ERR_CLASS_COUNT)
		return "none";
	return name[class];
}
