/* document: making, copying and freeing; its form in exports. */
#include <assert.h>
#include <string.h>
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/document.h"
#include "document/normal.h"
#include "base/banned.h"

#define CAPTION_CHARS_MAX 1000

struct document *
document_new(void)
{
	return xcalloc(1, sizeof(struct document));
}

static char **
strs_copy(char *const *from, size_t n)
{
	char **to;

	if (n == 0)
		return NULL;
	to = xcalloc(n, sizeof(*to));
	for (size_t i = 0; i < n; i++)
		to[i] = xstrdup(from[i]);
	return to;
}

static void
strs_free(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

struct document *
document_copy(const struct document *doc)
{
	struct document *new = document_new();

	*new = *doc;
	new->url = xstrdup(doc->url);
	new->canonical = xstrdup(doc->canonical);
	new->title = xstrdup(doc->title);
	new->language = xstrdup(doc->language);
	new->author = xstrdup(doc->author);
	new->section = xstrdup(doc->section);
	new->dateline = xstrdup(doc->dateline);
	new->text = xstrdup(doc->text);
	new->trouble = xstrdup(doc->trouble);
	new->captions = strs_copy(doc->captions, doc->captions_count);
	new->alternates = strs_copy(doc->alternates, doc->alternates_count);
	return new;
}

void
document_free(struct document *doc)
{
	if (doc == NULL)
		return;
	free(doc->url);
	free(doc->canonical);
	free(doc->title);
	free(doc->language);
	free(doc->author);
	free(doc->section);
	free(doc->dateline);
	free(doc->text);
	free(doc->trouble);
	strs_free(doc->captions, doc->captions_count);
	strs_free(doc->alternates, doc->alternates_count);
	free(doc);
}

void
document_set_line(char **field, const char *value, size_t max_chars)
{
	CLEANUP(freep) char *clean = NULL;
	char *line = NULL;

	if (value != NULL) {
		clean = unicode_clean(value, strlen(value));
		line = unicode_line(clean, strlen(clean));
		if (max_chars > 0) {
			size_t cut = utf8_cut_chars(line, strlen(line), max_chars);

			while (cut > 0 && line[cut] != '\0' && line[cut - 1] == ' ')
				cut--;
			line[cut] = '\0';
		}
		if (*line == '\0') {
			free(line);
			line = NULL;
		}
	}
	free(*field);	/* last: value may point into the old field */
	*field = line;
}

void
document_add_caption(struct document *doc, const char *caption)
{
	char *line = NULL;

	document_set_line(&line, caption, CAPTION_CHARS_MAX);
	if (line == NULL)
		return;
	for (size_t i = 0; i < doc->captions_count; i++) {
		if (strcmp(doc->captions[i], line) == 0) {
			free(line);
			return;
		}
	}
	if (doc->captions_count >= DOCUMENT_CAPTIONS_MAX) {
		free(line);
		return;
	}
	doc->captions = xreallocarray(doc->captions, doc->captions_count + 1,
	    sizeof(*doc->captions));
	doc->captions[doc->captions_count++] = line;
}

static const char *const state_names[] = {
	[TEXT_FULL] = "full",
	[TEXT_NONE] = "none",
	[TEXT_CUT] = "cut",
};

const char *
text_state_name(enum text_state s)
{
	assert((size_t)s < sizeof(state_names) / sizeof(state_names[0]));
	return state_names[s];
}

json_t *
document_to_json(const struct document *doc)
{
	json_t *j = json_object();
	char iso[DATE_ISO_MAX];

	json_put_str(j, "url", doc->url);
	json_put_str(j, "title", doc->title);
	if (doc->published.precision != DATE_NONE)
		json_put_str(j, "published", date_iso(&doc->published, iso));
	if (doc->modified.precision != DATE_NONE)
		json_put_str(j, "modified", date_iso(&doc->modified, iso));
	json_put_str(j, "language", doc->language);
	json_put_str(j, "section", doc->section);
	json_put_str(j, "author", doc->author);
	json_put_str(j, "dateline", doc->dateline);
	json_put_strs(j, "captions", doc->captions, doc->captions_count);
	json_put_str(j, "text", doc->text);
	json_put_str(j, "text_state", text_state_name(doc->text_state));
	json_put_int(j, "words", doc->words);
	return j;
}

void
document_hash_of_plain(const char *title, const char *text, unsigned char out[32])
{
	/* The newline parts them: the comparison form holds none. */
	digest_sha256v(out, (const void *)title, strlen(title), (const void *)"\n", (size_t)1,
	    (const void *)text, strlen(text), NULL);
}

void
document_compare_hash(const char *title, const char *text, unsigned char out[32])
{
	CLEANUP(freep) char *t = normal_compare(title ? title : "", title ? strlen(title) : 0);
	CLEANUP(freep) char *b = normal_compare(text ? text : "", text ? strlen(text) : 0);

	document_hash_of_plain(t, b, out);
}
