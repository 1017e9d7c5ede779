/* diff: two revisions of a document, word by word; coloured on a terminal, [-gone-] and {+new+} in a pipe. */
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/unicode.h"
#include "cli/cli.h"
#include "cli/doc.h"
#include "document/diff.h"
#include "base/banned.h"

#define DIFF_JSON_MAX (8u << 20)
#define MOVED_CHARS 60

/* Without colour the words that went are [-so-] and new ones {+so+}. */
static void
add_run(const struct out *o, struct buf *b, enum diff_op op, const char *text)
{
	static const char *const open[] = { [DIFF_SAME] = "", [DIFF_DELETE] = "[-", [DIFF_INSERT] = "{+" };
	static const char *const close[] = { [DIFF_SAME] = "", [DIFF_DELETE] = "-]", [DIFF_INSERT] = "+}" };
	static const enum style style[] = { [DIFF_SAME] = STYLE_PLAIN, [DIFF_DELETE] = STYLE_RED,
		[DIFF_INSERT] = STYLE_GREEN };
	size_t n = strlen(text), blanks = 0, lead = 0;

	while (op != DIFF_SAME && lead < n && text[lead] == ' ')
		lead++;		/* the marks stand at the words, not at their blanks */
	while (op != DIFF_SAME && blanks < n - lead && text[n - 1 - blanks] == ' ')
		blanks++;
	if (op != DIFF_SAME && lead == n)	/* a blank that went or came is all there is to show */
		lead = blanks = 0;
	if (op != DIFF_SAME && n == 1 && text[0] == '\n')	/* a paragraph was parted, or two were joined */
		text = "¶";
	n = strlen(text);
	rich_addn(b, STYLE_PLAIN, text, lead);
	text += lead;
	n -= lead;
	if (!o->colour)
		rich_add(b, style[op], open[op]);
	rich_addn(b, style[op], text, n - blanks);
	if (!o->colour)
		rich_add(b, style[op], close[op]);
	rich_addn(b, STYLE_PLAIN, text + n - blanks, blanks);
}

/* Where a paragraph stood that stands elsewhere now: its beginning alone. */
static void
print_moved_away(struct out *o, struct buf *b, const struct diff_block *block)
{
	size_t n = strlen(block->text), cut = utf8_cut_chars(block->text, n, MOVED_CHARS);

	rich_add(b, STYLE_DIM, block->down ? "(moved down: " : "(moved up: ");
	rich_addn(b, STYLE_DIM, block->text, cut);
	rich_add(b, STYLE_DIM, cut < n ? "…)" : ")");
	rich_print(o, b, 0, 0);
}

static void
print_block(struct out *o, struct buf *b, const struct diff_block *block)
{
	buf_clear(b);
	if (block->moved && block->op == DIFF_DELETE) {
		print_moved_away(o, b, block);
		return;
	}
	if (block->moved)
		rich_add(b, STYLE_DIM, block->down ? "(moved from above) " : "(moved from below) ");
	if (block->runs_count > 0)
		for (size_t i = 0; i < block->runs_count; i++)
			add_run(o, b, block->runs[i].op, block->runs[i].text);
	else
		add_run(o, b, block->moved ? DIFF_SAME : block->op, block->text);
	rich_print(o, b, 0, out_hang(block->text, strlen(block->text)));
}

static bool
is_changed(const struct diff_block *b)
{
	return b->op != DIFF_SAME || b->runs_count > 0;
}

static bool
is_item(const struct diff_block *b)
{
	return out_hang(b->text, strlen(b->text)) > 0;
}

static void
print_folded(struct out *o, size_t n)
{
	if (n > 0)
		out_printf(o, STYLE_DIM, "… %zu paragraph%s unchanged", n, n == 1 ? "" : "s");
}

/* Changed paragraphs with the one before and after; how many are left out between them is said. full: all of them. */
static void
print_diff(struct out *o, const struct diff *d, bool full)
{
	const struct diff_block *all = d->blocks, *last = NULL;
	struct buf b = BUF_INIT(16 << 20);
	size_t folded = 0;

	for (size_t i = 0; i < d->blocks_count; i++) {
		bool near = full || is_changed(&all[i]) || (i > 0 && is_changed(&all[i - 1])) ||
		    (i + 1 < d->blocks_count && is_changed(&all[i + 1]));

		if (!near) {
			folded++;
			continue;
		}
		/* As in the text: the items of one list stand without empty lines. */
		if (last != NULL && (folded > 0 || !is_item(last) || !is_item(&all[i])))
			out_nl(o);
		print_folded(o, folded);
		if (folded > 0)
			out_nl(o);
		folded = 0;
		last = &all[i];
		print_block(o, &b, last);
	}
	if (folded > 0 && last != NULL)
		out_nl(o);
	print_folded(o, folded);
	buf_done(&b);
}

static void
print_people(struct out *o, const struct store_doc *a, const struct store_doc *b,
    const struct diff *d, bool full)
{
	char from[OUT_TIME_MAX], to[OUT_TIME_MAX];
	const char *old_title = a->title ? a->title : "", *title = b->title ? b->title : "";
	unsigned kinds = diff_kinds(d, a->title, b->title);
	struct buf buf = BUF_INIT(64 << 10), names = BUF_INIT(4096);

	if (strcmp(old_title, title) != 0) {
		add_run(o, &buf, DIFF_DELETE, old_title);
		rich_print(o, &buf, 0, 0);
		buf_clear(&buf);
		add_run(o, &buf, DIFF_INSERT, title);
		rich_print(o, &buf, 0, 0);
	} else {
		rich_line(o, STYLE_BOLD, title, 0);
	}
	doc_kinds(kinds, &names);
	out_printf(o, STYLE_DIM, "revision %u (%s) to %u (%s)", a->revision,
	    out_time(a->revision > 1 ? a->last_changed_ms : a->first_seen_ms, from), b->revision,
	    out_time(b->revision > 1 ? b->last_changed_ms : b->first_seen_ms, to));
	buf_clear(&buf);
	if (d->moved > 0)
		buf_addf(&buf, ", %u paragraph%s moved", d->moved, d->moved == 1 ? "" : "s");
	out_printf(o, STYLE_DIM, "%u word%s gone, %u new%s%s%s", d->words_deleted, d->words_deleted == 1 ? "" : "s",
	    d->words_inserted, buf_str(&buf), names.len > 0 ? ": " : "", buf_str(&names));
	out_nl(o);
	print_diff(o, d, full);
	buf_done(&buf);
	buf_done(&names);
}

static int
compare(struct cli *cli, const struct store_doc *a, const struct store_doc *b)
{
	CLEANUP(diff_freep) struct diff *d = diff_texts(a->text, b->text);
	json_t *j, *more;

	if (cli->opts.json) {
		j = json_object();
		json_put_str(j, "id", b->id);
		json_put_int(j, "from", a->revision);
		json_put_int(j, "to", b->revision);
		json_object_set_new(j, "kinds", diff_kinds_json(diff_kinds(d, a->title, b->title)));
		more = diff_to_json(d, a->title, b->title, DIFF_JSON_MAX);
		json_object_update(j, more);
		json_decref(more);
		out_json(&cli->out, j);
	} else {
		print_people(&cli->out, a, b, d, cli->opts.full);
	}
	return EXIT_FOUND;
}

int
cmd_diff(struct cli *cli, int argc, char **argv)
{
	CLEANUP(store_doc_freep) struct store_doc *now = NULL, *a = NULL, *b = NULL;
	unsigned from = 0, to = 0;
	struct err err = { 0 };
	int rc;

	if ((argc > 1 && cli_number("A", argv[1], &from, &err) < 0) ||
	    (argc > 2 && cli_number("B", argv[2], &to, &err) < 0))
		return cli_usage(cli, "%s", err.text);
	if ((rc = doc_find(cli, argv[0], 0, &now)) != 0)
		return rc;
	if (argc == 1 && now->revision < 2) {
		cli_say("document %s has one revision: nothing to compare", now->id);
		return EXIT_NOTHING;
	}
	if ((rc = doc_find(cli, now->id, from > 0 ? from : now->revision - 1, &a)) != 0 ||
	    (rc = doc_find(cli, now->id, to, &b)) != 0)
		return rc;
	return compare(cli, a, b);
}
