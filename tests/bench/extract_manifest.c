/*
 * extract_manifest: documents of the pages that a manifest names, as JSON lines, and CPU per page on stderr.
 *   extract_manifest MANIFEST [--features FILE]
 * A manifest is JSON lines {"id","file","url","content_type"}, files relative to it, .gz read transparently.
 * --floor: libxml2's parse and text walk alone, the floor that the CPU ratio is taken against.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <libxml/HTMLparser.h>
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "extract/extract_int.h"
#include "markup/tree.h"
#include "base/banned.h"

static double
cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void
print_doc(const char *id, const struct document *doc)
{
	char iso[DATE_ISO_MAX];
	json_t *o = json_object();

	json_put_str(o, "id", id);
	json_put_str(o, "url", doc->url);
	json_put_str(o, "title", doc->title);
	if (doc->published.precision != DATE_NONE) {
		json_put_str(o, "published", date_iso(&doc->published, iso));
		json_put_str(o, "published_from", date_source_name(doc->published.source));
	}
	if (doc->modified.precision != DATE_NONE)
		json_put_str(o, "modified", date_iso(&doc->modified, iso));
	json_put_str(o, "language", doc->language);
	json_put_str(o, "author", doc->author);
	json_put_str(o, "section", doc->section);
	json_put_str(o, "dateline", doc->dateline);
	json_put_strs(o, "captions", doc->captions, doc->captions_count);
	json_put_str(o, "text", doc->text);
	json_put_int(o, "words", doc->words);
	if (doc->listing)
		json_object_set_new(o, "listing", json_true());
	json_put_str(o, "trouble", doc->trouble);
	char *line = json_line(o);

	puts(line);
	free(line);
	json_decref(o);
}

/* Scores from files of one number a block, in the order of the pages: for training on other pages' scores. */
struct given {
	FILE *alone, *context;
};

static float *
next_scores(FILE *in, size_t n)
{
	float *v = xcalloc(n + 1, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		if (fscanf(in, "%f", &v[i]) != 1)
			v[i] = -9;
	}
	return v;
}

static void
put_row(const struct page *pg, size_t i, const char *id, bool context, FILE *out)
{
	const struct block *b = &pg->blocks[i];
	float f[FEATURES_MAX];
	size_t k = context ? features_context(pg, i, f) : features_alone(pg, i, f), j;
	json_t *text = json_stringn(page_block_text(pg, b), b->len);
	char *t = text != NULL ? json_dumps(text, JSON_ENCODE_ANY) : NULL;

	fprintf(out, "%s\t%zu\t%d\t%s\t", id, i,
	    i == pg->title_block || blocks_caption_of(pg, b) != 0 ? 2 : pg->nodes[b->node].tags_up & UP_LIST ? 1 : 0,
	    t != NULL ? t : "\"\"");
	for (j = 0; j < k; j++)
		fprintf(out, "%s%.5g", j > 0 ? " " : "", (double)f[j]);
	fputc('\n', out);
	free(t);
	json_decref(text);
}

/* The steps with scores from outside; with rows: print the features of every block instead of the document. */
static void
staged(const char *id, const char *p, size_t n, const struct extract_opts *opts, struct given *g, FILE *rows)
{
	struct html *html = NULL;
	struct document *doc = document_new();
	CLEANUP(freep) float *one = NULL;
	CLEANUP(freep) float *two = NULL;
	struct err err;
	struct page pg;

	if (html_parse(p, n, opts->content_type, opts->url, &html, &err) == 0) {
		page_init(&pg, html, opts);
		page_build(&pg);
		if (g->alone != NULL)
			pg.given1 = one = next_scores(g->alone, pg.block_count);
		if (g->context != NULL)
			pg.given2 = two = next_scores(g->context, pg.block_count);
		if (pg.node_count > 0 && extract_built(&pg, doc, &err) == 0) {
			for (size_t i = 0; rows != NULL && i < pg.block_count; i++)
				put_row(&pg, i, id, g->alone != NULL, rows);
			if (rows == NULL)
				print_doc(id, doc);
		}
		page_done(&pg);
		html_free(html);
	}
	document_free(doc);
}

/* libxml2 alone: the bytes as they are into a tree, its text in one piece, the tree freed. */
static void
floor_of(const char *p, size_t n)
{
	xmlDocPtr doc = htmlReadMemory(p, (int)n, NULL, "UTF-8", HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
	    HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC);
	xmlNodePtr root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;
	struct buf b = BUF_INIT(64u << 20);

	for (xmlNodePtr x = root; x != NULL; x = tree_next(x, root, false)) {
		if (x->type == XML_TEXT_NODE && x->content != NULL)
			buf_adds(&b, (const char *)x->content);
	}
	if (doc != NULL)
		xmlFreeDoc(doc);
	buf_done(&b);
}

struct run {
	const char *manifest;
	FILE *rows;
	struct given given;
	bool only_floor;
};

static double
one(const json_t *row, struct run *r)
{
	const char *id = json_get_str(row, "id"), *file = json_get_str(row, "file");
	struct extract_opts opts = { .url = json_get_str(row, "url"),
	    .content_type = json_get_str(row, "content_type") };
	CLEANUP(freep) char *path = file != NULL ? file_beside(r->manifest, file) : NULL;
	struct buf b = BUF_INIT(64u << 20);
	struct document *doc = NULL;
	struct err err;
	double t = 0;

	if (path == NULL || file_read_gz(path, &b, &err) < 0) {
		fprintf(stderr, "%s: %s\n", id != NULL ? id : "?", path != NULL ? err.text : "no file");
	} else if (r->rows != NULL || r->given.alone != NULL) {
		staged(id, buf_str(&b), b.len, &opts, &r->given, r->rows);
	} else if (r->only_floor) {
		t = cpu_ms();
		floor_of(buf_str(&b), b.len);
		t = cpu_ms() - t;
	} else {
		t = cpu_ms();
		if (extract_page(buf_str(&b), b.len, &opts, &doc, &err) < 0)
			fprintf(stderr, "%s: %s: %s\n", id, err_class_name(err.class), err.text);
		t = cpu_ms() - t;
		if (doc != NULL)
			print_doc(id, doc);
		document_free(doc);
	}
	buf_done(&b);
	return t;
}

int
main(int argc, char **argv)
{
	struct run r = { .manifest = argc > 1 ? argv[1] : NULL };
	FILE *in = r.manifest != NULL ? fopen(r.manifest, "r") : NULL;
	char *line = NULL;
	size_t cap = 0, pages = 0;
	double total = 0;
	ssize_t n;

	if (in == NULL) {
		fprintf(stderr, "usage: extract_manifest MANIFEST [--floor] [--rows FILE] [--alone FILE] [--context FILE]\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--floor") == 0)
			r.only_floor = true;
		else if (i + 1 < argc && strcmp(argv[i], "--rows") == 0)
			r.rows = fopen(argv[++i], "w");
		else if (i + 1 < argc && strcmp(argv[i], "--alone") == 0)
			r.given.alone = fopen(argv[++i], "r");
		else if (i + 1 < argc && strcmp(argv[i], "--context") == 0)
			r.given.context = fopen(argv[++i], "r");
	}
	while ((n = getline(&line, &cap, in)) > 0) {
		json_t *row = NULL;

		if (json_read(line, (size_t)n, &row, NULL) == 0) {
			total += one(row, &r);
			pages++;
			json_decref(row);
		}
	}
	free(line);
	fclose(in);
	if (r.rows != NULL)
		fclose(r.rows);
	fprintf(stderr, "%zu pages, %.3f ms CPU a page\n", pages, pages > 0 ? total / (double)pages : 0);
	return 0;
}
