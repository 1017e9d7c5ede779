#include "daemon/deliver_int.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "notify/notify.h"
#include "base/banned.h"

#define RETRY_AFTER_MAX_MS (24 * 3600000LL)	/* a receiver may ask for a pause, not for silence */
#define HEADS 32		/* sources of a channel that are served at once */

struct outlet {			/* a channel at run time */
	struct deliver *dl;
	char *name;
	struct parcel *parcels;	/* by source */
	unsigned active;
	bool loading, kicked;
	bool paced;		/* the archive knows the pace of the plan in force */
	int64_t next_ms;	/* wall: when to ask again; 0: nothing waits */
	int64_t retry_write_ms;	/* wall: when outcomes are written again */
	UT_hash_handle hh;
};

struct deliver {
	struct daemon *d;
	struct outlet *outlets;	/* by name */
	bool once;
};

static void outlet_load(struct outlet *o);

static void
add_outlets(struct deliver *dl)
{
	const struct config *c = dl->d->plan->config;
	struct outlet *o;

	for (size_t i = 0; i < c->channels_count; i++) {
		HASH_FIND_STR(dl->outlets, c->channels[i].name, o);
		if (o != NULL)
			continue;
		o = xcalloc(1, sizeof(*o));
		o->dl = dl;
		o->name = xstrdup(c->channels[i].name);
		o->kicked = true;
		HASH_ADD_KEYPTR(hh, dl->outlets, o->name, strlen(o->name), o);
	}
}

struct deliver *
deliver_new(struct daemon *d)
{
	struct deliver *dl = xcalloc(1, sizeof(*dl));

	dl->d = d;
	add_outlets(dl);
	return dl;
}

void
deliver_reload(struct deliver *dl)
{
	struct outlet *o, *tmp;

	HASH_ITER(hh, dl->outlets, o, tmp)
		o->paced = false;
	add_outlets(dl);
	deliver_kick(dl);
}

/* ---- after an attempt -------------------------------------------------------------------------------------------- */

static void
parcel_end(struct parcel *p)
{
	struct outlet *o = p->outlet;
	bool stays = o->dl->once && p->refused;	/* this run does not try that source's line again */

	o->active--;
	if (!stays) {
		HASH_DEL(o->parcels, p);
		deliver_parcel_free(p);
	}
	if (!stays || o->kicked)
		outlet_load(o);
}

static int
write_outcome(struct store *s, void *arg, struct err *reterr)
{
	struct parcel *p = arg;

	return deliver_write_end(s, p, p->outlet->name, clock_wall_ms(), reterr);
}

static void
wrote_outcome(void *arg, int rc, const struct err *err)
{
	struct parcel *p = arg;
	struct outlet *o = p->outlet;
	struct daemon *d = o->dl->d;

	p->unwritten = rc < 0 && !o->dl->once;
	if (rc < 0) {
		log_kv(LOG_P_ERR, "archive-failed", "channel", o->name, "event_id", p->event_id, "text",
		    err->text, NULL);
		o->retry_write_ms = clock_wall_ms() + ARCHIVE_RETRY_MS;
		d->trouble = p->refused = true;
	}
	if (!p->unwritten)
		parcel_end(p);
	daemon_progress(d);
}

static void
plan_next_attempt(struct parcel *p)
{
	const struct cfg_channel *ch = p->channel;
	unsigned i = p->attempt - 1;
	int64_t pause;

	p->refused = true;
	if (p->answer.class == ERR_PERMANENT || i >= ch->retry_count) {
		p->dead = true;
		return;
	}
	pause = ch->retry_s[i] * 1000;
	if (p->answer.retry_after_ms > pause)
		pause = p->answer.retry_after_ms < RETRY_AFTER_MAX_MS ? p->answer.retry_after_ms : RETRY_AFTER_MAX_MS;
	p->not_before_ms = clock_wall_ms() + pause;
	if (p->outlet->next_ms == 0 || p->not_before_ms < p->outlet->next_ms)
		p->outlet->next_ms = p->not_before_ms;
}

static void
on_answer(const struct notify_answer *answer, void *arg)
{
	struct parcel *p = arg;
	struct daemon *d = p->outlet->dl->d;

	p->answer = *answer;
	if (answer->class != ERR_NONE) {
		plan_next_attempt(p);
		d->trouble = true;
		log_kv(LOG_P_WARNING, p->dead ? "delivery-dead" : "delivery-failed", "channel", p->outlet->name,
		    "source", p->source, "event_id", p->event_id, "attempt", log_num(p->attempt), "retry_s",
		    p->dead ? NULL : log_num((p->not_before_ms - clock_wall_ms() + 500) / 1000), "text",
		    answer->text, NULL);
	} else
		log_kv(LOG_P_INFO, "delivered", "channel", p->outlet->name, "source", p->source, "type", p->type,
		    "event_id", p->event_id, NULL);
	writer_post(d->writer, write_outcome, wrote_outcome, p);
}

/* ---- before an attempt -------------------------------------------------------------------------------------------- */

static void
send_parcel(struct parcel *p)
{
	struct daemon *d = p->outlet->dl->d;
	struct sink_opts sink;
	struct notice notice = { .id = p->event_id, .type = p->type, .body = p->json,
		.body_len = strlen(p->json), .attempt = p->attempt, .batch = p->batch_id != 0 && !p->people ?
		    (unsigned)p->count : 0, .root = p->root };

	plan_sink(p->channel, &sink);
	notify_send(d->notify, &sink, &notice, on_answer, p);
}

static bool
take_parcel(struct outlet *o, struct parcel *p)
{
	struct daemon *d = o->dl->d;
	struct parcel *busy;

	HASH_FIND_STR(o->parcels, p->source, busy);
	p->channel = config_channel(d->plan->config, o->name);
	if (busy != NULL || d->stopping || p->channel == NULL || o->active >= HEADS) {
		deliver_parcel_free(p);
		return false;
	}
	p->outlet = o;
	p->plan = plan_ref(d->plan);
	HASH_ADD_KEYPTR(hh, o->parcels, p->source, strlen(p->source), p);
	o->active++;
	send_parcel(p);
	return true;
}

static void
have_deliveries(void *arg, int rc, const struct err *err)
{
	struct load *load = arg;
	struct outlet *o = load->outlet;

	o->loading = false;
	if (rc < 0) {
		log_kv(LOG_P_ERR, "archive-failed", "channel", o->name, "text", err->text, NULL);
		o->dl->d->trouble = true;
		o->next_ms = clock_wall_ms() + ARCHIVE_RETRY_MS;
	} else if (load->next_ms > load->now_ms && (o->next_ms <= load->now_ms || load->next_ms < o->next_ms))
		o->next_ms = load->next_ms;
	else if (o->next_ms <= load->now_ms)
		o->next_ms = 0;
	/* What a commit that failed would have kept was read too: of that nobody may hear. */
	if (rc < 0)
		o->paced = false;
	for (unsigned i = 0; i < load->count; i++)
		if (rc < 0)
			deliver_parcel_free(load->parcels[i]);
		else
			take_parcel(o, load->parcels[i]);
	plan_unref(load->plan);
	free(load->parcels);
	free(load);
	if (o->kicked)
		outlet_load(o);
	daemon_progress(o->dl->d);
}

static void
outlet_load(struct outlet *o)
{
	struct daemon *d = o->dl->d;
	struct load *load;

	o->kicked = true;
	if (o->loading || d->stopping || o->active >= HEADS ||
	    config_channel(d->plan->config, o->name) == NULL) {
		if (config_channel(d->plan->config, o->name) == NULL)
			o->kicked = false;
		return;
	}
	o->kicked = false;
	o->loading = true;
	load = xcalloc(1, sizeof(*load));
	load->outlet = o;
	load->channel = o->name;
	load->plan = plan_ref(d->plan);
	load->set_pace = !o->paced;
	o->paced = true;
	load->now_ms = clock_wall_ms();
	load->any = o->dl->once;
	load->limit = HEADS + HASH_COUNT(o->parcels);	/* those under way are among them */
	load->parcels = xcalloc(load->limit + 1, sizeof(struct parcel *));	/* and a batch */
	writer_post(d->writer, deliver_read, have_deliveries, load);
}

/* ---- the face -------------------------------------------------------------------------------------------------------- */

void
deliver_kick(struct deliver *dl)
{
	struct outlet *o, *tmp;

	HASH_ITER(hh, dl->outlets, o, tmp)
		outlet_load(o);
}

static void
write_again(struct outlet *o, int64_t now)
{
	struct parcel *p, *tmp;

	if (o->retry_write_ms == 0 || now < o->retry_write_ms)
		return;
	o->retry_write_ms = 0;
	HASH_ITER(hh, o->parcels, p, tmp)
		if (p->unwritten) {
			p->unwritten = false;
			writer_post(o->dl->d->writer, write_outcome, wrote_outcome, p);
		}
}

void
deliver_tick(struct deliver *dl)
{
	struct outlet *o, *tmp;
	int64_t now = clock_wall_ms();

	HASH_ITER(hh, dl->outlets, o, tmp) {
		write_again(o, now);
		if (o->kicked || (o->next_ms != 0 && o->next_ms <= now))
			outlet_load(o);
	}
}

void
deliver_once(struct deliver *dl)
{
	dl->once = true;
	deliver_kick(dl);
}

bool
deliver_idle(const struct deliver *dl)
{
	struct outlet *o, *tmp;

	HASH_ITER(hh, dl->outlets, o, tmp)
		if (o->active > 0 || o->loading || o->kicked)
			return false;
	return true;
}

bool
deliver_settled(const struct deliver *dl)
{
	struct outlet *o, *tmp;

	HASH_ITER(hh, dl->outlets, o, tmp)
		if (o->active > 0)
			return false;
	return true;
}

void
deliver_free(struct deliver *dl)
{
	struct outlet *o, *otmp;
	struct parcel *p, *ptmp;

	HASH_ITER(hh, dl->outlets, o, otmp) {
		HASH_ITER(hh, o->parcels, p, ptmp) {
			HASH_DEL(o->parcels, p);
			deliver_parcel_free(p);
		}
		HASH_DEL(dl->outlets, o);
		free(o->name);
		free(o);
	}
	free(dl);
}
