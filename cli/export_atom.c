/* export_atom: the newest documents as an Atom feed (RFC 4287), for readers of feeds. */
#include <string.h>
#include "base/clock.h"
#include "base/unicode.h"
#include "cli/export.h"
#include "base/banned.h"

#define SUMMARY_CHARS 500

/* Text of an element or attribute; control characters, which XML 1.0 cannot say, are dropped. */
static void
escaped(FILE *f, const char *s, size_t n)
{
	struct buf b = BUF_INIT((size_t)16 << 20);

	out_filter_line(&b, s, n);
	for (const char *p = buf_str(&b); *p != '\0'; p++) {
		switch (*p) {
		case '<': fputs("&lt;", f); break;
		case '>': fputs("&gt;", f); break;
		case '&': fputs("&amp;", f); break;
		case '"': fputs("&quot;", f); break;
		default: putc(*p, f);
		}
	}
	buf_done(&b);
}

static void
element(FILE *f, const char *name, const char *value)
{
	if (value == NULL)
		return;
	fprintf(f, "  <%s>", name);
	escaped(f, value, strlen(value));
	fprintf(f, "</%s>\n", name);
}

static void
begin(struct export *x)
{
	char now[CLOCK_TEXT_MAX];

	fputs("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n", x->out.f);
	element(x->out.f, "title", "presswatch");
	element(x->out.f, "id", "urn:presswatch:archive");
	element(x->out.f, "updated", clock_rfc3339(x->cli->now_ms, false, now));
	fputs("  <author><name>presswatch</name></author>\n", x->out.f);
}

static void
write_entry(struct export *x, const struct store_doc *d)
{
	FILE *f = x->out.f;
	char published[64], changed[CLOCK_TEXT_MAX];
	size_t n = d->text != NULL ? strlen(d->text) : 0;

	fputs(" <entry>\n", f);
	element(f, "title", d->title != NULL ? d->title : d->url);
	element(f, "id", d->url);
	fputs("  <link rel=\"alternate\" href=\"", f);
	escaped(f, d->url, strlen(d->url));
	fputs("\"/>\n", f);
	if (d->published != NULL && strlen(d->published) == 10) {	/* a bare day: an instant is wanted */
		snprintf(published, sizeof(published), "%sT00:00:00Z", d->published);
		element(f, "published", published);
	} else if (d->published != NULL && strlen(d->published) > 19) {
		element(f, "published", d->published);
	}
	element(f, "updated",
	    clock_rfc3339(d->last_changed_ms > 0 ? d->last_changed_ms : d->first_seen_ms, true,
		changed));
	fputs("  <author><name>", f);
	escaped(f, d->author != NULL ? d->author : d->source, strlen(d->author != NULL ? d->author : d->source));
	fputs("</name></author>\n", f);
	for (size_t i = 0; i < d->labels_count; i++) {
		fputs("  <category term=\"", f);
		escaped(f, d->labels[i], strlen(d->labels[i]));
		fputs("\"/>\n", f);
	}
	if (n > 0) {
		size_t cut = utf8_cut_chars(d->text, n, SUMMARY_CHARS);

		fputs("  <summary type=\"text\">", f);
		escaped(f, d->text, cut);
		fputs(cut < n ? "…</summary>\n" : "</summary>\n", f);
	}
	fputs(" </entry>\n", f);
}

static void
end(struct export *x)
{
	fputs("</feed>\n", x->out.f);
}

const struct export_format export_atom = { .name = "atom", .newest_first = true, .limit = 100, .begin = begin,
	.write = write_entry, .end = end };
