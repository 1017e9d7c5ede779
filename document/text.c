/* text: a document as plain text and as Markdown. */
#include <stdbool.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "document/text.h"
#include "base/banned.h"

/* Title, captions and body are bounded by document.h; twice that holds every mark we add. */
#define TEXT_OUT_MAX (4u * DOCUMENT_TEXT_MAX)

/* An empty line before what follows, unless nothing stands there yet. */
static void
part(struct buf *b)
{
	if (b->len > 0)
		buf_adds(b, "\n\n");
}

char *
text_write(const struct document *doc)
{
	struct buf b = BUF_INIT(TEXT_OUT_MAX);
	bool first = true;

	if (doc->title != NULL)
		buf_adds(&b, doc->title);
	for (size_t i = 0; i <= doc->captions_count; i++) {
		const char *line = i == 0 ? doc->dateline : doc->captions[i - 1];

		if (line == NULL)
			continue;
		if (first)
			part(&b);
		else
			buf_addc(&b, '\n');
		first = false;
		buf_adds(&b, line);
	}
	if (doc->text != NULL) {
		part(&b);
		buf_adds(&b, doc->text);
	}
	buf_addc(&b, '\n');
	return buf_take(&b, NULL);
}

/* Characters that would start a structure or emphasis in Markdown are escaped. */
static void
add_escaped(struct buf *b, const char *s, size_t n, bool line_start)
{
	size_t i = 0;

	if (line_start && n > 0 && strchr("#>+-=~|", s[0]) != NULL) {
		buf_addc(b, '\\');
	} else if (line_start) {
		size_t d = 0;

		while (d < n && s[d] >= '0' && s[d] <= '9')
			d++;
		if (d > 0 && d < n && (s[d] == '.' || s[d] == ')')) {
			buf_add(b, s, d);	/* "2023. What" is no list */
			buf_addc(b, '\\');
			i = d;
		}
	}
	for (; i < n; i++) {
		if (strchr("\\`*_[]<&", s[i]) != NULL && s[i] != '\0')
			buf_addc(b, '\\');
		buf_addc(b, s[i]);
	}
}

/* "  • x" to "- x", "  1. x" stays a number; deeper levels keep their depth. */
static void
add_item(struct buf *b, const char *s, size_t n, size_t indent)
{
	static const char bullet[] = "\xe2\x80\xa2 ";
	size_t digits = 0, depth = (indent - 2) / 2;

	/* Four blanks a level: enough below "10. " as well as below "- ". */
	for (size_t i = 0; i < depth; i++)
		buf_adds(b, "    ");
	if (n >= sizeof(bullet) - 1 && memcmp(s, bullet, sizeof(bullet) - 1) == 0) {
		buf_adds(b, "- ");
		add_escaped(b, s + sizeof(bullet) - 1, n - (sizeof(bullet) - 1), true);
		return;
	}
	while (digits < n && s[digits] >= '0' && s[digits] <= '9')
		digits++;
	if (digits > 0 && digits + 1 < n && s[digits] == '.' && s[digits + 1] == ' ') {
		buf_add(b, s, digits + 2);
		add_escaped(b, s + digits + 2, n - digits - 2, true);
		return;
	}
	buf_adds(b, "- ");
	add_escaped(b, s, n, true);
}

static void
add_body(struct buf *b, const char *text)
{
	const char *p = text;
	bool in_list = false;

	while (*p != '\0') {
		size_t n = strcspn(p, "\n"), indent = strspn(p, " ");

		if (indent >= 2 && indent < n) {
			add_item(b, p + indent, n - indent, indent);
			in_list = true;
		} else if (n > 0) {
			if (in_list && b->len >= 2 && b->data[b->len - 2] != '\n')
				buf_addc(b, '\n');	/* else it would join the item */
			add_escaped(b, p, n, true);
			in_list = false;
			if (p[n] == '\n' && p[n + 1] != '\n' && p[n + 1] != '\0')
				buf_adds(b, strspn(p + n + 1, " ") >= 2 ? "\n" : "\\");
		}
		p += n;
		if (*p == '\n') {
			buf_addc(b, '\n');
			p++;
		}
	}
}

char *
text_write_markdown(const struct document *doc)
{
	struct buf b = BUF_INIT(TEXT_OUT_MAX);

	if (doc->title != NULL) {
		buf_adds(&b, "# ");
		add_escaped(&b, doc->title, strlen(doc->title), false);
	}
	if (doc->dateline != NULL) {
		part(&b);
		buf_addc(&b, '*');
		add_escaped(&b, doc->dateline, strlen(doc->dateline), false);
		buf_addc(&b, '*');
	}
	for (size_t i = 0; i < doc->captions_count; i++) {
		part(&b);
		buf_adds(&b, "> ");
		add_escaped(&b, doc->captions[i], strlen(doc->captions[i]), true);
	}
	if (doc->text != NULL) {
		part(&b);
		add_body(&b, doc->text);
	}
	buf_addc(&b, '\n');
	return buf_take(&b, NULL);
}
