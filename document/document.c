/* document: making, copying and freeing; its form on the worker's wire and in exports. */
#include <assert.h>
#include <string.h>
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "document/document.h"
#include "document/normal.h"
#include "base/banned.h"

#define CAPTIONS_MAX 64		/* a gallery of more pictures adds nothing a reader needs */
#define CAPTION_CHARS_MAX 1000
#define ALTERNATES_MAX 256	/* europa.eu has 24 languages; beyond this it is noise */

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
	if (doc->captions_count >= CAPTIONS_MAX) {
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

int
text_state_parse(const char *name, enum text_state *ret)
{
	for (size_t i = 0; name != NULL && i < sizeof(state_names) / sizeof(state_names[0]); i++) {
		if (strcmp(name, state_names[i]) == 0) {
			*ret = (enum text_state)i;
			return 0;
		}
	}
	return -1;
}

/* Parts of a date as an array, so that the wire keeps what date_iso() cannot say. */
static void
put_wire_date(json_t *obj, const char *key, const struct doc_date *d)
{
	if (d->precision == DATE_NONE)
		return;
	json_object_set_new(obj, key, json_pack("[i,s,i,i,i,i,i,i,b,i,b,s]",
	    (int)d->precision, date_source_name(d->source), d->year, d->month, d->day,
	    d->hour, d->minute, d->second, (int)d->has_offset, d->offset_min, (int)d->doubtful,
	    d->stated));
}

static int
get_wire_date(const json_t *obj, const char *key, struct doc_date *ret, struct err *reterr)
{
	const json_t *j = json_object_get(obj, key);
	struct doc_date d = { 0 };
	const char *source, *stated;
	int precision, has_offset, doubtful;

	if (j == NULL)
		return 0;
	if (json_unpack((json_t *)j, "[i,s,i,i,i,i,i,i,b,i,b,s!]", &precision, &source, &d.year,
	    &d.month, &d.day, &d.hour, &d.minute, &d.second, &has_offset, &d.offset_min,
	    &doubtful, &stated) < 0)
		return err_set(reterr, ERR_INPUT, "document: %s is not a date of the wire", key);
	if (precision <= DATE_NONE || precision > DATE_TIME ||
	    date_source_parse(source, &d.source) < 0 || strlen(stated) >= sizeof(d.stated) ||
	    d.year < 1 || d.year > 9999 || d.month < 0 || d.month > 12 || d.day < 0 ||
	    d.day > 31 || d.hour < 0 || d.hour > 23 || d.minute < 0 || d.minute > 59 ||
	    d.second < 0 || d.second > 60 || d.offset_min < -1080 || d.offset_min > 1080 ||
	    (precision >= DATE_MONTH && d.month == 0) || (precision >= DATE_DAY && d.day == 0))
		return err_set(reterr, ERR_INPUT, "document: %s is out of range", key);
	d.precision = (enum date_precision)precision;
	d.has_offset = has_offset != 0;
	d.doubtful = doubtful != 0;
	memcpy(d.stated, stated, strlen(stated) + 1);
	*ret = d;
	return 0;
}

json_t *
document_to_json(const struct document *doc, bool wire)
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
	if (wire) {
		json_put_str(j, "canonical", doc->canonical);
		json_object_set_new(j, "listing", json_boolean(doc->listing));
		json_put_strs(j, "alternates", doc->alternates, doc->alternates_count);
		json_put_str(j, "trouble", doc->trouble);
		put_wire_date(j, "published_parts", &doc->published);
		put_wire_date(j, "modified_parts", &doc->modified);
	}
	return j;
}

static int
get_str(const json_t *j, const char *key, char **ret, struct err *reterr)
{
	const json_t *v = json_object_get(j, key);

	if (v == NULL)
		return 0;
	if (!json_is_string(v))
		return err_set(reterr, ERR_INPUT, "document: %s is not a string", key);
	*ret = xstrdup(json_string_value(v));
	return 0;
}

static int
get_strs(const json_t *j, const char *key, size_t max, char ***ret, size_t *ret_count,
    struct err *reterr)
{
	const json_t *v = json_object_get(j, key), *item;
	size_t n = json_array_size(v), i;

	if (v == NULL)
		return 0;
	if (!json_is_array(v))
		return err_set(reterr, ERR_INPUT, "document: %s is not a list", key);
	if (n > max)
		n = max;
	*ret = xcalloc(n + 1, sizeof(**ret));
	json_array_foreach((json_t *)v, i, item) {
		if (i >= n)
			break;
		if (!json_is_string(item))
			return err_set(reterr, ERR_INPUT, "document: %s holds no string", key);
		(*ret)[i] = xstrdup(json_string_value(item));
		*ret_count = i + 1;
	}
	return 0;
}

int
document_from_json(const json_t *j, struct document **ret_doc, struct err *reterr)
{
	CLEANUP(document_freep) struct document *doc = document_new();
	int64_t words;

	if (!json_is_object(j))
		return err_set(reterr, ERR_INPUT, "document: not an object");
	if (get_str(j, "url", &doc->url, reterr) < 0 ||
	    get_str(j, "canonical", &doc->canonical, reterr) < 0 ||
	    get_str(j, "title", &doc->title, reterr) < 0 ||
	    get_str(j, "language", &doc->language, reterr) < 0 ||
	    get_str(j, "author", &doc->author, reterr) < 0 ||
	    get_str(j, "section", &doc->section, reterr) < 0 ||
	    get_str(j, "dateline", &doc->dateline, reterr) < 0 ||
	    get_str(j, "text", &doc->text, reterr) < 0 ||
	    get_str(j, "trouble", &doc->trouble, reterr) < 0 ||
	    get_strs(j, "captions", CAPTIONS_MAX, &doc->captions, &doc->captions_count,
	    reterr) < 0 ||
	    get_strs(j, "alternates", ALTERNATES_MAX, &doc->alternates, &doc->alternates_count,
	    reterr) < 0 ||
	    get_wire_date(j, "published_parts", &doc->published, reterr) < 0 ||
	    get_wire_date(j, "modified_parts", &doc->modified, reterr) < 0)
		return -1;
	if (text_state_parse(json_get_str(j, "text_state"), &doc->text_state) < 0)
		return err_set(reterr, ERR_INPUT, "document: text_state is unknown");
	if (doc->text != NULL && strlen(doc->text) > DOCUMENT_TEXT_MAX)
		return err_set(reterr, ERR_INPUT, "document: text is over %u bytes",
		    DOCUMENT_TEXT_MAX);
	doc->listing = json_is_true(json_object_get(j, "listing"));
	words = json_get_int(j, "words", 0);
	doc->words = words > 0 && words <= DOCUMENT_TEXT_MAX ? (unsigned)words : 0;
	*ret_doc = doc;
	doc = NULL;
	return 0;
}

void
document_compare_hash(const char *title, const char *text, unsigned char out[32])
{
	CLEANUP(freep) char *t = normal_compare(title ? title : "", title ? strlen(title) : 0);
	CLEANUP(freep) char *b = normal_compare(text ? text : "", text ? strlen(text) : 0);

	/* The newline parts them: the comparison form holds none. */
	digest_sha256v(out, (const void *)t, strlen(t), (const void *)"\n", (size_t)1,
	    (const void *)b, strlen(b), NULL);
}
