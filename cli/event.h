#ifndef CLI_EVENT_H
#define CLI_EVENT_H
/* event: events as rows for people, and as a table for programs; shared by tail and match. */
#include "cli/out.h"
#include "store/store.h"

struct event_rows {
	struct out *out;
	bool json;			/* the bytes that channels get */
	bool begun;			/* the heading of a table is printed */
	char day[OUT_TIME_MAX];		/* the last one printed: on a terminal a line of its own */
};

/* On a terminal one line of its width, in a pipe all facts, whole; as CSV or Markdown a row of one table, each at once. */
void event_print(struct event_rows *rows, const struct store_event *e);

#endif
