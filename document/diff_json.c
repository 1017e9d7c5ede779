/* diff_json: a diff as it stands in events and on the terminal's --json. */
#include <string.h>
#include "base/json.h"
#include "base/unicode.h"
#include "document/diff.h"
#include "base/banned.h"

static const struct {
	enum change_kind kind;
	const char *name;
} names[] = {
	{ CHANGE_TITLE, "title" }, { CHANGE_BODY, "body" }, { CHANGE_NUMBER, "number" },
	{ CHANGE_DATE, "date" }, { CHANGE_NAME, "name" }, { CHANGE_NEGATION, "negation" },
	{ CHANGE_QUOTATION, "quotation" }, { CHANGE_DATE_ONLY, "date-only" },
	{ CHANGE_FORM_ONLY, "form-only" }, { CHANGE_ATTACHMENT, "attachment" },
};

json_t *
diff_kinds_json(unsigned kinds)
{
	json_t *j = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((kinds & names[i].kind) != 0)
			json_array_append_new(j, json_string(names[i].name));
	return j;
}

unsigned
diff_kinds_of_json(const json_t *list)
{
	unsigned kinds = 0;

	for (size_t k = 0; k < json_array_size(list); k++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (json_is_string(json_array_get(list, k)) &&
			    strcmp(json_string_value(json_array_get(list, k)), names[i].name) == 0)
				kinds |= names[i].kind;
	return kinds;
}

struct writer {
	json_t *changes;
	size_t left;		/* bytes of text that may still be written */
	bool cut;
};

static void
add_run(struct writer *w, json_t *runs, enum diff_op op, const char *text)
{
	static const char *const marks[] = { [DIFF_SAME] = "=", [DIFF_DELETE] = "-",
	    [DIFF_INSERT] = "+" };
	size_t n = strlen(text);

	if (w->cut)
		return;
	if (n > w->left) {
		n = utf8_cut(text, n, w->left);
		w->cut = true;
		if (n == 0)
			return;
	}
	w->left -= n;
	json_array_append_new(runs, json_pack("[s,s%]", marks[op], text, n));
}

static void
add_change(struct writer *w, const struct diff_block *b)
{
	const char *op = b->op == DIFF_DELETE ? "delete" : b->op == DIFF_INSERT ? "insert" : "change";
	json_t *runs, *change;

	if (w->cut || (b->op == DIFF_SAME && b->runs_count == 0))
		return;
	runs = json_array();
	if (b->runs_count == 0)
		add_run(w, runs, b->op, b->text);
	for (size_t i = 0; i < b->runs_count; i++)
		add_run(w, runs, b->runs[i].op, b->runs[i].text);
	if (json_array_size(runs) == 0) {
		json_decref(runs);
		return;
	}
	change = json_pack("{s:s,s:o}", "op", op, "runs", runs);
	if (b->moved)
		json_object_set_new(change, "moved", json_true());
	json_array_append_new(w->changes, change);
}

json_t *
diff_to_json(const struct diff *d, const char *old_title, const char *new_title, size_t max_bytes)
{
	json_t *j = json_object();
	struct writer w = { .changes = json_array(), .left = max_bytes };
	const char *a = old_title != NULL ? old_title : "", *b = new_title != NULL ? new_title : "";

	if (strcmp(a, b) != 0) {
		json_put_str(j, "old_title", a);
		json_put_str(j, "new_title", b);
	}
	json_put_int(j, "deleted", d->words_deleted);
	json_put_int(j, "inserted", d->words_inserted);
	for (size_t i = 0; i < d->blocks_count && !w.cut; i++)
		add_change(&w, &d->blocks[i]);
	json_object_set_new(j, "changes", w.changes);
	if (w.cut)
		json_object_set_new(j, "cut", json_true());
	return j;
}
