/*
 * The same story: copies of made-up releases, cut and changed in the ways of wire services, against fillings of one form. How
 * many pairs of which likeness are found, and that nothing is joined which does not belong together.
 */
#include "tests/unit/store_fixture.h"
#include "document/similar.h"
#include "document/sketch.h"
#include "document/tie.h"
#include "base/banned.h"

#define PAIRS 400
#define TEXT_MAX 8192

static uint64_t seed;

static unsigned
below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

/* A word of two to four syllables out of some ten thousand; now and then a name. */
static void
word(char *out, size_t size)
{
	static const char *const parts[] = { "ra", "ten", "mo", "li", "ska", "ver", "du", "pon", "ce",
		"gra", "hi", "bur", "no", "sil", "tu", "fa", "kel", "ori", "wes", "yan", "zu", "mar" };
	unsigned syllables = 2 + below(3);
	size_t n = 0;

	for (; syllables > 0; syllables--)
		n += (size_t)snprintf(out + n, size - n, "%s", parts[below(22)]);
	if (below(12) == 0)
		out[0] = (char)(out[0] - 'a' + 'A');
}

static size_t
sentence(char *out, size_t size)
{
	unsigned words = 8 + below(14);
	size_t n = 0;
	char w[32];

	while (words-- > 0) {
		word(w, sizeof(w));
		n += (size_t)snprintf(out + n, size - n, "%s%s", w, words > 0 ? " " : ". ");
	}
	return n;
}

static void
release(char *out, size_t size)
{
	unsigned paragraphs = 3 + below(5), k;
	size_t n = 0;

	for (; paragraphs > 0; paragraphs--) {
		for (k = 2 + below(3); k > 0; k--)
			n += sentence(out + n, size - n);
		n += (size_t)snprintf(out + n - 1, size - n, "\n\n") - 1;
	}
	out[n - 2] = '\0';
}

/* Each word is put by another one with a chance of change in a thousand; sentences of its own before and behind. */
static void
copy(const char *text, unsigned change, char *out, size_t size)
{
	size_t n = 0, len;
	char w[32];

	if (below(2) == 0)
		n += sentence(out + n, size - n);
	for (; *text != '\0'; text += len) {
		len = strcspn(text, " \n");
		if (len > 0 && below(1000) < change) {
			word(w, sizeof(w));
			n += (size_t)snprintf(out + n, size - n, "%s", w);
		} else {
			n += (size_t)snprintf(out + n, size - n, "%.*s", (int)len, text);
		}
		if (text[len] != '\0')
			out[n++] = text[len++];
	}
	out[n++] = ' ';
	(void)sentence(out + n, size - n);
}

struct seen { int64_t other; bool story; unsigned count; };

static int
note(const struct store_doc *d, const struct store_similarity *how, void *arg)
{
	struct seen *s = arg;

	if (d->doc_id == s->other) {
		s->count++;
		s->story = how->story;
	}
	return 0;
}

static void
near_copies_on_other_sites_are_found_and_joined(void **state)
{
	struct fixture *f = *state;
	unsigned pairs[3] = { 0 }, found[3] = { 0 }, joined[3] = { 0 }, i;
	char *text = xmalloc(TEXT_MAX), *other = xmalloc(2 * TEXT_MAX), url[80], title[80];

	seed = 6;
	for (i = 0; i < PAIRS; i++) {
		struct page a = { .url = url, .title = title, .date = "2023-11-14" }, b = a;
		struct seen seen = { 0 };
		double j;
		int64_t id;
		int bin;

		snprintf(url, sizeof(url), "https://www.alpha.example/%u", i);
		snprintf(title, sizeof(title), "Release of the day %u", i);
		release(text, TEXT_MAX);
		copy(text, below(110), other, 2 * TEXT_MAX);
		j = similar_jaccard(text, strlen(text), other, strlen(other));
		bin = j >= 0.8 ? 2 : j >= 0.6 ? 1 : 0;
		a.text = text;
		id = put_page(f, &a, to_desk()).doc_id;
		snprintf(url, sizeof(url), "https://wire%u.example/x", i);
		snprintf(title, sizeof(title), "What they say of it, %u", i);
		b.text = other;
		b.source = "beta";
		seen.other = put_page(f, &b, to_desk()).doc_id;
		assert_int_not_equal(seen.other, id);
		pairs[bin]++;
		assert_true(store_similar(f->s, id, note, &seen, &f->err) >= 0);
		found[bin] += seen.count;
		joined[bin] += seen.story;
	}
	print_message("J >= 0.8: %u of %u found, %u joined; 0.6 to 0.8: %u of %u found, %u joined; below: %u of %u joined\n",
	    found[2], pairs[2], joined[2], found[1], pairs[1], joined[1], joined[0], pairs[0]);
	assert_true(pairs[2] > 80 && pairs[1] > 80);
	assert_int_equal(found[2], pairs[2]);
	assert_int_equal(joined[2], pairs[2]);
	assert_true(found[1] * 100 >= pairs[1] * 95);
	assert_int_equal(joined[0], 0);
	free(text);
	free(other);
}

/* One form with other facts: text and title take a place, a day and a number. */
static const struct { const char *title, *text; } forms[] = {
	{ "Treasury data for %1$s", "The net sum total in %1$s of all foreign acquisitions of long-term securities, "
	    "short-term securities and banking flows was a monthly inflow of $%2$u.%3$u billion. Of this, net foreign "
	    "private inflows were $%3$u.%2$u billion, and net foreign official outflows were $%4$u billion. Foreign "
	    "residents increased their holdings of long-term securities in %1$s; net purchases were $%5$u billion. "
	    "The next release is scheduled for the middle of the month at four in the afternoon." },
	{ "Flood warning for %1$s", "The service has issued a flood warning for %1$s. Levels on the river at the %1$s "
	    "gauge reached %2$u.%3$u metres at dawn and are expected to peak at %4$u centimetres above the mark in the "
	    "evening. Residents of %5$u streets near the bank should move valuables to upper floors, keep away from the "
	    "water and follow the instructions of the emergency services until the warning is lifted by the authority." },
	{ "Ambassador to %1$s appointed", "The government has today decided to appoint a new ambassador to %1$s. The "
	    "ambassador takes up the post in the capital of %1$s in September and succeeds the head of mission who has "
	    "served in %1$s since the year %2$u%3$u. Relations with %1$s are close and have grown in trade, culture "
	    "and education, with %4$u agreements signed in the past years and %5$u projects under way." },
	{ "Auction of %1$s bills", "The debt office sold %1$s bills today. Bids were received for %2$u million and %3$u "
	    "million were accepted at an average yield of %4$u.%5$u per cent. Accepted bids at the highest yield were "
	    "allotted in full. Settlement takes place in two days. The next auction will be announced on the web site "
	    "of the office one week before it is held, together with the volume that is to be offered to dealers." },
};

static void
fillings_of_a_form_are_no_story(void **state)
{
	static const char *const places[] = { "October", "November", "Kenya", "Ghana", "Hanoi", "Osaka" };
	struct fixture *f = *state;
	unsigned i, k, pairs = 0, alike = 0;
	char texts[6][1024], titles[6][64];

	seed = 9;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		for (k = 0; k < 6; k++) {
			char url[80];
			struct page p = { .url = url, .title = titles[k], .text = texts[k], .date = "2023-11-14",
				.source = k % 2 == 0 ? "alpha" : "beta" };
			struct store_doc *doc = NULL;
			struct store_put_result r;
			unsigned m;

			snprintf(url, sizeof(url), "https://%s.example/%u-%u", k % 2 == 0 ? "www.alpha" : "press.beta", i, k);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(titles[k], sizeof(titles[k]), forms[i].title, places[k]);
			snprintf(texts[k], sizeof(texts[k]), forms[i].text, places[k], 10 + below(90), 10 + below(90),
			    10 + below(90), 10 + below(90));
#pragma GCC diagnostic pop
			r = put_page(f, &p, to_desk());
			assert_int_equal(r.what, PUT_NEW);
			assert_int_equal(store_get(f->s, url, 0, &doc, &f->err), 0);
			if (doc->story != NULL)
				fail_msg("%s was joined to %s", doc->title, doc->story);
			store_doc_free(doc);
			for (m = 0; m < k; m++, pairs++)
				alike += similar_jaccard(texts[m], strlen(texts[m]), texts[k], strlen(texts[k])) >= 0.6;
		}
	print_message("%u pairs of one form, %u of them alike by 0.6 and more: none joined\n", pairs, alike);
}

static json_t *
data_of(struct fixture *f, size_t back)
{
	struct lines lines;
	json_t *event = NULL, *data;

	all_events(f, &lines);
	assert_true(lines.count > back);
	assert_int_equal(json_read(lines.json[lines.count - 1 - back], strlen(lines.json[lines.count - 1 - back]),
	    &event, &f->err), 0);
	data = json_incref(json_object_get(event, "data"));
	json_decref(event);
	lines_done(&lines);
	return data;
}

static void
the_notice_names_the_story_and_who_carried_it_before(void **state)
{
	struct fixture *f = *state;
	const struct store_route routes[] = {
		{ .channel = "all", .kinds = ~0u }, { .channel = "once", .kinds = ~0u, .once_per_story = true },
	};
	const struct store_routes both = { routes, 2 };
	char near[1024];
	struct page first = { .url = "https://www.alpha.example/1", .title = "Talks on trade", .date = "2023-02-09" };
	struct page exact = { .url = "https://press.beta.example/1", .title = "Two ministers meet", .date = "2023-02-10",
		.source = "beta" };
	struct page third = { .url = "https://wire.example/1", .title = "Ministers agree to talk", .source = "beta",
		.text = near, .date = "2023-02-09" };
	struct store_counts c;
	const json_t *list;
	json_t *data;

	snprintf(near, sizeof(near), "HANOI, 9 February. %s Questions: press@wire.example, 555-0123.", long_text);
	put_page(f, &first, &both);
	data = data_of(f, 0);
	assert_null(json_object_get(data, "story"));
	assert_null(json_object_get(data, "carriers"));
	json_decref(data);
	put_page(f, &exact, &both);
	data = data_of(f, 0);
	assert_string_equal(json_string_value(json_object_get(data, "story")), "1");
	list = json_object_get(data, "carriers");
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "url")), first.url);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "source")), "alpha");
	json_decref(data);
	put_page(f, &third, &both);
	data = data_of(f, 0);
	assert_string_equal(json_string_value(json_object_get(data, "story")), "1");
	assert_int_equal(json_array_size(json_object_get(data, "carriers")), 2);
	json_decref(data);
	/* Three for the one channel; for the other the exact copy is no news, the near one is. */
	assert_int_equal(store_get_counts(f->s, &c, &f->err), 0);
	assert_int_equal(c.deliveries, 5);
	assert_int_equal(c.documents, 3);
}

static void
an_edit_is_a_revision_and_its_text_is_found_by_its_new_words(void **state)
{
	struct fixture *f = *state;
	char edited[1024];
	struct page a = { .url = "https://www.alpha.example/1", .title = "Talks on trade" };
	struct page other = { .url = "https://press.beta.example/1", .title = "Elsewhere", .source = "beta",
		.text = edited };
	struct seen seen = { 0 };
	struct store_put_result r = put_page(f, &a, to_desk());

	snprintf(edited, sizeof(edited), "%s The ministers will not take questions at all.", long_text);
	a.text = edited;
	a.doc_id = r.doc_id;
	assert_int_equal(put_page(f, &a, to_desk()).what, PUT_REVISION);
	assert_int_equal(documents(f), 1);
	seen.other = put_page(f, &other, to_desk()).doc_id;
	assert_true(store_similar(f->s, r.doc_id, note, &seen, &f->err) >= 0);
	assert_true(seen.count == 1 && seen.story);
}

static void
scripts_without_blanks_are_compared_by_characters(void **state)
{
	static const char ja[] = "外務大臣は九日、東京においてベトナムの外務大臣と会談し、貿易、気候及び海洋の安全について協議した。"
	    "双方は毎年会談を行い、各国の首都に窓口を設けることで一致した。窓口は企業からの照会に二週間以内に回答する。";
	struct fixture *f = *state;
	char other[1024];
	struct page a = { .url = "https://www.alpha.example/ja", .title = "外相会談", .text = ja };
	struct page b = { .url = "https://press.beta.example/ja", .title = "日越外相が会談", .text = other, .source = "beta" };
	struct seen seen = { 0 };
	int64_t id = put_page(f, &a, NULL).doc_id;

	snprintf(other, sizeof(other), "【東京発】%s以上。", ja);
	seen.other = put_page(f, &b, NULL).doc_id;
	assert_true(store_similar(f->s, id, note, &seen, &f->err) >= 0);
	assert_true(seen.count == 1 && seen.story);
}

/* Stored values: a change here would make every archive forget its near-duplicates. */
static void
the_bands_of_this_version_are_fixed(void **state)
{
	static const char mixed[] = "Japan and Viet Nam agreed, 日本とベトナム.";
	struct sketch k, same, other;
	size_t i, equal = 0;

	assert_true(sketch_make(long_text, strlen(long_text), &k));
	assert_true(sketch_make(long_text, strlen(long_text), &same));
	assert_memory_equal(&k, &same, sizeof(k));
	assert_true(sketch_make(other_text, strlen(other_text), &other));
	for (i = 0; i < SKETCH_BANDS; i++)
		equal += k.band[i] == other.band[i];
	assert_int_equal(equal, 0);
	assert_false(sketch_make("", 0, &k));
	assert_true(sketch_make(mixed, strlen(mixed), &k));
	assert_int_equal(k.band[0], -1961607830);
	assert_int_equal(k.band[13], 1413246650);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(near_copies_on_other_sites_are_found_and_joined, setup_store, teardown),
		cmocka_unit_test_setup_teardown(fillings_of_a_form_are_no_story, setup_store, teardown),
		cmocka_unit_test_setup_teardown(the_notice_names_the_story_and_who_carried_it_before, setup_store, teardown),
		cmocka_unit_test_setup_teardown(an_edit_is_a_revision_and_its_text_is_found_by_its_new_words, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(scripts_without_blanks_are_compared_by_characters, setup_store, teardown),
		cmocka_unit_test(the_bands_of_this_version_are_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
