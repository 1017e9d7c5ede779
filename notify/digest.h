#ifndef NOTIFY_DIGEST_H
#define NOTIFY_DIGEST_H
/*
 * digest: many events as one message for people. It is made of the events' own lines into one object of the type
 * channel.digest (also for what was held over quiet hours) or channel.storm, which every sink that speaks to people renders
 * like an event. Only what such a message shows is kept of each. Pure: made in any thread.
 */
#include <stddef.h>
#include <stdint.h>

struct digest_opts {		/* borrowed for the call */
	const char *id;		/* the message is sent under it */
	const char *channel;
	const char *kind;	/* "digest", "quiet" or "storm" */
	const char *zone;	/* of the times in it; NULL: of this machine */
	int64_t made_ms;
};

struct digest;

struct digest *digest_new(const struct digest_opts *o);
/* How many events of that source the message is about, listed or not, and between which times. In the order they are to stand. */
void digest_source(struct digest *d, const char *name, int64_t count, int64_t first_ms, int64_t last_ms,
    int64_t first_seq);
/* One event that is listed, in order; json is its line. Others than those that digest_source() named are left out. */
void digest_event(struct digest *d, const char *source, const char *json);
/* The finished line; frees d. Caller frees. */
char *digest_finish(struct digest *d);
const char *digest_type(const char *kind);

#endif
