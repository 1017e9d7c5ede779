#ifndef NOTIFY_RENDER_H
#define NOTIFY_RENDER_H
/* render: an event in words for a person: a subject line and a plain text. */
#include "base/buf.h"
#include "notify/notify_int.h"

struct rendered {
	struct buf subject;	/* one line */
	struct buf text;	/* LF lines */
	const char *source;
	struct summary summary;	/* owns source */
};

/* Always fills ret; free with rendered_done(). */
void render_event(const char *id, const char *type, const char *body, size_t len, struct rendered *ret);
/* The words before a title: "", "Edited: " ...; NULL for a type that is not known. */
const char *render_heading(const char *type);
/* What an edit changed, a source lacks, a digest lists, else how the text begins. Caller frees. */
char *render_summary(const char *type, const struct rendered *r);
/* render_digest.c: a message about many events, see digest.h. */
void render_digest(const struct summary *s, struct buf *subject, struct buf *text);
void rendered_done(struct rendered *r);

#endif
