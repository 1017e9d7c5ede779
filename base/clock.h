#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
/*
 * clock: the two clocks and their text forms. Steps take now_ms as an argument; only the outermost
 * layer reads these. Wall time is ms since 1970-01-01 UTC, monotonic time has no epoch.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);

#define CLOCK_TEXT_MAX 40

/* RFC 3339 in UTC: "2023-02-09T07:45:00Z", with ".123" when ms is not 0 and with_ms. Returns out. */
char *clock_rfc3339(int64_t ms, bool with_ms, char out[CLOCK_TEXT_MAX]);
/* RFC 3339 at an offset of offset_min minutes from UTC. */
char *clock_rfc3339_at(int64_t ms, int offset_min, char out[CLOCK_TEXT_MAX]);
/* RFC 9110 IMF-fixdate, for requests. */
char *clock_http(int64_t ms, char out[CLOCK_TEXT_MAX]);
/* All three forms of RFC 9110 5.6.7. Returns 0 or -1. */
int clock_parse_http(const char *s, int64_t *ret_ms);
/* RFC 3339 / ISO 8601 date or date-time ("2023-02-09", "2023-02-09T16:45:00+09:00"). 0 or -1.
 * A bare date is midnight UTC; ret_has_time and ret_offset_min may be NULL. */
int clock_parse_rfc3339(const char *s, int64_t *ret_ms, bool *ret_has_time, int *ret_offset_min);
/* Days since 1970-01-01 of a proleptic Gregorian date (month 1..12), and back. */
int64_t clock_days_from_civil(int year, int month, int day);
void clock_civil_from_days(int64_t days, int *year, int *month, int *day);

#endif
