#ifndef DAEMON_HEALTH_H
#define DAEMON_HEALTH_H
/*
 * health: what a visit that failed says of its source, in words for a person. Pure. A hiccup is no news: a temporary failure
 * changes the state at the third in a row, a lasting one at the second, or at the first on a source that never worked.
 */
#include <stdbool.h>
#include "base/err.h"
#include "fetchers/fetch.h"
#include "store/store.h"

#define HEALTH_TEXT_MAX 640

struct health {
	enum store_state state;
	char cause[HEALTH_TEXT_MAX];	/* "the address answers 404 Not Found" */
	const char *advice;		/* static */
};

/* now: the state so far; failures: in a row, this one included; ever_good: some visit succeeded. outcome FETCH_OK
 * means the bytes came and could not be used, as err says. */
void health_after_failure(enum store_state now, unsigned failures, bool ever_good, enum fetch_outcome outcome,
    long http_status, const struct err *err, struct health *ret);

#endif
