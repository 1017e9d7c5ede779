/*
 * rhythm_sim: would learned visits have met real releases sooner? Input: "name<TAB>ms" lines, one a release, sorted in each name.
 * Each source is gone through in time: visits by what was known until then, against a fixed interval that makes as many
 * requests, at 20 phases; and once more with what the first half of its releases taught, scored on the second half alone. Prints
 * one line a source and the medians over all releases.   rhythm_sim EVERY_S < times
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "store/rhythm.h"
#include "base/banned.h"

#define WARM 8			/* releases that only teach */
#define KNOWN_MAX 200
#define PHASES 20

struct list { double *v; size_t n, cap; };

static void
add(struct list *l, double v)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = v;
}

static int
compare(const void *va, const void *vb)
{
	double a = *(const double *)va, b = *(const double *)vb;

	return (a > b) - (a < b);
}

static double
median(struct list *l)
{
	if (l->n == 0)
		return 0;
	qsort(l->v, l->n, sizeof(*l->v), compare);
	return l->v[l->n / 2];
}

/*
 * Releases from..n are scored; learnt from all that came before each or, frozen, from those before release `from` alone, with visits
 * from there on. How many visits.
 */
static unsigned
learned(const struct release_time *t, size_t n, size_t from, bool frozen, int64_t every_ms, struct list *delays)
{
	size_t seen = frozen ? from : 1;
	int64_t now = t[seen - 1].ms;
	struct rhythm r;
	bool known = frozen && rhythm_learn(t + (from > KNOWN_MAX ? from - KNOWN_MAX : 0), from > KNOWN_MAX ? KNOWN_MAX : from, 0, &r);
	unsigned visits = 0;

	while (now < t[n - 1].ms) {
		size_t before = seen;

		now += known ? rhythm_wait_ms(&r, every_ms, now, 0) : every_ms / 2;
		visits++;
		for (; seen < n && t[seen].ms <= now; seen++)
			if (seen >= from)
				add(delays, (double)(now - t[seen].ms) / 1000);
		if (seen > before && !frozen)
			known = rhythm_learn(t + (seen > KNOWN_MAX ? seen - KNOWN_MAX : 0),
			    seen > KNOWN_MAX ? KNOWN_MAX : seen, 0, &r);
	}
	return visits;
}

static void
fixed(const struct release_time *t, size_t n, size_t from, size_t begin, unsigned visits, struct list *delays)
{
	int64_t pause = (t[n - 1].ms - t[begin].ms) / visits;

	for (int phase = 0; phase < PHASES; phase++)
		for (size_t i = from; i < n; i++)
			add(delays, (double)(pause - (t[i].ms - t[begin].ms + pause * phase / PHASES) % pause) / 1000);
}

/* Against a fixed interval of as many requests; one[0] learned, one[1] fixed. */
static unsigned
score(const struct release_time *t, size_t n, size_t from, bool frozen, int64_t every_ms, struct list one[2])
{
	unsigned visits = learned(t, n, from, frozen, every_ms, &one[0]);

	fixed(t, n, from, frozen ? from - 1 : 0, visits, &one[1]);
	return visits;
}

static void
source(const char *name, const struct release_time *t, size_t n, int64_t every_ms, struct list all[4])
{
	struct list one[4] = { { 0 } };
	unsigned visits;

	if (n <= WARM || t[n - 1].ms - t[0].ms < every_ms)
		return;
	visits = score(t, n, WARM, false, every_ms, one);
	printf("%-44.44s %4zu %7u %8.0f %8.0f %6.2f", name, n, visits, median(&one[1]), median(&one[0]),
	    median(&one[0]) / median(&one[1]));
	if (n / 2 >= WARM && t[n - 1].ms - t[n / 2 - 1].ms >= every_ms) {
		(void)score(t, n, n / 2, true, every_ms, one + 2);
		printf("  | %4zu %8.0f %8.0f %6.2f", n - n / 2, median(&one[3]), median(&one[2]), median(&one[2]) / median(&one[3]));
	}
	printf("\n");
	for (int k = 0; k < 4; k++) {
		for (size_t i = 0; i < one[k].n; i++)
			add(&all[k], one[k].v[i]);
		free(one[k].v);
	}
}

int
main(int argc, char **argv)
{
	int64_t every_ms = (argc > 1 ? strtoll(argv[1], NULL, 10) : 3600) * 1000;
	struct list all[4] = { { 0 } };
	struct release_time *t = NULL;
	char line[512], name[512] = "";
	size_t n = 0, cap = 0;

	printf("%-44s %4s %7s %8s %8s %6s  | second half, learnt on the first:\n", "source", "new", "visits", "fixed s", "ours s", "ratio");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *tab = strchr(line, '\t');

		if (tab == NULL)
			continue;
		*tab = '\0';
		if (strcmp(line, name) != 0) {
			source(name, t, n, every_ms, all);
			snprintf(name, sizeof(name), "%s", line);
			n = 0;
		}
		t = xgrow(t, &cap, n + 1, sizeof(*t));
		t[n++] = (struct release_time){ .ms = strtoll(tab + 1, NULL, 10) };
	}
	source(name, t, n, every_ms, all);
	if (all[0].n > 0)
		printf("%-44s %4zu %7s %8.0f %8.0f %6.2f  | %4zu %8.0f %8.0f %6.2f\n", "all", all[0].n, "", median(&all[1]), median(&all[0]),
		    median(&all[0]) / median(&all[1]), all[2].n, median(&all[3]), median(&all[2]), median(&all[2]) / median(&all[3]));
	free(t);
	for (int k = 0; k < 4; k++)
		free(all[k].v);
	return 0;
}
