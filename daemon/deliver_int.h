#ifndef DAEMON_DELIVER_INT_H
#define DAEMON_DELIVER_INT_H
/* deliver_int: what the loop's half of deliver and the archive's half share: parcels, and the reading of them. */
#include "daemon/deliver.h"
#include "notify/notify.h"

struct outlet;

/* A delivery to one channel for one source, or a batch for many; later events of that source wait behind it. */
struct parcel {
	char *source;		/* key among the outlet's parcels; "" for a batch: one is under way at a time */
	struct outlet *outlet;
	struct plan *plan;	/* a reference: the channel's strings */
	const struct cfg_channel *channel;
	int64_t seq, not_before_ms;
	int64_t batch_id, count;	/* 0: one event; else the events that it tells */
	bool people;		/* a batch as one message for readers */
	unsigned attempt;
	char *event_id, *type, *json, *root;
	bool dead, refused;	/* refused: the receiver did not take it */
	bool unwritten;		/* the archive could not be told yet: told again, not sent again */
	struct notify_answer answer;
	UT_hash_handle hh;
};

struct load {			/* what may be sent now, read on the writer's thread */
	struct outlet *outlet;
	const char *channel;
	struct plan *plan;	/* a reference */
	bool set_pace;		/* the archive is told of the channel's pace first */
	int64_t now_ms, next_ms;
	bool any;
	struct parcel **parcels;
	unsigned count, limit;
};

void deliver_parcel_free(struct parcel *p);
int deliver_read(struct store *s, void *load, struct err *reterr);
int deliver_write_end(struct store *s, const struct parcel *p, const char *channel, int64_t now_ms, struct err *reterr);

#endif
