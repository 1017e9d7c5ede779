/* history: the revisions of a document, newest last. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "document/diff.h"
#include "base/banned.h"

struct text { unsigned number; char *key; };	/* hash and title of a revision */

struct history {
	struct cli *cli;
	struct table *table;
	char *title;
	int count;
	int64_t at_ms;
	struct text *texts;
	size_t texts_count, texts_cap;
};

/* The newest revision before r that had the same text; 0: none. Remembers r. */
static unsigned
same_as(struct history *h, const struct store_revision *r)
{
	CLEANUP(freep) char *key = xasprintf("%s %s", r->text_hash != NULL ? r->text_hash : "", r->title != NULL ? r->title : "");
	size_t i = h->texts_count;

	while (i > 0 && strcmp(h->texts[i - 1].key, key) != 0)
		i--;
	h->texts = xgrow(h->texts, &h->texts_cap, h->texts_count + 1, sizeof(*h->texts));
	h->texts[h->texts_count++] = (struct text){ r->number, key };
	key = NULL;
	return i > 0 ? h->texts[i - 1].number : 0;
}

static int
print_json(const struct store_revision *r, void *arg)
{
	struct history *h = arg;
	char seen[CLOCK_TEXT_MAX];
	unsigned same;
	json_t *j;

	if (h->at_ms > 0 && r->seen_ms > h->at_ms)
		return 1;
	j = json_object();
	h->count++;
	json_put_int(j, "revision", r->number);
	json_put_str(j, "seen", clock_rfc3339(r->seen_ms, true, seen));
	json_put_str(j, "title", r->title);
	json_put_int(j, "words", r->words);
	json_put_int(j, "inserted", r->words_inserted);
	json_put_int(j, "deleted", r->words_deleted);
	json_object_set_new(j, "kinds", diff_kinds_json(r->kinds));
	if ((same = same_as(h, r)) > 0)
		json_put_int(j, "returns_to", same);
	json_put_str(j, "text_hash", r->text_hash);
	json_put_str(j, "raw_hash", r->raw_hash);
	json_put_str(j, "extractor", r->extractor);
	if (r->pruned_ms > 0)
		json_put_str(j, "pruned", clock_rfc3339(r->pruned_ms, true, seen));
	out_json(&h->cli->out, j);
	return 0;
}

static int
add_row(const struct store_revision *r, void *arg)
{
	struct history *h = arg;
	struct buf kinds = BUF_INIT(512);
	char seen[OUT_TIME_MAX];
	unsigned same;

	if (h->at_ms > 0 && r->seen_ms > h->at_ms)
		return 1;
	h->count++;
	doc_kinds(r->kinds, &kinds);
	if ((same = same_as(h, r)) > 0)
		buf_addf(&kinds, "%sas revision %u", kinds.len > 0 ? ", " : "", same);
	if (r->pruned_ms > 0)
		buf_addf(&kinds, "%stext pruned", kinds.len > 0 ? ", " : "");
	table_addf(h->table, STYLE_PLAIN, "%u", r->number);
	table_add(h->table, STYLE_PLAIN, out_time(r->seen_ms, seen));
	table_addf(h->table, STYLE_PLAIN, "%u", r->words);
	table_addf(h->table, r->words_inserted > 0 ? STYLE_GREEN : STYLE_DIM, "+%u",
	    r->words_inserted);
	table_addf(h->table, r->words_deleted > 0 ? STYLE_RED : STYLE_DIM, "-%u", r->words_deleted);
	table_add(h->table, r->number == 1 ? STYLE_DIM : STYLE_PLAIN, r->number == 1 && r->pruned_ms == 0 ? "first seen" : buf_str(&kinds));
	/* In a pipe every row is whole; a person sees a title where it is another one. */
	if (!h->cli->out.tty) {
		table_add(h->table, STYLE_PLAIN, r->title);
	} else if (r->title != NULL && (h->title == NULL || strcmp(h->title, r->title) != 0)) {
		table_note(h->table, STYLE_PLAIN, r->title);
		free(h->title);
		h->title = xstrdup(r->title);
	}
	buf_done(&kinds);
	return 0;
}

int
cmd_history(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ .head = "REV", .right = true, .style = STYLE_CYAN }, { .head = "SEEN", .style = STYLE_DIM },
		{ .head = "WORDS", .right = true }, { .head = "NEW", .right = true }, { .head = "GONE", .right = true },
		{ .head = "CHANGED", .style = STYLE_YELLOW, .flexible = true }, { .head = "TITLE", .flexible = true },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, cli->out.tty ? 6 : 7);
	CLEANUP(store_doc_freep) struct store_doc *d = NULL;
	struct history h = { .cli = cli, .table = t };
	struct err err = { 0 };
	int rc;

	if (cli->opts.at != NULL && cli_time(cli->opts.at, cli->now_ms, true, &h.at_ms, &err) < 0)
		return cli_usage(cli, "%s", err.text);
	if ((rc = doc_find(cli, argv[0], 0, &d)) != 0)
		return rc;
	if (store_history(cli->store, d->doc_id, cli->opts.json ? print_json : add_row, &h, &err) <
	    0)
		return cli_failed(&err);
	if (!cli->opts.json)
		table_print(t, &cli->out);
	free(h.title);
	for (size_t i = 0; i < h.texts_count; i++)
		free(h.texts[i].key);
	free(h.texts);
	return h.count > 0 ? EXIT_FOUND : EXIT_NOTHING;
}
