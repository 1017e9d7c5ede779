/* export: all documents in a form that other programs read; jsonl, csv and markdown are written here. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "cli/export.h"
#include "document/text.h"
#include "base/banned.h"

static void
write_jsonl(struct export *x, const struct store_doc *d)
{
	out_json(&x->out, store_doc_json(d, true));
}

static void
begin_csv(struct export *x)
{
	fputs("id,source,url,title,published,modified,language,section,author,text_state,words,revision,"
	    "first_seen,last_changed,state,story,text\r\n", x->out.f);
}

static void
write_csv(struct export *x, const struct store_doc *d)
{
	char first[CLOCK_TEXT_MAX], changed[CLOCK_TEXT_MAX], revision[16], words[16];
	const char *const fields[] = { d->id, d->source, d->url, d->title, d->published, d->modified, d->language,
		d->section, d->author, text_state_name(d->text_state), words, revision, first, changed, d->state,
		d->story, d->text };
	const size_t n = sizeof(fields) / sizeof(fields[0]);

	snprintf(revision, sizeof(revision), "%u", d->revision);
	snprintf(words, sizeof(words), "%u", d->words);
	clock_rfc3339(d->first_seen_ms, true, first);
	clock_rfc3339(d->last_changed_ms, true, changed);
	for (size_t i = 0; i < n; i++) {
		out_csv_cell(&x->out, fields[i]);
		fputs(i + 1 < n ? "," : "\r\n", x->out.f);
	}
}

static void
write_markdown(struct export *x, const struct store_doc *d)
{
	struct document view = doc_view(d);
	CLEANUP(freep) char *text = text_write_markdown(&view);

	if (x->done > 0)
		fputs("\n---\n\n", x->out.f);
	out_block(&x->out, text);
	out_nl(&x->out);
	out_printf(&x->out, STYLE_PLAIN, "<%s>", d->url != NULL ? d->url : "");
}

const struct export_format export_jsonl = { .name = "jsonl", .write = write_jsonl };
const struct export_format export_csv = { .name = "csv", .begin = begin_csv, .write = write_csv };
const struct export_format export_markdown = { .name = "markdown", .write = write_markdown };

static const struct export_format *const formats[] = { &export_jsonl, &export_csv, &export_markdown, &export_atom,
	&export_warc };

struct walk { struct export *x; const struct export_format *format; };

static int
write_one(const struct store_doc *d, const char *snippet, void *arg)
{
	struct walk *w = arg;

	w->format->write(w->x, d);
	w->x->done++;
	if (!w->x->out.tty)	/* a bar would stand in the text */
		cli_progress(w->x->done, w->x->all, (void *)"export");
	return ferror(w->x->out.f) != 0;
}

static int
walk(struct export *x, const struct export_format *format, const struct store_filter *f)
{
	struct store *s = x->cli->store;
	struct walk w = { x, format };
	struct store_counts counts = { 0 };
	struct err err = { 0 };
	int n;

	if (f->query == NULL && f->source == NULL && f->lang == NULL && f->label == NULL && f->since_ms == 0 &&
	    f->until_ms == 0 && store_get_counts(s, &counts, &err) == 0)
		x->all = counts.documents;
	if (f->limit > 0 && (x->all == 0 || x->all > f->limit))
		x->all = f->limit;
	if (format->begin != NULL)
		format->begin(x);
	n = format->newest_first ? store_list(s, f, true, write_one, &w, &err) :
				   store_walk(s, f, write_one, &w, &err);
	cli_progress_end();
	if (n < 0)
		return cli_query_failed(f->query, &err);
	if (format->end != NULL)
		format->end(x);
	if (fflush(x->out.f) != 0 || ferror(x->out.f)) {
		cli_say("cannot write: %s", strerror(errno));
		return EXIT_FAILED;
	}
	return x->done > 0 ? EXIT_FOUND : EXIT_NOTHING;
}

int
cmd_export(struct cli *cli, int argc, char **argv)
{
	const char *name = cli->opts.format != NULL ? cli->opts.format : "jsonl";
	const struct export_format *format = NULL;
	CLEANUP(fclosep) FILE *file = NULL;
	CLEANUP(freep) char *query = argc > 0 ? cli_query(argc, argv) : NULL;
	struct export x = { .cli = cli };
	struct store_filter f;
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i]->name, name) == 0)
			format = formats[i];
	if (format == NULL)
		return cli_usage(cli, "there is no format '%s' (jsonl, csv, markdown, atom, warc)",
		    name);
	if (cli_filter(cli, 0, &f, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	f.query = query;
	if (f.limit == 0)
		f.limit = format->limit;
	if (cli->opts.output != NULL && (file = fopen(cli->opts.output, "we")) == NULL) {
		cli_say("cannot write %s: %s", cli->opts.output, strerror(errno));
		return EXIT_FAILED;
	}
	x.out = (struct out){ .f = file != NULL ? file : stdout, .tty = file == NULL && cli->out.tty };
	return walk(&x, format, &f);
}
