/*
 * query: the language of queries, turned into an expression of FTS5 and filters. Words are quoted
 * one by one, so nothing a person types is FTS5 syntax by accident.
 *
 * 	or    = and { "OR" and }
 * 	and   = unary { [ "AND" ] unary }
 * 	unary = [ "NOT" | "-" ] ( "(" or ")" | [ field ":" ] ( word [ "*" ] | "phrase" ) )
 *
 * source: lang: label: url: before: after: narrow the whole query and stand outside of OR; several of
 * one kind are alternatives.
 */
#include <string.h>
#include <strings.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/dates.h"
#include "store/store_int.h"
#include "base/banned.h"

#define DAY_MS INT64_C(86400000)

struct parser {
	const char *s;
	size_t n, i;
	struct query *q;
	struct err *err;
	unsigned terms, filters;
	int depth;
};

enum field { FIELD_NONE, FIELD_TITLE, FIELD_SOURCE, FIELD_LANG, FIELD_LABEL, FIELD_BEFORE, FIELD_AFTER, FIELD_URL };

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{ "title", FIELD_TITLE }, { "source", FIELD_SOURCE }, { "lang", FIELD_LANG },
	{ "label", FIELD_LABEL }, { "before", FIELD_BEFORE }, { "after", FIELD_AFTER },
	{ "url", FIELD_URL },
};

static int parse_or(struct parser *p, struct buf *out);

static int
complain(struct parser *p, size_t at, const char *what)
{
	return err_set(p->err, ERR_INPUT, "query, character %zu: %s", utf8_count(p->s, at) + 1, what);
}

static void
skip_blanks(struct parser *p)
{
	size_t next;

	while (p->i < p->n) {
		next = p->i;
		if (!unicode_is_space(utf8_next(p->s, p->n, &next)))
			break;
		p->i = next;
	}
}

static bool
ends_word(const struct parser *p, size_t i)
{
	size_t next = i;

	return i >= p->n || strchr("()\"", p->s[i]) != NULL ||
	    unicode_is_space(utf8_next(p->s, p->n, &next));
}

/* AND, OR and NOT are operators in capitals only. */
static bool
take_operator(struct parser *p, const char *name)
{
	size_t len = strlen(name);

	if (p->n - p->i < len || memcmp(p->s + p->i, name, len) != 0 || !ends_word(p, p->i + len))
		return false;
	p->i += len;
	return true;
}

static enum field
take_field(struct parser *p)
{
	size_t k, len;

	for (k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
		len = strlen(fields[k].name);
		if (p->n - p->i > len && strncasecmp(p->s + p->i, fields[k].name, len) == 0 &&
		    p->s[p->i + len] == ':') {
			p->i += len + 1;
			return fields[k].field;
		}
	}
	return FIELD_NONE;
}

/* A word or a phrase; *ret points into the query. */
static int
take_text(struct parser *p, const char **ret, size_t *ret_len, bool *ret_prefix)
{
	size_t start = p->i, next;

	*ret_prefix = false;
	if (p->i < p->n && p->s[p->i] == '"') {
		const char *end = memchr(p->s + p->i + 1, '"', p->n - p->i - 1);

		if (end == NULL)
			return complain(p, start, "this quotation mark has no partner");
		*ret = p->s + p->i + 1;
		*ret_len = (size_t)(end - *ret);
		p->i = (size_t)(end - p->s) + 1;
	} else {
		while (!ends_word(p, p->i)) {
			next = p->i;
			utf8_next(p->s, p->n, &next);
			p->i = next;
		}
		*ret = p->s + start;
		*ret_len = p->i - start;
	}
	if (*ret_len > 0 && (*ret)[*ret_len - 1] == '*') {
		*ret_prefix = true;
		--*ret_len;
	} else if (p->i < p->n && p->s[p->i] == '*') {
		*ret_prefix = true;
		p->i++;
	}
	return 0;
}

static bool
has_word(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n)
		if (unicode_is_word(utf8_next(s, n, &i)))
			return true;
	return false;
}

static int
list_add(struct parser *p, struct query_list *list, const char *s, size_t n, size_t at)
{
	if (n == 0)
		return complain(p, at, "a value is missing");
	if (list->count >= QUERY_TERMS_MAX)
		return complain(p, at, "too many of these");
	list->item[list->count++] = xstrndup(s, n);
	return 0;
}

/* after: takes the day itself in, before: leaves it out. */
static int
take_date(struct parser *p, const char *s, size_t n, size_t at, int64_t *ret)
{
	CLEANUP(freep) char *text = xstrndup(s, n);
	struct doc_date d = { 0 };

	if (date_from_iso(text, &d) < 0 || d.precision == DATE_NONE)
		return complain(p, at, "not a date; write 2023, 2023-02 or 2023-02-09");
	*ret = d.precision == DATE_TIME ? date_sort_ms(&d, 0) :
	    clock_days_from_civil(d.year, d.month > 0 ? d.month : 1, d.day > 0 ? d.day : 1) * DAY_MS;
	return 0;
}

static int
add_filter(struct parser *p, enum field field, bool negated, const char *s, size_t n, size_t at)
{
	struct query *q = p->q;
	struct query_list *list;

	p->filters++;
	switch (field) {
	case FIELD_SOURCE:
		return list_add(p, negated ? &q->not_sources : &q->sources, s, n, at);
	case FIELD_LABEL:
		return list_add(p, negated ? &q->not_labels : &q->labels, s, n, at);
	case FIELD_URL:
		if (list_add(p, list = negated ? &q->not_urls : &q->urls, s, n, at) < 0)
			return -1;
		for (char *c = list->item[list->count - 1]; *c != '\0'; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;
		return 0;
	case FIELD_LANG:
		return list_add(p, negated ? &q->not_langs : &q->langs, s, n, at);
	default:
		return take_date(p, s, n, at, (field == FIELD_BEFORE) != negated ? &q->before_ms :
		    &q->after_ms);
	}
}

static void
add_term(struct buf *out, bool title, const char *s, size_t n, bool prefix)
{
	size_t i;

	buf_adds(out, title ? "{title} : \"" : "\"");
	for (i = 0; i < n; i++)
		if (s[i] != '"')	/* a word ends before one, a phrase too */
			buf_addc(out, s[i]);
	buf_adds(out, prefix ? "\" *" : "\"");
}

/* Adds an expression to out, or nothing for a filter and for a word of marks alone. */
static int
parse_unary(struct parser *p, bool negated, struct buf *out)
{
	size_t at = p->i, len;
	unsigned filters = p->filters;
	enum field field;
	const char *text;
	bool prefix;

	if (p->s[p->i] == '(') {
		p->i++;
		if (++p->depth > QUERY_DEPTH_MAX)
			return complain(p, at, "too many brackets in brackets");
		if (parse_or(p, out) < 0)
			return -1;
		if (p->i >= p->n || p->s[p->i] != ')')
			return complain(p, at, "this bracket has no partner");
		p->i++;
		p->depth--;
		if (negated && p->filters != filters)
			return complain(p, at, "source:, lang:, label:, url: and dates cannot stand in brackets "
			    "behind NOT");
		return 0;
	}
	if (p->s[p->i] == ')')
		return complain(p, at, "a bracket is closed that was not opened");
	field = take_field(p);
	if (take_text(p, &text, &len, &prefix) < 0)
		return -1;
	if (field != FIELD_NONE && field != FIELD_TITLE)
		return add_filter(p, field, negated, text, len + (prefix ? 1 : 0), at);
	if (!has_word(text, len))
		return field == FIELD_TITLE ? complain(p, at, "a word is missing behind title:") : 0;
	if (++p->terms > QUERY_TERMS_MAX)
		return complain(p, at, "too many words");
	add_term(out, field == FIELD_TITLE, text, len, prefix);
	return 0;
}

static void
join(struct buf *all, const struct buf *one, const char *with)
{
	if (one->len == 0)
		return;
	if (all->len > 0)
		buf_adds(all, with);
	buf_add(all, one->data, one->len);
}

static int
parse_and(struct parser *p, struct buf *out)
{
	struct buf want = BUF_INIT(QUERY_MAX * 4), not = BUF_INIT(QUERY_MAX * 4);
	struct buf one = BUF_INIT(QUERY_MAX * 4);
	size_t at = p->i, operator_at;
	bool negated, waits = false;	/* an operator waits for what it joins */
	int rc = 0;

	for (skip_blanks(p); rc == 0 && p->i < p->n && p->s[p->i] != ')'; skip_blanks(p)) {
		operator_at = p->i;
		if (take_operator(p, "OR")) {
			p->i = operator_at;
			break;
		}
		if (take_operator(p, "AND")) {
			if (waits || (want.len == 0 && not.len == 0 && p->filters == 0))
				rc = complain(p, operator_at, "AND joins two words: one is missing");
			waits = true;
			continue;
		}
		negated = take_operator(p, "NOT");
		if (!negated && p->s[p->i] == '-' && !ends_word(p, p->i + 1)) {
			negated = true;
			p->i++;
		}
		skip_blanks(p);
		buf_clear(&one);
		if (p->i >= p->n || p->s[p->i] == ')')
			rc = complain(p, operator_at, "NOT stands before a word: it is missing");
		else
			rc = parse_unary(p, negated, &one);
		waits = false;
		if (rc == 0)
			join(negated ? &not : &want, &one, negated ? " OR " : " AND ");
	}
	if (rc == 0 && waits)
		rc = complain(p, p->i, "AND joins two words: one is missing");
	if (rc == 0 && want.len == 0 && not.len > 0)
		rc = complain(p, at, "NOT takes away from words that are looked for: there are none");
	if (rc == 0 && not.len > 0)
		buf_addf(out, "((%s) NOT (%s))", want.data, not.data);
	else if (rc == 0 && want.len > 0)
		buf_addf(out, "(%s)", want.data);
	buf_done(&want);
	buf_done(&not);
	buf_done(&one);
	return rc;
}

static int
parse_or(struct parser *p, struct buf *out)
{
	struct buf one = BUF_INIT(QUERY_MAX * 4), all = BUF_INIT(QUERY_MAX * 4);
	unsigned operands = 0, filters = p->filters;
	size_t at = p->i;
	int rc = 0;

	do {
		buf_clear(&one);
		at = p->i;
		if ((rc = parse_and(p, &one)) < 0)
			break;
		if (one.len == 0 && p->filters == filters && (operands > 0 || p->i < p->n))
			rc = complain(p, at, p->i < p->n && p->s[p->i] == ')' && operands == 0 ?
			    "there is nothing in these brackets" : "OR joins two words: one is missing");
		join(&all, &one, " OR ");
		operands++;
		skip_blanks(p);
	} while (rc == 0 && p->i < p->n && take_operator(p, "OR"));
	if (rc == 0 && operands > 1 && p->filters != filters)
		rc = complain(p, at, "source:, lang:, label:, url: and dates narrow the whole query: write them "
		    "outside of OR");
	if (rc == 0 && all.len > 0)
		buf_addf(out, operands > 1 ? "(%s)" : "%s", all.data);
	buf_done(&one);
	buf_done(&all);
	return rc;
}

int
query_parse(const char *text, struct query *ret, struct err *reterr)
{
	CLEANUP(freep) char *clean = NULL;
	struct buf out = BUF_INIT(QUERY_MAX * 8);
	struct parser p = { .q = ret, .err = reterr };
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (strlen(text) > QUERY_MAX)
		return err_set(reterr, ERR_INPUT, "the query is longer than %d bytes", QUERY_MAX);
	clean = unicode_clean(text, strlen(text));
	p.s = clean;
	p.n = strlen(clean);
	rc = parse_or(&p, &out);
	if (rc == 0 && p.i < p.n)
		rc = complain(&p, p.i, "a bracket is closed that was not opened");
	if (rc == 0 && out.len == 0 && p.filters == 0)
		rc = complain(&p, 0, "there is no word to look for");
	if (rc == 0 && out.len > 0)
		ret->fts = buf_take(&out, NULL);
	buf_done(&out);
	if (rc < 0)
		query_done(ret);
	return rc;
}

static void
list_free(struct query_list *list)
{
	while (list->count > 0)
		free(list->item[--list->count]);
}

void
query_done(struct query *q)
{
	free(q->fts);
	list_free(&q->sources);
	list_free(&q->not_sources);
	list_free(&q->labels);
	list_free(&q->not_labels);
	list_free(&q->langs);
	list_free(&q->not_langs);
	list_free(&q->urls);
	list_free(&q->not_urls);
	q->fts = NULL;
}

int
store_query_check(const char *query, struct err *reterr)
{
	struct query *q = xcalloc(1, sizeof(*q));
	int rc = query_parse(query, q, reterr);

	query_done(q);
	free(q);
	return rc;
}
