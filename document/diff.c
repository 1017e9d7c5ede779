/* diff: paragraphs first; what was done to those that changed is the matter of diff_lines.c. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "document/diff_int.h"
#include "base/banned.h"

static void
lines_read(struct diff_lines *l, struct diff_names *names, const char *s)
{
	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, "\n");

		if (n > 0) {
			if (l->count >= l->cap) {
				l->cap = l->cap * 2 + 16;
				l->text = xreallocarray(l->text, l->cap, sizeof(*l->text));
				l->name = xreallocarray(l->name, l->cap, sizeof(*l->name));
			}
			l->text[l->count] = xmemdup(s, n);
			l->name[l->count++] = diff_name(names, s, n);
		}
		s += n + (s[n] == '\n');
	}
}

static void
lines_done(struct diff_lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->text[i]);
	free(l->text);
	free(l->name);
}

/* Takes the line over: it lives on in the diff, where words of later lines may still point to it. */
struct diff_block *
diff_add_block(struct diff_work *w, enum diff_op op, char **line)
{
	struct diff_block *b;

	w->d->blocks = xgrow(w->d->blocks, &w->cap, w->d->blocks_count + 1, sizeof(*w->d->blocks));
	b = &w->d->blocks[w->d->blocks_count++];
	memset(b, 0, sizeof(*b));
	b->op = op;
	b->text = *line;
	*line = NULL;
	return b;
}

static void
walk(struct diff_work *w, const unsigned char *gone, const unsigned char *come)
{
	size_t i = 0, j = 0;

	while (i < w->old.count || j < w->new.count) {
		size_t i_end = i, j_end = j;

		if (i < w->old.count && j < w->new.count && !gone[i] && !come[j]) {
			diff_add_block(w, DIFF_SAME, &w->new.text[j]);
			i++, j++;
			continue;
		}
		while (i_end < w->old.count && gone[i_end])
			i_end++;
		while (j_end < w->new.count && come[j_end])
			j_end++;
		diff_lines_replaced(w, i, i_end, j, j_end);
		i = i_end;
		j = j_end;
	}
}

struct diff *
diff_texts(const char *old_text, const char *new_text)
{
	struct diff_work w = { .d = xcalloc(1, sizeof(struct diff)), .budget = DIFF_BUDGET };
	struct diff_names *names = diff_names_new();
	unsigned char *gone, *come;

	w.words = diff_names_new();
	lines_read(&w.old, names, old_text);
	lines_read(&w.new, names, new_text);
	gone = xcalloc(w.old.count + 1, 1);
	come = xcalloc(w.new.count + 1, 1);
	diff_sequences(w.old.name, w.old.count, w.new.name, w.new.count, gone, come, &w.budget);
	walk(&w, gone, come);
	diff_moved(w.d, w.words, &w.budget);
	free(gone);
	free(come);
	lines_done(&w.old);
	lines_done(&w.new);
	diff_names_free(names);
	diff_names_free(w.words);
	return w.d;
}

void
diff_free(struct diff *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->blocks_count; i++) {
		for (size_t k = 0; k < d->blocks[i].runs_count; k++)
			free(d->blocks[i].runs[k].text);
		free(d->blocks[i].runs);
		free(d->blocks[i].text);
	}
	free(d->blocks);
	free(d);
}
