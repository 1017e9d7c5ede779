/* xml_prepare: text of a feed or sitemap made safe for the parser, in one pass. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <libxml/HTMLparser.h>
#include "base/unicode.h"
#include "markup/markup_int.h"
#include "markup/xml.h"
#include "base/banned.h"

#define ENTITIES_MAX 64		/* declarations of a DOCTYPE that are read */
#define ENTITY_VALUE_MAX 1024
#define ENTITY_NAME_MAX 32
#define ASIDE_MIN 64		/* bytes of a CDATA section that cost the parser less than an instruction would */
#define LOOKUPS_MAX 300000	/* look-ups are a linear search each; a flood of names ends here */

struct entity {
	const char *name, *value;	/* in the text */
	size_t name_len, value_len;
};

struct prepare {
	const char *p;
	size_t n, at;
	struct buf *out;
	struct entity declared[ENTITIES_MAX];
	size_t declared_count;
	size_t lookups;
	bool changed;
	bool aside;
};

static size_t
past(const struct prepare *x, size_t from, const char *mark)
{
	const char *end = memmem(x->p + from, x->n - from, mark, strlen(mark));

	return end != NULL ? (size_t)(end - x->p) + strlen(mark) : x->n;
}

static bool
here(const struct prepare *x, const char *word)
{
	size_t len = strlen(word);

	return x->n - x->at >= len && memcmp(x->p + x->at, word, len) == 0;
}

/* <!ENTITY name "value">, general and internal; a value with markup or entities of its own is left out. */
static void
read_entity(struct prepare *x, size_t i)
{
	struct entity *e;
	const char *p = x->p;
	size_t name, value, n = x->n;
	char quote;

	while (i < n && isspace((unsigned char)p[i]))
		i++;
	for (name = i; i < n && !isspace((unsigned char)p[i]) && p[i] != '>'; i++)
		;
	if (x->declared_count == ENTITIES_MAX || i == name || i - name > ENTITY_NAME_MAX || p[name] == '%')
		return;
	size_t name_len = i - name;
	while (i < n && isspace((unsigned char)p[i]))
		i++;
	if (i >= n || (p[i] != '"' && p[i] != '\''))
		return;
	quote = p[i++];
	for (value = i; i < n && p[i] != quote; i++) {
		if (p[i] == '<' || (p[i] == '&' && (i + 1 >= n || p[i + 1] != '#')) ||
		    i - value > ENTITY_VALUE_MAX)
			return;
	}
	e = &x->declared[x->declared_count++];
	*e = (struct entity){ p + name, p + value, name_len, i - value };
}

/* Drops <!DOCTYPE ... [ ... ]> at x->at. */
static void
skip_doctype(struct prepare *x)
{
	bool subset = false;
	char quote = 0;
	size_t i;

	for (i = x->at + 9; i < x->n; i++) {
		char c = x->p[i];

		if (quote != 0) {
			quote = c == quote ? 0 : quote;
		} else if (subset && c == '<' && x->n - i > 8 && memcmp(x->p + i, "<!ENTITY", 8) == 0) {
			read_entity(x, i + 8);
		} else if (subset && c == '<' && x->n - i > 4 && memcmp(x->p + i, "<!--", 4) == 0) {
			i = past(x, i + 4, "-->") - 1;
		} else if (c == '"' || (c == '\'' && subset)) {
			quote = c;
		} else if (c == '[') {
			subset = true;
		} else if (c == ']') {
			subset = false;
		} else if (c == '>' && !subset) {
			i++;
			break;
		}
	}
	x->at = i;
}

static void
put_char(struct prepare *x, uint32_t c)
{
	if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
		buf_addf(x->out, "&#%u;", c);
	else
		utf8_put(x->out, c);
}

/* "&#N;" at x->at; characters that XML forbids are dropped. */
static bool
put_number(struct prepare *x)
{
	size_t i = x->at + 2, digits = 0;
	uint32_t c = 0, base = 10, d;

	if (i < x->n && (x->p[i] == 'x' || x->p[i] == 'X'))
		base = 16, i++;
	for (; i < x->n && isxdigit((unsigned char)x->p[i]); i++, digits++) {
		d = x->p[i] <= '9' ? (uint32_t)(x->p[i] - '0') : (uint32_t)((x->p[i] | 0x20) - 'a' + 10);
		if (d >= base)
			break;
		c = c > 0x10ffff ? c : c * base + d;
	}
	if (digits == 0)
		return false;
	if (i < x->n && x->p[i] == ';')
		i++;
	else
		x->changed = true;
	x->at = i;
	c = unicode_repair(c);
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff ||
	    (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
		x->changed = true;
	else
		put_char(x, c);
	return true;
}

static bool
put_named(struct prepare *x, const char *name, size_t len)
{
	static const char *const xml[] = { "amp", "lt", "gt", "quot", "apos" };
	const htmlEntityDesc *html;
	char word[ENTITY_NAME_MAX + 1];

	for (size_t i = 0; i < sizeof(xml) / sizeof(xml[0]); i++) {
		if (strlen(xml[i]) == len && memcmp(xml[i], name, len) == 0) {
			buf_addf(x->out, "&%s;", xml[i]);
			return true;
		}
	}
	if (++x->lookups > LOOKUPS_MAX)
		return false;
	for (size_t i = 0; i < x->declared_count; i++) {
		const struct entity *e = &x->declared[i];

		if (e->name_len == len && memcmp(e->name, name, len) == 0) {
			buf_add(x->out, e->value, e->value_len);
			return true;
		}
	}
	memcpy(word, name, len);
	word[len] = '\0';
	if ((html = htmlEntityLookup((const xmlChar *)word)) == NULL)
		return false;
	x->changed = true;
	put_char(x, html->value);
	return true;
}

static void
put_entity(struct prepare *x)
{
	size_t i = x->at + 1;

	if (i < x->n && x->p[i] == '#') {
		if (put_number(x))
			return;
	} else {
		while (i < x->n && isalnum((unsigned char)x->p[i]) && i - x->at <= ENTITY_NAME_MAX)
			i++;
		if (i < x->n && x->p[i] == ';' && i > x->at + 1 &&
		    put_named(x, x->p + x->at + 1, i - x->at - 1)) {
			x->at = i + 1;
			return;
		}
	}
	buf_adds(x->out, "&amp;");
	x->changed = true;
	x->at++;
}

/* CDATA sections go through as they are, comments, processing instructions and DOCTYPE go. */
static void
put_markup(struct prepare *x)
{
	size_t end;

	if (here(x, "<!--")) {
		x->at = past(x, x->at + 4, "-->");
		return;
	}
	if (here(x, "<!DOCTYPE") || here(x, "<!doctype")) {
		skip_doctype(x);
		return;
	}
	if (here(x, "<?")) {
		x->at = past(x, x->at, "?>");
		return;
	}
	if (here(x, "<![CDATA[")) {
		end = past(x, x->at, "]]>");
		if (x->aside && end - x->at > ASIDE_MIN && memcmp(x->p + end - 3, "]]>", 3) == 0)
			buf_addf(x->out, "<?" XML_ASIDE " %zu %zu?>", x->at + 9, end - 3 - (x->at + 9));
		else
			buf_add(x->out, x->p + x->at, end - x->at);
		x->at = end;
		return;
	}
	if (x->at + 1 < x->n && (isalpha((unsigned char)x->p[x->at + 1]) || x->p[x->at + 1] == '/' ||
	    x->p[x->at + 1] == '_' || x->p[x->at + 1] == '!' || (x->p[x->at + 1] & 0x80))) {
		buf_addc(x->out, '<');
	} else {
		buf_adds(x->out, "&lt;");
		x->changed = true;
	}
	x->at++;
}

int
xml_prepare(const char *utf8, size_t n, bool aside, struct buf *out, bool *ret_changed, struct err *reterr)
{
	struct prepare x = { .p = utf8, .n = n, .out = out, .aside = aside };
	const char *first = memchr(utf8, '<', n);
	size_t run;

	x.at = first != NULL ? (size_t)(first - utf8) : n;
	buf_reserve(out, n - x.at);
	while (x.at < n && !out->full) {
		for (run = x.at; x.at < n && utf8[x.at] != '<' && utf8[x.at] != '&'; x.at++)
			;
		if (x.at > run)
			buf_add(out, utf8 + run, x.at - run);
		if (x.at >= n)
			break;
		if (utf8[x.at] == '<')
			put_markup(&x);
		else
			put_entity(&x);
	}
	if (out->full)
		return err_set(reterr, ERR_LIMIT, "XML of more than %zu bytes", out->max);
	*ret_changed = x.changed;
	return markup_check_tags(buf_str(out), out->len, XML_MAX_ATTRS, reterr);
}
