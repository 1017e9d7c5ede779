/* query_parts: the words of a query, in every way they may be written, and the fields that narrow it. */
#include <string.h>
#include <strings.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/dates.h"
#include "store/query_int.h"
#include "base/banned.h"

#define DAY_MS INT64_C(86400000)
#define NAME_WORDS 5	/* of a name with several spellings, when it is not in quotation marks */

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{ "title", FIELD_TITLE }, { "source", FIELD_SOURCE }, { "lang", FIELD_LANG },
	{ "label", FIELD_LABEL }, { "before", FIELD_BEFORE }, { "after", FIELD_AFTER },
	{ "url", FIELD_URL }, { "story", FIELD_STORY }, { "changed", FIELD_CHANGED }, { "in", FIELD_IN },
	{ "removed", FIELD_REMOVED },
};

int
query_complain(struct parser *p, size_t at, const char *what)
{
	return err_set(p->err, ERR_INPUT, "query, character %zu: %s", utf8_count(p->s, at) + 1, what);
}

void
query_skip_blanks(struct parser *p)
{
	size_t next;

	while (p->i < p->n) {
		next = p->i;
		if (!unicode_is_space(utf8_next(p->s, p->n, &next)))
			break;
		p->i = next;
	}
}

bool
query_ends_word(const struct parser *p, size_t i)
{
	size_t next = i;

	return i >= p->n || strchr("()\"", p->s[i]) != NULL ||
	    unicode_is_space(utf8_next(p->s, p->n, &next));
}

enum field
query_take_field(struct parser *p)
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

static int
list_add(struct parser *p, struct query_list *list, const char *s, size_t n, size_t at)
{
	if (n == 0)
		return query_complain(p, at, "a value is missing");
	if (list->count >= QUERY_TERMS_MAX)
		return query_complain(p, at, "too many of these");
	list->item[list->count++] = xstrndup(s, n);
	return 0;
}

/* The first instant of a day, month or year, and the one after its last. */
static int
take_period(struct parser *p, const char *s, size_t n, size_t at, int64_t *ret, int64_t *ret_end)
{
	CLEANUP(freep) char *text = xstrndup(s, n);
	struct doc_date d = { 0 };

	if (date_from_iso(text, &d) < 0 || d.precision == DATE_NONE)
		return query_complain(p, at, "not a date; write 2023, 2023-02 or 2023-02-09");
	if (d.precision == DATE_TIME) {
		*ret = date_sort_ms(&d, 0);
		*ret_end = *ret + 1000;
		return 0;
	}
	*ret = clock_days_from_civil(d.year, d.month > 0 ? d.month : 1, d.day > 0 ? d.day : 1) * DAY_MS;
	*ret_end = d.day > 0 ? *ret + DAY_MS : d.month > 0 ?
	    clock_days_from_civil(d.year + d.month / 12, d.month % 12 + 1, 1) * DAY_MS :
	    clock_days_from_civil(d.year + 1, 1, 1) * DAY_MS;
	return 0;
}

/* "2023-02", "2023-02-01..2023-02-09", with either end open. */
static int
take_changed(struct parser *p, const char *s, size_t n, size_t at)
{
	const char *dots = memmem(s, n, "..", 2);
	size_t first = dots != NULL ? (size_t)(dots - s) : n, second = dots != NULL ? n - first - 2 : 0;
	struct query *q = p->q;
	int64_t unused;

	if (dots == NULL)
		return take_period(p, s, n, at, &q->changed_from_ms, &q->changed_until_ms);
	if (first == 0 && second == 0)
		return query_complain(p, at, "a date is missing");
	if (first > 0 && take_period(p, s, first, at, &q->changed_from_ms, &unused) < 0)
		return -1;
	return second > 0 ? take_period(p, dots + 2, second, at, &unused, &q->changed_until_ms) : 0;
}

int
query_add_filter(struct parser *p, enum field field, bool negated, const char *s, size_t n, size_t at)
{
	struct query *q = p->q;
	struct query_list *list;
	int64_t begin, end;

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
	case FIELD_BEFORE:
	case FIELD_AFTER:	/* after: takes the day itself in, before: leaves it out */
		if (take_period(p, s, n, at, &begin, &end) < 0)
			return -1;
		*((field == FIELD_BEFORE) != negated ? &q->before_ms : &q->after_ms) = begin;
		return 0;
	default:
		break;
	}
	if (negated)
		return query_complain(p, at, "NOT cannot stand before story:, changed: and in:");
	if (field == FIELD_CHANGED)
		return take_changed(p, s, n, at);
	if (field == FIELD_STORY) {
		if (n > 18 || n == 0 || strspn(s, "0123456789") < n)
			return query_complain(p, at, "story: wants the number of a document");
		return list_add(p, &q->stories, s, n, at);
	}
	if (n != strlen("revisions") || memcmp(s, "revisions", n) != 0)
		return query_complain(p, at, "in: knows revisions alone");
	q->in_revisions = true;
	return 0;
}

static void
add_term(struct buf *out, enum field field, const char *s, size_t n, bool prefix)
{
	size_t i;

	buf_adds(out, field == FIELD_TITLE ? "{title} : \"" : field == FIELD_REMOVED ? "{removed} : \"" : "\"");
	for (i = 0; i < n; i++)
		if (s[i] != '"')	/* a word ends before one, a phrase too */
			buf_addc(out, s[i]);
	buf_adds(out, prefix ? "\" *" : "\"");
}

void
query_add_spelled(struct parser *p, struct buf *out, enum field field, const char *s, size_t n, bool prefix)
{
	char **ways = NULL;
	size_t count = prefix ? 0 : spellings_of(p->spellings, s, n, &ways), i;

	if (count < 2)
		add_term(out, field, s, n, prefix);
	for (i = 0; i < count; i++) {
		if (count > 1) {
			buf_adds(out, i == 0 ? "(" : " OR ");
			add_term(out, field, ways[i], strlen(ways[i]), false);
		}
		free(ways[i]);
	}
	if (count > 1)
		buf_addc(out, ')');
	free(ways);
}

/* Where the plain word at i ends; i itself when what stands there is anything else. */
static size_t
plain_word(struct parser *p, size_t i)
{
	static const char *const operators[] = { "AND", "OR", "NOT" };
	size_t end = i, k;

	if (i >= p->n || p->s[i] == '-')
		return i;
	while (!query_ends_word(p, end)) {
		if (p->s[end] == ':' || p->s[end] == '*')
			return i;
		utf8_next(p->s, p->n, &end);
	}
	for (k = 0; k < 3; k++)
		if (end - i == strlen(operators[k]) && memcmp(p->s + i, operators[k], end - i) == 0)
			return i;
	return end < p->n && p->s[end] == '"' ? i : end;
}

bool
query_take_name(struct parser *p, struct buf *out)
{
	size_t ends[NAME_WORDS], starts[NAME_WORDS], count = 0, at = p->i, i;

	while (count < NAME_WORDS && (ends[count] = plain_word(p, p->i)) > p->i) {
		starts[count] = p->i;
		p->i = ends[count++];
		query_skip_blanks(p);
	}
	for (; count > 1; count--)
		if (spellings_has(p->spellings, p->s + at, ends[count - 1] - at))
			break;
	p->i = at;
	if (count < 2)
		return false;
	buf_adds(out, "((");
	for (i = 0; i < count; i++) {
		if (i > 0)
			buf_adds(out, " AND ");
		add_term(out, FIELD_NONE, p->s + starts[i], ends[i] - starts[i], false);
	}
	buf_adds(out, ") OR ");
	query_add_spelled(p, out, FIELD_NONE, p->s + at, ends[count - 1] - at, false);
	buf_addc(out, ')');
	p->i = ends[count - 1];
	p->terms += (unsigned)count;
	return true;
}

