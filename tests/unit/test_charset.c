/* test_charset: which encoding, and the bytes as UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "markup/charset.h"
#include "base/banned.h"

static void
labels_give_the_name_of_the_standard(void **state)
{
	static const struct { const char *label, *name; } cases[] = {
		{ "utf8", "UTF-8" }, { " UTF-8 ", "UTF-8" }, { "latin1", "windows-1252" },
		{ "ISO-8859-1", "windows-1252" }, { "us-ascii", "windows-1252" },
		{ "gb2312", "GBK" }, { "GB18030", "gb18030" }, { "x-sjis", "Shift_JIS" },
		{ "ks_c_5601-1987", "EUC-KR" }, { "tis-620", "windows-874" },
		{ "iso-8859-9", "windows-1254" }, { "unicode", "UTF-16LE" },
		{ "koi8-r", "KOI8-R" }, { "l2", "ISO-8859-2" }, { "visual", "ISO-8859-8" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(charset_by_label(cases[i].label, strlen(cases[i].label)),
		    cases[i].name);
	assert_null(charset_by_label("nonsense", 8));
	assert_null(charset_by_label("", 0));
	assert_null(charset_by_label("utf-8 latin1", 12));
}

static void
the_prescan_reads_meta_as_the_standard_has_it(void **state)
{
	static const struct { const char *page, *name; } cases[] = {
		{ "<meta charset=shift_jis>", "Shift_JIS" },
		{ "<META CHARSET='Big5'/>", "Big5" },
		{ "<meta http-equiv=Content-Type content='text/html; charset=euc-kr'>", "EUC-KR" },
		{ "<meta content='text/html; charset=\"koi8-r\"' http-equiv=\"content-type\">", "KOI8-R" },
		{ "<meta content='text/html; charset=koi8-r'>", NULL },
		{ "<!-- <meta charset=koi8-r> --><meta charset=utf-8>", "UTF-8" },
		{ "<a title='<meta charset=koi8-r>'><meta charset=utf-8>", "UTF-8" },
		{ "<meta charset=utf-16>", "UTF-8" },
		{ "<meta charset=koi8-r", NULL },
		{ "<metadata charset=koi8-r>", NULL },
		{ "no markup", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name = charset_prescan(cases[i].page, strlen(cases[i].page));

		if (cases[i].name == NULL)
			assert_null(name);
		else
			assert_string_equal(name, cases[i].name);
	}
}

static void
the_bytes_may_refute_what_is_declared(void **state)
{
	static const struct {
		const char *page, *http, *name;
		enum charset_from from;
		bool refuted;
	} cases[] = {
		{ "\xef\xbb\xbf" "abc", "koi8-r", "UTF-8", CHARSET_BOM, false },
		{ "abc", "koi8-r", "KOI8-R", CHARSET_HTTP, false },
		{ "<meta charset=koi8-r>abc", NULL, "KOI8-R", CHARSET_META, false },
		{ "<meta charset=koi8-r>abc", "utf-8", "UTF-8", CHARSET_HTTP, false },
		{ "ch\xe1\xbb\xa7 t\xe1\xbb\x8b" "ch", "iso-8859-1", "UTF-8", CHARSET_VALID, true },
		{ "ch\xe1\xbb\xa7 t\xe1\xbb\x8b" "ch", NULL, "UTF-8", CHARSET_VALID, false },
		{ "<meta charset=shift_jis>\x83\x65\x83\x58\x83\x67\x82\xcd", "iso-8859-1", "Shift_JIS",
		    CHARSET_META, true },
		{ "plain", NULL, "windows-1252", CHARSET_DEFAULT, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct charset_result r;

		charset_decide_html(cases[i].page, strlen(cases[i].page), cases[i].http, &r);
		assert_string_equal(r.name, cases[i].name);
		assert_int_equal(r.from, cases[i].from);
		assert_int_equal(r.refuted, cases[i].refuted);
	}
}

static void
xml_declarations_are_read_in_every_family(void **state)
{
	static const struct { const char *bytes; size_t n; const char *http, *name; } cases[] = {
		{ "<?xml version='1.0' encoding='windows-1251'?><a/>", 49, NULL, "windows-1251" },
		{ "<?xml version='1.0'?><a/>", 25, NULL, "UTF-8" },
		{ "<\0?\0x\0", 6, NULL, "UTF-16LE" },
		{ "\0<\0?\0x", 6, NULL, "UTF-16BE" },
		{ "<?xml version='1.0' encoding='koi8-r'?><a/>", 43, "big5", "Big5" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct charset_result r;

		charset_decide_xml(cases[i].bytes, cases[i].n, cases[i].http, &r);
		assert_string_equal(r.name, cases[i].name);
	}
}

static void
conversion_gives_valid_utf8_whatever_comes(void **state)
{
	static const struct { const char *name, *bytes; size_t n; const char *want; size_t replaced; } cases[] = {
		{ "UTF-8", "\xef\xbb\xbf" "a", 4, "a", 0 },
		{ "UTF-8", "a\0b\x01" "c\td", 7, "abc\td", 0 },
		{ "UTF-8", "\xe2\x82x", 3, "\xef\xbf\xbdx", 1 },
		{ "UTF-8", "\xc0\xaf", 2, "\xef\xbf\xbd\xef\xbf\xbd", 2 },
		{ "UTF-8", "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3 },
		{ "UTF-8", "a\xe2\x82", 3, "a\xef\xbf\xbd", 1 },
		{ "UTF-8", "a\xef\xbf\xbe" "b", 5, "ab", 0 },
		{ "windows-1252", "\x93q\x94 \x80", 5, "\xe2\x80\x9cq\xe2\x80\x9d \xe2\x82\xac", 0 },
		{ "Shift_JIS", "\x83\x65\x83\x58\x83\x67", 6, "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88", 0 },
		{ "GBK", "\xd6\xd0\xce\xc4", 4, "\xe4\xb8\xad\xe6\x96\x87", 0 },
		{ "EUC-KR", "\xc7\xd1\xb1\xdb", 4, "\xed\x95\x9c\xea\xb8\x80", 0 },
		{ "Big5", "\xa4\xa4\xa4\xe5", 4, "\xe4\xb8\xad\xe6\x96\x87", 0 },
		{ "ISO-2022-JP", "\x1b$B$\"\x1b(B", 8, "\xe3\x81\x82", 0 },
		{ "KOI8-R", "\xc4\xc1", 2, "\xd0\xb4\xd0\xb0", 0 },
		{ "UTF-16LE", "\xff\xfe" "a\0=\xd8\x00\xde", 8, "a\xf0\x9f\x98\x80", 0 },
		{ "UTF-16BE", "\xd8=\0a", 4, "\xef\xbf\xbd" "a", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct charset_result r = { 0 };
		struct buf out = BUF_INIT(1000);
		struct err err = { 0 };

		memcpy(r.name, cases[i].name, strlen(cases[i].name) + 1);
		assert_int_equal(charset_to_utf8(cases[i].bytes, cases[i].n, &r, &out, &err), 0);
		assert_string_equal(buf_str(&out), cases[i].want);
		assert_int_equal(r.replaced, cases[i].replaced);
		assert_true(utf8_valid(buf_str(&out), out.len));
		buf_done(&out);
	}
}

static void
every_encoding_of_the_standard_has_a_decoder(void **state)
{
	static const char *const labels[] = { "utf-8", "866", "l2", "l3", "l4", "cyrillic", "arabic",
		"greek", "hebrew", "logical", "l6", "iso-8859-13", "iso-8859-14", "l9", "iso-8859-16",
		"koi8", "koi8-u", "mac", "tis-620", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254",
		"cp1255", "cp1256", "cp1257", "cp1258", "x-mac-cyrillic", "gbk", "gb18030", "big5",
		"euc-jp", "iso-2022-jp", "sjis", "euc-kr", "utf-16be", "utf-16le" };

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		struct charset_result r = { 0 };
		struct buf out = BUF_INIT(100);
		const char *name = charset_by_label(labels[i], strlen(labels[i]));

		assert_non_null(name);
		memcpy(r.name, name, strlen(name) + 1);
		assert_int_equal(charset_to_utf8("abcd", 4, &r, &out, NULL), 0);
		assert_true(out.len > 0);
		buf_done(&out);
	}
}

static void
the_ceiling_is_a_limit_error(void **state)
{
	struct charset_result r = { .name = "UTF-8" };
	struct buf out = BUF_INIT(3);
	struct err err = { 0 };

	assert_int_equal(charset_to_utf8("abcdef", 6, &r, &out, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	buf_done(&out);
}

static void
the_charset_parameter_is_found_in_a_content_type(void **state)
{
	static const struct { const char *value, *want; } cases[] = {
		{ "text/html; charset=utf-8", "utf-8" },
		{ "text/html;Charset=\"Shift_JIS\"", "Shift_JIS" },
		{ "text/html; boundary=x; charset = euc-kr ; y=z", "euc-kr" },
		{ "text/html", NULL },
		{ "text/html; charset=", NULL },
	};
	char out[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = charset_of_content_type(cases[i].value, out);

		if (cases[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].want);
	}
	assert_null(charset_of_content_type(NULL, out));
}

/* The set of html5lib: pages and the encoding a browser decides on. */
static void
the_shared_cases_are_all_right(void **state)
{
	const char *shared = getenv("PRESSWATCH_SHARED");
	CLEANUP(freep) char *dir = xasprintf("%s/sites/encoding-html/", shared ? shared : "../shared");
	CLEANUP(freep) char *list = xasprintf("%scases.jsonl", dir);
	struct buf lines = BUF_INIT(1 << 20);
	size_t wrong = 0, count = 0;

	if (file_read(list, &lines, NULL) < 0) {
		print_message("%s is not there: skipped\n", list);
		skip();
	}
	for (char *line = lines.data, *end; *line != '\0'; line = end) {
		struct buf page = BUF_INIT(1 << 20);
		struct charset_result r;
		json_t *j;

		end = line + strcspn(line, "\n");
		if (json_read(line, (size_t)(end - line), &j, NULL) < 0)
			break;
		end += *end == '\n';
		CLEANUP(freep) char *path = xasprintf("%s%s", dir, json_get_str(j, "file"));
		assert_int_equal(file_read(path, &page, NULL), 0);
		charset_decide_html(buf_str(&page), page.len, NULL, &r);
		count++;
		if (strcasecmp(r.name, json_get_str(j, "encoding")) != 0) {
			print_message("%s: %s, wanted %s\n", path, r.name, json_get_str(j, "encoding"));
			wrong++;
		}
		json_decref(j);
		buf_done(&page);
	}
	buf_done(&lines);
	print_message("%zu cases\n", count);
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_give_the_name_of_the_standard),
		cmocka_unit_test(the_prescan_reads_meta_as_the_standard_has_it),
		cmocka_unit_test(the_bytes_may_refute_what_is_declared),
		cmocka_unit_test(xml_declarations_are_read_in_every_family),
		cmocka_unit_test(conversion_gives_valid_utf8_whatever_comes),
		cmocka_unit_test(every_encoding_of_the_standard_has_a_decoder),
		cmocka_unit_test(the_ceiling_is_a_limit_error),
		cmocka_unit_test(the_charset_parameter_is_found_in_a_content_type),
		cmocka_unit_test(the_shared_cases_are_all_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
