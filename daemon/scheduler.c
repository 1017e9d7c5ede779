#include "daemon/scheduler.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/banned.h"

void
scheduler_init(struct scheduler *s)
{
	*s = (struct scheduler){ 0 };
}

void
scheduler_done(struct scheduler *s)
{
	free(s->heap);
	scheduler_init(s);
}

static void
place(struct scheduler *s, size_t i, struct due *d)
{
	s->heap[i - 1] = d;
	d->place = i;
}

static struct due *
at(const struct scheduler *s, size_t i)
{
	return s->heap[i - 1];
}

static void
sift_up(struct scheduler *s, size_t i)
{
	struct due *d = at(s, i);

	for (; i > 1 && at(s, i / 2)->at_ms > d->at_ms; i /= 2)
		place(s, i, at(s, i / 2));
	place(s, i, d);
}

static void
sift_down(struct scheduler *s, size_t i)
{
	struct due *d = at(s, i);
	size_t child;

	for (; (child = 2 * i) <= s->count; i = child) {
		if (child < s->count && at(s, child + 1)->at_ms < at(s, child)->at_ms)
			child++;
		if (at(s, child)->at_ms >= d->at_ms)
			break;
		place(s, i, at(s, child));
	}
	place(s, i, d);
}

void
scheduler_set(struct scheduler *s, struct due *d, int64_t at_ms)
{
	int64_t rest = at_ms % SCHEDULER_GRID_MS;

	d->at_ms = rest == 0 ? at_ms : at_ms + SCHEDULER_GRID_MS - rest;
	if (d->place == 0) {
		s->heap = xgrow(s->heap, &s->cap, s->count + 1, sizeof(struct due *));
		place(s, ++s->count, d);
	}
	sift_up(s, d->place);
	sift_down(s, d->place);
}

void
scheduler_remove(struct scheduler *s, struct due *d)
{
	size_t i = d->place;
	struct due *last;

	if (i == 0)
		return;
	last = at(s, s->count--);
	d->place = 0;
	if (last == d)
		return;
	place(s, i, last);
	sift_up(s, i);
	sift_down(s, last->place);
}

struct due *
scheduler_pop(struct scheduler *s, int64_t now_ms)
{
	struct due *d;

	if (s->count == 0 || at(s, 1)->at_ms > now_ms)
		return NULL;
	d = at(s, 1);
	scheduler_remove(s, d);
	return d;
}

int64_t
scheduler_next_ms(const struct scheduler *s)
{
	return s->count == 0 ? INT64_MAX : at(s, 1)->at_ms;
}

int64_t
scheduler_interval_ms(int64_t interval_ms, double random)
{
	return interval_ms - (int64_t)((double)interval_ms * 0.1 * random);
}

int64_t
scheduler_recheck_ms(const int64_t *ages_s, size_t n, int64_t age_ms)
{
	int64_t gap_ms;
	size_t i;

	if (n == 0)
		return 0;
	for (i = 0; i < n; i++)
		if (ages_s[i] * 1000 > age_ms)
			return ages_s[i] * 1000 - age_ms;
	gap_ms = (ages_s[n - 1] - (n > 1 ? ages_s[n - 2] : 0)) * 1000;
	return gap_ms;
}
