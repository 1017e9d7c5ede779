/*
 * sink_webhook: POST the event's bytes, signed by the rules of Standard Webhooks. The id stays the same over
 * all attempts, so a receiver can drop a repeat; the timestamp is the attempt's, so it can refuse a replay.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "notify/notify_int.h"
#include "notify/template.h"
#include "base/banned.h"

#define HEADERS_OWN 4
#define HEADERS_MAX 64

char *
notify_signature(const unsigned char *key, size_t key_len, const char *id, int64_t timestamp_s,
    const char *body, size_t body_len)
{
	struct buf b = BUF_INIT(strlen(id) + body_len + 32);
	CLEANUP(freep) char *code = NULL;
	unsigned char mac[SHA256_LEN];

	buf_addf(&b, "%s.%" PRId64 ".", id, timestamp_s);
	buf_add(&b, body, body_len);
	digest_hmac_sha256(key, key_len, buf_str(&b), b.len, mac);
	buf_done(&b);
	code = digest_base64(mac, sizeof(mac));
	return xasprintf("v1,%s", code);
}

/*
 * 410 is the one answer that means never (Standard Webhooks). A receiver that said 2xx has the event, even if
 * the rest of its answer went wrong: asking again would only repeat it.
 */
static void
on_answer(struct http_answer *a, void *arg)
{
	struct delivery *d = arg;

	d->state = NULL;	/* the transfer is gone after this call */
	if (a->status >= 200 && a->status < 300)
		delivery_finish(d, ERR_NONE, -1, "status %ld", a->status);
	else if (a->status == 410)
		delivery_finish(d, ERR_PERMANENT, -1, "the receiver is gone (status 410)");
	else if (a->status >= 300 && a->status < 400)
		delivery_finish(d, ERR_TEMPORARY, -1,
		    "the receiver redirects (status %ld) to %s: configure that address", a->status,
		    a->location != NULL ? a->location : "nowhere");
	else if (a->status >= 400)
		delivery_finish(d, ERR_TEMPORARY,
		    a->status == 429 || a->status == 503 ? a->retry_after_ms : -1,
		    "the receiver answered with status %ld", a->status);
	else
		delivery_finish(d, ERR_TEMPORARY, -1, "%s", a->err.class != ERR_NONE ?
		    a->err.text : "the receiver gave no answer");
}

static void
make_body(const struct delivery *d, const struct sink_opts *o, struct template_out *ret)
{
	struct rendered r;

	render_event(d->id, d->type, d->body, d->body_len, &r);
	template_render(o->template, &(struct template_opts){ .channel = d->channel, .id = d->id, .type = d->type,
	    .webhook = o->url, .r = &r }, ret);
	rendered_done(&r);
}

static void
webhook_start(struct delivery *d, const struct sink_opts *o)
{
	const char *headers[HEADERS_OWN + HEADERS_MAX + 1];
	CLEANUP(freep) char *id = xasprintf("webhook-id: %s", d->id);
	CLEANUP(freep) char *when = NULL, *signature = NULL, *code = NULL;
	int64_t now_s = clock_wall_ms() / 1000;
	struct http_request req = {
		.url = o->url, .method = "POST", .headers = headers,
		.body = d->body, .body_len = d->body_len,
		.total_ms = o->timeout_ms != 0 ? o->timeout_ms : SINK_WEBHOOK_MS,
		.max_redirects = -1, .ignore_body = true,
	};
	CLEANUP(freep) char *type = NULL;
	CLEANUP(template_out_done) struct template_out made = { 0 };
	struct err err = { 0 };
	size_t n = 0, i;

	if (o->template != NULL) {
		make_body(d, o, &made);
		req.url = made.url;
		req.method = made.method;
		req.body = made.body;
		req.body_len = made.body_len;
		type = xasprintf("Content-Type: %s", made.content_type);
	}
	when = xasprintf("webhook-timestamp: %" PRId64, now_s);
	headers[n++] = type != NULL ? type : d->batch > 0 ? "Content-Type: application/cloudevents-batch+json; charset=utf-8" :
	    "Content-Type: application/cloudevents+json; charset=utf-8";
	headers[n++] = id;
	headers[n++] = when;
	if (o->secret != NULL) {
		code = notify_signature(o->secret, o->secret_len, d->id, now_s, req.body, req.body_len);
		signature = xasprintf("webhook-signature: %s", code);
		headers[n++] = signature;
	}
	for (i = 0; o->headers != NULL && o->headers[i] != NULL && i < HEADERS_MAX; i++)
		headers[n++] = o->headers[i];
	headers[n] = NULL;
	req.first_byte_ms = req.total_ms;	/* one limit for all of it */
	d->state = http_start(d->n->http, &req, on_answer, d, &err);
	if (d->state == NULL)	/* the administrator can mend it, so the event waits */
		delivery_finish(d, ERR_TEMPORARY, -1, "%s", err.text);
}

static void
webhook_end(struct delivery *d)
{
	if (d->state != NULL)
		http_cancel(d->state);
}

const struct sink sink_webhook = { "webhook", webhook_start, webhook_end };
