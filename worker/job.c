#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fields.h"
#include "base/mem.h"
#include "base/url.h"
#include "worker/job.h"
#include "base/banned.h"

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
	return rc < 0 || (a->candidates->kind == KIND_LISTING && a->candidates->count + a->candidates->refused == 0 && !a->candidates->same);
}

/* The bytes still come; what of them was kept tells why nothing was found. */
static int
run_stream(const struct job *j, struct job_answer *ret)
{
	struct pull_head head;
	int rc;

	pull_head_init(&head, *j->stream, JOB_MAX_BYTES);
	rc = discover_pull(&head, j->len, &j->discover, j->parts, &ret->candidates, &ret->err);
	if (found_nothing(ret, rc))
		ret->why = diagnosis_of(buf_str(&head.head), head.head.len, j->discover.content_type);
	pull_head_done(&head);
	return rc;
}

void
job_run(const struct job *j, struct job_answer *ret)
{
	int64_t start_us = cpu_now_us();
	int rc;

	*ret = (struct job_answer){ 0 };
	if (j->kind == JOB_DISCOVER && j->stream != NULL) {
		rc = run_stream(j, ret);
	} else if (j->kind == JOB_DISCOVER) {
		rc = discover(j->bytes, j->len, &j->discover, &ret->candidates, &ret->err);
		if (found_nothing(ret, rc))
			ret->why = diagnosis_of(j->bytes, j->len, j->discover.content_type);
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
job_frame_add(struct buf *b, uint32_t id, const char *head, size_t head_len, size_t body_len, struct err *reterr)
{
	unsigned char first[JOB_FRAME_HEAD];
	size_t before = b->len;

	if (head_len > UINT32_MAX || body_len > UINT32_MAX)
		return err_set(reterr, ERR_LIMIT, "a frame of %zu and %zu bytes", head_len, body_len);
	put_u32(first, id);
	put_u32(first + 4, (uint32_t)head_len);
	put_u32(first + 8, (uint32_t)body_len);
	buf_reserve(b, sizeof(first) + head_len);
	if (buf_add(b, first, sizeof(first)) < 0 || buf_add(b, head, head_len) < 0) {
		buf_cut(b, before);
		return err_set(reterr, ERR_LIMIT, "a frame of %zu bytes is over the limit of %zu", head_len, b->max);
	}
	return 0;
}

static void
put_discover(struct buf *b, const struct discover_opts *d)
{
	fields_put_str(b, d->url);
	fields_put_str(b, d->content_type);
	fields_put_num(b, d->kind);
	fields_put_str(b, d->select_links);
	fields_put_str(b, d->select_title);
	fields_put_str(b, d->select_date);
	fields_put_str(b, d->language);
	fields_put_int(b, d->now_ms);
	fields_put_num(b, d->known_shape);
	fields_put_num(b, d->max);
	fields_put_num(b, d->summaries);
	fields_put_strs(b, d->include, d->include_count);
	fields_put_strs(b, d->exclude, d->exclude_count);
}

static void
put_extract(struct buf *b, const struct extract_opts *e)
{
	fields_put_str(b, e->url);
	fields_put_str(b, e->content_type);
	fields_put_str(b, e->select_body);
	fields_put_str(b, e->select_title);
	fields_put_str(b, e->select_date);
	fields_put_strs(b, (char *const *)e->select_remove, e->select_remove_count);
	fields_put_str(b, e->title_hint);
	fields_put_str(b, e->date_hint);
	fields_put_str(b, e->language_hint);
	fields_put_int(b, e->now_ms);
}

int
job_encode(uint32_t id, const struct job *j, struct buf *b, struct err *reterr)
{
	struct buf head = BUF_INIT(JOB_MAX_OPTS);
	int rc;

	fields_put_num(&head, j->kind);
	if (j->kind == JOB_DISCOVER)
		put_discover(&head, &j->discover);
	else
		put_extract(&head, &j->extract);
	if (head.full)
		rc = err_set(reterr, ERR_LIMIT, "addresses and selectors of a page are over %u bytes",
		    JOB_MAX_OPTS);
	else if (j->len > JOB_MAX_BYTES)
		rc = err_set(reterr, ERR_LIMIT, "a page of %zu bytes is over the limit of %u", j->len,
		    JOB_MAX_BYTES);
	else
		rc = job_frame_add(b, id, head.data, head.len, j->len, reterr);
	buf_done(&head);
	return rc;
}

static void
get_discover(struct fields *f, struct job_received *r)
{
	struct discover_opts *d = &r->job.discover;

	d->url = fields_str(f);
	d->content_type = fields_str(f);
	d->kind = (enum source_kind)fields_num(f, KIND_COUNT - 1);
	d->select_links = fields_str(f);
	d->select_title = fields_str(f);
	d->select_date = fields_str(f);
	d->language = fields_str(f);
	d->now_ms = fields_int(f);
	d->known_shape = fields_num(f, UINT64_MAX);
	d->max = (size_t)fields_num(f, SIZE_MAX);
	d->summaries = fields_flag(f);
	fields_strs(f, JOB_MAX_OPTS, &r->include, &d->include_count);
	fields_strs(f, JOB_MAX_OPTS, &r->exclude, &d->exclude_count);
	d->include = r->include;
	d->exclude = r->exclude;
}

static void
get_extract(struct fields *f, struct job_received *r)
{
	struct extract_opts *e = &r->job.extract;

	e->url = fields_str(f);
	e->content_type = fields_str(f);
	e->select_body = fields_str(f);
	e->select_title = fields_str(f);
	e->select_date = fields_str(f);
	fields_strs(f, JOB_MAX_OPTS, &r->remove, &e->select_remove_count);
	e->select_remove = (const char *const *)r->remove;
	e->title_hint = fields_str(f);
	e->date_hint = fields_str(f);
	e->language_hint = fields_str(f);
	e->now_ms = fields_int(f);
}

int
job_decode(const char *head, size_t head_len, const char *body, size_t body_len,
    struct job_received *ret, struct err *reterr)
{
	struct job_received r = { .job = { .bytes = body, .len = body_len } };
	struct fields f;

	fields_init(&f, head, head_len);
	r.job.kind = (enum job_kind)fields_num(&f, JOB_KIND_COUNT - 1);
	if (r.job.kind == JOB_DISCOVER)
		get_discover(&f, &r);
	else
		get_extract(&f, &r);
	if (!fields_end(&f)) {
		job_received_done(&r);
		return err_set(reterr, ERR_INPUT, "the frame holds no job");
	}
	*ret = r;
	return 0;
}

static void
strs_free(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void
job_received_done(struct job_received *r)
{
	strs_free(r->remove, r->job.extract.select_remove_count);
	strs_free(r->include, r->job.discover.include_count);
	strs_free(r->exclude, r->job.discover.exclude_count);
	*r = (struct job_received){ 0 };
}

enum answer_kind { ANSWER_ERROR, ANSWER_PART, ANSWER_CANDIDATES, ANSWER_DOCUMENT, ANSWER_KIND_COUNT };

int
job_answer_encode(uint32_t id, const struct job_answer *a, struct buf *b, struct err *reterr)
{
	struct buf head = BUF_INIT(JOB_MAX_ANSWER);
	int rc;

	fields_put_int(&head, a->cpu_us);
	fields_put_num(&head, a->why);
	if (a->err.class != ERR_NONE) {
		fields_put_num(&head, ANSWER_ERROR);
		fields_put_num(&head, a->err.class);
		fields_put_str(&head, a->err.text);
	} else if (a->candidates != NULL) {
		fields_put_num(&head, a->part ? ANSWER_PART : ANSWER_CANDIDATES);
		candidates_encode(a->candidates, &head);
	} else if (a->document != NULL) {
		fields_put_num(&head, ANSWER_DOCUMENT);
		document_encode(a->document, &head);
	}
	rc = head.full ? err_set(reterr, ERR_LIMIT, "an answer is over the limit of %u bytes", JOB_MAX_ANSWER) :
	    job_frame_add(b, id, head.data, head.len, 0, reterr);
	buf_done(&head);
	return rc;
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
decode_into(struct fields *f, struct job_answer *a, struct err *reterr)
{
	enum answer_kind kind;
	enum err_class class;
	const char *text;

	a->cpu_us = fields_int(f);
	a->why = (enum diagnosis)fields_num(f, DIAGNOSIS_COUNT - 1);
	kind = (enum answer_kind)fields_num(f, ANSWER_KIND_COUNT - 1);
	switch (kind) {
	case ANSWER_PART:
	case ANSWER_CANDIDATES:
		if (candidates_decode(f, &a->candidates, reterr) < 0)
			return -1;
		drop_strange(a->candidates);
		a->part = kind == ANSWER_PART;
		break;
	case ANSWER_DOCUMENT:
		if (document_decode(f, &a->document, reterr) < 0)
			return -1;
		break;
	default:
		class = (enum err_class)fields_num(f, ERR_CLASS_COUNT - 1);
		text = fields_str(f);
		if (class == ERR_NONE || text == NULL)
			return err_set(reterr, ERR_INPUT, "the answer's error is none of ours");
		(void)err_set(&a->err, class, "%s", text);
	}
	return fields_end(f) ? 0 : err_set(reterr, ERR_INPUT, "the answer does not end where it should");
}

int
job_answer_decode(const char *head, size_t head_len, struct job_answer *ret, struct err *reterr)
{
	struct job_answer a = { 0 };
	struct fields f;

	fields_init(&f, head, head_len);
	if (decode_into(&f, &a, reterr) < 0) {
		job_answer_done(&a);
		return -1;
	}
	*ret = a;
	return 0;
}
