#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "fetchers/robots.h"

static bool
allows(const char *text, const char *agent, const char *path)
{
	struct robots *r = robots_parse(text, strlen(text));
	bool yes = robots_allows(r, agent, path);

	robots_free(r);
	return yes;
}

static void
the_longest_match_decides_and_allow_wins_a_tie(void **state)
{
	static const struct {
		const char *text, *path;
		bool allow;
	} cases[] = {
		{ "User-agent: *\nDisallow: /a\nAllow: /a/b\n", "/a/b/c", true },
		{ "User-agent: *\nAllow: /a/b\nDisallow: /a\n", "/a/c", false },
		{ "User-agent: *\nDisallow: /a\nAllow: /a\n", "/a", true },
		{ "User-agent: *\nDisallow: /*.pdf$\n", "/x.pdf", false },
		{ "User-agent: *\nDisallow: /*.pdf$\n", "/x.pdf?v=1", true },
		{ "User-agent: *\nDisallow: /*?\n", "/x?y", false },
		{ "User-agent: *\nDisallow:\n", "/", true },
		{ "User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true },
		{ "User-agent: *\nDisallow: /a%2fb\n", "/a%2Fb", false },
		{ "\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n", "/x", false },
		{ "User-agent: *\rDisallow: /x\r", "/x", false },
		{ "User-agent: *\nDisallow: /*a*a*a*a*a*a$\n", "/aaaaaaaaaaab", true },
		{ "", "/", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (allows(cases[i].text, "presswatch", cases[i].path) != cases[i].allow)
			fail_msg("case %zu: %s", i, cases[i].path);
}

static void
groups_of_one_agent_are_merged_and_others_do_not_count(void **state)
{
	const char *text = "User-agent: PressWatch\nDisallow: /one\n\nUser-agent: *\nDisallow: /all\n\n"
	    "User-agent: presswatch/2.0\nDisallow: /two\nUser-agent: press\nDisallow: /\n";

	assert_false(allows(text, "presswatch", "/one"));
	assert_false(allows(text, "presswatch", "/two"));
	assert_true(allows(text, "presswatch", "/all"));
	assert_false(allows(text, "other", "/all"));
	assert_false(allows(text, "presswatch/0.1 (+mailto:a@example.org)", "/one"));
	assert_true(allows(text, "presswatch/0.1 (+mailto:a@example.org)", "/all"));
}

static void
crawl_delay_and_sitemaps_are_read(void **state)
{
	const char *text = "Sitemap: https://a.example/one.xml # first\nUser-agent: *\nCrawl-delay: 2.5\n"
	    "User-agent: x\nCrawl-delay: soon\nSitemap: https://a.example/two.xml\nDisallow: /\n";
	struct robots *r = robots_parse(text, strlen(text));
	const char *const *maps;

	assert_true(robots_crawl_delay(r, "presswatch") == 2.5);
	assert_true(robots_crawl_delay(r, "x") == -1);
	assert_true(robots_allows(r, "presswatch", "/"));
	assert_int_equal(robots_sitemaps(r, &maps), 2);
	assert_string_equal(maps[0], "https://a.example/one.xml");
	assert_string_equal(maps[1], "https://a.example/two.xml");
	robots_free(r);
}

static void
hostile_files_are_answered_quickly(void **state)
{
	struct buf b = BUF_INIT(2 << 20);
	char path[2048];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	buf_adds(&b, "User-agent: *\n");
	while (b.len < ROBOTS_MAX_BYTES)
		buf_adds(&b, "Disallow: /*a*a*a*a*b\nUser-agent: *\n");
	assert_true(allows(b.data, "presswatch", path));
	buf_clear(&b);
	while (b.len < ROBOTS_MAX_BYTES)
		buf_adds(&b, "Allow: /index.html\nUser-agent: a*a*a*a*b\n");
	assert_true(allows(b.data, path + 1025, "/x"));
	buf_clear(&b);
	for (size_t i = 0; i < (1 << 20); i++)
		buf_addc(&b, '*');
	assert_true(allows(b.data, "presswatch", path));
	buf_done(&b);
}

/* Every byte of every piece stands in the path, and no piece: who writes that is not let to stop the loop. */
static void
rules_that_cost_too_much_close_the_address(void **state)
{
	struct buf b = BUF_INIT(2 << 20);
	char path[2048];

	memset(path, 'a', sizeof(path) - 1);
	memcpy(path, "/b", 2);
	path[sizeof(path) - 1] = '\0';
	buf_adds(&b, "User-agent: *\nDisallow: /private\n");
	while (b.len < ROBOTS_MAX_BYTES)
		buf_adds(&b, "Disallow: /*aaaaaaab\n");
	assert_false(allows(b.data, "presswatch", path));
	assert_true(allows(b.data, "presswatch", "/b/aab/releases/2026/11/a-visit"));
	buf_done(&b);
}

static char *
shared_file(const char *name)
{
	const char *root = getenv("PRESSWATCH_SHARED");

	return xasprintf("%s/sites/%s", root != NULL ? root : "../shared", name);
}

static int
run_case(const json_t *c, const char *robots, size_t n, const char *what)
{
	const char *agent = json_get_str(c, "agent"), *url = json_get_str(c, "url");
	const json_t *allow = json_object_get(c, "allow"), *delay = json_object_get(c, "crawl_delay");
	struct robots *r = robots_parse(robots, n);
	CLEANUP(freep) char *path = url != NULL && *url != '/' ? url_path_query(url) : xstrdup(url);
	int bad = 0;

	if (allow != NULL && path != NULL)
		bad = robots_allows(r, agent, path) != json_is_true(allow);
	else if (delay != NULL) {
		double want = json_is_number(delay) ? json_number_value(delay) : -1;

		bad = robots_crawl_delay(r, agent) != want;
	}
	if (bad)
		print_message("%s: agent %s url %s\n", what, agent, url != NULL ? url : "-");
	robots_free(r);
	return bad;
}

static void
run_cases(const char *dir)
{
	CLEANUP(freep) char *list = NULL, *name = xasprintf("%s/cases.jsonl", dir);
	struct buf b = BUF_INIT(64 << 20), file = BUF_INIT(8 << 20);
	struct err err = { 0 };
	int bad = 0, all = 0;
	char *line, *save = NULL, last[256] = "";

	list = shared_file(name);
	if (file_read(list, &b, &err) < 0) {
		print_message("skipped: %s\n", err.text);
		buf_done(&b);
		skip();
	}
	for (line = strtok_r(b.data, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		json_t *c;
		const char *text, *from;

		assert_int_equal(json_read(line, strlen(line), &c, &err), 0);
		text = json_get_str(c, "robots");
		from = json_get_str(c, "file");
		if (from != NULL && strcmp(last, from) != 0) {
			CLEANUP(freep) char *rel = xasprintf("%s/%s", dir, from);
			CLEANUP(freep) char *path = shared_file(rel);

			snprintf(last, sizeof(last), "%s", from);
			buf_clear(&file);
			assert_int_equal(file_read(path, &file, &err), 0);
		}
		all++;
		bad += run_case(c, text != NULL ? text : buf_str(&file), text != NULL ? strlen(text) : file.len,
		    from != NULL ? from : json_get_str(c, "test"));
		json_decref(c);
	}
	print_message("%s: %d of %d as expected\n", dir, all - bad, all);
	buf_done(&b);
	buf_done(&file);
	assert_int_equal(bad, 0);
}

static void
the_cases_of_another_reader_agree(void **state)
{
	run_cases("robots-protego");
}

static void
real_files_are_answered_as_two_readers_agree(void **state)
{
	run_cases("robots-real");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_match_decides_and_allow_wins_a_tie),
		cmocka_unit_test(groups_of_one_agent_are_merged_and_others_do_not_count),
		cmocka_unit_test(crawl_delay_and_sitemaps_are_read),
		cmocka_unit_test(hostile_files_are_answered_quickly),
		cmocka_unit_test(rules_that_cost_too_much_close_the_address),
		cmocka_unit_test(the_cases_of_another_reader_agree),
		cmocka_unit_test(real_files_are_answered_as_two_readers_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
