#include "daemon/health.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

struct finding {
	enum store_state state;
	bool lasting;
	const char *advice;
};

static struct finding
diagnose(enum fetch_outcome outcome, long status, enum err_class class)
{
	switch (outcome) {
	case FETCH_GONE:
		if (status == 410)
			return (struct finding){ STATE_ENDED, true,
			    "remove the source, or give it the page's new address as `url`; until then it is asked once a week" };
		return (struct finding){ STATE_FAILING, true,
		    "look for the new address of this page and change `url`" };
	case FETCH_DENIED:
		if (class == ERR_PERMANENT)
			return (struct finding){ STATE_BLOCKED, true,
			    "ask the publisher, or set `robots: ignore` if you may" };
		return (struct finding){ STATE_FAILING, false, "nothing to do unless it lasts" };
	case FETCH_REFUSED:
		return (struct finding){ STATE_BLOCKED, status != 429,
		    "the server refuses us: visit less often, or ask the publisher" };
	case FETCH_OK:
	case FETCH_NOT_MODIFIED:
		if (class == ERR_CONFIG)
			return (struct finding){ STATE_EMPTY, true,
			    "the page may have been rebuilt: check it with `presswatch try` and "
			    "adjust `select`" };
		return (struct finding){ STATE_FAILING, true,
		    "check the address and `kind` with `presswatch try`" };
	case FETCH_FAILED:
		if (class == ERR_CONFIG)
			return (struct finding){ STATE_FAILING, true,
			    "change the configuration of the source or of `network`" };
		break;
	}
	return (struct finding){ STATE_FAILING, false, "nothing to do unless it lasts" };
}

void
health_after_failure(enum store_state now, unsigned failures, bool ever_good, enum fetch_outcome outcome,
    long http_status, const struct err *err, struct health *ret)
{
	struct finding d = diagnose(outcome, http_status, err->class);
	unsigned enough = !d.lasting ? 3 : ever_good ? 2 : 1;

	snprintf(ret->cause, sizeof(ret->cause), "%s%s", err->text,
	    d.state == STATE_ENDED ? ": the publisher has ended this page for good" : "");
	ret->advice = d.advice;
	ret->state = failures >= enough ? d.state : now;
}
