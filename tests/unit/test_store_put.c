/* One document, many names; edits; quiet baselines. */
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

static const char shell[] = "https://www.alpha.example/releases/jy0001";

#define PART(n) "The ministry said that " n " towns will take part in the programme, which begins in the spring of the year and is to last " \
    "for three years, and that each of them may ask for support of its schools, its harbours and its hospitals until the autumn, when the " \
    "committee meets again to look at what was asked for and at what can be paid."
static const char part[] = PART("forty"), other_part[] = PART("fifty");
static const char whole[] = PART("forty") "\n\nFor further questions call 030 12345 on weekdays, or write to the press desk of Ms Smith.";

/* ---- identity: what came first, what came then, and whether they are one ---- */

static const struct {
	const char *what;
	struct page first, second;
	enum put_result result;
} identity[] = {
	{ "the same address", { .url = "https://www.alpha.example/a" },
	  { .url = "https://www.alpha.example/a" }, PUT_SAME },
	{ "http and https", { .url = "https://www.alpha.example/a" },
	  { .url = "http://www.alpha.example/a" }, PUT_SAME },
	{ "a tracking parameter", { .url = "https://www.alpha.example/a" },
	  { .url = "https://www.alpha.example/a?utm_source=x" }, PUT_SAME },
	{ "a redirect to what we have", { .url = "https://www.alpha.example/a" },
	  { .url = "https://www.alpha.example/short", .final = "https://www.alpha.example/a" },
	  PUT_ALIAS },
	{ "a second address of the same title and text", { .url = "https://www.alpha.example/a" },
	  { .url = "https://www.alpha.example/b" }, PUT_ALIAS },
	{ "another host of the same site", { .url = "https://www.alpha.example/a" },
	  { .url = "https://m.alpha.example/a" }, PUT_ALIAS },
	{ "the same title and text on another site", { .url = "https://www.alpha.example/a" },
	  { .url = "https://www.beta.example/a", .source = "beta" }, PUT_NEW },
	{ "the same title and text of another date",
	  { .url = "https://www.alpha.example/a", .date = "2023-02-09" },
	  { .url = "https://www.alpha.example/b", .date = "2023-03-09" }, PUT_NEW },
	{ "the same title and text, one date unknown",
	  { .url = "https://www.alpha.example/a", .date = "2023-02-09" },
	  { .url = "https://www.alpha.example/b" }, PUT_ALIAS },
	{ "the same text under another title", { .url = "https://www.alpha.example/a", .title = "One" },
	  { .url = "https://www.alpha.example/b", .title = "Two" }, PUT_NEW },
	{ "the same short text",
	  { .url = "https://www.alpha.example/a", .title = "Notice", .text = "Closed on Monday." },
	  { .url = "https://www.alpha.example/b", .title = "Notice", .text = "Closed on Monday." },
	  PUT_NEW },
	{ "another query", { .url = "https://www.alpha.example/?id=1", .title = "One" },
	  { .url = "https://www.alpha.example/?id=2", .title = "Two", .text = other_text }, PUT_NEW },
	{ "a canonical claim on a document of other text", { .url = shell, .title = "One" },
	  { .url = "https://www.alpha.example/b", .title = "Two", .text = other_text,
	    .canonical = shell }, PUT_NEW },
	{ "a canonical claim on another site",
	  { .url = "https://www.beta.example/a", .source = "beta", .text = "A short text." },
	  { .url = "https://www.alpha.example/a", .canonical = "https://www.beta.example/a",
	    .text = "A short text." }, PUT_NEW },
	{ "a canonical claim with the same short text", { .url = shell, .text = "A short text." },
	  { .url = "https://www.alpha.example/print?jy0001", .canonical = shell,
	    .text = "A short text." }, PUT_ALIAS },
	{ "a print view that leaves a paragraph out", { .url = shell, .text = whole },
	  { .url = "https://www.alpha.example/print?jy0001", .canonical = shell, .text = part }, PUT_ALIAS },
	{ "the same without a claim", { .url = shell, .text = whole },
	  { .url = "https://www.alpha.example/print?jy0001", .text = part }, PUT_NEW },
	{ "a claim, a paragraph less and another number", { .url = shell, .text = whole },
	  { .url = "https://www.alpha.example/print?jy0001", .canonical = shell, .text = other_part }, PUT_NEW },
	{ "the home page as canonical address", { .url = "https://www.alpha.example/a",
	    .text = "A short text.", .canonical = "https://www.alpha.example/" },
	  { .url = "https://www.alpha.example/b", .text = "A short text.",
	    .canonical = "https://www.alpha.example/" }, PUT_NEW },
};

static int
first_id(const struct store_candidate *c, void *arg)
{
	*(int64_t *)arg = c->id;
	return 1;
}

/* As a list that names it would leave it; 0 when its address is known. */
static int64_t
waiting_for(struct fixture *f, const struct page *p)
{
	struct store_candidate c = { .url = (char *)p->url };
	const char *source = p->source != NULL ? p->source : "alpha";
	int64_t id = 0;

	visit(f, source, NULL, 0);
	visit(f, source, &c, 1);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 1, first_id, &id, &f->err), 0);
	return id;
}

static void
two_names_are_one_document_only_when_the_rules_say_so(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(identity) / sizeof(identity[0]); i++) {
		struct page first = identity[i].first, second = identity[i].second;
		struct store_put_result a, b;
		struct fixture *f;

		setup_store(state);
		f = *state;
		first.title = first.title != NULL ? first.title : "Talks on trade and the seas";
		second.title = second.title != NULL ? second.title : "Talks on trade and the seas";
		a = put_page(f, &first, to_desk());
		assert_int_equal(a.what, PUT_NEW);
		second.candidate_id = waiting_for(f, &second);
		b = put_page(f, &second, to_desk());
		if (b.what != identity[i].result)
			fail_msg("%s: %d, not %d", identity[i].what, b.what, identity[i].result);
		assert_int_equal(b.doc_id == a.doc_id, b.what != PUT_NEW);
		assert_int_equal(b.event_seq, b.what == PUT_NEW ? 2 : 0);
		teardown(state);
	}
}

/* A real site's template names one release as canonical and og:title of all. */
static void
a_wrong_canonical_of_all_pages_swallows_none(void **state)
{
	struct fixture *f = *state;
	char url[96], text[2048];
	int i;

	for (i = 0; i < 12; i++) {
		struct page p = { .url = url, .title = "Readout of a call", .text = text,
			.canonical = shell };

		snprintf(url, sizeof(url), "https://www.alpha.example/releases/jy%04d", i + 1);
		snprintf(text, sizeof(text), "%s The auction number %d was held.", long_text, 100 + i);
		assert_int_equal(put_page(f, &p, to_desk()).what, PUT_NEW);
	}
	assert_int_equal(documents(f), 12);
}

static int64_t
only_candidate(struct fixture *f, struct store_candidate *c, size_t n)
{
	int64_t id = 0;

	visit(f, "alpha", c, n);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 1, first_id, &id, &f->err), 0);
	assert_int_not_equal(id, 0);
	return id;
}

static const struct {
	const char *what, *title, *text;
	enum put_result result, third;
} guids[] = {
	{ "another title and text", "Another release", other_text, PUT_NEW, PUT_NEW },
	{ "the same title, edited text", "Talks on trade", other_text, PUT_ALIAS, PUT_ALIAS },
	{ "another title, the same text", "Talks on trade and more", long_text, PUT_ALIAS, PUT_ALIAS },
};

static void
a_guid_names_a_document_only_while_it_does_not_contradict_itself(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(guids) / sizeof(guids[0]); i++) {
		struct store_candidate c = { .url = (char *)"https://www.alpha.example/a",
			.guid = (char *)"tag:1", .title = (char *)"x" };
		struct page p = { .url = c.url, .title = "Talks on trade" };
		struct fixture *f;

		setup_store(state);
		f = *state;
		p.candidate_id = only_candidate(f, &c, 1);
		assert_int_equal(put_page(f, &p, NULL).what, PUT_NEW);
		c.url = (char *)"https://www.alpha.example/b";
		p = (struct page){ .url = c.url, .title = guids[i].title, .text = guids[i].text };
		p.candidate_id = only_candidate(f, &c, 1);
		if (put_page(f, &p, NULL).what != guids[i].result)
			fail_msg("%s", guids[i].what);
		/* Once in doubt, always in doubt. */
		c.url = (char *)"https://www.alpha.example/c";
		p = (struct page){ .url = c.url, .title = "Talks on trade", .text = "Short now." };
		p.candidate_id = only_candidate(f, &c, 1);
		assert_int_equal(put_page(f, &p, NULL).what, guids[i].third);
		teardown(state);
	}
}

static void
an_address_that_leads_elsewhere_now_is_no_name_of_the_old_document(void **state)
{
	struct fixture *f = *state;
	struct page a = { .url = "https://www.alpha.example/latest",
		.final = "https://www.alpha.example/1", .title = "One" };
	struct page b = { .url = "https://www.alpha.example/latest",
		.final = "https://www.alpha.example/2", .title = "Two", .text = other_text };

	assert_int_equal(put_page(f, &a, NULL).what, PUT_NEW);
	assert_int_equal(put_page(f, &b, NULL).what, PUT_NEW);
}

static const struct {
	const char *final, *title;
	int gates;			/* of 8 candidates, how many are seen to end there */
} gates[] = {
	{ "https://www.alpha.example/club", "Press club", 6 },
	{ "https://www.alpha.example/", "Alpha", 8 },
};

static void
addresses_that_all_end_at_one_page_wait_and_are_archived_by_their_rows(void **state)
{
	size_t k;

	for (k = 0; k < sizeof(gates) / sizeof(gates[0]); k++) {
		char url[64], title[32];
		struct store_candidate c = { .url = url, .title = title };
		struct page p = { .url = url, .final = gates[k].final, .title = gates[k].title,
			.text = "The club meets on Tuesdays." };
		CLEANUP(store_doc_freep) struct store_doc *last = NULL;
		struct store_put_result r;
		struct fixture *f;
		int i, waiting = 0;

		setup_store(state);
		f = *state;
		for (i = 0; i < 8; i++) {
			snprintf(url, sizeof(url), "https://www.alpha.example/n/%d", i);
			snprintf(title, sizeof(title), "Release %d", i);
			visit(f, "alpha", &c, 1);
			store_candidates_due(f->s, f->now, p.candidate_id, 1, first_id, &p.candidate_id,
			    &f->err);
			r = put_page(f, &p, to_desk());
			waiting += r.what == PUT_SAME && r.doc_id == 0;
		}
		assert_int_equal(waiting, gates[k].gates);
		for (i = 0; i < 4; i++)
			r = put_page(f, &p, to_desk());
		assert_int_equal(r.what, PUT_NEW);
		assert_int_equal(store_get(f->s, url, 0, &last, &f->err), 0);
		assert_string_equal(last->title, "Release 7");
		assert_int_equal(last->text_state, TEXT_NONE);
		/* The gate is gone: the text comes with a recheck. */
		p = (struct page){ .url = url, .doc_id = last->doc_id, .title = "Release 7" };
		assert_int_equal(put_page(f, &p, to_desk()).what, PUT_REVISION);
		teardown(state);
	}
}

/* A page source behind a redirect is looked at, not taken for another name of itself. */
static void
a_page_behind_a_redirect_is_seen_to_change(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/rates",
		.final = "https://www.alpha.example/2023/rates", .title = "Rates" };

	assert_int_equal(put_page(f, &p, NULL).what, PUT_NEW);
	assert_int_equal(put_page(f, &p, NULL).what, PUT_SAME);
	p.text = "Rates are up by 2.";
	assert_int_equal(put_page(f, &p, NULL).what, PUT_REVISION);
}

static void
the_same_text_on_another_site_joins_the_story(void **state)
{
	struct fixture *f = *state;
	struct page a = { .url = "https://www.alpha.example/a", .title = "Talks" };
	struct page b = { .url = "https://www.beta.example/a", .title = "Talks: the text",
		.source = "beta" };
	CLEANUP(store_doc_freep) struct store_doc *doc = NULL;
	CLEANUP(store_doc_freep) struct store_doc *first = NULL;

	put_page(f, &a, NULL);
	put_page(f, &b, NULL);
	assert_int_equal(store_get(f->s, "2", 0, &doc, &f->err), 0);
	assert_string_equal(doc->story, "1");
	assert_int_equal(store_get(f->s, a.url, 0, &first, &f->err), 0);
	assert_string_equal(first->story, "1");
}

/* ---- edits ---- */

static void
a_changed_text_is_a_revision_with_a_diff(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks", .raw = "<p>1" };
	struct store_put_result r = put_page(f, &p, to_desk());
	CLEANUP(store_doc_freep) struct store_doc *now = NULL;
	CLEANUP(store_doc_freep) struct store_doc *then = NULL;

	p.doc_id = r.doc_id;
	p.text = "The minister met nobody.";
	p.raw = "<p>2";
	f->now += HOUR;
	r = put_page(f, &p, to_desk());
	assert_int_equal(r.what, PUT_REVISION);
	assert_int_equal(r.event_seq, 2);
	assert_int_equal(store_get(f->s, "1", 0, &now, &f->err), 0);
	assert_int_equal(now->revision, 2);
	assert_string_equal(now->text, p.text);
	assert_int_equal(store_get(f->s, "1", 1, &then, &f->err), 0);
	assert_string_equal(then->text, long_text);
}

static const struct {
	const char *what, *title, *text;
	bool no_text;
} no_edits[] = {
	{ "the same", "Talks on trade", long_text, false },
	{ "a title that the page does not have", NULL, long_text, false },
	{ "a text that vanished", "Talks on trade", NULL, true },
	{ "an error page's title without text", "503 Service unavailable", NULL, true },
};

static void
what_is_no_edit_leaves_the_document_alone(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks on trade" };
	int64_t id = put_page(f, &p, NULL).doc_id;
	size_t i;

	for (i = 0; i < sizeof(no_edits) / sizeof(no_edits[0]); i++) {
		p = (struct page){ .url = p.url, .doc_id = id, .title = no_edits[i].title,
			.text = no_edits[i].text, .no_text = no_edits[i].no_text };
		f->now += HOUR;
		if (put_page(f, &p, NULL).what != PUT_SAME)
			fail_msg("%s", no_edits[i].what);
	}
	assert_int_equal(store_last_seq(f->s), 1);
}

static struct store_put_result
look(struct fixture *f, int64_t id, const char *text)
{
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks", .text = text,
		.doc_id = id, .confirm_ms = 2 * MINUTE };

	return put_page(f, &p, to_desk());
}

static void
with_a_confirm_time_an_edit_counts_when_the_second_look_agrees(void **state)
{
	struct fixture *f = *state;
	int64_t id = look(f, 0, long_text).doc_id;

	f->now += HOUR;
	assert_int_equal(look(f, id, "One.").what, PUT_PENDING);
	f->now += MINUTE;
	assert_int_equal(look(f, id, "One.").what, PUT_PENDING);	/* too early */
	f->now += MINUTE;
	assert_int_equal(look(f, id, "Two.").what, PUT_PENDING);	/* a third variant */
	f->now += 2 * MINUTE;
	assert_int_equal(look(f, id, "Two.").what, PUT_REVISION);
	f->now += HOUR;
	assert_int_equal(look(f, id, "One.").what, PUT_PENDING);
	f->now += 2 * MINUTE;
	assert_int_equal(look(f, id, "Two.").what, PUT_SAME);		/* it was a flap */
	f->now += 2 * MINUTE;
	assert_int_equal(look(f, id, "One.").what, PUT_PENDING);	/* from the beginning */
	assert_int_equal(store_last_seq(f->s), 2);
}

static void
a_text_that_comes_back_for_good_is_an_edit_again(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks", .text = "One." };
	int64_t id = put_page(f, &p, NULL).doc_id;

	p.doc_id = id;
	p.text = "Two.";
	assert_int_equal(put_page(f, &p, NULL).what, PUT_REVISION);
	p.text = "One.";
	assert_int_equal(put_page(f, &p, NULL).what, PUT_REVISION);
}

static void
an_upgrade_of_the_extractor_is_no_edit(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	int64_t id = put_page(f, &p, to_desk()).doc_id;
	struct document *doc = document_new();
	struct lines before, after;

	all_events(f, &before);
	doc->title = xstrdup("Talks");
	doc->text = xstrdup("A better reading of the same bytes.");
	doc->words = 7;
	assert_int_equal(store_rederive(f->s, id, doc, "2", &f->err), 0);
	p.doc_id = id;
	p.text = doc->text;
	assert_int_equal(put_page(f, &p, NULL).what, PUT_SAME);
	all_events(f, &after);
	assert_int_equal(after.count, 1);
	assert_string_equal(before.json[0], after.json[0]);
	assert_non_null(strstr(after.json[0], "The minister met"));
	lines_done(&before);
	lines_done(&after);
	document_free(doc);
}

static void
a_hundred_revisions_can_all_be_read(void **state)
{
	struct fixture *f = *state;
	char text[2048], raw[4096];
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks", .text = text,
		.raw = raw };
	unsigned i;

	for (i = 1; i <= 100; i++) {
		snprintf(text, sizeof(text), "%s Update %u.", long_text, i);
		snprintf(raw, sizeof(raw), "<html>%s%s<p>%u</html>", long_text, other_text, i);
		assert_int_equal(put_page(f, &p, NULL).what, i == 1 ? PUT_NEW : PUT_REVISION);
		p.doc_id = 1;
	}
	for (i = 1; i <= 100; i++) {
		CLEANUP(store_doc_freep) struct store_doc *doc = NULL;
		CLEANUP(freep) char *kept = NULL;
		size_t len;

		snprintf(text, sizeof(text), "%s Update %u.", long_text, i);
		snprintf(raw, sizeof(raw), "<html>%s%s<p>%u</html>", long_text, other_text, i);
		if (store_get(f->s, "1", i, &doc, &f->err) < 0)
			fail_msg("%u: %s", i, f->err.text);
		assert_string_equal(doc->text, text);
		assert_int_equal(store_raw_of(f->s, 1, i, &kept, &len, NULL, &f->err), 0);
		assert_string_equal(kept, raw);
	}
	assert_int_equal(store_verify(f->s, NULL, NULL, &f->err), 0);
}

/* ---- what was there at the first visit ---- */

static void
a_quiet_candidate_stays_quiet_whoever_sees_it_next(void **state)
{
	struct fixture *f = *state;
	struct store_candidate c = { .url = (char *)"https://www.alpha.example/a" };
	struct page p = { .url = c.url, .title = "Talks" };

	p.candidate_id = only_candidate(f, &c, 1);	/* the baseline of alpha */
	visit(f, "alpha-feed", NULL, 0);		/* has its own behind it */
	f->now += HOUR;
	assert_int_equal(visit(f, "alpha-feed", &c, 1).known, 1);
	assert_int_equal(put_page(f, &p, to_desk()).event_seq, 0);
}

static void
of_a_large_baseline_the_newest_are_fetched_and_the_rest_known(void **state)
{
	struct fixture *f = *state;
	struct store_candidate list[300];
	struct store_visit_result r;
	struct store_counts counts;
	char url[300][64];
	int i;

	memset(list, 0, sizeof(list));
	for (i = 0; i < 300; i++) {
		snprintf(url[i], sizeof(url[i]), "https://www.alpha.example/%d", i);
		list[i].url = url[i];
	}
	r = visit(f, "alpha", list, 300);
	assert_int_equal(r.fresh, 200);
	assert_int_equal(r.recorded, 100);
	r = visit(f, "alpha", list, 300);
	assert_int_equal(r.fresh, 0);
	assert_int_equal(r.known, 300);
	assert_int_equal(store_get_counts(f->s, &counts, &f->err), 0);
	assert_int_equal(counts.candidates, 200);
}

static void
a_failed_put_leaves_no_trace(void **state)
{
	struct fixture *f = *state;
	struct document *doc = document_new();
	struct store_put put = { .source = "nobody", .url = "https://www.alpha.example/a", .doc = doc,
		.extractor = "1", .at_ms = T0 };
	struct page good = { .url = "https://www.alpha.example/b", .title = "Talks" };
	const struct store_route broken = { .channel = "x", .kinds = ~0u, .match = "(unbalanced" };
	const struct store_routes routes = { &broken, 1 };
	struct store_put_result r;
	struct store_counts c;

	doc->url = xstrdup(put.url);
	doc->title = xstrdup("Talks");
	doc->text = xstrdup(long_text);
	assert_int_equal(store_get_counts(f->s, &c, &f->err), 0);	/* from here on they are kept */
	assert_int_equal(c.documents + c.events + c.revisions, 0);
	assert_int_equal(store_begin(f->s, &f->err), 0);
	assert_int_equal(store_put(f->s, &put, NULL, &r, &f->err), -1);
	put.source = "alpha";		/* fails late: at its delivery */
	assert_int_equal(store_put(f->s, &put, &routes, &r, &f->err), -1);
	assert_int_equal(put_page(f, &good, to_desk()).what, PUT_NEW);
	assert_int_equal(store_commit(f->s, &f->err), 0);
	assert_int_equal(store_get_counts(f->s, &c, &f->err), 0);
	assert_int_equal(c.documents, 1);
	assert_int_equal(c.events, 1);
	assert_int_equal(c.revisions, 1);
	document_free(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_names_are_one_document_only_when_the_rules_say_so),
		cmocka_unit_test_setup_teardown(a_wrong_canonical_of_all_pages_swallows_none,
		    setup_store, teardown),
		cmocka_unit_test(a_guid_names_a_document_only_while_it_does_not_contradict_itself),
		cmocka_unit_test_setup_teardown(
		    an_address_that_leads_elsewhere_now_is_no_name_of_the_old_document, setup_store,
		    teardown),
		cmocka_unit_test(addresses_that_all_end_at_one_page_wait_and_are_archived_by_their_rows),
		cmocka_unit_test_setup_teardown(a_page_behind_a_redirect_is_seen_to_change, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(the_same_text_on_another_site_joins_the_story,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_changed_text_is_a_revision_with_a_diff, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(what_is_no_edit_leaves_the_document_alone, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    with_a_confirm_time_an_edit_counts_when_the_second_look_agrees, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_text_that_comes_back_for_good_is_an_edit_again,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_upgrade_of_the_extractor_is_no_edit, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(a_hundred_revisions_can_all_be_read, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_quiet_candidate_stays_quiet_whoever_sees_it_next,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(
		    of_a_large_baseline_the_newest_are_fetched_and_the_rest_known, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_failed_put_leaves_no_trace, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
