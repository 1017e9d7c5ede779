#ifndef CLI_EVENT_H
#define CLI_EVENT_H
/* event: events as rows for people; shared by tail and match. */
#include "cli/out.h"
#include "store/store.h"

struct event_rows {
	struct out *out;
	char day[OUT_TIME_MAX];		/* the last one printed: on a terminal a line of its own */
};

/* On a terminal one line of its width, in a pipe all facts, whole. */
void event_print(struct event_rows *rows, const struct store_event *e);

#endif
