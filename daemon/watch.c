#include "daemon/watch.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "daemon/entrance.h"
#include "daemon/fill.h"
#include "daemon/rules.h"
#include "daemon/visit.h"
#include "daemon/visit_int.h"
#include "base/banned.h"

#define RHYTHM_KNOWN 200	/* newest releases that teach it */

/* Its name is that of the plan: ten thousand copies would be a third of a megabyte. */
static void
watch_enter(struct watch *w, const struct plan_source *ps)
{
	w->ps = ps;
	w->name = ps->cfg->name;
	HASH_ADD_KEYPTR(hh, w->d->watches, w->name, strlen(w->name), w);
}

static struct watch *
watch_new(struct daemon *d, const struct plan_source *ps)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->d = d;
	watch_enter(w, ps);
	return w;
}

static void
forget_state(struct watch *w)
{
	free(w->etag);
	free(w->last_modified);
	w->etag = w->last_modified = NULL;
	memset(w->body_hash, 0, sizeof(w->body_hash));
	w->list_hash = 0;
	w->shape = 0;
	w->last_full_ms = 0;
	w->lies = false;
	w->kind = KIND_AUTO;
}

void
watch_free(struct watch *w)
{
	fill_cancel(w);
	scheduler_remove(&w->d->scheduler, &w->due);
	if (w->gone)
		free((char *)w->name);
	else
		HASH_DEL(w->d->watches, w);
	visit_files_free(&w->files);
	free(w->etag);
	free(w->last_modified);
	free(w->fill_url);
	free(w->moved);
	free(w->rhythm);
	free(w);
}

static int
load_one(const struct store_source *src, void *arg)
{
	struct daemon *d = arg;
	struct watch *w;

	HASH_FIND_STR(d->watches, src->name, w);
	if (w == NULL)
		return 0;
	w->kind = (enum source_kind)src->kind;
	w->etag = xstrdup(src->etag);
	w->last_modified = xstrdup(src->last_modified);
	memcpy(w->body_hash, src->body_hash, sizeof(w->body_hash));
	w->list_hash = src->list_hash;
	w->last_full_ms = src->last_full_ms;
	w->last_visit_ms = src->last_visit_ms;
	w->next_visit_ms = src->next_visit_ms;
	w->failures = src->failures;
	w->state = src->state;
	w->seen_good = src->baseline;
	w->lies = src->lies;
	w->paused = src->paused;
	return 0;
}

static int
load_fill(const struct store_fill *f, void *arg)
{
	struct daemon *d = arg;
	struct watch *w;

	HASH_FIND_STR(d->watches, f->source, w);
	if (w != NULL)
		w->fill_url = xstrdup(f->url);
	return 0;
}

/* The validators vouch for bytes that other rules read. */
static void
distrust(const struct store_rule *now, uint64_t old_parts, void *arg)
{
	struct daemon *d = arg;
	struct watch *w;

	HASH_FIND_STR(d->watches, now->source, w);
	if (w == NULL)
		return;
	forget_state(w);
	w->next_visit_ms = 0;
}

int
watch_zone_min(const struct cfg_source *cfg, int64_t at_ms)
{
	int offset_min = 0;

	if (cfg->timezone != NULL)
		(void)date_zone_offset(cfg->timezone, at_ms, &offset_min);
	return offset_min;
}

bool
watch_learn_rhythm(struct store *s, const struct cfg_source *cfg, struct rhythm *ret)
{
	struct release_time times[RHYTHM_KNOWN];
	size_t n;

	if (!cfg->adaptive || store_source_times(s, cfg->name, times, RHYTHM_KNOWN, &n, NULL) < 0)
		return false;
	return rhythm_learn(times, n, watch_zone_min(cfg, clock_wall_ms()), ret);
}

void
watch_take_rhythm(struct watch *w, const struct rhythm *r)
{
	if (w->rhythm == NULL)
		w->rhythm = xmalloc(sizeof(*w->rhythm));
	*w->rhythm = *r;
}

void
watch_distrust_host(struct watch *w)
{
	CLEANUP(freep) char *host = url_hostport(w->ps->cfg->url);
	struct watch *other, *tmp;

	w->lies = true;
	if (host == NULL)
		return;
	HASH_ITER(hh, w->d->watches, other, tmp) {
		CLEANUP(freep) char *its = other->lies ? NULL : url_hostport(other->ps->cfg->url);

		if (its != NULL && strcmp(its, host) == 0)
			other->lies = true;
	}
}

static void
schedule_first(struct watch *w)
{
	int64_t wait_ms = w->next_visit_ms - clock_wall_ms();
	int64_t every_ms = w->ps->cfg->every_s * 1000;

	if (w->paused)
		return;
	if (wait_ms < 0)
		wait_ms = 0;
	/* A clock that was set back must not silence a source; a backoff in force is kept. */
	if (wait_ms > every_ms && w->failures == 0)
		wait_ms = every_ms;
	scheduler_set(&w->d->scheduler, &w->due, clock_mono_ms() + wait_ms);
}

int
watch_load_all(struct daemon *d, struct store *s, struct err *reterr)
{
	struct watch *w, *tmp;

	for (size_t i = 0; i < d->plan->config->sources_count; i++)
		watch_new(d, &d->plan->sources[i]);
	if (store_sources_state(s, load_one, d, reterr) < 0 ||
	    store_fills(s, load_fill, d, reterr) < 0 || entrance_load_all(d, s, reterr) < 0)
		return -1;
	HASH_ITER(hh, d->watches, w, tmp) {
		struct rhythm r;

		if (watch_learn_rhythm(s, w->ps->cfg, &r))
			watch_take_rhythm(w, &r);
	}
	HASH_ITER(hh, d->watches, w, tmp)
		if (w->lies)
			watch_distrust_host(w);
	rules_changed(d->plan, s, distrust, d);
	HASH_ITER(hh, d->watches, w, tmp)
		schedule_first(w);
	return rules_store(d->plan, s, reterr);
}

static void
drop(struct daemon *d, struct watch *w)
{
	HASH_DEL(d->watches, w);
	w->gone = true;
	w->name = xstrdup(w->name);	/* the plan may go before its visit ends */
	scheduler_remove(&d->scheduler, &w->due);
	visit_cancel(w);
	if (w->visit == NULL)
		watch_free(w);	/* else when the writer is done with it */
}

static struct watch *
watch_was(struct daemon *d, const struct cfg_source *cfg)
{
	struct watch *w = NULL;

	if (cfg->was != NULL && config_source(d->plan->config, cfg->was) == NULL)
		HASH_FIND_STR(d->watches, cfg->was, w);
	return w;
}

static void
repoint(struct watch *w, const struct plan_source *ps)
{
	bool moved = strcmp(w->ps->cfg->url, ps->cfg->url) != 0 || config_rules_hash(w->ps->cfg) != config_rules_hash(ps->cfg);
	bool sooner = ps->cfg->every_s < w->ps->cfg->every_s;

	HASH_DEL(w->d->watches, w);
	watch_enter(w, ps);
	w->shape = 0;	/* other rules may take other links */
	if (!ps->cfg->adaptive) {
		free(w->rhythm);
		w->rhythm = NULL;
	}
	if (moved) {
		visit_cancel(w);
		forget_state(w);
		entrance_forget(w);
	}
	moved |= w->state == STATE_ENDED;	/* a reload asks an ended page again */
	if (w->visit == NULL && !w->paused && (moved || sooner || w->due.place == 0)) {
		int64_t at = moved ? clock_mono_ms() : clock_mono_ms() + ps->cfg->every_s * 1000;

		if (w->due.place == 0 || at < w->due.at_ms)
			scheduler_set(&w->d->scheduler, &w->due, at);
	}
}

void
watch_apply_plan(struct daemon *d)
{
	struct watch *w, *tmp;

	for (size_t i = 0; i < d->plan->config->sources_count; i++) {
		const struct plan_source *ps = &d->plan->sources[i];

		HASH_FIND_STR(d->watches, ps->cfg->name, w);
		if (w == NULL)
			w = watch_was(d, ps->cfg);
		if (w != NULL)
			repoint(w, ps);
		else {
			w = watch_new(d, ps);
			scheduler_set(&d->scheduler, &w->due, clock_mono_ms());
		}
	}
	HASH_ITER(hh, d->watches, w, tmp)
		if (config_source(d->plan->config, w->name) == NULL)
			drop(d, w);
}

void
watch_pause(struct watch *w, bool pause)
{
	w->paused = pause;
	if (pause)
		scheduler_remove(&w->d->scheduler, &w->due);
	else if (w->visit == NULL)
		scheduler_set(&w->d->scheduler, &w->due, clock_mono_ms());
}

void
watch_free_all(struct daemon *d)
{
	struct watch *w, *tmp;

	HASH_ITER(hh, d->watches, w, tmp) {
		if (w->visit != NULL)
			visit_free(w->visit);
		watch_free(w);
	}
}
