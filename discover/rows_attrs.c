/* rows_attrs: dates that a page says in attributes, for programs or for sorting, beside its words or without any. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/mem.h"
#include "discover/rows_int.h"
#include "markup/tree.h"
#include "base/banned.h"

#define VALUE_BYTES 60		/* of an attribute that is a date */
#define TITLED_BYTES 40		/* of the words under whose pointer the date shows */
#define DAY_S 86400

enum attr_kind {
	ATTR_NONE,
	ATTR_TIME,	/* <time datetime>: what the words mean */
	ATTR_WORDS,	/* the whole date of words that say it in short: title of "2 days ago" */
	ATTR_ROW,	/* of the element and all it holds: data-date, itemprop */
};

/* One day apart: an instant of midnight in another zone than the words are in. */
static bool
is_day_off(const struct doc_date *words, const struct doc_date *instant)
{
	int64_t apart;

	if (words->precision < DATE_DAY || instant->precision < DATE_DAY)
		return false;
	apart = clock_days_from_civil(words->year, words->month, words->day) -
	    clock_days_from_civil(instant->year, instant->month, instant->day);
	return apart == 1 || apart == -1;
}

static const char *
value_of(const xmlAttr *attr)
{
	const xmlNode *text = attr->children;

	return text != NULL && text->content != NULL && text->content[0] != '\0' ? (const char *)text->content : NULL;
}

/* Is the attribute one in which pages keep the date of what they list? */
static bool
is_data_name(const char *name)
{
	static const char *const names[] = { "data-date", "data-datetime", "data-published", "data-publish-date", "data-published-at",
		"data-publication-date", "data-pubdate", "data-timestamp", "data-time", "data-unixtime", NULL };

	for (size_t i = 0; name[0] == 'd' && name[1] == 'a' && names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The date that an element's attributes say, as it is written, and whose it is. */
static const char *
stated(const struct rows_elem *e, enum attr_kind *ret_kind)
{
	const char *value, *prop;

	*ret_kind = ATTR_NONE;
	if (tree_is(e->node, "time")) {
		*ret_kind = ATTR_TIME;
		return tree_attr(e->node, "datetime");
	}
	for (const xmlAttr *a = e->node->properties; a != NULL; a = a->next) {
		const char *name = (const char *)a->name;

		if ((*name != 'd' && *name != 'c' && *name != 't') || (value = value_of(a)) == NULL)
			continue;
		if (is_data_name(name)) {
			/* days of a calendar have one too */
			*ret_kind = ATTR_ROW;
			return e->end == e->start || e->end - e->start > 3 ? value : NULL;
		}
		if (strcmp(name, "content") == 0 && (prop = tree_attr(e->node, "itemprop")) != NULL &&
		    strncmp(prop, "date", 4) == 0 && strcmp(prop, "dateModified") != 0) {
			*ret_kind = ATTR_ROW;
			return value;
		}
		if (strcmp(name, "title") == 0 && !(e->is & (ROWS_LINK | ROWS_PICTURE)) && e->end > e->start &&
		    e->end - e->start <= TITLED_BYTES && strpbrk(value, "0123456789") != NULL) {
			*ret_kind = ATTR_WORDS;
			return value;
		}
	}
	return NULL;
}

/* Reads as many digits as there must be; -1: others stand there. */
static int
digits_at(const char *s, size_t count)
{
	int v = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isdigit((unsigned char)s[i]))
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

/* "2024-03-09" as most attributes write it: read without a search. */
static bool
read_day(const char *value, size_t n, struct doc_date *ret)
{
	struct doc_date d = { .precision = DATE_DAY };

	if (n != 10 || value[4] != '-' || value[7] != '-')
		return false;
	d.year = digits_at(value, 4);
	d.month = digits_at(value + 5, 2);
	d.day = digits_at(value + 8, 2);
	if (d.year < 1900 || d.year > 2100 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 28)
		return false;	/* the last days of months are the search's */
	memcpy(d.stated, value, n + 1);
	*ret = d;
	return true;
}

/* Seconds or milliseconds since 1970, or a date in words and numbers. */
static bool
read_value(const char *value, const char *language, struct doc_date *ret)
{
	size_t n = strnlen(value, VALUE_BYTES + 1), begin, len, digits = strspn(value, "0123456789");
	struct doc_date date = { .precision = DATE_DAY };
	int64_t s;

	if (n > VALUE_BYTES)
		return false;
	if (digits == n && (n == 10 || n == 13)) {
		s = strtoll(value, NULL, 10) / (n == 13 ? 1000 : 1);
		clock_civil_from_days(s / DAY_S, &date.year, &date.month, &date.day);
		snprintf(date.stated, sizeof(date.stated), "%s", value);
		*ret = date;
		return date.year >= 1990;
	}
	return read_day(value, n, ret) || (n > 0 && date_find(value, n, language, ret, &begin, &len) == 0);
}

/* A date of words below e takes what the attribute says; true: the words were enough, or have it now. */
static bool
correct_words(struct rows *r, const struct rows_elem *e, enum attr_kind kind, const struct doc_date *date, size_t known)
{
	bool met = false;

	for (size_t k = rows_date_from(r, e->start); k < known && r->dates[k].start < e->end; k++) {
		struct rows_date *d = &r->dates[k];

		/* unless the words beside it name another day (a zone forgotten) */
		if ((kind == ATTR_TIME && !is_day_off(&d->date, date)) || d->relative) {
			d->date = *date;
			d->date.source = DATE_FROM_TIME_ELEMENT;
			d->alone = true;
			d->relative = false;
		}
		met |= kind != ATTR_ROW || d->alone;
	}
	return met;
}

/* Both halves are in order: one merge. */
static void
merge(struct rows *r, size_t known)
{
	struct rows_date *all = xcalloc(r->dates_count, sizeof(*all));
	size_t a = 0, b = known, n = 0;

	while (a < known || b < r->dates_count) {
		bool first = b >= r->dates_count || (a < known && r->dates[a].start <= r->dates[b].start);

		all[n++] = first ? r->dates[a++] : r->dates[b++];
	}
	free(r->dates);
	r->dates = all;
	r->dates_cap = r->dates_count;
}

void
rows_attribute_dates(struct rows *r, const char *language)
{
	size_t known = r->dates_count, count = known;

	for (size_t i = 0; i < r->elems_count; i++) {
		const struct rows_elem *e = &r->elems[i];
		enum attr_kind kind;
		const char *value;
		struct doc_date date;
		struct rows_date *d;

		if (e->node->properties == NULL || (value = stated(e, &kind)) == NULL || !read_value(value, language, &date))
			continue;
		/* the look-ups are among the dates of words, which stand first and in order */
		r->dates_count = known;
		if (!correct_words(r, e, kind, &date, known)) {
			r->dates_count = count;
			d = rows_add_date(r, e->start, kind == ATTR_ROW ? e->start : e->end, -1);
			if (d == NULL)
				break;
			d->date = date;
			d->date.source = DATE_FROM_TIME_ELEMENT;
			d->alone = kind != ATTR_ROW;
			count++;
		}
		r->dates_count = count;
	}
	if (count > known)
		merge(r, known);
}
