/* select_put: pieces of XPath that the CSS parser puts together. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "markup/select_int.h"
#include "base/banned.h"

/* XPath 1.0 has no escapes in strings: pieces with either quote are joined by concat(). */
void
select_put_literal(struct buf *out, const char *s)
{
	if (strchr(s, '\'') == NULL) {
		buf_addf(out, "'%s'", s);
		return;
	}
	buf_adds(out, "concat(''");
	while (*s != '\0') {
		size_t n = strcspn(s, "'");

		if (n > 0)
			buf_addf(out, ",'%.*s'", (int)n, s);
		s += n;
		for (; *s == '\''; s++)
			buf_adds(out, ",\"'\"");
	}
	buf_addc(out, ')');
}

void
select_lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
}

void
select_put_word(struct buf *out, const char *value, const char *word)
{
	char padded[SELECT_NAME_MAX + 2];
	size_t n = strlen(word);

	padded[0] = ' ';
	memcpy(padded + 1, word, n);
	padded[n + 1] = ' ';
	padded[n + 2] = '\0';
	buf_addf(out, "contains(concat(' ',normalize-space(%s),' '),", value);
	select_put_literal(out, padded);
	buf_addc(out, ')');
}

/* The value an attribute test compares; with the i flag both sides are folded to lower case. */
void
select_put_attr(struct buf *out, const char *name, char op, char *value, bool fold)
{
	char lhs[SELECT_NAME_MAX + 100];

	if (fold) {
		select_lower(value);
		snprintf(lhs, sizeof(lhs), "translate(@%s,'ABCDEFGHIJKLMNOPQRSTUVWXYZ',"
		    "'abcdefghijklmnopqrstuvwxyz')", name);
	} else {
		snprintf(lhs, sizeof(lhs), "@%s", name);
	}
	if (*value == '\0' && strchr("~^$*", op) != NULL) {
		buf_adds(out, "false()");
		return;
	}
	switch (op) {
	case '~':
		if (strpbrk(value, " \t\r\n\f") != NULL)
			buf_adds(out, "false()");
		else
			select_put_word(out, lhs, value);
		return;
	case '|':
		buf_addf(out, "(%s=", lhs);
		select_put_literal(out, value);
		buf_addf(out, " or starts-with(%s,concat(", lhs);
		select_put_literal(out, value);
		buf_adds(out, ",'-')))");
		return;
	case '^':
	case '*':
		buf_addf(out, "%s(%s,", op == '^' ? "starts-with" : "contains", lhs);
		select_put_literal(out, value);
		buf_addc(out, ')');
		return;
	case '$':
		buf_addf(out, "substring(%s,string-length(%s)-string-length(", lhs, lhs);
		select_put_literal(out, value);
		buf_adds(out, ")+1)=");
		select_put_literal(out, value);
		return;
	default:
		buf_addf(out, "%s=", lhs);
		select_put_literal(out, value);
	}
}
