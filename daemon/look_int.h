#ifndef DAEMON_LOOK_INT_H
#define DAEMON_LOOK_INT_H
/* look_int: what intake.c, look.c and look_put.c share; for them alone. A look is one document on its way. */
#include "daemon/body.h"
#include "daemon/intake.h"

#define LOOK_OTHERS 3		/* other addresses that are tried at one look */

enum look_kind { LOOK_CANDIDATE, LOOK_RECHECK, LOOK_PAGE };

struct look {
	int64_t key;			/* candidate id, or minus the document's id; 0: page */
	enum look_kind kind;
	struct intake *in;
	struct plan *plan;		/* a reference */
	const struct plan_source *ps;
	struct store_candidate cand;	/* LOOK_CANDIDATE */
	struct store_recheck re;	/* LOOK_RECHECK */
	struct watch *watch;		/* LOOK_PAGE */
	intake_page_fn *page_done;
	uint64_t fetch, job;		/* handles, 0: none */
	struct pdf_job *pdf;		/* pdftotext runs */
	pool_done_fn *read_done;	/* what follows on it */
	char *extractor;		/* of a PDF: the plan's and the reader; NULL: the plan's */
	bool unchanged;			/* derived anew without a new response */
	bool recording;			/* the writer has it */
	bool expected;			/* its deliveries were asked for with it */
	bool finished;			/* --once: kept so that it is not tried again */
	struct body body;
	struct document *doc;
	char *old_raw;			/* stored response, while its text is derived anew */
	size_t old_len;
	struct document *old_doc;
	struct store_put_result result;
	struct store_gone_result gone;
	struct body probe;		/* what the site says of what it does not have */
	bool asked;			/* and it is not that */
	char *others[LOOK_OTHERS];	/* its other addresses, tried when its own is dead */
	unsigned others_count, others_next;
	bool whole;			/* all that both pages say was asked for */
	char *old_page, *new_page;
	long lost_status;		/* what its own address answered */
	bool elsewhere;			/* others[others_next - 1] is looked at */
	int64_t not_before_ms, next_check_ms;
	char reason[ERR_TEXT_MAX];
	UT_hash_handle hh;
};

struct same_check {			/* an unchanged document, waiting for its batch */
	int64_t doc_id, at_ms, next_check_ms;
	char *etag, *last_modified;
};

struct intake {
	struct daemon *d;
	struct look *looks;		/* by key */
	unsigned active;		/* looks under way, pages included */
	/* candidates */
	int64_t cursor;			/* ids up to it were loaded in this pass */
	bool cand_loading, cand_more, cand_kicked;
	int64_t next_retry_ms;		/* wall: earliest retry that we know of */
	/* rechecks */
	bool check_loading, check_more;
	int64_t next_check_ms;		/* wall: when to ask for due documents */
	int64_t check_pause_ms;		/* until then; longer while none is due */
	struct same_check *same;
	size_t same_count, same_cap;
	struct lost_probe *probes;	/* by host, for an hour */
	bool once;
	int64_t once_ms;		/* rechecks due until then */
};

/* How the document's source wants to be asked; url is borrowed. */
void look_request(const struct look *l, const char *url, struct fetch_request *ret);
/* The stored text was derived by an earlier extractor: derived anew first, then the response is read. */
bool look_outdated(struct look *l, bool pdf);
void look_rederive(struct look *l);
/* Begins: fetch, extract, put; ends in look_end(). */
void look_start(struct look *l);
/* Bytes are in l->body. */
void look_extract(struct look *l);
/* look_read.c: bytes to a document in a worker, a PDF by way of pdftotext. opts and bytes are borrowed until done. */
void look_read(struct look *l, const char *bytes, size_t len, const struct extract_opts *opts, pool_done_fn *done);
void look_read_cancel(struct look *l);
/* The source's rules and the row's hints; address and type are those of l->body. */
void look_extract_opts(const struct look *l, struct extract_opts *ret);
/* What l's text is derived with, given what the bytes are; good until the next call. */
const char *look_extractor(struct look *l, bool pdf);
/* l->doc is made (or NULL: only the row is known, l->reason says why): to the archive. */
void look_put(struct look *l);
/* The candidate is tried again later, or archived without text once its attempts are used up. */
void look_retry(struct look *l, const struct err *err, bool lasting, int64_t not_before_ms);
void look_recheck_failed(struct look *l, long status, const struct err *err);
void look_recheck_same(struct look *l);
/* look_gone.c: the document is not at the address that was looked at: on to another of its names, or it is missed. */
void look_lost(struct look *l, const char *cause);
/* look_whole.c: it differs; the two pages are read whole, then look_put() again. */
void look_whole(struct look *l);
/* look_gone.c: it is nowhere, because of l->reason. */
void look_missed(struct look *l);
/* What stands there is nothing like it. */
void look_strange(struct look *l);
void look_probes_free(struct intake *in);
/* The look is over; l is gone. */
void look_end(struct look *l);
void look_free(struct look *l);
/* When this document is due again, as wall ms; hot: it is new or was edited. 0: never by itself. */
int64_t look_next_check(const struct look *l, bool hot);

#endif
