/* Dates as press offices, feeds and metadata write them; and what only looks like one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "base/clock.h"
#include "document/dates.h"

struct row {
	const char *text, *language, *want;	/* want "": no date */
};

static void
check_rows(const struct row *rows, size_t n)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++) {
		struct doc_date d = { 0 };
		char iso[DATE_ISO_MAX];
		size_t begin = 0, len = 0;

		date_find(rows[i].text, strlen(rows[i].text), rows[i].language, &d, &begin, &len);
		date_iso(&d, iso);
		if (strcmp(iso, rows[i].want) != 0 || begin + len > strlen(rows[i].text)) {
			print_error("\"%s\" (%s): got \"%s\", want \"%s\"\n", rows[i].text,
			    rows[i].language ? rows[i].language : "-", iso, rows[i].want);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void
machine_forms_are_read_with_their_offset(void **state)
{
	static const struct row rows[] = {
		{ "2023-02-09", NULL, "2023-02-09" },
		{ "2023-02-09T16:45:00+09:00", NULL, "2023-02-09T16:45:00+09:00" },
		{ "2023-02-09T16:45:00.123456Z", NULL, "2023-02-09T16:45:00Z" },
		{ "2023-02-09T16:45Z", NULL, "2023-02-09T16:45:00Z" },
		{ "2023-02-09T16:45-05:00", NULL, "2023-02-09T16:45:00-05:00" },
		{ "2023-02-09 16:45:12", NULL, "2023-02-09T16:45:12" },
		{ "2023-02-09 16:45:12 +0100", NULL, "2023-02-09T16:45:12+01:00" },
		{ "2023-02-09 16:45:12+01", NULL, "2023-02-09T16:45:12+01:00" },
		{ "2023-02-09T16:45:00+09:00[Asia/Tokyo]", NULL, "2023-02-09T16:45:00+09:00" },
		{ "20230209", NULL, "2023-02-09" },
		{ "20230209T164500Z", NULL, "2023-02-09T16:45:00Z" },
		{ "20230209164500", NULL, "2023-02-09T16:45:00" },
		{ "2023-02", NULL, "2023-02" },
		{ "2023", NULL, "2023" },
		{ "2023/2/9", NULL, "2023-02-09" },
		{ "2023.02.09", NULL, "2023-02-09" },
		{ "Thu, 09 Feb 2023 16:45:00 +0900", NULL, "2023-02-09T16:45:00+09:00" },
		{ "Thu, 9 Feb 2023 16:45:00 GMT", NULL, "2023-02-09T16:45:00Z" },
		{ "Thu, 09 Feb 23 16:45:00 EST", NULL, "2023-02-09T16:45:00-05:00" },
		{ "Thu, 09 Feb 2023 16:45 PDT", NULL, "2023-02-09T16:45:00-07:00" },
		{ "Thu, 09 Feb 2023 16:45:00 JST", NULL, "2023-02-09T16:45:00+09:00" },
		{ "Thursday, 09-Feb-23 16:45:00 GMT", NULL, "2023-02-09T16:45:00Z" },
		{ "Thu Feb  9 16:45:00 2023", NULL, "2023-02-09T16:45:00" },
		{ "Thu Feb 09 16:45:00 +0000 2023", NULL, "2023-02-09T16:45:00Z" },
		{ "Thu Feb 9 16:45:00 JST 2023", NULL, "2023-02-09T16:45:00+09:00" },
		{ "09-FEB-2023", NULL, "2023-02-09" },
		{ "1st day of May, 2026", "en", "2026-05-01" },
		{ "this 23rd day of June 2024", "en", "2024-06-23" },
		{ "11 Jan 23", "en", "2023-01-11" },
		{ "11 Jan 23 | News", "en", "2023-01-11" },
		{ "9. Feb 23", "de", "2023-02-09" },
		{ "9.2.23", "de", "2023-02-09" },
		{ "2023-02-09T00:00:00", NULL, "2023-02-09T00:00:00" },
		{ "2023-02-09T16:45:00 +0900", NULL, "2023-02-09T16:45:00+09:00" },
		{ "Thu, 09 Feb 2023 00:00:00 CEST", NULL, "2023-02-09T00:00:00+02:00" },
		{ "D:20230209", NULL, "" },
	};

	CHECK(rows);
}

static void
english_dates_are_read_in_every_order(void **state)
{
	static const struct row rows[] = {
		{ "February 9, 2023", "en", "2023-02-09" },
		{ "9 February 2023", "en", "2023-02-09" },
		{ "Feb. 9, 2023", NULL, "2023-02-09" },
		{ "Feb 9th, 2023", NULL, "2023-02-09" },
		{ "the 9th of February, 2023", "en", "2023-02-09" },
		{ "FEBRUARY 9, 2023", "en", "2023-02-09" },
		{ "Thursday, February 9, 2023", "en", "2023-02-09" },
		{ "WASHINGTON, Feb. 9, 2023 /PRNewswire/ -- text", "en", "2023-02-09" },
		{ "February 9, 2023 4:45 p.m.", "en", "2023-02-09T16:45:00" },
		{ "February 9, 2023 at 8:30 AM ET", "en", "2023-02-09T08:30:00-05:00" },
		{ "July 9, 2023 at 8:30 a.m. ET", "en", "2023-07-09T08:30:00-04:00" },
		{ "Feb 9, 2023, 4pm EST", "en", "2023-02-09T16:00:00-05:00" },
		{ "Feb 9, 2023 | 16:45 GMT+7", "en", "2023-02-09T16:45:00+07:00" },
		{ "Published: 9 Feb 2023", "en", "2023-02-09" },
		{ "04:45 PM | Feb 9, 2023", "en", "2023-02-09T16:45:00" },
		{ "Sept. 9, 2023", "en", "2023-09-09" },
		{ "Feb/09/2023", "en", "2023-02-09" },
		{ "2023 February 9", "en", "2023-02-09" },
		{ "2023-Feb-09", "en", "2023-02-09" },
		{ "February 2023", "en", "2023-02" },
		{ "In May 2022 we met; on 9 February 2023 again", "en", "2023-02-09" },
		{ "2/9/2023", "en-US", "2023-02-09" },
		{ "2/9/2023", "en", "2023-02-09" },
		{ "2/9/2023", "en-GB", "2023-09-02" },
		{ "2/9/2023", NULL, "2023-09-02" },
		{ "2/13/2023", NULL, "2023-02-13" },
		{ "13/2/2023", "en-US", "2023-02-13" },
		{ "02/09/23", "en-US", "2023-02-09" },
		{ "09.02.23", "de", "2023-02-09" },
		{ "9 February 2023 to 11 February 2023", "en", "2023-02-09" },
		{ "12:00 AM, 9 February 2023", "en", "2023-02-09T00:00:00" },
		{ "On Feb 9, 2023, 40 people came", "en", "2023-02-09" },
		{ "Thu 9 Feb 2023 16.45 GMT", "en", "2023-02-09T16:45:00Z" },
		{ "Posted 09 February 2023 10:15 - 12:30", "en", "2023-02-09T10:15:00" },
	};

	CHECK(rows);
}

static void
dates_of_other_languages_are_read(void **state)
{
	static const struct row rows[] = {
		{ "9. Februar 2023", "de", "2023-02-09" },
		{ "Donnerstag, 9. Februar 2023, 16.45 Uhr", "de", "2023-02-09T16:45:00" },
		{ "9. März 2023 um 16:45", NULL, "2023-03-09T16:45:00" },
		{ "9. Jänner 2023", "de-AT", "2023-01-09" },
		{ "9.2.2023", "de", "2023-02-09" },
		{ "9. 2. 2023", "cs", "2023-02-09" },
		{ "1er février 2023", "fr", "2023-02-01" },
		{ "le jeudi 9 août 2023 à 16h45", "fr", "2023-08-09T16:45:00" },
		{ "9 févr. 2023", NULL, "2023-02-09" },
		{ "9 de febrero de 2023", "es", "2023-02-09" },
		{ "jueves, 9 de febrero del 2023", "es", "2023-02-09" },
		{ "9 fev 2023", "pt", "2023-02-09" },
		{ "1º de fevereiro de 2023", "pt", "2023-02-01" },
		{ "9 febbraio 2023 ore 16.45", "it", "2023-02-09T16:45:00" },
		{ "9 februari 2023", "nl", "2023-02-09" },
		{ "den 9 februari 2023", "sv", "2023-02-09" },
		{ "9. februar 2023 kl. 16.45", "da", "2023-02-09T16:45:00" },
		{ "9. helmikuuta 2023", "fi", "2023-02-09" },
		{ "9.2.2023 16.45", "fi", "2023-02-09T16:45:00" },
		{ "9 lutego 2023 r.", "pl", "2023-02-09" },
		{ "9. února 2023", "cs", "2023-02-09" },
		{ "9. listopadu 2023", "cs", "2023-11-09" },
		{ "9 listopada 2023", "pl", "2023-11-09" },
		{ "9. listopada 2023.", "hr", "2023-10-09" },
		{ "2023. február 9.", "hu", "2023-02-09" },
		{ "2023. 02. 09.", "hu", "2023-02-09" },
		{ "2023 m. vasario 9 d.", "lt", "2023-02-09" },
		{ "2023. gada 9. februāris", "lv", "2023-02-09" },
		{ "9. veebruar 2023", "et", "2023-02-09" },
		{ "9 февраля 2023 г. в 16:45", "ru", "2023-02-09T16:45:00" },
		{ "9 фев 2023", NULL, "2023-02-09" },
		{ "9 лютого 2023 року", "uk", "2023-02-09" },
		{ "9 февруари 2023", "bg", "2023-02-09" },
		{ "9 Φεβρουαρίου 2023", "el", "2023-02-09" },
		{ "9 Şubat 2023", "tr", "2023-02-09" },
		{ "9 KASIM 2023", "tr", "2023-11-09" },
		{ "9 ŞUBAT 2023", "tr", "2023-02-09" },
		{ "9 Februari 2023", "id", "2023-02-09" },
		{ "17 Agu 2023", "id", "2023-08-17" },
		{ "9 Ogos 2023", "ms", "2023-08-09" },
		{ "9 Pebrero 2023", "fil", "2023-02-09" },
		{ "9 फ़रवरी 2023", "hi", "2023-02-09" },
		{ "9 फरवरी 2023", "hi", "2023-02-09" },
		{ "9 فبراير 2023", "ar", "2023-02-09" },
		{ "٩ فبراير ٢٠٢٣", "ar", "2023-02-09" },
		{ "9 شباط 2023", "ar", "2023-02-09" },
		{ "9 كانون الثاني 2023", "ar", "2023-01-09" },
		{ "9 تشرين الأول/أكتوبر 2023", "ar", "2023-10-09" },
		{ "9 فيفري 2023", NULL, "2023-02-09" },
		{ "9 בפברואר 2023", "he", "2023-02-09" },
		{ "9 กุมภาพันธ์ 2566", "th", "2023-02-09" },
		{ "9 ก.พ. 2566", "th", "2023-02-09" },
		{ "9 กุมภาพันธ์ พ.ศ. 2566", "th", "2023-02-09" },
		{ "ngày 9 tháng 2 năm 2023", "vi", "2023-02-09" },
		{ "9 tháng 2, 2023", "vi", "2023-02-09" },
		{ "Thứ Năm, ngày 9/2/2023", "vi", "2023-02-09" },
		{ "16:45 09/02/2023", "vi", "2023-02-09T16:45:00" },
		{ "09/02/2023 16:45 GMT+7", "vi", "2023-02-09T16:45:00+07:00" },
		{ "tháng 2 năm 2023", "vi", "2023-02" },
		{ "9 ta’ Frar 2023", "mt", "2023-02-09" },
		{ "9 de febrer de 2023", "ca", "2023-02-09" },
		{ "9 d’abril de 2023", "ca", "2023-04-09" },
		{ "2023ko otsailaren 9a", "eu", "2023-02-09" },
		{ "2023(e)ko otsailaren 9(a)", "eu", "2023-02-09" },
		{ "2023 оны 2-р сарын 9", "mn", "2023-02-09" }, { "2023 оны 2 дугаар сарын 9", "mn", "2023-02-09" },
		{ "৯ ফেব্রুয়ারি, ২০২৩", "bn", "2023-02-09" }, { "२०२३ फेब्रुअरी ९", "ne", "2023-02-09" },
		{ "၂၀၂၃၊ ဖေဖော်ဝါရီ ၉", "my", "2023-02-09" }, { "९ फेब्रुवारी, २०२३", "mr", "2023-02-09" },
		{ "9 ફેબ્રુઆરી, 2023", "gu", "2023-02-09" }, { "ಫೆಬ್ರವರಿ 9, 2023", "kn", "2023-02-09" },
		{ "2023, ഫെബ്രുവരി 9", "ml", "2023-02-09" }, { "9 ఫిబ్రవరి, 2023", "te", "2023-02-09" },
		{ "ଫେବୃଆରୀ 9, 2023", "or", "2023-02-09" }, { "2023-ж., 9-февраль", "ky", "2023-02-09" },
		{ "2023 ፌብሩወሪ 9, ሐሙስ", "am", "2023-02-09" }, { "2023 අප්‍රේල් 9", "si", "2023-04-09" },
		{ "9 फ़र॰ 2023", "hi", "2023-02-09" }, { "9 בפבר׳ 2023", "he", "2023-02-09" },
		{ "15 mart 2023", "az", "2023-03-15" }, { "9 Faburairu, 2023", "ha", "2023-02-09" },
		{ "Februwari 9, 2023", "zu", "2023-02-09" }, { "9‏/2‏/2023", "ar", "2023-02-09" },
		{ "9 Chwefror 2023", "cy", "2023-02-09" },
		{ "9 Feabhra 2023", "ga", "2023-02-09" },
		{ "9 თებერვალი, 2023", "ka", "2023-02-09" },
		{ "9 փետրվարի 2023", "hy", "2023-02-09" },
		{ "9 fevral 2023", "az", "2023-02-09" },
		{ "9 ақпан 2023", "kk", "2023-02-09" },
		{ "9 ፌብሩወሪ 2023", "am", "2023-02-09" },
		{ "9 Februarie 2023", "af", "2023-02-09" },
	};

	CHECK(rows);
}

static void
east_asian_dates_and_eras_are_read(void **state)
{
	static const struct row rows[] = {
		{ "2023年2月9日", "ja", "2023-02-09" },
		{ "２０２３年２月９日", "ja", "2023-02-09" },
		{ "2023年2月9日（木）16時45分", "ja", "2023-02-09T16:45:00" },
		{ "2023年2月9日(木) 午後4時45分", "ja", "2023-02-09T16:45:00" },
		{ "2023年02月09日 16:45", "zh", "2023-02-09T16:45:00" },
		{ "2023 年 2 月 9 日", "zh", "2023-02-09" },
		{ "二〇二三年二月九日", "zh", "2023-02-09" },
		{ "二〇二三年十二月二十五日", "zh", "2023-12-25" },
		{ "2023年2月9日 星期四", "zh", "2023-02-09" },
		{ "令和5年2月9日", "ja", "2023-02-09" },
		{ "令和５年２月９日（木曜日）", "ja", "2023-02-09" },
		{ "平成元年2月9日", "ja", "1989-02-09" },
		{ "昭和64年1月7日", "ja", "1989-01-07" },
		{ "R5.2.9", "ja", "2023-02-09" },
		{ "令和5.2.9", "ja", "2023-02-09" },
		{ "中華民國112年2月9日", "zh-TW", "2023-02-09" },
		{ "112年2月9日", "zh-TW", "2023-02-09" },
		{ "112/02/09", "zh-TW", "2023-02-09" },
		{ "2023년 2월 9일", "ko", "2023-02-09" },
		{ "2023년 2월 9일 오후 4시 45분", "ko", "2023-02-09T16:45:00" },
		{ "2023. 2. 9.", "ko", "2023-02-09" },
		{ "2023.02.09 16:45", "ko", "2023-02-09T16:45:00" },
		{ "23.02.09", "ko", "2023-02-09" },
		{ "[2023-02-09]", "zh", "2023-02-09" },
		{ "发布时间：2023-02-09 16:45:12", "zh", "2023-02-09T16:45:12" },
		{ "2023年2月", "ja", "2023-02" },
	};

	CHECK(rows);
}

static void
other_calendars_become_gregorian_days(void **state)
{
	static const struct row rows[] = {
		{ "18 رجب 1444", "ar", "2023-02-09" },
		{ "1444/07/18", "ar", "2023-02-09" },
		{ "۲۰ بهمن ۱۴۰۱", "fa", "2023-02-09" },
		{ "۱۴۰۱/۱۱/۲۰", "fa", "2023-02-09" },
		{ "9/2/2566", "th", "2023-02-09" },
		{ "9 ก.พ. 66", "th", "2023-02-09" },
		{ "9 กุมภาพันธ์ 2566", NULL, "2023-02-09" },
		{ "18 Shevat 5783", "en", "2023-02-09" },
	};

	CHECK(rows);
}

static void
what_only_looks_like_a_date_is_none(void **state)
{
	static const struct row rows[] = {
		{ "Back to Japan-Viet Nam Relations", "en", "" },
		{ "version 10.12.2023.4", "en", "" },
		{ "v1.2.3", "en", "" },
		{ "Version 8.5.12", "de", "" },
		{ "8.5.12", "en", "" },
		{ "on 11 Jan 23 people came", "en", "" },
		{ "11 Jan 23:45", "en", "" },
		{ "192.168.10.12", "en", "" },
		{ "+1 555-12-2023", "en", "" },
		{ "Tel. 02-03-202345", "en", "" },
		{ "$1,234.56", "en", "" },
		{ "2019-2023", "en", "" },
		{ "10-12", "en", "" },
		{ "page 3 of 12", "en", "" },
		{ "Room 2023", "en", "" },
		{ "Room 2023, Building 4", "en", "" },
		{ "12 people of 2023", "en", "" },
		{ "9 men 2023", "en", "" },
		{ "31/02/2023", "en-GB", "" },
		{ "30 February 2023", "en", "" },
		{ "1/2/3", "en", "" },
		{ "9 out 2023", "en", "" },
		{ "100 years ago 2023 was far", "en", "" },
		{ "24/7/365", "en", "" },
		{ "ISO 9001:2015", "en", "" },
		{ "2023-13-09", NULL, "" },
		{ "No. 3/2023", "en", "" },
		{ "12345678", NULL, "" },
		{ "1850-02-09", NULL, "" },
		{ "2300-02-09", NULL, "" },
		{ "February 9", "en", "" },
		{ "2 mars", "fr", "" },
		{ "Article 5.2.9", "en", "" },
		{ "20230209123", NULL, "" },
		{ "0044 20 2023 2024", "en", "" },
		{ "", NULL, "" },
		{ "年月日", "ja", "" },
		{ "G20", "en", "" },
		{ "2560", "en", "" },
		{ "The best Rugs of 2023", NULL, "" },
	};

	CHECK(rows);
}

static void
what_is_no_date_leaves_the_output_alone(void **state)
{
	struct err err = { 0 };
	struct doc_date d = { .precision = DATE_DAY, .year = 7 };

	assert_int_equal(date_parse("Back to the list", 16, NULL, &d, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_int_equal(d.year, 7);
}

static void
the_stated_bytes_are_found_inside_a_line(void **state)
{
	static const struct {
		const char *line, *stated;
	} rows[] = {
		{ "It happened on 9 February 2023.", "9 February 2023" },
		{ "Tokyo, Thursday, 9 February 2023 - The Minister", "Thursday, 9 February 2023" },
		{ "公表日：2023年2月9日（木）に", "2023年2月9日" },
		{ "Published 2023-02-09T16:45:00+09:00.", "2023-02-09T16:45:00+09:00" },
		{ "Hà Nội, ngày 9 tháng 2 năm 2023 -", "ngày 9 tháng 2 năm 2023" },
		{ "16:45, 09/02/2023 Hà Nội", "16:45, 09/02/2023" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct doc_date d;
		size_t begin, len;

		assert_int_equal(date_find(rows[i].line, strlen(rows[i].line), NULL, &d, &begin,
		    &len), 0);
		assert_string_equal(d.stated, rows[i].stated);
		assert_memory_equal(rows[i].line + begin, rows[i].stated, len);
	}
}

static void
dates_without_a_year_are_completed_from_now(void **state)
{
	int64_t now = clock_days_from_civil(2023, 2, 10) * 86400000;
	static const struct {
		const char *text, *language;
		int hint;
		const char *want;
	} rows[] = {
		{ "February 8", "en", 0, "2023-02-08" },
		{ "9 tháng 2", "vi", 0, "2023-02-09" },
		{ "December 24", "en", 0, "2022-12-24" },
		{ "2月9日", "ja", 0, "2023-02-09" },
		{ "9. Februar", "de", 2021, "2021-02-09" },
		{ "29 February", "en", 0, "2020-02-29" },
		{ "8 Feb, 16:45", "en", 0, "2023-02-08T16:45:00" },
		{ "February 8, 2019", "en", 0, "2019-02-08" },
		{ "Chapter 8", "en", 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct doc_date d = { 0 };
		char iso[DATE_ISO_MAX];
		size_t begin, len;

		date_find_yearless(rows[i].text, strlen(rows[i].text), rows[i].language,
		    rows[i].hint, now, &d, &begin, &len);
		assert_string_equal(date_iso(&d, iso), rows[i].want);
	}
}

static void
dates_of_addresses_are_read(void **state)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
		{ "https://example.org/2023/02/09/title", "2023-02-09" },
		{ "https://example.org/2023/02/9/", "2023-02-09" },
		{ "https://example.org/2023/feb/09/title", "2023-02-09" },
		{ "https://example.org/2023/February/9/title", "2023-02-09" },
		{ "https://example.org/news/20230209-title.html", "2023-02-09" },
		{ "https://example.org/202302/t20230209_12345.html", "2023-02-09" },
		{ "https://example.org/a-2023-02-09.pdf", "2023-02-09" },
		{ "https://example.org/2023/02/title", "2023-02" },
		{ "https://example.org/2023-02/09/content_1.htm", "2023-02" },
		{ "https://example.org/2023/0209/c1-2.html", "2023-02-09" },
		{ "https://example.org/2023/02/3-reasons", "2023-02" },
		{ "https://example.org/id/20231399", "" },
		{ "https://example.org/article/12345678901", "" },
		{ "https://example.org/?date=2023-02-09", "" },
		{ "https://2023.example.org/02/09", "" },
		{ "https://example.org/news/2023", "" },
		{ "https://example.org", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct doc_date d = { 0 };
		char iso[DATE_ISO_MAX];

		date_from_url(rows[i].url, &d);
		if (strcmp(date_iso(&d, iso), rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].url, iso);
	}
}

static void
what_date_iso_writes_is_read_again(void **state)
{
	static const char *const rows[] = { "2023", "2023-02", "2023-02-09", "2023-02-09T16:45:00",
	    "2023-02-09T16:45:00Z", "2023-02-09T16:45:07-03:30", "1999-12-31T23:59:59+14:00" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct doc_date d;
		char iso[DATE_ISO_MAX];

		assert_int_equal(date_from_iso(rows[i], &d), 0);
		assert_string_equal(date_iso(&d, iso), rows[i]);
	}
	assert_int_equal(date_from_iso("9 Feb 2023", &(struct doc_date){ 0 }), -1);
	assert_int_equal(date_from_iso("", &(struct doc_date){ 0 }), -1);
}

static void
days_sort_by_the_stated_zone_and_bare_days_by_noon(void **state)
{
	struct doc_date tokyo, bare, later, none = { 0 };
	int offset;

	date_from_iso("2023-02-09T07:00:00+09:00", &tokyo);
	date_from_iso("2023-02-09", &bare);
	date_from_iso("2023-02-11", &later);
	assert_int_equal(date_sort_ms(&tokyo, 0), INT64_C(1675893600000));
	assert_int_equal(date_sort_ms(&bare, 540), INT64_C(1675911600000));
	assert_int_equal(date_sort_ms(&none, 0), 0);
	assert_int_equal(date_compare_day(&tokyo, &bare), 0);
	assert_int_equal(date_compare_day(&bare, &later), -1);
	assert_int_equal(date_compare_day(&later, &bare), 1);
	assert_false(date_contradicts(&tokyo, &bare));
	assert_true(date_contradicts(&later, &bare));
	assert_false(date_contradicts(&later, &none));
	assert_int_equal(date_zone_offset("Asia/Tokyo", 0, &offset), 0);
	assert_int_equal(offset, 540);
	assert_int_equal(date_zone_offset("Europe/Paris", INT64_C(1690000000000), &offset), 0);
	assert_int_equal(offset, 120);
	assert_int_equal(date_zone_offset("Mars/Olympus", 0, &offset), -1);
}

static void
a_date_far_in_a_long_line_is_found_and_long_lines_end_soon(void **state)
{
	static char line[400000];
	struct doc_date d;
	size_t begin, len, n = 0;
	clock_t start = clock();	/* CPU: the machine may be busy */

	while (n + 20 < sizeof(line) - 60)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "1.2 may %zu, ", n % 31);
	n += (size_t)snprintf(line + n, sizeof(line) - n, " 9 February 2023 ");
	assert_int_equal(date_find(line, n, "en", &d, &begin, &len), 0);
	assert_int_equal(d.day, 9);
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_forms_are_read_with_their_offset),
		cmocka_unit_test(english_dates_are_read_in_every_order),
		cmocka_unit_test(dates_of_other_languages_are_read),
		cmocka_unit_test(east_asian_dates_and_eras_are_read),
		cmocka_unit_test(other_calendars_become_gregorian_days),
		cmocka_unit_test(what_only_looks_like_a_date_is_none),
		cmocka_unit_test(what_is_no_date_leaves_the_output_alone),
		cmocka_unit_test(the_stated_bytes_are_found_inside_a_line),
		cmocka_unit_test(dates_without_a_year_are_completed_from_now),
		cmocka_unit_test(dates_of_addresses_are_read),
		cmocka_unit_test(what_date_iso_writes_is_read_again),
		cmocka_unit_test(days_sort_by_the_stated_zone_and_bare_days_by_noon),
		cmocka_unit_test(a_date_far_in_a_long_line_is_found_and_long_lines_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
