#ifndef STORE_RHYTHM_H
#define STORE_RHYTHM_H
/*
 * rhythm: at which hours of the week a source publishes, and when it is worth a visit. Pure. As many visits again as `every`
 * alone would make are laid where releases are likely; nowhere is the pause longer than `every`. So the request budget is
 * that of one visit each half of `every`. The same hours measure a silence: a night or a weekend without releases is none.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RHYTHM_HOURS 168
#define RHYTHM_TIMES_MIN 8	/* fewer releases are no rhythm */
#define RHYTHM_UNIT 12		/* rate[] is in twelfths of one visit each `every` */

struct rhythm { uint8_t rate[RHYTHM_HOURS]; };	/* from Thursday 0:00 in the source's zone, where the epoch begins */

struct release_time {
	int64_t ms;
	bool day_only;		/* its hour is not known */
};

/* offset_min: of the source's zone. False when the times are too few. Their order does not count. */
bool rhythm_learn(const struct release_time *times, size_t n, int offset_min, struct rhythm *ret);
/* Until the next visit, at most every_ms. */
int64_t rhythm_wait_ms(const struct rhythm *r, int64_t every_ms, int64_t now_ms, int offset_min);
/* The pause in hours that count, each by how likely a release is in it; a whole week is a week. */
int64_t rhythm_between_ms(const struct rhythm *r, int64_t from_ms, int64_t to_ms, int offset_min);
/* The other way: how long after from_ms such a pause has passed. */
int64_t rhythm_after_ms(const struct rhythm *r, int64_t from_ms, int64_t pause_ms, int offset_min);

#endif
