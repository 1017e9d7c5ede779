/*
 * replay: the event log asked once more: would this route have been told? The judgement is that of the outbox, on the document as
 * the event has it: its text, labels and kinds of change of then.
 */
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "document/fingerprint.h"
#include "store/store_int.h"
#include "base/banned.h"

struct told {			/* a text that was told, of the story that a later copy of it names */
	struct { int64_t story; uint64_t text; } key;
	UT_hash_handle hh;
};

struct store_replay { struct told *told; };

struct store_replay *
store_replay_new(void)
{
	return xcalloc(1, sizeof(struct store_replay));
}

void
store_replay_free(struct store_replay *r)
{
	struct told *t, *next;

	if (r == NULL)
		return;
	HASH_ITER(hh, r->told, t, next) {
		HASH_DEL(r->told, t);
		free(t);
	}
	free(r);
}

/* Was this very text told by another carrier? The first carrier had no story yet when it was told: its own number became the name. */
static bool
told_before(struct store_replay *r, const struct store_doc *doc)
{
	struct told probe = { 0 }, *t;

	probe.key.story = doc->story != NULL ? strtoll(doc->story, NULL, 10) : doc->doc_id;
	probe.key.text = fingerprint_exact(NULL, doc->text);
	HASH_FIND(hh, r->told, &probe.key, sizeof(probe.key), t);
	return t != NULL && doc->story != NULL;
}

static void
remember(struct store_replay *r, const struct store_doc *doc)
{
	struct told *t = xcalloc(1, sizeof(*t)), *old;

	t->key.story = doc->story != NULL ? strtoll(doc->story, NULL, 10) : doc->doc_id;
	t->key.text = fingerprint_exact(NULL, doc->text);
	HASH_FIND(hh, r->told, &t->key, sizeof(t->key), old);
	if (old != NULL)
		free(t);
	else
		HASH_ADD(hh, r->told, key, sizeof(t->key), t);
}

/* What the edit took out: kept by the index, or found anew when the index has not come to it. */
static int
removed_of(struct store *s, const struct store_doc *doc, unsigned previous, char **ret, struct err *reterr)
{
	CLEANUP(freep) char *title = NULL, *text = NULL;
	CLEANUP(diff_freep) struct diff *diff = NULL;

	if (store_old_read(s, doc->doc_id, previous, &title, &text, ret, NULL) < 0)
		return 0;	/* pruned: its words are not known any more */
	if (*ret != NULL || text == NULL || doc->text == NULL)
		return 0;
	diff = diff_texts(text, doc->text);
	*ret = store_removed_words(diff, title, doc->title);
	return 0;
}

static int
fits(struct store *s, const char *query, const struct store_doc *doc, unsigned previous, bool *ret, struct err *reterr)
{
	CLEANUP(freep) char *labels = NULL, *removed = NULL;
	CLEANUP(json_decrefp) json_t *list = json_array();

	for (size_t i = 0; i < doc->labels_count; i++)
		json_array_append_new(list, json_string(doc->labels[i]));
	labels = json_line(list);
	if (previous > 0 && strstr(query, "removed:") != NULL && removed_of(s, doc, previous, &removed, reterr) < 0)
		return -1;
	return store_match(s, query, labels, doc, removed, ret, reterr);
}

static int
document_fits(struct store *s, struct store_replay *r, const struct store_route *route, const struct store_event *e,
    const json_t *data, bool *ret, struct err *reterr)
{
	CLEANUP(store_doc_freep) struct store_doc *doc = store_doc_of_json(data, e->time_ms);
	bool fresh = strcmp(e->type, store_event_type(EV_DOCUMENT_NEW)) == 0, once = route->once_per_story && fresh;

	*ret = !(once && told_before(r, doc));
	if (*ret && route->match != NULL && route->match[0] != '\0' && fits(s, route->match, doc,
	    (unsigned)json_get_int(data, "previous_revision", 0), ret, reterr) < 0)
		return -1;
	if (*ret && once)
		remember(r, doc);
	return 0;
}

static enum store_event_kind
kind_of(const char *type)
{
	enum store_event_kind k = 0;

	while (k < EV_COUNT && strcmp(store_event_type(k), type) != 0)
		k++;
	return k;
}

int
store_replay_event(struct store *s, struct store_replay *r, const struct store_route *route, const struct store_event *e,
    bool *ret, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *j = NULL;
	const json_t *data;
	enum store_event_kind kind = kind_of(e->type);
	bool of_document = kind <= EV_DOCUMENT_RESTORED;

	*ret = false;
	if (kind == EV_COUNT || (route->kinds & 1u << kind) == 0)
		return 0;
	if (!of_document) {
		*ret = true;
		return 0;
	}
	if (json_read(e->json, strlen(e->json), &j, reterr) < 0)
		return -1;
	data = json_object_get(j, "data");
	if (!store_route_wants(route, kind, diff_kinds_of_json(json_object_get(data, "kinds"))))
		return 0;
	return document_fits(s, r, route, e, data, ret, reterr);
}
