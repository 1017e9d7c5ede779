/* What prune takes out leaves stubs, and nothing that stays is harmed. */
#include <signal.h>
#include <sys/wait.h>
#include "store_fixture.h"
#include "base/buf.h"
#include "base/clock.h"
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

/* Many documents, each edited, some with the response of another one. */
#define MANY 60

static void
fill(struct fixture *f)
{
	char url[64], title[32], text[2048], raw[4096];
	int64_t id = 0;

	for (int i = 0; i < MANY; i++)
		for (int k = 0; k < 3; k++) {
			struct page p = { .url = url, .title = title, .text = text, .raw = raw };

			snprintf(url, sizeof(url), "https://www.alpha.example/many/%d", i);
			snprintf(title, sizeof(title), "Number %d", i);
			snprintf(text, sizeof(text), "%s\n\nWords of item%dv%d.", long_text, i, k);
			snprintf(raw, sizeof(raw), "<html>%d of %d</html>%s", k, i, text);
			if (i % 7 == 0 && k == 0)
				snprintf(raw, sizeof(raw), "<html>the same for all</html>");
			f->now += MINUTE;
			p.doc_id = k > 0 ? id : 0;
			id = put_page(f, &p, to_desk()).doc_id;
		}
	while (store_index_step(f->s, 50, &f->err) > 0)
		;
}

static void
a_shared_response_is_not_counted_and_stays(void **state)
{
	struct fixture *f = *state;
	struct page a = { .url = "https://press.beta.example/a", .title = "A", .source = "beta", .text = other_text, .raw = "<html>shared</html>" };
	struct page b = { .url = "https://www.alpha.example/b", .title = "B", .text = long_text, .raw = "<html>shared</html>" };
	struct store_pruned n;

	put_page(f, &a, to_desk());
	put_page(f, &b, to_desk());
	fill(f);
	n = prune(f, &(struct store_prune){ .what = PRUNE_RAW, .source = "beta", .before_ms = INT64_MAX, .now_ms = f->now });
	assert_int_equal(n.revisions, 1);
	assert_int_equal(n.responses, 0);
	n = prune(f, &(struct store_prune){ .what = PRUNE_RAW, .before_ms = INT64_MAX, .now_ms = f->now, .keep = 2, .step = 3 });
	assert_true(n.revisions > n.responses && n.responses > MANY / 2);
}

static void
copy(const char *from, const char *to)
{
	char buffer[65536], side[160];
	FILE *in = fopen(from, "rb"), *out;
	size_t n;

	snprintf(side, sizeof(side), "%s-wal", to);
	unlink(side);
	snprintf(side, sizeof(side), "%s-shm", to);
	unlink(side);
	out = fopen(to, "wb");
	assert_true(in != NULL && out != NULL);
	while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
		assert_int_equal(fwrite(buffer, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* What is left of a revision, so that two archives can be compared. */
static int
note_revision(const struct store_revision *r, void *arg)
{
	struct buf *b = arg;

	buf_addf(b, "%u %d %s %s\n", r->number, r->pruned_ms > 0, r->text_hash, r->raw_hash != NULL ? r->raw_hash : "-");
	return 0;
}

static char *
state_of(struct fixture *f)
{
	struct store_counts n;
	struct buf b = BUF_INIT(1 << 22);
	int64_t raw;

	assert_int_equal(store_get_counts(f->s, &n, &f->err), 0);
	assert_int_equal(store_raw_bytes(f->s, &raw, &f->err), 0);
	buf_addf(&b, "%lld %lld %lld\n", (long long)n.documents, (long long)n.revisions, (long long)n.events);
	for (int i = 1; i <= MANY + 2; i++)
		store_history(f->s, i, note_revision, &b, &f->err);
	return buf_take(&b, NULL);
}

/* A child is killed in the middle of it, at 25 instants: the archive is whole, and the next run ends as one that was left alone. */
static void
a_kill_in_between_leaves_a_whole_archive(void **state)
{
	static const enum store_prune_what whats[] = { PRUNE_RAW, PRUNE_REVISIONS, PRUNE_DOCUMENTS };
	struct fixture *f = *state;
	char master[128], *want;
	int interrupted = 0;

	fill(f);
	snprintf(master, sizeof(master), "%s/master", f->dir);
	store_close(f->s);
	copy(f->path, master);
	for (size_t k = 0; k < 3; k++) {
		struct store_prune what = { .what = whats[k], .before_ms = INT64_MAX, .now_ms = f->now + 1, .keep = k < 2, .step = 2 };
		struct store_pruned n, all;

		int64_t begun, took_us;

		copy(master, f->path);
		fixture_open(f);
		begun = clock_mono_ms();
		assert_int_equal(store_prune(f->s, &what, &all, &f->err), 0);
		took_us = (clock_mono_ms() - begun) * 1000 + 4000;	/* and the time to open it */
		want = state_of(f);
		store_close(f->s);
		for (int i = 0; i < 25; i++) {
			char *got;
			pid_t pid;
			int status;

			copy(master, f->path);
			fflush(NULL);
			if ((pid = fork()) == 0) {
				struct store *s;

				if (store_open(f->path, STORE_WRITE, NULL, &s, NULL) == 0)
					store_prune(s, &what, &n, NULL);
				_exit(0);
			}
			usleep((useconds_t)(1000 + took_us * i / 25));
			kill(pid, SIGKILL);
			assert_int_equal(waitpid(pid, &status, 0), pid);
			fixture_open(f);
			if (store_verify(f->s, NULL, NULL, &f->err) < 0)
				fail_msg("after a kill: %s", f->err.text);
			n = prune(f, &what);
			interrupted += n.revisions > 0 && n.revisions < all.revisions;
			got = state_of(f);
			assert_string_equal(got, want);
			free(got);
			store_close(f->s);
		}
		free(want);
	}
	print_message("interrupted in the middle: %d of 75\n", interrupted);
	assert_true(interrupted > 0);
	fixture_open(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(earlier_texts_go_and_the_rest_stays_readable, setup_edits, teardown),
		cmocka_unit_test_setup_teardown(responses_go_and_texts_stay, setup_edits, teardown),
		cmocka_unit_test_setup_teardown(documents_become_stubs, setup_edits, teardown),
		cmocka_unit_test_setup_teardown(a_shared_response_is_not_counted_and_stays, setup_store, teardown),
		cmocka_unit_test_setup_teardown(a_kill_in_between_leaves_a_whole_archive, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
