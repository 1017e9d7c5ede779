/* Differences: what is shown, what they are called, and that no two texts take long. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "document/diff.h"

/* A diff in one string: "=line", "[same-gone+come]" for a line changed inside. */
static char *
shown(const struct diff *d)
{
	struct buf b = BUF_INIT(1 << 20);
	static const char marks[] = "=-+";

	for (size_t i = 0; i < d->blocks_count; i++) {
		const struct diff_block *block = &d->blocks[i];

		if (block->moved)
			buf_addc(&b, block->down ? 'v' : '^');
		if (block->runs_count == 0) {
			buf_addf(&b, "%c%s|", marks[block->op], block->text);
			continue;
		}
		for (size_t k = 0; k < block->runs_count; k++)
			buf_addf(&b, "[%c%s]", marks[block->runs[k].op], block->runs[k].text);
		buf_addc(&b, '|');
	}
	buf_addc(&b, 0);
	return buf_take(&b, NULL);
}

static void
paragraphs_and_words_that_changed_are_shown(void **state)
{
	static const struct {
		const char *old, *new, *want;
	} rows[] = {
		{ NULL, NULL, "" },
		{ "", "a", "+a|" },
		{ "a\n\nb", "a\n\nb", "=a|=b|" },
		{ "a\n\nb\n\nc", "a\n\nc", "=a|-b|=c|" },
		{ "The two leaders met in Tokyo today.", "The two leaders met in Osaka today.",
		    "[=The two leaders met in ][-Tokyo][+Osaka][= today.]|" },
		{ "one two three four", "five six seven eight", "-one two three four|"
		    "+five six seven eight|" },
		{ "Head\n\n  1. First item here\n  2. Second item here",
		    "Head\n\n  1. First item here\n  2. Second thing here\n  3. Third",
		    "=Head|=  1. First item here|[=  2. Second ][-item][+thing][= here]|+  3. Third|" },
		{ "総理は会談した。", "総理は会見した。",
		    "[=総理は会][-談][+見][=した。]|" },
		{ "It costs 1.5 million yen in all.", "It costs 15 million yen in all.",
		    "[=It costs ][-1.5][+15][= million yen in all.]|" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct diff *d = diff_texts(rows[i].old, rows[i].new);
		CLEANUP(freep) char *got = shown(d);

		assert_string_equal(got, rows[i].want);
		diff_free(d);
	}
}

static void
sentences_written_anew_are_shown_whole_and_small_changes_as_words(void **state)
{
	static const struct {
		const char *old, *new, *want;
	} rows[] = {
		{ "The council met on Monday. It agreed to fund three new schools in the "
		    "north. The vote was unanimous.",
		    "The council met on Monday. Ministers could not settle the question of "
		    "money and put it off to May. The vote was unanimous.",
		    "[=The council met on Monday. ][-It agreed to fund three new schools in "
		    "the north.][+Ministers could not settle the question of money and put "
		    "it off to May.][= The vote was unanimous.]|" },
		{ "The council met on Monday. The vote was unanimous.",
		    "The council met on Monday. The chair thanked all. The vote was unanimous.",
		    "[=The council met on Monday. ][+The chair thanked all. ][=The vote was unanimous.]|" },
		{ "The council met on Monday. The chair thanked all. The vote was unanimous.",
		    "The council met on Monday. The vote was unanimous.",
		    "[=The council met on Monday. ][-The chair thanked all. ][=The vote was unanimous.]|" },
		{ "One part is here, says Mr. Smith. Two parts are there.",
		    "One part is here, says Mr. Smith.\n\nTwo parts are there.",
		    "[=One part is here, says Mr. Smith.][- ][+\n][=Two parts are there.]|" },
		{ "One part is here, says Mr. Smith.\n\nTwo parts are there.",
		    "One part is here, says Mr. Smith. Two parts were there.",
		    "[=One part is here, says Mr. Smith.][-\n][+ ][=Two parts ][-are][+were][= there.]|" },
		{ "It was decided.",
		    "It was decided. (Updated on 3 May.)",
		    "[=It was decided.][+ (Updated on 3 May.)]|" },
		{ "They want to go.",
		    "(Updated on 3 May.) They want to go.",
		    "[+(Updated on 3 May.) ][=They want to go.]|" },
		{ "The law of the land was praised by the men of the town. A new hall is "
		    "to be built by the lake in the spring of the year.",
		    "The price of the bread was fixed by the women of the guild. A new hall "
		    "is to be built by the sea in the spring of the year.",
		    "[-The law of the land was praised by the men of the town.][+The price "
		    "of the bread was fixed by the women of the guild.][= A new hall is to "
		    "be built by the ][-lake][+sea][= in the spring of the year.]|" },
		{ "Alpha beta gamma delta one.\n\nSecond paragraph stays as it is here."
		    "\n\nThird one stays too, of course it does.",
		    "Second paragraph stays as it is here.\n\nThird one stays too, of course "
		    "it does.\n\nAlpha beta gamma delta one.",
		    "v-Alpha beta gamma delta one.|=Second paragraph stays as it is here."
		    "|=Third one stays too, of course it does.|v+Alpha beta gamma delta one.|" },
		{ "The minister opened the new bridge in the old town on the first of May "
		    "with many guests.\n\nSecond paragraph stays as it is here.\n\nThird one "
		    "stays too, of course it does.",
		    "Second paragraph stays as it is here.\n\nThird one stays too, of course "
		    "it does.\n\nThe minister opened the new bridge in the old town on the "
		    "second of May with many guests.",
		    "v-The minister opened the new bridge in the old town on the first of "
		    "May with many guests.|=Second paragraph stays as it is here.|=Third one "
		    "stays too, of course it does.|v[=The minister opened the new bridge in "
		    "the old town on the ][-first][+second][= of May with many guests.]|" },
		{ "総理は会談した。両国は経済協力を強化することで一致した。会談は一時間続いた。",
		    "総理は会談した。共同記者会見では北朝鮮の核問題が取り上げられた。会談は一時間続いた。",
		    "[=総理は会談した。][-両国は経済協力を強化することで一致した。][+共同記者会見では北朝鮮の核問題が取り上げられた。][=会談は一時間続いた。]|" },
		{ "総理は会談した。両国は経済協力を強化することで一致した。",
		    "総理は会談した。両国は経済協力を推進することで一致した。",
		    "[=総理は会談した。両国は経済協力を][-強化][+推進][=することで一致した。]|" },
		{ "会议于周一举行。双方同意加强合作。",
		    "会议于周二举行。双方没有达成任何协议,谈判将继续进行。",
		    "[=会议于周][-一][+二][=举行。][-双方同意加强合作。][+双方没有达成任何协议,谈判将继续进行。]|" },
		{ "รัฐมนตรีเปิดสะพานใหม่ในกรุงเทพ ผู้ว่าราชการเข้าร่วมพิธี ประชาชนยินดี",
		    "รัฐมนตรีเปิดสะพานใหม่ในกรุงเทพ งบประมาณทั้งหมดห้าล้านบาท ประชาชนยินดี",
		    "[=รัฐมนตรีเปิดสะพานใหม่ในกรุงเทพ ][-ผู้ว่าราชการเข้าร่วมพิธี]"
		    "[+งบประมาณทั้งหมดห้าล้านบาท][= ประชาชนยินดี]|" },
		{ "정부는 월요일에 회의를 열었다. 예산은 증가한다.",
		    "정부는 화요일에 회의를 열었다. 예산은 감소한다.",
		    "[=정부는 ][-월요일에][+화요일에][= 회의를 열었다. 예산은 ][-증가한다][+감소한다][=.]|" },
		{ "Bộ trưởng đã gặp đại sứ vào thứ Hai. Hai bên nhất trí tăng cường hợp tác.",
		    "Bộ trưởng đã gặp đại sứ vào thứ Ba. Hai bên nhất trí tăng cường hợp tác.",
		    "[=Bộ trưởng đã gặp đại sứ vào thứ ][-Hai][+Ba][=. Hai bên nhất trí tăng "
		    "cường hợp tác.]|" },
		{ "“We are ready,” she said. “We go.”",
		    "“We are ready,” she said. “We stay at home until the war is over.”",
		    "[=“We are ready,” she said. “We ][-go][+stay at home until the war is over][=.”]|" },
		{ "A, B and C were there.",
		    "A, B, C and D were there.",
		    "[=A, B][- and][+,][= C ][+and D ][=were there.]|" },
		{ "one two three four",
		    "five six seven eight",
		    "-one two three four|+five six seven eight|" },
		{ "The plan costs $5 million (about 4 million euros).",
		    "The plan costs $6 million (about 5 million euros).",
		    "[=The plan costs $][-5][+6][= million (about ][-4][+5][= million euros).]|" },
		{ "Die Sitzung ist am 3. März um 10 Uhr. Sie endet um 12 Uhr.",
		    "Die Sitzung ist am 4. März um 11 Uhr. Sie endet um 12 Uhr.",
		    "[=Die Sitzung ist am ][-3][+4][=. März um ][-10][+11][= Uhr. Sie endet um 12 Uhr.]|" },
		{ "The committee, which met in the capital on Tuesday, approved the report.",
		    "The committee approved the report.",
		    "[=The committee][-, which met in the capital on Tuesday,][= approved the report.]|" },
		{ "A first sentence goes away entirely. A second one about ships is written anew. Third.",
		    "Something about ships, second, was written quite anew. And there is "
		    "more about planes and trains. Third.",
		    "[-A first sentence goes away entirely. A second one about ships is]"
		    "[+Something about ships, second, was][= written ][+quite ][=anew. ]"
		    "[+And there is more about planes and trains. ][=Third.]|" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct diff *d = diff_texts(rows[i].old, rows[i].new);
		CLEANUP(freep) char *got = shown(d);

		assert_string_equal(got, rows[i].want);
		diff_free(d);
	}
}

/* Both texts come out of the diff again, whatever they are. */
static void
a_diff_holds_both_texts(void **state)
{
	static const char *const words[] = { "a ", "b ", "c. ", "\n\n", "d", "日", "本", "e, ", "f\n", "X. ", "。", "\nLong line of many words here.\n" };
	unsigned seed = 3;

	for (int round = 0; round < 3000; round++) {
		struct buf text[2] = { BUF_INIT(1 << 16), BUF_INIT(1 << 16) };
		struct buf back[2] = { BUF_INIT(1 << 16), BUF_INIT(1 << 16) };
		struct buf want[2] = { BUF_INIT(1 << 16), BUF_INIT(1 << 16) };
		struct diff *d;

		for (int side = 0; side < 2; side++) {
			for (int n = rand_r(&seed) % 60; n > 0; n--)
				buf_adds(&text[side], words[(size_t)rand_r(&seed) % 12]);
			for (const char *p = buf_str(&text[side]); *p != '\0';) {
				size_t n = strcspn(p, "\n");

				if (n > 0) {
					buf_add(&want[side], p, n);
					buf_addc(&want[side], '\n');
				}
				p += n + (p[n] == '\n');
			}
		}
		d = diff_texts(buf_str(&text[0]), buf_str(&text[1]));
		for (size_t i = 0; i < d->blocks_count; i++) {
			const struct diff_block *b = &d->blocks[i];

			for (size_t k = 0; k < b->runs_count; k++) {
				if (b->runs[k].op != DIFF_INSERT && !b->moved)
					buf_adds(&back[0], b->runs[k].text);
				if (b->runs[k].op != DIFF_DELETE)
					buf_adds(&back[1], b->runs[k].text);
			}
			if (b->op != DIFF_INSERT) {
				if (b->runs_count == 0)
					buf_adds(&back[0], b->text);
				buf_addc(&back[0], '\n');
			}
			if (b->op != DIFF_DELETE) {
				if (b->runs_count == 0)
					buf_adds(&back[1], b->text);
				buf_addc(&back[1], '\n');
			}
		}
		assert_string_equal(buf_str(&back[0]), buf_str(&want[0]));
		assert_string_equal(buf_str(&back[1]), buf_str(&want[1]));
		diff_free(d);
		for (int side = 0; side < 2; side++) {
			buf_done(&text[side]);
			buf_done(&back[side]);
			buf_done(&want[side]);
		}
	}
}

static void
kinds_name_what_an_edit_touched(void **state)
{
	static const struct {
		const char *old, *new, *old_title, *new_title;
		const char *want;
	} rows[] = {
		{ "same", "same", "t", "t", "[]" },
		{ "same", "same", "\xe2\x80\x9ct\xe2\x80\x9d", "\"t\"", "[]" },
		{ "same", "same", "Old title", "New title", "[\"title\"]" },
		{ "We will pay 15 million.", "We will pay 16 million.", "t", "t",
		    "[\"body\",\"number\"]" },
		{ "We will pay 1.5 million.", "We will pay 15 million.", "t", "t",
		    "[\"body\",\"number\"]" },
		{ "They met with Kishida there.", "They met with Tanaka there.", "t", "t",
		    "[\"body\",\"name\"]" },
		{ "It will be accepted.", "It will not be accepted.", "t", "t",
		    "[\"body\",\"negation\"]" },
		{ "Das wird angenommen.", "Das wird nicht angenommen.", "t", "t",
		    "[\"body\",\"negation\"]" },
		{ "They can do that.", "They can't do that.", "t", "t", "[\"body\",\"negation\"]" },
		/* What one paragraph lost another did not give back. */
		{ "It will not be lifted before the summer.\n\nThe council meets.",
		    "It will be lifted before the summer.\n\nThe council meets, but not in spring.", "t", "t", "[\"body\",\"negation\"]" },
		{ "We pay 30 euros to the port.\n\nThe port pays 45 euros to us.",
		    "We pay 45 euros to the port.\n\nThe port pays 30 euros to us.", "t", "t", "[\"body\",\"number\"]" },
		{ "了承する。", "了承しない。", "t", "t", "[\"body\",\"negation\"]" },
		{ "Việt Nam đồng ý.", "Việt Nam không đồng ý.", "t", "t", "[\"body\",\"negation\"]" },
		{ "Họ dùng thép.", "Họ mua thép.", "t", "t", "[\"body\"]" },
		{ "He said \"we are ready\" today.", "He said \"we are late\" today.", "t", "t",
		    "[\"body\",\"quotation\"]" },
		{ "He greeted them all and then he said \"we are ready\" to the press.",
		    "After a long day of meetings in town the chairman told reporters: \"we are ready\".", "t", "t", "[\"body\"]" },
		{ "First \"we are\" and 7 men.\n\nSecond paragraph here.",
		    "Second paragraph here.\n\nFirst \"we are\" and 7 men.", "t", "t", "[\"body\"]" },
		{ "The talks begin on 9 February 2023 in town.",
		    "The talks begin on 10 February 2023 in town.", "t", "t",
		    "[\"body\",\"number\",\"date\",\"date-only\"]" },
		{ "予算は四十億円である。", "予算は五十億円である。", "t", "t", "[\"body\",\"number\"]" },
		{ "双方は一致した。", "双方は合致した。", "t", "t", "[\"body\"]" },
		{ "田中外務大臣が出席した。", "鈴木外務大臣が出席した。", "t", "t", "[\"body\",\"name\"]" },
		{ "会談はベトナムで行う。", "会談はラオスで行う。", "t", "t", "[\"body\",\"name\"]" },
		{ "Ông Nguyễn Văn An phát biểu.", "Ông Trần Văn An phát biểu.", "t", "t", "[\"body\",\"name\"]" },
		{ "会议将举行。", "会议不举行。", "t", "t", "[\"body\",\"negation\"]" },
		{ "정부는 지원한다.", "정부는 지원하지 않는다.", "t", "t", "[\"body\",\"negation\"]" },
		{ "The fund is ten million.", "The fund is twelve million.", "t", "t", "[\"body\",\"number\"]" },
		{ "See the annex (report.pdf).", "See the annex (final.pdf).", "t", "t", "[\"body\",\"attachment\"]" },
		{ "Annex of the plan", "Annex of the plan (PDF)", "t", "t", "[\"body\",\"attachment\"]" },
		{ "One line, here.", "One line here", "t", "t", "[\"body\",\"form-only\"]" },
		{ "One part. Two part.", "One part.\n\nTwo part.", "t", "t",
		    "[\"body\",\"form-only\"]" },
		{ "First Alice and 7 men.\n\nSecond paragraph here.",
		    "Second paragraph here.\n\nFirst Alice and 7 men.", "t", "t", "[\"body\"]" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct diff *d = diff_texts(rows[i].old, rows[i].new);
		json_t *j = diff_kinds_json(diff_kinds(d, rows[i].old_title, rows[i].new_title));
		CLEANUP(freep) char *got = json_line(j);

		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: got %s, want %s", rows[i].new, got, rows[i].want);
		json_decref(j);
		diff_free(d);
	}
}

static void
the_json_form_holds_changed_blocks_and_is_cut(void **state)
{
	struct diff *d = diff_texts("Same line.\n\nWe met in Tokyo today.\n\nGone.",
	    "Same line.\n\nWe met in Osaka today.\n\nNew one.");
	json_t *j = diff_to_json(d, "a", "b", 1000);
	CLEANUP(freep) char *got = json_line(j), *cut = NULL;

	assert_string_equal(got, "{\"old_title\":\"a\",\"new_title\":\"b\",\"deleted\":2,"
	    "\"inserted\":3,\"changes\":[{\"op\":\"change\",\"runs\":[[\"=\",\"We met in \"],"
	    "[\"-\",\"Tokyo\"],[\"+\",\"Osaka\"],[\"=\",\" today.\"]]},"
	    "{\"op\":\"delete\",\"runs\":[[\"-\",\"Gone.\"]]},"
	    "{\"op\":\"insert\",\"runs\":[[\"+\",\"New one.\"]]}]}");
	json_decref(j);
	j = diff_to_json(d, "a", "a", 12);
	cut = json_line(j);
	assert_string_equal(cut, "{\"deleted\":2,\"inserted\":3,\"changes\":[{\"op\":\"change\","
	    "\"runs\":[[\"=\",\"We met in \"],[\"-\",\"To\"]]}],\"cut\":true}");
	json_decref(j);
	diff_free(d);
}

static char *
hostile(int kind, unsigned seed, size_t n)
{
	char *s = xmalloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		unsigned r = (unsigned)rand_r(&seed) >> 4;

		switch (kind) {
		case 0: s[i] = "ab \n"[r % 4]; break;
		case 1: s[i] = "ab "[r % 3]; break;
		case 2: s[i] = i % 2 ? '\n' : (char)('a' + r % 26); break;
		case 3: s[i] = i % 90 == 89 ? '\n' : i % 6 == 5 ? ' ' : (char)('a' + r % 3); break;
		default: s[i] = i % 3000 == 2999 ? '\n' : i % 6 == 5 ? ' ' : (char)('a' + r % 20);
		}
	}
	s[n] = '\0';
	return s;
}

static void
hostile_texts_of_two_megabytes_end_soon(void **state)
{
	for (int kind = 0; kind < 5; kind++) {
		CLEANUP(freep) char *a = hostile(kind, 1, 2 << 20);
		CLEANUP(freep) char *b = hostile(kind, 2, 2 << 20);
		int64_t start = clock_mono_ms(), middle;
		clock_t cpu = clock();
		struct diff *d = diff_texts(a, b);

		middle = clock_mono_ms();
		diff_kinds(d, "a", "b");
		print_message("kind %d: diff %d ms, kinds %d ms\n", kind, (int)(middle - start),
		    (int)(clock_mono_ms() - middle));
		assert_true(clock() - cpu < 20 * CLOCKS_PER_SEC);	/* under sanitizers too */
		diff_free(d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paragraphs_and_words_that_changed_are_shown),
		cmocka_unit_test(sentences_written_anew_are_shown_whole_and_small_changes_as_words),
		cmocka_unit_test(a_diff_holds_both_texts),
		cmocka_unit_test(kinds_name_what_an_edit_touched),
		cmocka_unit_test(the_json_form_holds_changed_blocks_and_is_cut),
		cmocka_unit_test(hostile_texts_of_two_megabytes_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
