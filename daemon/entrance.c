#include "daemon/entrance.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/banned.h"

struct met {			/* on its way to the archive; strings owned */
	char *source, *from, *to;
	unsigned seen;
};

const char *
entrance_url(const struct watch *w, bool whole)
{
	return w->moved != NULL && w->moved_seen >= STORE_MOVED_LEARNED && !whole ? w->moved : w->ps->cfg->url;
}

void
entrance_forget(struct watch *w)
{
	free(w->moved);
	w->moved = NULL;
	w->moved_seen = 0;
}

static int
write_met(struct store *s, void *arg, struct err *reterr)
{
	struct met *m = arg;

	return store_entrance_moved(s, m->source, m->from, m->to, clock_wall_ms(), &m->seen, reterr);
}

static void
wrote_met(void *arg, int rc, const struct err *err)
{
	struct met *m = arg;

	if (rc < 0)
		log_kv(LOG_P_ERR, "archive-failed", "source", m->source, "text", err->text, NULL);
	else if (m->seen == STORE_MOVED_LEARNED)
		log_kv(LOG_P_NOTICE, "source-moved", "source", m->source, "from", m->from, "to", m->to, "text",
		    "the new address is asked from now on; put it into the configuration", NULL);
	free(m->source);
	free(m->from);
	free(m->to);
	free(m);
}

static void
tell_archive(const struct watch *w, const char *to)
{
	struct met *m = xcalloc(1, sizeof(*m));

	m->source = xstrdup(w->name);
	m->from = xstrdup(w->ps->cfg->url);
	m->to = xstrdup(to);
	writer_post(w->d->writer, write_met, wrote_met, m);
}

/* Nobody between us and the server may lead us off TLS for good. */
static bool
is_learnable(const char *from, const struct fetch_answer *a)
{
	bool tls = strncmp(from, "https:", 6) == 0;

	if (!a->permanent_redirect || a->http == NULL || strcmp(from, a->http->url) == 0)
		return false;
	for (size_t i = 0; i < a->http->hops_count; i++)
		if (tls && strncmp(a->http->hops[i].url, "http:", 5) == 0)
			return false;
	return !tls || strncmp(a->http->url, "https:", 6) == 0;
}

void
entrance_met(struct watch *w, const char *asked, const struct fetch_answer *a)
{
	bool good = a->outcome == FETCH_OK || a->outcome == FETCH_NOT_MODIFIED;
	const char *to;

	if (strcmp(asked, w->ps->cfg->url) != 0) {
		/* the new address fails: the configured one is asked next time */
		if (!good && w->moved != NULL) {
			entrance_forget(w);
			tell_archive(w, NULL);
		}
		return;
	}
	if (!good)
		return;
	to = is_learnable(asked, a) ? a->http->url : NULL;
	if (to == NULL && w->moved == NULL)
		return;
	if (to != NULL && w->moved != NULL && strcmp(w->moved, to) == 0) {
		if (w->moved_seen >= STORE_MOVED_LEARNED)
			return;
		w->moved_seen++;
	} else {
		entrance_forget(w);
		w->moved = xstrdup(to);
		w->moved_seen = to != NULL;
	}
	tell_archive(w, to);
}

static int
load_one(const struct store_entrance *e, void *arg)
{
	struct daemon *d = arg;
	struct watch *w;

	HASH_FIND_STR(d->watches, e->source, w);
	if (w != NULL && e->moved_to != NULL && e->moved_from != NULL && strcmp(e->moved_from, w->ps->cfg->url) == 0) {
		w->moved = xstrdup(e->moved_to);
		w->moved_seen = (unsigned char)(e->moved_seen < STORE_MOVED_LEARNED ? e->moved_seen : STORE_MOVED_LEARNED);
	}
	return 0;
}

int
entrance_load_all(struct daemon *d, struct store *s, struct err *reterr)
{
	return store_entrances(s, load_one, d, reterr);
}

/* The value of rel among the parameters s[0..n) of one link is "hub", alone or among others. */
static bool
is_hub(const char *s, size_t n)
{
	const char *rel = s, *end = s + n;

	while (end - rel > 4 && (strncasecmp(rel, "rel=", 4) != 0 || strchr("; \t", rel[-(rel > s)]) == NULL))
		rel++;
	if (end - rel <= 4)
		return false;
	for (rel += 4; rel < end && strchr("\" ", *rel) != NULL; rel++)
		;
	while (rel < end && *rel != '"' && *rel != ';') {
		size_t len = strcspn(rel, "\" ;,");

		if (len == 3 && strncasecmp(rel, "hub", 3) == 0)
			return true;
		rel += len + (rel[len] == ' ');
		if (len == 0)
			break;
	}
	return false;
}

char *
entrance_hub(const char *link, const char *base)
{
	const char *open = link, *close, *end;

	while (open != NULL && (open = strchr(open, '<')) != NULL && (close = strchr(open, '>')) != NULL) {
		CLEANUP(freep) char *ref = xstrndup(open + 1, (size_t)(close - open - 1));

		if ((end = strchr(close, '<')) == NULL)
			end = close + strlen(close);
		if (is_hub(close, (size_t)(end - close)))
			return url_resolve(base, ref);
		open = close;
	}
	return NULL;
}
