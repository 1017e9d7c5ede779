#include "daemon/fill.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/body.h"
#include "daemon/intake.h"
#include "base/banned.h"

#define TRIES 3
#define PAUSE_MS 30000

struct fill {
	struct daemon *d;
	struct watch *watch;		/* NULL: cancelled while the writer had it */
	struct plan *plan;		/* a reference */
	const struct plan_source *ps;
	char *source, *url, *next;
	struct event *timer;
	uint64_t fetch, job;
	bool recording;
	unsigned tries;
	struct body body;
	struct store_candidate *list;
	size_t count;
	struct store_fill_result result;
};

static void fetch_page(struct fill *f);

static void
drop_list(struct fill *f)
{
	for (size_t i = 0; i < f->count; i++)
		store_candidate_done(&f->list[i]);
	free(f->list);
	f->list = NULL;
	f->count = 0;
}

static void
fill_free(struct fill *f)
{
	struct daemon *d = f->d;

	if (f->fetch != 0)
		fetch_cancel(d->fetcher, f->fetch);
	if (f->job != 0)
		pool_cancel(d->pool, f->job);
	if (f->timer != NULL)
		event_free(f->timer);
	if (f->watch != NULL)
		f->watch->fill = NULL;
	body_done(&f->body);
	drop_list(f);
	plan_unref(f->plan);
	free(f->source);
	free(f->url);
	free(f->next);
	free(f);
	d->fills_running--;
}

void
fill_cancel(struct watch *w)
{
	struct fill *f = w->fill;

	if (f == NULL)
		return;
	w->fill = NULL;
	f->watch = NULL;
	if (!f->recording)
		fill_free(f);
}

static int
write_page(struct store *s, void *arg, struct err *reterr)
{
	struct fill *f = arg;

	return store_fill_read(s, f->source, f->list, f->count, f->next, clock_wall_ms(), &f->result,
	    reterr);
}

static void
wrote_page(void *arg, int rc, const struct err *err)
{
	struct fill *f = arg;
	struct daemon *d = f->d;
	bool over = rc < 0 || f->result.over || f->next == NULL || f->watch == NULL;

	f->recording = false;
	if (rc < 0)
		log_kv(LOG_P_ERR, "archive-failed", "source", f->source, "text", err->text, NULL);
	else
		log_kv(LOG_P_INFO, "gap-page", "source", f->source, "url", f->url, "found",
		    log_num(f->result.found), "new", log_num(f->result.fresh), "known",
		    log_num(f->result.known), NULL);
	if (f->result.fresh > 0)
		intake_kick(d->intake);
	if (over) {
		fill_free(f);
		daemon_progress(d);
		return;
	}
	free(f->url);
	f->url = f->next;
	f->next = NULL;
	f->tries = 0;
	drop_list(f);
	fetch_page(f);
}

static void
record_page(struct fill *f)
{
	f->recording = true;
	writer_post(f->d->writer, write_page, wrote_page, f);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	fetch_page(arg);
}

/* A page that cannot be had ends it: what can be known is known, and the gap was told. */
static void
page_failed(struct fill *f, const struct err *err, bool lasting)
{
	struct timeval pause = { .tv_sec = PAUSE_MS / 1000 };

	log_kv(LOG_P_WARNING, "gap-page-failed", "source", f->source, "url", f->url, "class",
	    err_class_name(err->class), "text", err->text, NULL);
	if (lasting || ++f->tries >= TRIES || f->d->once) {
		record_page(f);
		return;
	}
	if (f->timer == NULL)
		f->timer = evtimer_new(f->d->base, on_timer, f);
	evtimer_add(f->timer, &pause);
}

static void
take(struct fill *f, const struct candidate *c)
{
	struct store_candidate *to = &f->list[f->count++];
	char iso[DATE_ISO_MAX];

	*to = (struct store_candidate){ .url = xstrdup(c->url), .title = xstrdup(c->title),
		.language = xstrdup(c->language), .summary = xstrdup(c->content != NULL ? c->content : c->summary) };
	if (c->published.precision != DATE_NONE)
		to->published = xstrdup(date_iso(&c->published, iso));
	to->published_source = c->published.source != DATE_FROM_NOWHERE ? (int)c->published.source :
	    DATE_FROM_ROW;
	if (c->updated.precision != DATE_NONE)
		to->updated = xstrdup(date_iso(&c->updated, iso));
}

static void
on_discovered(const struct job_answer *answer, void *arg)
{
	struct fill *f = arg;
	const struct candidates *found = answer->candidates;

	f->job = 0;
	body_done(&f->body);
	f->body = (struct body){ 0 };
	if (answer->err.class != ERR_NONE || found == NULL) {
		page_failed(f, &answer->err, true);
		return;
	}
	f->list = xcalloc(found->count + 1, sizeof(*f->list));
	for (size_t i = 0; i < found->count; i++)
		take(f, &found->list[i]);
	for (size_t i = 0; i < found->more_count && f->next == NULL; i++)
		if (strcmp(found->more[i], f->url) != 0)
			f->next = xstrdup(found->more[i]);
	record_page(f);
}

static void
on_fetched(struct fetch_answer *a, void *arg)
{
	struct fill *f = arg;
	struct job job = { .kind = JOB_DISCOVER };

	f->fetch = 0;
	if (a->outcome != FETCH_OK) {
		page_failed(f, &a->err, a->outcome != FETCH_FAILED);
		return;
	}
	body_take(&f->body, a->http);
	plan_discover_opts(f->ps, &job.discover);
	job.bytes = f->body.bytes;
	job.len = f->body.len;
	job.lasting = true;
	job.discover.url = f->body.url;
	job.discover.content_type = f->body.content_type;
	if (job.discover.kind == KIND_AUTO)
		job.discover.kind = f->watch->kind;
	job.discover.now_ms = clock_wall_ms();
	f->job = pool_submit(f->d->pool, &job, on_discovered, f);
}

static void
fetch_page(struct fill *f)
{
	const struct cfg_source *cfg = f->ps->cfg;
	struct fetch_request req = { .url = f->url, .class = FETCH_PAGE,
		.ignore_robots = cfg->ignore_robots, .user_agent = cfg->user_agent, .proxy = cfg->proxy,
		.cookies = cfg->secrets != NULL ? cfg->secrets->cookies : NULL, .home = cfg->url,
		.headers = (const char *const *)cfg->headers };

	if (f->watch->kind == KIND_FEED)
		req.class = FETCH_FEED;
	f->fetch = fetch_start(f->d->fetcher, &req, on_fetched, f);
}

void
fill_begin(struct watch *w, const char *url)
{
	struct fill *f;

	if (w->fill != NULL || w->d->stopping)
		return;
	f = xcalloc(1, sizeof(*f));
	f->d = w->d;
	f->watch = w;
	f->plan = plan_ref(w->d->plan);
	f->ps = w->ps;
	f->source = xstrdup(w->name);
	f->url = xstrdup(url);
	w->fill = f;
	w->d->fills_running++;
	fetch_page(f);
}
