/*
 * export_warc: the responses kept, as WARC 1.1 (ISO 28500:2017). Only bodies are kept, not header fields, so each
 * is a resource record; equal bytes are written once, and a revisit record stands for them from then on. A metadata record before
 * each says which document and revision it is, with the document as it was then, so that import gives an equal archive; at
 * the end stands the log of looking at each source.
 */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/digest.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/export.h"
#include "base/banned.h"

/* A record id that the same bytes of the same address and time always have: version 8 of RFC 9562 over a hash. */
static void
record_id(const char *kind, const char *url, const unsigned char hash[SHA256_LEN], int64_t at_ms,
    char out[UUID_TEXT])
{
	unsigned char h[SHA256_LEN];
	char hex[SHA256_HEX];

	digest_sha256v(h, kind, strlen(kind), url, strlen(url), hash, (size_t)SHA256_LEN, (const void *)&at_ms,
	    sizeof(at_ms), NULL);
	h[6] = (unsigned char)((h[6] & 0x0f) | 0x80);
	h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
	digest_hex(h, SHA256_LEN, hex);
	snprintf(out, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
	    hex + 20);
}

/* Header fields behind the usual ones, each with its line end; "" for none. */
static void
record(FILE *f, const char *type, const char *url, const char *content_type, int64_t at_ms, const char *more,
    const void *p, size_t n, char id[UUID_TEXT])
{
	unsigned char hash[SHA256_LEN];
	char hex[SHA256_HEX], date[CLOCK_TEXT_MAX];

	digest_sha256(p, n, hash);
	record_id(type, url, hash, at_ms, id);
	fprintf(f, "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: %s\r\n", type, id,
	    clock_rfc3339(at_ms, true, date));
	if (url[0] != '\0')
		fprintf(f, "WARC-Target-URI: %s\r\n", url);
	fprintf(f, "%sWARC-Block-Digest: sha256:%s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", more,
	    digest_hex(hash, SHA256_LEN, hex), content_type, n);
	fwrite(p, 1, n, f);
	fputs("\r\n\r\n", f);
}

static void
record_json(struct export *x, const char *url, int64_t at_ms, const json_t *j)
{
	CLEANUP(freep) char *line = json_line(j);
	char id[UUID_TEXT];

	record(x->out.f, "metadata", url, "application/json", at_ms, "", line, strlen(line), id);
}

static void
begin(struct export *x)
{
	static const char info[] =
	    "software: presswatch " PRESSWATCH_VERSION "\r\nformat: WARC File Format 1.1\r\n"
	    "description: before each response a metadata record in JSON says which document and revision it is\r\n";
	char id[UUID_TEXT];

	record(x->out.f, "warcinfo", "", "application/warc-fields", x->cli->now_ms, "", info, sizeof(info) - 1, id);
}

/* The server's own type, unless it would break the line of the record's header. */
static const char *
clean_type(const char *type)
{
	for (const char *p = type != NULL ? type : "\r"; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "application/octet-stream";
	return type;
}

struct written {			/* bytes that have a record */
	unsigned char hash[SHA256_LEN];
	char id[UUID_TEXT], *url;
	int64_t at_ms;
	UT_hash_handle hh;
};

static struct written *
written_find(const struct export *x, const unsigned char hash[SHA256_LEN])
{
	struct written *all = x->state, *found;

	HASH_FIND(hh, all, hash, SHA256_LEN, found);
	return found;
}

static void
written_add(struct export *x, const unsigned char hash[SHA256_LEN], const char *id, const char *url, int64_t at_ms)
{
	struct written *all = x->state, *w = xcalloc(1, sizeof(*w));

	memcpy(w->hash, hash, SHA256_LEN);
	snprintf(w->id, sizeof(w->id), "%s", id);
	w->url = xstrdup(url);
	w->at_ms = at_ms;
	HASH_ADD(hh, all, hash, SHA256_LEN, w);
	x->state = all;
}

/* The bytes, or where they stand already: a revisit of an identical payload (ISO 28500, 6.7.2). */
static void
write_response(struct export *x, const char *url, int64_t at_ms, const char *type, const char *raw, size_t n)
{
	unsigned char hash[SHA256_LEN];
	char hex[SHA256_HEX], date[CLOCK_TEXT_MAX], id[UUID_TEXT];
	CLEANUP(freep) char *more = NULL;
	const struct written *w;

	digest_sha256(raw, n, hash);
	digest_hex(hash, SHA256_LEN, hex);
	if ((w = written_find(x, hash)) != NULL) {
		more = xasprintf("WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n"
		    "WARC-Payload-Digest: sha256:%s\r\nWARC-Refers-To: <urn:uuid:%s>\r\nWARC-Refers-To-Target-URI: %s\r\n"
		    "WARC-Refers-To-Date: %s\r\n", hex, w->id, w->url, clock_rfc3339(w->at_ms, true, date));
		record(x->out.f, "revisit", url, clean_type(type), at_ms, more, "", 0, id);
		return;
	}
	more = xasprintf("WARC-Payload-Digest: sha256:%s\r\n", hex);
	record(x->out.f, "resource", url, clean_type(type), at_ms, more, raw, n, id);
	written_add(x, hash, id, url, at_ms);
}

struct revisions { struct export *x; const struct store_doc *d; };

static int
write_revision(const struct store_revision *r, void *arg)
{
	struct revisions *all = arg;
	const struct store_doc *d = all->d;
	CLEANUP(freep) char *raw = NULL, *type = NULL;
	CLEANUP(json_decrefp) json_t *about = json_object();
	CLEANUP(store_doc_freep) struct store_doc *then = NULL;
	bool newest = r->number == d->revision, kept;
	char seen[CLOCK_TEXT_MAX];
	size_t len = 0;

	kept = store_raw_of(all->x->cli->store, d->doc_id, r->number, &raw, &len, &type, NULL) == 0;
	/* Of a revision that was pruned nothing can come back. */
	if (!newest && r->pruned_ms == 0 && store_get(all->x->cli->store, d->id, r->number, &then, NULL) < 0)
		then = NULL;
	if (!kept && !newest && then == NULL)
		return 0;
	json_put_int(about, "presswatch", 1);
	json_put_str(about, "id", d->id);
	json_put_str(about, "source", d->source);
	json_put_int(about, "revision", r->number);
	json_put_str(about, "seen", clock_rfc3339(r->seen_ms, true, seen));
	json_put_str(about, "title", r->title);
	json_put_str(about, "text_hash", r->text_hash);
	json_put_str(about, "extractor", r->extractor);
	json_put_str(about, "request", "GET, conditional when the document had been seen before");
	json_put_str(about, "content_type", type);
	json_object_set_new(about, "response", json_boolean(kept));
	json_object_set_new(about, "newest", json_boolean(newest));
	if (newest || then != NULL)
		json_object_set_new(about, "document", store_doc_json(newest ? d : then, true));
	record_json(all->x, d->url, r->seen_ms, about);
	if (kept)
		write_response(all->x, d->url, r->seen_ms, type, raw, len);
	return 0;
}

static void
write_responses(struct export *x, const struct store_doc *d)
{
	struct revisions all = { x, d };

	store_history(x->cli->store, d->doc_id, write_revision, &all, NULL);
}

/* ---- that we looked ---------------------------------------------------------------------------------------------- */

struct looks { json_t *list; int64_t last_ms; };

static int
add_look(const struct store_look *l, void *arg)
{
	struct looks *looks = arg;

	json_array_append_new(looks->list, visits_json(l));
	looks->last_ms = l->last_ms;
	return 0;
}

static int
write_looks(const struct store_source *s, void *arg)
{
	struct export *x = arg;
	struct looks looks = { .list = json_array() };
	json_t *j;

	if (x->cli->opts.source != NULL && strcmp(x->cli->opts.source, s->name) != 0) {
		json_decref(looks.list);
		return 0;
	}
	store_looks(x->cli->store, s->name, 0, add_look, &looks, NULL);
	j = json_object();
	json_put_str(j, "source", s->name);
	json_object_set_new(j, "visits", looks.list);
	if (looks.last_ms > 0)
		record_json(x, s->url, looks.last_ms, j);
	json_decref(j);
	return 0;
}

static void
end(struct export *x)
{
	struct written *all = x->state, *w, *tmp;

	store_sources_state(x->cli->store, write_looks, x, NULL);
	HASH_ITER(hh, all, w, tmp) {
		HASH_DEL(all, w);
		free(w->url);
		free(w);
	}
	x->state = NULL;
}

const struct export_format export_warc = { .name = "warc", .begin = begin, .write = write_responses, .end = end };
