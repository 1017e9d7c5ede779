/* test_sitemap: urlset, news, index, text and gzip. */
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
#include <zlib.h>
#include "discover/discover.h"
#include "base/banned.h"

static struct candidates *
read_sitemap(const char *p, size_t n)
{
	struct discover_opts opts = { .url = "https://x.example/sitemap.xml", .kind = KIND_SITEMAP };
	struct candidates *c = NULL;
	struct err err = { 0 };

	if (discover(p, n, &opts, &c, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

static const char urlset[] = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    "xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
    "<url><loc> https://x.example/a?b=1&amp;c=2 </loc><lastmod>2023-02-09</lastmod>"
    "<image:image><image:loc>https://x.example/no.jpg</image:loc></image:image></url>"
    "<url><loc>/relative</loc></url><url><loc></loc></url></urlset>";

static void
entries_of_a_urlset_are_read(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap(urlset, sizeof(urlset) - 1);
	char iso[DATE_ISO_MAX];

	assert_int_equal(c->count, 2);
	assert_string_equal(c->list[0].url, "https://x.example/a?b=1&c=2");
	assert_string_equal(date_iso(&c->list[0].updated, iso), "2023-02-09");
	assert_int_equal(c->list[0].published.precision, DATE_NONE);
	assert_string_equal(c->list[1].url, "https://x.example/relative");
	assert_false(c->truncated);
}

static void
news_names_title_date_and_language(void **state)
{
	static const char xml[] = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
	    "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://x.example/1</loc>"
	    "<news:news><news:publication><news:name>N</news:name><news:language>vi</news:language>"
	    "</news:publication><news:publication_date>2023-02-09T10:00:00+07:00</news:publication_date>"
	    "<news:title>Ti\xc3\xaau \xc4\x91\xe1\xbb\x81</news:title></news:news></url></urlset>";
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap(xml, sizeof(xml) - 1);
	char iso[DATE_ISO_MAX];

	assert_int_equal(c->count, 1);
	assert_string_equal(c->list[0].title, "Ti\xc3\xaau \xc4\x91\xe1\xbb\x81");
	assert_string_equal(c->list[0].language, "vi");
	assert_string_equal(date_iso(&c->list[0].published, iso), "2023-02-09T10:00:00+07:00");
}

static void
an_index_names_more_files(void **state)
{
	static const char xml[] = "<sitemapindex><sitemap><loc>https://x.example/1.xml.gz</loc></sitemap>"
	    "<sitemap><loc>2.xml</loc></sitemap></sitemapindex>";
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap(xml, sizeof(xml) - 1);

	assert_int_equal(c->count, 0);
	assert_int_equal(c->more_count, 2);
	assert_string_equal(c->more[1], "https://x.example/2.xml");
}

static void
text_sitemaps_are_lines(void **state)
{
	static const char text[] = "\xef\xbb\xbfhttps://x.example/1\r\nhttps://x.example/2\r\n\r\nnonsense\r\n";
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap(text, sizeof(text) - 1);

	assert_int_equal(c->count, 2);
	assert_string_equal(c->list[1].url, "https://x.example/2");
}

static void
gzip_is_inflated(void **state)
{
	unsigned char out[4096];
	z_stream z = { 0 };
	struct err err = { 0 };
	struct discover_opts opts = { .url = "https://x.example/s.xml.gz", .kind = KIND_SITEMAP };
	struct candidates *cut = NULL;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)urlset;
	z.avail_in = sizeof(urlset) - 1;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap((char *)out, z.total_out);
	assert_int_equal(c->count, 2);
	assert_int_equal(discover((char *)out, z.total_out - 12, &opts, &cut, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	deflateEnd(&z);
}

static int
take_part(void *arg, struct candidates *c, struct err *reterr)
{
	size_t *sum = arg;

	*sum += c->count;
	for (size_t i = 0; i < c->count; i++)
		candidate_clear(&c->list[i]);
	c->count = 0;
	return 0;
}

static int
refuse_part(void *arg, struct candidates *c, struct err *reterr)
{
	return err_set(reterr, ERR_LOCAL, "no more");
}

static int
pull_mem_all(struct pull_mem *m, const struct discover_opts *opts, const struct discover_parts *parts,
    struct candidates **ret, struct err *reterr)
{
	struct pull_head head;
	int rc;

	pull_head_init(&head, pull_of_mem(m), m->n);
	rc = discover_pull(&head, m->n, opts, parts, ret, reterr);
	pull_head_done(&head);
	return rc;
}

/* UTF-16 too: what is decoded is not what was counted. */
static void
a_stream_gives_its_entries_in_parts(void **state)
{
	struct discover_opts opts = { .url = "https://x.example/s.xml" };
	struct discover_parts parts = { take_part, NULL };
	struct buf b = BUF_INIT(16 << 20), wide = BUF_INIT(32 << 20);
	struct candidates *c = NULL;
	struct err err;
	size_t sum = 0;

	buf_adds(&b, "<urlset>");
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "<url><loc>https://x.example/%d</loc></url>\n", i);
	buf_adds(&b, "</urlset>");
	buf_add(&wide, "\xff\xfe", 2);
	for (size_t i = 0; i < b.len; i++)
		buf_add(&wide, (char[]){ b.data[i], 0 }, 2);
	for (int i = 0; i < 2; i++) {
		struct buf *in = i == 0 ? &b : &wide;
		struct pull_mem m = { in->data, in->len };

		sum = 0;
		parts.arg = &sum;
		assert_int_equal(pull_mem_all(&m, &opts, &parts, &c, &err), 0);
		assert_int_equal(sum + c->count, 20000);
		assert_true(c->count <= DISCOVER_PART);
		assert_string_equal(c->list[c->count - 1].url, "https://x.example/19999");
		assert_false(c->truncated);
		candidates_free(c);
	}
	struct pull_mem m = { b.data, b.len };

	parts.part = refuse_part;
	assert_int_equal(pull_mem_all(&m, &opts, &parts, &c, &err), -1);
	assert_string_equal(err.text, "no more");
	buf_done(&b);
	buf_done(&wide);
}

static void
a_page_that_comes_in_pieces_is_read_whole(void **state)
{
	struct discover_opts opts = { .url = "https://x.example/", .kind = KIND_LISTING };
	struct buf b = BUF_INIT(16 << 20);
	struct candidates *c = NULL;

	buf_adds(&b, "<!DOCTYPE html><title>t</title><ul>");
	for (int i = 0; i < 3000; i++)
		buf_addf(&b, "<li><a href='/release/%d'>One of the releases, number %d</a> <i>2023-02-%02d</i></li>", i, i, i % 28 + 1);
	buf_adds(&b, "</ul>");
	struct pull_mem m = { b.data, b.len };

	assert_int_equal(pull_mem_all(&m, &opts, NULL, &c, NULL), 0);
	assert_int_equal(c->count, 3000);
	candidates_free(c);
	buf_done(&b);
}

static void
half_an_address_is_none(void **state)
{
	struct buf b = BUF_INIT(1 << 20);

	buf_adds(&b, "<urlset><url><loc>https://x.example/");
	for (int i = 0; i < 9000; i++)
		buf_addc(&b, 'a');
	buf_adds(&b, "</loc></url><url><loc>https://x.example/2</loc></url></urlset>");
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap(b.data, b.len);
	assert_int_equal(c->count, 1);
	assert_string_equal(c->list[0].url, "https://x.example/2");
	buf_done(&b);
}

static void
a_cut_sitemap_gives_what_is_readable(void **state)
{
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap(urlset, 200);

	assert_true(c->truncated);
}

static void
more_entries_than_allowed_are_cut(void **state)
{
	struct buf b = BUF_INIT(16 << 20);

	buf_adds(&b, "<urlset>");
	for (int i = 0; i < DISCOVER_MAX_SITEMAP + 3; i++)
		buf_addf(&b, "<url><loc>https://x.example/%d</loc></url>", i);
	buf_adds(&b, "</urlset>");
	CLEANUP(candidates_freep) struct candidates *c = read_sitemap(b.data, b.len);
	assert_int_equal(c->count, DISCOVER_MAX_SITEMAP);
	assert_true(c->cut);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_a_urlset_are_read),
		cmocka_unit_test(news_names_title_date_and_language),
		cmocka_unit_test(an_index_names_more_files),
		cmocka_unit_test(text_sitemaps_are_lines),
		cmocka_unit_test(gzip_is_inflated),
		cmocka_unit_test(a_stream_gives_its_entries_in_parts),
		cmocka_unit_test(a_page_that_comes_in_pieces_is_read_whole),
		cmocka_unit_test(half_an_address_is_none),
		cmocka_unit_test(a_cut_sitemap_gives_what_is_readable),
		cmocka_unit_test(more_entries_than_allowed_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
