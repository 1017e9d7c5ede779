#ifndef CLI_PROBE_H
#define CLI_PROBE_H
/*
 * probe: one look at an address as the daemon would take it: politely fetched, discovered and the first document
 * extracted in a worker. Keeps nothing.
 */
#include "cli/cli.h"
#include "discover/discover.h"
#include "document/document.h"
#include "discover/diagnosis.h"
#include "extract/extract.h"

struct probe;

/* How pages of that source are read; borrowed from it. Address, type, hints and the time are the caller's to fill. */
void probe_extract_opts(const struct cfg_source *src, struct extract_opts *ret);

/* config: manners (contact, proxy, allowed networks), or NULL. ERR_CONFIG, ERR_LOCAL. */
int probe_new(const struct config *config, struct probe **ret, struct err *reterr);
void probe_free(struct probe *p);
CLEANUP_DEFINE(struct probe, probe_free);

struct probe_found {			/* owned; probe_found_done */
	char *url;			/* where the source stands, after redirects */
	struct candidates *candidates;	/* without those that include and exclude refuse */
	size_t bytes;
	char *content_type, *etag, *last_modified;	/* as they came, or NULL */
	char *moved_to;			/* where permanent redirects led, or NULL */
	char **sitemaps;		/* that robots.txt names */
	size_t sitemaps_count;
	enum diagnosis diagnosis;	/* why a page shows no list; also set where probe_look() fails */
	struct document *document;	/* of the first candidate, or NULL */
	struct err document_err;	/* why there is none */
	size_t beside;			/* of probe_best(): documents that the address itself lists, where another one is better */
};

/*
 * Looks at the source (name and address are what must be set). 0, or -1 with the reason why the source itself could
 * not be read.
 */
int probe_look(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *ret,
    struct err *reterr);
/* The same without the first document. */
int probe_read(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *ret,
    struct err *reterr);
/* Then the first document. */
void probe_document(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *f);
/* The addresses that one page of the source lists, without those that it refuses, with its further pages. */
int probe_list(struct probe *p, const struct cfg_source *src, const char *url, int64_t now_ms,
    struct candidates **ret, struct err *reterr);
void probe_found_done(struct probe_found *f);
/* For people, or as one JSON object. */
void probe_print(struct cli *cli, const struct probe_found *f, const struct cfg_source *src);
/* Why nothing came, and what may help; the exit code. */
int probe_failed(struct cli *cli, const struct probe_found *f, const struct err *err);
/*
 * Of the address and what leads on from it (feeds that the page names or that stand in the usual places, sitemaps of robots.txt)
 * the entrance with most documents and dates. *ret is what was found there, *ret_url its address when it is another one (caller
 * frees), NULL else. -1: not even the address itself could be read.
 */
int probe_best(struct probe *p, const struct cfg_source *src, int64_t now_ms, struct probe_found *ret, char **ret_url,
    struct err *reterr);

#endif
