/*
 * story_put: documents as JSON lines {"url","title","date","text"}, in their order, into a new archive, a source for each site. Prints
 * "number<TAB>what<TAB>story" for each (new, alias, same), then "number<TAB>other<TAB>likeness<TAB>one story or not" for all that
 * `similar` would show. Numbers are those of the lines.   story_put ARCHIVE < documents
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "store/query.h"
#include "store/store.h"
#include "base/banned.h"

#define T0 INT64_C(1700000000000)
#define LINES_MAX 100000

static int64_t doc_of[LINES_MAX];	/* by line */
static size_t line_of[LINES_MAX];	/* by document */

struct asked { size_t line; };

static int
note(const struct store_doc *d, const struct store_similarity *how, void *arg)
{
	const struct asked *a = arg;

	if (d->doc_id < LINES_MAX)
		printf("%zu\t%zu\t%.3f\t%d\n", a->line, line_of[d->doc_id], how->share, how->story);
	return 0;
}

static void
die(const struct err *err)
{
	fprintf(stderr, "story_put: %s\n", err->text);
	exit(1);
}

/* All sites are sources, as they are met. */
static void
add_source(struct store *s, const char *url, char *name, size_t size, struct err *err)
{
	static char *names[1000];
	static struct store_source_def defs[1000];
	static size_t count;
	char *site = url_site(url);
	size_t i;

	for (i = 0; i < count && strcmp(names[i], site) != 0; i++)
		;
	snprintf(name, size, "s-%zu", i);
	if (i == count && count < sizeof(defs) / sizeof(defs[0])) {
		names[i] = site;
		defs[i].name = xstrdup(name);
		defs[i].url = xasprintf("https://%s/", site);
		if (store_sources_sync(s, defs, ++count, err) < 0)
			die(err);
		return;
	}
	free(site);
}

static void
put_line(struct store *s, const json_t *j, size_t line, struct err *err)
{
	static const char *const whats[PUT_SAME + 1] = { [PUT_NEW] = "new", [PUT_ALIAS] = "alias", [PUT_SAME] = "same" };
	struct document *doc = document_new();
	struct store_put_result result = { 0 };
	const char *date = json_get_str(j, "date"), *text = json_get_str(j, "text");
	char source[32];
	struct store_put put = { .source = source, .url = json_get_str(j, "url"), .http_status = 200, .content_type = "text/html",
		.doc = doc, .extractor = "bench", .at_ms = T0 + (int64_t)line * 1000 };

	add_source(s, put.url, source, sizeof(source), err);
	doc->url = xstrdup(put.url);
	doc->title = xstrdup(json_get_str(j, "title"));
	doc->text = xstrdup(text);
	doc->text_state = TEXT_FULL;
	doc->words = (unsigned)unicode_word_count(text, strlen(text));
	if (date != NULL)
		(void)date_from_iso(date, &doc->published);
	if (store_put(s, &put, NULL, &result, err) < 0)
		die(err);
	doc_of[line] = result.doc_id;
	if (result.what == PUT_NEW && result.doc_id < LINES_MAX)
		line_of[result.doc_id] = line;
	printf("%zu\t%s\n", line, result.what <= PUT_SAME ? whats[result.what] : "?");
	document_free(doc);
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct store *s;
	size_t lines = 0;
	json_t *j;

	if (argc != 2 || store_open(argv[1], STORE_WRITE, NULL, &s, &err) < 0)
		die(&err);
	while (lines < LINES_MAX && (j = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
		put_line(s, j, lines++, &err);
		json_decref(j);
	}
	for (size_t i = 0; i < lines; i++) {
		struct asked a = { i };

		if (store_similar(s, doc_of[i], note, &a, &err) < 0)
			die(&err);
	}
	store_close(s);
	return 0;
}
