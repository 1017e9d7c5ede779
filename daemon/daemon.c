#include "daemon/daemon.h"

#include <errno.h>
#include <event2/thread.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/control.h"
#include "daemon/deliver.h"
#include "daemon/fill.h"
#include "daemon/exit.h"
#include "daemon/intake.h"
#include "daemon/rules.h"
#include "daemon/sdnotify.h"
#include "daemon/visit.h"
#include "daemon/watch.h"
#include "fetchers/pdf.h"
#include "base/banned.h"

#define FLUSH_MS 5000		/* unchanged visits wait at most that long */
#define STOP_GRACE_MS 3000	/* what is under way to a receiver may end by itself */
#define RESYNC_MS 10000
#define BACKLOG 128		/* answers for workers and writer; with more, no request starts */

double
daemon_random(void)
{
	return (double)digest_random_below(1u << 20) / (1u << 20);
}

/* ---- configuration ---------------------------------------------------------------------------------------- */

static void
log_mistake(const struct config_mistake *m)
{
	log_kv(LOG_P_ERR, "config-mistake", "file", m->file, "line", log_num(m->line), "column", log_num(m->column), "text",
	    m->text, NULL);
}

static void
print_mistake(const struct config_mistake *m)
{
	if (m->line > 0)
		fprintf(stderr, "%s:%d:%d: %s\n", m->file, m->line, m->column, m->text);
	else
		fprintf(stderr, "%s: %s\n", m->file, m->text);
}

/* Each mistake is told, one by one. */
static int
load_config(const char *path, void (*tell)(const struct config_mistake *m), struct config **ret, struct err *reterr)
{
	struct config_mistakes mistakes = { 0 };
	int rc = config_load(path, ret, &mistakes);

	for (size_t i = 0; i < mistakes.count; i++)
		tell(&mistakes.list[i]);
	if (rc < 0)
		(void)err_set(reterr, ERR_CONFIG, "%s: %zu mistakes; the first: %s", path, mistakes.count,
		    mistakes.count > 0 ? mistakes.list[0].text : "unreadable");
	config_mistakes_done(&mistakes);
	return rc;
}

int
daemon_check(const char *path)
{
	CLEANUP(config_freep) struct config *config = NULL;
	struct err err = { 0 };

	if (load_config(path, print_mistake, &config, &err) < 0)
		return EXIT_CONFIG;
	printf("%s: %zu sources, %zu channels, no mistake\n", path, config->sources_count, config->channels_count);
	return EXIT_WELL;
}

static int
load_plan(const char *path, struct plan **ret, struct err *reterr)
{
	struct config *config = NULL;

	if (load_config(path, log_mistake, &config, reterr) < 0)
		return -1;
	return plan_new(config, ret, reterr);
}

struct sync {
	struct daemon *d;
	struct plan *plan;
};

static int
write_sync(struct store *s, void *arg, struct err *reterr)
{
	struct sync *sync = arg;

	if (plan_sync(sync->plan, s, reterr) < 0)
		return -1;
	store_set_spellings(s, (char *const *const *)sync->plan->config->spellings);
	return rules_store(sync->plan, s, reterr);
}

static void
wrote_sync(void *arg, int rc, const struct err *err)
{
	struct sync *sync = arg;

	if (rc < 0) {
		log_kv(LOG_P_ERR, "archive-failed", "text", err->text, NULL);
		sync->d->resync_ms = clock_mono_ms() + RESYNC_MS;
	}
	plan_unref(sync->plan);
	free(sync);
}

static void
post_sync(struct daemon *d)
{
	struct sync *sync = xcalloc(1, sizeof(*sync));

	sync->d = d;
	sync->plan = plan_ref(d->plan);
	d->resync_ms = 0;
	writer_post(d->writer, write_sync, wrote_sync, sync);
}

static void
warn_of_restart(const struct config *old, const struct config *new)
{
	if (strcmp(old->archive, new->archive) != 0 || old->workers != new->workers ||
	    (old->control == NULL) != (new->control == NULL) ||
	    (old->control != NULL && strcmp(old->control, new->control) != 0))
		log_kv(LOG_P_WARNING, "reload-partial", "text",
		    "archive, control and workers change at the next start only", NULL);
}

int
daemon_reload(struct daemon *d, struct err *reterr)
{
	struct plan *plan, *old = d->plan;
	struct http_opts http;
	struct fetcher_opts fetcher;

	if (load_plan(d->config_path, &plan, reterr) < 0) {
		log_kv(LOG_P_ERR, "reload-refused", "text", "the running configuration stays in force", NULL);
		return -1;
	}
	warn_of_restart(old->config, plan->config);
	d->plan = plan;
	plan_http_opts(plan, &http);
	http_reconfigure(d->http, &http);
	plan_fetcher_opts(plan, &fetcher);
	fetcher_reconfigure(d->fetcher, &fetcher);
	post_sync(d);
	watch_apply_plan(d);
	plan_unref(old);
	intake_reload(d->intake);
	deliver_reload(d->deliver);
	malloc_trim(0);		/* the tree of the file is as big as all else together */
	log_kv(LOG_P_NOTICE, "reloaded", "sources", log_num(HASH_COUNT(d->watches)), "channels",
	    log_num((int64_t)plan->config->channels_count), NULL);
	return 0;
}

/* ---- the loop's own events ----------------------------------------------------------------------------------- */

static void
start_due(struct daemon *d)
{
	struct due *due;
	int64_t now = clock_mono_ms();

	while ((due = scheduler_pop(&d->scheduler, now)) != NULL)
		visit_start((struct watch *)due);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	if (d->stopping)
		return;
	start_due(d);
	intake_tick(d->intake);
	deliver_tick(d->deliver);
	if (d->resync_ms != 0 && clock_mono_ms() >= d->resync_ms)
		post_sync(d);
	if (clock_mono_ms() - d->flushed_ms >= FLUSH_MS) {
		d->flushed_ms = clock_mono_ms();
		visit_flush(d);
	}
	if (mem_reserve())
		log_kv(LOG_P_WARNING, "memory-short", "text", "an allocation failed, and passed with the reserve", NULL);
	sdnotify_tick(d);
}

/* Answers that wait for a worker or the writer stand in memory: while many do, nothing is asked. */
static bool
has_room(void *arg)
{
	const struct daemon *d = arg;
	struct pool_stats stats;

	pool_get_stats(d->pool, &stats);
	return stats.waiting + writer_waiting(d->writer) < BACKLOG;
}

static void
on_stop(evutil_socket_t signal_number, short what, void *arg)
{
	struct daemon *d = arg;

	log_kv(LOG_P_NOTICE, "stopping", "signal", strsignal((int)signal_number), NULL);
	d->stopping = true;
	event_base_loopexit(d->base, NULL);
}

static void
on_hup(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct err err = { 0 };

	sdnotify_reloading();
	(void)daemon_reload(d, &err);	/* it has logged what is wrong */
	sdnotify_ready(d);
}

void
daemon_progress(struct daemon *d)
{
	if (!d->once || d->stopping || d->once_visits_left > 0)
		return;
	visit_flush(d);
	if (intake_count(d->intake) == 0)
		intake_flush(d->intake);
	if (d->fills_running == 0 && intake_idle(d->intake) && deliver_idle(d->deliver) && writer_waiting(d->writer) == 0)
		event_base_loopexit(d->base, NULL);
}

static void
begin_once(struct daemon *d)
{
	struct watch *w, *tmp;

	d->once_visits_left = HASH_COUNT(d->watches);
	HASH_ITER(hh, d->watches, w, tmp)
		if (w->paused)
			d->once_visits_left--;
		else
			visit_start(w);
	intake_once(d->intake);
	deliver_once(d->deliver);
}

static struct event *
add_signal(struct daemon *d, int number, event_callback_fn fn)
{
	struct event *ev = evsignal_new(d->base, number, fn, d);

	event_add(ev, NULL);
	return ev;
}

static struct event *
add_timer(struct daemon *d, int64_t ms, event_callback_fn fn)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	struct event *ev = event_new(d->base, -1, EV_PERSIST, fn, d);

	event_add(ev, &tv);
	return ev;
}

static void
add_events(struct daemon *d)
{
	signal(SIGPIPE, SIG_IGN);
	d->sig_term = add_signal(d, SIGTERM, on_stop);
	d->sig_int = add_signal(d, SIGINT, on_stop);
	if (d->once)
		return;
	d->sig_hup = add_signal(d, SIGHUP, on_hup);
	d->tick = add_timer(d, SCHEDULER_GRID_MS, on_tick);
}

static void
free_event(struct event *ev)
{
	if (ev != NULL)
		event_free(ev);
}

/* ---- start and stop --------------------------------------------------------------------------------------------- */

static int
open_archive(struct daemon *d, struct err *reterr)
{
	struct store *s = NULL;

	if (store_open(d->plan->config->archive, STORE_WRITE, NULL, &s, reterr) < 0)
		return -1;
	store_set_spellings(s, (char *const *const *)d->plan->config->spellings);
	/* One transaction: ten thousand sources are read under one lock. */
	if (store_begin(s, reterr) < 0 || plan_sync(d->plan, s, reterr) < 0 || watch_load_all(d, s, reterr) < 0 ||
	    store_commit(s, reterr) < 0) {
		store_close(s);
		return -1;
	}
	store_forget_pages(s);
	if (writer_start(d->base, s, &d->writer, reterr) < 0) {
		store_close(s);
		return -1;
	}
	return 0;
}

static int
start_steps(struct daemon *d, struct err *reterr)
{
	struct http_opts http;
	struct fetcher_opts fetcher;
	struct pool_opts pool = { .workers = d->plan->config->workers };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (pool.workers == 0)
		pool.workers = processors > 0 ? (unsigned)processors : 1;
	plan_http_opts(d->plan, &http);
	plan_fetcher_opts(d->plan, &fetcher);
	if (http_new(d->base, &http, &d->http, reterr) < 0 ||
	    fetcher_new(d->base, d->http, &fetcher, &d->fetcher, reterr) < 0 ||
	    pool_new(d->base, &pool, &d->pool, reterr) < 0 ||
	    notify_new(d->base, d->http, &d->notify, reterr) < 0)
		return -1;
	fetcher_set_room(d->fetcher, has_room, d);
	d->intake = intake_new(d);
	d->deliver = deliver_new(d);
	if (!d->once && d->plan->config->control != NULL)
		return control_new(d, d->plan->config->control, &d->control, reterr);
	return 0;
}

/* Room for the sockets that the configuration asks for, beside workers, files and children. */
static void
raise_file_limit(const struct config *c)
{
	struct rlimit rl;
	rlim_t want = c->connections + 128;

	if (getrlimit(RLIMIT_NOFILE, &rl) < 0 || rl.rlim_cur >= want)
		return;
	rl.rlim_cur = want < rl.rlim_max ? want : rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl);
	if (rl.rlim_cur < want)
		log_kv(LOG_P_WARNING, "few-files", "limit", log_num((int64_t)rl.rlim_cur), "text",
		    "network: connections is higher than the limit of open files allows", NULL);
}

static int
start(struct daemon *d, struct err *reterr)
{
	if (load_plan(d->config_path, &d->plan, reterr) < 0)
		return -1;
	raise_file_limit(d->plan->config);
	evthread_use_pthreads();
	d->base = event_base_new();
	if (d->base == NULL)
		return err_set(reterr, ERR_LOCAL, "cannot make an event loop");
	scheduler_init(&d->scheduler);
	if (open_archive(d, reterr) < 0 || start_steps(d, reterr) < 0)
		return -1;
	add_events(d);
	(void)mem_reserve();
	malloc_trim(0);
	return 0;
}

/* What is under way to receivers ends by itself, so that few are told twice; nothing new begins. */
static void
let_receivers_answer(struct daemon *d)
{
	int64_t until = clock_mono_ms() + STOP_GRACE_MS;
	struct timeval step = { .tv_usec = 50000 };

	while (!deliver_settled(d->deliver) && clock_mono_ms() < until) {
		event_base_loopexit(d->base, &step);
		event_base_dispatch(d->base);
	}
}

static void
stop(struct daemon *d)
{
	struct watch *w, *tmp;

	d->stopping = true;
	sdnotify_stopping();
	if (d->writer != NULL && d->deliver != NULL) {
		let_receivers_answer(d);
		HASH_ITER(hh, d->watches, w, tmp) {
			visit_cancel(w);
			fill_cancel(w);
		}
		intake_stop(d->intake);
		visit_flush(d);
	}
	if (d->writer != NULL)
		writer_stop(d->writer);
	control_free(d->control);
	notify_free(d->notify);
	if (d->deliver != NULL)
		deliver_free(d->deliver);
	watch_free_all(d);
	if (d->intake != NULL)
		intake_free(d->intake);
	pdf_free(d->pdf);
	pool_free(d->pool);
	fetcher_free(d->fetcher);
	http_free(d->http);
	free_event(d->tick);
	free_event(d->sig_term);
	free_event(d->sig_int);
	free_event(d->sig_hup);
	scheduler_done(&d->scheduler);
	plan_unref(d->plan);
	if (d->base != NULL)
		event_base_free(d->base);
}

int
daemon_run(const struct daemon_opts *opts)
{
	struct daemon d = { .config_path = opts->config_path, .once = opts->once, .started_ms = clock_wall_ms() };
	struct err err = { 0 };
	int code = EXIT_WELL;

	if (start(&d, &err) < 0) {
		log_kv(LOG_P_ERR, "start-failed", "class", err_class_name(err.class), "text", err.text, NULL);
		code = err.class == ERR_CONFIG ? EXIT_CONFIG : EXIT_FAILED;
	} else {
		log_kv(LOG_P_NOTICE, "started", "version", PRESSWATCH_VERSION, "sources",
		    log_num(HASH_COUNT(d.watches)), "archive", d.plan->config->archive, NULL);
		if (d.once)
			begin_once(&d);
		else
			sdnotify_ready(&d);
		daemon_progress(&d);
		loop_run(d.base, &d.loop);
		if (d.once && (d.trouble || d.once_visits_left > 0))
			code = EXIT_FAILED;
	}
	stop(&d);
	log_kv(LOG_P_NOTICE, "stopped", NULL);
	return code;
}
