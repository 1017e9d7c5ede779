/* outcome: what an answer means for the one who asked. */
#include "fetchers/fetchers_int.h"

#include "base/url.h"
#include "base/banned.h"

bool
host_allows(const struct host *h, const char *url)
{
	CLEANUP(freep) char *path = NULL;

	if (h->robots.robots == NULL)
		return true;
	path = url_path_query(url);
	return path == NULL || robots_allows(h->robots.robots, h->fetcher->product, path);
}

/* A redirect may lead to what the rules of its host, if we know them, keep us from. */
static bool
end_allowed(const struct fetch *r, const struct http_answer *a)
{
	CLEANUP(freep) char *key = NULL;
	const struct host *h;

	if (r->ignore_robots || a->hops_count == 0)
		return true;
	key = url_hostport(a->url);
	h = key != NULL ? host_find(r->fetcher, key) : NULL;
	return h == NULL || host_allows(h, a->url);
}

static const char *
reason(long status)
{
	static const struct {
		long status;
		const char *text;
	} table[] = {
		{ 400, "bad request" }, { 401, "login demanded" }, { 402, "payment demanded" },
		{ 403, "forbidden" }, { 404, "not found" }, { 405, "method not allowed" },
		{ 406, "not acceptable" }, { 408, "request timeout" }, { 410, "gone" },
		{ 429, "too many requests" }, { 451, "unavailable for legal reasons" },
		{ 500, "internal server error" }, { 502, "bad gateway" }, { 503, "service unavailable" },
		{ 504, "gateway timeout" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].status == status)
			return table[i].text;
	return status >= 500 ? "server error" : status >= 400 ? "request refused" : "unexpected status";
}

void
fetch_judge(const struct fetch *r, struct fetch_answer *a)
{
	const struct http_answer *h = a->http;
	long status = h->status;
	enum err_class class = ERR_TEMPORARY;

	a->permanent_redirect = h->hops_count > 0;
	for (size_t i = 0; i < h->hops_count; i++)
		if (h->hops[i].status != 301 && h->hops[i].status != 308)
			a->permanent_redirect = false;
	if (h->err.class != ERR_NONE) {
		a->outcome = FETCH_FAILED;
		a->err = h->err;
		return;
	}
	if (!end_allowed(r, h)) {
		a->outcome = FETCH_DENIED;
		err_set(&a->err, ERR_PERMANENT, "robots.txt disallows %.200s", h->url);
		return;
	}
	if (h->cf_mitigated != NULL) {	/* a challenge, whatever its status */
		a->outcome = FETCH_REFUSED;
		err_set(&a->err, ERR_TEMPORARY, "status %ld, and a challenge to the browser instead of the page", status);
		return;
	}
	if (status >= 200 && status < 300) {
		a->outcome = FETCH_OK;
		return;
	}
	if (status == 304 && (r->etag != NULL || r->last_modified != NULL)) {
		a->outcome = FETCH_NOT_MODIFIED;
		return;
	}
	a->outcome = FETCH_FAILED;
	if (status == 404 || status == 410) {
		a->outcome = FETCH_GONE;
		class = ERR_PERMANENT;
	} else if (status >= 400 && status < 500) {
		a->outcome = FETCH_REFUSED;
		class = status == 408 || status == 425 || status == 429 ? ERR_TEMPORARY : ERR_PERMANENT;
	}
	err_set(&a->err, class, "status %ld, %s", status, reason(status));
}
