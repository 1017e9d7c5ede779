/*
 * find_driver: reads jobs as JSON lines {"file","url","content_type","kind","select_links",...} from stdin, gives each to
 * discover() and prints one JSON line of candidates with the seconds of CPU it took and the seconds that
 * libxml2 alone takes to parse the page. For tests/bench/find.py.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <libxml/HTMLparser.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "discover/discover.h"
#include "base/banned.h"

/* The first run pays for what ICU and libxml2 set up once, others for what else the machine does: the best counts. */
#define REPEATS 5

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* libxml2 alone: the bytes as they are into a tree, and the tree freed. The best of REPEATS. */
static double
parse_seconds(const struct buf *b)
{
	double best = 1e9, took;

	for (int i = 0; i < REPEATS; i++) {
		took = cpu_seconds();
		xmlFreeDoc(htmlReadMemory(buf_str(b), (int)b->len, NULL, "UTF-8", HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
		    HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC));
		took = cpu_seconds() - took;
		best = took < best ? took : best;
	}
	return best;
}

/* discover(), the best of REPEATS. */
static double
find_seconds(const struct buf *b, const struct discover_opts *o, struct candidates **ret, struct err *err, int *rc)
{
	double best = 1e9, took;

	for (int i = 0; i < REPEATS; i++) {
		candidates_free(*ret);
		*ret = NULL;
		took = cpu_seconds();
		*rc = discover(buf_str(b), b->len, o, ret, err);
		took = cpu_seconds() - took;
		best = took < best ? took : best;
	}
	return best;
}

static void
put_date(json_t *obj, const char *key, const struct doc_date *d)
{
	char iso[DATE_ISO_MAX];
	json_t *j;

	if (d->precision == DATE_NONE)
		return;
	j = json_object();
	json_put_str(j, "iso", date_iso(d, iso));
	json_put_str(j, "from", date_source_name(d->source));
	json_put_str(j, "stated", d->stated[0] != '\0' ? d->stated : NULL);
	if (d->doubtful)
		json_object_set_new(j, "doubtful", json_true());
	json_object_set_new(obj, key, j);
}

static json_t *
one_to_json(const struct candidate *c)
{
	json_t *j = json_object();

	json_put_str(j, "url", c->url);
	json_put_str(j, "guid", c->guid);
	json_put_str(j, "title", c->title);
	put_date(j, "published", &c->published);
	put_date(j, "updated", &c->updated);
	json_put_str(j, "language", c->language);
	json_put_str(j, "summary", c->summary);
	json_put_str(j, "content", c->content);
	json_put_str(j, "why", c->why);
	return j;
}

static json_t *
list_to_json(const struct candidates *c)
{
	json_t *j = json_object(), *list = json_array();

	json_put_str(j, "kind", source_kind_name(c->kind));
	json_put_str(j, "title", c->title);
	json_put_str(j, "language", c->language);
	json_put_strs(j, "more", c->more, c->more_count);
	json_put_strs(j, "feeds", c->feeds, c->feeds_count);
	json_put_str(j, "hub", c->hub);
	json_put_str(j, "charset", c->charset);
	json_object_set_new(j, "guids_doubtful", json_boolean(c->guids_doubtful));
	json_object_set_new(j, "cut", json_boolean(c->cut));
	json_object_set_new(j, "truncated", json_boolean(c->truncated));
	json_put_int(j, "shape", (int64_t)c->shape);
	json_put_int(j, "ttl_min", c->ttl_min);
	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(list, one_to_json(&c->list[i]));
	json_object_set_new(j, "list", list);
	return j;
}

static void
run(const json_t *job)
{
	struct buf b = BUF_INIT(100u << 20);
	struct candidates *c = NULL;
	struct err err = { 0 };
	const char *kind = json_get_str(job, "kind");
	struct discover_opts o = {
		.url = json_get_str(job, "url"), .content_type = json_get_str(job, "content_type"),
		.select_links = json_get_str(job, "select_links"),
		.select_title = json_get_str(job, "select_title"),
		.select_date = json_get_str(job, "select_date"),
		.language = json_get_str(job, "language"),
		.now_ms = json_get_int(job, "now_ms", 0),
		.summaries = json_is_true(json_object_get(job, "summaries")),
	};
	json_t *j;
	double took, parse = 0;
	int rc;

	if (kind != NULL)
		(void)source_kind_parse(kind, &o.kind);
	if (file_read_gz(json_get_str(job, "file"), &b, &err) < 0) {
		j = json_object();
		json_put_str(j, "error", err.text);
	} else {
		if (o.kind == KIND_LISTING)
			parse = parse_seconds(&b);
		took = find_seconds(&b, &o, &c, &err, &rc);
		if (rc < 0) {
			j = json_object();
			json_put_str(j, "error", err.text);
		} else {
			j = list_to_json(c);
		}
		json_object_set_new(j, "seconds", json_real(took));
		json_object_set_new(j, "parse_seconds", json_real(parse));
	}
	CLEANUP(freep) char *line = json_line(j);
	puts(line);
	json_decref(j);
	candidates_free(c);
	buf_done(&b);
}

int
main(void)
{
	CLEANUP(freep) char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		json_t *job;

		if (json_read(line, (size_t)n, &job, NULL) < 0)
			return 1;
		run(job);
		json_decref(job);
		fflush(stdout);
	}
	return 0;
}
