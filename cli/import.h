#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H
/* import: what comes back into an archive: lines of an export, records of a WARC file, saved pages of a manifest. */
#include "cli/cli.h"
#include "document/document.h"

struct pages;

struct import {
	struct cli *cli;
	struct store *store;
	const char *path;
	int64_t line, done_bytes, all_bytes;	/* line: or record */
	int64_t fresh, known, aliases, revisions, bad, open;	/* open: in the transaction under way */
	struct pages *pages;		/* under way in workers, made when first needed */
};

/* Names the line or record that cannot be used. */
void import_complain(struct import *im, const char *text);
/*
 * One document, or the next revision of one, into the archive. again: a revision of one that was counted. *ret (or NULL): what became
 * of it, -1 when nothing did. -1 only when the archive fails.
 */
int import_document(struct import *im, const struct store_doc *d, const struct document *doc, const struct store_import_raw *raw,
    bool again, int *ret, struct err *err);

/* A page for a worker; documents come in the order of the pages. raw is copied. */
struct page_in { const char *url, *content_type, *source; int64_t at_ms; const void *raw; size_t raw_len; };
int pages_add(struct import *im, const struct page_in *in, struct err *err);
/* Waits for all of them. */
int pages_end(struct import *im, struct err *err);
void pages_free(struct pages *p);

int import_warc(struct import *im, const char *path, struct err *err);
int import_manifest(struct import *im, const char *path, struct err *err);

#endif
