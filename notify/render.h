#ifndef NOTIFY_RENDER_H
#define NOTIFY_RENDER_H
/* render: an event in words for a person: a subject line and a plain text. */
#include "base/buf.h"
#include "notify/notify_int.h"

struct rendered {
	struct buf subject;	/* one line */
	struct buf text;	/* LF lines */
	const char *thread;	/* what the event is about: equal for all events of a document or source */
	const char *source;
	struct summary summary;	/* owns thread and source */
};

/* Always fills ret; free with rendered_done(). */
void render_event(const char *id, const char *type, const char *body, size_t len, struct rendered *ret);
void rendered_done(struct rendered *r);

#endif
