#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H
/* store_fixture: an archive in a folder of its own, and short ways to say what was found and fetched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/query.h"
#include "store/store.h"

#define T0 INT64_C(1700000000000)	/* 2023-11-14T22:13:20Z */
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct fixture {
	char dir[64], path[96];
	struct store *s;
	struct err err;
	int64_t now;
};

static const char long_text[] =
    "The minister met the delegation on Thursday to discuss trade, the climate and the safety of "
    "the seas. Both sides agreed to hold talks every year and to name a contact in each capital "
    "who will answer questions of business within two weeks and publish the answers.\n\n"
    "A joint group will report on progress before the summer and propose further steps.";

static const char other_text[] =
    "Prices of fuel rose in the past quarter while the harvest was larger than in any year since "
    "records began, the agency said. It expects growth to slow down in winter because exports to "
    "its neighbours fall and households save more than they did when rates were low.\n\n"
    "The next report is due in March, and a revised forecast will follow in the week after it.";

static inline __attribute__((unused)) void
fixture_open(struct fixture *f)
{
	if (store_open(f->path, STORE_WRITE, NULL, &f->s, &f->err) < 0)
		fail_msg("open: %s", f->err.text);
}

static inline __attribute__((unused)) void
fixture_close(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
}

static inline __attribute__((unused)) int
setup_files(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/presswatch-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/archive.db", f->dir);
	f->now = T0;
	*state = f;
	return 0;
}

/* Three sources, the first two of one site's. */
static inline __attribute__((unused)) void
fixture_sources(struct fixture *f)
{
	static const char *const labels[] = { "japan", "asean" };
	const struct store_source_def defs[] = {
		{ .name = "alpha", .url = "https://www.alpha.example/news/", .labels = labels,
		  .labels_count = 2 },
		{ .name = "alpha-feed", .url = "https://www.alpha.example/feed.xml" },
		{ .name = "beta", .url = "https://press.beta.example/" },
	};

	assert_int_equal(store_sources_sync(f->s, defs, 3, &f->err), 0);
}

/* The bytes of an archive that knows them and nothing else: its migrations are run once a program. */
static inline __attribute__((unused)) const struct buf *
fixture_template(struct fixture *f)
{
	static struct buf bytes;

	if (bytes.len == 0) {
		buf_init(&bytes, 64u << 20);
		fixture_open(f);
		fixture_sources(f);
		fixture_close(f);
		if (file_read(f->path, &bytes, &f->err) < 0)
			fail_msg("%s", f->err.text);
	}
	return &bytes;
}

static inline __attribute__((unused)) int
setup_store(void **state)
{
	struct fixture *f;
	const struct buf *b;
	FILE *file;

	setup_files(state);
	f = *state;
	b = fixture_template(f);
	file = fopen(f->path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(b->data, 1, b->len, file), b->len);
	assert_int_equal(fclose(file), 0);
	fixture_open(f);
	return 0;
}

static inline __attribute__((unused)) int
teardown(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock", "-journal", ".copy",
		".copy-journal", ".copy-lock", ".copy-wal", ".copy-shm" };
	struct fixture *f = *state;
	char path[128];
	size_t i;

	store_close(f->s);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

/* All kinds of event to one channel. */
static inline __attribute__((unused)) const struct store_routes *
to_desk(void)
{
	static const struct store_route desk = { .channel = "desk", .kinds = ~0u };
	static const struct store_routes routes = { &desk, 1 };

	return &routes;
}

struct page {				/* what a fetch gave */
	const char *url, *final, *title, *text, *date, *canonical, *source, *raw, *etag, *old_page, *new_page;
	int64_t candidate_id, doc_id, confirm_ms;
	const char *const *hops;
	size_t hops_count;
	bool quiet, no_text;
};

static inline __attribute__((unused)) struct store_put_result
put_page(struct fixture *f, const struct page *p, const struct store_routes *routes)
{
	struct document *doc = document_new();
	struct store_put_result result = { 0 };
	struct store_put put = {
		.source = p->source != NULL ? p->source : "alpha", .candidate_id = p->candidate_id,
		.doc_id = p->doc_id, .url = p->url, .hops = p->hops, .hops_count = p->hops_count,
		.etag = p->etag, .http_status = 200, .content_type = "text/html",
		.raw = p->raw, .raw_len = p->raw != NULL ? strlen(p->raw) : 0, .doc = doc,
		.extractor = "1", .at_ms = f->now, .next_check_ms = f->now + DAY,
		.next_check_hot_ms = f->now + 10 * MINUTE, .confirm_ms = p->confirm_ms,
		.quiet = p->quiet, .old_page = p->old_page, .new_page = p->new_page,
	};

	doc->url = xstrdup(p->final != NULL ? p->final : p->url);
	doc->title = xstrdup(p->title);
	doc->canonical = xstrdup(p->canonical);
	doc->text = p->no_text ? NULL : xstrdup(p->text != NULL ? p->text : long_text);
	doc->text_state = p->no_text ? TEXT_NONE : TEXT_FULL;
	doc->language = xstrdup("en");
	if (p->date != NULL)
		assert_int_equal(date_from_iso(p->date, &doc->published), 0);
	if (store_put(f->s, &put, routes, &result, &f->err) < 0)
		fail_msg("put %s: %s", p->url, f->err.text);
	document_free(doc);
	return result;
}

/* One visit that read n rows. */
static inline __attribute__((unused)) struct store_visit_result
visit(struct fixture *f, const char *source, const struct store_candidate *list, size_t n)
{
	const struct store_visit v = { .source = source, .at_ms = f->now, .http_status = 200,
		.next_visit_ms = f->now + 15 * MINUTE, .state = STATE_OK, .list_hash = 1 + n };
	const struct store_visit_opts opts = { .trust_guid = true, .baseline_max = 200 };
	struct store_visit_result result = { 0 };

	if (store_visit_read(f->s, &v, list, n, &opts, to_desk(), &result, &f->err) < 0)
		fail_msg("visit: %s", f->err.text);
	return result;
}

struct lines {
	char *json[64];
	int64_t seq[64];
	size_t count;
};

static inline __attribute__((unused)) int
keep_line(const struct store_event *e, void *arg)
{
	struct lines *l = arg;

	assert_true(l->count < 64);
	l->seq[l->count] = e->seq;
	l->json[l->count++] = xstrdup(e->json);
	return 0;
}

static inline __attribute__((unused)) void
all_events(struct fixture *f, struct lines *l)
{
	l->count = 0;
	if (store_events(f->s, 0, 64, keep_line, l, &f->err) < 0)
		fail_msg("events: %s", f->err.text);
}

static inline __attribute__((unused)) void
lines_done(struct lines *l)
{
	while (l->count > 0)
		free(l->json[--l->count]);
}

static inline __attribute__((unused)) int64_t
documents(struct fixture *f)
{
	struct store_counts c;

	assert_int_equal(store_get_counts(f->s, &c, &f->err), 0);
	return c.documents;
}

#endif
