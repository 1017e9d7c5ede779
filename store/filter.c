/* filter: what of a query is no word: sources, labels, languages, dates. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

bool
store_label_in(const char *labels_json, const char *label)
{
	CLEANUP(json_decrefp) json_t *list = NULL;
	size_t i;

	if (labels_json == NULL || json_read(labels_json, strlen(labels_json), &list, NULL) < 0)
		return false;
	for (i = 0; i < json_array_size(list); i++)
		if (json_is_string(json_array_get(list, i)) &&
		    strcmp(json_string_value(json_array_get(list, i)), label) == 0)
			return true;
	return false;
}

/* "mofa-*" takes all names that begin so. */
static bool
name_fits(const char *name, const char *pattern)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(name, pattern, n - 1) == 0;
	return strcmp(name, pattern) == 0;
}

static bool
any_name(const struct query_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (name_fits(name, list->item[i]))
			return true;
	return false;
}

static bool
any_label(const struct query_list *list, const char *labels_json)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (store_label_in(labels_json, list->item[i]))
			return true;
	return false;
}

bool
query_takes_source(const struct query *q, const char *name, const char *labels_json)
{
	return (q->sources.count == 0 || any_name(&q->sources, name)) &&
	    !any_name(&q->not_sources, name) &&
	    (q->labels.count == 0 || any_label(&q->labels, labels_json)) &&
	    !any_label(&q->not_labels, labels_json);
}

/* "en" takes en and en-US. */
static bool
lang_fits(const char *language, const char *wanted)
{
	size_t n = strlen(wanted);

	return language != NULL && strncasecmp(language, wanted, n) == 0 &&
	    (language[n] == '\0' || language[n] == '-');
}

static bool
any_lang(const struct query_list *list, const char *language)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (lang_fits(language, list->item[i]))
			return true;
	return false;
}

/* Parts of addresses: letters of ASCII fit in either case. */
static bool
any_part(const struct query_list *list, const char *url)
{
	size_t i;

	for (i = 0; url != NULL && i < list->count; i++)
		if (strcasestr(url, list->item[i]) != NULL)
			return true;
	return false;
}

static bool
takes_change(const struct query *q, const struct store_doc *doc)
{
	if (q->changed_from_ms == 0 && q->changed_until_ms == 0)
		return true;
	return doc->revision > 1 && doc->last_changed_ms >= q->changed_from_ms &&
	    (q->changed_until_ms == 0 || doc->last_changed_ms < q->changed_until_ms);
}

static bool
takes_story(const struct query *q, const struct store_doc *doc)
{
	for (size_t i = 0; i < q->stories.count; i++)
		if ((doc->story != NULL && strcmp(doc->story, q->stories.item[i]) == 0) ||
		    (doc->id != NULL && strcmp(doc->id, q->stories.item[i]) == 0))
			return true;
	return q->stories.count == 0;
}

bool
query_takes_document(const struct query *q, const struct store_doc *doc)
{
	int64_t at_ms = doc->published_ms != 0 ? doc->published_ms : doc->first_seen_ms;

	return (q->langs.count == 0 || any_lang(&q->langs, doc->language)) &&
	    !any_lang(&q->not_langs, doc->language) &&
	    (q->urls.count == 0 || any_part(&q->urls, doc->url)) && !any_part(&q->not_urls, doc->url) &&
	    (q->after_ms == 0 || at_ms >= q->after_ms) && (q->before_ms == 0 || at_ms < q->before_ms) &&
	    takes_change(q, doc) && takes_story(q, doc);
}

static char *
list_json(const struct query_list *list)
{
	CLEANUP(json_decrefp) json_t *j = json_array();
	size_t i;

	if (list->count == 0)
		return NULL;
	for (i = 0; i < list->count; i++)
		json_array_append_new(j, json_string(list->item[i]));
	return json_line(j);
}

/* The ids of the sources that pass, as a JSON array. */
static int
filter_sources(struct store *s, const struct store_filter *f, const struct query *query,
    struct filter_values *ret, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *ids = json_array();
	sqlite3_stmt *q = store_bind(s, STMT_SOURCES_LABELS, "");
	const char *name, *labels;
	int rc;

	while ((rc = store_step(s, q, reterr)) > 0) {
		name = (const char *)sqlite3_column_text(q, 1);
		labels = (const char *)sqlite3_column_text(q, 2);
		if ((f != NULL && f->source != NULL && strcmp(f->source, name) != 0) ||
		    (f != NULL && f->label != NULL && !store_label_in(labels, f->label)) ||
		    (query != NULL && !query_takes_source(query, name, labels)))
			continue;
		ret->only_source = json_array_size(ids) == 0 ? sqlite3_column_int64(q, 0) : 0;
		json_array_append_new(ids, json_integer(sqlite3_column_int64(q, 0)));
	}
	if (rc == 0)
		ret->sources = json_line(ids);
	return rc;
}

/* The story of each document that was named. */
static int
filter_stories(struct store *s, const struct query_list *list, char **ret, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *ids = json_array();
	size_t i;
	int rc;

	for (i = 0; i < list->count; i++) {
		sqlite3_stmt *q = store_bind(s, STMT_STORY_OF, "i", (int64_t)strtoll(list->item[i], NULL, 10));

		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		if (rc > 0)
			json_array_append_new(ids, json_integer(sqlite3_column_int64(q, 0)));
		sqlite3_reset(q);
	}
	*ret = json_line(ids);
	return 0;
}

static void
filter_changed(const struct query *query, struct filter_values *ret)
{
	ret->changed = query->changed_from_ms != 0 || query->changed_until_ms != 0;
	ret->changed_from_ms = query->changed_from_ms;
	ret->changed_until_ms = query->changed_until_ms != 0 ? query->changed_until_ms : INT64_MAX;
}

int
store_filter_open(struct store *s, const struct store_filter *f, const struct query *query,
    struct filter_values *ret, struct err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	ret->since_ms = f != NULL ? f->since_ms : 0;
	ret->until_ms = f != NULL && f->until_ms > 0 ? f->until_ms : INT64_MAX;
	ret->limit = f != NULL && f->limit > 0 ? f->limit : UINT32_MAX;
	ret->lang = f != NULL && f->lang != NULL ? xstrdup(f->lang) : NULL;
	ret->before_ms = INT64_MAX;
	ret->at_ms = f != NULL ? f->at_ms : 0;
	if (ret->at_ms > 0 && ret->until_ms > ret->at_ms)
		ret->until_ms = ret->at_ms + 1;
	if (query != NULL) {
		filter_changed(query, ret);
		if (query->stories.count > 0 && filter_stories(s, &query->stories, &ret->stories, reterr) < 0)
			return -1;
		ret->after_ms = query->after_ms;
		ret->before_ms = query->before_ms != 0 ? query->before_ms : INT64_MAX;
		ret->langs = list_json(&query->langs);
		ret->not_langs = list_json(&query->not_langs);
		ret->urls = list_json(&query->urls);
		ret->not_urls = list_json(&query->not_urls);
	}
	if ((f != NULL && (f->source != NULL || f->label != NULL)) || (query != NULL &&
	    query->sources.count + query->not_sources.count + query->labels.count +
	    query->not_labels.count > 0))
		return filter_sources(s, f, query, ret, reterr);
	return 0;
}

void
store_filter_close(struct filter_values *v)
{
	free(v->sources);
	free(v->lang);
	free(v->langs);
	free(v->not_langs);
	free(v->urls);
	free(v->not_urls);
	free(v->stories);
}

void
store_filter_bind(sqlite3_stmt *q, int first, const struct filter_values *v)
{
	const char *const texts[] = { v->langs, v->not_langs, v->urls, v->not_urls };

	sqlite3_bind_int64(q, first, v->since_ms);
	sqlite3_bind_int64(q, first + 1, v->until_ms);
	sqlite3_bind_text(q, first + 2, v->sources, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, first + 3, v->lang, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, first + 4, v->after_ms);
	sqlite3_bind_int64(q, first + 5, v->before_ms);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_text(q, first + 6 + i, texts[i], -1, SQLITE_STATIC);
	if (v->changed) {
		sqlite3_bind_int64(q, first + 10, v->changed_from_ms);
		sqlite3_bind_int64(q, first + 11, v->changed_until_ms);
	}
	sqlite3_bind_text(q, first + 12, v->stories, -1, SQLITE_STATIC);
}
