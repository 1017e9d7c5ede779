/* deliver_read: the archive's half of deliver, on the writer's thread: what may be sent, and how it ended. */
#include "daemon/deliver_int.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "notify/digest.h"
#include "base/banned.h"

#define LISTED_MAX 300		/* events that a message for people lists */
#define BATCH_MAX ((size_t)256 << 20)

void
deliver_parcel_free(struct parcel *p)
{
	free(p->source);
	free(p->event_id);
	free(p->type);
	free(p->json);
	free(p->root);
	plan_unref(p->plan);
	free(p);
}

static int
keep_delivery(const struct store_delivery *row, void *arg)
{
	struct load *load = arg;
	struct parcel *p = xcalloc(1, sizeof(*p));

	p->source = xstrdup(row->source);
	p->event_id = xstrdup(row->event_id);
	p->type = xstrdup(row->type);
	p->json = xstrdup(row->json);
	p->root = xstrdup(row->root);
	p->seq = row->seq;
	p->attempt = row->attempts + 1;
	load->parcels[load->count++] = p;
	return load->count >= load->limit;
}

/* ---- a batch ------------------------------------------------------------------------------------------------------ */

struct gather {
	struct digest *digest;
	struct buf *array;
	int64_t count, sources;
};

static int
gather_source(const struct store_batch_source *src, void *arg)
{
	struct gather *g = arg;

	g->count += src->count;
	g->sources++;
	if (g->digest != NULL)
		digest_source(g->digest, src->name, src->count, src->first_ms, src->last_ms, src->first_seq);
	return 0;
}

static int
gather_event(const struct store_delivery *row, void *arg)
{
	struct gather *g = arg;

	if (g->digest != NULL) {
		digest_event(g->digest, row->source, row->json);
		return 0;
	}
	buf_adds(g->array, g->array->len > 0 ? ",\n" : "[");
	buf_adds(g->array, row->json);
	return 0;
}

/* One message for people; *ret is its line. */
static int
read_digest(struct store *s, const struct load *load, const struct store_pace *pace, const struct store_batch *b,
    struct gather *g, char **ret, struct err *reterr)
{
	static const char *const kinds[] = { [HOLD_NONE] = "digest", [HOLD_DIGEST] = "digest",
		[HOLD_QUIET] = "quiet", [HOLD_STORM] = "storm" };
	struct digest_opts opts = { .id = b->id, .channel = load->channel, .kind = kinds[b->kind],
		.zone = pace->zone, .made_ms = b->made_ms };
	unsigned each;
	int rc;

	g->digest = digest_new(&opts);
	rc = store_batch_sources(s, load->channel, b->batch_id, gather_source, g, reterr);
	each = g->sources > 0 && g->sources < LISTED_MAX ? LISTED_MAX / (unsigned)g->sources : 1;
	if (rc == 0)
		rc = store_batch_events(s, load->channel, b->batch_id, each, LISTED_MAX, false, gather_event, g,
		    reterr);
	*ret = digest_finish(g->digest);
	return rc;
}

/* The events' own lines as a JSON array. */
static int
read_array(struct store *s, const struct load *load, const struct store_batch *b, struct gather *g, char **ret,
    struct err *reterr)
{
	struct buf array = BUF_INIT(BATCH_MAX);
	int rc;

	g->array = &array;
	rc = store_batch_sources(s, load->channel, b->batch_id, gather_source, g, reterr);
	if (rc == 0)
		rc = store_batch_events(s, load->channel, b->batch_id, UINT32_MAX, UINT32_MAX, true, gather_event,
		    g, reterr);
	buf_addc(&array, ']');
	*ret = buf_take(&array, NULL);
	return rc;
}

static int
read_batch(struct store *s, struct load *load, const struct store_pace *pace, struct err *reterr)
{
	struct store_batch b;
	struct gather g = { 0 };
	char *json = NULL;
	struct parcel *p;
	int rc = store_batch_due(s, load->channel, load->now_ms, load->any, &b, reterr);

	if (rc <= 0)
		return rc;
	rc = pace->people ? read_digest(s, load, pace, &b, &g, &json, reterr) :
	    read_array(s, load, &b, &g, &json, reterr);
	if (rc < 0) {
		free(json);
		return -1;
	}
	p = xcalloc(1, sizeof(*p));
	p->source = xstrdup("");
	p->batch_id = b.batch_id;
	p->count = g.count;
	p->people = pace->people;
	p->attempt = b.attempts + 1;
	p->event_id = xstrdup(b.id);
	p->type = xstrdup(pace->people ? digest_type(b.kind == HOLD_STORM ? "storm" : "digest") : "batch");
	p->json = json;
	load->parcels[load->count++] = p;
	return 0;
}

/* ---- the face ------------------------------------------------------------------------------------------------------- */

int
deliver_read(struct store *s, void *arg, struct err *reterr)
{
	struct load *load = arg;
	const struct store_pace *pace = plan_pace(load->plan, load->channel);
	int64_t held_ms;

	load->now_ms = clock_wall_ms();	/* the events may be of this very transaction */
	if (load->set_pace && store_pace_set(s, load->channel, pace, load->now_ms, reterr) < 0)
		return -1;
	if (store_channel_paused(s, load->channel))
		return 0;	/* its notices wait until somebody resumes it */
	if (store_pace_release(s, load->channel, pace, load->now_ms, false, reterr) < 0 ||
	    store_deliveries_due(s, load->channel, load->now_ms, load->any, load->limit, keep_delivery, load,
	    reterr) < 0 ||
	    read_batch(s, load, pace, reterr) < 0)
		return -1;
	load->next_ms = store_deliveries_next_ms(s);
	held_ms = store_pace_next_ms(s, load->channel);
	if (held_ms != 0 && (load->next_ms <= load->now_ms || held_ms < load->next_ms))
		load->next_ms = held_ms;
	return 0;
}

int
deliver_write_end(struct store *s, const struct parcel *p, const char *channel, int64_t now_ms, struct err *reterr)
{
	bool good = p->answer.class == ERR_NONE;

	if (store_channel_attempt(s, channel, good, p->dead, p->answer.text, now_ms, &p->plan->to_all, reterr) < 0)
		return -1;
	if (p->batch_id != 0)
		return good ? store_batch_done(s, channel, p->batch_id, now_ms, reterr) :
		    store_batch_failed(s, channel, p->batch_id, now_ms, p->not_before_ms, p->dead, p->answer.text,
		    reterr);
	return good ? store_delivery_done(s, p->seq, channel, now_ms, reterr) :
	    store_delivery_failed(s, p->seq, channel, now_ms, p->not_before_ms, p->dead, p->answer.text, reterr);
}
