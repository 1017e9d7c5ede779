#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "notify/message.h"
#include "notify/render.h"
#include "base/banned.h"

#define SUBJECT_CHARS 200
#define SUMMARY_CHARS 600	/* of a text, where a summary is wanted */
#define CHANGE_CHARS 20000	/* of the word diff */

/* The words before the title, by type; an unknown type (a newer archive) is shown by its own name. */
static const struct {
	const char *type, *words;
} headings[] = {
	{ "document.new", "" },
	{ "document.edited", "Edited: " },
	{ "document.removed", "Removed: " },
	{ "document.restored", "Back again: " },
	{ "source.failing", "Source fails: " },
	{ "source.recovered", "Source works again: " },
	{ "source.gap", "Possible gap: " },
	{ "source.quiet", "Unusually quiet: " },
	{ "source.template", "Changed on all its pages: " },
	{ "source.stale", "Says unchanged of what has changed: " },
	{ "channel.failing", "Channel fails: " },
	{ "channel.recovered", "Channel works again: " },
	{ "channel.test", "Test: " },
};

const char *
render_heading(const char *type)
{
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		if (strcmp(type, headings[i].type) == 0)
			return headings[i].words;
	return NULL;
}

static void
make_subject(struct buf *subject, const char *type, const struct summary *s)
{
	const char *words = render_heading(type), *what = s->title;
	struct buf b = BUF_INIT(64 << 10);
	CLEANUP(freep) char *line = NULL;

	if (strncmp(type, "source.", 7) == 0 || (strncmp(type, "channel.", 8) == 0 && s->cause[0] != '\0'))
		what = s->cause;
	else if (what[0] == '\0')
		what = s->url;
	if (s->source[0] != '\0')
		buf_addf(&b, "[%s] ", s->source);
	if (words != NULL)
		buf_adds(&b, words);
	else
		buf_addf(&b, "%s: ", type);
	buf_adds(&b, what);
	line = unicode_line(buf_str(&b), b.len);
	buf_add(subject, line, utf8_cut_chars(line, strlen(line), SUBJECT_CHARS));
	buf_done(&b);
}

static void
add_field(struct buf *b, const char *name, const char *value)
{
	CLEANUP(freep) char *line = unicode_line(value, strlen(value));

	if (line[0] != '\0')
		buf_addf(b, "%s: %s\n", name, line);
}

/* The word diff of an edit, as wdiff shows it: [-gone-] and {+come+}. */
static void
add_diff(struct buf *b, const json_t *diff)
{
	const json_t *changes = json_object_get(diff, "changes"), *run, *runs;
	const char *op, *text, *old_title = json_get_str(diff, "old_title");
	size_t i, k;

	if (old_title != NULL)
		buf_addf(b, "\nTitle before: %s\n", old_title);
	for (i = 0; i < json_array_size(changes) && b->len < CHANGE_CHARS; i++) {
		runs = json_object_get(json_array_get(changes, i), "runs");
		buf_adds(b, json_is_true(json_object_get(json_array_get(changes, i), "moved")) ? "\n(moved) " : "\n");
		for (k = 0; k < json_array_size(runs); k++) {
			run = json_array_get(runs, k);
			op = json_string_value(json_array_get(run, 0));
			text = json_string_value(json_array_get(run, 1));
			if (op == NULL || text == NULL)
				continue;
			if (text[0] == '\n' && text[1] == '\0')
				text = "¶";	/* a paragraph was parted, or two were joined */
			buf_addf(b, op[0] == '-' ? "[-%s-]" : op[0] == '+' ? "{+%s+}" : "%s", text);
		}
		buf_adds(b, "\n");
	}
}

/* The line under a title: what is known of where and when, with commas. */
static void
add_facts(struct buf *b, const struct summary *s)
{
	const char *const facts[] = { s->source, s->published, s->section, s->author };
	const char *sep = "";

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		CLEANUP(freep) char *line = unicode_line(facts[i], strlen(facts[i]));

		if (line[0] == '\0')
			continue;
		buf_addf(b, "%s%s", sep, line);
		sep = ", ";
	}
	buf_adds(b, "\n");
}

static void
add_document(struct buf *b, const char *type, const struct summary *s)
{
	size_t n = utf8_cut_chars(s->text, strlen(s->text), MESSAGE_TEXT_CHARS);
	CLEANUP(freep) char *title = unicode_line(s->title, strlen(s->title)), *change = NULL;

	buf_addf(b, "%s\n", title[0] != '\0' ? title : "(no title)");
	add_facts(b, s);
	if (s->url[0] != '\0')
		buf_addf(b, "%s\n", s->url);
	if (strcmp(type, "document.removed") == 0)
		buf_adds(b, "\nIts publisher has taken it away. The last text:\n");
	else if (strcmp(type, "document.restored") == 0)
		buf_adds(b, "\nIt was gone and is there again.\n");
	if (json_array_size(json_object_get(s->diff, "changes")) > 0 ||
	    json_get_str(s->diff, "old_title") != NULL) {
		change = summary_change(s);
		buf_addf(b, "\nEdited, %s\n", change);
		add_diff(b, s->diff);
		if (n > 0)
			buf_adds(b, "\n----\n\nThe whole text now\n");
	}
	if (n == 0)
		return;
	buf_adds(b, "\n");
	buf_add(b, s->text, n);
	buf_adds(b, s->text[n] != '\0' ? "\n[cut; the rest stands at the address]\n" : "\n");
}

/* A source's trouble: what, since when, and what can be done. */
static void
add_source(struct buf *b, const char *subject, const struct summary *s)
{
	buf_addf(b, "%s\n\n", subject);
	add_field(b, "Source", s->source);
	add_field(b, "State", s->state);
	add_field(b, "Cause", s->cause);
	add_field(b, "Since", s->since);
	add_field(b, "Advice", s->advice);
	add_field(b, "Address", s->url);
}

void
render_event(const char *id, const char *type, const char *body, size_t len, struct rendered *ret)
{
	struct summary *s = &ret->summary;
	struct buf *b = &ret->text;

	buf_init(&ret->subject, 64 << 10);
	buf_init(&ret->text, MESSAGE_MAX / 2);
	summary_read(body, len, s);
	ret->source = s->source;
	if (strcmp(type, "channel.digest") == 0 || strcmp(type, "channel.storm") == 0) {
		render_digest(s, &ret->subject, b);
	} else {
		make_subject(&ret->subject, type, s);
		if (strncmp(type, "document.", 9) == 0 || strcmp(type, "channel.test") == 0)
			add_document(b, type, s);
		else
			add_source(b, buf_str(&ret->subject), s);
	}
	buf_addf(b, "\n-- \npresswatch, event %s", id);
	if (s->time[0] != '\0')
		buf_addf(b, ", noticed %s", s->time);
	buf_adds(b, "\n");
}

void
rendered_done(struct rendered *r)
{
	buf_done(&r->subject);
	buf_done(&r->text);
	summary_done(&r->summary);
}

char *
render_summary(const char *type, const struct rendered *r)
{
	const struct summary *s = &r->summary;
	struct buf b = BUF_INIT(64 << 10);

	if (strcmp(type, "channel.digest") == 0 || strcmp(type, "channel.storm") == 0)
		return xstrdup(buf_str(&r->text));
	if (s->diff != NULL) {
		CLEANUP(freep) char *change = summary_change(s);

		buf_adds(&b, change);
		add_diff(&b, s->diff);
	} else if (strncmp(type, "document.", 9) != 0 && s->cause[0] != '\0') {
		buf_addf(&b, "%s\n%s", s->cause, s->advice);
	} else {
		buf_add(&b, s->text, utf8_cut_chars(s->text, strlen(s->text), SUMMARY_CHARS));
	}
	buf_rtrim(&b);
	if (b.len > 0)
		return buf_take(&b, NULL);
	buf_done(&b);
	return xstrdup("");
}
