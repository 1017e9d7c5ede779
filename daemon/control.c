#include "daemon/control_int.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/intake.h"
#include "daemon/visit.h"
#include "base/banned.h"

#define CLIENTS_MAX 64
#define PATIENCE_MS 200	/* whoever asks for the status gets the last counts when the archive takes longer */

struct client {
	struct control *c;
	struct bufferevent *bev;	/* NULL: the peer left while the writer worked for it */
	unsigned asked;			/* questions that the writer answers */
	struct client *next, **prev;
};

struct control {
	struct daemon *d;
	struct evconnlistener *listener;
	char *path;
	struct client *clients;
	unsigned count;
	struct store_counts counts;	/* as the archive told them last ... */
	int64_t counts_ms;		/* ... at that wall time; 0: never yet */
};

struct question {			/* status: the counts come from the writer */
	struct control *c;
	struct client *client;		/* NULL: nobody asks, or the answer is given */
	struct event *patience;
	struct store_counts counts;
};

static void
client_free(struct client *cl)
{
	if (cl->bev != NULL) {
		bufferevent_free(cl->bev);
		cl->bev = NULL;
	}
	if (cl->asked > 0)
		return;
	*cl->prev = cl->next;
	if (cl->next != NULL)
		cl->next->prev = cl->prev;
	cl->c->count--;
	free(cl);
}

void
client_answer(struct client *cl, json_t *obj)
{
	char *line = json_line(obj);

	if (cl->bev != NULL) {
		bufferevent_write(cl->bev, line, strlen(line));
		bufferevent_write(cl->bev, "\n", 1);
	}
	free(line);
	json_decref(obj);
}

struct daemon *
client_daemon(struct client *cl)
{
	return cl->c->d;
}

void
client_hold(struct client *cl)
{
	cl->asked++;
}

void
client_release(struct client *cl)
{
	cl->asked--;
	if (cl->bev == NULL)
		client_free(cl);
}

json_t *
control_good(void)
{
	return json_pack("{s:b}", "ok", 1);
}

json_t *
control_bad(const char *text)
{
	json_t *obj = json_pack("{s:b}", "ok", 0);

	json_put_str(obj, "error", text);
	return obj;
}

/* ---- status ------------------------------------------------------------------------------------------------ */

static json_t *
worker_stats(struct daemon *d)
{
	struct pool_stats st;
	json_t *obj = json_object();

	pool_get_stats(d->pool, &st);
	json_put_int(obj, "running", st.workers);
	json_put_int(obj, "busy", st.busy);
	json_put_int(obj, "waiting", st.waiting);
	json_put_int(obj, "jobs", (int64_t)st.jobs);
	json_put_int(obj, "restarts", (int64_t)st.restarts);
	return obj;
}

static json_t *
loop_figures(const struct loop_stats *st)
{
	json_t *obj = json_object();

	json_put_int(obj, "turns", (int64_t)st->turns);
	json_put_int(obj, "longest_ms", st->longest_us / 1000);
	json_put_int(obj, "stalls", (int64_t)st->stalls);
	return obj;
}

static void
count_states(const struct daemon *d, json_t *obj)
{
	unsigned n[STATE_COUNT] = { 0 };
	const struct watch *w, *tmp;
	json_t *states = json_object();

	HASH_ITER(hh, d->watches, w, tmp)
		n[w->state]++;
	for (int s = 0; s < STATE_COUNT; s++)
		if (n[s] > 0)
			json_put_int(states, store_state_name((enum store_state)s), n[s]);
	json_object_set_new(obj, "states", states);
}

static json_t *
status(struct daemon *d, const struct store_counts *n)
{
	json_t *obj = control_good();
	char since[CLOCK_TEXT_MAX];

	json_put_str(obj, "version", PRESSWATCH_VERSION);
	json_put_int(obj, "pid", getpid());
	json_put_str(obj, "since", clock_rfc3339(d->started_ms, false, since));
	json_put_int(obj, "sources", HASH_COUNT(d->watches));
	json_put_int(obj, "in_flight", fetcher_in_flight(d->fetcher));
	json_put_int(obj, "waiting", fetcher_waiting(d->fetcher));
	json_put_int(obj, "visiting", d->visits_running);
	json_put_int(obj, "candidates", n->candidates);
	json_put_int(obj, "deliveries", n->deliveries);
	json_put_int(obj, "dead_deliveries", n->dead_deliveries);
	json_put_int(obj, "documents", n->documents);
	json_put_int(obj, "revisions", n->revisions);
	json_put_int(obj, "events", n->events);
	json_put_int(obj, "unindexed", n->unindexed);
	json_put_int(obj, "archive_bytes", n->file_bytes);
	json_put_int(obj, "visits", (int64_t)(d->visits_done + d->visits_failed));
	json_put_int(obj, "visits_failed", (int64_t)d->visits_failed);
	json_put_int(obj, "visits_ms", (int64_t)d->visits_ms);
	json_object_set_new(obj, "workers", worker_stats(d));
	json_object_set_new(obj, "loop", loop_figures(&d->loop));
	count_states(d, obj);
	return obj;
}

static int
read_counts(struct store *s, void *arg, struct err *reterr)
{
	struct question *q = arg;

	return store_get_counts(s, &q->counts, reterr);
}

/* trouble: why the counts are not those of this moment, or NULL. */
static void
answer_status(struct question *q, const char *trouble)
{
	struct client *cl = q->client;
	json_t *obj = status(q->c->d, &q->c->counts);
	char when[CLOCK_TEXT_MAX];

	if (trouble != NULL) {
		json_put_str(obj, "archive_trouble", trouble);
		if (q->c->counts_ms != 0)
			json_put_str(obj, "counts_from", clock_rfc3339(q->c->counts_ms, false, when));
	}
	client_answer(cl, obj);
	q->client = NULL;
	client_release(cl);
}

static void
have_counts(void *arg, int rc, const struct err *err)
{
	struct question *q = arg;

	if (rc == 0) {
		q->c->counts = q->counts;
		q->c->counts_ms = clock_wall_ms();
	}
	if (q->client != NULL)
		answer_status(q, rc < 0 ? err->text : NULL);
	if (q->patience != NULL)
		event_free(q->patience);
	free(q);
}

/* The writer is at work, or another program holds the archive: who asks does not wait for that. */
static void
on_patience(evutil_socket_t fd, short what, void *arg)
{
	struct question *q = arg;

	if (q->client != NULL)
		answer_status(q, "the archive is busy, or another program has locked it");
}

/* client NULL: only to know the counts. */
static void
ask_counts(struct control *c, struct client *client)
{
	struct timeval wait = { .tv_usec = PATIENCE_MS * 1000 };
	struct question *q = xcalloc(1, sizeof(*q));

	q->c = c;
	q->client = client;
	if (client != NULL) {
		client_hold(client);
		q->patience = event_new(c->d->base, -1, 0, on_patience, q);
		event_add(q->patience, &wait);
	}
	writer_post(c->d->writer, read_counts, have_counts, q);
}

static void
do_status(struct client *cl, const json_t *cmd)
{
	ask_counts(cl->c, cl);
}

/* ---- the other commands ------------------------------------------------------------------------------------- */

static json_t *
describe(const struct watch *w)
{
	json_t *obj = json_object();
	char text[CLOCK_TEXT_MAX];

	json_put_str(obj, "name", w->name);
	json_put_str(obj, "url", w->ps->cfg->url);
	json_put_str(obj, "state", store_state_name(w->state));
	json_put_int(obj, "failures", w->failures);
	if (w->last_visit_ms != 0)
		json_put_str(obj, "last_visit", clock_rfc3339(w->last_visit_ms, false, text));
	if (w->visit != NULL)
		json_object_set_new(obj, "visiting", json_true());
	else if (w->due.place != 0)
		json_put_str(obj, "next_visit", clock_rfc3339(clock_wall_ms() + w->due.at_ms - clock_mono_ms(),
		    false, text));
	return obj;
}

static void
do_sources(struct client *cl, const json_t *cmd)
{
	json_t *obj = control_good(), *list = json_array();
	struct watch *w, *tmp;

	HASH_ITER(hh, cl->c->d->watches, w, tmp)
		json_array_append_new(list, describe(w));
	json_object_set_new(obj, "sources", list);
	client_answer(cl, obj);
}

static void
do_poll(struct client *cl, const json_t *cmd)
{
	struct daemon *d = cl->c->d;
	const char *name = json_get_str(cmd, "source");
	struct watch *w, *tmp;
	json_t *obj;
	unsigned n = 0;

	HASH_ITER(hh, d->watches, w, tmp)
		if (name == NULL ? json_is_true(json_object_get(cmd, "all")) : strcmp(name, w->name) == 0) {
			visit_start(w);
			n++;
		}
	if (n == 0) {
		client_answer(cl, control_bad(name == NULL ? "poll needs \"source\" or \"all\"" : "no such source"));
		return;
	}
	obj = control_good();
	json_put_int(obj, "sources", n);
	client_answer(cl, obj);
}

static void
do_reload(struct client *cl, const json_t *cmd)
{
	struct err err = { 0 };

	if (daemon_reload(cl->c->d, &err) < 0)
		client_answer(cl, control_bad(err.text));
	else
		client_answer(cl, control_good());
}

static const struct control_command commands[] = {
	{ "status", do_status },
	{ "sources", do_sources },
	{ "poll", do_poll },
	{ "reload", do_reload },
	{ NULL, NULL }
};

static const struct control_command *
find_command(const char *name)
{
	static const struct control_command *const tables[] = { commands, control_channel_commands };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct control_command *c = tables[i]; c->name != NULL; c++)
			if (strcmp(c->name, name) == 0)
				return c;
	return NULL;
}

static void
obey(struct client *cl, const char *line, size_t len)
{
	struct err err = { 0 };
	const struct control_command *found;
	json_t *cmd = NULL;
	const char *name;

	if (json_read(line, len, &cmd, &err) < 0) {
		client_answer(cl, control_bad(err.text));
		return;
	}
	name = json_get_str(cmd, "cmd");
	if (name != NULL && (found = find_command(name)) != NULL)
		found->run(cl, cmd);
	else
		client_answer(cl, control_bad("unknown command; known are status, sources, poll, reload, "
		    "test-channel, redeliver, pause, resume, release"));
	json_decref(cmd);
}

/* ---- connections ---------------------------------------------------------------------------------------------- */

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct client *cl = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t len;
	char *line;

	while ((line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF)) != NULL) {
		if (len > 0)
			obey(cl, line, len);
		free(line);
	}
	if (evbuffer_get_length(in) >= CONTROL_LINE_MAX)
		client_free(cl);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct client *cl = arg;

	if (what & BEV_EVENT_TIMEOUT && cl->asked > 0)	/* it is we who are slow */
		bufferevent_enable(bev, EV_READ | EV_WRITE);
	else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		client_free(cl);
}

void
control_serve(struct control *c, struct bufferevent *bev)
{
	struct timeval idle = { .tv_sec = 60 };
	struct client *cl = xcalloc(1, sizeof(*cl));

	cl->c = c;
	cl->bev = bev;
	cl->next = c->clients;
	cl->prev = &c->clients;
	if (cl->next != NULL)
		cl->next->prev = &cl->next;
	c->clients = cl;
	c->count++;
	bufferevent_setcb(bev, on_read, NULL, on_event, cl);
	bufferevent_setwatermark(bev, EV_READ, 0, CONTROL_LINE_MAX);
	bufferevent_set_timeouts(bev, &idle, &idle);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
	struct control *c = arg;
	struct bufferevent *bev;

	if (c->count >= CLIENTS_MAX || c->d->stopping) {
		close(fd);
		return;
	}
	bev = bufferevent_socket_new(c->d->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL)
		close(fd);
	else
		control_serve(c, bev);
}

/* A socket file that nobody listens on is left from a crash; one that answers is another daemon's. */
static int
clear_path(const struct sockaddr_un *sa, struct err *reterr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)sa, sizeof(*sa));

	if (fd >= 0)
		close(fd);
	if (rc == 0)
		return err_set(reterr, ERR_CONFIG, "another daemon listens on %s", sa->sun_path);
	if (unlink(sa->sun_path) < 0 && errno != ENOENT)
		return err_set(reterr, ERR_LOCAL, "cannot remove %s: %s", sa->sun_path, strerror(errno));
	return 0;
}

int
control_new(struct daemon *d, const char *path, struct control **ret, struct err *reterr)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct control *c;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(reterr, ERR_CONFIG, "control: %s is longer than %zu bytes", path,
		    sizeof(sa.sun_path) - 1);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	if (clear_path(&sa, reterr) < 0)
		return -1;
	c = xcalloc(1, sizeof(*c));
	c->d = d;
	c->path = xstrdup(path);
	c->listener = evconnlistener_new_bind(d->base, on_accept, c,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16, (struct sockaddr *)&sa, sizeof(sa));
	if (c->listener == NULL) {
		int e = errno;

		free(c->path);
		free(c);
		return err_set(reterr, ERR_LOCAL, "cannot listen on %s: %s", path, strerror(e));
	}
	/* The group may ask and poll, as it may read the archive. */
	if (chmod(path, 0660) < 0)
		log_kv(LOG_P_WARNING, "control-mode", "path", path, "text", strerror(errno), NULL);
	ask_counts(c, NULL);
	*ret = c;
	return 0;
}

void
control_free(struct control *c)
{
	if (c == NULL)
		return;
	while (c->clients != NULL) {
		c->clients->asked = 0;
		client_free(c->clients);
	}
	evconnlistener_free(c->listener);
	unlink(c->path);
	free(c->path);
	free(c);
}
