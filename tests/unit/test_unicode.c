#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/unicode.h"
#include "base/banned.h"

struct pair {
	const char *in, *want;
};

static void
assert_table(char *(*fn)(const char *s, size_t n), const struct pair *row, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		CLEANUP(freep) char *got = fn(row[i].in, strlen(row[i].in));
		CLEANUP(freep) char *again = fn(got, strlen(got));

		assert_string_equal(got, row[i].want);
		assert_string_equal(again, row[i].want);	/* every one is idempotent */
		assert_true(utf8_valid(got, strlen(got)));
	}
}
#define ASSERT_TABLE(fn, row) assert_table(fn, row, sizeof(row) / sizeof(row[0]))

static void
only_well_formed_bytes_are_valid(void **state)
{
	static const char *const good[] = { "", "plain", "Đà Nẵng", "日本", "😀", "\x7f", "\xef\xbf\xbf",
		"\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "0123456789abcdef0123456789abcdeĐ" };
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xc3", "\xe1\x80",
		"\xf1\x80\x80", "\xe1\x80x", "0123456789abcdef0123456789abcde\xff" };
	size_t i, k;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
		for (k = 0; k < strlen(bad[i]); )	/* decoding always moves on */
			utf8_next(bad[i], strlen(bad[i]), &k);
		assert_int_equal(k, strlen(bad[i]));
	}
}

static void
every_character_is_written_and_read_back(void **state)
{
	struct buf b = BUF_INIT(16);
	uint32_t c;
	size_t i;

	for (c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 97) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		buf_clear(&b);
		utf8_put(&b, c);
		i = 0;
		assert_int_equal(utf8_next(b.data, b.len, &i), c);
		assert_int_equal(i, b.len);
		assert_true(utf8_valid(b.data, b.len));
	}
	buf_clear(&b);
	utf8_put(&b, 0xd800);
	utf8_put(&b, 0x110000);
	assert_string_equal(buf_str(&b), "\xef\xbf\xbd\xef\xbf\xbd");
	buf_done(&b);
}

static void
text_is_cut_between_characters(void **state)
{
	static const char s[] = "aĐế😀";	/* 1 + 2 + 3 + 4 bytes */
	static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
	size_t max;

	for (max = 0; max < 12; max++)
		assert_int_equal(utf8_cut(s, 10, max), want[max]);
	assert_int_equal(utf8_cut(s, 8, 8), 6);	/* its own end may be in mid-character */
	assert_int_equal(utf8_cut_chars(s, 10, 0), 0);
	assert_int_equal(utf8_cut_chars(s, 10, 3), 6);
	assert_int_equal(utf8_cut_chars(s, 10, 99), 10);
	assert_int_equal(utf8_count(s, 10), 4);
	assert_int_equal(utf8_count("a\xff\xff", 3), 3);
}

static void
wide_characters_take_two_columns(void **state)
{
	static const struct {
		const char *s;
		int width;
	} row[] = {
		{ "", 0 }, { "abc", 3 }, { "Đà Nẵng", 7 }, { "e\xcc\x81", 1 }, { "日本", 4 }, { "ｶﾅ", 2 },
		{ "ＡＢ", 4 }, { "한국", 4 }, { "ที่", 1 }, { "😀", 2 }, { "a\xc2\xad\xe2\x80\x8b" "b", 2 },
		{ "、。", 4 }, { "\n", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(utf8_width(row[i].s, strlen(row[i].s)), row[i].width);
}

static void
cleaning_leaves_valid_composed_text_without_controls(void **state)
{
	static const struct pair row[] = {
		{ "", "" }, { "plain\n\ttext", "plain\n\ttext" }, { "a\r\nb\rc", "a\nb\nc" },
		{ "a\x01\x1b[0m\x7f" "b", "a[0mb" }, { "a\xc2\x85" "b\xc2\x9b" "c\xc2\x81", "a…b›c" },
		{ "a\x0c" "b", "a\nb" }, { "e\xcc\x81", "é" }, { "Tie\xcc\x82\xcc\x81ng", "Tiếng" },
		{ "\xff" "a\xc3", "\xef\xbf\xbd" "a\xef\xbf\xbd" }, { "\xef\xbb\xbf\xef\xbb\xbf" "a", "a" },
		{ "a\xef\xbf\xbe\xef\xbf\xbf" "b", "ab" }, { "e\x01\xcc\x81", "é" },
		{ "か\xe3\x82\x99", "が" }, { "각", "각" }, { "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "각" },
		{ "một dòng văn bản dài hơn ba mươi hai byte\r\n", "một dòng văn bản dài hơn ba mươi hai byte\n" },
		{ "\xe2\x84\xab", "Å" }, { "ｶﾞ①", "ｶﾞ①" },
	};
	CLEANUP(freep) char *nul = unicode_clean("a\0b", 3);

	ASSERT_TABLE(unicode_clean, row);
	assert_string_equal(nul, "ab");
}

static void
composing_agrees_with_icu_whatever_the_neighbours(void **state)
{
	static const char *const piece[] = { "a", "e", "\xcc\x81", "\xcc\xa3", "\xcc\x82", "ế", "か",
		"\xe3\x82\x99", "\xe1\x84\x80", "\xe1\x85\xa1", "가", "\xe1\x86\xa8", "日", "я", "\xcd\x81",
		"\xe0\xa4\x95", "\xe0\xa4\xbc", "\xe2\x84\xab", "ب", "\xd9\x91", "\xd9\x8f" };
	enum { N = sizeof(piece) / sizeof(piece[0]) };
	char s[64];
	size_t i;

	for (i = 0; i < N * N * N; i++) {
		CLEANUP(freep) char *got = NULL;
		CLEANUP(freep) char *want = NULL;

		/* U+1D15E decomposes even in NFC, which sends the second text through ICU whole. */
		snprintf(s, sizeof(s), "%s%s%s\xf0\x9d\x85\x9e", piece[i % N], piece[i / N % N],
		    piece[i / N / N]);
		want = unicode_nfc(s, strlen(s));
		s[strlen(s) - 4] = '\0';
		got = unicode_nfc(s, strlen(s));
		assert_memory_equal(got, want, strlen(got));
	}
}

static void
a_line_has_single_blanks_and_nothing_invisible(void **state)
{
	static const struct pair row[] = {
		{ "", "" }, { " \n\t ", "" }, { " a  b\n\tc ", "a b c" }, { "a b", "a b" },
		{ "a\xc2\xa0\xe3\x80\x80" "b\xe2\x80\xa8" "c", "a b c" },
		{ "a\xe2\x80\x8b" "b\xc2\xad" "c\xef\xbb\xbf" "d\xe2\x81\xa0" "e", "abcde" },
		{ "\xe2\x80\xae" "abc\xe2\x80\xac\xe2\x81\xa6" "d\xe2\x81\xa9", "abcd" },
		{ "don\xc2\x92t\xc2\x85", "don’t…" }, { "a \xe2\x80\x8b b", "a b" }, { "\xe2\x80\x8b a", "a" }, { "a\x01" "b\x7f", "ab" },
		{ "نامه\xe2\x80\x8cای", "نامه\xe2\x80\x8cای" }, { "a\xe2\x80\x8c" "b", "ab" },
		{ "نامه\xe2\x80\x8c ای\xe2\x80\x8c", "نامه ای" },
		{ "👩\xe2\x80\x8d👧 x", "👩\xe2\x80\x8d👧 x" },
		{ "e\xe2\x80\x8b\xcc\x81", "é" }, { "\xff" "a", "\xef\xbf\xbd" "a" },
		{ "Ngày 9 tháng 2", "Ngày 9 tháng 2" }, { "日本　語", "日本 語" },
		{ "  the  quick brown fox jumps over the lazy dog  ",
		    "the quick brown fox jumps over the lazy dog" },
	};

	ASSERT_TABLE(unicode_line, row);
}

static void
folding_makes_spellings_of_one_word_equal(void **state)
{
	static const struct pair row[] = {
		{ "Hello World", "hello world" }, { "Đà NẴNG", "da nang" }, { "Việt Nam", "viet nam" },
		{ "Vie\xcc\xa3\xcc\x82t", "viet" }, { "ĐƯỜNG", "duong" }, { "Łódź", "lodz" },
		{ "København", "kobenhavn" }, { "STRASSE", "strasse" }, { "Straße", "strasse" },
		{ "Ærø", "aero" }, { "İstanbul", "istanbul" }, { "Ёлка", "елка" }, { "Άλφα", "αλφα" },
		{ "ＡＢＣ１２３", "abc123" }, { "ﬁn", "fin" }, { "が", "が" }, { "ｶﾞ", "ガ" },
		{ "ぱ", "ぱ" }, { "日本語", "日本語" }, { "ที่ ุ้", "ที่ ุ้" },
		{ "น้ำ", "น\xe0\xb9\x89\xe0\xb9\x8d\xe0\xb8\xb2" },
		{ "हिन्दी", "हिन्दी" },
		{ "한국", "한국" }, { "مُحَمَّد", "محمد" }, { "שָׁלוֹם", "שלום" }, { "so\xc2\xad" "ft", "soft" },
		{ "①", "1" }, { "x²", "x2" }, { "“Quote”", "“quote”" }, { "", "" },
	};

	ASSERT_TABLE(unicode_fold, row);
}

static void
folding_by_table_agrees_with_folding_by_icu(void **state)
{
	static const char *const after[] = { "", "a", "é", "が", "я", "日", "ب", "¨", "ς" };
	/* A hexagram and a mark: no table has them, so ICU folds the whole text. */
	static const char slow[] = "䷀\xcc\x81";
	struct buf b = BUF_INIT(64);
	size_t k, n;
	uint32_t c;

	for (c = 0x80; c < 0x10000; c += c >= 0x3400 && c < 0xf000 ? 41 : 1) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		for (k = 0; k < sizeof(after) / sizeof(after[0]); k++) {
			CLEANUP(freep) char *fast = NULL;
			CLEANUP(freep) char *by_icu = NULL;

			buf_clear(&b);
			utf8_put(&b, c);
			buf_adds(&b, after[k]);
			n = b.len;
			buf_adds(&b, slow);
			fast = unicode_fold(b.data, n);
			by_icu = unicode_fold(b.data, b.len);
			n = strlen(fast);
			if (strncmp(fast, by_icu, n) != 0 || strncmp(by_icu + n, "䷀", 3) != 0)
				fail_msg("U+%04X before \"%s\": %s is not %s", c, after[k], fast, by_icu);
		}
	}
	buf_done(&b);
}

struct words {
	char text[512];
	size_t len, count;
};

static int
collect(const char *word, size_t len, size_t offset, void *arg)
{
	struct words *w = arg;

	w->len += (size_t)snprintf(w->text + w->len, sizeof(w->text) - w->len, "%s%.*s",
	    w->count > 0 ? "|" : "", (int)len, word);
	w->count++;
	return 0;
}

static void
words_are_those_of_uax_29_and_single_unspaced_characters(void **state)
{
	static const struct pair row[] = {
		{ "", "" }, { "One, two; three!", "One|two|three" },
		{ "don't mofa.go.jp 3.14 1,000 a_b x:y", "don't|mofa.go.jp|3.14|1,000|a_b|x|y" },
		{ "end. 5, .5 'q' a. b", "end|5|5|q|a|b" }, { "_ __ - _a", "_a" },
		{ "Tiếng Việt", "Tiếng|Việt" }, { "Tie\xcc\x82\xcc\x81ng", "Tie\xcc\x82\xcc\x81ng" },
		{ "日本語です。", "日|本|語|で|す" }, { "コーヒー", "コ|ー|ヒ|ー" },
		{ "2023年2月9日", "2023|年|2|月|9|日" }, { "ที่", "ที่" }, { "한국어 뉴스", "한국어|뉴스" },
		{ "أحمد،وزير", "أحمد|وزير" }, { "l’État", "l’État" }, { "B2B 4K", "B2B|4K" },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct words w = { .text = "" };

		assert_int_equal(unicode_words(row[i].in, strlen(row[i].in), collect, &w), 0);
		assert_string_equal(w.text, row[i].want);
		assert_int_equal(unicode_word_count(row[i].in, strlen(row[i].in)), w.count);
	}
}

static int
stop_at_second(const char *word, size_t len, size_t offset, void *arg)
{
	return ++*(int *)arg == 2 ? 7 : 0;
}

static void
a_caller_may_stop_at_any_word(void **state)
{
	int seen = 0;

	assert_int_equal(unicode_words("a b c", 5, stop_at_second, &seen), 7);
	assert_int_equal(seen, 2);
}

/* Words of s by ICU's own iterator, in the form of collect(). */
static void
words_by_icu(const char *s, struct words *w)
{
	UErrorCode status = U_ZERO_ERROR;
	UText *text = utext_openUTF8(NULL, s, (int64_t)strlen(s), &status);
	UBreakIterator *it = ubrk_open(UBRK_WORD, "en", NULL, 0, &status);
	int32_t from = 0, to;

	ubrk_setUText(it, text, &status);
	assert_true(U_SUCCESS(status));
	while ((to = ubrk_next(it)) != UBRK_DONE) {
		if (ubrk_getRuleStatus(it) >= UBRK_WORD_NUMBER)
			collect(s + from, (size_t)(to - from), (size_t)from, w);
		from = to;
	}
	ubrk_close(it);
	utext_close(text);
}

static void
spaced_scripts_are_cut_as_icu_cuts_them(void **state)
{
	static const char *const text[] = {
		"The U.S. Dept. said (on 3.5.2023) that 1,234.56 'people' weren't there: e.g. a:b;c_d/e-f.",
		"Bộ trưởng Bùi Thanh Sơn hội đàm với ông Hayashi Yoshimasa, ngày 9/2/2023.",
		"Министр сказал: «Нет», — и ушёл. 12,5% т.е. немного",
		"Le ministre a dit : « l'État n'est pas d'accord » aujourd'hui.",
		"وزير الخارجية يلتقي نظيره، الفيتنامي في هانوي ١٢٣٫٤",
		"שר החוץ אמר כי צה\"ל לא ג' ג'x", "안녕하세요 세계 3.0", "Ο υπουργός είπε: «Όχι».",
		"विदेश मंत्री ने कहा", "a.b,c 1.a a.1 1_a _1_ a__b ..a.. ,1, x'y' 'x",
	};
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		struct words ours = { .text = "" }, icu = { .text = "" };

		unicode_words(text[i], strlen(text[i]), collect, &ours);
		words_by_icu(text[i], &icu);
		assert_string_equal(ours.text, icu.text);
	}
}

static void
characters_have_their_kinds(void **state)
{
	assert_true(unicode_is_space(' ') && unicode_is_space(0xa0) && unicode_is_space(0x3000) &&
	    unicode_is_space(0x200b) && unicode_is_space('\n') && unicode_is_space(0x2028));
	assert_false(unicode_is_space('a') || unicode_is_space(0) || unicode_is_space(0x301));
	assert_true(unicode_is_word('a') && unicode_is_word('9') && unicode_is_word(0x110) &&
	    unicode_is_word(0x65e5) && unicode_is_word(0x301));
	assert_false(unicode_is_word('_') || unicode_is_word(' ') || unicode_is_word(0x3002));
	assert_true(unicode_is_digit('0') && unicode_is_digit(0xff11) && unicode_is_digit(0x661));
	assert_false(unicode_is_digit('a') || unicode_is_digit(0x4e00));
	assert_true(unicode_is_upper('A') && unicode_is_upper(0x110) && unicode_is_upper(0x416));
	assert_false(unicode_is_upper('a') || unicode_is_upper(0x65e5));
	assert_true(unicode_is_unspaced(0x65e5) && unicode_is_unspaced(0x30fc) &&
	    unicode_is_unspaced(0x3005) && unicode_is_unspaced(0xff76) &&
	    unicode_is_unspaced(0xe01) && unicode_is_unspaced(0x1780) &&
	    unicode_is_unspaced(0x1000) && unicode_is_unspaced(0xe81) &&
	    unicode_is_unspaced(0x20000));
	assert_false(unicode_is_unspaced('a') || unicode_is_unspaced(0xac00) ||
	    unicode_is_unspaced(0x3002) || unicode_is_unspaced(0x1ebf));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_well_formed_bytes_are_valid),
		cmocka_unit_test(every_character_is_written_and_read_back),
		cmocka_unit_test(text_is_cut_between_characters),
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(cleaning_leaves_valid_composed_text_without_controls),
		cmocka_unit_test(composing_agrees_with_icu_whatever_the_neighbours),
		cmocka_unit_test(a_line_has_single_blanks_and_nothing_invisible),
		cmocka_unit_test(folding_makes_spellings_of_one_word_equal),
		cmocka_unit_test(folding_by_table_agrees_with_folding_by_icu),
		cmocka_unit_test(words_are_those_of_uax_29_and_single_unspaced_characters),
		cmocka_unit_test(a_caller_may_stop_at_any_word),
		cmocka_unit_test(spaced_scripts_are_cut_as_icu_cuts_them),
		cmocka_unit_test(characters_have_their_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
