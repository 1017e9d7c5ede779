/*
 * look_moved: a document's own address is dead: does it live on under another of its names? They are asked in turn, without
 * validators; where it is found is its address from then on. Only when none of them has it, it is missed.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "daemon/look_int.h"
#include "fetchers/pdf.h"
#include "base/banned.h"

static void try_next(struct look *l);

/* What came from the address before is put aside. */
static void
forget(struct look *l)
{
	body_done(&l->body);
	document_free(l->doc);
	l->doc = NULL;
	free(l->extractor);
	l->extractor = NULL;
	document_free(l->old_doc);
	l->old_doc = NULL;
	free(l->old_raw);
	free(l->old_page);
	free(l->new_page);
	l->old_raw = l->old_page = l->new_page = NULL;
	l->whole = false;
}

static void
on_fetched(struct fetch_answer *a, void *arg)
{
	struct look *l = arg;

	l->fetch = 0;
	if (a->outcome != FETCH_OK) {
		try_next(l);
		return;
	}
	body_take(&l->body, a->http);
	if (body_end(&l->body) != BODY_WHOLE)
		try_next(l);
	else if (look_outdated(l, pdf_is(l->body.bytes, l->body.len)))
		look_rederive(l);
	else
		look_extract(l);
}

static void
try_next(struct look *l)
{
	struct fetch_request req;

	forget(l);
	if (l->others_next >= l->others_count) {
		look_missed(l);
		return;
	}
	l->elsewhere = true;
	look_request(l, l->others[l->others_next++], &req);
	l->fetch = fetch_start(l->in->d->fetcher, &req, on_fetched, l);
}

static int
read_others(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;

	return store_other_addresses(s, l->re.doc_id, l->others, LOOK_OTHERS, &l->others_count, reterr);
}

static void
have_others(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;

	if (rc < 0)
		log_kv(LOG_P_WARNING, "archive-failed", "url", l->re.url, "text", err->text, NULL);
	l->recording = false;
	try_next(l);
}

void
look_lost(struct look *l, const char *cause)
{
	if (l->elsewhere) {	/* the cause is that of the document's own address */
		try_next(l);
		return;
	}
	snprintf(l->reason, sizeof(l->reason), "%s", cause);
	l->lost_status = l->body.status;
	l->recording = true;
	writer_post(l->in->d->writer, read_others, have_others, l);
}
