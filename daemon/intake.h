#ifndef DAEMON_INTAKE_H
#define DAEMON_INTAKE_H
/*
 * intake: from candidates and due documents to the archive: fetch, extraction in a worker, one transaction for dedup, document,
 * revision or alias, event and deliveries. Candidates are rows, so what is in memory here may be lost at any instant.
 */
#include "daemon/body.h"
#include "daemon/daemon.h"

struct intake *intake_new(struct daemon *d);
/* Drops what is under way but not yet with the writer; writes what waits. intake_free() after writer_stop(). */
void intake_stop(struct intake *in);
void intake_free(struct intake *in);
/* New candidates wait in the archive. */
void intake_kick(struct intake *in);
/*
 * What was just posted to the writer may make candidates: they are asked for behind it, in the same transaction, and so are
 * fetched as soon as it is over. false: there is no room, so intake_kick() when they are there.
 */
bool intake_expect(struct intake *in);
/* Each second: retries and rechecks that became due. */
void intake_tick(struct intake *in);
bool intake_idle(const struct intake *in);
unsigned intake_count(const struct intake *in);
/* Writes the unchanged documents that wait. */
void intake_flush(struct intake *in);
/* --once: all that waits now is tried once. */
void intake_once(struct intake *in);
/* The sources changed: what is under way for sources that are gone ends. */
void intake_reload(struct intake *in);

/* For a page source: the bytes are there; put them as its document. body is taken over; done is called on the loop. */
typedef void intake_page_fn(struct watch *w, int rc, const struct err *err, bool look_again_soon);
void intake_page(struct intake *in, struct watch *w, struct body *body, intake_page_fn *done);

#endif
