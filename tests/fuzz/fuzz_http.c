/*
 * Whatever a server answers, from the status line on: the transfer ends once, within its limits, as a whole answer or an error.
 * Header values (Retry-After, Cache-Control, Date, validators, cookies, Location), framing and inflating are all in it.
 */
#include "base/mem.h"
#include "net/http.h"
#include "tests/fuzz/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const struct http_answer *a)
{
	if (a->body.len > (1u << 20) || (a->err.class == ERR_NONE && a->status == 0))
		abort();
	if (a->etag != NULL && (strlen(a->etag) > HTTP_MAX_VALIDATOR || strpbrk(a->etag, "\r\n") != NULL))
		abort();
	if (a->retry_after_ms < -1 || a->max_age_s < -1 || a->hops_count > HTTP_MAX_REDIRECTS)
		abort();
	if (strlen(a->url) > 1 << 20)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct origin o;
	static struct guard *guard;
	static char url[64];
	struct http_opts opts = { .user_agent = "presswatch/fuzz" };
	struct http_request req = { .url = url, .total_ms = 2000, .max_decoded = 1 << 20 };
	struct http_answer answer = { 0 };
	struct err err = { 0 };

	if (o.port == 0) {
		char rule[32];

		http_global_init();
		origin_start(&o);
		guard = guard_new();
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/a/b", o.port);
		snprintf(rule, sizeof(rule), "127.0.0.1:%d", o.port);
		if (guard_allow(guard, rule, &err) < 0)
			abort();
	}
	if (size == 0)
		return 0;
	opts.guard = guard;
	req.head_only = data[0] & 1;
	req.cut_body = data[0] & 2;
	origin_set(&o, data + 1, size - 1);
	if (http_run_one(&opts, &req, &answer, &err) == 0) {
		judge(&answer);
		http_answer_done(&answer);
	}
	return 0;
}
