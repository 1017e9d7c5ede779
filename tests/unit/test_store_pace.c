/*
 * The pace of channels with the clock moved: ten thousand events over days, through digests, quiet hours and storm guards,
 * with receivers that fail and an archive that is opened anew. Nothing is lost, told twice or early; the order is kept.
 */
#include <stdlib.h>
#include "base/local.h"
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

#ifdef __SANITIZE_ADDRESS__
#define EVENTS 3000
#else
#define EVENTS 10000
#endif
#define HOURS INT64_C(3600000)
#define TOKYO "Asia/Tokyo"
#define NAMES 3

static const char *const names[NAMES] = { "alpha", "alpha-feed", "beta" };

struct told {				/* of one event on one channel */
	int64_t at_ms, event_ms;
	int source, times;
	bool urgent, alone;
};

struct outlet {				/* a channel and the receiver behind it */
	const char *name;
	struct store_pace pace;
	struct told *told;		/* by sequence, from 1 */
	int64_t last_seq[NAMES], last_urgent[NAMES];
	int messages, batches;
};

struct world {
	struct fixture *f;
	struct outlet outlet[4];
	struct store_route routes[4];
	struct store_routes all;
	int64_t now, seq;
	unsigned random;
};

static unsigned
dice(struct world *w, unsigned sides)
{
	w->random = w->random * 1103515245u + 12345u;
	return (w->random >> 16 & 0x7fff) % sides;
}

static void
take(struct world *w, struct outlet *o, const struct store_delivery *d, bool alone)
{
	struct told *t = &o->told[d->seq];
	int64_t until, *last = t->urgent ? o->last_urgent : o->last_seq;

	assert_int_equal(strcmp(d->source, names[t->source]), 0);
	t->times++;
	t->at_ms = w->now;
	t->alone = alone;
	if (!t->urgent && store_pace_hold(&o->pace, t->event_ms, &until) != HOLD_NONE)
		assert_true(w->now >= until);	/* never early */
	if (last[t->source] >= d->seq)
		fail_msg("%s: %lld after %lld", o->name, (long long)d->seq, (long long)last[t->source]);
	last[t->source] = d->seq;
}

struct taking { struct world *w; struct outlet *o; struct store_delivery list[64]; size_t count; int64_t size; };

static int
take_alone(const struct store_delivery *d, void *arg)
{
	struct taking *t = arg;

	t->list[t->count] = *d;
	for (int i = 0; i < NAMES; i++)
		if (strcmp(d->source, names[i]) == 0)
			t->list[t->count].source = names[i];
	t->count++;
	return t->count == 64;
}

static int
take_batched(const struct store_delivery *d, void *arg)
{
	struct taking *t = arg;

	t->size++;
	take(t->w, t->o, d, false);
	return 0;
}

/* One message of an outlet: alone or a batch. False: nothing is due. */
static bool
send_some(struct world *w, struct outlet *o)
{
	struct taking t = { .w = w, .o = o };
	struct store *s = w->f->s;
	struct err *err = &w->f->err;
	struct store_batch b;
	int rc;

	assert_true(store_pace_release(s, o->name, &o->pace, w->now, false, err) >= 0);
	assert_int_equal(store_deliveries_due(s, o->name, w->now, false, 64, take_alone, &t, err), 0);
	for (size_t i = 0; i < t.count; i++) {
		if (dice(w, 10) == 0) {		/* the receiver is busy */
			assert_int_equal(store_delivery_failed(s, t.list[i].seq, o->name, w->now, w->now +
			    MINUTE * (int64_t)(1 + dice(w, 10)), false, "busy", err), 0);
			continue;
		}
		take(w, o, &t.list[i], true);
		o->messages++;
		assert_int_equal(store_delivery_done(s, t.list[i].seq, o->name, w->now, err), 0);
	}
	if ((rc = store_batch_due(s, o->name, w->now, false, &b, err)) > 0) {
		if (dice(w, 3) == 0) {
			assert_int_equal(store_batch_failed(s, o->name, b.batch_id, w->now, w->now + 5 * MINUTE,
			    false, "busy", err), 0);
		} else {
			assert_int_equal(store_batch_events(s, o->name, b.batch_id, UINT32_MAX, UINT32_MAX, false,
			    take_batched, &t, err), 0);
			assert_true(t.size > 0 && (o->pace.people || t.size <= STORE_BATCH_EVENTS));
			assert_int_equal(store_batch_done(s, o->name, b.batch_id, w->now, err), 0);
			o->messages++;
			o->batches++;
		}
	}
	assert_true(rc >= 0);
	return t.count > 0 || rc > 0;
}

static void
pump(struct world *w)
{
	assert_int_equal(store_begin(w->f->s, &w->f->err), 0);	/* as the writer does: one commit for what waits */
	for (int i = 0; i < 4; i++)
		while (send_some(w, &w->outlet[i]))
			;
	assert_int_equal(store_commit(w->f->s, &w->f->err), 0);
}

static void
publish(struct world *w)
{
	int source = (int)dice(w, NAMES);
	bool urgent = dice(w, 50) == 0;
	char url[96], title[96], text[200];
	struct page p = { .url = url, .title = title, .text = text, .source = names[source] };

	w->seq++;
	w->f->now = w->now;
	snprintf(url, sizeof(url), "https://www.%s.example/%lld", names[source], (long long)w->seq);
	snprintf(title, sizeof(title), "Notice %lld%s", (long long)w->seq, urgent ? " earthquake" : "");
	snprintf(text, sizeof(text), "Text number %lld.", (long long)w->seq);
	for (int i = 0; i < 4; i++)
		w->outlet[i].told[w->seq] = (struct told){ .event_ms = w->now, .source = source,
			.urgent = urgent && w->outlet[i].pace.urgent != NULL };
	assert_int_equal(put_page(w->f, &p, &w->all).event_seq, w->seq);
}

static void
begin(struct world *w, struct fixture *f)
{
	static const struct store_pace paces[4] = {
		{ .digest = DIGEST_EVERY, .digest_every_ms = HOURS, .quiet_from = 1320, .quiet_until = 420,
		  .zone = TOKYO, .urgent = "title:earthquake", .people = true },
		{ .digest = DIGEST_DAILY, .digest_minute = 480, .zone = TOKYO },
		{ .quiet_from = 1320, .quiet_until = 420, .zone = TOKYO, .storm = 20, .people = true },
		{ .storm = 30 },
	};
	static const char *const channels[4] = { "hourly", "daily", "quiet", "storm" };

	*w = (struct world){ .f = f, .now = T0, .random = 7 };
	for (int i = 0; i < 4; i++) {
		w->outlet[i] = (struct outlet){ .name = channels[i], .pace = paces[i],
			.told = xcalloc(EVENTS + 1, sizeof(struct told)) };
		w->routes[i] = (struct store_route){ .channel = channels[i], .kinds = ~0u,
			.pace = &w->outlet[i].pace };
	}
	w->all = (struct store_routes){ w->routes, 4 };
}

static void
check(const struct world *w, const struct outlet *o)
{
	unsigned hour_count = 0;
	int64_t hour = 0;

	for (int64_t i = 1; i <= EVENTS; i++) {
		if (o->told[i].times != 1)
			fail_msg("%s: event %lld was told %d times", o->name, (long long)i, o->told[i].times);
		if (!o->told[i].alone || o->pace.storm == 0)
			continue;
		if (o->told[i].event_ms / HOURS != hour)
			hour_count = 0;
		hour = o->told[i].event_ms / HOURS;
		/* those of a quiet night come one by one when they are few, besides the hour's own */
		assert_true(++hour_count <= o->pace.storm);
	}
	print_message("%s: %d events in %d messages, %d of them batches\n", o->name, EVENTS, o->messages, o->batches);
}

static void
ten_thousand_events_are_told_once_in_order_and_never_early(void **state)
{
	struct fixture *f = *state;
	struct world w;

	begin(&w, f);
	while (w.seq < EVENTS) {
		unsigned burst = dice(&w, 40) == 0 ? 300 : dice(&w, 30);

		assert_int_equal(store_begin(f->s, &f->err), 0);
		for (unsigned i = 0; i < burst && w.seq < EVENTS; i++)
			publish(&w);
		assert_int_equal(store_commit(f->s, &f->err), 0);
		pump(&w);
		w.now += (int64_t)dice(&w, 40) * MINUTE + dice(&w, 60000);
		if (dice(&w, 40) == 0) {	/* the daemon starts anew */
			store_close(f->s);
			fixture_open(f);
			for (int i = 0; i < 4; i++)
				assert_int_equal(store_pace_set(f->s, w.outlet[i].name, &w.outlet[i].pace, w.now,
				    &f->err), 0);
		}
		pump(&w);
	}
	for (int i = 0; i < 48 * 4; i++, w.now += HOURS / 4)
		pump(&w);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(store_pace_next_ms(f->s, w.outlet[i].name), 0);
		check(&w, &w.outlet[i]);
		free(w.outlet[i].told);
	}
	assert_int_equal(store_deliveries_next_ms(f->s), 0);
	assert_true(w.outlet[0].batches > EVENTS / 200 && w.outlet[2].batches > EVENTS / 1000 &&
	    w.outlet[3].batches > EVENTS / 1000);
}

static int
count_one(const struct store_delivery *d, void *arg)
{
	(*(int *)arg)++;
	return 0;
}

static int
due(struct fixture *f, const char *channel)
{
	int n = 0;

	assert_int_equal(store_deliveries_due(f->s, channel, f->now, false, 64, count_one, &n, &f->err), 0);
	return n;
}

static void
what_is_held_follows_a_changed_pace_and_a_clock_that_was_wrong(void **state)
{
	struct fixture *f = *state;
	struct store_pace daily = { .digest = DIGEST_DAILY, .digest_minute = 480, .zone = TOKYO }, none = { 0 };
	struct store_route route = { .channel = "desk", .kinds = ~0u, .pace = &daily };
	const struct store_routes routes = { &route, 1 };
	struct page p = { .url = "https://www.alpha.example/1", .title = "One", .text = "One text." };
	struct store_batch b;

	assert_int_equal(store_pace_set(f->s, "desk", &daily, f->now, &f->err), 0);
	put_page(f, &p, &routes);
	assert_int_equal(store_pace_next_ms(f->s, "desk"), local_next(TOKYO, 480, f->now));
	assert_int_equal(store_pace_release(f->s, "desk", &daily, f->now, false, &f->err), 0);
	daily.digest_minute = 540;
	assert_int_equal(store_pace_set(f->s, "desk", &daily, f->now, &f->err), 0);
	assert_int_equal(store_pace_next_ms(f->s, "desk"), local_next(TOKYO, 540, f->now));
	assert_int_equal(store_pace_set(f->s, "desk", &none, f->now, &f->err), 0);
	assert_int_equal(store_pace_release(f->s, "desk", &none, f->now, false, &f->err), 1);
	assert_int_equal(due(f, "desk"), 1);
	/* an event of a clock that ran a year ahead does not wait a year */
	p.url = "https://www.beta.example/2";
	p.source = "beta";
	f->now += 365 * DAY;
	put_page(f, &p, &routes);
	f->now -= 365 * DAY;
	assert_int_equal(store_pace_release(f->s, "desk", &daily, f->now, false, &f->err), 1);
	assert_int_equal(store_batch_due(f->s, "desk", f->now, false, &b, &f->err), 1);
	assert_int_equal(b.kind, HOLD_DIGEST);
}

static void
release_lets_go_what_is_held_whatever_the_hour(void **state)
{
	struct fixture *f = *state;
	const struct store_pace night = { .quiet_from = 0, .quiet_until = 1439, .zone = "UTC", .storm = 3, .people = true };
	const struct store_route route = { .channel = "desk", .kinds = ~0u, .pace = &night };
	const struct store_routes routes = { &route, 1 };
	struct store_batch b;
	char url[64];
	struct page p = { .url = url, .title = url, .text = url };

	for (int i = 0; i < 2; i++) {
		snprintf(url, sizeof(url), "https://www.alpha.example/%d", i);
		put_page(f, &p, &routes);
	}
	assert_int_equal(due(f, "desk"), 0);
	assert_int_equal(store_pace_release(f->s, "desk", &night, f->now, true, &f->err), 2);
	assert_int_equal(due(f, "desk"), 1);
	for (int i = 2; i < 8; i++) {	/* more than the hour bears: in one */
		snprintf(url, sizeof(url), "https://www.alpha.example/%d", i);
		put_page(f, &p, &routes);
	}
	assert_int_equal(store_pace_release(f->s, "desk", &night, f->now, true, &f->err), 6);
	assert_int_equal(store_batch_due(f->s, "desk", f->now, false, &b, &f->err), 0);	/* behind the two */
	assert_int_equal(store_delivery_done(f->s, 1, "desk", f->now, &f->err), 0);
	assert_int_equal(store_delivery_done(f->s, 2, "desk", f->now, &f->err), 0);
	assert_int_equal(store_batch_due(f->s, "desk", f->now, false, &b, &f->err), 1);
	assert_int_equal(b.kind, HOLD_QUIET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ten_thousand_events_are_told_once_in_order_and_never_early, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(what_is_held_follows_a_changed_pace_and_a_clock_that_was_wrong,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(release_lets_go_what_is_held_whatever_the_hour, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
