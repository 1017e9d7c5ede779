/*
 * xml_prepare: text of a feed or sitemap made safe for the parser, in one pass, whole or a piece at a time. What a piece
 * leaves unfinished waits in pending for the next one.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <libxml/HTMLparser.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "markup/markup_int.h"
#include "markup/xml.h"
#include "base/banned.h"

#define ENTITIES_MAX 64		/* declarations of a DOCTYPE that are read */
#define ENTITY_VALUE_MAX 1024
#define ENTITY_NAME_MAX 32
#define ASIDE_MIN 64		/* bytes of a CDATA section that cost the parser less than an instruction would */
#define LOOKUPS_MAX 300000	/* look-ups are a linear search each; a flood of names ends here */

#define DOCTYPE_MAX (1u << 20)	/* of pieces that are kept until its end comes */
#define NUMBER_MAX 4096		/* the same of a "&#N;" */
#define PENDING_MAX (DOCTYPE_MAX + (1u << 20))
#define MARK_MAX 9		/* letters of "<!DOCTYPE" */

struct entity {
	char *name, *value;
	size_t name_len, value_len;
};

enum where { IN_TEXT, IN_COMMENT, IN_CDATA, IN_PI };

struct xml_prepare {
	const char *p;		/* the piece, behind what was pending */
	size_t n, at;
	bool last;		/* no other follows */
	struct buf *out;
	struct buf pending;
	enum where where;
	size_t lt;		/* the next "<" behind at */
	bool begun;		/* the first "<" was met */
	struct entity declared[ENTITIES_MAX];
	size_t declared_count;
	size_t lookups;
	bool changed;
	bool aside;		/* of text that comes whole */
};

static bool
here(const struct xml_prepare *x, const char *word)
{
	size_t len = strlen(word);

	return x->n - x->at >= len && memcmp(x->p + x->at, word, len) == 0;
}

/* <!ENTITY name "value">, general and internal; a value with markup or entities of its own is left out. */
static void
read_entity(struct xml_prepare *x, size_t i)
{
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
	x->declared[x->declared_count++] = (struct entity){ xmemdup(p + name, name_len),
		xmemdup(p + value, i - value), name_len, i - value };
}

/* Behind a comment of the DOCTYPE, or the end. */
static size_t
past_comment(const struct xml_prepare *x, size_t from)
{
	const char *end = memmem(x->p + from, x->n - from, "-->", 3);

	return end != NULL ? (size_t)(end - x->p) + 3 : x->n;
}

static void
forget_entities(struct xml_prepare *x, size_t from)
{
	for (size_t i = from; i < x->declared_count; i++) {
		free(x->declared[i].name);
		free(x->declared[i].value);
	}
	x->declared_count = from;
}

/* Drops <!DOCTYPE ... [ ... ]> at x->at. False: its end is still to come. */
static bool
skip_doctype(struct xml_prepare *x)
{
	size_t i, declared = x->declared_count;
	bool subset = false, ended = false;
	char quote = 0;

	for (i = x->at + 9; i < x->n; i++) {
		char c = x->p[i];

		if (quote != 0) {
			quote = c == quote ? 0 : quote;
		} else if (subset && c == '<' && x->n - i > 8 && memcmp(x->p + i, "<!ENTITY", 8) == 0) {
			read_entity(x, i + 8);
		} else if (subset && c == '<' && x->n - i > 4 && memcmp(x->p + i, "<!--", 4) == 0) {
			i = past_comment(x, i + 4) - 1;
		} else if (c == '"' || (c == '\'' && subset)) {
			quote = c;
		} else if (c == '[') {
			subset = true;
		} else if (c == ']') {
			subset = false;
		} else if (c == '>' && !subset) {
			i++;
			ended = true;
			break;
		}
	}
	if (!ended && !x->last && x->n - x->at < DOCTYPE_MAX) {
		forget_entities(x, declared);
		return false;
	}
	x->at = i;
	return true;
}

static void
put_char(struct xml_prepare *x, uint32_t c)
{
	if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
		buf_addf(x->out, "&#%u;", c);
	else
		utf8_put(x->out, c);
}

/* "&#N;" at x->at; characters that XML forbids are dropped. */
static bool
put_number(struct xml_prepare *x)
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
put_named(struct xml_prepare *x, const char *name, size_t len)
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
put_entity(struct xml_prepare *x)
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

/* Is the "&" at x->at followed by enough to tell what it is? */
static bool
entity_is_whole(const struct xml_prepare *x)
{
	size_t i = x->at + 1, room = x->n - x->at;

	if (x->last || room > NUMBER_MAX)
		return true;
	if (i < x->n && x->p[i] != '#')
		return room > ENTITY_NAME_MAX + 1;
	for (i++; i < x->n && (isxdigit((unsigned char)x->p[i]) || x->p[i] == 'x' || x->p[i] == 'X'); i++)
		;
	return i < x->n;
}

/* Up to the mark that ends a comment, a CDATA section or a processing instruction. False: it is still to come. */
static bool
pass_to_mark(struct xml_prepare *x)
{
	static const char *const marks[] = { [IN_COMMENT] = "-->", [IN_CDATA] = "]]>", [IN_PI] = "?>" };
	const char *mark = marks[x->where], *found = memmem(x->p + x->at, x->n - x->at, mark, strlen(mark));
	size_t end = x->n, kept = strlen(mark) - 1;

	if (found != NULL)
		end = (size_t)(found - x->p) + strlen(mark);
	else if (!x->last)	/* the mark may be cut by the end of the piece */
		end = x->n - x->at > kept ? x->n - kept : x->at;
	if (x->where == IN_CDATA)
		buf_add(x->out, x->p + x->at, end - x->at);
	x->at = end;
	if (found != NULL)
		x->where = IN_TEXT;
	return found != NULL || x->last;
}

static void
enter(struct xml_prepare *x, enum where where, size_t mark)
{
	x->where = where;
	x->at += mark;
}

/* In place of a CDATA section where it stands in the text. False: it is short or has no end. */
static bool
put_aside(struct xml_prepare *x)
{
	size_t from = x->at + 9;
	const char *end = memmem(x->p + from, x->n - from, "]]>", 3);
	size_t len = end != NULL ? (size_t)(end - x->p) - from : 0;

	if (len + 12 <= ASIDE_MIN)
		return false;
	buf_addf(x->out, "<?" XML_ASIDE " %zu %zu?>", from, len);
	x->at = from + len + 3;
	return true;
}

/* A "<" at x->at: comments and processing instructions go, CDATA sections stay, DOCTYPE is read. False as above. */
static bool
put_markup(struct xml_prepare *x)
{
	if (!x->last && x->n - x->at < MARK_MAX)
		return false;
	if (here(x, "<!--")) {
		enter(x, IN_COMMENT, 4);
		return true;
	}
	if (here(x, "<!DOCTYPE") || here(x, "<!doctype"))
		return skip_doctype(x);
	if (here(x, "<?")) {
		enter(x, IN_PI, 1);	/* "<?>" is one */
		return true;
	}
	if (here(x, "<![CDATA[")) {
		if (x->aside && put_aside(x))
			return true;
		buf_adds(x->out, "<![CDATA[");
		enter(x, IN_CDATA, 9);
		return true;
	}
	if (x->at + 1 < x->n && (isalpha((unsigned char)x->p[x->at + 1]) || x->p[x->at + 1] == '/' ||
	    x->p[x->at + 1] == '_' || x->p[x->at + 1] == '!' || (x->p[x->at + 1] & 0x80))) {
		buf_addc(x->out, '<');
	} else {
		buf_adds(x->out, "&lt;");
		x->changed = true;
	}
	x->at++;
	return true;
}

/* Text up to the next "<" or "&". */
static void
put_text(struct xml_prepare *x)
{
	const char *found;
	size_t end;

	if (x->lt < x->at || x->at == 0) {
		found = memchr(x->p + x->at, '<', x->n - x->at);
		x->lt = found != NULL ? (size_t)(found - x->p) : x->n;
	}
	found = memchr(x->p + x->at, '&', x->lt - x->at);
	end = found != NULL ? (size_t)(found - x->p) : x->lt;
	if (end > x->at)
		buf_add(x->out, x->p + x->at, end - x->at);
	x->at = end;
}

static void
run(struct xml_prepare *x)
{
	const char *first;

	if (!x->begun) {
		first = memchr(x->p, '<', x->n);
		x->at = first != NULL ? (size_t)(first - x->p) : x->n;
		x->begun = first != NULL;
	}
	while (x->at < x->n && !x->out->full) {
		if (x->where != IN_TEXT) {
			if (!pass_to_mark(x))
				return;
			continue;
		}
		put_text(x);
		if (x->at >= x->n)
			return;
		if (x->p[x->at] == '<') {
			if (!put_markup(x))
				return;
		} else {
			if (!entity_is_whole(x))
				return;
			put_entity(x);
		}
	}
}

struct xml_prepare *
xml_prepare_new(void)
{
	struct xml_prepare *x = xcalloc(1, sizeof(*x));

	buf_init(&x->pending, PENDING_MAX);
	return x;
}

void
xml_prepare_free(struct xml_prepare *x)
{
	if (x == NULL)
		return;
	forget_entities(x, 0);
	buf_done(&x->pending);
	free(x);
}

int
xml_prepare_feed(struct xml_prepare *x, const char *utf8, size_t n, bool last, struct buf *out,
    struct err *reterr)
{
	bool waited = x->pending.len > 0;

	x->out = out;
	x->last = last;
	if (waited)
		buf_add(&x->pending, utf8, n);
	x->p = waited ? x->pending.data : utf8;
	x->n = waited ? x->pending.len : n;
	x->at = x->lt = 0;
	if (x->n > 0)
		run(x);
	if (out->full || x->pending.full)
		return err_set(reterr, ERR_LIMIT, "XML of more than %zu bytes", out->max);
	n = x->n - x->at;
	if (waited) {
		memmove(x->pending.data, x->p + x->at, n);
		buf_cut(&x->pending, n);
	} else if (n > 0 && buf_add(&x->pending, x->p + x->at, n) < 0) {
		return err_set(reterr, ERR_LIMIT, "XML that holds %zu bytes without an end", n);
	}
	return 0;
}

int
xml_prepare(const char *utf8, size_t n, bool aside, struct buf *out, bool *ret_changed, struct err *reterr)
{
	struct xml_prepare *x = xml_prepare_new();
	struct markup_check check = { 0 };
	size_t whole;
	int rc;

	x->aside = aside;
	buf_reserve(out, n);
	rc = xml_prepare_feed(x, utf8, n, true, out, reterr);
	if (rc == 0)
		rc = markup_check_piece(&check, buf_str(out), out->len, true, XML_MAX_ATTRS, &whole, reterr);
	*ret_changed = x->changed;
	xml_prepare_free(x);
	return rc;
}
