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
json_gives_back_what_it_was_given(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = example(), *d = NULL;
	json_t *j = candidates_to_json(c), *k;

	assert_int_equal(candidates_from_json(j, &d, NULL), 0);
	k = candidates_to_json(d);
	assert_true(json_equal(j, k));
	assert_int_equal(d->count, 2);
	assert_int_equal(d->kind, KIND_FEED);
	assert_true(d->guids_doubtful && d->truncated && !d->cut);
	assert_int_equal(d->list[0].published.offset_min, 540);
	assert_int_equal(d->list[0].published.source, DATE_FROM_FEED);
	assert_string_equal(d->list[0].published.stated, "2023-02-09T16:45:00+09:00");
	assert_true(d->list[0].updated.doubtful);
	assert_int_equal(d->list[1].published.precision, DATE_NONE);
	json_decref(j);
	json_decref(k);
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

static void
what_is_no_list_is_refused(void **state)
{
	static const char *const bad[] = { "{}", "{\"kind\":\"feed\"}", "{\"kind\":\"x\",\"list\":[]}",
		"{\"kind\":\"feed\",\"list\":[{}]}", "[]" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct candidates *c = NULL;
		struct err err = { 0 };
		json_t *j;

		assert_int_equal(json_read(bad[i], strlen(bad[i]), &j, NULL), 0);
		assert_int_equal(candidates_from_json(j, &c, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		assert_null(c);
		json_decref(j);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(json_gives_back_what_it_was_given),
		cmocka_unit_test(a_line_holds_what_is_known),
		cmocka_unit_test(what_is_no_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
