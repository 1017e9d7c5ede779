/* Where a look at a known document ends: at another of its addresses, at the home page, on another document, on something strange. */
#include "base/cleanup.h"
#include "tests/unit/store_fixture.h"
#include "base/url.h"

#define SITE "https://www.alpha.example"

struct look {
	const char *url, *final, *title, *text;
	bool ask, ask_page, moved, imported;
};

static struct store_put_result
look_at(struct fixture *f, int64_t doc_id, const struct look *l)
{
	struct document *doc = document_new();
	struct store_put_result result = { 0 };
	struct store_put put = { .source = "alpha", .doc_id = doc_id, .url = l->url, .http_status = 200, .content_type = "text/html",
		.doc = doc, .extractor = "1", .at_ms = f->now, .next_check_ms = f->now + DAY, .ask = l->ask, .ask_page = l->ask_page,
		.moved = l->moved, .imported = l->imported };

	doc->url = xstrdup(l->final != NULL ? l->final : l->url);
	doc->title = xstrdup(l->title);
	doc->text = xstrdup(l->text);
	doc->text_state = TEXT_FULL;
	if (store_put(f->s, &put, to_desk(), &result, &f->err) < 0)
		fail_msg("%s: %s", l->url, f->err.text);
	document_free(doc);
	return result;
}

static int64_t
known(struct fixture *f, const char *url, const char *canonical, const char *title, const char *text)
{
	struct page p = { .url = url, .canonical = canonical, .title = title, .text = text, .raw = text };
	struct store_put_result r = put_page(f, &p, to_desk());

	assert_int_equal(r.what, PUT_NEW);
	f->now += HOUR;
	return r.doc_id;
}

static int
count_type(struct fixture *f, const char *type)
{
	struct lines l = { 0 };
	int n = 0;

	all_events(f, &l);
	for (size_t i = 0; i < l.count; i++)
		n += strstr(l.json[i], type) != NULL;
	lines_done(&l);
	return n;
}

struct addresses { char *url[8]; unsigned count; };

static struct addresses
others_of(struct fixture *f, int64_t doc_id, unsigned limit)
{
	struct addresses a = { 0 };

	assert_int_equal(store_other_addresses(f->s, doc_id, a.url, limit, &a.count, &f->err), 0);
	return a;
}

static void
addresses_done(struct addresses *a)
{
	while (a->count > 0)
		free(a->url[--a->count]);
}

static bool
has_address(const struct addresses *a, const char *url)
{
	for (unsigned i = 0; i < a->count; i++)
		if (strcmp(a->url[i], url) == 0)
			return true;
	return false;
}

static void
found_at_another_address_that_is_its_address(void **state)
{
	struct fixture *f = *state;
	int64_t id = known(f, SITE "/2023/talks.html", NULL, "Talks held", long_text);
	struct look there = { .url = SITE "/archive/talks.html", .title = "Talks held", .text = long_text, .ask = true, .moved = true };
	struct addresses a;
	struct store_put_result r = look_at(f, id, &there);
	bool yes;

	assert_int_equal(r.what, PUT_SAME);
	assert_true(r.moved);
	assert_int_equal(count_type(f, "document.edited"), 0);
	assert_int_equal(store_url_known(f->s, SITE "/2023/talks.html", &yes, &f->err), 0);
	assert_true(yes);
	a = others_of(f, id, 8);
	assert_true(has_address(&a, SITE "/2023/talks.html"));
	addresses_done(&a);
	f->now += HOUR;
	there.moved = false;			/* looked at there from now on, it is an ordinary look */
	there.title = "Prices rise";
	there.text = other_text;
	assert_int_equal(look_at(f, id, &there).what, PUT_STRANGE);
	assert_int_equal(store_url_known(f->s, "no address", &yes, &f->err), -1);
	assert_int_equal(f->err.class, ERR_INPUT);
}

static void
an_edit_at_the_other_address_is_told_and_moves_too(void **state)
{
	struct fixture *f = *state;
	int64_t id = known(f, SITE "/2023/talks.html", NULL, "Talks held", long_text);
	CLEANUP(freep) char *text = xasprintf("%s\n\nA list of those who took part was added on Friday.", long_text);
	struct look there = { .url = SITE "/archive/talks.html", .title = "Talks held", .text = text, .ask = true, .moved = true };
	struct store_put_result r;

	r = look_at(f, id, &(struct look){ .url = SITE "/archive/talks.html", .title = "Page not found", .text = other_text,
	    .ask = true, .moved = true });
	assert_int_equal(r.what, PUT_STRANGE);
	assert_false(r.moved);
	r = look_at(f, id, &there);
	assert_int_equal(r.what, PUT_REVISION);
	assert_true(r.moved);
	assert_int_equal(count_type(f, "document.edited"), 1);
}

static void
addresses_that_the_list_names_come_first(void **state)
{
	struct fixture *f = *state;
	static const char *const hops[] = { SITE "/r/1", SITE "/r/2", SITE "/r/3", SITE "/" };
	struct page p = { .url = SITE "/r/0", .final = SITE "/final", .title = "Talks held", .hops = hops, .hops_count = 4 };
	struct store_candidate row = { .url = (char *)SITE "/r/3" };
	int64_t id = put_page(f, &p, to_desk()).doc_id;
	struct addresses a;

	const struct store_visit v = { .source = "alpha", .at_ms = f->now, .state = STATE_OK };
	const struct store_visit_opts opts = { .window = true, .baseline_max = 9 };
	struct store_visit_result read;

	assert_int_equal(store_visit_read(f->s, &v, &row, 1, &opts, to_desk(), &read, &f->err), 0);
	a = others_of(f, id, 8);
	assert_true(a.count >= 3);
	assert_string_equal(a.url[0], SITE "/r/3");
	assert_false(has_address(&a, SITE "/"));	/* the home page is nobody's address */
	addresses_done(&a);
	a = others_of(f, id, 1);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.url[0], SITE "/r/3");
	addresses_done(&a);
	assert_int_equal(store_other_addresses(f->s, 12345, a.url, 8, &a.count, &f->err), -1);
}

static void
what_is_no_longer_the_document_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id = known(f, SITE "/talks", NULL, "Talks held", long_text), before;
	static const struct {
		struct look look;
		enum put_result what, asked;	/* without ask, with it */
	} cases[] = {
		{ { .final = SITE "/", .title = "Welcome", .text = other_text }, PUT_SAME, PUT_LED_HOME },
		{ { .final = SITE "/news/", .title = "News", .text = other_text }, PUT_SAME, PUT_LED_HOME },
		{ { .final = SITE "/prices", .title = "Prices rise", .text = other_text }, PUT_SAME, PUT_SAME },
		{ { .final = SITE "/elsewhere", .title = "Prices rise", .text = other_text }, PUT_SAME, PUT_STRANGE },
	};

	(void)known(f, SITE "/prices", NULL, "Prices rise", other_text);
	before = store_last_seq(f->s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int ask = 0; ask <= 1; ask++) {
			struct look l = cases[i].look;

			l.url = SITE "/talks";
			l.ask = ask != 0;
			f->now += HOUR;
			assert_int_equal(look_at(f, id, &l).what, ask ? cases[i].asked : cases[i].what);
		}
	assert_int_equal(store_last_seq(f->s), before);
	assert_int_equal(look_at(f, id, &(struct look){ .url = SITE "/talks", .title = "Talks held", .text = long_text }).what, PUT_SAME);
}

static void
an_edit_waits_for_both_pages_when_it_is_asked_to(void **state)
{
	struct fixture *f = *state;
	int64_t id = known(f, SITE "/talks", NULL, "Talks held", long_text), before = store_last_seq(f->s);
	CLEANUP(freep) char *text = xasprintf("%s\n\nA list of those who took part was added on Friday.", long_text);
	struct look l = { .url = SITE "/talks", .title = "Talks held", .text = text, .ask_page = true };

	assert_int_equal(look_at(f, id, &l).what, PUT_DIFFERS);
	assert_int_equal(store_last_seq(f->s), before);
	l.ask_page = false;
	assert_int_equal(look_at(f, id, &l).what, PUT_REVISION);
	assert_int_equal(count_type(f, "document.edited"), 1);
	l.imported = true;			/* another archive's next revision is no news here */
	l.text = other_text;
	f->now += HOUR;
	(void)look_at(f, id, &l);
	assert_int_equal(count_type(f, "document.edited"), 1);
	if (store_verify(f->s, NULL, NULL, &f->err) < 0)
		fail_msg("%s", f->err.text);
}

static void
what_was_removed_and_is_found_again_is_told(void **state)
{
	struct fixture *f = *state;
	int64_t id = known(f, SITE "/talks", NULL, "Talks held", long_text);
	struct store_candidate row = { .url = (char *)SITE "/other" };
	struct store_gone_result r = { 0 };

	(void)visit(f, "alpha", &row, 1);
	for (int i = 0; i < 3; i++) {
		struct store_gone g = { .doc_id = id, .at_ms = f->now, .next_check_ms = f->now + HOUR, .span_ms = HOUR,
			.http_status = 404, .cause = "404 Not Found" };

		assert_int_equal(store_recheck_gone(f->s, &g, to_desk(), &r, &f->err), 0);
		f->now += HOUR;
		(void)visit(f, "alpha", &row, 1);
	}
	assert_true(r.removed);
	assert_int_equal(count_type(f, "document.removed"), 1);
	f->now += HOUR;
	assert_int_equal(look_at(f, id, &(struct look){ .url = SITE "/talks", .title = "Talks held", .text = long_text }).what, PUT_SAME);
	assert_int_equal(count_type(f, "document.restored"), 1);
	assert_int_equal(store_recheck_gone(f->s, &(struct store_gone){ .doc_id = 999, .at_ms = f->now }, to_desk(), &r, &f->err), -1);
	assert_int_equal(f->err.class, ERR_INPUT);
}

static int
first_waiting(const struct store_candidate *c, void *arg)
{
	*(int64_t *)arg = c->id;
	return 1;
}

static void
an_item_without_a_page_is_read_again_when_its_row_changed(void **state)
{
	struct fixture *f = *state;
	struct store_candidate row = { .url = (char *)SITE "/news/" URL_ITEM_MARK "1", .title = (char *)"Talks held",
		.summary = (char *)"Talks were held." };
	struct page p = { .url = row.url, .title = row.title, .text = row.summary };
	struct store_visit_result r = visit(f, "alpha", &row, 1);

	assert_int_equal(r.fresh, 1);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 1, first_waiting, &p.candidate_id, &f->err), 0);
	assert_int_equal(put_page(f, &p, to_desk()).what, PUT_NEW);
	f->now += HOUR;
	assert_int_equal(visit(f, "alpha", &row, 1).touched, 0);
	f->now += HOUR;
	row.summary = (char *)"Talks were held and a treaty was signed.";
	assert_int_equal(visit(f, "alpha", &row, 1).touched, 1);
	f->now += HOUR;
	row.title = (char *)"Treaty signed";
	(void)store_candidates_due(f->s, f->now, 0, 1, first_waiting, &p.candidate_id, &f->err);
	p.title = "Talks held";
	p.text = row.summary;
	(void)put_page(f, &p, to_desk());
	assert_int_equal(visit(f, "alpha", &row, 1).touched, 1);
}

struct seen { unsigned count; int64_t looks; char url[128]; };

static int
see(const struct store_document_look *look, void *arg)
{
	struct seen *s = arg;

	s->count++;
	s->looks += look->looks;
	snprintf(s->url, sizeof(s->url), "%s", look->url);
	return s->count == 2;
}

static void
looks_at_documents_are_counted(void **state)
{
	struct fixture *f = *state;
	struct look same = { .title = "Talks held", .text = long_text };
	struct seen all = { 0 }, none = { 0 };
	int64_t a = known(f, same.url = SITE "/talks", NULL, "Talks held", long_text);

	(void)known(f, SITE "/prices", NULL, "Prices rise", other_text);
	for (int i = 0; i < 3; i++, f->now += HOUR)
		assert_int_equal(look_at(f, a, &same).what, PUT_SAME);
	assert_int_equal(store_document_looks(f->s, "alpha", 0, see, &all, &f->err), 0);
	assert_int_equal(all.count, 2);
	assert_true(all.looks >= 4);
	assert_string_equal(all.url, SITE "/prices");
	assert_int_equal(store_document_looks(f->s, "beta", 0, see, &none, &f->err), 0);
	assert_int_equal(none.count, 0);
	assert_int_equal(store_document_looks(f->s, "nobody", 0, see, &none, &f->err), -1);
	assert_string_equal(store_look_kind_name(LOOK_SAME), "unchanged");
	assert_string_equal(store_look_kind_name(LOOK_FAILED), "failed");
	assert_string_equal(store_look_kind_name((enum store_look_kind)99), "unknown");
}

static int
keep_fill(const struct store_fill *fill, void *arg)
{
	snprintf(arg, 128, "%s %s %u", fill->source, fill->url, fill->pages);
	return 0;
}

static void
a_gap_names_the_page_that_fills_it(void **state)
{
	struct fixture *f = *state;
	struct store_visit_opts opts = { .window = true, .more = SITE "/news/?page=2", .baseline_max = 200 };
	struct store_visit v = { .source = "alpha", .state = STATE_OK, .http_status = 200 };
	struct store_candidate list[6] = { 0 };
	struct store_visit_result r;
	struct store_fill_result filled;
	char urls[6][64], text[128] = "";

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 6; i++) {
			snprintf(urls[i], sizeof(urls[i]), SITE "/news/%d", round * 100 + i);
			list[i].url = urls[i];
		}
		v.at_ms = f->now += HOUR;
		assert_int_equal(store_visit_read(f->s, &v, list, 6, &opts, to_desk(), &r, &f->err), 0);
	}
	assert_true(r.gap);
	assert_int_equal(count_type(f, "source.gap"), 1);
	assert_int_equal(store_fills(f->s, keep_fill, text, &f->err), 0);
	assert_string_equal(text, "alpha " SITE "/news/?page=2 0");
	/* The page has two that are new before one that is known: the gap is closed. */
	snprintf(urls[0], sizeof(urls[0]), SITE "/news/50");
	snprintf(urls[1], sizeof(urls[1]), SITE "/news/51");
	snprintf(urls[2], sizeof(urls[2]), SITE "/news/0");
	assert_int_equal(store_fill_read(f->s, "alpha", list, 3, SITE "/news/?page=3", f->now, &filled, &f->err), 0);
	assert_int_equal(filled.fresh, 2);
	assert_int_equal(filled.known, 1);
	assert_true(filled.over);
	text[0] = '\0';
	assert_int_equal(store_fills(f->s, keep_fill, text, &f->err), 0);
	assert_string_equal(text, "");
}

static void
what_is_no_archive_is_not_opened(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	CLEANUP(freep) char *odd = xasprintf("%s/odd %%3f?name.db", f->dir);
	CLEANUP(freep) char *missing = xasprintf("%s/missing.db", f->dir);

	assert_int_equal(store_open(f->dir, STORE_READ, NULL, &s, &f->err), -1);
	assert_int_equal(f->err.class, ERR_CONFIG);
	assert_int_equal(store_open(missing, STORE_READ, NULL, &s, &f->err), -1);
	assert_int_equal(f->err.class, ERR_CONFIG);
	assert_null(s);
	(void)known(f, SITE "/talks", NULL, "Talks held", long_text);
	fixture_close(f);
	assert_int_equal(link(f->path, odd), 0);	/* a name that means something in an address */
	assert_int_equal(store_open(odd, STORE_READ, NULL, &s, &f->err), 0);
	store_close(s);
	for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", "-lock", NULL }; *end != NULL; end++) {
		CLEANUP(freep) char *path = xasprintf("%s%s", odd, *end);

		unlink(path);
	}
	fixture_open(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(found_at_another_address_that_is_its_address, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_edit_at_the_other_address_is_told_and_moves_too, setup_store, teardown),
		cmocka_unit_test_setup_teardown(addresses_that_the_list_names_come_first, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_longer_the_document_changes_nothing, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_edit_waits_for_both_pages_when_it_is_asked_to, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_was_removed_and_is_found_again_is_told, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_item_without_a_page_is_read_again_when_its_row_changed, setup_store, teardown),
		cmocka_unit_test_setup_teardown(looks_at_documents_are_counted, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_gap_names_the_page_that_fills_it, setup_store, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_archive_is_not_opened, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
