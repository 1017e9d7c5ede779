#ifndef DOCUMENT_DATES_INT_H
#define DOCUMENT_DATES_INT_H
/*
 * dates_int: what the files of dates share. dates_scan.c cuts a string into tokens, dates_names.c
 * knows the names of months and weekdays, dates_match.c the shapes of written dates, dates_numeric.c
 * those of digits alone, dates_time.c times and zones, dates_calendar.c eras and other calendars.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "document/dates.h"

#define DATE_TOKENS 512		/* tokens looked at at once; longer strings are read in parts */
#define DATE_BACK 16		/* tokens of a part before the first one that may begin a date */
#define DATE_BUDDHIST 543	/* years that the Buddhist era of Thailand is ahead */
#define DATE_AHEAD 40		/* tokens that a date with its time may need */

enum date_token_kind {
	TOKEN_END = 0,
	TOKEN_NUMBER,	/* digits of any script, Han numerals before a date sign */
	TOKEN_WORD,	/* letters; a Han character is a word of its own */
	TOKEN_MARK,	/* one other character */
};

struct date_token {
	enum date_token_kind kind;
	bool spaced;		/* white space before */
	uint8_t digits;		/* TOKEN_NUMBER: how many, 255 for more than 18 */
	uint32_t mark;		/* TOKEN_MARK: the character; TOKEN_WORD: its first one */
	uint32_t len;
	size_t begin;
	uint64_t value;		/* TOKEN_NUMBER */
};

struct date_scan {
	const char *s;
	size_t n;
	char language[4];	/* primary subtag, "" when unknown */
	bool rare;		/* its month names are not in date_major */
	char region[3];		/* "" when unknown */
	bool yearless;		/* dates without a year count too */
	size_t count;		/* tokens; tokens[count] is TOKEN_END */
	bool whole;		/* tokens are the whole string */
	struct date_token tokens[DATE_TOKENS + DATE_AHEAD + 1];
};

/* What a shape found: the date and the token behind it. */
struct date_match {
	struct doc_date date;
	size_t first, end;
	bool no_year;
};

enum date_calendar {
	CALENDAR_GREGORIAN = 0,
	CALENDAR_ISLAMIC,
	CALENDAR_PERSIAN,
	CALENDAR_HEBREW,
	CALENDAR_COUNT,
	CALENDAR_WEEKDAY = CALENDAR_COUNT,	/* a name that is no month */
};

/* dates_scan.c */
bool date_has_digit(const char *s, size_t n);
void date_scan_language(struct date_scan *sc, const char *language);
/* Tokens from byte `from` on; returns the byte where the next part must begin, or n. */
size_t date_scan_part(struct date_scan *sc, size_t from);
static inline const struct date_token *
date_at(const struct date_scan *sc, size_t i)
{
	return &sc->tokens[i < sc->count ? i : sc->count];
}
bool date_is_word(const struct date_scan *sc, size_t i, const char *word);
/* Is token i one of the words of a list that NULL ends, ASCII case aside? */
bool date_is_any(const struct date_scan *sc, size_t i, const char *const *list);
bool date_is_mark(const struct date_scan *sc, size_t i, const char *marks);
bool date_is_number(const struct date_scan *sc, size_t i, unsigned min_digits, unsigned max_digits);

/* dates_load.c */
#define DATE_NAME_BYTES 80	/* of a folded name; longer words are none */
#define DATE_NAME_LANGUAGES 8	/* that share one spelling: "mart" is Turkish, Azeri, Uzbek, Serbian ... */
struct date_entry {
	uint64_t hash;		/* of the folded name; 0: free */
	uint8_t month;
	uint8_t calendar;
	uint16_t votes;		/* in how many languages it means this */
	char language[DATE_NAME_LANGUAGES][4];	/* the first ones */
};
struct date_table {		/* open addressing; the names of a loaded one are owned */
	struct date_entry *names;
	size_t cap, used;	/* cap is a power of 2 */
};
extern const struct date_table date_major;	/* written by tools/month_names.c */
void date_load_major(struct date_table *t);
bool date_is_major(const char *language);	/* its names are in date_major */
void date_load_rare(struct date_table *t);	/* all other languages that ICU knows */
/* Lower case without marks and dots; returns its length, 0: no name. */
size_t date_name_fold(const char *s, size_t n, char out[DATE_NAME_BYTES]);
uint64_t date_name_hash(const char *name, size_t n);

/* dates_names.c */
struct date_name {
	enum date_calendar calendar;
	int month;		/* 1..13; weekday 1..7 */
	bool own;		/* a name of the language asked for, or of English */
	bool sure;		/* four letters and more, or own */
	bool common;		/* known to more than one language or long: a month without a day */
};
/* Name at token i (two tokens for Arabic and Hijri ones); returns tokens taken, 0: none. */
size_t date_name_at(const struct date_scan *sc, size_t i, struct date_name *ret);
bool date_is_weekday(const struct date_scan *sc, size_t i, size_t *ret_next);

/* dates_calendar.c */
bool date_valid(int year, int month, int day);	/* Gregorian, 1900..2100; month, day 0: not known */
/* Fill d from a date of a calendar. False when it is none or far away. */
bool date_convert(struct doc_date *d, enum date_calendar calendar, int year, int month, int day);
/* Gregorian year of a year as written: Buddhist where the language is Thai; 0: not a year. */
int date_year(const struct date_scan *sc, size_t i);
/* Era name at token i ("令和", "平成", "R", "民國", "พ.ศ."): its year 0 and the tokens taken; 0: none. */
size_t date_era_at(const struct date_scan *sc, size_t i, int *ret_base);
/* Japanese year before 年: "5", "元"; tokens taken, 0: none. */
size_t date_era_year(const struct date_scan *sc, size_t i, int *ret_year);

/* dates_numeric.c, dates_match.c: does a date begin at token i? */
bool date_match_numeric(const struct date_scan *sc, size_t i, struct date_match *m);
bool date_match_cjk(const struct date_scan *sc, size_t i, struct date_match *m);
bool date_match_words(const struct date_scan *sc, size_t i, struct date_match *m);

/* dates_time.c */
/* Time of day at token i with what parts it from the date; sets time and offset of *d. Token behind, or 0. */
size_t date_time_after(const struct date_scan *sc, size_t i, struct doc_date *d);
/* "16:45, 9/2/2023": time that ends before token i; returns its first token, or i. */
size_t date_time_before(const struct date_scan *sc, size_t i, struct doc_date *d);
/* Clock with zone at i as ctime(3) has between day and year; token behind, or 0. */
size_t date_clock_at(const struct date_scan *sc, size_t i, struct doc_date *d);

#endif
