/*
 * events: what was told, append only. A row keeps the bytes of its CloudEvents object without the
 * document's text, which is found by its hash and put back at its place, so that every reader at
 * every time gets the same bytes. Each row carries the hash of the one before: a row that was
 * changed, left out or put between shows.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define EVENT_MAX (64u << 20)

static const char *const event_types[EV_COUNT] = {
	[EV_DOCUMENT_NEW] = "document.new", [EV_DOCUMENT_EDITED] = "document.edited",
	[EV_DOCUMENT_REMOVED] = "document.removed", [EV_DOCUMENT_RESTORED] = "document.restored",
	[EV_SOURCE_FAILING] = "source.failing", [EV_SOURCE_RECOVERED] = "source.recovered",
	[EV_SOURCE_GAP] = "source.gap", [EV_SOURCE_QUIET] = "source.quiet",
	[EV_SOURCE_TEMPLATE] = "source.template", [EV_SOURCE_STALE] = "source.stale",
	[EV_CHANNEL_FAILING] = "channel.failing", [EV_CHANNEL_RECOVERED] = "channel.recovered",
};

const char *
store_event_type(enum store_event_kind k)
{
	return k >= 0 && k < EV_COUNT ? event_types[k] : "unknown";
}

void
store_event_hash(const unsigned char prev[STORE_HASH], const char *body, size_t len,
    int64_t text_at, const unsigned char *text_hash, unsigned char out[STORE_HASH])
{
	char at[24];
	int n = snprintf(at, sizeof(at), "%" PRId64, text_at);

	if (text_hash != NULL)
		digest_sha256v(out, (const void *)prev, (size_t)STORE_HASH, (const void *)body, len,
		    (const void *)at, (size_t)n, (const void *)text_hash, (size_t)STORE_HASH, NULL);
	else
		digest_sha256v(out, (const void *)prev, (size_t)STORE_HASH, (const void *)body, len,
		    (const void *)at, (size_t)n, NULL);
}

/* ---- writing ---- */

static json_t *
source_data(const struct event_new *e)
{
	json_t *data = json_object();
	char since[CLOCK_TEXT_MAX];

	json_put_str(data, "source", e->source);
	json_put_str(data, "state", store_state_name(e->state));
	json_put_str(data, "cause", e->cause);
	json_put_str(data, "since", clock_rfc3339(e->since_ms, false, since));
	json_put_str(data, "advice", e->advice);
	return data;
}

static json_t *
document_data(const struct event_new *e, const struct store_doc *doc, json_t *carriers)
{
	json_t *data = store_doc_json(doc, false);

	if (carriers != NULL)
		json_object_set(data, "carriers", carriers);

	if (e->previous_revision > 0)
		json_put_int(data, "previous_revision", e->previous_revision);
	if (e->returns_to > 0)
		json_put_int(data, "returns_to", e->returns_to);
	if (e->diff != NULL)
		json_object_set(data, "diff", e->diff);
	if (e->cause != NULL) {
		char since[CLOCK_TEXT_MAX];

		json_put_str(data, "cause", e->cause);
		json_put_str(data, "since", clock_rfc3339(e->since_ms, false, since));
	}
	if (e->kinds != NULL)
		json_object_set(data, "kinds", e->kinds);
	return data;
}

static char *
event_body(struct store *s, const struct event_new *e, const struct store_doc *doc,
    json_t *carriers, int64_t seq, char id[UUID_TEXT])
{
	CLEANUP(json_decrefp) json_t *j = json_object();
	CLEANUP(freep) char *source = NULL;
	char time[CLOCK_TEXT_MAX];

	source = xasprintf("%s/%s", s->event_source, doc != NULL ? doc->source : e->source);
	digest_uuid7(e->at_ms, id);
	json_put_str(j, "specversion", "1.0");
	json_put_str(j, "id", id);
	json_put_int(j, "sequence", seq);
	json_put_str(j, "source", source);
	json_put_str(j, "type", store_event_type(e->kind));
	json_put_str(j, "subject", doc != NULL ? doc->url : e->source);
	json_put_str(j, "time", clock_rfc3339(e->at_ms, true, time));
	json_put_str(j, "datacontenttype", "application/json");
	json_object_set_new(j, "data", doc != NULL ? document_data(e, doc, carriers) : source_data(e));
	return json_line(j);
}

/* The number of the next event, and the hash at the end of the chain. */
static int
chain_end(struct store *s, int64_t *ret_seq, unsigned char prev[STORE_HASH], struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_EVENT_LAST, "");
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	memset(prev, 0, STORE_HASH);
	*ret_seq = 1;
	if (rc > 0) {
		*ret_seq = sqlite3_column_int64(q, 0) + 1;
		store_column_hash(q, 1, prev);
		sqlite3_reset(q);
	}
	return 0;
}

int
store_event_add(struct store *s, const struct event_new *e, const struct store_routes *routes,
    int64_t *ret_seq, struct err *reterr)
{
	CLEANUP(store_doc_freep) struct store_doc *doc = NULL;
	CLEANUP(json_decrefp) json_t *carriers = NULL;
	CLEANUP(freep) char *body = NULL;
	unsigned char prev[STORE_HASH], hash[STORE_HASH], text_hash[STORE_HASH];
	char id[UUID_TEXT];
	int64_t seq, text_at = 0;

	if (e->doc_id != 0 && store_doc_load(s, e->doc_id, true, &doc, reterr) < 0)
		return -1;
	if (doc != NULL && e->kind == EV_DOCUMENT_NEW && store_story_carriers(s, doc, &carriers, reterr) < 0)
		return -1;
	if (chain_end(s, &seq, prev, reterr) < 0)
		return -1;
	body = event_body(s, e, doc, carriers, seq, id);
	if (doc != NULL && doc->text != NULL) {
		/* No value can hold these bytes: quotes inside strings are escaped. */
		text_at = strstr(body, "\"text_state\":") - body;
		digest_sha256(doc->text, strlen(doc->text), text_hash);
	}
	store_event_hash(prev, body, strlen(body), text_at, text_at > 0 ? text_hash : NULL, hash);
	if (store_run(s, store_bind(s, STMT_EVENT_ADD,
	    "itiiihithi", seq, id, (int64_t)e->kind, e->source_id, e->at_ms,
	    text_at > 0 ? text_hash : NULL, text_at, body, hash, e->doc_id), reterr) < 0)
		return -1;
	if (store_deliveries_add(s, e, seq, doc, routes, reterr) < 0)
		return -1;
	if (ret_seq != NULL)
		*ret_seq = seq;
	return 0;
}

/* ---- reading ---- */

int
store_event_line(struct store *s, const char *body, int64_t text_at, int64_t doc_id,
    const unsigned char *text_hash, char **ret, struct err *reterr)
{
	CLEANUP(freep) char *text = NULL, *quoted = NULL;
	CLEANUP(json_decrefp) json_t *j = NULL;
	struct buf b = BUF_INIT(EVENT_MAX);

	if (text_at <= 0 || text_hash == NULL) {
		*ret = xstrdup(body);
		return 0;
	}
	if ((size_t)text_at > strlen(body))
		return err_set(reterr, ERR_LOCAL, "%s: an event is damaged", s->path);
	if (store_text_by_hash(s, doc_id, text_hash, &text, reterr) < 0) {
		if (store_text_pruned(s, doc_id, text_hash, NULL) <= 0)
			return -1;
		*ret = xstrdup(body);
		return 0;
	}
	j = json_string(text);
	if (j == NULL)
		return err_set(reterr, ERR_LOCAL, "%s: the text of an event is damaged", s->path);
	quoted = json_line(j);
	buf_reserve(&b, strlen(body) + strlen(quoted) + 16);
	buf_add(&b, body, (size_t)text_at);
	buf_adds(&b, "\"text\":");
	buf_adds(&b, quoted);
	buf_addc(&b, ',');
	buf_adds(&b, body + text_at);
	*ret = buf_take(&b, NULL);
	return 0;
}

struct event_row {
	struct store_event e;
	char *id, *source, *line;
};

static void
row_done(struct event_row *r)
{
	free(r->id);
	free(r->source);
	free(r->line);
}

static int
row_next(struct store *s, int64_t after_seq, struct event_row *r, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_EVENT_NEXT, "i", after_seq);
	CLEANUP(freep) char *body = NULL;
	unsigned char text_hash[STORE_HASH];
	int64_t text_at, doc_id;
	bool has_text;
	int rc = store_step(s, q, reterr);

	if (rc <= 0)
		return rc;
	memset(r, 0, sizeof(*r));
	r->e.seq = sqlite3_column_int64(q, 0);
	r->e.id = r->id = store_column_text(q, 1);
	r->e.type = store_event_type((enum store_event_kind)sqlite3_column_int(q, 2));
	r->e.source = r->source = store_column_text(q, 3);
	r->e.time_ms = sqlite3_column_int64(q, 4);
	has_text = store_column_hash(q, 5, text_hash);
	text_at = sqlite3_column_int64(q, 6);
	body = store_column_text(q, 7);
	doc_id = sqlite3_column_int64(q, 8);
	sqlite3_reset(q);
	if (store_event_line(s, body, text_at, doc_id, has_text ? text_hash : NULL, &r->line,
	    reterr) < 0) {
		row_done(r);
		return -1;
	}
	r->e.json = r->line;
	return 1;
}

int
store_events(struct store *s, int64_t after_seq, unsigned limit,
    int (*fn)(const struct store_event *e, void *arg), void *arg, struct err *reterr)
{
	struct event_row r;
	int rc, stop = 0;

	while (limit-- > 0 && stop == 0) {
		if ((rc = row_next(s, after_seq, &r, reterr)) <= 0)
			return rc;
		after_seq = r.e.seq;
		stop = fn(&r.e, arg);
		row_done(&r);
	}
	return 0;
}

int
store_event_seq_of(struct store *s, const char *event_id, int64_t *ret_seq, struct err *reterr)
{
	sqlite3_stmt *q;
	long long seq;
	char *end;
	int rc;

	errno = 0;
	seq = strtoll(event_id, &end, 10);
	if (end != event_id && *end == '\0' && errno == 0 && seq >= 0) {
		*ret_seq = seq;
		return 0;
	}
	q = store_bind(s, STMT_EVENT_BY_ID, "t", event_id);
	if ((rc = store_step(s, q, reterr)) < 0)
		return -1;
	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "no event \"%s\"", event_id);
	*ret_seq = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return 0;
}

int64_t
store_last_seq(struct store *s)
{
	unsigned char prev[STORE_HASH];
	int64_t seq;

	return chain_end(s, &seq, prev, NULL) < 0 ? 0 : seq - 1;
}
