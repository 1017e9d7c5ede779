/* backoff: how long a failing source is left alone. */
#include "fetchers/fetch.h"

#include "base/banned.h"

#define MAX_MS (24 * 3600 * 1000LL)
#define JITTER 0.1

int64_t
fetch_backoff_ms(int64_t interval_ms, unsigned failures, int64_t retry_after_ms, double random)
{
	int64_t ms = interval_ms > 0 ? interval_ms : 1;

	for (unsigned i = 1; i < failures && ms < MAX_MS; i++)
		ms *= 2;
	if (ms > MAX_MS)
		ms = MAX_MS;
	ms -= (int64_t)((double)ms * JITTER * random);
	if (retry_after_ms > MAX_MS)
		retry_after_ms = MAX_MS;
	return ms > retry_after_ms ? ms : retry_after_ms;
}
