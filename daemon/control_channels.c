/* control_channels: what the command asks about channels: a test notice, notices once more, pause, resume and release. */
#include "daemon/control_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "daemon/deliver.h"
#include "daemon/intake.h"
#include "daemon/watch.h"
#include "base/banned.h"

#define RELEASE_STEP 250	/* documents that one turn of the writer tells of */

/* The channel that the question names, or NULL and the answer is given. */
static const struct cfg_channel *
channel_of(struct client *cl, const json_t *cmd)
{
	const char *name = json_get_str(cmd, "channel");
	const struct cfg_channel *ch = NULL;

	if (name != NULL)
		ch = config_channel(client_daemon(cl)->plan->config, name);
	if (ch == NULL)
		client_answer(cl, control_bad(name != NULL ? "no such channel" : "\"channel\" is missing"));
	return ch;
}

/* ---- test ------------------------------------------------------------------------------------------------------ */

struct test {
	struct client *client;
	struct plan *plan;	/* a reference: the channel's strings */
	char *body;
	int64_t started_ms;
};

/* An event as every other, but for its type; no archive knows it. */
static char *
test_event(const char *channel, const char *id)
{
	CLEANUP(json_decrefp) json_t *j = json_object();
	json_t *data = json_object();
	char now[CLOCK_TEXT_MAX];

	clock_rfc3339(clock_wall_ms(), true, now);
	json_put_str(j, "specversion", "1.0");
	json_put_str(j, "id", id);
	json_put_str(j, "source", "presswatch/test");
	json_put_str(j, "type", "channel.test");
	json_put_str(j, "subject", channel);
	json_put_str(j, "time", now);
	json_put_str(j, "datacontenttype", "application/json");
	json_put_str(data, "source", "test");
	json_put_str(data, "title", "A test of this channel");
	json_put_str(data, "text", "presswatch notify --test sent this. When it reads well, notices will too.");
	json_object_set_new(j, "data", data);
	return json_line(j);
}

static void
tested(const struct notify_answer *a, void *arg)
{
	struct test *t = arg;
	json_t *obj = a->class == ERR_NONE ? control_good() : control_bad(a->text);

	json_put_int(obj, "took_ms", clock_mono_ms() - t->started_ms);
	client_answer(t->client, obj);
	client_release(t->client);
	plan_unref(t->plan);
	free(t->body);
	free(t);
}

static void
do_test(struct client *cl, const json_t *cmd)
{
	const struct cfg_channel *ch = channel_of(cl, cmd);
	struct daemon *d = client_daemon(cl);
	struct sink_opts sink;
	char id[UUID_TEXT];
	struct test *t;

	if (ch == NULL)
		return;
	digest_uuid7(clock_wall_ms(), id);
	t = xcalloc(1, sizeof(*t));
	t->client = cl;
	t->plan = plan_ref(d->plan);
	t->body = test_event(ch->name, id);
	t->started_ms = clock_mono_ms();
	client_hold(cl);
	plan_sink(ch, &sink);
	notify_send(d->notify, &sink, &(struct notice){ .id = id, .type = "channel.test", .body = t->body,
	    .body_len = strlen(t->body), .attempt = 1 }, tested, t);
}

/* ---- once more, pause and resume: the archive is told first -------------------------------------------------------- */

struct order {
	struct client *client;
	struct plan *plan;	/* a reference, or NULL */
	char *source, *channel, *event;	/* or NULL */
	bool pause, all;
	int count, some;
};

static void
order_done(void *arg, int rc, const struct err *err)
{
	struct order *o = arg;
	struct daemon *d = client_daemon(o->client);
	json_t *obj = rc < 0 ? control_bad(err->text) : control_good();

	if (rc == 0)
		json_put_int(obj, "count", o->count);
	client_answer(o->client, obj);
	client_release(o->client);
	if (rc == 0 && !d->stopping)
		deliver_kick(d->deliver);
	plan_unref(o->plan);
	free(o->source);
	free(o->channel);
	free(o->event);
	free(o);
}

static struct order *
order_new(struct client *cl, const char *source, const char *channel)
{
	struct order *o = xcalloc(1, sizeof(*o));

	o->client = cl;
	o->source = source != NULL ? xstrdup(source) : NULL;
	o->channel = channel != NULL ? xstrdup(channel) : NULL;
	client_hold(cl);
	return o;
}

static int
write_redeliver(struct store *s, void *arg, struct err *reterr)
{
	struct order *o = arg;
	int64_t seq = 0;

	if (o->event != NULL && store_event_seq_of(s, o->event, &seq, reterr) < 0)
		return -1;
	o->count = store_redeliver(s, seq, o->channel, clock_wall_ms(), reterr);
	return o->count < 0 ? -1 : 0;
}

static void
do_redeliver(struct client *cl, const json_t *cmd)
{
	const char *event = json_get_str(cmd, "event");
	struct order *o;

	if ((event != NULL) == json_is_true(json_object_get(cmd, "dead"))) {
		client_answer(cl, control_bad("redeliver needs \"event\" or \"dead\""));
		return;
	}
	if (json_get_str(cmd, "channel") != NULL && channel_of(cl, cmd) == NULL)
		return;
	o = order_new(cl, NULL, json_get_str(cmd, "channel"));
	o->event = xstrdup(event);
	writer_post(client_daemon(cl)->writer, write_redeliver, order_done, o);
}

/*
 * The operand of pause, resume and release is a source or a channel; "source" and "channel" say which where both have the
 * name. False: the answer is given.
 */
static bool
target_of(struct client *cl, const json_t *cmd, const char **ret_source, const char **ret_channel)
{
	struct daemon *d = client_daemon(cl);
	const char *source = json_get_str(cmd, "source"), *channel = json_get_str(cmd, "channel");
	const char *name = json_get_str(cmd, "name"), *wrong = NULL;
	struct watch *w = NULL;

	if (source == NULL && channel == NULL)
		source = channel = name;
	if (source != NULL)
		HASH_FIND_STR(d->watches, source, w);
	*ret_source = w != NULL ? source : NULL;
	*ret_channel = channel != NULL && config_channel(d->plan->config, channel) != NULL ? channel : NULL;
	if (*ret_source == NULL && *ret_channel == NULL)
		wrong = name == NULL && source == NULL ? "no such channel" :
		    name == NULL && channel == NULL ? "no such source" : "no source or channel has this name";
	else if (*ret_source != NULL && *ret_channel != NULL)
		wrong = "a source and a channel have this name: say --source or --channel";
	if (wrong != NULL)
		client_answer(cl, control_bad(wrong));
	return wrong == NULL;
}

static int
write_pause(struct store *s, void *arg, struct err *reterr)
{
	struct order *o = arg;

	if (o->source != NULL)
		return store_source_pause(s, o->source, o->pause, reterr);
	return store_channel_pause(s, o->channel, o->pause, reterr);
}

static void
paused(void *arg, int rc, const struct err *err)
{
	struct order *o = arg;
	struct daemon *d = client_daemon(o->client);
	struct watch *w = NULL;

	if (rc == 0 && o->source != NULL)
		HASH_FIND_STR(d->watches, o->source, w);
	if (w != NULL && !d->stopping) {
		watch_pause(w, o->pause);
		intake_kick(d->intake);
	}
	order_done(o, rc, err);
}

static void
pause_or_resume(struct client *cl, const json_t *cmd, bool pause)
{
	const char *source, *channel;
	struct order *o;

	if (!target_of(cl, cmd, &source, &channel))
		return;
	o = order_new(cl, source, channel);
	o->pause = pause;
	writer_post(client_daemon(cl)->writer, write_pause, paused, o);
}

static void
do_pause(struct client *cl, const json_t *cmd)
{
	pause_or_resume(cl, cmd, true);
}

static void
do_resume(struct client *cl, const json_t *cmd)
{
	pause_or_resume(cl, cmd, false);
}

/* ---- release: what was held is told now -------------------------------------------------------------------------- */

static int
write_release(struct store *s, void *arg, struct err *reterr)
{
	struct order *o = arg;
	const struct plan_source *ps = o->source != NULL ? plan_find(o->plan, o->source) : NULL;

	if (o->source == NULL)
		o->some = store_pace_release(s, o->channel, plan_pace(o->plan, o->channel), clock_wall_ms(), true,
		    reterr);
	else if (ps == NULL)
		return err_set(reterr, ERR_INPUT, "no source is called \"%s\"", o->source);
	else
		o->some = store_held_release(s, o->source, o->all, RELEASE_STEP, &ps->routes, clock_wall_ms(), reterr);
	return o->some < 0 ? -1 : 0;
}

/* Thousands are told in steps, so that visits and deliveries have their turn in between. */
static void
released(void *arg, int rc, const struct err *err)
{
	struct order *o = arg;
	struct daemon *d = client_daemon(o->client);

	if (rc == 0)
		o->count += o->some;
	if (rc == 0 && o->source != NULL && o->some == RELEASE_STEP && !d->stopping) {
		writer_post(d->writer, write_release, released, o);
		return;
	}
	if (rc == 0 && !d->stopping)
		intake_kick(d->intake);
	order_done(o, rc, err);
}

static void
do_release(struct client *cl, const json_t *cmd)
{
	const char *source, *channel;
	struct order *o;

	if (!target_of(cl, cmd, &source, &channel))
		return;
	o = order_new(cl, source, channel);
	o->plan = plan_ref(client_daemon(cl)->plan);
	o->all = json_is_true(json_object_get(cmd, "all"));
	writer_post(client_daemon(cl)->writer, write_release, released, o);
}

const struct control_command control_channel_commands[] = {
	{ "test-channel", do_test },
	{ "redeliver", do_redeliver },
	{ "pause", do_pause },
	{ "resume", do_resume },
	{ "release", do_release },
	{ NULL, NULL }
};
