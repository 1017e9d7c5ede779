/* Languages: tags in their canonical form, and who is believed, the page or its text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "document/lang.h"

static const char english[] = "The two leaders agreed to elevate the bilateral relations to a "
    "higher level for the next fifty years, thereby developing relations together, especially by "
    "strengthening cooperation in the areas of economy and economic cooperation such as investment "
    "and digital transformation, as well as on political and security fronts.";
static const char vietnamese[] = "Hai nhà lãnh đạo đã nhất trí nâng cấp quan hệ song phương lên tầm "
    "cao mới trong năm mươi năm tới, qua đó cùng nhau phát triển quan hệ, đặc biệt là tăng cường hợp "
    "tác trong các lĩnh vực kinh tế như đầu tư và chuyển đổi số, cũng như chính trị và an ninh. Tổng Bí thư đề nghị hai "
    "bên tiếp tục duy trì trao đổi đoàn và tiếp xúc cấp cao.";

static void
declared_tags_become_canonical(void **state)
{
	static const char *const rows[][2] = {
		{ "en", "en" }, { "EN_us", "en-US" }, { "en-us", "en-US" }, { "jp", "ja" }, { "cz", "cs" },
		{ "zh-hant-tw", "zh-Hant-TW" }, { "iw", "he" }, { "English", "en" }, { "eng", "en" },
		{ "es-419", "es-419" }, { "de-DE-1996", "de-DE" }, { "sr-latn", "sr-Latn" },
		{ " fr ", "fr" }, { "fr,en", "fr" }, { "en_US.UTF-8", "en-US" }, { "", "" },
		{ "x-default", "" }, { "und", "" }, { "english language", "en" }, { "123", "" },
		{ "{{lang}}", "" }, { "e", "" }, { "en-x-private", "en" }, { "abcdefghijklmnop", "" },
		{ "cn", "zh-CN" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[LANG_MAX];

		assert_string_equal(lang_canonical(rows[i][0], out), rows[i][1]);
	}
	assert_string_equal(lang_canonical(NULL, (char[LANG_MAX]){ "x" }), "");
}

static void
the_text_wins_when_it_is_long_and_sure(void **state)
{
	static const struct {
		const char *declared, *text, *want;
	} rows[] = {
		{ NULL, english, "en" },
		{ "en-GB", english, "en-GB" },
		{ "ja", english, "en" },
		{ "en", vietnamese, "vi" },
		{ "fr", "Too short.", "fr" },
		{ "en", "首相は本日、ベトナムの書記長と会談した。", "ja" },
		{ "ja", "总理今天会见了越南代表团并发表讲话。", "zh" },
		{ "zh-TW", "總理今天會見了越南代表團並發表講話。", "zh-TW" },
		{ "en", "대통령은 오늘 베트남 대표단을 만났다.", "ko" },
		{ "en", "นายกรัฐมนตรีพบกับคณะผู้แทน", "th" },
		{ "nb", "Statsministeren møtte i dag den vietnamesiske delegasjonen i Oslo og sa at "
		    "samarbeidet mellom de to landene skal styrkes i årene som kommer. Han la vekt på at "
		    "handelen har økt, og at flere bedrifter ønsker å investere i det norske markedet.",
		    "nb" },
		{ "en", "Министр иностранных дел провёл переговоры с делегацией Вьетнама.", "ru" },
		{ "nonsense!", "12 34 56", "" },
		{ "de", NULL, "de" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[LANG_MAX];

		lang_decide(rows[i].declared, rows[i].text,
		    rows[i].text != NULL ? strlen(rows[i].text) : 0, out);
		if (strcmp(out, rows[i].want) != 0)
			fail_msg("row %zu: %s, want %s", i, out, rows[i].want);
	}
}

static void
what_is_not_reliable_is_empty(void **state)
{
	char out[LANG_MAX];
	assert_string_equal(lang_decide(NULL, "12345 67890", 11, out), "");
	assert_string_equal(lang_decide(NULL, english, strlen(english), out), "en");
	assert_string_equal(lang_decide(NULL, "\xff\xfe", 2, out), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declared_tags_become_canonical),
		cmocka_unit_test(the_text_wins_when_it_is_long_and_sure),
		cmocka_unit_test(what_is_not_reliable_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
