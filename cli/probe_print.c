/* probe_print: what a look at an address found, for people and as JSON. */
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "cli/doc.h"
#include "cli/probe.h"
#include "base/banned.h"

#define SHOWN 10		/* newest documents on a page for people */

static void
put_diagnosis(json_t *j, const struct probe_found *f)
{
	json_put_str(j, "diagnosis", diagnosis_words(f->diagnosis));
	json_put_str(j, "advice", diagnosis_advice(f->diagnosis));
}

static void
print_json(struct out *o, const struct probe_found *f, const struct cfg_source *src)
{
	const struct candidates *c = f->candidates;
	json_t *j = json_object(), *list = json_array();

	json_put_str(j, "source", src->name);
	json_put_str(j, "url", f->url);
	json_put_str(j, "moved_to", f->moved_to);
	json_put_str(j, "kind", source_kind_name(c->kind));
	json_put_str(j, "title", c->title);
	json_put_str(j, "robots", src->ignore_robots ? "ignored" : "allowed");
	json_put_str(j, "content_type", f->content_type);
	json_put_str(j, "charset", c->charset);
	json_put_str(j, "etag", f->etag);
	json_put_str(j, "last_modified", f->last_modified);
	json_put_int(j, "bytes", (int64_t)f->bytes);
	json_put_str(j, "next", c->kind != KIND_SITEMAP && c->more_count > 0 ? c->more[0] : NULL);
	json_put_str(j, "hub", c->hub);
	json_put_strs(j, "feeds", c->feeds, c->feeds_count);
	json_put_strs(j, "sitemaps", f->sitemaps, f->sitemaps_count);
	put_diagnosis(j, f);
	if (c->refused > 0)
		json_put_int(j, "refused", (int64_t)c->refused);
	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(list, candidate_to_line(&c->list[i], true));
	json_object_set_new(j, "candidates", list);
	if (f->document != NULL)
		json_object_set_new(j, "document", document_to_json(f->document));
	else if (f->document_err.class != ERR_NONE)
		json_put_str(j, "document_error", f->document_err.text);
	out_json(o, j);
}

static void
line(struct table *t, const char *name, const char *value)
{
	if (value == NULL)
		return;
	table_add(t, STYLE_PLAIN, name);
	table_add(t, STYLE_PLAIN, value);
}

/* What it would do at each visit. */
static void
print_manners(struct out *o, const struct probe_found *f, const struct cfg_source *src)
{
	static const struct table_column columns[] = { { .style = STYLE_DIM }, { .flexible = true } };
	CLEANUP(table_freep) struct table *t = table_new(columns, 2);
	const struct candidates *c = f->candidates;
	struct buf valid = BUF_INIT(4096), charset = BUF_INIT(1024);

	if (f->etag != NULL || f->last_modified != NULL)
		buf_addf(&valid, "%s%s%s%s%s: a page that did not change costs next to nothing", f->etag != NULL ? "ETag " : "",
		    f->etag != NULL ? f->etag : "", f->etag != NULL && f->last_modified != NULL ? ", " : "",
		    f->last_modified != NULL ? "Last-Modified " : "", f->last_modified != NULL ? f->last_modified : "");
	else
		buf_addf(&valid, "none: each visit reads all %zu bytes and compares them", f->bytes);
	buf_addf(&charset, "%s (Content-Type: %s)", c->charset != NULL ? c->charset : "not read",
	    f->content_type != NULL ? f->content_type : "none");
	line(t, "  moved for good to", f->moved_to);
	line(t, "  robots.txt", src->ignore_robots ? "ignored, as the configuration says" : "allows it");
	line(t, "  validators", buf_str(&valid));
	line(t, "  encoding", buf_str(&charset));
	line(t, "  next page", c->kind != KIND_SITEMAP && c->more_count > 0 ? c->more[0] : NULL);
	line(t, "  WebSub hub", c->hub);
	for (size_t i = 0; i < c->feeds_count; i++)
		line(t, "  feed it names", c->feeds[i]);
	for (size_t i = 0; i < f->sitemaps_count; i++)
		line(t, "  sitemap", f->sitemaps[i]);
	line(t, "  diagnosis", diagnosis_words(f->diagnosis));
	line(t, "  advice", diagnosis_advice(f->diagnosis));
	table_print(t, o);
	buf_done(&valid);
	buf_done(&charset);
}

static void
print_candidates(struct out *o, const struct candidates *c)
{
	static const struct table_column columns[] = {
		{ .style = STYLE_DIM }, { .flexible = true }, { .flexible = true, .style = STYLE_CYAN },
	};
	CLEANUP(table_freep) struct table *t = table_new(columns, 3);
	size_t shown = c->count > SHOWN ? SHOWN : c->count;
	char iso[DATE_ISO_MAX];

	for (size_t i = 0; i < shown; i++) {
		table_addf(t, STYLE_PLAIN, "%.10s", date_iso(&c->list[i].published, iso));
		table_add(t, STYLE_PLAIN, c->list[i].title);
		table_add(t, STYLE_PLAIN, c->list[i].url);
	}
	table_print(t, o);
	if (shown < c->count)
		out_printf(o, STYLE_DIM, "… and %zu more", c->count - shown);
}

void
probe_print(struct cli *cli, const struct probe_found *f, const struct cfg_source *src)
{
	struct out *o = &cli->out;
	const struct candidates *c = f->candidates;

	if (cli->opts.json) {
		print_json(o, f, src);
		return;
	}
	out_printf(o, STYLE_BOLD, "%s: a %s with %zu documents%s%s", f->url, source_kind_name(c->kind), c->count,
	    c->title != NULL ? ": " : "", c->title != NULL ? c->title : "");
	if (c->refused > 0)
		out_printf(o, STYLE_YELLOW, "%zu more are left out by include and exclude", c->refused);
	print_manners(o, f, src);
	if (c->kind == KIND_LISTING && c->count == 0 && diagnosis_words(f->diagnosis) == NULL)
		out_printf(o, STYLE_YELLOW, "no list of documents was found: name it with `select.links`, or watch it as a page");
	out_nl(o);
	print_candidates(o, c);
	if (f->document != NULL) {
		out_nl(o);
		doc_print_page(o, f->document, NULL);
	} else if (f->document_err.class != ERR_NONE) {
		out_nl(o);
		out_printf(o, STYLE_RED, "%s", f->document_err.text);
	}
}

int
probe_failed(struct cli *cli, const struct probe_found *f, const struct err *err)
{
	json_t *j;

	if (cli->opts.json) {
		j = json_object();
		json_put_str(j, "error", err->text);
		put_diagnosis(j, f);
		out_json(&cli->out, j);
	}
	cli_say("%s", err->text);
	if (diagnosis_words(f->diagnosis) != NULL && strstr(err->text, diagnosis_words(f->diagnosis)) == NULL)
		cli_say("%s", diagnosis_words(f->diagnosis));
	if (diagnosis_advice(f->diagnosis) != NULL)
		cli_say("%s", diagnosis_advice(f->diagnosis));
	return EXIT_FAILED;
}
