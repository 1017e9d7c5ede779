/*
 * ask_archive: what it costs to ask an archive that fill_archive made. One JSON object a line: class of query, CPU p50 and p95 in
 * ms, hits of the first.   ask_archive ARCHIVE REPEATS [near-documents]
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "store/query.h"
#include "store/store_int.h"
#include "tests/bench/words.h"
#include "base/banned.h"

#define FOUND 20

static const struct class {
	const char *name;
	enum words_lang lang;
	uint32_t from, to;	/* ranks */
	int words;
	bool phrase, prefix, plain;
} classes[] = {
	{ "rare word", WORDS_EN, 60000, 100000, 1, false, false, false },
	{ "mid word", WORDS_EN, 2000, 6000, 1, false, false, false },
	{ "common word", WORDS_EN, 20, 100, 1, false, false, false },
	{ "two mid words", WORDS_EN, 800, 3000, 2, false, false, false },
	{ "two common words", WORDS_EN, 20, 100, 2, false, false, false },
	{ "phrase of common words", WORDS_EN, 20, 60, 2, true, false, false },
	{ "prefix", WORDS_EN, 2000, 6000, 1, false, true, false },
	{ "japanese", WORDS_JA, 200, 2000, 1, false, false, false },
	{ "vietnamese without marks", WORDS_VI, 200, 2000, 1, false, false, true },
};

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_value(const void *va, const void *vb)
{
	const double *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

static int
one_found(const struct store_doc *d, const char *snippet, void *arg)
{
	int64_t *last = arg;

	*last = d->doc_id;
	return 0;
}

static int
one_similar(const struct store_doc *d, const struct store_similarity *how, void *arg)
{
	return one_found(d, how->tie, arg);
}

static void
make_query(const struct class *c, uint64_t *seed, char out[512])
{
	size_t n = 0;

	if (c->phrase)
		out[n++] = '"';
	for (int i = 0; i < c->words; i++) {
		if (i > 0)
			out[n++] = ' ';
		n += words_word(c->lang, c->from + (uint32_t)(words_random(seed) % (c->to - c->from)), c->plain, out + n);
	}
	if (c->phrase)
		out[n++] = '"';
	if (c->prefix) {
		n -= n > 4 ? 1 : 0;
		out[n++] = '*';
	}
	out[n] = '\0';
}

static void
tell(const char *name, double *ms, int count, double found)
{
	qsort(ms, (size_t)count, sizeof(*ms), by_value);
	printf("{\"class\": \"%s\", \"p50_ms\": %.3f, \"p95_ms\": %.3f, \"max_ms\": %.3f, \"found\": %.1f}\n", name, ms[count / 2],
	    ms[(count * 95) / 100], ms[count - 1], found);
}

/* The look-up of a document's sketch alone, which the floor is the like of: no text is read, no sketch made. */
static int
look_up(struct store *s, int64_t id, double *ret_ms, double *found, struct err *reterr)
{
	struct doc_row row = { 0 };
	struct nears n = { 0 };
	struct sketch k;
	double at;
	int rc = store_doc_row(s, id, &row, reterr);

	if (rc == 0 && row.text != NULL && sketch_make(row.text, strlen(row.text), &k)) {
		at = cpu_ms();
		rc = store_near_sharing(s, &k, id, &n, reterr);
		*ret_ms = cpu_ms() - at;
		*found += (double)n.count;
	}
	store_nears_done(&n);
	store_doc_row_done(&row);
	return rc;
}

int
main(int argc, char **argv)
{
	struct store_filter filter = { .limit = FOUND };
	struct store *s = NULL;
	struct err err = { 0 };
	int repeats = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, rc, i;
	double *ms, found;
	int64_t last = 0, newest = 0;
	char query[512];

	if (repeats <= 0)
		return 2;
	if (store_open(argv[1], STORE_READ, NULL, &s, &err) < 0) {
		fprintf(stderr, "ask_archive: %s\n", err.text);
		return 1;
	}
	ms = xcalloc((size_t)repeats, sizeof(*ms));
	for (size_t k = 0; k < sizeof(classes) / sizeof(classes[0]); k++) {
		uint64_t seed = 5 + k;

		found = 0;
		for (i = 0; i < repeats; i++) {
			double at;

			make_query(&classes[k], &seed, query);
			at = cpu_ms();
			if ((rc = store_search(s, query, &filter, one_found, &last, &err)) < 0) {
				fprintf(stderr, "ask_archive: %s: %s\n", query, err.text);
				return 1;
			}
			ms[i] = cpu_ms() - at;
			found += rc;
		}
		tell(classes[k].name, ms, repeats, found / repeats);
	}
	for (i = 0, found = 0; i < repeats; i++) {
		double at = cpu_ms();

		rc = store_list(s, &filter, false, one_found, &last, &err);
		ms[i] = cpu_ms() - at;
		found += rc;
	}
	newest = last + FOUND - 1;
	tell("newest", ms, repeats, found / repeats);
	if (store_exec(s, "BEGIN", &err) < 0)	/* a look-up is part of the transaction that keeps a document */
		return 1;
	for (i = 0, found = 0; i < repeats; i++) {
		if (look_up(s, newest * (i + 1) / (repeats + 1) / 40 * 40 + 1, &ms[i], &found, &err) < 0) {
			fprintf(stderr, "ask_archive: %s\n", err.text);
			return 1;
		}
	}
	tell("near duplicates, look-up alone", ms, repeats, found / repeats);
	if (store_exec(s, "COMMIT", &err) < 0)
		return 1;
	for (i = 0, found = 0; i < repeats; i++) {
		int64_t id = newest * (i + 1) / (repeats + 1) / 40 * 40;
		double at = cpu_ms();

		rc = store_similar(s, id > 0 ? id : 1, one_similar, &last, &err);
		ms[i] = cpu_ms() - at;
		found += rc > 0 ? rc : 0;
	}
	tell("near duplicates, with texts compared", ms, repeats, found / repeats);
	free(ms);
	store_close(s);
	return 0;
}
