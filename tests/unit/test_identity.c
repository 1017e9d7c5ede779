/*
 * The matrix of identity: a release is met a second time in every way that sites know, under no GUID, the same one, a rotated
 * one and one that the feed repeats for everything; each cell says how many documents and notices there are after.
 */
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

#define HOST "https://www.alpha.example"

enum guid { GUID_NONE, GUID_SAME, GUID_ROTATED, GUID_EMPTY_TITLES, GUID_COUNT };
static const char *const guid_names[GUID_COUNT] = { "no GUID", "the same GUID", "a rotated GUID",
	"a GUID that all items share" };

static const char print_text[] =
    "The minister met the delegation on Thursday to discuss trade, the climate and the safety of "
    "the seas. Both sides agreed to hold talks every year and to name a contact in each capital "
    "who will answer questions of business within two weeks and publish the answers.\n\n"
    "A joint group will report on progress before the summer and propose further steps.\n\n"
    "printed from the site";

static const char german_text[] =
    "Die Ministerin empfing die Abordnung am Donnerstag, um über Handel, das Klima und die "
    "Sicherheit der Meere zu sprechen. Beide Seiten vereinbarten, jedes Jahr Gespräche zu führen "
    "und in jeder Hauptstadt eine Stelle zu benennen, die Fragen der Wirtschaft binnen zwei "
    "Wochen beantwortet und die Antworten veröffentlicht.";

static const struct {
	const char *what;
	struct page second;
	bool short_text;		/* both are one sentence */
	int docs, docs_same_guid;	/* under no or another GUID; under the same */
} ways[] = {
	{ "the same address", { .url = HOST "/press/1" }, false, 1, 1 },
	{ "http", { .url = "http://www.alpha.example/press/1" }, false, 1, 1 },
	{ "without www", { .url = "https://alpha.example/press/1" }, false, 1, 1 },
	{ "without www, a short text", { .url = "https://alpha.example/press/1" }, true, 1, 1 },
	{ "without www, with a slash, a short text", { .url = "https://alpha.example/press/1/" }, true, 1, 1 },
	{ "without www, under another title", { .url = "https://alpha.example/press/1", .title = "24-117" }, false, 1, 1 },
	{ "without www, another release", { .url = "https://alpha.example/press/1", .title = "Prices of fuel", .text = other_text }, false, 2, 2 },
	{ "mobile host", { .url = "https://m.alpha.example/press/1" }, false, 1, 1 },
	{ "tracking parameter", { .url = HOST "/press/1?utm_source=rss&fbclid=x" }, false, 1, 1 },
	{ "fragment", { .url = HOST "/press/1#top" }, false, 1, 1 },
	{ "slash at the end", { .url = HOST "/press/1/" }, false, 1, 1 },
	{ "default port", { .url = "https://www.alpha.example:443/press/1" }, false, 1, 1 },
	{ "upper-case host", { .url = "https://WWW.Alpha.Example/press/1" }, false, 1, 1 },
	{ "short link that redirects", { .url = HOST "/s/x", .final = HOST "/press/1" }, false, 1, 1 },
	{ "print view", { .url = HOST "/print/1", .text = print_text, .canonical = HOST "/press/1" },
	  false, 1, 1 },
	{ "AMP page", { .url = HOST "/amp/press/1", .canonical = HOST "/press/1" }, false, 1, 1 },
	{ "second slug", { .url = HOST "/news/talks-on-trade" }, false, 1, 1 },
	{ "moved path", { .url = HOST "/archive/2023/press/1" }, false, 1, 1 },
	{ "moved host of the site", { .url = "https://news.alpha.example/1" }, false, 1, 1 },
	{ "carried by another site", { .url = "https://press.beta.example/1" }, false, 2, 1 },
	{ "sister in another language", { .url = HOST "/de/presse/1", .title = "Gespräche über Handel",
	    .text = german_text }, false, 2, 2 },
	{ "another release", { .url = HOST "/press/2", .title = "Prices of fuel", .text = other_text },
	  false, 2, 2 },
	{ "another release of the same title", { .url = HOST "/press/2", .text = other_text }, false, 2, 1 },
	{ "the same words a month later", { .url = HOST "/press/2", .date = "2023-03-09" }, false, 2, 2 },
	{ "the same sentence on another day", { .url = HOST "/press/2", .date = "2023-03-09" }, true, 2, 2 },
	{ "canonical address is the home page", { .url = HOST "/press/2", .title = "Prices of fuel",
	    .text = other_text, .canonical = HOST "/" }, false, 2, 2 },
	{ "canonical address is the other release", { .url = HOST "/press/2", .title = "Prices of fuel",
	    .text = other_text, .canonical = HOST "/press/1" }, false, 2, 2 },
	{ "canonical address on another site", { .url = HOST "/press/2", .title = "Prices of fuel",
	    .text = other_text, .canonical = "https://press.beta.example/1" }, false, 2, 2 },
};

static int
first_id(const struct store_candidate *c, void *arg)
{
	*(int64_t *)arg = c->id;
	return 1;
}

/* Met on a list, fetched and put, as the daemon does. */
static void
meet(struct fixture *f, struct page p, const char *guid)
{
	struct store_candidate c = { .url = (char *)p.url, .guid = (char *)guid };
	int64_t id = 0;

	f->now += HOUR;
	visit(f, "alpha", &c, 1);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 1, first_id, &id, &f->err), 0);
	if (id == 0)
		return;		/* known by its address */
	p.candidate_id = id;
	put_page(f, &p, to_desk());
}

static int
count_new(const struct store_event *e, void *arg)
{
	if (strcmp(e->type, "document.new") == 0)
		++*(int *)arg;
	return 0;
}

static void
check(struct fixture *f, size_t i, enum guid g, int docs)
{
	int told = 0;

	assert_int_equal(store_events(f->s, 0, 100, count_new, &told, &f->err), 0);
	if (documents(f) != docs || told != docs)
		fail_msg("%s, %s: %d documents and %d notices, not %d", ways[i].what, guid_names[g],
		    (int)documents(f), told, docs);
}

static void
cell(void **state, size_t i, enum guid g)
{
	static const char *const second_guid[] = { NULL, "g1", "g2", "g1" };
	struct page first = { .url = HOST "/press/1", .date = "2023-02-09", .title = "Talks on trade" };
	struct page second = ways[i].second, filler = { .url = HOST "/about/9", .date = "2023-01-01",
		.title = "A filler", .text = "Another text of a few words that says little of anything." };
	int docs = g == GUID_SAME ? ways[i].docs_same_guid : ways[i].docs, repeat;
	struct fixture *f;

	setup_store(state);
	f = *state;
	if (second.title == NULL)
		second.title = first.title;
	if (second.date == NULL)
		second.date = first.date;
	if (ways[i].short_text)
		first.text = second.text = "The office is closed on Monday.";
	visit(f, "alpha", NULL, 0);
	meet(f, first, g == GUID_NONE ? NULL : "g1");
	if (g == GUID_EMPTY_TITLES) {	/* one GUID, two documents: it names nothing from now on */
		meet(f, filler, "g1");
		docs++;
	}
	for (repeat = 0; repeat < 3; repeat++) {	/* leaves, comes back, in another order */
		meet(f, second, second_guid[g]);
		meet(f, first, g == GUID_ROTATED ? "g3" : g == GUID_NONE ? NULL : "g1");
	}
	check(f, i, g, docs);
	teardown(state);
}

static void
every_way_to_meet_a_release_again_gives_the_right_number_of_documents_and_notices(void **state)
{
	size_t i;
	int g;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		for (g = 0; g < GUID_COUNT; g++)
			cell(state, i, (enum guid)g);
	print_message("%zu ways, %d cells\n", i, (int)i * GUID_COUNT);
}

/* ---- every combination ---- */

static const struct { const char *what, *url, *title, *text; } addresses[] = {
	{ "http", "http://www.alpha.example/press/1", NULL, NULL },
	{ "https, no www", "https://alpha.example/press/1", NULL, NULL },
	{ "tracking", HOST "/press/1?utm_source=rss&fbclid=x", NULL, NULL },
	{ "print view", HOST "/print/1", NULL, print_text },
	{ "AMP", HOST "/amp/press/1", NULL, NULL },
	{ "second slug", HOST "/news/talks-on-trade", NULL, NULL },
	{ "moved path", HOST "/archive/2023/press/1", NULL, NULL },
	{ "the same", HOST "/press/1", NULL, NULL },
	{ "sister in another language", HOST "/de/presse/1", "Gespräche über Handel", german_text },
};
enum { ADDRESSES = sizeof(addresses) / sizeof(addresses[0]), SISTER = ADDRESSES - 1 };

static const struct { const char *what, *first, *second; bool doubtful; } guids[] = {
	{ "no GUID", NULL, NULL, false }, { "the same GUID", "g1", "g1", false }, { "a rotated GUID", "g1", NULL, false },
	{ "a repeated GUID", "g1", "g1", true }, { "an empty GUID", "", "", true },
};
enum { GUIDS = sizeof(guids) / sizeof(guids[0]), ROTATED = 2 };

static const struct { const char *what, *url; bool shared; } canonicals[] = {
	{ "no canonical address", NULL, false }, { "its canonical address", HOST "/press/1", false },
	{ "the home page as canonical address", HOST "/", false },
	{ "a canonical address that others claim too", HOST "/press/overview", true },
};
enum { CANONICALS = sizeof(canonicals) / sizeof(canonicals[0]) };

struct combination { unsigned address, guid, canonical; bool redirect; };

static void
meet_row(struct fixture *f, struct page p, const char *guid, bool doubtful)
{
	struct store_candidate c = { .url = (char *)p.url, .guid = (char *)guid };
	const struct store_visit v = { .source = "alpha", .at_ms = f->now += HOUR, .http_status = 200,
		.next_visit_ms = f->now + 15 * MINUTE, .state = STATE_OK, .list_hash = (uint64_t)f->now };
	const struct store_visit_opts opts = { .trust_guid = !doubtful, .baseline_max = 200 };
	int64_t id = 0;

	assert_int_equal(store_visit_read(f->s, &v, &c, 1, &opts, to_desk(), NULL, &f->err), 0);
	assert_int_equal(store_candidates_due(f->s, f->now, 0, 1, first_id, &id, &f->err), 0);
	p.candidate_id = id;
	if (id != 0)
		put_page(f, &p, to_desk());
}

static void
combine(void **state, const struct combination *c)
{
	struct page first = { .url = HOST "/press/1", .date = "2023-02-09", .title = "Talks on trade" }, second = first;
	struct page other = { .url = HOST "/press/9", .date = "2023-02-09", .title = "Prices of fuel", .text = other_text,
		.canonical = canonicals[c->canonical].url };
	bool sister = c->address == SISTER, doubtful = guids[c->guid].doubtful;
	struct fixture *f;
	char rotated[24];
	int repeat, told = 0, docs = 2 + sister;

	setup_store(state);
	f = *state;
	first.canonical = second.canonical = canonicals[c->canonical].url;
	if (sister) {
		second.title = addresses[SISTER].title;
		if (canonicals[c->canonical].url != NULL && !canonicals[c->canonical].shared)
			second.canonical = NULL;	/* a sister names itself */
	}
	second.text = addresses[c->address].text;
	second.url = c->redirect ? HOST "/go?to=1" : addresses[c->address].url;
	second.final = c->redirect ? addresses[c->address].url : NULL;
	visit(f, "alpha", NULL, 0);
	meet_row(f, other, guids[c->guid].doubtful ? guids[c->guid].first : "g9", doubtful);
	for (repeat = 0; repeat < 2; repeat++) {
		snprintf(rotated, sizeof(rotated), "r%d", repeat);
		meet_row(f, repeat % 2 == 0 ? first : second, c->guid == ROTATED ? rotated : guids[c->guid].first, doubtful);
		snprintf(rotated, sizeof(rotated), "s%d", repeat);
		meet_row(f, repeat % 2 == 0 ? second : first, c->guid == ROTATED ? rotated : guids[c->guid].second, doubtful);
	}
	assert_int_equal(store_events(f->s, 0, 100, count_new, &told, &f->err), 0);
	if (documents(f) != docs || told != docs)
		fail_msg("%s%s, %s, %s: %d documents and %d notices, not %d", c->redirect ? "redirect to " : "",
		    addresses[c->address].what, guids[c->guid].what, canonicals[c->canonical].what, (int)documents(f), told, docs);
	teardown(state);
}

static void
every_combination_of_names_gives_the_right_number_of_documents_and_notices(void **state)
{
	struct combination c = { 0 };
	unsigned cells = 0;

	for (c.address = 0; c.address < ADDRESSES; c.address++)
		for (c.guid = 0; c.guid < GUIDS; c.guid++)
			for (c.canonical = 0; c.canonical < CANONICALS; c.canonical++)
				for (int redirect = 0; redirect < 2; redirect++, cells++) {
					c.redirect = redirect != 0;
					combine(state, &c);
				}
	print_message("%u combinations\n", cells);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_way_to_meet_a_release_again_gives_the_right_number_of_documents_and_notices),
		cmocka_unit_test(every_combination_of_names_gives_the_right_number_of_documents_and_notices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
