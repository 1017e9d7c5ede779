#include "base/local.h"

#include <string.h>
#include <unicode/ucal.h>

#include "base/banned.h"

#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define ZONE_MAX 64

/* A calendar of that place, or NULL when ICU has no memory: then all is UTC. */
static UCalendar *
calendar(const char *zone)
{
	UChar name[ZONE_MAX];
	UErrorCode status = U_ZERO_ERROR;
	UCalendar *cal;
	int32_t n = -1;

	if (zone != NULL) {
		for (n = 0; n < ZONE_MAX - 1 && zone[n] != '\0'; n++)
			name[n] = (UChar)(unsigned char)zone[n];
		name[n] = 0;
	}
	cal = ucal_open(zone != NULL ? name : NULL, zone != NULL ? n : 0, "en", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status))
		return NULL;
	ucal_setAttribute(cal, UCAL_LENIENT, 1);
	ucal_setAttribute(cal, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
	ucal_setAttribute(cal, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);
	return cal;
}

/* When the clock shows minute on the day of at_ms, days later. */
static int64_t
on_day(UCalendar *cal, int64_t at_ms, int days, int minute)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t year, month, day;

	ucal_setMillis(cal, (UDate)at_ms, &status);
	year = ucal_get(cal, UCAL_EXTENDED_YEAR, &status);
	month = ucal_get(cal, UCAL_MONTH, &status);
	day = ucal_get(cal, UCAL_DATE, &status);
	ucal_clear(cal);
	ucal_setDateTime(cal, year, month, day + days, minute / 60, minute % 60, 0, &status);
	return (int64_t)ucal_getMillis(cal, &status);
}

static int
minute_of(UCalendar *cal, int64_t at_ms)
{
	UErrorCode status = U_ZERO_ERROR;

	ucal_setMillis(cal, (UDate)at_ms, &status);
	return ucal_get(cal, UCAL_HOUR_OF_DAY, &status) * 60 + ucal_get(cal, UCAL_MINUTE, &status);
}

static int64_t
next_of(UCalendar *cal, int minute, int64_t after_ms)
{
	int64_t at = after_ms;

	for (int days = 0; days <= 2; days++)
		if ((at = on_day(cal, after_ms, days, minute)) > after_ms)
			break;
	return at;
}

int64_t
local_next(const char *zone, int minute, int64_t after_ms)
{
	UCalendar *cal = calendar(zone);
	int64_t at;

	if (cal == NULL)
		return after_ms - after_ms % (24 * (int64_t)HOUR_MS) + 24 * (int64_t)HOUR_MS + (int64_t)minute * MINUTE_MS;
	at = next_of(cal, minute, after_ms);
	ucal_close(cal);
	return at;
}

bool
local_between(const char *zone, int from, int until, int64_t at_ms, int64_t *ret_end_ms)
{
	UCalendar *cal = calendar(zone);
	int64_t begin, end;
	bool found = false;

	/* The span that began yesterday or today; one over midnight ends a day later. */
	for (int day = -1; cal != NULL && day <= 0 && !found; day++) {
		begin = on_day(cal, at_ms, day, from);
		end = on_day(cal, at_ms, until <= from ? day + 1 : day, until);
		found = at_ms >= begin && at_ms < end;
		if (found)
			*ret_end_ms = end;
	}
	if (cal != NULL)
		ucal_close(cal);
	return found;
}

int64_t
local_step(const char *zone, int64_t step_ms, int64_t at_ms)
{
	int step = (int)(step_ms / MINUTE_MS), minute, next;
	UCalendar *cal = calendar(zone);
	int64_t at;

	if (step < 1)
		step = 1;
	if (cal == NULL)
		return at_ms - at_ms % step_ms + step_ms;
	minute = minute_of(cal, at_ms);
	next = (minute / step + 1) * step;
	/* Within the hour the clock runs evenly, also through the one that comes twice. */
	if (next - minute <= 60 && 60 % step == 0)
		at = at_ms - at_ms % MINUTE_MS + (int64_t)(next - minute) * MINUTE_MS;
	else
		at = next_of(cal, next >= 1440 ? 0 : next, at_ms);
	ucal_close(cal);
	return at;
}

char *
local_rfc3339(const char *zone, int64_t ms, char out[CLOCK_TEXT_MAX])
{
	UCalendar *cal = calendar(zone);
	UErrorCode status = U_ZERO_ERROR;
	int offset = 0;

	if (cal != NULL) {
		ucal_setMillis(cal, (UDate)ms, &status);
		offset = (ucal_get(cal, UCAL_ZONE_OFFSET, &status) + ucal_get(cal, UCAL_DST_OFFSET, &status)) /
		    MINUTE_MS;
		ucal_close(cal);
	}
	return clock_rfc3339_at(ms, offset, out);
}
