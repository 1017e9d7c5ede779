#ifndef DOCUMENT_DATES_H
#define DOCUMENT_DATES_H
/*
 * dates: dates as people write them, in every language and calendar that ICU knows and the forms of
 * feeds and metadata. A stated date is kept as stated beside its sort key: a morning in Tokyo is not
 * yesterday.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/fields.h"

enum date_precision {
	DATE_NONE = 0,	/* no date: the struct is empty */
	DATE_YEAR,
	DATE_MONTH,
	DATE_DAY,
	DATE_TIME,
};

/* Where the date was found; later members are weaker evidence. */
enum date_source {
	DATE_FROM_NOWHERE = 0,
	DATE_FROM_FEED,
	DATE_FROM_JSONLD,
	DATE_FROM_META,
	DATE_FROM_TIME_ELEMENT,
	DATE_FROM_SELECTOR,
	DATE_FROM_VISIBLE,
	DATE_FROM_ROW,		/* row of the listing */
	DATE_FROM_SITEMAP,
	DATE_FROM_URL,
	DATE_SOURCE_COUNT
};

#define DATE_ISO_MAX 40
#define DATE_STATED_MAX 96

struct doc_date {
	enum date_precision precision;
	enum date_source source;
	int year, month, day;		/* as stated, in the stated zone; month/day 0 when unknown */
	int hour, minute, second;	/* DATE_TIME only */
	bool has_offset;
	int offset_min;			/* minutes east of UTC, when has_offset */
	bool doubtful;			/* more than a day in the future when seen, or contradicted */
	char stated[DATE_STATED_MAX];	/* the string it was read from, cut at a character */
};

/*
 * Find the first date in s (a whole string or a line that contains one): RFC 3339/ISO 8601, RFC 822 with
 * old zone names, 9 February 2023, February 9, 2023, Feb. 9, 9.2.2023, 09/02/2023, 2023/2/9, 2023年2月9日,
 * 令和5年2月9日, 9 tháng 2 năm 2023, ngày 9/2/2023, 9 фев 2023, Buddhist and Hijri years, Arabic-Indic and
 * fullwidth digits ... language (BCP 47 or NULL) settles day/month order and month names; without it, all
 * languages are tried and 03/04/2023 is read day first unless language is en-US or the site's habit says else.
 * Returns 0 and *ret; ret->source is left DATE_FROM_NOWHERE. -1 with ERR_INPUT leaves *ret as it was.
 */
int date_parse(const char *s, size_t n, const char *language, struct doc_date *ret,
    struct err *reterr);
/* The same; *ret_begin, *ret_len tell which bytes of s were the date. */
int date_find(const char *s, size_t n, const char *language, struct doc_date *ret,
    size_t *ret_begin, size_t *ret_len);
/* Dates without a year ("February 8", "9 tháng 2"), completed so that they are not after now_ms + 1 day. */
int date_find_yearless(const char *s, size_t n, const char *language, int year_hint,
    int64_t now_ms, struct doc_date *ret, size_t *ret_begin, size_t *ret_len);
/* A date in a URL path: /2023/02/09/, /2023/feb/09, 20230209, 2023-02-09. Month precision: /2023/02/. */
int date_from_url(const char *url, struct doc_date *ret);

/* "2023-02-09" or "2023-02-09T16:45:00+09:00" ("2023-02" and "2023" for less); "" when none. Returns out. */
char *date_iso(const struct doc_date *d, char out[DATE_ISO_MAX]);
/* Reads what date_iso() wrote. 0 or -1. */
int date_from_iso(const char *iso, struct doc_date *ret);
/* All of a date, for the pipe between a worker and the program. */
void date_encode(const struct doc_date *d, struct buf *b);
/* Reads what date_encode() wrote; what is no date of a calendar makes f bad and *ret empty. */
void date_decode(struct fields *f, struct doc_date *ret);
/* Sort key, ms UTC: stated offset, else zone_offset_min; noon for a bare day. 0 when none. */
int64_t date_sort_ms(const struct doc_date *d, int zone_offset_min);
/* -1, 0, 1 by day alone; days are equal when either has no day and the rest agrees. */
int date_compare_day(const struct doc_date *a, const struct doc_date *b);
/* Both known to the day and more than one day apart: evidence that two texts are two documents. */
bool date_contradicts(const struct doc_date *a, const struct doc_date *b);
const char *date_source_name(enum date_source s);
/* Offset of an IANA zone at a wall time, for sources with `timezone`. 0 or -1 for an unknown zone. */
int date_zone_offset(const char *zone, int64_t at_ms, int *ret_offset_min);

#endif
