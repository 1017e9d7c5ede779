/* test_candidate: lists of candidates and their JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/json.h"
#include "discover/candidate.h"
#include "discover/discover_int.h"
#include "base/banned.h"

static void
kinds_have_names(void **state)
{
	enum source_kind k;

	for (int i = 0; i < KIND_COUNT; i++) {
		assert_int_equal(source_kind_parse(source_kind_name((enum source_kind)i), &k), 0);
		assert_int_equal(k, i);
	}
	assert_int_equal(source_kind_parse("rss", &k), -1);
}

static struct candidates *
example(void)
{
	struct candidates *c = candidates_new();
	struct candidate *one = candidates_add(c);

	c->kind = KIND_FEED;
	c->title = xstrdup("Feed");
	c->language = xstrdup("en");
	c->hub = xstrdup("https://hub.example/");
	c->guids_doubtful = c->truncated = true;
	c->ttl_min = 30;
	c->shape = UINT64_MAX;
	candidates_add_more(c, "https://x.example/page/2");
	candidates_add_more(c, "https://x.example/page/3");
	one->url = xstrdup("https://x.example/1");
	one->guid = xstrdup("1");
	one->title = xstrdup("Caf\xc3\xa9 \"quoted\"");
	one->summary = xstrdup("text");
	one->why = xstrdup("RSS item");
	one->language = xstrdup("fr");
	assert_int_equal(date_parse("2023-02-09T16:45:00+09:00", 25, NULL, &one->published, NULL), 0);
	one->published.source = DATE_FROM_FEED;
	one->updated = one->published;
	one->updated.doubtful = true;
	one = candidates_add(c);
	one->url = xstrdup("https://x.example/2");
	return c;
}

static void
the_pipe_gives_back_what_it_was_given(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = example(), *d = NULL;
	struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
	struct fields f;

	candidates_encode(c, &a);
	fields_init(&f, a.data, a.len);
	assert_int_equal(candidates_decode(&f, &d, NULL), 0);
	assert_true(fields_end(&f));
	candidates_encode(d, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	assert_int_equal(d->count, 2);
	assert_int_equal(d->kind, KIND_FEED);
	assert_true(d->guids_doubtful && d->truncated && !d->cut);
	assert_string_equal(d->hub, "https://hub.example/");
	assert_int_equal(d->ttl_min, 30);
	assert_int_equal(d->more_count, 2);
	assert_string_equal(d->more[1], "https://x.example/page/3");
	assert_true(d->shape == UINT64_MAX);
	assert_string_equal(d->list[0].title, "Caf\xc3\xa9 \"quoted\"");
	assert_int_equal(d->list[0].published.offset_min, 540);
	assert_int_equal(d->list[0].published.hour, 16);
	assert_int_equal(d->list[0].published.source, DATE_FROM_FEED);
	assert_string_equal(d->list[0].published.stated, "2023-02-09T16:45:00+09:00");
	assert_true(d->list[0].updated.doubtful);
	assert_int_equal(d->list[1].published.precision, DATE_NONE);
	assert_null(d->list[1].title);
	buf_done(&a);
	buf_done(&b);
}

static void
a_line_holds_what_is_known(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = example();
	json_t *j = candidate_to_line(&c->list[0], true), *k = candidate_to_line(&c->list[1], false);
	CLEANUP(freep) char *a = json_line(j), *b = json_line(k);

	assert_string_equal(a, "{\"url\":\"https://x.example/1\",\"title\":\"Caf\xc3\xa9 \\\"quoted\\\"\","
	    "\"published\":\"2023-02-09T16:45:00+09:00\",\"why\":\"RSS item\"}");
	assert_string_equal(b, "{\"url\":\"https://x.example/2\"}");
	json_decref(j);
	json_decref(k);
}

/* Cut anywhere, or with any byte another, the bytes give a list or an error, never more than there is. */
static void
what_is_no_list_is_refused(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = example();
	struct buf b = BUF_INIT(1 << 20);

	candidates_encode(c, &b);
	for (size_t n = 0; n < b.len; n++) {
		CLEANUP(freep) char *cut = xmemdup(b.data, n);
		struct candidates *d = NULL;
		struct err err = { 0 };
		struct fields f;

		fields_init(&f, cut, n);
		assert_int_equal(candidates_decode(&f, &d, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		assert_null(d);
	}
	for (size_t n = 0; n < b.len; n++) {
		static const unsigned char others[] = { 0, 1, 0x7f, 0x80, 0xff };

		for (size_t i = 0; i < sizeof(others); i++) {
			CLEANUP(candidates_freep) struct candidates *d = NULL;
			char was = b.data[n];
			struct fields f;

			b.data[n] = (char)others[i];
			fields_init(&f, b.data, b.len);
			if (candidates_decode(&f, &d, NULL) == 0)
				assert_true(d->count < b.len && d->kind < KIND_COUNT);
			b.data[n] = was;
		}
	}
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(the_pipe_gives_back_what_it_was_given),
		cmocka_unit_test(a_line_holds_what_is_known),
		cmocka_unit_test(what_is_no_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
