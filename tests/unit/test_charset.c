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
/* A sentence or two in each encoding that press offices used before UTF-8. */
static void
legacy_text_is_known_by_its_bytes(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "\x8d`\x98p\x8b\xc7\x82\xcd\x81" "A\x90V\x82\xb5\x82\xa2\x96h\x94g\x92\xe7\x82\xcc\x8c\x9a"
		  "\x90\xdd\x8dH\x8e\x96\x82\xf0\x97\x88\x94N\x82\xcc\x8ft\x82\xc9\x8en\x82\xdf\x82\xe9\x82"
		  "\xc6\x94\xad\x95\x5c\x82\xb5\x82\xdc\x82\xb5\x82\xbd\x81" "B\x8dH\x8e\x96\x82\xcd\x8eO\x94"
		  "N\x82\xc9\x82\xed\x82\xbd\x82\xc1\x82\xc4\x8cv\x89\xe6\x82\xb3\x82\xea\x81" "A\x93\xf1\x89"
		  "\xf1\x82\xcc\x8c\xf6\x92\xae\x89\xef\x82\xaa\x8aJ\x82\xa9\x82\xea\x82\xdc\x82\xb5\x82\xbd"
		  "\x81" "B\x8bZ\x8fp\x8e\xd2\x82\xbd\x82\xbf\x82\xcd\x81" "A\x82\xb1",
		  "Shift_JIS" },
		{ "\xb9\xc1\xcf\xd1\xb6\xc9\xa4\xcf\xa1\xa2\xbf\xb7\xa4\xb7\xa4\xa4\xcb\xc9\xc7\xc8\xc4\xe9"
		  "\xa4\xce\xb7\xfa\xc0\xdf\xb9\xa9\xbb\xf6\xa4\xf2\xcd\xe8\xc7\xaf\xa4\xce\xbd\xd5\xa4\xcb"
		  "\xbb\xcf\xa4\xe1\xa4\xeb\xa4\xc8\xc8\xaf\xc9\xbd\xa4\xb7\xa4\xde\xa4\xb7\xa4\xbf\xa1\xa3"
		  "\xb9\xa9\xbb\xf6\xa4\xcf\xbb\xb0\xc7\xaf\xa4\xcb\xa4\xef\xa4\xbf\xa4\xc3\xa4\xc6\xb7\xd7"
		  "\xb2\xe8\xa4\xb5\xa4\xec\xa1\xa2\xc6\xf3\xb2\xf3\xa4\xce\xb8\xf8\xc4\xb0\xb2\xf1\xa4\xac"
		  "\xb3\xab\xa4\xab\xa4\xec\xa4\xde\xa4\xb7\xa4\xbf\xa1\xa3\xb5\xbb\xbd\xd1\xbc\xd4\xa4\xbf"
		  "\xa4\xc1\xa4\xcf\xa1\xa2\xa4\xb3",
		  "EUC-JP" },
		{ "\xb8\xdb\xce\xf1\xbe\xd6\xd0\xfb\xb2\xbc\xa3\xac\xd0\xc2\xb7\xc0\xb2\xa8\xb5\xcc\xb5\xc4"
		  "\xbd\xa8\xc9\xe8\xb9\xa4\xb3\xcc\xbd\xab\xd3\xda\xc3\xf7\xc4\xea\xb4\xba\xcc\xec\xbf\xaa"
		  "\xca\xbc\xa1\xa3\xb8\xc3\xb9\xa4\xb3\xcc\xbe\xad\xb9\xfd\xc8\xfd\xc4\xea\xb5\xc4\xb9\xe6"
		  "\xbb\xae\xa3\xac\xb2\xa2\xbe\xd9\xd0\xd0\xc1\xcb\xc1\xbd\xb4\xce\xb9\xab\xbf\xaa\xcc\xfd"
		  "\xd6\xa4\xbb\xe1\xa1\xa3\xb9\xa4\xb3\xcc\xca\xa6\xc3\xc7\xcf\xa3\xcd\xfb\xb7\xc0\xb2\xa8"
		  "\xb5\xcc\xc4\xdc\xb9\xbb\xb5\xd6\xd3\xf9\xb8\xdf\xb4\xef\xcb\xc4\xc3\xd7\xb5\xc4\xb7\xe7"
		  "\xb1\xa9\xb3\xb1\xa1\xa3\xb8\xbd",
		  "gb18030" },
		{ "\xb4\xe4\xb0\xc8\xa7\xbd\xab\xc5\xa5\xac\xa1" "A\xb7s\xa8\xbe\xaai\xb3\xf6\xaa\xba\xab\xd8"
		  "\xb3]\xa4u\xb5{\xb1N\xa9\xf3\xa9\xfa\xa6~\xacK\xa4\xd1\xb6}\xa9l\xa1" "C\xb8\xd3\xa4u\xb5"
		  "{\xb8g\xb9L\xa4T\xa6~\xaa\xba\xb3W\xb9\xba\xa1" "A\xa8\xc3\xc1|\xa6\xe6\xa4" "F\xa8\xe2\xa6"
		  "\xb8\xa4\xbd\xb6}\xc5\xa5\xc3\xd2\xb7|\xa1" "C\xa4u\xb5{\xaev\xad\xcc\xa7\xc6\xb1\xe6\xa8"
		  "\xbe\xaai\xb3\xf6\xaf\xe0\xb0\xf7\xa9\xe8\xbfm\xb0\xaa\xb9" "F\xa5|\xa6\xcc\xaa\xba\xad\xb7"
		  "\xbc\xc9\xbc\xe9\xa1" "C\xaa\xfe",
		  "Big5" },
		{ "\xc7\xd7\xb8\xb8\xc3\xbb\xc0\xba \xbb\xf5\xb7\xce\xbf\xee \xb9\xe6\xc6\xc4\xc1\xa6 \xb0\xf8"
		  "\xbb\xe7\xb0\xa1 \xb3\xbb\xb3\xe2 \xba\xbd\xbf\xa1 \xbd\xc3\xc0\xdb\xb5\xc8\xb4\xd9\xb0\xed"
		  " \xb9\xdf\xc7\xa5\xc7\xdf\xbd\xc0\xb4\xcf\xb4\xd9. \xc0\xcc \xb0\xf8\xbb\xe7\xb4\xc2 \xbb"
		  "\xef \xb3\xe2 \xb5\xbf\xbe\xc8 \xb0\xe8\xc8\xb9\xb5\xc7\xbe\xfa\xb0\xed \xb5\xce \xc2\xf7"
		  "\xb7\xca\xc0\xc7 \xb0\xf8\xc3\xbb\xc8\xb8\xb0\xa1 \xbf\xad\xb7\xc8\xbd\xc0",
		  "EUC-KR" },
		{ "B\xf4\xf2 Giao th\xf4ng v\xe2\xf2n ta\xd2i cho bi\xea\xect vi\xea\xf2" "c x\xe2y d\xfd\xf2"
		  "ng \xf0\xea ch\xe3\xecn s\xf3ng m\xf5\xeci se\xde b\xe3\xect \xf0\xe2\xccu v\xe0o m\xf9" "a"
		  " xu\xe2n n\xe3m t\xf5\xeci, sau ba n\xe3m l\xe2\xf2p k\xea\xec hoa\xf2" "ch v\xe0 hai ph"
		  "i\xean \xf0i\xea\xccu tr\xe2\xccn c\xf4ng khai. C\xe1" "c ky\xde s\xfd hy vo\xf2ng r\xe3"
		  "\xccng b\xfd\xec" "c t\xfd\xf5\xccng se\xde ng\xe3n \xf0\xfd\xf5\xf2" "c n\xfd\xf5\xec" "c"
		  " d\xe2ng do ba\xdeo cao t\xf5\xeci b\xf4\xecn m\xe9t.",
		  "windows-1258" },
		{ "\xa1\xd2\xc3\xb7\xe8\xd2\xe0\xc3\xd7\xcd\xbb\xc3\xd0\xa1\xd2\xc8\xc7\xe8\xd2\xa1\xd2\xc3"
		  "\xa1\xe8\xcd\xca\xc3\xe9\xd2\xa7\xe0\xa2\xd7\xe8\xcd\xb9\xa1\xd1\xb9\xa4\xc5\xd7\xe8\xb9"
		  "\xe1\xcb\xe8\xa7\xe3\xcb\xc1\xe8\xa8\xd0\xe0\xc3\xd4\xe8\xc1\xa2\xd6\xe9\xb9\xe3\xb9\xc4"
		  "\xb4\xd9\xe3\xba",
		  "windows-874" },
		{ "\xcf\xee\xf0\xf2\xee\xe2\xee\xe5 \xf3\xef\xf0\xe0\xe2\xeb\xe5\xed\xe8\xe5 \xf1\xee\xee\xe1"
		  "\xf9\xe8\xeb\xee, \xf7\xf2\xee \xf1\xf2\xf0\xee\xe8\xf2\xe5\xeb\xfc\xf1\xf2\xe2\xee \xed"
		  "\xee\xe2\xee\xe3\xee \xe2\xee\xeb\xed\xee\xeb\xee\xec\xe0 \xed\xe0\xf7\xed\xb8",
		  "windows-1251" },
		{ "\xf0\xcf\xd2\xd4\xcf\xd7\xcf\xc5 \xd5\xd0\xd2\xc1\xd7\xcc\xc5\xce\xc9\xc5 \xd3\xcf\xcf\xc2"
		  "\xdd\xc9\xcc\xcf, \xde\xd4\xcf \xd3\xd4\xd2\xcf\xc9\xd4\xc5\xcc\xd8\xd3\xd4\xd7\xcf \xce"
		  "\xcf\xd7\xcf\xc7\xcf \xd7\xcf\xcc\xce\xcf\xcc\xcf\xcd\xc1 \xce\xc1\xde\xce\xa3",
		  "KOI8-R" },
		{ "\xf0\xcf\xd2\xd4\xcf\xd7\xc5 \xd5\xd0\xd2\xc1\xd7\xcc\xa6\xce\xce\xd1 \xd0\xcf\xd7\xa6\xc4"
		  "\xcf\xcd\xc9\xcc\xcf, \xdd\xcf \xc2\xd5\xc4\xa6\xd7\xce\xc9\xc3\xd4\xd7\xcf \xce\xcf\xd7"
		  "\xcf\xc7\xcf \xc8\xd7\xc9\xcc\xc5\xcc\xcf\xcd\xd5 \xd0\xcf\xde\xce\xc5\xd4\xd8",
		  "KOI8-U" },
		{ "\x8f\xae\xe0\xe2\xae\xa2\xae\xa5 \xe3\xaf\xe0\xa0\xa2\xab\xa5\xad\xa8\xa5 \xe1\xae\xae\xa1"
		  "\xe9\xa8\xab\xae, \xe7\xe2\xae \xe1\xe2\xe0\xae\xa8\xe2\xa5\xab\xec\xe1\xe2\xa2\xae \xad"
		  "\xae\xa2\xae\xa3\xae \xa2\xae\xab\xad\xae\xab\xae\xac\xa0 \xad\xa0\xe7\xad\xf1",
		  "IBM866" },
		{ "Urz\xb1" "d portowy og\xb3osi\xb3, \xbf" "e budowa nowego falochronu rozpocznie si\xea w"
		  "iosn\xb1 przysz\xb3" "ego roku, po trzech latach planowania i dw\xf3" "ch publicznych wy"
		  "s\xb3uchaniach. In\xbfynierowie maj\xb1 nadziej\xea, \xbf" "e \xb6" "ciana zatrzyma fale"
		  " sztormowe o wysoko\xb6" "ci do czterech metr\xf3w.",
		  "ISO-8859-2" },
		{ "Uosto direkcija prane\xf0\xeb, kad naujo bangolau\xfeio statyba prasid\xebs kit\xf8 met\xf8"
		  " pavasar\xe1 po trej\xf8 planavimo met\xf8 ir dviej\xf8 vie\xf0\xf8 svarstym\xf8. In\xfe"
		  "inieriai tikisi, kad siena sulaikys iki keturi\xf8 metr\xf8 audros bangas.",
		  "windows-1257" },
		{ "\xc7 \xeb\xe9\xec\xe5\xed\xe9\xea\xde \xe1\xf1\xf7\xde \xe1\xed\xe1\xea\xef\xdf\xed\xf9\xf3"
		  "\xe5 \xfc\xf4\xe9 \xe7 \xea\xe1\xf4\xe1\xf3\xea\xe5\xf5\xde \xf4\xef\xf5 \xed\xdd\xef\xf5"
		  " \xea\xf5\xec\xe1\xf4\xef\xe8\xf1\xe1\xfd\xf3\xf4\xe7 \xe8\xe1 \xe1",
		  "ISO-8859-7" },
		{ "Ministerstvo pr\xf9myslu zve\xf8" "ejnilo ve \xe8tvrtek zpr\xe1vu o p\xf8\xedprav\xec nov\xe9ho "
		  "z\xe1kona. Podle n\xe1m\xecstka p\xf9jde o nejv\xect\x9a\xed zm\xecnu za posledn\xed" "ch deset "
		  "let. \xd8" "ada podnik\xf9 v\x9a" "ak upozor\xf2uje, \x9e" "e lh\xf9ty jsou p\xf8\xedli\x9a kr"
		  "\xe1tk\xe9.",
		  "windows-1250" },
		{ "Ministerstvo pr\xf9myslu zve\xf8" "ejnilo ve \xe8tvrtek zpr\xe1vu o p\xf8\xedprav\xec nov\xe9ho "
		  "z\xe1kona. Podle n\xe1m\xecstka p\xf9jde o nejv\xect\xb9\xed zm\xecnu za posledn\xed" "ch deset "
		  "let. \xd8" "ada podnik\xf9 v\xb9" "ak upozor\xf2uje, \xbe" "e lh\xf9ty jsou p\xf8\xedli\xb9 kr"
		  "\xe1tk\xe9.",
		  "ISO-8859-2" },
		{ "A miniszt\xe9rium cs\xfct\xf6rt\xf6k\xf6n k\xf6z\xf6lte, hogy elk\xe9sz\xfclt az \xfaj t\xf6rv"
		  "\xe9ny tervezete. T\xf6" "bb v\xe1llalat azonban arra figyelmeztet, hogy a hat\xe1rid\xf5k t\xfa"
		  "l r\xf6videk. A korm\xe1ny j\xf6v\xf5 h\xe9ten t\xe1rgyal a javaslatr\xf3l.",
		  "windows-1250" },
		{ "Bakanl\xfdk per\xfe" "embe g\xfcn\xfc yapt\xfd\xf0\xfd a\xe7\xfdklamada yeni yasan\xfdn haz\xfdr"
		  "l\xfdklar\xfdn\xfdn tamamland\xfd\xf0\xfdn\xfd duyurdu. Bir\xe7ok kurulu\xfe s\xfcrelerin \xe7ok"
		  " k\xfdsa oldu\xf0unu ve ge\xe7i\xfe i\xe7in hi\xe7" "bir \xf6nlem al\xfdnmad\xfd\xf0\xfdn\xfd be"
		  "lirtti.",
		  "windows-1254" },
		{ "Ministerul a anun\xfe" "at joi c\xe3 proiectul noii legi este gata. Mai multe \xeentreprinderi a"
		  "trag \xeens\xe3 aten\xfeia c\xe3 termenele sunt prea scurte \xbai c\xe3 nu exist\xe3 m\xe3suri d"
		  "e tranzi\xfeie.",
		  "windows-1250" },
		{ "Das Ministerium f\x9fr H\x8a" "fen erkl\x8arte gestern, die Arbeiten w\x9frden im Fr\x9fhjahr be"
		  "ginnen. Gr\x9a\xa7" "ere Sch\x8a" "den seien w\x8ahrend der St\x9frme nicht entstanden, au\xa7"
		  "" "er an der Br\x9f" "cke \x9f" "ber den Fluss, die sp\x8ater ge\x9a" "ffnet wird.",
		  "macintosh" },
	};
	static const char *const declared[] = { NULL, "utf-8", "iso-8859-1" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t d = 0; d < sizeof(declared) / sizeof(declared[0]); d++) {
			CLEANUP(freep) char *page = xasprintf("<p>%s</p><p>%s</p>", cases[i].text, cases[i].text);
			struct charset_result r;

			charset_decide_html(page, strlen(page), declared[d], &r);
			assert_string_equal(r.name, cases[i].want);
		}
	}
}

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
		cmocka_unit_test(legacy_text_is_known_by_its_bytes),
		cmocka_unit_test(the_shared_cases_are_all_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
