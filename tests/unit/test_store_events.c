/* The stream of events: bytes that never change, a chain that shows damage. */
#include <sqlite3.h>
#include "base/digest.h"
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

static json_t *
parsed(const char *line)
{
	struct err err;
	json_t *j = NULL;

	if (json_read(line, strlen(line), &j, &err) < 0)
		fail_msg("%s: %s", err.text, line);
	return j;
}

static void
an_event_is_a_cloudevents_object_with_the_document_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks \"text_state\":1",
		.text = "He said: \"text_state\": none.\n\nEnd." };
	CLEANUP(json_decrefp) json_t *j = NULL;
	const json_t *data;
	struct lines l;
	size_t i;
	static const struct { const char *key, *value; } want[] = {
		{ "specversion", "1.0" }, { "source", "presswatch/alpha" }, { "type", "document.new" },
		{ "subject", "https://www.alpha.example/a" }, { "time", "2023-11-14T22:13:20Z" },
		{ "datacontenttype", "application/json" },
	};
	static const char *const order[] = { "id", "source", "url", "title", "language", "text",
		"text_state", "words", "revision", "first_seen", "last_changed", "state", "labels" };
	void *at;

	put_page(f, &p, to_desk());
	all_events(f, &l);
	assert_int_equal(l.count, 1);
	j = parsed(l.json[0]);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_string_equal(json_get_str(j, want[i].key), want[i].value);
	assert_int_equal(json_get_int(j, "sequence", 0), 1);
	assert_int_equal(strlen(json_get_str(j, "id")), UUID_TEXT - 1);
	data = json_object_get(j, "data");
	assert_string_equal(json_get_str(data, "text"), p.text);
	assert_string_equal(json_get_str(data, "id"), "1");
	at = json_object_iter(json_object_get(j, "data"));
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_string_equal(json_object_iter_key(at), order[i]);
		at = json_object_iter_next(json_object_get(j, "data"), at);
	}
	assert_null(at);
	lines_done(&l);
}

static void
an_edit_carries_its_diff_and_the_revision_before(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks",
		.text = "It costs 15 euro." };
	CLEANUP(json_decrefp) json_t *j = NULL;
	const json_t *data;
	struct lines l;

	p.doc_id = put_page(f, &p, to_desk()).doc_id;
	p.text = "It costs 1.5 euro.";
	put_page(f, &p, to_desk());
	all_events(f, &l);
	assert_int_equal(l.count, 2);
	j = parsed(l.json[1]);
	data = json_object_get(j, "data");
	assert_string_equal(json_get_str(j, "type"), "document.edited");
	assert_int_equal(json_get_int(data, "previous_revision", 0), 1);
	assert_int_equal(json_get_int(data, "revision", 0), 2);
	assert_true(json_is_object(json_object_get(data, "diff")));
	assert_true(json_is_array(json_object_get(data, "kinds")));
	lines_done(&l);
}

/* Edits, aliases, stories, a renamed source: nothing later is read into an old event. */
static void
an_event_has_the_same_bytes_whenever_it_is_read(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	struct page alias = { .url = "https://www.alpha.example/b", .title = "Talks" };
	struct page copy = { .url = "https://www.beta.example/b", .title = "Talks", .source = "beta" };
	const struct store_source_def defs[] = {
		{ .name = "renamed", .was = "alpha", .url = "https://www.alpha.example/news/" } };
	struct lines before, after;
	char text[64];
	int i;

	p.doc_id = put_page(f, &p, to_desk()).doc_id;
	for (i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "Edit number %d.", i);
		p.text = text;
		put_page(f, &p, to_desk());
	}
	all_events(f, &before);
	assert_int_equal(before.count, 21);
	put_page(f, &alias, to_desk());
	put_page(f, &copy, NULL);
	p.text = "The last one.";
	put_page(f, &p, to_desk());
	assert_int_equal(store_sources_sync(f->s, defs, 1, &f->err), 0);
	fixture_close(f);
	fixture_open(f);
	all_events(f, &after);
	for (i = 0; i < (int)before.count; i++)
		assert_string_equal(before.json[i], after.json[i]);
	assert_int_equal(store_verify(f->s, NULL, NULL, &f->err), 0);
	lines_done(&before);
	lines_done(&after);
}

static void
the_stream_resumes_behind_any_event(void **state)
{
	struct fixture *f = *state;
	struct lines l = { .count = 0 };
	char url[64], text[64];
	int64_t seq;
	int i;

	for (i = 0; i < 5; i++) {
		struct page p = { .url = url, .title = url, .text = text };

		snprintf(url, sizeof(url), "https://www.alpha.example/%d", i);
		snprintf(text, sizeof(text), "Text %d.", i);
		put_page(f, &p, NULL);
	}
	assert_int_equal(store_last_seq(f->s), 5);
	assert_int_equal(store_events(f->s, 3, 64, keep_line, &l, &f->err), 0);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.seq[0], 4);
	{
		CLEANUP(json_decrefp) json_t *j = parsed(l.json[0]);

		assert_int_equal(store_event_seq_of(f->s, json_get_str(j, "id"), &seq, &f->err), 0);
		assert_int_equal(seq, 4);
	}
	assert_int_equal(store_event_seq_of(f->s, "3", &seq, &f->err), 0);
	assert_int_equal(seq, 3);
	assert_int_equal(store_event_seq_of(f->s, "no such event", &seq, &f->err), -1);
	assert_int_equal(f->err.class, ERR_INPUT);
	lines_done(&l);
}

/* As another program would: with triggers out of the way. */
static void
tamper(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	fixture_close(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
	fixture_open(f);
}

static void
an_event_refuses_to_be_changed_or_taken_away(void **state)
{
	static const char *const tries[] = { "UPDATE event SET body = 'x'", "DELETE FROM event" };
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	sqlite3 *db;
	size_t i;

	put_page(f, &p, NULL);
	fixture_close(f);
	for (i = 0; i < 2; i++) {
		assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
		assert_int_not_equal(sqlite3_exec(db, tries[i], NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
	}
}

static const struct {
	const char *sql, *says;
} damages[] = {
	{ "UPDATE event SET body = replace(body, 'Title 2', 'Title X')", "broken at 2" },
	{ "DELETE FROM event WHERE seq = 2", "broken" },
	{ "UPDATE event SET text_hash = zeroblob(32) WHERE seq = 3", "broken at 3" },
	{ "UPDATE doc_text SET text = 'Another text.' WHERE doc_id = 2", "damaged or missing" },
	{ "UPDATE raw SET zstd = zeroblob(40)", "damaged or missing" },
};

static void
verify_names_what_was_changed(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		char url[64], title[32], sql[512];
		struct page p = { .url = url, .title = title, .raw = "<html>" };
		struct fixture *f;
		int k;

		setup_store(state);
		f = *state;
		for (k = 1; k <= 3; k++) {
			snprintf(url, sizeof(url), "https://www.alpha.example/%d", k);
			snprintf(title, sizeof(title), "Title %d", k);
			put_page(f, &p, NULL);
		}
		assert_int_equal(store_verify(f->s, NULL, NULL, &f->err), 0);
		snprintf(sql, sizeof(sql), "DROP TRIGGER event_is_append_only_update;"
		    "DROP TRIGGER event_is_append_only_delete; %s", damages[i].sql);
		tamper(f, sql);
		assert_int_equal(store_verify(f->s, NULL, NULL, &f->err), -1);
		if (strstr(f->err.text, damages[i].says) == NULL)
			fail_msg("%s: %s", damages[i].sql, f->err.text);
		teardown(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    an_event_is_a_cloudevents_object_with_the_document_as_it_was, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_edit_carries_its_diff_and_the_revision_before,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_event_has_the_same_bytes_whenever_it_is_read,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(the_stream_resumes_behind_any_event, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_event_refuses_to_be_changed_or_taken_away, setup_store,
		    teardown),
		cmocka_unit_test(verify_names_what_was_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
