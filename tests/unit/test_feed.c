/* test_feed: RSS, Atom and JSON Feed, as specified and as found. */
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
#include "discover/discover.h"
#include "base/banned.h"

#define URL "https://x.example/feeds/all.xml"

static struct candidates *
read_feed(const char *text)
{
	struct discover_opts opts = { .url = URL, .kind = KIND_FEED, .summaries = true };
	struct candidates *c = NULL;
	struct err err = { 0 };

	if (discover(text, strlen(text), &opts, &c, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return c;
}

/* Reads a feed of one item and holds it against what is wanted; NULL: must be unknown. */
struct one {
	const char *text;
	const char *url, *guid, *title, *date, *summary;
};

static void
same(const char *what, const char *text, const char *got, const char *want)
{
	if ((got == NULL) != (want == NULL) || (got != NULL && strcmp(got, want) != 0))
		fail_msg("%s of %s: got %s, wanted %s", what, text, got ? got : "nothing", want ? want : "nothing");
}

static void
check_one(const struct one *w)
{
	CLEANUP(candidates_freep) struct candidates *c = read_feed(w->text);
	char iso[DATE_ISO_MAX];

	if (c->count != 1)
		fail_msg("%zu items in %s", c->count, w->text);
	same("url", w->text, c->list[0].url, w->url);
	same("guid", w->text, c->list[0].guid, w->guid);
	same("title", w->text, c->list[0].title, w->title);
	same("summary", w->text, c->list[0].summary, w->summary);
	same("date", w->text, date_iso(&c->list[0].published, iso), w->date != NULL ? w->date : "");
}

#define RSS(item) "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' " \
	"xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:atom='http://www.w3.org/2005/Atom'>" \
	"<channel><title>C</title>" item "</channel></rss>"
#define ATOM(entry) "<feed xmlns='http://www.w3.org/2005/Atom'><title>C</title>" entry "</feed>"

static void
rss_items_are_read(void **state)
{
	static const struct one cases[] = {
		{ RSS("<item><title>T</title><link>http://a.example/1</link><guid isPermaLink='false'>g1</guid>"
		    "<pubDate>Thu, 09 Feb 2023 16:45:00 +0900</pubDate><description>S</description></item>"),
		    "http://a.example/1", "g1", "T", "2023-02-09T16:45:00+09:00", "S" },
		{ RSS("<item><title>T</title><guid>http://a.example/2</guid></item>"),
		    "http://a.example/2", "http://a.example/2", "T", NULL, NULL },
		{ RSS("<item><title>T</title><link/><guid isPermaLink='true'>/x/3</guid></item>"),
		    "https://x.example/x/3", "/x/3", "T", NULL, NULL },
		{ RSS("<item><link>news/4.html</link><dc:date>2023-02-09</dc:date></item>"),
		    "https://x.example/feeds/news/4.html", NULL, NULL, "2023-02-09", NULL },
		{ "<rss xmlns:media='http://search.yahoo.com/mrss/'><channel><item><link>/13</link><media:group><media:title>M</media:title>"
		    "<media:description>D</media:description></media:group></item></channel></rss>", "https://x.example/13", NULL, "M",
		    NULL, "D" },
		{ RSS("<item><title>don&amp;#146;t</title><link>/14</link></item>"), "https://x.example/14", NULL,
		    "don\xe2\x80\x99t", NULL, NULL },
		{ "<CHANNEL><ITEM HREF='/15' LASTMOD='2023-02-09'><TITLE>T</TITLE><ABSTRACT>A</ABSTRACT></ITEM></CHANNEL>",
		    "https://x.example/15", NULL, "T", NULL, "A" },
		{ RSS("<item><atom:link rel='alternate' href='/5'/><atom:link rel='self' href='/no'/></item>"),
		    "https://x.example/5", NULL, NULL, NULL, NULL },
		{ RSS("<item><title>A &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt; &amp;amp;amp; new</title><link>/6</link></item>"),
		    "https://x.example/6", NULL, "A <b>bold</b> &amp; new", NULL, NULL },
		{ RSS("<item><title>A &lt;b&gt;bold&lt;/b&gt; &amp;amp; new</title><link>/6</link></item>"),
		    "https://x.example/6", NULL, "A bold & new", NULL, NULL },
		{ RSS("<item><title><![CDATA[1 < 2 & 3]]></title><link>/7</link></item>"),
		    "https://x.example/7", NULL, "1 < 2 & 3", NULL, NULL },
		{ RSS("<item><title>T</title><link>/8</link><content:encoded><![CDATA[<p>One.</p><p>Two.</p>]]>"
		    "</content:encoded></item>"), "https://x.example/8", NULL, "T", NULL, "One. Two." },
		{ RSS("<item><title>Caf&eacute; & more</title><link>/9?a=1&b=2</link></item>"),
		    "https://x.example/9?a=1&b=2", NULL, "Caf\xc3\xa9 & more", NULL, NULL },
		{ "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><item rdf:about='http://a.example/10'>"
		    "<title>T</title></item></rdf:RDF>", "http://a.example/10", "http://a.example/10", "T", NULL, NULL },
		{ "<rss><channel><item><title>T</title><link>/11</link><dc:date>2023-02-09</dc:date></item></channel>"
		    "</rss>", "https://x.example/11", NULL, "T", "2023-02-09", NULL },
		{ "\n\n<?xml version='1.0' encoding='utf-8'?><rss><channel><item><link>/12</link><title>caf\xe9</title>"
		    "</item></channel></rss>", "https://x.example/12", NULL, "caf\xc3\xa9", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_one(&cases[i]);
}

static void
atom_entries_are_read(void **state)
{
	static const struct one cases[] = {
		{ ATOM("<entry><title type='html'>&lt;i&gt;T&lt;/i&gt;</title><link href='/1'/><id>tag:1</id>"
		    "<published>2023-02-09T16:45:00Z</published><updated>2023-02-10T00:00:00Z</updated>"
		    "<summary>S</summary></entry>"),
		    "https://x.example/1", "tag:1", "T", "2023-02-09T16:45:00Z", "S" },
		{ ATOM("<entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <b>b</b></div></title>"
		    "<link rel='edit' href='/no'/><link rel='alternate' type='application/json' href='/json'/>"
		    "<link rel='alternate' type='text/html' href='/2'/></entry>"),
		    "https://x.example/2", NULL, "A b", NULL, NULL },
		{ ATOM("<entry xml:base='/sub/'><title>a &lt; b</title><link href='3'/><updated>2023-02-09T00:00:00Z"
		    "</updated></entry>"), "https://x.example/sub/3", NULL, "a < b", "2023-02-09T00:00:00Z", NULL },
		{ ATOM("<entry><id>http://a.example/4</id><title>T</title></entry>"),
		    "http://a.example/4", "http://a.example/4", "T", NULL, NULL },
		{ "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='escaped'>&lt;b&gt;T&lt;/b&gt;"
		    "</title><link rel='alternate' href='/5'/><issued>2004-01-01T12:00:00Z</issued></entry></feed>",
		    "https://x.example/5", NULL, "T", "2004-01-01T12:00:00Z", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_one(&cases[i]);
}

static void
json_feeds_are_read(void **state)
{
	static const struct one cases[] = {
		{ "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\",\"url\":\"/1\",\"title\":\"T\","
		    "\"date_published\":\"2023-02-09T16:45:00+09:00\",\"content_html\":\"<p>S</p>\"}]}",
		    "https://x.example/1", "1", "T", "2023-02-09T16:45:00+09:00", "S" },
		{ "{\"items\":[{\"id\":2,\"external_url\":\"http://a.example/2\",\"summary\":\"S\"},7]}",
		    "http://a.example/2", "2", NULL, NULL, "S" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_one(&cases[i]);
}

/* Named by title and date, so that neither a rotating id nor a changed order makes another document of it. */
static void
items_without_an_address_have_a_name(void **state)
{
	CLEANUP(candidates_freep) struct candidates *a = read_feed(RSS("<item><title>T</title><guid isPermaLink='false'>1"
	    "</guid><pubDate>Thu, 09 Feb 2023 16:45:00 GMT</pubDate><description>short</description><content:encoded>"
	    "&lt;p&gt;The whole text.&lt;/p&gt;</content:encoded></item><item><title>U</title></item><item><guid>g</guid></item>"
	    "<item><description>Words alone</description></item><item><category>none</category></item>"));
	CLEANUP(candidates_freep) struct candidates *b = read_feed(RSS("<item><title>U</title></item><item><title>T</title>"
	    "<guid isPermaLink='false'>2</guid><pubDate>Thu, 09 Feb 2023 16:45:00 GMT</pubDate></item>"));

	assert_int_equal(a->count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(strncmp(a->list[i].url, URL "#presswatch-item=", strlen(URL) + 17), 0);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(a->list[i].url, a->list[k].url);
	}
	assert_string_equal(a->list[0].summary, "short");
	assert_string_equal(a->list[0].content, "The whole text.");
	assert_string_equal(a->list[3].content, "Words alone");
	assert_int_equal(b->count, 2);
	assert_string_equal(b->list[0].url, a->list[1].url);
	assert_string_equal(b->list[1].url, a->list[0].url);
}

/* Else a feed of long texts costs several times what its list does. */
static void
texts_that_nobody_asked_for_are_those_of_pages(void **state)
{
	static const char *const feeds[] = {
		RSS("<item><title>A</title><description>Long</description><link>/1</link><media:group xmlns:media='"
		    "http://search.yahoo.com/mrss/'><media:description>M</media:description></media:group></item>"
		    "<item><title>B</title><content:encoded>Whole</content:encoded><description>Brief</description></item>"),
		ATOM("<entry><summary>Long</summary><title>A</title><link href='/1'/></entry>"
		    "<entry><title>B</title><content>Whole</content><summary>Brief</summary></entry>"),
		"{\"items\":[{\"summary\":\"Long\",\"title\":\"A\",\"url\":\"/1\"},"
		    "{\"title\":\"B\",\"content_text\":\"Whole\",\"summary\":\"Brief\"}]}",
	};
	struct discover_opts opts = { .url = URL, .kind = KIND_FEED };

	for (size_t i = 0; i < sizeof(feeds) / sizeof(feeds[0]); i++) {
		CLEANUP(candidates_freep) struct candidates *c = NULL;

		assert_int_equal(discover(feeds[i], strlen(feeds[i]), &opts, &c, NULL), 0);
		assert_int_equal(c->count, 2);
		assert_string_equal(c->list[0].title, "A");
		assert_null(c->list[0].summary);
		assert_null(c->list[0].content);
		assert_string_equal(c->list[1].title, "B");
		assert_string_equal(c->list[1].summary, "Brief");
		assert_string_equal(c->list[1].content, "Whole");
	}
}

static void
languages_are_those_of_the_texts(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><entry><title>T</title><link href='/1'/></entry></feed>",
		    "de" },
		{ "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><entry xml:lang='en_GB'><title>T</title><link href='/1'/>"
		    "</entry></feed>", "en-GB" },
		{ "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><entry xml:lang=''><title>T</title><link href='/1'/>"
		    "</entry></feed>", NULL },
		{ "<rss><channel><language>sv</language><item><link>/1</link></item></channel></rss>", "sv" },
		{ "<rss xml:lang='en'><channel><language>sv</language><item><title xml:lang='fi'>T</title><link>/1</link></item>"
		    "</channel></rss>", "fi" },
		{ RSS("<item><link>/1</link><dc:language>vi</dc:language></item>"), "vi" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(candidates_freep) struct candidates *c = read_feed(cases[i].text);

		assert_int_equal(c->count, 1);
		same("language", cases[i].text, c->list[0].language, cases[i].want);
	}
}

static void
older_parts_are_further_pages(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = read_feed("<feed xmlns='http://www.w3.org/2005/Atom'>"
	    "<link rel='prev-archive' href='/2023.xml'/><link rel='current' href='/now.xml'/><entry><link href='/1'/></entry></feed>");

	assert_int_equal(c->more_count, 1);
	assert_string_equal(c->more[0], "https://x.example/2023.xml");
}

static void
what_the_feed_says_of_itself_is_kept(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = read_feed(RSS("<language>ja</language><ttl>60</ttl>"
	    "<atom:link rel='hub' href='https://hub.example/'/><atom:link rel='next' href='?page=2'/>"
	    "<item><link>/1</link><guid>a</guid></item>"));

	assert_string_equal(c->title, "C");
	assert_string_equal(c->language, "ja");
	assert_string_equal(c->hub, "https://hub.example/");
	assert_int_equal(c->ttl_min, 60);
	assert_int_equal(c->more_count, 1);
	assert_string_equal(c->more[0], URL "?page=2");
	assert_false(c->guids_doubtful);
	assert_false(c->truncated);
}

static void
repeated_or_empty_guids_are_doubtful(void **state)
{
	static const char *const feeds[] = {
		RSS("<item><link>/1</link><guid>a</guid></item><item><link>/2</link><guid>a</guid></item>"),
		RSS("<item><link>/1</link><guid></guid></item>"),
		ATOM("<entry><link href='/1'/><id>  </id></entry>"),
		"{\"items\":[{\"id\":\"\",\"url\":\"/1\"}]}",
	};

	for (size_t i = 0; i < sizeof(feeds) / sizeof(feeds[0]); i++) {
		CLEANUP(candidates_freep) struct candidates *c = read_feed(feeds[i]);

		assert_true(c->guids_doubtful);
	}
}

static void
a_cut_feed_gives_what_is_readable(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = read_feed("<rss><channel><item><title>A</title>"
	    "<link>/1</link></item><item><title>B</title><link>/2</link></item><item><title>Half");

	assert_true(c->truncated);
	assert_int_equal(c->count, 2);
	assert_string_equal(c->list[1].title, "B");
}

static void
a_broken_item_does_not_swallow_the_next(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = read_feed("<rss><channel><item><title>A</title>"
	    "<link>/1</link><description><p>no end</description></item><item><title>B</title><link>/2</link></item>"
	    "</channel></rss>");

	assert_int_equal(c->count, 2);
	assert_string_equal(c->list[1].url, "https://x.example/2");
}

static void
more_items_than_allowed_are_cut(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct discover_opts opts = { .url = URL };
	CLEANUP(candidates_freep) struct candidates *c = NULL;

	buf_adds(&b, "<rss><channel>");
	for (int i = 0; i < DISCOVER_MAX_LINKS + 5; i++)
		buf_addf(&b, "<item><link>/%d</link></item>", i);
	buf_adds(&b, "</channel></rss>");
	assert_int_equal(discover(b.data, b.len, &opts, &c, NULL), 0);
	assert_int_equal(c->count, DISCOVER_MAX_LINKS);
	assert_true(c->cut);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss_items_are_read),
		cmocka_unit_test(atom_entries_are_read),
		cmocka_unit_test(json_feeds_are_read),
		cmocka_unit_test(items_without_an_address_have_a_name),
		cmocka_unit_test(texts_that_nobody_asked_for_are_those_of_pages),
		cmocka_unit_test(languages_are_those_of_the_texts),
		cmocka_unit_test(older_parts_are_further_pages),
		cmocka_unit_test(what_the_feed_says_of_itself_is_kept),
		cmocka_unit_test(repeated_or_empty_guids_are_doubtful),
		cmocka_unit_test(a_cut_feed_gives_what_is_readable),
		cmocka_unit_test(a_broken_item_does_not_swallow_the_next),
		cmocka_unit_test(more_items_than_allowed_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
