/*
 * query: the language of queries, turned into an expression of FTS5 and filters. Words are quoted
 * one by one, so nothing a person types is FTS5 syntax by accident.
 *
 * 	or    = and { "OR" and }
 * 	and   = unary { [ "AND" ] unary }
 * 	unary = [ "NOT" | "-" ] ( "(" or ")" | [ field ":" ] ( word [ "*" ] | "phrase" ) )
 *
 * The fields title: and removed: are of words; source: lang: label: url: story: before: after: changed: in: narrow the whole
 * query and stand outside of OR; several of one kind are alternatives. A word that is written in several ways becomes all of them.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "store/query_int.h"
#include "base/banned.h"

static int parse_or(struct parser *p, struct buf *out);

/* AND, OR and NOT are operators in capitals only. */
static bool
take_operator(struct parser *p, const char *name)
{
	size_t len = strlen(name);

	if (p->n - p->i < len || memcmp(p->s + p->i, name, len) != 0 || !query_ends_word(p, p->i + len))
		return false;
	p->i += len;
	return true;
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
			return query_complain(p, start, "this quotation mark has no partner");
		*ret = p->s + p->i + 1;
		*ret_len = (size_t)(end - *ret);
		p->i = (size_t)(end - p->s) + 1;
	} else {
		while (!query_ends_word(p, p->i)) {
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

/* Adds an expression to out, or nothing for a filter and for a word of marks alone. */
static int
parse_unary(struct parser *p, bool negated, struct buf *out)
{
	size_t at = p->i, len = 0;
	unsigned filters = p->filters;
	enum field field;
	const char *text = NULL;
	bool prefix;

	if (p->s[p->i] == '(') {
		p->i++;
		if (++p->depth > QUERY_DEPTH_MAX)
			return query_complain(p, at, "too many brackets in brackets");
		if (parse_or(p, out) < 0)
			return -1;
		if (p->i >= p->n || p->s[p->i] != ')')
			return query_complain(p, at, "this bracket has no partner");
		p->i++;
		p->depth--;
		if (negated && p->filters != filters)
			return query_complain(p, at, NARROWING " cannot stand in brackets behind NOT");
		return 0;
	}
	if (p->s[p->i] == ')')
		return query_complain(p, at, "a bracket is closed that was not opened");
	if (!negated && query_take_name(p, out))
		return p->terms > QUERY_TERMS_MAX ? query_complain(p, at, "too many words") : 0;
	field = query_take_field(p);
	if (take_text(p, &text, &len, &prefix) < 0)
		return -1;
	if (field > FIELD_REMOVED)
		return query_add_filter(p, field, negated, text, len + (prefix ? 1 : 0), at);
	if (!has_word(text, len))
		return field == FIELD_TITLE ? query_complain(p, at, "a word is missing behind title:") :
		    field == FIELD_REMOVED ? query_complain(p, at, "a word is missing behind removed:") : 0;
	if (++p->terms > QUERY_TERMS_MAX)
		return query_complain(p, at, "too many words");
	if (field == FIELD_REMOVED)
		p->q->removed = true;
	query_add_spelled(p, out, field, text, len, prefix);
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
	struct buf want = BUF_INIT(FTS_MAX), not = BUF_INIT(FTS_MAX);
	struct buf one = BUF_INIT(FTS_MAX);
	size_t at = p->i, operator_at;
	bool negated, waits = false;	/* an operator waits for what it joins */
	int rc = 0;

	for (query_skip_blanks(p); rc == 0 && p->i < p->n && p->s[p->i] != ')'; query_skip_blanks(p)) {
		operator_at = p->i;
		if (take_operator(p, "OR")) {
			p->i = operator_at;
			break;
		}
		if (take_operator(p, "AND")) {
			if (waits || (want.len == 0 && not.len == 0 && p->filters == 0))
				rc = query_complain(p, operator_at, "AND joins two words: one is missing");
			waits = true;
			continue;
		}
		negated = take_operator(p, "NOT");
		if (!negated && p->s[p->i] == '-' && !query_ends_word(p, p->i + 1)) {
			negated = true;
			p->i++;
		}
		query_skip_blanks(p);
		buf_clear(&one);
		if (p->i >= p->n || p->s[p->i] == ')')
			rc = query_complain(p, operator_at, "NOT stands before a word: it is missing");
		else
			rc = parse_unary(p, negated, &one);
		waits = false;
		if (rc == 0)
			join(negated ? &not : &want, &one, negated ? " OR " : " AND ");
	}
	if (rc == 0 && waits)
		rc = query_complain(p, p->i, "AND joins two words: one is missing");
	if (rc == 0 && want.len == 0 && not.len > 0)
		rc = query_complain(p, at, "NOT takes away from words that are looked for: there are none");
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
	struct buf one = BUF_INIT(FTS_MAX), all = BUF_INIT(FTS_MAX);
	unsigned operands = 0, filters = p->filters;
	size_t at = p->i;
	int rc = 0;

	do {
		buf_clear(&one);
		at = p->i;
		if ((rc = parse_and(p, &one)) < 0)
			break;
		if (one.len == 0 && p->filters == filters && (operands > 0 || p->i < p->n))
			rc = query_complain(p, at, p->i < p->n && p->s[p->i] == ')' && operands == 0 ?
			    "there is nothing in these brackets" : "OR joins two words: one is missing");
		join(&all, &one, " OR ");
		operands++;
		query_skip_blanks(p);
	} while (rc == 0 && p->i < p->n && take_operator(p, "OR"));
	if (rc == 0 && operands > 1 && p->filters != filters)
		rc = query_complain(p, at, NARROWING " narrow the whole query: write them outside of OR");
	if (rc == 0 && all.len > 0)
		buf_addf(out, operands > 1 ? "(%s)" : "%s", all.data);
	buf_done(&one);
	buf_done(&all);
	return rc;
}

int
query_parse(const char *text, const struct spellings *spellings, struct query *ret,
    struct err *reterr)
{
	CLEANUP(freep) char *clean = NULL;
	struct buf out = BUF_INIT(FTS_MAX);
	struct parser p = { .q = ret, .spellings = spellings, .err = reterr };
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (strlen(text) > QUERY_MAX)
		return err_set(reterr, ERR_INPUT, "the query is longer than %d bytes", QUERY_MAX);
	clean = unicode_clean(text, strlen(text));
	p.s = clean;
	p.n = strlen(clean);
	rc = parse_or(&p, &out);
	if (rc == 0 && p.i < p.n)
		rc = query_complain(&p, p.i, "a bracket is closed that was not opened");
	if (rc == 0 && out.len == 0 && p.filters == 0)
		rc = query_complain(&p, 0, "there is no word to look for");
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

bool
query_has_prefix(const char *fts)
{
	return strstr(fts, "\" *") != NULL;
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
	list_free(&q->stories);
	q->fts = NULL;
}

int
store_query_check(const char *query, struct err *reterr)
{
	struct query *q = xcalloc(1, sizeof(*q));
	int rc = query_parse(query, NULL, q, reterr);

	query_done(q);
	free(q);
	return rc;
}
