#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "worker/job.h"
#include "base/banned.h"

static const char *const kind_name[JOB_KIND_COUNT] = {
	[JOB_DISCOVER] = "discover",
	[JOB_EXTRACT] = "extract",
};

void
job_answer_done(struct job_answer *a)
{
	candidates_free(a->candidates);
	document_free(a->document);
	*a = (struct job_answer){ 0 };
}

static int64_t
cpu_now_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) < 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Nothing of what was looked for stands on the page. */
static bool
found_nothing(const struct job_answer *a, int rc)
{
	return rc < 0 || (a->candidates->kind == KIND_LISTING && a->candidates->count == 0 && !a->candidates->same);
}

void
job_run(const struct job *j, struct job_answer *ret)
{
	int64_t start_us = cpu_now_us();
	int rc;

	*ret = (struct job_answer){ 0 };
	if (j->kind == JOB_DISCOVER) {
		rc = discover(j->bytes, j->len, &j->discover, &ret->candidates, &ret->err);
		if (found_nothing(ret, rc))
			ret->why = diagnosis_of(j->bytes, j->len);
	} else
		rc = extract_page(j->bytes, j->len, &j->extract, &ret->document, &ret->err);
	if (rc == 0)
		err_clear(&ret->err);
	else if (ret->err.class == ERR_NONE)
		(void)err_set(&ret->err, ERR_LOCAL, "the parser failed without a reason");
	ret->cpu_us = cpu_now_us() - start_us;
}

/* Little endian, whatever the machine: a frame in a test or a core file reads the same everywhere. */
static void
put_u32(unsigned char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> 8 * i);
}

static uint32_t
get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void
job_frame_read(const char *p, struct job_frame *ret)
{
	const unsigned char *u = (const unsigned char *)p;

	ret->id = get_u32(u);
	ret->head_len = get_u32(u + 4);
	ret->body_len = get_u32(u + 8);
}

int
job_frame_add(struct buf *b, uint32_t id, const char *head, size_t head_len, const char *body,
    size_t body_len, struct err *reterr)
{
	unsigned char first[JOB_FRAME_HEAD];
	size_t before = b->len;

	if (head_len > UINT32_MAX || body_len > UINT32_MAX)
		return err_set(reterr, ERR_LIMIT, "a frame of %zu and %zu bytes", head_len, body_len);
	put_u32(first, id);
	put_u32(first + 4, (uint32_t)head_len);
	put_u32(first + 8, (uint32_t)body_len);
	buf_reserve(b, sizeof(first) + head_len + body_len);
	if (buf_add(b, first, sizeof(first)) < 0 || buf_add(b, head, head_len) < 0 ||
	    buf_add(b, body, body_len) < 0) {
		buf_cut(b, before);
		return err_set(reterr, ERR_LIMIT, "a frame of %zu bytes is over the limit of %zu",
		    head_len + body_len, b->max);
	}
	return 0;
}

static void
put_discover(json_t *o, const struct discover_opts *d)
{
	json_put_str(o, "url", d->url);
	json_put_str(o, "type", d->content_type);
	json_put_int(o, "as", (int64_t)d->kind);
	json_put_str(o, "links", d->select_links);
	json_put_str(o, "title", d->select_title);
	json_put_str(o, "date", d->select_date);
	json_put_str(o, "language", d->language);
	json_put_int(o, "now", d->now_ms);
	json_put_int(o, "shape", (int64_t)d->known_shape);
	json_put_int(o, "max", (int64_t)d->max);
	if (d->summaries)
		json_object_set_new(o, "summaries", json_true());
}

static void
put_extract(json_t *o, const struct extract_opts *e)
{
	json_put_str(o, "url", e->url);
	json_put_str(o, "type", e->content_type);
	json_put_str(o, "body", e->select_body);
	json_put_str(o, "title", e->select_title);
	json_put_str(o, "date", e->select_date);
	json_put_strs(o, "remove", (char *const *)e->select_remove, e->select_remove_count);
	json_put_str(o, "title_hint", e->title_hint);
	json_put_str(o, "date_hint", e->date_hint);
	json_put_str(o, "language_hint", e->language_hint);
	json_put_int(o, "now", e->now_ms);
}

int
job_encode(uint32_t id, const struct job *j, struct buf *b, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *o = json_object();
	CLEANUP(freep) char *head = NULL;
	size_t len;

	json_put_str(o, "job", kind_name[j->kind]);
	if (j->kind == JOB_DISCOVER)
		put_discover(o, &j->discover);
	else
		put_extract(o, &j->extract);
	head = json_line(o);
	len = strlen(head);
	if (len > JOB_MAX_OPTS)
		return err_set(reterr, ERR_LIMIT, "addresses and selectors of a page are over %u bytes",
		    JOB_MAX_OPTS);
	if (j->len > JOB_MAX_BYTES)
		return err_set(reterr, ERR_LIMIT, "a page of %zu bytes is over the limit of %u", j->len,
		    JOB_MAX_BYTES);
	return job_frame_add(b, id, head, len, j->bytes, j->len, reterr);
}

static int
get_discover(const json_t *o, struct discover_opts *d)
{
	int64_t kind = json_get_int(o, "as", -1), max = json_get_int(o, "max", -1);

	if (kind < 0 || kind >= KIND_COUNT || max < 0)
		return -1;
	*d = (struct discover_opts){
		.url = json_get_str(o, "url"),
		.content_type = json_get_str(o, "type"),
		.kind = (enum source_kind)kind,
		.select_links = json_get_str(o, "links"),
		.select_title = json_get_str(o, "title"),
		.select_date = json_get_str(o, "date"),
		.language = json_get_str(o, "language"),
		.now_ms = json_get_int(o, "now", 0),
		.known_shape = (uint64_t)json_get_int(o, "shape", 0),
		.max = (size_t)max,
		.summaries = json_is_true(json_object_get(o, "summaries")),
	};
	return 0;
}

static int
get_extract(const json_t *o, struct job_received *r)
{
	const json_t *list = json_object_get(o, "remove");
	size_t i, n = json_array_size(list);

	r->job.extract = (struct extract_opts){
		.url = json_get_str(o, "url"),
		.content_type = json_get_str(o, "type"),
		.select_body = json_get_str(o, "body"),
		.select_title = json_get_str(o, "title"),
		.select_date = json_get_str(o, "date"),
		.title_hint = json_get_str(o, "title_hint"),
		.date_hint = json_get_str(o, "date_hint"),
		.language_hint = json_get_str(o, "language_hint"),
		.now_ms = json_get_int(o, "now", 0),
	};
	if (n == 0)
		return 0;
	r->remove = xcalloc(n, sizeof(*r->remove));
	for (i = 0; i < n; i++) {
		r->remove[i] = json_string_value(json_array_get(list, i));
		if (r->remove[i] == NULL)
			return -1;
	}
	r->job.extract.select_remove = r->remove;
	r->job.extract.select_remove_count = n;
	return 0;
}

int
job_decode(const char *head, size_t head_len, const char *body, size_t body_len,
    struct job_received *ret, struct err *reterr)
{
	struct job_received r = { .job = { .bytes = body, .len = body_len } };
	const char *name;
	int rc = -1;

	if (json_read(head, head_len, &r.head, reterr) < 0)
		return -1;
	name = json_get_str(r.head, "job");
	if (name != NULL && strcmp(name, kind_name[JOB_DISCOVER]) == 0) {
		r.job.kind = JOB_DISCOVER;
		rc = get_discover(r.head, &r.job.discover);
	} else if (name != NULL && strcmp(name, kind_name[JOB_EXTRACT]) == 0) {
		r.job.kind = JOB_EXTRACT;
		rc = get_extract(r.head, &r);
	}
	if (rc < 0) {
		job_received_done(&r);
		return err_set(reterr, ERR_INPUT, "the frame holds no job");
	}
	*ret = r;
	return 0;
}

void
job_received_done(struct job_received *r)
{
	free(r->remove);
	json_decref(r->head);
	*r = (struct job_received){ 0 };
}

int
job_answer_encode(uint32_t id, const struct job_answer *a, struct buf *b, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *o = json_object();
	CLEANUP(freep) char *head = NULL;
	size_t len;

	json_put_int(o, "cpu", a->cpu_us);
	if (a->why != DIAGNOSIS_NONE)
		json_put_int(o, "why", (int64_t)a->why);
	if (a->err.class != ERR_NONE) {
		json_put_int(o, "class", (int64_t)a->err.class);
		json_put_str(o, "text", a->err.text);
	} else if (a->candidates != NULL) {
		json_object_set_new(o, "candidates", candidates_to_json(a->candidates));
	} else if (a->document != NULL) {
		json_object_set_new(o, "document", document_to_json(a->document, true));
	}
	head = json_line(o);
	len = strlen(head);
	if (len > JOB_MAX_ANSWER)
		return err_set(reterr, ERR_LIMIT, "an answer of %zu bytes is over the limit of %u", len,
		    JOB_MAX_ANSWER);
	return job_frame_add(b, id, head, len, NULL, 0, reterr);
}

/* Serialised addresses are visible ASCII; anything else could forge a header or a line. */
static bool
is_address(const char *s)
{
	size_t n = 0;

	if (s == NULL || !url_is_http(s))
		return false;
	for (; s[n] != '\0'; n++)
		if (s[n] <= ' ' || s[n] >= 0x7f)
			return false;
	return n <= URL_MAX;
}

static void
keep_addresses(char **list, size_t *count)
{
	size_t i, kept = 0;

	for (i = 0; i < *count; i++) {
		if (is_address(list[i]))
			list[kept++] = list[i];
		else
			free(list[i]);
	}
	*count = kept;
}

/*
 * A worker that a page has taken over could send us anywhere: only what the parent itself would have
 * accepted as an address is kept.
 */
static void
drop_strange(struct candidates *c)
{
	size_t i, kept = 0;

	for (i = 0; i < c->count; i++) {
		if (!is_address(c->list[i].url)) {
			candidate_clear(&c->list[i]);
			continue;
		}
		if (kept != i)
			c->list[kept] = c->list[i];
		kept++;
	}
	c->count = kept;
	keep_addresses(c->more, &c->more_count);
	keep_addresses(c->feeds, &c->feeds_count);
}

static int
decode_into(const json_t *o, struct job_answer *a, struct err *reterr)
{
	const json_t *candidates = json_object_get(o, "candidates");
	const json_t *document = json_object_get(o, "document");
	const char *text = json_get_str(o, "text");
	int64_t class = json_get_int(o, "class", ERR_NONE), why = json_get_int(o, "why", DIAGNOSIS_NONE);

	if (why < 0 || why >= DIAGNOSIS_COUNT)
		return err_set(reterr, ERR_INPUT, "the answer's diagnosis is none of ours");
	a->why = (enum diagnosis)why;
	a->cpu_us = json_get_int(o, "cpu", 0);
	if (class != ERR_NONE) {
		if (class < 0 || class >= ERR_CLASS_COUNT || text == NULL)
			return err_set(reterr, ERR_INPUT, "the answer's error is none of ours");
		(void)err_set(&a->err, (enum err_class)class, "%s", text);
		return 0;
	}
	if (candidates != NULL) {
		if (candidates_from_json(candidates, &a->candidates, reterr) < 0)
			return -1;
		drop_strange(a->candidates);
		return 0;
	}
	if (document != NULL)
		return document_from_json(document, &a->document, reterr);
	return err_set(reterr, ERR_INPUT, "the answer holds neither candidates, document nor error");
}

int
job_answer_decode(const char *head, size_t head_len, struct job_answer *ret, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *o = NULL;
	struct job_answer a = { 0 };

	if (json_read(head, head_len, &o, reterr) < 0)
		return -1;
	if (decode_into(o, &a, reterr) < 0) {
		job_answer_done(&a);
		return -1;
	}
	*ret = a;
	return 0;
}
