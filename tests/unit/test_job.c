/* test_job: what goes over the pipe comes out the same, and what no one of ours sent does not come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "worker/job.h"
#include "base/banned.h"

static const char page[] = "<!DOCTYPE html><html lang=\"en\"><head><title>A visit</title></head><body>"
    "<h1>A visit</h1><p>The minister travelled to the capital on Thursday and met the president there, "
    "so that both could speak about roads, water and schools for an hour.</p></body></html>";

static const char feed[] = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title>"
    "<link>http://192.0.2.1/</link><item><title>One</title><link>http://192.0.2.1/1</link>"
    "<guid>g1</guid><pubDate>Thu, 09 Feb 2023 07:45:00 GMT</pubDate></item>"
    "<item><title>Two</title><link>http://192.0.2.1/2</link></item></channel></rss>";

/* Takes one whole frame apart, as the other side does. */
static void
expect_frame(const struct buf *b, struct job_frame *f)
{
	assert_true(b->len >= JOB_FRAME_HEAD);
	job_frame_read(b->data, f);
	assert_int_equal(b->len, JOB_FRAME_HEAD + (size_t)f->head_len + f->body_len);
}

static void
a_discover_job_comes_out_as_it_went_in(void **state)
{
	static char *const include[] = { "/press/", "^https" }, *const exclude[] = { "[.]jpg$" };
	struct job j = { .kind = JOB_DISCOVER, .bytes = "a\0b", .len = 3, .discover = {
		.url = "http://x/\xe3\x83\x99", .content_type = "text/html; charset=\xff", .kind = KIND_LISTING,
		.select_links = "#news a", .select_title = "h2", .select_date = "p.d", .language = "vi",
		.now_ms = 1676000000123, .max = 77, .summaries = true,
		.include = include, .include_count = 2, .exclude = exclude, .exclude_count = 1 } };
	struct buf b = BUF_INIT(1 << 20);
	struct job_received r;
	struct job_frame f;
	struct err err;

	assert_int_equal(job_encode(0xfffffffe, &j, &b, &err), 0);
	buf_add(&b, j.bytes, j.len);
	expect_frame(&b, &f);
	assert_int_equal(f.id, 0xfffffffe);
	assert_int_equal(job_decode(b.data + JOB_FRAME_HEAD, f.head_len,
	    b.data + JOB_FRAME_HEAD + f.head_len, f.body_len, &r, &err), 0);
	assert_int_equal(r.job.kind, JOB_DISCOVER);
	assert_int_equal(r.job.len, 3);
	assert_memory_equal(r.job.bytes, "a\0b", 3);
	assert_string_equal(r.job.discover.url, j.discover.url);
	assert_string_equal(r.job.discover.content_type, "text/html; charset=\xef\xbf\xbd");
	assert_int_equal(r.job.discover.kind, KIND_LISTING);
	assert_string_equal(r.job.discover.select_links, "#news a");
	assert_string_equal(r.job.discover.select_title, "h2");
	assert_string_equal(r.job.discover.select_date, "p.d");
	assert_string_equal(r.job.discover.language, "vi");
	assert_true(r.job.discover.now_ms == 1676000000123);
	assert_int_equal(r.job.discover.max, 77);
	assert_true(r.job.discover.summaries);
	assert_int_equal(r.job.discover.include_count, 2);
	assert_string_equal(r.job.discover.include[1], "^https");
	assert_int_equal(r.job.discover.exclude_count, 1);
	assert_string_equal(r.job.discover.exclude[0], "[.]jpg$");
	job_received_done(&r);
	buf_done(&b);
}

static void
an_extract_job_comes_out_as_it_went_in(void **state)
{
	static const char *const remove[] = { ".share", "//nav" };
	struct job j = { .kind = JOB_EXTRACT, .bytes = page, .len = sizeof(page) - 1, .extract = {
		.url = "http://x/", .select_body = "div", .select_remove = remove,
		.select_remove_count = 2, .title_hint = "T", .date_hint = "2023-02-09",
		.language_hint = "ja", .now_ms = -5 } };
	struct buf b = BUF_INIT(1 << 20);
	struct job_received r;
	struct job_frame f;
	struct err err;

	assert_int_equal(job_encode(1, &j, &b, &err), 0);
	buf_add(&b, j.bytes, j.len);
	expect_frame(&b, &f);
	assert_int_equal(job_decode(b.data + JOB_FRAME_HEAD, f.head_len,
	    b.data + JOB_FRAME_HEAD + f.head_len, f.body_len, &r, &err), 0);
	assert_int_equal(r.job.kind, JOB_EXTRACT);
	assert_null(r.job.extract.content_type);
	assert_null(r.job.extract.select_title);
	assert_string_equal(r.job.extract.select_body, "div");
	assert_int_equal(r.job.extract.select_remove_count, 2);
	assert_string_equal(r.job.extract.select_remove[1], "//nav");
	assert_string_equal(r.job.extract.title_hint, "T");
	assert_string_equal(r.job.extract.date_hint, "2023-02-09");
	assert_string_equal(r.job.extract.language_hint, "ja");
	assert_true(r.job.extract.now_ms == -5);
	job_received_done(&r);
	buf_done(&b);
}

/* Runs j here, sends the answer over the wire and back. */
static void
there_and_back(const struct job *j, struct job_answer *ret)
{
	struct buf b = BUF_INIT(1 << 20);
	struct job_answer a;
	struct job_frame f;
	struct err err;

	job_run(j, &a);
	assert_int_equal(job_answer_encode(9, &a, &b, &err), 0);
	job_answer_done(&a);
	expect_frame(&b, &f);
	assert_int_equal(f.id, 9);
	assert_int_equal(f.body_len, 0);
	if (job_answer_decode(b.data + JOB_FRAME_HEAD, f.head_len, ret, &err) < 0)
		fail_msg("%s", err.text);
	buf_done(&b);
}

static void
a_document_a_list_and_an_error_survive_the_wire(void **state)
{
	struct job j = { .kind = JOB_EXTRACT, .bytes = page, .len = sizeof(page) - 1 };
	struct job_answer a;

	j.extract.url = "http://192.0.2.1/a";
	there_and_back(&j, &a);
	assert_int_equal(a.err.class, ERR_NONE);
	assert_non_null(a.document);
	assert_string_equal(a.document->title, "A visit");
	assert_non_null(strstr(a.document->text, "roads, water and schools"));
	job_answer_done(&a);

	j = (struct job){ .kind = JOB_DISCOVER, .bytes = feed, .len = sizeof(feed) - 1 };
	j.discover.url = "http://192.0.2.1/feed";
	there_and_back(&j, &a);
	assert_non_null(a.candidates);
	assert_int_equal(a.candidates->count, 2);
	assert_string_equal(a.candidates->list[0].url, "http://192.0.2.1/1");
	assert_string_equal(a.candidates->list[1].title, "Two");
	job_answer_done(&a);
	j.discover.exclude = (char *const[]){ "/1$" };
	j.discover.exclude_count = 1;
	there_and_back(&j, &a);
	assert_int_equal(a.candidates->count, 1);
	assert_string_equal(a.candidates->list[0].title, "Two");
	assert_int_equal(a.candidates->refused, 1);
	job_answer_done(&a);
	j.discover.exclude_count = 0;

	j.bytes = "<html><title>Log in</title><form><input type=password></form></html>";
	j.len = strlen(j.bytes);
	j.discover.kind = KIND_LISTING;
	there_and_back(&j, &a);
	assert_int_equal(a.why, DIAGNOSIS_LOGIN);
	job_answer_done(&a);

	j.bytes = "";
	j.len = 0;
	there_and_back(&j, &a);
	assert_int_equal(a.err.class, ERR_INPUT);
	assert_true(strlen(a.err.text) > 0);
	assert_null(a.candidates);
	job_answer_done(&a);
}

/* Bytes of a literal; the NUL that ends it is not among them. */
#define BYTES(s) { s, sizeof(s) - 1 }

static void
what_no_worker_of_ours_says_is_refused(void **state)
{
	/* cpu, diagnosis, kind of answer (0 error, 1 candidates, 2 document), then its fields */
	static const struct { const char *p; size_t n; } heads[] = {
		BYTES(""), BYTES("\0\0"), BYTES("\0\0\3"), BYTES("\0\0\0\0\2x\0"), BYTES("\0\0\0\143\2x\0"), BYTES("\0\0\0\1\0"),
		BYTES("\0\0\0\1\2x"), BYTES("\0\0\0\1\2xy"), BYTES("\0\0\0\1\3\xff\xfe\0"), BYTES("\0\0\0\1\3x\0\0"),
		BYTES("\0\0\0\1\2x\0 trailing"), BYTES("\0\0\1"), BYTES("\0\0\1\2"), BYTES("\0\0\2"), BYTES("\0\0\2\2x\0"),
		BYTES("\0\143\0\0\1\2x\0"), BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0"), BYTES("{\"class\":1,\"text\":\"x\"}"),
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		CLEANUP(freep) char *exact = xmemdup(heads[i].p, heads[i].n);
		struct job_answer a;
		struct err err = { 0 };

		memset(&a, 0x55, sizeof(a));
		if (job_answer_decode(exact, heads[i].n, &a, &err) == 0)
			fail_msg("taken: row %zu", i);
		assert_int_equal(err.class, ERR_INPUT);
		assert_int_equal(((unsigned char *)&a)[0], 0x55);	/* the output is left alone */
	}
}

static void
a_worker_cannot_send_us_to_an_address_that_is_none(void **state)
{
	static const char *const urls[] = { "http://192.0.2.1/1", "file:///etc/passwd", "javascript:alert(1)", "",
		"http://x/ y", "https://192.0.2.1/2", "http://x/\r\nHost: y", "http://\xe3\x83\x99/", "gopher://x/" };
	struct candidates *c = candidates_new();
	struct job_answer a = { .candidates = c }, back = { 0 };
	struct buf b = BUF_INIT(1 << 20);
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		candidates_add(c)->url = xstrdup(urls[i]);
		c->list[i].title = xasprintf("%zu", i);
	}
	assert_int_equal(job_answer_encode(1, &a, &b, &err), 0);
	assert_int_equal(job_answer_decode(b.data + JOB_FRAME_HEAD, b.len - JOB_FRAME_HEAD, &back,
	    &err), 0);
	assert_int_equal(back.candidates->count, 2);
	assert_string_equal(back.candidates->list[1].url, "https://192.0.2.1/2");
	assert_string_equal(back.candidates->list[1].title, "5");
	job_answer_done(&back);
	job_answer_done(&a);
	buf_done(&b);
}

static void
an_errors_text_cannot_break_a_line(void **state)
{
	static const char head[] = "\0\0\0\3\33a\nevent=forged\x1b[31m and so";
	struct job_answer a;
	struct err err;

	assert_int_equal(job_answer_decode(head, sizeof(head), &a, &err), 0);
	assert_null(strchr(a.err.text, '\n'));
	assert_null(strchr(a.err.text, 0x1b));
	job_answer_done(&a);
}

static void
a_job_that_is_none_is_refused(void **state)
{
	/* kind of job, url, content type, then: kind of source ... */
	static const struct { const char *p; size_t n; } heads[] = {
		BYTES(""), BYTES("\2"), BYTES("\0"), BYTES("\0\0\0\143\0\0\0\0\0\0\0\0"), BYTES("\0\0\0\0\0\0\0\0\0\0\0\2"),
		BYTES("\0\0\0\0\0\0\0\0\0\0\0\0 trailing"), BYTES("\1\0\0\0\0\0\1\0\0\0\0\0"), BYTES("{\"job\":\"extract\"}"),
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		CLEANUP(freep) char *exact = xmemdup(heads[i].p, heads[i].n);
		struct job_received r;
		struct err err = { 0 };

		if (job_decode(exact, heads[i].n, NULL, 0, &r, &err) == 0)
			fail_msg("taken: row %zu", i);
		assert_int_equal(err.class, ERR_INPUT);
	}
}

static void
frames_over_the_ceiling_leave_the_buffer_as_it_was(void **state)
{
	struct buf b = BUF_INIT(20);
	struct job j = { .kind = JOB_EXTRACT, .bytes = page, .len = sizeof(page) - 1 };
	struct err err;

	buf_adds(&b, "before");
	assert_int_equal(job_encode(1, &j, &b, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	assert_string_equal(b.data, "before");
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_discover_job_comes_out_as_it_went_in),
		cmocka_unit_test(an_extract_job_comes_out_as_it_went_in),
		cmocka_unit_test(a_document_a_list_and_an_error_survive_the_wire),
		cmocka_unit_test(what_no_worker_of_ours_says_is_refused),
		cmocka_unit_test(a_worker_cannot_send_us_to_an_address_that_is_none),
		cmocka_unit_test(an_errors_text_cannot_break_a_line),
		cmocka_unit_test(a_job_that_is_none_is_refused),
		cmocka_unit_test(frames_over_the_ceiling_leave_the_buffer_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
