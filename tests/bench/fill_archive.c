/*
 * fill_archive: an archive with N plausible documents, through store.h as the daemon's writer thread uses it: puts in batches,
 * the index in steps between them. Prints one JSON object: CPU per document without that of making the text, the longest commit
 * and the longest index step, bytes of text and file.
 *   fill_archive ARCHIVE COUNT [--first N] [--batch N] [--sources N] [--lang en] [--events] [--raw] [--full-sync]
 * Of seven documents four are English, two Vietnamese, one Japanese; each 40th is a near copy of the one before on another site.
 */
#include <getopt.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store.h"
#include "tests/bench/words.h"
#include "base/banned.h"

#define TEXT_BYTES 4000
#define INDEX_STEP 32
#define START_MS INT64_C(1500000000000)

struct fill {
	struct store *s;
	long first, count, batch, sources;
	bool events, raw;
	int only;		/* language, or -1 */
	double making_s, put_s, index_s, longest_commit_ms, longest_step_ms;
	unsigned long long text_bytes, made;
};

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
die(const char *doing, const struct err *err)
{
	fprintf(stderr, "fill_archive: %s: %s\n", doing, err->text);
	exit(1);
}

static void
make_sources(struct fill *f)
{
	struct store_source_def *defs = xcalloc((size_t)f->sources, sizeof(*defs));
	struct err err = { 0 };

	for (long i = 0; i < f->sources; i++)
		defs[i] = (struct store_source_def){ .name = xasprintf("s%ld", i),
			.url = xasprintf("https://press%ld.example.org/news/", i) };
	if (store_sources_sync(f->s, defs, (size_t)f->sources, &err) < 0)
		die("sources", &err);
	for (long i = 0; i < f->sources; i++) {
		free((char *)defs[i].name);
		free((char *)defs[i].url);
	}
	free(defs);
}

/* Text of document i into out; near copies change a few words of the one before. */
static struct document *
make_document(struct fill *f, long i)
{
	static const char *const tag[] = { [WORDS_EN] = "en", [WORDS_VI] = "vi", [WORDS_JA] = "ja" };
	static const enum words_lang turn[] = { WORDS_EN, WORDS_EN, WORDS_VI, WORDS_EN, WORDS_JA, WORDS_VI, WORDS_EN };
	static char text[TEXT_BYTES * 2 + 256], title[256];
	struct document *doc = document_new();
	long like = i % 40 == 39 ? i - 1 : i;
	enum words_lang lang = f->only >= 0 ? (enum words_lang)f->only : turn[like % 7];
	size_t bytes = TEXT_BYTES - 800 + (size_t)(like * 2654435761u % 1600);
	size_t n = words_prose(lang, (uint64_t)like, bytes, text);

	if (like != i)
		n += (size_t)snprintf(text + n, 64, " copy %ld of another office", i);
	words_prose(lang, (uint64_t)i + 7777777, 60, title);
	doc->url = xasprintf("https://press%ld.example.org/news/2023/%ld-release.html", i % f->sources, i);
	doc->title = xstrdup(title);
	doc->text = xmemdup(text, n + 1);
	doc->language = xstrdup(tag[lang]);
	doc->words = (unsigned)(n / 6);
	doc->text_state = TEXT_FULL;
	f->text_bytes += n;
	return doc;
}

static void
put_one(struct fill *f, long i)
{
	double at = cpu_s();
	struct document *doc = make_document(f, i);
	CLEANUP(freep) char *source = xasprintf("s%ld", i % f->sources);
	CLEANUP(freep) char *etag = xasprintf("\"%lx-%lx\"", i * 7919, i);
	struct store_put put = { .source = source, .url = doc->url, .etag = etag, .doc = doc, .content_type = "text/html; charset=utf-8",
		.last_modified = "Wed, 15 Nov 2023 18:13:20 GMT", .http_status = 200, .extractor = "1", .at_ms = START_MS + i * 1000,
		.next_check_ms = START_MS + i * 1000 + 86400000, .next_check_hot_ms = START_MS + i * 1000 + 600000, .quiet = !f->events,
		.announce = f->events };
	struct store_put_result result;
	struct err err = { 0 };

	if (f->raw) {
		put.raw = doc->text;
		put.raw_len = strlen(doc->text);
	}
	f->making_s += cpu_s() - at;
	if (store_put(f->s, &put, NULL, &result, &err) < 0)
		die("put", &err);
	f->made += result.what == PUT_NEW;
	document_free(doc);
}

static int
index_some(struct fill *f)
{
	double at = wall_s(), cpu = cpu_s(), ms;
	struct err err = { 0 };
	int rc = store_index_step(f->s, INDEX_STEP, &err);

	if (rc < 0)
		die("index", &err);
	ms = (wall_s() - at) * 1000;
	if (ms > f->longest_step_ms)
		f->longest_step_ms = ms;
	f->index_s += cpu_s() - cpu;
	return rc;
}

static void
fill(struct fill *f)
{
	struct err err = { 0 };

	for (long i = f->first; i < f->first + f->count;) {
		double cpu = cpu_s(), making = f->making_s, at, ms;

		if (store_begin(f->s, &err) < 0)
			die("begin", &err);
		for (long n = 0; n < f->batch && i < f->first + f->count; n++)
			put_one(f, i++);
		at = wall_s();
		if (store_commit(f->s, &err) < 0)
			die("commit", &err);
		ms = (wall_s() - at) * 1000;
		if (ms > f->longest_commit_ms)
			f->longest_commit_ms = ms;
		f->put_s += cpu_s() - cpu - (f->making_s - making);
		for (long n = 0; n < f->batch / INDEX_STEP; n++)
			index_some(f);
	}
	while (index_some(f) > 0)
		;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "first", 1, NULL, 'f' }, { "batch", 1, NULL, 'b' }, { "sources", 1, NULL, 's' },
		{ "lang", 1, NULL, 'l' }, { "events", 0, NULL, 'e' }, { "raw", 0, NULL, 'r' }, { NULL, 0, NULL, 0 } };
	struct fill f = { .batch = 64, .sources = 1000, .only = -1 };
	struct err err = { 0 };
	struct stat st;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 'f': f.first = strtol(optarg, NULL, 10); break;
		case 'b': f.batch = strtol(optarg, NULL, 10); break;
		case 's': f.sources = strtol(optarg, NULL, 10); break;
		case 'l': f.only = optarg[0] == 'j' ? WORDS_JA : optarg[0] == 'v' ? WORDS_VI : WORDS_EN; break;
		case 'e': f.events = true; break;
		case 'r': f.raw = true; break;
		default: return 2;
		}
	if (argc - optind != 2 || (f.count = strtol(argv[optind + 1], NULL, 10)) <= 0)
		return 2;
	if (store_open(argv[optind], STORE_WRITE, NULL, &f.s, &err) < 0)
		die("open", &err);
	make_sources(&f);
	fill(&f);
	store_close(f.s);
	if (stat(argv[optind], &st) < 0)
		return 1;
	printf("{\"documents\": %llu, \"put_us\": %.1f, \"index_us\": %.1f, \"making_us\": %.1f, \"text_bytes\": %.1f, "
	    "\"file_bytes\": %.1f, \"longest_commit_ms\": %.1f, \"longest_index_step_ms\": %.1f}\n", f.made,
	    f.put_s / (double)f.count * 1e6, f.index_s / (double)f.count * 1e6, f.making_s / (double)f.count * 1e6,
	    (double)f.text_bytes / (double)f.count, (double)st.st_size / (double)(f.first + f.count), f.longest_commit_ms,
	    f.longest_step_ms);
	return 0;
}
