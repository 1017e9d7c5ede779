#include "store/rhythm.h"

#include "base/banned.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_HOURS 24
#define WEEK_MS (RHYTHM_HOURS * HOUR_MS)
#define PRIOR 0.05		/* of the mean: no hour is quite impossible */
#define EVEN_SHARE 0.5		/* hours of the week by themselves, once there are many times; else weekday and hour apart */
#define EVEN_TIMES 100
#define BOOST_MAX 16.0		/* times `every`'s own visits */
#define BOOST_ROUNDS 6		/* what the bound cuts off goes to the other hours */

static size_t
hour_of(int64_t ms, int offset_min)
{
	int64_t h = (ms + offset_min * INT64_C(60000)) / HOUR_MS % RHYTHM_HOURS;

	return (size_t)(h < 0 ? h + RHYTHM_HOURS : h);
}

/* A release at ten says something of nine and of eleven too. */
static void
count_times(const struct release_time *times, size_t n, int offset_min, double w[RHYTHM_HOURS])
{
	for (size_t i = 0; i < n; i++) {
		size_t h = hour_of(times[i].ms, times[i].day_only ? 0 : offset_min);

		if (times[i].day_only) {
			for (size_t k = 0; k < DAY_HOURS; k++)
				w[h - h % DAY_HOURS + k] += 1.0 / DAY_HOURS;
			continue;
		}
		w[(h + RHYTHM_HOURS - 1) % RHYTHM_HOURS] += 0.25;
		w[h] += 0.5;
		w[(h + 1) % RHYTHM_HOURS] += 0.25;
	}
}

/* Few times are read as "on such days" and "at such hours", many as they are. The mean is 1. */
static void
smooth(double w[RHYTHM_HOURS], size_t n)
{
	double hours[DAY_HOURS] = { 0 }, days[RHYTHM_HOURS / DAY_HOURS] = { 0 }, sum = 0, all = 0;
	double own = EVEN_SHARE * (n < EVEN_TIMES ? (double)n / EVEN_TIMES : 1);

	for (size_t i = 0; i < RHYTHM_HOURS; i++) {
		hours[i % DAY_HOURS] += w[i];
		days[i / DAY_HOURS] += w[i];
		sum += w[i];
	}
	for (size_t i = 0; i < RHYTHM_HOURS; i++) {
		double apart = hours[i % DAY_HOURS] / sum * DAY_HOURS * days[i / DAY_HOURS] / sum * (RHYTHM_HOURS / DAY_HOURS);

		w[i] = own * w[i] / sum * RHYTHM_HOURS + (1 - own) * apart + PRIOR;
		all += w[i];
	}
	for (size_t i = 0; i < RHYTHM_HOURS; i++)
		w[i] *= RHYTHM_HOURS / all;
}

static void
bound(double w[RHYTHM_HOURS])
{
	for (int round = 0; round < BOOST_ROUNDS; round++) {
		double sum = 0;

		for (size_t i = 0; i < RHYTHM_HOURS; i++)
			sum += w[i];
		for (size_t i = 0; i < RHYTHM_HOURS; i++) {
			w[i] *= RHYTHM_HOURS / sum;
			if (w[i] > BOOST_MAX)
				w[i] = BOOST_MAX;
		}
	}
}

bool
rhythm_learn(const struct release_time *times, size_t n, int offset_min, struct rhythm *ret)
{
	double w[RHYTHM_HOURS] = { 0 };

	if (n < RHYTHM_TIMES_MIN)
		return false;
	count_times(times, n, offset_min, w);
	smooth(w, n);
	bound(w);
	for (size_t i = 0; i < RHYTHM_HOURS; i++)
		ret->rate[i] = (uint8_t)((1 + w[i]) * RHYTHM_UNIT);
	return true;
}

static int64_t
hour_end(int64_t at_ms, int offset_min)
{
	return at_ms - (at_ms + offset_min * INT64_C(60000)) % HOUR_MS + HOUR_MS;
}

int64_t
rhythm_wait_ms(const struct rhythm *r, int64_t every_ms, int64_t now_ms, int offset_min)
{
	int64_t at = now_ms, end = now_ms + every_ms;
	int64_t left = every_ms * RHYTHM_UNIT;	/* of one visit */

	while (at < end) {
		int64_t rate = r->rate[hour_of(at, offset_min)], step = hour_end(at, offset_min) - at;

		if (step * rate >= left) {
			at += left / rate;
			break;
		}
		left -= step * rate;
		at += step;
	}
	return at < end ? at - now_ms : every_ms;
}

/* Of all hours of the week together; what every hour has beyond `every`'s own visits. */
static int64_t
weight_of_week(const struct rhythm *r)
{
	int64_t all = 0;

	for (size_t i = 0; i < RHYTHM_HOURS; i++)
		all += r->rate[i] - RHYTHM_UNIT;
	return all > 0 ? all : 1;
}

int64_t
rhythm_between_ms(const struct rhythm *r, int64_t from_ms, int64_t to_ms, int offset_min)
{
	int64_t weeks = (to_ms - from_ms) / WEEK_MS, sum = 0, at = from_ms + weeks * WEEK_MS;

	while (at < to_ms) {
		int64_t end = hour_end(at, offset_min);

		if (end > to_ms)
			end = to_ms;
		sum += (end - at) * (r->rate[hour_of(at, offset_min)] - RHYTHM_UNIT);
		at = end;
	}
	return weeks * WEEK_MS + sum / weight_of_week(r) * RHYTHM_HOURS;
}

int64_t
rhythm_after_ms(const struct rhythm *r, int64_t from_ms, int64_t pause_ms, int offset_min)
{
	int64_t at = from_ms + pause_ms / WEEK_MS * WEEK_MS, end = at + WEEK_MS;
	int64_t left = pause_ms % WEEK_MS / RHYTHM_HOURS * weight_of_week(r);

	while (left > 0 && at < end) {
		int64_t until = hour_end(at, offset_min), rate = r->rate[hour_of(at, offset_min)] - RHYTHM_UNIT;

		if ((until - at) * rate >= left) {
			at += left / rate;
			break;
		}
		left -= (until - at) * rate;
		at = until;
	}
	return (at < end ? at : end) - from_ms;
}
