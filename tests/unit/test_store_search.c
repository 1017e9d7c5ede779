/* Search in several languages, the language of queries, and lists. */
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

static const struct page pages[] = {
	{ .url = "https://www.alpha.example/1", .title = "Talks on trade", .date = "2023-02-09",
	  .text = "The minister met the delegation to discuss trade and COVID-19 in the U.S." },
	{ .url = "https://www.alpha.example/2", .title = "Japan-Viet Nam Relations", .date = "2023-03-01",
	  .text = "The Mekong region discussed the safety of the seas. Trade was mentioned once." },
	{ .url = "https://www.beta.example/3", .title = "Hội nghị Thượng đỉnh", .source = "beta",
	  .text = "Thủ tướng Việt Nam đã gặp đoàn đại biểu Nhật Bản tại Hà Nội." },
	{ .url = "https://www.beta.example/4", .title = "日越外相会談", .source = "beta",
	  .text = "東京都で日本とベトナムの外務大臣が会談した。両国の協力を強化する。" },
	{ .url = "https://www.beta.example/5", .title = "Заявление", .source = "beta",
	  .text = "Министр Ёлкин обсудил сотрудничество стран." },
	{ .url = "https://www.beta.example/6", .title = "ประกาศ", .source = "beta",
	  .text = "กระทรวงการต่างประเทศแถลงข่าว" },
	{ .url = "https://www.beta.example/7", .title = "공동 성명", .source = "beta",
	  .text = "대통령은 회담 결과를 발표했다." },
};

static int
setup_pages(void **state)
{
	struct fixture *f;
	size_t i;

	setup_store(state);
	f = *state;
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		put_page(f, &pages[i], NULL);
	while (store_index_step(f->s, 4, &f->err) > 0)
		;
	return 0;
}

struct found {
	char ids[128];
	char snippet[512];
};

static int
note(const struct store_doc *d, const char *snippet, void *arg)
{
	struct found *found = arg;
	size_t n = strlen(found->ids);

	snprintf(found->ids + n, sizeof(found->ids) - n, "%s%s", n > 0 ? " " : "", d->id);
	if (n == 0)
		snprintf(found->snippet, sizeof(found->snippet), "%s", snippet != NULL ? snippet : "");
	return 0;
}

static int
note_similar(const struct store_doc *d, const struct store_similarity *how, void *arg)
{
	char text[64];

	snprintf(text, sizeof(text), "%.2f %s", how->share, how->tie);
	return note(d, text, arg);
}

static const struct {
	const char *query, *ids;
} queries[] = {
	{ "minister", "1" },
	{ "MINISTER", "1" },
	{ "trade", "1 2" },			/* a title weighs more */
	{ "trade delegation", "1" },
	{ "trade OR mekong", "2 1" },
	{ "trade NOT delegation", "2" },
	{ "trade -delegation", "2" },
	{ "(minister OR mekong) AND seas", "2" },
	{ "\"safety of the seas\"", "2" },
	{ "\"seas the of safety\"", "" },
	{ "deleg*", "1" },
	{ "\"safety of th\"*", "2" },
	{ "title:trade", "1" },
	{ "title:\"viet nam\"", "2" },
	{ "covid-19", "1" },
	{ "U.S.", "1" },
	{ "source:alpha trade", "1 2" },
	{ "trade source:beta", "" },
	{ "label:asean trade", "1 2" },
	{ "NOT source:alpha trade", "" },
	{ "trade after:2023-02-10", "2" },
	{ "trade before:2023-03", "1" },
	{ "trade after:2023-02-09 before:2023-02-10", "1" },
	{ "source:alpha", "2 1" },
	{ "source:al*", "2 1" },
	{ "lang:en trade", "1 2" },
	{ "lang:ja trade", "" },
	{ "Việt Nam", "2 3" },			/* with its marks, without, and in another language */
	{ "viet nam", "2 3" },
	{ "thu tuong", "3" },
	{ "Thủ tướng", "3" },
	{ "da gap doan", "3" },
	{ "ha noi", "3" },
	{ "東京", "4" },
	{ "外務", "4" },
	{ "会談", "4" },
	{ "京東", "" },
	{ "ベトナム", "4" },
	{ "外務大臣 協力", "4" },
	{ "елкин", "5" },
	{ "министр", "5" },
	{ "ต่างประเทศ", "6" },
	{ "대통령*", "7" },
	{ "nothing — at all", "" },
	{ "trade —", "1 2" },
	{ "Vietnam", "2 3" },			/* written in another way */
	{ "vietnam trade", "2" },
	{ "\"in vietnam\"", "" },
	{ "title:Vietnam", "2" },
	{ "vietnam*", "" },
	{ "trade NOT vietnam", "1" },
	{ "trade AND (vietnam OR mekong)", "2" },
	{ "story:1", "1" },
	{ "changed:2023", "" },
	{ "trade url:example/2", "2" },
	{ "trade NOT url:EXAMPLE/2", "1" },
	{ "url:beta.example/4", "4" },
	{ "near(trade", NULL },
	{ "http://x.example/", "" },
};

static void
a_query_finds_what_a_reader_would(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct found found = { 0 };
		int n = store_search(f->s, queries[i].query, NULL, note, &found, &f->err);

		if (queries[i].ids == NULL) {
			assert_int_equal(n, -1);
			continue;
		}
		if (n < 0)
			fail_msg("%s: %s", queries[i].query, f->err.text);
		if (strcmp(found.ids, queries[i].ids) != 0)
			fail_msg("%s: found \"%s\", not \"%s\"", queries[i].query, found.ids,
			    queries[i].ids);
	}
}

static void
a_ranking_that_leaves_older_hits_out_says_so(void **state)
{
	struct store_opts opts = { .ranked_max = 1 };
	struct fixture *f = *state;
	struct found found = { 0 };

	assert_int_equal(store_search(f->s, "trade", NULL, note, &found, &f->err), 2);
	assert_int_equal(store_search_bound(f->s), 0);
	store_close(f->s);
	assert_int_equal(store_open(f->path, STORE_WRITE, &opts, &f->s, &f->err), 0);
	memset(&found, 0, sizeof(found));
	assert_int_equal(store_search(f->s, "trade", NULL, note, &found, &f->err), 1);
	assert_string_equal(found.ids, "2");	/* the newest */
	assert_int_equal(store_search_bound(f->s), 1);
}

static const struct {
	const char *query, *snippet;
} snippets[] = {
	{ "safe*", "\002safety\003 of the seas" },
	{ "safety seas", "\002safety\003 of the \002seas\003" },
	{ "thu tuong", "\002Thủ\003 \002tướng\003 Việt Nam" },
	{ "東京", "\002東京\003都で" },
	{ "外務大臣", "\002外務大臣\003が" },
};

static void
a_snippet_marks_the_hits_in_the_original_spelling(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(snippets) / sizeof(snippets[0]); i++) {
		struct found found = { 0 };

		assert_int_equal(store_search(f->s, snippets[i].query, NULL, note, &found, &f->err), 1);
		if (strstr(found.snippet, snippets[i].snippet) == NULL)
			fail_msg("%s: %s", snippets[i].query, found.snippet);
	}
}

static const struct {
	const char *query, *says;
} mistakes[] = {
	{ "", "no word" }, { "   ", "no word" }, { "—", "no word" }, { "\"open", "no partner" },
	{ "(open", "no partner" }, { "shut)", "not opened" }, { "()", "nothing" },
	{ "a OR", "OR joins" }, { "OR a", "OR joins" }, { "a AND", "AND joins" }, { "AND a", "AND joins" },
	{ "NOT a", "takes away" }, { "a NOT", "stands before" }, { "source:", "missing" },
	{ "a OR source:b", "outside of OR" }, { "after:yesterday", "not a date" },
	{ "a NOT (source:b c)", "brackets" }, { "title:", "missing" },
	{ "removed:", "missing" }, { "in:texts", "revisions" }, { "story:x", "number" }, { "NOT changed:2023", "NOT cannot" },
	{ "changed:soon", "not a date" }, { "changed:..", "missing" }, { "a OR in:revisions", "outside of OR" },
	{ "((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))", "too many brackets" },
};

static void
a_mistake_in_a_query_is_named_and_placed(void **state)
{
	struct err err = { 0 };
	size_t i;

	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		if (store_query_check(mistakes[i].query, &err) == 0)
			fail_msg("\"%s\" passed", mistakes[i].query);
		assert_int_equal(err.class, ERR_INPUT);
		if (strstr(err.text, mistakes[i].says) == NULL)
			fail_msg("\"%s\": %s", mistakes[i].query, err.text);
	}
	assert_int_equal(store_query_check("日本 \"x", &err), -1);
	assert_non_null(strstr(err.text, "character 4"));
}

/* What people and programs type: never an internal error. */
static void
random_queries_are_answered_or_refused_as_input(void **state)
{
	static const char *const pieces[] = { "trade", "\"", "(", ")", " ", " AND ", " OR ", " NOT ", "*",
		"title:", "source:", "before:", "-", "日本", "''", ";--", "NEAR", "{", "}", "^", "+", ":",
		"2023", "\\", "%", "\xff", "a\001b" };
	struct fixture *f = *state;
	unsigned seed = 7;
	int i, k;

	for (i = 0; i < 10000; i++) {
		char query[256] = "";
		struct found found = { 0 };

		for (k = 0; k < 1 + i % 9; k++) {
			size_t n = strlen(query);

			seed = seed * 1103515245 + 12345;
			snprintf(query + n, sizeof(query) - n, "%s",
			    pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		if (store_search(f->s, query, NULL, note, &found, &f->err) < 0 &&
		    f->err.class != ERR_INPUT)
			fail_msg("%s: %s", query, f->err.text);
	}
}

static void
an_edited_document_is_found_by_its_new_words_alone(void **state)
{
	struct fixture *f = *state;
	struct page p = pages[0];
	struct found found = { 0 };

	p.doc_id = 1;
	p.text = "The chancellor met the delegation.";
	put_page(f, &p, NULL);
	assert_int_equal(store_search(f->s, "minister", NULL, note, &found, &f->err), 0);
	while (store_index_step(f->s, 4, &f->err) > 0)
		;
	assert_int_equal(store_search(f->s, "chancellor", NULL, note, &found, &f->err), 1);
	assert_int_equal(store_search(f->s, "minister", NULL, note, &found, &f->err), 0);
	assert_int_equal(store_verify(f->s, NULL, NULL, &f->err), 0);
}

static void
a_list_is_newest_first_and_obeys_its_filter(void **state)
{
	struct fixture *f = *state;
	struct found found = { 0 };
	struct store_filter filter = { .limit = 2 };

	assert_int_equal(store_list(f->s, &filter, false, note, &found, &f->err), 2);
	assert_string_equal(found.ids, "7 6");
	found = (struct found){ 0 };
	filter = (struct store_filter){ .source = "alpha" };
	assert_int_equal(store_list(f->s, &filter, false, note, &found, &f->err), 2);
	assert_string_equal(found.ids, "2 1");
	found = (struct found){ 0 };
	filter = (struct store_filter){ .label = "japan" };
	assert_int_equal(store_walk(f->s, &filter, note, &found, &f->err), 2);
	assert_string_equal(found.ids, "1 2");
	found = (struct found){ 0 };
	filter = (struct store_filter){ .query = "trade", .source = "alpha" };
	assert_int_equal(store_list(f->s, &filter, true, note, &found, &f->err), 2);
	assert_string_equal(found.ids, "2 1");		/* not by rank */
	filter = (struct store_filter){ .since_ms = T0 + 1 };
	assert_int_equal(store_list(f->s, &filter, false, note, &found, &f->err), 0);
	filter = (struct store_filter){ .source = "nobody" };
	assert_int_equal(store_list(f->s, &filter, false, note, &found, &f->err), 0);
}

static void
near_duplicates_are_found_and_weighed(void **state)
{
	struct fixture *f = *state;
	struct found found = { 0 };
	struct page a = { .url = "https://www.alpha.example/s1", .title = "One" };
	struct page b = { .url = "https://www.alpha.example/s2", .title = "Two" };
	char text[1024];
	int64_t id = put_page(f, &a, NULL).doc_id;

	snprintf(text, sizeof(text), "%s Enquiries to the press office.", long_text);
	b.text = text;
	put_page(f, &b, NULL);
	while (store_index_step(f->s, 4, &f->err) > 0)
		;
	assert_int_equal(store_similar(f->s, id, note_similar, &found, &f->err), 1);
	assert_string_equal(found.ids, "9");
	assert_true(found.snippet[0] == '0' && found.snippet[2] >= '8');
}

static void
a_route_tells_only_what_its_query_takes(void **state)
{
	struct fixture *f = *state;
	const struct store_route routes[] = {
		{ .channel = "en", .kinds = ~0u, .match = "fisheries" },
		{ .channel = "ja", .kinds = ~0u, .match = "東京 source:beta" },
		{ .channel = "label", .kinds = ~0u, .match = "label:japan 東京" },
		{ .channel = "edits", .kinds = 1u << EV_DOCUMENT_EDITED },
	};
	const struct store_routes all = { routes, 4 };
	struct page p = { .url = "https://www.beta.example/9", .source = "beta", .title = "発表",
		.text = "東京で発表した。" };
	struct store_counts c;

	put_page(f, &p, &all);
	assert_int_equal(store_get_counts(f->s, &c, &f->err), 0);
	assert_int_equal(c.deliveries, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mistake_in_a_query_is_named_and_placed),
		cmocka_unit_test_setup_teardown(a_query_finds_what_a_reader_would, setup_pages, teardown),
		cmocka_unit_test_setup_teardown(a_ranking_that_leaves_older_hits_out_says_so, setup_pages, teardown),
		cmocka_unit_test_setup_teardown(a_snippet_marks_the_hits_in_the_original_spelling,
		    setup_pages, teardown),
		cmocka_unit_test_setup_teardown(random_queries_are_answered_or_refused_as_input,
		    setup_pages, teardown),
		cmocka_unit_test_setup_teardown(an_edited_document_is_found_by_its_new_words_alone,
		    setup_pages, teardown),
		cmocka_unit_test_setup_teardown(a_list_is_newest_first_and_obeys_its_filter, setup_pages,
		    teardown),
		cmocka_unit_test_setup_teardown(near_duplicates_are_found_and_weighed, setup_pages,
		    teardown),
		cmocka_unit_test_setup_teardown(a_route_tells_only_what_its_query_takes, setup_pages,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
