/* title_key: titles in the form in which they are compared: folded words. */
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "extract/extract_int.h"
#include "base/banned.h"

char *
title_key(const char *s)
{
	CLEANUP(freep) char *fold = unicode_fold(s, strlen(s));
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	size_t n = strlen(fold), i = 0, from;
	bool gap = false;

	while (i < n) {
		from = i;
		if (!unicode_is_word(utf8_next(fold, n, &i))) {
			gap = true;
			continue;
		}
		if (gap && b.len > 0)
			buf_addc(&b, ' ');
		gap = false;
		buf_add(&b, fold + from, i - from);
	}
	return b.data != NULL ? buf_take(&b, NULL) : xstrdup("");
}

bool
title_holds(const char *hay, const char *needle)
{
	size_t n = strlen(needle);
	const char *p = hay;

	while ((p = strstr(p, needle)) != NULL) {
		if ((p == hay || p[-1] == ' ' || (unsigned char)p[0] >= 0x80) &&
		    (p[n] == '\0' || p[n] == ' ' || (unsigned char)p[n] >= 0x80))
			return true;
		p++;
	}
	return false;
}

void
title_squeeze(char *s)
{
	char *o = s;

	for (; *s != '\0'; s++) {
		if (*s != ' ')
			*o++ = *s;
	}
	*o = '\0';
}
