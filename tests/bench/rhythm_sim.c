/*
 * rhythm_sim: would learned visits have met real releases sooner? Input: "name<TAB>ms" lines, one a release, sorted in each name.
 * Each source is gone through in time: visits by what was known until then, against a fixed interval that makes as many
 * requests, at 20 phases. Prints one line a source and the medians over all releases.   rhythm_sim EVERY_S < times
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

/* Visits from the first release to the last one; how many. */
static unsigned
learned(const struct release_time *t, size_t n, int64_t every_ms, struct list *delays)
{
	int64_t now = t[0].ms;
	struct rhythm r;
	bool known = false;
	unsigned visits = 0;
	size_t seen = 1;

	while (now < t[n - 1].ms) {
		size_t before = seen;

		now += known ? rhythm_wait_ms(&r, every_ms, now, 0) : every_ms / 2;
		visits++;
		for (; seen < n && t[seen].ms <= now; seen++)
			if (seen >= WARM)
				add(delays, (double)(now - t[seen].ms) / 1000);
		if (seen > before)
			known = rhythm_learn(t + (seen > KNOWN_MAX ? seen - KNOWN_MAX : 0),
			    seen > KNOWN_MAX ? KNOWN_MAX : seen, 0, &r);
	}
	return visits;
}

static void
fixed(const struct release_time *t, size_t n, unsigned visits, struct list *delays)
{
	int64_t pause = (t[n - 1].ms - t[0].ms) / visits;

	for (int phase = 0; phase < PHASES; phase++)
		for (size_t i = WARM; i < n; i++)
			add(delays, (double)(pause - (t[i].ms - t[0].ms + pause * phase / PHASES) % pause) / 1000);
}

static void
source(const char *name, const struct release_time *t, size_t n, int64_t every_ms, struct list all[2])
{
	struct list one[2] = { { 0 }, { 0 } };
	unsigned visits;

	if (n <= WARM || t[n - 1].ms - t[0].ms < every_ms)
		return;
	visits = learned(t, n, every_ms, &one[0]);
	fixed(t, n, visits, &one[1]);
	printf("%-44.44s %4zu %7u %8.0f %8.0f %6.2f\n", name, n, visits, median(&one[1]), median(&one[0]),
	    median(&one[0]) / median(&one[1]));
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < one[k].n; i++)
			add(&all[k], one[k].v[i]);
		free(one[k].v);
	}
}

int
main(int argc, char **argv)
{
	int64_t every_ms = (argc > 1 ? strtoll(argv[1], NULL, 10) : 3600) * 1000;
	struct list all[2] = { { 0 }, { 0 } };
	struct release_time *t = NULL;
	char line[512], name[512] = "";
	size_t n = 0, cap = 0;

	printf("%-44s %4s %7s %8s %8s %6s\n", "source", "new", "visits", "fixed s", "ours s", "ratio");
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
		printf("%-44s %4zu %7s %8.0f %8.0f %6.2f\n", "all", all[0].n, "", median(&all[1]), median(&all[0]),
		    median(&all[0]) / median(&all[1]));
	free(t);
	free(all[0].v);
	free(all[1].v);
	return 0;
}
