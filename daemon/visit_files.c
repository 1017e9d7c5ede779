/* visit_files: the further files that a sitemap index names, read one after the other within its visit. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "daemon/visit_int.h"
#include "base/banned.h"

#define FILES_MAX 50	/* of one index and its sub-indexes */
#define DEPTH_MAX 2

static void next_file(struct visit *v);

static void
add_file(struct visit *v, const char *url, unsigned depth)
{
	size_t cap = v->files_cap;

	if (v->files_count >= FILES_MAX || depth > DEPTH_MAX)
		return;
	for (size_t i = 0; i < v->files_count; i++)
		if (strcmp(v->files[i], url) == 0)
			return;
	v->files = xgrow(v->files, &v->files_cap, v->files_count + 1, sizeof(char *));
	if (v->files_cap != cap)
		v->depth = xreallocarray(v->depth, v->files_cap, 1);
	v->files[v->files_count] = xstrdup(url);
	v->depth[v->files_count++] = (unsigned char)depth;
}

static struct visit_file *
file_of(struct visit_file **table, const char *url)
{
	struct visit_file *f;

	HASH_FIND_STR(*table, url, f);
	if (f == NULL) {
		f = xcalloc(1, sizeof(*f));
		f->url = xstrdup(url);
		HASH_ADD_KEYPTR(hh, *table, f->url, strlen(f->url), f);
	}
	return f;
}

static void
remember(struct visit *v, const char *url, const struct body *b)
{
	struct visit_file *f = file_of(&v->read_now, url);

	free(f->etag);
	free(f->last_modified);
	f->etag = xstrdup(b->etag);
	f->last_modified = xstrdup(b->last_modified);
	memcpy(f->hash, b->hash, sizeof(f->hash));
}

void
visit_files_keep(struct visit *v)
{
	struct visit_file *f, *tmp, *kept;

	HASH_ITER(hh, v->read_now, f, tmp) {
		kept = file_of(&v->watch->files, f->url);
		free(kept->etag);
		free(kept->last_modified);
		kept->etag = f->etag;
		kept->last_modified = f->last_modified;
		memcpy(kept->hash, f->hash, sizeof(f->hash));
		f->etag = f->last_modified = NULL;
	}
}

void
visit_files_free(struct visit_file **table)
{
	struct visit_file *f, *tmp;

	HASH_ITER(hh, *table, f, tmp) {
		HASH_DEL(*table, f);
		free(f->url);
		free(f->etag);
		free(f->last_modified);
		free(f);
	}
}

/* The candidates of a file join those of the visit. */
static void
join(struct visit *v, struct candidates *more)
{
	candidates_append(v->found, more);
	for (size_t i = 0; i < more->more_count; i++)
		add_file(v, more->more[i], v->depth[v->files_at - 1] + 1u);
}

static void
file_failed(struct visit *v, const struct err *err)
{
	v->files_failed = true;
	log_kv(LOG_P_WARNING, "sitemap-file-failed", "source", v->watch->name, "url", v->files[v->files_at - 1],
	    "class", err_class_name(err->class), "text", err->text, NULL);
	next_file(v);
}

static void
on_file_discovered(const struct job_answer *answer, void *arg)
{
	struct visit *v = arg;

	v->job = 0;
	if (answer->err.class != ERR_NONE) {
		file_failed(v, &answer->err);
		return;
	}
	join(v, answer->candidates);
	next_file(v);
}

static void
on_file(struct fetch_answer *a, void *arg)
{
	struct visit *v = arg;
	const char *url = v->files[v->files_at - 1];
	struct visit_file *known;

	v->fetch = 0;
	if (a->outcome == FETCH_NOT_MODIFIED) {
		next_file(v);
		return;
	}
	if (a->outcome != FETCH_OK) {
		file_failed(v, &a->err);
		return;
	}
	body_done(&v->file);
	body_take(&v->file, a->http);
	HASH_FIND_STR(v->watch->files, url, known);
	if (known != NULL && memcmp(known->hash, v->file.hash, sizeof(v->file.hash)) == 0) {
		next_file(v);
	} else {
		remember(v, url, &v->file);
		visit_discover(v, &v->file, KIND_SITEMAP, on_file_discovered);
	}
}

static void
next_file(struct visit *v)
{
	const struct cfg_source *cfg = v->ps->cfg;
	struct fetch_request req = { .class = FETCH_SITEMAP, .urgent = true,
		.ignore_robots = cfg->ignore_robots, .user_agent = cfg->user_agent, .proxy = cfg->proxy,
		.cookies = cfg->secrets != NULL ? cfg->secrets->cookies : NULL, .home = cfg->url,
		.headers = (const char *const *)cfg->headers,
		.command = (const char *const *)cfg->fetch_with };
	struct visit_file *known;

	if (v->files_at == v->files_count) {
		visit_end_read(v);
		return;
	}
	req.url = v->files[v->files_at++];
	HASH_FIND_STR(v->watch->files, req.url, known);
	if (known != NULL) {
		req.etag = known->etag;
		req.last_modified = known->last_modified;
	}
	v->fetch = fetch_start(v->d->fetcher, &req, on_file, v);
}

void
visit_files_begin(struct visit *v)
{
	for (size_t i = 0; i < v->found->more_count; i++)
		add_file(v, v->found->more[i], 1);
	next_file(v);
}
