/* What prune takes out leaves stubs, and nothing that stays is harmed. */
#include "store_fixture.h"
#include "base/banned.h"

#define EDITS 24

/* Document 1 with many revisions that are packed against each other, document 2 of another source, never edited. */
static int
setup_edits(void **state)
{
	struct page p = { .url = "https://www.alpha.example/1", .title = "One" };
	struct page other = { .url = "https://press.beta.example/2", .title = "Two", .source = "beta", .text = other_text,
		.raw = "<html>two</html>" };
	struct fixture *f;
	char text[2048], raw[4096];

	setup_store(state);
	f = *state;
	put_page(f, &other, to_desk());
	for (int i = 0; i < EDITS; i++) {
		snprintf(text, sizeof(text), "%s\n\nVersion word%d of the day.", long_text, i);
		snprintf(raw, sizeof(raw), "<html><body>%s</body></html>", text);
		p.text = text;
		p.raw = raw;
		f->now += DAY;
		assert_int_equal(put_page(f, &p, to_desk()).what, i == 0 ? PUT_NEW : PUT_REVISION);
		p.doc_id = 2;
	}
	while (store_index_step(f->s, 7, &f->err) > 0)
		;
	return 0;
}

static void
well(struct fixture *f)
{
	while (store_index_step(f->s, 7, &f->err) > 0)
		;
	if (store_verify(f->s, NULL, NULL, &f->err) < 0)
		fail_msg("%s", f->err.text);
}

static int
count_one(const struct store_doc *d, const char *snippet, void *arg)
{
	++*(int *)arg;
	return 0;
}

static int
hits(struct fixture *f, const char *query)
{
	int n = 0;

	assert_true(store_search(f->s, query, NULL, count_one, &n, &f->err) >= 0);
	return n;
}

static struct store_pruned
prune(struct fixture *f, const struct store_prune *what)
{
	struct store_prune dry = *what;
	struct store_pruned would, did, again;

	dry.dry_run = true;
	if (store_prune(f->s, &dry, &would, &f->err) < 0 || store_prune(f->s, what, &did, &f->err) < 0)
		fail_msg("%s", f->err.text);
	assert_memory_equal(&would, &did, sizeof(did));
	assert_int_equal(store_prune(f->s, &dry, &again, &f->err), 0);
	assert_int_equal(again.revisions, 0);
	well(f);
	return did;
}

static char *
text_of(struct fixture *f, unsigned revision)
{
	struct store_doc *d;
	char *text;

	if (store_get(f->s, "2", revision, &d, &f->err) < 0)
		fail_msg("%s", f->err.text);
	text = xstrdup(d->text);
	store_doc_free(d);
	return text;
}

static void
earlier_texts_go_and_the_rest_stays_readable(void **state)
{
	struct fixture *f = *state;
	struct store_pruned n;
	struct lines l;
	char *text, *raw;
	size_t len;

	assert_int_equal(hits(f, "word3 in:revisions"), 1);
	n = prune(f, &(struct store_prune){ .what = PRUNE_REVISIONS, .before_ms = T0 + 10 * DAY, .now_ms = f->now });
	assert_int_equal(n.revisions, 9);
	assert_int_equal(n.documents, 1);
	assert_int_equal(n.responses, 9);
	assert_int_equal(hits(f, "word3 in:revisions"), 0);
	assert_int_equal(hits(f, "removed:word3"), 0);
	assert_int_equal(hits(f, "word15 in:revisions"), 1);
	assert_null(text_of(f, 4));
	for (unsigned r = 10; r <= EDITS; r++) {
		char word[32];

		snprintf(word, sizeof(word), "word%u of", r - 1);
		text = text_of(f, r);
		assert_non_null(strstr(text, word));
		free(text);
		assert_int_equal(store_raw_of(f->s, 2, r, &raw, &len, NULL, &f->err), 0);
		assert_non_null(strstr(raw, word));
		free(raw);
	}
	assert_int_equal(store_raw_of(f->s, 2, 4, &raw, &len, NULL, &f->err), -1);
	all_events(f, &l);	/* each is there; those of texts that went, without them */
	assert_int_equal(l.count, EDITS + 1);
	assert_null(strstr(l.json[2], "\"text\":"));
	assert_non_null(strstr(l.json[EDITS], "\"text\":"));
	lines_done(&l);
	f->now += DAY;		/* life goes on */
	put_page(f, &(struct page){ .url = "https://www.alpha.example/1", .title = "One", .doc_id = 2, .text = "Now quite short." },
	    to_desk());
	well(f);
}

static void
responses_go_and_texts_stay(void **state)
{
	struct fixture *f = *state;
	struct store_pruned n = prune(f, &(struct store_prune){ .what = PRUNE_RAW, .before_ms = INT64_MAX, .keep = 3 });
	char *text, *raw;
	size_t len;

	assert_int_equal(n.responses, EDITS - 3);
	text = text_of(f, 1);
	assert_non_null(strstr(text, "word0"));
	free(text);
	for (unsigned r = 1; r <= EDITS; r++) {
		int rc = store_raw_of(f->s, 2, r, &raw, &len, NULL, &f->err);

		assert_int_equal(rc, r > EDITS - 3 ? 0 : -1);
		if (rc == 0)
			free(raw);
	}
	n = prune(f, &(struct store_prune){ .what = PRUNE_RAW, .before_ms = INT64_MAX, .source = "beta" });
	assert_int_equal(n.responses, 1);
}

static void
documents_become_stubs(void **state)
{
	struct fixture *f = *state;
	struct store_pruned n = prune(f, &(struct store_prune){ .what = PRUNE_DOCUMENTS, .before_ms = T0 + HOUR, .now_ms = f->now });
	struct page again = { .url = "https://press.beta.example/2", .title = "Two", .source = "beta", .text = other_text };

	assert_int_equal(n.documents, 1);
	assert_int_equal(hits(f, "harvest"), 0);
	assert_int_equal(hits(f, "title:two"), 1);
	assert_int_equal(hits(f, "minister"), 1);
	assert_int_equal(put_page(f, &again, to_desk()).what, PUT_SAME);	/* nobody is told again */
	well(f);
	n = prune(f, &(struct store_prune){ .what = PRUNE_DOCUMENTS, .before_ms = INT64_MAX, .now_ms = f->now });
	assert_int_equal(n.revisions, EDITS);
	assert_int_equal(hits(f, "minister in:revisions"), 0);
	assert_int_equal(store_prune(f->s, &(struct store_prune){ .source = "nobody" }, &n, &f->err), -1);
	assert_int_equal(f->err.class, ERR_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(earlier_texts_go_and_the_rest_stays_readable, setup_edits, teardown),
		cmocka_unit_test_setup_teardown(responses_go_and_texts_stay, setup_edits, teardown),
		cmocka_unit_test_setup_teardown(documents_become_stubs, setup_edits, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
