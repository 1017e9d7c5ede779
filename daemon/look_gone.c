/*
 * look_gone: is a document missing, or only its page disturbed? A site that answers 200 to everything shows
 * what it says of what it does not have when it is asked for an address that nobody uses; a document whose page
 * became that answer is gone. One question a host and hour.
 */
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "daemon/deliver.h"
#include "daemon/look_int.h"
#include "document/similar.h"
#include "base/banned.h"

#define PROBE_KEEP_MS (3600 * 1000LL)
#define PROBES_MAX 512			/* hosts remembered */
#define SAME_ANSWER 0.8			/* the answer may repeat the address that was asked for */
#define SPAN_MAX_MS (600 * 1000LL)

struct lost_probe {
	char *host;
	int64_t at_ms;
	bool honest;			/* it says 404 or 410 */
	char *title, *text, *url;
	UT_hash_handle hh;
};

static void
probe_free(struct lost_probe *p)
{
	free(p->host);
	free(p->title);
	free(p->text);
	free(p->url);
	free(p);
}

void
look_probes_free(struct intake *in)
{
	struct lost_probe *p, *tmp;

	HASH_ITER(hh, in->probes, p, tmp) {
		HASH_DEL(in->probes, p);
		probe_free(p);
	}
}

static struct lost_probe *
probe_find(struct intake *in, const char *host)
{
	struct lost_probe *p;

	HASH_FIND_STR(in->probes, host, p);
	if (p == NULL || clock_wall_ms() - p->at_ms < PROBE_KEEP_MS)
		return p;
	HASH_DEL(in->probes, p);
	probe_free(p);
	return NULL;
}

static struct lost_probe *
probe_add(struct look *l, bool honest)
{
	struct intake *in = l->in;
	struct lost_probe *p;
	char *host = url_hostport(l->re.url);

	if (host == NULL)
		return NULL;
	p = probe_find(in, host);
	if (p != NULL) {		/* another look asked meanwhile */
		free(host);
		return p;
	}
	if (HASH_COUNT(in->probes) >= PROBES_MAX)
		look_probes_free(in);
	p = xcalloc(1, sizeof(*p));
	p->host = host;
	p->at_ms = clock_wall_ms();
	p->honest = honest;
	HASH_ADD_KEYPTR(hh, in->probes, p->host, strlen(p->host), p);
	return p;
}

/* ---- the document is gone ------------------------------------------------------------------------------------ */

static int
write_gone(struct store *s, void *arg, struct err *reterr)
{
	struct look *l = arg;
	const struct cfg_source *cfg = l->ps->cfg;
	int64_t now = clock_wall_ms();
	struct store_gone g = { .doc_id = l->re.doc_id, .at_ms = now, .next_check_ms = l->next_check_ms,
		.http_status = l->lost_status, .cause = l->reason };

	g.span_ms = cfg->recheck_count > 0 ? cfg->recheck_s[0] * 1000 : SPAN_MAX_MS;
	if (g.span_ms > SPAN_MAX_MS)
		g.span_ms = SPAN_MAX_MS;
	return store_recheck_gone(s, &g, &l->ps->routes, &l->gone, reterr);
}

static void
wrote_gone(void *arg, int rc, const struct err *err)
{
	struct look *l = arg;

	if (rc < 0)
		log_kv(LOG_P_ERR, "archive-failed", "url", l->re.url, "text", err->text, NULL);
	else if (l->gone.removed)
		log_kv(LOG_P_INFO, "document-removed", "source", l->ps->cfg->name, "id",
		    log_num(l->re.doc_id), "url", l->re.url, "text", l->reason, NULL);
	else
		log_kv(LOG_P_DEBUG, l->gone.held ? "removal-held" : "document-missing", "source",
		    l->ps->cfg->name, "url", l->re.url, "text", l->reason, NULL);
	if (rc == 0 && l->next_check_ms != 0 && l->next_check_ms < l->in->next_check_ms)
		l->in->next_check_ms = l->next_check_ms;
	if (l->gone.event_seq != 0)
		deliver_kick(l->in->d->deliver);
	l->recording = false;
	look_end(l);
}

void
look_missed(struct look *l)
{
	const struct cfg_source *cfg = l->ps->cfg;
	int64_t now = clock_wall_ms(), missed = 0, wait;

	/* Missed a moment ago is looked at again soon, missed for long seldom. */
	if (l->re.gone_since_ms != 0 && l->re.gone_since_ms < now)
		missed = now - l->re.gone_since_ms;
	wait = scheduler_recheck_ms(cfg->recheck_s, cfg->recheck_count, missed);
	l->next_check_ms = wait == 0 ? 0 : now + wait;
	l->recording = true;
	writer_post(l->in->d->writer, write_gone, wrote_gone, l);
}

/* ---- what the site says of what it does not have ----------------------------------------------------------- */

/* A page that asks for a password, or whether we are human, is no answer. */
static bool
is_wall(const struct body *b)
{
	static const char *const marks[] = { "type=\"password\"", "type='password'", "type=password",
		"g-recaptcha", "h-captcha", "cf-challenge", "/cdn-cgi/challenge-platform/" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (memmem(b->bytes, b->len, marks[i], strlen(marks[i])) != NULL)
			return true;
	return false;
}

static bool
same_answer(const struct look *l, const struct lost_probe *p)
{
	const struct document *d = l->doc;

	if (p->title == NULL || d->title == NULL ? p->title != d->title : strcmp(p->title, d->title) != 0)
		return l->body.hops_count > 0 && p->url != NULL && strcmp(p->url, l->body.url) == 0;
	if (p->text == NULL || d->text == NULL)
		return p->text == d->text;
	return similar_jaccard(p->text, strlen(p->text), d->text, strlen(d->text)) >= SAME_ANSWER;
}

static void
judge(struct look *l, const struct lost_probe *p)
{
	if (!p->honest && same_answer(l, p)) {
		look_lost(l, "the site shows the page that it shows for addresses that do not exist");
		return;
	}
	l->asked = true;
	look_put(l);
}

static void
on_probe_extracted(const struct job_answer *answer, void *arg)
{
	struct look *l = arg;
	struct lost_probe *p = probe_add(l, false);
	const struct document *doc = answer->document;

	l->job = 0;
	if (p == NULL || answer->err.class == ERR_LOCAL) {
		look_recheck_failed(l, l->body.status, &answer->err);
		return;
	}
	if (doc != NULL && p->url == NULL) {
		p->title = xstrdup(doc->title);
		p->text = xstrdup(doc->text);
	}
	if (p->url == NULL)
		p->url = xstrdup(l->probe.url);
	judge(l, p);
}

static void
on_probe(struct fetch_answer *a, void *arg)
{
	struct look *l = arg;
	struct job job = { .kind = JOB_EXTRACT };
	struct err err = { 0 };

	l->fetch = 0;
	if (a->outcome == FETCH_GONE) {
		struct lost_probe *p = probe_add(l, true);

		if (p != NULL) {
			judge(l, p);
			return;
		}
	}
	if (a->outcome == FETCH_FAILED) {	/* a site in trouble is judged later */
		err = a->err;
		look_recheck_failed(l, 0, &err);
		return;
	}
	if (a->outcome != FETCH_OK) {
		l->asked = true;
		look_put(l);
		return;
	}
	body_take(&l->probe, a->http);
	plan_extract_opts(l->ps, &job.extract);
	job.bytes = l->probe.bytes;
	job.len = l->probe.len;
	job.lasting = true;
	job.extract.url = l->probe.url;
	job.extract.content_type = l->probe.content_type;
	job.extract.now_ms = clock_wall_ms();
	l->job = pool_submit(l->in->d->pool, &job, on_probe_extracted, l);
}

/* An address beside the document's own that nobody uses, of the same ending. Caller frees. */
static char *
unused_address(const char *url)
{
	unsigned char hash[32];
	char name[17];
	size_t path = strcspn(url, "?#"), dir = path;
	const char *dot = NULL;

	digest_sha256(url, strlen(url), hash);
	for (int i = 0; i < 8; i++)
		snprintf(name + 2 * i, 3, "%02x", hash[i]);
	while (dir > 0 && url[dir - 1] != '/')
		dir--;
	for (size_t i = dir; i < path; i++)
		if (url[i] == '.')
			dot = url + i;
	return xasprintf("%.*spresswatch-%s%.*s", (int)dir, url, name,
	    dot != NULL ? (int)(url + path - dot) : 0, dot != NULL ? dot : "");
}

void
look_strange(struct look *l)
{
	CLEANUP(freep) char *host = url_hostport(l->re.url);
	CLEANUP(freep) char *url = NULL;
	struct fetch_request req;
	struct lost_probe *p = host != NULL ? probe_find(l->in, host) : NULL;
	struct err err = { 0 };

	if (is_wall(&l->body)) {
		(void)err_set(&err, ERR_TEMPORARY, "a log-in or challenge page stands in its place");
		look_recheck_failed(l, l->body.status, &err);
		return;
	}
	if (p != NULL) {
		judge(l, p);
		return;
	}
	url = unused_address(l->re.url);
	look_request(l, url, &req);
	req.command = NULL;
	l->fetch = fetch_start(l->in->d->fetcher, &req, on_probe, l);
}
