/*
 * reextract: texts derived anew from the responses that the archive keeps, after our extractor or a source's rules were mended.
 * Parsing happens in worker processes only. No event and no delivery comes of it: what we read wrongly was no edit of theirs.
 * It takes the archive's lock, so no daemon runs meanwhile; --dry-run reads only and may run at any time.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "cli/probe.h"
#include "fetchers/pdf.h"
#include "worker/pool.h"
#include "base/banned.h"

#define AHEAD_PER_WORKER 4	/* documents under way; their responses stand in memory */
#define BATCH 64		/* texts that share a commit */
#define INDEX_STEP 64
#define SHOWN_MAX 20		/* changed documents that a person is shown by name */

struct item {			/* a document on its way */
	struct reextract *run;
	int64_t doc_id;
	char *source, *url, *content_type, *listed_title, *listed_published;
	char *raw;
	size_t raw_len;
	char *identity;		/* what its text is derived with from now on */
	struct extract_opts opts;
	bool pdf;
	struct item *next;
};

struct reextract {
	struct cli *cli;
	struct config *config;	/* rules of the sources; NULL: none are known */
	struct store *store;
	struct event_base *base;
	struct pool *pool;
	struct pdf *pdf;
	char *reader;		/* the pdftotext that is installed */
	bool dry;
	struct item *waiting, **last;	/* listed, not yet begun */
	int64_t after_id, all, done;
	bool listed_all;
	unsigned running, ahead, open;	/* open: texts in the transaction under way */
	int64_t current, changed, same, failed, left;
	struct err err;
};

static void
item_free(struct item *it)
{
	free(it->source);
	free(it->url);
	free(it->content_type);
	free(it->listed_title);
	free(it->listed_published);
	free(it->raw);
	free(it->identity);
	free(it);
}

static void
item_end(struct item *it, int64_t *counter)
{
	struct reextract *x = it->run;

	++*counter;
	cli_progress(++x->done, x->all, (void *)"reextract");
	item_free(it);
}

/* ---- what is written ------------------------------------------------------------------------------------------- */

static int
commit(struct reextract *x)
{
	if (x->open == 0)
		return 0;
	x->open = 0;
	return store_commit(x->store, &x->err);
}

static int
keep(struct reextract *x, const struct item *it, const struct document *doc)
{
	if (x->dry)
		return 0;
	if (x->open == 0 && store_begin(x->store, &x->err) < 0)
		return -1;
	x->open++;
	if (store_rederive(x->store, it->doc_id, doc, it->identity, &x->err) < 0)
		return -1;
	return x->open >= BATCH ? commit(x) : 0;
}

static bool
differ(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") != 0;
}

static void
show(struct reextract *x, const struct item *it, const struct store_doc *old, const struct document *doc, const char *title)
{
	struct cli *cli = x->cli;

	if (cli->opts.json) {
		out_json(&cli->out, json_pack("{s:I, s:s, s:s, s:i, s:i, s:b, s:b}", "id", (json_int_t)it->doc_id, "source",
		    it->source, "url", it->url, "words_before", (int)old->words, "words", (int)doc->words, "title_changed",
		    differ(title, old->title), "text_changed", differ(doc->text, old->text)));
		return;
	}
	if (x->changed >= SHOWN_MAX)
		return;
	cli_progress_end();
	out_printf(&cli->out, STYLE_PLAIN, "%lld  %s: %u words, were %u%s", (long long)it->doc_id, it->source, doc->words,
	    old->words, differ(title, old->title) ? ", other title" : "");
	out_printf(&cli->out, STYLE_DIM, "    %s", it->url);
}

static void
take(struct item *it, const struct document *doc)
{
	struct reextract *x = it->run;
	CLEANUP(store_doc_freep) struct store_doc *old = NULL;
	char id[24];
	const char *title;

	snprintf(id, sizeof(id), "%lld", (long long)it->doc_id);
	if (x->err.class != ERR_NONE || store_get(x->store, id, 0, &old, &x->err) < 0 || keep(x, it, doc) < 0) {
		item_end(it, &x->failed);
		return;
	}
	title = doc->title != NULL ? doc->title : old->title;
	/* A reading without text replaces none that we have. */
	if (doc->text_state == TEXT_NONE ? old->text == NULL && !differ(title, old->title) :
	    !differ(title, old->title) && !differ(doc->text, old->text)) {
		item_end(it, &x->same);
	} else if (doc->text_state == TEXT_NONE) {
		item_end(it, old->text != NULL ? &x->left : &x->same);
	} else {
		show(x, it, old, doc, title);
		item_end(it, &x->changed);
	}
}

/* ---- what is read ------------------------------------------------------------------------------------------------ */

static void feed(struct reextract *x);

static void
complain(struct item *it, const char *text)
{
	struct reextract *x = it->run;

	cli_say("document %lld (%s): %s", (long long)it->doc_id, it->url, text);
	item_end(it, &x->failed);
}

static void
page_read(const struct job_answer *a, void *arg)
{
	struct item *it = arg;
	struct reextract *x = it->run;

	x->running--;
	if (a->err.class != ERR_NONE || a->document == NULL)
		complain(it, a->err.class != ERR_NONE ? a->err.text : "the worker gave no document");
	else
		take(it, a->document);
	feed(x);
}

static void
submit(struct item *it, const char *bytes, size_t len)
{
	struct job job = { .kind = JOB_EXTRACT, .bytes = bytes, .len = len, .extract = it->opts };

	pool_submit(it->run->pool, &job, page_read, it);
}

static void
words_read(struct buf *words, const struct err *err, void *arg)
{
	struct item *it = arg;
	struct reextract *x = it->run;

	if (err->class != ERR_NONE) {
		x->running--;
		complain(it, err->text);
		feed(x);
		return;
	}
	it->opts.content_type = EXTRACT_PDF_WORDS;
	submit(it, buf_str(words), words->len);
}

/* The rules under which its page is read now; false: they are not known any more, and what they gave stays. */
static bool
rules_of(struct reextract *x, struct item *it, const char *extractor)
{
	const struct cfg_source *src = x->config != NULL ? config_source(x->config, it->source) : NULL;

	it->opts = (struct extract_opts){ .url = NULL };
	if (src != NULL)
		probe_extract_opts(src, &it->opts);
	else if (extractor != NULL && strchr(extractor, ':') != NULL)
		return false;
	it->opts.url = it->url;
	it->opts.content_type = it->content_type;
	it->opts.title_hint = it->listed_title;
	it->opts.date_hint = it->listed_published;
	it->opts.now_ms = x->cli->now_ms;
	return true;
}

/* Begins to read it, unless its text is of this extractor already. */
static void
begin(struct reextract *x, struct item *it)
{
	if (it->pdf) {
		if (x->pdf == NULL)
			x->pdf = pdf_new(x->base);
		pdf_start(x->pdf, it->raw, it->raw_len, words_read, it);
	} else
		submit(it, it->raw, it->raw_len);
	x->running++;
}

static int
list_one(const struct store_recheck *r, void *arg)
{
	struct reextract *x = arg;
	struct item *it = xcalloc(1, sizeof(*it));
	char *plain;

	x->after_id = r->doc_id;
	it->run = x;
	it->doc_id = r->doc_id;
	it->source = xstrdup(r->source);
	it->url = xstrdup(r->url);
	it->content_type = xstrdup(r->content_type);
	it->listed_title = xstrdup(r->listed_title);
	it->listed_published = xstrdup(r->listed_published);
	if (!rules_of(x, it, r->extractor)) {
		item_end(it, &x->left);
		return 0;
	}
	if (store_raw(x->store, r->raw_hash, &it->raw, &it->raw_len, &x->err) < 0) {
		item_end(it, &x->failed);
		return 1;
	}
	it->pdf = pdf_is(it->raw, it->raw_len);
	plain = extract_identity(&it->opts);
	it->identity = it->pdf ? extract_identity_pdf(plain, x->reader) : xstrdup(plain);
	free(plain);
	if (r->extractor != NULL && strcmp(r->extractor, it->identity) == 0) {
		item_end(it, &x->current);
		return 0;
	}
	*x->last = it;
	x->last = &it->next;
	return 0;
}

/* The next documents are listed once those before are begun: few responses stand in memory. */
static void
feed(struct reextract *x)
{
	int64_t before;

	while (x->err.class == ERR_NONE && x->running < x->ahead) {
		struct item *it = x->waiting;

		if (it != NULL) {
			if ((x->waiting = it->next) == NULL)
				x->last = &x->waiting;
			begin(x, it);
			continue;
		}
		if (x->listed_all)
			break;
		before = x->after_id;
		if (store_derived(x->store, x->cli->opts.source, x->after_id, x->ahead * 2, list_one, x, &x->err) < 0)
			return;
		x->listed_all = x->after_id == before;
	}
}

/* ---- the whole of it ----------------------------------------------------------------------------------------------- */

static int
run(struct reextract *x)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct pool_opts opts = { .workers = processors > 0 ? (unsigned)processors : 1 };
	int rc;

	x->ahead = opts.workers * AHEAD_PER_WORKER;
	x->last = &x->waiting;
	x->reader = pdf_reader();
	if (store_count_derived(x->store, x->cli->opts.source, &x->all, &x->err) < 0)
		return -1;
	if ((x->base = event_base_new()) == NULL)
		return err_set(&x->err, ERR_LOCAL, "cannot make an event loop");
	if (pool_new(x->base, &opts, &x->pool, &x->err) < 0)
		return -1;
	feed(x);
	while (x->running > 0 && event_base_loop(x->base, EVLOOP_ONCE) == 0)
		;
	if (x->err.class != ERR_NONE || commit(x) < 0)
		return -1;
	while (!x->dry && (rc = store_index_step(x->store, INDEX_STEP, &x->err)) != 0)
		if (rc < 0)
			return -1;
	return 0;
}

static void
print_sum(const struct reextract *x)
{
	struct cli *cli = x->cli;

	if (cli->opts.json) {
		out_json(&cli->out, json_pack("{s:I, s:I, s:I, s:I, s:I, s:b}", "changed", (json_int_t)x->changed, "same",
		    (json_int_t)x->same, "current", (json_int_t)x->current, "kept", (json_int_t)x->left, "failed",
		    (json_int_t)x->failed, "dry_run", x->dry));
		return;
	}
	if (x->changed > SHOWN_MAX)
		out_printf(&cli->out, STYLE_DIM, "and %lld more; --json lists them", (long long)(x->changed - SHOWN_MAX));
	out_printf(&cli->out, STYLE_PLAIN, "%lld texts %s, %lld read the same, %lld were of this extractor already, %lld kept as "
	    "they were, %lld could not be read", (long long)x->changed, x->dry ? "would change" : "changed",
	    (long long)x->same, (long long)x->current, (long long)x->left, (long long)x->failed);
}

static int
open_both(struct reextract *x)
{
	struct cli *cli = x->cli;
	CLEANUP(freep) char *path = NULL;
	struct err err = { 0 };
	int rc;

	if ((rc = cli_archive_path(cli, &path)) != 0)
		return rc;
	if (access(path, F_OK) != 0) {
		cli_say("there is no archive at %s", path);
		return EXIT_FAILED;
	}
	if ((cli->opts.config != NULL || access(cli->config_path, F_OK) == 0) &&
	    (rc = cli_load_config(cli, CONFIG_SKIP_SECRETS, &x->config)) != 0)
		return rc;
	if (store_open(path, x->dry ? STORE_READ : STORE_WRITE, NULL, &x->store, &err) == 0)
		return 0;
	rc = cli_failed(&err);
	if (err.class == ERR_TEMPORARY)
		cli_say("stop the daemon for it; --dry-run may run beside it");
	return rc;
}

int
cmd_reextract(struct cli *cli, int argc, char **argv)
{
	struct reextract x = { .cli = cli, .dry = cli->opts.dry_run };
	struct item *it;
	int rc;

	if ((rc = open_both(&x)) == 0) {
		rc = run(&x);
		cli_progress_end();
		if (rc < 0) {
			store_rollback(x.store);
			rc = cli_failed(&x.err);
		} else {
			print_sum(&x);
			rc = x.failed > 0 ? EXIT_FAILED : x.done > 0 ? EXIT_FOUND : EXIT_NOTHING;
		}
	}
	while ((it = x.waiting) != NULL) {
		x.waiting = it->next;
		item_free(it);
	}
	pdf_free(x.pdf);
	pool_free(x.pool);
	if (x.base != NULL)
		event_base_free(x.base);
	store_close(x.store);
	config_free(x.config);
	free(x.reader);
	return rc;
}
