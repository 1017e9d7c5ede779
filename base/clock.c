#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/banned.h"

#define DAY_S 86400
#define DAY_MS (INT64_C(1000) * DAY_S)

static const char month_name[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	"Sep", "Oct", "Nov", "Dec" };
static const char day_name[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

int64_t
clock_wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Years are counted from March, so that the leap day is the last of its year and the months before
 * it have the lengths 31 30 31 30 31 in turns of 153 days.
 */
int64_t
clock_days_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400), of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void
clock_civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468, era = floor_div(z, 146097), d = z - era * 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t of_year = d - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

/* A moment taken apart in UTC. */
struct parts {
	int year, month, day, hour, minute, second, ms, weekday;
};

static struct parts
take_apart(int64_t ms)
{
	int64_t days = floor_div(ms, DAY_MS), rest = (ms % DAY_MS + DAY_MS) % DAY_MS;
	struct parts p;

	clock_civil_from_days(days, &p.year, &p.month, &p.day);
	p.hour = (int)(rest / 3600000);
	p.minute = (int)(rest / 60000 % 60);
	p.second = (int)(rest / 1000 % 60);
	p.ms = (int)(rest % 1000);
	p.weekday = (int)(((days + 4) % 7 + 7) % 7);
	return p;
}

char *
clock_rfc3339(int64_t ms, bool with_ms, char out[CLOCK_TEXT_MAX])
{
	struct parts p = take_apart(ms);
	char frac[8] = "";

	if (with_ms && p.ms != 0)
		snprintf(frac, sizeof(frac), ".%03d", p.ms);
	snprintf(out, CLOCK_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", p.year, p.month, p.day,
	    p.hour, p.minute, p.second, frac);
	return out;
}

char *
clock_rfc3339_at(int64_t ms, int offset_min, char out[CLOCK_TEXT_MAX])
{
	int off = offset_min < 0 ? -offset_min : offset_min;
	struct parts p;

	if (offset_min == 0 || __builtin_add_overflow(ms, (int64_t)offset_min * 60000, &ms))
		return clock_rfc3339(ms, false, out);
	p = take_apart(ms);
	snprintf(out, CLOCK_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", p.year, p.month,
	    p.day, p.hour, p.minute, p.second, offset_min < 0 ? '-' : '+', off / 60, off % 60);
	return out;
}

char *
clock_http(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	struct parts p = take_apart(ms);

	snprintf(out, CLOCK_TEXT_MAX, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_name[p.weekday],
	    p.day, month_name[p.month - 1], p.year, p.hour, p.minute, p.second);
	return out;
}

static int
month_length(int year, int month)
{
	static const int length[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return length[month - 1] + (month == 2 && leap);
}

/* 24:00 is the end of a day (ISO 8601) and second 60 a leap second. */
static int
put_together(const struct parts *p, int64_t *ret_ms)
{
	if (p->year < 0 || p->year > 9999 || p->month < 1 || p->month > 12 || p->day < 1 ||
	    p->day > month_length(p->year, p->month) || p->hour > 24 || p->minute > 59 ||
	    p->second > 60 || (p->hour == 24 && (p->minute > 0 || p->second > 0 || p->ms > 0)))
		return -1;
	*ret_ms = clock_days_from_civil(p->year, p->month, p->day) * DAY_MS +
	    (p->hour * INT64_C(3600) + p->minute * 60 + p->second) * 1000 + p->ms;
	return 0;
}

/* Reads min to max digits; the next character is left to the caller. */
static int
digits(const char **s, int min, int max, int *ret)
{
	int n, v = 0;

	for (n = 0; n < max && isdigit((unsigned char)(*s)[n]); n++)
		v = v * 10 + (*s)[n] - '0';
	if (n < min)
		return -1;
	*s += n;
	*ret = v;
	return 0;
}

static int
literal(const char **s, char c)
{
	if (**s != c)
		return -1;
	++*s;
	return 0;
}

static int
read_month(const char **s, int *ret)
{
	int i;

	for (i = 0; i < 12; i++)
		if (strncasecmp(*s, month_name[i], 3) == 0) {
			*s += 3;
			*ret = i + 1;
			return 0;
		}
	return -1;
}

static int
read_time(const char **s, struct parts *p)
{
	return digits(s, 1, 2, &p->hour) < 0 || literal(s, ':') < 0 ||
	    digits(s, 2, 2, &p->minute) < 0 || literal(s, ':') < 0 ||
	    digits(s, 2, 2, &p->second) < 0 ? -1 : 0;
}

static void
skip_blanks(const char **s)
{
	while (**s == ' ' || **s == '\t')
		++*s;
}

static bool
at_end(const char *s)
{
	skip_blanks(&s);
	return *s == '\0';
}

/* "06 Nov 1994 08:49:37 GMT" and, with dashes, RFC 850's two digits of the year. */
static int
read_http_date(const char *s, struct parts *p)
{
	const char *begin;
	char sep;

	if (digits(&s, 1, 2, &p->day) < 0)
		return -1;
	sep = *s;
	if ((sep != ' ' && sep != '-') || literal(&s, sep) < 0 || read_month(&s, &p->month) < 0 ||
	    literal(&s, sep) < 0)
		return -1;
	begin = s;
	if (digits(&s, 2, 4, &p->year) < 0 || s - begin == 3)
		return -1;
	if (s - begin == 2)	/* a fixed turn, so that the answer depends on no clock */
		p->year += p->year < 70 ? 2000 : 1900;
	skip_blanks(&s);
	if (read_time(&s, p) < 0)
		return -1;
	skip_blanks(&s);
	if (strncasecmp(s, "GMT", 3) == 0 || strncasecmp(s, "UTC", 3) == 0)
		s += 3;
	else if (strncmp(s, "+0000", 5) == 0)
		s += 5;
	else
		return -1;
	return at_end(s) ? 0 : -1;
}

/* "Nov  6 08:49:37 1994" */
static int
read_asctime(const char *s, struct parts *p)
{
	if (read_month(&s, &p->month) < 0)
		return -1;
	skip_blanks(&s);
	if (digits(&s, 1, 2, &p->day) < 0 || literal(&s, ' ') < 0 || read_time(&s, p) < 0 ||
	    literal(&s, ' ') < 0 || digits(&s, 4, 4, &p->year) < 0)
		return -1;
	return at_end(s) ? 0 : -1;
}

int
clock_parse_http(const char *s, int64_t *ret_ms)
{
	struct parts p = { 0 };

	skip_blanks(&s);
	while (isalpha((unsigned char)*s))	/* the weekday says nothing new */
		s++;
	if (*s == ',')
		s++;
	skip_blanks(&s);
	if ((isdigit((unsigned char)*s) ? read_http_date(s, &p) : read_asctime(s, &p)) < 0)
		return -1;
	return put_together(&p, ret_ms);
}

/* "Z", "+09:00", "+0900", "-03"; nothing at all counts as UTC. */
static int
read_offset(const char **s, int *ret_min)
{
	int hour, minute = 0, sign = **s == '-' ? -1 : 1;

	*ret_min = 0;
	if (**s == 'Z' || **s == 'z') {
		++*s;
		return 0;
	}
	if (**s != '+' && **s != '-')
		return 0;
	++*s;
	if (digits(s, 2, 2, &hour) < 0)
		return -1;
	if (**s == ':') {
		++*s;
		if (digits(s, 2, 2, &minute) < 0)
			return -1;
	} else if (isdigit((unsigned char)**s) && digits(s, 2, 2, &minute) < 0) {
		return -1;
	}
	if (hour > 23 || minute > 59)
		return -1;
	*ret_min = sign * (hour * 60 + minute);
	return 0;
}

/* "16:45", "16:45:00", "16:45:00.123456" */
static int
read_iso_time(const char **s, struct parts *p)
{
	int i;

	if (digits(s, 2, 2, &p->hour) < 0 || literal(s, ':') < 0 || digits(s, 2, 2, &p->minute) < 0)
		return -1;
	if (**s != ':')
		return 0;
	++*s;
	if (digits(s, 2, 2, &p->second) < 0)
		return -1;
	if (**s != '.' && **s != ',')
		return 0;
	++*s;
	if (!isdigit((unsigned char)**s))
		return -1;
	for (i = 100; isdigit((unsigned char)**s); i /= 10, ++*s)
		p->ms += i * (**s - '0');
	return 0;
}

int
clock_parse_rfc3339(const char *s, int64_t *ret_ms, bool *ret_has_time, int *ret_offset_min)
{
	struct parts p = { 0 };
	bool has_time = false;
	int offset = 0;
	int64_t ms;

	skip_blanks(&s);
	if (digits(&s, 4, 4, &p.year) < 0 || literal(&s, '-') < 0 ||
	    digits(&s, 2, 2, &p.month) < 0 || literal(&s, '-') < 0 ||
	    digits(&s, 2, 2, &p.day) < 0)
		return -1;
	if (*s == 'T' || *s == 't' || (*s == ' ' && isdigit((unsigned char)s[1]))) {
		s++;
		has_time = true;
		if (read_iso_time(&s, &p) < 0)
			return -1;
		if (*s == ' ' && (s[1] == '+' || s[1] == '-' || s[1] == 'Z'))
			s++;
		if (read_offset(&s, &offset) < 0)
			return -1;
	}
	if (!at_end(s) || put_together(&p, &ms) < 0)
		return -1;
	*ret_ms = ms - (int64_t)offset * 60000;
	if (ret_has_time != NULL)
		*ret_has_time = has_time;
	if (ret_offset_min != NULL)
		*ret_offset_min = offset;
	return 0;
}
