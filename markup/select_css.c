/*
 * select_css: CSS selectors (Selectors level 3) to XPath 1.0. A compound selector becomes one step:
 * an axis, a name test and predicates, each predicate a boolean expression of the node alone, so
 * that :not() is the negation of the same expression.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "markup/select_int.h"
#include "base/banned.h"

#define XPATH_MAX_BYTES (64u << 10)
#define NOT_DEPTH 4

struct css {
	const char *text, *at;
	struct err *err;
	int depth;
};

static int
stop(struct css *c, const char *what)
{
	return err_set(c->err, ERR_CONFIG, "selector \"%s\": %s at character %zu", c->text, what,
	    (size_t)(c->at - c->text) + 1);
}

static void
skip_blanks(struct css *c)
{
	c->at += strspn(c->at, " \t\r\n\f");
}

static bool
is_name_char(char ch)
{
	return isalnum((unsigned char)ch) || ch == '-' || ch == '_' || (ch & 0x80) || ch == '\\';
}

/* An identifier with CSS escapes undone. */
static int
read_name(struct css *c, char out[SELECT_NAME_MAX])
{
	size_t len = 0;

	while (is_name_char(*c->at)) {
		if (*c->at == '\\' && c->at[1] != '\0')
			c->at++;
		if (len >= SELECT_NAME_MAX - 1)
			return stop(c, "a name is too long");
		out[len++] = *c->at++;
	}
	out[len] = '\0';
	return len > 0 ? 0 : stop(c, "a name was expected");
}

static int
read_string(struct css *c, char out[SELECT_NAME_MAX])
{
	char quote = *c->at;
	size_t len = 0;

	if (quote != '"' && quote != '\'')
		return read_name(c, out);
	for (c->at++; *c->at != quote; c->at++) {
		if (*c->at == '\0')
			return stop(c, "a quotation mark is missing");
		if (*c->at == '\\' && c->at[1] != '\0')
			c->at++;
		if (len >= SELECT_NAME_MAX - 1)
			return stop(c, "a string is too long");
		out[len++] = *c->at;
	}
	c->at++;
	out[len] = '\0';
	return 0;
}

static int
read_attr(struct css *c, struct buf *out)
{
	char name[SELECT_NAME_MAX], value[SELECT_NAME_MAX], op = '=';
	bool fold = false;

	c->at++;
	skip_blanks(c);
	if (read_name(c, name) < 0)
		return -1;
	select_lower(name);
	skip_blanks(c);
	if (*c->at == ']') {
		c->at++;
		buf_addf(out, "@%s", name);
		return 0;
	}
	if (*c->at != '\0' && strchr("~|^$*", *c->at) != NULL)
		op = *c->at++;
	if (*c->at != '=')
		return stop(c, "an operator such as = or ^= was expected");
	c->at++;
	skip_blanks(c);
	if (read_string(c, value) < 0)
		return -1;
	skip_blanks(c);
	if (*c->at == 'i' || *c->at == 'I' || *c->at == 's' || *c->at == 'S') {
		fold = tolower((unsigned char)*c->at) == 'i';
		c->at++;
		skip_blanks(c);
	}
	if (*c->at != ']')
		return stop(c, "\"]\" was expected");
	c->at++;
	select_put_attr(out, name, op, value, fold);
	return 0;
}

static int
read_number(struct css *c, int *ret)
{
	int sign = 1, n = 0;

	skip_blanks(c);
	if (*c->at == '+' || *c->at == '-')
		sign = *c->at++ == '-' ? -1 : 1;
	skip_blanks(c);
	if (!isdigit((unsigned char)*c->at))
		return stop(c, "a number was expected");
	for (; isdigit((unsigned char)*c->at); c->at++) {
		if (n > 100000)
			return stop(c, "a number is too large");
		n = n * 10 + (*c->at - '0');
	}
	*ret = sign * n;
	return 0;
}

/* an+b, odd, even. */
static int
read_nth(struct css *c, int *a, int *b)
{
	int sign = 1, n = 0;
	bool digits = false;

	skip_blanks(c);
	*a = 0, *b = 0;
	if (strncasecmp(c->at, "odd", 3) == 0 || strncasecmp(c->at, "even", 4) == 0) {
		*a = 2;
		*b = tolower((unsigned char)*c->at) == 'o';
		c->at += *b ? 3 : 4;
		return 0;
	}
	if (*c->at == '+' || *c->at == '-')
		sign = *c->at++ == '-' ? -1 : 1;
	for (; isdigit((unsigned char)*c->at); c->at++, digits = true) {
		if (n > 100000)
			return stop(c, "a number is too large");
		n = n * 10 + (*c->at - '0');
	}
	if (*c->at != 'n' && *c->at != 'N') {
		*b = sign * n;
		return digits ? 0 : stop(c, "a number was expected");
	}
	c->at++;
	*a = sign * (digits ? n : 1);
	skip_blanks(c);
	if (*c->at == '+' || *c->at == '-')
		return read_number(c, b);
	return 0;
}

static void
put_nth(struct buf *out, const char *position, int a, int b)
{
	if (a == 0) {
		buf_addf(out, "(%s)=%d", position, b);
		return;
	}
	/* k = a*n + b for some n >= 0 */
	buf_addf(out, "((%s)%s%d and ((%s)-(%d)) mod %d=0)", position, a > 0 ? ">=" : "<=", b, position,
	    b, a > 0 ? a : -a);
}

static int read_simple(struct css *c, const char *type, struct buf *out);

static int
read_not(struct css *c, struct buf *out)
{
	bool first = true;

	if (++c->depth > NOT_DEPTH)
		return stop(c, ":not() stands in itself too often");
	buf_adds(out, "not(");
	do {
		char type[SELECT_NAME_MAX] = "*";

		if (!first)
			buf_adds(out, " or ");
		if (*c->at == ',')
			c->at++;
		skip_blanks(c);
		buf_addc(out, '(');
		if (*c->at == '*') {
			c->at++;
			buf_adds(out, "true()");
		} else if (is_name_char(*c->at)) {
			if (read_name(c, type) < 0)
				return -1;
			select_lower(type);
			buf_addf(out, "self::%s", type);
		} else {
			if (read_simple(c, type, out) < 0)
				return -1;
		}
		while (*c->at != '\0' && strchr(".#[:", *c->at) != NULL) {
			buf_adds(out, " and ");
			if (read_simple(c, type, out) < 0)
				return -1;
		}
		buf_addc(out, ')');
		skip_blanks(c);
		first = false;
	} while (*c->at == ',');
	c->depth--;
	buf_addc(out, ')');
	return 0;
}

/* Pseudo-classes without an argument; %s is the type of the compound. */
static const struct pseudo {
	const char *name;
	const char *xpath;
	bool of_type;
} pseudos[] = {
	{ "first-child", "not(preceding-sibling::*)", false },
	{ "last-child", "not(following-sibling::*)", false },
	{ "only-child", "not(preceding-sibling::*) and not(following-sibling::*)", false },
	{ "first-of-type", "not(preceding-sibling::%s)", true },
	{ "last-of-type", "not(following-sibling::%s)", true },
	{ "only-of-type", "not(preceding-sibling::%s) and not(following-sibling::%s)", true },
	{ "empty", "not(*) and not(text())", false },
	{ "root", "not(parent::*)", false },
	{ "link", "@href", false },
};

static bool
put_pseudo(struct buf *out, const char *name, const char *type)
{
	for (size_t i = 0; i < sizeof(pseudos) / sizeof(pseudos[0]); i++) {
		const char *x = pseudos[i].xpath, *slot;

		if (strcmp(pseudos[i].name, name) != 0)
			continue;
		buf_addc(out, '(');
		for (; (slot = strstr(x, "%s")) != NULL; x = slot + 2) {
			buf_add(out, x, (size_t)(slot - x));
			buf_adds(out, type);
		}
		buf_adds(out, x);
		buf_addc(out, ')');
		return true;
	}
	return false;
}

static int
read_nth_pseudo(struct css *c, const char *name, const char *type, struct buf *out)
{
	static const struct { const char *name, *axis; bool of_type; } rows[] = {
		{ "nth-child", "preceding-sibling", false },
		{ "nth-last-child", "following-sibling", false },
		{ "nth-of-type", "preceding-sibling", true },
		{ "nth-last-of-type", "following-sibling", true },
	};
	char position[SELECT_NAME_MAX + 64];
	int a, b;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		if (rows[i].of_type && strcmp(type, "*") == 0)
			return stop(c, "of-type needs an element name before it");
		if (read_nth(c, &a, &b) < 0)
			return -1;
		snprintf(position, sizeof(position), "count(%s::%s)+1", rows[i].axis,
		    rows[i].of_type ? type : "*");
		put_nth(out, position, a, b);
		return 0;
	}
	return stop(c, "an unknown pseudo-class");
}

static int
read_pseudo(struct css *c, const char *type, struct buf *out)
{
	char name[SELECT_NAME_MAX], text[SELECT_NAME_MAX];
	int rc;

	c->at++;
	if (read_name(c, name) < 0)
		return -1;
	select_lower(name);
	if (*c->at != '(') {
		if (strstr(name, "of-type") != NULL && strcmp(type, "*") == 0)
			return stop(c, "of-type needs an element name before it");
		return put_pseudo(out, name, type) ? 0 : stop(c, "an unknown pseudo-class");
	}
	c->at++;
	skip_blanks(c);
	if (strcmp(name, "not") == 0) {
		rc = read_not(c, out);
	} else if (strcmp(name, "contains") == 0) {
		if ((rc = read_string(c, text)) == 0) {
			buf_adds(out, "contains(.,");
			select_put_literal(out, text);
			buf_addc(out, ')');
		}
	} else {
		rc = read_nth_pseudo(c, name, type, out);
	}
	if (rc < 0)
		return -1;
	skip_blanks(c);
	if (*c->at != ')')
		return stop(c, "\")\" was expected");
	c->at++;
	return 0;
}

/* .class, #id, [attr] or :pseudo as one boolean expression. */
static int
read_simple(struct css *c, const char *type, struct buf *out)
{
	char name[SELECT_NAME_MAX];

	switch (*c->at) {
	case '.':
		c->at++;
		if (read_name(c, name) < 0)
			return -1;
		select_put_word(out, "@class", name);
		return 0;
	case '#':
		c->at++;
		if (read_name(c, name) < 0)
			return -1;
		buf_adds(out, "@id=");
		select_put_literal(out, name);
		return 0;
	case '[':
		return read_attr(c, out);
	case ':':
		if (c->at[1] == ':')
			return stop(c, "pseudo-elements select no node");
		return read_pseudo(c, type, out);
	default:
		return stop(c, "a selector was expected");
	}
}

/* One compound selector as an XPath step behind axis. */
static int
read_compound(struct css *c, const char *axis, struct buf *out)
{
	char type[SELECT_NAME_MAX] = "*";
	bool any = false;

	if (*c->at == '*') {
		c->at++;
		any = true;
	} else if (is_name_char(*c->at) && !isdigit((unsigned char)*c->at)) {
		if (read_name(c, type) < 0)
			return -1;
		select_lower(type);
		any = true;
	}
	buf_addf(out, "%s::%s", axis, type);
	while (*c->at != '\0' && strchr(".#[:", *c->at) != NULL) {
		buf_addc(out, '[');
		if (read_simple(c, type, out) < 0)
			return -1;
		buf_addc(out, ']');
		any = true;
	}
	return any ? 0 : stop(c, "a selector was expected");
}

static int
read_complex(struct css *c, struct buf *out)
{
	const char *axis = "descendant";

	for (;;) {
		const char *before;

		skip_blanks(c);
		if (read_compound(c, axis, out) < 0)
			return -1;
		before = c->at;
		skip_blanks(c);
		if (*c->at == '\0' || *c->at == ',')
			return 0;
		if (*c->at == '>')
			axis = "child", c->at++;
		else if (*c->at == '+')
			axis = "following-sibling::*[1]/self", c->at++;
		else if (*c->at == '~')
			axis = "following-sibling", c->at++;
		else if (before != c->at)
			axis = "descendant";
		else
			return stop(c, "this character makes no sense");
		buf_addc(out, '/');
	}
}

int
select_css_to_xpath(const char *css, struct buf *out, struct err *reterr)
{
	struct css c = { .text = css, .at = css, .err = reterr };

	for (;;) {
		if (read_complex(&c, out) < 0)
			return -1;
		if (*c.at != ',')
			break;
		c.at++;
		buf_addc(out, '|');
	}
	if (out->full || out->len > XPATH_MAX_BYTES)
		return err_set(reterr, ERR_CONFIG, "selector \"%.100s\" is too long", css);
	return 0;
}
